"""Teams and assets over weeks: nothing is drawn over another, and what is promised twice is found."""

from datetime import date, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from torpaq.operations.standing.calendar import Booking, clashes, in_lanes, monday_of, within

MONDAY = date(2026, 6, 1)


def bookings(text: str) -> list[Booking]:
    """Read ``name first_day last_day`` a line in days after Monday; a dash: no end."""
    found = []
    for line in text.strip().splitlines():
        name, first, last = line.split()
        until = None if last == "-" else MONDAY + timedelta(days=int(last))
        found.append(Booking(name, MONDAY + timedelta(days=int(first)), until))
    return found


def test_bars_that_touch_share_a_lane_and_bars_that_overlap_do_not():
    lanes = in_lanes(bookings("T-1 0 4\nT-2 5 9\nT-3 3 6\nT-4 7 -"))
    assert [[one.name for one in lane] for lane in lanes] == [["T-1", "T-2"], ["T-3", "T-4"]]


def test_what_is_promised_twice_is_told_and_one_task_in_two_spells_is_not():
    found = clashes(bookings("T-1 0 4\nT-2 4 9\nT-3 20 -\nT-1 4 5"))
    assert [(one.name, other.name) for one, other in found] == [("T-1", "T-2"), ("T-1", "T-2")]


def test_a_week_begins_on_monday():
    assert monday_of(MONDAY) == monday_of(MONDAY + timedelta(days=6)) == MONDAY
    assert monday_of(MONDAY - timedelta(days=1)) == MONDAY - timedelta(days=7)


def test_only_what_holds_a_day_of_the_period_is_shown():
    first, last = MONDAY, MONDAY + timedelta(days=6)
    shown = within(bookings("A -5 -1\nB -5 0\nC 6 9\nD 7 9\nE -9 -\nF 3 1"), first, last)
    assert [one.name for one in shown] == ["E", "B", "C"]


many = st.lists(
    st.builds(
        lambda name, first, length: Booking(
            name, MONDAY + timedelta(days=first), None if length is None else MONDAY + timedelta(days=first + length)
        ),
        st.sampled_from("ABC"),
        st.integers(0, 20),
        st.one_of(st.none(), st.integers(0, 10)),
    ),
    max_size=7,
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # a slow machine is no failure
@given(many)
def test_lanes_hold_everything_once_and_are_as_few_as_the_fullest_day_needs(held):
    lanes = in_lanes(held)
    laid = [(one.since, one.name) for lane in lanes for one in lane]
    assert sorted(laid) == sorted((one.since, one.name) for one in held)
    days = [MONDAY + timedelta(days=number) for number in range(40)]

    def is_held(one, day):
        return one.since <= day and (one.until is None or day <= one.until)

    fullest = max((sum(is_held(one, day) for one in held) for day in days), default=0)
    assert len(lanes) == fullest
    assert all(sum(is_held(one, day) for one in lane) <= 1 for lane in lanes for day in days)
    plain = sum(
        a.name != b.name and any(is_held(a, day) and is_held(b, day) for day in days)
        for place, a in enumerate(held)
        for b in held[place + 1 :]
    )
    assert len(clashes(held)) == plain
