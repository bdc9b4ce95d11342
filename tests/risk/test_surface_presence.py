"""Accidents tell where, never how much; and they are told where people go."""

import json

import numpy as np
import pytest
from scipy.optimize import minimize

from evidence.folders import codings
from risk.surfaces import RATIOS, SETTINGS, evidence_at, examined_of, truth
from torpaq.risk.surface.bands import learnable
from torpaq.risk.surface.learn import fit_model
from torpaq.risk.surface.presence import WEIGHT, fit_shape, presence_places
from torpaq.risk.surface.sample import take_sample
from torpaq.risk.surface.solve import Prior, design_of, solve
from torpaq.risk.surface.surface import make_surface


def reported(seed=3, reports=1500, bias=2.0):
    """Accidents in contaminated squares, many times likelier reported by the roads, which run where trenches do not."""
    layers, holds, _ = truth(side=120, area_sd=0.0, level=-1.5)
    random = np.random.default_rng(seed)
    across = np.mgrid[0:120, 0:120][1]
    road = np.abs(across - 15.0) * 100.0
    told = np.exp(-bias * np.clip(road / 3000, 0, 1.5)) * holds
    rows = random.choice(holds.size, reports, p=(told / told.sum()).ravel())
    presence = np.full(holds.shape, np.nan)
    presence.ravel()[rows] = 1
    return {"trench_distance": layers["trench_distance"], "road_distance": road, "presence": presence}, holds


def apart(table):
    """How far a table is from the truth, the constant left aside."""
    truths = np.log(np.array(list(RATIOS.values())))
    gap = np.array(table.llr) - truths
    weight = np.array(table.found) + 1.0
    return float(np.sqrt(np.average((gap - np.average(gap, weights=weight)) ** 2, weights=weight)))


def test_terms_of_who_reports_bring_the_shape_back(tmp_path, monkeypatch):
    layers, _ = reported(bias=3.0)
    evidence = evidence_at(tmp_path, layers)
    model, problems = fit_model(evidence, SETTINGS)
    assert [found.code for found in problems] == ["risk_level_from_range"]
    assert model.bias == ("road_distance",)
    assert model.table("road_distance") is None
    from torpaq.risk.surface import presence

    monkeypatch.setattr(presence, "BIAS_KINDS", frozenset())
    without = {name: layer for name, layer in layers.items() if name != "road_distance"}
    naive, _ = fit_model(evidence_at(tmp_path / "naive", without), SETTINGS)
    honest, fooled = apart(model.table("trench_distance")), apart(naive.table("trench_distance"))
    assert honest < 0.35
    assert fooled > honest + 0.1


def test_the_level_of_reports_alone_is_the_authoritys_range_and_says_so(tmp_path):
    layers, _ = reported()
    evidence = evidence_at(tmp_path / "evidence", layers)
    model, _ = fit_model(evidence, SETTINGS)
    assert (model.origin, model.level_from) == ("fitted", "range")
    assert model.prior == (SETTINGS.prior_low, SETTINGS.prior_high)
    assert model.card["too_small"]
    surface, _ = make_surface(evidence.path, model, tmp_path / "surface", SETTINGS)
    chances = 1 / (1 + np.exp(-surface.log_odds(surface.grid.whole)))
    assert SETTINGS.prior_low < chances.mean() < SETTINGS.prior_high


def test_ten_times_the_reports_do_not_make_land_ten_times_worse(tmp_path):
    few, many = (reported(reports=number)[0] for number in (300, 3000))
    levels = [fit_model(evidence_at(tmp_path / str(len(name)), name), SETTINGS)[0] for name in (few, many)]
    assert levels[0].level == pytest.approx(levels[1].level, abs=0.8)


def test_examined_land_sets_the_level_of_what_reports_shaped(tmp_path):
    layers, holds = reported()
    examined = examined_of(holds, 0.15)
    model, problems = fit_model(evidence_at(tmp_path, layers | {"examined": examined}), SETTINGS)
    assert model.level_from == "examined"
    assert "risk_level_from_range" not in {found.code for found in problems}
    assert model.found / model.squares == pytest.approx(np.nanmean(examined), rel=0.05)


def test_examined_land_that_was_all_clean_leaves_the_level_to_the_range(tmp_path):
    layers, holds = reported()
    examined = np.where(holds, np.nan, np.where(layers["trench_distance"] < 300, 0, np.nan))
    model, problems = fit_model(evidence_at(tmp_path, layers | {"examined": examined}), SETTINGS)
    assert model.level_from == "range"
    assert "risk_level_from_range" in {found.code for found in problems}


def test_a_handful_of_accidents_teaches_nothing(tmp_path):
    layers, _ = reported(reports=8)
    assert [found.code for found in fit_model(evidence_at(tmp_path, layers), SETTINGS)[1]] == ["risk_not_examined"]


def test_the_weighted_regression_is_a_poisson_process_of_reports():
    """Against the plain twin: Σ over reports of log intensity − ∫ intensity, with the same beliefs."""
    random = np.random.default_rng(4)
    background, reports = random.integers(0, 4, 600), random.choice(4, 80, p=[0.5, 0.3, 0.15, 0.05])
    bands = np.concatenate([reports, background])[:, None]
    labels = np.repeat([1, 0], [80, 600])
    design = design_of(bands, (4,), (0,), np.full(680, -1), 0, labels, np.zeros(680))
    weights = np.where(labels == 1, 1.0, WEIGHT * 80 / 600)
    prior = Prior(np.zeros(5), np.array([1e-9, 1, 1, 1, 1.0]))
    ours = solve(design, weights, prior)[1:]

    def poisson(unknowns):
        told = unknowns[0] + unknowns[1:]
        intensity = np.exp(told[background]).sum() * 80 / 600
        return -told[reports].sum() + intensity + 0.5 * (unknowns[1:] ** 2).sum()

    twin = minimize(poisson, np.zeros(5), method="BFGS").x[1:]
    assert ours - ours.mean() == pytest.approx(twin - twin.mean(), abs=2e-3)


def test_accidents_are_read_from_the_folders_sources(tmp_path):
    """Operator B adds a file of accidents; two at one place are one place."""
    points = [[47.001, 40.001], [47.001, 40.001], [47.002, 40.001]]
    features = [
        {"type": "Feature", "properties": {}, "geometry": {"type": "Point", "coordinates": point}} for point in points
    ]
    (tmp_path / "sources" / "acc").mkdir(parents=True)
    file = tmp_path / "sources" / "acc" / "acc.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    source = {
        "id": "acc", "kind": "accidents", "name": "accidents", "date": "2024-01-01", "source": "Operator B",
        "licence": "internal", "added": "2024-01-02", "error_m": 50.0, "reliability": 1.0, "reliability_known": False,
        "files": {"acc.geojson": "0"}, "options": {}, "is_synthetic": False,
    }  # fmt: skip
    evidence = evidence_at(tmp_path, {"trench_distance": np.full((5, 5), 80.0)}, sources=[source])
    places = presence_places(evidence, 100.0)
    assert len(places) == 3
    assert places[0] == pytest.approx(evidence.grid.crs.forward(47.001, 40.001), abs=0.01)


def test_the_shape_of_reports_has_intervals_and_a_direction(tmp_path):
    layers, holds = reported()
    evidence = evidence_at(tmp_path, layers)
    cards, _ = learnable(evidence, "aze")
    random = np.random.default_rng(1)
    codes = np.column_stack([codings()[card.id].encode(layers[card.id]).ravel() for card in cards])
    at = random.choice(holds.size, 300, p=holds.ravel() / holds.sum())
    places = random.uniform(0, 12_000, (holds.size, 2))
    shape = fit_shape(cards, codes[at], places[at], codes, places, SETTINGS)
    (table,) = shape.tables
    assert all(low < one < high for low, one, high in zip(table.low, table.llr, table.high, strict=True))
    assert (np.diff(table.llr) <= 1e-9).all()
    assert shape.draws.shape == (200, table.bands)


def test_an_item_that_came_to_light_where_nobody_searched_is_a_report_and_no_examination(tmp_path):
    """Cells of 50 m. A shepherd's find stands alone; Operator A's lies in land that was searched round it."""
    examined = np.full((8, 8), np.nan)
    examined[1, 1] = 1
    examined[4:8, 4:8] = 0
    examined[5, 5] = 1
    evidence = evidence_at(tmp_path, {"trench_distance": np.full((8, 8), 80.0), "examined": examined}, 50.0)
    sample = take_sample(evidence, ("trench_distance",), SETTINGS)
    assert sample.found == pytest.approx(1.0)
    assert sample.squares == pytest.approx(4.0)
    assert presence_places(evidence, 100.0).tolist() == [[75.0, 325.0]]
    searched = evidence_at(
        tmp_path / "searched",
        {
            "trench_distance": np.full((8, 8), 80.0),
            "examined": examined,
            "search_miss": np.where(examined == 1, 0.1, np.nan),
        },
        50.0,
    )
    assert take_sample(searched, ("trench_distance",), SETTINGS).found == pytest.approx(2.0)
