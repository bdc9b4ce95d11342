"""The zone's arithmetic: agrees with a slow plain twin, moves with its points, keeps its promise."""

import math

import numpy as np
import pytest
import scipy.special
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from torpaq.risk.zone.intensity import (
    SENSITIVITY,
    adaptive_bandwidths,
    kernel_sums,
    likelihood_bandwidth,
    shares_needed,
)
from torpaq.risk.zone.quantile import beta_below, smooth_quantile
from torpaq.risk.zone.zone import cut, find_zone

RING = np.array([[0.0, 0.0], [1000.0, 0.0], [1000.0, 1000.0], [0.0, 1000.0]])


def cloud(seed: int, count: int = 120) -> np.ndarray:
    random = np.random.default_rng(seed)
    return np.clip(random.normal([400, 600], 80, (count, 2)), 1, 999)


def plain_density(place, points, weights, bandwidths) -> float:
    return sum(
        w * math.exp(-(math.dist(place, point) ** 2) / (2 * h * h)) / (2 * math.pi * h * h)
        for point, w, h in zip(points, weights, bandwidths, strict=True)
    )


def test_the_density_is_that_of_the_plain_sum() -> None:
    points, random = cloud(1, 40), np.random.default_rng(2)
    weights, bandwidths = random.integers(1, 4, 40).astype(float), random.uniform(20, 60, 40)
    places = random.uniform(0, 1000, (15, 2))
    density = kernel_sums(places, points, weights, bandwidths)
    assert density == pytest.approx([plain_density(p, points, weights, bandwidths) for p in places], rel=1e-12)


def test_what_a_hidden_item_needs_is_counted_square_by_square() -> None:
    points, ones = cloud(7, 12), np.ones(12)
    bandwidths = np.linspace(30, 60, 12)
    squares, boxes = cut(shapely.Polygon(RING), 200)
    areas = shapely.area(boxes)
    at, field = (kernel_sums(where, points, ones, bandwidths) for where in (points, squares))
    needed = shares_needed(np.arange(12), points, bandwidths, at, squares, field, areas)
    for i in range(12):
        rest = (np.delete(points, i, 0), ones[1:], np.delete(bandwidths, i))
        level = plain_density(points[i], *rest) * (1 - 1e-12)
        dense = sum(a for s, a in zip(squares, areas, strict=True) if plain_density(s, *rest) >= level)
        assert needed[i] == pytest.approx(dense / areas.sum())


def test_a_quantile_weighs_every_value_by_the_rank_it_may_have() -> None:
    assert smooth_quantile(np.array([3.0, 1.0, 2.0]), np.ones(3), 0.5) == pytest.approx(2)
    whole = np.random.default_rng(3).exponential(size=60)
    doubled, counts = np.append(whole, whole[:20]), np.append(np.full(20, 2.0), np.ones(40))
    assert smooth_quantile(doubled, np.ones(80), 0.9) == pytest.approx(smooth_quantile(whole, counts, 0.9))
    assert np.quantile(whole, 0.8) < smooth_quantile(whole, np.ones(60), 0.9) < whole.max()


@given(st.floats(0, 1), st.floats(0.05, 500), st.floats(0.05, 500))
def test_the_beta_function_is_that_of_a_well_kept_library(x: float, a: float, b: float) -> None:
    assert beta_below(x, a, b) == pytest.approx(scipy.special.betainc(a, b, x), rel=1e-9, abs=1e-12)


def test_on_average_a_new_item_lies_below_it_as_often_as_promised() -> None:
    random, held = np.random.default_rng(5), []
    for _ in range(600):
        known = random.exponential(size=70)
        held.append(1 - math.exp(-smooth_quantile(known, np.ones(70), 0.95)))
    assert 0.948 <= np.mean(held) < 0.968


def test_the_bandwidth_is_the_likeliest_of_its_steps() -> None:
    points = cloud(3, 30)
    ones = np.ones(30)

    def likelihood(step: float) -> float:
        others = [plain_density(points[i], np.delete(points, i, 0), ones[1:], np.full(29, step)) for i in range(30)]
        return sum(math.log(max(one, 1e-300)) for one in others)

    steps = np.geomspace(1, 200, 24)
    assert likelihood_bandwidth(points, ones, 1000) == pytest.approx(max(steps, key=likelihood))


def test_kernels_are_wider_where_points_are_few() -> None:
    points = np.vstack([cloud(4, 50), [[900.0, 100.0]]])
    bandwidths = adaptive_bandwidths(points, np.ones(51), 30)
    assert bandwidths.argmax() == 50
    densities = [plain_density(p, points, np.ones(51), np.full(51, 30.0)) for p in points]
    mean = math.exp(sum(map(math.log, densities)) / 51)
    assert bandwidths == pytest.approx([30 * (d / mean) ** -SENSITIVITY for d in densities])


def test_squares_cover_the_window_once() -> None:
    window = shapely.Polygon([(0, 0), (900, 50), (700, 800), (100, 500)])
    centres, boxes = cut(window, 500)
    assert len(centres) == len(boxes)
    assert shapely.area(boxes).sum() == pytest.approx(window.area)
    assert shapely.union_all(boxes).symmetric_difference(window).area == pytest.approx(0, abs=1e-3)


@settings(max_examples=8, deadline=None)
@given(st.integers(-5_000_000, 5_000_000), st.integers(-5_000_000, 5_000_000))
def test_the_zone_moves_with_its_points(east: int, north: int) -> None:
    shift = np.array([east, north])
    there, problems = find_zone(cloud(5), RING, 0.05)
    moved, more = find_zone(cloud(5) + shift, RING + shift, 0.05)
    assert problems == more == []
    assert there is not None
    assert moved is not None
    assert moved.area_m2 == pytest.approx(there.area_m2, rel=0.01)
    assert moved.miss_interval == there.miss_interval


def test_a_stricter_promise_takes_more_land() -> None:
    areas = [zone.area_m2 for miss in (0.2, 0.1, 0.05, 0.02) if (zone := find_zone(cloud(6), RING, miss)[0])]
    assert areas == sorted(areas)
    assert areas[0] < areas[-1]


def test_over_many_fields_no_more_is_missed_than_was_promised() -> None:
    """Items of one law, a tenth of them never shown: the share outside the zone is about what was promised."""
    missed = total = 0
    for seed in range(25):
        items = cloud(100 + seed, 200)
        zone, _ = find_zone(items[20:], RING, 0.1)
        assert zone is not None
        missed += int((~shapely.covers(zone.boundary, shapely.points(items[:20]))).sum())
        total += 20
    assert missed / total < 0.1 + 2 * math.sqrt(0.1 * 0.9 / total)
