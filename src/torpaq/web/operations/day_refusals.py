"""What a person at the desk is not let report of a day, and what is missing.

A report from a phone or a file is kept whatever it says, with the same points marked for its reviewer: what
was done in the field must not get lost. Whoever sits at the desk can put it right at once, so there it is refused.
"""

from datetime import date

from torpaq.standard.problems import Problem, Severity, problem
from torpaq.web.models import FieldRecord, Task
from torpaq.web.operations.standing import accreditation_problems

REFUSED = ("day_outside_task", "day_before_start", "day_after_completion", "item_twice_in_record")


def refusals_of(record: FieldRecord, task: Task) -> list[tuple[str, Problem]]:
    """Return what keeps a report, as it would be filed, from being taken: the form's element, and the problem."""
    found = [
        (str(one.get("element") or "work_date"), _error(str(one["code"]), record, one.get("parameters")))
        for one in record.findings
        if one.get("code") in REFUSED
    ]
    return found + [("work_date", one) for one in _not_accredited(record, task)]


def _error(code: str, record: FieldRecord, parameters: object) -> Problem:
    told = dict(parameters) if isinstance(parameters, dict) else {}
    return Problem(code, Severity.ERROR, record.local_id, problem(code, record.local_id, **told).parameters)


def _not_accredited(record: FieldRecord, task: Task) -> list[Problem]:
    """Return what the operator's accreditation lacked on the day, all of it where there is none."""
    try:
        on = date.fromisoformat(str(record.values.get("work_date", "")))
    except ValueError:
        return []
    method = str(record.values.get("method", ""))
    found = accreditation_problems(task.organisation, task.activity, [method] if method else [], task.unit, on)
    return [one for one in found if one.severity == Severity.ERROR]
