"""The programme's figures, each with its numerator and denominator, and the rows behind each."""

from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import urlencode

from django.db.models import F, QuerySet
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext as _

from torpaq.land.balance import GroupBy
from torpaq.operations.figures.kpis import KINDS, OUTCOMES, Figure
from torpaq.standard.parameters import parameters_of
from torpaq.web.accounts import Right, may
from torpaq.web.desk.access import needs, person_of
from torpaq.web.desk.accounts_shown import NOTHING, balance_for, cell_query
from torpaq.web.desk.choices import method_choices, operator_choices, unit_choices
from torpaq.web.desk.context import Question
from torpaq.web.desk.figure_words import GROUPS, NAMES, ROWS
from torpaq.web.desk.movements import Cell
from torpaq.web.desk.paging import page_of
from torpaq.web.desk.templatetags.desk import day, figure, figure2, form_name, label, record_state_name
from torpaq.web.desk.templatetags.work import model_name
from torpaq.web.desk.work_question import WorkQuestion, read_work_question
from torpaq.web.live import live_land
from torpaq.web.models import Account, FieldRecord, LedgerEntry, NonConformity, OrdnanceItem, Task, WorkDay
from torpaq.web.operations.kpis import (
    Scope,
    accidents_of,
    day_figures,
    days_of,
    flows_of,
    item_figures,
    items_of_scope,
    land_figures,
    net_hours,
    non_conformities_of,
    quality_figures,
    report_figures,
    reports_of_scope,
    safety_figures,
    task_figures,
    tasks_of_scope,
)
from torpaq.web.operations.production import downtime
from torpaq.web.operations.work_seen import WORK_READERS, sees_all_work
from torpaq.web.tile_store import country_code

A_PAGE = 100
RELEASING = ("cancel", "reduce", "clear")
CellText = tuple[str, str]
"""A cell's text and its address, perhaps empty."""


@needs(Right.SEE_LAND)
def figures_page(request: HttpRequest) -> HttpResponseBase:
    """Show every figure of a period; an operator sees its own, everybody else the programme's."""
    person = person_of(request)
    question, problems = read_work_question(request.GET)
    scope = scope_of(person, question)
    figures = all_figures(scope)
    is_own = bool(scope.operator) and not sees_all_work(person) and may(person, Right.WORK_OWN)
    context = {
        "question": question,
        "problems": problems,
        "sees_all": not is_own,
        "operators": operator_choices(),
        "methods": method_choices(),
        "units": unit_choices(),
        "groups": [
            (gettext(title), [_line(figures[code], scope, person) for code in codes]) for title, codes in GROUPS
        ],
        "causes": downtime(days_of(scope), scope.since, scope.until),
        "several": sum(map(bool, (scope.operator, scope.unit, scope.method))) > 1,
    }
    return render(request, "desk/figures.html", context)


def scope_of(person: Account, question: WorkQuestion) -> Scope:
    """Return whose work is asked for: an operator's person asks for its own whatever the address says."""
    operator = question.operator
    if may(person, Right.WORK_OWN) and not sees_all_work(person):
        operator = person.organisation.code if person.organisation else ""
    return Scope(question.since, question.until, operator, question.unit, question.method)


def all_figures(scope: Scope) -> dict[str, Figure]:
    """Work every figure of a scope out."""
    days = days_of(scope)
    found = day_figures(days)
    flows, entries = _released(scope)
    allowed = int(parameters_of(country_code())["report_on_time_days"].value)
    found |= land_figures(flows, scope, entries) | item_figures(scope) | task_figures(scope)
    found |= quality_figures(scope, found["processed_m2"].value) | safety_figures(scope, net_hours(days))
    return found | report_figures(scope, allowed)


def _released(scope: Scope) -> tuple[dict[str, int], int]:
    """Return the ledger's flows of a scope and the number of entries that release land in it.

    The ledger splits its land by one thing at a time: with two filters there is no figure, rather than a wrong one.
    """
    by, key = _split(scope)
    if by is None and key:
        return {}, 0
    entries = LedgerEntry.objects.filter(kind__in=RELEASING, effective__range=scope.period)
    if by is not None:
        entries = entries.filter(**{by.value: key})
    with live_land() as (land, head):
        found = balance_for(land, head.hash, Question(on=scope.until, since=scope.since), by)
        figures = found.groups.get(key, (NOTHING, NOTHING))[0] if by is not None else found.located
    return dict(flows_of(figures)), entries.count()


def _split(scope: Scope) -> tuple[GroupBy | None, str]:
    """Return by what the ledger is split, and the key; ``(None, "*")`` where two filters are set."""
    given = [
        (by, key)
        for by, key in ((GroupBy.OPERATOR, scope.operator), (GroupBy.UNIT, scope.unit), (GroupBy.METHOD, scope.method))
        if key
    ]
    if len(given) > 1:
        return None, "*"
    return given[0] if given else (None, "")


def _line(found: Figure, scope: Scope, person: Account) -> dict[str, object]:
    name, how, unit = NAMES[found.code]
    return {
        "code": found.code,
        "name": gettext(name),
        "how": gettext(how),
        "unit": gettext(unit) if unit else "",
        "figure": found,
        "link": _rows_address(found, scope, person),
    }


def _rows_address(found: Figure, scope: Scope, person: Account) -> str:
    """Return where a person sees a figure's rows; empty where there are none or they may not see them."""
    counted_above = ROWS.get(found.code) in {"accidents", "non_conformities"} or found.code == "missed_a_million_m2"
    if found.count == 0 or (counted_above and not found.numerator):
        return ""
    if found.code not in ROWS:
        by, key = _split(scope)
        outcome = next(one for one in OUTCOMES if found.code.startswith(one))
        split = by.value if by else ""
        cell = Cell(outcome, "land", scope.until, None, scope.since, split, key if by else "")
        return f"{reverse('figure')}?{urlencode(cell_query(cell))}"
    if not any(may(person, right) for right in WORK_READERS):
        return ""
    values = {"since": scope.since, "until": scope.until, "operator": scope.operator}
    values |= {"unit": scope.unit, "method": scope.method}
    query = urlencode({name: str(value) for name, value in values.items() if value})
    return f"{reverse('figure_rows', args=[found.code])}?{query}"


# -- the rows behind a figure -----------------------------------------------------------------------------------------


@needs(*WORK_READERS)
def figure_rows(request: HttpRequest, code: str) -> HttpResponseBase:
    """List the rows that a figure was made of, the latest first."""
    if code not in ROWS:
        raise Http404
    person = person_of(request)
    question, problems = read_work_question(request.GET)
    scope = scope_of(person, question)
    rows, headings, cells = _rows_of(code, scope)
    page = page_of(request, rows, A_PAGE)
    name, how, unit = NAMES[code]
    context = {
        "title": gettext(name),
        "how": gettext(how),
        "unit": gettext(unit) if unit else "",
        "figure": all_figures(scope)[code],
        "scope": scope,
        "problems": problems,
        "headings": headings,
        "rows": [cells(one) for one in page.object_list],
        "page": page,
    }
    return render(request, "desk/figure_rows.html", context)


Rows = tuple[QuerySet[Any], Sequence[str], Callable[[Any], list[CellText]]]


def _rows_of(code: str, scope: Scope) -> Rows:
    kind = ROWS[code]
    if kind == "days":
        needs_of = KINDS[code].needs
        days = days_of(scope).annotate(all_hours=F("hours") + F("stoppage_hours"))
        days = days.filter(**{f"{needs_of}__gt": 0}) if needs_of else days
        days = days.select_related("task", "record").order_by("-on", "-pk")
        headings = [_("Day"), _("Task"), _("Team"), _("Method"), _("Processed, m²"), _("Persons"), _("Net hours")]
        return (
            days,
            [*headings, _("Lost hours"), _("Machine-hours"), _("Animal-hours"), _("Searched again")],
            _day_cells,
        )
    if kind == "items":
        items = items_of_scope(scope).select_related("task").order_by("-found_on", "-pk")
        items = items.filter(in_released_land=True) if code == "missed_a_million_m2" else items
        return items, [_("Found on"), _("Model"), _("Category"), _("Quantity"), _("Task")], _item_cells
    if kind == "tasks":
        tasks = tasks_of_scope(scope).order_by("-last_work_on", "-pk")
        headings = [_("Task"), _("Issued"), _("Started"), _("Completed"), _("Accepted"), _("Items")]
        return tasks, headings, _task_cells
    if kind == "non_conformities":
        found = non_conformities_of(scope).select_related("organisation").order_by("-found_on", "code")
        return (
            found,
            [_("Number"), _("Found on"), _("Organisation"), _("How serious"), _("Kind")],
            _non_conformity_cells,
        )
    reports = accidents_of(scope) if kind == "accidents" else reports_of_scope(scope)
    headings = [_("Report"), _("Form"), _("Of the day"), _("Sent"), _("Decided"), _("State")]
    return reports.order_by("-pk"), headings, _report_cells


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


def _non_conformity_cells(one: NonConformity) -> list[CellText]:
    severity, kind = label(one.severity, "non_conformity_severity"), label(one.kind, "non_conformity_kind")
    return [(one.code, ""), (day(one.found_on), ""), (one.organisation.code, ""), (severity, ""), (kind, "")]


def _report_cells(one: FieldRecord) -> list[CellText]:
    sent, decided = (day(value.date()) if value else "–" for value in (one.submitted, one.decided))
    name = (one.local_id or str(one.pk), reverse("record", args=[one.pk]))
    state = record_state_name(one.state)
    return [name, (form_name(one.form), ""), (day(one.date_of_information), ""), (sent, ""), (decided, ""), (state, "")]
