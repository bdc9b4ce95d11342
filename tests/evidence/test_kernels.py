"""Distances and burned shapes beside slow plain twins; the same bits on any tile."""

import math

import numpy as np
import pytest
import shapely
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from torpaq.evidence.coding import distance_coding
from torpaq.evidence.grid import Window, grid_over
from torpaq.evidence.kernels.burn import burn
from torpaq.evidence.kernels.distance import distance_codes, distance_m, reach_cells
from torpaq.evidence.kernels.shapes import points_only, shapes_of
from torpaq.geo.crs import AZE

GRID = grid_over(AZE, (-300.0, -200.0, 200.0, 100.0))  # 30 rows of 50 cells of 10 m


def plain_distance(marked, cell_m):
    """Every cell against every marked one."""
    out = np.full(marked.shape, np.inf)
    for row, column in zip(*np.nonzero(marked), strict=True):
        down, across = np.ogrid[: marked.shape[0], : marked.shape[1]]
        out = np.minimum(out, np.sqrt((down - row) ** 2 + (across - column) ** 2) * cell_m)
    return out.astype(np.float32)


def scattered(rows, columns, share, seed):
    return (np.random.default_rng(seed).random((rows, columns)) < share).astype(np.uint8)


@settings(deadline=None, max_examples=60)
@given(
    st.integers(1, 40),
    st.integers(1, 40),
    st.sampled_from([0.0, 0.002, 0.05, 0.5, 1.0]),
    st.integers(0, 9),
    st.integers(1, 3),
)
def test_distances_are_those_of_every_cell_against_every_mark(rows, columns, share, seed, threads) -> None:
    marked = scattered(rows, columns, share, seed)
    plain = plain_distance(marked, 10.0)
    assert (distance_m(marked, 10.0, threads=threads) == plain).all()
    assert (distance_m(marked, 10.0, 75.0, threads=threads) == np.minimum(plain, np.float32(75))).all()


def test_distances_equal_those_of_scipy() -> None:
    ndimage = pytest.importorskip("scipy.ndimage")
    for share in (0.0005, 0.01, 0.6):
        marked = scattered(700, 900, share, 3)
        theirs = ndimage.distance_transform_edt(marked == 0)
        assert (distance_m(marked, 1.0, threads=2) == theirs.astype(np.float32)).all()


def test_far_marks_are_exact_where_single_precision_is_not() -> None:
    """At 10,000 cells a squared distance has nine digits: float32 holds seven, and would choose the wrong mark."""
    marked = np.zeros((3, 60_000), dtype=np.uint8)
    marked[0, 0] = marked[2, 40_001] = 1
    found = distance_m(marked, 1.0)
    for column in (19_999, 20_000, 20_001, 30_000, 59_999):
        exact = min(math.hypot(1, column), math.hypot(1, column - 40_001))
        assert found[1, column] == np.float32(exact)
    tall = distance_m(np.ascontiguousarray(marked.T), 1.0)
    assert (tall == found.T).all()
    with pytest.raises(ValueError, match="over"):
        distance_m(np.zeros((1, 70_000), dtype=np.uint8), 1.0)


def test_nothing_marked_is_infinitely_far_or_at_the_end_of_looking() -> None:
    none = np.zeros((4, 5), dtype=np.uint8)
    assert np.isinf(distance_m(none, 10.0)).all() and (distance_m(none, 10.0, 500.0) == 500).all()
    coding = distance_coding(500.0, 10.0)
    assert (distance_codes(none, 10.0, coding) == coding.code_of(500.0)).all()


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 20), st.sampled_from([0.001, 0.01, 0.3]), st.integers(3, 60))
def test_a_tile_with_a_halo_gives_the_bits_of_the_whole_grid(seed: int, share: float, side: int) -> None:
    marked = scattered(GRID.rows * 3, GRID.columns * 2, share, seed)
    grid = grid_over(AZE, (0.0, 0.0, marked.shape[1] * 10.0, marked.shape[0] * 10.0))
    coding = distance_coding(170.0, 10.0)
    halo = reach_cells(coding, 10.0)
    metres, codes = distance_m(marked, 10.0, 170.0), distance_codes(marked, 10.0, coding, threads=2)
    assert (codes == coding.encode(metres)).all()
    for tile in grid.tiles(side):
        grown = grid.grown(tile, halo)
        part = np.ascontiguousarray(marked[grown.slices])
        assert (distance_m(part, 10.0, 170.0)[tile.within(grown)] == metres[tile.slices]).all()
        down, across = tile.within(grown)
        rows = (down.start, down.stop)
        assert (distance_codes(part, 10.0, coding, rows)[:, across] == codes[tile.slices]).all()


places = st.tuples(st.integers(-40, 30), st.integers(-30, 20)).map(lambda p: (p[0] * 10 + 0.37, p[1] * 10 + 0.61))


def cells_where(holds):
    """The cells of the grid, as bytes, of which ``holds(box, middle)`` is true."""
    found = np.zeros((GRID.rows, GRID.columns), dtype=np.uint8)
    for row in range(GRID.rows):
        for column in range(GRID.columns):
            x, y = GRID.middle_of(row, column)
            found[row, column] = holds(shapely.box(x - 5, y - 5, x + 5, y + 5), shapely.Point(x, y))
    return found


@settings(deadline=None, max_examples=25)
@given(st.lists(places, min_size=2, max_size=4))
def test_a_line_marks_every_cell_it_runs_through(vertices) -> None:
    line = shapely.LineString(vertices)
    shapely.prepare(line)
    marked = burn(GRID, GRID.whole, shapes_of([line]))
    assert (marked == cells_where(lambda box, middle: line.intersects(box))).all()
    assert (marked == burn(GRID, GRID.whole, shapes_of([line.reverse()]))).all()


@settings(deadline=None, max_examples=25)
@given(st.lists(places, min_size=3, max_size=7, unique=True))
def test_a_polygon_marks_the_cells_whose_middles_it_holds(vertices) -> None:
    polygon = shapely.Polygon(vertices)
    if not polygon.is_valid:
        polygon = shapely.convex_hull(polygon)
    assume(polygon.area > 0)  # the hull of three places in a row is a line
    shapely.prepare(polygon)
    marked = burn(GRID, GRID.whole, shapes_of([polygon]))
    assert (marked == cells_where(lambda box, middle: polygon.contains(middle))).all()


def test_neighbours_share_no_cell_and_leave_none_out_even_where_the_border_runs_through_middles() -> None:
    """Operator A's and Operator B's areas meet on a line of middles, and on a slanting one."""
    for border in ([(-55, 100), (-55, -200)], [(-255, 95), (145, -195)], [(-100, 100), (0, -50), (-33.3, -200)]):
        west = shapely.Polygon([(-300, 100), *border, (-300, -200)])
        east = shapely.Polygon([*border, (200, -200), (200, 100)])
        marks = [burn(GRID, GRID.whole, shapes_of([area])) for area in (west, east)]
        assert (marks[0] + marks[1] == 1).all()


def test_holes_parts_and_collections_are_burned_as_they_are() -> None:
    ring = shapely.box(-200, -150, 100, 50).difference(shapely.box(-150, -100, 50, 0))
    marked = burn(GRID, GRID.whole, shapes_of([None, shapely.GeometryCollection([ring, shapely.Point(195, 95)])]))
    assert marked.sum() == 30 * 20 - 20 * 10 + 1 and marked[0, -1] == 1
    parts = shapely.MultiPolygon([shapely.box(-300, 50, -250, 100), shapely.box(0, 0, 50, 50)])
    assert burn(GRID, GRID.whole, shapes_of([parts])).sum() == 50


def test_points_lie_in_the_cell_the_grid_says() -> None:
    xy = np.random.default_rng(1).uniform((-300, -200), (200, 100), (500, 2))
    xy[:60] = np.round(xy[:60], -1)  # on edges and corners
    marked = burn(GRID, GRID.whole, points_only(xy))
    expected = np.zeros_like(marked)
    for x, y in xy:
        cell = GRID.cell_at(x, y)
        if cell:
            expected[cell] = 1
    assert (marked == expected).all()


def test_values_are_each_geometrys_own_and_the_later_one_stays() -> None:
    low, high = shapely.box(-300, -200, 0, 100), shapely.box(-100, -200, 200, 100)
    line = shapely.LineString([(-295, -195), (195, -195)])
    codes = burn(GRID, GRID.whole, shapes_of([low, high, line]), np.array([3, 7, 9], dtype=np.uint8))
    assert codes[0, 0] == 3 and codes[0, 25] == 7 and codes[0, 49] == 7 and (codes[-1] == 9).all()
    into = np.full((GRID.rows, GRID.columns), 255, dtype=np.uint8)
    burn(GRID, GRID.whole, shapes_of([low]), np.array([3], dtype=np.uint8), into)
    assert (into[:, 30:] == 255).all() and (into[:, :30] == 3).all()


@settings(deadline=None, max_examples=20)
@given(st.lists(st.tuples(places, places, places), min_size=1, max_size=6), st.integers(3, 40))
def test_a_window_gets_what_the_whole_grid_gets(corners, side: int) -> None:
    geometries = [shapely.LineString(three) for three in corners] + [shapely.Polygon(three) for three in corners]
    geometries += [shapely.Point(three[0]) for three in corners]
    shapes = shapes_of(geometries)
    values = np.arange(1, len(geometries) + 1, dtype=np.uint8)
    whole = burn(GRID, GRID.whole, shapes, values)
    for tile in GRID.tiles(side):
        assert (burn(GRID, tile, shapes, values) == whole[tile.slices]).all()


def test_places_without_a_number_and_far_away_mark_nothing() -> None:
    nowhere = np.array([[np.nan, 0.0], [np.inf, 0.0], [1e12, 1e12], [-301.0, 0.0]])
    assert burn(GRID, GRID.whole, points_only(nowhere)).sum() == 0
    shapes = shapes_of([shapely.LineString([(np.inf, 0), (0, 0)]), shapely.LineString([(1e9, -1e9), (1e9, 1e9)])])
    assert burn(GRID, Window(0, 0, 5, 5), shapes).sum() == 0
