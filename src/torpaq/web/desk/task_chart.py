"""Processed land a day beside the plan, drawn on the server: bars, a line for the plan, two axes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from torpaq.web.desk.charts import nice_steps

WIDTH, HEIGHT, LEFT, BOTTOM, TOP = 720.0, 220.0, 84.0, 30.0, 12.0
MOST_BARS = 90
LABEL_HALF = 36.0
"""Half the width of a written day, so that the last one is not cut off."""


@dataclass(frozen=True, slots=True)
class DayBar:
    """A bar: its place, the first day it stands for, how many days, and square metres a day."""

    x: float
    y: float
    width: float
    height: float
    on: date
    days: int
    a_day_m2: float


@dataclass(frozen=True, slots=True)
class Mark:
    """A mark on an axis: across a day, up square metres."""

    place: float
    on: date | None = None
    m2: float = 0.0


@dataclass(frozen=True, slots=True)
class WorkChart:
    """The picture: bars, marks, and where the plan's line lies (``plan_m2`` a day; 0: no plan)."""

    bars: tuple[DayBar, ...]
    across: tuple[Mark, ...]
    up: tuple[Mark, ...]
    plan_y: float
    plan_m2: float
    width: float = WIDTH
    height: float = HEIGHT
    left: float = LEFT
    base: float = HEIGHT - BOTTOM


def plan_a_day_m2(area_m2: float, start: date | None, end: date | None) -> float:
    """Return how much has to be processed a day for the whole boundary to be done in the planned days; 0: no plan."""
    if start is None or end is None or end < start:
        return 0.0
    return area_m2 / ((end - start).days + 1)


def work_chart(days: Sequence[tuple[date, float]], plan_m2: float) -> WorkChart | None:
    """Draw processed land by day, or by equal stretches of days where there are many; None where there was no work."""
    if not days:
        return None
    first, last = min(on for on, _ in days), max(on for on, _ in days)
    count = (last - first).days + 1
    stretch = -(-count // MOST_BARS)
    sums: dict[int, float] = {}
    for on, m2 in days:
        place = (on - first).days // stretch
        sums[place] = sums.get(place, 0.0) + m2
    a_day = {place: m2 / stretch for place, m2 in sums.items()}
    ups = nice_steps(max(plan_m2, *a_day.values(), 1.0))
    rise, pitch = (HEIGHT - BOTTOM - TOP) / ups[-1], (WIDTH - LEFT) / max(-(-count // stretch), 10)
    base = HEIGHT - BOTTOM
    bars = tuple(
        DayBar(
            LEFT + place * pitch + 0.1 * pitch,
            base - m2 * rise,
            0.8 * pitch,
            m2 * rise,
            first + timedelta(days=place * stretch),
            stretch,
            m2,
        )
        for place, m2 in sorted(a_day.items())
    )
    places = sorted({0, len(range(0, count, stretch)) // 2, len(range(0, count, stretch)) - 1})
    across = tuple(
        Mark(min(LEFT + (p + 0.5) * pitch, WIDTH - LABEL_HALF), first + timedelta(days=p * stretch)) for p in places
    )
    return WorkChart(
        bars, across, tuple(Mark(base - up * rise, None, up) for up in ups), base - plan_m2 * rise, plan_m2
    )
