"""Lanes lie inside their task and not over one another; the board says what keeps a task from going on."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from torpaq.geo.overlay import common_m2, outside_m2
from torpaq.geo.shape import Shape, box_shape, shape_of_rings
from torpaq.operations.tasks.board import is_overdue, marks_of
from torpaq.operations.tasks.lanes import LaneShape, lane_problems
from torpaq.standard.problems import problem

TASK = box_shape(0, 0, 100, 100)
FIRST = LaneShape("L-1", "lane", "manual", box_shape(0, 0, 10, 100))

Box = tuple[int, int, int, int]
whole = st.integers(0, 12)
boxes = st.tuples(whole, whole, whole, whole).filter(lambda box: box[0] != box[2] and box[1] != box[3])


def cells(box: Box) -> set[tuple[int, int]]:
    """The square metres of a box of whole metres, one by one: the plain twin of every overlay."""
    (left, right), (low, high) = sorted(box[0::2]), sorted(box[1::2])
    return {(x, y) for x in range(left, right) for y in range(low, high)}


@given(boxes, boxes)
def test_common_land_is_the_squares_that_both_have(one: Box, other: Box) -> None:
    assert round(common_m2(box_shape(*one), box_shape(*other)), 6) == len(cells(one) & cells(other))


@given(boxes, st.lists(boxes, max_size=4))
def test_land_outside_is_the_squares_that_no_container_has(one: Box, containers: list[Box]) -> None:
    covered = set().union(*(cells(box) for box in containers)) if containers else set()
    found = outside_m2(box_shape(*one), [box_shape(*box) for box in containers])
    assert round(found, 6) == len(cells(one) - covered)


def test_a_hole_is_not_land() -> None:
    shell = [(0, 0), (1000, 0), (1000, 1000), (0, 1000)]
    hole = [(200, 200), (200, 400), (400, 400), (400, 200)]
    ring = shape_of_rings([shell, hole])
    assert common_m2(ring, box_shape(0, 0, 10, 10)) == 96
    assert outside_m2(box_shape(2, 2, 4, 4), [ring]) == 4


def told(lane: LaneShape, others: list[LaneShape], boundary: Shape | None = TASK) -> list[tuple[str, object]]:
    found = lane_problems(lane, others, boundary)
    return [(one.code, next(iter(dict(one.parameters).values()), None)) for one in found]


def test_the_next_lane_shares_a_border_and_no_land() -> None:
    assert told(LaneShape("L-2", "lane", "manual", box_shape(10, 0, 20, 100)), [FIRST]) == []


def test_a_lane_outside_or_over_another_is_told_with_its_square_metres() -> None:
    over = LaneShape("L-2", "lane", "manual", box_shape(8, 0, 20, 100))
    assert [one.parameters for one in lane_problems(over, [FIRST], TASK)] == [{"other": "L-1", "common_m2": 200.0}]
    outside = LaneShape("L-3", "lane", "manual", box_shape(95, 0, 105, 100))
    assert told(outside, [FIRST]) == [("lane_outside_task", 500.0)]


def test_a_second_method_goes_over_the_same_ground_and_an_access_lane_leads_in_from_outside() -> None:
    assert told(LaneShape("L-2", "lane", "dog", box_shape(0, 0, 10, 100)), [FIRST]) == []
    assert told(LaneShape("A-1", "access", "", box_shape(-30, 0, 0, 2)), [FIRST]) == []


def test_names_and_codes_of_lanes() -> None:
    wrong = LaneShape("L-1", "trench", "spoon", box_shape(20, 0, 30, 10))
    assert [code for code, _ in told(wrong, [FIRST])] == [
        "lane_name_taken",
        "task_choice_unknown",
        "task_choice_unknown",
    ]
    assert [code for code, _ in told(LaneShape(" ", "lane", "", FIRST.shape), [], None)] == [
        "lane_name_missing",
        "task_without_boundary",
    ]


def test_a_task_is_overdue_from_the_day_after_its_end_until_it_is_completed() -> None:
    end = date(2026, 6, 1)
    assert [is_overdue("under_way", end, date(2026, 6, day)) for day in (1, 2)] == [False, True]
    assert not is_overdue("completed", end, date(2027, 1, 1))
    assert not is_overdue("under_way", None, date(2027, 1, 1))


def test_the_board_says_the_gravest_first_and_nothing_of_ended_tasks() -> None:
    standing = [problem("task_without_team", "OP-A")]
    today = date(2026, 7, 1)
    marks = marks_of("under_way", date(2026, 6, 1), 1, 3, 11, standing, today, 10)
    assert marks == ["critical_open", "not_accredited", "major_open", "overdue", "days_without_find"]
    assert marks_of("accepted", date(2026, 6, 1), 1, 3, 11, standing, today, 10) == []
    assert marks_of("completed", date(2026, 6, 1), 0, 0, 11, standing, today, 10) == []
