"""The fold takes only what was known, and says what is wrong with what was known."""

from datetime import date

import pytest

from land.book import codes, day, entries_of
from torpaq.land.fold import fold

BOOK = """
    2021-01-01 establish HA-1 sha mine box 0 0 10 10 id A
    2021-02-01 clear     HA-1 mine 13cm box 0 0 5 10 id B recorded 2021-03-01
    2021-04-01 void      B id V
    2021-05-01 void      NOTHING id W
"""


@pytest.mark.parametrize(
    ("known", "kept", "found"),
    [
        ("2020-12-31", [], []),
        ("2021-01-01", ["A"], []),
        ("2021-02-28", ["A"], []),
        ("2021-03-01", ["A", "B"], []),
        ("2021-03-31", ["A", "B"], []),
        ("2021-04-01", ["A"], []),
        ("2021-04-30", ["A"], []),
        ("2021-05-01", ["A"], ["void_of_unknown"]),
        (None, ["A"], ["void_of_unknown"]),
    ],
)
def test_only_what_stood_as_known_takes_part_and_voids_are_judged_from_their_day_on(
    known: str | None, kept: list[str], found: list[str]
) -> None:
    land, problems = fold(entries_of(BOOK), day(known))
    assert [entry.id for entry in land.entries] == kept
    assert [problem.code for problem in problems] == found


def test_a_voids_own_problems_come_first_and_are_not_said_twice() -> None:
    text = "2021-01-01 clear HA-1 mine 13cm box 0 0 1 2\n2021-05-01 void NOTHING\n2021-06-01 void NOBODY"
    assert codes(text) == ["void_of_unknown", "void_of_unknown", "area_unknown", "land_not_recorded"]
    found = fold(entries_of(text))[1]
    assert [problem.subject for problem in found] == ["L2", "L3", "L1", "L1"]


def test_an_empty_book_is_no_land_and_no_problem() -> None:
    land, problems = fold([], date(2021, 1, 1))
    assert (len(land.entries), land.parts, problems) == (0, [], [])
