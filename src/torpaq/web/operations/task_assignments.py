"""Who works on a task with what, and when: nobody is in two places on one day, and nobody goes who lacks something."""

from datetime import date

from django.db import transaction
from django.db.models import Q

from torpaq.operations.tasks.order import ENDED
from torpaq.standard.problems import Problem, has_errors, problem
from torpaq.web.accounts import note
from torpaq.web.models import Account, Asset, Task, TaskAsset, TaskTeam, Team
from torpaq.web.operations.assets import asset_problems
from torpaq.web.operations.standing import accreditation_problems, team_problems
from torpaq.web.operations.task_rows import may_not_work_on

OPEN_END = date.max


def assign_team(
    person: Account, task: Task, team: Team, since: date, until: date | None
) -> tuple[TaskTeam | None, list[Problem]]:
    """Put a team on a task from a day until a day (None: no end); refused with all that is missing on the first day."""
    with transaction.atomic():
        task = Task.objects.select_for_update().get(pk=task.pk)
        Team.objects.select_for_update().get(pk=team.pk)  # two people assigning one team meet here
        problems = _may_not_assign(person, task, team, since, until)
        booked = TaskTeam.objects.filter(team=team).exclude(task__state__in=ENDED).select_related("task")
        problems += _booked(team.code, list(booked.filter(_meets(since, until))))
        problems += accreditation_problems(task.organisation, task.activity, task.methods, task.unit, since)
        problems += team_problems(team, task.activity, since)
        if has_errors(problems):
            return None, problems
        row = TaskTeam.objects.create(task=task, team=team, since=since, until=until)
        note(person, "task_team_assigned", task.code, name=team.code, since=str(since), until=str(until or ""))
    return row, problems


def assign_asset(
    person: Account, task: Task, asset: Asset, since: date, until: date | None
) -> tuple[TaskAsset | None, list[Problem]]:
    """Put a machine, detector or animal on a task; refused with all that it lacks on the first day."""
    with transaction.atomic():
        task = Task.objects.select_for_update().get(pk=task.pk)
        Asset.objects.select_for_update().get(pk=asset.pk)
        problems = _may_not_assign(person, task, asset, since, until)
        booked = TaskAsset.objects.filter(asset=asset).exclude(task__state__in=ENDED).select_related("task")
        problems += _booked(asset.code, list(booked.filter(_meets(since, until))))
        problems += asset_problems(asset, since, task.required_depth_cm)
        if has_errors(problems):
            return None, problems
        row = TaskAsset.objects.create(task=task, asset=asset, since=since, until=until)
        note(person, "task_asset_assigned", task.code, name=asset.code, since=str(since), until=str(until or ""))
    return row, problems


def end_assignment(person: Account, row: TaskTeam | TaskAsset, until: date) -> list[Problem]:
    """End an assignment after a day; one that would have begun later is taken away."""
    with transaction.atomic():
        task = Task.objects.select_for_update().get(pk=row.task_id)
        problems = may_not_work_on(person, task)
        if problems:
            return problems
        _cut(row, until)
        name = row.team.code if isinstance(row, TaskTeam) else row.asset.code
        note(person, "task_assignment_ended", task.code, name=name, until=str(until))
    return []


def end_all_assignments(task: Task, until: date) -> None:
    """Free every team and asset of a task that has ended."""
    rows: list[TaskTeam | TaskAsset] = [*task.teams.all(), *task.assets.all()]
    for row in rows:
        if row.until is None or row.until > until:
            _cut(row, until)


def _cut(row: TaskTeam | TaskAsset, until: date) -> None:
    if row.since > until:
        row.delete()
        return
    row.until = until
    row.save(update_fields=["until"])


def _may_not_assign(person: Account, task: Task, what: Team | Asset, since: date, until: date | None) -> list[Problem]:
    problems = may_not_work_on(person, task)
    if what.organisation_id != task.organisation_id:
        problems.append(problem("task_team_of_other", task.code, name=what.code, organisation=task.organisation.code))
    if until is not None and until < since:
        problems.append(problem("task_period_wrong", task.code, since=since.isoformat(), until=until.isoformat()))
    return problems


def _meets(since: date, until: date | None) -> Q:
    """Return the question for periods that share a day with this one."""
    return Q(since__lte=until or OPEN_END) & (Q(until=None) | Q(until__gte=since))


def _booked(name: str, rows: list[TaskTeam] | list[TaskAsset]) -> list[Problem]:
    return [
        problem(
            "task_booked_elsewhere",
            name,
            name=name,
            other=row.task.code,
            since=row.since.isoformat(),
            until=row.until.isoformat() if row.until else "…",
        )
        for row in rows
    ]
