"""Lanes, boxes and worksites of a task: drawn or pasted, checked against the boundary and one another."""

from collections.abc import Mapping

from django.db import transaction

from torpaq.geo.shape import Shape
from torpaq.operations.tasks.lanes import LaneShape, lane_problems
from torpaq.standard.problems import Problem, has_errors, problem
from torpaq.web.accounts import note
from torpaq.web.models import Account, Lane, Task, Team
from torpaq.web.operations.task_rows import may_not_work_on

LONGEST_NAME = 64


def add_lane(
    person: Account,
    task: Task,
    name: str,
    kind: str,
    method: str,
    shape: Shape | None,
    team: Team | None = None,
    original: Mapping[str, object] | None = None,
) -> tuple[Lane | None, list[Problem]]:
    """Add a lane to a task; refused where it lies outside or over another of its kind and method, with the m²."""
    name = " ".join(name.replace("\x00", "").split())[:LONGEST_NAME]
    with transaction.atomic():
        task = Task.objects.select_for_update().get(pk=task.pk)
        problems = may_not_work_on(person, task)
        if team is not None and team.organisation_id != task.organisation_id:
            own = task.organisation.code
            problems.append(problem("task_team_of_other", task.code, name=team.code, organisation=own))
        if shape is None:
            problems.append(problem("polygon_missing", "polygon"))
        else:
            lane = LaneShape(name, kind, method, shape)
            problems += lane_problems(lane, [shape_of_lane(one) for one in task.lanes.all() if one.shape], task.shape)
        if has_errors(problems) or shape is None:
            return None, problems
        row = Lane.objects.create(
            task=task,
            name=name,
            kind=kind,
            method=method,
            team=team,
            shape=shape,
            area_m2=shape.area_m2,
            original=dict(original or {}),
            account=person,
        )
        note(person, "task_lane_added", task.code, name=name, area_m2=round(shape.area_m2, 2))
    return row, problems


def shape_of_lane(lane: Lane) -> LaneShape:
    """Return a lane as a plain value. Raises ``ValueError`` for one without a shape."""
    if lane.shape is None:
        raise ValueError(f"lane {lane.pk} has no shape")
    return LaneShape(lane.name, lane.kind, lane.method, lane.shape)


def remove_lane(person: Account, lane: Lane) -> list[Problem]:
    """Take a lane away that nobody has worked in yet."""
    with transaction.atomic():
        task = Task.objects.select_for_update().get(pk=lane.task_id)
        problems = may_not_work_on(person, task)
        if lane.done_on or lane.work_day_id:
            problems.append(problem("lane_worked", lane.name, value=lane.name))
        if not problems:
            note(person, "task_lane_removed", task.code, name=lane.name)
            lane.delete()
    return problems
