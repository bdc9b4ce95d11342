"""The programme's figures, each with its numerator and denominator, and the rows behind each."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext as _

from torpaq.operations.figures.kpis import KINDS, OUTCOMES, Figure, causes
from torpaq.standard.parameters import parameters_of
from torpaq.web.accounts import Right, may
from torpaq.web.desk.access import needs, person_of
from torpaq.web.desk.accounts_shown import cell_query
from torpaq.web.desk.choices import labels, method_choices, operator_choices, unit_choices
from torpaq.web.desk.figure_rows import rows_of
from torpaq.web.desk.figure_words import GROUPS, NAMES, ROWS
from torpaq.web.desk.figures_land import (
    CONFIRMED,
    account_of,
    confirmed_cell,
    confirmed_figures,
    outcome_cell,
    released,
    released_by_entry,
)
from torpaq.web.desk.paging import page_of
from torpaq.web.desk.templatetags.desk import label
from torpaq.web.desk.work_question import WorkQuestion, read_work_question
from torpaq.web.models import Account
from torpaq.web.operations.kpis import (
    MOST_REPORTS,
    Scope,
    area_figures,
    day_figures,
    item_figures,
    land_figures,
    quality_figures,
    report_figures,
    reports_left_out,
    safety_figures,
    task_figures,
    work_of,
)
from torpaq.web.operations.kpis_ground import COSTS, GROUND_FIGURES, Ground, by_ground, cost_rows, costs_of
from torpaq.web.operations.work_seen import WORK_READERS, sees_all_work
from torpaq.web.tile_store import country_code

A_PAGE = 100
LISTS = {"terrain": "terrain", "vegetation": "vegetation", "contamination": "contamination_type"}
HIDDEN_WHERE_NOUGHT = frozenset({"accidents", "non_conformities"})


@dataclass(frozen=True, slots=True)
class Shown:
    """A figure of a table: itself, its unit, and where its rows are, perhaps nowhere."""

    figure: Figure
    unit: str
    link: str


@needs(Right.SEE_LAND)
def figures_page(request: HttpRequest) -> HttpResponseBase:
    """Show every figure of a period; an operator sees its own, everybody else the programme's."""
    person = person_of(request)
    question, problems = read_work_question(request.GET)
    scope = scope_of(person, question)
    figures = all_figures(scope)
    costed = cost_rows(scope, released_by_entry)
    costs = costs_of(costed)
    is_own = bool(scope.operator) and not sees_all_work(person) and may(person, Right.WORK_OWN)
    context = {
        "question": question,
        "problems": problems,
        "sees_all": not is_own,
        "operators": operator_choices(),
        "methods": method_choices(),
        "units": unit_choices(),
        "grounds": [(name, labels(listed), getattr(question, name)) for name, listed in LISTS.items()],
        "groups": [(gettext(title), _lines(codes, figures, costs, scope, person)) for title, codes in GROUPS],
        "causes": causes(work_of(scope).hours_lost()),
        "by_ground": _ground_tables(by_ground(scope, costed), person),
        "ground_headings": [_name(code) for code in (*GROUND_FIGURES, *COSTS)],
        "land_is_untold": not account_of(scope),
        "left_out": reports_left_out(scope),
        "looked_at": MOST_REPORTS,
    }
    return render(request, "desk/figures.html", context)


def scope_of(person: Account, question: WorkQuestion) -> Scope:
    """Return whose work is asked for: an operator's person asks for its own whatever the address says."""
    asked = {field.name: getattr(question, field.name) for field in fields(Scope)}
    if may(person, Right.WORK_OWN) and not sees_all_work(person):
        asked["operator"] = person.organisation.code if person.organisation else ""
    return Scope(**asked)


def all_figures(scope: Scope) -> dict[str, Figure]:
    """Work every figure of a scope out but those of cost, which each currency has for itself."""
    work = work_of(scope)
    found = day_figures(work)
    land = released(scope)
    allowed = int(parameters_of(country_code())["report_on_time_days"].value)
    found |= land_figures(land.flows, scope, land.entries) | item_figures(scope) | task_figures(scope)
    sums = work.whole()
    hours = sums["hours"] if sums["days"] else None
    found |= quality_figures(scope, found["processed_m2"].value) | safety_figures(scope, hours)
    found |= confirmed_figures(scope) | area_figures(scope)
    return found | report_figures(scope, allowed)


def _lines(
    codes: tuple[str, ...],
    figures: Mapping[str, Figure],
    costs: Mapping[str, Mapping[str, Figure]],
    scope: Scope,
    person: Account,
) -> list[dict[str, object]]:
    """Return a group's lines; a cost has a line in each currency, and one that says so where none was told."""
    found = []
    for code in codes:
        if code not in COSTS:
            found.append(_line(figures[code], scope, person))
        elif not costs:
            found.append(_line(Figure(code, None, None, None, "", 0), scope, person) | {"is_untold": True})
        else:
            found += [_line(of_currency[code], scope, person) for of_currency in costs.values()]
    return found


def _line(found: Figure, scope: Scope, person: Account) -> dict[str, object]:
    _title, how, _unit_name = NAMES[found.code]
    return {
        "code": found.code,
        "name": _name(found.code),
        "how": gettext(how),
        "unit": _unit(found),
        "figure": found,
        "link": _rows_address(found, scope, person),
    }


def _name(code: str) -> str:
    return gettext(NAMES[code][0])


def _unit(found: Figure) -> str:
    unit = NAMES[found.code][2]
    return gettext(unit) if unit else (found.unit if found.code in COSTS else "")


def _ground_tables(groups: Mapping[str, list[Ground]], person: Account) -> list[tuple[str, list[object]]]:
    """Return the tables by terrain, vegetation and contamination: each line with its figures, costs by currency."""
    tables = []
    for name, grounds in groups.items():
        lines: list[object] = []
        for one in grounds:
            cells = [[_shown(one.days[code], one.scope, person)] for code in GROUND_FIGURES]
            for code in COSTS:
                cells.append([_shown(figures[code], one.scope, person) for figures in one.costs.values()])
            lines.append((label(one.code, LISTS[name]), cells))
        tables.append((name, lines))
    return tables


def _shown(found: Figure, scope: Scope, person: Account) -> Shown:
    return Shown(found, _unit(found), _rows_address(found, scope, person))


def _rows_address(found: Figure, scope: Scope, person: Account) -> str:
    """Return where a person sees a figure's rows; empty where there are none or they may not see them."""
    counted_above = ROWS.get(found.code) in HIDDEN_WHERE_NOUGHT or found.code == "missed_a_million_m2"
    if found.count == 0 or (counted_above and not found.numerator):
        return ""
    if found.code in CONFIRMED:
        return f"{reverse('figure')}?{urlencode(cell_query(confirmed_cell(scope, found.code)))}"
    if found.code not in ROWS:
        outcome = next(one for one in OUTCOMES if found.code.startswith(one))
        return f"{reverse('figure')}?{urlencode(cell_query(outcome_cell(scope, outcome)))}"
    if not any(may(person, right) for right in WORK_READERS):
        return ""
    values = {field.name: getattr(scope, field.name) for field in fields(scope)}
    if found.code in COSTS:
        values["currency"] = found.unit.lower()
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
    currency = request.GET.get("currency", "").replace("\x00", "")[:16].lower()
    rows, headings, cells = rows_of(code, scope, currency)
    page = page_of(request, rows, A_PAGE)
    found = _cost(code, scope, currency) if code in COSTS else all_figures(scope)[code]
    context = {
        "title": _name(code),
        "how": gettext(NAMES[code][1]),
        "unit": _unit(found),
        "figure": found,
        "scope": scope,
        "ground": [label(value, LISTS[name]) for name in LISTS if (value := getattr(scope, name))],
        "problems": problems,
        "headings": headings,
        "rows": [cells(one) for one in page.object_list],
        "page": page,
        "sampled": _("Of these the latest were looked at:")
        if ROWS[code] == "reports" and reports_left_out(scope)
        else "",
        "looked_at": MOST_REPORTS,
    }
    return render(request, "desk/figure_rows.html", context)


def _cost(code: str, scope: Scope, currency: str) -> Figure:
    """Return a figure of cost in one currency."""
    costs = costs_of(cost_rows(scope, released_by_entry))
    nothing = Figure(code, None, None, None, KINDS[code].unit, 0)
    return costs[currency][code] if currency in costs else nothing
