"""Forms at the desk: in every language, every version, and as files that open."""

import io
import json

import pytest
from django.test import Client
from openpyxl import load_workbook

from torpaq.standard.form import form_codes
from web.desk_stories import open_desk
from web.stories import Cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(cast: Cast) -> Client:
    open_desk()
    client = Client()
    client.force_login(cast.operator_a)
    return client


@pytest.mark.parametrize(("language", "word"), [("az", "Formalar"), ("en", "Forms"), ("ru", "Формы")])
def test_the_list_names_every_form(desk: Client, language: str, word: str) -> None:
    desk.cookies["django_language"] = language
    page = desk.get("/forms").content.decode()
    assert word in page
    assert all(f'href="/forms/{code}"' in page for code in form_codes())


@pytest.mark.parametrize("code", form_codes())
def test_every_form_has_its_page_and_its_files(desk: Client, code: str) -> None:
    page = desk.get(f"/forms/{code}").content.decode()
    assert "date_of_information" in page
    for kind in ("excel", "xlsform"):
        assert load_workbook(io.BytesIO(desk.get(f"/forms/{code}/{kind}").content)).sheetnames
    assert json.loads(desk.get(f"/forms/{code}/jsonschema").content)["$schema"]


def test_versions_stay_readable_and_say_what_changed(desk: Client) -> None:
    old = desk.get("/forms/hazardous_area?version=1").content.decode()
    new = desk.get("/forms/hazardous_area?version=2").content.decode()
    assert "returnees_expected" not in old
    assert "returnees_expected" in new
    page = desk.get("/forms/hazardous_area/changes?old=1&new=2").content.decode()
    assert "returnees_expected" in page
    assert "Came" in page


def test_the_phones_form_can_be_taken_away(desk: Client) -> None:
    answer = desk.get("/forms/accident/xform")
    assert answer.headers["Content-Disposition"].endswith('.xml"')
    assert b"<h:html" in answer.content


@pytest.mark.parametrize(
    "address", ["/forms/nothing", "/forms/victim?version=99", "/forms/victim/virus", "/forms/nothing/changes"]
)
def test_what_there_is_not_is_no_page(desk: Client, address: str) -> None:
    assert desk.get(address).status_code == 404


def test_the_public_sees_none(db: None) -> None:
    assert Client().get("/forms").status_code == 302
