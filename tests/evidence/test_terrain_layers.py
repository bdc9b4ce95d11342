"""Slope and sight as layers: of added heights, also for positions beside the area; kernels have their own twins."""

from pathlib import Path

import numpy as np
import pytest
from rasterio.transform import from_origin

from evidence.evidence_stories import features, folder_at, new_source
from evidence.test_ledger_layers import at
from evidence.test_raster_layers import tiff
from torpaq.evidence.build import Area, build
from torpaq.evidence.coding import NO_DATA
from torpaq.evidence.folder import EvidenceFolder
from torpaq.geo.crs import AZE

AREA = Area((46.99, 39.993, 47.01, 40.007), cell_m=10.0)


@pytest.fixture
def folder(tmp_path: Path) -> EvidenceFolder:
    return folder_at(tmp_path / "evidence")


def heights(tmp_path: Path, values: np.ndarray) -> Path:
    rows, columns = values.shape
    place = from_origin(-columns * 5, rows * 5, 10, 10)
    return tiff(tmp_path / "heights.tif", values.astype(np.float32), AZE.proj, place, nodata=-9999)


def test_slope_is_a_layer_and_unknown_where_a_height_is(folder: EvidenceFolder, tmp_path: Path):
    values = np.repeat(np.arange(400.0)[None, :] * 10, 400, axis=0)
    values[150:160, 150:160] = -9999
    folder.add_source(heights(tmp_path, values), new_source("terrain", "Heights"))
    manifest, problems = build(folder, None, AREA)
    assert problems == [] and manifest is not None
    assert at(folder, "slope", 205, 5) == 90  # 45 degrees in half degrees
    assert at(folder, "slope", -455, 455) == NO_DATA


def test_what_positions_see_is_a_layer_with_and_none_without_terrain(folder: EvidenceFolder, tmp_path: Path):
    file = tmp_path / "posts.geojson"
    file.write_text(features("Point", (-305, 5), (-305, 105)))
    folder.add_source(file, new_source("position", "Posts"))
    manifest, problems = build(folder, None, AREA)
    assert manifest is not None and manifest.layer("position_view") is None
    assert manifest.layer("position_distance") is not None
    assert [one.code for one in problems] == ["evidence_view_without_terrain"]
    values = np.zeros((400, 400))
    values[:, 200:202] = 30  # a ridge from north to south through the middle
    folder.add_source(heights(tmp_path, values), new_source("terrain", "Heights"))
    manifest, problems = build(folder, None, AREA)
    assert problems == [] and manifest is not None
    assert at(folder, "position_view", -205, 55) == 2 and at(folder, "position_view", 205, 55) == 0


def test_a_position_beside_the_area_sees_into_it_with_its_own_eyes(folder: EvidenceFolder, tmp_path: Path):
    values = np.zeros((400, 400))
    values[:, 195:197] = 5  # a bank
    folder.add_source(heights(tmp_path, values), new_source("terrain", "Heights"))
    for name, eyes in (("Low", 2.0), ("Tower", 30.0)):
        file = tmp_path / f"{name}.geojson"
        file.write_text(features("Point", (-905, 5)))
        folder.add_source(file, new_source("position", name, options={"observer_m": eyes}))
    build(folder, None, Area((46.995, 39.996, 47.005, 40.004), cell_m=10.0))
    assert at(folder, "position_view", -205, 5) == 2 and at(folder, "position_view", 205, 5) == 1
