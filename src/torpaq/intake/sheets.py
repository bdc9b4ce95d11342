"""Bytes of a table, XLSX or CSV, become a header and numbered rows of cells: read, never repaired."""

import csv
import io
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from zipfile import BadZipFile, ZipFile

from torpaq.standard.problems import Problem, problem

Cell = object  # text, int, float, bool, a date or None, as the file holds it

ZIP_SIGNATURE = b"PK"
UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
MOST_UNPACKED_BYTES = 256 * 1024 * 1024  # a small file that unpacks to more is not a table but an attack
LONGEST_CELL = 100_000  # characters; longer is no cell of a table but a quote that was never closed

# openpyxl has no error of its own for a broken file: its zip and XML layers raise all of these.
WORKBOOK_ERRORS = (
    *(BadZipFile, zlib.error, KeyError, ValueError, OSError, EOFError),
    *(SyntaxError, TypeError, AttributeError, IndexError, NotImplementedError),
)


@dataclass(slots=True)
class Sheet:
    """A table as it stands in its file: the header and the rows that hold anything, each with its row number.

    Row numbers count from 1 and the header is row 1, as a spreadsheet and an editor show them.
    """

    header: list[str] = field(default_factory=list)
    rows: list[tuple[int, tuple[Cell, ...]]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    refused: int = 0


def read_sheet(data: bytes) -> Sheet:
    """Read a table: the first sheet of an XLSX workbook, or CSV text in UTF-8 with commas.

    What cannot be read is among the sheet's problems: a damaged workbook, UTF-16 or binary content as one problem
    of the file; a row that is not UTF-8 or has the wrong number of cells as a problem of that row (``refused``
    counts those). Rows without any content are left out.
    """
    sheet = Sheet()
    if not data.strip():
        sheet.problems.append(problem("table_empty", "file"))
    elif data.startswith(ZIP_SIGNATURE):
        _read_workbook(data, sheet)
    elif data.startswith(UTF16_MARKS) or b"\x00" in data:
        sheet.problems.append(problem("table_encoding", "file"))
    else:
        _read_csv(data, sheet)
    return sheet


def _read_workbook(data: bytes, sheet: Sheet) -> None:
    try:
        rows = list(_workbook_rows(data))
    except WORKBOOK_ERRORS as error:
        sheet.problems.append(problem("workbook_damaged", "file", detail=str(error)[:80] or type(error).__name__))
        return
    _fill(sheet, [(number, cells, "") for number, cells in enumerate(rows, 1)])


def _workbook_rows(data: bytes) -> Iterator[tuple[Cell, ...]]:
    from openpyxl import load_workbook

    with ZipFile(io.BytesIO(data)) as archive:
        if sum(member.file_size for member in archive.infolist()) > MOST_UNPACKED_BYTES:
            raise ValueError("unpacks to too much")
        if archive.testzip() is not None:
            raise BadZipFile("a part's checksum is wrong")
    book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
    try:
        yield from book.worksheets[0].iter_rows(values_only=True)
    finally:
        book.close()


def _read_csv(data: bytes, sheet: Sheet) -> None:
    lines = data.removeprefix(b"\xef\xbb\xbf").split(b"\n")
    if lines[-1]:
        sheet.problems.append(problem("table_ends_early", f"row {len(lines)}"))
    _fill(sheet, [(number, *_csv_cells(line)) for number, line in enumerate(lines, 1)])


def _csv_cells(line: bytes) -> tuple[tuple[Cell, ...], str]:
    """Return one line's cells, or the byte (``0xf1``) that is not UTF-8. No source here has line ends inside cells."""
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError as error:
        return (), f"0x{line[error.start]:02x}"
    try:
        cells = tuple(next(csv.reader([text.rstrip("\r")]), []))
    except csv.Error:
        return (text,), ""
    return ((text,) if any(len(cell) > LONGEST_CELL for cell in cells) else cells), ""


def _fill(sheet: Sheet, rows: Sequence[tuple[int, tuple[Cell, ...], str]]) -> None:
    sheet.header = ["" if cell is None else str(cell).strip() for _, cells, _ in rows[:1] for cell in cells]
    while sheet.header and not sheet.header[-1]:
        sheet.header.pop()
    if rows and rows[0][2]:
        sheet.problems.append(problem("row_not_utf8", "row 1", byte=rows[0][2]))
    elif not sheet.header:
        sheet.problems.append(problem("table_empty", "file"))
    for number, cells, wrong_byte in rows[1:]:
        if wrong_byte:
            sheet.refused += 1
            sheet.problems.append(problem("row_not_utf8", f"row {number}", byte=wrong_byte))
        elif any(_has_content(cell) for cell in cells):
            _add_row(sheet, number, cells)


def _add_row(sheet: Sheet, number: int, cells: tuple[Cell, ...]) -> None:
    while len(cells) > len(sheet.header) and not _has_content(cells[-1]):
        cells = cells[:-1]
    if len(cells) != len(sheet.header):
        sheet.refused += 1
        sheet.problems.append(problem("row_cells", f"row {number}", cells=len(cells), expected=len(sheet.header)))
        return
    sheet.rows.append((number, cells))


def _has_content(cell: Cell) -> bool:
    return cell is not None and bool(str(cell).strip())
