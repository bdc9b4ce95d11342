"""The demonstration's evidence: all of it made up, about the ledger's own areas, the same each time, and usable."""

import json
from pathlib import Path

import numpy as np
import pytest
import shapely

from land.book import entries_of
from torpaq.evidence.folder import EvidenceFolder
from torpaq.evidence.kinds import SourceKind
from torpaq.evidence.snapshot import Snapshot, SnapshotCard
from torpaq.land.entry import Entry, Located
from torpaq.risk.simulate.demonstration import create_demonstration_evidence, demonstration_area
from torpaq.risk.simulate.demonstration_truth import is_long, polygon_of, truth_of


def belts(number: int) -> list[Entry]:
    """A ledger of belts near the eastern line, half of each cleared since, and two broad areas."""
    lines = []
    for k in range(number):
        west, south = 2_000 + 900 * k, -4_000 + 1_500 * k
        lines.append(f"2021-03-04 establish B-{k} cha mine box {west} {south} {west + 1400} {south + 60} ; NTS-{k}")
        lines.append(
            f"2022-05-01 clear B-{k} mine 13cm box {west} {south} {west + 700} {south + 60} operator OP-A ; C-{k}"
        )
    lines += [
        f"2021-03-04 establish S-{k} sha mine box {k * 5000} 9000 {k * 5000 + 900} 9700 ; NTS-S{k}" for k in range(6)
    ]
    return entries_of("\n".join(lines))


def snapshot(number: int = 12) -> Snapshot:
    entries = belts(number)
    card = SnapshotCard("Demonstration", "aze", "h", len(entries), "0.4", "2026-11-01", "SYNTHETIC")
    return Snapshot(card, tuple(entries), (), ())


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> EvidenceFolder:
    path = tmp_path_factory.mktemp("demonstration") / "evidence"
    assert [found.code for found in create_demonstration_evidence(path, snapshot())] == []
    opened, _ = EvidenceFolder.open(path)
    assert opened is not None
    return opened


def drawn(folder: EvidenceFolder, kind: SourceKind) -> list[dict[str, object]]:
    (card,) = folder.manifest.sources_of(kind)
    return json.loads(folder.source_paths(card)[0].read_text(encoding="utf-8"))["features"]


def test_everything_invented_says_so(folder: EvidenceFolder):
    invented = [card for card in folder.manifest.sources if card.kind != SourceKind.TERRAIN]
    assert all(card.is_synthetic and "synthetic" in card.name and "synthetic" in card.source for card in invented)
    assert all(feature["properties"]["note"] == "synthetic" for feature in drawn(folder, SourceKind.FINDS))


def test_there_is_a_source_of_every_kind_that_a_war_leaves(folder: EvidenceFolder):
    kinds = {card.kind for card in folder.manifest.sources}
    assert {"front_line", "trench", "position", "road", "settlement", "years_used", "denial", "finds"} <= kinds
    assert {"accidents", "detection", "terrain", "minefield_record"} <= kinds


def test_the_same_ledger_gives_the_same_files_and_a_filled_folder_is_left_alone(folder: EvidenceFolder, tmp_path: Path):
    create_demonstration_evidence(tmp_path / "again", snapshot())
    again, _ = EvidenceFolder.open(tmp_path / "again")
    assert again is not None
    told = [
        {name: dict(card.files) for name, card in ((c.id, c) for c in one.manifest.sources)} for one in (folder, again)
    ]
    assert told[0] == told[1]
    before = again.digest
    assert create_demonstration_evidence(tmp_path / "again", snapshot(3)) == []
    left, _ = EvidenceFolder.open(tmp_path / "again")
    assert left is not None
    assert left.digest == before


def test_finds_lie_in_land_that_was_cleared_and_what_is_left_lies_in_land_that_is_open():
    entries = belts(12)
    truth = truth_of(entries, shapely.box(-1e5, -1e5, 1e5, 1e5), 7)
    cleared = shapely.union_all(
        [polygon_of(e.place.shape) for e in entries if e.kind.value == "clear" and isinstance(e.place, Located)]
    )
    assert len(truth.finds) > 20
    assert shapely.contains_xy(cleared.buffer(0.01), truth.finds[:, 0], truth.finds[:, 1]).all()
    assert not shapely.contains_xy(cleared.buffer(-0.01), truth.open_items[:, 0], truth.open_items[:, 1]).any()
    assert len(truth.mined) > len(truth.clean)


def test_an_areas_lot_does_not_depend_on_the_other_areas():
    few, many = (truth_of(belts(n), shapely.box(-1e5, -1e5, 1e5, 1e5), 7) for n in (4, 12))
    known = {polygon.wkt for polygon in many.mined}
    assert all(polygon.wkt in known for polygon in few.mined)


def test_a_belt_is_long_however_it_winds_and_a_field_is_not():
    winding = shapely.LineString([(0, 0), (300, 60), (600, 0), (900, 80)]).buffer(25)
    assert is_long(winding)
    assert not is_long(shapely.box(0, 0, 300, 200))


def test_the_window_is_where_most_of_the_ledgers_areas_lie():
    area = demonstration_area(snapshot())
    assert area.box_deg is not None
    west, south, east, north = area.box_deg
    assert np.isclose([east - west, north - south], [0.40, 0.45]).all()
    assert west < 47.1 < east


def test_without_a_snapshot_it_is_drawn_about_the_small_demonstration(tmp_path: Path):
    assert create_demonstration_evidence(tmp_path / "evidence") == []
    found, _ = EvidenceFolder.open(tmp_path / "evidence")
    assert found is not None
    assert len(found.manifest.sources) >= 10
