"""A form as an Excel template: one row a record, words to choose from lists, and codes that say what each column is.

Row 1 holds the headings, row 2, hidden, the codes of the columns (``#finds[1].category``), and the sheet ``_torpaq``
which version of which form it is: a filled-in template is read back without anybody matching columns. Photographs and
documents do not fit into a cell, so they are not asked here.
"""

import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from torpaq.intake.exports.choices import ORGANISATIONS, UNITS, Setting, choices, list_name, opening_language
from torpaq.intake.exports.describing import (
    answer_in_words,
    condition_in_words,
    full_label,
    sensitivity_in_words,
)
from torpaq.intake.exports.words import say
from torpaq.standard.country import load_country
from torpaq.standard.form import NUMBERS, Element, ElementType, Form, Sensitivity
from torpaq.standard.text import fold_name

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.cell.cell import Cell
    from openpyxl.worksheet.datavalidation import DataValidation
    from openpyxl.worksheet.worksheet import Worksheet

MARK_SHEET, LISTS_SHEET = "_torpaq", "_lists"
ROWS = 3
MOST_COLUMNS = 1_000
LAST_ROW = 1_048_576
FIRST_ROW = 3
LONGEST_TITLE = 31
FIRST_DAY, LAST_DAY = "1", "73050"  # as Excel counts days: 1900-01-01 and 2099-12-31
WIDTHS = {ElementType.LONG_TEXT: 40, ElementType.POLYGON: 40, ElementType.CODES: 30, ElementType.POINT: 26}
FORMATS = {
    ElementType.INTEGER: "0",
    ElementType.DECIMAL: "General",
    ElementType.DATE: "yyyy-mm-dd",
    ElementType.TIME: "hh:mm",
    ElementType.DATETIME: "yyyy-mm-dd hh:mm",
}
TEXT_FORMAT = "@"
"""Ids such as 0012 and coordinates stay as they are typed."""

COLOURS = {"required": "FFE08A", "vault": "F4C7C3", "plain": "DDE6EE"}
GUIDE_COLUMNS = ("column", "answer", "is_required", "when", "hint", "clause", "sensitivity", "code")


@dataclass(frozen=True, slots=True)
class TemplateColumn:
    """One column: its element, and in which row of its repeat it stands (0: in none)."""

    element: Element
    row: int
    code: str


def template_columns(form: Form, rows: int = ROWS) -> list[TemplateColumn]:
    """Return the columns of a form, each repeat with this many rows side by side."""
    columns: list[TemplateColumn] = []
    for element in form.asked():
        if element.type is ElementType.REPEAT:
            children = form.asked(element.code)
            if not any(child.type is ElementType.FILE and child.required for child in children):
                columns += _columns_of_rows(children, element.code, rows)
        elif element.type is not ElementType.FILE:
            columns.append(TemplateColumn(element, 0, element.code))
    return columns


def _columns_of_rows(children: Sequence[Element], repeat: str, rows: int) -> list[TemplateColumn]:
    return [
        TemplateColumn(child, row, f"{repeat}[{row}].{child.code}")
        for row in range(1, rows + 1)
        for child in children
        if child.type is not ElementType.FILE
    ]


def write_template(form: Form, language: str = "", setting: Setting | None = None, rows: int = ROWS) -> bytes:
    """Return the template of a form as a workbook (XLSX), in a language, with ``rows`` rows of each repeat.

    Raises ``ValueError`` for more columns than a table is read with.
    """
    from openpyxl import Workbook

    setting = setting or Setting()
    language = language or opening_language(form, setting)
    columns = template_columns(form, rows)
    if rows < 1 or len(columns) > MOST_COLUMNS:
        raise ValueError(f"{rows} rows of each repeat make {len(columns)} columns; there may be {MOST_COLUMNS}")
    workbook = Workbook()
    workbook.remove(workbook.worksheets[0])
    data = workbook.create_sheet(_title(form.labels[language]))
    _write_guide(workbook, form, columns, language)
    lists = _write_lists(workbook, form, setting, language)
    _write_marks(workbook, form)
    _write_headings(data, form, columns, language)
    _write_validations(data, form, columns, setting, lists)
    written = io.BytesIO()
    workbook.save(written)
    return written.getvalue()


def _title(label: str) -> str:
    """Return a label as the name of a sheet: Excel allows 31 characters and few signs."""
    return "".join(letter for letter in label if letter not in "[]:*?/\\'")[:LONGEST_TITLE].strip()


def _put(sheet: "Worksheet", row: int, column: int, text: str) -> "Cell":
    """Write a text as text, whatever it begins with: a name of an organisation is no formula."""
    cell: Cell = sheet.cell(row, column)  # type: ignore[assignment]  # nothing is merged in a new sheet
    cell.value, cell.data_type = text, "s"
    return cell


# -- the sheet to fill in ---------------------------------------------------------------------------------------------


def _write_headings(sheet: "Worksheet", form: Form, columns: Sequence[TemplateColumn], language: str) -> None:
    from openpyxl.comments import Comment
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter

    bold, wrapped = Font(bold=True), Alignment(wrap_text=True, vertical="top")
    fills = {name: PatternFill("solid", start_color=colour) for name, colour in COLOURS.items()}
    for index, column in enumerate(columns, 1):
        element = column.element
        label = full_label(element, form, language, column.row)
        heading = _put(sheet, 1, index, f"{label} *" if _is_marked(column) else label)
        heading.font, heading.alignment, heading.fill = bold, wrapped, fills[_colour(column)]
        heading.comment = Comment(_comment(element, form, language), "Torpaq", height=140, width=320)
        _put(sheet, 2, index, f"#{column.code}")
        settings = sheet.column_dimensions[get_column_letter(index)]
        settings.width = WIDTHS.get(element.type, 18)
        settings.number_format = FORMATS.get(element.type, TEXT_FORMAT)
    sheet.row_dimensions[1].height = 48
    sheet.row_dimensions[2].hidden = True
    sheet.freeze_panes = "A3"


def _is_marked(column: TemplateColumn) -> bool:
    """Say whether a column must always be filled in; the rows of a repeat need not be there."""
    return column.element.required and not column.row and not column.element.condition.clauses


def _colour(column: TemplateColumn) -> str:
    if column.element.sensitive is Sensitivity.VAULT:
        return "vault"
    return "required" if _is_marked(column) else "plain"


def _comment(element: Element, form: Form, language: str) -> str:
    lines = [element.hints[language], answer_in_words(element, language)]
    if element.condition.clauses:
        lines.append(f"{say('when', language)}: {condition_in_words(element, form, language)}")
    if element.required:
        lines.append(say("is_required", language))
    lines += [f"{say('sensitivity', language)}: {sensitivity_in_words(element, language)}", element.clause]
    return "\n".join(line for line in lines if line)


# -- what may be typed ------------------------------------------------------------------------------------------------


def _write_validations(
    sheet: "Worksheet", form: Form, columns: Sequence[TemplateColumn], setting: Setting, lists: Mapping[str, str]
) -> None:
    """Put one validation for each kind of answer, over all its columns."""
    from openpyxl.utils import get_column_letter

    found: dict[tuple[object, ...], DataValidation] = {}
    for index, column in enumerate(columns, 1):
        element = column.element
        name = list_name(element, form, setting)
        key = (name, element.type) if name else (element.type, element.least, element.most)
        if key not in found:
            validation = _list_validation(element, lists[name]) if name else _validation(element)
            if validation is None:
                continue
            found[key] = validation
            sheet.add_data_validation(validation)
        letter = get_column_letter(index)
        found[key].add(f"{letter}{FIRST_ROW}:{letter}{LAST_ROW}")


def _list_validation(element: Element, cells: str) -> "DataValidation":
    """A list to choose from; where several answers are allowed they may be typed beside each other."""
    from openpyxl.worksheet.datavalidation import DataValidation

    is_strict = element.type is not ElementType.CODES
    return DataValidation(type="list", formula1=cells, allowBlank=True, showErrorMessage=is_strict)


def _validation(element: Element) -> "DataValidation | None":
    """The bounds of a number, or that a day is a day; nothing where any text may be right."""
    from openpyxl.worksheet.datavalidation import DataValidation

    validation = DataValidation(operator="between", allowBlank=True, showErrorMessage=True)
    if element.type in (ElementType.DATE, ElementType.DATETIME):
        validation.type, validation.formula1, validation.formula2 = "date", FIRST_DAY, LAST_DAY
    elif element.type is ElementType.TIME:
        validation.type, validation.formula1, validation.formula2 = "time", "0", "0.999999"
    elif element.type in NUMBERS:
        validation.type = "whole" if element.type is ElementType.INTEGER else "decimal"
        validation.formula1 = "-999999999999" if element.least is None else f"{element.least:f}"
        validation.formula2 = "999999999999" if element.most is None else f"{element.most:f}"
    else:
        return None
    return validation


# -- the sheets beside it ---------------------------------------------------------------------------------------------


def _write_guide(workbook: "Workbook", form: Form, columns: Sequence[TemplateColumn], language: str) -> None:
    from openpyxl.styles import Alignment, Font

    sheet = workbook.create_sheet(_title(say("instructions", language)))
    _put(sheet, 1, 1, form.labels[language]).font = Font(bold=True, size=14)
    _put(sheet, 2, 1, form.about[language])
    _put(sheet, 3, 1, say("how_to_fill", language))
    headings = [say(word, language) for word in GUIDE_COLUMNS]
    wrapped = Alignment(wrap_text=True, vertical="top")
    for index, text in enumerate(headings, 1):
        heading = _put(sheet, 5, index, text)
        heading.alignment, heading.font = wrapped, Font(bold=True)
    for number, line in enumerate(_guide_lines(form, columns, language), 6):
        for index, text in enumerate(line, 1):
            _put(sheet, number, index, text).alignment = wrapped
    for letter, width in zip("ABCDEFGH", (36, 30, 12, 40, 44, 14, 24, 26), strict=True):
        sheet.column_dimensions[letter].width = width
    sheet.freeze_panes = "A6"


def _guide_lines(form: Form, columns: Sequence[TemplateColumn], language: str) -> Iterator[list[str]]:
    for column in columns:
        element = column.element
        if column.row > 1:
            continue
        yield [
            full_label(element, form, language, column.row),
            answer_in_words(element, language),
            say("yes", language) if element.required else "",
            condition_in_words(element, form, language) if element.condition.clauses else "",
            element.hints[language],
            element.clause,
            sensitivity_in_words(element, language),
            column.code,
        ]


def _write_lists(workbook: "Workbook", form: Form, setting: Setting, language: str) -> dict[str, str]:
    """Write every list as two columns, what is shown and its code; return where each one stands, as a formula."""
    from openpyxl.utils import get_column_letter

    sheet = workbook.create_sheet(LISTS_SHEET)
    sheet.sheet_state = "hidden"
    places: dict[str, str] = {}
    names = dict.fromkeys(name for element in form.elements if (name := list_name(element, form, setting)))
    for number, name in enumerate(names):
        index = 2 * number + 1
        _put(sheet, 1, index, name)
        shown = shown_choices(name, form, setting, language)
        for row, (text, code) in enumerate(shown.items(), 2):
            _put(sheet, row, index, text)
            _put(sheet, row, index + 1, code)
        letter = get_column_letter(index)
        places[name] = f"'{LISTS_SHEET}'!${letter}$2:${letter}${max(2, len(shown) + 1)}"
    return places


def shown_choices(name: str, form: Form, setting: Setting, language: str) -> dict[str, str]:
    """Return what a list offers, with the code of each: its label, or the code itself where the label says too little.

    An organisation is offered by its code, for that is what a record holds and what people know it by.
    """
    offered = {code: words[language] for code, words in choices(name, form, setting).items()}
    keys = [fold_name(label) for label in offered.values()]
    return {label if _is_clear(label, keys, name, form) else code: code for code, label in offered.items()}


def _is_clear(label: str, keys: Sequence[str], name: str, form: Form) -> bool:
    if name == UNITS:
        return len(load_country(form.country).find_units(label)) == 1
    return name != ORGANISATIONS and keys.count(fold_name(label)) == 1


def _write_marks(workbook: "Workbook", form: Form) -> None:
    sheet = workbook.create_sheet(MARK_SHEET)
    sheet.sheet_state = "hidden"
    for row, (name, value) in enumerate((("form", form.code), ("version", form.version)), 1):
        _put(sheet, row, 1, name)
        _put(sheet, row, 2, value)
