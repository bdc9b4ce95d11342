"""Tasks at work: proposed, issued, moved from state to state, each move checked against all that it needs.

A move is one transaction: the row is locked, every need of the table is asked, and only then state, history and audit
are written together. What is missing is returned, all of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from torpaq.operations.moving import check_move, moves_from
from torpaq.operations.tasks.order import ENDED, TaskOrder, check_order, takes_depth
from torpaq.operations.tasks.requirements import REQUIREMENTS
from torpaq.standard.move import moves_of
from torpaq.standard.parameters import parameters_of
from torpaq.standard.problems import Problem, has_errors, problem
from torpaq.web.accounts import Right, lacks_right, may, note
from torpaq.web.live import live_land
from torpaq.web.models import Account, HazardousArea, Organisation, StateMove, Task
from torpaq.web.open_land import open_land_of
from torpaq.web.operations.task_assignments import assign_asset, assign_team, end_all_assignments, end_assignment
from torpaq.web.operations.task_facts import facts_of, overlaps_of
from torpaq.web.operations.task_lanes import add_lane, remove_lane
from torpaq.web.operations.task_rows import (
    PEOPLE_SEEN_BY,
    SUBJECT,
    fill_task,
    ground_of,
    keep_move,
    may_not_change,
    next_code,
    operator_of,
    order_of,
    recount,
    sees_people,
    tasks_seen_by,
    write_move,
)
from torpaq.web.tile_store import country_code

__all__ = [
    "MoveOffered",
    "add_lane",
    "assign_asset",
    "assign_team",
    "change_task",
    "create_task",
    "end_assignment",
    "facts_of",
    "move_task",
    "moves_offered",
    "order_of",
    "overlaps_of",
    "recount",
    "remove_lane",
    "sees_people",
    "suspend_task_for",
    "tasks_seen_by",
]

FREE_ONCE_ISSUED = (
    "urgency",
    "planned_start",
    "planned_end",
    "brief",
    "contamination",
    "unit",
    "terrain",
    "vegetation",
)
"""What may still change on a task that was issued; the rest is what was decided, and another task changes that."""

REASON = "task_reason_missing"
CURED_BY_A_REASON = (REASON, "task_area_not_explained")


@dataclass(frozen=True, slots=True)
class MoveOffered:
    """A move that the table offers a person, and what is missing before it can be made."""

    code: str
    labels: Mapping[str, str]
    needs_reason: bool
    problems: tuple[Problem, ...]

    @property
    def is_possible(self) -> bool:
        """Say whether nothing is missing but perhaps a reason, typed with the move; warnings stop nothing."""
        return not has_errors(one for one in self.problems if one.code not in CURED_BY_A_REASON)


# -- proposed and changed ---------------------------------------------------------------------------------------------


def create_task(
    person: Account, order: TaskOrder, original: Mapping[str, object] | None = None
) -> tuple[Task | None, list[Problem]]:
    """Propose a task; nothing is ordered before somebody else issues it.

    An empty code is numbered; district, ground, boundary and depth that are not given follow from the areas and the
    country.
    ``original`` holds the boundary's coordinates as they were typed.
    """
    with transaction.atomic():
        order = _completed(order)
        organisation, problems = _checked(person, order, None)
        if organisation is None or has_errors(problems):
            return None, problems
        task = Task(author=person, original=dict(original or {}))
        fill_task(task, order, organisation)
        task.save()
        keep_move(task, "propose", "", person, timezone.localdate(), "")
        note(person, "task_proposed", task.code, organisation=organisation.code, areas=list(order.areas))
    return task, problems


def change_task(
    person: Account, task: Task, order: TaskOrder, original: Mapping[str, object] | None = None, reason: str = ""
) -> list[Problem]:
    """Change a proposed task; on one that was issued only dates, urgency and what the dossier tells, with a reason."""
    with transaction.atomic():
        task = Task.objects.select_for_update().get(pk=task.pk)
        before = order_of(task)
        order = _completed(replace(order, code=task.code))  # its history is kept under its code
        organisation, problems = _checked(person, order, task)
        if task.state in ENDED:
            problems.append(problem("task_ended", task.code, state=task.state))
        elif task.state != "proposed":
            kept = {name: getattr(order, name) for name in FREE_ONCE_ISSUED}
            if replace(before, **kept) != order:
                problems.append(problem("task_fixed_once_issued", task.code, state=task.state))
            if not reason.strip():
                problems.append(problem("task_reason_missing", task.code))
        if organisation is None or has_errors(problems):
            return problems
        fill_task(task, order, organisation)
        if original is not None and order.shape != before.shape:
            task.original = dict(original)
        task.save()
        changed = [name for name in TaskOrder.__slots__ if getattr(before, name) != getattr(order, name)]
        note(person, "task_changed", task.code, fields=changed, reason=reason.strip()[:500])
    return problems


def default_depth_cm(activity: str) -> int | None:
    """Return the country's depth for an activity, cm; None for one that has none."""
    if not takes_depth(activity):
        return None
    key = "subsurface_depth_cm" if activity == "bac_subsurface" else "clearance_depth_cm"
    return int(parameters_of(country_code())[key].value)


def _completed(order: TaskOrder) -> TaskOrder:
    """Fill in what follows from areas, country and year."""
    if not order.code:
        order = replace(order, code=next_code((order.planned_start or timezone.localdate()).year))
    if order.required_depth_cm is None:
        order = replace(order, required_depth_cm=default_depth_cm(order.activity))
    if not order.areas:
        return order
    if not order.unit:
        row = HazardousArea.objects.filter(area=order.areas[0]).first()
        order = replace(order, unit=row.unit if row else "")
    if not (order.terrain and order.vegetation):
        terrain, vegetation = ground_of(order.areas)
        order = replace(order, terrain=order.terrain or terrain, vegetation=order.vegetation or vegetation)
    if order.shape is None:
        with live_land() as (land, _):
            order = replace(order, shape=open_land_of(land, order.areas))
    return order


def _checked(person: Account, order: TaskOrder, task: Task | None) -> tuple[Organisation | None, list[Problem]]:
    """Return the organisation that is ordered to work, and everything wrong with the order."""
    problems = check_order(order)
    organisation = operator_of(order.organisation)
    if organisation is None:
        problems.append(problem("task_organisation_unknown", "organisation", value=order.organisation[:64] or "–"))
    else:
        problems += may_not_change(person, organisation)
    if task is not None:
        problems += [one for one in may_not_change(person, task.organisation) if one not in problems]
    if task is None and Task.objects.filter(code=order.code).exists():
        problems.append(problem("task_code_taken", "code", value=order.code))
    return organisation, problems


# -- moved ------------------------------------------------------------------------------------------------------------


def move_task(person: Account, task: Task, move: str, reason: str = "", on: date | None = None) -> list[Problem]:
    """Move a task, or say everything that is missing; ``on`` is the day of the move (None: today)."""
    day = on or timezone.localdate()
    with transaction.atomic():
        locked = Task.objects.select_for_update().get(pk=task.pk)
        problems = _may_not_move(person, locked) or _wrong_day(locked, day)
        if not problems:
            facts = facts_of(locked, person, day, reason)
            problems = check_move(SUBJECT, locked.code, move, locked.state, person.role, REQUIREMENTS, facts)
        if not has_errors(problems):
            _move(locked, move, person, day, reason)
    task.refresh_from_db()
    return problems


def moves_offered(person: Account, task: Task, on: date | None = None) -> list[MoveOffered]:
    """Return the moves that a person may make of a task by its table, each with what is missing today."""
    codes = moves_from(SUBJECT, task.state, person.role)
    if not codes or _may_not_move(person, task):
        return []
    facts = facts_of(task, person, on or timezone.localdate())
    asked = {code: check_move(SUBJECT, task.code, code, task.state, person.role, REQUIREMENTS, facts) for code in codes}
    return [
        MoveOffered(
            code,
            moves_of(SUBJECT)[code].labels,
            "reason_given" in moves_of(SUBJECT)[code].needs,
            tuple(one for one in asked[code] if one.code != REASON),  # it is typed with the move
        )
        for code in codes
    ]


def suspend_task_for(task: Task, reason: str, account: Account | None) -> list[Problem]:
    """Suspend a task because of something else, such as a critical non-conformity; a task not at work is left alone.

    This is a rule at work and no person's move: whoever found the cause need not be one who may move tasks.
    """
    with transaction.atomic():
        locked = Task.objects.select_for_update().get(pk=task.pk)
        if not reason.strip():
            return [problem("task_reason_missing", task.code)]
        if locked.state in moves_of(SUBJECT)["suspend"].sources:
            _move(locked, "suspend", account, timezone.localdate(), reason)
    task.refresh_from_db()
    return []


def _move(task: Task, move: str, person: Account | None, on: date, reason: str) -> None:
    write_move(task, move, person, on, reason)
    if task.state in ENDED:
        end_all_assignments(task, on)


def _may_not_move(person: Account, task: Task) -> list[Problem]:
    """Return why a person may move nothing of a task: no right at all, or an operator at another's task."""
    if not any(may(person, right) for right in PEOPLE_SEEN_BY):
        missing = lacks_right(person, Right.WORK_OWN)
        return [missing] if missing else []
    if may(person, Right.WORK_OWN):
        return may_not_change(person, task.organisation)
    return []


def _wrong_day(task: Task, on: date) -> list[Problem]:
    """Return that a move is dated ahead of today or before the task's last one; a proposal has no day of its own."""
    moved = StateMove.objects.filter(subject=SUBJECT, name=task.code).exclude(move="propose")
    last, today = moved.aggregate(last=Max("on"))["last"], timezone.localdate()
    if on <= today and (last is None or on >= last):
        return []
    dates = {"on": on.isoformat(), "earliest": last.isoformat() if last else "…", "latest": today.isoformat()}
    return [problem("task_day_wrong", task.code, **dates)]
