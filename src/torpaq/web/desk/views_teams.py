"""Teams and their phones: which areas a team's phones carry, and who may send in its name."""

from datetime import datetime, time, timedelta

from django.contrib import messages
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from torpaq.standard.problems import Problem, Severity, problem
from torpaq.web.accounts import Right
from torpaq.web.desk.access import needs, person_of
from torpaq.web.desk.choices import unit_choices
from torpaq.web.desk.templatetags.desk import sentence
from torpaq.web.desk.views_people import team_people
from torpaq.web.field.collect_settings import picture_of, settings_code, settings_of
from torpaq.web.field.keys import FIRST_CONTACT_WITHIN, enrol, refusal_of, revoke, team_subject
from torpaq.web.field.teams import (
    add_areas,
    areas_found,
    make_team,
    open_areas_of,
    organisations_with_teams,
    phones_of,
    remove_areas,
    teams_seen_by,
)
from torpaq.web.models import Account, Audit, Device, HazardousArea, Team
from torpaq.web.programme_row import programme_row

LONGEST_CODE, LONGEST_NAME = 64, 200
MOST_FOUND = 50
USUAL_DAYS = 180
LOOPBACK = ("127.0.0.1", "localhost", "[::1]")


@needs(Right.ENROL)
def teams_page(request: HttpRequest) -> HttpResponseBase:
    """List the teams this person manages, and make a new one."""
    person = person_of(request)
    organisations = organisations_with_teams(person)
    problems: list[Problem] = []
    if request.method == "POST":
        organisation = get_object_or_404(organisations, code=request.POST.get("organisation", ""))
        code, name = _line(request, "code", LONGEST_CODE), _line(request, "name", LONGEST_NAME)
        team, problems = make_team(person, organisation, code, name)
        if team:
            return redirect("team", number=team.pk)
    context = {
        "teams": teams_seen_by(person).annotate(sent=Count("devices__submissions")).prefetch_related("devices"),
        "organisations": organisations,
        "values": request.POST,
        "problems": problems,
    }
    return render(request, "desk/teams.html", context)


@needs(Right.ENROL)
def team_page(request: HttpRequest, number: int) -> HttpResponseBase:
    """Show a team: its areas, its phones, what was done with it; search for areas to add."""
    team = _seen(person_of(request), number)
    return render(request, "desk/team.html", _team_context(request, team))


def _team_context(request: HttpRequest, team: Team, problems: list[Problem] | None = None) -> dict[str, object]:
    text = request.GET.get("text", "").replace("\x00", "").strip()[:LONGEST_NAME]
    found = [row for row in areas_found(text, MOST_FOUND) if row.area not in set(team.areas)] if text else []
    return {
        **team_people(team, person_of(request)),
        "team": team,
        "areas": HazardousArea.objects.filter(area__in=team.areas),
        "phones": [(phone, refusal_of(phone)) for phone in phones_of(team)],
        "text": text,
        "found": found,
        "units": unit_choices(),
        "values": request.POST,
        "problems": problems or [],
        "first_day": timezone.localdate() + timedelta(days=1),
        "usual_day": timezone.localdate() + timedelta(days=USUAL_DAYS),
        "trail": Audit.objects.filter(subject=team_subject(team)).select_related("account"),
    }


@require_POST
@needs(Right.ENROL)
def change_areas(request: HttpRequest, number: int) -> HttpResponseBase:
    """Give a team areas by their ids, from a search, or all that are open in a district; or take some away."""
    person = person_of(request)
    team = _seen(person, number)
    action = request.POST.get("action", "")
    if action == "remove":
        remove_areas(person, team, request.POST.getlist("area"))
    elif action == "add":
        _tell(request, add_areas(person, team, [*request.POST.getlist("area"), *request.POST.get("ids", "").split()]))
    elif action == "add_unit":
        _tell(request, add_areas(person, team, open_areas_of(request.POST.get("unit", ""))))
    else:
        raise Http404
    return redirect("team", number=number)


@require_POST
@needs(Right.ENROL)
def enrol_phone(request: HttpRequest, number: int) -> HttpResponseBase:
    """Enrol a phone and show its key, this once: no page and no table holds it afterwards."""
    person = person_of(request)
    team = _seen(person, number)
    name = _line(request, "phone", LONGEST_NAME)
    expires, problems = _expiry(request.POST.get("expires", "").strip())
    if not name:
        problems.append(problem("field_missing", "phone"))
    elif team.devices.filter(name=name, revoked=None).exists():
        problems.append(problem("phone_name_taken", "phone", value=name))
    if problems:
        return render(request, "desk/team.html", _team_context(request, team, problems))
    device, key = enrol(team, name, expires, person)
    return render(request, "desk/enrol.html", _enrolment(request, device, key))


def _enrolment(request: HttpRequest, device: Device, key: str) -> dict[str, object]:
    """Return what the phone needs: two pictures, the addresses in them, and a warning where no phone can reach us."""
    programme = programme_row()
    server_url = request.build_absolute_uri(f"/field/{key}")
    page_url = request.build_absolute_uri("/field/page") + f"#{key}"
    host = request.get_host().rpartition(":")[0] or request.get_host()
    settings = settings_of(server_url, programme.name if programme else "Torpaq")
    return {
        "device": device,
        "team": device.team,
        "collect_picture": picture_of(settings_code(settings)),
        "page_picture": picture_of(page_url),
        "server_url": server_url,
        "page_url": page_url,
        "basic_url": request.build_absolute_uri("/field/openrosa"),
        "key": key,
        "minutes": int(FIRST_CONTACT_WITHIN.total_seconds() // 60),
        "problems": [problem("address_of_this_machine", "address", host=host)] if host in LOOPBACK else [],
    }


@require_POST
@needs(Right.ENROL)
def revoke_phone(request: HttpRequest, number: int, device: int) -> HttpResponseBase:
    """Refuse a phone from now on."""
    person = person_of(request)
    team = _seen(person, number)
    revoke(get_object_or_404(team.devices, pk=device), person)
    return redirect("team", number=number)


def _seen(person: Account, number: int) -> Team:
    """Return a team that this person may manage; for everyone else there is none."""
    return get_object_or_404(teams_seen_by(person), pk=number)


def _line(request: HttpRequest, name: str, longest: int) -> str:
    return " ".join(request.POST.get(name, "").replace("\x00", "").split())[:longest]


def _expiry(text: str) -> tuple[datetime | None, list[Problem]]:
    """Return the end of the last day of access; none was asked for where the text is empty."""
    if not text:
        return None, []
    try:
        day = datetime.fromisoformat(text).date()
    except ValueError:
        return None, [problem("date_wrong", "expires", value=text[:40])]
    if day <= timezone.localdate():
        return None, [problem("expiry_not_ahead", "expires", date=day.isoformat())]
    return timezone.make_aware(datetime.combine(day, time.max)), []


def _tell(request: HttpRequest, problems: list[Problem]) -> None:
    for one in problems:
        level = messages.ERROR if one.severity is Severity.ERROR else messages.WARNING
        messages.add_message(request, level, sentence(one))
