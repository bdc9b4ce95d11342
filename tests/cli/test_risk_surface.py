"""From evidence to reasons on the command line: the Authority fits, makes a surface, asks why, and compares."""

import json

import numpy as np
import pytest

from cli.house import Desk
from evidence.folders import write_folder
from risk.surfaces import SMALL, examined_of, truth
from torpaq.standard.problems import LANGUAGES

PLACE = ("--lon", "47.0017", "--lat", "40.0022")
WKT = "POLYGON ((47 40, 47.004 40, 47.004 40.002, 47 40.002, 47 40))"


@pytest.fixture
def small(desk: Desk) -> str:
    """A surface by the expert's tables."""
    write_folder(desk.folder / "evidence", SMALL, label="SYNTHETIC DATA")
    out = str(desk.folder / "surface")
    assert desk.torpaq("risk", "surface", str(desk.folder / "evidence"), "--out", out, "--json").status == 0
    return out


def test_the_authority_fits_a_model_and_makes_its_surface(desk: Desk) -> None:
    layers, holds, _ = truth(side=60)
    names = {str(number): f"district {number}" for number in range(9)}
    write_folder(desk.folder / "evidence", layers | {"examined": examined_of(holds, 0.6)}, names=names)
    evidence, model = str(desk.folder / "evidence"), str(desk.folder / "model.json")
    told = desk.torpaq("risk", "fit", evidence, "--out", model, "--json")
    assert told.status == 0
    assert told.json["origin"] == "fitted"
    assert told.json["level_from"] == "examined"
    assert {table["layer"] for table in told.json["tables"]} == {"trench_distance", "years_used"}
    assert told.json["card"]["leave_one_area_out"]["folds"] == len(told.json["areas"]) >= 8
    assert "draws" not in told.json
    words = desk.torpaq("risk", "fit", evidence, "--out", model)
    assert "trench_distance" in words.out
    assert "leave_one_area_out" in words.out
    assert "promised miss 0.05: leaves out" in words.out
    made = desk.torpaq("risk", "surface", evidence, "--model", model, "--out", str(desk.folder / "surface"))
    assert made.status == 0
    assert "model fitted" in made.out
    again = desk.torpaq("risk", "surface", evidence, "--model", model, "--out", str(desk.folder / "surface"))
    assert "1 of 1 tiles as they were" in again.out
    by_expert = desk.torpaq("risk", "surface", evidence, "--out", str(desk.folder / "expert"), "--json")
    assert by_expert.json["model"]["level_from"] == "range"
    assert by_expert.codes == ["risk_level_from_range"]
    assert sum(by_expert.json["hectares"].values()) == pytest.approx(3600)
    changes = desk.torpaq("risk", "changes", str(desk.folder / "expert"), str(desk.folder / "surface"), "--json")
    assert changes.status == 0
    assert {part["kind"] for part in changes.json["parts"]} >= {"level", "table"}
    assert (
        "log-odds moved by"
        in desk.torpaq("risk", "changes", str(desk.folder / "expert"), str(desk.folder / "surface")).out
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_why_a_place_stands_as_it_does(desk: Desk, small: str, language: str) -> None:
    told = desk.torpaq("risk", "explain", small, *PLACE, "--json", "--language", language)
    assert told.status == 0
    assert told.json["cells"] == 1
    assert sum(term["log_odds"] for term in told.json["terms"]) == pytest.approx(told.json["log_odds"], abs=0.006)
    assert told.json["synthetic_label"] == "SYNTHETIC DATA"
    words = desk.torpaq("risk", "explain", small, *PLACE, "--language", language)
    assert words.out.splitlines() == ["SYNTHETIC DATA", *told.json["sentences"]]


def test_why_a_polygon_stands_as_it_does(desk: Desk, small: str) -> None:
    told = desk.torpaq("risk", "explain", small, "--polygon", WKT, "--json")
    assert told.status == 0
    assert told.json["cells"] > 1
    named = desk.torpaq("risk", "explain", small, "--polygon", desk.file("field.wkt", WKT), "--json")
    assert named.json == told.json
    ring = [[47, 40], [47.004, 40], [47.004, 40.002], [47, 40.002], [47, 40]]
    geojson = desk.file("field.geojson", json.dumps({"type": "Polygon", "coordinates": [ring]}))
    assert desk.torpaq("risk", "explain", small, "--polygon", geojson, "--json").json == told.json


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--lon", "47.0017"), "risk_no_place"),
        (("--lon", "10", "--lat", "10"), "risk_place_outside"),
        (("--polygon", "POINT (47 40)"), "risk_polygon_wrong"),
        (("--lon", "47.0055", "--lat", "40.0022"), "risk_place_not_assessed"),
    ],
)
def test_a_place_that_cannot_be_explained_is_told(desk: Desk, small: str, words: tuple[str, ...], code: str) -> None:
    told = desk.torpaq("risk", "explain", small, *words, "--json")
    assert told.status == 2
    assert told.codes == [code]


def test_bad_input_is_told_and_nothing_is_half_written(desk: Desk, small: str) -> None:
    nowhere = str(desk.folder / "nowhere")
    assert desk.torpaq("risk", "fit", nowhere, "--out", "m.json", "--json").codes == ["risk_evidence_unreadable"]
    assert desk.torpaq("risk", "surface", nowhere, "--out", "s", "--json").codes == ["risk_evidence_unreadable"]
    assert desk.torpaq("risk", "explain", nowhere, *PLACE, "--json").codes == ["risk_surface_unreadable"]
    assert desk.torpaq("risk", "changes", nowhere, small, "--json").codes == ["risk_surface_unreadable"]
    evidence = str(desk.folder / "evidence")
    broken = desk.file("model.json", "{")
    told = desk.torpaq("risk", "surface", evidence, "--model", broken, "--out", str(desk.folder / "new"), "--json")
    assert told.codes == ["risk_model_unreadable"]
    assert not (desk.folder / "new").exists()
    taken = desk.file("taken", "a file")
    told = desk.torpaq("risk", "surface", evidence, "--out", taken, "--json")
    assert "risk_surface_unwritten" in told.codes
    write_folder(desk.folder / "clean", SMALL | {"examined": SMALL["examined"].replace("1", "0")})
    assert desk.torpaq("risk", "fit", str(desk.folder / "clean"), "--out", "m.json", "--json").codes == [
        "risk_one_kind_examined"
    ]


def test_a_model_that_cannot_be_written_is_told(desk: Desk) -> None:
    layers, holds, _ = truth(side=24)
    write_folder(desk.folder / "evidence", layers | {"examined": np.where(holds, 1.0, 0.0)})
    out = str(desk.folder / "no" / "model.json")
    told = desk.torpaq("risk", "fit", str(desk.folder / "evidence"), "--out", out, "--json")
    assert "risk_model_unwritten" in told.codes
