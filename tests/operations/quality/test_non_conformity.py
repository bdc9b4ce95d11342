"""Non-conformities: what each move needs, every forbidden history refused, and what calls for more."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from torpaq.operations.moving import check_move, target_of
from torpaq.operations.quality.non_conformity import (
    REQUIREMENTS,
    Facts,
    Standing,
    due_on,
    escalation,
    is_overdue,
    severity_of,
)
from torpaq.standard.codes import code_list
from torpaq.standard.move import moves_of

OPERATOR, INSPECTOR, OTHER_INSPECTOR, APPROVER = 1, 2, 3, 4
WHOLE = Facts(
    "NC-1", "critical", "OP-A", OPERATOR, "OP-A", "operator", containment="lane closed", cause="no overlap",
    action="overlap of 20 cm", owner="Leyla", due_on=date(2026, 6, 1), correction="searched again",
    corrected_by=OPERATOR, verification="searched 40 squares", verified_by=INSPECTOR, reason="a square was missed",
)  # fmt: skip


def asked_by(facts, person, role):
    organisation = "OP-A" if role == "operator" else "AUTHORITY"
    return replace(facts, person=person, role=role, person_organisation=organisation, is_authority=role != "operator")


WAY = [
    ("acknowledge", OPERATOR, "operator"),
    ("contain", OPERATOR, "operator"),
    ("plan", OPERATOR, "operator"),
    ("correct", OPERATOR, "operator"),
    ("verify", INSPECTOR, "inspector"),
    ("close", APPROVER, "approver"),
]


def codes(move, state, facts):
    return {p.code for p in check_move("non_conformity", "NC-1", move, state, facts.role, REQUIREMENTS, facts)}


def test_every_need_of_the_table_has_its_requirement_and_none_is_idle():
    assert {need for move in moves_of("non_conformity").values() for need in move.needs} == set(REQUIREMENTS)


def test_states_are_those_of_the_list():
    states = {state for move in moves_of("non_conformity").values() for state in (*move.sources, move.target)}
    assert states == set(code_list("non_conformity_status"))


def test_from_raised_to_closed_by_three_people():
    state = "raised"
    for move, person, role in WAY:
        facts = asked_by(WHOLE, person, role)
        assert codes(move, state, facts) == set()
        state = target_of("non_conformity", move)
    assert state == "closed"


@pytest.mark.parametrize(
    ("move", "state", "change", "role", "code"),
    [
        ("contain", "acknowledged", {"containment": " "}, "operator", "nc_text_missing"),
        ("plan", "contained", {"owner": ""}, "operator", "nc_text_missing"),
        ("plan", "contained", {"due_on": None}, "operator", "nc_text_missing"),
        ("plan", "contained", {"cause": ""}, "operator", "nc_text_missing"),
        ("plan", "contained", {"action": ""}, "operator", "nc_text_missing"),
        ("correct", "action_planned", {"correction": ""}, "operator", "nc_text_missing"),
        ("acknowledge", "raised", {"organisation": "OP-B"}, "operator", "nc_other_organisation"),
        ("verify", "corrected", {"corrected_by": 9}, "inspector", "nc_own_correction"),
        ("verify", "corrected", {"owner": "Nərgiz  ABBASOVA", "person_names": frozenset({"Nərgiz Abbasova"})},
         "inspector", "nc_judged_by_owner"),
        ("verify", "corrected", {"organisation": "AUTHORITY"}, "inspector", "nc_judged_by_owner"),
        ("verify", "corrected", {"verification": ""}, "inspector", "nc_text_missing"),
        ("verify", "corrected", {"look_back_open": 2}, "inspector", "nc_look_back_open"),
        ("refuse", "corrected", {"reason": ""}, "inspector", "nc_text_missing"),
        ("close", "verified", {"verified_by": 9}, "approver", "nc_closed_by_inspector"),
        ("close", "verified", {"look_back_open": 1}, "approver", "nc_look_back_open"),
    ],
)  # fmt: skip
def test_what_is_missing_is_said(move, state, change, role, code):
    facts = replace(asked_by(WHOLE, 9, role), **change)
    assert code in codes(move, state, facts)


ROLES = ("viewer", "operator", "im_officer", "inspector", "approver", "admin")
STATES = sorted(code_list("non_conformity_status"))


def test_every_move_that_the_table_does_not_have_is_refused_in_every_state_to_every_role():
    tried = 0
    for code, move in moves_of("non_conformity").items():
        for state in STATES:
            for role in ROLES:
                if state in move.sources and role in move.roles:
                    continue
                tried += 1
                assert codes(code, state, asked_by(WHOLE, 9, role)) & {"move_not_allowed", "move_not_by_role"}
    assert tried == 7 * 7 * 6 - sum(len(m.sources) * len(m.roles) for m in moves_of("non_conformity").values())


STEPS = st.lists(
    st.tuples(st.sampled_from(sorted(moves_of("non_conformity"))), st.integers(1, 5), st.sampled_from(ROLES),
              st.booleans(), st.integers(0, 1)),
    max_size=25,
)  # fmt: skip


@given(STEPS)
@settings(max_examples=200, deadline=None)
def test_no_history_closes_without_another_person_or_over_land_in_doubt(steps):
    state, corrected_by, verified_by = "raised", None, None
    for move, person, role, whole, look_back_open in steps:
        facts = (
            asked_by(WHOLE, person, role)
            if whole
            else asked_by(Facts("NC-1", "critical", "OP-A", 0, "", ""), person, role)
        )
        facts = replace(facts, corrected_by=corrected_by, verified_by=verified_by, look_back_open=look_back_open)
        if codes(move, state, facts):
            continue
        assert state in moves_of("non_conformity")[move].sources
        state = target_of("non_conformity", move)
        if move == "correct":
            corrected_by = person
        if move == "verify":
            assert person != corrected_by
            assert role == "inspector"
            assert not look_back_open
            verified_by = person
        if move == "close":
            assert person != verified_by
            assert role == "approver"
            assert not look_back_open


class TestWeight:
    def test_an_item_in_released_land_is_critical_whatever_was_written(self):
        assert severity_of("minor", "item_in_released_land") == "critical"
        assert severity_of("minor", "records") == "minor"
        assert severity_of("observation", "medical") == "observation"

    def test_dates(self):
        found = date(2026, 5, 1)
        assert due_on("critical", found, 30, 7) == date(2026, 5, 8)
        assert due_on("minor", found, 30, 7) == date(2026, 5, 31)
        assert is_overdue("contained", date(2026, 5, 8), date(2026, 5, 9))
        assert not is_overdue("contained", date(2026, 5, 8), date(2026, 5, 8))
        assert not is_overdue("corrected", date(2026, 5, 8), date(2026, 5, 9))
        assert not is_overdue("raised", None, date(2026, 5, 9))

    TODAY, LATE, LATER = date(2026, 6, 1), date(2026, 5, 1), date(2026, 7, 1)

    @pytest.mark.parametrize(
        ("rows", "measure"),
        [
            ([], ""),
            ([("minor", "raised", LATER)], ""),
            ([("minor", "raised", LATE)], "warning"),
            ([("major", "raised", LATER)] * 2, ""),
            ([("major", "raised", LATER)] * 3, "special_monitoring"),
            ([("major", "raised", LATER)] * 2 + [("major", "contained", LATE)], "suspension"),
            ([("major", "closed", LATE)] * 5, ""),
            ([("critical", "verified", LATER)], "suspension"),
        ],
    )
    def test_many_call_for_more_than_each(self, rows, measure):
        standing = [Standing("OP-A", *row) for row in rows] + [Standing("OP-B", "critical", "raised", None)]
        assert escalation(standing, "OP-A", self.TODAY, 3)[0] == measure
