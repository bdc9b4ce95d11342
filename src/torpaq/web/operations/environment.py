"""The environment sheet of a task as rows: screened before the work, put right after it (IMAS 07.13)."""

from collections.abc import Mapping, Sequence
from datetime import date

from django.db import transaction

from torpaq.operations.tasks.environment import read_rows, screening_problems
from torpaq.standard.problems import Problem, problem
from torpaq.web.accounts import note
from torpaq.web.models import Account, EnvironmentRecord, Task
from torpaq.web.operations.task_rows import may_not_work_on

LONGEST = 4_000


def screen(person: Account, task: Task, aspects: Sequence[str], measures: str, on: date) -> list[Problem]:
    """Record what the work may do to its surroundings and how that is kept small."""
    with transaction.atomic():
        problems = may_not_work_on(person, task) + screening_problems(aspects, measures)
        if problems:
            return problems
        sheet, _ = EnvironmentRecord.objects.get_or_create(task=task)
        sheet.aspects, sheet.measures = list(aspects), _text(measures)
        sheet.screened_on, sheet.screened_by = on, person
        sheet.save()
        note(person, "environment_screened", task.code, aspects=list(aspects))
    return []


def keep_waste(person: Account, task: Task, rows: Sequence[Mapping[str, str]]) -> list[Problem]:
    """Keep the rows of waste: ``on``, ``what`` and how much, ``where`` it went."""
    return _keep(person, task, "waste", rows)


def keep_incidents(person: Account, task: Task, rows: Sequence[Mapping[str, str]]) -> list[Problem]:
    """Keep the rows of incidents: ``on``, ``what`` happened, ``where`` and what was done."""
    return _keep(person, task, "incidents", rows)


def restore(person: Account, task: Task, restoration: str, on: date) -> list[Problem]:
    """Record how the land was put right."""
    with transaction.atomic():
        problems = may_not_work_on(person, task)
        if not restoration.strip():
            problems.append(problem("field_missing", "restoration"))
        sheet = EnvironmentRecord.objects.filter(task=task).first()
        if sheet is None or sheet.screened_on is None:
            problems.append(problem("task_not_screened", task.code))
        if problems or sheet is None:
            return problems
        sheet.restoration, sheet.restored_on = _text(restoration), on
        sheet.save()
        note(person, "environment_restored", task.code, on=str(on))
    return []


def _keep(person: Account, task: Task, name: str, rows: Sequence[Mapping[str, str]]) -> list[Problem]:
    with transaction.atomic():
        kept, found = read_rows(rows)
        problems = may_not_work_on(person, task) + found
        if problems:
            return problems
        sheet, _ = EnvironmentRecord.objects.get_or_create(task=task)
        setattr(sheet, name, kept)
        sheet.save()
        note(person, f"environment_{name}_kept", task.code, rows=len(kept))
    return []


def _text(text: str) -> str:
    return text.replace("\x00", "").strip()[:LONGEST]
