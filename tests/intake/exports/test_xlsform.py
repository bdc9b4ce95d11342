"""A form as an XLSForm: every question under its element's code, in three languages, asked when its row says so."""

import io
from pathlib import Path

import pytest
from openpyxl import load_workbook

from tiny_forms import tiny_forms
from torpaq.intake.exports.choices import Setting
from torpaq.intake.exports.xlsform import (
    Sheets,
    form_code,
    form_id,
    form_version,
    needs_areas,
    published_version,
    write_xlsform,
    xlsform_sheets,
)
from torpaq.standard.country import load_country
from torpaq.standard.form import form_codes, load_form

OPERATORS = {
    "op-a": {"az": "A operatoru", "en": "Operator A", "ru": "Оператор А"},
    "op-b": {"az": "B operatoru", "en": "Operator B", "ru": "Оператор Б"},
}


def sheets(tmp_path: Path, table: str, country: str = "", **setting: object) -> Sheets:
    with tiny_forms(tmp_path, visit=table):
        return xlsform_sheets(load_form("visit", country), Setting(**setting))


def question(told: Sheets, name: str) -> dict[str, str]:
    (row,) = [row for row in told.survey if row.get("name") == name]
    return row


@pytest.mark.parametrize(
    ("line", "type", "appearance"),
    [
        ("a text", "text", ""),
        ("a long_text", "text", "multiline"),
        ("a integer", "integer", ""),
        ("a decimal", "decimal", ""),
        ("a date", "date", ""),
        ("a time", "time", ""),
        ("a datetime", "dateTime", ""),
        ("a point", "geopoint", "placement-map"),
        ("a line", "geotrace", "placement-map"),
        ("a polygon", "geoshape", ""),
        ("a file", "image", ""),
        ("a code:sex", "select_one sex", ""),
        ("a codes:land_use", "select_multiple land_use", "minimal"),
        ("a reference:area", "select_one_from_file areas.csv", "minimal autocomplete"),
        ("a reference:visit", "text", ""),
        ("a unit", "text", ""),
        ("a organisation", "text", ""),
    ],
)
def test_every_type_has_its_question(tmp_path: Path, line: str, type: str, appearance: str) -> None:
    row = question(sheets(tmp_path, line), "a")
    assert row["type"] == type
    assert row.get("appearance", "") == appearance


def test_labels_hints_and_units_stand_in_three_languages(tmp_path: Path) -> None:
    row = question(sheets(tmp_path, "depth decimal unit=cm hint\n"), "depth")
    assert row["label::English (en)"] == "depth word (cm)"
    assert row["label::Azərbaycanca (az)"] == "depth sözü (sm)"
    assert row["label::Русский (ru)"] == "depth слово (см)"
    assert row["hint::Azərbaycanca (az)"] == "depth az"


@pytest.mark.parametrize(
    ("bounds", "constraint", "words"),
    [
        ("least=0", ". >= 0", "At least 0"),
        ("most=9.5", ". <= 9.5", "At most 9.5"),
        ("least=1 most=1000", ". >= 1 and . <= 1000", "Between 1 and 1000"),
    ],
)
def test_bounds_are_held_on_the_phone_and_said_in_words(
    tmp_path: Path, bounds: str, constraint: str, words: str
) -> None:
    row = question(sheets(tmp_path, f"depth decimal {bounds}"), "depth")
    assert row["constraint"] == constraint
    assert row["constraint_message::English (en)"] == words
    assert row["constraint_message::Русский (ru)"]


def test_a_day_to_come_is_refused_unless_it_is_one_that_lies_ahead(tmp_path: Path) -> None:
    told = sheets(tmp_path, "work_date date\nreturn_date date\n")
    assert "today()" in question(told, "work_date")["constraint"]
    assert question(told, "work_date")["constraint_message::English (en)"] == "This day has not come yet"
    assert "constraint" not in question(told, "return_date")


def test_what_is_required_says_so_in_three_languages(tmp_path: Path) -> None:
    row = question(sheets(tmp_path, "team text required\n"), "team")
    assert row["required"] == "yes"
    assert row["required_message::Azərbaycanca (az)"] == "Bu suala cavab verilməlidir"


def test_conditions_name_elements_wherever_they_stand(tmp_path: Path) -> None:
    table = """
        outcome code:land_release_outcome
        work section if outcome = cleared
        work/finds repeat if outcome = cleared|reduced
        finds/method codes:operational_method
        finds/dogs integer if method has dog and outcome != reduced
    """
    told = sheets(tmp_path, table)
    assert question(told, "work")["relevant"] == "(${outcome} = 'cleared')"
    assert question(told, "dogs")["relevant"] == (
        "(selected(${method}, 'dog')) and (${outcome} != '' and ${outcome} != 'reduced')"
    )


def test_sections_are_groups_and_every_row_of_a_repeat_has_an_id_for_life(tmp_path: Path) -> None:
    table = """
        work section
        work/team text
        work/finds repeat
        finds/model text
        end text
    """
    rows = [(row["type"], row.get("name", "")) for row in sheets(tmp_path, table).survey]
    assert rows == [
        ("begin_group", "work"),
        ("text", "team"),
        ("begin_repeat", "finds"),
        ("calculate", "_row"),
        ("text", "model"),
        ("end_repeat", ""),
        ("end_group", ""),
        ("text", "end"),
    ]


class TestAreaOfABoundary:
    TABLE = """
        products repeat
        products/boundary polygon
        products/reported_area_m2 decimal unit=m2
        left_boundary polygon
        left_area_m2 decimal unit=m2
        other polygon
    """

    def test_it_is_measured_shown_and_compared_with_the_reported_one_beside_it(self, tmp_path: Path) -> None:
        told = sheets(tmp_path, self.TABLE)
        assert "area(${boundary})" in question(told, "_boundary_m2")["calculation"]
        assert (
            question(told, "_boundary_note")["label::English (en)"]
            == "Area as the phone measures it: ${_boundary_m2} m²"
        )
        differs = question(told, "_boundary_differs")
        assert "${reported_area_m2} * 0.01" in differs["relevant"]
        assert "> 50" in differs["relevant"]
        assert "${left_area_m2}" in question(told, "_left_boundary_differs")["relevant"]

    def test_where_none_is_reported_it_is_only_shown(self, tmp_path: Path) -> None:
        names = [row.get("name") for row in sheets(tmp_path, self.TABLE).survey]
        assert "_other_note" in names
        assert "_other_differs" not in names

    def test_the_notes_stand_behind_all_they_speak_of_and_in_the_same_row(self, tmp_path: Path) -> None:
        names = [row.get("name") for row in sheets(tmp_path, self.TABLE).survey]
        assert names.index("reported_area_m2") < names.index("_boundary_m2") < names.index("left_boundary")


class TestChoices:
    def test_a_list_stands_once_with_its_words(self, tmp_path: Path) -> None:
        told = sheets(tmp_path, "a code:sex\nb codes:sex\n")
        assert [row["name"] for row in told.choices] == ["female", "male", "other", "unknown"]
        assert told.choices[0]["label::Русский (ru)"] == "Женский"

    def test_units_are_those_of_the_country_today(self, tmp_path: Path) -> None:
        told = sheets(tmp_path, "place unit\n", "aze")
        codes = {row["name"] for row in told.choices}
        assert question(told, "place")["type"] == "select_one units"
        assert codes == {unit.code for unit in load_country("aze").units.values() if unit.until is None}

    def test_organisations_are_the_programmes_and_one_may_be_there_already(self, tmp_path: Path) -> None:
        told = sheets(tmp_path, "who organisation\n", organisations=OPERATORS, defaults={"who": "op-a"})
        assert question(told, "who")["type"] == "select_one organisations"
        assert question(told, "who")["default"] == "op-a"
        assert [row["label::English (en)"] for row in told.choices] == ["Operator A", "Operator B"]

    def test_a_retired_code_is_offered_to_nobody(self, tmp_path: Path) -> None:
        lists = tmp_path / "national" / "lists"
        with tiny_forms(tmp_path, visit="region code:region\n"):
            lists.mkdir()
            (lists / "region.csv").write_text(
                "code,parent,clause,since,retired,az,en,ru\nold,,,,2020-01-01,a,a,a\nnew,,,,,b,b,b\n", encoding="utf-8"
            )
            told = xlsform_sheets(load_form("visit", "aze"))
        assert [row["name"] for row in told.choices] == ["new"]


class TestSettings:
    def test_a_changed_definition_is_a_new_version_from_which_the_forms_own_can_be_read(self, tmp_path: Path) -> None:
        before = sheets(tmp_path / "a", "team text\n").settings[0]["version"]
        same = sheets(tmp_path / "b", "team text\n").settings[0]["version"]
        after = sheets(tmp_path / "c", "team text required\n").settings[0]["version"]
        assert before == same != after
        assert form_version(before) == form_version(after) == "1"

    def test_the_programmes_organisations_are_part_of_the_definition(self) -> None:
        form = load_form("accident", "aze")
        assert published_version(form) != published_version(form, Setting(OPERATORS))
        assert form_version(published_version(form)) == form.version

    def test_a_form_opens_in_the_language_of_its_country_or_as_asked(self) -> None:
        def language(country: str, asked: str = "") -> tuple[str, str]:
            settings = xlsform_sheets(load_form("victim", country), Setting(language=asked)).settings[0]
            return settings["default_language"], settings["form_title"]

        assert language("aze") == ("Azərbaycanca (az)", "Zərərçəkən")
        assert language("col") == language("") == ("English (en)", "Victim")
        assert language("aze", "ru") == ("Русский (ru)", "Пострадавший")

    def test_a_filled_in_form_is_called_after_what_identifies_nobody(self, tmp_path: Path) -> None:
        told = sheets(tmp_path, "name text vault\nlocal_id text\nday section\nday/date_of_information date\n")
        assert told.settings[0]["instance_name"] == "concat(${local_id}, ' ', ${date_of_information})"

    def test_a_forms_id_leads_back_to_its_code(self) -> None:
        assert form_id("marking") == "torpaq_marking"
        assert form_code(form_id("marking")) == form_code("marking") == "marking"


def test_a_form_that_chooses_areas_needs_their_list_beside_it() -> None:
    assert needs_areas(load_form("completion"))
    assert not needs_areas(load_form("victim"))


@pytest.mark.parametrize("code", form_codes())
def test_the_workbook_of_every_form_holds_exactly_its_sheets(code: str) -> None:
    form = load_form(code, "aze")
    workbook = load_workbook(io.BytesIO(write_xlsform(form, Setting(OPERATORS))), read_only=True)
    assert workbook.sheetnames == ["survey", "choices", "settings"]
    told = xlsform_sheets(form, Setting(OPERATORS)).by_name()
    for name, rows in told.items():
        header, *cells = workbook[name].iter_rows(values_only=True)
        read = [
            {column: str(cell) for column, cell in zip(header, row, strict=True) if cell is not None} for row in cells
        ]
        assert read == [{column: cell for column, cell in row.items() if cell} for row in rows]


@pytest.mark.parametrize("code", form_codes())
def test_every_element_of_every_form_is_asked_under_its_code(code: str) -> None:
    form = load_form(code, "aze")
    names = [row["name"] for row in xlsform_sheets(form).survey if "name" in row]
    assert [name for name in names if not name.startswith("_")] == [element.code for element in form.elements]
