"""Areas on the ellipsoid, and how far other grids are off: the six test polygons of the design notes."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from torpaq.geo.area import (
    cut_geodesic,
    geodesic_area,
    height_factor,
    projected_area_m2,
    shoelace_m2,
    slope_factor,
    straight_area,
)
from torpaq.geo.crs import AZE, geod, transformer
from torpaq.geo.polygons import shape_from_lonlat

POLYGONS = {
    "T1": "46.93,39.99 46.942,39.99 46.942,39.9985 46.93,39.9985",
    "T2": "47.1,39.52 47.18,39.505 47.26,39.48 47.2605,39.4815 47.1806,39.5066 47.1004,39.5216",
    "T3": "46,40.05 46.06,40.04 46.07,40.09 46.02,40.11",
    "T4": "46.6,39.05 46.7,39.05 46.7,39.12 46.6,39.12",
    "T5": "45.7,39 47.4,39 47.4,40.3 45.7,40.3",
    "T6": "48.5,40.3 48.6,40.3 48.6,40.38 48.5,40.38",
}
#        area m²             perimeter m  UTM38N  UTM39N   GK z8  LAEA vertices (ppm), 3857 (%)
FIGURES = {
    "T1": ("967211.0554", "3937.2113", -127.4, 2166.1, 707.0, "-0.003", 70.6),
    "T2": ("2610391.2011", "29363.5755", 65.8, 1857.9, 900.4, "-0.066", 68.2),
    "T3": ("30784191.5443", "22540.4928", -607.6, 3617.2, 226.4, "-0.613", 71.0),
    "T4": ("67238460.1758", "32846.9229", -298.3, 2689.9, 536.0, "-0.210", 66.2),
    "T5": ("21059022313.3250", "580465.3994", -320.8, 2837.2, 513.5, "-64.9", 68.9),
    "T6": ("75480289.7919", "34760.3469", 1439.7, 266.4, 2275.4, "-0.231", 72.3),
}
BIG = pytest.mark.parametrize("name", list(POLYGONS))


def ring(name):
    return [tuple(map(float, pair.split(","))) for pair in POLYGONS[name].split()]


def ppm(area_m2, truth_m2):
    return (area_m2 / truth_m2 - 1) * 1e6


@BIG
def test_the_geodesic_area_and_perimeter_to_every_printed_digit(name):
    area_m2, perimeter_m = geodesic_area([[ring(name)]])
    assert f"{area_m2:.4f}" == FIGURES[name][0]
    assert f"{perimeter_m:.4f}" == FIGURES[name][1]


@BIG
def test_what_an_operator_gets_who_sums_areas_in_the_wrong_grid(name):
    truth_m2 = geodesic_area([[ring(name)]]).area_m2
    _, _, utm38, utm39, gauss_krueger, vertices_only, mercator = FIGURES[name]
    step_m = 500 if name == "T5" else 50  # T5 has 145 km edges: the coarser step changes nothing printed
    assert round(ppm(projected_area_m2([[ring(name)]], "EPSG:32638", step_m), truth_m2), 1) == utm38
    assert round(ppm(projected_area_m2([[ring(name)]], "EPSG:32639", step_m), truth_m2), 1) == utm39
    read_as_sk42_m2 = projected_area_m2([[ring(name)]], "EPSG:28408", step_m, source="EPSG:4284")
    assert round(ppm(read_as_sk42_m2, truth_m2), 1) == gauss_krueger
    decimals = len(vertices_only.partition(".")[2])
    assert f"{ppm(projected_area_m2([[ring(name)]], AZE.proj, None), truth_m2):.{decimals}f}" == vertices_only
    assert round(ppm(projected_area_m2([[ring(name)]], "EPSG:3857", step_m), truth_m2) / 1e4, 1) == mercator


@BIG
def test_the_national_grid_with_cut_edges_is_right_to_a_millionth_of_a_millionth(name):
    truth_m2 = geodesic_area([[ring(name)]]).area_m2
    assert abs(ppm(projected_area_m2([[ring(name)]], AZE.proj), truth_m2)) < 0.0005


@BIG
def test_the_ledger_area_is_the_ellipsoidal_area_of_its_own_straight_edges(name):
    shape, problems = shape_from_lonlat([[ring(name)]], closed=False)
    assert {p.code for p in problems} <= {"points_far_apart"}
    truth_m2 = straight_area(shape, step_m=500 if name == "T5" else 50).area_m2
    assert abs(ppm(shape.area_m2, truth_m2)) < 0.01


def test_a_hole_is_taken_off_whichever_way_it_runs():
    shell = [(47, 40), (47.01, 40), (47.01, 40.01), (47, 40.01)]
    hole = [(47.002, 40.002), (47.004, 40.002), (47.004, 40.004)]
    whole, cut = geodesic_area([[shell]]), geodesic_area([[hole]])
    for turned in (hole, hole[::-1]):
        both = geodesic_area([[shell, turned]])
        assert both.area_m2 == pytest.approx(whole.area_m2 - cut.area_m2, abs=1e-6)
        assert both.perimeter_m == pytest.approx(whole.perimeter_m + cut.perimeter_m, abs=1e-6)


def test_height_and_slope_are_factors_the_ledger_never_mixes_in():
    assert [round((height_factor(h) - 1) * 1e6) for h in (500, 1500, 2500)] == [157, 471, 785]
    assert [round((slope_factor(s) - 1) * 100, 2) for s in (5, 10, 20)] == [0.38, 1.54, 6.42]
    assert round((slope_factor(30) - 1) * 100, 1) == 15.5


def test_geodesics_forward_and_back_agree_with_the_printed_vectors():
    for lat, lon, azimuth, metres, expected in (
        (39.8265, 46.75, 37.5, 250, ("39.8282863142", "46.7517777717", "37.50113862")),
        (39.8265, 46.75, 217.5, 1234.567, ("39.8176782942", "46.7412222370", "-142.50562133")),
        (39.2, 47, 90, 10_000, ("39.1999424875", "47.1157647926", "90.07316671")),
    ):
        lon2, lat2, back = geod().fwd(lon, lat, azimuth, metres)
        onward = (back + 180 + 180) % 360 - 180
        assert (f"{lat2:.10f}", f"{lon2:.10f}", f"{onward:.8f}") == expected
    forward, back, metres = geod().inv(46.93, 39.99, 47.10, 39.52)
    assert (f"{metres:.4f}", f"{forward:.8f}", f"{back + 180:.8f}") == ("54179.5187", "164.34696402", "164.45568102")


@pytest.mark.parametrize(
    ("lon", "lat", "grid", "x_m", "y_m"),
    [
        (46.75, 39.8265, "EPSG:32638", "649761.0851", "4409965.7598"),
        (46.75, 39.8265, "EPSG:32639", "136244.3338", "4417149.9658"),
        (46.75, 39.8265, AZE.proj, "-21402.3122", "-19234.3762"),
        (46.93, 39.99, "EPSG:32638", "664773.7386", "4428431.1735"),
        (46.93, 39.99, AZE.proj, "-5978.4399", "-1108.0074"),
        (47.10, 39.52, "EPSG:32638", "680511.9442", "4376589.7167"),
        (47.10, 39.52, AZE.proj, "8598.8700", "-53289.7096"),
    ],
)
def test_places_in_the_grids_to_every_printed_digit(lon, lat, grid, x_m, y_m):
    x, y = transformer("EPSG:4326", grid).transform(lon, lat)
    assert (f"{x:.4f}", f"{y:.4f}") == (x_m, y_m)


def test_cut_edges_keep_the_corners_and_are_short():
    closed = np.array([*ring("T1"), ring("T1")[0]])
    dense = cut_geodesic(closed, 50)
    steps_m = geod().line_lengths(dense[:, 0], dense[:, 1])
    assert max(steps_m) <= 50
    assert all(any(np.allclose(corner, point, atol=0) for point in dense) for corner in closed)


@given(st.lists(st.tuples(st.integers(-(10**6), 10**6), st.integers(-(10**6), 10**6)), min_size=3, max_size=12))
def test_the_shoelace_agrees_with_fractions(points):
    pairs = list(zip(points, points[1:] + points[:1], strict=True))
    exact = sum(Fraction(x) * next_y - Fraction(next_x) * y for (x, y), (next_x, next_y) in pairs) / 2
    assert math.isclose(shoelace_m2(np.array(points, dtype=float)), exact, rel_tol=1e-12, abs_tol=1e-3)
