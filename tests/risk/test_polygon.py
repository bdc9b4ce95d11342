"""The Authority asks whether there is anything in a polygon, how many hectares, and how many at the worst."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from torpaq.risk.decide.polygon import Curve, patches_of, polygon_figures, upper_quantile

CELL_M2 = 625.0
log_odds = st.floats(-9, 9, allow_nan=False)


@st.composite
def polygons(draw: st.DrawFn) -> tuple[list[list[float]], list[int]]:
    """Draws of the log-odds of a few cells, and the patch of each cell."""
    cells, count = draw(st.integers(1, 7)), draw(st.integers(1, 25))
    row = st.lists(log_odds, min_size=cells, max_size=cells)
    return draw(st.lists(row, min_size=count, max_size=count)), draw(
        st.lists(st.integers(0, 3), min_size=cells, max_size=cells)
    )


@given(polygons())
def test_the_figures_are_those_of_a_plain_sum_over_draws_cells_and_patches(told: tuple[list[list[float]], list[int]]):
    draws, patches = told
    found = polygon_figures((np.array(row) for row in draws), np.array(patches), CELL_M2)
    expected, anys, least, most = [], [], [], []
    for row in draws:
        chances = [1 / (1 + math.exp(-one)) for one in row]
        expected.append(sum(chances) * CELL_M2 / 10_000)
        nothing = 1.0
        for patch in set(patches):
            nothing *= 1 - max(c for c, p in zip(chances, patches, strict=True) if p == patch)
        anys.append(1 - nothing)
        least.append(max(chances))
        most.append(1 - math.prod(1 - c for c in chances))
    assert found.expected_ha == pytest.approx(np.mean(expected))
    assert found.any_chance == pytest.approx(np.mean(anys), abs=1e-9)
    assert found.any_least == pytest.approx(np.mean(least))
    assert found.any_most == pytest.approx(np.mean(most), abs=1e-9)
    assert found.any_least - 1e-9 <= found.any_chance <= found.any_most + 1e-9
    if len(draws) >= 19:
        assert found.upper_ha == pytest.approx(sorted(expected)[math.ceil(0.95 * (len(draws) + 1)) - 1])
    else:
        assert found.upper_ha is None


def test_a_large_polygon_of_faint_cells_is_not_taken_for_certain():
    """4,000 cells of one patch in ten thousand each: alone they would make a third; as 40 patches they make less."""
    side = np.arange(4_000)
    places = np.column_stack([12.5 + 25.0 * (side % 80), 12.5 + 25.0 * (side // 80)])
    patches = patches_of(places, 250.0)
    figures = polygon_figures([np.full(4_000, math.log(1e-4))] * 20, patches, CELL_M2)
    assert len(set(patches.tolist())) == 40
    assert figures.any_most == pytest.approx(1 - (1 - 1e-4) ** 4_000, rel=1e-3)
    assert figures.any_chance == pytest.approx(1 - (1 - 1e-4) ** 40, rel=1e-3)


def test_draws_that_move_together_widen_the_bound_and_those_that_do_not_leave_it_narrow():
    random = np.random.default_rng(5)
    together = [np.full(400, -5.0) + shift for shift in random.normal(0, 1, 200)]
    apart = [-5.0 + random.normal(0, 1, 400) for _ in range(200)]
    patches = np.arange(400) // 16
    wide, narrow = (polygon_figures(draws, patches, CELL_M2) for draws in (together, apart))
    assert wide.upper_ha is not None
    assert narrow.upper_ha is not None
    assert wide.upper_ha / wide.expected_ha > 2
    assert narrow.upper_ha / narrow.expected_ha < 1.2


def test_contamination_drawn_patch_by_patch_comes_out_at_the_stated_chances():
    """The twin by lot: contaminate whole patches as the draws say, and count polygons that hold anything."""
    random = np.random.default_rng(1)
    draws = [random.normal(-3, 1) + np.array([0.0, 0.3, -0.2, 0.8, 0.1]) for _ in range(60)]
    patches = np.array([0, 0, 1, 1, 2])
    figures = polygon_figures(draws, patches, CELL_M2)
    hits, hectares = 0, 0.0
    for _ in range(20_000):
        chances = 1 / (1 + np.exp(-draws[random.integers(60)]))
        contaminated = random.random(3)[patches] < chances  # one lot a patch
        hits += bool(contaminated.any())
        hectares += contaminated.sum() * CELL_M2 / 10_000
    assert hits / 20_000 == pytest.approx(figures.any_chance, abs=0.012)
    assert hectares / 20_000 == pytest.approx(figures.expected_ha, rel=0.05)


def test_cells_that_the_surface_says_nothing_of_are_counted_and_not_taken_for_clean():
    figures = polygon_figures([np.array([0.0, np.nan, 0.0])] * 19, np.array([0, 1, 2]), 10_000.0)
    assert (figures.cells, figures.unknown, figures.area_ha) == (3, 1, 3.0)
    assert figures.expected_ha == pytest.approx(1.0)
    assert np.isnan(figures.means[1])
    silent = polygon_figures([np.array([np.nan])] * 19, np.array([0]), 10_000.0)
    assert math.isnan(silent.highest)
    assert math.isnan(silent.worst_part)


def test_without_a_draw_there_are_no_figures():
    with pytest.raises(ValueError, match="a draw"):
        polygon_figures([], np.array([0]), CELL_M2)


@given(st.lists(st.integers(0, 99), min_size=1, max_size=60), st.sampled_from([0.5, 0.9, 0.95]))
def test_a_new_draw_exceeds_the_bound_no_more_often_than_said(values: list[int], level: float):
    """With each value left out in turn, at most the share 1 − level of them lies above the others' bound."""
    above = 0
    for number, value in enumerate(values):
        bound = upper_quantile(np.array(values[:number] + values[number + 1 :], dtype=float), level)
        above += bound is not None and value > bound
    assert above <= (1 - level) * len(values) + 1e-9


def test_the_worst_part_is_the_tenth_where_the_chance_is_highest():
    means = np.concatenate([np.full(18, -9.0), [0.0, math.log(3)]])  # chances a half and three quarters
    figures = polygon_figures([means] * 19, np.arange(20), CELL_M2)
    assert figures.worst_part == pytest.approx(0.625)
    assert figures.highest == pytest.approx(0.75)


@given(polygons(), polygons())
def test_the_curve_counts_what_lies_below_each_threshold(
    one: tuple[list[list[float]], list[int]], other: tuple[list[list[float]], list[int]]
):
    count = min(len(one[0]), len(other[0]))
    thresholds = [0.01, 0.1, 0.5, 0.9]
    curve = Curve(thresholds, 10_000.0)
    told = []
    for draws in (one[0][:count], other[0][:count]):
        chances = 1 / (1 + np.exp(-np.array(draws)))
        curve.add(chances.mean(axis=0), (np.array(row) for row in draws))
        told.append(chances)
    every = np.hstack(told)
    for point in curve.points():
        below = every.mean(axis=0) < point.threshold
        assert point.below_ha == below.sum()
        sums = every[:, below].sum(axis=1)
        assert point.missed_ha == pytest.approx(sums.mean(), abs=1e-12)
        assert point.missed_low_ha == pytest.approx(np.quantile(sums, 0.05), abs=1e-12)
        assert point.missed_high_ha == pytest.approx(np.quantile(sums, 0.95), abs=1e-12)
        assert point.missed_share == pytest.approx(sums.mean() / every.sum(axis=1).mean(), abs=1e-12)


def test_a_curve_of_no_land_has_no_points():
    assert Curve([0.1], 100.0).points() == []
