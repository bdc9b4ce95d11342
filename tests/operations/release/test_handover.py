"""Giving land back: what each move needs, the visits afterwards, and what a find in released land sets going."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from operations.release.dossiers import GOOD, but
from torpaq.geo.shape import box_shape
from torpaq.land.entry import BOTH, Contamination, Entry, Kind, Located, Status
from torpaq.land.live import LiveLand
from torpaq.land.text import parse_ledger
from torpaq.operations.moving import check_move, moves_from
from torpaq.operations.release.facts import Failing
from torpaq.operations.release.follow_up import (
    Visit,
    months_later,
    planned_visits,
    reopening,
    visit_state,
    what_follows,
)
from torpaq.operations.release.handover import REQUIREMENTS, Beneficiaries, HandoverFacts, Signature, counted
from torpaq.standard.move import moves_of
from torpaq.standard.problems import Problem, problem

FORGOTTEN = problem("handover_marking_stands", "HA-1", scheme="M-1", since="2024-01-01")
PEOPLE = (
    Beneficiaries("direct", "expected", 12, "female", "adult"),
    Beneficiaries("direct", "expected", 9, "male", "adult"),
    Beneficiaries("indirect", "expected", 300),
)
SIGNED = tuple(Signature(kind, f"Somebody ({kind})", "2024-04-01") for kind in ("authority", "operator", "land_user"))
READY = HandoverFacts(
    name="H-1",
    dossier=GOOD,
    person="aynur",
    not_cleared="Nothing was left uncleared inside the boundary.",
    restrictions="None down to 13 cm.",
    beneficiaries=PEOPLE,
    signatures=SIGNED,
    prepared_by="elchin",
    reason="a shell was found",
)


def tried(move: str, state: str, role: str, **changes: Any) -> list[str]:
    facts = replace(READY, **changes)
    found: list[Problem] = check_move("handover", facts.name, move, state, role, REQUIREMENTS, facts)
    return [one.code for one in found]


def test_the_table_asks_for_nothing_that_is_not_checked() -> None:
    assert {need for move in moves_of("handover").values() for need in move.needs} == set(REQUIREMENTS)


def test_the_authority_prepares_signs_and_may_open_it_again() -> None:
    assert tried("prepare", "accepted", "im_officer") == []
    assert tried("sign", "prepared", "approver") == []
    assert tried("reopen", "signed", "inspector") == []
    assert moves_from("handover", "signed", "approver") == ["reopen"]
    assert moves_from("handover", "reopened", "approver") == []


def test_nobody_signs_what_was_not_prepared_and_no_operator_signs_at_all() -> None:
    assert tried("sign", "accepted", "approver") == ["move_not_allowed"]
    assert tried("sign", "prepared", "operator") == ["move_not_by_role"]
    assert tried("prepare", "accepted", "viewer") == ["move_not_by_role"]


@pytest.mark.parametrize(
    ("move", "state", "role", "changes", "code"),
    [
        ("prepare", "accepted", "im_officer", {"not_cleared": " "}, "handover_not_cleared_missing"),
        ("prepare", "accepted", "im_officer", {"restrictions": ""}, "handover_restrictions_missing"),
        ("prepare", "accepted", "im_officer", {"beneficiaries": ()}, "handover_beneficiaries_missing"),
        ("prepare", "accepted", "im_officer", {"beneficiaries": PEOPLE[2:]}, "handover_beneficiaries_missing"),
        ("prepare", "accepted", "im_officer", {"beneficiaries": PEOPLE + PEOPLE}, "handover_beneficiaries_twice"),
        ("prepare", "accepted", "im_officer", {"dossier": but(completions=())}, "proof_no_completion"),
        ("sign", "prepared", "approver", {"person": "elchin"}, "handover_same_person"),
        ("sign", "prepared", "approver", {"person": "nargiz"}, "handover_same_person"),
        ("sign", "prepared", "approver", {"person": "leyla"}, "handover_same_person"),
        ("sign", "prepared", "approver", {"signatures": SIGNED[:2]}, "handover_signature_missing"),
        ("sign", "prepared", "approver", {"marking": (FORGOTTEN,)}, "handover_marking_stands"),
        ("sign", "prepared", "approver", {"dossier": but(look_back_open=("P-1",))}, "proof_look_back_open"),
        (
            "sign", "prepared", "approver", {"dossier": but(failings=(Failing("N", "major", "raised"),))},
            "proof_non_conformity_open",
        ),
        ("reopen", "signed", "approver", {"reason": ""}, "handover_reason_missing"),
    ],
)  # fmt: skip
def test_each_need_refuses_by_name(move: str, state: str, role: str, changes: dict[str, Any], code: str) -> None:
    assert code in tried(move, state, role, **changes)


def test_people_nobody_counted_are_unknown_and_not_none() -> None:
    assert counted(PEOPLE, "direct", "expected") == 21
    assert counted(PEOPLE, "direct", "actual") is None


# -- afterwards -------------------------------------------------------------------------------------------------------


def test_released_land_is_visited_after_six_and_twelve_months() -> None:
    assert planned_visits(date(2024, 4, 1), (12, 6)) == [(6, date(2024, 10, 1)), (12, date(2025, 4, 1))]
    assert months_later(date(2023, 8, 31), 6) == date(2024, 2, 29)


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(0, 60))
def test_so_many_months_later_is_that_month_and_no_later_day(day: date, months: int) -> None:
    later = months_later(day, months)
    assert (later.year - day.year) * 12 + later.month - day.month == months
    assert later.day == day.day or (later.day < day.day and months_later(later, 1).day >= later.day)


def test_a_visit_is_planned_then_due_then_overdue_until_it_is_done() -> None:
    due = date(2024, 10, 1)
    assert visit_state(due, None, date(2024, 6, 1)) == "planned"
    assert visit_state(due, None, date(2024, 9, 20)) == "due"
    assert visit_state(due, None, due) == "due"
    assert visit_state(due, None, date(2024, 10, 2)) == "overdue"
    assert visit_state(due, date(2024, 9, 30), date(2024, 10, 2)) == "done"


def test_what_a_visit_found_says_what_follows() -> None:
    assert what_follows("H-1", Visit("yes", ("none",), "no", 0)) == []
    found = what_follows("H-1", Visit("no", ("boundary",), "yes", 1))
    assert [one.code for one in found] == [
        "follow_up_find", "follow_up_accident", "follow_up_conflict", "follow_up_not_used",
    ]  # fmt: skip


RELEASE = Entry(
    id="P-1",
    kind=Kind.CLEAR,
    effective=date(2024, 3, 13),
    recorded=date(2024, 3, 21),
    area="HA-1",
    contamination=Contamination.MINE,
    place=Located(box_shape(0, 0, 100, 100), "box 0 0 100 100"),
)


def test_a_mine_in_released_land_opens_it_by_a_new_entry_and_the_old_one_stays() -> None:
    text = "2023-01-10 establish HA-1 cha mine box 0 0 100 100 ; NTS-1"
    land = LiveLand([*parse_ledger(text)[0], RELEASE])
    entry, problems = reopening(RELEASE, Contamination.MINE, date(2024, 9, 1), "a mine was found")
    assert problems == []
    assert entry is not None
    assert land.append(entry) == []
    assert land.at(50, 50).status[0] is Status.CHA
    assert land.at(50, 50, date(2024, 8, 1)).status[0] is Status.CLEARED, "last year's answer stands"
    assert "P-1" in entry.record


def test_other_ordnance_in_land_released_of_mines_is_new_hazardous_land() -> None:
    _, problems = reopening(RELEASE, Contamination.ERW, date(2024, 9, 1), "a shell")
    assert [one.code for one in problems] == ["reopen_other_class"]
    entry, problems = reopening(RELEASE, BOTH, date(2024, 9, 1), "a mine and a shell")
    assert problems == []
    assert entry is not None
    assert entry.contamination is Contamination.MINE


def test_only_a_located_release_is_reopened_and_never_without_a_reason() -> None:
    opened = replace(RELEASE, kind=Kind.ESTABLISH)
    assert reopening(opened, BOTH, date(2024, 9, 1), "why")[1][0].code == "reopen_no_release"
    assert reopening(replace(RELEASE, place=None), BOTH, date(2024, 9, 1), "why")[1][0].code == "reopen_not_located"
    assert reopening(RELEASE, BOTH, date(2024, 9, 1), "  ")[1][0].code == "handover_reason_missing"
