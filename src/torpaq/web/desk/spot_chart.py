"""The response-time chart: one lane an urgency, a dot a call, hours on a scale of powers, wanted hours as a line."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from torpaq.operations.spot.response import Call
from torpaq.operations.spot.triage import URGENCIES

WIDTH, LEFT, LANE, TOP = 760.0, 20.0, 64.0, 24.0
LEAST_H, MOST_H = 0.25, 2000.0
TICKS_H = (0.25, 1, 4, 24, 168, 720)


@dataclass(frozen=True, slots=True)
class Dot:
    """A call: its place, its task's code, its hours, and whether it still waits."""

    x: float
    y: float
    name: str
    hours: float
    is_waiting: bool


@dataclass(frozen=True, slots=True)
class Lane:
    """One urgency's dots, from the top at ``y``, and where its wanted hours lie."""

    urgency: str
    y: float
    base: float
    wanted_x: float
    dots: tuple[Dot, ...]


@dataclass(frozen=True, slots=True)
class Strip:
    """The whole chart; ``ticks`` are (x, hours)."""

    width: float
    height: float
    lanes: tuple[Lane, ...]
    ticks: tuple[tuple[float, float], ...]


def place_of(hours: float) -> float:
    """Return the x of some hours: equal steps for equal factors, between a quarter of an hour and twelve weeks."""
    share = math.log(min(max(hours, LEAST_H), MOST_H) / LEAST_H) / math.log(MOST_H / LEAST_H)
    return LEFT + share * (WIDTH - 2 * LEFT)


def strip_of(calls: Iterable[Call], wanted_h: Mapping[str, float], now: datetime) -> Strip | None:
    """Draw calls; None where there is none. Calls that ended without a visit are left out, as in the figures."""
    shown = [call for call in calls if call.on_site or not call.ended]
    if not shown:
        return None
    lanes = []
    for number, urgency in enumerate(URGENCIES):
        y = TOP + number * LANE
        mine = [call for call in shown if call.urgency == urgency]
        dots = tuple(
            Dot(place_of(call.hours(now)), y + 24 + 10 * (n % 4), call.name, call.hours(now), call.on_site is None)
            for n, call in enumerate(mine)
        )
        lanes.append(Lane(urgency, y, y + LANE, place_of(wanted_h[urgency]), dots))
    ticks = tuple((place_of(hours), hours) for hours in TICKS_H)
    return Strip(WIDTH, TOP + LANE * len(URGENCIES) + 24, tuple(lanes), ticks)
