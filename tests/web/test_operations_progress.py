"""A day's report becomes a day of work on its task, is compared with the task, and goes as it came."""

from datetime import date

import pytest

from torpaq.geo.shape import box_shape
from torpaq.web.models import Lane, StateMove, Task, WorkDay
from torpaq.web.operations.progress import bring_days, recount_work
from torpaq.web.records import accept, send_back, submit, withdraw
from web.stories import Cast
from web.work_stories import box_at, codes, find, task_of, team_of, worked

pytestmark = pytest.mark.django_db


def days(task: Task) -> list[tuple[str, float, bool]]:
    return [(one.on.isoformat(), one.processed_m2, one.accepted) for one in task.days.all()]


def test_a_report_becomes_a_day_and_its_lane(cast: Cast) -> None:
    task = task_of(cast.operator_a)
    team = team_of(cast.operator_a, task)
    stoppages = [{"stoppage_reason": "weather", "stoppage_hours": 2.5}]
    record = worked(cast.operator_a, boundary=box_at(0, 0, 20, 20), stoppages=stoppages)
    assert codes(record) & {"day_outside_task", "day_area_differs", "day_task_unknown"} == set()
    day = WorkDay.objects.get()
    assert (day.task, day.record, day.team, day.method) == (task, record, "A-1", "manual")
    assert (day.processed_m2, day.persons, day.hours, day.stoppage_hours) == (400.0, 8, 40.0, 2.5)
    assert day.stoppages == [{"reason": "weather", "hours": 2.5}]
    lane = Lane.objects.get()
    assert (lane.name, lane.team, lane.method, round(lane.area_m2)) == ("DAY-1", team, "manual", 400)
    task.refresh_from_db()
    assert (task.processed_m2, task.work_days, task.last_work_on) == (400.0, 1, date(2026, 5, 12))


def test_a_day_follows_its_record_from_hand_to_hand(cast: Cast) -> None:
    task = task_of(cast.operator_a)
    record = worked(cast.operator_a, boundary=box_at(0, 0, 20, 20))
    assert days(task) == [("2026-05-12", 400.0, False)]
    assert send_back(record, cast.officer, "Which lane?") == []
    assert (days(task), Lane.objects.count()) == ([], 0)
    assert submit(record, cast.operator_a) == []
    assert accept(record, cast.officer) == []
    assert days(task) == [("2026-05-12", 400.0, True)]
    worked(cast.operator_a, "day-1b", ("day-1",), local_id="DAY-1", processed_area_m2=500)
    assert (days(task), Lane.objects.count()) == ([("2026-05-12", 500.0, False)], 0)
    record.refresh_from_db()
    assert withdraw(record, cast.operator_a) == []
    task.refresh_from_db()
    assert (days(task), task.processed_m2, task.work_days, task.last_work_on) == ([], 0.0, 0, None)


def test_a_day_that_changes_its_task_leaves_the_sums_of_both_right(cast: Cast) -> None:
    first, second = task_of(cast.operator_a), task_of(cast.operator_a, "T-8")
    worked(cast.operator_a, boundary=box_at(0, 0, 20, 20))
    worked(cast.operator_a, "day-1b", ("day-1",), local_id="DAY-1", task="T-8", boundary=box_at(0, 0, 20, 20))
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.processed_m2, second.processed_m2) == (0.0, 400.0)
    assert [lane.task for lane in Lane.objects.all()] == [second]


def test_methods_one_after_another_are_processed_twice_and_never_released(cast: Cast) -> None:
    task = task_of(cast.operator_a)
    worked(cast.operator_a, boundary=box_at(0, 0, 20, 20))
    dog = {"animal_id": "D-1", "animal_hours": 4}
    again = worked(cast.operator_a, "day-2", method="dog", boundary=box_at(0, 0, 20, 20), **dog)
    assert "day_overlaps" not in codes(again)
    task.refresh_from_db()
    assert task.processed_m2 == 800.0


def test_the_same_land_with_the_same_method_is_flagged_with_its_area(cast: Cast) -> None:
    task_of(cast.operator_a)
    worked(cast.operator_a, boundary=box_at(0, 0, 20, 20))
    again = worked(cast.operator_a, "day-2", boundary=box_at(10, 0, 30, 20), work_date="2026-05-13")
    (found,) = [one for one in again.findings if one["code"] == "day_overlaps"]
    assert found["parameters"] == {"other": "DAY-1", "on": "2026-05-12", "method": "manual", "overlap_m2": 200}
    assert WorkDay.objects.get(record=again).flags == ["day_overlaps"]
    assert found["element"] == "boundary"


def test_what_does_not_fit_the_task_is_flagged_and_the_day_stands(cast: Cast) -> None:
    task = task_of(cast.operator_a, methods=["mechanical"])
    team_of(cast.operator_a, task, "A-9")
    StateMove.objects.create(subject="task", name="T-7", move="suspend", target="suspended", on=date(2026, 5, 10))
    record = worked(cast.operator_a, boundary=box_at(90, 0, 110, 20))
    wanted = {"day_of_other_method", "day_of_other_team", "day_while_suspended", "day_outside_task"}
    assert set(WorkDay.objects.get().flags) == wanted
    assert submit(record, cast.operator_a) != []  # it is submitted already
    assert accept(record, cast.officer) == []


def test_resumed_work_is_sound(cast: Cast) -> None:
    task_of(cast.operator_a)
    for move, target, on in (("suspend", "suspended", 8), ("resume", "under_way", 12)):
        StateMove.objects.create(subject="task", name="T-7", move=move, target=target, on=date(2026, 5, on))
    assert WorkDay.objects.get(record=worked(cast.operator_a)).flags == []
    assert WorkDay.objects.get(record=worked(cast.operator_a, "day-2", work_date="2026-05-10")).flags == [
        "day_while_suspended"
    ]


def test_an_unknown_task_is_an_error_that_names_near_codes(cast: Cast) -> None:
    task_of(cast.operator_a, "AGM-2026-014")
    record = worked(cast.operator_a, task="AGM-2026-041")
    (found,) = [one for one in record.findings if one["code"] == "day_task_unknown"]
    assert (found["severity"], found["parameters"]["near"]) == ("error", "AGM-2026-014")
    assert WorkDay.objects.count() == 0
    assert [one.code for one in accept(record, cast.officer)] != []


def test_a_programme_without_tasks_takes_older_reports_with_a_warning(cast: Cast) -> None:
    record = worked(cast.operator_a)
    assert "day_no_tasks_yet" in codes(record)
    assert accept(record, cast.officer) == []
    task = task_of(cast.operator_a)
    assert bring_days(task) == 1
    assert days(task) == [("2026-05-12", 400.0, True)]


def test_another_operators_task_takes_no_work_of_ours(cast: Cast) -> None:
    task_of(cast.operator_b)
    record = worked(cast.operator_a)
    assert "day_of_other_organisation" in codes(record)
    assert WorkDay.objects.count() == 0


def test_the_teams_own_history_makes_an_unlikely_day_a_question(cast: Cast) -> None:
    task_of(cast.operator_a)
    for number in range(1, 9):
        early = worked(cast.operator_a, f"day-{number}", work_date=f"2026-05-{3 + number:02}")
        assert "day_rate_history_short" in codes(early)
    wild = worked(cast.operator_a, "day-9", processed_area_m2=4_000, work_date="2026-05-20")
    (found,) = [one for one in wild.findings if one["code"] == "day_rate_unusual"]
    assert (found["severity"], found["parameters"]["rate"], found["parameters"]["days"]) == ("warning", 100.0, 8)
    assert "day_rate_unusual" not in codes(worked(cast.operator_a, "day-10", work_date="2026-05-21"))


def test_days_without_a_find_are_counted_until_there_is_one(cast: Cast) -> None:
    task = task_of(cast.operator_a)
    for number in range(1, 13):
        worked(cast.operator_a, f"day-{number}", work_date=f"2026-05-{3 + number:02}")
    task.refresh_from_db()
    assert (task.days_without_find, task.items_found) == (12, 0)
    late = find(5, 5, found_on="2026-05-10", disposed_on="2026-05-10")
    worked(cast.operator_a, "day-late", work_date="2026-05-10", finds=[late])
    task.refresh_from_db()
    assert (task.days_without_find, task.items_found) == (5, 1)
    recount_work(task)
    assert task.days_without_find == 5


@pytest.mark.parametrize(
    "wrong",
    [
        {"processed_area_m2": "many", "hours": [1], "persons": {"a": 1}},
        {"task": ["T-7"], "team": 5},
        {"boundary": {"type": "MultiPolygon", "written": "wkt nonsense"}},
        {"stoppages": "none", "finds": "three"},
        {"finds": [7, {"category": 5}, {"category": "ap_mine", "place": {"coordinates": ["a", None]}}]},
        {"work_date": "yesterday", "date_of_information": "never"},
    ],
)
def test_answers_that_nobody_can_read_hurt_nobody(cast: Cast, wrong: dict[str, object]) -> None:
    task = task_of(cast.operator_a, shape=box_shape(0, 0, 100, 100))
    worked(cast.operator_a, **wrong)  # type: ignore[arg-type] # what a phone may send
    task.refresh_from_db()
    assert task.processed_m2 in {0.0, 400.0}
