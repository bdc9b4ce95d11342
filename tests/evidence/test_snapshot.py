"""A snapshot holds the programme as it stood, whole or not at all, and nobody's data."""

import json
from pathlib import Path

from evidence.evidence_stories import snapshot_of
from torpaq.evidence.snapshot import read_snapshot, without_people
from torpaq.standard.form import load_form

BOOK = """
2021-03-04 establish HA-17 sha mine box 0 0 100 100 ; NTS-88
2022-05-01 cancel HA-17 mine box 0 0 40 100 by Director ; NTS-131
"""


def test_what_was_written_is_read_back(tmp_path: Path) -> None:
    records = [{"uid": "a1", "form": "accident", "date": "2026-01-01", "lon": 46.9, "lat": 40.0, "values": {}}]
    snapshot = snapshot_of(tmp_path, BOOK, records, [{"row": "find", "uid": "d:1", "lon": 46.9, "lat": 40.0}])
    assert [entry.area for entry in snapshot.entries] == ["HA-17", "HA-17"]
    assert [row["uid"] for row in snapshot.records_of("accident")] == ["a1"]
    assert [row["uid"] for row in snapshot.finds] == ["d:1"]
    assert snapshot.card.entries == 2 and len(snapshot.card.head) == 64


def test_a_snapshot_changed_by_hand_is_refused(tmp_path: Path) -> None:
    snapshot_of(tmp_path, BOOK)
    ledger = tmp_path / "ledger.txt"
    ledger.write_text(ledger.read_text().replace("40 100", "60 100"))
    assert [one.code for one in read_snapshot(tmp_path)[1]] == ["snapshot_changed"]
    (tmp_path / "records.jsonl").unlink()
    assert [one.code for one in read_snapshot(tmp_path)[1]] == ["snapshot_changed", "snapshot_unreadable"]


def test_a_card_that_tells_of_another_ledger_is_refused(tmp_path: Path) -> None:
    snapshot_of(tmp_path, BOOK)
    card = json.loads((tmp_path / "snapshot.json").read_text())
    (tmp_path / "snapshot.json").write_text(json.dumps(card | {"head": "0" * 64}))
    assert [one.code for one in read_snapshot(tmp_path)[1]] == ["snapshot_other_ledger"]


def test_no_card_no_snapshot_and_garbage_is_a_problem(tmp_path: Path) -> None:
    assert [one.code for one in read_snapshot(tmp_path)[1]] == ["snapshot_missing"]
    for text in ("[]", "{", '{"country": "aze"}', "\x00"):
        (tmp_path / "snapshot.json").write_text(text)
        assert [one.code for one in read_snapshot(tmp_path)[1]] == ["snapshot_unreadable"]


def test_nobody_is_named_in_what_leaves_the_desk() -> None:
    said = {
        "place": {"type": "Point", "coordinates": [46.9, 40.0], "original": {"typed": "by Leyla's house"}},
        "place_precision": "exact",
        "narrative": "Leyla stepped on it",
        "place_description": "behind Leyla's house",
        "reporter": "Kamran",
        "killed": 1,
        "area": "HA-17",
    }
    kept = without_people(load_form("accident", "aze"), said)
    assert kept == {
        "place": {"type": "Point", "coordinates": [46.9, 40.0]},
        "place_precision": "exact",
        "killed": 1,
        "area": "HA-17",
    }
    survey = {"area": "HA-17", "informants": [{"informant_kind": "herder"}], "evidence_negative": ["long_use"]}
    assert without_people(load_form("hazardous_area", "aze"), survey) == {
        "area": "HA-17",
        "evidence_negative": ["long_use"],
    }
    assert without_people(load_form("victim", "aze"), {"sex": "female"}) is None
