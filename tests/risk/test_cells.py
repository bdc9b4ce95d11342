"""Cells of six invented districts: evidence from neighbours, contributions that sum, labels that nobody peeped at."""

import numpy as np
import pytest

from risk.fields import as_csv, grid
from torpaq.risk.cells.cells import Cells, Columns, cells_of, leaking
from torpaq.risk.cells.evaluate import leave_one_area_out, other_by_one
from torpaq.risk.cells.model import OWN_NAMES, fit_model, ground_of, judge, local_evidence, surveyed
from torpaq.risk.cells.ridge import fit_plain, fit_stable, solve
from torpaq.risk.cells.surroundings import evidence_sums, nearest_distance, neighbour_means
from torpaq.risk.cells.trees import fit_trees
from torpaq.risk.table import parse_table

COLUMNS = Columns("lon", "lat", "EPSG:4326", "mined", "district")


def read(rows) -> Cells:
    table, problems = parse_table(as_csv(rows), "cells.csv")
    assert table is not None
    cells, problems = cells_of(table, COLUMNS)
    assert cells is not None
    assert problems == []
    return cells


@pytest.fixture(scope="module")
def cells() -> Cells:
    return read(grid())


def test_sums_around_a_place_are_those_of_counting() -> None:
    random = np.random.default_rng(1)
    at, known = random.uniform(0, 9, (4, 2)), random.uniform(0, 9, (20, 2))
    labels, areas = random.integers(0, 2, 20), random.integers(0, 3, 20)
    weight, hits, nearest = evidence_sums(at, known, labels, areas, 3, np.array([2.0, 5.0]))
    for i in range(4):
        apart = np.linalg.norm(known - at[i], axis=1)
        for a in range(3):
            for b, bandwidth in enumerate((2.0, 5.0)):
                seen = (areas == a) & (apart < 3.5 * bandwidth)
                kernel = np.exp(-0.5 * (apart[seen] / bandwidth) ** 2)
                assert weight[i, a, b] == pytest.approx(kernel.sum())
                assert hits[i, a, b] == pytest.approx((kernel * labels[seen]).sum())
            mined = apart[(areas == a) & (labels == 1)]
            assert nearest[i, a] == pytest.approx(mined.min() if len(mined) else np.inf)


def test_a_mean_around_a_place_passes_over_what_is_missing() -> None:
    places = np.array([[0.0, 0.0], [1.0, 0.0], [100.0, 0.0]])
    features = np.array([[1.0, np.nan], [3.0, 5.0], [9.0, np.nan]])
    means = neighbour_means(places, places, features, 1.0)
    near = np.exp(-0.5)
    assert means[0] == pytest.approx([(1 + 3 * near) / (1 + near), 5.0])
    assert np.isnan(means[2, 1])


def test_the_nearest_of_another_group() -> None:
    rows = np.array([[0.0], [1.0], [5.0]])
    groups = np.array([0, 0, 1])
    assert nearest_distance(rows, rows, groups, groups).tolist() == [5.0, 4.0, 4.0]


def test_a_cell_never_sees_the_labels_of_its_own_area(cells: Cells) -> None:
    ground = ground_of(cells, cells, is_known=True)
    other = Cells(cells.lonlat, cells.labels.copy(), cells.areas, cells.names, cells.features)
    here = cells.areas == "Bulaq"
    other.labels[here & cells.labelled] = 1 - other.labels[here & cells.labelled]
    changed = ground_of(other, other, is_known=True)
    assert local_evidence(changed)[0][here] == pytest.approx(local_evidence(ground)[0][here])
    assert not np.allclose(local_evidence(changed)[0][~here], local_evidence(ground)[0][~here])


def test_labels_of_a_left_out_area_change_nothing_about_it(cells: Cells) -> None:
    judged, _ = leave_one_area_out(cells)
    here = cells.areas == "Chinar"
    labels = cells.labels.copy()
    labels[here] = np.where(labels[here] >= 0, 1 - labels[here], labels[here])
    turned, _ = leave_one_area_out(Cells(cells.lonlat, labels, cells.areas, cells.names, cells.features))
    assert turned.chances[here].tolist() == judged.chances[here].tolist()
    for name, told in judged.baselines.items():
        assert turned.baselines[name][here].tolist() == told[here].tolist(), name


def test_labels_of_the_test_file_are_not_read(cells: Cells) -> None:
    other = read([row | {"lon": row["lon"] + 0.4} for row in grid(seed=2)])
    shuffled = Cells(other.lonlat, np.roll(other.labels, 7), other.areas, other.names, other.features)
    scores = [other_by_one(cells, each)[0] for each in (other, shuffled, other.without_labels())]
    for each in scores[1:]:
        assert each.chances.tolist() == scores[0].chances.tolist()
        assert each.outside.tolist() == scores[0].outside.tolist()


def test_why_a_cell_is_red_sums_to_its_log_odds(cells: Cells) -> None:
    ground = ground_of(cells, cells, is_known=True)
    scores = judge(fit_model(ground, cells.labels, cells.names), ground, np.ones(len(cells.labels), dtype=bool))
    assert scores.names == ("slope", "noise", *OWN_NAMES, "level")
    assert scores.terms.sum(axis=1) == pytest.approx(np.log(scores.chances / (1 - scores.chances)))
    assert np.abs(scores.terms[:, 0]).mean() > np.abs(scores.terms[:, 1]).mean()  # the noise says less than the slope


def test_what_runs_on_across_borders_is_told_better_than_by_chance(cells: Cells) -> None:
    from torpaq.risk.score.card import roc_auc

    judged, problems = leave_one_area_out(cells)
    assert [each.code for each in problems] == ["risk_few_areas"]
    rows = cells.labelled
    assert roc_auc(cells.labels[rows], judged.chances[rows]) > 0.65
    assert roc_auc(cells.labels[rows], judged.chances[rows]) > roc_auc(
        cells.labels[rows], judged.baselines["constant"][rows]
    )


def test_land_far_from_everything_known_is_not_spoken_about(cells: Cells) -> None:
    far = read([row | {"lon": row["lon"] + 3, "slope": row["slope"] * 50} for row in grid(seed=3)])
    judged, problems = other_by_one(cells, far)
    assert judged.outside.all()
    assert "risk_test_far" in [each.code for each in problems]
    mean = cells.labels[cells.labelled].mean()
    assert abs(judged.chances.mean() - mean) < 0.25


def test_a_survey_moves_what_lies_near_it_and_reads_no_other_label() -> None:
    places = np.array([[0.0, 0.0], [1.0, 0.0], [50.0, 0.0]])
    chances = np.array([0.3, 0.3, 0.3])
    revealed = np.array([True, False, False])
    found = surveyed(chances, places, revealed, np.array([1, 0, 0]), 2.0)
    clear = surveyed(chances, places, revealed, np.array([0, 1, 1]), 2.0)
    assert found[1] > found[2] > 0.3 > clear[2] > clear[1]
    assert surveyed(chances, places, np.zeros(3, dtype=bool), np.array([1, 1, 1]), 2.0).tolist() == chances.tolist()


def test_a_feature_areas_disagree_about_is_trusted_less() -> None:
    random = np.random.default_rng(4)
    areas = np.repeat(np.arange(8), 100)
    labels = random.integers(0, 2, 800)
    steady = labels + random.normal(0, 1, 800)
    turning = np.where(areas % 2, 1, -1) * labels * 1.0 + (areas % 2 == 0) + random.normal(0, 1, 800)
    fitted = fit_stable(np.column_stack((steady, turning)), labels, areas)
    assert abs(fitted.weights[0]) > 20 * abs(fitted.weights[1])


def test_the_solution_of_a_ridge_has_no_slope_left() -> None:
    random = np.random.default_rng(5)
    design = np.column_stack((np.ones(60), random.normal(size=(60, 3))))
    labels = (random.random(60) < 0.4).astype(float)
    penalty = np.array([1e-6, 1.0, 2.0, 3.0])
    weights = solve(design, labels, penalty)
    chance = 1 / (1 + np.exp(-design @ weights))
    assert design.T @ (labels - chance) == pytest.approx(penalty * weights, abs=1e-6)
    separated = fit_plain(design[:, 1:], (design[:, 1] > 0).astype(int), 1e-3)
    assert np.isfinite(separated.weights).all()


def test_trees_find_what_no_line_can_and_their_steps_sum() -> None:
    random = np.random.default_rng(6)
    features = random.uniform(-1, 1, (1200, 3))
    labels = ((features[:, 0] * features[:, 1] > 0) ^ (random.random(1200) < 0.1)).astype(np.int64)
    trees = fit_trees(features, labels)
    steps = trees.contributions(features)
    answer = steps.sum(axis=1)
    assert ((answer > 0) == labels).mean() > 0.8
    plain = [trees.base + sum(_leaf(trees, t, row) for t in range(len(trees.value))) for row in features[:20]]
    assert answer[:20] == pytest.approx(plain)


def _leaf(trees, t, row):
    node = 0
    while (f := trees.feature[t, node]) >= 0:
        place = int((trees.edges[f] < row[f]).sum())
        node = trees.left[t, node] + (place > trees.cut[t, node])
    return trees.value[t, node]


def test_a_column_that_knows_the_answer_is_told() -> None:
    rows = grid()
    for number, row in enumerate(rows):
        row["cleared_m2"] = 100 if row["mined"] == 1 else 0
        row["visited"] = number % 7 if row["mined"] == 1 else ""
    assert [each.parameters["column"] for each in leaking(_cells_with_warnings(rows), "cells")] == [
        "cleared_m2",
        "visited",
    ]


def _cells_with_warnings(rows) -> Cells:
    table, _ = parse_table(as_csv(rows), "cells.csv")
    assert table is not None
    cells, _ = cells_of(table, COLUMNS)
    assert cells is not None
    return cells
