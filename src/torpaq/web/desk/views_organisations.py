"""Organisations and their accreditations at the desk: who may do what, since when, and who decided it."""

from datetime import date

from django.contrib import messages
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from torpaq.operations.standing.values import Mix
from torpaq.standard.move import moves_of
from torpaq.standard.problems import Problem, has_errors
from torpaq.standard.text import fold_name
from torpaq.web.accounts import Right, may
from torpaq.web.desk.access import needs, person_of
from torpaq.web.desk.choices import labels, unit_groups
from torpaq.web.desk.standing_input import day_given, line, text, words_asked
from torpaq.web.desk.standing_shown import (
    ShownOrganisation,
    mix_by_organisation,
    open_non_conformities,
    shown_papers,
    shown_teams,
)
from torpaq.web.desk.telling import tell
from torpaq.web.desk.templatetags.desk import language
from torpaq.web.models import Account, Accreditation, Organisation, StateMove
from torpaq.web.operations.standing import (
    GRANTS,
    accreditation_problems,
    apply_for_accreditation,
    evaluate_accreditation,
    move_accreditation,
    moves_offered,
    tasks_resting_on,
)
from torpaq.web.operations.standing_organisations import NAMES, change_organisation, make_organisation
from torpaq.web.operations.standing_seen import (
    accreditations_seen_by,
    keeps_people,
    organisations_seen_by,
    oversees,
    sees_people,
)
from torpaq.web.operations.standing_values import SUBJECT


@needs(Right.SEE_LAND)
def organisations_page(request: HttpRequest) -> HttpResponseBase:
    """List the organisations this person sees; the officer enters a new one."""
    person = person_of(request)
    problems: list[Problem] = []
    if request.method == "POST":
        names = {name: line(request, name) for name in NAMES}
        made, problems = make_organisation(person, line(request, "code"), request.POST.get("type", ""), names)
        if made:
            return redirect("organisation", code=made.code)
    asked_type, asked_text = request.GET.get("type", ""), words_asked(request)
    rows = [one for one in _lines(person) if _answers(one.row, asked_type, asked_text)]
    context = {
        "rows": rows,
        "types": labels("organisation_kind"),
        "asked_type": asked_type,
        "text": asked_text,
        "may_enter": may(person, Right.WORK_ANY),
        "values": request.POST,
        "problems": problems,
    }
    return render(request, "desk/organisations.html", context)


def _lines(person: Account) -> list[ShownOrganisation]:
    on = timezone.localdate()
    mixes, critical = mix_by_organisation(on), open_non_conformities()
    organisations = list(organisations_seen_by(person).annotate(team_count=Count("teams")))
    held: dict[int, list[Accreditation]] = {}
    for row in Accreditation.objects.select_related("organisation"):
        held.setdefault(row.organisation_id, []).append(row)
    return [
        ShownOrganisation(
            row,
            shown_papers(held[row.pk], on) if row.pk in held else [],
            mixes.get(row.pk, Mix()),
            row.team_count,
            critical.get(row.pk, 0),
        )
        for row in organisations
    ]


def _answers(row: Organisation, asked_type: str, asked_text: str) -> bool:
    key = fold_name(" ".join([row.code, row.name_az, row.name_en, row.name_ru]))
    return (not asked_type or row.type == asked_type) and all(word in key for word in fold_name(asked_text).split())


@needs(Right.SEE_LAND)
def organisation_page(request: HttpRequest, code: str) -> HttpResponseBase:
    """Show an organisation: its papers, people, teams, assets, work; the officer puts its names right."""
    person = person_of(request)
    row = get_object_or_404(organisations_seen_by(person), code=code.replace("\x00", ""))
    problems: list[Problem] = []
    if request.method == "POST":
        names = {name: line(request, name) for name in NAMES}
        problems = change_organisation(person, row, request.POST.get("type", ""), names)
        if not problems:
            return redirect("organisation", code=code)
        row.refresh_from_db()
    on = timezone.localdate()
    context = {
        "row": row,
        "papers": shown_papers(row.accreditations.select_related("organisation"), on),
        "mix": mix_by_organisation(on).get(row.pk, Mix()),
        "teams": shown_teams(row.teams.all(), on),
        "assets": list(row.assets.exclude(state="retired").order_by("kind").values_list("kind").annotate(Count("pk"))),
        "tasks": list(row.tasks.order_by("state").values_list("state").annotate(Count("pk"))),
        "open_non_conformities": open_non_conformities().get(row.pk, 0),
        "sees_people": sees_people(person, row),
        "may_apply": keeps_people(person, row),
        "may_enter": may(person, Right.WORK_ANY),
        "types": labels("organisation_kind"),
        "values": request.POST,
        "problems": problems,
    }
    return render(request, "desk/organisation.html", context)


@needs(Right.WORK_OWN, Right.WORK_ANY)
def accreditation_new(request: HttpRequest, code: str) -> HttpResponseBase:
    """Apply for an accreditation in an organisation's name."""
    person = person_of(request)
    row = get_object_or_404(organisations_seen_by(person), code=code.replace("\x00", ""))
    if not keeps_people(person, row):
        raise Http404
    problems: list[Problem] = []
    if request.method == "POST":
        kind, activity, method = (request.POST.get(name, "") for name in ("kind", "activity", "method"))
        units = request.POST.getlist("units")
        made, problems = apply_for_accreditation(person, row, kind, activity, method, units)
        if made:
            messages.success(request, _("The application is filed."))
            return redirect("accreditation", number=made.pk)
    context = {
        "row": row,
        "kinds": labels("accreditation_kind"),
        "activities": labels("activity"),
        "methods": labels("operational_method"),
        "units": unit_groups(),
        "chosen_units": request.POST.getlist("units"),
        "values": request.POST,
        "problems": problems,
    }
    return render(request, "desk/accreditation_new.html", context)


@needs(Right.SEE_LAND)
def accreditation_page(request: HttpRequest, number: int) -> HttpResponseBase:
    """Show an accreditation: its scope, its state today, what rests on it, who decided what."""
    person = person_of(request)
    return _shown(request, person, _seen(person, number), [], "")


@require_POST
@needs(Right.WORK_ANY, Right.INSPECT, Right.SIGN)
def evaluate(request: HttpRequest, number: int) -> HttpResponseBase:
    """Write down what an evaluation found."""
    person = person_of(request)
    row = _seen(person, number)
    tell(request, evaluate_accreditation(person, row, text(request, "evaluation")))
    return redirect("accreditation", number=number)


@require_POST
@needs(Right.WORK_ANY, Right.INSPECT, Right.SIGN)
def accreditation_move(request: HttpRequest, number: int) -> HttpResponseBase:
    """Move an accreditation; what stands in the way is told beside the move, what stopped with it on the next page."""
    person = person_of(request)
    row = _seen(person, number)
    move = request.POST.get("move", "")
    if move not in moves_of(SUBJECT):
        raise Http404
    changes, problems = _changes(request) if move in GRANTS else ({}, [])
    if not problems:
        problems = move_accreditation(person, row, move, text(request, "reason"), timezone.localdate(), changes)
    if has_errors(problems):
        row.refresh_from_db()
        return _shown(request, person, row, problems, move)
    tell(request, problems)
    messages.success(request, _("Done and written into the history."))
    return redirect("accreditation", number=number)


def _changes(request: HttpRequest) -> tuple[dict[str, object], list[Problem]]:
    changes: dict[str, object] = {"conditions": text(request, "conditions"), "evaluation": text(request, "evaluation")}
    problems: list[Problem] = []
    for name in ("valid_from", "valid_to"):
        changes[name], wrong = day_given(request.POST, name)
        problems += wrong
    return changes, problems


def _seen(person: Account, number: int) -> Accreditation:
    return get_object_or_404(accreditations_seen_by(person), pk=number)


def _shown(
    request: HttpRequest, person: Account, row: Accreditation, problems: list[Problem], tried: str
) -> HttpResponseBase:
    on = timezone.localdate()
    table, history = moves_of(SUBJECT), StateMove.objects.filter(subject=SUBJECT, name=row.code)
    offered = [(table[code], table[code].labels[language()], code in GRANTS) for code in moves_offered(person, row)]
    context = {
        "row": row,
        "shown": shown_papers([row], on)[0],
        "today": _today(row, on),
        "tasks": tasks_resting_on(row),
        "history": [(move, _move_words(move)) for move in history.select_related("account")],
        "offered": offered,
        "tried": tried,
        "refused": [] if tried in [move.code for move, _words, _grants in offered] else problems,
        "may_evaluate": oversees(person) and person.organisation_id != row.organisation_id and row.state != "withdrawn",
        "names_seen": sees_people(person, row.organisation),
        "values": request.POST,
        "problems": problems,
    }
    return render(request, "desk/accreditation.html", context)


def _today(row: Accreditation, on: date) -> list[Problem]:
    """Return what is to be known of this accreditation today, asked as for work of exactly its scope."""
    methods = [row.method] if row.method else []
    found = accreditation_problems(row.organisation, row.activity, methods, row.units[0] if row.units else "", on)
    return [one for one in found if one.subject == row.code]


def _move_words(move: StateMove) -> str:
    if move.move == "apply":
        return _("applied for")
    known = moves_of(SUBJECT).get(move.move)
    return known.labels[language()] if known else move.move
