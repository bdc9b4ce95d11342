"""The life of an accreditation: every move that is not allowed is tried, and none passes."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from torpaq.operations.moving import check_move, moves_from, target_of
from torpaq.operations.standing.moves import REQUIREMENTS, MoveFacts
from torpaq.operations.standing.values import Accreditation
from torpaq.standard.codes import code_list
from torpaq.standard.move import moves_of

TODAY, LATER = date(2026, 6, 1), date(2028, 1, 1)
MAY = """
applied          im_officer assess desk_assessment
applied          approver   assess desk_assessment
desk_assessment  approver   grant_provisionally provisional
desk_assessment  approver   grant granted
provisional      approver   grant granted
provisional      approver   suspend suspended
granted          approver   suspend suspended
provisional      inspector  suspend suspended
granted          inspector  suspend suspended
suspended        approver   lift granted
suspended        approver   lift_provisionally provisional
granted          approver   renew granted
provisional      approver   renew granted
applied          approver   withdraw withdrawn
desk_assessment  approver   withdraw withdrawn
provisional      approver   withdraw withdrawn
granted          approver   withdraw withdrawn
suspended        approver   withdraw withdrawn
"""
WRITTEN = {tuple(line.split()[:3]): line.split()[3] for line in MAY.strip().splitlines()}
STATES = [state for state in code_list("accreditation_status") if state != "expired"]
ROLES = list(code_list("programme_role"))
MOVES = [*moves_of("accreditation"), "delete"]
ORGANISATIONAL = Accreditation(
    "ORG", "OP-A", "organisational", "", "", (), "granted", date(2026, 1, 1), date(2027, 1, 1)
)
PAPER = Accreditation("ACC", "OP-A", "operational", "clearance", "", (), "applied", date(2026, 6, 1), date(2027, 5, 31))
SUSPENDED, EORE_ONLY = replace(ORGANISATIONAL, state="suspended"), replace(ORGANISATIONAL, activity="eore")
GOOD = MoveFacts(PAPER, TODAY, "AUTHORITY", "because", "all inspected", 0, "granted", (ORGANISATIONAL, PAPER))


def paper(**changes) -> Accreditation:
    return replace(PAPER, **changes)


def tried(state: str, role: str, move: str, facts: MoveFacts = GOOD) -> list[str]:
    return [one.code for one in check_move("accreditation", "ACC", move, state, role, REQUIREMENTS, facts)]


def test_the_needs_of_the_table_are_the_requirements():
    assert {need for move in moves_of("accreditation").values() for need in move.needs} == set(REQUIREMENTS)


@pytest.mark.parametrize("state", [*STATES, "expired", "", "nonsense"])
@pytest.mark.parametrize("role", ROLES)
def test_every_move_that_nobody_wrote_down_is_refused(state, role):
    for move in MOVES:
        if (state, role, move) in WRITTEN:
            assert tried(state, role, move) == []
            assert target_of("accreditation", move) == WRITTEN[state, role, move]
        else:
            assert tried(state, role, move)[0] in {"move_not_allowed", "move_not_by_role"}
    assert moves_from("accreditation", state, role) == [move for move in MOVES if (state, role, move) in WRITTEN]


@pytest.mark.parametrize(
    ("state", "move", "changes", "found"),
    [
        ("applied", "assess", {"accreditation": paper(activity="")}, "accreditation_scope_missing"),
        ("applied", "assess", {"accreditation": paper(activity="mining")}, "accreditation_code_unknown"),
        ("applied", "assess", {"accreditation": paper(method="magic")}, "accreditation_code_unknown"),
        ("applied", "assess", {"accreditation": paper(kind="any")}, "accreditation_code_unknown"),
        ("desk_assessment", "grant", {"accreditation": paper(valid_to=None)}, "accreditation_without_dates"),
        ("desk_assessment", "grant", {"accreditation": paper(valid_to=date(2026, 5, 31))}, "accreditation_dates_wrong"),
        ("desk_assessment", "grant", {"accreditation": paper(valid_from=LATER)}, "accreditation_dates_wrong"),
        ("desk_assessment", "grant", {"evaluation": " "}, "accreditation_not_evaluated"),
        ("desk_assessment", "grant", {"mover_organisation": "OP-A"}, "accreditation_own_organisation"),
        ("desk_assessment", "grant", {"held": (PAPER,)}, "accreditation_without_organisational"),
        ("desk_assessment", "grant", {"held": (SUSPENDED,)}, "accreditation_without_organisational"),
        ("desk_assessment", "grant_provisionally", {"held": (EORE_ONLY,)}, "accreditation_without_organisational"),
        ("granted", "suspend", {"reason": ""}, "accreditation_reason_missing"),
        ("suspended", "lift", {"critical_open": 1}, "accreditation_critical_open"),
        ("suspended", "lift", {"state_before": "provisional"}, "accreditation_was_provisional"),
        ("suspended", "lift", {"mover_organisation": "OP-A"}, "accreditation_own_organisation"),
        ("suspended", "lift_provisionally", {"reason": ""}, "accreditation_reason_missing"),
        ("granted", "renew", {"evaluation": ""}, "accreditation_not_evaluated"),
        ("granted", "renew", {"critical_open": 2}, "accreditation_critical_open"),
        ("granted", "withdraw", {"reason": ""}, "accreditation_reason_missing"),
    ],
)  # fmt: skip
def test_what_a_move_lacks_is_said(state, move, changes, found):
    assert tried(state, "approver", move, replace(GOOD, **changes)) == [found]


def test_an_organisational_one_needs_no_activity_and_no_other():
    first = replace(ORGANISATIONAL, state="desk_assessment")
    assert tried("desk_assessment", "approver", "grant", replace(GOOD, accreditation=first, held=(first,))) == []


# -- histories --------------------------------------------------------------------------------------------------------

facts = st.builds(
    MoveFacts,
    accreditation=st.builds(
        lambda days, activity: replace(PAPER, valid_to=TODAY + timedelta(days=days), activity=activity),
        st.integers(-2, 2),
        st.sampled_from(["", "clearance"]),
    ),
    on=st.just(TODAY),
    mover_organisation=st.sampled_from(["AUTHORITY", "OP-A"]),
    reason=st.sampled_from(["", "because"]),
    evaluation=st.sampled_from(["", "inspected"]),
    critical_open=st.integers(0, 1),
    held=st.sampled_from([(), (ORGANISATIONAL,)]),
)
attempts = st.tuples(st.sampled_from(ROLES), st.sampled_from(MOVES), facts)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # a slow machine is no failure
@given(st.lists(attempts, max_size=25))
def test_no_history_leads_round_the_table(history):
    """Never granted without an evaluation or by its own organisation, and no suspension ends with more than before."""
    state, before, evaluated_once = "applied", "", False
    for role, move, facts_then in history:
        known = replace(facts_then, state_before=before)
        refused = check_move("accreditation", "ACC", move, state, role, REQUIREMENTS, known)
        if refused:
            continue
        assert (state, role, move) in WRITTEN
        after = target_of("accreditation", move)
        if after in {"granted", "provisional"}:
            assert role == "approver"
            assert known.mover_organisation != "OP-A"
            assert state == "suspended" or (known.evaluation and known.held and known.accreditation.valid_to >= TODAY)
            assert state != "suspended" or (before in {"granted", "provisional"} and known.critical_open == 0)
            assert not (state == "suspended" and before == "provisional" and after == "granted")
            evaluated_once = evaluated_once or bool(known.evaluation)
            assert evaluated_once
        if move in {"suspend", "withdraw", "lift", "lift_provisionally"}:
            assert known.reason
        if after == "suspended":
            before = state
        assert state != "withdrawn"
        state = after
