"""What was processed in each month or week, by method, operator or district, and why work stood still.

The database sums by day; a year of a large programme is a few thousand rows of sums, never its days one by one.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import QuerySet, Sum

from torpaq.operations.figures.kpis import causes
from torpaq.web.models import WorkDay

MONTH, WEEK = "month", "week"
STEPS = (MONTH, WEEK)
CUTS: Mapping[str, str] = {"method": "method", "operator": "organisation__code", "unit": "unit"}
MOST_SERIES = 7
OTHERS = "*"
"""The key of all smaller series together."""


@dataclass(frozen=True, slots=True)
class Series:
    """m² processed by one method, operator or district: one number a period, and their sum."""

    key: str
    m2: tuple[float, ...]

    @property
    def whole_m2(self) -> float:
        """The sum over all periods."""
        return sum(self.m2)


@dataclass(frozen=True, slots=True)
class Production:
    """Periods by their first day, and the series, the largest first."""

    periods: tuple[date, ...]
    series: tuple[Series, ...]

    @property
    def sums_m2(self) -> tuple[float, ...]:
        """The sum of all series in each period."""
        return tuple(sum(values) for values in zip(*(one.m2 for one in self.series), strict=True))


def production(days: QuerySet[WorkDay], since: date, until: date, step: str, cut: str) -> Production:
    """Sum processed m² between two days, both included. Processed is never released: methods add up here alone."""
    periods = tuple(periods_of(since, until, step))
    place = {start: number for number, start in enumerate(periods)}
    sums: dict[str, list[float]] = {}
    grouped = days.filter(on__range=(since, until)).order_by().values_list("on", CUTS[cut])
    for on, key, area_m2 in grouped.annotate(area=Sum("processed_m2")):
        values = sums.setdefault(str(key), [0.0] * len(periods))
        values[place[start_of(on, step)]] += area_m2
    ordered = sorted(sums.items(), key=lambda pair: (-sum(pair[1]), pair[0]))
    shown, rest = ordered[:MOST_SERIES], ordered[MOST_SERIES:]
    if rest:
        shown.append((OTHERS, [sum(values) for values in zip(*(values for _, values in rest), strict=True)]))
    return Production(periods, tuple(Series(key, tuple(values)) for key, values in shown))


def start_of(on: date, step: str) -> date:
    """Return the first day of a day's month, or the Monday of its week."""
    return on.replace(day=1) if step == MONTH else on - timedelta(days=on.weekday())


def periods_of(since: date, until: date, step: str) -> Iterator[date]:
    """Yield the first day of every period from one day to another."""
    start = start_of(since, step)
    while start <= until:
        yield start
        start = start_of(start + timedelta(days=32 if step == MONTH else 7), step)


def downtime(days: QuerySet[WorkDay], since: date, until: date) -> list[tuple[str, float, float]]:
    """Return hours lost by cause with their share in percent, the largest first."""
    stopped = days.filter(on__range=(since, until), stoppage_hours__gt=0).order_by()
    lost: dict[str, float] = {}
    for listed in stopped.values_list("stoppages", flat=True).iterator(chunk_size=5_000):
        for one in listed:
            lost[str(one["reason"])] = lost.get(str(one["reason"]), 0.0) + float(one["hours"])
    return causes(lost.items())
