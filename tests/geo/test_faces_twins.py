"""Atomic faces against two slow plain twins: exact fractions in vertical slabs, and GEOS through shapely."""

from collections import Counter, defaultdict
from fractions import Fraction
from itertools import combinations, pairwise

import numpy as np
import shapely
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from torpaq.geo.partition.faces import Faces, atomic_faces
from torpaq.geo.shape import Shape, shape_of_rings

CELL_CM = 10_000  # grids of 100 m cells: rounding to 1 µm is then far below every real area
Point = tuple[Fraction, Fraction]
Rings = list[list[tuple[int, int]]]


def rings_on_a_grid(size: int) -> st.SearchStrategy[Rings]:
    """Return any closed walks on a small grid: also such as cross, touch and overlap themselves (parity decides)."""
    point = st.tuples(st.integers(0, size), st.integers(0, size))
    return st.lists(st.lists(point, min_size=3, max_size=6), min_size=1, max_size=2)


def shape_on_grid(rings: Rings) -> Shape:
    return shape_of_rings([np.array(ring) * CELL_CM for ring in rings])


def edges_of(rings: Rings) -> list[tuple[Point, Point]]:
    """Return the edges with x ascending; vertical ones do not matter in slabs."""
    edges = []
    for ring in rings:
        for (ax, ay), (bx, by) in zip(ring, ring[1:] + ring[:1], strict=True):
            a, b = (Fraction(ax), Fraction(ay)), (Fraction(bx), Fraction(by))
            edges += [(min(a, b), max(a, b))] if ax != bx else []
    return edges


def height(edge: tuple[Point, Point], x: Fraction) -> Fraction:
    (ax, ay), (bx, by) = edge
    return ay + (by - ay) * (x - ax) / (bx - ax)


def crossing_xs(one: tuple[Point, Point], other: tuple[Point, Point]) -> list[Fraction]:
    low, high = max(one[0][0], other[0][0]), min(one[1][0], other[1][0])
    if low >= high:
        return []
    before, after = height(one, low) - height(other, low), height(one, high) - height(other, high)
    return [low + (high - low) * before / (before - after)] if before * after < 0 else []


def slab_twin(shapes: list[Rings]) -> Counter[tuple[tuple[int, ...], Fraction]]:
    """Count the faces of each (cover, exact area in cells): trapezoids between neighbouring x, joined sideways."""
    owned = [(edge, number) for number, rings in enumerate(shapes) for edge in edges_of(rings)]
    ends = {point[0] for edge, _ in owned for point in edge}
    xs = sorted(ends.union(*(crossing_xs(a, b) for (a, _), (b, _) in combinations(owned, 2))))
    cells: list[tuple[frozenset[int], Fraction]] = []
    parent: list[int] = []

    def root(k: int) -> int:
        return k if parent[k] == k else root(parent[k])

    before: list[tuple[Fraction, Fraction, int]] = []
    for x0, x1 in pairwise(xs):
        middle = (x0 + x1) / 2
        here = sorted(
            (height(e, middle), height(e, x0), height(e, x1), k) for e, k in owned if e[0][0] <= x0 and e[1][0] >= x1
        )
        cover: frozenset[int] = frozenset()
        now, left = [], []
        for lower, upper in pairwise(here):
            cover ^= {lower[3]}
            if lower[0] == upper[0]:
                continue
            area = (upper[1] - lower[1] + upper[2] - lower[2]) * (x1 - x0) / 2
            if now and now[-1][1] == lower[2] and left[-1][1] == lower[1] and cells[-1][0] == cover:
                cells[-1] = (cover, cells[-1][1] + area)  # nothing begins or ends on this line
                now[-1], left[-1] = (now[-1][0], upper[2], now[-1][2]), (left[-1][0], upper[1], left[-1][2])
                continue
            parent.append(len(cells))
            cells.append((cover, area))
            now.append((lower[2], upper[2], len(cells) - 1))
            left.append((lower[1], upper[1], len(cells) - 1))
        for low, high, cell in left:
            for other_low, other_high, other in before:
                if max(low, other_low) < min(high, other_high) and cells[cell][0] == cells[other][0]:
                    parent[root(cell)] = root(other)
        before = now
    total: defaultdict[int, Fraction] = defaultdict(Fraction)
    for k in range(len(cells)):
        total[root(k)] += cells[k][1]
    return Counter((tuple(sorted(cells[k][0])), area) for k, area in total.items() if cells[k][0])


def assert_same_faces(faces: Faces, expected: Counter[tuple[tuple[int, ...], Fraction]]) -> None:
    cell_um2 = (CELL_CM * 10_000) ** 2
    ours = sorted(
        (tuple(faces.cover_of(f).tolist()), faces.area2_um2([f]) / 2 / cell_um2) for f in range(faces.n_faces)
    )
    theirs = sorted((cover, float(area)) for cover, area in expected.elements())
    assert [cover for cover, _ in ours] == [cover for cover, _ in theirs]
    assert np.allclose([area for _, area in ours], [area for _, area in theirs], atol=1e-6, rtol=0)


@settings(max_examples=150, deadline=None)
@given(st.integers(1, 6).flatmap(lambda size: st.lists(rings_on_a_grid(size), min_size=1, max_size=5)))
def test_faces_equal_those_of_exact_fractions_where_everything_touches(shapes: list[Rings]) -> None:
    assert_same_faces(atomic_faces([shape_on_grid(rings) for rings in shapes]), slab_twin(shapes))


@settings(max_examples=60, deadline=None)
@given(st.lists(rings_on_a_grid(40), min_size=1, max_size=4))
def test_faces_equal_those_of_exact_fractions_where_lines_cross(shapes: list[Rings]) -> None:
    assert_same_faces(atomic_faces([shape_on_grid(rings) for rings in shapes]), slab_twin(shapes))


def geos_twin(polygons: list[shapely.Polygon]) -> list[tuple[tuple[int, ...], float]]:
    """Return (cover, area) of each part of the polygonised boundaries, by a point inside it."""
    lines = shapely.union_all([polygon.boundary for polygon in polygons])
    found = []
    for part in shapely.polygonize([lines]).geoms:
        inside = part.representative_point()
        found.append((tuple(k for k, polygon in enumerate(polygons) if polygon.covers(inside)), part.area))
    return sorted(part for part in found if part[0])


@settings(max_examples=60, deadline=None)
@given(st.integers(3, 12).flatmap(lambda size: st.lists(rings_on_a_grid(size), min_size=1, max_size=6)))
def test_faces_equal_those_of_geos_for_valid_polygons(walks: list[Rings]) -> None:
    polygons = [shapely.Polygon(rings[0]) for rings in walks]
    polygons = [shapely.orient_polygons(polygon) for polygon in polygons if polygon.is_valid and polygon.area > 0]
    assume(polygons)
    faces = atomic_faces([shape_on_grid([[(int(x), int(y)) for x, y in p.exterior.coords]]) for p in polygons])
    theirs = geos_twin(polygons)
    cells = faces.area_m2 / (CELL_CM / 100) ** 2
    ours = sorted((tuple(faces.cover_of(f).tolist()), float(cells[f])) for f in range(faces.n_faces))
    assert [cover for cover, _ in ours] == [cover for cover, _ in theirs]
    assert np.allclose([area for _, area in ours], [area for _, area in theirs], atol=1e-6, rtol=0)
    union = shapely.union_all(polygons).area
    assert abs(faces.area2_um2() / 2e12 / (CELL_CM / 100) ** 2 - union) < 1e-5


def test_a_crowd_of_polygons_on_a_coarse_grid_equals_geos() -> None:
    """Enough edges for several bands of the sweep, with points and lines shared everywhere."""
    rng = np.random.default_rng(11)
    drawn = [shapely.Polygon(rng.integers(0, 24, (5, 2)) + rng.integers(0, 40, 2)) for _ in range(400)]
    polygons = [shapely.orient_polygons(polygon) for polygon in drawn if polygon.is_valid and polygon.area > 0]
    faces = atomic_faces([shape_on_grid([[(int(x), int(y)) for x, y in p.exterior.coords]]) for p in polygons])
    theirs = Counter(cover for cover, _ in geos_twin(polygons))
    ours = Counter(tuple(faces.cover_of(face).tolist()) for face in range(faces.n_faces))
    assert sum((ours - theirs).values()) + sum((theirs - ours).values()) == 0
    assert len(polygons) > 100
    assert abs(faces.area2_um2() / 2e16 - shapely.union_all(polygons).area) < 1e-4
