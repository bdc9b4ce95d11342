"""Slope and sight, against planes and against a twin that looks along the line to every cell."""

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
from torpaq.evidence.layers.terrain import slope_deg
from torpaq.evidence.view import EARTH_M, REFRACTION, count_views, seen_from
from torpaq.geo.crs import AZE

AREA = Area((46.99, 39.993, 47.01, 40.007), cell_m=10.0)


@pytest.fixture
def folder(tmp_path: Path) -> EvidenceFolder:
    return folder_at(tmp_path / "evidence")


def heights(tmp_path: Path, values: np.ndarray) -> Path:
    rows, columns = values.shape
    place = from_origin(-columns * 5, rows * 5, 10, 10)
    return tiff(tmp_path / "heights.tif", values.astype(np.float32), AZE.proj, place, nodata=-9999)


@pytest.mark.parametrize(("east", "south"), [(0, 0), (1, 0), (0, 0.5), (0.3, -0.4)])
def test_the_slope_of_a_plane_is_its_own(east: float, south: float):
    rows, columns = np.indices((9, 12))
    plane = 100 + 10 * (east * columns + south * rows)
    assert slope_deg(plane, 10.0) == pytest.approx(np.degrees(np.arctan(np.hypot(east, south))))


def test_slope_is_a_layer_and_unknown_where_a_height_is(folder: EvidenceFolder, tmp_path: Path):
    values = np.repeat(np.arange(400.0)[None, :] * 10, 400, axis=0)
    values[150:160, 150:160] = -9999
    folder.add_source(heights(tmp_path, values), new_source("terrain", "Heights"))
    manifest, problems = build(folder, None, AREA)
    assert problems == [] and manifest is not None
    assert at(folder, "slope", 205, 5) == 90  # 45 degrees in half degrees
    assert at(folder, "slope", -455, 455) == NO_DATA


def test_a_wall_hides_what_lies_behind_it_and_a_hill_sees_over(tmp_path: Path):
    ground = np.zeros((81, 81), dtype=np.float32)
    ground[:, 50] = 10
    low = seen_from(ground, 40, 20, 10.0, 2.0, 600.0)
    assert low[40, 49] and low[40, 50] and not low[40, 51:].any()
    ground[40, 20] = 100
    assert seen_from(ground, 40, 20, 10.0, 2.0, 600.0)[40, 60]
    assert not low[0, 0] or np.hypot(40, 20) * 10 <= 600


def twin(ground: np.ndarray, row: int, column: int, cell_m: float, eyes_m: float, radius_m: float) -> np.ndarray:
    """Look from the eyes to every cell for itself, along the straight line between their middles."""
    seen = np.zeros(ground.shape, dtype=bool)
    eye = ground[row, column] + eyes_m
    for r in range(ground.shape[0]):
        for c in range(ground.shape[1]):
            distance = np.hypot(r - row, c - column) * cell_m
            steps = max(abs(r - row), abs(c - column))
            if distance > radius_m:
                continue
            hidden = False
            for step in range(1, steps):
                y, x = row + (r - row) * step / steps, column + (c - column) * step / steps
                y0, x0 = int(y), int(x)
                y1, x1 = min(y0 + 1, ground.shape[0] - 1), min(x0 + 1, ground.shape[1] - 1)
                fy, fx = y - y0, x - x0
                at = (ground[y0, x0] * (1 - fx) + ground[y0, x1] * fx) * (1 - fy) + (
                    ground[y1, x0] * (1 - fx) + ground[y1, x1] * fx
                ) * fy
                part = distance * step / steps
                slope = (at - part**2 * (1 - REFRACTION) / (2 * EARTH_M) - eye) / part
                own = (ground[r, c] - distance**2 * (1 - REFRACTION) / (2 * EARTH_M) - eye) / distance
                hidden = hidden or slope > own
            seen[r, c] = not hidden
    return seen


def test_sight_is_nearly_that_of_looking_at_every_cell_for_itself():
    random = np.random.default_rng(4)
    rows, columns = np.indices((61, 61))
    ground = 20 * np.sin(rows / 7) + 15 * np.cos(columns / 9) + random.normal(0, 0.5, rows.shape)
    found = seen_from(ground.astype(np.float32), 30, 30, 10.0, 3.0, 280.0)
    wanted = twin(ground, 30, 30, 10.0, 3.0, 280.0)
    within = np.hypot(rows - 30, columns - 30) * 10 <= 280
    assert (found == wanted)[within].mean() > 0.95
    assert not found[~within].any()


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


def test_two_positions_are_counted_and_one_on_unknown_ground_sees_nothing():
    ground = np.zeros((40, 40), dtype=np.float32)
    ground[5, 5] = np.nan
    counts = count_views(ground, np.array([[5, 5], [20, 20], [22, 20]]), 10.0, np.array([2.0, 2.0, 2.0]), 100.0)
    assert counts[21, 20] == 2 and counts[0, 0] == 0


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
