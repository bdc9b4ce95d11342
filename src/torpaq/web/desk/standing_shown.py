"""Papers, people and teams as the pages show them on a day."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q

from torpaq.operations.standing.team import team_mix
from torpaq.operations.standing.values import Mix, mix_of
from torpaq.standard.problems import Problem
from torpaq.web.models import Accreditation, Certificate, NonConformity, Organisation, Person, Team, TeamMember
from torpaq.web.operations.standing_values import examined, papers, people_of

GOOD, WAITING, BAD = "state-accepted", "state-submitted", "state-returned"
COLOURS = {
    "granted": GOOD, "provisional": WAITING, "applied": WAITING, "desk_assessment": WAITING,
    "suspended": BAD, "withdrawn": BAD, "expired": BAD,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ShownPaper:
    """An accreditation with its state on the day and the class that colours it."""

    row: Accreditation
    state: str
    colour: str
    days_left: int | None


@dataclass(frozen=True, slots=True)
class ShownCertificate:
    """A certificate with what it is worth on the day: ``valid``, ``ended``, ``withdrawn`` or ``not_yet``."""

    row: Certificate
    state: str
    colour: str


@dataclass(frozen=True, slots=True)
class ShownTeam:
    """A team with who is in it on the day."""

    team: Team
    mix: Mix


def shown_papers(rows: Iterable[Accreditation], on: date) -> list[ShownPaper]:
    """Return accreditations as they stand on a day."""
    kept = list(rows)
    shown = []
    for row, paper in zip(kept, papers(kept), strict=True):
        state = paper.state_on(on)
        is_live = state in {"granted", "provisional", "suspended"} and paper.valid_to is not None
        left = (paper.valid_to - on).days if is_live and paper.valid_to else None
        shown.append(ShownPaper(row, state, COLOURS.get(state, ""), left))
    return shown


def shown_certificates(rows: Iterable[Certificate], on: date) -> list[ShownCertificate]:
    """Return certificates as they count on a day."""
    return [ShownCertificate(row, *_worth(row, on)) for row in rows]


def _worth(row: Certificate, on: date) -> tuple[str, str]:
    if examined(row).is_valid(on):
        return "valid", GOOD
    if row.withdrawn_on is not None and row.withdrawn_on <= on:
        return "withdrawn", BAD
    return ("not_yet", WAITING) if on < row.issued_on else ("ended", BAD)


def shown_teams(teams: Iterable[Team], on: date) -> list[ShownTeam]:
    """Return teams with who is in them on a day."""
    return [ShownTeam(team, team_mix(people_of(team), on)) for team in teams]


def mix_by_organisation(on: date) -> dict[int, Mix]:
    """Count the people of every organisation on a day, names unread."""
    there = (Q(since=None) | Q(since__lte=on)) & (Q(until=None) | Q(until__gte=on))
    people: dict[int, list[tuple[str, str]]] = {}
    for organisation, number, sex in Person.objects.filter(there).values_list("organisation", "pk", "sex"):
        people.setdefault(organisation, []).append((str(number), sex))
    return {organisation: mix_of(pairs) for organisation, pairs in people.items()}


def open_non_conformities() -> dict[int, int]:
    """Count the open non-conformities of every organisation."""
    rows = NonConformity.objects.exclude(state="closed").order_by().values_list("organisation").annotate(Count("pk"))
    return dict(rows)


def problems_by_subject(problems: Sequence[Problem]) -> list[tuple[str, list[Problem]]]:
    """Gather problems under what they speak of, in their order."""
    found: dict[str, list[Problem]] = {}
    for one in problems:
        found.setdefault(one.subject, []).append(one)
    return list(found.items())


def members_on(team: Team, on: date) -> list[tuple[TeamMember, list[ShownCertificate]]]:
    """Return who is in a team on a day or will be, with what each was examined in."""
    there = Q(until=None) | Q(until__gte=on)
    rows = team.members.filter(there).select_related("person").prefetch_related("person__certificates")
    return [
        (row, [one for one in shown_certificates(row.person.certificates.all(), on) if one.state == "valid"])
        for row in rows
    ]


@dataclass(frozen=True, slots=True)
class ShownOrganisation:
    """One line of the list of organisations."""

    row: Organisation
    papers: list[ShownPaper]
    mix: Mix
    teams: int
    open_non_conformities: int
