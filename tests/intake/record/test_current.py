"""The current view of a hazardous area from several reports: the newest information counts, not the newest paper."""

import random
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from torpaq.intake.record.current import Report, Statement, current_view

START = date(2026, 1, 1)


def reports(text):
    """Read ``survey 2026-03-01: status=open, depth=13`` a line, accepted in the order of the lines."""
    found = []
    for position, line in enumerate(line.strip() for line in text.strip().splitlines()):
        head, _, written = line.partition(":")
        id_, day = head.split()
        cells = dict(cell.strip().split("=") for cell in written.split(",") if cell.strip())
        found.append(Report(id_, date.fromisoformat(day), position, cells))
    return found


STORY = """
    survey 2026-03-01: status=suspected, depth=13, note=north
    technical 2026-06-01: status=confirmed, depth=20
    late 2026-02-01: status=unknown, owner=village
"""


def test_a_late_report_with_older_information_adds_and_overwrites_nothing():
    view = current_view(reports(STORY))
    assert view.values == {"status": "confirmed", "depth": "20", "note": "north", "owner": "village"}
    assert {element: source.report for element, source in view.sources.items()} == {
        "status": "technical",
        "depth": "technical",
        "note": "survey",
        "owner": "late",
    }


def test_what_was_said_before_stays_readable_newest_first():
    view = current_view(reports(STORY))
    assert view.older == {
        "status": (
            Statement("survey", date(2026, 3, 1), 0, "suspected"),
            Statement("late", date(2026, 2, 1), 2, "unknown"),
        ),
        "depth": (Statement("survey", date(2026, 3, 1), 0, "13"),),
    }


def test_a_later_report_that_leaves_an_element_out_does_not_erase_it():
    assert current_view(reports("a 2026-03-01: depth=13\n b 2026-04-01: note=x")).values["depth"] == "13"


def test_of_one_day_the_report_accepted_last_counts():
    view = current_view(reports("a 2026-03-01: depth=13\n b 2026-03-01: depth=20"))
    assert view.values == {"depth": "20"}
    assert [statement.report for statement in view.older["depth"]] == ["a"]


def test_no_reports_say_nothing():
    view = current_view([])
    assert (view.values, view.sources, view.older) == ({}, {}, {})


def test_a_report_given_twice_counts_once():
    assert current_view(reports(STORY) * 2) == current_view(reports(STORY))


def test_two_reports_of_one_id_or_one_position_are_a_mistake_of_ours():
    with pytest.raises(ValueError, match="two different reports have the id a"):
        current_view([Report("a", START, 0, {"depth": 13}), Report("a", START, 0, {"depth": 20})])
    with pytest.raises(ValueError, match="at one position"):
        current_view([Report("a", START, 0, {"depth": 13}), Report("b", START, 0, {"depth": 20})])


@st.composite
def many_reports(draw: st.DrawFn) -> list[Report]:
    count = draw(st.integers(0, 8))
    return [
        Report(
            f"R{number}",
            START + timedelta(days=draw(st.integers(0, 3))),
            number,
            {element: number for element in "abc" if draw(st.booleans())},
        )
        for number in range(count)
    ]


@given(many_reports(), st.randoms())
@settings(max_examples=150, deadline=None)
def test_only_the_reports_count_and_a_plain_twin_agrees(given_reports: list[Report], chance: random.Random):
    view = current_view(chance.sample(given_reports, len(given_reports)))
    assert view == current_view(given_reports)
    for element in "abc":
        stating = [report for report in given_reports if element in report.values]
        newest = [r for r in stating if all(r.date_of_information >= other.date_of_information for other in stating)]
        assert view.values.get(element) == (newest[-1].values[element] if newest else None)
        told = [view.sources[element], *view.older.get(element, ())] if stating else []
        assert {statement.report for statement in told} == {report.id for report in stating}
