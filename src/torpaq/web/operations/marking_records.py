"""What a report on marking does: its visit is written beside the scheme it speaks of.

A report counts once it is accepted. One that tells of missing signs, damage or gaps counts as soon as it is submitted:
waiting for a review must not hide that people can walk in.
"""

from collections.abc import Mapping
from datetime import date

from django.db.models import QuerySet

from torpaq.intake.record.record import Value
from torpaq.operations.marking.standing import Action
from torpaq.web.models import Account, FieldRecord, MarkingScheme, MarkingVisit, RecordState, Task
from torpaq.web.operations.marking import refresh_dates
from torpaq.web.record_effects import effect, removal

Values = Mapping[str, Value]


@effect("marking")
def follow_marking_record(record: FieldRecord, person: Account | None) -> None:
    """Bring the visit of a report in step with it; told twice it changes nothing."""
    values = _counting(record)
    visit = MarkingVisit.objects.filter(record=record).select_related("scheme").first()
    if values is None:
        if visit:
            _forget(visit)
        return
    on, action = _day(values.get("done_on")), str(values.get("action", ""))
    if on is None or action not in list(Action):
        return
    scheme = visit.scheme if visit else _scheme_of(record, values, on)
    missing, damaged, gaps_m = _left(values, action)
    MarkingVisit.objects.update_or_create(
        record=record,
        defaults={
            "scheme": scheme,
            "on": on,
            "action": action,
            "signs_missing": missing,
            "signs_damaged": damaged,
            "gaps_m": gaps_m,
            "note": str(values.get("action_needed") or values.get("remarks") or ""),
            "account": person or record.author,
        },
    )
    refresh_dates(scheme)


@removal
def forget_marking_records(records: QuerySet[FieldRecord]) -> None:
    """Take away the visits of records that are about to vanish, and schemes of which nothing else speaks."""
    for visit in MarkingVisit.objects.filter(record__in=records).select_related("scheme"):
        _forget(visit)


def _counting(record: FieldRecord) -> Values | None:
    """Return the values that count now, None where the report does not count (yet, or any more)."""
    if record.state == RecordState.ACCEPTED:
        return dict(record.values)
    if record.accepted_values is not None and record.state != RecordState.WITHDRAWN:
        return dict(record.accepted_values)
    tells_of_harm = any(_left(record.values, str(record.values.get("action", ""))))
    return dict(record.values) if record.state == RecordState.SUBMITTED and tells_of_harm else None


def _left(values: Values, action: str) -> tuple[int, int, float]:
    """Return what is still wrong after the visit: signs missing, signs damaged, metres of gaps.

    A repair mends what it found, unless the report says that something still has to be done.
    """
    if action not in (Action.INSPECTED, Action.REPAIRED):
        return 0, 0, 0.0
    if action == Action.REPAIRED and not str(values.get("action_needed") or "").strip():
        return 0, 0, 0.0
    gaps = values.get("gaps")
    lengths = (
        [_number(row.get("gap_length_m")) for row in gaps if isinstance(row, Mapping)] if isinstance(gaps, list) else []
    )
    return int(_number(values.get("signs_missing"))), int(_number(values.get("signs_damaged"))), sum(lengths)


def _scheme_of(record: FieldRecord, values: Values, on: date) -> MarkingScheme:
    """Return the scheme that a report speaks of: of its area and system, its task's and its own organisation's first.

    Where there is none it is made from the report, without a plan.
    """
    area, system = str(values.get("area", "")), str(values.get("marking_system", ""))
    task = Task.objects.filter(code=str(values.get("task", "")), organisation=record.organisation).first()
    same = MarkingScheme.objects.filter(area=area, system=system)

    def nearness(scheme: MarkingScheme) -> tuple[bool, bool, int]:
        is_of_task = task is not None and scheme.task_id == task.pk
        return not is_of_task, scheme.organisation_id != record.organisation_id, -scheme.pk

    found = min(same, key=nearness, default=None)
    if found:
        return found
    materials = values.get("materials")
    return MarkingScheme.objects.create(
        area=area,
        task=task,
        system=system,
        length_m=_number(values.get("length_m")),
        signs=int(_number(values.get("sign_count"))),
        material=" ".join(map(str, materials))[:64] if isinstance(materials, list) else "",
        planned_on=on,
        organisation=record.organisation,
        account=record.author,
    )


def _forget(visit: MarkingVisit) -> None:
    """Take a report's visit away, and the scheme with it where nothing else speaks of it."""
    scheme = visit.scheme
    visit.delete()
    if not scheme.plan and not scheme.visits.exists():
        scheme.delete()
    else:
        refresh_dates(scheme)


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return 0.0
    try:
        return max(float(value), 0.0)
    except ValueError:
        return 0.0


def _day(value: object) -> date | None:
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        return None
