"""GICHD's geocheck rules and the OGC's, each with a drawing a recorder might hand in.

Drawings are in metres of the national grid unless they say degrees; points, rings and parts count from 1.
"""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from torpaq.geo.crs import AZE
from torpaq.geo.geocheck import Limits, Rings, check_many, check_reported_area
from torpaq.geo.geocheck_relations import explain_invalid
from torpaq.geo.polygons import shape_from_box, shape_from_lonlat, shape_from_metres, shape_from_wkt
from torpaq.geo.shape import shape_of_rings

EXTENT = (44.5, 38.3, 51.5, 42.0)


def ring(text):
    return [tuple(map(float, pair.split(","))) for pair in text.split()]


def drawn(*parts, **more):
    """Check parts, each one text of points (its shell) or a tuple of texts (shell and holes)."""
    polygons = [[ring(text) for text in ((part,) if isinstance(part, str) else part)] for part in parts]
    shape, problems = shape_from_metres(polygons, AZE, EXTENT, "HA-17", **more)
    for p in problems:
        assert all(p.sentence(language).startswith("HA-17: ") for language in ("az", "en", "ru"))
    return shape, problems


def refused(*parts, **more):
    shape, problems = drawn(*parts, **more)
    assert shape is None
    return [p.code for p in problems]


def degrees(text, extent=EXTENT):
    """The same for one ring of WGS 84 degrees as WKT closes it."""
    shape, problems = shape_from_wkt(f"POLYGON (({text}))", AZE, extent, "HA-17")
    return shape, [p.code for p in problems], problems


SQUARE = "0,0 100,0 100,100 0,100"


def test_a_plain_square_has_no_problem():
    shape, problems = drawn(SQUARE)
    assert problems == []
    assert shape.area_m2 == 10_000


# Points


@pytest.mark.parametrize("text", ["0,0 100,0", "0,0 100,0 0,0 100,0", "5,5 5,5 5,5"])
def test_fewer_than_three_different_points(text):
    assert refused(text) == ["too_few_points"]


@pytest.mark.parametrize("value", ["nan", "inf", "-inf"])
def test_not_a_number_or_infinite(value):
    shape, codes, (found,) = degrees(f"46 40, {value} 40, 46.01 40.01, 46 40")
    assert (shape, codes, found.parameters["point"]) == (None, ["not_finite"], 2)


def test_a_ring_that_is_not_closed_is_told_the_gap_and_what_closes_it():
    shape, codes, (found,) = degrees("46 40, 46.01 40, 46.01 40.01, 46.0001 40.0001")
    assert (shape, codes) == (None, ["ring_not_closed"])
    assert (found.parameters["lon"], found.parameters["lat"]) == (46, 40)
    assert found.parameters["gap_m"] == 14.01
    assert "repeat 46.0 40.0 at the end" in found.sentence("en")


def test_a_point_typed_twice_in_a_row():
    _, (found,) = drawn("0,0 100,0 100,0 100,100 0,100")
    assert (found.code, found.parameters["point"]) == ("point_repeated", 3)


def test_points_a_few_millimetres_apart_are_one_point_at_the_ledgers_centimetre():
    assert refused("0,0 100,0 100.002,0.001 100,100 0,100") == ["point_repeated"]


def test_the_first_point_repeated_twice_at_the_end():
    _, codes, _ = degrees("46 40, 46.01 40, 46.01 40.01, 46 40, 46 40")
    assert codes == ["first_point_repeated"]


def test_a_last_point_within_a_millionth_of_a_degree_of_the_first_is_a_warning():
    shape, codes, _ = degrees("46 40, 46.01 40, 46.01 40.01, 46.0000009 40.0000008, 46 40")
    assert shape is not None
    assert codes[0] == "first_point_nearly_repeated"
    assert degrees("46 40, 46.01 40, 46.01 40.01, 46.0000021 40.0000015, 46 40")[1] == []


@pytest.mark.parametrize(
    "text",
    [
        "46 40, 46.01 40, 46.01 40.01, 46 40.01, 46 40, 46.01 40",
        "46 40, 46.01 40, 46.01 40.01, 46 40.01, 46.0000005 40, 46.01 40.0000005",
        "46 40, 46.01 40, 46.01 40.01, 46 40.01, 46 40, 46.01 40, 46 40",
    ],
)
def test_the_first_two_points_repeated_at_the_end(text):
    assert degrees(text)[1] == ["first_two_points_repeated"]


def test_three_points_in_a_line_are_a_note():
    shape, (found,) = drawn("0,0 50,0 100,0 100,100 0,100")
    assert shape.ring_sizes == (5,)
    assert (found.code, found.severity, found.parameters["point"]) == ("points_in_line", "note", 2)


def test_the_beginning_of_a_ring_may_be_the_point_in_line():
    _, (found,) = drawn("50,0 100,0 100,100 0,100 0,0")
    assert (found.code, found.parameters["point"], found.parameters["count"]) == ("points_in_line", 1, 1)


def test_a_centimetre_and_a_half_off_the_line_is_not_in_line():
    assert drawn("0,0 50,0.02 100,0 100,100 0,100")[1] == []
    assert [p.code for p in drawn("0,0 50,0.01 100,0 100,100 0,100")[1]] == ["points_in_line"]


@pytest.mark.parametrize(
    ("text", "point"), [("0,0 100,0 100,50 180,50 100,50 100,100 0,100", 4), ("0,0 100,0 100,100 0,100 0,-40", 5)]
)
def test_a_spike_is_an_error_at_its_tip(text, point):
    shape, problems = drawn(text)
    assert shape is None
    assert ("spike", point) in [(p.code, p.parameters.get("point")) for p in problems]


# Place


def test_swapped_axes_are_known_by_the_country_they_would_lie_in():
    shape, codes, (found,) = degrees("40 46, 40.01 46, 40.01 46.01, 40 46")
    assert (shape, codes) == (None, ["swapped_axes"])
    assert (found.parameters["lon"], found.parameters["lat"]) == (40, 46)


def test_metres_given_as_degrees():
    assert degrees("649761 4409965, 649800 4409965, 649800 4410000, 649761 4409965")[1] == ["metres_as_degrees"]
    assert degrees("200 40, 201 40, 201 41, 200 40", None)[1] == ["metres_as_degrees"]


def test_a_latitude_beyond_the_pole():
    assert degrees("46 100, 47 100, 47 101, 46 100", None)[1] == ["latitude_too_large"]


def test_one_vertex_in_another_country():
    shape, codes, (found,) = degrees("46 40, 46.01 40, 56.01 40.01, 46 40")
    assert (shape, codes) == (None, ["outside_country"])
    assert (found.parameters["point"], found.parameters["outside"], found.parameters["east"]) == (3, 1, 51.5)


def test_without_an_extent_the_whole_earth_will_do():
    assert degrees("-70 -20, -69.99 -20, -69.99 -19.99, -70 -20", None)[0] is not None


def test_a_vertex_five_kilometres_away_is_a_warning_with_its_place():
    shape, (found,) = drawn("0,0 100,0 100,100 0,5200")
    assert shape is not None
    assert (found.code, found.severity) == ("points_far_apart", "warning")
    assert (found.parameters["point"], found.parameters["apart_m"]) == (4, 5200)
    assert drawn("0,0 100,0 100,100 0,5200", limits=Limits(far_m=6000))[1] == []


def test_a_ring_wider_than_any_country():
    shape, problems = shape_from_lonlat([[[(0, 0), (120, 0), (120, 40), (0, 40)]]], closed=False)
    assert shape is None
    assert "polygon_too_wide" in [p.code for p in problems]


def test_a_ring_wider_than_any_country_in_short_steps():
    across = np.linspace(-5_100_000, 5_100_000, 3000)
    polygon = [[np.concatenate((np.column_stack((across, across * 0)), [(0, 5_000_000)]))]]
    shape, problems = shape_from_metres(polygon)
    assert shape is None
    assert "polygon_too_wide" in [p.code for p in problems]


# Area


def test_a_polygon_without_area():
    assert refused("0,0 100,0 200,0 300,0") == ["zero_area"]
    assert refused("0,0 50,50 100,100") == ["zero_area"]
    assert refused((SQUARE, "10,10 20,20 30,30")) == ["zero_area"]


def test_a_strip_that_vanishes_at_a_centimetre():
    assert refused("0,0 0.004,0 0.004,0.004 0,0.004")[-1] == "collapsed_at_1_cm"
    assert refused("0,0 100,0 100,0.003 0,0.003")[-1] == "collapsed_at_1_cm"


# Crossings, holes, parts


def test_a_figure_of_eight_names_both_edges_and_the_place():
    shape, (found,) = drawn("0,0 100,100 100,0 0,100")
    assert (shape, found.code) == (None, "ring_crosses_itself")
    assert (found.parameters["edge"], found.parameters["other_edge"]) == (1, 3)
    lon, lat = AZE.inverse(50.0, 50.0)
    assert found.parameters["lon"] == pytest.approx(lon, abs=1e-7)
    assert found.parameters["lat"] == pytest.approx(lat, abs=1e-7)


def test_a_ring_that_pinches_itself_at_a_corner():
    _, problems = drawn("0,0 100,0 50,50 100,100 0,100 50,50")
    assert {p.code for p in problems} == {"ring_touches_itself"}


def test_a_corner_on_another_edge():
    _, problems = drawn("0,0 100,0 100,100 50,0 0,100")
    assert {p.code for p in problems} == {"ring_touches_itself"}


def test_at_most_three_crossings_are_named():
    zigzag = " ".join(f"{x},{y}" for x in range(0, 200, 10) for y in ((10, -10) if x % 20 else (-10, 10)))
    _, problems = drawn(zigzag + " 200,0 -10,0")
    assert 1 <= len(problems) <= 3


HOLES = {
    "20,20 40,20 40,40 20,40": None,
    "200,20 240,20 240,40 200,40": "hole_outside_shell",
    "80,20 140,20 140,40 80,40": "hole_crosses_shell",
    "0,20 40,20 40,40 0,40": "hole_along_shell",
    "0,50 50,0 100,50 50,100": "holes_cut_part_in_two",
    "0,50 20,40 20,60": None,
}


@pytest.mark.parametrize(("hole", "code"), HOLES.items())
def test_a_hole_must_lie_inside_and_leave_its_part_whole(hole, code):
    shape, problems = drawn((SQUARE, hole))
    assert [p.code for p in problems] == ([code] if code else [])
    assert (shape is None) == bool(code)


def test_two_holes_that_overlap_or_run_along_each_other():
    assert refused((SQUARE, "20,20 40,20 40,40 20,40", "30,30 60,30 60,60 30,60")) == ["holes_overlap"]
    assert refused((SQUARE, "20,20 40,20 40,40 20,40", "40,20 60,20 60,40 40,40")) == ["holes_overlap"]
    assert refused((SQUARE, "20,20 60,20 60,60 20,60", "30,30 40,30 40,40 30,40")) == ["holes_overlap"]


@pytest.mark.parametrize(
    ("other", "code"),
    [
        ("200,0 300,0 300,100 200,100", None),
        ("100,100 200,100 200,200 100,200", None),  # touches at one corner
        ("50,0 150,0 150,100 50,100", "parts_overlap"),
        ("20,20 40,20 40,40 20,40", "parts_overlap"),  # nested
        ("99.5,0 199.5,0 199.5,100 99.5,100", "parts_overlap_slightly"),
        ("100,0 200,0 200,100 100,100", "parts_share_border"),
        (SQUARE, "parts_overlap"),
    ],
)
def test_parts_may_touch_at_points_but_no_land_may_count_twice(other, code):
    shape, problems = drawn(SQUARE, other)
    assert [p.code for p in problems] == ([code] if code else [])
    assert (shape is None) == bool(code)


def test_gichds_limit_for_overlapping_parts_is_a_parameter():
    other = "99.5,0 199.5,0 199.5,100 99.5,100"
    _, (found,) = drawn(SQUARE, other)
    assert found.parameters["percent"] == 0.5
    assert refused(SQUARE, other, limits=Limits(parts_overlap_percent=0.4)) == ["parts_overlap"]


def test_a_neck_of_five_millimetres_closes_at_a_centimetre():
    """The point (50, 0.0049) stands 5 mm off the base; rounded it stands on it."""
    shape, (found,) = drawn("0,0 100,0 100,100 50,0.0049 0,100")
    assert (shape, found.code) == (None, "invalid_at_1_cm")
    lon, lat = AZE.inverse(50.0, 0.0)
    assert (found.parameters["lon"], found.parameters["lat"]) == (
        pytest.approx(lon, abs=1e-6),
        pytest.approx(lat, abs=1e-6),
    )


def test_an_invalid_polygon_never_goes_without_a_reason():
    """Asked for a reason where there is none to name, the check still refuses."""
    square = Rings(np.array(ring(SQUARE + " 0,0")), (5,), (1,))
    bow = Rings(np.array(ring("0,0 100,100 100,0 0,100 0,0")), (5,), (1,))
    (found,) = explain_invalid(square, bow, AZE, "HA-17")
    assert (found.code, found.severity) == ("invalid_polygon", "error")


@settings(max_examples=300)
@given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), min_size=3, max_size=9))
def test_we_refuse_what_geos_calls_invalid_and_take_what_it_calls_valid(points):
    """The twin: GEOS on the same whole metres. Only repeated points and spikes are ours to refuse beyond it."""
    shape, problems = shape_from_metres([[points]])
    closed = np.array([*points, points[0]], dtype=float)
    valid = bool(shapely.is_valid(shapely.polygons(closed))) if len(set(points)) > 2 else False
    if shape:
        assert valid
        assert shape.area_m2 == pytest.approx(shapely.Polygon(closed).area)
    else:
        ours = {"point_repeated", "spike", "zero_area", "first_point_repeated", "first_two_points_repeated"}
        assert not valid or {p.code for p in problems} & ours
    for p in problems:
        assert p.sentence("en")


# Lists and figures


def test_duplicates_by_id_by_trimmed_id_and_by_coordinates():
    box = shape_from_box(["0", "0", "100", "100"])[0]
    turned = shape_of_rings([np.roll(box.points_cm, 2, axis=0)])
    other = shape_from_box(["200", "0", "300", "100"])[0]
    found = check_many([("HA-1", box), ("ha-1 ", other), ("HA-2", turned), ("HA-3", other), ("HA-3", other)])
    assert [(p.code, p.subject) for p in found] == [
        ("id_repeated", "HA-3"),
        ("id_repeated_but_for_blanks", "ha-1 "),
        ("polygon_repeated", "HA-2"),
        ("polygon_repeated", "HA-3"),
        ("polygon_repeated", "HA-3"),
    ]
    assert check_many([("HA-1", box), ("HA-2", other)]) == []


@pytest.mark.parametrize(
    ("reported", "calculated", "differs"),
    [(10_100, 10_000, False), (10_101, 10_000, True), (1_050, 1_000, False), (1_051, 1_000, True), (940, 1_000, True)],
)
def test_a_reported_area_may_differ_by_a_hundredth_or_fifty_square_metres(reported, calculated, differs):
    found = check_reported_area(reported, calculated, "HA-17")
    assert [p.code for p in found] == (["area_differs"] if differs else [])
    if found:
        assert found[0].severity == "warning"
    assert check_reported_area(reported, calculated, "HA-17", Limits(area_percent=20, area_m2=0)) == []
