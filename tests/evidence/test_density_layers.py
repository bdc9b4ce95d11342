"""Densities against sums over every point, whatever the tiles; places by their own errors; denials as statements."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence.evidence_stories import features, folder_at, lonlat, new_source, snapshot_of
from evidence.test_ledger_layers import at, cells_of
from torpaq.evidence.build import Area, build
from torpaq.evidence.folder import EvidenceFolder
from torpaq.evidence.grid import grid_over
from torpaq.evidence.layers.densities import DENSITY_CODING, Weighed, merged
from torpaq.evidence.places import Places
from torpaq.evidence.smear import smear_window, smeared
from torpaq.geo.crs import AZE

AREA = Area((46.98, 39.985, 47.02, 40.015), cell_m=10.0)


@pytest.fixture
def folder(tmp_path: Path) -> EvidenceFolder:
    return folder_at(tmp_path / "evidence")


@settings(max_examples=15)
@given(st.integers(0, 2**32 - 1), st.sampled_from([7.0, 60.0, 250.0, 1500.0]), st.integers(40, 130))
def test_the_density_is_the_sum_of_normal_distributions_however_it_is_cut(seed: int, width_m: float, side: int):
    grid = grid_over(AZE, (-1000, -800, 1000, 800), 10.0)
    random = np.random.default_rng(seed)
    xy = random.uniform(-1500, 1500, (12, 2))
    sigma, weight = width_m * random.uniform(0.8, 1.3, 12), random.uniform(0, 2, 12)
    levels = smeared(xy, sigma, weight, grid.cell_m)
    whole = smear_window(grid, grid.whole, levels)
    for window in grid.tiles(side):
        assert (smear_window(grid, window, levels) == whole[window.slices]).all()
    wide = np.maximum(sigma, 5.0)
    for row in range(0, grid.rows, 17):
        for column in range(0, grid.columns, 17):
            away2 = ((xy - grid.middle_of(row, column)) ** 2).sum(axis=1)
            true = (weight / (2 * np.pi * wide**2) * np.exp(-away2 / (2 * wide**2))).sum() * 1e6
            assert whole[row, column] == pytest.approx(true, rel=0.01, abs=1e6 * 3e-5 / width_m**2)


def test_many_points_of_one_width_are_gathered_and_weigh_the_same():
    grid = grid_over(AZE, (-1000, -800, 1000, 800), 10.0)
    xy = np.random.default_rng(2).normal(0, 300, (40_000, 2))
    levels = smeared(xy, np.full(len(xy), 250.0), np.ones(len(xy)), 10.0)
    assert sum(len(level.xy_m) for level in levels) < 20_000
    assert sum(level.weight.sum() for level in levels) == pytest.approx(40_000)
    few = np.zeros((grid.rows, grid.columns))
    for part in np.array_split(xy, 4):
        few += smear_window(grid, grid.whole, smeared(part, np.full(len(part), 250.0), np.ones(len(part)), 10.0))
    assert smear_window(grid, grid.whole, levels) == pytest.approx(few, rel=2e-3)


def test_a_million_points_on_one_spot_count_once_and_quickly(folder: EvidenceFolder, tmp_path: Path):
    spot = np.zeros((1_000_000, 2))
    found, repeated = merged([Weighed(Places(spot, np.full(len(spot), 5.0)), np.linspace(0, 1, len(spot)))])
    assert (len(found.places), repeated, found.weight.tolist()) == (1, 999_999, [1.0])


def test_an_accident_known_by_its_settlement_alone_is_a_haze(folder: EvidenceFolder, tmp_path: Path):
    def density(precision: str) -> tuple[float, float]:
        accident = {
            "uid": "a",
            "form": "accident",
            "values": {"place": {"type": "Point", "coordinates": lonlat(0, 0)}, "place_precision": precision},
        }
        build(folder, snapshot_of(tmp_path / precision, records=[accident]), AREA)
        here, there = (at(folder, "accident_density", x, 0) for x in (0, 1200))
        return DENSITY_CODING.span(here)[0], DENSITY_CODING.span(there)[0]

    (exact_here, exact_there), (vague_here, vague_there) = density("exact"), density("settlement")
    assert exact_here > 20 * vague_here and vague_there > 0.6 * vague_here and exact_there < vague_there


def test_finds_and_accidents_without_a_place_and_scrap_are_told_apart(folder: EvidenceFolder, tmp_path: Path):
    place = dict(zip(("lon", "lat"), lonlat(0, 0), strict=True))
    finds = [
        {"row": "find", "uid": "a:1", "category": "ap_mine", **place},
        {"row": "find", "uid": "a:2", "category": "ap_mine", **place},
        {"row": "find", "uid": "a:3", "category": "scrap", **place},
        {"row": "find", "uid": "a:4", "category": "ap_mine", "lon": None, "lat": None},
    ]
    manifest, problems = build(folder, snapshot_of(tmp_path / "taken", operations=finds), AREA)
    assert manifest is not None
    card = manifest.layer("find_density")
    assert card is not None and card.made["places"] == 1 and card.made["places_unknown"] == 1
    told = {one.code: one.parameters["count"] for one in problems}
    assert told == {"evidence_duplicates_merged": 1, "evidence_places_unknown": 1}


def test_a_detection_weighs_its_confidence_over_the_sensors_chance(folder: EvidenceFolder, tmp_path: Path):
    file = tmp_path / "drone.geojson"
    file.write_text(features("Point", (0, 0), (900, 0), sure=[0.9, 0.3]))
    options = {"confidence": "sure", "detection": 0.6}
    new = new_source("detection", "Drone", reliability=1.0, error_m=2.0, options=options)
    assert folder.add_source(file, new)[1] == []
    manifest, problems = build(folder, None, AREA)
    assert problems == [] and manifest is not None
    card = manifest.layer("detection_density")
    assert card is not None and card.made["weight"] == pytest.approx(2.0) and card.made["detection"] == {"drone": 0.6}
    first, second = (DENSITY_CODING.span(at(folder, "detection_density", x, 0))[0] for x in (0, 900))
    assert first / second == pytest.approx(3, rel=0.25)


def test_statements_against_contamination_count_within_their_boundary(folder: EvidenceFolder, tmp_path: Path):
    ring = [lonlat(x, y) for x, y in ((0, 0), (200, 0), (200, 200), (0, 200), (0, 0))]
    survey = {
        "uid": "s",
        "form": "hazardous_area",
        "lon": 47.0,
        "lat": 40.0,
        "values": {
            "evidence_negative": ["long_use", "reliable_denial"],
            "boundary": {"type": "MultiPolygon", "coordinates": [[ring]]},
        },
    }
    file = tmp_path / "herders.geojson"
    file.write_text(features("Point", (-900, 0)))
    folder.add_source(file, new_source("denial", "Herders", reliability=0.8, error_m=10.0))
    manifest, problems = build(folder, snapshot_of(tmp_path / "taken", records=[survey]), AREA)
    assert problems == [] and manifest is not None
    assert at(folder, "denial_density", 105, 105) == 40 and at(folder, "denial_density", 305, 105) == 0
    assert at(folder, "denial_density", -905, 5) in (15, 16)
    assert cells_of(folder, "denial_density").max() == 40
