"""Quality at the desk: who sees what, planning, samples, a non-conformity from raised to closed, and the calculator."""

import json
import re
from collections.abc import Iterator
from datetime import date

import pytest
from django.test import Client, override_settings
from django.utils import timezone

from torpaq.web.models import NonConformity, PlannedInspection, SamplePlan
from torpaq.web.operations.quality import raise_non_conformity
from torpaq.web.operations.quality_plans import draw_sample, plan_inspections
from web.desk_stories import open_desk
from web.quality_stories import task_of, team_of
from web.stories import Cast

pytestmark = pytest.mark.django_db
DAY = date(2026, 5, 20)


@pytest.fixture(autouse=True)
def quick_passwords() -> Iterator[None]:
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield


@pytest.fixture
def desk(cast: Cast, client: Client) -> Client:
    open_desk()
    client.force_login(cast.inspector)
    return client


def text(client: Client, address: str, status: int = 200, **query: str) -> str:
    answer = client.get(address, query)
    assert answer.status_code == status, address
    return re.sub(r"\s+", " ", answer.content.decode()) if status == 200 else ""


def raised(cast: Cast, severity="critical", kind="wrong_boundary", **changes) -> NonConformity:
    found, problems = raise_non_conformity(
        cast.inspector, severity=severity, kind=kind, organisation=cast.operator_a.organisation, found_on=DAY,
        description="the fence stands 5 m inside", **changes,
    )  # fmt: skip
    assert problems == []
    return found


PAGES = ("/quality", "/quality/inspections", "/quality/non-conformities", "/quality/non-conformities/new",
         "/quality/samples", "/quality/statistics")  # fmt: skip


@pytest.mark.parametrize("language", ["az", "en", "ru"])
def test_every_page_opens_in_every_language_and_says_that_data_are_synthetic(cast: Cast, desk: Client, language: str):
    task = task_of(cast.operator_a)
    found = raised(cast, task=task)
    raised(cast, "major", "records")
    plan, _ = draw_sample(cast.inspector, task, side_m=5)
    plan_inspections(date(2026, 6, 1))
    desk.post("/language", {"language": language, "next": "/"})
    for address in (*PAGES, f"/quality/non-conformities/{found.pk}", f"/quality/samples/new/{task.pk}",
                    f"/quality/samples/{plan.pk}"):  # fmt: skip
        assert 'class="synthetic"' in text(desk, address)


class TestWhoSeesWhat:
    def test_the_donor_sees_counts_and_nothing_of_any_one(self, cast: Cast, desk: Client):
        found = raised(cast)
        desk.force_login(cast.donor)
        page = text(desk, "/quality")
        assert found.code not in page
        assert "Operator A" not in page.split("<main", 1)[1]
        assert re.search(r"Critical <b>1</b>", page)
        for address in PAGES[1:5]:
            text(desk, address, 403)
        text(desk, f"/quality/non-conformities/{found.pk}", 403)

    def test_an_operator_sees_its_own(self, cast: Cast, desk: Client):
        found = raised(cast)
        desk.force_login(cast.operator_b)
        assert found.code not in text(desk, "/quality") + text(desk, "/quality/non-conformities")
        text(desk, f"/quality/non-conformities/{found.pk}", 404)
        desk.force_login(cast.operator_a)
        assert found.code in text(desk, "/quality/non-conformities")

    def test_squares_stay_hidden_from_the_operator_until_the_result_is_written(self, cast: Cast, desk: Client):
        plan, _ = draw_sample(cast.inspector, task_of(cast.operator_a), side_m=5)
        address = f"/quality/samples/{plan.pk}"
        desk.force_login(cast.operator_a)
        text(desk, address, 404)
        text(desk, f"{address}.gpx", 403)
        desk.force_login(cast.inspector)
        assert desk.post(address, {"inspected": "20", "failed": "0"}).status_code == 302
        desk.force_login(cast.operator_a)
        assert plan.seed in text(desk, address)

    def test_the_public_is_sent_to_sign_in(self, client: Client, db: None):
        assert client.get("/quality").status_code == 302


class TestTheWayAtTheDesk:
    def test_each_sees_the_buttons_that_the_table_gives_them(self, cast: Cast, desk: Client):
        found = raised(cast)
        address = f"/quality/non-conformities/{found.pk}"
        assert 'name="move"' not in text(desk, address)  # the inspector waits for the correction
        steps = [
            (cast.operator_a, {"move": "acknowledge"}),
            (cast.operator_a, {"move": "contain", "containment": "fence moved"}),
            (cast.operator_a, {"move": "plan", "cause": "an old sketch", "action": "survey anew", "owner": "Leyla",
                               "due_on": "2026-06-01"}),
            (cast.operator_a, {"move": "correct", "correction": "boundary surveyed"}),
        ]  # fmt: skip
        for person, values in steps:
            desk.force_login(person)
            assert f'value="{values["move"]}"' in text(desk, address)
            assert desk.post(address, values).status_code == 302
        desk.force_login(cast.inspector)
        refused = desk.post(address, {"move": "verify", "verification": "walked it"})
        assert "nc_look_back_open" in refused.content.decode()
        assert {row.area for row in found.look_back.all()} == {"HA-17", "LEGACY-1"}
        for row in found.look_back.all():
            assert desk.post(f"/quality/look-back/{row.pk}", {"state": "sound", "reason": "sampled"}).status_code == 302
        assert desk.post(address, {"move": "verify", "verification": "walked it"}).status_code == 302
        desk.force_login(cast.authority)
        assert desk.post(address, {"move": "close"}).status_code == 302
        found.refresh_from_db()
        assert found.state == "closed"
        assert "It is closed." in text(desk, address)

    @pytest.mark.parametrize("move", ["verify", "close", "refuse", "nonsense", ""])
    def test_a_forbidden_move_is_told_and_changes_nothing(self, cast: Cast, desk: Client, move: str):
        found = raised(cast)
        desk.force_login(cast.operator_a)
        answer = desk.post(f"/quality/non-conformities/{found.pk}", {"move": move, "due_on": "x", "reason": "\x00"})
        assert "move_not_allowed" in answer.content.decode()
        found.refresh_from_db()
        assert found.state == "raised"

    def test_land_in_doubt_is_drawn_on_the_map(self, cast: Cast, desk: Client):
        page = text(desk, f"/quality/non-conformities/{raised(cast).pk}")
        places = re.search(r'data-places="([^"]*)"', page)
        assert places
        assert len(json.loads(places.group(1).replace("&quot;", '"'))) == 1
        assert '<td class="number">3,000</td>' in page  # drawn: the part of HA-17 that Operator A cleared
        assert '<td class="number">50,000</td>' in page  # known only as a total: in the table, not on the map

    def test_an_operator_decides_on_no_land_in_doubt(self, cast: Cast, desk: Client):
        row = raised(cast).look_back.get(entry_id="D1")
        desk.force_login(cast.operator_a)
        assert desk.post(f"/quality/look-back/{row.pk}", {"state": "sound", "reason": "x"}).status_code == 403

    def test_one_is_raised_at_the_desk_with_every_fault_told(self, cast: Cast, desk: Client):
        whole = {"organisation": "OP-A", "severity": "minor", "kind": "records", "found_on": "2026-05-20",
                 "description": "the log is a week old", "task": "", "team": ""}  # fmt: skip
        address = "/quality/non-conformities/new"
        for change in ({"found_on": "20.05"}, {"due_on": "x"}, {"team": "T9"}, {"severity": ""}, {"kind": ""},
                       {"description": " "}, {"organisation": "NOBODY"}, {"found_on": "2999-01-01"}):  # fmt: skip
            assert 'class="problem error"' in desk.post(address, whole | change).content.decode()
        assert NonConformity.objects.count() == 0
        assert desk.post(address, whole).status_code == 302
        assert NonConformity.objects.get().description == "the log is a week old"


class TestInspections:
    def test_they_are_planned_by_rule_and_given_to_an_inspector(self, cast: Cast, desk: Client):
        task_of(cast.operator_a)
        assert desk.post("/quality/inspections", {"action": "rules"}).status_code == 302
        planned = PlannedInspection.objects.get()
        assert "every 30 days" in text(desk, "/quality/inspections").lower()
        values = {"action": "assign", "number": planned.pk, "inspector": cast.inspector.pk}
        assert desk.post("/quality/inspections", values).status_code == 302
        planned.refresh_from_db()
        assert planned.inspector == cast.inspector
        wrong = desk.post("/quality/inspections", values | {"inspector": cast.operator_a.pk})
        assert "inspector_of_own_work" in wrong.content.decode()

    def test_one_is_planned_by_a_person(self, cast: Cast, desk: Client):
        values = {
            "action": "one",
            "organisation": "OP-A",
            "kind": "external_qc",
            "due": "2026-07-01",
            "reason": "a call",
        }
        for change in ({"due": "soon"}, {"reason": " "}, {"kind": "x"}, {"organisation": ""}):
            assert 'class="problem error"' in desk.post("/quality/inspections", values | change).content.decode()
        assert desk.post("/quality/inspections", values).status_code == 302
        assert "a call" in text(desk, "/quality/inspections")
        assert "a call" not in text(desk, "/quality/inspections", which="done")

    def test_an_operator_plans_none(self, cast: Cast, desk: Client):
        desk.force_login(cast.operator_a)
        assert desk.post("/quality/inspections", {"action": "rules"}).status_code == 403


class TestSamples:
    def test_numbers_are_worked_out_as_they_are_typed(self, cast: Cast, desk: Client):
        task = task_of(cast.operator_a)
        address = f"/quality/samples/new/{task.pk}"
        answer = desk.get(address, {"rule": "share", "side_m": "1"}, headers={"hx-request": "true"})
        told = re.sub(r"\s+", " ", answer.content.decode())
        assert "<html" not in told
        assert "<b>62.4 %</b> of the time" in told  # five missed items pass a tenth of the land
        for query in ({"side_m": "x"}, {"side_m": "0"}, {"missed": "99999"}, {"confidence": "nan"}, {"confidence": "2"},
                      {"rule": "national"}, {"rule": "x"}, {"confidence": "x"}):  # fmt: skip
            answer = desk.get(address, query)
            assert answer.status_code == 200
            assert 'class="problem error"' in answer.content.decode(), query

    def test_squares_are_drawn_listed_and_taken_to_the_field(self, cast: Cast, desk: Client):
        task = task_of(cast.operator_a)
        team_of(cast.operator_a)
        answer = desk.post(f"/quality/samples/new/{task.pk}", {"rule": "share", "side_m": "5"})
        plan = SamplePlan.objects.get()
        assert answer["Location"] == f"/quality/samples/{plan.pk}"
        page = text(desk, f"/quality/samples/{plan.pk}")
        assert plan.seed in page
        assert page.count("46.93") >= plan.sample_squares
        gpx = desk.get(f"/quality/samples/{plan.pk}.gpx")
        assert gpx["Content-Disposition"].startswith('attachment; filename="synthetic-sample-')
        assert gpx.content.decode().count("<wpt ") == plan.sample_squares

    def test_a_result_is_entered_and_one_that_cannot_be_is_told(self, cast: Cast, desk: Client):
        task = task_of(cast.operator_a)
        plan, _ = draw_sample(cast.inspector, task, side_m=5)
        address = f"/quality/samples/{plan.pk}"
        for values in ({"inspected": "x", "failed": "0"}, {"inspected": "3", "failed": "4"}, {}):
            assert "sample_result_wrong" in desk.post(address, values).content.decode()
        values = {"inspected": "20", "failed": "1", "told": "PMN-2 at 8 cm"}
        assert desk.post(address, values).status_code == 302
        assert NonConformity.objects.get().found_on == timezone.localdate()
        task.refresh_from_db()
        assert task.state == "suspended"


class TestStatistics:
    def test_each_hypothesis_has_its_own_answer_and_a_lone_item_may_be_impossible(self, desk: Client):
        page = text(desk, "/quality/statistics", lone="20", detection="95", coverage="100", belt="1", scatter="1")
        assert "impossible (101.0" in page
        assert page.count('<tr><th scope="row">') >= 3
        assert "h₀" not in page

    def test_the_printed_figures_are_there(self, desk: Client):
        page = text(desk, "/quality/statistics")
        for figure in ("5,008", "0.402", "47.359", "0.359"):
            assert figure in page, figure

    def test_no_number_brings_the_page_down(self, desk: Client):
        names = "belt coverage detection target lot missed confidence passed failed good bad efficiency both spacing_m"
        for name in (*names.split(), "belt_items"):
            for value in ("", "x", "0", "-1", "1e999", "nan", "999999"):
                text(desk, "/quality/statistics", **{name: value})
