"""The programme's figures from its own rows: one pass of the database over a bounded period for each kind of row.

What :mod:`torpaq.operations.figures` says of rows is asked of the database as sums with the same conditions, so that a
million days need not be read to be counted; a test holds both to the same figures.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, F, Q, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.utils.timezone import localdate

from torpaq.land.balance import UM2, Figures
from torpaq.operations.figures.kpis import KINDS, OUTCOMES, Figure, Row, figure_of, median_of, ratio, share_figures
from torpaq.web.models import FieldRecord, NonConformity, OrdnanceItem, RecordState, Task, WorkDay
from torpaq.web.operations.progress import NO_ITEMS

DAY_FIGURES = (
    *("processed_m2", "m2_a_deminer_day", "m2_a_net_hour", "m2_a_machine_hour", "m2_an_animal_hour"),
    *("downtime_percent", "rework_m2"),
)
MOST_ROWS = 20_000
"""So many reports or tasks at most are looked at one by one for medians: the latest."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose work in which days: empty texts ask for everything."""

    since: date
    until: date
    operator: str = ""
    unit: str = ""
    method: str = ""

    @property
    def period(self) -> tuple[date, date]:
        """The two days, both included."""
        return self.since, self.until


def days_of(scope: Scope) -> QuerySet[WorkDay]:
    """Return the days of work of a scope."""
    days = WorkDay.objects.filter(on__range=scope.period)
    if scope.method:
        days = days.filter(method=scope.method)
    if scope.unit:
        days = days.filter(unit=scope.unit)
    return days.filter(organisation__code=scope.operator) if scope.operator else days


def items_of_scope(scope: Scope) -> QuerySet[OrdnanceItem]:
    """Return the items found in a scope; scrap is none."""
    items = OrdnanceItem.objects.filter(found_on__range=scope.period).exclude(category__in=NO_ITEMS)
    if scope.method:
        items = items.filter(found_by_method=scope.method)
    if scope.unit:
        items = items.filter(unit=scope.unit)
    return items.filter(organisation__code=scope.operator) if scope.operator else items


def tasks_of_scope(scope: Scope) -> QuerySet[Task]:
    """Return the tasks that were worked on in a scope."""
    return Task.objects.filter(pk__in=days_of(scope).order_by().values("task").distinct())


def reports_of_scope(scope: Scope) -> QuerySet[FieldRecord]:
    """Return the reports about days in a scope that were ever submitted."""
    reports = FieldRecord.objects.filter(date_of_information__range=scope.period).exclude(submitted=None)
    if scope.unit:
        reports = reports.filter(unit=scope.unit)
    return reports.filter(organisation__code=scope.operator) if scope.operator else reports


def non_conformities_of(scope: Scope) -> QuerySet[NonConformity]:
    """Return the non-conformities found in a scope."""
    found = NonConformity.objects.filter(found_on__range=scope.period)
    if scope.method:
        found = found.filter(method=scope.method)
    if scope.unit:
        found = found.filter(task__unit=scope.unit)
    return found.filter(organisation__code=scope.operator) if scope.operator else found


# -- figures ----------------------------------------------------------------------------------------------------------


def day_figures(days: QuerySet[WorkDay]) -> dict[str, Figure]:
    """Return the figures that days of work make, summed by the database."""
    all_hours = F("hours") + F("stoppage_hours")
    asked: dict[str, object] = {}
    for code in DAY_FIGURES:
        kind = KINDS[code]
        needs = Q(**{f"{kind.needs}__gt": 0}) if kind.needs else Q()
        asked |= {f"{code}_n": Sum(kind.numerator, filter=needs), f"{code}_c": Count("pk", filter=needs)}
        if kind.denominator:
            asked[f"{code}_d"] = Sum(kind.denominator, filter=needs)
    sums = days.order_by().annotate(all_hours=all_hours).aggregate(**asked)
    return {
        code: ratio(KINDS[code], sums[f"{code}_n"] or 0, sums.get(f"{code}_d"), sums[f"{code}_c"])
        for code in DAY_FIGURES
    }


def day_row(day: WorkDay) -> Row:
    """Return a day of work as a plain row of the figures' arithmetic."""
    names = ("processed_m2", "quality_search_m2", "persons", "hours", "machine_hours", "animal_hours", "stoppage_hours")
    measures = {name: getattr(day, name) for name in names}
    return Row(str(day.pk), measures | {"all_hours": day.hours + day.stoppage_hours})


def land_figures(flows: Mapping[str, int], scope: Scope, entries: int) -> dict[str, Figure]:
    """Return what was released by outcome, and items against cleared land; ``flows`` in doubled µm² of the ledger."""
    m2 = {outcome: flows.get(outcome, 0) / UM2 for outcome in OUTCOMES}
    found = {one.code: one for one in share_figures(m2, entries)}
    items = items_of_scope(scope).aggregate(pieces=Sum("quantity"), released=_pieces_in_released())
    cleared = [Row("land", {"items": items["pieces"] or 0, "cleared_m2": m2["cleared"]})] if entries else []
    released = [Row("land", {"missed": items["released"], "released_m2": sum(m2.values())})] if entries else []
    for code, rows in (("items_a_ha", cleared), ("m2_an_item", cleared), ("missed_a_million_m2", released)):
        found[code] = figure_of(KINDS[code], rows)
    return found


def flows_of(figures: Figures) -> Mapping[str, int]:
    """Return the flows of the land, each m² once."""
    return figures.flows[2]


def _pieces_in_released() -> Coalesce:
    return Coalesce(Sum("quantity", filter=Q(in_released_land=True)), 0)


def item_figures(scope: Scope) -> dict[str, Figure]:
    """Return how many of the items have a place."""
    kind = KINDS["items_placed_percent"]
    sums = items_of_scope(scope).aggregate(count=Count("pk"), placed=Count("pk", filter=Q(lon__isnull=False)))
    return {kind.code: ratio(kind, sums["placed"], sums["count"], sums["count"])}


def task_figures(scope: Scope) -> dict[str, Figure]:
    """Return the share of finished tasks that found nothing, and the days between a task's steps."""
    rows = [_task_row(task) for task in tasks_of_scope(scope).order_by("-last_work_on", "-pk")[:MOST_ROWS]]
    found = {one: median_of(one, rows) for one in ("days_to_start", "days_to_complete", "days_to_release")}
    return found | {"tasks_without_find_percent": figure_of(KINDS["tasks_without_find_percent"], rows)}


def _task_row(task: Task) -> Row:
    """Return a task's measures; a task still at work says nothing yet about finding nothing."""
    measures: dict[str, int] = {}
    if task.completed_on:
        measures |= {"is_worked": 1, "is_without_find": int(task.items_found == 0)}
    steps = (
        ("days_to_start", task.issued_on, task.started_on),
        ("days_to_complete", task.started_on, task.completed_on),
        ("days_to_release", task.completed_on, task.accepted_on),
    )
    measures |= {name: (last - first).days for name, first, last in steps if first and last and last >= first}
    return Row(task.code, measures)


def quality_figures(scope: Scope, processed_m2: float | None) -> dict[str, Figure]:
    """Return non-conformities against processed land."""
    kind = KINDS["non_conformities_a_10000_m2"]
    count = non_conformities_of(scope).count()
    rows = [Row("work", {"non_conformities": count, "processed_m2": processed_m2})] if processed_m2 else []
    return {kind.code: figure_of(kind, rows)}


def safety_figures(scope: Scope, hours: float | None) -> dict[str, Figure]:
    """Return accidents at work against the hours worked; accidents reported and not withdrawn or sent back."""
    kind = KINDS["accidents_a_million_hours"]
    rows = [Row("work", {"accidents": accidents_of(scope).count(), "hours": hours})] if hours else []
    return {kind.code: figure_of(kind, rows)}


def accidents_of(scope: Scope) -> QuerySet[FieldRecord]:
    """Return the reported accidents at demining work in a scope; incidents without harm are no accidents."""
    told = FieldRecord.objects.filter(form="accident", state__in=(RecordState.SUBMITTED, RecordState.ACCEPTED))
    told = told.filter(values__at_workplace="yes", values__event_kind="accident")
    told = told.filter(date_of_information__range=scope.period)
    if scope.unit:
        told = told.filter(unit=scope.unit)
    return told.filter(organisation__code=scope.operator) if scope.operator else told


def report_figures(scope: Scope, days_allowed: int) -> dict[str, Figure]:
    """Return how many reports came in time, how many were returned, and the median days until acceptance."""
    asked = reports_of_scope(scope).order_by("-pk").values_list(
        "pk", "date_of_information", "submitted", "decided", "state"
    )[:MOST_ROWS]  # fmt: skip
    rows = []
    for pk, told_on, submitted, decided, state in asked:
        if told_on is None or submitted is None:
            continue
        measures: dict[str, float] = {
            "is_sent": 1,
            "is_on_time": int((localdate(submitted) - told_on).days <= days_allowed),
        }
        if state in {RecordState.ACCEPTED, RecordState.RETURNED}:
            measures |= {"is_decided": 1, "is_returned": int(state == RecordState.RETURNED)}
        if state == RecordState.ACCEPTED and decided:
            measures["approval_days"] = max(0.0, (decided - submitted).total_seconds() / 86_400)
        rows.append(Row(str(pk), measures))
    found = {code: figure_of(KINDS[code], rows) for code in ("on_time_percent", "returned_percent")}
    return found | {"approval_days": median_of("approval_days", rows)}


def net_hours(days: QuerySet[WorkDay]) -> float | None:
    """Return all net hours worked; None where no day was reported."""
    total: float | None = days.aggregate(hours=Sum("hours"))["hours"]
    return total
