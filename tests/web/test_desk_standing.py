"""The pages of standing: who opens them, what each person may see, and that every button does what it says."""

import re
from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from torpaq.web.models import (
    Accreditation,
    Asset,
    AssetTest,
    Certificate,
    Organisation,
    Person,
    StateMove,
    Task,
    TaskAsset,
    TaskTeam,
    Team,
)
from torpaq.web.operations.standing import (
    add_certificate,
    add_person,
    apply_for_accreditation,
    join_team,
    move_accreditation,
)
from web.desk_stories import open_desk
from web.stories import Cast

pytestmark = pytest.mark.django_db
PEOPLE = (
    ("P1", "Sevda", "female", "team_leader"),
    ("P2", "Kamal", "male", "medic"),
    ("P3", "Nigar", "female", "deminer"),
)


@pytest.fixture
def story(cast: Cast, client: Client) -> Client:
    """Operator A with two accreditations, a team at work, a dog, and papers that end in three days."""
    open_desk()
    today = timezone.localdate()
    own = cast.operator_a.organisation
    year = {"valid_from": today - timedelta(days=30), "valid_to": today + timedelta(days=300), "evaluation": "Seen."}
    for kind, activity in [("organisational", ""), ("operational", "clearance")]:
        row, _ = apply_for_accreditation(cast.operator_a, own, kind, activity)
        move_accreditation(cast.officer, row, "assess", "", today)
        assert move_accreditation(cast.authority, row, "grant", "", today, year) == []
    team = Team.objects.create(organisation=own, code="TEAM-1", name="First team")
    task = Task.objects.create(
        code="TASK-1", organisation=own, activity="clearance", methods=["manual"], unit="AZ-AGM", state="under_way"
    )
    for code, name, sex, function in PEOPLE:
        whom, _ = add_person(cast.operator_a, own, code, name, sex)
        add_certificate(cast.operator_a, whom, function, today - timedelta(days=90), today + timedelta(days=3))
        join_team(cast.operator_a, team, whom, function, today - timedelta(days=20))
    dog = Asset.objects.create(code="DOG-1", organisation=own, kind="dog", name="Alabash")
    nine_days = timedelta(days=9)
    test = {"kind": "blind_accreditation", "on": today - nine_days, "valid_to": today + nine_days, "passed": True}
    AssetTest.objects.create(asset=dog, **test)
    TaskTeam.objects.create(task=task, team=team, since=today - timedelta(days=5))
    TaskAsset.objects.create(task=task, asset=dog, since=today, until=today + timedelta(days=5))
    client.force_login(cast.officer)
    return client


def page_of(client: Client, address: str, status: int = 200) -> str:
    response = client.get(address)
    assert response.status_code == status, address
    return response.content.decode()


def codes(page: str) -> set[str]:
    return set(re.findall(r'class="problem-code">(\w+)<', page))


def screens() -> list[str]:
    row, whom, team = Accreditation.objects.last(), Person.objects.first(), Team.objects.get()
    assert row and whom
    return [
        "/organisations", "/organisations?type=donor&text=x", "/organisations/OP-A", "/organisations/OP-A/apply",
        f"/accreditations/{row.pk}", "/people", "/people?text=Sev&organisation=OP-A", f"/people/{whom.pk}",
        f"/teams/{team.pk}/members?activity=clearance&on=2030-01-01", f"/teams/{team.pk}", "/ends-soon", "/calendar",
        "/calendar?since=nonsense&weeks=99999&organisation=OP-A", "/calendar?since=0001-01-01",
        "/people?organisation=%00&text=%00", "/calendar?organisation=%00",
        "/calendar?since=9999-12-31",
    ]  # fmt: skip


@pytest.mark.both_engines
@pytest.mark.parametrize("language", ["az", "en", "ru"])
def test_every_page_opens_in_every_language(story: Client, language: str) -> None:
    story.cookies["django_language"] = language
    for address in screens():
        page = page_of(story, address)
        assert f'<html lang="{language}">' in page
        assert len(re.findall(r"<h1[ >]", page)) == 1, address
        assert " style=" not in page and "<script>" not in page, address
        identifiers = re.findall(r' id="([^"]+)"', page)
        assert len(identifiers) == len(set(identifiers)), address
        named = set(re.findall(r'<label[^>]* for="([^"]+)"', page))
        assert named <= set(identifiers), address


def test_operator_b_the_donor_and_the_public_see_no_people_of_operator_a(story: Client, cast: Cast) -> None:
    row, whom, team = Accreditation.objects.last(), Person.objects.first(), Team.objects.get()
    assert row and whom
    for person in (cast.operator_b, cast.donor):
        story.force_login(person)
        assert story.get(f"/people/{whom.pk}").status_code in (403, 404)
        assert story.get(f"/teams/{team.pk}/members").status_code in (403, 404)
        for address in ("/people", "/organisations"):
            page = page_of(story, address)
            assert not any(name in page for _, name, _, _ in PEOPLE)
    page = page_of(story, "/organisations/OP-A")
    assert "women 2 / 3" in page and "Sevda" not in page
    assert "Seen." not in page_of(story, f"/accreditations/{row.pk}")
    for address in ("/calendar", "/ends-soon", "/organisations/OP-A/apply"):
        page_of(story, address, 403)
    story.force_login(cast.operator_b)
    for address in ("/organisations/OP-A", f"/accreditations/{row.pk}", "/organisations/OP-A/apply"):
        page_of(story, address, 404)
    assert "TEAM-1" not in page_of(story, "/calendar") and "DOG-1" not in page_of(story, "/calendar")
    assert "Sevda" not in page_of(story, "/ends-soon")
    story.logout()
    for address in screens():
        assert story.get(address).status_code == 302, address


def test_the_inspector_suspends_and_the_task_stops(story: Client, cast: Cast) -> None:
    row = Accreditation.objects.get(kind="operational")
    story.force_login(cast.inspector)
    page = page_of(story, f"/accreditations/{row.pk}")
    assert re.findall(r'name="move" value="(\w+)"', page) == ["suspend"]
    refused = story.post(f"/accreditations/{row.pk}/move", {"move": "suspend", "reason": " "})
    assert codes(refused.content.decode()) == {"accreditation_reason_missing"}
    told = story.post(f"/accreditations/{row.pk}/move", {"move": "suspend", "reason": "accident 7"}, follow=True)
    page = told.content.decode()
    assert "accident 7" in page and "has to be resumed" in page
    assert codes(page) == {"accreditation_suspended"}
    assert Task.objects.get().state == "suspended"
    assert story.post(f"/accreditations/{row.pk}/move", {"move": "delete"}).status_code == 404
    refused = story.post(f"/accreditations/{row.pk}/move", {"move": "lift", "reason": "x"})
    assert codes(refused.content.decode()) >= {"move_not_by_role"}
    story.force_login(cast.operator_a)
    assert story.post(f"/accreditations/{row.pk}/move", {"move": "lift", "reason": "x"}).status_code == 403


def test_an_application_goes_from_the_operator_to_the_grant(story: Client, cast: Cast) -> None:
    story.force_login(cast.operator_a)
    sent = {"kind": "operational", "activity": "", "method": "", "units": ["AZ-FUZ"]}
    page = story.post("/organisations/OP-A/apply", sent).content.decode()
    assert codes(page) == {"accreditation_scope_missing"}
    assert re.search(r'value="AZ-FUZ" checked', page)  # what was chosen stays chosen
    story.post("/organisations/OP-A/apply", {**sent, "activity": "bac"})
    row = Accreditation.objects.get(activity="bac")
    assert (row.units, row.state) == (["AZ-FUZ"], "applied")
    story.force_login(cast.officer)
    story.post(f"/accreditations/{row.pk}/move", {"move": "assess"})
    story.post(f"/accreditations/{row.pk}/evaluate", {"evaluation": "Two teams were seen at work."})
    story.force_login(cast.authority)
    sent = {"move": "grant", "valid_from": "2026-02-30", "valid_to": "", "conditions": "by day", "evaluation": ""}
    page = story.post(f"/accreditations/{row.pk}/move", sent).content.decode()
    assert codes(page) == {"date_wrong", "field_missing"} | {"accreditation_not_granted"}
    assert ">by day</textarea>" in page
    today = timezone.localdate()
    sent |= {"valid_from": today.isoformat(), "valid_to": (today + timedelta(days=365)).isoformat()}
    page = story.post(f"/accreditations/{row.pk}/move", sent, follow=True).content.decode()
    assert codes(page) == {"accreditation_conditions"}
    row.refresh_from_db()
    assert (row.state, row.conditions, row.evaluator) == ("granted", "by day", cast.officer)
    assert StateMove.objects.filter(name=row.code).count() == 3


def test_the_officer_enters_an_organisation_and_nobody_else_can(story: Client, cast: Cast) -> None:
    sent = {"code": "NGO-1", "type": "operator_ngo", "name_az": "Ə", "name_en": "An NGO", "name_ru": "НГО"}
    assert codes(story.post("/organisations", {**sent, "name_en": ""}).content.decode()) == {"field_missing"}
    assert story.post("/organisations", sent).status_code == 302
    story.post("/organisations/NGO-1", {**sent, "name_en": "Another NGO"})
    assert Organisation.objects.get(code="NGO-1").name_en == "Another NGO"
    refused = story.post("/organisations/NGO-1", {**sent, "type": "authority"}).content.decode()
    assert codes(refused) == {"organisation_kind_fixed"}
    for person in (cast.operator_a, cast.donor, cast.inspector, cast.authority):
        story.force_login(person)
        assert "Enter an organisation" not in page_of(story, "/organisations")
        story.post("/organisations", {**sent, "code": "NGO-2"})
    assert not Organisation.objects.filter(code="NGO-2").exists()


def test_an_operator_keeps_its_people_and_teams(story: Client, cast: Cast) -> None:
    story.force_login(cast.operator_a)
    today = timezone.localdate()
    sent = {"organisation": "OP-A", "code": "P4", "name": "Aysel", "sex": "female", "since": "yesterday"}
    assert codes(story.post("/people", sent).content.decode()) == {"date_wrong"}
    story.post("/people", {**sent, "since": "2026-01-01"})
    whom = Person.objects.get(code="P4")
    change = f"/people/{whom.pk}/change"
    sent = {"action": "certificate", "kind": "medic", "issued_on": "2026-01-01", "valid_to": "2025-01-01"}
    assert codes(story.post(change, sent).content.decode()) == {"person_days_wrong"}
    story.post(change, {**sent, "valid_to": ""})
    certificate = Certificate.objects.get(person=whom)
    assert certificate.valid_to is None
    team = Team.objects.get()
    members = f"/teams/{team.pk}/members/change"
    joining = {"action": "join", "person": "P4", "function": "medic", "since": "2020-01-01"}
    assert codes(story.post(members, joining).content.decode()) == {"person_not_there"}
    story.post(members, {**joining, "since": today.isoformat()})
    assert "women 3 / 4" in page_of(story, f"/teams/{team.pk}")
    member = whom.memberships.get()
    story.post(members, {"action": "leave", "member": member.pk, "until": today.isoformat()})
    story.post(change, {"action": "withdraw", "certificate": certificate.pk, "reason": "failed"})
    story.post(change, {"action": "leave", "until": today.isoformat()})
    whom.refresh_from_db()
    certificate.refresh_from_db()
    assert (whom.until, certificate.withdrawn_on) == (today, today)
    for sent in ({"action": "withdraw", "certificate": "x"}, {"action": "nonsense"}):
        assert story.post(change, sent).status_code == 404
    assert story.post(members, {"action": "leave", "member": "x"}).status_code == 404
    foreign = {"organisation": "OP-B", "code": "P9", "name": "Else", "sex": "male"}
    assert story.post("/people", foreign).status_code == 404


def test_a_team_is_checked_for_an_activity_on_a_day(story: Client) -> None:
    team, today = Team.objects.get(), timezone.localdate()
    address = f"/teams/{team.pk}/members?activity=clearance&on="
    assert "are complete for this activity" in page_of(story, f"{address}{today}")
    later = page_of(story, f"{address}{today + timedelta(days=4)}")
    assert codes(later) == {"certificate_ended", "team_function_missing"}
    story.cookies["django_language"] = "ru"
    assert "Руководитель группы" in page_of(story, f"{address}{today + timedelta(days=4)}")  # no code among the words
    story.cookies["django_language"] = "en"
    assert codes(page_of(story, f"{address}{today - timedelta(days=21)}")) == {"team_empty"}
    Person.objects.filter(sex="male").update(sex="female")
    assert "All-women team" in page_of(story, f"/teams/{team.pk}/members")


def test_what_ends_soon_is_listed_and_leads_to_whom_it_concerns(story: Client, cast: Cast) -> None:
    story.force_login(cast.operator_a)
    page = page_of(story, "/ends-soon")
    assert page.count("days left: 3") == 3
    Certificate.objects.filter(kind="medic").update(valid_to=date(2020, 1, 1))
    page = page_of(story, "/ends-soon")
    assert page.index("Ended") < page.index("days left: 3")
    whom = Person.objects.get(code="P2")
    assert f'href="/people/{whom.pk}"' in page


def test_the_calendar_draws_teams_assets_ends_and_double_promises(story: Client, cast: Cast) -> None:
    page = page_of(story, "/calendar")
    assert page.count('class="calendar-bar calendar-under_way"') == 3  # two bars and the legend
    assert page.count('class="calendar-mark"') == 5  # three certificates, a test and the legend
    assert "is promised to two tasks" not in page
    today, own = timezone.localdate(), cast.operator_a.organisation
    other = Task.objects.create(code="TASK-2", organisation=own, activity="clearance", state="issued")
    TaskTeam.objects.create(task=other, team=Team.objects.get(), since=today)
    page = page_of(story, "/calendar")
    assert "is promised to two tasks for the same days: TASK-1, TASK-2" in page
    assert "TEAM-1" not in page_of(story, "/calendar?organisation=OP-B")
