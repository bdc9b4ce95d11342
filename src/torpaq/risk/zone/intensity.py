"""How densely points lie: an adaptive kernel estimate, its bandwidth chosen by the points' own likelihood."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

SENSITIVITY = 0.25
"""How much wider kernels are where points are few: (density / mean density) to the power of minus this (Abramson 1982
takes 1/2). Small because isolated items tend to lie in tight pairs, not in loose clouds."""

BANDWIDTHS = 24
EVALUATED = 2_000
"""The likelihood is taken at so many points at most; the sum over neighbours is always over all."""

NEGLIGIBLE = 1e-300


@njit(nogil=True, cache=True, error_model="numpy")
def kernel_sums(at: Floats, points: Floats, weights: Floats, bandwidths: Floats) -> Floats:
    """Return Σ w exp(−d²/2h²) / 2πh² of the points at each place; each point with its own h, metres."""
    out = np.zeros(len(at))
    for i in range(len(at)):
        total = 0.0
        for j in range(len(points)):
            squared = bandwidths[j] * bandwidths[j]
            dx, dy = at[i, 0] - points[j, 0], at[i, 1] - points[j, 1]
            exponent = 0.5 * (dx * dx + dy * dy) / squared
            if exponent < 700.0:
                total += weights[j] * np.exp(-exponent) / squared
        out[i] = total / (2.0 * np.pi)
    return out


@njit(nogil=True, cache=True, error_model="numpy")
def shares_needed(
    chosen: Ints, points: Floats, bandwidths: Floats, at: Floats, squares: Floats, field: Floats, areas: Floats
) -> Floats:
    """Return for each chosen point the share of the area that is at least as dense as its place, one item there hidden.

    ``at`` and ``field`` are the densities at points and squares with nothing hidden; ``areas`` those of the squares.
    """
    out = np.empty(len(chosen))
    for row in range(len(chosen)):
        i = chosen[row]
        squared = bandwidths[i] * bandwidths[i]
        peak = 1.0 / (2.0 * np.pi * squared)
        level = at[i] - peak
        dense = 0.0
        for k in range(len(squares)):
            dx, dy = squares[k, 0] - points[i, 0], squares[k, 1] - points[i, 1]
            if field[k] - peak * np.exp(-0.5 * (dx * dx + dy * dy) / squared) >= level:
                dense += areas[k]
        out[row] = dense / areas.sum()
    return out


def likelihood_bandwidth(points: Floats, weights: Floats, extent_m: float) -> float:
    """Return the bandwidth, metres, under which each point is likeliest given all others (leave-one-out).

    ``points`` are distinct, (n, 2); ``weights`` say how many items lie at each. Two-fold steps are too coarse and a
    finer choice than 24 steps between a thousandth and a fifth of the extent changes nothing that matters.
    """
    chosen = np.random.default_rng(0).permutation(len(points))[:EVALUATED]
    steps = np.geomspace(extent_m / 1000, extent_m / 5, BANDWIDTHS)
    best, most = steps[-1], -np.inf
    for step in steps:
        own = weights[chosen] / (2 * np.pi * step**2)
        others = kernel_sums(points[chosen], points, weights, np.full(len(points), step)) - own
        others += np.maximum(weights[chosen] - 1, 0) / (2 * np.pi * step**2)
        likelihood = float((weights[chosen] * np.log(np.maximum(others, NEGLIGIBLE))).sum())
        if likelihood > most:
            best, most = step, likelihood
    return float(best)


def adaptive_bandwidths(points: Floats, weights: Floats, bandwidth_m: float) -> Floats:
    """Return a bandwidth, metres, for each point: wider where the pilot estimate is thin (Abramson 1982)."""
    pilot = kernel_sums(points, points, weights, np.full(len(points), bandwidth_m))
    mean = np.exp((weights * np.log(pilot)).sum() / weights.sum())
    return np.asarray(bandwidth_m * (pilot / mean) ** -SENSITIVITY)
