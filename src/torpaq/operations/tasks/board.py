"""What the board says of a task at a glance, from the task's own columns and what its operator's standing lacks."""

from collections.abc import Sequence
from datetime import date

from torpaq.operations.tasks.order import ENDED
from torpaq.standard.problems import Problem, Severity

STATES = ("proposed", "issued", "under_way", "suspended", "completed", "accepted", "withdrawn")
RUNNING = ("proposed", "issued", "under_way", "suspended")
"""States in which the planned end still binds and accreditation is still needed."""


def is_overdue(state: str, planned_end: date | None, today: date) -> bool:
    """Say whether a task should have been completed before today."""
    return state in RUNNING and planned_end is not None and planned_end < today


def marks_of(
    state: str,
    planned_end: date | None,
    critical_open: int,
    serious_open: int,
    days_without_find: int,
    standing: Sequence[Problem],
    today: date,
    most_days_without_find: int,
) -> list[str]:
    """Return the codes of what keeps a task from going on, or should make people look, the gravest first.

    ``critical_open`` counts critical and ``serious_open`` critical and major non-conformities; ``standing`` is what the
    operator's accreditation lacks today.
    """
    if state in ENDED:
        return []
    marks = []
    if critical_open:
        marks.append("critical_open")
    if state in RUNNING and any(found.severity is Severity.ERROR for found in standing):
        marks.append("not_accredited")
    if serious_open > critical_open:
        marks.append("major_open")
    if is_overdue(state, planned_end, today):
        marks.append("overdue")
    if state == "under_way" and days_without_find > most_days_without_find:
        marks.append("days_without_find")
    return marks
