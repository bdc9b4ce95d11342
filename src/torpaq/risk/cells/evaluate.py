"""The protocol: each area judged by what the others know, or one file by another; baselines in the same folds.

No label of what is judged is at hand while anything is fitted. Nothing is tuned: the model has no choice that a fold
could make for it.
"""

import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from torpaq.risk.cells.baselines import LEARNERS, closeness, constant, missing_peers, near_columns
from torpaq.risk.cells.cells import Cells
from torpaq.risk.cells.model import Ground, fit_model, ground_of, judge, surveyed
from torpaq.risk.score.areas import bootstrap_interval, mean_interval, violating_share
from torpaq.risk.score.card import brier_score, ece, pr_auc, roc_auc, score_card
from torpaq.standard.problems import Problem, problem

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Ints = NDArray[np.int64]
Names = NDArray[np.str_]

FEW_AREAS, ENOUGH_AREAS = 3, 10
MISS, VIOLATING = 0.05, 0.20
CLUSTER = 5


@dataclass(frozen=True, slots=True)
class Judged:
    """Chances of the judged cells by the model and by each baseline, and which cells lie outside support."""

    cells: Cells
    places: Floats
    chances: Floats
    outside: Flags
    baselines: Mapping[str, Floats]
    folds: int
    spacing_m: float


def leave_one_area_out(cells: Cells) -> tuple[Judged | None, list[Problem]]:
    """Judge every area by a model of all others."""
    problems = _class_problems(cells, "labels")
    areas = np.unique(cells.areas[cells.labelled])
    if len(areas) < FEW_AREAS:
        problems.append(problem("risk_one_area", "areas", column="area"))
    if problems:
        return None, problems
    if len(areas) < ENOUGH_AREAS:
        problems.append(problem("risk_few_areas", "areas", areas=len(areas), needed=ENOUGH_AREAS))
    ground = ground_of(cells, cells, is_known=True)
    chances, outside = np.full(len(cells.labels), np.nan), np.zeros(len(cells.labels), dtype=bool)
    baselines: dict[str, Floats] = {}
    names = np.unique(cells.areas)
    for number, name in enumerate(names):
        here = cells.areas == name
        train = cells.labelled & ~here
        if len(np.unique(cells.labels[train])) < 2:
            return None, [
                *problems,
                problem("risk_one_class", str(name), column="label", value=str(cells.labels[train][:1])),
            ]
        hidden = np.where(here, -1, cells.labels)
        scores = judge(fit_model(ground, hidden, cells.names, number), ground, here, number)
        chances[here], outside[here] = scores.chances, scores.outside
        for peer, told in _by_baselines(cells, ground, train, hidden, here, number).items():
            baselines.setdefault(peer, np.full(len(chances), np.nan))[here] = told
    places = cells.metres(cells)
    return Judged(cells, places, chances, outside, baselines, len(areas), ground.spacing_m), problems


def other_by_one(known: Cells, other: Cells) -> tuple[Judged | None, list[Problem]]:
    """Judge another file's cells by one model of the known ones; the other's labels are taken off first."""
    problems = _class_problems(known, "labels")
    if problems:
        return None, problems
    blind = other.without_labels()
    ground, there = ground_of(known, known, is_known=True), ground_of(blind, known, is_known=False)
    everything = np.ones(len(blind.labels), dtype=bool)
    scores = judge(fit_model(ground, known.labels, known.names), there, everything)
    train = known.labelled
    features, others = _filled(known.features, blind.features, train)
    baselines = {"constant": constant(features[train], known.labels[train], others)}
    near, far = near_columns(ground), near_columns(there)
    for name, column in near.items():
        baselines[name] = closeness(column[train], known.labels[train], far[name])
    for name, learner in LEARNERS.items():
        if known.names and name not in missing_peers():
            baselines[name] = learner(features[train], known.labels[train], others)
    if scores.outside.any():
        problems.append(problem("risk_test_far", "test", share=round(float(scores.outside.mean()), 3)))
    places = other.metres(known)
    return Judged(other, places, scores.chances, scores.outside, baselines, 1, ground.spacing_m), problems


def _class_problems(cells: Cells, subject: str) -> list[Problem]:
    present = np.unique(cells.labels[cells.labelled])
    if len(present) == 2:
        return []
    return [problem("risk_one_class", subject, column="label", value=", ".join(map(str, present)) or "-1")]


def _by_baselines(
    cells: Cells, ground: Ground, train: Flags, hidden: Ints, here: Flags, held: int
) -> dict[str, Floats]:
    labels = hidden[train]
    told = {"constant": constant(cells.features[train], labels, cells.features[here])}
    for name, column in near_columns(ground, held).items():
        told[name] = closeness(column[train], labels, column[here])
    features, _ = _filled(cells.features, cells.features[:0], train)
    for name, learner in LEARNERS.items():
        if cells.names and name not in missing_peers():
            told[name] = learner(features[train], labels, features[here])
    return told


def _filled(features: Floats, others: Floats, train: Flags) -> tuple[Floats, Floats]:
    """Put the training cells' median where a value is missing."""
    middle = np.array([np.median(c[~np.isnan(c)]) if (~np.isnan(c)).any() else 0.0 for c in features[train].T])
    return np.where(np.isnan(features), middle, features), np.where(np.isnan(others), middle, others)


def after_survey(judged: Judged, share: float, draws: int, clustered: bool = True) -> dict[str, object] | None:
    """Return figures of the cells not surveyed after a share of each area's examined cells is revealed, over draws.

    Clustered: a place is drawn and with it the four examined cells nearest to it in its area, until the share is
    reached; a survey is never scattered over a district. Areas with fewer than twenty examined cells are left out.
    """
    labels, areas = judged.cells.labels, judged.cells.areas
    figures: dict[str, list[float]] = {"roc_auc": [], "pr_auc": [], "brier": [], "ece": [], "s90": []}
    for draw in range(draws):
        random = np.random.default_rng(draw)
        truth, told = [], []
        for name in np.unique(areas):
            rows = np.flatnonzero((areas == name) & judged.cells.labelled)
            if len(rows) < 20:
                continue
            revealed = np.zeros(len(rows), dtype=bool)
            drawn = _drawn(judged.places[rows], share, random, CLUSTER if clustered else 1)
            revealed[drawn] = True
            chances = surveyed(
                judged.chances[rows], judged.places[rows], revealed, labels[rows], 2.5 * judged.spacing_m
            )
            truth.append(labels[rows][~revealed])
            told.append(chances[~revealed])
        if not truth:
            return None
        card = score_card(np.concatenate(truth), np.concatenate(told))
        for figure, values in figures.items():
            values.append(float(getattr(card, figure)))
    means = {name: round(float(np.mean(values)), 4) for name, values in figures.items()}
    return {"share": share, "draws": draws, **means}


def _drawn(places: Floats, share: float, random: np.random.Generator, cluster: int) -> list[int]:
    wanted, drawn = max(1, round(share * len(places))), dict[int, None]()
    for seed in random.permutation(len(places)):
        if len(drawn) >= wanted:
            break
        apart = ((places - places[seed]) ** 2).sum(axis=1)
        for row in np.argsort(apart, kind="stable")[:cluster]:
            if len(drawn) < wanted:
                drawn[int(row)] = None
    return list(drawn)


def evaluation_json(judged: Judged, started: float) -> dict[str, object]:
    """Return the score card: figures by area and pooled, with 95 % intervals over areas, and those of the baselines."""
    rows = judged.cells.labelled
    labels, areas = judged.cells.labels[rows], judged.cells.areas[rows]
    value = figures(labels, judged.chances[rows], areas)
    by_area = [_area_row(str(name), judged, (judged.cells.areas == name)) for name in np.unique(judged.cells.areas)]
    baselines: dict[str, object] = {}
    for name, told in judged.baselines.items():
        baselines[name] = figures(labels, told[rows], areas)
    baselines |= dict.fromkeys(missing_peers())
    return {
        "folds": judged.folds,
        **value,
        "by_area": by_area,
        "baselines": baselines,
        "abstained_share": _round(float(judged.outside[rows].mean()) if rows.any() else float(judged.outside.mean())),
        "violating_share": _round(violating_share(labels, judged.chances[rows], areas, MISS, VIOLATING)),
        "seconds": round(time.perf_counter() - started, 2),
    }


def figures(labels: Ints, chances: Floats, areas: Names) -> dict[str, object]:
    """Return the figures of stated chances: means over areas with both labels, pooled ones, 95 % intervals."""
    card = asdict(score_card(labels, chances))
    roc, pr = (_over_areas(figure, labels, chances, areas) for figure in (roc_auc, pr_auc))
    pooled = {"roc_auc": _round(card["roc_auc"]), "pr_auc": _round(card["pr_auc"])}
    intervals = {
        "roc_auc": _pair(mean_interval(roc)),
        "pr_auc": _pair(mean_interval(pr)),
        "brier": _pair(bootstrap_interval(lambda r: brier_score(labels[r], chances[r]), areas)),
        "ece": _pair(bootstrap_interval(lambda r: ece(labels[r], chances[r]), areas)),
        "s90": _pair(bootstrap_interval(lambda r: score_card(labels[r], chances[r]).s90, areas, 100)),
    }
    told = {name: _round(card[name]) for name in ("prevalence", "brier", "ece", "s90", "s95", "s99")}
    recall = {name: _round(found) for name, found in card["recall_at"].items()}
    return {
        "roc_auc": _round(float(np.mean(roc)) if roc else card["roc_auc"]),
        "pr_auc": _round(float(np.mean(pr)) if pr else card["pr_auc"]),
        "pooled": pooled,
        **told,
        "recall_at": recall,
        "intervals": intervals,
    }


def _over_areas(figure: object, labels: Ints, chances: Floats, areas: Names) -> list[float]:
    assert callable(figure)
    both = [a for a in np.unique(areas) if 0 < labels[areas == a].mean() < 1]
    return [float(figure(labels[areas == a], chances[areas == a])) for a in both]


def _area_row(name: str, judged: Judged, here: Flags) -> dict[str, object]:
    rows = here & judged.cells.labelled
    labels, chances = judged.cells.labels[rows], judged.chances[rows]
    both = len(np.unique(labels)) == 2
    return {
        "area": name,
        "cells": int(here.sum()),
        "labelled": int(rows.sum()),
        "contaminated": int((labels == 1).sum()),
        "roc_auc": _round(roc_auc(labels, chances)) if both else None,
        "pr_auc": _round(pr_auc(labels, chances)) if both else None,
        "brier": _round(brier_score(labels, chances)),
        "abstained_share": _round(float(judged.outside[here].mean())),
    }


def _round(value: float) -> float | None:
    return round(value, 4) if np.isfinite(value) else None


def _pair(interval: tuple[float, float] | None) -> list[float] | None:
    return None if interval is None else [round(end, 4) for end in interval]
