"""Learning from examined land: tables about what experts believe, districts about the level, searches as they are."""

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy.optimize import minimize

from risk.surfaces import RATIOS, SETTINGS, evidence_at, examined_of, truth
from torpaq.risk.surface.bands import bands_for, learnable
from torpaq.risk.surface.fit import design_effect, fit_sample
from torpaq.risk.surface.learn import fit_model, leaking
from torpaq.risk.surface.novelty import Support, fit_support
from torpaq.risk.surface.sample import PER_SQUARE, take_sample
from torpaq.risk.surface.solve import Prior, design_of, information, logits, solve, turning
from torpaq.risk.surface.surface import make_surface

UNITS = {str(number): f"district {number}" for number in range(9)}


def district(tmp_path, share=0.5, detection=1.0, miss=None, **more):
    layers, holds, shifts = truth(**more)
    examined = examined_of(holds, share, detection=detection, left_out=layers["unit"] == 8)
    layers = layers | {"examined": examined}
    if miss is not None:
        layers["search_miss"] = np.where(np.isnan(examined), np.nan, miss)
    return evidence_at(tmp_path, layers, names=UNITS), holds, shifts


def small_design(rows=400, seed=1, directions=(-1, 0)):
    random = np.random.default_rng(seed)
    bands = np.column_stack([random.integers(0, 5, rows), random.integers(0, 4, rows)])
    told = np.array([1.5, 0.4, 0.6, -0.5, -1.0])[bands[:, 0].clip(0, 4)] + np.array([0.0, 0.5, -0.5, 0.2])[bands[:, 1]]
    labels = (random.random(rows) < 1 / (1 + np.exp(-(told - 1)))).astype(int)
    bands[random.random(rows) < 0.1, 1] = 4  # not known
    areas = random.integers(-1, 3, rows)
    offsets = np.log(random.uniform(0.5, 1, rows))
    design = design_of(bands, (5, 4), directions, areas, 3, labels, offsets)
    middle = np.concatenate(([-1.0], np.zeros(3), random.normal(0, 0.3, 9)))
    return (
        design,
        Prior(middle, np.concatenate(([0.02], np.full(3, 4.0), np.full(9, 2.0)))),
        random.uniform(0.2, 1, rows),
    )


def loss(unknowns, design, prior, weights):
    """The plain twin of what is made least."""
    total = 0.5 * (prior.precision * (unknowns - prior.middle) ** 2).sum()
    for columns, label, offset, weight in zip(design.columns, design.labels, design.offsets, weights, strict=True):
        logit = offset + sum(unknowns[column] for column in columns if column >= 0)
        total += weight * (np.logaddexp(0, logit) - label * logit)
    return total


@pytest.mark.parametrize("directions", [(0, 0), (-1, 0), (1, -1)])
def test_the_optimum_is_that_of_a_general_solver_under_the_same_bounds(directions):
    design, prior, weights = small_design(directions=directions)
    ours = solve(design, weights, prior)
    turn = turning(design)
    bounded = np.concatenate([np.zeros(4, dtype=bool), (design.ways != 0) & design.is_step])
    found = minimize(
        lambda steps: loss(turn @ steps, design, prior, weights), np.zeros(13), method="L-BFGS-B",
        bounds=[(0, None) if one else (None, None) for one in bounded], options={"maxiter": 3000, "ftol": 1e-14},
    )  # fmt: skip
    assert loss(ours, design, prior, weights) <= found.fun + 1e-6
    assert ours == pytest.approx(turn @ found.x, abs=2e-3)


def test_a_table_with_a_direction_never_turns_back():
    design, prior, weights = small_design()
    table = solve(design, weights, prior)[4:9]
    assert (np.diff(table) <= 1e-9).all()
    turned, _, _ = small_design(directions=(1, 0))
    assert (np.diff(solve(turned, weights, prior)[4:9]) >= -1e-9).all()


def test_the_information_is_the_curvature():
    design, prior, weights = small_design(rows=60)
    at = solve(design, weights, prior)
    flat = Prior(prior.middle, np.zeros(13))
    step = 1e-4
    for first, second in ((0, 0), (0, 5), (4, 9), (2, 2)):
        told = 0.0
        for a, b in ((1, 1), (1, -1), (-1, 1), (-1, -1)):
            moved = at.copy()
            moved[first] += a * step
            moved[second] += b * step
            told += a * b * loss(moved, design, flat, weights)
        assert information(design, weights, at)[first, second] == pytest.approx(told / (4 * step**2), abs=1e-4)
    assert logits(design, at)[0] == pytest.approx(
        design.offsets[0] + sum(at[column] for column in design.columns[0] if column >= 0)
    )


def test_a_square_counts_once_however_many_cells_it_has(tmp_path):
    """Cells of 25 m: sixteen a square; a square that was half examined and empty counts half."""
    examined = np.full((8, 12), np.nan)
    examined[0:4, 0:4] = 0
    examined[1, 1] = 1
    examined[0:4, 4:8] = 0
    examined[4:6, 8:12] = 0
    evidence = evidence_at(tmp_path, {"trench_distance": np.full((8, 12), 70.0), "examined": examined}, 25.0)
    sample = take_sample(evidence, ("trench_distance",), SETTINGS)
    assert sample.squares == pytest.approx(2.5)
    assert sample.found == pytest.approx(1.0)
    assert len(sample.labels) == 3 * PER_SQUARE
    assert sample.is_first.sum() == 3
    assert sorted(sample.labels[sample.is_first].tolist()) == [0, 0, 1]


def test_land_that_nobody_examined_is_no_negative(tmp_path):
    """However much unexamined land there is, the level is that of examined land."""
    evidence, _, _ = district(tmp_path / "a", share=0.3)
    cards, _ = learnable(evidence, "aze")
    sample = take_sample(evidence, tuple(card.id for card in cards), SETTINGS)
    assert sample.squares < evidence.grid.cells * 0.4
    fit = fit_sample(bands_for(cards, sample.codes, "aze"), sample)
    chance = 1 / (1 + np.exp(-fit.tell(sample)))
    assert np.average(chance, weights=sample.weights) == pytest.approx(sample.found / sample.squares, rel=0.1)


@pytest.fixture(scope="module")
def fitted(tmp_path_factory):
    evidence, holds, shifts = district(tmp_path_factory.mktemp("fitted"), share=0.5)
    model, problems = fit_model(evidence, SETTINGS)
    return evidence, holds, shifts, model, problems


def test_the_tables_come_near_the_truth_and_their_intervals_hold_it(fitted):
    _, _, _, model, problems = fitted
    assert problems == []
    table = model.table("trench_distance")
    truths = np.log(np.array(list(RATIOS.values())))
    apart = np.array(table.llr) - truths
    shift = np.average(apart, weights=np.array(table.squares) + 1)  # tables and the level share a constant
    inside = [low <= one + shift <= high for low, one, high in zip(table.low, truths, table.high, strict=True)]
    assert sum(inside) >= 6
    assert (np.diff(table.llr) <= 1e-9).all()
    used = model.table("years_used")
    ratio = np.exp(
        np.average(used.llr[2:], weights=used.squares[2:]) - np.average(used.llr[:2], weights=used.squares[:2])
    )
    assert ratio == pytest.approx(0.38, abs=0.15)
    assert all(low <= one <= high for low, one, high in zip(table.low, table.llr, table.high, strict=True))
    assert sum(table.squares) == pytest.approx(model.squares, rel=1e-3)


def test_districts_shift_as_their_land_tells_and_one_without_examined_land_does_not(fitted):
    _, _, shifts, model, _ = fitted
    assert [area.name for area in model.areas] == [f"district {number}" for number in range(8)]
    told = np.array([area.shift for area in model.areas])
    assert np.corrcoef(told, shifts[:8])[0, 1] > 0.6
    assert np.abs(told).mean() < np.abs(shifts[:8] - shifts[:8].mean()).mean() + 0.3
    assert all(area.spread < model.area_spread + 0.05 for area in model.areas)
    assert model.area_lookup()[8] == 0


def test_the_surface_is_less_sure_of_a_district_without_examined_land(fitted, tmp_path):
    evidence, _, _, model, _ = fitted
    surface, problems = make_surface(evidence.path, model, tmp_path, SETTINGS)
    assert problems == []
    unit = evidence.read("unit", surface.grid.whole)
    spread = surface.spread(surface.grid.whole)
    assert np.median(spread[unit == 8]) > np.median(spread[unit != 8]) + 0.05


def test_the_chances_are_true_on_land_that_was_not_examined(fitted, tmp_path):
    """Of unexamined land told 10 %, about a tenth is contaminated."""
    evidence, holds, _, model, _ = fitted
    surface, _ = make_surface(evidence.path, model, tmp_path, SETTINGS)
    unseen = evidence.read("examined", surface.grid.whole) == 255
    chances = (1 / (1 + np.exp(-surface.log_odds(surface.grid.whole))))[unseen]
    order = np.argsort(chances)
    for part in np.array_split(order, 5):
        assert chances[part].mean() == pytest.approx(holds[unseen][part].mean(), abs=0.06)


def test_a_search_that_misses_half_is_no_proof_of_absence(tmp_path):
    """Operator A finds half of what is there; told so, the model comes to about the same level."""
    sure, _, _ = district(tmp_path / "sure", share=0.6)
    half, _, _ = district(tmp_path / "half", share=0.6, detection=0.5, miss=0.5)
    naive, _, _ = district(tmp_path / "naive", share=0.6, detection=0.5)
    levels = []
    for evidence in (sure, half, naive):
        cards, _ = learnable(evidence, "aze")
        sample = take_sample(evidence, tuple(card.id for card in cards), SETTINGS)
        fit = fit_sample(bands_for(cards, sample.codes, "aze"), sample)
        levels.append(float(fit.tell(sample).mean()))
    assert levels[1] == pytest.approx(levels[0], abs=0.25)
    assert levels[2] < levels[0] - 0.4


def test_one_kind_of_result_only_or_none_is_told(tmp_path):
    layers, holds, _ = truth(side=30)
    none = evidence_at(tmp_path / "none", layers)
    assert [found.code for found in fit_model(none, SETTINGS)[1]] == ["risk_not_examined"]
    empty = evidence_at(tmp_path / "empty", layers | {"examined": np.full((30, 30), np.nan)})
    assert [found.code for found in fit_model(empty, SETTINGS)[1]] == ["risk_not_examined"]
    clean = evidence_at(tmp_path / "clean", layers | {"examined": np.where(holds, np.nan, 0)})
    assert [found.code for found in fit_model(clean, SETTINGS)[1]] == ["risk_one_kind_examined"]


def test_a_layer_that_tells_the_result_back_is_warned_of(tmp_path):
    """Somebody adds the clearance reports' own map as a layer."""
    layers, holds, _ = truth(side=40)
    examined = examined_of(holds, 0.6)
    layers |= {"examined": examined, "raster_value-reports": np.where(holds, 0.9, 0.1)}
    evidence = evidence_at(tmp_path, layers)
    cards, _ = learnable(evidence, "aze")
    sample = take_sample(evidence, tuple(card.id for card in cards), SETTINGS)
    assert [(found.code, found.subject) for found in leaking(sample)] == [("risk_layer_leaks", "raster_value-reports")]


def test_layers_made_of_the_same_finds_are_never_learned_from(tmp_path):
    layers, holds, _ = truth(side=40)
    evidence = evidence_at(tmp_path, layers | {"examined": examined_of(holds, 0.6), "find_density": holds * 0.9})
    cards, kept = learnable(evidence, "aze")
    assert "find_density" not in {card.id for card in cards}
    assert [table.layer for table in kept] == ["find_density"]
    model, _ = fit_model(evidence, SETTINGS)
    assert model.table("find_density").origin == "expert"
    assert model.table("trench_distance").origin == "fitted"


def test_little_examined_land_keeps_tables_near_the_experts_word(tmp_path):
    layers, holds, _ = truth(side=60)
    examined = np.full((60, 60), np.nan)
    examined[30:36, 26:34] = holds[30:36, 26:34]
    model, problems = fit_model(evidence_at(tmp_path, layers | {"examined": examined}), SETTINGS)
    assert "risk_examined_little" in {found.code for found in problems}
    assert model.table("trench_distance").llr[-1] == pytest.approx(math.log(0.3), abs=0.35)
    assert model.card["too_small"]


def test_a_layer_without_an_expert_is_learned_in_bands_of_its_own(tmp_path):
    layers, holds, _ = truth(side=60)
    random = np.random.default_rng(1)
    layers = {
        "raster_value-wet": np.where(holds, 0.6, 0.4) + random.normal(0, 0.1, holds.shape),
        "unit": layers["unit"],
    }
    model, _ = fit_model(evidence_at(tmp_path, layers | {"examined": examined_of(holds, 0.6)}), SETTINGS)
    table = model.table("raster_value-wet")
    assert 4 <= table.bands <= 8
    assert table.llr[-1] - table.llr[0] > 1.5


def test_rows_that_tell_one_story_count_as_one(tmp_path):
    """Squares whose neighbours always end alike are worth less than their number."""
    design, prior, weights = small_design()
    at = solve(design, weights, prior)
    alone = design_effect(design, weights, at, np.arange(len(weights)), prior)
    random = np.random.default_rng(2)
    repeated = np.repeat(random.integers(0, len(weights), 80), 5)
    copies = replace(
        design, columns=design.columns[repeated], labels=design.labels[repeated], offsets=design.offsets[repeated]
    )
    at = solve(copies, np.ones(400), prior)
    together = design_effect(copies, np.ones(400), at, np.arange(400) // 5, prior)
    assert alone < 1.4
    assert together > 3


def test_land_unlike_any_examined_is_new():
    layers, widths = ("a", "b"), (3, 3)
    random = np.random.default_rng(3)
    bands = np.column_stack([random.integers(0, 2, 400), random.integers(0, 3, 400)]).astype(np.uint8)
    bands = bands[~((bands[:, 0] == 1) & (bands[:, 1] == 2))]
    areas = np.arange(len(bands)) % 5
    support = fit_support(layers, widths, bands, np.ones(len(bands)), areas)
    asked = np.array([[0, 0], [2, 0], [1, 2], [3, 1], [3, 3]], dtype=np.uint8)
    assert support.new(asked).tolist() == [False, True, True, False, False]
    assert Support(layers, widths, support.seen, 1).new(asked).tolist() == [False, True, False, False, False]


def test_the_model_is_silent_where_land_is_new(tmp_path):
    """Only land within 500 m of a trench was examined, so the model cannot say beyond two kilometres."""
    layers, holds, _ = truth(side=120)
    examined = np.where(layers["trench_distance"] < 500, holds.astype(float), np.nan)
    evidence = evidence_at(tmp_path / "evidence", layers | {"examined": examined})
    model, _ = fit_model(evidence, SETTINGS)
    surface, _ = make_surface(evidence.path, model, tmp_path / "surface", SETTINGS)
    says = surface.says(surface.grid.whole)
    assert (says[layers["trench_distance"] > 2100] == 4).all()
    assert (says[layers["trench_distance"] < 240] == 4).mean() < 0.1
    assert surface.hectares["cannot_say"] > 0
