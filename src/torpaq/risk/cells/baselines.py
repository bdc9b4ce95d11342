"""What a surface must beat: a constant, what is nearest, a density, and three learners on the columns as given."""

from collections.abc import Callable
from dataclasses import replace
from importlib.util import find_spec
from typing import Any

import numpy as np
from numpy.typing import NDArray

from torpaq.risk.cells.model import Ground, local_evidence
from torpaq.risk.cells.ridge import fit_plain

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

Learner = Callable[[Floats, Ints, Floats], Floats]
"""(features, labels, features to judge) → chances."""

PEERS = {"random_forest": "sklearn", "lightgbm": "lightgbm"}


def constant(_: Floats, labels: Ints, others: Floats) -> Floats:
    """Return the share of contaminated cells for every cell."""
    return np.full(len(others), labels.mean())


def logistic_regression(features: Floats, labels: Ints, others: Floats) -> Floats:
    """Return chances of a logistic regression of standardised features, L2 with strength 100 (C = 0.01)."""
    terms = fit_plain(features, labels, 100).contributions(others)
    return np.asarray(1 / (1 + np.exp(-np.clip(terms.sum(axis=1), -500, 500))))


def closeness(column: Floats, labels: Ints, others: Floats) -> Floats:
    """Return chances of one column that may only speak for an item, never against: closer is never safer."""
    fitted = fit_plain(column, labels, 1)
    chances = replace(fitted, weights=np.abs(fitted.weights)).contributions(others).sum(axis=1)
    return np.asarray(1 / (1 + np.exp(-np.clip(chances, -500, 500))))


def random_forest(features: Floats, labels: Ints, others: Floats) -> Floats:
    """Return chances of a forest of 200 trees, ten cells in a leaf at least (scikit-learn)."""
    from sklearn.ensemble import RandomForestClassifier

    forest: Any = RandomForestClassifier(200, min_samples_leaf=10, random_state=0, n_jobs=1)
    return np.asarray(forest.fit(features, labels).predict_proba(others)[:, 1])


def lightgbm(features: Floats, labels: Ints, others: Floats) -> Floats:
    """Return chances of 150 boosted trees of 8 leaves, 60 cells in each at least (LightGBM)."""
    from lightgbm import LGBMClassifier

    fewest = max(1, min(60, len(labels) // 10))
    booster: Any = LGBMClassifier(
        n_estimators=150,
        learning_rate=0.03,
        num_leaves=8,
        min_child_samples=fewest,
        reg_lambda=10,
        n_jobs=1,
        verbose=-1,
    )
    return np.asarray(booster.fit(features, labels).predict_proba(others)[:, 1])


LEARNERS: dict[str, Learner] = {
    "logistic_regression": logistic_regression,
    "random_forest": random_forest,
    "lightgbm": lightgbm,
}


def missing_peers() -> list[str]:
    """Return the learners whose library is not installed here."""
    return [name for name, library in PEERS.items() if find_spec(library) is None]


def near_columns(ground: Ground, held: int = -1) -> dict[str, Floats]:
    """Return what the baselines of place learn from, (cells, 1) each: distance to known, kernel density of known."""
    local, _ = local_evidence(ground, held)
    density = np.zeros(len(ground.own))
    for own in np.unique(ground.own):
        rows = ground.own == own
        seen = np.array([a not in (own, held) for a in range(len(ground.counts))])
        density[rows] = ground.hits[rows][:, seen, 1].sum(axis=1)
    return {"nearest_known": -local[:, :1], "kernel_density": np.log(density + 1e-3)[:, None]}
