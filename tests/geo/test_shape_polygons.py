"""From written polygons to shapes and back: what is stored, to the centimetre, and how WKT is read."""

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
import shapely
from hypothesis import assume, given
from hypothesis import strategies as st

from torpaq.geo.crs import AZE
from torpaq.geo.geocheck import Limits
from torpaq.geo.polygons import (
    shape_from_box,
    shape_from_lonlat,
    shape_from_metres,
    shape_from_wkt,
    to_lonlat,
    to_wkt,
)
from torpaq.geo.shape import shape_of_rings

EXTENT = (44.5, 38.3, 51.5, 42.0)
SQUARE = "POLYGON ((47 40, 47.001 40, 47.001 40.001, 47 40.001, 47 40))"


def sound(result):
    shape, problems = result
    assert problems == []
    return shape


def codes(result):
    shape, problems = result
    assert shape is None
    for p in problems:
        assert all(p.sentence(language) for language in ("az", "en", "ru"))
    return [p.code for p in problems]


def test_points_are_rounded_to_whole_centimetres_of_the_national_grid():
    shape = sound(shape_from_wkt(SQUARE, AZE, EXTENT))
    x, y = AZE.forward(np.array([47, 47.001, 47.001, 47]), np.array([40, 40, 40.001, 40.001]))
    assert shape.points_cm.tolist() == [[round(a * 100), round(b * 100)] for a, b in zip(x, y, strict=True)]
    assert shape.ring_sizes == (4,)


def test_shells_are_stored_counter_clockwise_and_holes_clockwise_whichever_way_they_were_drawn():
    shell = [(0, 0), (100, 0), (100, 100), (0, 100)]
    hole = [(20, 20), (40, 20), (40, 40), (20, 40)]
    shapes = [
        sound(shape_from_metres([[shell[::step], hole[::hole_step]]])) for step in (1, -1) for hole_step in (1, -1)
    ]
    assert {shape.area2_cm2 for shape in shapes} == {2 * (100 * 100 - 20 * 20) * 10_000}
    for shape in shapes:
        outer, inner = shape.rings_cm
        assert shapely.is_ccw(shapely.linearrings(outer))
        assert not shapely.is_ccw(shapely.linearrings(inner))


def test_degrees_metres_and_wkt_of_one_square_are_one_shape():
    shape = sound(shape_from_wkt(SQUARE))
    ring = to_lonlat(shape)[0][0]
    assert sound(shape_from_lonlat([[ring]])) == shape
    assert sound(shape_from_lonlat([[ring[:-1]]], closed=False)) == shape
    assert sound(shape_from_metres([[shape.points_cm / 100]])) == shape


WKTS = [
    SQUARE,
    "polygon((47 40,47.001 40,47.001 40.001,47 40.001,47 40))",
    "SRID=4326; POLYGON( ( 47 40 , 47.001 40 , 47.001 40.001,\n 47 40.001 , 47 40 ) )",
    "MULTIPOLYGON (((47 40, 47.001 40, 47.001 40.001, 47 40.001, 47 40)))",
    "POLYGON ((+47.0 4e1, 47.001 40, 47.001 40.001, 47 40.001, 47 40))",
]


@pytest.mark.parametrize("wkt", WKTS)
def test_wkt_is_read_however_it_is_spaced(wkt):
    assert sound(shape_from_wkt(wkt)) == sound(shape_from_wkt(SQUARE))


@pytest.mark.parametrize(
    ("wkt", "code"),
    [
        ("", "wkt_unreadable"),
        ("((47 40))", "wkt_unreadable"),
        ("POLYGON ((4_7 40, 48 40, 48 41, 4_7 40))", "wkt_unreadable"),
        ("POLYGON ((٤٧ 40, 48 40, 48 41, ٤٧ 40))", "wkt_unreadable"),
        ("POINT (47 40)", "wkt_other_kind"),
        ("LINESTRING (47 40, 48 41)", "wkt_other_kind"),
        ("SRID=32638;POLYGON ((1 1, 2 1, 2 2, 1 1))", "wkt_other_crs"),
        ("POLYGON", "wkt_brackets"),
        ("POLYGON (47 40, 48 40, 48 41, 47 40)", "wkt_brackets"),
        ("POLYGON ((47 40, 48 40, 48 41, 47 40)", "wkt_brackets"),
        ("POLYGON ((47 40, 48 40)), ((48 41, 47 40))", "wkt_brackets"),
        ("MULTIPOLYGON ((47 40, 48 40, 48 41, 47 40))", "wkt_brackets"),
        ("POLYGON Z ((47 40 1, 48 40 1, 48 41 1, 47 40 1))", "wkt_brackets"),
        ("POLYGON ((47 40 1, 48 40 1, 48 41 1, 47 40 1))", "wkt_point_unreadable"),
        ("POLYGON ((47,5 40,1, 48 40, 48 41))", "wkt_point_unreadable"),
        ("POLYGON ((47 40, , 48 41, 47 40))", "wkt_point_unreadable"),
        ("POLYGON ((47 40°, 48 40, 48 41, 47 40))", "wkt_unreadable"),
        ("POLYGON ((47 N40, 48 40, 48 41, 47 40))", "wkt_point_unreadable"),
        ("POLYGON (())", "wkt_point_unreadable"),
        ("POLYGON EMPTY", "polygon_empty"),
        ("POLYGON ((47 40, 48 40, 48 41, 47 40)) and more", "wkt_brackets"),
    ],
)
def test_what_is_not_wkt_is_said_with_what_would_be(wkt, code):
    assert codes(shape_from_wkt(wkt, subject="L3")) == [code]


def test_a_wkt_point_that_cannot_be_read_is_named():
    _, (found,) = shape_from_wkt("MULTIPOLYGON (((47 40, 48 40, 48 41, 47 40)), ((47 40, 48 4x0, 48 41, 47 40)))")
    assert dict(found.parameters) == {"part": 2, "ring": 1, "point": 2, "text": "48 4x0"}


def test_shapes_go_out_as_wkt_and_come_back_the_same():
    shape = sound(
        shape_from_wkt(
            "MULTIPOLYGON (((47 40, 47.01 40, 47.01 40.01, 47 40.01, 47 40),"
            " (47.002 40.002, 47.002 40.004, 47.004 40.004, 47.002 40.002)),"
            " ((47.02 40, 47.03 40, 47.03 40.01, 47.02 40)))"
        )
    )
    assert to_wkt(shape).startswith("MULTIPOLYGON (((")
    assert sound(shape_from_wkt(to_wkt(shape))) == shape
    assert [[len(ring) for ring in polygon] for polygon in to_lonlat(shape)] == [[5, 4], [4]]


@given(st.lists(st.integers(1, 10**6), min_size=4, max_size=4), st.integers(-(10**7), 10**7))
def test_any_triangle_of_centimetres_survives_the_way_out_and_back(sides, east):
    a, b, c, d = sides
    ring = [(east, 0), (east + a + 50, 0), (east + b, c + d + 50)]
    shape = shape_of_rings([ring])
    shape_back, problems = shape_from_wkt(to_wkt(shape))
    assume("spike" not in {p.code for p in problems})  # narrower than a centimetre somewhere
    assert {p.code for p in problems} <= {"points_far_apart", "points_in_line"}
    assert shape_back == shape


# Boxes


def test_a_box_is_rounded_exactly_as_written_half_to_even():
    shape = sound(shape_from_box(["0.005", "0.015", "100.025", "1.015"]))
    assert shape.bounds_cm == (0, 2, 10002, 102)
    assert shape.ring_sizes == (4,)
    assert shapely.is_ccw(shapely.linearrings(shape.points_cm))


@given(*[st.decimals(-200_000, 200_000, places=3, allow_nan=False) for _ in range(4)])
def test_a_box_by_fractions(x0, y0, x1, y1):
    shape, problems = shape_from_box([str(value) for value in (x0, y0, x1, y1)])
    cm = [round(Fraction(value) * 100) for value in (x0, y0, x1, y1)]
    if cm[0] == cm[2] or cm[1] == cm[3]:
        assert shape is None
        assert {p.code for p in problems} <= {"zero_area", "collapsed_at_1_cm"}
    else:
        assert shape.area2_cm2 == 2 * abs(cm[2] - cm[0]) * abs(cm[3] - cm[1])


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("0 0 100", "box_needs_four_numbers"),
        ("0 0 100 100 5", "box_needs_four_numbers"),
        ("0 0 100 1OO", "not_a_number"),
        ("0 0 100 nan", "not_a_number"),
        ("0 0 100 inf", "not_a_number"),
        ("0 0 100 1_0", "not_a_number"),
        ("0 0 100 ١٠", "not_a_number"),
        ("0 0 100 0", "zero_area"),
        ("0 0 100 0.004", "collapsed_at_1_cm"),
        ("0 0 1e9 100", "metres_too_large"),
        ("0 0 1e400 100", "metres_too_large"),
        ("0 0 1e999999999 100", "metres_too_large"),
        ("649761 4409965 649800 4410000", "wrong_zone"),
        ("900000 0 900100 100", "outside_country"),
    ],
)
def test_a_box_that_is_none(words, code):
    assert codes(shape_from_box(words.split(), AZE, EXTENT, "L7")) == [code]


def test_a_long_box_is_a_shape_with_a_warning():
    shape, problems = shape_from_box(["0", "0", "9000", "100"])
    assert shape.area_m2 == 900_000
    assert [p.code for p in problems] == ["points_far_apart"]


def test_metres_that_are_not_finite_or_from_another_grid():
    ring = [(0, 0), (100, 0), (100, 100)]
    assert codes(shape_from_metres([[[*ring, (np.nan, 0)]]], AZE, EXTENT)) == ["not_finite"]
    assert codes(shape_from_metres([[[*ring, (np.inf, 0)]]], AZE, EXTENT)) == ["metres_too_large"]
    utm = [(649761 + x, 4409965 + y) for x, y in ring]
    _, (found,) = shape_from_metres([[utm]], AZE, EXTENT)
    assert (found.code, found.parameters["grid"]) == ("wrong_zone", "EPSG:32638")
    gauss = [(8649761 + x, 4409965 + y) for x, y in ring]
    assert shape_from_metres([[gauss]], AZE, EXTENT)[1][0].parameters["grid"] == "EPSG:28408"
    assert codes(shape_from_metres([])) == ["polygon_empty"]
    assert codes(shape_from_lonlat([[]])) == ["polygon_empty"]
    assert codes(shape_from_lonlat([[[]]])) == ["polygon_empty"]


def test_five_million_vertices_are_refused_before_any_work_is_done():
    wkt = "POLYGON ((" + "46 40," * 5_000_000 + "46 40))"
    _, (found,) = shape_from_wkt(wkt)
    assert (found.code, found.parameters["vertices"]) == ("too_many_vertices", 5_000_001)
    ring = np.zeros((5_000_000, 2))
    assert codes(shape_from_lonlat([[ring]])) == ["too_many_vertices"]
    assert codes(shape_from_wkt(SQUARE, limits=Limits(vertices=4))) == ["too_many_vertices"]


def test_decimals_are_exact_to_the_last_digit():
    assert sound(shape_from_box(["0", "0", str(Decimal("2345.675")), "1"])).bounds_cm[2] == 234568
