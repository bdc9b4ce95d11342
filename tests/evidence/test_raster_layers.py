"""Added rasters and years of use: the value at a place is the raster's there, whatever its CRS and size."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from rasterio.transform import from_bounds, from_origin

from evidence.evidence_stories import features, folder_at, new_source
from evidence.test_ledger_layers import at, cells_of
from torpaq.evidence.build import Area, build
from torpaq.evidence.coding import NO_DATA
from torpaq.evidence.folder import EvidenceFolder
from torpaq.geo.crs import AZE

AREA = Area((46.99, 39.993, 47.01, 40.007), cell_m=10.0)
BOX_DEG = (46.95, 39.95, 47.05, 40.05)


def tiff(path: Path, values: np.ndarray, crs: str | None = "EPSG:4326", transform: Any = None, **more: Any) -> Path:
    rows, columns = values.shape
    place = transform or from_bounds(*BOX_DEG, columns, rows)
    profile = {"driver": "GTiff", "height": rows, "width": columns, "count": 1, "dtype": values.dtype.name} | more
    with rasterio.open(path, "w", crs=crs, transform=place, **profile) as file:
        file.write(values, 1)
    return path


@pytest.fixture
def folder(tmp_path: Path) -> EvidenceFolder:
    return folder_at(tmp_path / "evidence")


def test_a_class_is_that_of_the_cell_of_the_raster_in_which_the_middle_lies(folder: EvidenceFolder, tmp_path: Path):
    values = np.random.default_rng(3).integers(0, 60, (200, 300)).astype(np.uint8)
    file = tiff(tmp_path / "cover.tif", values, nodata=7)
    card, problems = folder.add_source(file, new_source("land_cover", "Cover 2021"))
    assert card is not None and problems == []
    manifest, problems = build(folder, None, AREA)
    assert problems == [] and manifest is not None and manifest.grid is not None
    codes, grid = cells_of(folder, "land_cover"), manifest.grid
    west, _, east, north = BOX_DEG
    agreed = judged = 0
    for row in range(0, grid.rows, 5):
        for column in range(0, grid.columns, 5):
            lon, lat = AZE.inverse(*grid.middle_of(row, column))
            value = values[int((north - lat) / 0.1 * 200), int((lon - west) / (east - west) * 300)]
            judged += 1
            agreed += codes[row, column] == (NO_DATA if value == 7 else value)
    assert agreed / judged > 0.99  # the warp may put a place on an edge into the neighbour


def test_the_newer_of_two_rasters_counts_and_the_older_fills_its_gaps(folder: EvidenceFolder, tmp_path: Path):
    old, new = np.full((50, 50), 3, dtype=np.uint8), np.full((50, 50), 5, dtype=np.uint8)
    new[:, 25:] = 0
    folder.add_source(tiff(tmp_path / "new.tif", new, nodata=0), new_source("land_cover", "New", date="2024-01-01"))
    folder.add_source(tiff(tmp_path / "old.tif", old), new_source("land_cover", "Old", date="2010-01-01"))
    build(folder, None, AREA)
    assert at(folder, "land_cover", -500, 0) == 5 and at(folder, "land_cover", 500, 0) == 3


def test_values_are_interpolated_and_much_finer_ones_averaged(folder: EvidenceFolder, tmp_path: Path):
    x = np.arange(400, dtype=np.float32)[None, :] * 10 - 2000 + 5
    slope = tiff(tmp_path / "x.tif", np.repeat(x, 400, axis=0), AZE.proj, from_origin(-2000, 2000, 10, 10))
    folder.add_source(slope, new_source("raster_value", "East"))
    fine = np.indices((800, 800)).sum(axis=0).astype(np.float32) % 2
    folder.add_source(
        tiff(tmp_path / "fine.tif", fine, AZE.proj, from_origin(-1000, 1000, 2.5, 2.5)),
        new_source("raster_value", "Fine"),
    )
    manifest, problems = build(folder, None, AREA)
    assert problems == [] and manifest is not None
    card = manifest.layer("raster_value-east")
    assert card is not None
    low, high = card.coding.span(at(folder, "raster_value-east", 305, 0))
    assert low - 1 <= 305 <= high + 1
    mean = manifest.layer("raster_value-fine")
    assert mean is not None
    low, high = mean.coding.span(at(folder, "raster_value-fine", 105, 105))
    assert low <= 0.5 <= high or abs(low - 0.5) < 0.02


def test_years_of_use_come_from_polygons_and_rasters(folder: EvidenceFolder, tmp_path: Path):
    def box(x0: float, y0: float, x1: float, y1: float) -> list[list[tuple[float, float]]]:
        return [[(x0, y0), (x1, y0), (x1, y1), (x0, y1), (x0, y0)]]

    file = tmp_path / "fields.geojson"
    file.write_text(features("Polygon", box(0, 0, 300, 300), box(100, 0, 200, 300), years=[12, "4"]))
    new = new_source("years_used", "Fields", date="2025-01-01", options={"attribute": "years"})
    card, problems = folder.add_source(file, new)
    assert card is not None and problems == []
    raster = tiff(tmp_path / "years.tif", np.full((20, 20), 30, dtype=np.int16))
    folder.add_source(raster, new_source("years_used", "From space", date="2020-01-01"))
    build(folder, None, AREA)
    assert [at(folder, "years_used", x, 155) for x in (55, 155, 255, 400)] == [12, 4, 12, 30]


def test_a_raster_of_60_000_squared_is_looked_at_and_built_from_in_bounded_memory(
    folder: EvidenceFolder, tmp_path: Path
):
    import resource

    path = tmp_path / "huge.tif"
    profile = {"driver": "GTiff", "height": 60_000, "width": 60_000, "count": 1, "dtype": "uint8", "tiled": True}
    place = from_origin(-300_000, 300_000, 10, 10)
    with rasterio.open(path, "w", crs=AZE.proj, transform=place, sparse_ok=True, compress="deflate", **profile) as file:
        file.write(np.full((512, 512), 9, dtype=np.uint8), 1, window=((29_800, 30_312), (29_800, 30_312)))
    before_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    card, problems = folder.add_source(path, new_source("raster_class", "Huge"))
    assert card is not None and problems == []
    manifest, problems = build(folder, None, AREA)
    assert problems == [] and manifest is not None
    assert at(folder, "raster_class-huge", 0, 0) == 9
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before_kb < 600_000


# -- what cannot be used ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("crs", "transform", "code"),
    [
        (None, None, "evidence_crs_missing"),
        ("EPSG:4326", from_bounds(10, 50, 11, 51, 20, 20), "evidence_outside_country"),
        (AZE.proj, from_origin(5e6, 5e6, 10, 10), "evidence_outside_country"),
    ],
)
def test_a_raster_that_does_not_say_where_it_lies_is_refused(
    folder: EvidenceFolder, tmp_path: Path, crs: str | None, transform: Any, code: str
):
    file = tiff(tmp_path / "r.tif", np.ones((20, 20), dtype=np.uint8), crs, transform)
    card, problems = folder.add_source(file, new_source("raster_class", "R"))
    assert card is None and [one.code for one in problems] == [code]


def test_a_raster_cut_short_is_told_before_it_is_kept(folder: EvidenceFolder, tmp_path: Path):
    values = np.random.default_rng(1).integers(0, 200, (600, 600)).astype(np.uint8)
    for compress in ("deflate", None):
        whole = tiff(tmp_path / "whole.tif", values, tiled=True, compress=compress).read_bytes()
        for share in (0.9, 0.5, 0.1, 0.0002):
            cut = tmp_path / "cut.tif"
            cut.write_bytes(whole[: int(len(whole) * share)])
            card, problems = folder.add_source(cut, new_source("raster_class", "Cut"))
            assert card is None
            assert problems[0].code in ("evidence_file_truncated", "evidence_file_unreadable"), share


def test_no_data_everywhere_makes_no_layer_and_is_told(folder: EvidenceFolder, tmp_path: Path):
    file = tiff(tmp_path / "empty.tif", np.zeros((20, 20), dtype=np.uint8), nodata=0)
    folder.add_source(file, new_source("raster_class", "Empty"))
    folder.add_source(file, new_source("raster_value", "Nothing"))
    manifest, problems = build(folder, None, AREA)
    assert manifest is not None and [card.id for card in manifest.layers] == ["unit"]
    assert [one.code for one in problems] == ["evidence_layer_without_values"] * 2


def test_values_that_are_no_classes_are_named(folder: EvidenceFolder, tmp_path: Path):
    folder.add_source(
        tiff(tmp_path / "high.tif", np.full((20, 20), 900, dtype=np.int16)), new_source("raster_class", "High")
    )
    assert [one.code for one in build(folder, None, AREA)[1]] == ["evidence_classes_too_many"]


def test_a_wrong_band_and_the_wrong_sort_of_file_are_named(folder: EvidenceFolder, tmp_path: Path):
    file = tiff(tmp_path / "r.tif", np.ones((20, 20), dtype=np.uint8))
    told = [
        folder.add_source(file, new_source("raster_class", "R", options={"attribute": "3"})),
        folder.add_source(file, new_source("road", "R")),
    ]
    drawn = tmp_path / "r.geojson"
    drawn.write_text(features("Point", (0, 0)))
    told.append(folder.add_source(drawn, new_source("terrain", "R")))
    assert [problems[0].code for _, problems in told] == [
        "evidence_band_wrong",
        "evidence_raster_for_vector",
        "evidence_vector_for_raster",
    ]


def test_a_source_changed_on_the_disk_stops_the_build(folder: EvidenceFolder, tmp_path: Path):
    card, _ = folder.add_source(
        tiff(tmp_path / "r.tif", np.ones((20, 20), dtype=np.uint8)), new_source("raster_class", "R")
    )
    assert card is not None
    folder.source_paths(card)[0].write_bytes(b"II*\x00")
    assert [one.code for one in build(folder, None, AREA)[1]] == ["evidence_source_changed"]
