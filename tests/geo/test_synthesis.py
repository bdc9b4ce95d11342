"""Made-up land comes apart into strips that share their borders to the centimetre."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from torpaq.geo.crs import AZE
from torpaq.geo.shape import box_shape
from torpaq.geo.synthesis import Belt, Region, are_simple, overlapping_pairs

steps = st.lists(st.tuples(st.integers(1, 9000), st.integers(1, 9000), st.integers(1, 9000)), min_size=2, max_size=14)


def belt_of(cross_sections: list[tuple[int, int, int]]) -> Belt:
    """A belt eastwards: each cross-section a step further east, so far to the left and so far to the right."""
    x, left, right = 0, [], []
    for step, up, down in cross_sections:
        x += step
        left.append((x, up))
        right.append((x, -down))
    return Belt(tuple(left), tuple(right))


def square(x_m: int, y_m: int, side_m: int = 100) -> Belt:
    x, y, side = x_m * 100, y_m * 100, side_m * 100
    return Belt(((x, y + side), (x + side, y + side)), ((x, y), (x + side, y)))


@given(steps)
def test_the_strips_of_a_belt_add_to_the_whole_exactly(cross_sections: list[tuple[int, int, int]]) -> None:
    belt = belt_of(cross_sections)
    parts = [belt.run(k, k + 1).area2_cm2 for k in range(belt.strips)]
    assert all(part > 0 for part in parts)
    assert sum(parts) == belt.run(0, belt.strips).area2_cm2
    middle = belt.strips // 2
    runs = [belt.run(start, end).area2_cm2 for start, end in ((0, middle), (middle, belt.strips)) if end > start]
    assert sum(runs) == sum(parts)


@given(steps)
def test_what_is_drawn_inside_a_strip_is_smaller_and_inside(cross_sections: list[tuple[int, int, int]]) -> None:
    belt = belt_of([(a + 500, b + 500, c + 500) for a, b, c in cross_sections])
    outer, inner = belt.run(0, 1), belt.inner(0, 0.4)
    assert 0 < inner.area2_cm2 < outer.area2_cm2
    (x0, y0, x1, y1), (u0, v0, u1, v1) = outer.bounds_cm, inner.bounds_cm
    assert x0 < u0 < u1 < x1
    assert y0 < v0 < v1 < y1


def test_a_tip_is_one_point() -> None:
    belt = Belt(((0, 0), (1000, 500), (2000, 0)), ((0, 0), (1000, -500), (2000, 0)))
    assert belt.run(0, 2).ring_sizes == (4,)
    assert belt.run(0, 1).ring_sizes == (3,)


def test_a_belt_that_crosses_itself_or_turns_the_wrong_way_or_runs_straight_is_not_simple() -> None:
    good = Belt(((0, 100), (1000, 200), (2000, 100)), ((0, -100), (1000, -200), (2000, -100)))
    crossed = Belt(((0, 100), (1000, -200), (2000, 100)), ((0, -100), (1000, 200), (2000, -100)))
    clockwise = Belt(good.right, good.left)
    straight = Belt(((0, 100), (1000, 100), (2000, 100)), good.right)
    assert are_simple([good, crossed, clockwise, straight]).tolist() == [True, False, False, False]


def test_a_shared_border_is_no_overlap() -> None:
    belts = [square(0, 0), square(100, 0), square(50, 50), square(500, 500), square(20, 20, 10)]
    assert overlapping_pairs(belts) == [(0, 2), (0, 4), (1, 2)]


@pytest.mark.parametrize(("x_m", "held"), [(0, True), (4950, False), (9000, False), (2050, False)])
def test_a_region_holds_what_lies_wholly_in_it_and_not_in_its_hole(x_m: int, held: bool) -> None:
    shell, hole = box_shape(-5000, -5000, 5000, 5000), box_shape(2000, -100, 2200, 200)
    rings = [
        [AZE.inverse(float(x) / 100, float(y) / 100) for x, y in [*ring.points_cm, ring.points_cm[0]]]
        for ring in (shell, hole)
    ]
    region = Region([rings], AZE)
    assert region.holds([square(x_m, 0)]).tolist() == [held]
    assert region.holds_point(x_m, 0.5) is (x_m in {0, 4950})
    assert region.bounds_m == pytest.approx((-5000, -5000, 5000, 5000), abs=0.01)
