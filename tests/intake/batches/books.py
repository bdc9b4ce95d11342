"""Workbooks drawn as text: a header and rows parted by bars become the bytes of an XLSX or CSV file."""

import io
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

Cells = list[list[object]]
Change = Mapping[str, object] | Callable[[Worksheet], None]
Expected = tuple[int, str, str]  # row, element, code of a problem


@dataclass(frozen=True)
class Book:
    """A table of a form: the heading row and the rows of data below it, each cell as text."""

    form: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class File:
    """A file under a name, its form, its bytes or what writes them, and what must be found in it."""

    name: str
    form: str
    written: bytes | Callable[[], bytes]
    expected: frozenset[Expected] = field(default_factory=frozenset)

    @property
    def data(self) -> bytes:
        return self.written if isinstance(self.written, bytes) else self.written()


def book(form: str, text: str) -> Book:
    lines = [line for line in text.strip().splitlines() if line.strip()]
    cells = [tuple(cell.strip() for cell in line.split("|")) for line in lines]
    assert len({len(row) for row in cells}) == 1, [len(row) for row in cells]
    return Book(form, cells[0], tuple(cells[1:]))


def headed(base: Book, **headings: str) -> Book:
    """The same table with some headings in other words."""
    assert set(headings) <= set(base.headings), headings
    return replace(base, headings=tuple(headings.get(heading, heading) for heading in base.headings))


def changed(base: Book, row: int, changes: Mapping[str, object]) -> Cells:
    """The cells of a table, with those of one row (numbered as in the file) changed by their headings."""
    cells: Cells = [list(base.headings), *([typed_cell(cell) for cell in one] for one in base.rows)]
    for heading, value in changes.items():
        cells[row - 1][base.headings.index(heading)] = value
    return cells


def typed_cell(text: str) -> object:
    """What a careful person would have in the cell: a number, a day, or text."""
    if re.fullmatch(r"-?\d+", text):
        return int(text)
    if re.fullmatch(r"-?\d+\.\d+", text):
        return float(text)
    if re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d", text):
        return datetime.fromisoformat(text)
    return date.fromisoformat(text) if re.fullmatch(r"\d{4}-\d\d-\d\d", text) else text or None


def xlsx(cells: Cells, further: Callable[[Worksheet], None] | None = None) -> bytes:
    workbook = Workbook()
    sheet = workbook.active
    assert isinstance(sheet, Worksheet)
    sheet.title = "Data"
    for row in cells:
        sheet.append(row)
    if further:
        further(sheet)
    file = io.BytesIO()
    workbook.save(file)
    return file.getvalue()


def csv(cells: Cells, delimiter: str = ",", encoding: str = "utf-8") -> bytes:
    lines = []
    for row in cells:
        texts = ["" if cell is None else cell.isoformat() if isinstance(cell, date) else str(cell) for cell in row]
        quoted = [f'"{text}"' if delimiter in text or "\n" in text else text for text in texts]
        lines.append(delimiter.join(quoted))
    return ("\r\n".join(lines) + "\r\n").encode(encoding)
