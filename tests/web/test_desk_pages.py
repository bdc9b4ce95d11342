"""Every screen opens in three languages, for those who may see it and for nobody else."""

import re
from collections.abc import Iterator

import pytest
from django.test import Client, override_settings
from django.utils import translation

from web.desk_stories import LABEL, open_desk
from web.stories import Cast

SCREENS = (
    "/",
    "/?unit=AZ-AGM&status=cha&on=2022-01-01&known=2022-06-01&text=agdam",
    "/?area=HA-17",
    "/area/HA-17",
    "/area/HA/18?on=2022-08-01",
    "/area/LEGACY-1",
    "/area/HA-17?on=1999-01-01",
    "/balance",
    "/balance?by=operator&since=2022-01-01&on=2023-12-31&contamination=mine",
    "/balance?by=method",
    "/balance?by=year",
    "/balance?unit=AZ-AGM&since=2023-01-01",
    "/balance?unit=AZ-BAK",
    "/balance/entries?figure=cleared&account=mine",
    "/spot",
    "/spot?place=40.0003+47.0008",
    "/spot?place=4409966+8649761",
    "/spot?place=nonsense",
    "/ledger",
    "/ledger?kind=clear&unit=AZ-AGM&operator=OP-A&text=CR",
    "/ledger/chain",
    "/ledger/chain?check=1",
    "/entry/R1",
    "/entry/A2",
    "/entry/L6",
    "/proposals",
    "/proposals/new",
    "/proposals/new?area=HA-17&kind=clear",
    "/teams",
    "/guide",
)
HEADINGS = {"az": "Balans", "en": "Balance", "ru": "Баланс"}


@pytest.fixture(autouse=True)
def quick_passwords() -> Iterator[None]:
    """Hash the cast's passwords quickly: how well they are hashed is another story."""
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield


@pytest.fixture
def desk(cast: Cast, client: Client) -> Client:
    open_desk()
    client.force_login(cast.officer)
    return client


def in_language(client: Client, language: str, address: str) -> str:
    client.cookies["django_language"] = language
    response = client.get(address)
    assert response.status_code == 200, (language, address)
    return response.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["az", "en", "ru"])
def test_every_screen_opens_and_says_that_the_programme_is_synthetic(desk: Client, language: str) -> None:
    with translation.override(language):
        label = translation.gettext(LABEL)
    for address in SCREENS:
        page = in_language(desk, language, address)
        assert f'<html lang="{language}">' in page and label in page, address
        assert len(re.findall(r"<h1[ >]", page)) == 1, address
        assert " style=" not in page and "<script>" not in page, address  # the content policy would refuse both
    assert HEADINGS[language] in in_language(desk, language, "/balance")


@pytest.mark.django_db
def test_the_language_is_changed_by_its_button_and_kept(desk: Client) -> None:
    response = desk.post("/language/setlang/", {"language": "az", "next": "/balance"})
    assert (response.status_code, response["Location"]) == (302, "/balance")
    assert "<h1>Balans" in desk.get("/balance").content.decode()


@pytest.mark.django_db
def test_the_public_is_asked_to_sign_in_everywhere(client: Client) -> None:
    open_desk()
    for address in (*SCREENS, "/areas.json", "/place.json?lon=47&lat=40", "/area-lines/HA-17", "/ledger.txt"):
        response = client.get(address)
        assert response.status_code == 302 and response["Location"].startswith("/sign-in?next="), address


@pytest.mark.django_db
def test_the_donor_sees_land_and_no_proposal(cast: Cast, client: Client) -> None:
    open_desk()
    client.force_login(cast.donor)
    assert client.get("/area/HA-17").status_code == 200
    assert [client.get(a).status_code for a in ("/proposals", "/proposals/new", "/proposals/1")] == [403, 403, 403]
    assert "/proposals" not in client.get("/").content.decode()


@pytest.mark.django_db
def test_demonstration_accounts_are_shown_in_a_synthetic_programme_alone(cast: Cast, client: Client) -> None:
    open_desk()
    assert "torpaq-demo-2026" in client.get("/sign-in").content.decode()
    from torpaq.web.models import Programme

    Programme.objects.update(is_synthetic=False)
    page = client.get("/sign-in").content.decode()
    assert "torpaq-demo-2026" not in page and LABEL not in page


@pytest.mark.django_db
def test_a_wrong_password_is_told_and_the_right_one_opens_the_desk(cast: Cast, client: Client) -> None:
    open_desk()
    wrong = client.post("/sign-in", {"username": "officer", "password": "guess"})
    assert wrong.status_code == 200 and 'role="alert"' in wrong.content.decode()
    right = client.post("/sign-in", {"username": "officer", "password": "torpaq-demo-2026"})
    assert (right.status_code, right["Location"]) == (302, "/")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "address",
    ["/area/NOBODY", "/area-card/NOBODY", "/area-lines/NOBODY", "/entry/NOBODY", "/proposals/99", "/nowhere",
     "/balance/entries?figure=everything", "/balance/entries", "/balance/entries?figure=cleared&account=bank"],
)  # fmt: skip
def test_what_is_not_there_is_said_in_one_sentence(desk: Client, address: str) -> None:
    response = desk.get(address)
    assert response.status_code == 404 and "page_not_found" in response.content.decode()


@pytest.mark.django_db
def test_bad_filters_are_named_and_the_page_still_answers(desk: Client) -> None:
    page = desk.get("/?on=yesterday&status=safe&since=2024-01-01&until=2023-01-01&page=many").content.decode()
    for code in ("date_wrong", "filter_unknown", "dates_reversed"):
        assert f'<code class="problem-code">{code}</code>' in page
    assert "HA-17" in page


@pytest.mark.django_db
def test_a_spot_says_what_it_is_since_when_and_by_which_entries(desk: Client) -> None:
    def spot(query: str) -> str:
        return desk.get(f"/spot?place=40.00004+47.00065{query}").content.decode()  # metres 55 east, 4 north

    today = spot("")
    assert "Cleared land" in today and "/entry/D1" in today and "/entry/C1" in today
    assert "No record: unknown, not safe" in today  # of the other class
    assert "Suspected hazardous area" in spot("&on=2021-12-31")
    nowhere = desk.get("/spot?place=40.5+47.5").content.decode()
    assert nowhere.count("No record: unknown, not safe") == 2
    asked = desk.get("/spot?place=4409966+8649761").content.decode()
    assert "Which of these is meant?" in asked and asked.count('href="/spot?place=') == 5


@pytest.mark.django_db
def test_an_areas_lines_and_the_ledger_are_taken_away_as_text_that_reads_back(desk: Client) -> None:
    from torpaq.land.text import parse_ledger

    response = desk.get("/area-lines/HA-17")
    assert response["Content-Disposition"] == 'attachment; filename="synthetic-HA-17.txt"'
    entries, problems = parse_ledger(response.content.decode())
    assert problems == [] and {e.id for e in entries} >= {"C1", "D1", "R1", "V1"}
    whole = desk.get("/ledger.txt").content.decode()
    assert whole.startswith(f"# {LABEL}") and "# seal 14 " in whole
    entries, problems = parse_ledger(whole)
    assert (len(entries), problems) == (14, [])
    part, problems = parse_ledger(desk.get("/ledger.txt?operator=OP-A").content.decode())
    assert ([e.operator for e in part], problems) == (["OP-A", "OP-A"], [])


@pytest.mark.django_db
def test_a_history_tells_who_decided_what_and_what_was_taken_back(desk: Client) -> None:
    page = desk.get("/area/HA-17").content.decode()
    assert re.search(r"taken back by.*?/entry/V1", page, re.S)
    assert "Director" in page and "NTS-131" in page and "CXL" in page
    before = desk.get("/area/HA-17?known=2023-12-31").content.decode()
    assert "/entry/V1" not in before and "/entry/R1" in before


@pytest.mark.django_db
def test_a_broken_chain_is_named_row_by_row(desk: Client) -> None:
    from django.db import connection

    assert "problem good" in desk.get("/ledger/chain?check=1").content.decode()
    table = "torpaq_web_ledgerentry"
    is_sqlite = connection.vendor == "sqlite"
    with connection.cursor() as cursor:  # somebody who owns the database lifts its guard first
        cursor.execute(f"DROP TRIGGER {table}_no_update" if is_sqlite else f"DROP TRIGGER {table}_no_change ON {table}")
        cursor.execute(f"UPDATE {table} SET line = 'other' WHERE entry_id = 'C1'")
    page = desk.get("/ledger/chain?check=1").content.decode()
    assert "ledger_row_changed" in page and "problem good" not in page
