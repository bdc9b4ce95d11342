"""Marking when land goes back to people: a square of two halves, the left one given back, the right one still open."""

from datetime import date

import pytest

from torpaq.geo.shape import Shape, box_shape
from torpaq.operations.marking.giving_back import Enclosing, marking_at_handover
from torpaq.operations.marking.standing import Action, Scheme, Visit

LEFT, RIGHT, WHOLE = box_shape(0, 0, 50, 100), box_shape(50, 0, 100, 100), box_shape(0, 0, 100, 100)
DAY, DAYS = date(2026, 6, 20), 180
ISSUED = date(2026, 5, 1)


def scheme(outline: Shape | None, story: str = "2026-05-02 installed", is_open: bool = False) -> Enclosing:
    visits = []
    for number, line in enumerate(story.splitlines()):
        on, action, *counts = line.split()
        visits.append(Visit(date.fromisoformat(on), Action(action), *(int(one) for one in counts), number=number))
    return Enclosing(Scheme("M-1", ("HA-17",), 400.0, tuple(visits)), outline, is_open)


def told(*schemes: Enclosing, given: Shape | None = LEFT, left_open: Shape | None = RIGHT) -> list[str]:
    return [one.code for one in marking_at_handover(schemes, given, left_open, DAY, DAYS, ISSUED)]


REMOVED = "2026-05-02 installed\n2026-06-10 removed"


def test_land_given_back_whole_has_no_signs_left() -> None:
    assert told(scheme(WHOLE), given=WHOLE, left_open=None) == ["handover_marking_stands"]
    assert told(scheme(WHOLE, REMOVED), given=WHOLE, left_open=None) == []
    assert told(given=WHOLE, left_open=None) == []


def test_marking_that_goes_round_both_halves_has_to_be_moved() -> None:
    assert told(scheme(WHOLE)) == ["handover_marking_not_moved"]
    assert told(scheme(WHOLE), scheme(RIGHT, "2026-06-10 installed")) == ["handover_marking_not_moved"]


def test_marking_that_was_moved_or_stood_on_the_rest_alone_may_stay() -> None:
    assert told(scheme(WHOLE, REMOVED), scheme(RIGHT, "2026-06-10 installed")) == []
    assert told(scheme(RIGHT)) == []


def test_land_that_stays_open_does_not_lose_its_signs() -> None:
    assert told(scheme(WHOLE, REMOVED)) == ["handover_marking_lost"]
    half = box_shape(50, 0, 100, 50)
    assert told(scheme(WHOLE, REMOVED), scheme(half, "2026-06-10 installed")) == ["handover_marking_lost"]


def test_what_was_taken_away_before_the_task_is_not_its_matter() -> None:
    assert told(scheme(WHOLE, "2025-05-02 installed\n2025-06-10 removed")) == []


@pytest.mark.parametrize(
    ("story", "code"),
    [
        ("2026-05-02 installed\n2026-06-01 inspected 2 0 0", "marking_damaged"),
        ("2025-05-02 installed", "marking_overdue"),
    ],
)
def test_what_stays_is_whole_and_was_seen_lately(story: str, code: str) -> None:
    assert told(scheme(RIGHT, story)) == [code]
    mended = f"{story}\n2026-06-12 repaired 0 0 0"
    assert told(scheme(RIGHT, mended)) == []


def test_a_sign_round_land_that_is_open_no_more_is_taken_away_wherever_it_stands() -> None:
    assert told(scheme(box_shape(200, 0, 300, 100))) == ["handover_marking_stands"]
    assert told(scheme(None)) == ["handover_marking_stands"]
    assert told(scheme(None, is_open=True)) == []


def test_a_plan_that_was_never_put_up_and_what_comes_later_say_nothing() -> None:
    assert told(Enclosing(Scheme("M-1", ("HA-17",), 400.0), WHOLE)) == []
    assert told(scheme(WHOLE, "2026-07-01 installed")) == []


def test_a_border_drawn_twice_is_no_land() -> None:
    assert told(scheme(box_shape(49.995, 0, 100, 100))) == []
    assert told(scheme(box_shape(49, 0, 100, 100))) == ["handover_marking_not_moved"]
