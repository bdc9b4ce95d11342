"""People, their certificates and teams, as kept by their organisation; and what ends soon."""

from datetime import date

from django.db import transaction
from django.db.models import Q

from torpaq.operations.standing.alerts import Alert, Ending, alerts
from torpaq.standard.codes import code_list
from torpaq.standard.parameters import parameters_of
from torpaq.standard.problems import Problem, problem
from torpaq.web.accounts import note
from torpaq.web.models import Account, Certificate, Organisation, Person, Team, TeamMember
from torpaq.web.operations.standing_seen import accreditations_seen_by, keeper_problems, oversees, people_seen_by
from torpaq.web.tile_store import country_code


def person_subject(whom: Person) -> str:
    """Return what the audit calls somebody who works for an organisation."""
    return f"person {whom.pk}"


def add_person(
    person: Account, organisation: Organisation, code: str, name: str, sex: str, since: date | None = None
) -> tuple[Person | None, list[Problem]]:
    """Enter somebody who works for an organisation; ``code`` is theirs there, for instance a staff number."""
    code, name = code.strip(), name.strip()
    problems = keeper_problems(person, organisation)
    problems += [problem("field_missing", field) for field, text in (("code", code), ("name", name)) if not text]
    if any(letter.isspace() or letter in ";/" for letter in code):
        problems.append(problem("word_has_blank", "code", value=code))
    problems += _unknown("sex", "sex", sex)
    with transaction.atomic():
        if organisation.people.filter(code=code).exists():
            problems.append(problem("person_code_taken", "code", value=code))
        if problems:
            return None, problems
        whom = Person.objects.create(organisation=organisation, code=code, name=name, sex=sex, since=since)
        note(person, "person_added", person_subject(whom), organisation=organisation.code, code=code)
    return whom, []


def leave_organisation(person: Account, whom: Person, on: date) -> list[Problem]:
    """Enter a person's last day with their organisation; it is then their last in its teams too."""
    problems = keeper_problems(person, whom.organisation)
    if whom.since and on < whom.since:
        problems.append(problem("person_days_wrong", whom.code, since=whom.since.isoformat(), until=on.isoformat()))
    if problems:
        return problems
    with transaction.atomic():
        whom.until = on
        whom.save(update_fields=["until"])
        for member in whom.memberships.filter(Q(until=None) | Q(until__gt=on)):
            member.until = max(on, member.since)
            member.save(update_fields=["until"])
        note(person, "person_left", person_subject(whom), on=on.isoformat())
    return []


def add_certificate(
    person: Account,
    whom: Person,
    kind: str,
    issued_on: date,
    valid_to: date | None = None,
    number: str = "",
    issuer: str = "",
) -> tuple[Certificate | None, list[Problem]]:
    """Enter what a person was examined in, from ``issued_on`` to ``valid_to`` (None: without end)."""
    problems = keeper_problems(person, whom.organisation) + _unknown("kind", "certificate_kind", kind)
    if valid_to and valid_to < issued_on:
        since, until = issued_on.isoformat(), valid_to.isoformat()
        problems.append(problem("person_days_wrong", whom.code, since=since, until=until))
    if problems:
        return None, problems
    with transaction.atomic():
        row = Certificate.objects.create(
            person=whom,
            kind=kind,
            issued_on=issued_on,
            valid_to=valid_to,
            number=number.strip()[:64],
            issuer=issuer.strip()[:200],
        )
        note(person, "certificate_added", person_subject(whom), kind=kind, number=row.number)
    return row, []


def withdraw_certificate(person: Account, certificate: Certificate, on: date, reason: str) -> list[Problem]:
    """Withdraw a certificate from a day on, for a reason; its keeper or the Authority's people may."""
    whom = certificate.person
    problems = [] if oversees(person) else keeper_problems(person, whom.organisation)
    if not reason.strip():
        problems.append(problem("accreditation_reason_missing", whom.code))
    if certificate.withdrawn_on:
        problems.append(problem("certificate_gone", whom.code, since=certificate.withdrawn_on.isoformat()))
    if problems:
        return problems
    with transaction.atomic():
        certificate.withdrawn_on = on
        certificate.save(update_fields=["withdrawn_on"])
        detail = {"kind": certificate.kind, "on": on.isoformat(), "reason": reason.strip()}
        note(person, "certificate_withdrawn", person_subject(whom), **detail)
    return []


def join_team(
    person: Account, team: Team, whom: Person, function: str, since: date
) -> tuple[TeamMember | None, list[Problem]]:
    """Put a person into a team as what they do there (the list ``demining_function``), from a day on.

    Nobody is in two teams on one day, nor twice in one team as the same.
    """
    problems = keeper_problems(person, team.organisation) + _unknown("function", "demining_function", function)
    if whom.organisation_id != team.organisation_id:
        problems.append(problem("person_of_other_organisation", whom.code, team=team.code))
    if (whom.until and since > whom.until) or (whom.since and since < whom.since):
        first, last = (day.isoformat() if day else "–" for day in (whom.since, whom.until))
        problems.append(problem("person_not_there", whom.code, on=since.isoformat(), since=first, until=last))
    with transaction.atomic():
        Person.objects.select_for_update().get(pk=whom.pk)
        overlapping = whom.memberships.filter(Q(until=None) | Q(until__gte=since)).select_related("team")
        for other in overlapping:
            if other.team_id != team.pk or other.function == function:
                problems.append(problem("person_in_team", whom.code, team=other.team.code, function=other.function))
        if problems:
            return None, problems
        member = TeamMember.objects.create(team=team, person=whom, function=function, since=since)
        note(person, "team_joined", f"team {team.pk}", whom=whom.code, function=function)
    return member, []


def leave_team(person: Account, member: TeamMember, on: date) -> list[Problem]:
    """Enter a member's last day in a team."""
    problems = keeper_problems(person, member.team.organisation)
    if on < member.since:
        since, until = member.since.isoformat(), on.isoformat()
        problems.append(problem("person_days_wrong", member.person.code, since=since, until=until))
    if problems:
        return problems
    with transaction.atomic():
        member.until = on
        member.save(update_fields=["until"])
        note(person, "team_left", f"team {member.team_id}", whom=member.person.code, on=on.isoformat())
    return []


def alerts_for(person: Account, on: date) -> list[Alert]:
    """Return the accreditations and certificates a person sees that have ended or end soon, the most urgent first.

    What was withdrawn, or belongs to somebody who left, is nobody's worry any more.
    """
    bands = [int(days) for days in parameters_of(country_code())["accreditation_alerts_days"].values]
    rows = accreditations_seen_by(person).exclude(state="withdrawn").exclude(valid_to=None)
    endings = [
        Ending(
            "accreditation",
            (row.organisation.code, row.kind, row.activity, row.method, *sorted(row.units)),
            row.code,
            row.organisation.code,
            row.valid_to,
            row.pk,
        )
        for row in rows
        if row.valid_to
    ]
    there = Q(person__until=None) | Q(person__until__gte=on)
    certificates = Certificate.objects.filter(there, person__in=people_seen_by(person), withdrawn_on=None)
    endings += [
        Ending(
            "certificate",
            (one.person.organisation.code, one.person.code, one.kind),
            one.person.code,
            one.person.organisation.code,
            one.valid_to or date.max,
            one.pk,
        )
        for one in certificates.select_related("person__organisation")
    ]
    return alerts(endings, on, bands)


def _unknown(field: str, name: str, code: str) -> list[Problem]:
    return (
        []
        if code in code_list(name)
        else [problem("accreditation_code_unknown", field, field=field, value=code or "–")]
    )
