"""Boosted trees for a chance: small, regularised, and with contributions that sum exactly.

Second-order boosting of the logistic loss on binned features, leaves grown where they gain most (Friedman 2001; Chen
and Guestrin 2016). A node has a value wherever it stands in its tree, so the way from root to leaf splits a tree's
answer into one step a feature (Saabas 2014).
"""

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bytes = NDArray[np.uint8]

TREES, RATE, LEAVES, FEWEST, L2, BINS = 150, 0.03, 8, 60, 10.0, 64


@dataclass(frozen=True, slots=True)
class Trees:
    """A fitted ensemble: ``edges`` of each feature's bins; nodes as (trees, nodes) arrays; ``base`` is a log-odds."""

    base: float
    edges: tuple[Floats, ...]
    feature: Ints
    cut: Ints
    left: Ints
    value: Floats

    def contributions(self, features: Floats) -> Floats:
        """Return (rows, features + 1) log-odds that sum to the answer; the last column is the base."""
        steps = np.zeros((len(features), features.shape[1] + 1))
        _walk(_binned(features, self.edges), self.feature, self.cut, self.left, self.value, steps)
        steps[:, -1] += self.base
        return steps


def fit_trees(features: Floats, labels: Ints) -> Trees:
    """Fit to labels 0 and 1; features without nan."""
    edges = tuple(_edges(column) for column in features.T)
    binned = _binned(features, edges)
    rate = min(max(float(labels.mean()), 1e-6), 1 - 1e-6)
    base = float(np.log(rate / (1 - rate)))
    fewest = max(1, min(FEWEST, len(labels) // 10))
    grown = _boost(binned, labels.astype(np.float64), base, TREES, RATE, LEAVES, fewest, L2)
    return Trees(base, edges, *grown)


def _edges(column: Floats) -> Floats:
    return np.unique(np.quantile(column, np.linspace(0, 1, BINS + 1)[1:-1]))


def _binned(features: Floats, edges: tuple[Floats, ...]) -> Bytes:
    out = np.empty(features.shape, dtype=np.uint8)
    for f, cuts in enumerate(edges):
        out[:, f] = np.searchsorted(cuts, features[:, f], side="left")
    return out


@njit(nogil=True, cache=True, error_model="numpy")
def _best_split(
    binned: Bytes, rows: Ints, slope: Floats, curve: Floats, fewest: int, l2: float
) -> tuple[float, int, int]:
    """Return the gain, feature and bin of the best split of some rows; gain 0 where none helps."""
    width = binned.shape[1]
    g, h = np.zeros((width, 256)), np.zeros((width, 256))
    n = np.zeros((width, 256), dtype=np.int64)
    total_g, total_h = 0.0, 0.0
    for row in rows:
        total_g += slope[row]
        total_h += curve[row]
        for f in range(width):
            b = binned[row, f]
            g[f, b] += slope[row]
            h[f, b] += curve[row]
            n[f, b] += 1
    whole = total_g * total_g / (total_h + l2)
    best, feature, cut = 1e-9, -1, 0
    for f in range(width):
        left_g, left_h, left_n = 0.0, 0.0, 0
        for b in range(255):
            left_g += g[f, b]
            left_h += h[f, b]
            left_n += n[f, b]
            if left_n == len(rows):
                break
            if n[f, b] == 0 or left_n < fewest or len(rows) - left_n < fewest:
                continue
            right_g, right_h = total_g - left_g, total_h - left_h
            gain = left_g * left_g / (left_h + l2) + right_g * right_g / (right_h + l2) - whole
            if gain > best:
                best, feature, cut = gain, f, b
    return best, feature, cut


@njit(nogil=True, cache=True, error_model="numpy")
def _grow(
    binned: Bytes, slope: Floats, curve: Floats, rate: float, leaves: int, fewest: int, l2: float,
    feature: Ints, cut: Ints, left: Ints, value: Floats, logit: Floats,
) -> None:  # fmt: skip
    """Grow one tree into its row of the node arrays and add its answers to the log-odds."""
    size = 2 * leaves - 1
    at = np.zeros(len(binned), dtype=np.int64)
    gain, way, edge = np.zeros(size), np.full(size, -1), np.zeros(size, dtype=np.int64)
    nodes, fresh = 1, 0
    while True:
        for node in range(fresh, nodes):
            rows = np.flatnonzero(at == node)
            value[node] = -rate * slope[rows].sum() / (curve[rows].sum() + l2)
            gain[node], way[node], edge[node] = _best_split(binned, rows, slope, curve, fewest, l2)
        chosen = -1
        for node in range(nodes):
            if feature[node] < 0 and way[node] >= 0 and (chosen < 0 or gain[node] > gain[chosen]):
                chosen = node
        if chosen < 0 or nodes + 2 > size:
            break
        feature[chosen], cut[chosen], left[chosen] = way[chosen], edge[chosen], nodes
        for row in range(len(at)):
            if at[row] == chosen:
                at[row] = nodes if binned[row, way[chosen]] <= edge[chosen] else nodes + 1
        fresh, nodes = nodes, nodes + 2
    for row in range(len(at)):
        logit[row] += value[at[row]]


@njit(nogil=True, cache=True, error_model="numpy")
def _boost(
    binned: Bytes, labels: Floats, base: float, trees: int, rate: float, leaves: int, fewest: int, l2: float
) -> tuple[Ints, Ints, Ints, Floats]:
    size = 2 * leaves - 1
    feature, cut = np.full((trees, size), -1), np.zeros((trees, size), dtype=np.int64)
    left, value = np.zeros((trees, size), dtype=np.int64), np.zeros((trees, size))
    logit = np.full(len(labels), base)
    for t in range(trees):
        chance = 1.0 / (1.0 + np.exp(-logit))
        slope, curve = chance - labels, chance * (1.0 - chance)
        _grow(binned, slope, curve, rate, leaves, fewest, l2, feature[t], cut[t], left[t], value[t], logit)
    return feature, cut, left, value


@njit(nogil=True, cache=True, error_model="numpy")
def _walk(binned: Bytes, feature: Ints, cut: Ints, left: Ints, value: Floats, steps: Floats) -> None:
    for row in range(len(binned)):
        for t in range(len(feature)):
            node = 0
            steps[row, -1] += value[t, 0]
            while feature[t, node] >= 0:
                f = feature[t, node]
                child = left[t, node] + (0 if binned[row, f] <= cut[t, node] else 1)
                steps[row, f] += value[t, child] - value[t, node]
                node = child
