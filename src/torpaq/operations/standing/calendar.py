"""Teams and assets over weeks: which bars stand above one another, and what is promised twice for the same day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True, slots=True)
class Booking:
    """Something that holds a team or an asset from a day to a day, both included; None: no end is known."""

    name: str
    since: date
    until: date | None = None
    state: str = ""

    def ends_by(self, last: date) -> date:
        """Return its last day, at most ``last``."""
        return last if self.until is None else min(self.until, last)

    def overlaps(self, other: "Booking") -> bool:
        """Say whether both hold some day."""
        return self.since <= other.ends_by(date.max) and other.since <= self.ends_by(date.max)


def monday_of(day: date) -> date:
    """Return the Monday of a day's week."""
    return day - timedelta(days=day.weekday())


def within(bookings: Sequence[Booking], first: date, last: date) -> list[Booking]:
    """Return the bookings that hold any day of a period, the earliest first."""
    shown = [one for one in bookings if one.since <= last and one.ends_by(last) >= max(first, one.since)]
    return sorted(shown, key=lambda one: (one.since, one.name))


def in_lanes(bookings: Sequence[Booking]) -> list[list[Booking]]:
    """Lay bookings in as few lanes as there are of them on the fullest day; in a lane none overlaps another."""
    lanes: list[list[Booking]] = []
    for one in sorted(bookings, key=lambda each: (each.since, each.name)):
        free = next((lane for lane in lanes if not lane[-1].overlaps(one)), None)
        if free is None:
            lanes.append([one])
        else:
            free.append(one)
    return lanes


def clashes(bookings: Sequence[Booking]) -> list[tuple[Booking, Booking]]:
    """Return every two bookings that hold the same day for different things."""
    ordered = sorted(bookings, key=lambda one: (one.since, one.name))
    return [
        (one, other)
        for place, one in enumerate(ordered)
        for other in ordered[place + 1 :]
        if one.name != other.name and one.overlaps(other)
    ]
