"""What a report on an EOD spot task does: it is linked with the task it names, or brings the task into being, once.

Items of the report belong to the register of items, its explosives to the explosives book; land is touched by neither.
"""

from collections.abc import Mapping
from datetime import datetime

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from torpaq.intake.record.record import Value
from torpaq.operations.spot.triage import URGENCIES
from torpaq.standard.codes import code_list
from torpaq.web.models import Account, FieldRecord, RecordState, SpotTask, StateMove, Team
from torpaq.web.operations.spot import FILED, SUBJECT, unit_at
from torpaq.web.record_effects import effect, removal

FROM_REPORT = "from_report"
OF_REPORTS = ("report", "as_reported")


@effect("eod_spot_task")
def follow_spot_record(record: FieldRecord, person: Account | None) -> None:
    """Link a filed report with its organisation's spot task, or make the task from it; told twice it changes nothing.

    A task made from a report stands as ``reported`` until the report is accepted; then it stands where the report says.
    One that people already work on is never moved by a report: its moves are theirs.
    """
    code = str(record.values.get("task", "")).strip()[:64]
    if record.state not in FILED or not code:
        return
    spot = SpotTask.objects.filter(code=code).first()
    if spot is None:
        spot = _made_from(record, code, person)
    elif spot.record_id is None and spot.organisation_id == record.organisation_id:
        spot.record = record
        _fill_blanks(spot, record.values)
        spot.save()
    if record.state == RecordState.ACCEPTED and spot.record_id == record.pk and spot.detail.get(FROM_REPORT):
        _settle_as_told(spot, record, person)


@removal
def forget_spot_records(records: QuerySet[FieldRecord]) -> None:
    """Let go of records that are about to vanish: a task that only its report speaks of vanishes too, others stay."""
    for spot in SpotTask.objects.filter(record__in=records):
        moves = StateMove.objects.filter(subject=SUBJECT, name=spot.code)
        if spot.detail.get(FROM_REPORT) and not moves.exclude(move__in=OF_REPORTS).exists():
            moves.delete()
            spot.delete()
        else:
            spot.record = None
            spot.save(update_fields=["record"])


def _made_from(record: FieldRecord, code: str, person: Account | None) -> SpotTask:
    values = record.values
    urgency = str(values.get("urgency", ""))
    danger = values.get("danger_to")
    spot = SpotTask(
        code=code,
        urgency=urgency if urgency in URGENCIES else "urgent",
        danger_to=[str(one) for one in danger] if isinstance(danger, list) else [],
        source=str(values.get("report_source", ""))[:64],
        told=str(values.get("reported_item", "")),
        place_told=str(values.get("place_description", "")),
        reported_at=_moment(values.get("reported_at")) or timezone.now(),
        organisation=record.organisation,
        record=record,
        detail={FROM_REPORT: True},
        account=record.author or person,
    )
    _fill_blanks(spot, values)
    spot.save()
    _write(spot, "report", "", person, spot.reported_at)
    return spot


def _fill_blanks(spot: SpotTask, values: Mapping[str, Value]) -> None:
    """Take from a report what the task does not know yet; what people wrote stays as it is."""
    place = values.get("reported_place")
    if spot.lon is None and isinstance(place, Mapping):
        position = place.get("coordinates")
        if isinstance(position, list) and len(position) >= 2:
            spot.lon, spot.lat = float(str(position[0])), float(str(position[1]))
    spot.unit = spot.unit or str(values.get("unit", "")) or unit_at(spot.lon, spot.lat)
    if spot.team is None and spot.organisation_id:
        spot.team = Team.objects.filter(organisation=spot.organisation_id, code=str(values.get("team", ""))).first()
    finds, actions = values.get("finds"), values.get("action")
    if not spot.items and isinstance(finds, list):
        spot.items = [_item(find) for find in finds if isinstance(find, Mapping)]
    if not spot.action and isinstance(actions, list) and actions:
        spot.action = str(actions[0])[:32]
    evacuated = values.get("evacuated_persons")
    if spot.evacuated is None and isinstance(evacuated, int):
        spot.evacuated = max(evacuated, 0)
    if "explosives" not in spot.detail and isinstance(values.get("demolitions"), list):
        spot.detail = {**spot.detail, "explosives": _explosives(values["demolitions"])}


def _item(find: Mapping[str, Value]) -> dict[str, object]:
    quantity = find.get("quantity")
    return {
        "category": str(find.get("category", "")),
        "model": str(find.get("model", "")),
        "quantity": quantity if isinstance(quantity, int) else 1,
        "status": str(find.get("item_status", "")),
    }


def _explosives(rows: Value) -> list[dict[str, object]]:
    names = ("explosive", "explosive_unit", "explosive_issued", "explosive_used", "explosive_returned")
    kept: list[dict[str, object]] = []
    for row in rows if isinstance(rows, list) else []:
        if isinstance(row, Mapping):
            told = {name.removeprefix("explosive_"): str(row.get(name) or "") for name in names}
            kept.append({**told, "explosive": str(row.get("explosive", ""))})
    return kept


def _settle_as_told(spot: SpotTask, record: FieldRecord, person: Account | None) -> None:
    """Let a task that only its report speaks of stand where the accepted report says; once somebody moved it, never."""
    target = str(record.values.get("task_status", ""))
    moved = StateMove.objects.filter(subject=SUBJECT, name=spot.code).exclude(move__in=OF_REPORTS)
    if target not in code_list("spot_task_status") or target == spot.state or moved.exists():
        return
    source, spot.state = spot.state, target
    _fill_blanks(spot, record.values)
    spot.save()
    ended = _moment(record.values.get("end_date") or record.values.get("start_date"))
    _write(spot, "as_reported", source, person, ended or timezone.now())


def _write(spot: SpotTask, move: str, source: str, person: Account | None, at: datetime) -> None:
    StateMove.objects.create(
        subject=SUBJECT, name=spot.code, move=move, source=source, target=spot.state, account=person, at=at,
        on=timezone.localdate(at),
    )  # fmt: skip


def _moment(value: object) -> datetime | None:
    """Return an ISO date and time of a report; a date alone stands at noon."""
    text = str(value or "")
    try:
        found = parse_datetime(f"{text}T12:00" if len(text) == 10 else text)
    except ValueError:
        return None
    return timezone.make_aware(found) if found and timezone.is_naive(found) else found
