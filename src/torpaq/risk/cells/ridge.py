"""Logistic regression that trusts a feature as far as areas agree on it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

STRENGTH = 30.0
STEPS, CLOSE = 50, 1e-8


@dataclass(frozen=True, slots=True)
class Ridge:
    """Standardisation and weights; ``clip`` holds a feature to the range it was learned in."""

    intercept: float
    weights: Floats
    mean: Floats
    spread: Floats
    low: Floats
    high: Floats

    def contributions(self, features: Floats) -> Floats:
        """Return (rows, features + 1) log-odds that sum to the answer; the last column is the intercept."""
        held = np.clip(features, self.low, self.high)
        steps = (held - self.mean) / self.spread * self.weights
        return np.column_stack((steps, np.full(len(features), self.intercept)))


def fit_stable(features: Floats, labels: Ints, areas: Ints) -> Ridge:
    """Fit a ridge whose penalty grows where areas disagree about a feature, or nothing is known about it.

    Each area gives a feature's slope inside it; their random-effects mean μ, its error s and the spread τ² between
    areas (DerSimonian and Laird 1986) make the penalty 30 (1 + τ²/μ² + s²/μ²).
    """
    scaled, mean, spread = _standardised(features)
    mu, error2, tau2 = agreement(scaled, labels, areas)
    penalty = STRENGTH * (1 + (tau2 + error2) / (mu**2 + 1e-6))
    return _ridge(features, scaled, mean, spread, labels, penalty)


def fit_plain(features: Floats, labels: Ints, strength: float) -> Ridge:
    """Fit an ordinary ridge logistic regression of standardised features: the baseline."""
    scaled, mean, spread = _standardised(features)
    return _ridge(features, scaled, mean, spread, labels, np.full(features.shape[1], strength))


def agreement(scaled: Floats, labels: Ints, areas: Ints) -> tuple[Floats, Floats, Floats]:
    """Return each feature's mean slope inside areas, its squared error, and the variance between areas.

    An area's slope is one Newton step from none, under a unit prior; areas with one label only say nothing.
    """
    slopes, errors = [], []
    for area in np.unique(areas):
        rows = areas == area
        rate = labels[rows].mean()
        if not 0 < rate < 1:
            continue
        centred = scaled[rows] - scaled[rows].mean(axis=0)
        information = (centred**2).sum(axis=0) * rate * (1 - rate) + 1
        slopes.append((centred * (labels[rows] - rate)[:, None]).sum(axis=0) / information)
        errors.append(1 / information)
    width = scaled.shape[1]
    if not slopes:
        return np.zeros(width), np.ones(width), np.zeros(width)
    slope, variance = np.array(slopes), np.array(errors)
    weight = 1 / variance
    mean = (weight * slope).sum(axis=0) / weight.sum(axis=0)
    excess = (weight * (slope - mean) ** 2).sum(axis=0) - (len(slope) - 1)
    scale = weight.sum(axis=0) - (weight**2).sum(axis=0) / weight.sum(axis=0)
    tau2 = np.maximum(0, excess / np.maximum(scale, 1e-9))
    weight = 1 / (variance + tau2)
    return (weight * slope).sum(axis=0) / weight.sum(axis=0), 1 / weight.sum(axis=0), tau2


def _standardised(features: Floats) -> tuple[Floats, Floats, Floats]:
    mean, spread = features.mean(axis=0), features.std(axis=0)
    spread = np.where(spread > 1e-12 * (1 + np.abs(mean)), spread, np.inf)  # what never differs weighs nothing
    return (features - mean) / spread, mean, spread


def _ridge(features: Floats, scaled: Floats, mean: Floats, spread: Floats, labels: Ints, penalty: Floats) -> Ridge:
    design = np.column_stack((np.ones(len(scaled)), scaled))
    weights = solve(design, labels.astype(np.float64), np.concatenate(([1e-6], penalty)))
    return Ridge(float(weights[0]), weights[1:], mean, spread, features.min(axis=0), features.max(axis=0))


def solve(design: Floats, labels: Floats, penalty: Floats) -> Floats:
    """Return the weights of penalised logistic regression by Newton's method, each step halved until it helps."""
    weights = np.zeros(design.shape[1])
    value = _loss(design, labels, penalty, weights)
    for _ in range(STEPS):
        chance = 1 / (1 + np.exp(-np.clip(design @ weights, -500, 500)))
        slope = design.T @ (labels - chance) - penalty * weights
        curve = (design * (chance * (1 - chance))[:, None]).T @ design + np.diag(penalty)
        step = np.linalg.solve(curve, slope)
        while (following := _loss(design, labels, penalty, weights + step)) > value + 1e-12 and np.abs(
            step
        ).max() > CLOSE:
            step = step / 2
        weights, value = weights + step, following
        if np.abs(step).max() < CLOSE:
            break
    return weights


def _loss(design: Floats, labels: Floats, penalty: Floats, weights: Floats) -> float:
    logit = design @ weights
    return float((np.logaddexp(0, logit) - labels * logit).sum() + 0.5 * (penalty * weights**2).sum())
