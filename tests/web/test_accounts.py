"""Signing in: guessing is slowed down, a person's own sign-in is not, and each role has its rights and no more."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory
from django.utils import timezone
from django.utils.translation import override

from torpaq.web.accounts import (
    ATTEMPTS_A_NAME,
    ATTEMPTS_AN_ADDRESS,
    DEMONSTRATION_PASSWORD,
    RIGHTS,
    Right,
    SignInForm,
    create_demonstration_accounts,
    lacks_right,
    may,
    proposals_seen_by,
)
from torpaq.web.models import Account, Organisation, Role, SignInAttempt
from web.stories import Cast


def sign_in(username: str, password: str, address: str = "10.0.0.1") -> list[str]:
    """Fill in the form; return the codes of what it says against it."""
    request = RequestFactory().post("/sign-in", REMOTE_ADDR=address)
    form = SignInForm(request, {"username": username, "password": password})
    form.is_valid()
    return [error.code for error in form.errors.as_data().get("__all__", [])]


@pytest.mark.django_db
def test_after_five_wrong_guesses_even_the_right_password_waits(cast: Cast) -> None:
    assert sign_in("officer", DEMONSTRATION_PASSWORD) == []
    for _ in range(ATTEMPTS_A_NAME):
        assert sign_in("officer", "guess") == ["invalid_login"]
    assert sign_in("officer", DEMONSTRATION_PASSWORD) == ["too_many_sign_ins"]
    assert sign_in("officer", DEMONSTRATION_PASSWORD, "10.0.0.2") == []  # her own desk is not locked by a stranger's
    assert sign_in("donor", DEMONSTRATION_PASSWORD) == []
    SignInAttempt.objects.update(at=timezone.now() - timedelta(minutes=11))
    assert sign_in("officer", DEMONSTRATION_PASSWORD) == []
    assert not SignInAttempt.objects.exists()


@pytest.mark.django_db
def test_one_address_may_not_try_every_name(cast: Cast) -> None:
    for number in range(ATTEMPTS_AN_ADDRESS):
        sign_in(f"name-{number}", "guess")
    assert sign_in("donor", DEMONSTRATION_PASSWORD) == ["too_many_sign_ins"]


@pytest.mark.django_db
def test_the_wait_is_explained_in_the_persons_language(cast: Cast) -> None:
    for _ in range(ATTEMPTS_A_NAME):
        sign_in("donor", "guess")
    form = SignInForm(RequestFactory().post("/", REMOTE_ADDR="10.0.0.1"), {"username": "donor", "password": "x"})
    with override("az"):
        assert not form.is_valid()
        assert "uğursuz cəhd" in str(form.errors)


def test_every_role_has_its_rights_listed() -> None:
    assert set(RIGHTS) == set(Role)
    assert [role.value for role in Role if Right.SIGN in RIGHTS[role]] == ["approver"]
    assert not any(
        {Right.SIGN} & rights and {Right.PROPOSE_ANY, Right.PROPOSE_OWN} & rights for rights in RIGHTS.values()
    )


@pytest.mark.django_db
def test_the_public_and_people_without_an_organisation_may_do_nothing(cast: Cast) -> None:
    stray = Account.objects.create_user("stray", role=Role.APPROVER)
    for person in (AnonymousUser(), stray):
        assert not any(may(person, right) for right in Right)
        assert not proposals_seen_by(AnonymousUser()).exists()
    assert lacks_right(stray, Right.SIGN).sentence("en").startswith("stray: This needs the right")


@pytest.mark.django_db
def test_the_cast_is_created_once_and_named_in_three_languages(cast: Cast) -> None:
    shown = create_demonstration_accounts()
    assert [name for name, _, _ in shown] == list(Account.objects.order_by("pk").values_list("username", flat=True))
    names = {Organisation.objects.get(code="OP-A").name(language) for language in ("az", "en", "ru", "xx")}
    assert names == {"Operator A (nümayiş)", "Operator A (demonstration)", "Оператор А (демонстрация)"}
