"""Operator A's days on a task near Ağdam: what a person should look at, and what cannot be."""

from dataclasses import replace
from datetime import date, timedelta
from statistics import median

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from torpaq.geo.shape import Shape, box_shape
from torpaq.operations.progress.checks import check_day, common_m2, outside_m2
from torpaq.operations.progress.day import Day, Limits, Period, Searched, TaskFacts
from torpaq.operations.progress.rates import MAD_TO_SIGMA, check_finds, check_rate, days_without_find, usual_rate
from torpaq.standard.parameters import parameters_of
from torpaq.standard.problems import LANGUAGES, Problem, has_errors

QUIETLY = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # first draws and calls compile
LIMITS = Limits(1.0, 50.0, 20, 8, 3.5, 10)
ON = date(2026, 5, 12)
TASK = TaskFacts(
    code="T-7",
    organisation="OP-A",
    state="under_way",
    methods=("manual", "dog"),
    teams=(("A-1", Period(date(2026, 5, 1))),),
    boundary=box_shape(0, 0, 100, 100),
    started_on=date(2026, 5, 4),
)
DAY = Day("day-1", "T-7", "OP-A", "A-1", ON, "clearance", "manual", 400.0, 8, 40.0, shape=box_shape(0, 0, 20, 20))


def told(day: Day, task: TaskFacts = TASK, searched: tuple[Searched, ...] = ()) -> dict[str, Problem]:
    found = check_day(day, task, searched, history(), LIMITS)
    for one in found:
        assert all(one.sentence(language) for language in LANGUAGES)
    return {one.code: one for one in found}


def history(rate: float = 10.0, days: int = 20) -> list[Day]:
    """A team that does ``rate`` m² in a person's hour, a little more and a little less in turn."""
    return [
        replace(DAY, name=f"h{n}", on=ON - timedelta(days=n + 1), processed_m2=40 * (rate + n % 3 - 1))
        for n in range(days)
    ]


def test_a_sound_day_is_sound():
    assert told(DAY) == {}


def test_work_outside_the_boundary_is_named_with_its_area():
    found = told(replace(DAY, shape=box_shape(90, 0, 110, 20)))
    assert found["day_outside_task"].parameters["outside_m2"] == 200
    assert not has_errors(found.values())


@pytest.mark.parametrize(
    ("task", "code"),
    [
        (replace(TASK, started_on=date(2026, 5, 13)), "day_before_start"),
        (replace(TASK, started_on=None, state="issued"), "day_before_start"),
        (replace(TASK, completed_on=date(2026, 5, 11), state="completed"), "day_after_completion"),
        (replace(TASK, suspensions=(Period(date(2026, 5, 10), date(2026, 5, 12)),)), "day_while_suspended"),
        (replace(TASK, suspensions=(Period(date(2026, 5, 10)),), state="suspended"), "day_while_suspended"),
        (replace(TASK, state="proposed", started_on=None), "day_on_task_not_issued"),
        (replace(TASK, state="withdrawn"), "day_on_task_not_issued"),
        (replace(TASK, methods=("mechanical",)), "day_of_other_method"),
        (replace(TASK, teams=(("A-2", Period(date(2026, 5, 1))),)), "day_of_other_team"),
        (replace(TASK, teams=(("A-1", Period(date(2026, 5, 1), date(2026, 5, 11))),)), "day_of_other_team"),
    ],
)
def test_work_that_the_order_does_not_foresee_is_a_flag_and_no_refusal(task: TaskFacts, code: str):
    found = told(DAY, task)
    assert set(found) == {code}
    assert not has_errors(found.values())


def test_the_day_after_a_suspension_ends_is_sound():
    assert told(DAY, replace(TASK, suspensions=(Period(date(2026, 5, 6), date(2026, 5, 11)),))) == {}


def test_a_task_without_teams_and_methods_binds_nobody():
    assert told(replace(DAY, team="Z", method="rat"), replace(TASK, teams=(), methods=())).keys() <= {
        "day_rate_history_short"
    }


def test_another_organisations_task_is_refused():
    assert has_errors(told(replace(DAY, organisation="OP-B", team="B-1")).values())


def test_more_hours_than_a_day_has_are_refused():
    assert "day_hours_impossible" in told(replace(DAY, persons=1, hours=25))
    assert has_errors(told(replace(DAY, persons=0, hours=1)).values())
    assert "day_hours_impossible" not in told(replace(DAY, persons=1, hours=24))


def test_the_area_drawn_and_the_number_stated_differ_only_within_the_tolerance():
    assert "day_area_differs" not in told(replace(DAY, processed_m2=450))
    found = told(replace(DAY, processed_m2=451))["day_area_differs"]
    assert (found.parameters["drawn_m2"], found.parameters["tolerance_m2"]) == (400, 50)
    wide = box_shape(0, 0, 100, 100)
    assert "day_area_differs" not in told(replace(DAY, processed_m2=9_900, hours=900, persons=100, shape=wide))


def test_a_lane_that_another_day_searched_with_the_same_method_is_named_with_the_common_area():
    lane = Searched("day-0", date(2026, 5, 11), "manual", box_shape(10, 0, 30, 20))
    found = told(DAY, searched=(lane,))["day_overlaps"]
    assert (found.parameters["other"], found.parameters["overlap_m2"]) == ("day-0", 200)
    assert told(DAY, searched=(replace(lane, method="dog"),)) == {}  # one method after another is how clearance works
    assert told(DAY, searched=(replace(lane, shape=box_shape(20, 0, 40, 20)),)) == {}  # they touch


boxes = st.tuples(*[st.integers(0, 40)] * 2, *[st.integers(1, 30)] * 2)


def box(corner: tuple[int, int, int, int]) -> Shape:
    x, y, width, height = corner
    return box_shape(x, y, x + width, y + height)


@QUIETLY
@given(boxes, boxes)
def test_common_and_outside_area_add_up_to_the_shape(one: tuple[int, ...], other: tuple[int, ...]):
    def sides(place: int) -> int:
        start = max(one[place], other[place])
        return max(0, min(one[place] + one[place + 2], other[place] + other[place + 2]) - start)

    assert common_m2(box(one), box(other)) == sides(0) * sides(1)
    assert outside_m2(box(one), box(other)) == one[2] * one[3] - sides(0) * sides(1)


# -- rates ------------------------------------------------------------------------------------------------------------


def test_a_rate_that_the_teams_own_history_makes_unlikely_is_flagged_with_the_usual_range():
    found = told(replace(DAY, processed_m2=4_000, shape=None))["day_rate_unusual"]
    assert found.parameters["rate"] == 100.0
    assert (found.parameters["low"], found.parameters["high"], found.parameters["days"]) == (4.8, 15.2, 20)


def test_one_wild_day_of_the_past_hides_no_wild_day_of_today():
    days = [*history(), replace(DAY, name="wild", on=ON - timedelta(days=1), processed_m2=40_000)]
    assert [one.code for one in check_rate(replace(DAY, processed_m2=4_000), days, LIMITS)] == ["day_rate_unusual"]


def test_a_short_history_is_said_and_judges_nothing():
    (found,) = check_rate(replace(DAY, processed_m2=40_000), history(days=7), LIMITS)
    assert (found.code, found.parameters["days"], found.parameters["least"]) == ("day_rate_history_short", 7, 8)


def test_another_teams_days_and_days_to_come_are_no_history():
    others = [replace(one, team="A-2") for one in history()] + [replace(one, on=ON) for one in history()]
    assert [one.code for one in check_rate(DAY, others, LIMITS)] == ["day_rate_history_short"]


def test_a_day_without_hours_has_no_rate():
    assert check_rate(replace(DAY, hours=0), history(), LIMITS) == []


@QUIETLY
@given(st.lists(st.floats(0.1, 1000), min_size=1, max_size=40), st.floats(1, 5))
def test_the_usual_rate_is_that_of_the_plain_twin(rates: list[float], deviations: float):
    middle = sorted(rates)[len(rates) // 2] if len(rates) % 2 else sum(sorted(rates)[len(rates) // 2 - 1 :][:2]) / 2
    distances = sorted(abs(rate - middle) for rate in rates)
    spread = max(MAD_TO_SIGMA * median(distances), 0.1 * middle)
    usual = usual_rate(rates, deviations)
    assert usual.median == pytest.approx(middle)
    assert usual.high - usual.median == pytest.approx(deviations * spread)
    assert 0 <= usual.low <= usual.median <= usual.high


# -- finds ------------------------------------------------------------------------------------------------------------


def test_more_than_ten_days_in_a_row_without_a_find_ask_whether_the_area_is_right():
    days = [(date(2026, 5, n), 1 if n == 3 else 0) for n in range(1, 15)]
    assert days_without_find(days) == 11
    (found,) = check_finds("T-7", 11, LIMITS)
    assert (found.code, found.parameters["days"]) == ("task_without_find", 11)
    assert check_finds("T-7", 10, LIMITS) == []


@QUIETLY
@given(st.lists(st.tuples(st.integers(1, 28), st.integers(0, 2))))
def test_days_without_a_find_are_those_of_the_plain_twin(given_days: list[tuple[int, int]]):
    days = [(date(2026, 5, day), items) for day, items in given_days]
    with_find = [on for on, items in days if items]
    last = max(with_find, default=date(2026, 4, 1))
    assert days_without_find(days) == len({on for on, _ in days if on > last})


def test_the_national_numbers_of_the_checks_are_there():
    numbers = parameters_of("aze")
    assert {"rate_history_days", "rate_least_days", "rate_deviations", "days_without_find"} <= set(numbers)
