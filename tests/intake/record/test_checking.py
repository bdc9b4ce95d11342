"""What is wrong with a record is said at its element, by a code of its own; a sound record has nothing (IMAS 05.10)."""

import csv
from typing import Any

import pytest

from intake.record.answers import (
    ACCIDENT,
    AROUND_AGDAM,
    COMPLETION,
    HAZARD,
    PROGRESS,
    VICTIM,
    answered,
    context,
    told,
    typed,
)
from torpaq.intake.record.checking import MAY_LIE_AHEAD, MISSING, check_record
from torpaq.intake.record.reading import read_answers
from torpaq.intake.record.record import Finding, Record
from torpaq.intake.record.rules import AREAS, ELSEWHERE, IN_ORDER, is_in_unit
from torpaq.standard.country import load_country
from torpaq.standard.form import form_codes, load_form
from torpaq.standard.problems import Severity, catalogue
from torpaq.standard.tables import STANDARD

SOUND = {
    "hazardous_area": HAZARD,
    "completion": COMPLETION,
    "accident": ACCIDENT,
    "victim": VICTIM,
    "clearance_progress": PROGRESS,
}


@pytest.mark.parametrize("form", SOUND)
def test_a_sound_record_has_nothing_wrong(form: str) -> None:
    _, findings = answered(form, SOUND[form])
    assert told(findings) == set()


WRONG = [
    # what follows from the form's table
    ("hazardous_area", {"unit": None}, "unit", "answer_missing"),
    ("hazardous_area", {"classification": None}, "classification", "answer_missing"),
    ("hazardous_area", {"emplaced_year": "2150"}, "emplaced_year", "answer_too_large"),
    (
        "hazardous_area",
        {"date_of_information": "2026-12-24", "report_date": None},
        "date_of_information",
        "answer_in_future",
    ),
    ("hazardous_area", {"survey_started_on": "1899-05-18"}, "survey_started_on", "date_impossible"),
    ("hazardous_area", {"marked_on": "2026-05-19"}, "marked_on", "answer_not_asked"),
    ("hazardous_area", {"local_id": "N" * 201}, "local_id", "answer_too_long"),
    ("hazardous_area", {"settlement": "x" * 2001}, "settlement", "answer_too_long"),
    # dates
    ("hazardous_area", {"survey_started_on": "2026-05-21"}, "survey_ended_on", "dates_out_of_order"),
    ("hazardous_area", {"report_date": "2026-05-19"}, "report_date", "dates_out_of_order"),
    ("completion", {"end_date": "2026-05-31"}, "end_date", "dates_out_of_order"),
    ("accident", {"date_of_information": "2026-03-01"}, "date_of_information", "dates_out_of_order"),
    # evidence, criteria, outcomes
    ("hazardous_area", {"evidence_direct": None}, "evidence_direct", "cha_without_direct_evidence"),
    (
        "hazardous_area",
        {"classification": "sha", "evidence_direct": None},
        "evidence_indirect",
        "sha_without_indirect_evidence",
    ),
    (
        "hazardous_area",
        {"classification": "sha", "evidence_indirect": "verbal_report"},
        "classification",
        "sha_with_direct_evidence",
    ),
    (
        "hazardous_area",
        {"area_status": "released", "status_changed_on": "2026-05-20", "status_change_reason": "other"},
        "area_status",
        "status_contradicts_result",
    ),
    # boundary and area
    ("hazardous_area", {"reported_area_m2": "1500"}, "reported_area_m2", "area_differs"),
    ("hazardous_area", {"benchmark": "39.9950 46.9350"}, "boundary", "safe_point_in_hazard"),
    ("hazardous_area", {"reference_point": "39.9950 46.9350"}, "boundary", "safe_point_in_hazard"),
    (
        "hazardous_area",
        {"boundary": "POLYGON ((46.93 39.99, 47.03 39.99, 47.03 40.00, 46.93 39.99))"},
        "boundary",
        "points_far_apart",
    ),
    ("hazardous_area", {"unit": "AZ-LAN"}, "boundary", "place_in_other_unit"),
    ("hazardous_area", {"unit": "AZ-LAN"}, "benchmark", "place_in_other_unit"),
    # accidents and people
    ("accident", {"injured": "0"}, "event_kind", "accident_without_harm"),
    ("accident", {"event_kind": "incident"}, "event_kind", "incident_with_harm"),
    (
        "accident",
        {"outside_recorded_area": "yes", "area": None},
        "outside_recorded_area",
        "accident_outside_recorded_area",
    ),
    ("accident", {"place": "38.75 48.85"}, "place", "place_in_other_unit"),
    ("victim", {"age_group": "child"}, "age_group", "age_group_contradicts_age"),
    ("victim", {"birth_date": "2027-01-01"}, "birth_date", "answer_in_future"),
    # ordnance
    (
        "clearance_progress",
        {
            "nothing_found": "yes",
            "finds": [{"category": "scrap", "quantity": "3", "found_on": "2026-06-02", "place": "39.9950 46.9350"}],
        },
        "finds",
        "finds_although_none",
    ),
]


@pytest.mark.parametrize(("form", "changes", "element", "code"), WRONG, ids=lambda value: str(value)[:40])
def test_one_thing_wrong_is_told_at_its_element(form: str, changes: dict[str, Any], element: str, code: str) -> None:
    _, findings = answered(form, SOUND[form], **changes)
    assert (element, code) in told(findings)
    others = {one for one in told(findings) if one[1] != code}
    allowed = {"answer_not_asked", "area_differs", "place_in_other_unit"}
    assert {other for _, other in others} <= allowed, others


CANCELLED = {
    "survey_result": "cancelled_part",
    "classification": "sha",
    "evidence_direct": None,
    "evidence_indirect": "verbal_report",
    "cancellation_criteria": "visited_no_signs",
    "community_agreed": "yes",
}


def test_a_cancellation_with_its_criteria_visit_and_agreement_is_sound() -> None:
    _, findings = answered("hazardous_area", HAZARD, **CANCELLED)
    assert told(findings) == set()


@pytest.mark.parametrize(
    ("changes", "element", "code"),
    [
        ({"cancellation_criteria": None}, "cancellation_criteria", "cancelled_without_criteria"),
        ({"visited": "no"}, "visited", "cancelled_without_visit"),
        ({"community_agreed": "no"}, "community_agreed", "cancelled_without_community"),
        ({"benchmark": "39.9950 46.9350"}, "", ""),  # a benchmark in the cancelled part is in no danger
    ],
)
def test_a_cancellation_needs_criteria_a_visit_and_agreement(changes: dict[str, Any], element: str, code: str) -> None:
    _, findings = answered("hazardous_area", HAZARD, **{**CANCELLED, **changes})
    assert told(findings) == ({(element, code)} if code else set())


def completed(**changes: object) -> set[tuple[str, str]]:
    """A completion whose only product and find are changed: ``product_…``, ``find_…``, or anything at the top."""
    raw = typed(COMPLETION)
    for name, value in changes.items():
        kind, _, element = name.partition("_")
        into = {"product": raw["products"], "find": raw["finds"]}.get(kind)
        holder: Any = into[0] if isinstance(into, list) else raw
        holder[element if into else name] = value
    where = context("completion")
    values, findings = read_answers(raw, where)
    return told(findings + check_record(Record("completion", where.form.version, values), where.form, where))


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"product_achieved_depth_cm": ""}, {("products[1].achieved_depth_cm", "cleared_without_depth")}),
        ({"product_achieved_depth_cm": "10"}, {("products[1].achieved_depth_cm", "depth_less_than_required")}),
        (
            {"product_outcome": "reduced", "product_achieved_depth_cm": ""},
            {("products[1].criteria", "released_without_criteria")},
        ),
        (
            {"product_outcome": "cancelled", "product_achieved_depth_cm": "", "product_criteria": "fade_out"},
            {("products[1].criteria", "criteria_of_other_outcome")},
        ),
        ({"product_outcome": "cancelled", "product_achieved_depth_cm": "", "product_criteria": "ploughed"}, set()),
        ({"product_reported_area_m2": "90 ha"}, {("products[1].reported_area_m2", "area_differs")}),
        ({"find_quantity": "4"}, {("finds[1].quantity", "several_mines_in_one_row")}),
        ({"find_quantity": "40", "find_category": "small_arms", "find_depth_cm": "", "find_model": ""}, set()),
        ({"find_quantity": "0"}, {("finds[1].quantity", "answer_too_small"), ("finds[1].quantity", "answer_missing")}),
        ({"find_place": "38.75 48.85"}, {("finds[1].place", "place_in_other_unit")}),
        ({"find_disposed_on": "2026-07-01"}, {("finds[1].disposed_on", "dates_out_of_order")}),
        ({"find_found_on": "2026-12-01", "find_disposed_on": ""}, {("finds[1].found_on", "answer_in_future")}),
        ({"find_depth_cm": ""}, {("finds[1].depth_cm", "answer_missing")}),
        ({"finds_reported": "in_progress_reports"}, {("finds", "finds_counted_twice")}),
        ({"finds_reported": "none_found"}, {("finds", "finds_although_none")}),
        ({"benchmark": "39.9950 46.9350"}, set()),  # inside land that was cleared
    ],
)
def test_products_and_finds_are_checked_row_by_row(changes: dict[str, Any], found: set[tuple[str, str]]) -> None:
    assert completed(**changes) == found


def test_a_row_that_repeats_another_is_told_once() -> None:
    raw = typed(COMPLETION)
    assert isinstance(raw["finds"], list)
    raw["finds"] = [*raw["finds"], {**raw["finds"][0], "depth_cm": "7"}, raw["finds"][0]]
    where = context("completion")
    values, _ = read_answers(raw, where)
    findings = check_record(Record("completion", "1", values), where.form, where)
    repeated = [found.problem for found in findings if found.problem.code == "repeat_row_twice"]
    assert [(found.parameters["row"], found.parameters["first"]) for found in repeated] == [(3, 1)]


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        (["female adult 12", "male adult 10", "male child 3"], ""),
        (["female adult 12", "male adult 10", "- - 22"], "beneficiaries_total_as_row"),
        (["female adult 12", "male adult 10", "- - 5"], ""),  # five whose sex and age nobody wrote down
        (["female adult 12", "female adult 3"], "beneficiaries_twice"),
        (["- - 22"], ""),
        (["female adult 0", "- - 0"], ""),
    ],
)
def test_people_are_counted_once_and_what_is_not_known_is_not_zero(rows: list[str], code: str) -> None:
    people = []
    for row in rows:
        sex, age, count = row.replace("-", " ").split() if "-" not in row else ["", "", row.split()[-1]]
        people.append({"kind": "direct", "stage": "actual", "sex": sex, "age": age, "count": count})
    _, findings = answered("hazardous_area", HAZARD, beneficiaries=people)
    assert told(findings) == ({("beneficiaries", code)} if code else set())


@pytest.mark.parametrize(
    ("issued", "used", "returned", "is_wrong"),
    [
        ("5", "4", "1", False),
        ("5", "4", "0.5", True),
        ("5", "6", "", True),
        ("5", "4", "", False),
        ("", "4", "", False),
    ],
)
def test_explosives_used_and_returned_are_those_issued(issued: str, used: str, returned: str, is_wrong: bool) -> None:
    stock = {"explosive": "TNT", "explosive_unit": "kg", "explosive_issued": issued, "explosive_used": used,
             "explosive_returned": returned}  # fmt: skip
    _, findings = answered("clearance_progress", PROGRESS, demolitions=[stock])
    assert (("demolitions[1].explosive_used", "explosives_do_not_add") in told(findings)) is is_wrong


INSPECTION = """
date_of_information: 2026-06-02
reporting_organisation: AUTHORITY
unit: AZ-AGM
inspected_on: 2026-06-02
inspection_kind: external_qa_announced
inspected_organisation: OP-A
inspecting_organisation: AUTHORITY
activity: clearance
result: conforms
"""


def test_an_external_inspection_is_made_by_another_organisation() -> None:
    _, findings = answered("quality_inspection", INSPECTION)
    assert told(findings) == set()
    _, findings = answered("quality_inspection", INSPECTION, inspecting_organisation="OP-A")
    assert told(findings) == {("inspecting_organisation", "inspector_not_independent")}
    _, findings = answered(
        "quality_inspection", INSPECTION, inspecting_organisation="OP-A", inspection_kind="internal_qa"
    )
    assert told(findings) == set()


# -- shapes -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("element", "value", "code"),
    [
        ("area", 17, "answer_shape"),
        ("area", "HA\x0017", "answer_characters"),
        ("classification", ["cha"], "answer_shape"),
        ("classification", "danger", "code_unknown"),
        ("evidence_direct", "crater", "answer_shape"),
        ("evidence_direct", [1], "answer_shape"),
        ("evidence_direct", ["crater", "smell"], "code_unknown"),
        ("evidence_direct", ["crater", "crater"], "code_repeated"),
        ("emplaced_year", 1993.5, "answer_shape"),
        ("emplaced_year", True, "answer_shape"),
        ("reported_area_m2", float("nan"), "answer_shape"),
        ("reported_area_m2", "1500", "answer_shape"),
        ("reported_area_m2", 10**15, "answer_too_large"),
        ("date_of_information", "31.05.2026", "answer_shape"),
        ("date_of_information", "2026-02-31", "answer_shape"),
        ("date_of_information", "1899-12-31", "date_too_early"),
        ("benchmark", "39.9 46.9", "answer_shape"),
        ("benchmark", {"type": "Polygon", "coordinates": []}, "answer_shape"),
        ("boundary", {"type": "MultiPolygon", "coordinates": []}, "answer_shape"),
        ("informants", "many", "answer_shape"),
        ("informants", ["many"], "answer_shape"),
        ("attachments", [{"file": {"name": "a.jpg"}}], "answer_shape"),
        ("colour", "red", "element_unknown"),
    ],
)
def test_a_value_of_the_wrong_shape_is_told_and_nothing_breaks(element: str, value: Any, code: str) -> None:
    where = context("hazardous_area")
    values, _ = read_answers(typed(HAZARD), where)
    findings = check_record(Record("hazardous_area", "1", {**values, element: value}), where.form, where)
    assert code in {found.problem.code for found in findings if found.element.startswith(element)}


def test_times_and_moments_have_a_shape_as_well() -> None:
    where = context("eod_spot_task")
    values = {"reported_at": "2026-05-31 08:30", "evacuation_from": "2026-05-31T24:00", "evacuated": "yes"}
    findings = check_record(Record("eod_spot_task", "1", values), where.form, where)
    shapes = {found.element for found in findings if found.problem.code == "answer_shape"}
    assert shapes == {"reported_at", "evacuation_from"}
    where = context("accident")
    findings = check_record(Record("accident", "1", {"occurred_at": "8:30"}), where.form, where)
    assert ("occurred_at", "answer_shape") in told(findings)


def test_days_to_come_are_no_mistake_where_the_element_speaks_of_one() -> None:
    _, findings = answered("clearance_progress", PROGRESS, expected_end_on="2027-05-01")
    assert told(findings) == set()


def test_an_answer_that_nobody_could_read_is_not_missing_and_nothing_is_judged_by_it() -> None:
    where = context("hazardous_area")
    values, _ = read_answers(typed(HAZARD), where)
    del values["survey_result"]
    findings = check_record(Record("hazardous_area", "1", values), where.form, where, unread={"survey_result"})
    assert told(findings) == set()
    findings = check_record(Record("hazardous_area", "1", values), where.form, where)
    assert ("survey_result", "answer_missing") in told(findings)
    assert ("boundary", "answer_not_asked") in told(findings)


def test_what_an_earlier_version_asked_is_no_stranger(monkeypatch: pytest.MonkeyPatch) -> None:
    old, new = load_form("hazardous_area", "aze", "1"), context("hazardous_area").form
    assert "land_disputed" in new.by_code and "land_disputed" not in old.by_code
    where = context("hazardous_area")
    values, _ = read_answers(typed(HAZARD), where)
    record = Record("hazardous_area", "1", {**values, "land_disputed": ["boundary"]})
    assert ("land_disputed", "element_unknown") not in told(check_record(record, old, where))


def test_a_secret_stands_in_no_finding() -> None:
    _, findings = answered("victim", VICTIM, birth_date="1990-05-06", outcome="died_later", died_on="1989-01-01")
    late = [found for found in findings if found.problem.code == "dates_out_of_order"]
    assert len(late) == 1
    assert "1990" not in str(late[0].as_json())
    _, findings = answered("victim", VICTIM, birth_date="2027-01-01")
    assert "2027" not in str([found.as_json() for found in findings])


# -- places and units -------------------------------------------------------------------------------------------------


def test_a_place_may_be_in_a_unit_up_to_the_precision_of_the_drawn_borders() -> None:
    aze = load_country("aze")
    assert is_in_unit(aze, "AZ-AGM", 46.93, 39.99)
    assert is_in_unit(aze, "AZ", 46.93, 39.99)
    assert not is_in_unit(aze, "AZ-LAN", 46.93, 39.99)
    undrawn = next(unit for unit in aze.units.values() if unit.formed_of and unit.code not in aze.boundaries)
    ring = aze.boundaries[undrawn.formed_of[0]][0][0]
    lon, lat = (sum(point[axis] for point in ring) / len(ring) for axis in (0, 1))
    if undrawn.formed_of[0] in aze.unit_at(lon, lat):
        assert is_in_unit(aze, undrawn.code, lon, lat)


def test_a_country_without_drawn_borders_judges_no_place() -> None:
    where = context("accident", "col")
    unit = next(iter(code for code in where.country.units if code != "CO"))
    raw = {**typed(ACCIDENT), "unit": unit, "place": "4.6 -74.1"}
    values, findings = read_answers(raw, where)
    assert told(findings + check_record(Record("accident", "1", values), where.form, where)) == set()


# -- the tables of rules are true of the forms ------------------------------------------------------------------------


def test_every_element_that_a_rule_names_is_one_of_some_form() -> None:
    known = {element.code for form in form_codes() for element in load_form(form, "aze").elements}
    named = {code for pair in (*IN_ORDER, *AREAS) for code in pair}
    assert named | MAY_LIE_AHEAD | set(MISSING) | ELSEWHERE <= known


def test_every_problem_of_answers_is_met_by_a_test() -> None:
    """Each code of the catalogue of answers stands in a test of reading or checking."""
    with (STANDARD / "catalogue" / "intake_answers.csv").open(encoding="utf-8") as file:
        codes = [row["code"] for row in csv.DictReader(file)]
    from pathlib import Path

    tests = "".join(path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("test_*.py"))
    assert [code for code in codes if f'"{code}"' not in tests] == []
    assert all(catalogue()[code].severity in Severity for code in codes)


def test_findings_say_what_is_there_and_what_would_be_right() -> None:
    _, findings = answered("hazardous_area", HAZARD, benchmark="39.9950 46.9350")
    (found,) = [found for found in findings if found.problem.code == "safe_point_in_hazard"]
    assert isinstance(found, Finding)
    assert found.value == AROUND_AGDAM
    for language, word in (("en", "DANGER"), ("az", "TƏHLÜKƏ"), ("ru", "ОПАСНО")):
        assert word in found.problem.sentence(language)
