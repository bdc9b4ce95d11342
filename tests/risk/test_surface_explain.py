"""Why is this cell red? Reasons that sum to what the surface holds, in plain words; what changed and why."""

import json
import math
from dataclasses import replace

import numpy as np
import pytest
import shapely

from evidence.folders import write_folder
from risk.surfaces import SETTINGS, SMALL, evidence_at
from torpaq.risk.surface.changes import compare, parts_of_change
from torpaq.risk.surface.expert import expert_model
from torpaq.risk.surface.explain import LEVEL, explain_cell, explain_polygon, strongest
from torpaq.risk.surface.polygons import explain_written, read_polygon
from torpaq.risk.surface.recipe import CLASSES
from torpaq.risk.surface.surface import Surface, make_surface
from torpaq.risk.surface.words import reasons, risk_words, sentence, sentences
from torpaq.standard.codes import code_list
from torpaq.standard.problems import LANGUAGES


def surface_of(tmp_path, layers=None, name="surface", **more):
    evidence = evidence_at(tmp_path / f"{name}-evidence", layers or SMALL, **more)
    model, _ = expert_model(evidence, SETTINGS)
    assert model is not None
    surface, problems = make_surface(evidence.path, model, tmp_path / name, SETTINGS)
    assert surface is not None, problems
    return surface


def test_the_classes_are_those_of_the_list():
    assert tuple(code_list("risk_class")) == CLASSES


def test_the_terms_of_every_cell_sum_to_the_stored_log_odds(tmp_path):
    surface = surface_of(tmp_path)
    stored = surface.log_odds(surface.grid.whole)
    for row, column in np.argwhere(~np.isnan(stored)):
        explanation, problems = explain_cell(surface, *surface.grid.middle_of(int(row), int(column)))
        assert problems == []
        assert math.fsum(term.log_odds for term in explanation.terms) == pytest.approx(stored[row, column], abs=0.005)
        assert explanation.log_odds == stored[row, column]


def test_the_officer_reads_reasons_in_plain_words_the_strongest_first(tmp_path):
    surface = surface_of(tmp_path)
    explanation, _ = explain_cell(surface, *surface.grid.middle_of(0, 1))
    told = sentences(explanation, "en")
    assert told[0].startswith("chance of contamination ")
    assert told[1] == "searched (chance of a miss 5.3 %): 19 times less likely (7.2 to 50)"
    assert told[2] == "about 120 m from a trench: 2.5 times likelier (1.4 to 4.5)"
    assert "more was found on examined land near by than expected" in told[3]
    assert told[-1].startswith("starting from an assumed ")
    sizes = [abs(term.log_odds) for term in explanation.terms if term.kind != LEVEL]
    assert sizes == sorted(sizes, reverse=True)
    assert reasons(explanation.terms, "en", 1) == [told[1]]
    assert [term.kind for term in strongest(explanation.terms, 2)] == ["searched", "table"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_term_is_said_in_every_language(tmp_path, language):
    surface = surface_of(tmp_path)
    for row, column in ((0, 0), (0, 1), (1, 3), (2, 2)):
        explanation, _ = explain_cell(surface, *surface.grid.middle_of(row, column))
        for words in sentences(explanation, language):
            assert words
            assert "{" not in words
    assert len(set(sentences(explanation, language))) == len(sentences(explanation, language))


def test_every_kind_of_layer_with_a_table_has_its_own_words():
    from torpaq.risk.surface.tables import expert_tables

    assert {f"what_{kind}" for kind in expert_tables("aze")} <= set(risk_words())


def test_no_search_takes_a_chance_to_nought(tmp_path):
    layers = SMALL | {"search_miss": SMALL["search_miss"].replace("0.2", "0.0")}
    surface = surface_of(tmp_path, layers)
    explanation, _ = explain_cell(surface, *surface.grid.middle_of(0, 3))
    searched = next(term for term in explanation.terms if term.kind == "searched")
    assert searched.log_odds == pytest.approx(math.log(SETTINGS.search_least), abs=1e-6)
    assert searched.low < searched.log_odds < searched.high < 0
    assert explanation.chance > 0


def test_a_place_of_which_nothing_is_known_is_not_assessed(tmp_path):
    surface = surface_of(tmp_path)
    assert [found.code for found in explain_cell(surface, *surface.grid.middle_of(1, 4))[1]] == [
        "risk_place_not_assessed"
    ]
    assert [found.code for found in explain_cell(surface, 1e7, 0)[1]] == ["risk_place_outside"]
    assert surface.hectares["not_assessed"] == 3.0


def test_a_polygon_is_its_cells_on_average(tmp_path):
    surface = surface_of(tmp_path)
    west, south, east, north = surface.grid.bounds_m
    explanation, problems = explain_polygon(surface, shapely.box(west, south, east, north))
    assert problems == []
    stored = surface.log_odds(surface.grid.whole)
    assert explanation.cells == int((~np.isnan(stored)).sum())
    assert explanation.log_odds == pytest.approx(np.nanmean(stored))
    assert math.fsum(term.log_odds for term in explanation.terms) == pytest.approx(explanation.log_odds, abs=0.005)
    assert explanation.chance == pytest.approx(np.nanmean(1 / (1 + np.exp(-stored))))
    assert sum(explanation.classes.values()) == pytest.approx(explanation.hectares)
    assert "on 33 % of the polygon" in " ".join(sentences(explanation, "en"))


def test_a_polygon_smaller_than_a_cell_is_explained_by_the_cell_it_lies_in(tmp_path):
    surface = surface_of(tmp_path)
    x, y = surface.grid.middle_of(0, 1)
    small, _ = explain_polygon(surface, shapely.box(x + 20, y + 20, x + 30, y + 30))
    cell, _ = explain_cell(surface, x, y)
    assert small == cell


def test_a_polygon_may_be_written_as_wkt_or_geojson_in_degrees(tmp_path):
    surface = surface_of(tmp_path)
    ring = [[47, 40], [47.004, 40], [47.004, 40.002], [47, 40.002], [47, 40]]
    wkt = f"POLYGON (({', '.join(f'{lon} {lat}' for lon, lat in ring)}))"
    geojson = json.dumps({"type": "Feature", "geometry": {"type": "Polygon", "coordinates": [ring]}})
    first, problems = explain_written(surface, wkt)
    assert problems == []
    assert first == explain_written(surface, geojson)[0]


@pytest.mark.parametrize(
    "words",
    [
        "",
        "POLYGON((",
        "POINT (47 40)",
        '{"type": "Feature"}',
        '{"type"',
        "POLYGON ((0 0, 9e9 0, 9 9, 0 0))",
        "POLYGON ((0 0, 1 1, 1 0, 0 1, 0 0))",
    ],
)
def test_what_is_no_polygon_is_told(tmp_path, words):
    polygon, problems = read_polygon(words, surface_of(tmp_path).grid.crs)
    assert polygon is None
    assert [found.code for found in problems] == ["risk_polygon_wrong"]


def test_a_surface_whose_evidence_was_built_anew_is_shown_but_not_explained(tmp_path):
    surface = surface_of(tmp_path)
    write_folder(tmp_path / "surface-evidence", SMALL | {"years_used": SMALL["years_used"].replace("9", "8")}, 100.0)
    again, problems = Surface.open(surface.path)
    assert [found.code for found in problems] == ["risk_surface_evidence_changed"]
    assert again.hectares == surface.hectares
    assert [found.code for found in explain_cell(again, *again.grid.middle_of(0, 0))[1]] == [
        "risk_surface_evidence_changed"
    ]
    assert compare(surface, again)[0] is None


def test_what_changed_is_split_into_parts_that_sum_cell_by_cell(tmp_path):
    """The Authority clears more, adds slopes, and an officer thinks less of trenches: each has its part."""
    before = surface_of(tmp_path, name="may")
    layers = SMALL | {
        "examined": SMALL["examined"].replace(". . . . .\n        . . . . .", "1 0 0 0 .\n        . . . . ."),
        "slope": "3 3 3 3 3\n3 3 3 50 3\n3 3 3 3 3",
        "trench_distance": SMALL["trench_distance"].replace("120", "1200"),
    }
    evidence = evidence_at(tmp_path / "june-evidence", layers)
    model, _ = expert_model(evidence, SETTINGS)
    tables = tuple(
        replace(table, llr=tuple(one / 2 for one in table.llr)) if table.layer == "years_used" else table
        for table in model.tables
    )
    after, _ = make_surface(evidence.path, replace(model, tables=tables), tmp_path / "june", SETTINGS)
    parts, known = parts_of_change(before, after, before.grid.whole)
    moved = (after.log_odds(after.grid.whole) - before.log_odds(before.grid.whole))[known]
    assert np.sum([part[known] for part in parts.values()], axis=0) == pytest.approx(moved, abs=0.011)
    changes, problems = compare(before, after)
    assert problems == []
    assert {part.key for part in changes.parts} >= {
        "slope: new layer", "trench_distance: evidence", "years_used: table", "local", "level",
    }  # fmt: skip
    assert "trench_distance: table" not in {part.key for part in changes.parts}
    assert not changes.same_model
    assert not changes.same_evidence
    assert sum(part.mean for part in changes.parts) == pytest.approx(changes.mean)


def test_a_surface_compared_with_itself_moved_nothing(tmp_path):
    surface = surface_of(tmp_path)
    changes, _ = compare(surface, surface)
    assert changes.mean_size == 0
    assert changes.parts == changes.moves == ()
    assert changes.same_model


def test_surfaces_of_other_grids_are_not_compared(tmp_path):
    other = surface_of(tmp_path, name="fine", cell_m=50.0)
    assert [found.code for found in compare(surface_of(tmp_path), other)[1]] == ["risk_surfaces_other_grid"]


def test_a_ratio_near_one_speaks_neither_for_nor_against(tmp_path):
    surface = surface_of(tmp_path)
    explanation, _ = explain_cell(surface, *surface.grid.middle_of(0, 0))
    term = replace(strongest(explanation.terms, 1)[0], log_odds=0.01, low=-0.5, high=0.5)
    assert "neither for nor against (0.61 to 1.6 times)" in sentence(term, "en")


@pytest.mark.parametrize(
    ("language", "says"), [("en", "in the ledger: Confirmed hazardous area (CHA)"), ("az", "Təsdiqlənmiş")]
)
def test_the_status_of_land_is_told_by_its_name(tmp_path, language, says):
    made = {"classes": ["sha", "cha", "cancelled", "reduced", "cleared"]}
    surface = surface_of(tmp_path, {"survey_status": "0 1 2 3 4 ."}, made=made)
    explanation, _ = explain_cell(surface, *surface.grid.middle_of(0, 1))
    assert says in sentences(explanation, language)[1]
    assert strongest(explanation.terms, 1)[0].label == "cha"
