"""Distances to what was drawn and sides of front lines, against twins that look at every segment from every cell."""

import itertools
from pathlib import Path

import numpy as np
import pytest
import shapely

from evidence.evidence_stories import features, folder_at, new_source
from torpaq.evidence.build import Area, build
from torpaq.evidence.coding import NO_DATA
from torpaq.evidence.folder import EvidenceFolder
from torpaq.evidence.layers.distances import side_coding
from torpaq.evidence.raster import read_window

AREA = Area((46.99, 39.993, 47.01, 40.007), cell_m=10.0)
BENT = [(-500, -400), (-100, 0), (200, 50), (300, 600)]


def add(folder: EvidenceFolder, tmp_path: Path, kind: str, name: str, text: str) -> None:
    file = tmp_path / f"{name}.geojson"
    file.write_text(text)
    card, problems = folder.add_source(file, new_source(kind, name))
    assert card is not None, problems


def cells(folder: EvidenceFolder, layer: str) -> np.ndarray:
    assert folder.manifest.grid is not None
    return read_window(folder.layer_path(layer), folder.manifest.grid.whole)


@pytest.fixture
def folder(tmp_path: Path) -> EvidenceFolder:
    return folder_at(tmp_path / "evidence")


def test_the_distance_is_that_to_the_nearest_feature_also_beside_the_area(folder: EvidenceFolder, tmp_path: Path):
    add(folder, tmp_path, "road", "Roads", features("LineString", BENT))
    add(folder, tmp_path, "road", "Tracks", features("LineString", [(-3000, -900), (3000, -900)]))  # south of the area
    manifest, problems = build(folder, None, AREA)
    assert problems == [] and manifest is not None and manifest.grid is not None
    grid, codes = manifest.grid, cells(folder, "road_distance")
    card = manifest.layer("road_distance")
    assert card is not None and card.sources == ("roads", "tracks") and card.cells_known == card.cells
    drawn = shapely.union_all([shapely.LineString(BENT), shapely.LineString([(-3000, -900), (3000, -900)])])
    for row in range(0, grid.rows, 7):
        for column in range(0, grid.columns, 7):
            low, high = card.coding.span(int(codes[row, column]))
            true_m = shapely.distance(shapely.Point(grid.middle_of(row, column)), drawn)
            assert low - 8 <= true_m < high + 8  # the line runs through its cells at most 7.1 m from their middles


def test_both_sides_of_a_front_line_are_told_apart(folder: EvidenceFolder, tmp_path: Path):
    add(folder, tmp_path, "front_line", "Line of 1994", features("LineString", BENT))
    manifest, problems = build(folder, None, AREA)
    assert problems == [] and manifest is not None and manifest.grid is not None
    grid, codes = manifest.grid, cells(folder, "front_line_side")
    card = manifest.layer("front_line_side")
    assert card is not None and manifest.layer("front_line_distance") is not None
    points = np.array(BENT, dtype=float)
    judged = 0
    for row in range(0, grid.rows, 3):
        for column in range(0, grid.columns, 3):
            x, y = grid.middle_of(row, column)
            side = _side_of(points, x, y)
            if side is None:
                continue
            judged += 1
            low, high = card.coding.span(int(codes[row, column]))
            assert (low < 0) == (side > 0), (x, y, low, high)
    assert judged > 1000


def _side_of(points: np.ndarray, x: float, y: float) -> float | None:
    """Above 0 left of the nearest segment; None near the line, and where a vertex or an end is the nearest."""
    best, found = np.inf, None
    for start, end in itertools.pairwise(points):
        along = end - start
        share = ((x, y) - start) @ along / (along @ along)
        inside = 0 < share < 1
        distance = np.hypot(*(start + np.clip(share, 0, 1) * along - (x, y)))
        if distance < best - 1e-9:
            best = distance
            cross = along[0] * (y - start[1]) - along[1] * (x - start[0])
            found = cross if inside and distance > 25 else None
    return found


def test_far_away_no_side_is_told(folder: EvidenceFolder, tmp_path: Path):
    add(folder, tmp_path, "front_line", "Line", features("LineString", [(9000, -900), (9000, 900)]))
    build(folder, None, Area((46.98, 39.999, 47.0, 40.001), cell_m=100.0))
    codes = cells(folder, "front_line_side")
    assert (codes == NO_DATA).any() and (codes != NO_DATA).any()


def test_a_source_beyond_the_cap_makes_no_layer_and_is_told(folder: EvidenceFolder, tmp_path: Path):
    add(folder, tmp_path, "water", "Lake", features("Polygon", [[(90000, 0), (91000, 0), (91000, 900), (90000, 0)]]))
    manifest, problems = build(folder, None, AREA)
    assert manifest is not None and [card.id for card in manifest.layers] == ["unit"]
    assert [(one.code, one.subject) for one in problems] == [("evidence_layer_outside_grid", "water_distance")]


def test_the_coding_of_sides_has_as_many_steps_left_as_right():
    coding = side_coding(10_000, 10)
    assert len(coding.edges) <= 254
    assert (
        sorted(-edge for edge in coding.edges if edge) == [edge for edge in coding.edges if edge][: len(coding.edges)]
    )
    assert coding.code_of(-3.0) != coding.code_of(3.0)
