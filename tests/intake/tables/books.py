"""Workbooks drawn as text: one line a row, cells between bars, and a few signs for what a text cannot show.

A cell is read as the shortest thing it can be::

    1200    1.5    2024-03-05    2024-03-05 10:30    09:30    TRUE    #N/A    Ağdam
    "1200"              the text 1200; quotes keep blanks, too
    =B2*2               a formula that nobody has computed; =B2*2 -> 2400 one with its value
    45356 {dd.mm.yyyy}  a number with its format
    <   ^               the cell belongs to the merged range that the cell on its left, above it, belongs to

A line ``[Name]`` or ``[Name, hidden]`` begins a sheet, ``~`` at its end hides the row, a line of nothing but dots is a
blank row. A line that begins with a bar has a blank first cell.
"""

import io
import re
import zipfile
from collections.abc import Mapping
from datetime import date, datetime, time

from openpyxl import Workbook as Book
from openpyxl.worksheet.worksheet import Worksheet

from torpaq.intake.tables.model import Table, Workbook, column_letter
from torpaq.intake.tables.reading import read_workbook
from torpaq.standard.problems import Problem

XML = b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"

Drawn = str | int | float | bool | date | datetime | time | None


def book(drawing: str, hidden_columns: str = "", is_1904: bool = False) -> bytes:
    """The bytes of the workbook that the drawing shows."""
    made = Book()
    made.remove(made.active)
    if is_1904:
        made.epoch = datetime(1904, 1, 1)
    computed: dict[str, dict[str, str]] = {}
    for number, (title, lines) in enumerate(_sheets(drawing), 1):
        name, _, state = title.partition(", ")
        sheet = made.create_sheet(name)
        sheet.sheet_state = state or "visible"
        computed[f"xl/worksheets/sheet{number}.xml"] = _draw(sheet, lines)
    for letter in hidden_columns:
        made.worksheets[0].column_dimensions[letter].hidden = True
    stream = io.BytesIO()
    made.save(stream)
    data = stream.getvalue()
    for part, values in computed.items():
        for reference, value in values.items():
            data = changed(data, part, rf'(<c r="{reference}"[^>]*><f>[^<]*</f>)<v ?/?>(</v>)?', rf"\1<v>{value}</v>")
    return data


def text_file(text: str, encoding: str = "utf-8") -> bytes:
    """The bytes of a text file, its lines without the indent of the test."""
    return "".join(line.strip() + "\n" for line in text.strip().splitlines()).encode(encoding)


def read(data: bytes, name: str = "report.xlsx") -> Workbook:
    """The workbook of bytes that are fine as a file."""
    workbook, problems = read_workbook(data, name, progress=lambda _: None, stop=lambda: False)
    assert workbook is not None, problems
    return workbook


def refusal(data: bytes, name: str = "report.xlsx") -> Problem:
    """The one problem for which bytes are refused as a file; its sentence can be said in every language."""
    workbook, problems = read_workbook(data, name, progress=lambda _: None, stop=lambda: False)
    assert workbook is None
    (problem,) = problems
    assert all(problem.sentence(language) for language in ("az", "en", "ru"))
    return problem


def table(drawing: str, **options: object) -> Table:
    """The one table of a drawn workbook."""
    (found,) = read(book(drawing, **options)).sheets
    return found


def csv_table(text: str, encoding: str = "utf-8") -> Table:
    """The table of a text file."""
    (found,) = read(text_file(text, encoding), "report.csv").sheets
    return found


def found(table: Table) -> list[str]:
    """What was found odd, each as ``where code parameters``; every finding can be said in every language."""
    lines = []
    for problem in table.problems():
        assert all(problem.sentence(language) for language in ("az", "en", "ru"))
        where = problem.subject.removeprefix(table.name).removeprefix("!")
        lines.append(" ".join([where or "sheet", problem.code, *map(str, problem.parameters.values())]))
    return lines


def shown(table: Table) -> str:
    """The rows of a table drawn: number, then the cells of the columns."""
    return "\n".join(
        f"{row.number}: "
        + " | ".join("" if row.cells[c.index] is None else f"{row.cells[c.index]!r}" for c in table.columns)
        for row in table.rows
    )


def parts(data: bytes) -> dict[str, bytes]:
    """The parts of a workbook by name."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(contents: Mapping[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """An archive of parts."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", compression) as archive:
        for name, content in contents.items():
            archive.writestr(name, content)
    return stream.getvalue()


def changed(data: bytes, part: str, old: str, new: str) -> bytes:
    """The workbook with one place of a part, found by a regular expression, written anew."""
    contents = parts(data)
    text, count = re.subn(old, new, contents[part].decode(), count=1)
    assert count == 1, contents[part][:3000]
    return packed(contents | {part: text.encode()})


def handmade(rows: str, before: str = "", after: str = "", **more: bytes) -> bytes:
    """A workbook of the fewest parts whose one sheet has the given XML for its rows."""
    sheet = f'<worksheet xmlns="{MAIN}">{before}<sheetData>{rows}</sheetData>{after}</worksheet>'
    return handmade_parts({"xl/worksheets/sheet1.xml": XML + sheet.encode()} | more)


def handmade_parts(more: Mapping[str, bytes]) -> bytes:
    """A workbook of the fewest parts and those given."""
    relation = f'<Relationship Id="rId1" Type="{OFFICE}/%s" Target="%s"/>'
    relations = f'<Relationships xmlns="{PACKAGE}/relationships">%s</Relationships>'
    fewest = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"/>',
        "_rels/.rels": relations % (relation % ("officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>'
        '<sheet name="Data" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": relations % (relation % ("worksheet", "worksheets/sheet1.xml")),
    }
    return packed({name: XML + text.encode() for name, text in fewest.items()} | dict(more))


def _sheets(drawing: str) -> list[tuple[str, list[str]]]:
    sheets: list[tuple[str, list[str]]] = []
    for line in drawing.strip().splitlines():
        title = re.fullmatch(r"\s*\[(.+)\]\s*", line)
        if title:
            sheets.append((title[1], []))
        else:
            if not sheets:
                sheets.append(("Data", []))
            sheets[-1][1].append(line.strip())
    return sheets


def _draw(sheet: Worksheet, lines: list[str]) -> dict[str, str]:
    """Draw the lines into a sheet; return the computed values of its formulas by their cells."""
    computed: dict[str, str] = {}
    ranges: dict[tuple[int, int], tuple[int, int]] = {}  # each cell of a merged range by its place: where that begins
    for row, line in enumerate(lines, 1):
        if set(line) <= {"."}:
            continue
        cells = line.removesuffix("~")
        sheet.row_dimensions[row].hidden = line.endswith("~")
        for column, cell in enumerate(cells.split("|"), 1):
            text = cell.strip()
            if text in {"<", "^"}:
                neighbour = (row, column - 1) if text == "<" else (row - 1, column)
                ranges[row, column] = ranges.get(neighbour, neighbour)
            else:
                formula, _, value = text.partition(" -> ")
                if value:
                    computed[f"{column_letter(column - 1)}{row}"] = value
                _write(sheet, row, column, formula)
    for begin in set(ranges.values()):
        places = [begin, *(place for place, first in ranges.items() if first == begin)]
        (top, left), (bottom, right) = min(places), max(places)
        sheet.merge_cells(start_row=top, start_column=left, end_row=bottom, end_column=right)
    return computed


def _write(sheet: Worksheet, row: int, column: int, text: str) -> None:
    formatted = re.fullmatch(r"(.*\S)\s*\{(.+)\}", text)
    cell = sheet.cell(row, column, drawn_value(formatted[1] if formatted else text))
    if text.startswith('"'):
        cell.data_type = "s"
    if formatted:
        cell.number_format = formatted[2]


def drawn_value(text: str) -> Drawn:
    """What a drawn cell stands for."""
    if not text:
        return None
    if re.fullmatch(r'".*"', text):
        return text[1:-1]
    if text in {"TRUE", "FALSE"}:
        return text == "TRUE"
    for kind in (int, float, date.fromisoformat, datetime.fromisoformat, time.fromisoformat):
        try:
            return kind(text)
        except ValueError:
            continue
    return text
