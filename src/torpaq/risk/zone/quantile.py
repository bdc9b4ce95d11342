"""A quantile from few values that does not hang on one of them (Harrell and Davis 1982)."""

import math

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

TINY, CLOSE, MOST_STEPS = 1e-300, 3e-16, 10_000


def smooth_quantile(values: Floats, weights: Floats, share: float) -> float:
    """Return the value below which a share of a new draw is expected: all values, weighed by the rank they may have.

    The rank of the sought value among n is Beta((n + 1) share, (n + 1)(1 − share)) distributed; each value weighs as
    much as its step of the ranks holds of that. ``weights`` count repeated values. A single order statistic at the end
    of a long tail jumps when one item is found or not; this moves.
    """
    order = np.argsort(values, kind="stable")
    total = float(weights.sum())
    ends = np.concatenate(([0.0], np.cumsum(weights[order]) / total))
    ends[-1] = 1.0
    below = np.array([beta_below(float(end), (total + 1) * share, (total + 1) * (1 - share)) for end in ends])
    return float(np.diff(below) @ values[order])


def beta_below(x: float, a: float, b: float) -> float:
    """Return the chance that a Beta(a, b) number is below ``x``: the regularised incomplete beta function.

    Continued fraction, evaluated forwards (Lentz 1976), on the side on which it converges quickly.
    """
    if x <= 0 or x >= 1:
        return float(x >= 1)
    front = math.exp(math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x))
    if x < (a + 1) / (a + b + 2):
        return front * _fraction(x, a, b) / a
    return 1 - front * _fraction(1 - x, b, a) / b


def _fraction(x: float, a: float, b: float) -> float:
    upper, lower = 1.0, 1 / _away_from_nought(1 - (a + b) * x / (a + 1))
    value = lower
    for step in range(1, MOST_STEPS):
        even = step * (b - step) * x / ((a + 2 * step - 1) * (a + 2 * step))
        odd = -(a + step) * (a + b + step) * x / ((a + 2 * step) * (a + 2 * step + 1))
        for term in (even, odd):
            lower = 1 / _away_from_nought(1 + term * lower)
            upper = _away_from_nought(1 + term / upper)
            value *= lower * upper
        if abs(lower * upper - 1) < CLOSE:
            break
    return value


def _away_from_nought(value: float) -> float:
    return value if abs(value) > TINY else TINY
