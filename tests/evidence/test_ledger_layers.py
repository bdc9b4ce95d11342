"""Layers of the ledger: what land stands as, where somebody looked and how well; twins ask the ledger cell by cell."""

from pathlib import Path

import numpy as np
import pytest

from evidence.evidence_stories import features, folder_at, lonlat, new_source, snapshot_of
from torpaq.evidence.build import Area, build
from torpaq.evidence.coding import NO_DATA
from torpaq.evidence.folder import EvidenceFolder
from torpaq.evidence.raster import read_window
from torpaq.land.live import LiveLand

BOOK = """
2021-03-04 establish HA-17 sha mine box 0 0 100 100 ; NTS-88
2022-05-01 cancel HA-17 mine box 0 0 40 100 by Director ; NTS-131
2022-06-01 confirm HA-17 mine box 40 0 100 100 ; NTS-132
2023-06-10 clear HA-17 mine 13cm box 40 0 100 50 operator OP-A method manual ; CR-9
2023-07-10 reduce HA-17 mine box 80 50 100 100 method mechanical ; TS-4
2023-09-02 reopen HA-17 cha mine box 60 0 70 10 ; accident 12
"""
AREA = Area((46.9975, 39.998, 47.003, 40.002), cell_m=10.0)


def square(x0: float, y0: float, x1: float, y1: float) -> str:
    corners = [(x0, y0), (x1, y0), (x1, y1), (x0, y1), (x0, y0)]
    return "POLYGON ((" + ", ".join(f"{lon} {lat}" for lon, lat in (lonlat(*corner) for corner in corners)) + "))"


def cells_of(folder: EvidenceFolder, layer: str) -> np.ndarray:
    grid = folder.manifest.grid
    assert grid is not None
    return read_window(folder.layer_path(layer), grid.whole)


def at(folder: EvidenceFolder, layer: str, x_m: float, y_m: float) -> int:
    grid = folder.manifest.grid
    assert grid is not None
    cell = grid.cell_at(x_m, y_m)
    assert cell is not None
    return int(cells_of(folder, layer)[cell])


@pytest.fixture
def folder(tmp_path: Path) -> EvidenceFolder:
    return folder_at(tmp_path / "evidence")


def test_status_is_the_ledgers_at_the_middle_of_every_cell(folder: EvidenceFolder, tmp_path: Path) -> None:
    snapshot = snapshot_of(tmp_path / "taken", BOOK)
    manifest, problems = build(folder, snapshot, AREA)
    assert problems == [] and manifest is not None and manifest.grid is not None
    land, cells, grid = LiveLand(snapshot.entries), cells_of(folder, "survey_status"), manifest.grid
    codes = {"sha": 0, "cha": 1, "cancelled": 2, "reduced": 3, "cleared": 4}
    for row in range(grid.rows):
        for column in range(grid.columns):
            status = land.at(*grid.middle_of(row, column)).status[0]
            if status is not None:
                assert cells[row, column] == codes[status.value]
            elif cells[row, column] != NO_DATA:  # open land is drawn in every cell that it touches
                assert cells[row, column] in (0, 1)
    card = manifest.layer("survey_status")
    assert card is not None and card.cells_known == int((cells != NO_DATA).sum()) == 100
    assert folder.picture_path("survey_status").read_bytes().startswith(b"\x89PNG")


def test_searches_are_as_good_as_their_method_and_land_opened_again_counts_as_unsearched(
    folder: EvidenceFolder, tmp_path: Path
) -> None:
    build(folder, snapshot_of(tmp_path / "taken", BOOK), AREA)
    assert at(folder, "search_miss", 50, 20) == 2  # by hand: 0.01
    assert at(folder, "search_miss", 20, 50) == 140  # cancelled after non-technical survey: 0.7
    assert at(folder, "search_miss", 90, 80) == 152  # 0.3 of reduced land searched by machine: 1 - 0.3 x 0.8
    assert at(folder, "search_miss", 65, 5) == NO_DATA and at(folder, "examined", 65, 5) == NO_DATA
    assert at(folder, "examined", 50, 20) == 0 and at(folder, "examined", 50, 80) == NO_DATA


def test_a_technical_survey_counts_with_the_coverage_it_reported(folder: EvidenceFolder, tmp_path: Path) -> None:
    survey = {"uid": "ts", "form": "technical_survey", "values": {"local_id": "TS-4", "achieved_coverage_percent": 50}}
    build(folder, snapshot_of(tmp_path / "taken", BOOK, [survey]), AREA)
    assert at(folder, "search_miss", 90, 80) == 120  # 1 - 0.5 x 0.8


def test_work_in_open_land_counts_once_a_method_and_different_methods_multiply(
    folder: EvidenceFolder, tmp_path: Path
) -> None:
    days = [
        {"row": "day", "method": method, "on": on, "boundary": square(*box)}
        for method, on, box in (
            ("dog", "2024-01-01", (40, 60, 60, 100)),
            ("dog", "2024-01-02", (40, 60, 60, 100)),
            ("mechanical", "2024-01-03", (40, 60, 60, 80)),
            ("manual", "2023-01-01", (60, 0, 70, 10)),  # before that ground was opened again
            ("demolition", "2024-01-01", (70, 80, 80, 100)),
        )
    ]
    build(folder, snapshot_of(tmp_path / "taken", BOOK, operations=days), AREA)
    assert at(folder, "search_miss", 45, 95) == 20  # a dog twice: 0.1
    assert at(folder, "search_miss", 45, 65) == 4  # a dog and a machine: 0.1 x 0.2
    assert at(folder, "search_miss", 65, 5) == NO_DATA and at(folder, "search_miss", 75, 95) == NO_DATA
    assert at(folder, "examined", 45, 95) == 0 and at(folder, "examined", 75, 95) == NO_DATA


def test_finds_known_to_a_cell_are_found_and_vague_ones_are_not_put_anywhere(
    folder: EvidenceFolder, tmp_path: Path
) -> None:
    finds = [
        {"row": "find", "uid": "d:1", "category": category, **dict(zip(("lon", "lat"), lonlat(x, y), strict=True))}
        for category, x, y in (("ap_mine", 45, 25), ("scrap", 55, 25))
    ]
    accidents = [
        {
            "uid": f"a{number}",
            "form": "accident",
            "values": {"place": {"coordinates": lonlat(x, 5)}, "place_precision": how},
        }
        for number, (x, how) in enumerate(((15, "settlement"), (25, "exact")))
    ]
    manifest, _ = build(folder, snapshot_of(tmp_path / "taken", BOOK, accidents, finds), AREA)
    assert manifest is not None
    assert at(folder, "examined", 45, 25) == 1 and at(folder, "examined", 55, 25) == 0
    assert at(folder, "examined", 15, 5) == 0
    card = manifest.layer("examined")
    assert card is not None and (card.made["places_used"], card.made["places_too_uncertain"]) == (1, 2)


def test_a_second_build_makes_only_what_changed(folder: EvidenceFolder, tmp_path: Path) -> None:
    snapshot = snapshot_of(tmp_path / "taken", BOOK)
    first, _ = build(folder, snapshot, AREA)
    assert folder.kept == ()
    again, _ = build(folder, snapshot)
    assert first is not None and again is not None and again.digest == first.digest
    assert folder.kept == ("survey_status", "examined", "search_miss", "unit")
    file = tmp_path / "finds.geojson"
    file.write_text(features("Point", (45, 75), (500, 500)))
    assert folder.add_source(file, new_source("finds", "Finds of Operator B", error_m=3.0))[1] == []
    third, _ = build(folder, snapshot)
    assert third is not None and third.digest != first.digest
    assert "examined" not in folder.kept and "survey_status" in folder.kept
    assert at(folder, "examined", 45, 75) == 1
    later = snapshot_of(
        tmp_path / "later", BOOK + "2024-01-01 clear HA-17 mine 13cm box 60 0 70 10 method manual ; CR-10\n"
    )
    build(folder, later)
    assert folder.kept == ("unit",)
    assert at(folder, "survey_status", 65, 5) == 4


def test_a_layer_spoilt_on_the_disk_is_made_again(folder: EvidenceFolder, tmp_path: Path) -> None:
    snapshot = snapshot_of(tmp_path / "taken", BOOK)
    build(folder, snapshot, AREA)
    folder.layer_path("examined").write_bytes(b"")
    build(folder, snapshot)
    assert folder.kept == ("survey_status", "search_miss", "unit") and at(folder, "examined", 50, 20) == 0


@pytest.mark.parametrize(
    ("area", "code"),
    [
        (Area((10, 40, 11, 41)), "evidence_box_wrong"),
        (Area((47, 40, 46, 41)), "evidence_box_wrong"),
        (Area(units=("XX-9",)), "unit_unknown"),
        (Area(cell_m=0.5), "evidence_cell_wrong"),
        (Area((45, 38.6, 50, 41), cell_m=1.0), "evidence_grid_too_large"),
    ],
)
def test_an_area_that_cannot_be_built_is_named(folder: EvidenceFolder, tmp_path: Path, area: Area, code: str) -> None:
    manifest, problems = build(folder, snapshot_of(tmp_path / "taken", BOOK), area)
    assert manifest is None and [one.code for one in problems] == [code]


def test_without_anything_there_is_nothing_to_build(folder: EvidenceFolder, tmp_path: Path) -> None:
    assert [one.code for one in build(folder)[1]] == ["evidence_nothing_to_build"]
    assert [one.code for one in build(folder, snapshot_of(tmp_path / "t"))[1]] == ["evidence_area_missing"]


def test_a_cell_is_told_its_district(tmp_path):
    """Land about Fuzuli lies in Fuzuli, and the layer's card names every drawn unit."""
    folder = folder_at(tmp_path / "evidence")
    manifest, _ = build(folder, snapshot_of(tmp_path / "snapshot", BOOK), Area((47.14, 39.59, 47.16, 39.61)))
    assert manifest is not None and manifest.grid is not None
    card = manifest.layer("unit")
    assert card is not None
    x_m, y_m = folder.crs.forward(47.15, 39.6)
    here = str(at(folder, "unit", x_m, y_m))
    assert card.made["units"][here] == "AZ-FUZ"
    assert card.made["names"][here] == folder.country.unit("AZ-FUZ").names["az"]
    assert len(card.made["units"]) == len(folder.country.boundaries)
