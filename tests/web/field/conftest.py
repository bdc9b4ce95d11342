"""The programme as the field meets it: two operators, each with a team and a phone."""

from collections.abc import Iterator

import pytest
from django.test import override_settings

from web.field.story import Phone, enrolled, open_programme
from web.stories import Cast


@pytest.fixture(autouse=True)
def quick_passwords() -> Iterator[None]:
    """Hash the cast's passwords quickly: how well they are hashed is another story."""
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield


@pytest.fixture
def phone(cast: Cast) -> Phone:
    open_programme()
    return enrolled(cast.operator_a, areas=["HA-17"])


@pytest.fixture
def other_phone(phone: Phone, cast: Cast) -> Phone:
    return enrolled(cast.operator_b, name="Phone 9", areas=["HA/18"])
