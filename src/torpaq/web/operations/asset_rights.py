"""Who keeps assets and explosives: an operator its own, the Authority all; inspectors add tests, donors see none."""

from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet

from torpaq.standard.problems import Problem, problem
from torpaq.web.accounts import Right, may
from torpaq.web.models import Account, Asset, Organisation, OrganisationKind


def may_see_assets(person: Account | AnonymousUser) -> bool:
    """Say whether assets are this person's business: an operator, the Authority, an inspector; no donor."""
    return any(may(person, right) for right in (Right.WORK_OWN, Right.WORK_ANY, Right.INSPECT, Right.SIGN))


def assets_seen_by(person: Account | AnonymousUser) -> QuerySet[Asset]:
    """Return the assets a person may see: an operator its own, the Authority and inspectors all, a donor none."""
    assets = Asset.objects.select_related("organisation", "team")
    if any(may(person, right) for right in (Right.WORK_ANY, Right.INSPECT, Right.SIGN)):
        return assets
    if may(person, Right.WORK_OWN):
        return assets.filter(organisation_id=own_key(person))
    return assets.none()


def may_keep(person: Account | AnonymousUser, organisation: Organisation) -> bool:
    """Say whether a person may change an organisation's assets."""
    if may(person, Right.WORK_ANY):
        return True
    return may(person, Right.WORK_OWN) and own_key(person) == organisation.pk


def may_test(person: Account | AnonymousUser, organisation: Organisation) -> bool:
    """Say whether a person may add a test certificate: whoever keeps the assets, and an inspector."""
    return may_keep(person, organisation) or may(person, Right.INSPECT)


def organisations_with_assets(person: Account | AnonymousUser) -> QuerySet[Organisation]:
    """Return the organisations whose assets a person may change."""
    working = Organisation.objects.exclude(kind=OrganisationKind.DONOR).order_by("code")
    if may(person, Right.WORK_ANY):
        return working
    return working.filter(pk=own_key(person)) if may(person, Right.WORK_OWN) else working.none()


def own_key(person: Account | AnonymousUser) -> int:
    """Return the key of a person's organisation; 0, which no organisation has, where there is none."""
    return (person.organisation_id or 0) if isinstance(person, Account) else 0


def refused(person: Account, right: Right) -> list[Problem]:
    """Return the problem that a person lacks a right."""
    return [problem("right_missing", person.get_username(), right=right.value)]


def asset_subject(asset: Asset) -> str:
    """Return how the audit names an asset."""
    return f"asset {asset.code}"
