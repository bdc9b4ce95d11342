"""The ledger of a cell: local evidence, the land around it, and what speaks for and against an item, as log-odds.

Two opinions are averaged as log-odds: a ridge that trusts a feature as far as areas agree on it, over local evidence
and the land nearest by; and small boosted trees over a wider neighbourhood. Nothing in here is chosen by looking at the
cells that are judged: what is learned is learned from labelled cells of other areas, and a labelled cell never sees
the labels of its own area, because a cell of a new area will not have them either.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from torpaq.risk.cells.cells import CONTAMINATED, Cells
from torpaq.risk.cells.ridge import Ridge, fit_stable, solve
from torpaq.risk.cells.surroundings import evidence_sums, nearest_distance, neighbour_means
from torpaq.risk.cells.trees import Trees, fit_trees

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

EVIDENCE = (2.5, 5.0, 10.0, 20.0)
"""Bandwidths of what is known near by, in spacings of the grid: a kilometre's grid gives 2.5 to 20 km."""

NEAR, WIDE = 1.5, 3.0
"""Bandwidths of the land around a cell, in spacings: contamination follows places, not the middles of cells."""

DOUBT = 2.0
"""So many cells of the mean prevalence are mixed into a kernel's prevalence."""

OWN_NAMES = ("distance to the nearest known", *(f"known share within {b:g} cells" for b in EVIDENCE))
TRIED = 0.99
INNER = 4
"""Areas are put into so many groups; each is judged by the others to learn how far the chances boast."""

FAR_TRUST = 0.5
"""Farther from any examined cell than was ever tried, the log-odds are drawn half-way to the mean."""


@dataclass(frozen=True, slots=True)
class Ground:
    """Cells with what surrounds them: sums over known cells of each area, means of the land near and wide.

    ``weight`` and ``hits`` are (cells, areas, bandwidths), ``nearest`` (cells, areas), ``known_m`` (cells, areas) the
    distance to any known; ``own`` is the number of the cell's area, or −1; ``counts`` labelled and contaminated.
    """

    spacing_m: float
    own: Ints
    weight: Floats
    hits: Floats
    nearest: Floats
    known_m: Floats
    counts: Floats
    near: Floats
    wide: Floats


@dataclass(frozen=True, slots=True)
class Scores:
    """For each cell: its chance, whether it lies outside support, and log-odds (cells, terms) that sum to its own."""

    chances: Floats
    outside: Flags
    terms: Floats
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Model:
    """What was fitted, and how far it was tried: metres from known cells, distance from known land."""

    ridge: Ridge
    trees: Trees | None
    slope: float
    shift: float
    base: float
    reach_m: float
    land: Floats
    land_limit: float
    names: tuple[str, ...]


def ground_of(cells: Cells, known: Cells, is_known: bool) -> Ground:
    """Return what surrounds each of ``cells``, by the labels of ``known`` alone; ``is_known``: they are the same cells.

    Features are of all cells, labelled or not: land is seen before it is surveyed.
    """
    at, places = cells.metres(known), known.metres(known)
    areas, own_known = np.unique(known.areas, return_inverse=True)
    rows = known.labelled
    spacing_m = _spacing(places)
    bandwidths = np.array(EVIDENCE) * spacing_m
    sums = (places[rows], known.labels[rows], own_known[rows], len(areas))
    weight, hits, nearest = evidence_sums(at, *sums, bandwidths)
    _, _, known_m = evidence_sums(at, sums[0], np.ones_like(sums[1]), *sums[2:], bandwidths[:0])
    contaminated = rows & (known.labels == CONTAMINATED)
    counts = np.column_stack([np.bincount(own_known[kept], minlength=len(areas)) for kept in (rows, contaminated)])
    land = _filled(np.vstack([known.features, cells.features]), len(known.labels))
    everywhere = (places, land[: len(known.labels)])
    if not is_known:
        everywhere = (np.vstack([places, at]), land)
    near, wide = (neighbour_means(at, *everywhere, scale * spacing_m) for scale in (NEAR, WIDE))
    own = own_known if is_known else np.full(len(at), -1)
    return Ground(spacing_m, own, weight, hits, nearest, known_m, counts.astype(np.float64), near, wide)


def _spacing(places: Floats) -> float:
    """Return the median distance to the nearest other cell, metres."""
    chosen = np.random.default_rng(0).permutation(len(places))[:500]
    near = nearest_distance(places[chosen], places, chosen, np.arange(len(places)))
    return float(np.median(near[np.isfinite(near)])) if len(places) > 1 else 1.0


def _filled(features: Floats, known: int) -> Floats:
    """Put the median of the known cells where a value is missing."""
    if not features.shape[1]:
        return features
    first = features[:known]
    middle = np.array([np.median(c[~np.isnan(c)]) if (~np.isnan(c)).any() else 0.0 for c in first.T])
    return np.where(np.isnan(features), middle, features)


def local_evidence(ground: Ground, held: int = -1) -> tuple[Floats, Floats]:
    """Return (cells, 5) of log-distance and log-odds, and the distance to any known; own and held-out areas unseen.

    Columns as :data:`OWN_NAMES`; distances in spacings, half a spacing at least.
    """
    out = np.zeros((len(ground.own), 1 + len(EVIDENCE)))
    known_m = np.full(len(ground.own), np.inf)
    for own in np.unique(ground.own):
        rows = ground.own == own
        seen = np.array([a not in (own, held) for a in range(len(ground.counts))])
        labelled, contaminated = ground.counts[seen].sum(axis=0)
        share = (contaminated + 0.5) / (labelled + 1)
        nearest = ground.nearest[rows][:, seen].min(axis=1, initial=np.inf)
        out[rows, 0] = np.log(np.clip(nearest / ground.spacing_m, 0.5, 1e3))
        weight, hits = ground.weight[rows][:, seen].sum(axis=1), ground.hits[rows][:, seen].sum(axis=1)
        out[rows, 1:] = np.log((hits + DOUBT * share) / (weight - hits + DOUBT * (1 - share)))
        known_m[rows] = ground.known_m[rows][:, seen].min(axis=1, initial=np.inf)
    return out, known_m


def fit_model(ground: Ground, labels: Ints, names: tuple[str, ...], held: int = -1) -> Model:
    """Fit to the labelled cells outside the held-out area; ``ground`` is of the same cells."""
    rows = (labels >= 0) & (ground.own != held)
    local, known_m = local_evidence(ground, held)
    y, own = labels[rows], ground.own[rows]
    near, wide = np.hstack([ground.near[rows], local[rows]]), ground.wide[rows]
    slope, shift = _honesty(near, wide, y, own, len(names))
    ridge, trees = _opinions(near, wide, y, own, len(names))
    scale = np.where(ground.wide[rows].std(axis=0) > 0, ground.wide[rows].std(axis=0), np.inf)
    land = ground.wide[rows] / scale
    apart = nearest_distance(land, land, own, own)
    finite, tried_m = apart[np.isfinite(apart)], known_m[rows][np.isfinite(known_m[rows])]
    rate = float(np.clip(y.mean(), 1e-6, 1 - 1e-6))
    return Model(
        ridge=ridge,
        trees=trees,
        slope=slope,
        shift=shift,
        base=float(np.log(rate / (1 - rate))),
        reach_m=float(np.quantile(tried_m, TRIED)) if len(tried_m) else np.inf,
        land=np.vstack([land, scale]),  # the scale travels as the last row
        land_limit=float(np.quantile(finite, TRIED)) if len(finite) else np.inf,
        names=names,
    )


def _opinions(near: Floats, wide: Floats, labels: Ints, own: Ints, width: int) -> tuple[Ridge, Trees | None]:
    return fit_stable(near, labels, own), fit_trees(wide, labels) if width else None


def _terms(ridge: Ridge, trees: Trees | None, near: Floats, wide: Floats) -> Floats:
    """Return the mean of both opinions as (cells, features + local evidence + level)."""
    terms = ridge.contributions(near)
    if trees is not None:
        steps = trees.contributions(wide)
        terms = terms / 2
        terms[:, : wide.shape[1]] += steps[:, :-1] / 2
        terms[:, -1] += steps[:, -1] / 2
    return terms


def _honesty(near: Floats, wide: Floats, labels: Ints, own: Ints, width: int) -> tuple[float, float]:
    """Return slope and shift that make log-odds honest for areas not learned from, by training cells (Platt 1999).

    Groups of whole areas are judged by the others. Chances are only ever drawn together, never sharpened.
    """
    names, counts = np.unique(own, return_counts=True)
    group = np.zeros(len(own), dtype=np.int64)
    loads = np.zeros(INNER)
    for name, count in sorted(zip(names.tolist(), counts.tolist(), strict=True), key=lambda pair: -pair[1]):
        group[own == name] = np.argmin(loads)
        loads[np.argmin(loads)] += count
    told = np.full(len(own), np.nan)
    for number in range(INNER):
        out = group == number
        if out.any() and len(np.unique(labels[~out])) == 2:
            fitted = _opinions(near[~out], wide[~out], labels[~out], own[~out], width)
            told[out] = _terms(*fitted, near[out], wide[out]).sum(axis=1)
    judged = np.isfinite(told)
    if len(np.unique(labels[judged])) < 2:
        return 1.0, 0.0
    design = np.column_stack((np.ones(judged.sum()), told[judged]))
    shift, slope = solve(design, labels[judged].astype(np.float64), np.array([1e-6, 1e-6]))
    if 0 <= slope <= 1:
        return float(slope), float(shift)
    return (1.0, 0.0) if slope > 1 else (0.0, float(np.log(labels.mean() / (1 - labels.mean()))))


def judge(model: Model, ground: Ground, rows: Flags, held: int = -1) -> Scores:
    """Return the scores of some cells, seeing no label of the held-out area."""
    local, known_m = local_evidence(ground, held)
    terms = _terms(model.ridge, model.trees, np.hstack([ground.near[rows], local[rows]]), ground.wide[rows])
    terms *= model.slope
    terms[:, -1] += model.shift
    land, scale = model.land[:-1], model.land[-1]
    here = ground.wide[rows] / scale
    apart = nearest_distance(here, land, np.full(len(here), -1), np.zeros(len(land), dtype=np.int64))
    far = known_m[rows] > model.reach_m
    terms[far] *= FAR_TRUST
    terms[far, -1] += (1 - FAR_TRUST) * model.base
    outside = far | (apart > model.land_limit)
    chances = 1 / (1 + np.exp(-terms.sum(axis=1)))
    return Scores(chances, outside, terms, (*model.names, *OWN_NAMES, "level"))


def surveyed(chances: Floats, places: Floats, revealed: Flags, labels: Ints, bandwidth_m: float) -> Floats:
    """Return chances after a survey of some cells: the level moves first, then every cell by what was found near it.

    The level moves as if eight cells had been known before; a chance weighs two cells (Beta), a surveyed cell as much
    as its Gaussian distance lets it. Only labels of revealed cells are read.
    """
    if not revealed.any():
        return chances
    found = labels[revealed].astype(np.float64)
    before = float(chances[revealed].mean())
    after = (found.sum() + 8 * before) / (len(found) + 8)
    odds = np.log(chances / (1 - chances)) + np.log(after / (1 - after)) - np.log(before / (1 - before))
    moved = 1 / (1 + np.exp(-odds))
    apart = ((places[:, None] - places[revealed][None]) ** 2).sum(axis=2)
    weight = np.exp(-0.5 * apart / bandwidth_m**2)
    return np.asarray((2 * moved + weight @ found) / (2 + weight.sum(axis=1)))
