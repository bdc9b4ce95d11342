"""What the page of a task shows: its places on the map, its work, its history, what belongs to it."""

import json
from datetime import date

from django.db.models import Sum
from django.utils.translation import gettext as _

from torpaq.geo.polygons import to_lonlat
from torpaq.geo.shape import Shape
from torpaq.operations.tasks.order import BRIEF
from torpaq.web.desk.task_chart import WorkChart, plan_a_day_m2, work_chart
from torpaq.web.desk.templatetags.desk import figure, label
from torpaq.web.models import Account, FieldRecord, StateMove, Task
from torpaq.web.operations.task_facts import reports_of
from torpaq.web.operations.tasks import sees_people
from torpaq.web.programme_row import programme_crs
from torpaq.web.records import records_seen_by

MOST_ITEMS = 2_000
MOST_DAYS = 3_000
HIDDEN_FROM_DONORS = ("contacts",)


def places_of(task: Task) -> str:
    """Return boundary, lanes and finds of a task as GeoJSON text; each feature has its ``kind`` and its words."""
    features = []
    if task.shape:
        words = f"{task.code}, {figure(task.area_m2)} m²"
        features.append(_feature("boundary", words, _multipolygon(task.shape)))
    for lane in task.lanes.all():
        if lane.shape:
            kind = "done" if lane.done_on else "lane"
            words = f"{label(lane.kind, 'lane_kind')} {lane.name}, {figure(lane.area_m2)} m²"
            features.append(_feature(kind, words, _multipolygon(lane.shape)))
    for item in task.items.exclude(lon=None)[:MOST_ITEMS]:
        words = f"{label(item.category, 'ordnance_category')} × {item.quantity}, {label(item.status, 'item_status')}"
        features.append(_feature("find", words, {"type": "Point", "coordinates": [item.lon, item.lat]}))
    return json.dumps(features, ensure_ascii=False) if features else ""


def _feature(kind: str, words: str, geometry: dict[str, object]) -> dict[str, object]:
    return {"type": "Feature", "properties": {"kind": kind, "words": words}, "geometry": geometry}


def _multipolygon(shape: Shape) -> dict[str, object]:
    return {"type": "MultiPolygon", "coordinates": to_lonlat(shape, programme_crs())}


def chart_of(task: Task) -> WorkChart | None:
    """Return the picture of a task's work by day beside its plan."""
    rows = task.days.order_by("-on").values_list("on").annotate(Sum("processed_m2"))[:MOST_DAYS]
    days: list[tuple[date, float]] = [(on, m2 or 0.0) for on, m2 in rows]
    return work_chart(days, plan_a_day_m2(task.area_m2, task.planned_start, task.planned_end))


def history_of(task: Task) -> list[StateMove]:
    """Return the moves of a task, the newest first."""
    moves = StateMove.objects.filter(subject="task", name=task.code).select_related("account__organisation")
    return list(moves.order_by("-pk"))


def brief_of(task: Task, person: Account) -> list[tuple[str, str]]:
    """Return the texts of the brief that a person may read: donors see nobody's contacts."""
    hidden = () if sees_people(person) else HIDDEN_FROM_DONORS
    return [(name, str(task.brief[name])) for name in BRIEF if task.brief.get(name) and name not in hidden]


def reports_shown(task: Task, person: Account) -> list[FieldRecord]:
    """Return the reports of a task that a person may open, the newest first."""
    numbers = [record.pk for record in reports_of(task)]
    return list(records_seen_by(person).filter(pk__in=numbers).order_by("-pk")[:50])


def progress_of(task: Task) -> list[tuple[str, str]]:
    """Return the sums of a task as lines: what, and the figure."""
    lines = [
        (_("Boundary"), f"{figure(task.area_m2)} m²"),
        (_("Processed, all methods together"), f"{figure(task.processed_m2)} m²"),
        (_("Days of work"), figure(task.work_days)),
        (_("Items found"), figure(task.items_found)),
    ]
    if task.days_without_find:
        lines.append((_("Days in a row without a find"), figure(task.days_without_find)))
    return lines
