"""What stops with an accreditation: the tasks under way that rest on it. Lifting a suspension resumes none of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from torpaq.operations.standing.allowed import work_problems
from torpaq.operations.standing.scope import Work, covers
from torpaq.operations.standing.values import Accreditation
from torpaq.standard.problems import has_errors


@dataclass(frozen=True, slots=True)
class TaskUnderWay:
    """A task of the organisation on which work goes on, and its pieces of work."""

    code: str
    works: tuple[Work, ...]


def tasks_stopped(
    changed: Accreditation,
    accreditations: Iterable[Accreditation],
    tasks: Iterable[TaskUnderWay],
    on: date,
    idle_days: int,
) -> list[str]:
    """Return the codes of tasks that may not go on once an accreditation is ``changed`` (suspended, withdrawn).

    A task depends on it where its scope covers any of the task's work and what the organisation then holds no longer
    allows all of that work.
    """
    after = [changed if one.code == changed.code else one for one in accreditations]
    return [
        task.code for task in tasks if _depends(changed, task.works) and _is_blocked(task.works, after, on, idle_days)
    ]


def suspended(accreditation: Accreditation, on: date, reason: str) -> Accreditation:
    """Return an accreditation as it is once suspended on a day."""
    return replace(accreditation, state="suspended", suspended_on=on, reason=reason)


def _depends(changed: Accreditation, works: Sequence[Work]) -> bool:
    return any(covers(changed, work) for work in works)


def _is_blocked(works: Sequence[Work], held: list[Accreditation], on: date, idle_days: int) -> bool:
    return has_errors(work_problems("", held, works, on, idle_days))
