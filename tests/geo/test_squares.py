"""A polygon as squares: exact, each counted once, nothing lost between neighbours."""

import itertools
import math
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from torpaq.geo.shape import box_shape, shape_of_rings
from torpaq.geo.squares import Squares, shape_of_square, shape_of_squares, squares_of

CORNERS = st.lists(st.tuples(st.integers(-60, 60), st.integers(-60, 60)), min_size=3, max_size=7, unique=True)


def ring_around(points):
    """Sort points round their middle, so that the ring is simple."""
    x, y = sum(p[0] for p in points) / len(points) + 0.01, sum(p[1] for p in points) / len(points) + 0.007
    return sorted(points, key=lambda p: math.atan2(p[1] - y, p[0] - x))


def plain_squares(rings, side):
    """Try every centre with a ray to the west, in fractions."""
    found = set()
    reach = range(-70 // side, 70 // side + 1)
    for column, row in itertools.product(reach, reach):
        x, y = Fraction(2 * column + 1, 2) * side, Fraction(2 * row + 1, 2) * side
        odd = False
        for ring in rings:
            for (ax, ay), (bx, by) in zip(ring, [*ring[1:], ring[0]], strict=True):
                if (ay <= y) != (by <= y) and ax + Fraction(y - ay) * (bx - ax) / (by - ay) <= x:
                    odd = not odd
        if odd:
            found.add((column, row))
    return found


def test_a_rectangle_has_its_area_in_squares():
    squares = squares_of(box_shape(0, 0, 30, 20), 100)
    assert len(squares) == 600
    assert squares[0] == (0, 0)
    assert squares[599] == (29, 19)
    assert list(squares) == [squares[number] for number in range(600)]


@given(CORNERS, st.integers(4, 11))
@settings(deadline=None, max_examples=40)
def test_squares_are_those_whose_centre_lies_inside(points, side):
    ring = ring_around(points)
    squares = squares_of(shape_of_rings([ring]), side)
    assert set(squares) == plain_squares([ring], side)
    assert len(list(squares)) == len(squares) == len(set(squares))


def test_a_hole_has_no_squares():
    outer, hole = [(0, 0), (900, 0), (900, 900), (0, 900)], [(300, 300), (300, 600), (600, 600), (600, 300)]
    squares = squares_of(shape_of_rings([outer, hole]), 100)
    assert len(squares) == 72
    assert (4, 4) not in set(squares)


@settings(deadline=None)
@given(st.integers(-50, 50), st.integers(-50, 50), st.integers(1, 7))
def test_neighbours_share_no_square_and_lose_none(cut, shift, side):
    left = shape_of_rings([[(-60, -60), (cut, -60), (shift, 60), (-60, 60)]])
    right = shape_of_rings([[(cut, -60), (60, -60), (60, 60), (shift, 60)]])
    whole = shape_of_rings([[(-60, -60), (60, -60), (60, 60), (-60, 60)]])
    parts = [set(squares_of(shape, side)) for shape in (left, right)]
    assert parts[0] & parts[1] == set()
    assert parts[0] | parts[1] == set(squares_of(whole, side))


@settings(deadline=None)
@given(CORNERS, CORNERS, st.integers(2, 9))
def test_within_and_without_are_those_of_sets(one, other, side):
    a, b = (squares_of(shape_of_rings([ring_around(points)]), side) for points in (one, other))
    assert set(a.within(b)) == set(a) & set(b)
    assert set(a.without(b)) == set(a) - set(b)


def test_a_square_is_a_shape_again():
    assert shape_of_square((3, -2), 100).bounds_cm == (300, -200, 400, -100)
    assert shape_of_squares([(0, 0), (5, 5)], 100).area_m2 == 2.0
    assert shape_of_squares([], 100) is None
    assert len(Squares(100, ())) == 0


def test_too_many_rows_are_refused():
    assert squares_of(box_shape(0, 0, 10, 300_000), 100) is None
