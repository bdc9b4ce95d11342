"""The rows of the database as the values that the rules of standing ask for."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from django.db.models import Max

from torpaq.operations.standing.scope import Work, is_under, works_of
from torpaq.operations.standing.values import Accreditation as Paper
from torpaq.operations.standing.values import Certificate as Examined
from torpaq.operations.standing.values import Member
from torpaq.operations.standing.values import Team as People
from torpaq.standard.country import load_country
from torpaq.standard.parameters import parameters_of
from torpaq.web.models import Accreditation, Certificate, Organisation, StateMove, Team, TeamMember, WorkDay
from torpaq.web.tile_store import country_code

SUBJECT = "accreditation"


def idle_days() -> int:
    """Return after how many days without work an accreditation is idle in this country."""
    return int(parameters_of(country_code())["accreditation_idle_days"].value)


def unit_parents(unit: str) -> tuple[str, ...]:
    """Return the parents of a unit in the country's gazetteer; none of a code that it lacks."""
    country = load_country(country_code())
    return country.ancestors(unit) if unit in country.units else ()


def works(activity: str, methods: Sequence[str], unit: str) -> list[Work]:
    """Return the pieces of work of a task in this country."""
    return works_of(activity, methods, unit, unit_parents(unit))


def papers_of(organisation: Organisation) -> list[Paper]:
    """Return all that an organisation holds, with its suspensions and its last days of work."""
    return papers(organisation.accreditations.select_related("organisation"))


def papers(rows: Iterable[Accreditation]) -> list[Paper]:
    """Return accreditations as values; two queries for any number of them."""
    kept = list(rows)
    suspensions = {
        move.name: move
        for move in StateMove.objects.filter(
            subject=SUBJECT, target="suspended", name__in=[row.code for row in kept if row.state == "suspended"]
        ).order_by("pk")
    }
    worked = _last_days({row.organisation_id for row in kept})
    return [_paper(row, suspensions.get(row.code), worked.get(row.organisation_id, [])) for row in kept]


def people_of(team: Team) -> People:
    """Return a team as a value; a member is there while the team and the organisation both have the person."""
    rows = team.members.select_related("person").prefetch_related("person__certificates")
    return People(team.code, tuple(_member(row) for row in rows))


def examined(row: Certificate) -> Examined:
    """Return a certificate as a value."""
    return Examined(row.kind, row.issued_on, row.valid_to, row.withdrawn_on)


def _last_days(organisations: set[int]) -> Mapping[int, list[tuple[Work, date]]]:
    rows = (
        WorkDay.objects.filter(organisation__in=organisations)
        .order_by()
        .values_list("organisation", "activity", "method", "unit")
        .annotate(Max("on"))
    )
    found: dict[int, list[tuple[Work, date]]] = {}
    for organisation, activity, method, unit, on in rows:
        found.setdefault(organisation, []).append((Work(activity, method, unit, unit_parents(unit)), on))
    return found


def _paper(row: Accreditation, suspension: StateMove | None, worked: list[tuple[Work, date]]) -> Paper:
    days = [on for work, on in worked if _was_under(row, work)]
    return Paper(
        code=row.code,
        organisation=row.organisation.code,
        kind=row.kind,
        activity=row.activity,
        method=row.method,
        units=tuple(row.units),
        state=row.state,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        conditions=row.conditions,
        suspended_on=suspension.on if suspension else None,
        reason=suspension.reason if suspension else "",
        last_work_on=max(days, default=None),
    )


def _was_under(row: Accreditation, work: Work) -> bool:
    """Say whether work that was done touches an accreditation's scope; work of an unknown method or unit does."""
    return (
        (not row.activity or is_under("activity", work.activity, row.activity))
        and (not row.method or not work.method or is_under("operational_method", work.method, row.method))
        and (not row.units or not work.unit or bool({work.unit, *work.parents} & set(row.units)))
    )


def people_of_teams(teams: Iterable[int]) -> dict[int, People]:
    """Return teams as values by their keys; three queries for any number of them."""
    rows = Team.objects.filter(pk__in=list(teams)).prefetch_related("members__person__certificates")
    return {row.pk: People(row.code, tuple(_member(one) for one in row.members.all())) for row in rows}


def _member(row: TeamMember) -> Member:
    person = row.person
    ends = [day for day in (row.until, person.until) if day is not None]
    begins = [day for day in (row.since, person.since) if day is not None]
    certificates = tuple(examined(one) for one in person.certificates.all())
    return Member(person.code, row.function, person.sex, max(begins), min(ends, default=None), certificates)
