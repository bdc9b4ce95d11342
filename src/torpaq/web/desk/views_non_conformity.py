"""Non-conformities: the list, a new one, the way of one from raised to closed, and its look-back."""

import json
from collections.abc import Mapping
from datetime import date

from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from torpaq.operations.moving import moves_from
from torpaq.operations.quality.non_conformity import SETTLED, SEVERITIES, is_overdue
from torpaq.standard.codes import code_list
from torpaq.standard.move import moves_of
from torpaq.standard.problems import Problem, problem
from torpaq.web.accounts import Right, may
from torpaq.web.desk.access import needs, person_of
from torpaq.web.desk.choices import labels, method_choices
from torpaq.web.desk.paging import page_of
from torpaq.web.desk.record_words import geojson
from torpaq.web.desk.telling import tell
from torpaq.web.desk.templatetags.desk import language
from torpaq.web.desk.views_quality import WORKING
from torpaq.web.desk.views_spot import country_extent
from torpaq.web.models import (
    Account,
    LedgerEntry,
    LookBack,
    NonConformity,
    Organisation,
    OrganisationKind,
    StateMove,
    Task,
    Team,
)
from torpaq.web.operations.quality import (
    AUTHORITY_RIGHTS,
    CHANGED_BY,
    SUBJECT,
    TEXTS,
    move_non_conformity,
    non_conformities_seen_by,
    raise_non_conformity,
)
from torpaq.web.operations.quality_look_back import decide_look_back

A_PAGE = 50
LONGEST = 4_000
WITH_REASON = ("refuse",)
STATES = tuple(code_list("non_conformity_status"))
MOST_ON_MAP = 300


@needs(*WORKING)
def non_conformities_page(request: HttpRequest) -> HttpResponseBase:
    """List the non-conformities this person may see; open ones first asked for."""
    person = person_of(request)
    today = timezone.localdate()
    seen = non_conformities_seen_by(person)
    severity, state = request.GET.get("severity", ""), request.GET.get("state", "")
    organisation = request.GET.get("organisation", "")
    if severity in SEVERITIES:
        seen = seen.filter(severity=severity)
    if organisation:
        seen = seen.filter(organisation__code=organisation[:64])
    seen = seen.filter(state=state) if state in STATES else seen if state == "all" else seen.exclude(state__in=SETTLED)
    page = page_of(request, seen, A_PAGE)
    context = {
        "page": page,
        "rows": [(row, is_overdue(row.state, row.due_on, today)) for row in page],
        "severity": severity,
        "state": state,
        "organisation": organisation,
        "severities": SEVERITIES,
        "states": STATES,
        "organisations": _organisations(person),
    }
    return render(request, "desk/non_conformities.html", context)


def _organisations(person: Account) -> QuerySet[Organisation]:
    """Return the organisations whose non-conformities this person may raise or see."""
    operators = Organisation.objects.filter(kind=OrganisationKind.OPERATOR).order_by("code")
    if any(may(person, right) for right in AUTHORITY_RIGHTS):
        return operators
    return operators.filter(Q(pk=person.organisation_id))


@needs(*WORKING)
def non_conformity_new(request: HttpRequest) -> HttpResponseBase:
    """Raise a non-conformity that no inspection's record holds."""
    person = person_of(request)
    problems: list[Problem] = []
    if request.method == "POST":
        found, problems = _raised(request.POST, person)
        if found:
            return redirect("non_conformity", number=found.pk)
    organisations = _organisations(person)
    tasks = Task.objects.filter(organisation__in=organisations).select_related("organisation")
    context = {
        "values": request.POST or request.GET,
        "problems": problems,
        "organisations": organisations,
        "tasks": tasks[:500],
        "teams": Team.objects.filter(organisation__in=organisations).select_related("organisation"),
        "severities": SEVERITIES,
        "kinds": labels("non_conformity_kind"),
        "methods": method_choices(),
        "today": timezone.localdate(),
    }
    return render(request, "desk/non_conformity_new.html", context)


def _raised(values: Mapping[str, str], person: Account) -> tuple[NonConformity | None, list[Problem]]:
    task = Task.objects.filter(code=values.get("task", "")).select_related("organisation").first()
    organisation = Organisation.objects.filter(code=values.get("organisation", "")).first()
    organisation = organisation or (task.organisation if task else None)
    if organisation is None:
        return None, [problem("nc_text_missing", "non_conformity", what="organisation")]
    problems = []
    if task and task.organisation_id != organisation.pk:
        problems.append(problem("nc_other_organisation", task.code, organisation=task.organisation.code))
    team = Team.objects.filter(organisation=organisation, code=values["team"]).first() if values.get("team") else None
    if values.get("team") and team is None:
        problems.append(problem("nc_unknown_word", "team", what="team", value=values["team"][:40]))
    found_on, due = _day(values.get("found_on", "")), _day(values.get("due_on", ""))
    if found_on is None:
        problems.append(problem("date_wrong", "found_on", value=values.get("found_on", "")[:40]))
    if values.get("due_on") and due is None:
        problems.append(problem("date_wrong", "due_on", value=values["due_on"][:40]))
    if problems or found_on is None:
        return None, problems
    return raise_non_conformity(
        person, severity=values.get("severity", ""), kind=values.get("kind", ""), organisation=organisation,
        found_on=found_on, description=_text(values, "description"), task=task, team=team,
        method=values.get("method", "")[:64], asset=_text(values, "asset")[:64], area=_text(values, "area")[:200],
        due=due, requirement=_text(values, "requirement"),
    )  # fmt: skip


@needs(*WORKING)
def non_conformity_page(request: HttpRequest, number: int) -> HttpResponseBase:
    """Show a non-conformity, its way, its look-back on the map, and the moves that the table offers this person."""
    person = person_of(request)
    found = get_object_or_404(non_conformities_seen_by(person), pk=number)
    problems: list[Problem] = []
    if request.method == "POST":
        written = [name for name in TEXTS if name in request.POST]
        changes: dict[str, str | date | None] = {name: _text(request.POST, name) for name in written}
        if "owner" in changes:
            changes["owner"] = str(changes["owner"])[:200]
        if "due_on" in request.POST:
            changes["due_on"] = _day(request.POST["due_on"])
        problems = move_non_conformity(
            person, found, request.POST.get("move", "")[:32], changes, _text(request.POST, "reason")
        )
        if not problems:
            return redirect("non_conformity", number=number)
        found.refresh_from_db()
    return render(request, "desk/non_conformity.html", _context(request, person, found, problems))


def _context(request: HttpRequest, person: Account, found: NonConformity, problems: list[Problem]) -> dict[str, object]:
    moves = moves_of(SUBJECT)
    offered = [
        (code, moves[code].labels[language()], CHANGED_BY.get(code, ()), code in WITH_REASON)
        for code in moves_from(SUBJECT, found.state, person.role)
    ]
    way = list(StateMove.objects.filter(subject=SUBJECT, name=found.code).select_related("account"))
    reached = {move.target for move in way} | {"raised"}
    doubts = list(found.look_back.order_by("-released_on", "entry_id").select_related("decided_by"))
    places = _places(doubts)
    return {
        "found": found,
        "problems": problems,
        "offered": offered,
        "values": request.POST if problems else {},
        "steps": [(state, state in reached, state == found.state) for state in STATES],
        "way": [(move, moves[move.move].labels[language()] if move.move in moves else "") for move in way],
        "is_overdue": is_overdue(found.state, found.due_on, timezone.localdate()),
        "doubts": doubts,
        "doubt_m2": sum(row.area_m2 for row in doubts),
        "doubt_open_m2": sum(row.area_m2 for row in doubts if row.state == "to_check"),
        "may_decide": (may(person, Right.INSPECT) or may(person, Right.SIGN))
        and person.organisation_id != found.organisation_id,
        "places": places,
        "extent": list(country_extent()),
    }


def _places(doubts: list[LookBack]) -> str:
    """Return the land in doubt as features for the map, numbered as in the table; an empty text where none is drawn."""
    shapes = dict(
        LedgerEntry.objects.filter(entry_id__in=[row.entry_id for row in doubts[:MOST_ON_MAP]]).values_list(
            "entry_id", "shape"
        )
    )
    drawn = [(number, row) for number, row in enumerate(doubts[:MOST_ON_MAP], 1) if shapes.get(row.entry_id)]
    decisions = code_list("look_back_status")
    features = [
        {
            "type": "Feature",
            "properties": {
                "number": number,
                "kind": row.state,
                "label": f"№ {number} · {row.entry_id} · {row.area} · {decisions[row.state].labels[language()]}",
            },
            "geometry": json.loads(geojson(shapes[row.entry_id])),
        }
        for number, row in drawn
    ]
    return json.dumps(features) if features else ""


@require_POST
@needs(Right.INSPECT, Right.SIGN)
def look_back_decide(request: HttpRequest, number: int) -> HttpResponseBase:
    """Decide on one piece of land in doubt."""
    person = person_of(request)
    row = get_object_or_404(LookBack.objects.select_related("non_conformity"), pk=number)
    if not non_conformities_seen_by(person).filter(pk=row.non_conformity_id).exists():
        raise PermissionDenied
    tell(request, decide_look_back(person, row, request.POST.get("state", ""), _text(request.POST, "reason")))
    return redirect("non_conformity", number=row.non_conformity_id)


def _text(values: Mapping[str, str], name: str) -> str:
    return values.get(name, "").replace("\x00", "").strip()[:LONGEST]


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
