"""Inspections fall due by rule and by risk, each with its reason."""

from dataclasses import replace
from datetime import date

import pytest

from torpaq.operations.quality.inspections import Limits, TaskFacts, Visit, due_inspections
from torpaq.standard.problems import problem

LIMITS = Limits(first_days=14, every_days=30, every_m2=20_000, share_percent=10, without_find_days=10, majors=3)
TODAY = date(2026, 6, 1)
SEEN = Visit("external_qa_announced", date(2026, 5, 20))
QUIET = TaskFacts(
    "TASK-1", "OP-A", "under_way", date(2026, 5, 1), None, None, 5_000, {date(2026, 5, 25): 500.0}, date(2026, 5, 31),
    0, {"T1": date(2026, 5, 1)}, visits=(SEEN,),
)  # fmt: skip


def rules(facts):
    return [(due.rule, due.kind, due.team, due.due_on.isoformat()) for due in due_inspections(facts, LIMITS, TODAY)]


def test_a_task_that_was_just_seen_waits_for_the_next_visit():
    assert rules(QUIET) == [("each_days", "external_qa_unannounced", "", "2026-06-19")]


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"visits": ()}, ("new_team", "external_qa_announced", "T1", "2026-05-15")),
        ({"teams": {"T1": date(2026, 5, 1), "T2": date(2026, 5, 25)}},
         ("new_team", "external_qa_announced", "T2", "2026-06-08")),
        ({"resumed_on": date(2026, 5, 28)}, ("after_suspension", "external_qa_unannounced", "", "2026-06-11")),
        ({"processed_since": {date(2026, 5, 19): 9e9, date(2026, 5, 25): 20_000.0}},
         ("each_area", "external_qa_unannounced", "", "2026-06-01")),
        ({"days_without_find": 12}, ("without_find", "external_qa_announced", "", "2026-06-01")),
        ({"majors": {"T1": 1}}, ("non_conformities", "follow_up", "T1", "2026-06-15")),
        ({"majors": {"T1": 3}}, ("non_conformities", "external_qa_unannounced", "T1", "2026-06-01")),
    ],
)  # fmt: skip
def test_each_rule_asks_for_its_inspection(change, rule):
    facts = replace(QUIET, **change)
    if rule[0] == "without_find":
        facts = replace(facts, visits=(Visit("external_qa_announced", date(2026, 5, 15)),))
    assert rule in rules(facts)


def test_before_acceptance_a_tenth_of_the_land_is_searched_again_from_outside():
    done = replace(QUIET, state="completed", completed_on=date(2026, 5, 30), processed_m2=50_000)
    assert rules(done) == [("before_acceptance", "external_qc", "", "2026-06-13")]
    part = replace(done, visits=(Visit("external_qc", date(2026, 5, 31), checked_m2=4_999),))
    assert [due.reason["checked_m2"] for due in due_inspections(part, LIMITS, TODAY)] == [4_999]
    assert rules(replace(done, visits=(Visit("external_qc", date(2026, 5, 31), checked_m2=5_000),))) == []
    internal = replace(done, visits=(Visit("internal_qc", date(2026, 5, 31), checked_m2=50_000),))
    assert len(rules(internal)) == 1


@pytest.mark.parametrize("state", ["proposed", "issued", "suspended", "accepted", "withdrawn"])
def test_nothing_is_due_where_nobody_works(state):
    assert rules(replace(QUIET, state=state, visits=())) == []


def test_every_reason_can_be_said_in_every_language():
    facts = replace(
        QUIET, visits=(), resumed_on=date(2026, 5, 28), days_without_find=30, majors={"T1": 3},
        processed_since={date(2026, 5, 25): 20_000.0},
    )  # fmt: skip
    done = replace(QUIET, state="completed", completed_on=date(2026, 5, 30))
    found = [*due_inspections(facts, LIMITS, TODAY), *due_inspections(done, LIMITS, TODAY)]
    assert {due.rule for due in found} == {
        "new_team", "after_suspension", "each_days", "each_area", "without_find", "non_conformities",
        "before_acceptance",
    }  # fmt: skip
    for due in found:
        for language in ("az", "en", "ru"):
            assert problem(f"inspect_{due.rule}", due.task, **due.reason).sentence(language)
