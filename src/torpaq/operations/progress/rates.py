"""Output that the team's own history makes hard to believe, and days in a row that found nothing.

A rate is compared with the median of the same team and method; the spread is the median absolute deviation (MAD), so
that one wild day of the past hides no wild day of today. Scaled by 1.4826 the MAD estimates a standard deviation.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import median

from torpaq.operations.progress.day import Day, Limits
from torpaq.standard.problems import Problem, problem

MAD_TO_SIGMA = 1.4826
LEAST_SPREAD = 0.1
"""A team that does the same every day is still allowed a tenth of it either way."""


@dataclass(frozen=True, slots=True)
class UsualRate:
    """What a team usually does in a net hour of one person: m², from ``low`` to ``high``; from how many days."""

    median: float
    low: float
    high: float
    days: int


def usual_rate(rates: Sequence[float], deviations: float) -> UsualRate:
    """Return the usual range of rates in m² per person-hour. Raises ``StatisticsError`` where there are none."""
    middle = median(rates)
    spread = max(MAD_TO_SIGMA * median(abs(rate - middle) for rate in rates), LEAST_SPREAD * middle)
    return UsualRate(middle, max(0.0, middle - deviations * spread), middle + deviations * spread, len(rates))


def history_of(day: Day, days: Iterable[Day], limits: Limits) -> list[float]:
    """Return the rates of a team's last days with the same method before a day, the latest first."""
    same = [
        other
        for other in days
        if (other.organisation, other.team, other.method) == (day.organisation, day.team, day.method)
        and other.on < day.on
    ]
    same.sort(key=lambda other: (other.on, other.name), reverse=True)
    rates = [rate for other in same if (rate := other.rate_m2_per_hour) is not None]
    return rates[: limits.rate_history_days]


def check_rate(day: Day, days: Iterable[Day], limits: Limits) -> list[Problem]:
    """Flag a day whose m² per person-hour lies outside the team's usual range, or say that none is known yet."""
    rate = day.rate_m2_per_hour
    if rate is None:
        return []
    rates = history_of(day, days, limits)
    if len(rates) < limits.rate_least_days:
        return [problem("day_rate_history_short", day.name, days=len(rates), least=limits.rate_least_days)]
    usual = usual_rate(rates, limits.rate_deviations)
    if usual.low <= rate <= usual.high:
        return []
    told = {"rate": round(rate, 1), "low": round(usual.low, 1), "high": round(usual.high, 1), "days": usual.days}
    return [problem("day_rate_unusual", day.name, **told)]


def days_without_find(days: Iterable[tuple[date, int]]) -> int:
    """Count the days of work since the last one that found something; each date counts once.

    ``days`` are dates with the number of items found. A day on which anybody found something is a day with a find.
    """
    found: dict[date, int] = {}
    for on, items in days:
        found[on] = found.get(on, 0) + items
    count = 0
    for on in sorted(found, reverse=True):
        if found[on]:
            break
        count += 1
    return count


def check_finds(task: str, count: int, limits: Limits) -> list[Problem]:
    """Ask whether the area is right after too many days in a row without a find (domain §4.13)."""
    if count <= limits.days_without_find:
        return []
    return [problem("task_without_find", task, days=count, limit=limits.days_without_find)]
