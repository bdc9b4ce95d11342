"""Rows of tasks: who may see and touch them, what they order, their sums, and the words the board searches."""

from collections.abc import Mapping, Sequence
from datetime import date
from types import MappingProxyType

from django.contrib.auth.models import AnonymousUser
from django.db.models import Count, QuerySet

from torpaq.geo.shape import CM_PER_M, Shape
from torpaq.operations.moving import target_of
from torpaq.operations.tasks.order import ENDED, TaskOrder
from torpaq.standard.codes import code_list
from torpaq.standard.country import load_country
from torpaq.standard.problems import Problem, problem
from torpaq.standard.text import fold_name
from torpaq.web.accounts import Right, lacks_right, may, note
from torpaq.web.models import (
    Account,
    FieldRecord,
    NonConformity,
    Organisation,
    OrganisationKind,
    RecordState,
    StateMove,
    Task,
)
from torpaq.web.operations.answers import codes, text
from torpaq.web.operations.progress import recount_work
from torpaq.web.programme_row import programme_crs
from torpaq.web.tile_store import country_code

PEOPLE_SEEN_BY = (Right.WORK_OWN, Right.WORK_ANY, Right.INSPECT, Right.SIGN)
CLOSED = "closed"
GROUND_FORMS, SURVEYS_READ = ("hazardous_area", "technical_survey"), 50
SERIOUS = ("critical", "major")
SUBJECT = "task"
DATES = {"issued": "issued_on", "completed": "completed_on", "accepted": "accepted_on"}


def tasks_seen_by(person: Account | AnonymousUser) -> QuerySet[Task]:
    """Return the tasks a person may see: an operator its own organisation's, everybody else who sees land all."""
    if not isinstance(person, Account) or not may(person, Right.SEE_LAND) or person.organisation is None:
        return Task.objects.none()
    tasks = Task.objects.select_related("organisation", "author", "issuer")
    if may(person, Right.WORK_OWN):
        return tasks.filter(organisation=person.organisation)
    return tasks


def sees_people(person: Account | AnonymousUser) -> bool:
    """Say whether a person sees names of people on tasks; donors do not."""
    return any(may(person, right) for right in PEOPLE_SEEN_BY)


def may_not_change(person: Account, organisation: Organisation) -> list[Problem]:
    """Return why a person may not plan work of an organisation: its own people and the Authority's officers may."""
    if may(person, Right.WORK_ANY):
        return []
    missing = lacks_right(person, Right.WORK_OWN)
    if missing:
        return [missing]
    if person.organisation_id != organisation.pk:
        own = person.organisation.code if person.organisation else "–"
        return [problem("task_of_other_organisation", organisation.code, organisation=organisation.code, own=own)]
    return []


def may_not_work_on(person: Account, task: Task) -> list[Problem]:
    """Return why a person may not change what belongs to a task, or that the task has ended."""
    found = may_not_change(person, task.organisation)
    if task.state in ENDED:
        found.append(problem("task_ended", task.code, state=task.state))
    return found


def operator_of(code: str) -> Organisation | None:
    """Return the organisation that may be given tasks: any but donors; None where there is none of that code."""
    return Organisation.objects.filter(code=code).exclude(kind=OrganisationKind.DONOR).first()


def order_of(task: Task) -> TaskOrder:
    """Return what a task orders, as a plain value."""
    return TaskOrder(
        code=task.code,
        organisation=task.organisation.code,
        activity=task.activity,
        areas=tuple(task.areas),
        unit=task.unit,
        methods=tuple(task.methods),
        contamination=tuple(task.contamination),
        required_depth_cm=task.required_depth_cm,
        urgency=task.urgency,
        planned_start=task.planned_start,
        planned_end=task.planned_end,
        brief={name: str(text) for name, text in task.brief.items()},
        shape=task.shape,
        terrain=tuple(task.terrain),
        vegetation=task.vegetation,
    )


def fill_task(task: Task, order: TaskOrder, organisation: Organisation) -> None:
    """Write an order into a row that is not saved yet, with what follows from it."""
    task.code, task.organisation, task.activity = order.code, organisation, order.activity
    task.areas, task.unit, task.methods = list(order.areas), order.unit, list(order.methods)
    task.contamination, task.required_depth_cm = list(order.contamination), order.required_depth_cm
    task.urgency, task.planned_start, task.planned_end = order.urgency, order.planned_start, order.planned_end
    task.brief, task.shape = dict(order.brief), order.shape
    task.terrain, task.vegetation = list(order.terrain), order.vegetation
    task.area_m2 = order.shape.area_m2 if order.shape else 0
    task.lon, task.lat = middle_of(order.shape) if order.shape else (None, None)
    task.search_key = search_key(order, organisation)
    task.ground_key = ground_key(order)


def ground_key(order: TaskOrder) -> str:
    """Return the kinds of ground and contamination of an order, each between bars as figures ask for them."""
    said = {
        "terrain": order.terrain,
        "vegetation": (order.vegetation,) if order.vegetation else (),
        "contamination": order.contamination,
    }
    return f"|{''.join(f'{name}:{code}|' for name, codes in said.items() for code in sorted(set(codes)))}"[:600]


def ground_of(areas: Sequence[str]) -> tuple[tuple[str, ...], str]:
    """Return terrain and vegetation as the latest accepted surveys of the areas told them; empty where none did."""
    told = FieldRecord.objects.filter(form__in=GROUND_FORMS, state=RecordState.ACCEPTED, values__area__in=list(areas))
    terrain: tuple[str, ...] = ()
    vegetation = ""
    for values in told.order_by("-date_of_information", "-pk").values_list("values", flat=True)[:SURVEYS_READ]:
        terrain = terrain or tuple(code for code in codes(values, "terrain") if code in code_list("terrain"))
        said = text(values, "vegetation", 64)
        vegetation = vegetation or (said if said in code_list("vegetation") else "")
    return terrain, vegetation


def middle_of(shape: Shape) -> tuple[float, float]:
    """Return (lon, lat) of the middle of a shape's box."""
    left, low, right, high = shape.bounds_cm
    lon, lat = programme_crs().inverse((left + right) / 2 / CM_PER_M, (low + high) / 2 / CM_PER_M)
    return float(lon), float(lat)


def search_key(order: TaskOrder, organisation: Organisation) -> str:
    """Return the words a task is found by: its methods between bars, then code, organisation, district and areas."""
    units = load_country(country_code()).units
    names = list(units[order.unit].names.values()) if order.unit in units else []
    said = (order.code, organisation.code, organisation.name_en, organisation.name_az, order.unit, *names, *order.areas)
    return f"|{'|'.join(order.methods)}| {fold_name(' '.join(said))}"[:600]


def next_code(year: int) -> str:
    """Return the next free code of a year: ``T-2026-0001``."""
    stem = f"T-{year}-"
    numbers = [
        int(code[len(stem) :])
        for code in Task.objects.filter(code__startswith=stem).values_list("code", flat=True)
        if code[len(stem) :].isdigit()
    ]
    return f"{stem}{max(numbers, default=0) + 1:04d}"


def recount(task: Task) -> None:
    """Bring the sums on a task in step with its own rows, so that the board never counts. Twice it changes nothing.

    Work and finds as :func:`torpaq.web.operations.progress.recount_work` sums them; non-conformities those not closed.
    """
    recount_work(task)
    open_rows = NonConformity.objects.filter(task=task).exclude(state=CLOSED).order_by()
    by_severity = dict(open_rows.values_list("severity").annotate(Count("pk")))
    task.critical_open = by_severity.get("critical", 0)
    task.serious_open = sum(by_severity.get(severity, 0) for severity in SERIOUS)
    task.save(update_fields=["critical_open", "serious_open"])


# -- moves, written ----------------------------------------------------------------------------------------------------


def write_move(
    task: Task,
    move: str,
    person: Account | None,
    on: date,
    reason: str,
    detail: Mapping[str, object] = MappingProxyType({}),
) -> None:
    """Write a move that was found allowed: the task's state and days, its history and the audit.

    Call it within a transaction that holds the task's row. ``detail`` says what else had the task moved.
    """
    source, task.state = task.state, target_of(SUBJECT, move)
    if task.state in DATES:
        setattr(task, DATES[task.state], on)
    if move == "start":
        task.started_on = on
    if move == "issue":
        task.issuer = person
    if move == "send_back":
        task.completed_on = None
    task.save()
    keep_move(task, move, source, person, on, reason, detail)
    note(person, "task_moved", task.code, move=move, state=task.state, reason=reason.strip()[:500], **detail)


def keep_move(
    task: Task,
    move: str,
    source: str,
    person: Account | None,
    on: date,
    reason: str,
    detail: Mapping[str, object] = MappingProxyType({}),
) -> None:
    """Keep in the task's history that it came from ``source`` to where it stands."""
    StateMove.objects.create(
        subject=SUBJECT,
        name=task.code,
        move=move,
        source=source,
        target=task.state,
        account=person,
        on=on,
        reason=reason.strip(),
        detail=dict(detail),
    )
