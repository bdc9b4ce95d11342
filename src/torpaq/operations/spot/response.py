"""How quickly calls are answered: hours from the call to a team on site, against the hours that are wanted."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from statistics import median

from torpaq.operations.spot.triage import URGENCIES


@dataclass(frozen=True, slots=True)
class Call:
    """A spot task in time; ``on_site`` None while no team was there, ``ended`` once it was refused or closed."""

    name: str
    urgency: str
    reported: datetime
    on_site: datetime | None = None
    ended: datetime | None = None

    def hours(self, now: datetime) -> float:
        """Return the hours until a team was on site, or until now, or until the task ended without one."""
        until = self.on_site or self.ended or now
        return max((until - self.reported).total_seconds() / 3600, 0.0)


@dataclass(frozen=True, slots=True)
class Response:
    """One urgency's figure: calls answered on site, their median hours, how many in time, how many wait too long."""

    urgency: str
    wanted_h: float
    answered: int
    median_h: float | None
    in_time: int
    waiting: int
    late: int


def responses(calls: Iterable[Call], wanted_h: Mapping[str, float], now: datetime) -> list[Response]:
    """Return one figure an urgency, the most urgent first. Calls that ended without a visit are in none of them."""
    calls = list(calls)
    found = []
    for urgency in URGENCIES:
        mine = [call for call in calls if call.urgency == urgency]
        answered = [call.hours(now) for call in mine if call.on_site]
        waiting = [call.hours(now) for call in mine if not call.on_site and not call.ended]
        limit = wanted_h[urgency]
        in_time, late = sum(h <= limit for h in answered), sum(h > limit for h in waiting)
        middle = median(answered) if answered else None
        found.append(Response(urgency, limit, len(answered), middle, in_time, len(waiting), late))
    return found
