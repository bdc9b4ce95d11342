"""The programme's figures from its own rows: one pass of the database over a bounded period for each kind of row.

What :mod:`torpaq.operations.figures` says of rows is asked of the database as sums with the same conditions, so that a
million days need not be read to be counted; a test holds both to the same figures.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.utils.timezone import localdate

from torpaq.land.balance import UM2
from torpaq.operations.figures.kpis import (
    KINDS,
    OUTCOMES,
    Figure,
    Row,
    figure_of,
    figures_of_days,
    median_of,
    ratio,
    share_figures,
)
from torpaq.web.models import (
    FieldRecord,
    HazardousArea,
    NonConformity,
    OrdnanceItem,
    Organisation,
    RecordState,
    Task,
    WorkDay,
)
from torpaq.web.operations.progress import NO_ITEMS
from torpaq.web.operations.work_sums import Work, work_between

MOST_REPORTS = 20_000
"""So many reports at most are looked at one by one for medians: the latest. A figure of a part says so."""
SURVEY = "nts"
STEPS = ("issued_on", "started_on", "completed_on", "accepted_on")
GROUND = ("terrain", "vegetation", "contamination")


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose work in which days, with which method, on which ground: empty texts ask for everything.

    Ground and contamination are those that the task was ordered for.
    """

    since: date
    until: date
    operator: str = ""
    unit: str = ""
    method: str = ""
    terrain: str = ""
    vegetation: str = ""
    contamination: str = ""

    @property
    def period(self) -> tuple[date, date]:
        """The two days, both included."""
        return self.since, self.until

    @property
    def is_of_ground(self) -> bool:
        """Say whether only tasks on some ground, or with some contamination, are asked for."""
        return any(getattr(self, name) for name in GROUND)

    def on_ground(self, path: str = "") -> Q:
        """Return the condition on a task's ground; ``path`` leads to the task."""
        asked = Q()
        for name in GROUND:
            if code := getattr(self, name):
                asked &= Q(**{f"{path}ground_key__contains": f"|{name}:{code}|"})
        return asked


def work_of(scope: Scope) -> Work:
    """Return the work of a scope, summed by month where it can be."""
    condition = Q()
    if scope.method:
        condition &= Q(method=scope.method)
    if scope.unit:
        condition &= Q(unit=scope.unit)
    if scope.operator:
        condition &= Q(
            organisation__in=list(Organisation.objects.filter(code=scope.operator).values_list("pk", flat=True))
        )
    if scope.is_of_ground:
        condition &= Q(task__in=Task.objects.filter(scope.on_ground()).order_by().values("pk"))
    return work_between(scope.since, scope.until, condition)


def days_of(scope: Scope) -> QuerySet[WorkDay]:
    """Return the days of work of a scope."""
    return work_of(scope).days


def items_of_scope(scope: Scope) -> QuerySet[OrdnanceItem]:
    """Return the items found in a scope; scrap is none."""
    items = OrdnanceItem.objects.filter(found_on__range=scope.period).exclude(category__in=NO_ITEMS)
    if scope.method:
        items = items.filter(found_by_method=scope.method)
    if scope.unit:
        items = items.filter(unit=scope.unit)
    items = items.filter(scope.on_ground("task__"))
    return items.filter(organisation__code=scope.operator) if scope.operator else items


def tasks_of_scope(scope: Scope) -> QuerySet[Task]:
    """Return the tasks that were worked on in a scope."""
    return Task.objects.filter(work_of(scope).tasks())


def reports_of_scope(scope: Scope) -> QuerySet[FieldRecord]:
    """Return the reports about days in a scope that were ever submitted.

    A report of any form tells neither method nor ground, but its day of work does: then days' reports alone count.
    """
    reports = FieldRecord.objects.filter(date_of_information__range=scope.period).exclude(submitted=None)
    if scope.unit:
        reports = reports.filter(unit=scope.unit)
    if scope.method or scope.is_of_ground:
        reports = reports.filter(scope.on_ground("work_day__task__"), work_day__isnull=False)
        reports = reports.filter(work_day__method=scope.method) if scope.method else reports
    return reports.filter(organisation__code=scope.operator) if scope.operator else reports


def non_conformities_of(scope: Scope) -> QuerySet[NonConformity]:
    """Return the non-conformities found in a scope."""
    found = NonConformity.objects.filter(found_on__range=scope.period)
    if scope.method:
        found = found.filter(method=scope.method)
    if scope.unit:
        found = found.filter(task__unit=scope.unit)
    found = found.filter(scope.on_ground("task__"))
    return found.filter(organisation__code=scope.operator) if scope.operator else found


# -- figures ----------------------------------------------------------------------------------------------------------


def day_figures(work: Work) -> dict[str, Figure]:
    """Return the figures that days of work make, summed by the database."""
    return figures_of_days(work.whole())


def day_row(day: WorkDay) -> Row:
    """Return a day of work as a plain row of the figures' arithmetic."""
    names = ("processed_m2", "quality_search_m2", "persons", "hours", "machine_hours", "animal_hours", "stoppage_hours")
    measures = {name: getattr(day, name) for name in names}
    more = {"all_hours": day.hours + day.stoppage_hours, "animal_days": 1}
    return Row(str(day.pk), measures | more)


def land_figures(flows: Mapping[str, int], scope: Scope, entries: int) -> dict[str, Figure]:
    """Return what was released by outcome, and items against cleared land; ``flows`` in doubled µm² of the ledger.

    The ledger knows no ground: items found on some ground are not set against land of every ground.
    """
    m2 = {outcome: flows.get(outcome, 0) / UM2 for outcome in OUTCOMES}
    found = {one.code: one for one in share_figures(m2, entries)}
    items = items_of_scope(scope).aggregate(pieces=Sum("quantity"), released=_pieces_in_released())
    is_told = entries > 0 and not scope.is_of_ground
    cleared = [Row("land", {"items": items["pieces"] or 0, "cleared_m2": m2["cleared"]})] if is_told else []
    released = [Row("land", {"missed": items["released"], "released_m2": sum(m2.values())})] if is_told else []
    for code, rows in (("items_a_ha", cleared), ("m2_an_item", cleared), ("missed_a_million_m2", released)):
        found[code] = figure_of(KINDS[code], rows)
    months = survey_team_months(scope)
    told = [Row("survey", {"cancelled_ha": m2["cancelled"] / 10_000, "team_months": months})] if months else []
    return found | {"ha_a_survey_team_month": figure_of(KINDS["ha_a_survey_team_month"], told if is_told else [])}


def survey_team_months(scope: Scope) -> int:
    """Count the teams of non-technical survey in each month that they worked in: a team in two months is two."""
    months: set[tuple[object, ...]] = set()
    work, keys = work_of(scope), ("organisation", "team")
    months.update(work.sums.filter(activity=SURVEY).order_by().values_list(*keys, "month").distinct())
    cut = work.cut.filter(activity=SURVEY).order_by().values_list(*keys, "on").distinct()
    months.update((organisation, team, on.replace(day=1)) for organisation, team, on in cut)
    return len(months)


def areas_of(scope: Scope) -> QuerySet[HazardousArea]:
    """Return the hazardous areas of a scope as they stand today; method, ground and period are no area's."""
    areas = HazardousArea.objects.filter(unit=scope.unit) if scope.unit else HazardousArea.objects.all()
    return areas.filter(operator=scope.operator) if scope.operator else areas


def area_figures(scope: Scope) -> dict[str, Figure]:
    """Return how many of the hazardous areas are drawn, each as a valid polygon of the ledger."""
    sums = areas_of(scope).aggregate(count=Count("pk"), drawn=Count("pk", filter=Q(lon__isnull=False)))
    kind = KINDS["areas_drawn_percent"]
    return {kind.code: ratio(kind, sums["drawn"], sums["count"], sums["count"])}


def _pieces_in_released() -> Coalesce:
    return Coalesce(Sum("quantity", filter=Q(in_released_land=True)), 0)


def item_figures(scope: Scope) -> dict[str, Figure]:
    """Return how many of the items have a place."""
    kind = KINDS["items_placed_percent"]
    sums = items_of_scope(scope).aggregate(count=Count("pk"), placed=Count("pk", filter=Q(lon__isnull=False)))
    return {kind.code: ratio(kind, sums["placed"], sums["count"], sums["count"])}


def task_figures(scope: Scope) -> dict[str, Figure]:
    """Return the share of finished tasks that found nothing, and the days between a task's steps."""
    asked = tasks_of_scope(scope).order_by()
    rows = [_task_row(*values) for values in asked.values_list("code", *STEPS, "items_found").iterator()]
    found = {one: median_of(one, rows) for one in ("days_to_start", "days_to_complete", "days_to_release")}
    return found | {"tasks_without_find_percent": figure_of(KINDS["tasks_without_find_percent"], rows)}


def _task_row(
    code: str,
    issued_on: date | None,
    started_on: date | None,
    completed_on: date | None,
    accepted_on: date | None,
    items_found: int,
) -> Row:
    """Return a task's measures; a task still at work says nothing yet about finding nothing."""
    measures: dict[str, int] = {}
    if completed_on:
        measures |= {"is_worked": 1, "is_without_find": int(items_found == 0)}
    steps = (
        ("days_to_start", issued_on, started_on),
        ("days_to_complete", started_on, completed_on),
        ("days_to_release", completed_on, accepted_on),
    )
    measures |= {name: (last - first).days for name, first, last in steps if first and last and last >= first}
    return Row(code, measures)


def quality_figures(scope: Scope, processed_m2: float | None) -> dict[str, Figure]:
    """Return non-conformities against processed land."""
    kind = KINDS["non_conformities_a_10000_m2"]
    count = non_conformities_of(scope).count()
    rows = [Row("work", {"non_conformities": count, "processed_m2": processed_m2})] if processed_m2 else []
    return {kind.code: figure_of(kind, rows)}


def safety_figures(scope: Scope, hours: float | None) -> dict[str, Figure]:
    """Return accidents at work against the hours worked; accidents reported and not withdrawn or sent back.

    An accident tells neither method nor ground: with such a filter nothing can be said.
    """
    kind = KINDS["accidents_a_million_hours"]
    is_told = bool(hours) and not (scope.method or scope.is_of_ground)
    rows = [Row("work", {"accidents": accidents_of(scope).count(), "hours": hours or 0.0})] if is_told else []
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
    """Return how many reports came in time, how many were returned, and the median days until acceptance.

    Of more than ``MOST_REPORTS`` reports the latest are looked at, and each figure's count says how many.
    """
    asked = reports_of_scope(scope).order_by("-pk").values_list(
        "pk", "date_of_information", "submitted", "decided", "state"
    )[:MOST_REPORTS]  # fmt: skip
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


def reports_left_out(scope: Scope) -> int:
    """Count the reports that figures of reports leave out because there are too many."""
    return max(0, reports_of_scope(scope).count() - MOST_REPORTS)
