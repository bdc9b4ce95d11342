"""EOD spot tasks at the desk: the board, the call, one task with its way, and how quickly calls are answered."""

import json
from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from torpaq.operations.spot.response import Call as Timed
from torpaq.operations.spot.response import responses
from torpaq.operations.spot.triage import URGENCIES, triage_rules
from torpaq.standard.codes import code_list
from torpaq.standard.parameters import parameters_of
from torpaq.standard.problems import Problem, problem
from torpaq.web.accounts import Right, may
from torpaq.web.desk import operations_input as read
from torpaq.web.desk.access import needs, person_of
from torpaq.web.desk.choices import Choices
from torpaq.web.desk.operations_input import map_extent
from torpaq.web.desk.spot_chart import strip_of
from torpaq.web.desk.spot_moves import changes_of
from torpaq.web.desk.templatetags.desk import language
from torpaq.web.desk.views_spot import country_extent, notations
from torpaq.web.models import Account, SpotTask, StateMove
from torpaq.web.operations.spot import (
    REPORTING,
    SUBJECT,
    WATCHING,
    Call,
    moment_of,
    move_spot,
    moves_open_to,
    note_caller_seen,
    report_spot,
    sees_caller,
    spots_seen_by,
    way_of,
)
from torpaq.web.operations.spot_places import area_at
from torpaq.web.operations.spot_teams import choices_for
from torpaq.web.tile_store import country_code

SEEING = (Right.WORK_OWN, *WATCHING)
OPEN = ("reported", "assigned", "on_site", "identified")
ENDED = ("closed", "refused")
MOST_CARDS, MOST_ENDED = 300, 30


@needs(*SEEING)
def spot_tasks(request: HttpRequest) -> HttpResponseBase:
    """Show the board: what waits, who is on the way, the most urgent and oldest first; and what ended lately."""
    spots = spots_seen_by(person_of(request))
    urgency = request.GET.get("urgency", "")
    if urgency in URGENCIES:
        spots = spots.filter(urgency=urgency)
    waiting = sorted(spots.filter(state__in=OPEN)[:MOST_CARDS], key=_pressing)
    labels = code_list("spot_task_status")
    context = {
        "columns": [
            (state, labels[state].labels[language()], [s for s in waiting if s.state == state]) for state in OPEN
        ],
        "ended": spots.filter(state__in=ENDED)[:MOST_ENDED],
        "urgency": urgency if urgency in URGENCIES else "",
        "urgencies": _choices("task_urgency"),
        "places": json.dumps([_feature(spot) for spot in waiting if spot.lon is not None]),
        "unplaced": sum(spot.lon is None for spot in waiting),
        "may_report": _may_report(person_of(request)),
        "extent": map_extent(),
    }
    return render(request, "desk/spot_tasks.html", context)


def _pressing(spot: SpotTask) -> tuple[int, datetime]:
    urgent = URGENCIES.index(spot.urgency) if spot.urgency in URGENCIES else 0
    return urgent, spot.reported_at


def _feature(spot: SpotTask) -> dict[str, object]:
    told = {"kind": spot.urgency, "label": f"{spot.code} · {spot.told[:80]}", "url": f"/spot-tasks/{spot.pk}"}
    geometry = {"type": "Point", "coordinates": [spot.lon, spot.lat]}
    return {"type": "Feature", "properties": told, "geometry": geometry}


def _choices(name: str) -> Choices:
    return [(code, row.labels[language()]) for code, row in code_list(name).items()]


def _may_report(person: Account) -> bool:
    return any(may(person, right) for right in REPORTING)


@needs(*REPORTING)
def spot_call(request: HttpRequest) -> HttpResponseBase:
    """Write down a call: what, where, danger to whom, who called."""
    values, problems = request.POST, list[Problem]()
    if request.method == "POST":
        place = read.place(values.get("place", ""), country_extent(), problems)
        people_m = read.whole(values, "people_m", problems)
        on = read.day(values, "on", problems)
        at = None if problems else read.moment(values, "on", problems)
        if at is None and on and on < timezone.localdate():
            at = moment_of(on)
        call = Call(
            told=read.text(values, "told"),
            source=values.get("source", ""),
            danger_to=tuple(values.getlist("danger_to")),
            lon=place[0] if place else None,
            lat=place[1] if place else None,
            place_told=read.text(values, "place_told"),
            suspected=values.get("suspected", ""),
            people_m=people_m,
            caller=read.line(values, "caller"),
            contact=read.line(values, "contact"),
        )
        if not problems:
            spot, problems = report_spot(person_of(request), call, at)
            if spot:
                seen = spots_seen_by(person_of(request)).filter(pk=spot.pk).exists()
                messages.success(request, spot.code)
                return redirect("spot_task", number=spot.pk) if seen else redirect("home")
    context = {
        "values": values,
        "chosen": values.getlist("danger_to"),
        "dangers": _choices("danger_to"),
        "sources": _choices("report_source"),
        "categories": _choices("ordnance_category"),
        "problems": problems,
        "places": "[]",
        "extent": map_extent(),
        "today": timezone.localdate(),
    }
    return render(request, "desk/spot_call.html", context)


@needs(*SEEING)
def spot_task(request: HttpRequest, number: int) -> HttpResponseBase:
    """Show a spot task and its way. Who called is shown to the officer and the assigned organisation; that is noted."""
    spot = _seen(request, number)
    if sees_caller(person_of(request), spot):
        note_caller_seen(person_of(request), spot)
    return render(request, "desk/spot_task.html", _spot_context(request, spot))


def _spot_context(
    request: HttpRequest,
    spot: SpotTask,
    problems: list[Problem] | None = None,
    move: str = "",
    tried: Mapping[str, object] = MappingProxyType({}),
) -> dict[str, object]:
    """Return what the page shows; ``tried`` is what a move that failed would have brought: nothing is lost."""
    person, today = person_of(request), timezone.localdate()
    moves = moves_open_to(person, spot)
    area = area_at(spot)
    notes = [problem("spot_in_recorded_area", spot.code, area=area)] if area else []
    rules = triage_rules()
    numbers = [n for n in spot.detail.get("triage", []) if isinstance(n, int) and n < len(rules)]
    return {
        "spot": spot,
        "moves": moves,
        "tried": move,
        "way": way_of(spot),
        "reasons": [rules[n][language()] for n in numbers],
        "proposed": rules[numbers[0]]["urgency"] if numbers else "",
        "sees_caller": sees_caller(person, spot),
        "places": json.dumps([_feature(spot)]) if spot.lon is not None else "",
        "notations": notations(spot.lon, spot.lat) if spot.lon is not None and spot.lat is not None else [],
        "choices": choices_for(spot, today) if "assign" in moves else [],
        "urgencies": _choices("task_urgency"),
        "categories": _choices("ordnance_category"),
        "fates": _choices("item_status"),
        "actions": _choices("spot_task_action"),
        "units": _choices("explosive_unit"),
        "item_rows": _rows(tried.get("items", spot.items), 3),
        "explosive_rows": _rows(tried.get("explosives", spot.detail.get("explosives")), 2),
        "values": request.POST,
        "problems": problems or [],
        "notes": notes,
        "today": today,
        "extent": map_extent(),
        "may_file": may(person, Right.RECORD_OWN) and person.organisation_id == spot.organisation_id,
    }


def _rows(kept: object, empty: int) -> list[object]:
    """Return the rows of a small table with a few empty ones after them."""
    return [*(kept if isinstance(kept, list) else []), *({} for _ in range(empty))]


@require_POST
@needs(*SEEING)
def spot_move(request: HttpRequest, number: int) -> HttpResponseBase:
    """Make a move of a spot task with what its form brings."""
    spot, person, problems = _seen(request, number), person_of(request), list[Problem]()
    move = request.POST.get("move", "")
    if move not in ("assign", "refuse", "arrive", "identify", "close"):
        raise Http404
    on = read.day(request.POST, "on", problems)
    at = None if problems else read.moment(request.POST, "on", problems)
    changes = changes_of(move, request.POST, problems)
    if on and not problems:
        problems = move_spot(person, spot, move, changes, read.text(request.POST, "reason"), on, at)
    if problems:
        return render(request, "desk/spot_task.html", _spot_context(request, spot, problems, move, changes))
    if spots_seen_by(person).filter(pk=spot.pk).exists():
        return redirect("spot_task", number=number)
    return redirect("spot_tasks")


def _seen(request: HttpRequest, number: int) -> SpotTask:
    """Return a spot task that this person may see; for everyone else there is none."""
    return get_object_or_404(spots_seen_by(person_of(request)), pk=number)


@needs(*SEEING)
def spot_response(request: HttpRequest) -> HttpResponseBase:
    """Show how quickly calls were answered on site, by urgency, against the hours that are wanted."""
    problems: list[Problem] = []
    since = read.day(request.GET, "since", problems) if request.GET.get("since") else None
    spots = spots_seen_by(person_of(request))
    if since:
        spots = spots.filter(reported_at__date__gte=since)
    hours = parameters_of(country_code())["spot_response_hours"].values
    wanted = {urgency: float(value) for urgency, value in zip(URGENCIES, hours, strict=True)}
    now, calls = timezone.now(), _timed(list(spots))
    context = {
        "figures": responses(calls, wanted, now),
        "strip": strip_of(calls, wanted, now),
        "late": [call for call in calls if not call.on_site and not call.ended and _is_late(call, wanted, now)],
        "since": since,
        "problems": problems,
    }
    return render(request, "desk/spot_response.html", context)


def _is_late(call: Timed, wanted: dict[str, float], now: datetime) -> bool:
    return call.hours(now) > wanted.get(call.urgency, 0.0)


def _timed(spots: list[SpotTask]) -> list[Timed]:
    """Return spot tasks in time, from their moves."""
    reached: dict[str, dict[str, datetime]] = {}
    codes = {spot.code for spot in spots}
    for name, target, at in StateMove.objects.filter(subject=SUBJECT).values_list("name", "target", "at"):
        if name in codes:
            reached.setdefault(name, {}).setdefault(target, at)
    found = []
    for spot in spots:
        times = reached.get(spot.code, {})
        on_site, ended = times.get("on_site") or times.get("identified"), times.get("closed") or times.get("refused")
        found.append(Timed(spot.code, spot.urgency, spot.reported_at, on_site, ended))
    return found
