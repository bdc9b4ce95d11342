"""People and what they may do: one role a person, a few named rights a role, and a sign-in that slows guessing down."""

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType

from django import forms
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import get_language

from torpaq.standard.problems import LANGUAGES, Problem, catalogue, problem
from torpaq.web.models import (
    Account,
    Audit,
    Organisation,
    OrganisationKind,
    Proposal,
    ProposalState,
    Role,
    SignInAttempt,
)

ATTEMPTS_A_NAME = 5
ATTEMPTS_AN_ADDRESS = 30
ATTEMPTS_KEPT = timedelta(minutes=10)
DEMONSTRATION_PASSWORD = "torpaq-demo-2026"


class Right(StrEnum):
    """What may be asked of the desk; the Public, who has not signed in, has none of these."""

    SEE_LAND = "see_land"
    PROPOSE_OWN = "propose_own"
    PROPOSE_ANY = "propose_any"
    SIGN = "sign"
    IMPORT = "import"
    RECORD_OWN = "record_own"
    RECORD_ANY = "record_any"
    REVIEW = "review"
    SEE_IDENTITIES = "see_identities"
    ENROL = "enrol"
    MANAGE_ACCOUNTS = "manage_accounts"
    WORK_OWN = "work_own"
    WORK_ANY = "work_any"
    INSPECT = "inspect"
    SEE_RISK = "see_risk"
    EVIDENCE = "evidence"


RIGHTS: Mapping[str, frozenset[Right]] = MappingProxyType(
    {
        Role.VIEWER: frozenset({Right.SEE_LAND}),
        Role.OPERATOR: frozenset(
            {
                Right.SEE_LAND,
                Right.PROPOSE_OWN,
                Right.RECORD_OWN,
                Right.IMPORT,
                Right.ENROL,
                Right.WORK_OWN,
                Right.SEE_RISK,
            }
        ),
        Role.IM_OFFICER: frozenset(
            {
                Right.SEE_LAND,
                Right.PROPOSE_ANY,
                Right.IMPORT,
                Right.RECORD_OWN,
                Right.RECORD_ANY,
                Right.REVIEW,
                Right.SEE_IDENTITIES,
                Right.ENROL,
                Right.WORK_ANY,
                Right.SEE_RISK,
                Right.EVIDENCE,
            }
        ),
        Role.INSPECTOR: frozenset({Right.SEE_LAND, Right.RECORD_OWN, Right.INSPECT, Right.SEE_RISK}),
        Role.APPROVER: frozenset({Right.SEE_LAND, Right.SIGN, Right.REVIEW, Right.SEE_RISK, Right.EVIDENCE}),
        Role.ADMIN: frozenset({Right.SEE_LAND, Right.MANAGE_ACCOUNTS}),
    }
)


def may(person: Account | AnonymousUser, right: Right) -> bool:
    """Say whether a person has a right. Whoever has not signed in, or has no organisation, has none."""
    if not isinstance(person, Account) or not person.is_active or person.organisation is None:
        return False
    return right in RIGHTS[person.role]


def may_propose_for(person: Account | AnonymousUser, operator: str) -> bool:
    """Say whether a person may propose an entry of this operator (an empty text: of nobody in particular)."""
    if may(person, Right.PROPOSE_ANY):
        return True
    if not isinstance(person, Account) or person.organisation is None:
        return False
    return may(person, Right.PROPOSE_OWN) and operator == person.organisation.code


def proposals_seen_by(person: Account | AnonymousUser) -> QuerySet[Proposal]:
    """Return the proposals a person may see.

    Everyone who may propose sees those of their own organisation. The Authority's signers and information officers
    also see what others have submitted, never what they are still drafting. Others see none.
    """
    if not isinstance(person, Account) or not RIGHTS[person.role] & {Right.PROPOSE_OWN, Right.PROPOSE_ANY, Right.SIGN}:
        return Proposal.objects.none()
    own = Q(organisation_id=person.organisation_id)
    sent = Q() if may(person, Right.SIGN) or may(person, Right.PROPOSE_ANY) else own
    hidden = Q(state__in=[ProposalState.DRAFTED, ProposalState.WITHDRAWN]) & ~own
    return Proposal.objects.filter(sent).exclude(hidden).select_related("author", "organisation", "signer")


def note(person: Account | None, action: str, subject: str, **detail: object) -> None:
    """Write one line of the audit: who did or saw what."""
    Audit.objects.create(account=person, action=action, subject=subject[:200], detail=detail)


class SignInForm(AuthenticationForm):
    """Django's sign-in form that stops answering after too many failures for one name or from one address."""

    def clean(self) -> dict[str, object]:
        """Check the throttle, then name and password; a failure is counted."""
        username = str(self.cleaned_data.get("username") or "")[:150]
        address = str(self.request.META.get("REMOTE_ADDR", ""))[:64] if self.request else ""
        if is_throttled(username, address):
            raise forms.ValidationError(sentence("too_many_sign_ins"), code="too_many_sign_ins")
        try:
            cleaned: dict[str, object] = super().clean()
        except forms.ValidationError:
            SignInAttempt.objects.create(username=username, address=address)
            raise
        SignInAttempt.objects.filter(username=username, address=address).delete()
        return cleaned


def is_throttled(username: str, address: str) -> bool:
    """Say whether too many sign-ins failed lately for this name or from this address; old failures are forgotten."""
    since = timezone.now() - ATTEMPTS_KEPT
    SignInAttempt.objects.filter(at__lt=since).delete()
    attempts = SignInAttempt.objects.filter(at__gte=since)
    by_name = attempts.filter(username=username, address=address).count()
    return by_name >= ATTEMPTS_A_NAME or attempts.filter(address=address).count() >= ATTEMPTS_AN_ADDRESS


def sentence(code: str) -> str:
    """Return a catalogued sentence without parameters in the language of the request."""
    language = (get_language() or "en")[:2]
    return catalogue()[code].sentences[language if language in LANGUAGES else "en"]


DEMONSTRATION_ORGANISATIONS = (
    (OrganisationKind.AUTHORITY, "AUTHORITY", "Səlahiyyətli qurum (nümayiş)", "The Authority (demonstration)",
     "Уполномоченный орган (демонстрация)"),
    (OrganisationKind.OPERATOR, "OP-A", "Operator A (nümayiş)", "Operator A (demonstration)",
     "Оператор А (демонстрация)"),
    (OrganisationKind.OPERATOR, "OP-B", "Operator B (nümayiş)", "Operator B (demonstration)",
     "Оператор Б (демонстрация)"),
    (OrganisationKind.DONOR, "DONOR", "Donor (nümayiş)", "The Donor (demonstration)", "Донор (демонстрация)"),
)  # fmt: skip
DEMONSTRATION_ACCOUNTS = (
    ("authority", "AUTHORITY", Role.APPROVER, "Aynur", "Rəhimova"),
    ("officer", "AUTHORITY", Role.IM_OFFICER, "Elçin", "Quliyev"),
    ("inspector", "AUTHORITY", Role.INSPECTOR, "Nərgiz", "Abbasova"),
    ("operator-a", "OP-A", Role.OPERATOR, "Leyla", "Həsənova"),
    ("operator-b", "OP-B", Role.OPERATOR, "Rəşad", "İsmayılov"),
    ("donor", "DONOR", Role.VIEWER, "Maria", "Keller"),
)


def create_demonstration_accounts() -> list[tuple[str, str, str]]:
    """Create the cast of a synthetic programme; return (user name, password, role) to be shown to whoever runs it.

    The caller makes sure that the programme is synthetic: these passwords are public.
    """
    for kind, code, name_az, name_en, name_ru in DEMONSTRATION_ORGANISATIONS:
        names = {"kind": kind, "name_az": name_az, "name_en": name_en, "name_ru": name_ru}
        Organisation.objects.update_or_create(code=code, defaults=names)
    for username, organisation, role, first_name, last_name in DEMONSTRATION_ACCOUNTS:
        if Account.objects.filter(username=username).exists():
            continue
        Account.objects.create_user(
            username,
            password=DEMONSTRATION_PASSWORD,
            organisation=Organisation.objects.get(code=organisation),
            role=role,
            first_name=first_name,
            last_name=last_name,
        )
    return [(username, DEMONSTRATION_PASSWORD, role.value) for username, _, role, _, _ in DEMONSTRATION_ACCOUNTS]


def lacks_right(person: Account | AnonymousUser, right: Right) -> Problem | None:
    """Return the problem that a person lacks a right, or None."""
    name = person.get_username() or "–"
    return None if may(person, right) else problem("right_missing", name, right=right.value)
