"""Each need of a task's moves by itself: what is asked, of which activities, and where the border lies."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from operations.tasks.task_stories import CONTROL, ORDER, REPORT, SOUND, by_operator
from torpaq.operations.tasks.facts import AreaFacts, Overlap, TaskFacts
from torpaq.operations.tasks.order import check_order, root_of, takes_depth, works_land
from torpaq.operations.tasks.requirements import REQUIREMENTS
from torpaq.standard.problems import problem

NOT_MARKED = problem("marking_missing", "HA-17")


def told(need: str, facts: TaskFacts) -> list[str]:
    return [one.code for one in REQUIREMENTS[need](facts)]


def with_order(**changes: object) -> TaskFacts:
    return replace(SOUND, order=replace(ORDER, **changes))


def test_nothing_is_missing_from_a_sound_task() -> None:
    assert {need: told(need, SOUND) for need in REQUIREMENTS if need != "own_organisation"} == {
        need: [] for need in REQUIREMENTS if need != "own_organisation"
    }
    assert told("own_organisation", by_operator()) == []


def test_activities_know_their_branch() -> None:
    assert [root_of(code) for code in ("road_clearance", "bac_subsurface", "nts", "")] == [
        "clearance",
        "bac",
        "nts",
        "",
    ]
    assert [works_land(code) for code in ("ts_targeted", "road_clearance", "nts", "marking")] == [
        True,
        True,
        False,
        False,
    ]
    assert [takes_depth(code) for code in ("clearance", "bac_subsurface", "bac_surface", "nts")] == [
        True,
        True,
        False,
        False,
    ]


def test_a_survey_needs_no_depth_no_marking_and_no_completion_report() -> None:
    survey = replace(with_order(activity="nts", methods=(), required_depth_cm=None, areas=(), shape=None), areas=())
    survey = replace(survey, outside_m2=None, marking=(NOT_MARKED,), completion=None, inspections=(), release_written=0)
    for need in ("area_open", "boundary_inside_area", "methods_given", "depth_given", "marking_stands"):
        assert told(need, survey) == []
    for need in ("completion_report", "completion_accepted", "externally_inspected", "release_written"):
        assert told(need, survey) == []
    assert told("progress_reported", survey) == ["task_progress_missing"]
    assert told("progress_reported", replace(survey, reports=1)) == []


@pytest.mark.parametrize(
    ("area", "expected"),
    [
        (AreaFacts("HA-99", is_known=False), ["task_area_unknown"]),
        (AreaFacts("HA-17", is_known=True), ["task_area_not_open"]),
        (AreaFacts("LEGACY-1", is_known=True, open_m2=200_000), ["task_area_not_located"]),
        (AreaFacts("HA-17", is_known=True, open_m2=1, is_located=True), []),
    ],
)
def test_an_area_has_to_be_open_and_drawn(area: AreaFacts, expected: list[str]) -> None:
    assert told("area_open", replace(SOUND, areas=(area,))) == expected


def test_slivers_along_a_border_are_no_land() -> None:
    assert told("boundary_inside_area", replace(SOUND, outside_m2=0.9)) == []
    assert told("boundary_inside_area", replace(SOUND, outside_m2=1.1)) == ["task_boundary_outside"]
    assert told("land_tasked_once", replace(SOUND, overlaps=(Overlap("T-2", 0.9),))) == []
    assert told("land_tasked_once", replace(SOUND, overlaps=(Overlap("T-2", 2.0),))) == ["task_land_tasked_twice"]


def test_an_operator_never_decides_on_its_own_task_and_one_house_may_hold_both_roles() -> None:
    assert told("decided_by_another", by_operator()) == ["task_author_decides", "task_own_decides"]
    one_house = replace(with_order(organisation="AUTHORITY"), mover="authority")
    assert told("decided_by_another", one_house) == []
    assert told("decided_by_another", replace(one_house, author="authority")) == ["task_author_decides"]
    wrote = replace(SOUND, completion=replace(REPORT, authors=frozenset({"authority"})))
    assert told("decided_by_another", wrote) == ["task_author_decides"]


def test_a_machine_task_needs_a_machine() -> None:
    facts = with_order(methods=("mechanical", "manual"))
    assert told("assets_certified", facts) == ["task_without_asset"]
    assert told("assets_certified", replace(facts, asset_kinds=frozenset({"dog"}))) == ["task_without_asset"]
    assert told("assets_certified", replace(facts, asset_kinds=frozenset({"flail"}))) == []


def test_the_newest_external_control_counts() -> None:
    failed = replace(CONTROL, result="fails", on=date(2026, 8, 25))
    assert told("externally_inspected", replace(SOUND, inspections=(CONTROL, failed))) == [
        "task_external_control_failed"
    ]
    again = replace(CONTROL, on=date(2026, 9, 1))
    assert told("externally_inspected", replace(SOUND, inspections=(CONTROL, failed, again))) == []
    waiting = replace(CONTROL, is_accepted=False)
    assert told("externally_inspected", replace(SOUND, inspections=(waiting,))) == ["task_external_control_missing"]
    visit = replace(CONTROL, kind="external_qa_announced")
    assert told("externally_inspected", replace(SOUND, inspections=(visit,))) == ["task_external_control_missing"]


@given(st.floats(0, 1e6), st.floats(0, 1e6), st.sampled_from(["", "Sərhəd daralıb"]))
def test_areas_agree_or_are_explained(reported_m2: float, ledger_m2: float, why: str) -> None:
    """Twin: the difference against the larger of 50 m² and one percent, written out."""
    facts = replace(
        SOUND, reason="", completion=replace(REPORT, reported_m2=reported_m2, explanation=why), released_m2=ledger_m2
    )
    limit_m2 = 50.0 if ledger_m2 < 5_000 else ledger_m2 * 0.01
    difference = reported_m2 - ledger_m2 if reported_m2 > ledger_m2 else ledger_m2 - reported_m2
    if abs(difference - limit_m2) > 1e-6:
        assert (told("area_explained", facts) == []) == (difference < limit_m2 or why != "")


def test_an_order_is_checked_all_at_once() -> None:
    wrong = replace(
        ORDER,
        code="a b",
        activity="digging",
        methods=("spoon",),
        urgency="now",
        required_depth_cm=99_999,
        planned_start=date(2026, 9, 1),
        planned_end=date(2026, 4, 1),
        brief={"threat": "x" * 5_000},
    )
    assert [one.code for one in check_order(wrong)] == [
        "task_code_wrong",
        "task_choice_unknown",
        "task_choice_unknown",
        "task_choice_unknown",
        "task_dates_reversed",
        "task_depth_wrong",
        "task_text_too_long",
    ]
    assert check_order(ORDER) == []


@given(st.text(max_size=80), st.text(max_size=20), st.lists(st.text(max_size=10), max_size=3))
def test_no_order_breaks_the_check(code: str, activity: str, methods: list[str]) -> None:
    for one in check_order(replace(ORDER, code=code, activity=activity, methods=tuple(methods))):
        assert all(one.sentence(language) for language in ("az", "en", "ru"))
