"""The board and the pages of a task: what each of the cast sees there, and what their forms do."""

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from torpaq.web.desk.task_board import BoardQuestion, counts_of
from torpaq.web.desk.task_chart import plan_a_day_m2, work_chart
from torpaq.web.models import Accreditation, NonConformity, PlannedInspection, Task
from torpaq.web.operations.task_standing import forget_standing
from torpaq.web.operations.tasks import recount, tasks_seen_by
from web.desk_stories import LABEL, open_desk
from web.stories import Cast
from web.task_stories import at_work, day, find, order, proposed, ready, team_of, work

pytestmark = pytest.mark.django_db
PAGES = ("task", "task_lanes", "task_assign", "task_environment")
SQUARE_IN = "box 45 55 95 95"


@pytest.fixture(autouse=True)
def story() -> None:
    open_desk()
    forget_standing()


def ask(person: object, address: str, language: str = "en") -> str:
    client = Client()
    client.force_login(person)
    client.cookies["django_language"] = language
    response = client.get(address)
    assert response.status_code == 200, (address, response.status_code)
    return response.content.decode()


def send(person: object, address: str, **values: object) -> tuple[int, str]:
    client = Client()
    client.force_login(person)
    response = client.post(address, values, follow=True)
    return response.status_code, response.content.decode()


def page(name: str, task: Task) -> str:
    return reverse(name, args=[task.pk])


@pytest.mark.parametrize("language", ["az", "en", "ru"])
def test_every_page_stands_in_every_language_with_its_label(cast: Cast, language: str) -> None:
    task = at_work(cast)
    work(task, 2, items=1)
    find(task, "I-1", "found")
    for address in (
        reverse("operations"),
        reverse("operations") + "?state=under_way",
        reverse("task_new"),
        page("task_change", task),
        *(page(name, task) for name in PAGES),
    ):
        text = ask(cast.officer, address, language)
        assert LABEL.split()[0] in text.upper() or "SYNTHETIC" in text
        assert "{{" not in text and "{%" not in text


def test_the_board_shows_each_their_own(cast: Cast) -> None:
    task = at_work(cast)
    for person in (cast.authority, cast.officer, cast.inspector, cast.operator_a, cast.donor):
        assert task.code in ask(person, reverse("operations"))
    assert task.code not in ask(cast.operator_b, reverse("operations"))
    client = Client()
    client.force_login(cast.operator_b)
    assert [client.get(page(name, task)).status_code for name in PAGES] == [404] * 4
    assert Client().get(reverse("operations")).status_code == 302


def test_a_donor_sees_work_and_no_names_of_people(cast: Cast) -> None:
    task = at_work(cast)
    text = ask(cast.donor, page("task", task)) + ask(cast.donor, reverse("operations"))
    for person in (cast.authority, cast.officer, cast.operator_a):
        assert person.last_name not in text
    assert "+994" not in text
    assert "Ağdam rayon xəstəxanası" in text
    assert "What may be done now" not in text
    client = Client()
    client.force_login(cast.donor)
    assert client.get(page("task_assign", task)).status_code == 403
    assert client.post(page("task_move", task), {"move": "suspend"}).status_code == 403


def test_an_operator_is_not_warned_of_a_visit_that_comes_unannounced(cast: Cast) -> None:
    task = at_work(cast)
    for kind in ("external_qa_announced", "external_qa_unannounced"):
        PlannedInspection.objects.create(
            task=task, organisation=task.organisation, kind=kind, rule="person", reason="new team", due_on=day(20)
        )
    for person, is_told in ((cast.inspector, True), (cast.operator_a, False), (cast.donor, False)):
        text = ask(person, page("task", task))
        assert ("External assurance visit, unannounced" in text) is is_told
        assert ("External assurance visit, announced" in text) is (person != cast.donor)


def test_the_board_says_what_keeps_a_task(cast: Cast) -> None:
    task = at_work(cast)
    assert "Not accredited" not in ask(cast.officer, reverse("operations"))
    Accreditation.objects.filter(kind="operational").delete()
    NonConformity.objects.create(
        code="NC-1", severity="critical", kind="other", organisation=task.organisation, task=task, found_on=day(2)
    )
    recount(task)
    Task.objects.filter(pk=task.pk).update(planned_end=day(3))
    forget_standing()
    text = ask(cast.officer, reverse("operations"))
    for words in ("Not accredited", "Critical non-conformity", "Overdue"):
        assert f'">{words}</p>' in text
    assert task.code in ask(cast.officer, reverse("operations") + "?show=overdue")
    assert task.code in ask(cast.officer, reverse("operations") + "?show=critical")


def test_filters_answer_and_strange_addresses_ask_for_everything(cast: Cast) -> None:
    task = at_work(cast)
    asked = reverse("operations")
    found = {
        query: task.code in ask(cast.officer, f"{asked}?{query}")
        for query in (
            "text=agdam",
            "text=HA-17+op-a",
            "text=Şuşa",
            "method=manual",
            "method=dog",
            "organisation=OP-A",
            "organisation=OP-B",
            "unit=AZ-AGM",
            "state=under_way",
            "state=accepted",
            "state=%00x",
            "show=nothing&page=99",
        )
    }
    assert [query for query, is_there in found.items() if not is_there] == [
        "text=Şuşa",
        "method=dog",
        "organisation=OP-B",
        "state=accepted",
    ]


def test_counts_are_those_of_the_rows(cast: Cast) -> None:
    """Twin: every task looked at, one by one."""
    at_work(cast)
    proposed(cast.officer, planned_end=day(2))
    proposed(cast.officer)
    today = day(30)
    rows = list(tasks_seen_by(cast.officer))
    counts = counts_of(BoardQuestion().filtered(tasks_seen_by(cast.officer), today), today)
    assert dict(counts.by_state) == {
        state: sum(row.state == state for row in rows) for state in ("proposed", "under_way")
    }
    assert counts.overdue == sum(row.planned_end < today for row in rows) == 1


def test_the_page_says_what_is_missing_before_anyone_clicks(cast: Cast) -> None:
    task = proposed(cast.officer, brief={})
    text = ask(cast.authority, page("task", task))
    assert "There is no medical plan" in text
    assert "The environment was not screened" in text
    assert 'value="issue" disabled' in text
    assert 'value="withdraw">' in text
    assert "What may be done now" not in ask(cast.officer, page("task", task))  # the officer moves no proposed task


def test_the_authority_issues_and_the_operator_starts(cast: Cast) -> None:
    task = ready(cast)
    status, text = send(cast.authority, page("task_move", task), move="issue", on=day(0).isoformat())
    assert (status, "Done." in text) == (200, True)
    status, text = send(cast.operator_a, page("task_move", task), move="start", on=day(1).isoformat())
    assert "no marking that stands" in text
    assert send(cast.operator_b, page("task_move", task), move="start")[0] == 404
    assert send(cast.authority, page("task_move", task), move="explode")[0] == 404
    assert "not a date" in send(cast.authority, page("task_move", task), move="withdraw", on="31 May")[1]
    task.refresh_from_db()
    assert task.state == "issued"


def form(**changes: object) -> dict[str, object]:
    values: dict[str, object] = {
        "organisation": "OP-A",
        "activity": "clearance",
        "areas": "HA-17",
        "methods": ["manual"],
        "contamination": ["ap"],
        "urgency": "urgent",
        "planned_start": day(0).isoformat(),
        "planned_end": day(60).isoformat(),
        "medical_plan": "Feldşer",
        "hospital": "Ağdam",
        "source": "typed",
        "typed": SQUARE_IN,
    }
    return values | changes


def test_the_form_proposes_a_task_with_a_typed_boundary_or_the_areas_own(cast: Cast) -> None:
    status, text = send(cast.officer, reverse("task_new"), **form())
    task = Task.objects.get()
    assert (status, task.code in text) == (200, True)
    assert (task.area_m2, task.urgency, task.original["source"]) == (2_000, "urgent", "box")
    send(cast.officer, reverse("task_new"), **form(source="drawn", drawn="[]", typed=""))
    assert round(Task.objects.latest("pk").area_m2) == 5_000


def test_a_bad_form_is_shown_again_with_what_is_wrong(cast: Cast) -> None:
    wrong = form(activity="digging", required_depth_cm="deep", planned_end="never", typed="POLYGON((")
    status, text = send(cast.officer, reverse("task_new"), **wrong)
    assert status == 200
    assert "is not a number" in text
    assert "is not a date" in text
    assert "Feldşer" in text
    status, text = send(cast.officer, reverse("task_new"), **form(planned_end=day(-9).isoformat()))
    assert "comes before the start" in text
    assert not Task.objects.exists()
    assert send(cast.donor, reverse("task_new"), **form())[0] == 403
    assert "its own organisation has to do this" in send(cast.operator_b, reverse("task_new"), **form())[1]


def test_an_issued_task_keeps_its_boundary_and_changes_its_dates(cast: Cast) -> None:
    task = at_work(cast)
    before = task.area_m2
    values = form(source="kept", urgency="routine", required_depth_cm="13", planned_end=day(80).isoformat())
    values |= dict(order().brief) | {"unit": "AZ-AGM", "reason": "Yağış"}
    send(cast.officer, page("task_change", task), **values)
    task.refresh_from_db()
    assert (task.planned_end, task.area_m2) == (day(80), before)
    _status, text = send(cast.officer, page("task_change", task), **(values | {"activity": "ts"}))
    assert "are not changed" in text


def test_assignments_are_made_and_ended_on_their_page(cast: Cast) -> None:
    task, team = proposed(cast.officer), team_of(cast.operator_a)
    values = {"action": "team", "team": team.pk, "since": day(0).isoformat(), "until": ""}
    assert "Done." in send(cast.operator_a, page("task_assign", task), **values)[1]
    assert "is on task" in send(cast.operator_a, page("task_assign", task), **values)[1]
    row = task.teams.get()
    ended = {"action": "end", "what": "team", "row": row.pk, "until": day(3).isoformat()}
    assert send(cast.operator_a, page("task_assign", task), **ended)[0] == 200
    assert task.teams.get().until == day(3)
    assert send(cast.operator_a, page("task_assign", task), **(values | {"team": "x"}))[0] == 404


def test_lanes_are_typed_and_taken_away(cast: Cast) -> None:
    task = at_work(cast)
    lane = {"action": "add", "name": "Z-1", "kind": "lane", "method": "manual", "source": "typed"}
    assert "Done." in send(cast.operator_a, page("task_lanes", task), **lane, typed="box 40 50 50 100")[1]
    text = send(cast.operator_a, page("task_lanes", task), **(lane | {"name": "Z-2"}), typed="box 45 50 55 100")[1]
    assert "shares 250.0 m² with lane “Z-1”" in text
    row = task.lanes.get()
    assert "Z-1" in ask(cast.operator_a, page("task", task))  # on the map
    send(cast.operator_a, page("task_lanes", task), action="remove", lane=row.pk)
    assert not task.lanes.exists()


def test_the_environment_sheet_is_filled_in(cast: Cast) -> None:
    task = proposed(cast.officer)
    address = page("task_environment", task)
    assert (
        "there are effects and no measures".capitalize()
        in send(cast.operator_a, address, action="screen", aspects=["soil"], measures="")[1]
    )
    send(cast.operator_a, address, action="screen", aspects=["soil"], measures="Torpaq", day=day(0).isoformat())
    send(cast.operator_a, address, action="waste", on=["2026-05-02", ""], what=["5 l", ""], where=["Ağdam", ""])
    send(cast.operator_a, address, action="restore", restoration="Düzəldi", day=day(9).isoformat())
    sheet = Task.objects.get().environment
    assert (sheet.aspects, len(sheet.waste), sheet.restored_on) == (["soil"], 1, day(9))
    assert 'name="measures"' not in ask(cast.inspector, address)


def test_the_chart_adds_up_and_long_work_is_drawn_in_stretches() -> None:
    assert work_chart([], 10) is None
    assert plan_a_day_m2(3_000, date(2026, 1, 1), date(2026, 1, 30)) == 100
    assert plan_a_day_m2(3_000, None, date(2026, 1, 30)) == 0
    days = [(date.fromordinal(738_000 + number), 100.0) for number in range(400)]
    chart = work_chart(days, 150)
    assert chart is not None
    assert len(chart.bars) <= 90
    assert round(sum(bar.a_day_m2 * bar.days for bar in chart.bars)) == 40_000
    assert all(chart.left <= bar.x and bar.x + bar.width <= chart.width for bar in chart.bars)
    assert 0 < chart.plan_y < min(bar.y for bar in chart.bars)
