"""Spot tasks at the desk: a call in a minute, the board, a team, what was done; who called stays with two."""

import json
import re
from datetime import date

import pytest
from django.test import Client
from django.utils import timezone

from torpaq.web.models import Accreditation, Audit, Certificate, Person, SpotTask, Team, TeamMember
from torpaq.web.operations.spot import Call, report_spot
from web.desk_stories import open_desk
from web.stories import Cast
from web.test_spot_tasks import report_on

pytestmark = [pytest.mark.django_db]
CALL = {
    "told": "A shell beside the school", "place": "39.98, 46.93", "danger_to": ["school"], "source": "hotline",
    "suspected": "mortar", "people_m": "40", "caller": "Sevda Quliyeva", "contact": "+994 50 000 00 00",
}  # fmt: skip
TODAY = timezone.localdate().isoformat()


@pytest.fixture
def desk(cast: Cast, client: Client) -> Client:
    open_desk()
    organisation = cast.operator_a.organisation
    Accreditation.objects.create(
        code="ACC", organisation=organisation, kind="operational", activity="eod_spot", state="granted",
        valid_from=date(2025, 1, 1), valid_to=date(2099, 1, 1),
    )  # fmt: skip
    team = Team.objects.create(organisation=organisation, code="EOD-0", name="Team")
    person = Person.objects.create(code="P1", organisation=organisation, name="Somebody", sex="male")
    TeamMember.objects.create(team=team, person=person, function="eod_operator", since=date(2025, 1, 1))
    Certificate.objects.create(person=person, kind="eod2", issued_on=date(2025, 1, 1))
    client.force_login(cast.officer)
    return client


def page(desk: Client, address: str) -> str:
    response = desk.get(address)
    assert response.status_code == 200, (address, response.status_code)
    return response.content.decode()


def codes(text: str) -> set[str]:
    return set(re.findall(r'class="problem-code">(\w+)<', text))


def called(desk: Client) -> SpotTask:
    answer = desk.post("/spot-tasks/new", CALL)
    spot = SpotTask.objects.get()
    assert answer.headers["Location"] == f"/spot-tasks/{spot.pk}"
    return spot


def move(desk: Client, spot: SpotTask, code: str, **values: object) -> set[str]:
    answer = desk.post(f"/spot-tasks/{spot.pk}/move", {"move": code, "on": TODAY, **values})
    return set() if answer.status_code == 302 else codes(answer.content.decode())


def test_from_a_call_to_the_answer(desk: Client, cast: Cast) -> None:
    spot = called(desk)
    text = page(desk, f"/spot-tasks/{spot.pk}")
    assert "It is at homes or a school" in text
    assert "OP-A EOD-0" in text
    assert "SPOT-" in page(desk, "/spot-tasks")
    assert move(desk, spot, "assign", urgency="immediate") == {"spot_team_missing", "spot_not_accredited"}
    assert move(desk, spot, "assign", urgency="immediate", team=Team.objects.get().pk) == set()
    desk.force_login(cast.operator_a)
    assert move(desk, spot, "arrive", on_time="00:00") == set()
    item = {"item_category": ["mortar"], "item_model": ["82"], "item_quantity": ["1"], "item_status": ["destroyed"]}
    assert move(desk, spot, "identify", item_category="mortar", item_model="", item_quantity="no", item_status="") == {
        "spot_item_wrong"
    }
    assert move(desk, spot, "identify", **item) == set()
    explosives = {
        "explosive_explosive": ["TNT"], "explosive_unit": ["kg"], "explosive_issued": ["0,6"],
        "explosive_used": ["0.4"], "explosive_returned": ["0.1"],
    }  # fmt: skip
    end = {**item, **explosives, "action": "destroyed_in_place", "evacuated": "12", "feedback": "Gone"}
    assert move(desk, spot, "close", **end) == {"spot_explosives_unbalanced", "spot_report_missing"}
    told = desk.post(f"/spot-tasks/{spot.pk}/move", {"move": "close", "on": TODAY, **end}).content.decode()
    assert 'value="TNT"' in told  # what was typed is still there
    assert f"/records/new/eod_spot_task?spot={spot.code}" in page(desk, f"/spot-tasks/{spot.pk}")
    report_on(cast.operator_a, spot.code)
    assert move(desk, spot, "close", **{**end, "explosive_returned": ["0.2"]}) == set()
    text = page(desk, f"/spot-tasks/{spot.pk}")
    assert "Destroyed in place" in text
    assert "Gone" in text
    assert "Gone" not in page(desk, "/spot-tasks/response")


def fields_in(text: str) -> dict[str, str]:
    """Every field of a page with what it holds: inputs, texts and what is chosen in lists."""
    found: dict[str, str] = {}
    for attributes in re.findall(r"<input ([^>]*)>", text):
        named, held = re.search(r'name="([^"]*)"', attributes), re.search(r'value="([^"]*)"', attributes)
        is_box = 'type="checkbox"' in attributes or 'type="radio"' in attributes
        if named and held and (not is_box or "checked" in attributes):
            found[named[1]] = held[1]
    for name, inside in re.findall(r'<textarea[^>]*name="([^"]*)"[^>]*>([^<]*)<', text):
        found[name] = inside
    for name, inside in re.findall(r'<select[^>]*name="([^"]*)"[^>]*>(.*?)</select>', text, re.S):
        chosen = re.search(r'<option value="([^"]*)"[^>]*selected', inside)
        if chosen:
            found[name] = chosen[1]
    return found


def test_the_report_begins_with_what_the_task_knows(desk: Client, cast: Cast) -> None:
    desk.post("/spot-tasks/new", {**CALL, "place": "40.0001 N 47.0075 E", "place_told": "By the well"})
    spot = SpotTask.objects.get()
    assert move(desk, spot, "assign", urgency="immediate", team=Team.objects.get().pk) == set()
    desk.force_login(cast.operator_a)
    assert move(desk, spot, "arrive", on_time="00:00") == set()
    item = {"item_category": ["mortar"], "item_model": ["82"], "item_quantity": ["2"], "item_status": ["destroyed"]}
    assert move(desk, spot, "identify", **item) == set()
    text = page(desk, f"/records/new/eod_spot_task?spot={spot.code}")
    told = fields_in(text)
    spot.refresh_from_db()
    expected = {
        "task": spot.code, "task_status": "identified", "urgency": "immediate", "team": "EOD-0", "eod_level": "eod2",
        "reporting_organisation": "OP-A", "unit": spot.unit, "in_recorded_area": "yes", "area": "HA/18",
        "reported_item": "A shell beside the school", "start_date": TODAY, "assigned_on": TODAY,
        "date_of_information": TODAY, "report_source": "hotline", "activity": "eod_spot",
        "finds.n1.category": "mortar", "finds.n1.model": "82", "finds.n1.quantity": "2",
        "finds.n1.item_status": "destroyed", "finds.n1.found_on": TODAY,
    }  # fmt: skip
    assert {name: told.get(name) for name in expected} == expected
    assert told["reported_place"].startswith("40.0001")
    assert told["finds.n1.place"] == told["reported_place"]
    assert "Sevda" not in text, "who called stays with the task"
    desk.force_login(cast.operator_b)
    assert spot.code not in fields_in(page(desk, f"/records/new/eod_spot_task?spot={spot.code}")).values()


def test_a_call_that_cannot_stand_keeps_what_was_typed(desk: Client) -> None:
    text = desk.post("/spot-tasks/new", {**CALL, "place": "by the oak", "people_m": "near"}).content.decode()
    assert "spot_number_wrong" in codes(text)
    assert "A shell beside the school" in text
    assert "by the oak" in text
    assert not SpotTask.objects.exists()
    text = desk.post("/spot-tasks/new", {"told": " ", "source": "the wind"}).content.decode()
    assert codes(text) == {"spot_told_missing", "spot_place_unknown", "filter_unknown"}


def test_an_earlier_call_stands_with_its_own_time(desk: Client) -> None:
    desk.post("/spot-tasks/new", {**CALL, "on": "2026-05-04", "on_time": "09:30"})
    at = timezone.localtime(SpotTask.objects.get().reported_at)
    assert (at.date(), at.hour, at.minute) == (date(2026, 5, 4), 9, 30)


def test_who_called_is_seen_by_two_and_noted(desk: Client, cast: Cast) -> None:
    spot = called(desk)
    assert "Sevda Quliyeva" in page(desk, f"/spot-tasks/{spot.pk}")
    assert Audit.objects.filter(action="spot_caller_seen", account=cast.officer).count() == 1
    for person in (cast.authority, cast.inspector):
        desk.force_login(person)
        text = page(desk, f"/spot-tasks/{spot.pk}")
        assert "Sevda" not in text
        assert "+994" not in text
    desk.force_login(cast.operator_a)
    assert desk.get(f"/spot-tasks/{spot.pk}").status_code == 404
    desk.force_login(cast.officer)
    move(desk, spot, "assign", urgency="urgent", team=Team.objects.get().pk)
    desk.force_login(cast.operator_a)
    assert "Sevda Quliyeva" in page(desk, f"/spot-tasks/{spot.pk}")
    assert Audit.objects.filter(action="spot_caller_seen").values_list("account", flat=True).distinct().count() == 2
    assert not Audit.objects.filter(detail__icontains="Sevda").exists()


def test_whoever_reported_sees_the_task_but_not_who_called(desk: Client, cast: Cast) -> None:
    spot, _ = report_spot(cast.operator_b, Call("A shell", place_told="x", caller="Sevda"))
    assert spot
    desk.force_login(cast.operator_b)
    assert "Sevda" not in page(desk, f"/spot-tasks/{spot.pk}")


def test_the_donor_and_the_public_see_none_of_it(desk: Client, cast: Cast) -> None:
    spot = called(desk)
    addresses = ["/spot-tasks", f"/spot-tasks/{spot.pk}", "/spot-tasks/new", "/spot-tasks/response"]
    desk.force_login(cast.donor)
    assert [desk.get(address).status_code for address in addresses] == [403] * 4
    assert "spot-tasks" not in page(desk, "/balance")
    desk.logout()
    assert [desk.get(address).status_code for address in addresses] == [302] * 4


def test_an_inspector_may_write_a_call_down_but_moves_nothing(desk: Client, cast: Cast) -> None:
    desk.force_login(cast.inspector)
    spot = called(desk)
    assert "There is nothing for you to do here now." in page(desk, f"/spot-tasks/{spot.pk}")
    assert move(desk, spot, "assign", urgency="urgent") == {"move_not_by_role"}
    assert move(desk, spot, "close") == {"move_not_allowed"}
    assert desk.post(f"/spot-tasks/{spot.pk}/move", {"move": "release"}).status_code == 404


def test_the_board_counts_by_state_and_shows_places(desk: Client, cast: Cast) -> None:
    called(desk)
    report_spot(cast.officer, Call("A pipe", danger_to=("nobody",), place_told="by the well"))
    answer = desk.get("/spot-tasks")
    (_, _, waiting), *_ = answer.context["columns"]
    assert [spot.urgency for spot in waiting] == ["immediate", "routine"]
    assert (len(json.loads(answer.context["places"])), answer.context["unplaced"]) == (1, 1)
    assert "A pipe" not in page(desk, "/spot-tasks?urgency=immediate")


def test_a_spot_in_a_recorded_area_says_so(desk: Client) -> None:
    desk.post("/spot-tasks/new", {**CALL, "place": "40.0001 N 47.0075 E"})
    assert "spot_in_recorded_area" in codes(page(desk, f"/spot-tasks/{SpotTask.objects.get().pk}"))


def test_response_times_have_a_picture_and_a_table(desk: Client, cast: Cast) -> None:
    assert "No call yet." in page(desk, "/spot-tasks/response")
    desk.post("/spot-tasks/new", {**CALL, "on": "2026-05-04", "on_time": "09:30"})
    text = page(desk, "/spot-tasks/response")
    assert 'class="waiting"' in text
    assert "Waiting too long" in text
    assert codes(page(desk, "/spot-tasks/response?since=never")) == {"date_wrong"}


@pytest.mark.parametrize("language", ["az", "en", "ru"])
def test_every_page_speaks_every_language(desk: Client, language: str) -> None:
    spot = called(desk)
    desk.cookies["django_language"] = language
    for address in ("/spot-tasks", "/spot-tasks/new", "/spot-tasks/response", f"/spot-tasks/{spot.pk}"):
        assert f'<html lang="{language}"' in page(desk, address)
