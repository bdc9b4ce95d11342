"""Whether a cell is like anything that was ever examined: the model is silent where it is not.

A cell is new where a layer's band was never examined, or where too many pairs of its bands never stood together on
examined land. How many are too many is learned by leaving each area out and asking how new its examined cells look to
the others: nearly all of them have to count as known.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
Bytes = NDArray[np.uint8]

TRIED = 0.99
LEAST_SQUARES = 3.0
"""A band counts as examined from so many examined squares on."""


@dataclass(frozen=True, slots=True)
class Support:
    """Which bands, and pairs of bands, were examined. ``layers`` are the ids, ``bands`` how many each has.

    ``seen`` is (columns, columns) with a column for every band of every layer: whether both stood on one examined
    cell; its diagonal says whether a band was examined. ``most`` is how many unseen pairs a known cell may have.
    """

    layers: tuple[str, ...]
    bands: tuple[int, ...]
    seen: Flags
    most: int

    @property
    def starts(self) -> Ints:
        """The first column of every layer."""
        return np.concatenate(([0], np.cumsum(self.bands)[:-1])).astype(np.int64)

    def new(self, bands: Bytes) -> Flags:
        """Return which rows of bands, (cells, layers), are new; a band beyond a layer's last is not known and skipped.

        >>> support = Support(("a", "b"), (2, 2), np.eye(4, dtype=bool), 0)
        >>> support.new(np.array([[0, 2], [0, 1]], dtype=np.uint8)).tolist()
        [False, True]
        """
        alone = np.zeros(len(bands), dtype=bool)
        for k in range(len(self.layers)):
            known = bands[:, k] < self.bands[k]
            at = np.where(known, bands[:, k], 0) + self.starts[k]
            alone |= known & ~self.seen[at, at]
        return np.asarray(alone | (_unseen(self, bands) > self.most))

    def as_json(self) -> dict[str, Any]:
        """Return the support as a model's file holds it: a text of 0 and 1 for every row of ``seen``."""
        rows = ["".join("1" if one else "0" for one in row) for row in self.seen]
        return {"layers": list(self.layers), "bands": list(self.bands), "seen": rows, "most": self.most}


def support_from(value: Mapping[str, Any]) -> Support:
    """Return a support from its JSON. Raises ``KeyError`` or ``TypeError`` for anything else."""
    seen = np.array([[one == "1" for one in row] for row in value["seen"]], dtype=bool)
    width = sum(value["bands"])
    return Support(tuple(value["layers"]), tuple(value["bands"]), seen.reshape(width, width), value["most"])


def fit_support(
    layers: tuple[str, ...], widths: tuple[int, ...], bands: Bytes, weights: NDArray[np.float64], areas: Ints
) -> Support:
    """Return what was examined: rows of bands (cells, layers), the squares each row stands for, the area of each."""
    names = np.unique(areas)
    by_area = {int(name): _together(bands[areas == name], weights[areas == name], widths) for name in names}
    whole = np.sum(list(by_area.values()), axis=0) if by_area else np.zeros((sum(widths), sum(widths)))
    first = Support(layers, widths, _seen(whole), 0)
    if len(by_area) < 2:
        return first
    unseen: list[int] = []
    for name, own in by_area.items():
        others = Support(layers, widths, _seen(whole - own), 0)
        unseen.extend(_unseen(others, bands[areas == name]).tolist())
    return Support(layers, widths, first.seen, int(np.quantile(unseen, TRIED, method="higher")))


def _together(bands: Bytes, weights: NDArray[np.float64], widths: tuple[int, ...]) -> NDArray[np.float64]:
    """Return how many squares each pair of bands stands on together, (columns, columns)."""
    width = sum(widths)
    starts = np.concatenate(([0], np.cumsum(widths)[:-1])).astype(np.int64)
    sums = np.zeros((width, width))
    for first in range(len(widths)):
        for second in range(first, len(widths)):
            known = (bands[:, first] < widths[first]) & (bands[:, second] < widths[second])
            a, b = bands[known, first] + starts[first], bands[known, second] + starts[second]
            sums += np.bincount(a * width + b, weights=weights[known], minlength=width * width).reshape(width, width)
    return np.asarray(np.maximum(sums, sums.T))


def _seen(sums: NDArray[np.float64]) -> Flags:
    """A band needs some squares to count as examined; a pair needs any."""
    seen = sums > 1e-9
    alone = np.diag(sums) >= LEAST_SQUARES
    np.fill_diagonal(seen, alone)
    return np.asarray(seen)


def _unseen(support: Support, bands: Bytes) -> Ints:
    count = np.zeros(len(bands), dtype=np.int64)
    for first, second in combinations(range(len(support.layers)), 2):
        known = (bands[:, first] < support.bands[first]) & (bands[:, second] < support.bands[second])
        a, b = (np.where(known, bands[:, k], 0) + support.starts[k] for k in (first, second))
        count += known & ~support.seen[a, b]
    return count
