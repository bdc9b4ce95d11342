"""Who may see and keep whose papers: an operator its own, the Authority's people all, the donor counts alone."""

from django.db.models import QuerySet

from torpaq.standard.problems import Problem, problem
from torpaq.web.accounts import Right, may
from torpaq.web.models import Account, Accreditation, Organisation, OrganisationKind, Person, Team

OVERSEERS = (Right.WORK_ANY, Right.INSPECT, Right.SIGN)
STANDING_READERS = (*OVERSEERS, Right.WORK_OWN)
"""The rights that open papers and people at all: everybody's, or those of one's own organisation."""


def oversees(person: Account) -> bool:
    """Say whether a person sees every organisation's people and papers: officers, inspectors and approvers."""
    return any(may(person, right) for right in OVERSEERS)


def sees_people(person: Account, organisation: Organisation) -> bool:
    """Say whether a person may see who works for an organisation."""
    own = person.organisation_id == organisation.pk
    return oversees(person) or (own and may(person, Right.WORK_OWN))


def keeps_people(person: Account, organisation: Organisation) -> bool:
    """Say whether a person may enter an organisation's people, certificates and applications."""
    own = person.organisation_id == organisation.pk
    return may(person, Right.WORK_ANY) or (own and may(person, Right.WORK_OWN))


def keeper_problems(person: Account, organisation: Organisation) -> list[Problem]:
    """Return the problem that a person may not enter what is this organisation's, or nothing."""
    if keeps_people(person, organisation):
        return []
    return [problem("standing_not_yours", organisation.code, right=Right.WORK_ANY.value)]


def organisations_seen_by(person: Account) -> QuerySet[Organisation]:
    """Return whose page a person may open: an operator its own, donors and the Authority's people every one."""
    rows = Organisation.objects.order_by("kind", "code")
    if person.organisation and may(person, Right.WORK_OWN) and not oversees(person):
        return rows.filter(pk=person.organisation.pk)
    return rows if may(person, Right.SEE_LAND) else rows.none()


def accreditations_seen_by(person: Account) -> QuerySet[Accreditation]:
    """Return the accreditations a person may see; the donor sees every organisation's."""
    return Accreditation.objects.filter(organisation__in=organisations_seen_by(person)).select_related("organisation")


def people_seen_by(person: Account) -> QuerySet[Person]:
    """Return the people whose names a person may see."""
    rows = Person.objects.select_related("organisation")
    if oversees(person):
        return rows
    return rows.filter(organisation=person.organisation_id) if may(person, Right.WORK_OWN) else rows.none()


def teams_with_people_seen_by(person: Account) -> QuerySet[Team]:
    """Return the teams whose members a person may see."""
    rows = Team.objects.select_related("organisation")
    if oversees(person):
        return rows
    return rows.filter(organisation=person.organisation_id) if may(person, Right.WORK_OWN) else rows.none()


def kind_of_type(code: str) -> OrganisationKind:
    """Return what an organisation is in the programme from its type in the list ``organisation_kind``."""
    if code in {"authority", "centre"}:
        return OrganisationKind.AUTHORITY
    return OrganisationKind.DONOR if code == "donor" else OrganisationKind.OPERATOR
