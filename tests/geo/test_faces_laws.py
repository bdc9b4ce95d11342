"""The laws of atomic faces: land is neither made nor lost, and nothing depends on who reported first."""

from fractions import Fraction
from random import Random

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from torpaq.geo.partition.exact import compare_products, rounded_um, whole_m2
from torpaq.geo.partition.faces import Faces, atomic_faces
from torpaq.geo.shape import Shape, shape_of_rings

Ring = list[tuple[int, int]]


@st.composite
def stars(draw: st.DrawFn, spread_cm: int = 20_000) -> Ring:
    """Return a star-shaped ring, counter-clockwise, with its points on the 1 cm grid."""
    x, y = draw(st.integers(-spread_cm, spread_cm)), draw(st.integers(-spread_cm, spread_cm))
    reaches = draw(st.lists(st.integers(500, 15_000), min_size=3, max_size=9))
    angles = 2 * np.pi * np.arange(len(reaches)) / len(reaches)
    return [(x + round(r * np.cos(a)), y + round(r * np.sin(a))) for r, a in zip(reaches, angles, strict=True)]


many_stars = st.lists(stars(), min_size=1, max_size=7)


def faces_of(rings: list[Ring]) -> Faces:
    return atomic_faces([shape_of_rings([ring]) for ring in rings])


def doubled_area(points: NDArray[np.int64]) -> int:
    xy = [(int(x), int(y)) for x, y in points]
    return sum(ax * by - bx * ay for (ax, ay), (bx, by) in zip(xy, xy[1:] + xy[:1], strict=True))


def canonical(faces: Faces, names: list[int]) -> set[tuple[frozenset[int], frozenset[tuple[tuple[int, int], ...]]]]:
    """Return the faces as (names of shapes, rings)."""
    return {
        (
            frozenset(names[shape] for shape in faces.cover_of(face)),
            frozenset(tuple(map(tuple, ring.tolist())) for ring in faces.rings_um(face)),
        )
        for face in range(faces.n_faces)
    }


@settings(max_examples=80, deadline=None)
@given(many_stars)
def test_every_figure_is_exact_and_the_faces_add_up_to_the_union(rings: list[Ring]) -> None:
    """The union's area is taken from its outer borders alone, in Python's whole numbers."""
    faces = faces_of(rings)
    for face in range(faces.n_faces):
        assert faces.area2_um2([face]) == sum(doubled_area(ring) for ring in faces.rings_um(face))
        assert 0 <= faces.area2_lo[face] < 10**12
    union = 0
    for a, b, left, right in faces.edges.tolist():
        (ax, ay), (bx, by) = faces.vertices_um[a].tolist(), faces.vertices_um[b].tolist()
        union += (ax * by - bx * ay) * ((left >= 0) - (right >= 0))
    assert faces.area2_um2() == union


@settings(max_examples=80, deadline=None)
@given(many_stars)
def test_the_faces_of_a_shape_add_up_to_its_area(rings: list[Ring]) -> None:
    """To less than a micrometre along its border: 0.000 001 m² a metre."""
    faces = faces_of(rings)
    for number, ring in enumerate(rings):
        shape = shape_of_rings([ring])
        covered = [face for face in range(faces.n_faces) if number in faces.cover_of(face)]
        points = np.array(ring) / 100
        border_m = np.hypot(*(np.roll(points, -1, axis=0) - points).T).sum()
        assert abs(faces.area2_um2(covered) - shape.area2_cm2 * 10**8) / 2e12 <= 1e-6 * border_m


@settings(max_examples=60, deadline=None)
@given(many_stars, st.randoms(use_true_random=False))
def test_the_order_of_reports_never_matters(rings: list[Ring], random: Random) -> None:
    order = list(range(len(rings)))
    random.shuffle(order)
    shuffled = faces_of([rings[k] for k in order])
    assert canonical(shuffled, order) == canonical(faces_of(rings), list(range(len(rings))))


@settings(max_examples=60, deadline=None)
@given(many_stars, st.integers(1, 8))
def test_the_first_corner_of_a_ring_never_matters(rings: list[Ring], turn: int) -> None:
    turned = [ring[turn % len(ring) :] + ring[: turn % len(ring)] for ring in rings]
    names = list(range(len(rings)))
    assert canonical(faces_of(turned), names) == canonical(faces_of(rings), names)


@settings(max_examples=60, deadline=None)
@given(many_stars, st.integers(-10_000_000, 10_000_000), st.integers(-10_000_000, 10_000_000))
def test_faces_move_with_their_shapes(rings: list[Ring], east: int, north: int) -> None:
    moved = faces_of([[(x + east, y + north) for x, y in ring] for ring in rings])
    faces = faces_of(rings)
    assert np.array_equal(moved.vertices_um - [east * 10_000, north * 10_000], faces.vertices_um)
    for name in ("ring_vertices", "face_rings", "cover", "cover_offsets", "area2_hi", "area2_lo", "edges"):
        assert np.array_equal(getattr(moved, name), getattr(faces, name)), name


@settings(max_examples=60, deadline=None)
@given(many_stars)
def test_a_point_lies_in_the_face_of_exactly_its_shapes(rings: list[Ring]) -> None:
    faces = faces_of(rings)
    wide = np.flatnonzero(faces.area_m2 > 0.01)
    points = faces.inner_points_m(wide)
    located = faces.locate(points[:, 0], points[:, 1])
    assert located.tolist() == wide.tolist()
    for face, (x, y) in zip(wide.tolist(), points.tolist(), strict=True):
        assert faces.cover_of(face).tolist() == [k for k, ring in enumerate(rings) if is_inside(ring, x * 100, y * 100)]


def is_inside(ring: Ring, x: float, y: float) -> bool:
    inside = False
    for (ax, ay), (bx, by) in zip(ring, ring[1:] + ring[:1], strict=True):
        if (ay > y) != (by > y) and x < ax + (y - ay) * (bx - ax) / (by - ay):
            inside = not inside
    return inside


@settings(max_examples=40, deadline=None)
@given(many_stars, many_stars)
def test_what_lies_apart_is_the_same_alone_and_together(here: list[Ring], there: list[Ring]) -> None:
    """The live ledger rests on this: a component can be computed by itself."""
    far = [[(x + 5_000_000, y) for x, y in ring] for ring in there]
    names = list(range(len(here) + len(far)))
    together = canonical(faces_of(here + far), names)
    assert together == canonical(faces_of(here), names) | canonical(faces_of(far), names[len(here) :])


operands = st.integers(-(2**62) + 1, 2**62 - 1)


@given(operands, operands, operands, operands)
def test_products_are_compared_exactly(a: int, b: int, c: int, d: int) -> None:
    assert compare_products(a, b, c, d) == (a * b > c * d) - (a * b < c * d)


@given(operands, operands, st.integers(-3, 3))
def test_products_that_differ_by_one_are_told_apart(a: int, b: int, off: int) -> None:
    assert compare_products(a, b, b, a) == 0
    c = min(max(a + off, -(2**62) + 1), 2**62 - 1)
    assert compare_products(a, b, c, b) == (a * b > c * b) - (a * b < c * b)


@given(st.integers(-(10**9), 10**9), st.integers(1, 2 * 10**18), st.data())
def test_a_crossing_is_rounded_as_its_exact_fraction(step: int, d: int, data: st.DataObject) -> None:
    n = data.draw(st.integers(0, d))
    exact = Fraction(n * step * 10_000, d) + Fraction(1, 2)
    assert rounded_um(7, step, n, d) == 70_000 + exact.numerator // exact.denominator


@given(st.integers(-(10**27), 10**27))
def test_wide_sums_come_back_from_their_remainder(value: int) -> None:
    wrapped = (value + 2**63) % 2**64 - 2**63
    high, low = whole_m2(wrapped, float(value))
    assert (high * 10**12 + low, 0 <= low < 10**12) == (value, True)


def test_a_shape_within_itself_is_no_surprise() -> None:
    ring = [(0, 0), (1000, 0), (1000, 1000), (0, 1000)]
    shapes: list[Shape] = [shape_of_rings([ring]), shape_of_rings([ring, ring])]
    faces = atomic_faces(shapes)
    assert [faces.cover_of(face).tolist() for face in range(faces.n_faces)] == [[0]], "a ring drawn twice cancels"
