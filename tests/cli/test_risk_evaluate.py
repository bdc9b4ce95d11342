"""A score card for anybody's cells from the command line, and what is told of files that cannot be used."""

import pytest

from cli.house import Desk
from risk.fields import AREAS, as_csv, grid
from torpaq.standard.problems import LANGUAGES

OPTIONS = ("--x", "lon", "--y", "lat", "--crs", "EPSG:4326", "--label", "mined", "--area", "district")
KEYS = {"folds", "roc_auc", "pr_auc", "prevalence", "brier", "ece", "s90", "s95", "s99", "recall_at", "by_area"}


def ask(desk: Desk, rows, *options: str):
    text = rows if isinstance(rows, str | bytes) else as_csv(rows)
    return desk.torpaq("risk", "evaluate", desk.file("cells.csv", text), *OPTIONS, *options)


def each(rows, **changed):
    return [row | {name: change(row) for name, change in changed.items()} for row in rows]


def test_every_district_is_judged_by_the_others(desk: Desk) -> None:
    told = ask(desk, grid(), "--survey", "0.1", "--json")
    assert told.status == 0
    card = told.json
    assert set(card) >= KEYS | {"baselines", "abstained_share", "seconds", "intervals", "pooled", "after_survey"}
    assert card["folds"] == 6
    assert [row["area"] for row in card["by_area"]] == list(AREAS)
    assert set(card["recall_at"]) == {"10", "20", "30"}
    assert {"constant", "nearest_known", "kernel_density", "logistic_regression", "random_forest", "lightgbm"} == set(
        card["baselines"]
    )
    low, high = card["intervals"]["roc_auc"]
    assert low <= card["roc_auc"] <= high
    assert card["after_survey"]["share"] == 0.1
    words = ask(desk, grid())
    assert "this model" in words.out
    assert "cannot say" in words.out


def test_another_file_is_judged_by_one_model_and_its_labels_are_not_needed(desk: Desk) -> None:
    other = each(grid(seed=2), lon=lambda row: row["lon"] + 0.4)
    blind = each(other, mined=lambda row: -1)
    written = []
    for name, rows in (("labelled", other), ("blind", blind)):
        scores = desk.folder / f"{name}.scores.csv"
        told = ask(desk, grid(), "--test", desk.file(f"{name}.csv", as_csv(rows)), "--scores", str(scores), "--json")
        assert told.status == 0
        assert told.json["folds"] == 1
        written.append(scores.read_text(encoding="utf-8"))
    assert written[0] == written[1]
    assert written[0].startswith("longitude,latitude,area,chance,cannot_say\n")
    assert told.json["roc_auc"] is None
    assert "risk_test_unlabelled" in told.codes


@pytest.mark.parametrize(
    ("rows", "options", "code"),
    [
        pytest.param(each(grid(), mined=lambda _: 1), [], "risk_one_class", id="one class"),
        pytest.param(each(grid(), mined=lambda _: -1), [], "risk_one_class", id="no labels"),
        pytest.param(each(grid(), mined=lambda _: 7), [], "risk_label_wrong", id="strange labels"),
        pytest.param(each(grid(), mined=lambda _: "yes"), [], "risk_label_wrong", id="words for labels"),
        pytest.param(each(grid(), district=lambda _: "A"), [], "risk_one_area", id="one area"),
        pytest.param(each(grid(), lat=lambda _: ""), [], "risk_cells_without_place", id="no place"),
        pytest.param(each(grid(), lat=lambda _: "north"), [], "risk_not_numbers", id="place in words"),
        pytest.param(each(grid(), lat=lambda row: row["lat"] + 99), [], "risk_crs_wrong", id="no such latitude"),
        pytest.param(grid(), ["--crs", "EPSG:32638"], "risk_crs_wrong", id="degrees as metres"),
        pytest.param(grid(), ["--crs", "EPSG:0"], "risk_crs_unknown", id="no such system"),
        pytest.param(grid(), ["--label", "outcome"], "risk_column_missing", id="no such column"),
        pytest.param(grid(), ["--features", "slope,mined"], "risk_label_is_feature", id="the label as a feature"),
        pytest.param(each(grid(), slope=lambda _: "", noise=lambda _: "nan"), [], "risk_all_nodata", id="no data"),
        pytest.param(as_csv(grid())[:-9], [], "risk_file_truncated", id="cut short"),
        pytest.param(grid(), ["--survey", "2"], "risk_survey_wrong", id="more than all"),
    ],
)
def test_what_cannot_be_used_is_a_named_problem(desk: Desk, rows, options, code) -> None:
    told = ask(desk, rows, *options, "--json")
    assert told.status in ((0, 2) if code == "risk_all_nodata" else (2,))
    assert code in told.codes
    for language in LANGUAGES:
        words = ask(desk, rows, *options, "--language", language) if code != "risk_all_nodata" else None
        assert words is None or f"[{code}]" in words.err


def test_a_million_cells_on_one_place_are_one_cell(desk: Desk) -> None:
    line = ",".join(str(value) for value in grid()[0].values()) + "\n"
    told = ask(desk, as_csv(grid()) + line * 20_000, "--json")
    assert told.status == 0
    assert "risk_duplicates" in told.codes
    assert sum(row["cells"] for row in told.json["by_area"]) == 600


def test_a_column_that_gives_the_answer_away_is_told(desk: Desk) -> None:
    told = ask(desk, each(grid(), found_items=lambda row: 3 if row["mined"] == 1 else 0), "--json")
    assert told.status == 0
    assert "risk_feature_leaks" in told.codes
