"""Figures of a ranking and of stated chances, over labelled cells; each is nan where it has no meaning."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]

BINS = 10
CAPTURED = {"s90": 0.90, "s95": 0.95, "s99": 0.99}
SEARCHED = {"10": 0.10, "20": 0.20, "30": 0.30}


@dataclass(frozen=True, slots=True)
class Card:
    """Pooled figures; ``s90`` is the share of land to search, likeliest first, until 90 % of the contaminated is found.

    ``recall_at["10"]`` is the share of contaminated cells found in the likeliest tenth.
    """

    roc_auc: float
    pr_auc: float
    prevalence: float
    brier: float
    ece: float
    s90: float
    s95: float
    s99: float
    recall_at: dict[str, float]


def score_card(labels: Labels, chances: Floats) -> Card:
    """Return every figure of the chances of cells whose labels are 1 or 0."""
    searches = {name: searched_share(labels, chances, share) for name, share in CAPTURED.items()}
    return Card(
        roc_auc=roc_auc(labels, chances),
        pr_auc=pr_auc(labels, chances),
        prevalence=float(labels.mean()) if len(labels) else np.nan,
        brier=brier_score(labels, chances),
        ece=ece(labels, chances),
        recall_at={name: recall_at(labels, chances, share) for name, share in SEARCHED.items()},
        **searches,
    )


def roc_auc(labels: Labels, scores: Floats) -> float:
    """Return the chance that a contaminated cell scores above a clean one, ties counting half (Mann, Whitney 1947)."""
    positives, negatives = int((labels == 1).sum()), int((labels == 0).sum())
    if not positives or not negatives:
        return float("nan")
    _, place, counts = np.unique(scores, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[place]
    return float((ranks[labels == 1].sum() - positives * (positives + 1) / 2) / (positives * negatives))


def pr_auc(labels: Labels, scores: Floats) -> float:
    """Return average precision: precision at each score weighed by the recall it adds; tied cells come together."""
    found = _found(labels, scores)
    if found is None:
        return float("nan")
    searched, hits = found
    return float((np.diff(np.concatenate(([0.0], hits))) * hits / searched).sum() / hits[-1])


def searched_share(labels: Labels, scores: Floats, captured: float) -> float:
    """Return the share of cells to search, highest score first, until this share of contaminated ones is found.

    Within a group of tied cells they are found evenly.
    """
    found = _found(labels, scores)
    if found is None:
        return float("nan")
    searched, hits = (np.concatenate(([0.0], one)) for one in found)
    holds = np.flatnonzero(np.diff(hits) > 0)  # finding goes on only in groups of cells that hold some
    wanted = captured * hits[-1]
    step = holds[int(np.searchsorted(hits[holds + 1], wanted - 1e-9))]
    part = (wanted - hits[step]) / (hits[step + 1] - hits[step])
    return float((searched[step] + part * (searched[step + 1] - searched[step])) / searched[-1])


def recall_at(labels: Labels, scores: Floats, searched: float) -> float:
    """Return the share of contaminated cells in the highest-scored share of cells; tied cells are found evenly."""
    found = _found(labels, scores)
    if found is None:
        return float("nan")
    land, hits = found
    return float(np.interp(searched * land[-1], np.r_[0.0, land], np.r_[0.0, hits]) / hits[-1])


def brier_score(labels: Labels, chances: Floats) -> float:
    """Return the mean squared gap between label and chance (Brier 1950)."""
    return float(np.mean((labels - chances) ** 2)) if len(labels) else float("nan")


def ece(labels: Labels, chances: Floats) -> float:
    """Return the mean gap between stated and realised shares over ten bins of equally many cells, by rising chance."""
    if not len(labels):
        return float("nan")
    order = np.argsort(chances, kind="stable")
    bins = [part for part in np.array_split(order, BINS) if len(part)]
    return float(sum(abs(labels[b].sum() - chances[b].sum()) for b in bins) / len(labels))


def _found(labels: Labels, scores: Floats) -> tuple[Floats, Floats] | None:
    """Return cells searched and contaminated cells found after each distinct score, highest first."""
    if not (labels == 1).any():
        return None
    values, place = np.unique(-scores, return_inverse=True)
    searched = np.cumsum(np.bincount(place, minlength=len(values))).astype(np.float64)
    hits = np.cumsum(np.bincount(place, weights=labels, minlength=len(values))).astype(np.float64)
    return searched, hits
