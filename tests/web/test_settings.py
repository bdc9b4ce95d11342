"""Settings that differ between programmes, and the two engines' names."""

from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client, RequestFactory

from torpaq.standard.problems import LANGUAGES
from torpaq.web import errors
from torpaq.web.cluster import main as cluster_main
from torpaq.web.database_url import database_settings

FOLDER = Path("/somewhere/programme")


def test_passwords_of_people_are_hashed_slowly_whatever_the_tests_do() -> None:
    from django.conf import global_settings

    from torpaq.web import settings as of_the_desk

    assert not hasattr(of_the_desk, "PASSWORD_HASHERS")
    assert "PBKDF2" in global_settings.PASSWORD_HASHERS[0]


def test_without_a_url_the_programme_is_one_sqlite_file_in_its_folder() -> None:
    chosen = database_settings("", FOLDER)
    assert chosen["NAME"] == FOLDER / "programme.sqlite3"
    assert chosen["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    assert "synchronous=FULL" in chosen["OPTIONS"]["init_command"]


def test_a_url_names_a_postgresql_database_over_the_network_or_a_socket() -> None:
    far = database_settings("postgresql://desk:p%40ss@db.example:5433/torpaq", FOLDER, "torpaq_app")
    assert [far[key] for key in ("NAME", "USER", "PASSWORD", "HOST", "PORT")] == [
        "torpaq",
        "desk",
        "p@ss",
        "db.example",
        "5433",
    ]
    assert far["OPTIONS"] == {"assume_role": "torpaq_app"}
    near = database_settings("postgresql://app@/torpaq?host=/run/pg", FOLDER)
    assert (near["HOST"], near["USER"], near["PORT"]) == ("/run/pg", "app", "")


@pytest.mark.parametrize("url", ["mysql://x/y", "postgresql://host", "programme.sqlite3"])
def test_any_other_url_is_refused_with_what_would_be_right(url: str) -> None:
    with pytest.raises(ValueError, match="postgresql://USER:PASSWORD@HOST:PORT/NAME"):
        database_settings(url, FOLDER)


def test_no_page_may_load_anything_from_a_foreign_host() -> None:
    response = Client().get("/alive")
    policy = response["Content-Security-Policy"]
    assert "http" not in policy and "unsafe" not in policy and "default-src 'self'" in policy
    assert response["Cache-Control"] == "private, no-store" and response["Referrer-Policy"] == "same-origin"
    assert settings.DEBUG is False and settings.SESSION_COOKIE_HTTPONLY


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_error_is_one_sentence_in_the_persons_language(language: str) -> None:
    from django.utils.translation import override

    request = RequestFactory().get("/")
    with override(language):
        pages = {code: errors.error_page(request, code) for code in errors.STATUS_OF_CODE}
        handlers = (errors.bad_request, errors.permission_denied, errors.page_not_found, errors.server_error)
        statuses = [handler(request).status_code for handler in handlers]
    assert {code: page.status_code for code, page in pages.items()} == errors.STATUS_OF_CODE
    assert all(f'lang="{language}"' in page.content.decode() for page in pages.values())
    assert [*statuses, errors.csrf_failure(request).status_code] == [400, 403, 404, 500, 403]


def test_a_private_cluster_asks_for_a_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert cluster_main([]) == 2
    assert "usage" in capsys.readouterr().err
