"""Days of work follow the records of progress: checked against their task, kept in step with it, gone with it."""

from collections.abc import Iterable
from datetime import date, timedelta
from difflib import get_close_matches

from django.db.models import Count, Max, Q, QuerySet, Sum

from torpaq.geo.shape import Shape
from torpaq.intake.record.record import Finding
from torpaq.operations.progress.checks import check_day
from torpaq.operations.progress.day import Day, Limits, Period, Searched, TaskFacts
from torpaq.operations.progress.rates import days_without_find
from torpaq.standard.parameters import parameters_of
from torpaq.standard.problems import Problem, problem
from torpaq.web.models import Account, FieldRecord, Lane, OrdnanceItem, StateMove, Task, WorkDay
from torpaq.web.operations.answers import counts, day, known_number, number, rows, text, whole
from torpaq.web.operations.work_sums import sum_work
from torpaq.web.record_effects import checks, effect, removal
from torpaq.web.tile_store import country_code

FORM = "clearance_progress"
NEAR_CODES, CODES_LOOKED_AT = 3, 5_000
NO_ITEMS = frozenset({"scrap"})
LONGEST_LANE = 64


def limits_of_programme() -> Limits:
    """Return the national numbers that days are checked with."""
    numbers = parameters_of(country_code())
    return Limits(
        area_tolerance_percent=float(numbers["area_tolerance_percent"].value),
        area_tolerance_m2=float(numbers["area_tolerance_m2"].value),
        rate_history_days=int(numbers["rate_history_days"].value),
        rate_least_days=int(numbers["rate_least_days"].value),
        rate_deviations=float(numbers["rate_deviations"].value),
        days_without_find=int(numbers["days_without_find"].value),
    )


# -- a record is checked ----------------------------------------------------------------------------------------------


@checks(FORM)
def check_progress(record: FieldRecord) -> list[Finding]:
    """Check a day's report against the task that it names, the land already searched and the team's own history."""
    code = text(record.values, "task", 64)
    task = Task.objects.filter(code=code).first() if code else None
    if task is None:
        return [_unknown_task(record, code)] if code else []
    told = day_of_record(record)
    if told is None:
        return []
    history = list(_history(told, record))
    found = check_day(told, task_facts(task), searched_on(task, told, record), history, limits_of_programme())
    elements = {"day_hours_impossible": "hours", "day_area_differs": "processed_area_m2", "day_of_other_team": "team"}
    elements |= {"day_of_other_method": "method", "day_outside_task": "boundary", "day_overlaps": "boundary"}
    elements |= {"day_rate_unusual": "processed_area_m2", "day_rate_history_short": "processed_area_m2"}
    elements |= {"day_of_other_organisation": "task"}
    places = [elements.get(one.code, "work_date") for one in found]
    return [
        Finding(0, "", place, _shown(record, place), Problem(one.code, one.severity, place, one.parameters))
        for place, one in zip(places, found, strict=True)
    ]


def _shown(record: FieldRecord, element: str) -> str:
    value = record.values.get(element, "")
    return str(value)[:200] if isinstance(value, str | int | float) else ""


def _unknown_task(record: FieldRecord, code: str) -> Finding:
    """Name the codes that the typed one may mean; a programme without any task only remembers what was typed."""
    if not Task.objects.exists():
        return Finding(0, "", "task", code, problem("day_no_tasks_yet", "task", value=code))
    tasks = Task.objects.filter(organisation=record.organisation) if record.organisation_id else Task.objects.all()
    known = {one.casefold(): one for one in tasks.order_by("-pk").values_list("code", flat=True)[:CODES_LOOKED_AT]}
    near = [known[key] for key in get_close_matches(code.casefold(), known, NEAR_CODES, 0.5)]
    return Finding(0, "", "task", code, problem("day_task_unknown", "task", value=code, near=", ".join(near) or "–"))


def day_of_record(record: FieldRecord) -> Day | None:
    """Read a day of work from a record; None where it does not even say when."""
    values = record.values
    on = day(values, "work_date") or record.date_of_information
    if on is None:
        return None
    return Day(
        name=record.local_id or record.uid[:64],
        task=text(values, "task", 64),
        organisation=record.organisation.code if record.organisation else "",
        team=text(values, "team", 64),
        on=on,
        activity=text(values, "activity", 64),
        method=text(values, "method", 64),
        processed_m2=number(values, "processed_area_m2"),
        persons=whole(values, "persons"),
        hours=number(values, "hours"),
        machine_hours=number(values, "machine_hours"),
        animal_hours=number(values, "animal_hours"),
        stoppage_hours=sum(number(row, "stoppage_hours") for row in rows(values, "stoppages")),
        items_found=items_told(record),
        shape=record.shape if "boundary" in values else None,
    )


def items_told(record: FieldRecord) -> int:
    """Count the pieces of ordnance that a record's finds tell; scrap is none."""
    finds = rows(record.values, "finds")
    return sum(whole(row, "quantity") or 1 for row in finds if text(row, "category") not in NO_ITEMS)


def task_facts(task: Task) -> TaskFacts:
    """Return what a day is compared with."""
    teams = task.teams.select_related("team").order_by("since", "pk")
    return TaskFacts(
        code=task.code,
        organisation=task.organisation.code,
        state=task.state,
        methods=tuple(task.methods),
        teams=tuple((one.team.code, Period(one.since, one.until)) for one in teams),
        boundary=task.shape,
        started_on=task.started_on,
        completed_on=task.completed_on,
        suspensions=tuple(suspensions_of(task)),
    )


def suspensions_of(task: Task) -> Iterable[Period]:
    """Yield the whole days on which a task was suspended; on its first and last day there may have been work."""
    since: date | None = None
    for move in StateMove.objects.filter(subject="task", name=task.code).order_by("pk"):
        if move.target == "suspended":
            since = move.on
        elif since is not None:
            if move.on - since > timedelta(days=1):
                yield Period(since + timedelta(days=1), move.on - timedelta(days=1))
            since = None
    if since is not None:
        yield Period(since + timedelta(days=1))


def searched_on(task: Task, told: Day, record: FieldRecord | None) -> list[Searched]:
    """Return the lanes near a day's drawing that other days searched with the same method."""
    if told.shape is None:
        return []
    near = {"shape__bbox": told.shape.bounds_cm}  # a lookup of ours, which no type checker knows
    lanes = Lane.objects.filter(task=task, method=told.method, work_day__isnull=False)
    lanes = lanes.filter(**near).select_related("work_day")
    if record is not None and record.pk:
        lanes = lanes.exclude(work_day__record=record)
    return [
        Searched(lane.name, lane.work_day.on, lane.method, lane.shape) for lane in lanes if lane.work_day and lane.shape
    ]


def _history(told: Day, record: FieldRecord) -> Iterable[Day]:
    """Yield the team's last days with the same method, as many as its usual rate is made of."""
    past = WorkDay.objects.filter(organisation=record.organisation, team=told.team, on__lt=told.on, method=told.method)
    past = past.filter(hours__gt=0, processed_m2__gt=0).order_by("-on", "-pk")
    for row in past[: limits_of_programme().rate_history_days]:
        yield Day(
            str(row.pk), told.task, told.organisation, row.team, row.on, row.activity, row.method, row.processed_m2,
            row.persons, row.hours,
        )  # fmt: skip


# -- a day follows its record -----------------------------------------------------------------------------------------


@effect(FORM)
def follow_progress(record: FieldRecord, person: Account | None) -> None:
    """Bring a record's day of work and its lane in step, and the sums of the tasks that it is or was on."""
    before = WorkDay.objects.filter(record=record).select_related("task").first()
    task = Task.objects.filter(code=text(record.values, "task", 64)).first() if counts(record) else None
    told = day_of_record(record)
    if task is None or told is None or record.organisation_id != task.organisation_id:
        remove_days(WorkDay.objects.filter(record=record))
        return
    row, _ = WorkDay.objects.update_or_create(record=record, defaults=_columns(record, task, told))
    _follow_lane(row, told.shape, person or record.author)
    for changed in {task.pk: task, **({before.task_id: before.task} if before else {})}.values():
        recount_work(changed)


def _columns(record: FieldRecord, task: Task, told: Day) -> dict[str, object]:
    """Return a day's columns."""
    values = record.values
    stoppages = [
        {"reason": text(row, "stoppage_reason", 64), "hours": number(row, "stoppage_hours")}
        for row in rows(values, "stoppages")
    ]
    return {
        "task": task,
        "organisation": record.organisation,
        "team": told.team,
        "on": told.on,
        "activity": told.activity,
        "method": told.method,
        "unit": record.unit or task.unit,
        "area": text(values, "area"),
        "processed_m2": told.processed_m2,
        "quality_search_m2": number(values, "quality_search_m2"),
        "depth_cm": known_number(values, "achieved_depth_cm"),
        "persons": told.persons,
        "hours": told.hours,
        "machine_hours": told.machine_hours,
        "animal_hours": told.animal_hours,
        "stoppage_hours": told.stoppage_hours,
        "stoppages": stoppages,
        "items_found": told.items_found,
        "accepted": record.state == "accepted",
        "flags": flags_of(record),
    }


def flags_of(record: FieldRecord) -> list[str]:
    """Return the codes of what was found about a record and what a person should look at."""
    return sorted({str(found["code"]) for found in record.findings if found.get("severity") != "note"})


def _follow_lane(row: WorkDay, shape: Shape | None, person: Account | None) -> None:
    """Keep the lane that a day searched where it was drawn; a planner's own lanes are not touched."""
    lane = Lane.objects.filter(work_day=row).first()
    if shape is None:
        if lane is not None:
            lane.delete()
        return
    if lane is None or lane.task_id != row.task_id:
        if lane is not None:
            lane.delete()
        lane = Lane(task=row.task, work_day=row, name=_lane_name(row), account=person)
    lane.method, lane.shape, lane.area_m2, lane.done_on = row.method, shape, shape.area_m2, row.on
    lane.team = row.organisation.teams.filter(code=row.team).first()
    boundary = row.record.values.get("boundary") if row.record else None
    original = boundary.get("original") if isinstance(boundary, dict) else None
    lane.original = dict(original) if isinstance(original, dict) else {}
    lane.save()


def _lane_name(row: WorkDay) -> str:
    """Return a name that is no other lane's of the task: the report's number, else its day and team."""
    record = row.record
    wanted = (record.local_id if record else "") or f"{row.on.isoformat()} {row.team}"
    taken = set(Lane.objects.filter(task=row.task).values_list("name", flat=True))
    names = (wanted[:LONGEST_LANE], *(f"{wanted[: LONGEST_LANE - 6]} {number}" for number in range(2, 100_000)))
    return next(name for name in names if name not in taken)


def remove_days(days: QuerySet[WorkDay]) -> None:
    """Take days of work away with their lanes, and bring their tasks in step."""
    tasks = list(Task.objects.filter(days__in=days).distinct())
    Lane.objects.filter(work_day__in=days).delete()
    days.delete()
    for task in tasks:
        recount_work(task)


@removal
def remove_days_of(records: QuerySet[FieldRecord]) -> None:
    """Take away the days of records that are about to vanish."""
    remove_days(WorkDay.objects.filter(record__in=records))


def bring_days(task: Task, person: Account | None = None) -> int:
    """Make the days of records that named a task before it existed; return how many records name it."""
    records = FieldRecord.objects.filter(form=FORM, values__task=task.code).select_related("organisation", "author")
    found = 0
    for record in records:
        follow_progress(record, person)
        found += 1
    return found


# -- a task's own sums ------------------------------------------------------------------------------------------------


def recount_work(task: Task) -> None:
    """Bring a task's sums of work, and those of its months, in step with its days and its items."""
    days = WorkDay.objects.filter(task=task)
    sums = days.aggregate(area=Sum("processed_m2"), dates=Count("on", distinct=True), last=Max("on"))
    items = OrdnanceItem.objects.filter(task=task).exclude(category__in=NO_ITEMS).aggregate(found=Sum("quantity"))
    task.processed_m2, task.work_days, task.last_work_on = sums["area"] or 0.0, sums["dates"], sums["last"]
    task.items_found = items["found"] or 0
    task.days_without_find = days_without_find(days_searched(task))
    names = ["processed_m2", "work_days", "last_work_on", "items_found", "days_without_find"]
    task.save(update_fields=names)
    sum_work([task.pk])


def days_searched(task: Task) -> list[tuple[date, int]]:
    """Return the dates on which land was searched on a task, each with the items found."""
    searched = WorkDay.objects.filter(task=task).filter(Q(processed_m2__gt=0) | Q(items_found__gt=0))
    totals = searched.order_by("on").values("on").annotate(found=Sum("items_found"))
    return [(row["on"], row["found"]) for row in totals]
