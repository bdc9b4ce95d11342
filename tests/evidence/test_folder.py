"""An evidence folder keeps what it is given byte for byte, asks what must be known, refuses what cannot be used."""

import hashlib
import json
from pathlib import Path

import pytest

from evidence.evidence_stories import features, folder_at, new_source
from torpaq.evidence.adding import free_id
from torpaq.evidence.folder import EvidenceFolder

ROAD = features("LineString", [(0, 0), (500, 0), (900, 400)])


def test_a_source_is_kept_as_it_was_given_with_its_card(tmp_path: Path) -> None:
    folder = folder_at(tmp_path / "evidence")
    file = tmp_path / "yollar.geojson"
    file.write_text(ROAD)
    card, problems = folder.add_source(file, new_source("road", "Ağdam yolları", error_m=8.0))
    assert problems == []
    assert card is not None
    assert (card.id, card.error_m, card.reliability_known) == ("agdam-yollari", 8.0, False)
    assert card.options["assumed"] == ["reliability"] and card.options["features"] == 1
    (kept,) = folder.source_paths(card)
    assert kept.read_bytes() == file.read_bytes()
    assert card.files == {"yollar.geojson": hashlib.sha256(file.read_bytes()).hexdigest()}
    again, problems = EvidenceFolder.open(tmp_path / "evidence")
    assert again is not None and again.manifest == folder.manifest and again.digest == folder.digest


def test_a_source_taken_away_takes_its_bytes_along(tmp_path: Path) -> None:
    folder = folder_at(tmp_path / "evidence")
    file = tmp_path / "road.geojson"
    file.write_text(ROAD)
    empty = folder.digest
    card, _ = folder.add_source(file, new_source("road", "Roads"))
    assert card is not None and folder.digest != empty
    assert [one.code for one in folder.remove_source("rivers")] == ["evidence_source_missing"]
    assert folder.remove_source(card.id) == []
    assert not folder.source_paths(card)[0].exists() and folder.digest == empty


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"kind": "rumour"}, "evidence_kind_unknown"),
        ({"date": ""}, "evidence_field_missing"),
        ({"licence": "  "}, "evidence_field_missing"),
        ({"source": ""}, "evidence_field_missing"),
        ({"name": ""}, "evidence_field_missing"),
        ({"name": "x" * 200}, "evidence_name_too_long"),
        ({"name": "roads"}, "evidence_name_taken"),
        ({"date": "31.05.2026"}, "date_wrong"),
        ({"date": "9999-01-01"}, "evidence_date_ahead"),
        ({"error_m": -1.0}, "evidence_error_wrong"),
        ({"error_m": float("nan")}, "evidence_error_wrong"),
        ({"reliability": 1.2}, "evidence_reliability_wrong"),
        ({"options": {"detection": 0}}, "evidence_detection_wrong"),
    ],
)
def test_what_is_not_said_or_said_wrongly_is_named(tmp_path: Path, changes: dict[str, object], code: str) -> None:
    folder = folder_at(tmp_path / "evidence")
    file = tmp_path / "road.geojson"
    file.write_text(ROAD)
    assert folder.add_source(file, new_source("road", "Roads"))[0]
    asked = {"kind": "road", "name": "Tracks"} | changes
    before = folder.manifest
    card, problems = folder.add_source(file, new_source(str(asked.pop("kind")), str(asked.pop("name")), **asked))
    assert card is None
    assert [one.code for one in problems] == [code]
    for language in ("az", "en", "ru"):
        assert problems[0].sentence(language)
    assert folder.manifest == before


def test_a_folder_without_a_manifest_or_with_a_broken_one_is_a_problem(tmp_path: Path) -> None:
    assert [one.code for one in EvidenceFolder.open(tmp_path)[1]] == ["evidence_folder_missing"]
    for text in ("", "{}", "[1]", json.dumps({"country": "xxx", "grid": None})):
        (tmp_path / "manifest.json").write_text(text)
        assert [one.code for one in EvidenceFolder.open(tmp_path)[1]] == ["evidence_manifest_unreadable"]


def test_ids_are_fit_for_files() -> None:
    assert free_id("Линия фронта 1993", set()) == "liniya-fronta-1993"
    assert free_id("Cəbhə xətti", {"cebhe-xetti"}) == "cebhe-xetti-2"
    assert free_id("../../etc", set()) == "etc" and free_id("漢字", set()) == "source"
