"""The days of work summed by month: kept in step with the days, and asked so that a million days answer at once.

A period's whole months are read from the sums, and only the days of the months that it cuts one by one.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction
from django.db.models import Count, Max, Q, QuerySet, Sum
from django.db.models.functions import TruncMonth

from torpaq.web.models import WorkDay, WorkSum

KEYS = ("task_id", "organisation_id", "activity", "method", "unit", "team")
MEASURES = (
    "processed_m2", "quality_search_m2", "persons", "hours", "machine_hours", "animal_hours", "stoppage_hours",
)  # fmt: skip
NEEDS = {"persons": "persons", "hours": "hours", "machines": "machine_hours", "animals": "animal_hours"}
"""Days that tell of these are summed apart as well: manual work has no machine-hours."""

A_BATCH = 2_000


def _told(column: str) -> Q:
    return Q(**{f"{column}__gt": 0})


OF_DAYS: Mapping[str, Sum | Count] = {
    "sum_days": Count("pk"),
    "sum_with_hours_days": Count("pk", filter=_told("hours") | _told("stoppage_hours")),
    **{f"sum_{name}": Sum(name) for name in MEASURES},
    **{f"sum_by_{name}_m2": Sum("processed_m2", filter=_told(column)) for name, column in NEEDS.items()},
    **{f"sum_by_{name}_days": Count("pk", filter=_told(column)) for name, column in NEEDS.items()},
}
NAMES = tuple(name.removeprefix("sum_") for name in OF_DAYS)
OF_SUMS: Mapping[str, Sum] = {f"sum_{name}": Sum(name) for name in NAMES}


# -- kept -------------------------------------------------------------------------------------------------------------


def sum_work(tasks: Iterable[int] | None = None) -> None:
    """Make the sums of some tasks anew from their days, or of all tasks; twice it changes nothing."""
    days, kept = WorkDay.objects.order_by(), WorkSum.objects.all()
    if tasks is not None:
        keys = list(tasks)
        days, kept = days.filter(task__in=keys), kept.filter(task__in=keys)
    grouped = days.annotate(month=TruncMonth("on")).values(*KEYS, "month").annotate(**OF_DAYS)
    lost = _hours_lost(days)
    with transaction.atomic():
        known = {tuple(key): number for number, *key in kept.values_list("pk", *KEYS, "month")}
        new: list[WorkSum] = []
        old: list[WorkSum] = []
        for one in grouped.iterator(chunk_size=A_BATCH):
            key = {name: one[name] for name in (*KEYS, "month")}
            sums = {name: one[f"sum_{name}"] or 0 for name in NAMES}
            number = known.pop(tuple(key.values()), None)
            row = WorkSum(pk=number, **key, **sums, lost=lost.get(tuple(key.values()), {}))
            (new if number is None else old).append(row)
        kept.filter(pk__in=known.values()).delete()
        WorkSum.objects.bulk_create(new, batch_size=A_BATCH)
        WorkSum.objects.bulk_update(old, [*NAMES, "lost"], batch_size=100)


def _hours_lost(days: QuerySet[WorkDay]) -> dict[tuple[object, ...], dict[str, float]]:
    """Return hours lost by cause, by the keys of the sums."""
    found: dict[tuple[object, ...], dict[str, float]] = {}
    stopped = days.filter(stoppage_hours__gt=0).values_list(*KEYS, "on", "stoppages")
    for *key, on, listed in stopped.iterator(chunk_size=A_BATCH):
        lost = found.setdefault((*key, on.replace(day=1)), {})
        for one in listed:
            lost[str(one["reason"])] = lost.get(str(one["reason"]), 0.0) + float(one["hours"])
    return found


# -- asked ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Work:
    """The work of a period: its whole months as sums, the days of its cut months, and all its days for a list."""

    sums: QuerySet[WorkSum]
    cut: QuerySet[WorkDay]
    days: QuerySet[WorkDay]

    def by(self, *names: str) -> dict[tuple[object, ...], dict[str, float]]:
        """Return the sums by columns that days and sums share; none gives one row with the key ``()``."""
        found: dict[tuple[object, ...], dict[str, float]] = {}
        for rows, asked in ((self.sums, OF_SUMS), (self.cut, OF_DAYS)):
            listed = rows.order_by().values(*names).annotate(**asked) if names else [rows.aggregate(**asked)]
            for one in listed:
                sums = found.setdefault(tuple(one[name] for name in names), dict.fromkeys(NAMES, 0))
                for name in NAMES:
                    sums[name] += one[f"sum_{name}"] or 0
        return found

    def whole(self) -> dict[str, float]:
        """Return the sums of all the work."""
        return self.by()[()]

    def tasks(self) -> Q:
        """Return the condition on a task that it was worked on."""
        sums, cut = (rows.order_by().values("task") for rows in (self.sums, self.cut))
        return Q(pk__in=sums) | Q(pk__in=cut)

    def hours_lost(self) -> list[tuple[str, float]]:
        """Return hours lost by cause."""
        found: dict[str, float] = {}
        for lost in self.sums.filter(stoppage_hours__gt=0).order_by().values_list("lost", flat=True):
            for reason, hours in lost.items():
                found[reason] = found.get(reason, 0.0) + hours
        for listed in self.cut.filter(stoppage_hours__gt=0).order_by().values_list("stoppages", flat=True):
            for one in listed:
                found[str(one["reason"])] = found.get(str(one["reason"]), 0.0) + float(one["hours"])
        return list(found.items())


def work_between(since: date, until: date, condition: Q) -> Work:
    """Return the work of a period, both days included; ``condition`` speaks of what days and sums share."""
    first, last = whole_months(since, until)
    days = WorkDay.objects.filter(condition, on__range=(since, until))
    if first is None or last is None:
        return Work(WorkSum.objects.none(), days, days)
    end = _after(last) - timedelta(days=1)
    sums = WorkSum.objects.filter(condition, month__range=(first, last))
    if first == since and end == until:
        return Work(sums, WorkDay.objects.none(), days)
    edges = Q()
    if since < first:
        edges |= Q(on__gte=since, on__lt=first)
    if end < until:
        edges |= Q(on__gt=end, on__lte=until)
    return Work(sums, WorkDay.objects.filter(condition, edges) if edges else WorkDay.objects.none(), days)


def whole_months(since: date, until: date) -> tuple[date | None, date | None]:
    """Return the first days of the first and last month whose days all lie in a period; ``(None, None)`` without any.

    A month is whole as well where nothing was done after the period's end: today's month is.
    """
    first = since if since.day == 1 else _after(since.replace(day=1))
    latest = WorkDay.objects.aggregate(on=Max("on"))["on"]
    after = until + timedelta(days=1)
    last = until.replace(day=1) if after.day == 1 or (latest and latest <= until) else _before(until.replace(day=1))
    return (first, last) if first <= last else (None, None)


def _after(month: date) -> date:
    return (month + timedelta(days=32)).replace(day=1)


def _before(month: date) -> date:
    return (month - timedelta(days=1)).replace(day=1)
