"""Minefield records: read as transcribed, laid down whole, and trusted as far as the field confirmed their issuer."""

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence.evidence_stories import folder_at, lonlat, new_source, snapshot_of
from torpaq.evidence.build import Area, build
from torpaq.evidence.grid import grid_over
from torpaq.evidence.layers.records import CHANCE_CODING
from torpaq.evidence.placing import Laid, chance_field, lay_record
from torpaq.evidence.raster import read_window
from torpaq.evidence.records import Budget, MinefieldRecord, read_record
from torpaq.evidence.reliability import Outcome, beta_interval, learn_trust
from torpaq.geo.crs import AZE
from torpaq.standard.country import load_country

AREA = Area((46.98, 39.985, 47.02, 40.015), cell_m=10.0)
EXACT = {"datum_m": 0, "plot_m": 0, "bearing_deg": 0, "distance_percent": 0, "blunder_share": 0, "blunder_m": 0}


def leg(bearing: float, distance: float, **changes: Any) -> dict[str, Any]:
    return {
        "bearing": bearing,
        "bearing_unit": "deg360",
        "reference": "true",
        "distance": distance,
        "distance_unit": "m",
    } | changes


def record_of(**changes: Any) -> dict[str, Any]:
    """A row of 200 m, running east, 100 m north of a reference point in the middle of the area."""
    lon, lat = lonlat(0, 0)
    return {
        "record": "MF-17",
        "issuer": "brigade 5",
        "issued": "1993-05-01",
        "rows": [{"name": "A", "to_start": [leg(0, 100)], "legs": [leg(90, 120), leg(90, 80)]}],
        "attempts": [{"datum_operation": "wgs84", "lon": lon, "lat": lat, "budget": EXACT}],
    } | changes


def read(tmp_path: Path, value: dict[str, Any] | str, name: str = "record.json") -> MinefieldRecord:
    path = tmp_path / name
    path.write_text(value if isinstance(value, str) else json.dumps(value))
    record, problems = read_record(path, "record", load_country("aze"))
    assert record is not None, problems
    return record


def test_the_error_budget_of_the_planning_notes():
    """An anti-personnel row off a sheet 1:50,000, a walk of 250 m in paces: 4.5, 25, 4.4 and 12.5 m."""
    budget = Budget(4.5, 25, 1, 5, 0.1, 100)
    assert budget.sigma_m(250) == pytest.approx(math.sqrt(4.5**2 + 25**2 + 4.3633**2 + 12.5**2), abs=0.01)


def test_what_a_budget_leaves_out_is_the_operations_accuracy_and_the_programmes_usual_value(tmp_path: Path):
    attempt = {"datum_operation": "15865", "lon": 46.75, "lat": 39.8265, "pace_m": 0.75}
    paced = [{"name": "A", "legs": [leg(90, 160, distance_unit="pace")]}]
    record = read(tmp_path, record_of(rows=paced, attempts=[attempt]))
    (found,) = record.attempts
    assert found.budget == Budget(4.5, 25.0, 1.0, 5.0, 0.1, 100.0)
    assert found.start == pytest.approx((46.74880458, 39.82640787), abs=1e-7)
    assert found.walk(record.rows[0].legs)[0].horizontal_m == pytest.approx(120)


def test_soviet_and_nato_mils_and_a_declination_of_its_day(tmp_path: Path):
    rows = [{"legs": [leg(0, 200) | {"bearing": "15-00", "bearing_unit": unit} for unit in ("mil6000", "mil6400")]}]
    (attempt,) = read(tmp_path, record_of(rows=rows)).attempts
    walked = attempt.walk(read(tmp_path, record_of(rows=rows)).rows[0].legs)
    assert [leg.true_bearing_deg for leg in walked] == pytest.approx([90, 84.375])
    magnetic = record_of(rows=[{"legs": [leg(10, 50, reference="magnetic")]}])
    magnetic["attempts"][0]["declination_deg"] = 5.5
    assert read(tmp_path, magnetic).attempts[0].magnetic_deg == 5.5


def test_a_record_in_csv_is_the_one_in_json(tmp_path: Path):
    lon, lat = lonlat(0, 0)
    text = f"""# record MF-17
# issuer brigade 5
# issued 1993-05-01
# datum_operation 1808
# lon {lon}
# lat {lat}
# map_scale 100000
row,bearing,bearing_unit,reference,distance,distance_unit,mined
A,0,deg360,true,100,m,no
A,90,deg360,true,120,m,yes
A,90,deg360,true,80,m,yes
"""
    told = record_of(attempts=[{"datum_operation": "1808", "lon": lon, "lat": lat, "map_scale": 100000}])
    assert repr(read(tmp_path, text, "record.csv")) == repr(read(tmp_path, told))


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"record": ""}, "record"),
        ({"issuer": None}, "issuer"),
        ({"issued": "May 1993"}, "issued"),
        ({"rows": []}, "rows"),
        ({"rows": [{"legs": []}]}, "rows[1].legs"),
        ({"rows": [{"legs": [leg(400, 20)]}]}, "rows[1].legs[1].bearing"),
        ({"rows": [{"legs": [leg(4, 20, bearing_unit="rumb")]}]}, "rows[1].legs[1].bearing_unit"),
        ({"rows": [{"legs": [leg(4, 20) | {"distance": "far"}]}]}, "rows[1].legs[1].distance"),
        ({"rows": [{"points": [[1, 2]]}]}, "rows[1].points"),
        ({"rows": [{"points": [[1, 2], [3, 4]]}]}, "attempts[1].control"),
        ({"attempts": []}, "attempts"),
        ({"attempts": [{"lon": 47, "lat": 40}]}, "attempts[1].datum_operation"),
        ({"attempts": [{"datum_operation": "wgs84", "lon": 47}]}, "attempts[1].lat"),
        (
            {"attempts": [{"datum_operation": "wgs84", "lon": 47, "lat": 40, "budget": {"luck": 1}}]},
            "attempts[1].budget",
        ),
    ],
)
def test_what_is_wrong_in_a_record_is_named(tmp_path: Path, changes: dict[str, Any], where: str):
    path = tmp_path / "record.json"
    path.write_text(json.dumps(record_of(**changes)))
    record, problems = read_record(path, "MF-17", load_country("aze"))
    assert record is None
    assert [(one.code, one.parameters["where"]) for one in problems] == [("minefield_record_wrong", where)]


def test_bytes_that_are_no_record_are_a_problem(tmp_path: Path):
    for number, data in enumerate((b"\xff\xfe\x00", b"{", b"[]", b"a,b\n1,2\n", b'{"rows": 5}')):
        path = tmp_path / f"{number}.json"
        path.write_bytes(data)
        record, problems = read_record(path, "MF-17", load_country("aze"))
        assert record is None and len(problems) == 1, data


def test_a_record_without_error_lies_where_it_says(tmp_path: Path):
    laid, problems = lay_record(read(tmp_path, record_of()), AZE, 20, "MF-17")
    assert problems == [] and laid is not None
    assert laid.xy_m.shape == (20, 3, 2)
    assert laid.xy_m[0] == pytest.approx(np.array([(0, 100), (120, 100), (200, 100)]), abs=0.01)
    assert np.ptp(laid.xy_m, axis=0).max() < 1e-6


def test_the_errors_of_a_record_are_common_to_its_rows(tmp_path: Path):
    """Two points of a row 200 m apart are out together: far less apart from each other than each from its place."""
    told = record_of()
    told["attempts"][0]["budget"] = EXACT | {"plot_m": 25, "bearing_deg": 1, "datum_m": 4.5}
    laid, _ = lay_record(read(tmp_path, told), AZE, 4000, "MF-17")
    assert laid is not None
    ends = laid.xy_m[:, [0, -1]]
    assert ends.std(axis=0)[0] == pytest.approx([math.hypot(25.4, 100 * math.radians(1)), 25.4], rel=0.05)
    lengths = np.hypot(*(ends[:, 1] - ends[:, 0]).T)
    assert np.ptp(lengths) < 1e-6


def test_a_tenth_of_records_is_out_by_a_blunder(tmp_path: Path):
    told = record_of()
    told["attempts"][0]["budget"] = EXACT | {"blunder_share": 0.1, "blunder_m": 100}
    laid, _ = lay_record(read(tmp_path, told), AZE, 4000, "MF-17")
    assert laid is not None
    moved = np.hypot(*(laid.xy_m[:, 0] - (0, 100)).T) > 1
    assert moved.mean() == pytest.approx(0.1, abs=0.02)


SKETCH = [(10, 10), (90, 12), (88, 70), (15, 75), (50, 40)]
GROUND = [(29.06, 20.97), (224.88, 2.96), (240.59, 148.58), (59.67, 179.63), (137.36, 84.52)]


def test_a_sketched_row_spreads_as_its_fit_does(tmp_path: Path):
    """The planning notes' control points, moved to the middle: σ at (50, 40) is 0.643 m, at (150, 100) 1.805."""
    control = [
        {"x": x, "y": y, **dict(zip(("lon", "lat"), lonlat(*place), strict=True))}
        for (x, y), place in zip(SKETCH, GROUND, strict=True)
    ]
    told = record_of(
        rows=[{"points": [[50, 40], [60, 40]]}],
        attempts=[{"datum_operation": "wgs84", "control": control, "budget": EXACT}],
    )
    laid, problems = lay_record(read(tmp_path, told), AZE, 6000, "MF-17")
    assert problems == [] and laid is not None
    assert laid.xy_m[:, 0].mean(axis=0) == pytest.approx([136.424, 84.045], abs=0.1)
    student = math.sqrt(6 / 4)  # σ₀ of six degrees of freedom: Student's spread is wider than the normal's
    wanted = math.hypot(0.643150 * student, 1.43726446)
    assert laid.xy_m[:, 0].std(axis=0) == pytest.approx([wanted, wanted], rel=0.06)
    outside = record_of(rows=[{"points": [[150, 100], [160, 100]]}], attempts=told["attempts"])
    far, _ = lay_record(read(tmp_path, outside), AZE, 6000, "MF-17")
    assert far is not None
    assert far.xy_m[:, 0].std(axis=0).min() > math.hypot(1.805116 * student, 1.43726446)


@settings(max_examples=20)
@given(st.integers(0, 2**32 - 1), st.floats(1, 40))
def test_the_field_is_the_share_of_draws_that_come_near(seed: int, near_m: float):
    grid = grid_over(AZE, (-100, -100, 100, 100), 10.0)
    random = np.random.default_rng(seed)
    xy = random.normal(0, 60, (12, 5, 2))
    laid = Laid(xy, np.array([0, 3, 5]))
    field = chance_field(laid, grid, near_m)
    assert field is not None
    within_m = max(near_m, 7.1)
    for row in range(0, field.window.rows, 3):
        for column in range(0, field.window.columns, 3):
            middle = shapely.Point(grid.middle_of(field.window.row + row, field.window.column + column))
            near = [
                min(middle.distance(shapely.LineString(rows)) for rows in (draw[:3], draw[3:])) <= within_m
                for draw in xy
            ]
            assert field.chance[row, column] == pytest.approx(np.mean(near), abs=1e-6)


# -- trust ------------------------------------------------------------------------------------------------------------


def test_reliability_is_learned_and_says_when_it_is_only_a_prior():
    told = [Outcome("1", "brigade 5", 1.0, "finds"), Outcome("2", "brigade 5", 0.0, "examined without a find")]
    told += [Outcome("3", "brigade 5", None, "not examined enough"), Outcome("4", "brigade 6", None, "beside the area")]
    trusts = learn_trust(told, 1, 3)
    five, six = trusts["brigade 5"], trusts["brigade 6"]
    assert (five.mean, five.right, five.wrong, five.untested, five.is_learned) == (2 / 6, 1, 1, 1, True)
    assert (six.mean, six.is_learned) == (0.25, False)
    assert six.low < 0.25 < six.high


@pytest.mark.parametrize(("a", "b"), [(1, 3), (2, 4), (0.5, 0.5), (30, 3), (1, 200)])
def test_the_interval_of_a_beta_is_scipys(a: float, b: float):
    from scipy.stats import beta

    assert beta_interval(a, b) == pytest.approx(beta.ppf([0.05, 0.95], a, b), abs=2e-3)


def test_records_become_one_layer_and_finds_raise_the_trust_in_their_issuer(tmp_path: Path):
    folder = folder_at(tmp_path / "evidence")
    for number, north in enumerate((100, 400)):
        lon, lat = lonlat(0, north)
        attempt = {"datum_operation": "wgs84", "lon": lon, "lat": lat, "map_scale": 25000}
        path = tmp_path / f"{number}.json"
        path.write_text(json.dumps(record_of(record=f"MF-{number}", attempts=[attempt])))
        card, problems = folder.add_source(path, new_source("minefield_record", f"Record {number}"))
        assert card is not None and problems == []
        assert card.options["issuer"] == "brigade 5" and card.options["sigma_m"] > 12
    manifest, problems = build(folder, snapshot_of(tmp_path / "before"), AREA)
    assert manifest is not None and manifest.grid is not None
    assert [one.code for one in problems if one.subject == "record_chance"] == ["evidence_reliability_is_prior"]
    before = _chance_at(folder, 100, 200)
    assert 0 < before < 0.25
    assert [card.reliability_known for card in manifest.sources] == [False, False]
    find = {"row": "find", "uid": "d:1", "category": "ap_mine", "on": "2026-01-01"}
    find |= dict(zip(("lon", "lat"), lonlat(100, 203), strict=True))
    manifest, problems = build(folder, snapshot_of(tmp_path / "after", operations=[find]))
    assert manifest is not None
    assert [card.reliability_known for card in manifest.sources] == [True, True]
    assert manifest.sources[0].reliability == 0.4
    assert _chance_at(folder, 100, 200) > before
    layer = manifest.layer("record_chance")
    assert layer is not None
    assert [one["how"] for one in layer.made["records"]] == ["finds", "not examined enough"]
    build(folder, snapshot_of(tmp_path / "after", operations=[find]))
    assert "record_chance" in folder.kept


def _chance_at(folder: Any, x_m: float, y_m: float) -> float:
    grid = folder.manifest.grid
    code = read_window(folder.layer_path("record_chance"), grid.whole)[grid.cell_at(x_m, y_m)]
    return CHANCE_CODING.span(int(code))[0]


def test_ground_examined_without_a_find_speaks_against_a_record_and_a_survey_speaks_first(tmp_path: Path):
    folder = folder_at(tmp_path / "evidence")
    path = tmp_path / "record.json"
    path.write_text(json.dumps(record_of()))
    folder.add_source(path, new_source("minefield_record", "Record", reliability=0.5))
    book = """
    2021-03-04 establish HA-17 cha mine box -200 -100 400 300 ; NTS-88
    2023-06-10 clear HA-17 mine 13cm box -200 -100 400 300 method manual ; CR-9
    """
    manifest, _ = build(folder, snapshot_of(tmp_path / "cleared", book), AREA)
    assert manifest is not None
    assert manifest.sources[0].reliability == 0.4 and manifest.sources[0].reliability_known
    said = {"minefield_record": "mf 17", "record_field_tested": "yes", "record_test_result": "confirmed"}
    survey = {"uid": "s", "form": "hazardous_area", "date": "2024-01-01", "values": said}
    manifest, _ = build(folder, snapshot_of(tmp_path / "told", book, [survey]), AREA)
    assert manifest is not None and manifest.sources[0].reliability == 0.6
