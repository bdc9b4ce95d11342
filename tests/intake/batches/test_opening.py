"""Files of every kind become tables of a form: workbooks, text, layers of maps, feature tables, our own templates."""

import csv as csv_module
import io
import json
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from intake.batches import dirty
from intake.batches.books import changed, csv, xlsx
from intake.batches.tables import table, where
from torpaq.intake.batches.imsma import COLUMNS, NOT_WANTED, imsma_map, is_imsma, with_links
from torpaq.intake.batches.layers import main_place
from torpaq.intake.batches.mapfile import MapFile, read_map
from torpaq.intake.batches.opening import FileChecked, check_file, is_map_file, open_file
from torpaq.intake.batches.results import Verdict
from torpaq.intake.batches.verdicts import HEADINGS, WORDS, said, verdict_headings, verdicts_of
from torpaq.intake.exports.template import FIRST_ROW, write_template
from torpaq.intake.tables.verdicts import VerdictKind
from torpaq.standard.form import GEOMETRIES, form_codes, load_form
from torpaq.standard.problems import LANGUAGES, catalogue, problem
from torpaq.standard.tables import STANDARD
from torpaq.standard.text import fold_name

RING = [[46.93, 39.99], [46.94, 39.99], [46.94, 40.0], [46.93, 40.0], [46.93, 39.99]]


def features(*items: tuple[dict[str, Any], dict[str, Any] | None]) -> bytes:
    listed = [{"type": "Feature", "properties": p, "geometry": g} for p, g in items]
    return json.dumps({"type": "FeatureCollection", "features": listed}).encode()


def point(lon: float, lat: float) -> dict[str, Any]:
    return {"type": "Point", "coordinates": [lon, lat]}


def polygon(ring: list[list[float]] | None = None) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": [ring or RING]}


def checked(form: str, data: bytes, name: str = "data.geojson", map_file: MapFile | None = None) -> FileChecked:
    return check_file(data, name, where(form), map_file=map_file or MapFile())


def codes(found: FileChecked) -> set[tuple[int, str, str]]:
    return {(f.row, f.element, f.problem.code) for f in found.findings}


# -- which table ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "is_map"),
    [
        (b"SQLite format 3\x00 and more", True),
        (b'\xef\xbb\xbf  {"type": "FeatureCollection"}', True),
        (b"<?xml version='1.0'?><kml/>", True),
        (b"PK\x03\x04 areas.shp areas.dbf", True),
        (b"PK\x03\x04 [Content_Types].xml", False),
        (b"area;unit\nHA-1;AZ-AGM\n", False),
        (b"", False),
    ],
)
def test_the_content_says_whether_a_file_is_a_map(start: bytes, is_map: bool) -> None:
    assert is_map_file(start) is is_map


def book(*sheets: tuple[str, list[list[object]], str]) -> bytes:
    workbook = Workbook()
    workbook.remove(workbook.worksheets[0])
    for name, rows, state in sheets:
        sheet = workbook.create_sheet(name)
        for row in rows:
            sheet.append(row)
        sheet.sheet_state = state
    stream = io.BytesIO()
    workbook.save(stream)
    return stream.getvalue()


HEADED = [["task", "team"], ["T-1", "A1"], ["T-2", "A2"]]
CODED = [["Task", "Team"], ["#task", "#team"], ["T-1", "A1"]]


@pytest.mark.parametrize(
    ("sheets", "named", "chosen"),
    [
        ([("One", HEADED, "visible")], "", "One"),
        ([("One", HEADED, "visible"), ("Lists", HEADED, "hidden")], "", "One"),
        ([("One", HEADED, "visible"), ("Two", CODED, "visible")], "", "Two"),
        ([("One", HEADED, "visible"), ("Two", HEADED, "visible")], "", None),
        ([("One", HEADED, "visible"), ("Two", HEADED, "visible")], "Two", "Two"),
        ([("One", HEADED, "visible"), ("Lists", HEADED, "hidden")], "Lists", "Lists"),
        ([("One", HEADED, "visible"), ("Two", [["a", "b"]], "visible")], "", "One"),
        ([("One", HEADED, "visible")], "None", None),
    ],
)
def test_a_sheet_is_chosen_where_only_one_can_be_meant(
    sheets: list[tuple[str, list[list[object]], str]], named: str, chosen: str | None
) -> None:
    opened, problems = open_file(book(*sheets), "book.xlsx", where("clearance_progress"), sheet=named)
    assert (opened.table.name if opened else None) == chosen
    assert bool([p for p in problems if p.severity == "error"]) is (chosen is None)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_template_filled_in_is_read_back_without_matching(language: str) -> None:
    workbook = load_workbook(io.BytesIO(write_template(load_form("ordnance_item", "aze"), language)))
    sheet = next(sheet for sheet in workbook.worksheets if str(sheet.cell(2, 1).value).startswith("#"))
    places = {str(sheet.cell(2, column).value): column for column in range(1, sheet.max_column + 1)}
    names = ["local_id", "date_of_information", "reporting_organisation", "unit", *dirty.FINDS.headings[4:]]
    for row, cells in enumerate(dirty.FINDS.rows, FIRST_ROW):
        for name, cell in zip(names, cells, strict=True):
            sheet.cell(row, places[f"#{name}"], cell)
    stream = io.BytesIO()
    workbook.save(stream)
    found = check_file(stream.getvalue(), "template.xlsx", where("ordnance_item"))
    assert (found.counts.good, codes(found)) == (3, {(0, "", "sheet_comments")})
    assert found.opened is not None
    assert {target.how.value for target in found.opened.matching.columns.values()} == {"code_row"}
    other = check_file(stream.getvalue(), "template.xlsx", where("accident"))
    assert other.opened is None
    assert {f.problem.code for f in other.of_file} >= {"template_of_other_form"}


def test_progress_goes_one_way_from_reading_to_checking() -> None:
    told: list[float] = []
    check_file(xlsx(changed(dirty.WORK, 3, {})), "w.xlsx", where("clearance_progress"), progress=told.append)
    assert told == sorted(told) and told[-1] == 1


# -- layers -----------------------------------------------------------------------------------------------------------

PLACES = {
    "hazardous_area": ("benchmark", None, "boundary"),
    "completion": ("benchmark", None, "products[1].boundary"),
    "accident": ("place", None, None),
    "marking": ("reference_point", "marked_line", None),
    "technical_survey": (None, None, "result_parts[1].boundary"),
    "victim": (None, None, None),
}


@pytest.mark.parametrize("form", PLACES)
def test_a_geometry_belongs_to_the_forms_own_place(form: str) -> None:
    found = [main_place(load_form(form, "aze"), kind) for kind in GEOMETRIES]
    assert tuple(target.path if target else None for target in found) == PLACES[form]


@pytest.mark.parametrize("form", form_codes())
def test_no_form_has_its_place_guessed(form: str) -> None:
    loaded = load_form(form, "aze")
    for kind in GEOMETRIES:
        target = main_place(loaded, kind)
        assert target is None or target.element_of(loaded).type is kind


def test_features_become_rows_under_their_numbers() -> None:
    one = {"event_kind": "accident", "occurred_on": "2026-03-04", "killed": 0, "injured": 1}
    found = checked("accident", features((one, point(46.935, 39.995)), (one, None)))
    assert found.opened is not None and found.opened.is_layer
    assert [result.number for result in found.results] == [1, 2]
    assert found.opened.matching.columns[4].path == "place"
    wrong = codes(found)
    assert (2, "place", "answer_missing") in wrong and (1, "place", "answer_missing") not in wrong
    assert [result.is_unlocated for result in found.results] == [False, True]


def test_a_boundary_of_a_layer_is_read_like_any_other() -> None:
    crossed = [RING[0], RING[2], RING[1], RING[3], RING[0]]
    found = checked("hazardous_area", features(({"area": "HA-1"}, polygon()), ({"area": "HA-2"}, polygon(crossed))))
    wrong = codes(found)
    assert (2, "boundary", "ring_crosses_itself") in wrong
    assert {code for row, element, code in wrong if row == 1 and element == "boundary"} == {"answer_not_asked"}


def test_a_feature_outside_the_country_is_told_at_its_place() -> None:
    found = checked("accident", features(({"event_kind": "accident"}, point(2.3, 48.8))))
    assert {code for row, element, code in codes(found) if row == 1 and element == "place"} == {"outside_country"}


def test_a_layer_of_two_kinds_of_geometry_is_left_to_a_person() -> None:
    found = checked("hazardous_area", features(({"area": "HA-1"}, polygon()), ({"area": "HA-2"}, point(46.93, 39.99))))
    assert found.opened is not None
    assert "geometry" not in {target.path for target in found.opened.matching.columns.values()}


# -- IMSMA Core -------------------------------------------------------------------------------------------------------

HAZARDS = """
objectid,imsma_id,imsma_links,area_type,status,area_size,org,report_dt,district,shape_area,created_user
1,hazard_poly_145,"",CHA,Open,94.79 ha,OP-A,2026-05-20,Ağdam,0.01,admin
2,hazard_poly_146,"accident_3",SHA,closed,1200,OP-B,2026-05-21,Ağdam,0.02,admin
"""


def test_a_feature_table_of_hazards_is_read_by_its_own_columns() -> None:
    data = HAZARDS.strip().encode()
    found = checked("hazardous_area", data, "hazards.csv")
    assert found.opened is not None
    paths = {found.opened.table.columns[i].heading: t.path for i, t in found.opened.matching.columns.items()}
    assert paths == {
        "imsma_id": "area",
        "area_type": "classification",
        "status": "area_status",
        "area_size": "reported_area_m2",
        "org": "reporting_organisation",
        "report_dt": "report_date",
        "district": "unit",
    }
    assert found.opened.matching.unmatched == ()
    assert "imsma_from_documentation" in {f.problem.code for f in found.of_file}
    assert not [code for _, element, code in codes(found) if element in paths.values() and code.startswith("code")]


def test_links_to_one_hazard_name_the_area_and_links_to_several_are_a_question() -> None:
    text = """imsma_id,imsma_links,work_date
cl_1,"hazard_poly_145, task_3",2026-06-01
cl_2,"hazard_poly_1,hazard_poly_2",2026-06-02
cl_3,,2026-06-03
"""
    found = checked("clearance_progress", text.encode(), "clearance.csv")
    assert found.opened is not None
    assert found.opened.table.rows[0].cells[-1] == "hazard_poly_145"
    wrong = codes(found)
    assert (3, "", "imsma_links_several") in wrong
    assert (2, "area", "answer_missing") not in wrong
    assert (4, "area", "answer_missing") in wrong
    paths = {target.path for target in found.opened.matching.columns.values()}
    assert {"local_id", "area", "work_date"} <= paths


def test_other_tables_are_none_of_imsma() -> None:
    plain = table("area;unit\nHA-1;AZ-AGM")
    assert not is_imsma(plain)
    assert with_links(plain, where("accident").form) is plain
    victims = table("imsma_id;imsma_links\nv_1;hazard_1")
    assert is_imsma(victims)
    assert with_links(victims, where("victim").form) is victims


def test_a_persons_map_goes_before_what_the_documentation_says() -> None:
    form = where("hazardous_area").form
    mine, _ = read_map('[columns]\n"imsma_id" = "local_id"\n"objectid" = "area_name"', form)
    found = checked("hazardous_area", HAZARDS.strip().encode(), "hazards.csv", mine)
    assert found.opened is not None
    paths = {found.opened.table.columns[i].heading: t.path for i, t in found.opened.matching.columns.items()}
    assert (paths["imsma_id"], paths["objectid"]) == ("local_id", "area_name")


def test_the_columns_of_imsma_are_search_keys_of_elements() -> None:
    for form, columns in COLUMNS.items():
        assert all(fold_name(key) == key for key in columns)
        if form:
            assert set(columns.values()) <= set(load_form(form, "aze").by_code)
    assert all(fold_name(key) == key for key in NOT_WANTED)
    assert imsma_map(where("accident").form).columns["imsma id"].element == "local_id"  # type: ignore[union-attr] # there


# -- verdicts ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_row_has_its_word_its_sentences_and_its_comments(language: str) -> None:
    cells = changed(dirty.FINDS, 3, {"quantity": 9})
    cells[3][9], cells[3][6] = "rusty-red", "two"
    cells.append([*cells[1]])
    found = checked("ordnance_item", csv(cells, ";"), "finds.csv")
    assert found.opened is not None
    verdicts = verdicts_of(found.results, found.of_file, found.opened.matching, where("ordnance_item").form, language)
    kinds = [verdicts[row].kind for row in (2, 3, 4, 5)]
    assert kinds == [VerdictKind.GOOD, VerdictKind.WARNING, VerdictKind.REFUSED, VerdictKind.DUPLICATE]
    assert [verdicts[row].word for row in (2, 3, 4, 5)] == [
        WORDS[language][v] for v in (Verdict.GOOD, Verdict.WARNED, Verdict.REFUSED, Verdict.DUPLICATE)
    ]
    assert (verdicts[2].text, verdicts[2].comments) == ("", {})
    assert set(verdicts[4].comments) == {6, 9}
    assert verdicts[4].text.startswith("quantity: ") and " condition: " in verdicts[4].text
    assert all(text.endswith(".") for text in verdicts[4].comments.values())
    headings = verdict_headings(found.opened.table, language)
    assert (headings.word, headings.row, headings.column) == (HEADINGS[language][0], 1, 13)


def test_a_problem_of_no_column_is_called_by_its_elements_label() -> None:
    found = checked("accident", csv([row[:3] + row[4:] for row in changed(dirty.ACCIDENTS, 3, {})], ";"), "a.csv")
    assert found.opened is not None
    verdicts = verdicts_of(found.results, (), found.opened.matching, where("accident").form, "az")
    assert "Rayon və ya şəhər: Bu element boşdur" in verdicts[2].text


def test_sentences_begin_with_a_capital_of_their_language() -> None:
    assert said(problem("table_quotes_wrong", "x", row=3), "en")[0].isupper()
    assert said(problem("answer_missing", "x"), "az").startswith("Bu ")
    with_i = next(
        code for code, kind in catalogue().items() if kind.sentences["az"].startswith("i") and not kind.parameters
    )
    assert said(problem(with_i, "x"), "az").startswith("İ")


# -- the catalogue ----------------------------------------------------------------------------------------------------


def test_every_problem_of_batches_is_met_by_a_test() -> None:
    with (STANDARD / "catalogue" / "intake_batches.csv").open(encoding="utf-8") as file:
        codes = [row["code"] for row in csv_module.DictReader(file)]
    folder = Path(__file__).parents[2]
    paths = [
        *Path(__file__).parent.glob("*.py"),
        *(folder / "cli").glob("test_import_forms.py"),
        *(folder / "web").glob("test_batches.py"),
    ]
    tests = "".join(path.read_text(encoding="utf-8") for path in paths)
    assert [code for code in codes if f'"{code}"' not in tests] == []
