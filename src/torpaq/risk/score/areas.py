"""Figures by area, their intervals over areas, and whether a promise about misses holds in the next area."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]
Names = NDArray[np.str_]

RESAMPLES = 400
LEVEL = 0.95


def bootstrap_interval(
    figure: Callable[[NDArray[np.int64]], float], areas: Names, resamples: int = RESAMPLES
) -> tuple[float, float] | None:
    """Return the 95 % interval of a figure of rows when whole areas are drawn again with replacement (block bootstrap).

    None where there are fewer than three areas or the figure rarely exists.
    """
    names, place = np.unique(areas, return_inverse=True)
    if len(names) < 3:
        return None
    blocks = [np.flatnonzero(place == number) for number in range(len(names))]
    random = np.random.default_rng(0)
    values = []
    for _ in range(resamples):
        drawn = np.concatenate([blocks[number] for number in random.integers(0, len(names), len(names))])
        values.append(figure(drawn))
    known = np.array(values)[np.isfinite(values)]
    if len(known) < resamples / 2:
        return None
    low, high = np.quantile(known, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(low), float(high)


def mean_interval(values: Sequence[float], resamples: int = 2_000) -> tuple[float, float] | None:
    """Return the 95 % bootstrap interval of the mean over areas; None for fewer than three."""
    known = np.array([value for value in values if np.isfinite(value)])
    if len(known) < 3:
        return None
    random = np.random.default_rng(0)
    means = known[random.integers(0, len(known), (resamples, len(known)))].mean(axis=1)
    low, high = np.quantile(means, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(low), float(high)


def area_threshold(labels: Labels, chances: Floats, areas: Names, miss: float, violating: float) -> float:
    """Return the highest chance below which cells might be left out so that a next area breaks the promise this seldom.

    Group-conformal: a threshold stands while (areas that miss more than ``miss`` of their contaminated cells + 1) /
    (areas + 1) ≤ ``violating``. Minus infinity where no threshold stands, as with too few areas.
    """
    names = [name for name in np.unique(areas) if (labels[areas == name] == 1).any()]
    limits = []  # an area breaks the promise at any threshold above its own limit
    for name in names:
        contaminated = np.sort(chances[(areas == name) & (labels == 1)])
        limits.append(contaminated[int(miss * len(contaminated))])
    allowed = int(np.floor(violating * (len(names) + 1) - 1 + 1e-9))
    if allowed < 0 or not limits:
        return float("-inf")
    return float(np.sort(limits)[min(allowed, len(limits) - 1)])


def violating_share(labels: Labels, chances: Floats, areas: Names, miss: float, violating: float) -> float:
    """Return the share of areas in which a threshold certified on all others misses more than was promised."""
    broken = []
    for name in np.unique(areas):
        here = areas == name
        if not (labels[here] == 1).any() or not (labels[~here] == 1).any():
            continue
        threshold = area_threshold(labels[~here], chances[~here], areas[~here], miss, violating)
        contaminated = chances[here & (labels == 1)]
        broken.append(float((contaminated < threshold).mean()) > miss)
    return float(np.mean(broken)) if broken else float("nan")


def found_by_area(labels: Labels, chances: Floats, areas: Names) -> dict[str, list[float]]:
    """Return the chances of each area's contaminated cells, ascending: all that a certificate over areas needs.

    ``chances`` of an area are those of a model that never saw its labels; a cell without one (nan) is left out, since
    it is never proposed for anything.
    """
    held = (labels == 1) & ~np.isnan(chances)
    return {str(name): np.sort(chances[held & (areas == name)]).round(6).tolist() for name in np.unique(areas[held])}
