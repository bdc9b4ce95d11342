"""Teams and the slice of the land that their phones carry: the hazardous areas they work in, and nothing else."""

from collections.abc import Iterable, Sequence

from django.db import transaction
from django.db.models import Count, Q, QuerySet

from torpaq.standard.problems import Problem, problem
from torpaq.standard.text import fold_name
from torpaq.web.accounts import Right, may, note
from torpaq.web.field.keys import team_subject
from torpaq.web.models import Account, Device, HazardousArea, Organisation, OrganisationKind, Team

LARGEST_SLICE = 2000
IDS_TOLD = 20


def teams_seen_by(person: Account) -> QuerySet[Team]:
    """Return the teams a person may manage: all for the Authority's people, else those of their own organisation."""
    if not may(person, Right.ENROL) or person.organisation is None:
        return Team.objects.none()
    teams = Team.objects.select_related("organisation")
    if person.organisation.kind == OrganisationKind.AUTHORITY:
        return teams
    return teams.filter(organisation=person.organisation)


def organisations_with_teams(person: Account) -> QuerySet[Organisation]:
    """Return the organisations a person may make teams for: donors have none."""
    working = Organisation.objects.exclude(kind=OrganisationKind.DONOR).order_by("code")
    if not may(person, Right.ENROL) or person.organisation is None:
        return working.none()
    is_authority = person.organisation.kind == OrganisationKind.AUTHORITY
    return working if is_authority else working.filter(pk=person.organisation.pk)


def phones_of(team: Team) -> QuerySet[Device]:
    """Return a team's phones with ``sent``, how many submissions came from each; those in use first."""
    return team.devices.annotate(sent=Count("submissions")).order_by("revoked", "name")


def make_team(person: Account, organisation: Organisation, code: str, name: str) -> tuple[Team | None, list[Problem]]:
    """Make a team of an organisation that the person may make teams for."""
    problems = [problem("field_missing", field) for field, text in (("code", code), ("name", name)) if not text]
    if any(letter.isspace() or letter in ";/" for letter in code):
        problems.append(problem("word_has_blank", "code", value=code))
    with transaction.atomic():
        if Team.objects.filter(organisation=organisation, code=code).exists():
            problems.append(problem("team_code_taken", "code", value=code))
        if problems:
            return None, problems
        team = Team.objects.create(organisation=organisation, code=code, name=name)
        note(person, "team_made", team_subject(team), code=code, organisation=organisation.code)
    return team, []


def add_areas(person: Account, team: Team, areas: Iterable[str]) -> list[Problem]:
    """Give a team areas; ids that the ledger does not know are told and left out."""
    asked = list(dict.fromkeys(area.strip() for area in areas if area.strip()))
    known = set(HazardousArea.objects.filter(area__in=asked[: LARGEST_SLICE * 2]).values_list("area", flat=True))
    unknown = [area for area in asked if area not in known]
    told = ", ".join(unknown[:IDS_TOLD]) + (" …" if len(unknown) > IDS_TOLD else "")
    problems = [problem("areas_unknown", "areas", areas=told)] if unknown else []
    with transaction.atomic():
        kept = Team.objects.select_for_update().get(pk=team.pk)
        after = sorted({*kept.areas, *known})
        if len(after) > LARGEST_SLICE:
            return [*problems, problem("slice_too_large", "areas", count=len(after), limit=LARGEST_SLICE)]
        _write_areas(person, kept, after)
    return problems


def remove_areas(person: Account, team: Team, areas: Sequence[str]) -> None:
    """Take areas from a team; its phones drop them when they next ask."""
    with transaction.atomic():
        kept = Team.objects.select_for_update().get(pk=team.pk)
        _write_areas(person, kept, [area for area in kept.areas if area not in set(areas)])


def _write_areas(person: Account, team: Team, after: list[str]) -> None:
    before = set(team.areas)
    added, removed = sorted(set(after) - before), sorted(before - set(after))
    if added or removed:
        team.areas = after
        team.save(update_fields=["areas"])
        note(person, "team_areas_changed", team_subject(team), added=added, removed=removed)


def open_areas_of(unit: str) -> list[str]:
    """Return the ids of a district's areas on which something is still open."""
    still_open = Q(open_m2__gt=0) | Q(unlocated_m2__gt=0)
    return list(HazardousArea.objects.filter(still_open, unit=unit).values_list("area", flat=True))


def areas_found(text: str, most: int) -> list[HazardousArea]:
    """Return the first areas in whose id, operator or district every word of a text stands."""
    found = HazardousArea.objects.all()
    for word in fold_name(text).split():
        found = found.filter(search_key__contains=word)
    return list(found[:most])
