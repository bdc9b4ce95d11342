"""Made-up marking for the demonstration: round the land of its tasks, put up before work and gone before handover.

Every scheme has the lengths, signs and posts that its plan works out. One has a sign that was found damaged and mended,
one was not looked at for too long, and those round land that is open no more were taken away after the work.
"""

from datetime import date, timedelta

from torpaq.geo.shape import Shape
from torpaq.standard.problems import Problem
from torpaq.web.models import Account, MarkingScheme, Task
from torpaq.web.operations.marking import inspection_days, install, keep_plan, plan_round, record_visit, remove

PUT_UP_BEFORE_DAYS = 2
PLANNED_BEFORE_DAYS = 5
OVERDUE_DAYS = 15
AT_WORK = ("under_way", "suspended", "completed")
LOOKED = "All signs stand (synthetic)"


def mark_demonstration(today: date) -> int:
    """Mark the land of the demonstration's tasks; return how many schemes there are."""
    officer = Account.objects.get(username="officer")
    for task in Task.objects.filter(state="accepted").order_by("code"):
        _gone(officer, task, today)
    at_work = Task.objects.filter(state__in=AT_WORK).order_by("code")
    for number, task in enumerate(at_work):
        if number == 1:
            _forgotten(officer, task, today)
        else:
            _watched(officer, task, today, is_damaged=number == 0)
    for task in Task.objects.filter(state="issued").order_by("code"):
        _planned(officer, task, task.shape, (task.issued_on or today), "permanent")
    return MarkingScheme.objects.count()


def _gone(officer: Account, task: Task, today: date) -> None:
    """Marking round released land: taken away when the work was complete, or watched where another class is open."""
    if task.started_on is None or task.completed_on is None:
        return
    scheme = _put_up(officer, task, task.started_on, "temporary")
    if scheme is None:
        return
    refused = remove(officer, scheme, task.completed_on, "released", "Stored for the next site (synthetic)")
    if [one.code for one in refused] == ["marking_land_open"]:
        refused = record_visit(officer, scheme, today - timedelta(days=9), "inspected", remark=LOOKED)
    _done(refused)


def _watched(officer: Account, task: Task, today: date, is_damaged: bool) -> None:
    """Marking that somebody looks at: whole, or with a sign that was damaged and mended two days later."""
    scheme = _put_up(officer, task, task.started_on or today, "permanent")
    if scheme is None:
        return
    looked = today - timedelta(days=9)
    if is_damaged:
        _done(record_visit(officer, scheme, looked, "inspected", 0, 1, 0.0, "A sign was shot at (synthetic)"))
        looked += timedelta(days=2)
        _done(record_visit(officer, scheme, looked, "repaired", remark="A new sign was put up (synthetic)"))
    else:
        _done(record_visit(officer, scheme, looked, "inspected", remark=LOOKED))


def _forgotten(officer: Account, task: Task, today: date) -> None:
    """Marking that stood long before the work, was in order when it began, and was not looked at since."""
    seen = today - timedelta(days=inspection_days() + OVERDUE_DAYS)
    up = seen - timedelta(days=90)
    scheme = _planned(officer, task, task.shape, up - timedelta(days=PLANNED_BEFORE_DAYS), "permanent", is_own=False)
    if scheme is not None:
        _done(install(officer, scheme, up, "fence_post", "Put up after the survey (synthetic)"))
        _done(record_visit(officer, scheme, seen, "inspected", remark=LOOKED))


def _put_up(officer: Account, task: Task, started: date, system: str) -> MarkingScheme | None:
    up = started - timedelta(days=PUT_UP_BEFORE_DAYS)
    scheme = _planned(officer, task, task.shape, up - timedelta(days=PLANNED_BEFORE_DAYS), system)
    if scheme is not None:
        _done(install(officer, scheme, up, "fence_post", "Put up before work began (synthetic)"))
    return scheme


def _planned(
    officer: Account, task: Task, shape: Shape | None, on: date, system: str, is_own: bool = True
) -> MarkingScheme | None:
    """Plan a scheme round a task's land as it was on the day; the land that is open today may be less."""
    area = str(task.areas[0])
    plan = plan_round(shape, system, area)[0] if shape else None
    return keep_plan(officer, area, task if is_own else None, plan, shape, on) if plan else None


def _done(problems: list[Problem]) -> None:
    if problems:
        raise ValueError(f"the demonstration's marking cannot stand: {problems}")
