"""A map file gives a table other people's words; what it names and the form lacks is told."""

import pytest

from intake.batches.books import changed, csv
from intake.batches.dirty import WORK
from intake.batches.tables import check, match, where
from torpaq.intake.batches.mapfile import EMPTY_MAP, read_map

MAP = """
[columns]
"Nömrə" = "area"
"En" = "benchmark.lat"
"Uz" = "benchmark.lon"
"Rəng" = ""

[values.area_classification]
"qırmızı" = "cha"

[values.visited]
"getdik" = "yes"

[values.organisation]
"Birinci" = "OP-A"

[values.unit]
"mərkəz" = "AZ-AGM"

[defaults]
date_of_information = "2026-05-20"
reporting_organisation = "Birinci"
"expected_items[1].expected_quantity" = 3
"""


def test_a_map_names_columns_words_and_what_is_the_same_in_every_row() -> None:
    form = where("hazardous_area").form
    read, problems = read_map(MAP, form)
    assert problems == []
    assert {heading: target and target.path for heading, target in read.columns.items()} == {
        "nomre": "area",
        "en": "benchmark.lat",
        "uz": "benchmark.lon",
        "reng": None,
    }
    assert read.words_for(form.by_code["classification"]) == {"qirmizi": "cha"}
    assert read.words_for(form.by_code["visited"]) == {"getdik": "yes"}
    assert read.words_for(form.by_code["unit"]) == {"merkez": "AZ-AGM"}
    assert read.defaults["date_of_information"] == "2026-05-20"


def test_a_table_is_read_by_its_map() -> None:
    read, _ = read_map(MAP, where("hazardous_area").form)
    text = """
    Nömrə;En;Uz;Rəng;Classification;visited;unit;expected_items[1].expected_category
    HA-1;39.989;46.929;blue;qırmızı;getdik;mərkəz;ap_mine
    HA-2;39.989;46.929;red;yaşıl;;mərkəz;
    """
    matching = match("hazardous_area", text, read)
    assert matching.unmatched == ()
    assert not {"date_of_information", "reporting_organisation"} & set(matching.needed)
    results, checked = check("hazardous_area", text, read)
    codes = [{(found.element, found.problem.code) for found in result.findings} for result in results]
    assert not any(code.startswith(("code", "unit")) for _, code in codes[0])
    assert ("classification", "code_unknown") in codes[1]
    assert [noted.finding.element for noted in checked.notes] == []


def test_what_is_the_same_everywhere_stands_only_where_a_row_says_nothing() -> None:
    read, _ = read_map(
        """
        [defaults]
        hours = "6"
        remarks = "from the old book"
        "finds[1].category" = "ap_mine"
        "stoppages[1].stoppage_hours" = 2
        """,
        where("clearance_progress").form,
    )
    cells = changed(WORK, 3, {"hours": None})
    results, checked = check("clearance_progress", csv(cells, ";"), read)
    values = [result.values for result in results]
    assert [row and row["hours"] for row in values] == [6.5, 6, 6]
    assert all(row and row["remarks"] == "from the old book" and "finds" not in row for row in values)
    assert checked.findings == []


def test_a_value_for_all_rows_that_nobody_can_read_is_told_once() -> None:
    read, _ = read_map('[defaults]\nhours = "long"', where("clearance_progress").form)
    _, checked = check("clearance_progress", csv(changed(WORK, 3, {}), ";"), read)
    assert [(f.row, f.element, f.problem.code) for f in checked.findings] == [(0, "hours", "cell_not_a_number")]


@pytest.mark.parametrize(
    ("text", "subject", "code"),
    [
        ("[columns", "map", "map_not_toml"),
        ("[colums]\na = 'b'", "colums", "map_table_unknown"),
        ("columns = 5", "columns", "map_table_not_texts"),
        ("[columns]\na = ['b']", "columns.a", "map_table_not_texts"),
        ("[columns]\na = 'colour'", "a", "map_element_unknown"),
        ("[columns]\na = 'products[1].outcome'", "a", "map_element_unknown"),
        ("values = 'x'", "values", "map_table_not_texts"),
        ("[values]\nsex = 'x'", "values.sex", "map_table_not_texts"),
        ("[values.colour]\na = 'b'", "colour", "map_list_unknown"),
        ("[values.area_name]\na = 'b'", "area_name", "map_list_unknown"),
        ("[values.area_classification]\na = 'red'", "a", "map_code_unknown"),
        ("[defaults]\ncolour = 'red'", "defaults", "map_element_unknown"),
        ("[defaults]\n'benchmark.lat' = 39.9", "defaults", "map_element_unknown"),
    ],
)
def test_what_a_map_cannot_mean_is_told(text: str, subject: str, code: str) -> None:
    read, problems = read_map(text, where("hazardous_area").form)
    assert [(found.subject, found.code) for found in problems] == [(subject, code)]
    assert read.columns == {} and read.words == {} and read.defaults == {}


def test_a_map_of_nothing_is_no_map() -> None:
    assert read_map("", where("hazardous_area").form) == (EMPTY_MAP, [])
