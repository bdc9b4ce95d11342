"""Marking has a date: it is put up, seen, damaged, forgotten, taken away; and a programme's share has its rows."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from torpaq.operations.marking.standing import (
    Action,
    AreaMarking,
    Scheme,
    State,
    Visit,
    marked_share,
    marking_problems,
    marking_removed,
    marking_stands,
    state_on,
)
from torpaq.standard.codes import code_list

DAYS = 180
STORY = """
2026-01-10 installed 0 0 0
2026-03-01 inspected 2 1 0
2026-03-09 repaired  0 0 0
2026-10-01 inspected 0 0 12.5
2026-11-01 removed   0 0 0
2026-11-20 installed 0 0 0
"""


def scheme(text: str, length_m: float = 400, area: str = "HA-17") -> Scheme:
    visits = []
    for number, line in enumerate(text.strip().splitlines()):
        on, action, missing, damaged, gaps_m = line.split()
        visits.append(Visit(date.fromisoformat(on), Action(action), int(missing), int(damaged), float(gaps_m), number))
    return Scheme("M-1", (area,), length_m, tuple(visits))


def codes(problems) -> list[str]:
    return [p.code for p in problems]


@pytest.mark.parametrize(
    ("on", "state", "since", "age"),
    [
        ("2026-01-09", "planned", None, None),
        ("2026-01-10", "standing", "2026-01-10", 0),
        ("2026-03-01", "damaged", "2026-01-10", 0),
        ("2026-03-09", "standing", "2026-01-10", 0),
        ("2026-09-05", "standing", "2026-01-10", 180),
        ("2026-09-06", "overdue", "2026-01-10", 181),
        ("2026-10-02", "damaged", "2026-01-10", 1),
        ("2026-11-05", "removed", "2026-11-01", 4),
        ("2026-11-20", "standing", "2026-11-20", 0),
    ],
)
def test_a_scheme_on_every_day_of_its_life(on, state, since, age):
    found = state_on(scheme(STORY), date.fromisoformat(on), DAYS)
    assert (found.state, str(found.since) if found.since else None, found.age_days) == (state, since, age)


def test_damage_stays_damage_and_grows_old_as_well():
    found = state_on(scheme("2026-01-10 installed 0 0 0\n2026-02-01 inspected 3 0 0"), date(2026, 12, 1), DAYS)
    assert (found.state, found.is_overdue, found.signs_missing) == (State.DAMAGED, True, 3)


def test_a_visit_to_what_was_never_put_up_makes_no_marking():
    assert state_on(scheme("2026-02-01 inspected 0 0 0"), date(2026, 3, 1), DAYS).state is State.PLANNED


def test_actions_are_those_of_the_list():
    assert {action.value for action in Action} == set(code_list("marking_action"))


def test_work_begins_only_behind_marking_that_stands_whole_and_was_seen():
    one = scheme(STORY)
    assert codes(marking_stands("T-1", [], date(2026, 3, 10), DAYS)) == ["marking_missing"]
    assert codes(marking_stands("T-1", [one], date(2026, 1, 1), DAYS)) == ["marking_missing"]
    assert codes(marking_stands("T-1", [one], date(2026, 3, 2), DAYS)) == ["marking_damaged"]
    assert codes(marking_stands("T-1", [one], date(2026, 3, 10), DAYS)) == []
    assert codes(marking_stands("T-1", [one], date(2026, 9, 30), DAYS)) == ["marking_overdue"]
    assert codes(marking_stands("T-1", [one], date(2026, 11, 2), DAYS)) == ["marking_missing"]


def test_released_land_loses_its_marking_before_handover():
    one = scheme("2026-01-10 installed 0 0 0")
    released = AreaMarking("HA-17", 0, 0, True, (one,))
    assert codes(marking_problems([released], date(2026, 2, 1), DAYS)) == ["marking_still_stands"]
    assert codes(marking_removed([released], date(2026, 2, 1), DAYS)) == ["marking_still_stands"]
    gone = AreaMarking("HA-17", 0, 0, True, (scheme("2026-01-10 installed 0 0 0\n2026-01-30 removed 0 0 0"),))
    assert codes(marking_problems([gone], date(2026, 2, 1), DAYS)) == []
    assert codes(marking_removed([gone], date(2026, 2, 1), DAYS)) == []


def test_open_land_says_what_its_marking_lacks():
    def due(one: Scheme | None, on: date, cha_m: float = 400) -> list[str]:
        return codes(marking_problems([AreaMarking("HA-17", cha_m, cha_m, False, (one,) if one else ())], on, DAYS))

    assert due(None, date(2026, 1, 1)) == ["marking_missing"]
    assert due(None, date(2026, 1, 1), cha_m=0) == []
    assert due(scheme(STORY), date(2026, 3, 10)) == []
    assert due(scheme(STORY), date(2026, 3, 10), cha_m=900) == ["marking_short"]
    assert due(scheme(STORY), date(2026, 11, 2)) == ["marking_removed_early"]


def test_the_share_of_the_perimeter_has_its_rows():
    good = AreaMarking("HA-1", 400, 400, False, (scheme("2026-01-10 installed 0 0 0"),))
    gap = AreaMarking("HA-2", 400, 400, False, (scheme("2026-01-10 installed 0 0 0\n2026-02-01 inspected 0 0 100"),))
    old = AreaMarking("HA-3", 400, 400, False, (scheme("2025-01-10 installed 0 0 0"),))
    bare, suspected = AreaMarking("HA-4", 800, 800, False, ()), AreaMarking("HA-5", 500, 0, False, ())
    share, rows = marked_share([good, gap, old, bare, suspected], date(2026, 3, 1), DAYS)
    assert [(row.area, row.counted_m, row.state) for row in rows] == [
        ("HA-4", 0, None), ("HA-3", 0, "overdue"), ("HA-2", 300, "damaged"), ("HA-1", 400, "standing"),
    ]  # fmt: skip
    assert share == 700 / 2000
    assert marked_share([suspected], date(2026, 3, 1), DAYS) == (None, [])


visits = st.lists(
    st.tuples(st.integers(0, 500), st.sampled_from(list(Action)), st.integers(0, 2), st.integers(0, 3)), max_size=8
)
FIRST = date(2026, 1, 1)


def slow_state(rows: list, on: int) -> tuple[str, bool]:
    """Walk day by day from the first to the asked one, remembering what was seen."""
    stands, ever, wrong, seen = False, False, False, None
    for day in range(on + 1):
        for at, action, missing, damaged in rows:
            if at != day:
                continue
            if action is Action.INSTALLED:
                ever, seen, stands, wrong = True, day, True, False
            elif action is Action.REMOVED:
                ever, seen, stands = True, day, False
            elif stands:
                seen, wrong = day, missing + damaged > 0
    if not ever:
        return "planned", False
    if not stands:
        return "removed", False
    late = on - seen > DAYS
    return ("damaged" if wrong else "overdue" if late else "standing"), late


@given(visits, st.integers(0, 800))
def test_the_state_agrees_with_a_slow_walk_through_the_days(rows: list, on: int):
    told = tuple(
        Visit(FIRST + timedelta(days=at), action, missing, damaged, 0.0, number)
        for number, (at, action, missing, damaged) in enumerate(rows)
    )
    found = state_on(Scheme("M", ("A",), 100, told), FIRST + timedelta(days=on), DAYS)
    assert (found.state, found.is_overdue) == slow_state(rows, on)
