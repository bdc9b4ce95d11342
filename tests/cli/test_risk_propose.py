"""The Authority asks the command line what might be given back; the answer says what is missing and moves no land."""

import hashlib
from pathlib import Path
from textwrap import dedent

import numpy as np
import pytest

from cli.house import Desk
from risk.surfaces import SETTINGS, evidence_at, examined_of, truth
from torpaq.evidence.snapshot import SnapshotCard, write_snapshot
from torpaq.land.chain import GENESIS, entry_hash
from torpaq.land.text import format_entry, format_ledger, parse_ledger
from torpaq.risk.surface.learn import fit_model
from torpaq.risk.surface.surface import make_surface
from torpaq.standard.problems import LANGUAGES

LEDGER = """
    2021-03-04 establish HA-1 sha mine  box 200 200 700 700      ; NTS-1
    2021-03-04 establish HA-2 sha mine  box 2600 2000 3400 2600  ; NTS-2
    2021-03-04 establish HA-9 sha mine  box 90000 0 90100 100    ; NTS-9
"""
RECORD = {
    "uid": "u1",
    "form": "hazardous_area",
    "values": {"area": "HA-1", "survey_result": "confirmed", "local_id": "NTS-7", "evidence_negative": ["long_use"]},
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A district of 6 km with its evidence, its snapshot and a surface that was fitted to what was examined."""
    base = tmp_path_factory.mktemp("programme")
    layers, holds, _ = truth()
    examined = examined_of(holds, 0.4)
    told = evidence_at(base / "evidence", {**layers, "examined": examined}, 50.0, label="synthetic")
    entries, problems = parse_ledger(dedent(LEDGER))
    assert problems == []
    head = GENESIS
    for entry in entries:
        head = entry_hash(head, format_entry(entry))
    card = SnapshotCard("The Authority", "aze", head, len(entries), "0.4", "2026-06-01T09:00:00+00:00", "synthetic")
    write_snapshot(base / "evidence" / "snapshot", card, format_ledger(entries, sealed=True), [RECORD], [])
    model, _ = fit_model(told, SETTINGS)
    assert model is not None
    surface, _ = make_surface(base / "evidence", model, base / "surface", SETTINGS)
    assert surface is not None
    return base


def digest(folder: Path) -> str:
    told = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        told.update(path.read_bytes() if path.is_file() else b"")
    return told.hexdigest()


def test_every_open_area_has_a_class_its_conditions_and_its_figures(desk: Desk, folder: Path) -> None:
    before = digest(folder)
    told = desk.torpaq("risk", "propose", str(folder / "surface"), "--json")
    assert told.status == 0
    areas = {one["area"]: one for one in told.json["proposals"]}
    assert set(areas) == {"HA-1", "HA-2", "HA-9"}
    assert areas["HA-9"]["class"] == "not_assessed"
    for name in ("HA-1", "HA-2"):
        one = areas[name]
        assert [condition["condition"] for condition in one["conditions"]] == ["a", "b", "c", "d", "e"]
        assert 0 <= one["any_least"] <= one["any_chance"] <= one["any_most"] <= 1
        assert one["expected_ha"] <= one["upper_ha"] <= one["area_ha"]
    assert areas["HA-1"]["area_ha"] == 25
    assert areas["HA-1"]["conditions"][3]["is_met"]
    assert not areas["HA-2"]["conditions"][3]["is_met"]
    assert told.json["certificate"]["areas"] == 9
    assert told.json["certificate"]["needed"] == 4
    assert told.json["synthetic_label"] == "synthetic"
    assert digest(folder) == before


def test_the_curve_agrees_with_the_areas_and_the_order_names_those_to_survey(desk: Desk, folder: Path) -> None:
    told = desk.torpaq("risk", "propose", str(folder / "surface"), "--json").json
    areas = {one["area"]: one for one in told["proposals"]}
    assert told["curve"][-1]["below_ha"] <= sum(one["area_ha"] for one in areas.values())
    missed = [point["missed_ha"] for point in told["curve"]]
    assert missed == sorted(missed)
    assert [one["certificate"]["miss"] for one in told["at_miss"]] == [0.01, 0.05, 0.1]
    named = [name for name, one in areas.items() if one["survey_place"]]
    assert sorted(told["survey_order"]) == sorted(named)
    bits = [areas[name]["survey"]["bits_per_kusd"] for name in told["survey_order"]]
    assert bits == sorted(bits, reverse=True)


@pytest.mark.parametrize("language", LANGUAGES)
def test_people_read_it_in_their_language(desk: Desk, folder: Path, language: str) -> None:
    told = desk.torpaq("risk", "propose", str(folder / "surface"), "--language", language)
    assert told.status == 0
    assert "ha" in told.out
    assert "Traceback" not in told.err


def test_a_folder_that_is_none_is_said_so(desk: Desk, folder: Path, tmp_path: Path) -> None:
    told = desk.torpaq("risk", "propose", str(tmp_path), "--json")
    assert (told.status, told.codes) == (2, ["risk_surface_unreadable"])
    told = desk.torpaq("risk", "propose", str(folder / "surface"), "--snapshot", str(tmp_path), "--json")
    assert (told.status, told.codes) == (2, ["snapshot_missing"])


def test_a_surface_whose_evidence_is_gone_proposes_nothing(desk: Desk, folder: Path, tmp_path: Path) -> None:
    there = folder / "evidence"
    away = folder / "elsewhere"
    there.rename(away)
    try:
        options = ("--snapshot", str(away / "snapshot"), "--json")
        told = desk.torpaq("risk", "propose", str(folder / "surface"), *options)
    finally:
        away.rename(there)
    assert told.status == 2
    assert "propose_without_evidence" in told.codes


def test_the_places_of_the_audit_lie_on_the_grid(desk: Desk, folder: Path) -> None:
    told = desk.torpaq("risk", "propose", str(folder / "surface"), "--seed", "4", "--json").json
    if told["audit"] is not None:
        places = np.array(told["audit"]["places_m"])
        assert ((places - 25) % 50 == 0).all()


def test_a_survey_budget_is_spread_where_the_next_find_is_likeliest(desk: Desk, folder: Path) -> None:
    told = desk.torpaq("risk", "propose", str(folder / "surface"), "--survey-usd", "5000", "--json").json
    if told["survey_order"]:
        effort = told["effort"]
        assert sum(one["usd"] for one in effort["areas"]) == pytest.approx(5_000, abs=0.1)
        assert effort["found"] >= effort["evenly"]
    wrong = desk.torpaq("risk", "propose", str(folder / "surface"), "--survey-usd", "-1", "--json")
    assert "no_place_to_search" in wrong.codes


def test_verified_contaminated_squares_back_the_certificate(desk: Desk, folder: Path) -> None:
    told = desk.torpaq("risk", "propose", str(folder / "surface"), "--json").json
    assert told["verified"]["sites"] >= 10
    assert told["verified"]["missed"] <= told["verified"]["bound"] * told["verified"]["sites"]
