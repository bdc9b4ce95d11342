"""Tables that an officer reads: the expert's word before any data, and what a layer's codes say by them."""

import math
from dataclasses import replace

import numpy as np
import pytest

from evidence.folders import write_folder
from risk.surfaces import SETTINGS, SMALL, evidence_at
from torpaq.evidence.card import LayerCard
from torpaq.evidence.coding import class_coding, distance_coding
from torpaq.risk.surface import tables
from torpaq.risk.surface.background import draw_background, level_for
from torpaq.risk.surface.expert import expert_draws, expert_model, range_levels
from torpaq.risk.surface.model import KEPT, MOST_RANK, model_from, read_model, write_model
from torpaq.risk.surface.reading import read_evidence
from torpaq.risk.surface.surface import Surface, make_surface
from torpaq.risk.surface.tables import bands_of, expert_table, expert_tables
from torpaq.standard.codes import code_list


def card(kind="trench_distance", reliability=1.0, coding=None):
    coding = coding or distance_coding(20_000, 10)
    return LayerCard(kind, kind, "trenches of 1993", (), coding, "1993", "public domain", reliability, {})


def test_expert_tables_are_of_kinds_of_layers_and_go_one_way():
    for kind, table in expert_tables("aze").items():
        assert kind in code_list("layer_kind")
        ratios = [row.ratio for row in table.rows]
        assert table.direction == 0 or ratios == sorted(ratios, reverse=table.direction < 0), kind
        assert all(row.low < row.ratio < row.high for row in table.rows), kind
        assert all(row.source for row in table.rows)


def test_a_trench_within_fifty_to_a_hundred_metres_is_four_times_likelier():
    table = expert_table(card(), "aze")
    coding = distance_coding(20_000, 10)
    assert math.exp(table.lookup(coding)[coding.code_of(75)]) == pytest.approx(4.1)
    assert table.span(1) == (50, 100)
    assert table.lookup(coding)[255] == 0


def test_a_layer_that_is_half_right_says_less():
    whole, half, none = (expert_table(card(reliability=one), "aze") for one in (1.0, 0.5, 0.0))
    assert math.exp(half.llr[0]) == pytest.approx(1 + 0.5 * (math.exp(whole.llr[0]) - 1))
    assert none.llr == (0.0,) * none.bands


def test_a_country_replaces_the_table_of_a_kind_as_a_whole(tmp_path, monkeypatch):
    """The Authority has its own word on trenches."""
    (tmp_path / "aze").mkdir()
    (tmp_path / "aze" / "evidence_tables.csv").write_text(
        "kind,from,to,ratio,low,high,direction,learned,clause,source\n"
        "trench_distance,,200,9,5,16,down,yes,IMAS 08.10,The Authority\n"
        "trench_distance,200,,0.5,0.2,1.2,down,yes,IMAS 08.10,The Authority\n",
        encoding="utf-8",
    )
    monkeypatch.setattr(tables, "national_folder", lambda: tmp_path)
    expert_tables.cache_clear()
    try:
        own = expert_table(card(), "aze")
        assert own.cuts == (200,)
        assert own.source == "IMAS 08.10 The Authority"
        assert expert_table(card("slope"), "aze").bands == 5
    finally:
        expert_tables.cache_clear()


@pytest.mark.parametrize("rows", ["a,,10,2,1,4\na,20,,1,1,2", "a,,,2,3,4", "a,,,0,0,1"])
def test_a_table_with_a_gap_or_without_limits_is_refused(tmp_path, monkeypatch, rows):
    (tmp_path / "aze").mkdir()
    text = "kind,from,to,ratio,low,high,direction,learned,clause,source\n"
    text += "".join(f"{row},down,yes,x,y\n" for row in rows.split("\n"))
    (tmp_path / "aze" / "evidence_tables.csv").write_text(text, encoding="utf-8")
    monkeypatch.setattr(tables, "national_folder", lambda: tmp_path)
    expert_tables.cache_clear()
    try:
        with pytest.raises(ValueError, match="bands of a"):
            expert_tables("aze")
    finally:
        expert_tables.cache_clear()


def test_a_code_has_the_band_of_the_value_it_begins_with():
    coding = class_coding("years", 6)
    assert bands_of((1.0, 3.0), coding)[:7].tolist() == [0, 1, 1, 2, 2, 2, 3]
    assert bands_of((1.0, 3.0), coding)[255] == 3


def test_the_experts_level_makes_the_stated_share_of_the_land_contaminated(tmp_path):
    evidence = evidence_at(tmp_path, SMALL)
    model, problems = expert_model(evidence, SETTINGS)
    assert [found.code for found in problems] == ["risk_level_from_range"]
    assert (model.origin, model.level_from) == ("expert", "range")
    codes, _ = draw_background(evidence, ("trench_distance", "years_used"))
    told = sum(
        table.lookup(evidence.layers[table.layer].coding)[column]
        for table, column in zip(model.tables, codes.T, strict=True)
    )
    share = np.mean(1 / (1 + np.exp(-(model.level + told))))
    assert SETTINGS.prior_low < share < SETTINGS.prior_high
    level, levels = range_levels(model.tables, evidence, SETTINGS)
    lowest = np.mean(1 / (1 + np.exp(-(levels.min() + told))))
    assert lowest == pytest.approx(SETTINGS.prior_low, rel=1e-6)
    assert levels.min() < level < levels.max()


@pytest.mark.parametrize("share", [0.001, 0.2, 0.9])
def test_a_level_gives_its_share(share):
    told = np.random.default_rng(1).normal(0, 2, 500)
    assert np.mean(1 / (1 + np.exp(-(level_for(share, told) + told)))) == pytest.approx(share, rel=1e-9)


def test_an_experts_draws_have_the_sd_of_the_limits():
    table = expert_table(card(), "aze")
    random = np.random.default_rng(4)
    draws = np.vstack([expert_draws(table, random) for _ in range(50)])
    low, high = np.quantile(draws[:, 0], (0.05, 0.95))
    assert math.exp(low) == pytest.approx(3, rel=0.05)
    assert math.exp(high) == pytest.approx(12, rel=0.05)


def test_a_model_read_again_is_the_same_to_the_last_bit(tmp_path):
    evidence = evidence_at(tmp_path / "evidence", SMALL)
    model, _ = expert_model(evidence, SETTINGS)
    write_model(model, tmp_path / "model.json")
    again, problems = read_model(tmp_path / "model.json")
    assert problems == []
    assert (again.draws == model.draws).all()
    assert replace(again, draws=model.draws) == replace(model, draws=model.draws)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"format": "x"}', '{"format": "torpaq risk model 1"}'])
def test_a_file_that_is_no_model_is_told(tmp_path, text):
    (tmp_path / "model.json").write_text(text, encoding="utf-8")
    assert [found.code for found in read_model(tmp_path / "model.json")[1]] == ["risk_model_unreadable"]
    assert [found.code for found in read_model(tmp_path / "none.json")[1]] == ["risk_model_unreadable"]


def test_draws_that_do_not_fit_their_tables_are_refused(tmp_path):
    model, _ = expert_model(evidence_at(tmp_path, SMALL), SETTINGS)
    value = model.as_json()
    value["draws"] = [row[:-1] for row in value["draws"]]
    with pytest.raises(ValueError, match="do not fit"):
        model_from(value)


def test_the_spread_of_every_cell_is_that_of_the_draws(tmp_path):
    """The low-rank factor against all draws, cell by cell."""
    from risk.surfaces import truth

    layers, _, _ = truth(side=30)
    evidence = evidence_at(tmp_path / "evidence", layers)
    model, _ = expert_model(evidence, SETTINGS)
    surface, _ = make_surface(evidence.path, model, tmp_path / "surface", SETTINGS)
    assert surface.manifest["rank"] <= MOST_RANK
    centred = model.draws - model.draws.mean(axis=0)
    told = np.repeat(centred[:, :1], 900, axis=1)
    for table, start in zip(model.tables, model.offsets, strict=True):
        bands = table.bands_of(evidence.layers[table.layer].coding)[evidence.read(table.layer, surface.grid.whole)]
        told += centred[:, start + bands.astype(int).ravel()]
    plain = np.sqrt((told**2).sum(axis=0) / (len(told) - 1) + model.area_spread**2 + SETTINGS.local_spread**2)
    assert surface.spread(surface.grid.whole).ravel() == pytest.approx(plain, abs=0.03)
    drawn = surface.draws(surface.grid.whole)
    assert drawn.shape == (200, 30, 30)
    without_local = np.sqrt(plain**2 - SETTINGS.local_spread**2)
    assert drawn.std(axis=0).ravel() == pytest.approx(without_local, rel=0.1)
    assert drawn.mean(axis=0) == pytest.approx(surface.log_odds(surface.grid.whole), abs=0.1)


def test_a_factor_of_low_rank_holds_nearly_all_of_the_draws_variance(tmp_path):
    model, _ = expert_model(evidence_at(tmp_path, SMALL), SETTINGS)
    random = np.random.default_rng(5)
    draws = random.normal(size=(200, 6)) @ random.normal(size=(6, 12)) + 0.02 * random.normal(size=(200, 12))
    factor = replace(model, draws=draws).factor()
    assert factor.shape[1] <= 6
    covariance = np.cov(draws.T)
    assert np.trace(factor @ factor.T) >= KEPT * np.trace(covariance)
    assert factor @ factor.T == pytest.approx(covariance, abs=0.03 * np.trace(covariance))


def test_bad_evidence_is_told_and_nothing_is_written(tmp_path):
    model, _ = expert_model(evidence_at(tmp_path / "evidence", SMALL), SETTINGS)

    def told(path, model=model):
        surface, problems = make_surface(path, model, tmp_path / "out", SETTINGS)
        assert (surface is None) == any(found.severity == "error" for found in problems)
        return [found.code for found in problems]

    assert told(tmp_path / "nowhere") == ["risk_evidence_unreadable"]
    empty = write_folder(tmp_path / "empty", {"examined": SMALL["examined"]})
    assert told(empty) == ["risk_evidence_empty"]
    cut = write_folder(tmp_path / "cut", SMALL)
    whole = (
        (cut / "layers" / "slope.tif") if (cut / "layers" / "slope.tif").exists() else cut / "layers" / "years_used.tif"
    )
    whole.write_bytes(whole.read_bytes()[:200])
    assert told(cut) == ["raster_unreadable"]
    gone = write_folder(tmp_path / "gone", SMALL)
    (gone / "layers" / "examined.tif").unlink()
    assert told(gone) == ["raster_unreadable"]
    other = write_folder(tmp_path / "other", {"slope": "1 2 3"})
    assert "risk_model_other_layers" in told(other)
    fine = write_folder(tmp_path / "fine", SMALL, 50.0)
    assert "risk_model_other_grid" in told(fine)
    assert not (tmp_path / "out").exists()
    unknown = write_folder(tmp_path / "unknown", SMALL | {"raster_value-ndvi": SMALL["years_used"].replace("9", "1")})
    assert told(unknown) == ["risk_layer_without_table"]
    fewer = write_folder(tmp_path / "fewer", {name: text for name, text in SMALL.items() if name != "years_used"})
    assert told(fewer) == ["risk_layer_gone"]
    assert told(fewer, replace(model, origin="fitted")) == ["risk_evidence_newer", "risk_layer_gone"]


def test_a_surface_that_is_none_is_told(tmp_path):
    assert [found.code for found in Surface.open(tmp_path)[1]] == ["risk_surface_unreadable"]
    (tmp_path / "manifest.json").write_text("{}", encoding="utf-8")
    assert [found.code for found in Surface.open(tmp_path)[1]] == ["risk_surface_unreadable"]
    assert read_evidence(tmp_path)[1][0].code == "risk_evidence_unreadable"
