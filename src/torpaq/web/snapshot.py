"""The programme as it stands, written into a folder for evidence and all that follows; nobody's data goes with it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone

from torpaq.evidence.snapshot import DAY, FIND, LANE, TASK, SnapshotCard, without_people, write_snapshot
from torpaq.geo.crs import NationalCrs
from torpaq.geo.polygons import to_wkt
from torpaq.geo.shape import Shape
from torpaq.land.chain import GENESIS
from torpaq.land.text import format_ledger
from torpaq.standard.form import load_form
from torpaq.web.models import FieldRecord, ItemMention, Lane, OrdnanceItem, RecordState, Task, WorkDay
from torpaq.web.programme_row import programme_crs, programme_row
from torpaq.web.rows import ledger_head, read_entries

BATCH = 2000


def take_snapshot(directory: Path) -> SnapshotCard:
    """Write this programme's snapshot into a folder and return its card.

    The ledger up to its head at this moment; records as they were accepted last, unless withdrawn; what operations
    know of searched ground and of ordnance found. Raises ``ValueError`` where there is no programme yet.
    """
    programme = programme_row()
    if programme is None:
        raise ValueError("there is no programme to take a snapshot of")
    with transaction.atomic():
        head = ledger_head()
        entries = read_entries(until=head.position)
        card = SnapshotCard(
            programme=programme.name,
            country=programme.country,
            head=head.hash if entries else GENESIS,
            entries=len(entries),
            standard_version=programme.standard_version,
            taken=timezone.now().isoformat(timespec="seconds"),
            synthetic_label=programme.synthetic_label,
        )
        return write_snapshot(
            directory, card, format_ledger(entries, sealed=True), _records(programme.country), _operations()
        )


def _records(country: str) -> Iterator[dict[str, Any]]:
    found = FieldRecord.objects.filter(accepted_values__isnull=False).exclude(state=RecordState.WITHDRAWN)
    for record in found.select_related("organisation").order_by("uid").iterator(chunk_size=BATCH):
        values = without_people(load_form(record.form, country, record.version), record.accepted_values or {})
        if values is None:
            continue
        yield {
            "uid": record.uid,
            "form": record.form,
            "date": str(values.get("date_of_information", "")),
            "organisation": record.organisation.code if record.organisation else "",
            "unit": record.unit,
            "lon": record.lon,
            "lat": record.lat,
            "values": values,
        }


def _operations() -> Iterator[dict[str, Any]]:
    crs = programme_crs()
    for task in Task.objects.order_by("code").iterator(chunk_size=BATCH):
        yield {
            "row": TASK,
            "task": task.code,
            "activity": task.activity,
            "methods": task.methods,
            "state": task.state,
            "areas": task.areas,
            "completed": task.completed_on,
            "accepted": task.accepted_on,
        }
    lanes = Lane.objects.exclude(done_on=None).select_related("task").order_by("task__code", "name")
    for lane in lanes.iterator(chunk_size=BATCH):
        yield {
            "row": LANE,
            "task": lane.task.code,
            "activity": lane.task.activity,
            "method": lane.method,
            "on": lane.done_on,
            "boundary": _wkt(lane.shape, crs),
        }
    days = WorkDay.objects.filter(accepted=True).select_related("task", "record").order_by("on", "pk")
    for day in days.iterator(chunk_size=BATCH):
        yield {
            "row": DAY,
            "task": day.task.code,
            "activity": day.activity,
            "method": day.method,
            "on": day.on,
            "area": day.area,
            "processed_m2": day.processed_m2,
            "depth_cm": day.depth_cm,
            "boundary": _wkt(day.record.shape if day.record else None, crs),
        }
    yield from _finds()


def _finds() -> Iterator[dict[str, Any]]:
    told = ItemMention.objects.filter(record__accepted_values__isnull=False)
    accepted = set(told.exclude(record__state=RecordState.WITHDRAWN).values_list("item_id", flat=True))
    for item in OrdnanceItem.objects.select_related("task").order_by("uid").iterator(chunk_size=BATCH):
        yield {
            "row": FIND,
            "uid": item.uid,
            "category": item.category,
            "quantity": item.quantity,
            "lon": item.lon,
            "lat": item.lat,
            "depth_cm": item.depth_cm,
            "on": item.found_on,
            "method": item.found_by_method,
            "task": item.task.code if item.task else "",
            "area": item.area,
            "status": item.status,
            "accepted": item.pk in accepted,
        }


def _wkt(shape: Shape | None, crs: NationalCrs) -> str:
    return to_wkt(shape, crs) if shape else ""
