"""What every test may rely on: the database tests are marked for both engines, and a ledger that may be committed."""

import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings
from pytest_django.plugin import DjangoDbBlocker

QUICK_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
DATABASE_FIXTURES = {"db", "transactional_db", "committed_ledger", "client", "live_server"}


def pytest_configure() -> None:
    """Hash the cast's passwords quickly, and judge no law by its time: a busy machine breaks none.

    A slow hash is for the passwords of people, and one test holds the desk to it.
    """
    settings.register_profile("laws", deadline=None, suppress_health_check=[HealthCheck.too_slow])
    settings.load_profile("laws")
    if "DJANGO_SETTINGS_MODULE" in os.environ:
        from django.conf import settings as of_django

        of_django.PASSWORD_HASHERS = QUICK_HASHERS


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test that touches the database ``both_engines``: it runs again on PostgreSQL with PostGIS."""
    for item in items:
        if DATABASE_FIXTURES & set(getattr(item, "fixturenames", ())) or item.get_closest_marker("django_db"):
            item.add_marker(pytest.mark.both_engines)


@pytest.fixture(scope="module")
def written_once(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Rows that all tests of a module read: each test's own changes are taken back after it, these after the last."""
    from django.db import transaction

    with django_db_blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture
def committed_ledger(transactional_db: None) -> Iterator[None]:
    """A ledger whose transactions are really committed. The guards refuse its removal, so they are lifted for that."""
    from django.db import connection

    yield
    table = "torpaq_web_ledgerentry"
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"DROP TRIGGER {table}_no_change ON {table}; DROP TRIGGER {table}_no_truncate ON {table}")
        else:
            cursor.execute(f"DROP TRIGGER {table}_no_delete")
            cursor.execute(f"DELETE FROM {table}_rtree")
