"""What examined land adds near by: held against a plain twin, and made anew only where something changed."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence.folders import grid_of, write_folder
from risk.surfaces import SETTINGS, evidence_at, examined_of, truth
from torpaq.evidence.grid import Window
from torpaq.evidence.raster import read_window
from torpaq.risk.surface.expert import expert_model
from torpaq.risk.surface.surface import make_surface
from torpaq.risk.surface.update import CUT, Kernel, contaminated, local_terms, squares_of

RASTERS = ("log_odds.tif", "spread.tif", "says.tif")


def slow_local(prior, examined, missed, grid, window, kernel):
    """The plain twin: every pair of cells, one after the other."""
    rows, columns = squares_of(grid, window, kernel.patch_m)
    found = {(rows[i], columns[j]) for i, j in np.argwhere(examined == 1)}
    share = min(1.0, (grid.cell_m / kernel.patch_m) ** 2)
    reach = math.floor(CUT * kernel.bandwidth_m / grid.cell_m)
    local = np.zeros(prior.shape)
    for i in range(prior.shape[0]):
        for j in range(prior.shape[1]):
            held = clean = due = 0.0
            for k, m in np.argwhere(examined <= 1):
                if abs(k - i) > reach or abs(m - j) > reach:
                    continue
                apart_m = math.hypot(k - i, m - j) * grid.cell_m
                weight = share * math.exp(-0.5 * (apart_m / kernel.bandwidth_m) ** 2)
                detected = weight * (1 - missed[k, m])
                due += detected / (1 + math.exp(-prior[k, m]))
                if (rows[k], columns[m]) in found:
                    held += weight
                else:
                    clean += detected
            a = kernel.strength
            without = max(0.0, held + clean - due)
            local[i, j] = math.log((a + held) / (a + due)) - math.log((a + clean) / (a + without))
    return local


@pytest.mark.parametrize(("cell_m", "patch_m"), [(100.0, 100.0), (50.0, 100.0), (30.0, 100.0)])
def test_the_local_terms_agree_with_the_plain_twin(cell_m, patch_m):
    random = np.random.default_rng(3)
    grid, kernel = grid_of((12, 15), cell_m), Kernel(2.1 * cell_m, 1.0, patch_m)
    examined = random.choice(np.array([0, 1, 255], dtype=np.uint8), (12, 15), p=[0.3, 0.1, 0.6])
    prior, missed = random.normal(-2, 1, (12, 15)), random.uniform(0, 0.5, (12, 15))
    local, doubt = local_terms(prior, examined, missed, grid, grid.whole, kernel)
    assert local == pytest.approx(slow_local(prior, examined, missed, grid, grid.whole, kernel), abs=1e-12)
    assert ((doubt > 0) & (doubt <= 1)).all()


def test_more_finds_than_expected_speak_for_and_fewer_against():
    grid, kernel = grid_of((1, 9), 100.0), Kernel(250.0, 1.0, 100.0)
    prior, missed = np.full((1, 9), -2.0), np.zeros((1, 9))
    row = np.array([[1, 1, 255, 255, 255, 255, 255, 0, 0]], dtype=np.uint8)
    local, _ = local_terms(prior, row, missed, grid, grid.whole, kernel)
    assert local[0, 2] > 0.5
    assert local[0, 6] < 0
    none, _ = local_terms(prior, np.full((1, 9), 255, dtype=np.uint8), missed, grid, grid.whole, kernel)
    assert (none == 0).all()


def test_what_was_just_expected_adds_nothing():
    """One in five squares of a plain was expected to be contaminated, and one in five is."""
    grid, kernel = grid_of((60, 60), 100.0), Kernel(800.0, 1.0, 100.0)
    down, across = np.mgrid[0:60, 0:60]
    examined = ((down + 2 * across) % 5 == 0).astype(np.uint8)
    local, _ = local_terms(
        np.full((60, 60), math.log(0.2 / 0.8)), examined, np.zeros((60, 60)), grid, grid.whole, kernel
    )
    assert np.abs(local).max() < 0.02


def test_a_search_that_finds_little_says_little():
    grid, kernel = grid_of((1, 5), 100.0), Kernel(250.0, 1.0, 100.0)
    clean, prior = np.zeros((1, 5), dtype=np.uint8), np.full((1, 5), -1.0)
    sure, _ = local_terms(prior, clean, np.full((1, 5), 0.01), grid, grid.whole, kernel)
    weak, _ = local_terms(prior, clean, np.full((1, 5), 0.9), grid, grid.whole, kernel)
    assert (sure < weak).all()
    assert (weak < 0).all()


def test_a_square_is_contaminated_as_a_whole_wherever_the_window_begins():
    grid = grid_of((6, 6), 50.0)
    examined = np.full((6, 6), 255, dtype=np.uint8)
    examined[2, 3] = 1
    whole = contaminated(examined, *squares_of(grid, grid.whole, 100.0))
    assert np.argwhere(whole).tolist() == [[2, 2], [2, 3], [3, 2], [3, 3]]
    part = Window(1, 1, 4, 4)
    assert (contaminated(examined[part.slices], *squares_of(grid, part, 100.0)) == whole[part.slices]).all()


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 30), st.integers(0, 30), st.integers(1, 25), st.integers(1, 25), st.integers(0, 9))
def test_a_cell_is_told_the_same_to_the_last_bit_in_whatever_window(row, column, rows, columns, seed):
    random = np.random.default_rng(seed)
    grid, kernel = grid_of((50, 50), 50.0), Kernel(150.0, 1.0, 100.0)
    examined = random.choice(np.array([0, 1, 255], dtype=np.uint8), (50, 50), p=[0.2, 0.05, 0.75])
    prior, missed = random.normal(-2, 1, (50, 50)), random.uniform(0, 0.5, (50, 50))
    whole, _ = local_terms(prior, examined, missed, grid, grid.whole, kernel)
    window = Window(row, column, min(rows, 50 - row), min(columns, 50 - column))
    grown = grid.grown(window, kernel.halo_cells(grid.cell_m))
    part, _ = local_terms(prior[grown.slices], examined[grown.slices], missed[grown.slices], grid, grown, kernel)
    assert (part[window.within(grown)] == whole[window.slices]).all()


def rasters(surface):
    return [read_window(surface.path / name, surface.grid.whole).tobytes() for name in RASTERS]


def test_after_a_survey_only_touched_tiles_are_made_again_and_all_is_as_if_made_anew(tmp_path):
    layers, holds, _ = truth(side=96)
    first = examined_of(holds, 0.2)
    evidence = evidence_at(tmp_path / "evidence", layers | {"examined": first})
    model, _ = expert_model(evidence, SETTINGS)
    before, _ = make_surface(evidence.path, model, tmp_path / "surface", SETTINGS, side_cells=32)
    assert before.manifest["tiles_kept"] == 0
    old = rasters(before)
    more = first.copy()
    more[2:6, 2:6] = holds[2:6, 2:6]
    write_folder(tmp_path / "evidence", layers | {"examined": more}, 100.0)
    again, _ = make_surface(evidence.path, model, tmp_path / "surface", SETTINGS, side_cells=32)
    anew, _ = make_surface(evidence.path, model, tmp_path / "anew", SETTINGS, side_cells=32)
    assert again.manifest["tiles_kept"] == 8
    assert rasters(again) == rasters(anew) != old
    whole, _ = make_surface(evidence.path, model, tmp_path / "whole", SETTINGS)
    assert rasters(whole) == rasters(anew)
    assert again.id == anew.id == whole.id != before.id


def test_another_model_makes_every_tile_again(tmp_path):
    from dataclasses import replace

    layers, holds, _ = truth(side=64)
    evidence = evidence_at(tmp_path / "evidence", layers | {"examined": examined_of(holds, 0.3)})
    model, _ = expert_model(evidence, SETTINGS)
    make_surface(evidence.path, model, tmp_path / "surface", SETTINGS, side_cells=32)
    moved, _ = make_surface(
        evidence.path, replace(model, level=model.level - 1), tmp_path / "surface", SETTINGS, side_cells=32
    )
    assert moved.manifest["tiles_kept"] == 0


def test_a_stopped_surface_leaves_what_was_there(tmp_path):
    layers, holds, _ = truth(side=64)
    evidence = evidence_at(tmp_path / "evidence", layers | {"examined": examined_of(holds, 0.3)})
    model, _ = expert_model(evidence, SETTINGS)
    before, _ = make_surface(evidence.path, model, tmp_path / "surface", SETTINGS)
    kept = rasters(before)
    none, problems = make_surface(evidence.path, model, tmp_path / "surface", SETTINGS, stop=lambda: True)
    assert none is None
    assert [found.code for found in problems if found.code != "risk_layer_without_table"] == ["risk_surface_stopped"]
    assert rasters(before) == kept
