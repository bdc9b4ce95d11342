"""The rows behind the programme's figures, each kind with its headings and its cells."""

from collections.abc import Callable, Sequence
from typing import Any

from django.db.models import F, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from torpaq.operations.figures.kpis import KINDS
from torpaq.web.desk.figure_words import ROWS
from torpaq.web.desk.templatetags.desk import (
    area_url,
    day,
    figure,
    figure2,
    form_name,
    label,
    record_state_name,
    unit_name,
)
from torpaq.web.desk.templatetags.work import model_name
from torpaq.web.models import FieldRecord, HazardousArea, NonConformity, OrdnanceItem, Task, WorkDay
from torpaq.web.operations.kpis import (
    SURVEY,
    Scope,
    accidents_of,
    areas_of,
    days_of,
    items_of_scope,
    non_conformities_of,
    reports_of_scope,
    tasks_of_scope,
)
from torpaq.web.operations.kpis_ground import costed_tasks

CellText = tuple[str, str]
"""A cell's text and its address, perhaps empty."""
Rows = tuple[QuerySet[Any], Sequence[str], Callable[[Any], list[CellText]]]


def rows_of(code: str, scope: Scope, currency: str = "") -> Rows:
    """Return the rows that a figure was made of, the latest first, their headings, and how a row is written."""
    kind = ROWS[code]
    if kind in {"days", "survey"}:
        return _days(code, scope)
    if kind == "items":
        return _items(code, scope)
    if kind == "tasks":
        tasks = tasks_of_scope(scope).defer("shape").order_by("-last_work_on", "-pk")
        headings = [_("Task"), _("Issued"), _("Started"), _("Completed"), _("Accepted"), _("Items")]
        return tasks, headings, _task_cells
    if kind == "costed":
        return _costed(scope, currency)
    if kind == "areas":
        headings = [_("Area"), _("District"), _("State"), _("Open, m²"), _("Drawn")]
        return areas_of(scope).order_by(F("lon").asc(nulls_first=True), "area"), headings, _area_cells
    return _found_wrong(scope) if kind == "non_conformities" else _reports(kind, scope)


def _found_wrong(scope: Scope) -> Rows:
    found = non_conformities_of(scope).select_related("organisation").order_by("-found_on", "code")
    headings = [_("Number"), _("Found on"), _("Organisation"), _("How serious"), _("Kind")]
    return found, headings, _non_conformity_cells


def _reports(kind: str, scope: Scope) -> Rows:
    reports = accidents_of(scope) if kind == "accidents" else reports_of_scope(scope)
    headings = [_("Report"), _("Form"), _("Of the day"), _("Sent"), _("Decided"), _("State")]
    return reports.order_by("-pk"), headings, _report_cells


def _items(code: str, scope: Scope) -> Rows:
    items = items_of_scope(scope).select_related("task").defer("task__shape").order_by("-found_on", "-pk")
    items = items.filter(in_released_land=True) if code == "missed_a_million_m2" else items
    return items, [_("Found on"), _("Model"), _("Category"), _("Quantity"), _("Task")], _item_cells


def _costed(scope: Scope, currency: str) -> Rows:
    tasks = costed_tasks(scope).defer("shape").select_related("cost_record").order_by("-completed_on", "-pk")
    tasks = tasks.filter(currency=currency) if currency else tasks
    headings = [_("Task"), _("Completed"), _("Cost"), _("Currency"), _("Processed, m²"), _("Items"), _("Report")]
    return tasks, headings, _cost_cells


def _days(code: str, scope: Scope) -> Rows:
    needs_of = KINDS[code].needs
    days = days_of(scope).annotate(all_hours=F("hours") + F("stoppage_hours"))
    if ROWS[code] == "survey":
        days = days.filter(activity=SURVEY)
    elif needs_of:
        days = days.filter(**{f"{needs_of}__gt": 0})
    headings = [_("Day"), _("Task"), _("Team"), _("Method"), _("Processed, m²"), _("Persons"), _("Net hours")]
    return (
        days.select_related("task", "record").defer("task__shape").order_by("-on", "-pk"),
        [*headings, _("Lost hours"), _("Machine-hours"), _("Animal-hours"), _("Searched again")],
        _day_cells,
    )


def _day_cells(one: WorkDay) -> list[CellText]:
    record = reverse("record", args=[one.record_id]) if one.record_id else ""
    numbers = (one.persons, one.hours, one.stoppage_hours, one.machine_hours, one.animal_hours)
    return [
        (day(one.on), record),
        (one.task.code, reverse("progress_task", args=[one.task.code])),
        (one.team or "–", ""),
        (label(one.method, "operational_method"), ""),
        (figure(one.processed_m2), ""),
        *((figure2(number), "") for number in numbers),
        (figure(one.quality_search_m2), ""),
    ]


def _item_cells(one: OrdnanceItem) -> list[CellText]:
    task = (one.task.code, reverse("progress_task", args=[one.task.code])) if one.task else ("–", "")
    category = label(one.category, "ordnance_category")
    found = (day(one.found_on), reverse("item", args=[one.pk]))
    return [found, (model_name(one.model), ""), (category, ""), (str(one.quantity), ""), task]


def _task_cells(one: Task) -> list[CellText]:
    days = [(day(value), "") for value in (one.issued_on, one.started_on, one.completed_on, one.accepted_on)]
    return [(one.code, reverse("progress_task", args=[one.code])), *days, (str(one.items_found), "")]


def _cost_cells(one: Task) -> list[CellText]:
    report = one.cost_record
    told = (report.local_id or str(report.pk), reverse("record", args=[report.pk])) if report else ("–", "")
    return [
        (one.code, reverse("task", args=[one.pk])),
        (day(one.completed_on), ""),
        (figure2(one.cost or 0.0), ""),
        (label(one.currency, "currency"), ""),
        (figure(one.processed_m2), ""),
        (str(one.items_found), ""),
        told,
    ]


def _area_cells(one: HazardousArea) -> list[CellText]:
    return [
        (one.area, area_url(one.area)),
        (unit_name(one.unit), ""),
        (label(one.status, "area_status"), ""),
        (figure(one.open_m2), ""),
        (_("Yes") if one.lon is not None else _("No"), ""),
    ]


def _non_conformity_cells(one: NonConformity) -> list[CellText]:
    severity, kind = label(one.severity, "non_conformity_severity"), label(one.kind, "non_conformity_kind")
    page = reverse("non_conformity", args=[one.pk])
    return [(one.code, page), (day(one.found_on), ""), (one.organisation.code, ""), (severity, ""), (kind, "")]


def _report_cells(one: FieldRecord) -> list[CellText]:
    sent, decided = (day(value.date()) if value else "–" for value in (one.submitted, one.decided))
    name = (one.local_id or str(one.pk), reverse("record", args=[one.pk]))
    state = record_state_name(one.state)
    return [name, (form_name(one.form), ""), (day(one.date_of_information), ""), (sent, ""), (decided, ""), (state, "")]
