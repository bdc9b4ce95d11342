"""Quality at the desk: who sees what, planning, samples, a non-conformity from raised to closed, and the calculator."""

import json
import re
from collections.abc import Iterator
from datetime import date

import pytest
from django.test import Client, override_settings
from django.utils import timezone

from torpaq.web.desk.templatetags.quality import share
from torpaq.web.desk.views_statistics import SUMS
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
         "/quality/samples", "/quality/statistics", *(f"/quality/statistics/{code}" for code in SUMS))  # fmt: skip


@pytest.mark.parametrize("language", ["az", "en", "ru"])
def test_every_page_opens_in_every_language_and_says_that_data_are_synthetic(cast: Cast, desk: Client, language: str):
    task = task_of(cast.operator_a)
    found = raised(cast, task=task)
    raised(cast, "major", "records")
    plan, _ = draw_sample(cast.inspector, task, side_m=5)
    plan_inspections(date(2026, 6, 1))
    desk.cookies["django_language"] = language
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


ROW_2 = {"days": "3", "chance_1": "50", "chance_2": "30", "chance_3": "20", "pace_1": "100", "pace_2": "100"}
ANSWERS = [
    ("search", {"lone": "20", "detection": "95", "coverage": "100", "belt": "1", "scatter": "1"},
     ["no search is enough", "impossible (101.0", "Housing: what remains is above"]),
    ("rows", {"spacing_m": "25", "row_m": "50"}, ["83.7", "25.0"]),
    ("effort", ROW_2, ["65.7", "63.2", "The next day adds about 11.4", "1.48", "0.96", "0.56"]),
    ("effort", {"chance_1": "50", "pace_1": "100", "chance_2": "", "chance_3": "", "days": "1", "day_price": "20000"},
     ["Another day costs more than it averts in place: 1."]),
    ("survey", {}, ["52,476", "150,000", "65.0", "2.80", "not enough to release"]),
    ("survey", {"survey_coverage": "100"}, ["within the Authority’s limit for: Housing, Crops, Pasture"]),
    ("sample", {"sample_detection": "100"}, ["Inspect 4,507 squares", "5,990 squares would be needed"]),
    ("passing", {}, ["passes this sample 8.61", "is refused 6.11"]),
    ("alike", {}, ["Design effect 2.8:", "Inspect 838 squares instead of 299", "as much as 107"]),
    ("alike", {"alike_lot": "500"}, ["Even all 500 squares of the lot say less than 299"]),
    ("result", {}, ["At most 0.99", "at most 0.99"]),
    ("result", {"passed": "500", "failed": "1"}, ["At most 0.95"]),
    ("sequence", {}, ["Go on:", "accepted after 249 squares", "0.00391"]),
    ("sequence", {"so_far": "249"}, ["Stop: it is accepted."]),
    ("sequence", {"so_far": "100", "so_far_failed": "2"}, ["Stop: it is refused."]),
    ("left", {}, ["0.402", "47.359", "0.359", "99.998"]),
    ("process", {}, ["from 10.0", "to 7.3", "from 18.1", "to 16.6"]),
    ("proof", {}, ["748 targets", "That does not prove"]),
    ("proof", {"targets": "748"}, ["That proves a detection of 99.6"]),
]  # fmt: skip


class TestStatistics:
    @pytest.mark.parametrize(("code", "typed", "told"), ANSWERS)
    def test_each_question_is_answered_in_words_and_as_a_picture(self, desk: Client, code: str, typed: dict, told):
        page = text(desk, f"/quality/statistics/{code}", **typed).replace("&#x27;", "’")
        assert '<path class="line' in page
        for words in told:
            assert words in page, words

    def test_every_question_is_listed_and_nothing_is_typed_in_vain(self, desk: Client):
        listed = text(desk, "/quality/samples")
        for code, asked in SUMS.items():
            assert f'href="/quality/statistics/{code}"' in listed
            page = text(desk, f"/quality/statistics/{code}")
            for one in asked.all_fields:
                assert f'for="{one.name}"' in page and f'id="{one.name}"' in page
        assert text(desk, "/quality/statistics/nonsense", 404) == ""

    def test_the_answer_alone_comes_while_somebody_types(self, desk: Client):
        answer = desk.get("/quality/statistics/passing", {"oc_squares": "80"}, headers={"hx-request": "true"})
        assert "<html" not in answer.content.decode()
        assert "operating characteristic" in answer.content.decode()

    def test_what_is_nearly_all_is_not_called_all(self):
        assert [share(number) for number in (0, 99.9984, 99.99999, 100, 99.4, 0.0001)] == [
            "0\u00a0%", "99.998\u00a0%", ">\u00a099.999\u00a0%", "100\u00a0%", "99.4\u00a0%", "<\u00a00.001\u00a0%",
        ]  # fmt: skip

    @pytest.mark.parametrize("language", ["az", "ru"])
    def test_every_answer_is_in_the_person_s_language(self, desk: Client, language: str):
        desk.cookies["django_language"] = language
        for code, typed, told in ANSWERS:
            page = text(desk, f"/quality/statistics/{code}", **typed)
            for words in told:
                assert not re.search("[a-z]{4}", words) or words not in page, words

    @pytest.mark.parametrize(
        ("code", "typed", "told"),
        [
            ("search", {"belt": "60", "lone": "50"}, "priors_exceed_one"),
            ("search", {"coverage": "120"}, "Ground searched, %: “120” is out of range; write a number from 0 to 100"),
            ("effort", {"chance_1": "90"}, "chances_exceed_whole"),
            ("effort", {"chance_1": "0"}, "no_place_to_search"),
            ("survey", {"clearance_price": "0"}, "survey_needs_amounts"),
            ("sample", {"lot": "10.5"}, "number_not_whole"),
            ("sample", {"missed": "10001"}, "missed_out_of_range"),
            ("passing", {"oc_good": "9"}, "sequence_contradicts"),
            ("passing", {"oc_most": "81"}, "sample_result_wrong"),
            ("result", {"failed": "400"}, "sample_result_wrong"),
            ("sequence", {"alpha": "95", "beta": "90"}, "sequence_contradicts"),
            ("left", {"both": "41"}, "recapture_contradicts"),
            ("process", {"process_bad": "99"}, "process_contradicts"),
            ("proof", {"targets_missed": "301"}, "sample_result_wrong"),
            ("proof", {"targets": "many"}, "Targets tried: “many” is not a number"),
        ],
    )
    def test_what_cannot_be_is_told_beside_its_numbers(self, desk: Client, code: str, typed: dict, told: str):
        page = text(desk, f"/quality/statistics/{code}", **typed)
        assert told in page
        assert '<path class="line' not in page

    def test_no_number_brings_the_page_down(self, desk: Client):
        for code, asked in SUMS.items():
            for one in asked.all_fields:
                for value in ("", "x", "0", "-1", "1e999", "nan", "999999", "0.000001", "99.999"):
                    text(desk, f"/quality/statistics/{code}", **{one.name: value})
