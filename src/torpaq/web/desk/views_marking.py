"""Marking and fencing: what stands where and how long ago somebody saw it, plans to carry to the field, visits."""

import json
from collections import Counter
from datetime import date

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from torpaq.geo.shape import CM_PER_M
from torpaq.operations.marking.plan import marking_bill
from torpaq.operations.marking.standing import State
from torpaq.standard.codes import code_list
from torpaq.standard.problems import Problem
from torpaq.web.accounts import Right, may
from torpaq.web.desk import operations_input as read
from torpaq.web.desk.access import needs, person_of
from torpaq.web.desk.marking_files import positions_csv, positions_gpx, things_of
from torpaq.web.desk.operations_input import map_extent
from torpaq.web.desk.paging import page_of
from torpaq.web.desk.templatetags.desk import language, sentence
from torpaq.web.desk.views_spot import country_extent
from torpaq.web.models import Account, HazardousArea, MarkingScheme, Task
from torpaq.web.operations.marking import (
    Listed,
    discard_plan,
    inspection_days,
    install,
    listed,
    marked_figure,
    marking_due,
    may_mark,
    plan_marking,
    record_visit,
    remove,
    schemes_seen_by,
    state_of,
)
from torpaq.web.operations.marking_places import places_of_plan
from torpaq.web.programme_row import programme_crs

WATCHING = (Right.WORK_OWN, Right.WORK_ANY, Right.SIGN, Right.INSPECT)
PLANNING = (Right.WORK_OWN, Right.WORK_ANY)
PAGE = 50
MOST_PLACES = 2000


@needs(*WATCHING)
def marking_list(request: HttpRequest) -> HttpResponseBase:
    """List the schemes a person may see with their state on a day, overdue first, and show them on the map."""
    problems: list[Problem] = []
    on = read.day(request.GET, "on", problems) or timezone.localdate()
    words = read.line(request.GET, "text")
    schemes = schemes_seen_by(person_of(request)).defer("plan", "shape")
    if words:
        schemes = schemes.filter(area__icontains=words)
    every = listed(schemes, on)
    counts = Counter(one.state.state.value for one in every)
    state = request.GET.get("state", "")
    rows = [one for one in every if one.state.state.value == state] if state else every
    share, _ = marked_figure(on)
    context = {
        "on": on,
        "text": words,
        "state": state if state in list(State) else "",
        "states": [(one.value, counts[one.value]) for one in State],
        "count": len(every),
        "page": page_of(request, rows, PAGE),
        "places": json.dumps(_points(rows[:MOST_PLACES])),
        "share": None if share is None else share * 100,
        "days": inspection_days(),
        "problems": problems,
        "may_plan": _may_plan(person_of(request)),
        "extent": map_extent(),
    }
    return render(request, "desk/marking_list.html", context)


def _may_plan(person: Account) -> bool:
    return any(may(person, right) for right in PLANNING)


def _points(rows: list[Listed]) -> list[dict[str, object]]:
    """Return a point a scheme: the middle of what it marks, else of its area."""
    crs = programme_crs()
    apart = [one.row.area for one in rows if one.row.x_min_cm is None]
    areas = {row.area: (row.lon, row.lat) for row in HazardousArea.objects.filter(area__in=apart)}
    found: list[dict[str, object]] = []
    for one in rows:
        row = one.row
        place = areas.get(row.area, (None, None))
        if None not in (row.x_min_cm, row.x_max_cm, row.y_min_cm, row.y_max_cm):
            middle = ((row.x_min_cm or 0) + (row.x_max_cm or 0)) / 2, ((row.y_min_cm or 0) + (row.y_max_cm or 0)) / 2
            place = crs.inverse(middle[0] / CM_PER_M, middle[1] / CM_PER_M)
        if place[0] is None:
            continue
        told = {"kind": one.state.state.value, "label": row.area, "url": f"/marking/{row.pk}"}
        geometry = {"type": "Point", "coordinates": list(place)}
        found.append({"type": "Feature", "properties": told, "geometry": geometry})
    return found


@needs(*WATCHING)
def marking_figure(request: HttpRequest) -> HttpResponseBase:
    """Show the share of the perimeter of open CHA that is marked and was inspected lately, with every row of it."""
    problems: list[Problem] = []
    on = read.day(request.GET, "on", problems) or timezone.localdate()
    share, rows = marked_figure(on)
    context = {
        "on": on,
        "share": None if share is None else share * 100,
        "page": page_of(request, rows, 200),
        "perimeter_m": sum(row.perimeter_m for row in rows),
        "counted_m": sum(row.counted_m for row in rows),
        "days": inspection_days(),
        "problems": problems,
    }
    return render(request, "desk/marking_figure.html", context)


@needs(*PLANNING)
def marking_new(request: HttpRequest) -> HttpResponseBase:
    """Plan a scheme round an area's open land or a task's boundary."""
    person, problems = person_of(request), list[Problem]()
    values = request.POST if request.method == "POST" else request.GET
    tasks = Task.objects.exclude(state__in=("accepted", "withdrawn"))
    if not may(person, Right.WORK_ANY):
        tasks = tasks.filter(organisation=person.organisation)
    if request.method == "POST":
        task = tasks.filter(code=values.get("task", "")).first()
        on = read.day(values, "on", problems)
        ways = read.routes(values.get("routes", ""), country_extent(), problems)
        if on and not problems:
            area = read.line(values, "area")
            scheme, problems = plan_marking(person, area, task, values.get("system", ""), on, ways)
            if scheme:
                _tell(request, problems)
                return redirect("marking_scheme", number=scheme.pk)
    context = {
        "values": values,
        "tasks": tasks.order_by("code")[:500],
        "systems": [(code, row.labels[language()]) for code, row in code_list("marking_system").items()],
        "today": timezone.localdate(),
        "problems": problems,
    }
    return render(request, "desk/marking_new.html", context)


@needs(*WATCHING)
def marking_scheme(request: HttpRequest, number: int) -> HttpResponseBase:
    """Show a scheme: its map, what it needs, where every sign stands, and its visits."""
    return render(request, "desk/marking_scheme.html", _scheme_context(request, _seen(request, number)))


def _scheme_context(
    request: HttpRequest, scheme: MarkingScheme, problems: list[Problem] | None = None
) -> dict[str, object]:
    today = timezone.localdate()
    state = state_of(scheme, today)
    names = {row["thing"]: row[language()] for rows in marking_bill().values() for row in rows}
    bill = scheme.plan.get("bill", [])
    return {
        "scheme": scheme,
        "state": state,
        "today": today,
        "bill": [(names.get(thing, thing), amount, unit) for thing, amount, unit in bill],
        "things": things_of(scheme),
        "places": json.dumps(places_of_plan(scheme)) if scheme.shape else "",
        "visits": [(visit, *_note_of(visit.action, visit.note)) for visit in scheme.visits.all()],
        "due": marking_due(today, [scheme.area]) if scheme.area else [],
        "may_mark": may_mark(person_of(request), scheme),
        "materials": [(code, row.labels[language()]) for code, row in code_list("marking_material").items()],
        "reasons": [(code, row.labels[language()]) for code, row in code_list("removal_reason").items()],
        "values": request.POST,
        "problems": problems or [],
        "extent": map_extent(),
    }


def _note_of(action: str, note: str) -> tuple[str, str]:
    """Return the reason of a removal in words, and the rest of the note."""
    first, _, rest = note.partition(" ")
    if action == "removed" and first in code_list("removal_reason"):
        return code_list("removal_reason")[first].labels[language()], rest.strip()
    return "", note


@require_POST
@needs(*PLANNING)
def marking_act(request: HttpRequest, number: int) -> HttpResponseBase:
    """Write down that a scheme was put up, looked at, repaired or taken away; or throw an unused plan away."""
    scheme, person, problems = _seen(request, number), person_of(request), list[Problem]()
    action, on = request.POST.get("action", ""), read.day(request.POST, "on", problems)
    remark = read.text(request.POST, "remark")
    if action == "discard":
        problems = discard_plan(person, scheme)
        if not problems:
            return redirect("marking_list")
    elif action not in ("installed", "inspected", "repaired", "removed"):
        raise Http404
    elif on:
        problems += _act(request, person, scheme, action, on, remark)
    if problems:
        return render(request, "desk/marking_scheme.html", _scheme_context(request, scheme, problems))
    return redirect("marking_scheme", number=number)


def _act(
    request: HttpRequest, person: Account, scheme: MarkingScheme, action: str, on: date, remark: str
) -> list[Problem]:
    values, problems = request.POST, list[Problem]()
    if action == "installed":
        material = values.get("material", "")
        return install(person, scheme, on, material if material in code_list("marking_material") else "", remark)
    if action == "removed":
        return remove(person, scheme, on, values.get("reason", ""), remark)
    missing = read.whole(values, "signs_missing", problems) or 0
    damaged = read.whole(values, "signs_damaged", problems) or 0
    gaps_m = read.number(values, "gaps_m", problems) or 0.0
    return problems or record_visit(person, scheme, on, action, missing, damaged, gaps_m, remark)


@needs(*WATCHING)
def marking_file(request: HttpRequest, number: int, kind: str) -> HttpResponse:
    """Send the positions of a scheme's signs, posts and gates: ``gpx`` for a navigator, ``csv`` for a table."""
    scheme = _seen(request, number)
    if kind == "gpx":
        return positions_gpx(scheme)
    if kind == "csv":
        return positions_csv(scheme)
    raise Http404


def _seen(request: HttpRequest, number: int) -> MarkingScheme:
    """Return a scheme that this person may see; for everyone else there is none."""
    return get_object_or_404(schemes_seen_by(person_of(request)), pk=number)


def _tell(request: HttpRequest, problems: list[Problem]) -> None:
    for one in problems:
        messages.warning(request, sentence(one))
