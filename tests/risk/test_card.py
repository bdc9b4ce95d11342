"""The figures of a score card agree with slow plain twins and keep their laws."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from torpaq.risk.score.areas import area_threshold, bootstrap_interval, mean_interval, violating_share
from torpaq.risk.score.card import ece, pr_auc, recall_at, roc_auc, score_card, searched_share

CELLS = st.lists(st.tuples(st.sampled_from([0, 1]), st.integers(0, 8)), min_size=2, max_size=40)


def split(cells):
    return np.array([label for label, _ in cells]), np.array([score / 8 for _, score in cells])


def plain_roc(labels, scores):
    pairs = [
        (p, n) for p, a in zip(scores, labels, strict=True) if a for n, b in zip(scores, labels, strict=True) if not b
    ]
    return sum(1.0 if p > n else 0.5 if p == n else 0.0 for p, n in pairs) / len(pairs)


def plain_pr(labels, scores):
    total, before = 0.0, 0
    for threshold in sorted(set(scores), reverse=True):
        taken = [label for label, score in zip(labels, scores, strict=True) if score >= threshold]
        total += (sum(taken) - before) / sum(labels) * sum(taken) / len(taken)
        before = sum(taken)
    return total


@given(CELLS)
def test_the_areas_under_the_curves_are_those_of_counting(cells) -> None:
    labels, scores = split(cells)
    if 0 < labels.sum() < len(labels):
        assert roc_auc(labels, scores) == pytest.approx(plain_roc(labels, scores))
        assert pr_auc(labels, scores) == pytest.approx(plain_pr(labels, scores))
    else:
        assert math.isnan(roc_auc(labels, scores))


@given(CELLS)
def test_a_ranking_is_the_same_after_any_rising_map(cells) -> None:
    labels, scores = split(cells)
    risen = np.exp(3 * scores) - 7
    for figure in (roc_auc, pr_auc):
        assert figure(labels, risen) == pytest.approx(figure(labels, scores), nan_ok=True)
    assert searched_share(labels, risen, 0.9) == pytest.approx(searched_share(labels, scores, 0.9), nan_ok=True)


def test_searching_from_the_top_finds_what_it_should() -> None:
    labels, chances = np.array([1, 0, 1, 0, 0, 0, 0, 0, 0, 1]), np.linspace(1, 0.1, 10)
    assert recall_at(labels, chances, 0.3) == pytest.approx(2 / 3)
    assert searched_share(labels, chances, 2 / 3) == pytest.approx(0.3)
    assert searched_share(labels, chances, 0.99) == pytest.approx(0.997)
    tied = np.full(10, 0.5)
    assert recall_at(labels, tied, 0.3) == pytest.approx(0.3)
    assert searched_share(labels, tied, 0.9) == pytest.approx(0.9)


def test_a_true_chance_has_no_gap_and_a_boast_has_one() -> None:
    labels = np.array([1, 0] * 50)
    assert ece(labels, np.full(100, 0.5)) == 0
    assert ece(labels, np.full(100, 0.9)) == pytest.approx(0.4)
    card = score_card(labels, np.full(100, 0.5))
    assert (card.brier, card.prevalence, card.roc_auc, card.pr_auc) == (0.25, 0.5, 0.5, 0.5)


def test_an_interval_draws_whole_areas() -> None:
    areas = np.repeat(["A", "B", "C", "D"], 5)
    values = np.repeat([0.0, 0.0, 1.0, 1.0], 5)
    low, high = bootstrap_interval(lambda rows: float(values[rows].mean()), areas)
    assert (low, high) == (0.0, 1.0)  # as if there were four figures, not twenty
    assert bootstrap_interval(lambda rows: 1.0, areas[:10]) is None
    assert mean_interval([0.5, math.nan, 0.5, 0.5]) == (0.5, 0.5)


def test_a_threshold_is_certified_over_areas_not_cells() -> None:
    """Nine districts, each with ten contaminated cells; in one the model is blind."""
    areas = np.repeat([f"D{n}" for n in range(9)], 10)
    labels = np.ones(90, dtype=int)
    chances = np.tile(np.linspace(0.5, 0.95, 10), 9)
    chances[areas == "D0"] = np.linspace(0.01, 0.1, 10)
    assert area_threshold(labels, chances, areas, 0.05, 0.2) == 0.5  # one bad district of nine is allowed
    assert area_threshold(labels, chances, areas, 0.05, 0.1) == pytest.approx(0.01)  # none is
    assert area_threshold(labels, chances, areas, 0.05, 0.05) == -math.inf  # too few districts to promise so much
    assert violating_share(labels, chances, areas, 0.05, 0.25) == pytest.approx(1 / 9)
