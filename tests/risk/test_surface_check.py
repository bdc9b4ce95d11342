"""The score card with each model: judged on land it had not seen, beside simple rules; silent where there is little."""

import numpy as np
import pytest

from risk.surfaces import SETTINGS, evidence_at, examined_of, truth
from torpaq.risk.score.card import pr_auc
from torpaq.risk.surface.bands import bands_for, learnable
from torpaq.risk.surface.check import (
    MODEL,
    PROMISED,
    TREES,
    calibration,
    challenger,
    flipped_areas,
    folds_of,
    near_known,
    promised,
    score_model,
    slope_of,
)
from torpaq.risk.surface.fit import fit_sample
from torpaq.risk.surface.learn import fit_model
from torpaq.risk.surface.sample import take_sample
from torpaq.risk.surface.surface import make_surface


def judged(tmp_path, layers, holds, share=0.5, **more):
    evidence = evidence_at(tmp_path, layers | {"examined": examined_of(holds, share)} | more)
    cards, _ = learnable(evidence, "aze")
    sample = take_sample(evidence, tuple(card.id for card in cards), SETTINGS)
    return bands_for(cards, sample.codes, "aze"), sample


@pytest.fixture(scope="module")
def card(tmp_path_factory):
    layers, holds, _ = truth(side=90)
    years = np.where(np.arange(90)[:, None] < 45, 2019.0, 2022.0) * np.ones((90, 90))
    bands, sample = judged(tmp_path_factory.mktemp("card"), layers, holds, examined_year=years - 2000)
    return score_model(bands, sample, SETTINGS, 0.9)[0]


def test_the_card_tells_every_split_with_intervals(card):
    assert not card["too_small"]
    assert card["areas"] == 9
    by_area = card["leave_one_area_out"]
    assert by_area["folds"] == 9
    assert 0.6 < by_area["roc_auc"] < 0.9
    low, high = by_area["intervals"]["roc_auc"]
    assert low < by_area["roc_auc"] < high
    for key in ("pr_auc", "prevalence", "brier", "ece", "s90", "s95", "s99", "recall_at", "violating_share"):
        assert key in by_area
    assert card["spatial_blocks"]["side_m"] < SETTINGS.area_block_m
    assert card["forward"]["until_year"] == 19
    assert card["random"]["folds"] == 5
    assert card["leak_gap"] is not None


def test_the_baselines_stand_beside_and_the_tables_beat_those_of_place(card):
    baselines = card["leave_one_area_out"]["baselines"]
    expected = {"constant", "nearest_known", "kernel_density", "fixed_buffer", "logistic_regression", TREES}
    assert expected <= set(baselines)
    for name in ("constant", "nearest_known", "kernel_density", "fixed_buffer"):
        assert card["leave_one_area_out"]["roc_auc"] > baselines[name]["roc_auc"] + 0.05, name
    assert baselines["constant"]["brier"] > card["leave_one_area_out"]["brier"]


def test_promises_and_calibration_are_told(card):
    assert [one["promised"] for one in card["promised"]] == list(PROMISED)
    bins = card["calibration"]
    assert len(bins) == 10
    assert sum(one["squares"] for one in bins) == card["squares"]
    assert sum(one["low"] <= one["stated"] <= one["high"] for one in bins) >= 6


def test_no_label_of_a_fold_is_seen_while_it_is_judged(tmp_path):
    """The labels of one district are turned round; what is said of it stays the same to the last bit."""
    from dataclasses import replace

    layers, holds, _ = truth(side=60)
    bands, sample = judged(tmp_path, layers, holds)
    from torpaq.risk.surface.check import _by_folds

    first = _by_folds(bands, sample, sample.areas, 1.0, SETTINGS, lambda _: None)
    here = sample.areas == 4
    turned = replace(sample, labels=np.where(here, 1 - sample.labels, sample.labels))
    second = _by_folds(bands, turned, turned.areas, 1.0, SETTINGS, lambda _: None)
    assert set(first) == set(second)
    for name, chances in first.items():
        assert (chances[here] == second[name][here]).all(), name


def test_too_little_land_gets_a_card_without_figures(tmp_path):
    layers, holds, _ = truth(side=60)
    layers.pop("unit")
    bands, sample = judged(tmp_path, layers, holds)
    card, flipped = score_model(bands, sample, SETTINGS, 1.0)
    assert card["too_small"]
    assert card["areas_needed"] == 3
    assert "leave_one_area_out" not in card
    assert len(flipped) == 0


def test_a_district_where_everything_is_turned_round_is_found_and_the_model_is_silent_there(tmp_path):
    """In the last district mines were laid in a retreat, far from trenches."""
    layers, holds, _ = truth(side=120, level=-1.2, area_sd=0.1)
    random = np.random.default_rng(7)
    trench, unit = layers["trench_distance"], layers["unit"]
    holds = np.where(unit == 8, random.random(holds.shape) < np.where(trench > 1500, 0.5, 0.03), holds)
    evidence = evidence_at(tmp_path / "evidence", layers | {"examined": examined_of(holds, 0.6)})
    model, problems = fit_model(evidence, SETTINGS)
    assert [area.code for area in model.areas if area.is_flipped] == [8]
    assert "risk_areas_flipped" in {found.code for found in problems}
    assert model.card["flipped"] == [8]
    surface, _ = make_surface(evidence.path, model, tmp_path / "surface", SETTINGS)
    says = surface.says(surface.grid.whole)
    assert (says[unit == 8] == 4).all()
    assert (says[unit != 8] == 4).mean() < 0.2


def test_the_slope_of_chances_that_are_true_is_one():
    random = np.random.default_rng(1)
    told = random.normal(-1, 1.5, 4000)
    labels = (random.random(4000) < 1 / (1 + np.exp(-told))).astype(float)
    slope, error = slope_of(told, labels, np.ones(4000))
    assert slope == pytest.approx(1, abs=3 * error)
    assert slope_of(-told, labels, np.ones(4000))[0] < -0.8


def test_few_labels_turn_no_district_round(tmp_path):
    layers, holds, _ = truth(side=60)
    bands, sample = judged(tmp_path, layers, holds, share=0.2)
    chances = 1 / (1 + np.exp(-fit_sample(bands, sample).tell(sample)))
    assert len(flipped_areas(sample, chances, 0.05)) == 0


def test_trees_ship_nowhere_unless_they_win_by_more_than_an_error():
    random = np.random.default_rng(2)
    labels, areas = random.integers(0, 2, 600), np.repeat(np.arange(6), 100)
    good, bad = labels * 0.5 + random.random(600) * 0.5, random.random(600)
    first = np.ones(600, dtype=bool)
    lost = challenger(labels, {MODEL: good, TREES: bad}, areas, first)
    assert (lost["wins"], lost["kept"]) == (False, "tables")
    boasting = challenger(labels, {MODEL: bad, TREES: labels * 0.98 + 0.01}, areas, first)
    assert boasting["wins"]
    gaps = [
        pr_auc(labels[areas == a], good[areas == a]) - pr_auc(labels[areas == a], bad[areas == a]) for a in range(6)
    ]
    assert lost["pr_gap"] == pytest.approx(-np.mean(gaps), abs=1e-4)
    assert lost["error"] == pytest.approx(np.std(gaps, ddof=1) / 6**0.5, abs=1e-4)


def test_figures_by_hand():
    labels, chances = np.array([0, 0, 1, 1]), np.array([0.1, 0.2, 0.8, 0.9])
    told = calibration(labels, chances, 1.0)
    assert [one["realised"] for one in told] == [0.0, 0.0, 1.0, 1.0]
    areas = np.repeat(np.arange(6), 4)
    many = promised(np.tile(labels, 6), np.tile(chances, 6), areas)
    assert all(one["missed"] == 0 for one in many)
    assert many[1]["left_out"] == 0.5


def test_folds_are_whole_groups_of_even_size():
    groups = np.repeat(np.arange(100), np.arange(1, 101))
    folds = folds_of(groups, 10)
    assert all(len(set(folds[groups == group])) == 1 for group in range(100))
    sizes = np.bincount(folds)
    assert sizes.max() - sizes.min() < 30
    assert folds_of(np.array([7, 7, 3]), 10).tolist() == [1, 1, 0]


def test_what_is_known_near_by_is_that_of_each_fold(tmp_path):
    layers, holds, _ = truth(side=40)
    _, sample = judged(tmp_path, layers, holds)
    folds = folds_of(sample.areas)
    nearest, dense = near_known(sample, folds, SETTINGS)
    known = sample.is_first & (sample.labels == 1)
    for row in (0, 5, 17):
        for fold in range(3):
            apart = np.sqrt(((sample.places[known & (folds == fold)] - sample.places[row]) ** 2).sum(axis=1))
            assert nearest[row, fold] == pytest.approx(apart.min())
            near = apart[apart < 3.5 * SETTINGS.buffer_m]
            assert dense[row, fold] == pytest.approx(np.exp(-0.5 * (near / SETTINGS.buffer_m) ** 2).sum())
