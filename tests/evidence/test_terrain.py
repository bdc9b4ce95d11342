"""Densities, slopes and views beside slow plain twins; the same bits in any window."""

import math
from fractions import Fraction
from functools import partial

import numpy as np
import pytest

from torpaq.evidence.coding import even_coding
from torpaq.evidence.grid import Window, grid_over
from torpaq.evidence.kernels.density import density_per_km2, density_work
from torpaq.evidence.kernels.terrain import seen_from, slope_deg, slope_work, view_halo, view_work
from torpaq.evidence.tiles import Output, read_window, run_tiles, write_codes
from torpaq.geo.crs import AZE

GRID = grid_over(AZE, (-3_000.0, -2_000.0, 4_000.0, 3_000.0))  # 500 rows of 700 cells
SMALL = grid_over(AZE, (0.0, 0.0, 250.0, 180.0))  # 18 rows of 25 cells


def middles(grid):
    x = grid.west_m + (np.arange(grid.columns) + 0.5) * grid.cell_m
    y = grid.north_m - (np.arange(grid.rows) + 0.5) * grid.cell_m
    return x[None, :], y[:, None]


def plain_density(grid, xy, sigma, weight):
    x, y = middles(grid)
    total = np.zeros((grid.rows, grid.columns))
    for (at_x, at_y), spread, counts in zip(xy, sigma, weight, strict=True):
        square = (x - at_x) ** 2 + (y - at_y) ** 2
        total += counts * np.exp(-square / (2 * spread**2)) / (2 * np.pi * spread**2)
    return total * 1e6


@pytest.mark.parametrize(("bandwidth_m", "off"), [(40.0, 0.001), (240.0, 0.001), (250.0, 0.01), (600.0, 0.01)])
def test_a_density_is_the_sum_of_every_points_own_kernel(bandwidth_m: float, off: float) -> None:
    """Accidents the Authority knows of, some by a farmer's word (250 m, half believed), some measured."""
    random = np.random.default_rng(1)
    xy = random.uniform((-3_500, -2_500), (4_500, 3_500), (30, 2))
    error, weight = random.choice([0.0, 30.0, 250.0] if off > 0.001 else [0.0, 40.0], 30), random.choice([0.5, 1.0], 30)
    found = density_per_km2(GRID, GRID.whole, xy, bandwidth_m, error, weight)
    plain = plain_density(GRID, xy, np.hypot(bandwidth_m, error), weight)
    peak = (weight / (2 * np.pi * (bandwidth_m**2 + error**2)) * 1e6).max()
    assert np.abs(found - plain).max() <= off * peak


def test_a_density_counts_its_points() -> None:
    for bandwidth_m in (60.0, 400.0):
        found = density_per_km2(GRID, GRID.whole, np.array([[500.0, 500.0]]), bandwidth_m, weight=np.array([3.0]))
        assert found.sum(dtype=np.float64) * GRID.cell_m2 / 1e6 == pytest.approx(3, rel=0.005)


def test_windows_and_tiles_have_the_bits_of_the_whole(tmp_path) -> None:
    random = np.random.default_rng(2)
    xy, error = random.uniform((-3_500, -2_500), (4_500, 3_500), (60, 2)), random.uniform(0, 900, 60)
    whole = density_per_km2(GRID, GRID.whole, xy, 120.0, error)
    for tile in (Window(0, 0, 100, 90), Window(133, 257, 201, 1), Window(440, 611, 60, 89)):
        assert (density_per_km2(GRID, tile, xy, 120.0, error) == whole[tile.slices]).all()
    coding = even_coding("1/km2", 0, float(whole.max()))
    work = partial(density_work, grid=GRID, xy=xy, bandwidth_m=120.0, coding=coding, error_m=error)
    run_tiles(GRID, work, [], [Output(tmp_path / "density.tif")], side_cells=512)
    assert (read_window(tmp_path / "density.tif", GRID.whole) == coding.encode(whole)).all()


def test_points_without_a_number_are_left_out_and_a_kernel_needs_a_width() -> None:
    xy = np.array([[np.nan, 0.0], [np.inf, 5.0], [1e15, 0.0]])
    assert density_per_km2(GRID, GRID.whole, xy, 300.0).max() == 0
    assert density_per_km2(GRID, GRID.whole, np.zeros((1, 2)), 300.0, np.array([np.nan])).max() == 0
    assert density_per_km2(GRID, GRID.whole, np.zeros((0, 2)), 30.0).max() == 0
    with pytest.raises(ValueError, match="bandwidth"):
        density_per_km2(GRID, GRID.whole, xy, 0.0)


def test_a_plane_has_its_slope_and_unknown_land_has_none() -> None:
    x, y = middles(SMALL)
    for steep, bearing in ((5.0, 0.3), (35.0, 2.0), (0.0, 0.0)):
        rise = math.tan(math.radians(steep))
        heights = (100 + rise * (x * math.sin(bearing) + y * math.cos(bearing))).astype(np.float32)
        assert slope_deg(heights, 10.0)[1:-1, 1:-1] == pytest.approx(steep, abs=0.01)
    heights[5, 7] = np.nan
    assert np.isnan(slope_deg(heights, 10.0)[4:7, 6:9]).all() and np.isnan(slope_deg(heights, 10.0)).sum() == 9


def hilly(grid, seed=4):
    x, y = middles(grid)
    random = np.random.default_rng(seed)
    land = 20 * np.sin(x / 37) * np.cos(y / 29) + random.uniform(0, 6, (grid.rows, grid.columns))
    return land.astype(np.float32)


def plain_view(land, observer, target, eye_m):
    """The line of sight in fractions: every crossing of a row's or column's line, in order."""
    (row, column), (to_row, to_column) = observer, target
    eye, end = Fraction(float(land[observer])) + Fraction(eye_m), Fraction(float(land[target]))
    shares = {Fraction(step, abs(to_row - row)) for step in range(1, abs(to_row - row))}
    shares |= {Fraction(step, abs(to_column - column)) for step in range(1, abs(to_column - column))}
    for share in shares:
        at_row, at_column = row + share * (to_row - row), column + share * (to_column - column)
        low_row, low_column = math.floor(at_row), math.floor(at_column)
        high_row, high_column = math.ceil(at_row), math.ceil(at_column)
        part = at_row - low_row if high_row != low_row else at_column - low_column
        ends = Fraction(float(land[low_row, low_column])), Fraction(float(land[high_row, high_column]))
        if ends[0] * (1 - part) + ends[1] * part > eye + share * (end - eye):
            return False
    return True


def test_what_is_seen_is_what_no_land_hides() -> None:
    land = hilly(SMALL)
    observers = np.array([[55.0, 45.0], [203.0, 121.0], [9_999.0, 0.0], [np.nan, 3.0]])
    found = seen_from(SMALL, SMALL.whole, land, 0, observers, 130.0)
    expected = np.zeros_like(found)
    for x, y in observers[:2]:
        place = SMALL.cell_at(x, y)
        for row in range(SMALL.rows):
            for column in range(SMALL.columns):
                near = math.hypot(row - place[0], column - place[1]) <= 13
                expected[row, column] += near and plain_view(land, place, (row, column), 1.7)
    assert (found == expected).all() and 0 < (found > 0).mean() < 0.9


def test_a_ridge_hides_what_is_behind_it_and_unknown_land_is_unknown() -> None:
    land = np.zeros((SMALL.rows, SMALL.columns), dtype=np.float32)
    land[:, 10] = 30
    land[3, 3] = np.nan
    seen = seen_from(SMALL, SMALL.whole, land, 0, np.array([[25.0, 95.0]]), 1e4)
    assert (seen[4:, :11] == 1).all() and (seen[:, 11:] == 0).all() and seen[3, 3] == 255


def test_slopes_and_views_on_tiles_have_the_bits_of_the_whole(tmp_path) -> None:
    land = hilly(GRID)
    write_codes(tmp_path / "heights.tif", GRID, land, float("nan"))
    coding, observers = even_coding("deg", 0, 90), np.array([[0.0, 0.0], [900.0, -300.0]])
    slopes = partial(slope_work, grid=GRID, coding=coding)
    views = partial(view_work, grid=GRID, observers=observers, radius_m=800.0)
    heights, out = [tmp_path / "heights.tif"], [Output(tmp_path / "out.tif")]
    run_tiles(GRID, slopes, heights, out, side_cells=130, halo_cells=1)
    assert (read_window(tmp_path / "out.tif", GRID.whole) == coding.encode(slope_deg(land, 10.0))).all()
    run_tiles(GRID, views, heights, out, side_cells=130, halo_cells=view_halo(GRID, 800.0))
    whole = seen_from(GRID, GRID.whole, land, 0, observers, 800.0)
    assert (read_window(tmp_path / "out.tif", GRID.whole) == whole).all() and whole.max() >= 1
