"""A form as an Excel template: what the Operator fills in is read back without anybody matching a column."""

import io
from datetime import date, datetime, time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from intake.records_made import records
from tiny_forms import tiny_forms
from torpaq.intake.batches.opening import open_file
from torpaq.intake.batches.results import Notes
from torpaq.intake.batches.row_reading import RowReader
from torpaq.intake.exports.choices import Setting, list_name
from torpaq.intake.exports.template import shown_choices, template_columns, write_template
from torpaq.intake.record.context import context_in
from torpaq.intake.record.reading import read_answer
from torpaq.standard.country import load_country
from torpaq.standard.form import GEOMETRIES, ElementType, form_codes, load_form
from torpaq.standard.problems import LANGUAGES

OPERATORS = {
    "op-a": {"az": "A operatoru", "en": "Operator A", "ru": "Оператор А"},
    "op-b": {"az": "=cmd", "en": "=1+1", "ru": "=2"},
}

VISIT = """
    about section
    about/day date required
    about/at time
    about/met datetime
    about/team text required if day filled
    about/who organisation
    about/how codes:operational_method hint
    about/what code:land_release_outcome
    about/depth_cm decimal unit=cm least=0 most=1000
    about/people integer
    about/name text vault
    about/photo file
    finds repeat
    finds/category code:ordnance_category required
    finds/model text
    attachments repeat
    attachments/file file required
    attachments/caption text
"""


def template(tmp_path: Path, language: str = "en", rows: int = 3, country: str = "") -> Workbook:
    with tiny_forms(tmp_path, visit=VISIT):
        data = write_template(load_form("visit", country), language, Setting(OPERATORS), rows)
    return load_workbook(io.BytesIO(data))


def column(book: Workbook, code: str) -> int:
    (found,) = [cell.column for cell in book.worksheets[0][2] if cell.value == f"#{code}"]
    return found


def heading(book: Workbook, code: str):
    return book.worksheets[0].cell(1, column(book, code))


def validation(book: Workbook, code: str):
    sheet = book.worksheets[0]
    letter = sheet.cell(3, column(book, code)).coordinate
    found = [one for one in sheet.data_validations.dataValidation if letter in one.sqref]
    return found[0] if found else None


def listed(book: Workbook, code: str) -> list[str]:
    """What the drop-down list of a column offers."""
    sheet, cells = validation(book, code).formula1.split("!")
    assert sheet == "'_lists'"
    return [row[0].value for row in book["_lists"][cells.replace("$", "")]]


class TestTheSheetToFillIn:
    def test_it_has_a_heading_and_a_hidden_code_for_every_answer(self, tmp_path: Path) -> None:
        book = template(tmp_path, rows=2)
        sheet = book.worksheets[0]
        codes = [cell.value for cell in sheet[2]]
        assert codes == [
            *("#day", "#at", "#met", "#team", "#who", "#how", "#what", "#depth_cm", "#people", "#name"),
            *("#finds[1].category", "#finds[1].model", "#finds[2].category", "#finds[2].model"),
        ]
        assert sheet.row_dimensions[2].hidden
        assert not sheet.row_dimensions[1].hidden
        assert sheet.freeze_panes == "A3"
        assert sheet.max_row == 2

    def test_headings_are_in_the_language_asked_for_with_units_and_rows(self, tmp_path: Path) -> None:
        book = template(tmp_path, "ru")
        assert heading(book, "depth_cm").value == "depth_cm слово (см)"
        assert heading(book, "finds[2].model").value == "finds слово 2: model слово"
        assert heading(book, "day").font.bold

    def test_what_is_always_required_has_a_star_and_a_colour(self, tmp_path: Path) -> None:
        book = template(tmp_path)
        assert heading(book, "day").value == "day word *"
        assert heading(book, "team").value == "team word"  # required only on a condition
        assert heading(book, "finds[1].category").value == "finds word 1: category word"  # only where there is a find
        colours = {code: heading(book, code).fill.start_color.rgb for code in ("day", "team", "name")}
        assert len(set(colours.values())) == 3

    def test_a_comment_says_how_to_fill_a_column_in(self, tmp_path: Path) -> None:
        book = template(tmp_path)
        assert heading(book, "how").comment.text.splitlines()[:2] == ["how en", "several of a list"]
        assert "number, cm, Between 0 and 1000" in heading(book, "depth_cm").comment.text
        assert "Asked when: “day word” is answered" in heading(book, "team").comment.text
        assert "Who may see it: only those with the right to identities" in heading(book, "name").comment.text
        assert heading(book, "day").comment.text.endswith("IMAS 05.10")

    def test_photographs_do_not_fit_into_a_cell(self) -> None:
        codes = [column.code for column in template_columns(load_form("completion"))]
        assert not [code for code in codes if "file" in code or "attachments" in code or code.startswith("map_")]


class TestWhatMayBeTyped:
    def test_one_of_a_list_is_chosen_and_several_may_be_typed_beside_each_other(self, tmp_path: Path) -> None:
        book = template(tmp_path)
        assert listed(book, "what") == ["Cancelled", "Reduced", "Cleared"]
        assert validation(book, "what").showErrorMessage
        assert "Mine detection dog" in listed(book, "how")
        assert not validation(book, "how").showErrorMessage
        assert validation(book, "finds[1].category") is validation(book, "finds[3].category")

    def test_numbers_and_days_are_held_to_their_bounds_and_ids_stay_as_typed(self, tmp_path: Path) -> None:
        book = template(tmp_path)
        depth = validation(book, "depth_cm")
        assert (depth.type, depth.formula1, depth.formula2) == ("decimal", "0", "1000")
        assert validation(book, "people").type == "whole"
        assert validation(book, "day").type == "date"
        assert validation(book, "at").type == "time"
        assert validation(book, "team") is None
        formats = [
            book.worksheets[0].column_dimensions[heading(book, code).column_letter].number_format
            for code in ("team", "day", "met", "people")
        ]
        assert formats == ["@", "yyyy-mm-dd", "yyyy-mm-dd hh:mm", "0"]

    def test_the_units_of_the_country_and_the_programmes_organisations_can_be_chosen(self, tmp_path: Path) -> None:
        book = template(tmp_path, country="aze")
        assert listed(book, "who") == ["op-a", "op-b"]
        real = load_workbook(io.BytesIO(write_template(load_form("accident", "aze"), "az")))
        units = listed(real, "unit")
        assert "Ağdam" in units
        assert len(units) == len(set(units))

    def test_a_name_that_looks_like_a_formula_stays_a_text(self, tmp_path: Path) -> None:
        with tiny_forms(tmp_path, visit="team text en==1+1 az==1 ru==1\n"):
            book = load_workbook(io.BytesIO(write_template(load_form("visit"), "en")))
        cell = book.worksheets[0].cell(1, 1)
        assert (cell.value, cell.data_type) == ("=1+1", "s")


class TestTheSheetsBesideIt:
    def test_the_mark_says_which_version_of_which_form_it_is(self, tmp_path: Path) -> None:
        mark = template(tmp_path)["_torpaq"]
        assert [[cell.value for cell in row] for row in mark["A1:B2"]] == [["form", "visit"], ["version", "1"]]
        assert mark.sheet_state == template(tmp_path / "b")["_lists"].sheet_state == "hidden"

    def test_each_list_stands_with_its_codes(self, tmp_path: Path) -> None:
        lists = template(tmp_path, "az")["_lists"]
        columns = {column[0].value: column[0].column for column in lists.iter_cols() if column[0].value}
        what = columns["land_release_outcome"]
        assert [(lists.cell(row, what).value, lists.cell(row, what + 1).value) for row in (2, 3, 4)] == [
            ("Ləğv edilmiş", "cancelled"),
            ("İxtisar edilmiş", "reduced"),
            ("Təmizlənmiş", "cleared"),
        ]

    @pytest.mark.parametrize(("language", "name"), [("az", "Təlimat"), ("en", "Guide"), ("ru", "Инструкция")])
    def test_the_guide_explains_every_column_once(self, tmp_path: Path, language: str, name: str) -> None:
        guide = template(tmp_path, language)[name]
        codes = [row[-1].value for row in guide.iter_rows(min_row=6)]
        assert codes[:2] == ["day", "at"]
        assert codes[-2:] == ["finds[1].category", "finds[1].model"]
        assert all(cell.value for cell in guide[5])


def test_a_template_opens_in_the_language_of_its_country() -> None:
    book = load_workbook(io.BytesIO(write_template(load_form("victim", "aze"))))
    assert book.sheetnames[:2] == ["Zərərçəkən", "Təlimat"]


@pytest.mark.parametrize("rows", [0, -1, 500])
def test_more_columns_than_a_table_is_read_with_are_our_mistake(rows: int) -> None:
    with pytest.raises(ValueError, match="rows of each repeat"):
        write_template(load_form("completion"), "en", rows=rows)


@pytest.mark.parametrize("code", form_codes())
def test_every_choice_that_is_shown_in_any_language_is_read_back_as_its_code(code: str) -> None:
    form, country = load_form(code, "aze"), load_country("aze")
    seen = set()
    for element in form.elements:
        name = list_name(element, form, Setting(OPERATORS))
        if not name or name in seen:
            continue
        seen.add(name)
        for language in LANGUAGES:
            context = context_in(country, form, language, date(2026, 5, 31))
            for shown, meant in shown_choices(name, form, Setting(OPERATORS), language).items():
                answer = read_answer(element, shown, context)
                assert answer.value == ([meant] if element.type is ElementType.CODES else meant), (
                    name,
                    language,
                    shown,
                )


@pytest.mark.parametrize("code", form_codes())
def test_every_form_has_a_template_in_every_language(code: str) -> None:
    form = load_form(code, "aze")
    for language in LANGUAGES:
        sheet = load_workbook(io.BytesIO(write_template(form, language))).worksheets[0]
        assert [cell.value for cell in sheet[2]] == [f"#{column.code}" for column in template_columns(form)]


class TestFilledIn:
    """The Operator fills in a template with the words of its lists; nobody has to say what a column is."""

    @pytest.mark.parametrize("code", form_codes())
    @settings(max_examples=2, deadline=None)
    @given(data=st.data())
    def test_what_is_chosen_and_typed_is_read_back_as_the_same_record(self, code: str, data: st.DataObject) -> None:
        form = load_form(code, "aze")
        record = data.draw(records(form)).values
        language = data.draw(st.sampled_from(LANGUAGES))
        columns = template_columns(form)
        book = load_workbook(io.BytesIO(write_template(form, language, Setting(OPERATORS))))
        for index, one in enumerate(columns, 1):
            book.worksheets[0].cell(3, index).value = typed(one, answer(one, record, form), form, language)
        written = io.BytesIO()
        book.save(written)

        context = context_in(load_country("aze"), form, language, date(2026, 5, 31))
        opened, problems = open_file(written.getvalue(), "filled.xlsx", context)
        assert opened is not None, problems
        (row,) = opened.table.rows
        values = RowReader(opened.table, opened.matching, context, Notes(), False).read(row).values
        compared = [one for one in columns if one.element.type not in (*GEOMETRIES, *TYPED_TEXTS)]
        assert {one.code: answer(one, values, form) for one in compared} == {
            one.code: answer(one, record, form) for one in compared
        }
        assert all((answer(one, values, form) is None) == (answer(one, record, form) is None) for one in columns)


TYPED_TEXTS = (ElementType.TEXT, ElementType.LONG_TEXT, ElementType.REFERENCE)


def answer(column, record, form):
    """The answer of a record in a column; None for none."""
    if not column.row:
        return record.get(column.element.code)
    rows = record.get(form.repeat_of(column.element), [])
    return rows[column.row - 1].get(column.element.code) if len(rows) >= column.row else None


def typed(column, value, form, language: str):
    """What a person puts into the cell for an answer: words of the list, days and numbers, no codes."""
    element = column.element
    name = list_name(element, form, Setting(OPERATORS))
    if value is not None and name:
        words = {code: word for word, code in shown_choices(name, form, Setting(OPERATORS), language).items()}
        return "; ".join(words[code] for code in value) if element.type is ElementType.CODES else words[value]
    return value if value is None else TYPED.get(element.type, lambda _: "text")(value)


TYPED = {
    ElementType.DATE: date.fromisoformat,
    ElementType.DATETIME: datetime.fromisoformat,
    ElementType.TIME: time.fromisoformat,
    ElementType.INTEGER: lambda number: number,
    ElementType.DECIMAL: lambda number: number,
    ElementType.POLYGON: lambda value: value["written"].removeprefix("wkt "),
    ElementType.POINT: lambda value: "{1} N {0} E".format(*value["coordinates"]),
    ElementType.LINE: lambda value: "\n".join("{1} N {0} E".format(*point) for point in value["coordinates"]),
}
