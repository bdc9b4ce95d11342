"""The score card that comes with a model: what it would have said of land it had not seen, beside simple rules.

Protocol: each district judged by all others; blocks of 20 km; later examinations by earlier ones, where dates are
known; and a random split, only to show how much such a split would flatter. Everything that is learned is learned
inside the training rows. Where there is too little to judge by, the card says so and gives no figures.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from torpaq.risk.cells.baselines import closeness, lightgbm, logistic_regression, missing_peers
from torpaq.risk.cells.evaluate import figures
from torpaq.risk.cells.surroundings import evidence_sums
from torpaq.risk.cells.trees import fit_trees
from torpaq.risk.score.areas import area_threshold, found_by_area, violating_share
from torpaq.risk.score.card import ece, pr_auc
from torpaq.risk.surface.bands import Bands
from torpaq.risk.surface.fit import fit_sample
from torpaq.risk.surface.sample import Sample
from torpaq.risk.surface.settings import Settings
from torpaq.risk.surface.tables import NORMAL_90

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
Chances = dict[str, Floats]

MOST_JUDGED = 12_000
MOST_FOLDS = 40
FEWEST_AREAS, RANDOM_FOLDS = 3, 5
FEWEST_FOUND, FEWEST_BLOCKS = 10, 5
PROMISED = (0.01, 0.05, 0.10)
VIOLATING = 0.20
HONEST_ECE = 0.05
MODEL, TREES = "model", "boosted_trees"


def score_model(
    bands: Bands, sample: Sample, settings: Settings, worth: float, progress: Callable[[float], None] = lambda _: None
) -> tuple[dict[str, Any], Ints]:
    """Return a score card and the codes of areas where the model's order is turned round.

    ``bands`` are the tables to learn as believed before, ``worth`` what a row counts.
    """
    sample = _few(sample)
    first = sample.is_first
    size = {"squares": int(first.sum()), "found": int(sample.labels[first].sum())}
    size["areas"] = len(_both(sample.labels[first], sample.areas[first]))
    card: dict[str, Any] = {**size, "worth": round(worth, 4), "of_units": sample.of_units}
    if size["areas"] < FEWEST_AREAS or size["found"] < FEWEST_FOUND:
        needed = {"areas_needed": FEWEST_AREAS, "found_needed": FEWEST_FOUND}
        return card | {"too_small": True, **needed}, np.zeros(0, dtype=np.int64)
    told = _by_folds(bands, sample, sample.areas, worth, settings, progress)
    by_area = _split(sample, told, sample.areas)
    flipped = flipped_areas(sample.rows(first), told[MODEL][first], worth)
    card |= {
        "too_small": False,
        "leave_one_area_out": by_area,
        "spatial_blocks": _blocks(bands, sample, worth, settings),
        "forward": _forward(bands, sample, worth),
        "random": _random(bands, sample, worth),
        "calibration": calibration(sample.labels[first], told[MODEL][first], worth),
        "promised": promised(sample.labels[first], told[MODEL][first], sample.areas[first]),
        "found_by_area": found_by_area(sample.labels[first], told[MODEL][first], sample.areas[first].astype(str)),
        "challenger": challenger(sample.labels[first], told, sample.areas, first),
        "flipped": [int(code) for code in flipped],
        "without": missing_peers(),
    }
    card["leak_gap"] = _gap(card["random"], by_area)
    return card, flipped


def _few(sample: Sample) -> Sample:
    """Return all rows of as many squares as can be judged in reasonable time, drawn by lot."""
    starts = np.flatnonzero(sample.is_first)
    if len(starts) <= MOST_JUDGED:
        return sample
    drawn = np.zeros(len(starts), dtype=bool)
    drawn[np.random.default_rng(0).choice(len(starts), MOST_JUDGED, replace=False)] = True
    return sample.rows(np.asarray(drawn[np.cumsum(sample.is_first) - 1]))


def _both(labels: Ints, areas: Ints) -> Ints:
    names = np.unique(areas)
    return np.array([name for name in names if 0 < labels[areas == name].mean() < 1], dtype=np.int64)


def folds_of(groups: Ints, most: int = MOST_FOLDS) -> Ints:
    """Return a fold for every row: whole groups, each its own, or the largest first into so many even folds."""
    names, place, counts = np.unique(groups, return_inverse=True, return_counts=True)
    if len(names) <= most:
        return np.asarray(place.ravel(), dtype=np.int64)
    loads, fold = np.zeros(most), np.zeros(len(names), dtype=np.int64)
    for name in np.argsort(-counts, kind="stable"):
        fold[name] = int(np.argmin(loads))
        loads[fold[name]] += counts[name]
    return np.asarray(fold[place.ravel()])


def _by_folds(
    bands: Bands, sample: Sample, groups: Ints, worth: float, settings: Settings, progress: Callable[[float], None]
) -> Chances:
    """Return chances by the model, the baselines and the challenger; no fold sees a label of its own."""
    folds = folds_of(groups)
    told: Chances = {}
    near = near_known(sample, folds, settings)
    features = bands.of(sample.codes).astype(np.float64)
    names = np.unique(folds)
    for number, fold in enumerate(names):
        here = folds == fold
        train = sample.rows(~here)
        if len(np.unique(train.labels)) < 2:
            continue
        said = {MODEL: _model(bands, train, sample.rows(here), worth)}
        said |= _by_baselines(sample, near, features, folds, int(fold), settings.buffer_m)
        for name, chances in said.items():
            told.setdefault(name, np.full(len(folds), np.nan))[here] = chances
        progress((number + 1) / len(names))
    return told


def _model(bands: Bands, train: Sample, others: Sample, worth: float) -> Floats:
    fit = fit_sample(bands, train, worth)
    return np.asarray(1 / (1 + np.exp(-(fit.tell(others) + others.offsets))))


def near_known(sample: Sample, folds: Ints, settings: Settings) -> tuple[Floats, Floats]:
    """Return, (rows, folds) each, the distance to the nearest contaminated square of a fold and its kernel density."""
    count = int(folds.max()) + 1
    known = sample.is_first
    bandwidths = np.array([settings.buffer_m])
    _, hits, nearest = evidence_sums(
        sample.places, sample.places[known], sample.labels[known], folds[known], count, bandwidths
    )
    return nearest, hits[:, :, 0]


def _by_baselines(
    sample: Sample, near: tuple[Floats, Floats], features: Floats, folds: Ints, fold: int, buffer_m: float
) -> Chances:
    """Return what simple rules say of a fold, learned from the others; a training row sees no label of its own fold."""
    here = folds == fold
    train = sample.is_first & ~here
    labels = sample.labels[train]
    unseen = np.arange(near[0].shape[1])[None] == folds[:, None]
    unseen[:, fold] = True
    apart = np.where(unseen, np.inf, near[0]).min(axis=1)
    dense = np.where(unseen, 0.0, near[1]).sum(axis=1)
    columns = {
        "nearest_known": -np.log(np.clip(apart, 50, 1e6)),
        "kernel_density": np.log(dense + 1e-3),
        "fixed_buffer": (apart <= buffer_m).astype(np.float64),
    }
    told: Chances = {"constant": np.full(int(here.sum()), labels.mean())}
    for name, column in columns.items():
        told[name] = closeness(column[train, None], labels, column[here, None])
    told["logistic_regression"] = logistic_regression(features[train], labels, features[here])
    if "lightgbm" not in missing_peers():
        told["lightgbm"] = lightgbm(features[train], labels, features[here])
    steps = fit_trees(features[train], labels).contributions(features[here])
    told[TREES] = np.asarray(1 / (1 + np.exp(-steps.sum(axis=1))))
    return told


def _split(sample: Sample, told: Chances, groups: Ints) -> dict[str, Any]:
    """Return the figures of a split over one row a square, the model's first and each baseline's beside."""
    judged = sample.is_first & ~np.isnan(told[MODEL])
    labels, names = sample.labels[judged], groups[judged].astype(str)
    own = figures(labels, told[MODEL][judged], names)
    violating = {
        str(miss): _round(violating_share(labels, told[MODEL][judged], names, miss, VIOLATING)) for miss in PROMISED
    }
    others = {name: figures(labels, chances[judged], names) for name, chances in told.items() if name != MODEL}
    folds = len(np.unique(groups[judged]))
    return {"folds": folds, "judged": int(judged.sum()), **own, "violating_share": violating, "baselines": others}


def _alone(bands: Bands, sample: Sample, folds: Ints, worth: float) -> dict[str, Any] | None:
    """Return the figures of the model alone, each fold by the others; None where no fold can be judged."""
    told = np.full(len(folds), np.nan)
    for fold in np.unique(folds):
        here = folds == fold
        if len(np.unique(sample.labels[~here])) == 2:
            told[here] = _model(bands, sample.rows(~here), sample.rows(here), worth)
    if np.isnan(told).all() or len(np.unique(folds)) < 2:
        return None
    return _split(sample, {MODEL: told}, folds)


def _blocks(bands: Bands, sample: Sample, worth: float, settings: Settings) -> dict[str, Any] | None:
    """Judge blocks by the others; where land is too small for five of the usual side, the side is halved."""
    for halved in range(5):
        side_m = settings.area_block_m / 2**halved
        keys = np.floor(sample.places / side_m).astype(np.int64)
        blocks = np.unique(keys, axis=0, return_inverse=True)[1].ravel()
        if len(np.unique(blocks)) >= FEWEST_BLOCKS:
            told = _alone(bands, sample, folds_of(blocks, 10), worth)
            return told and {"side_m": side_m, **told}
    return None


def _random(bands: Bands, sample: Sample, worth: float) -> dict[str, Any] | None:
    """Split squares by lot: neighbours fall on both sides, which is what flatters."""
    square = np.cumsum(sample.is_first) - 1
    lots = np.random.default_rng(0).integers(0, RANDOM_FOLDS, int(square.max()) + 1)
    return _alone(bands, sample, lots[square], worth)


def _forward(bands: Bands, sample: Sample, worth: float) -> dict[str, Any] | None:
    """Judge what was examined after the middle year by what was examined until then; None without dates."""
    dated = ~np.isnan(sample.years)
    if not dated.any() or len(np.unique(sample.years[dated])) < 2:
        return None
    middle = float(np.median(sample.years[dated & sample.is_first]))
    middle = min(middle, float(np.unique(sample.years[dated])[-2]))
    before, after = dated & (sample.years <= middle), dated & (sample.years > middle)
    if len(np.unique(sample.labels[before])) < 2 or len(np.unique(sample.labels[after])) < 2:
        return None
    told = np.full(len(dated), np.nan)
    told[after] = _model(bands, sample.rows(before), sample.rows(after), worth)
    return {"until_year": int(middle), **_split(sample, {MODEL: told}, sample.areas)}


def calibration(labels: Ints, chances: Floats, worth: float) -> list[dict[str, float]]:
    """Return ten bins of equally many squares by rising chance: stated and realised share with 90 % limits (Wilson).

    Squares near each other are no independent witnesses: the limits count each as ``worth``.
    """
    known = ~np.isnan(chances)
    labels, chances = labels[known], chances[known]
    bins = [part for part in np.array_split(np.argsort(chances, kind="stable"), 10) if len(part)]
    told = []
    for part in bins:
        share, size = float(labels[part].mean()), max(len(part) * worth, 1.0)
        middle = (share + NORMAL_90**2 / (2 * size)) / (1 + NORMAL_90**2 / size)
        half = NORMAL_90 * np.sqrt(share * (1 - share) / size + (NORMAL_90 / (2 * size)) ** 2)
        half /= 1 + NORMAL_90**2 / size
        told.append(
            {
                "stated": round(float(chances[part].mean()), 5),
                "realised": round(share, 5),
                "low": round(max(0.0, middle - float(half)), 5),
                "high": round(min(1.0, middle + float(half)), 5),
                "squares": len(part),
            }
        )
    return told


def promised(labels: Ints, chances: Floats, areas: Ints) -> list[dict[str, Any]]:
    """Return, for each promised miss, what a threshold certified on all other areas would have left out and missed."""
    told = []
    known = ~np.isnan(chances)
    labels, chances, names = labels[known], chances[known], areas[known].astype(str)
    for miss in PROMISED:
        left = np.zeros(len(labels), dtype=bool)
        for name in np.unique(names):
            here = names == name
            limit = area_threshold(labels[~here], chances[~here], names[~here], miss, VIOLATING)
            left[here] = chances[here] < limit
        missed = float(left[labels == 1].mean()) if (labels == 1).any() else float("nan")
        told.append(
            {
                "promised": miss,
                "left_out": _round(float(left.mean())),
                "missed": _round(missed),
                "violating": _round(violating_share(labels, chances, names, miss, VIOLATING)),
                "nominal": VIOLATING,
            }
        )
    return told


def challenger(labels: Ints, told: Chances, areas: Ints, first: Flags) -> dict[str, Any]:
    """Say whether boosted trees beat the tables by more than one standard error of PR over areas and are calibrated."""
    ours, theirs, names = told[MODEL][first], told[TREES][first], areas[first]
    known = ~np.isnan(ours)
    gaps = []
    for name in _both(labels[known], names[known]):
        here = known & (names == name)
        gaps.append(pr_auc(labels[here], theirs[here]) - pr_auc(labels[here], ours[here]))
    gap = float(np.mean(gaps)) if gaps else float("nan")
    error = float(np.std(gaps, ddof=1) / np.sqrt(len(gaps))) if len(gaps) > 1 else float("inf")
    honest = ece(labels[known], theirs[known])
    wins = gap > error and honest <= HONEST_ECE
    return {
        "name": TREES,
        "pr_gap": _round(gap),
        "error": _round(error),
        "ece": _round(honest),
        "wins": bool(wins),
        "kept": "tables",
    }


def flipped_areas(sample: Sample, chances: Floats, worth: float) -> Ints:
    """Return the areas in which contamination lies where the others' model expects it least, beyond chance.

    The slope of a logistic regression of an area's labels on the log-odds that the others give it; turned round where
    its upper 95 % limit is below nought.
    """
    flipped = []
    for area in _both(sample.labels, sample.areas):
        here = (sample.areas == area) & ~np.isnan(chances)
        told = np.log(np.clip(chances[here], 1e-9, 1 - 1e-9) / (1 - np.clip(chances[here], 1e-9, 1 - 1e-9)))
        slope, error = slope_of(told, sample.labels[here].astype(np.float64), sample.weights[here] * worth)
        if slope + NORMAL_90 * error < 0:
            flipped.append(int(area))
    return np.array(flipped, dtype=np.int64)


def slope_of(told: Floats, labels: Floats, weights: Floats) -> tuple[float, float]:
    """Return the slope of a weighted logistic regression of labels on log-odds, and its standard error.

    A unit normal about 1 holds the slope where an area says little.
    """
    level, slope = 0.0, 1.0
    curve = np.eye(2)
    for _ in range(50):
        chance = 1 / (1 + np.exp(-(level + slope * told)))
        gap, bend = weights * (labels - chance), weights * chance * (1 - chance)
        g = np.array([gap.sum() - 0.01 * level, (gap * told).sum() - (slope - 1)])
        curve = np.array(
            [[bend.sum() + 0.01, (bend * told).sum()], [(bend * told).sum(), (bend * told * told).sum() + 1]]
        )
        step = np.linalg.solve(curve, g)
        step *= min(1.0, 1.0 / max(np.abs(step).max(), 1e-12))
        level, slope = level + step[0], slope + step[1]
        if np.abs(step).max() < 1e-9:
            break
    return float(slope), float(np.sqrt(np.linalg.inv(curve)[1, 1]))


def _gap(flattering: dict[str, Any] | None, honest: dict[str, Any]) -> float | None:
    """Return by how much a random split's pooled ROC flatters."""
    if flattering is None:
        return None
    first, second = flattering["pooled"]["roc_auc"], honest["pooled"]["roc_auc"]
    return None if first is None or second is None else round(first - second, 4)


def _round(value: float) -> float | None:
    return round(value, 4) if np.isfinite(value) else None
