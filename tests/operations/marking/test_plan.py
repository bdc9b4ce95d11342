"""A marking plan holds what it promises: signs at every turn, never too far apart, counted like a slow walk."""

import math

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from torpaq.geo.crs import AZE, geod
from torpaq.geo.shape import Shape, box_shape, shape_of_rings
from torpaq.operations.marking.ground import heights_of
from torpaq.operations.marking.perimeter import sides_of, turning_points_cm
from torpaq.operations.marking.plan import Basis, Where, plan_marking
from torpaq.standard.codes import code_list
from torpaq.standard.country import load_country
from torpaq.standard.terrain import Terrain


def planned(shape: Shape, system: str = "permanent", signs_m: float = 25, posts_m: float = 5, **more: object):
    plan, problems = plan_marking(shape, system, signs_m, posts_m, 4, **more)
    assert plan is not None, problems
    return plan


def amounts(plan) -> dict[str, float]:
    return {line.thing: line.amount for line in plan.bill}


@st.composite
def stars(draw) -> Shape:
    """A star around the origin, counter-clockwise, sometimes with a square hole."""
    n = draw(st.integers(3, 12))
    reach = draw(st.lists(st.integers(3_000, 40_000), min_size=n, max_size=n))
    ring = [
        (round(r * math.cos(2 * math.pi * k / n)), round(r * math.sin(2 * math.pi * k / n)))
        for k, r in enumerate(reach)
    ]
    hole = [[(-300, -300), (-300, 300), (300, 300), (300, -300)]] if n > 4 and draw(st.booleans()) else []
    return shape_of_rings([ring, *hole])


def metres(plan) -> list[tuple[int, float, float]]:
    x, y = AZE.forward(np.array([one.lon for one in plan.signs]), np.array([one.lat for one in plan.signs]))
    return [(one.ring, float(a), float(b)) for one, a, b in zip(plan.signs, x, y, strict=True)]


def slow_walk(shape: Shape, spacing_m: float) -> int:
    """Walk each side from corner to corner and put a sign down whenever the next step would be too long."""
    count = 0
    for ring in shape.rings_cm:
        corners = [tuple(point) for point in turning_points_cm(ring).tolist()]
        for (x0, y0), (x1, y1) in zip(corners, [*corners[1:], corners[0]], strict=True):
            left_m = math.hypot(x1 - x0, y1 - y0) / 100
            count += 1
            while left_m > spacing_m + 1e-6:
                left_m -= spacing_m
                count += 1
    return count


def test_a_field_of_100_by_50_m_is_counted_by_hand():
    plan = planned(box_shape(0, 0, 100, 50))
    assert (plan.length_m, plan.basis, len(plan.signs), len(plan.posts)) == (300, Basis.HORIZONTAL, 12, 60)
    assert amounts(plan) == {"sign_metal": 12, "fence_post": 56, "corner_post": 4, "barbed_wire": 600}
    assert [one.where for one in plan.signs].count(Where.TURNING_POINT) == 4


def test_signs_face_whoever_comes_from_outside():
    plan = planned(box_shape(0, 0, 100, 100), signs_m=60)
    assert [(one.where.value, one.bearing_deg) for one in plan.signs] == [
        ("turning_point", 225), ("between", 180), ("turning_point", 135), ("between", 90),
        ("turning_point", 45), ("between", 0), ("turning_point", 315), ("between", 270),
    ]  # fmt: skip


def test_in_a_hole_signs_face_whoever_stands_in_it():
    hole = [(4000, 4000), (4000, 6000), (6000, 6000), (6000, 4000)]
    shape = shape_of_rings([[(0, 0), (10000, 0), (10000, 10000), (0, 10000)], hole])
    inner = [one for one in planned(shape, signs_m=15).signs if one.ring == 1 and one.where is Where.BETWEEN]
    assert [one.bearing_deg for one in inner] == [90, 180, 270, 0]


def test_an_access_route_gets_a_gate_its_posts_and_less_wire():
    route = [(50.0, -20.0), (50.0, 30.0)]
    plan = planned(box_shape(0, 0, 100, 50), routes=[route])
    assert [(one.where, one.bearing_deg) for one in plan.gates] == [(Where.GATE, 180)]
    assert amounts(plan)["barbed_wire"] == 592
    assert (amounts(plan)["gate"], amounts(plan)["gate_post"]) == (1, 2)
    along = sorted(post.along_m for post in plan.posts if post.along_m <= 100)
    assert [m for m in along if 48 <= m <= 52] == [48, 52]
    past, problems = plan_marking(box_shape(0, 0, 100, 50), "temporary", 25, 5, 4, routes=[[(0, -5), (90, -5)]])
    assert past and not past.gates
    assert [p.code for p in problems] == ["marking_length_horizontal", "marking_route_apart"]


def test_points_on_a_straight_side_are_no_turning_points():
    ring = [(0, 0), (2000, 0), (5000, 0), (5000, 5000), (0, 5000)]
    assert len(planned(shape_of_rings([ring])).signs) == 8


def test_painted_stones_need_no_posts_and_an_unknown_system_is_refused():
    plan = planned(box_shape(0, 0, 100, 50), "improvised")
    assert (plan.posts, amounts(plan)) == ((), {"painted_stone": 12})
    assert [p.code for p in plan_marking(box_shape(0, 0, 9, 9), "magic", 25, 5, 4)[1]] == ["marking_system_unknown"]
    assert [p.code for p in plan_marking(box_shape(0, 0, 9, 9), "permanent", 0, 5, 4)[1]] == ["marking_spacing_wrong"]
    long, problems = plan_marking(box_shape(0, 0, 90_000, 90_000), "permanent", 25, 5, 4)
    assert long is None
    assert [p.code for p in problems] == ["marking_too_long"]


def test_on_a_slope_the_ground_is_longer_than_the_map():
    """A plane that rises 1 m every 2 m to the east: sides to the east are longer by a factor of √1.25."""
    slope = lambda x, y: x / 2  # noqa: E731 - a surface in one line
    plan = planned(box_shape(0, 0, 100, 50), heights=slope)
    assert plan.basis is Basis.GROUND
    assert math.isclose(plan.length_m, 200 * math.sqrt(1.25) + 100)
    assert math.isclose(plan.horizontal_m, 300)
    assert len(plan.signs) == 2 * math.ceil(100 * math.sqrt(1.25) / 25) + 4


def test_where_any_height_is_missing_all_lengths_are_those_of_the_map():
    half = lambda x, y: np.where(x > 50, np.nan, x)  # noqa: E731 - a surface in one line
    plan, problems = plan_marking(box_shape(0, 0, 100, 50), "permanent", 25, 5, 4, heights=half)
    assert plan and plan.basis is Basis.HORIZONTAL
    assert plan.length_m == 300
    assert [p.code for p in problems] == ["marking_length_horizontal"]


def test_heights_between_cells_are_bilinear_and_outside_there_are_none():
    terrain = Terrain(46.0, 39.0, 0.5, np.array([[0, 100], [200, 300]], dtype=np.int16))
    x, y = AZE.forward(np.array([46.5, 46.375, 46.5, 45.0]), np.array([39.5, 39.5, 39.375, 39.5]))
    found = heights_of(terrain)(x, y)
    assert np.allclose(found[:3], [150, 125, 200], atol=1e-3)
    assert np.isnan(found[3])


def test_in_azerbaijan_a_perimeter_is_measured_along_the_ground():
    x, y = AZE.forward(46.0, 40.0)
    plan = planned(box_shape(x, y, x + 3000, y + 3000), heights=heights_of(load_country("aze").terrain()))
    assert plan.basis is Basis.GROUND
    assert 12_000 < plan.length_m < 13_500
    first = plan.signs[0]
    assert geod().inv(first.lon, first.lat, 46.0, 40.0)[2] < 0.02


@settings(max_examples=60, deadline=None)
@given(stars(), st.sampled_from([5, 10, 25, 30]))
def test_every_turning_point_has_a_sign_and_no_gap_is_too_wide(shape: Shape, spacing_m: int):
    plan = planned(shape, signs_m=spacing_m)
    at = metres(plan)
    for number, ring in enumerate(shape.rings_cm):
        mine = [(x, y) for n, x, y in at if n == number]
        gaps = [math.dist(a, b) for a, b in zip(mine, [*mine[1:], mine[0]], strict=True)]
        assert max(gaps) <= spacing_m + 1e-3
        for x, y in turning_points_cm(ring) / 100:
            assert min(math.dist((x, y), one) for one in mine) < 1e-3
    assert len(plan.signs) == slow_walk(shape, spacing_m)
    assert len(plan.posts) == slow_walk(shape, 5)


@settings(max_examples=40, deadline=None)
@given(stars(), st.lists(st.tuples(st.integers(-900, 900), st.integers(-900, 900)), min_size=2, max_size=4))
def test_with_gates_nothing_comes_further_apart_and_wire_is_never_negative(shape: Shape, points: list):
    route = [(float(x), float(y)) for x, y in points]
    plan, bare = planned(shape, routes=[route]), planned(shape)
    assert len(plan.signs) >= len(bare.signs)
    for ring in range(len(shape.ring_sizes)):
        mine = sorted(one.along_m for one in plan.signs if one.ring == ring)
        total = sum(side.length_m for side in sides_of(shape, None)[0] if side.ring == ring)
        assert max(b - a for a, b in zip(mine, [*mine[1:], total], strict=True)) <= 25 + 1e-5
    assert 0 <= amounts(plan).get("barbed_wire", 0) <= amounts(bare)["barbed_wire"]


def test_every_system_of_the_list_has_a_bill():
    from torpaq.operations.marking.plan import marking_bill

    assert set(marking_bill()) == set(code_list("marking_system"))
