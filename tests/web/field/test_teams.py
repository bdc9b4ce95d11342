"""Teams and phones at the desk: who makes and sees them, the areas they carry, and a key that is shown once."""

import base64
import html
import json
import re
import zlib
from datetime import timedelta

import pytest
from django.core import serializers
from django.db import connection
from django.test import Client
from django.utils import timezone

from torpaq.web.assets import compile_translations
from torpaq.web.field.keys import enrol, sha256_of
from torpaq.web.models import Audit, Device, HazardousArea, Organisation, Submission, Team
from web.field.story import enrolled, open_programme
from web.stories import Cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(cast: Cast, client: Client) -> Client:
    compile_translations()
    open_programme(["HA-17", "HA/18", "HA-19"])
    client.force_login(cast.operator_a)
    return client


@pytest.fixture
def team(desk: Client, cast: Cast) -> Team:
    desk.post("/teams", {"organisation": "OP-A", "code": "T1", "name": "First team"})
    return Team.objects.get()


def enrol_at_the_desk(desk: Client, team: Team, **changes: str):
    return desk.post(f"/teams/{team.pk}/phones", {"phone": "Phone 7", "expires": "", **changes})


def codes(page: str) -> set[str]:
    return set(re.findall(r'class="problem-code">(\w+)<', page))


def key_of(page: str) -> str:
    found = re.search(r"/field/([\w-]{43})<", page)
    assert found
    return found[1]


# -- teams ------------------------------------------------------------------------------------------------------------


def test_an_operator_makes_a_team_and_gives_it_areas(desk: Client, team: Team, cast: Cast) -> None:
    assert (team.organisation, team.code) == (cast.operator_a.organisation, "T1")
    desk.post(f"/teams/{team.pk}/areas", {"action": "add", "ids": "HA-17\n  HA/18 HA-17"})
    team.refresh_from_db()
    assert team.areas == ["HA-17", "HA/18"]
    desk.post(f"/teams/{team.pk}/areas", {"action": "remove", "area": ["HA-17"]})
    team.refresh_from_db()
    assert team.areas == ["HA/18"]
    page = desk.get(f"/teams/{team.pk}").content.decode()
    assert "HA/18" in page and 'value="HA-17"' not in page
    changes = Audit.objects.filter(action="team_areas_changed").order_by("pk").values_list("detail", flat=True)
    assert list(changes) == [{"added": ["HA-17", "HA/18"], "removed": []}, {"added": [], "removed": ["HA-17"]}]


def test_all_open_areas_of_a_district_are_added_at_once_and_released_ones_are_not(desk: Client, team: Team) -> None:
    HazardousArea.objects.filter(area="HA-19").update(open_m2=0, status="released")
    desk.post(f"/teams/{team.pk}/areas", {"action": "add_unit", "unit": "AZ-AGM"})
    team.refresh_from_db()
    assert team.areas == ["HA-17", "HA/18"]


def test_areas_are_searched_by_any_word_and_chosen_from_what_is_found(desk: Client, team: Team) -> None:
    desk.post(f"/teams/{team.pk}/areas", {"action": "add", "area": ["HA-17"]})
    page = desk.get(f"/teams/{team.pk}?text=Ağdam ha").content.decode()
    found = page.partition("Areas found")[2]
    assert 'value="HA/18"' in found and 'value="HA-19"' in found and 'value="HA-17"' not in found
    assert "No other area answers" in desk.get(f"/teams/{team.pk}?text=Quba").content.decode()
    assert desk.get(f"/teams/{team.pk}?text=%00").status_code == 200


def test_an_id_that_is_not_recorded_is_told_and_left_out(desk: Client, team: Team) -> None:
    page = desk.post(f"/teams/{team.pk}/areas", {"action": "add", "ids": "HA-17 HA-99"}, follow=True).content.decode()
    team.refresh_from_db()
    assert team.areas == ["HA-17"] and "they were left out: HA-99" in page


def test_a_slice_does_not_grow_to_the_whole_country(desk: Client, team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("torpaq.web.field.teams.LARGEST_SLICE", 2)
    page = desk.post(f"/teams/{team.pk}/areas", {"action": "add_unit", "unit": "AZ-AGM"}, follow=True)
    team.refresh_from_db()
    assert team.areas == [] and "The team would have 3 areas, the limit is 2" in page.content.decode()


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"code": ""}, "field_missing"),
        ({"name": " "}, "field_missing"),
        ({"code": "T 2"}, "word_has_blank"),
        ({"code": "T1"}, "team_code_taken"),
    ],
)
def test_a_team_that_cannot_be_made_says_why(desk: Client, team: Team, given: dict[str, str], code: str) -> None:
    page = desk.post("/teams", {"organisation": "OP-A", "code": "T2", "name": "Second team", **given})
    assert code in codes(page.content.decode()) and Team.objects.count() == 1


def test_teams_are_their_own_organisations_and_the_authoritys(desk: Client, team: Team, cast: Cast) -> None:
    enrol_at_the_desk(desk, team)
    device = Device.objects.get()
    other = Client()
    other.force_login(cast.operator_b)
    assert "First team" not in other.get("/teams").content.decode()
    assert other.get(f"/teams/{team.pk}").status_code == 404
    for address in ("areas", "phones", f"phones/{device.pk}/revoke"):
        assert other.post(f"/teams/{team.pk}/{address}", {"action": "remove", "phone": "x"}).status_code == 404
    assert other.post("/teams", {"organisation": "OP-A", "code": "X", "name": "X"}).status_code == 404
    device.refresh_from_db()
    assert device.revoked is None
    officer = Client()
    officer.force_login(cast.officer)
    assert "First team" in officer.get("/teams").content.decode()
    assert officer.get(f"/teams/{team.pk}").status_code == 200
    assert officer.post("/teams", {"organisation": "OP-B", "code": "X", "name": "X"}).status_code == 302
    assert officer.post("/teams", {"organisation": "DONOR", "code": "X", "name": "X"}).status_code == 404


def test_whoever_may_not_enrol_sees_no_teams(desk: Client, team: Team, cast: Cast) -> None:
    for person, status in ((cast.donor, 403), (cast.authority, 403)):
        other = Client()
        other.force_login(person)
        assert other.get("/teams").status_code == other.get(f"/teams/{team.pk}").status_code == status
        assert 'href="/teams"' not in other.get("/organisations").content.decode()
    assert Client().get("/teams").status_code == 302
    assert 'href="/teams"' in desk.get("/organisations").content.decode()
    assert desk.get(f"/teams/{team.pk}/phones").status_code == 405
    assert desk.post(f"/teams/{team.pk}/areas", {"action": "burn"}).status_code == 404


@pytest.mark.parametrize("language", ["az", "en", "ru"])
def test_the_pages_open_in_three_languages(desk: Client, team: Team, language: str) -> None:
    desk.cookies["django_language"] = language
    desk.post(f"/teams/{team.pk}/areas", {"action": "add", "ids": "HA-17"})
    pages = [enrol_at_the_desk(desk, team), desk.get("/teams"), desk.get(f"/teams/{team.pk}?text=ha")]
    for answer in pages:
        page = answer.content.decode()
        assert answer.status_code == 200 and f'<html lang="{language}">' in page
        assert len(re.findall(r"<h1[ >]", page)) == 1 and " style=" not in page and "<script>" not in page


# -- enrolment --------------------------------------------------------------------------------------------------------


def test_a_phone_is_enrolled_by_a_code_that_odk_collect_reads(
    desk: Client, team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[str] = []
    monkeypatch.setattr(
        "torpaq.web.desk.views_teams.picture_of", lambda text: drawn.append(text) or "data:image/svg+xml,"
    )
    page = enrol_at_the_desk(desk, team).content.decode()
    key = key_of(page)
    settings = json.loads(zlib.decompress(base64.b64decode(drawn[0], validate=True)))
    assert settings["general"]["server_url"] == f"http://testserver/field/{key}"
    assert settings["general"]["form_update_mode"] == "match_exactly"
    assert settings["general"]["protocol"] == "odk_default"
    assert settings["general"]["autosend"] == "wifi_and_cellular"
    assert settings["project"] == {"name": "Mine action", "icon": "M", "color": "#7a4a21"}
    assert "admin" in settings  # Collect takes no settings without it
    assert drawn[1] == f"http://testserver/field/page#{key}"


def test_the_codes_are_drawn_on_the_page_itself(desk: Client, team: Team) -> None:
    page = enrol_at_the_desk(desk, team)
    pictures = re.findall(r'<img class="scan-code" src="([^"]+)" alt="([^"]+)"', page.content.decode())
    assert len(pictures) == 2 and all(alt for _, alt in pictures)
    for source, _ in pictures:
        assert html.unescape(source).startswith("data:image/svg+xml;charset=utf-8,%3Csvg")
    assert "data:" in page["Content-Security-Policy"] and page["Cache-Control"] == "private, no-store"


def test_a_key_is_shown_once_and_kept_nowhere(desk: Client, team: Team) -> None:
    key = key_of(enrol_at_the_desk(desk, team).content.decode())
    assert len(base64.urlsafe_b64decode(key + "=")) == 32
    assert Device.objects.get().key_sha256 == sha256_of(key)
    for address in ("/teams", f"/teams/{team.pk}"):
        assert key not in desk.get(address).content.decode()
    kept = serializers.serialize("json", [*Device.objects.all(), *Team.objects.all(), *Audit.objects.all()])
    assert key not in kept
    with connection.cursor() as cursor:
        cursor.execute("SELECT session_data FROM django_session")
        sessions = " ".join(row[0] for row in cursor.fetchall())
    assert key not in sessions


def test_every_key_is_another(cast: Cast) -> None:
    open_programme()
    keys = {enrolled(cast.operator_a, name=f"Phone {number}").key for number in range(20)}
    assert len(keys) == 20


def test_the_same_page_sent_twice_enrols_one_phone(desk: Client, team: Team) -> None:
    enrol_at_the_desk(desk, team)
    assert codes(enrol_at_the_desk(desk, team).content.decode()) == {"phone_name_taken"}
    assert Device.objects.count() == 1
    desk.post(f"/teams/{team.pk}/phones/{Device.objects.get().pk}/revoke")
    assert "scan-code" in enrol_at_the_desk(desk, team).content.decode()


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"phone": " "}, "field_missing"),
        ({"expires": "2020-01-01"}, "expiry_not_ahead"),
        ({"expires": "soon"}, "date_wrong"),
        ({"expires": "0000-00-00"}, "date_wrong"),
    ],
)
def test_an_enrolment_that_cannot_be_says_why(desk: Client, team: Team, given: dict[str, str], code: str) -> None:
    assert code in codes(enrol_at_the_desk(desk, team, **given).content.decode())
    assert not Device.objects.exists()


def test_the_last_day_is_still_open(desk: Client, team: Team) -> None:
    tomorrow = timezone.localdate() + timedelta(days=1)
    enrol_at_the_desk(desk, team, expires=tomorrow.isoformat())
    expires = Device.objects.get().expires
    assert expires and timezone.localtime(expires).date() == tomorrow and timezone.localtime(expires).hour == 23


def test_whoever_serves_to_this_machine_alone_is_warned(desk: Client, team: Team, settings) -> None:
    settings.ALLOWED_HOSTS = ["127.0.0.1", "minfield.example"]
    here = desk.post(f"/teams/{team.pk}/phones", {"phone": "Phone 1"}, headers={"host": "127.0.0.1:8000"})
    there = desk.post(f"/teams/{team.pk}/phones", {"phone": "Phone 2"}, headers={"host": "minfield.example"})
    assert "address_of_this_machine" in codes(here.content.decode())
    assert codes(there.content.decode()) == set() and "http://minfield.example/field/" in there.content.decode()


def test_what_was_done_with_a_team_stands_on_its_page(desk: Client, team: Team, cast: Cast) -> None:
    enrol_at_the_desk(desk, team)
    desk.post(f"/teams/{team.pk}/phones/{Device.objects.get().pk}/revoke")
    trail = Audit.objects.filter(subject=f"team {team.pk}").order_by("pk")
    assert [one.action for one in trail] == ["team_made", "phone_enrolled", "phone_revoked"]
    assert {one.account for one in trail} == {cast.operator_a}
    page = desk.get(f"/teams/{team.pk}").content.decode()
    assert "access of a phone withdrawn · Phone 7" in page and "Access withdrawn" in page


def test_the_reports_of_a_phone_are_counted(desk: Client, team: Team, cast: Cast) -> None:
    device, _ = enrol(team, "Phone 7", None, cast.operator_a)
    for number in range(3):
        Submission.objects.create(instance_id=str(number), sha256="0", channel="openrosa", content=b"", device=device)
    for address in ("/teams", f"/teams/{team.pk}"):
        assert '<td class="number">3</td>' in desk.get(address).content.decode()


def test_a_team_of_an_organisation_has_its_code_once(team: Team) -> None:
    other = Organisation.objects.get(code="OP-B")
    Team.objects.create(organisation=other, code="T1", name="Their first team")
    assert Team.objects.filter(code="T1").count() == 2
