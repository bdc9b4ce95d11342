"""Pieces of ground on a map: one kind is one area, with its holes and without its seams."""

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from torpaq.report.ground import merged, polygons_of


def square(x, y):
    return ((x, y), (x + 1, y), (x + 1, y + 1), (x, y + 1))


def area_of(polygons):
    return sum(shapely.Polygon(rings[0], rings[1:]).area for rings in polygons)


@given(cells=st.sets(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=1))
def test_the_area_is_that_of_the_pieces_however_they_lie(cells):
    (area,) = merged(("cha", (square(x, y),)) for x, y in sorted(cells))
    assert area.kind == "cha" and area_of(area.polygons) == pytest.approx(len(cells))


def test_neighbours_become_one_and_a_ring_keeps_its_hole():
    around = [(x, y) for x in range(3) for y in range(3) if (x, y) != (1, 1)]
    (area,) = merged(("sha", (square(x, y),)) for x, y in around)
    assert [len(rings) for rings in area.polygons] == [2]


def test_kinds_stay_apart_and_lines_are_no_ground():
    areas = merged([("sha", (square(0, 0),)), ("cleared", (square(1, 0),))])
    assert [area.kind for area in areas] == ["cleared", "sha"]
    assert polygons_of(shapely.LineString([(0, 0), (1, 1)])) == ()
