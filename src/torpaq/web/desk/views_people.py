"""People, certificates and teams' members at the desk: names for their own organisation and the Authority alone."""

from collections.abc import Iterable

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from torpaq.operations.standing.team import team_mix
from torpaq.operations.standing.values import Mix
from torpaq.standard.problems import Problem, has_errors
from torpaq.web.accounts import Right, may
from torpaq.web.desk.access import needs, person_of
from torpaq.web.desk.choices import Choices, labels
from torpaq.web.desk.paging import page_of
from torpaq.web.desk.standing_input import code_sent, day_asked, day_given, line, words_asked
from torpaq.web.desk.standing_shown import members_on, mix_by_organisation, problems_by_subject, shown_certificates
from torpaq.web.desk.templatetags.desk import language
from torpaq.web.models import Account, Certificate, Organisation, Person, Team, TeamMember
from torpaq.web.operations.standing import (
    add_certificate,
    add_person,
    alerts_for,
    join_team,
    leave_organisation,
    leave_team,
    team_problems,
    withdraw_certificate,
)
from torpaq.web.operations.standing_seen import (
    STANDING_READERS,
    keeps_people,
    organisations_seen_by,
    oversees,
    people_seen_by,
    teams_with_people_seen_by,
)
from torpaq.web.operations.standing_values import people_of

A_PAGE = 50


@needs(Right.SEE_LAND)
def people_page(request: HttpRequest) -> HttpResponseBase:
    """List people, or count them where names are not for this person; enter somebody new."""
    person = person_of(request)
    problems: list[Problem] = []
    if request.method == "POST":
        organisation = get_object_or_404(organisations_seen_by(person), code=code_sent(request.POST, "organisation"))
        since, problems = day_given(request.POST, "since", needed=False)
        if not problems:
            code, name, sex = (line(request, field) for field in ("code", "name", "sex"))
            made, problems = add_person(person, organisation, code, name, sex, since)
            if made:
                return redirect("person", number=made.pk)
    on = timezone.localdate()
    rows = _people_asked(request, person)
    mixes = mix_by_organisation(on)
    counted = [(one, mixes.get(one.pk, Mix())) for one in organisations_seen_by(person)]
    context = {
        "page": page_of(request, rows, A_PAGE),
        "sees_names": any(may(person, right) for right in STANDING_READERS),
        "counts": [(one, mix) for one, mix in counted if mix.people],
        "organisations": _named(one for one, _ in counted),
        "keeps": _named(one for one, _ in counted if keeps_people(person, one)),
        "sexes": labels("sex"),
        "asked": request.GET,
        "text": words_asked(request),
        "values": request.POST,
        "problems": problems,
        "today": on,
    }
    return render(request, "desk/people.html", context)


def _named(organisations: Iterable[Organisation]) -> Choices:
    return [(one.code, one.name(language())) for one in organisations]


def _people_asked(request: HttpRequest, person: Account) -> QuerySet[Person]:
    rows = people_seen_by(person).prefetch_related("certificates", "memberships__team")
    asked = words_asked(request)
    if asked:
        rows = rows.filter(Q(name__icontains=asked) | Q(code__icontains=asked))
    organisation = code_sent(request.GET, "organisation")
    if organisation:
        rows = rows.filter(organisation__code=organisation)
    return rows


@needs(*STANDING_READERS)
def person_page(request: HttpRequest, number: int) -> HttpResponseBase:
    """Show somebody: certificates and teams."""
    person = person_of(request)
    return _shown_person(request, person, _seen(person, number), [])


def _shown_person(request: HttpRequest, person: Account, whom: Person, problems: list[Problem]) -> HttpResponseBase:
    on = timezone.localdate()
    context = {
        "whom": whom,
        "certificates": shown_certificates(whom.certificates.all(), on),
        "memberships": whom.memberships.select_related("team").order_by("-since"),
        "kinds": labels("certificate_kind"),
        "may_keep": keeps_people(person, whom.organisation),
        "may_withdraw": keeps_people(person, whom.organisation) or oversees(person),
        "today": on,
        "values": request.POST,
        "problems": problems,
    }
    return render(request, "desk/person.html", context)


@require_POST
@needs(*STANDING_READERS)
def person_change(request: HttpRequest, number: int) -> HttpResponseBase:
    """Enter a certificate, withdraw one, or enter a person's last day."""
    person = person_of(request)
    whom = _seen(person, number)
    actions = {"certificate": _certificate, "withdraw": _withdraw, "leave": _leave}
    action = actions.get(request.POST.get("action", ""))
    if action is None:
        raise Http404
    problems = action(request, person, whom)
    if has_errors(problems):
        return _shown_person(request, person, _seen(person, number), problems)
    messages.success(request, _("Kept."))
    return redirect("person", number=number)


def _certificate(request: HttpRequest, person: Account, whom: Person) -> list[Problem]:
    issued_on, problems = day_given(request.POST, "issued_on")
    valid_to, more = day_given(request.POST, "valid_to", needed=False)
    if issued_on is None or more:
        return [*problems, *more]
    sent = {"number": line(request, "number", 64), "issuer": line(request, "issuer")}
    return add_certificate(person, whom, request.POST.get("kind", ""), issued_on, valid_to, **sent)[1]


def _withdraw(request: HttpRequest, person: Account, whom: Person) -> list[Problem]:
    number = request.POST.get("certificate", "")
    certificate: Certificate = get_object_or_404(whom.certificates, pk=int(number) if number.isdecimal() else 0)
    return withdraw_certificate(person, certificate, timezone.localdate(), line(request, "reason"))


def _leave(request: HttpRequest, person: Account, whom: Person) -> list[Problem]:
    on, problems = day_given(request.POST, "until")
    return problems if on is None else leave_organisation(person, whom, on)


def _seen(person: Account, number: int) -> Person:
    return get_object_or_404(people_seen_by(person), pk=number)


# -- teams ------------------------------------------------------------------------------------------------------------


@needs(*STANDING_READERS)
def members_page(request: HttpRequest, number: int) -> HttpResponseBase:
    """Show who is in a team, how many of them are women, and what the team lacks for an activity on a day."""
    person = person_of(request)
    team = get_object_or_404(teams_with_people_seen_by(person), pk=number)
    return _shown_members(request, person, team, [])


@require_POST
@needs(*STANDING_READERS)
def members_change(request: HttpRequest, number: int) -> HttpResponseBase:
    """Put somebody into a team, or enter their last day in it."""
    person = person_of(request)
    team = get_object_or_404(teams_with_people_seen_by(person), pk=number)
    actions = {"join": _join, "leave": _leave_team}
    action = actions.get(request.POST.get("action", ""))
    if action is None:
        raise Http404
    problems = action(request, person, team)
    if has_errors(problems):
        return _shown_members(request, person, team, problems)
    return redirect("team_members", number=number)


def _join(request: HttpRequest, person: Account, team: Team) -> list[Problem]:
    since, problems = day_given(request.POST, "since")
    own = people_seen_by(person).filter(organisation=team.organisation)
    whom = get_object_or_404(own, code=code_sent(request.POST, "person"))
    return problems if since is None else join_team(person, team, whom, request.POST.get("function", ""), since)[1]


def _leave_team(request: HttpRequest, person: Account, team: Team) -> list[Problem]:
    number = request.POST.get("member", "")
    member: TeamMember = get_object_or_404(team.members, pk=int(number) if number.isdecimal() else 0)
    on, problems = day_given(request.POST, "until")
    return problems if on is None else leave_team(person, member, on)


def _shown_members(request: HttpRequest, person: Account, team: Team, problems: list[Problem]) -> HttpResponseBase:
    today = timezone.localdate()
    on = day_asked(request.GET, "on", today)
    activity = request.GET.get("activity", "")
    lacks = team_problems(team, activity, on) if activity in dict(labels("activity")) else []
    people = Person.objects.filter(Q(until=None) | Q(until__gte=today), organisation=team.organisation)
    context = {
        **team_people(team, person),
        "team": team,
        "on": on,
        "today": today,
        "activity": activity,
        "activities": labels("activity"),
        "lacks": problems_by_subject(lacks),
        "functions": labels("demining_function"),
        "people": people,
        "values": request.POST,
        "problems": problems,
        "may_manage": may(person, Right.ENROL),
    }
    return render(request, "desk/team_members.html", context)


def team_people(team: Team, person: Account) -> dict[str, object]:
    """Return what a page about a team shows of its people today."""
    today = timezone.localdate()
    return {
        "members": members_on(team, today),
        "mix": team_mix(people_of(team), today),
        "keeps_members": keeps_people(person, team.organisation),
    }


# -- what ends soon ---------------------------------------------------------------------------------------------------


@needs(*STANDING_READERS)
def ends_soon_page(request: HttpRequest) -> HttpResponseBase:
    """List what has ended and what ends soon, the most urgent first."""
    person = person_of(request)
    found = alerts_for(person, timezone.localdate())
    asked = request.GET.get("organisation", "")
    shown = [one for one in found if not asked or one.ending.organisation == asked]
    certificates = [one.ending.ref for one in shown if one.ending.kind == "certificate"]
    held = Certificate.objects.filter(pk__in=certificates).select_related("person__organisation")
    context = {
        "alerts": shown,
        "certificates": {row.pk: row for row in held},
        "organisations": sorted({one.ending.organisation for one in found}),
        "asked": asked,
    }
    return render(request, "desk/ends_soon.html", context)
