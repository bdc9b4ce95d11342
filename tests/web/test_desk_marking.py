"""Marking at the desk: a plan with every sign to carry away, visits, what is overdue first; each sees their own."""

import csv
import io
import json
import re
from datetime import timedelta
from xml.etree import ElementTree

import pytest
from django.test import Client
from django.utils import timezone

from torpaq.web.models import MarkingScheme, Task
from torpaq.web.operations.marking import install, plan_marking, record_visit
from web.desk_stories import LABEL, open_desk
from web.stories import Cast

pytestmark = [pytest.mark.django_db]
TODAY = timezone.localdate()


@pytest.fixture
def desk(cast: Cast, client: Client) -> Client:
    open_desk()
    client.force_login(cast.officer)
    return client


def page(desk: Client, address: str) -> str:
    response = desk.get(address)
    assert response.status_code == 200, (address, response.status_code)
    return response.content.decode()


def codes(text: str) -> set[str]:
    return set(re.findall(r'class="problem-code">(\w+)<', text))


def made(person, days_ago: int = 0, area: str = "HA/18") -> MarkingScheme:
    on = TODAY - timedelta(days=days_ago)
    scheme, problems = plan_marking(person, area, None, "permanent", on)
    assert scheme, problems
    assert install(person, scheme, on) == []
    return scheme


def test_the_officer_plans_prints_and_carries_the_positions_away(desk: Client) -> None:
    answer = desk.post("/marking/new", {"area": "HA/18", "system": "permanent", "routes": "40.0005 N 47.0075 E"})
    scheme = MarkingScheme.objects.get()
    assert answer.headers["Location"] == f"/marking/{scheme.pk}"
    text = page(desk, f"/marking/{scheme.pk}")
    assert "Barbed wire, two strands" in text
    assert "along the ground" in text
    assert text.count('<tr><th scope="row">S') == scheme.signs
    places = json.loads(desk.get(f"/marking/{scheme.pk}").context["places"])
    kinds = [place["properties"]["kind"] for place in places]
    assert (kinds.count("sign"), kinds.count("post"), kinds[0]) == (scheme.signs, scheme.posts, "outline")

    table = desk.get(f"/marking/{scheme.pk}/csv")
    assert "synthetic-marking" in table.headers["Content-Disposition"]
    first, *lines = table.content.decode().splitlines()
    assert first == f"# {LABEL}"
    rows = list(csv.DictReader(io.StringIO("\n".join(lines))))
    assert len(rows) == scheme.signs + scheme.posts
    gpx = ElementTree.fromstring(desk.get(f"/marking/{scheme.pk}/gpx").content)
    points = [child for child in gpx if child.tag.endswith("wpt")]
    assert (len(points), float(points[0].get("lon"))) == (len(rows), float(rows[0]["lon"]))
    assert desk.get(f"/marking/{scheme.pk}/exe").status_code == 404


def test_an_access_route_makes_a_gate_and_a_bad_line_is_named(desk: Client) -> None:
    route = "39.9990 N 47.0070 E\n40.0005 N 47.0070 E"
    desk.post("/marking/new", {"area": "HA/18", "system": "permanent", "routes": route})
    assert len(MarkingScheme.objects.get().plan["gates"]) == 1
    text = desk.post(
        "/marking/new", {"area": "HA/18", "system": "permanent", "routes": "by the old oak"}
    ).content.decode()
    assert "polygon_point_unreadable" in codes(text)
    assert "by the old oak" in text
    for wrong in ({"area": "HA-99", "system": "permanent"}, {"system": "permanent"}, {"area": "HA/18", "system": "x"}):
        assert codes(desk.post("/marking/new", wrong).content.decode()) & {"marking_no_land", "marking_system_unknown"}


def test_visits_are_written_in_their_order_and_wrong_numbers_refused(desk: Client, cast: Cast) -> None:
    scheme = made(cast.officer, 300)
    address = f"/marking/{scheme.pk}/act"
    assert "marking_overdue" in codes(page(desk, f"/marking/{scheme.pk}"))
    seen = {"action": "inspected", "on": TODAY.isoformat(), "signs_missing": "2", "gaps_m": "7,5"}
    assert desk.post(address, seen).status_code == 302
    assert "marking_damaged" in codes(page(desk, f"/marking/{scheme.pk}"))
    assert codes(desk.post(address, {**seen, "signs_missing": "many"}).content.decode()) >= {"spot_number_wrong"}
    assert codes(desk.post(address, {**seen, "on": "yesterday"}).content.decode()) >= {"date_wrong"}
    ahead = (TODAY + timedelta(days=1)).isoformat()
    assert codes(desk.post(address, {**seen, "on": ahead}).content.decode()) >= {"date_in_future"}
    early = (TODAY - timedelta(days=9)).isoformat()
    assert codes(desk.post(address, {**seen, "on": early}).content.decode()) >= {"marking_visit_order"}
    gone = {"action": "removed", "on": TODAY.isoformat(), "reason": "released"}
    assert codes(desk.post(address, gone).content.decode()) >= {"marking_land_open"}
    assert desk.post(address, {"action": "dance"}).status_code == 404
    assert desk.post(address, {"action": "repaired", "on": TODAY.isoformat()}).status_code == 302
    assert "Stands" in page(desk, f"/marking/{scheme.pk}")


def test_a_plan_that_nobody_used_can_be_thrown_away(desk: Client, cast: Cast) -> None:
    scheme, _ = plan_marking(cast.officer, "HA/18", None, "temporary", TODAY)
    assert scheme
    desk.post(f"/marking/{scheme.pk}/act", {"action": "discard"})
    assert not MarkingScheme.objects.exists()


def test_the_list_has_what_is_overdue_first_and_tells_the_share(desk: Client, cast: Cast) -> None:
    old, good = made(cast.officer, 400), made(cast.officer, 1, "HA-17")
    assert record_visit(cast.officer, good, TODAY, "inspected") == []
    text = page(desk, "/marking")
    assert text.index(f'/marking/{old.pk}"') < text.index(f'/marking/{good.pk}"')
    assert "Not inspected for too long" in text
    assert len(json.loads(desk.get("/marking").context["places"])) == 2
    assert f'/marking/{good.pk}"' not in page(desk, "/marking?state=overdue")
    assert f'/marking/{old.pk}"' not in page(desk, "/marking?text=ha-17")
    rows = page(desk, "/marking/share")
    assert "HA/18" in rows
    assert "0.0" in rows
    assert codes(page(desk, "/marking?on=whenever")) == {"date_wrong"}


def test_each_sees_their_own_and_the_donor_nothing(desk: Client, cast: Cast) -> None:
    task = Task.objects.create(
        code="T-1", organisation=cast.operator_b.organisation, areas=["HA/18"], activity="clearance"
    )
    scheme, _ = plan_marking(cast.operator_b, "", task, "temporary", TODAY)
    assert scheme
    addresses = ["/marking", "/marking/share", f"/marking/{scheme.pk}", f"/marking/{scheme.pk}/csv"]
    for person, found in ((cast.operator_a, 404), (cast.operator_b, 200), (cast.inspector, 200), (cast.authority, 200)):
        desk.force_login(person)
        assert desk.get(f"/marking/{scheme.pk}").status_code == found
        assert desk.get("/marking").status_code == 200
    desk.force_login(cast.operator_a)
    assert desk.post(f"/marking/{scheme.pk}/act", {"action": "installed"}).status_code == 404
    desk.force_login(cast.authority)
    assert desk.post(f"/marking/{scheme.pk}/act", {"action": "installed"}).status_code == 403
    desk.force_login(cast.donor)
    assert [desk.get(address).status_code for address in addresses] == [403] * 4
    desk.logout()
    assert [desk.get(address).status_code for address in addresses] == [302] * 4


@pytest.mark.parametrize("language", ["az", "en", "ru"])
def test_every_page_speaks_every_language(desk: Client, cast: Cast, language: str) -> None:
    scheme = made(cast.officer)
    desk.cookies["django_language"] = language
    for address in ("/marking", "/marking/share", "/marking/new", f"/marking/{scheme.pk}"):
        assert f'<html lang="{language}"' in page(desk, address)
