"""The calendar's picture: a row a team or asset, a bar a task, a mark where a certificate or test ends."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from torpaq.operations.standing.calendar import Booking, clashes, in_lanes, within

DAY, LANE, GAP, HEAD = 12, 26, 6, 30  # in px: a day's width, a bar's height with its gap, a row's margin, the dates
LETTER = 7.0


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that ends on a day in a row: what, of whom."""

    on: date
    name: str


@dataclass(frozen=True, slots=True)
class Row:
    """A team or an asset with what holds it; ``kind`` is ``team`` or a code of the list ``asset_kind``."""

    kind: str
    code: str
    name: str
    organisation: str
    number: int
    bookings: tuple[Booking, ...]
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True, slots=True)
class Bar:
    """A booking drawn: place and size in px; ``words`` only where they have room."""

    x: int
    y: int
    width: int
    booking: Booking
    words: str


@dataclass(frozen=True, slots=True)
class DrawnMark:
    """A mark drawn."""

    x: int
    y: int
    mark: Mark


@dataclass(frozen=True, slots=True)
class DrawnRow:
    """A row drawn: its place, its height in whole lanes, and what is promised twice in the period."""

    row: Row
    y: int
    lanes: int
    height: int
    bars: tuple[Bar, ...]
    marks: tuple[DrawnMark, ...]
    clashes: tuple[tuple[Booking, Booking], ...]


@dataclass(frozen=True, slots=True)
class Calendar:
    """The whole picture; ``weeks`` are Mondays with their place, ``today`` its place or None."""

    width: int
    height: int
    weeks: tuple[tuple[int, date], ...]
    rows: tuple[DrawnRow, ...]
    today: int | None


def draw(rows: Sequence[Row], first: date, weeks: int, today: date) -> Calendar:
    """Draw rows over so many weeks from a Monday on."""
    last = first + timedelta(days=7 * weeks - 1)
    drawn, y = [], HEAD
    for row in rows:
        one = _row(row, y, first, last)
        drawn.append(one)
        y += one.height
    mondays = tuple((7 * DAY * number, first + timedelta(days=7 * number)) for number in range(weeks))
    place = (today - first).days * DAY + DAY // 2 if first <= today <= last else None
    return Calendar(7 * DAY * weeks, y, mondays, tuple(drawn), place)


def _row(row: Row, y: int, first: date, last: date) -> DrawnRow:
    shown = within(row.bookings, first, last)
    lanes = in_lanes(shown)
    bars = [_bar(one, y + GAP + number * LANE, first, last) for number, lane in enumerate(lanes) for one in lane]
    count = max(1, len(lanes))
    height = 2 * GAP + count * LANE
    marks = [
        DrawnMark((one.on - first).days * DAY + DAY // 2, y + height - GAP, one)
        for one in sorted(row.marks, key=lambda one: (one.on, one.name))
        if first <= one.on <= last
    ]
    return DrawnRow(row, y, count, height, tuple(bars), tuple(marks), tuple(clashes(shown)))


def _bar(booking: Booking, y: int, first: date, last: date) -> Bar:
    begins, ends = max(booking.since, first), booking.ends_by(last)
    width = ((ends - begins).days + 1) * DAY
    words = booking.name if len(booking.name) * LETTER <= width - 6 else ""
    return Bar((begins - first).days * DAY, y, width, booking, words)
