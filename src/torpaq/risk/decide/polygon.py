"""Is there anything in this polygon, and how many hectares: from draws of the whole surface, cell by cell together.

A draw of the model moves all cells of a polygon together, because what it is unsure of (a layer's weight, a district's
level) is the same for all of them. Given a draw, cells of one square of ``contaminated_patch_m`` are contaminated
together, since minefields are patches. So neither the many cells of a large polygon nor those of a patch are counted
as if each were a toss of its own: 1 − Π(1 − p) over cells comes near certainty for any large polygon.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

M2_IN_HA = 10_000.0
LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class Figures:
    """What the draws say of a polygon. Chances from 0 to 1, land in hectares.

    ``expected_ha`` is the mean over draws of Σ p × cell, ``upper_ha`` its upper 95 % bound over draws, None where so
    few draws (under 19) know none. ``any_chance`` lies between ``any_least``, as if all its land were contaminated
    together, and ``any_most``, as if every cell were a toss of its own; ``any_upper`` is its upper 95 % bound.
    ``means`` is each cell's mean chance, nan where the surface says nothing; ``unknown`` counts those.
    """

    cells: int
    unknown: int
    area_ha: float
    draws: int
    expected_ha: float
    upper_ha: float | None
    any_chance: float
    any_upper: float | None
    any_least: float
    any_most: float
    means: Floats

    @property
    def highest(self) -> float:
        """The highest mean chance of a cell; nan where the surface says nothing of any."""
        return float(np.nanmax(self.means)) if self.cells > self.unknown else math.nan

    @property
    def worst_part(self) -> float:
        """The mean chance of the tenth of its cells (one at least) where it is highest; nan where nothing is said."""
        known = np.sort(self.means[~np.isnan(self.means)])
        return float(known[-max(1, len(known) // 10) :].mean()) if len(known) else math.nan


def patches_of(places_m: Floats, patch_m: float) -> Ints:
    """Return the number of the square patch, counted from the CRS's origin, that each cell's middle lies in."""
    steps = np.floor(places_m / patch_m).astype(np.int64)
    _, number = np.unique(steps, axis=0, return_inverse=True)
    return np.asarray(number.ravel(), dtype=np.int64)


def polygon_figures(draws: Iterable[Floats], patches: Ints, cell_m2: float) -> Figures:
    """Return a polygon's figures from its cells' log-odds, draw by draw; nothing larger than one draw is kept.

    A cell whose log-odds are nan in any draw counts as unknown: its land is in no figure but ``area_ha``. Given a draw,
    P(any) = 1 − Π over patches (1 − the highest p of the patch). Raises ``ValueError`` without a draw.
    """
    order = np.argsort(patches, kind="stable")
    starts = np.flatnonzero(np.diff(patches[order], prepend=-1))
    sums = np.zeros(len(patches))
    areas, anys, least, most = [], [], 0.0, 0.0
    for log_odds in draws:
        chances = chance_of(log_odds)
        sums += chances
        known = np.nan_to_num(chances, nan=0.0)
        areas.append(float(known.sum()))
        highest = np.maximum.reduceat(known[order], starts) if len(order) else known
        anys.append(_any(highest))
        least += float(known.max(initial=0.0))
        most += _any(known)
    if not areas:
        raise ValueError("a polygon's figures need a draw at least")
    hectares = np.array(areas) * cell_m2 / M2_IN_HA
    return Figures(
        cells=len(patches),
        unknown=int(np.isnan(sums).sum()),
        area_ha=len(patches) * cell_m2 / M2_IN_HA,
        draws=len(areas),
        expected_ha=float(hectares.mean()),
        upper_ha=upper_quantile(hectares, LEVEL),
        any_chance=float(np.mean(anys)),
        any_upper=upper_quantile(np.array(anys), LEVEL),
        any_least=least / len(areas),
        any_most=most / len(areas),
        means=sums / len(areas),
    )


def chance_of(log_odds: Floats) -> Floats:
    """Return chances of log-odds; nan stays nan."""
    return 1 / (1 + np.exp(-np.clip(log_odds, -700, 700)))


def _any(chances: Floats) -> float:
    with np.errstate(divide="ignore"):
        return float(-np.expm1(np.log1p(-chances).sum()))


def upper_quantile(values: Floats, level: float) -> float | None:
    """Return the value that a new draw exceeds with at most 1 − level: the ⌈level (n + 1)⌉-th smallest; None if n is
    too small to know one.
    """
    place = math.ceil(round(level * (len(values) + 1), 9))
    return float(np.sort(values)[place - 1]) if place <= len(values) else None


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """At a threshold: hectares of open land whose mean chance lies below, and how many of them are contaminated.

    ``missed_low_ha`` and ``missed_high_ha`` are the 5 % and 95 % quantiles over draws; ``missed_share`` is the expected
    share of all contaminated open land that lies below.
    """

    threshold: float
    below_ha: float
    missed_ha: float
    missed_low_ha: float
    missed_high_ha: float
    missed_share: float


class Curve:
    """Gathers what lies below each threshold, polygon by polygon; draw k is the same draw in every polygon."""

    def __init__(self, thresholds: Sequence[float], cell_m2: float) -> None:
        self._edges = np.array(thresholds, dtype=np.float64)
        self._cell_ha = cell_m2 / M2_IN_HA
        self._cells = np.zeros(len(self._edges) + 1)
        self._missed: list[Floats] = []

    def add(self, means: Floats, draws: Iterable[Floats]) -> None:
        """Add the land of a polygon: its cells' mean chances, and their log-odds draw by draw."""
        known = ~np.isnan(means)
        bins = np.searchsorted(self._edges, means[known], side="right")  # below a threshold: strictly less
        width = len(self._edges) + 1
        self._cells += np.bincount(bins, minlength=width)
        for number, log_odds in enumerate(draws):
            if number == len(self._missed):
                self._missed.append(np.zeros(width))
            self._missed[number] += np.bincount(bins, weights=chance_of(log_odds[known]), minlength=width)

    def points(self) -> list[CurvePoint]:
        """Return the curve, a point a threshold; empty where no polygon was added."""
        if not self._missed:
            return []
        below = np.cumsum(self._cells)[:-1] * self._cell_ha
        missed = np.cumsum(np.array(self._missed), axis=1) * self._cell_ha
        whole = max(float(missed[:, -1].mean()), 1e-300)
        low, high = np.quantile(missed[:, :-1], (0.05, 0.95), axis=0)
        mean = missed[:, :-1].mean(axis=0)
        table = np.column_stack([self._edges, below, mean, low, high, mean / whole])
        return [CurvePoint(*row) for row in table.tolist()]
