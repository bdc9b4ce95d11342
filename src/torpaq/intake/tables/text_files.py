"""CSV and TSV become a grid: the encoding must be told by the bytes themselves, the delimiter by the rows."""

import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Iterator

from torpaq.intake.tables.model import LONGEST_CELL, MOST_CELLS, MOST_COLUMNS, MOST_ROWS, Cell, Grid, Refused, is_blank

UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
UTF32_MARKS = (b"\xff\xfe\x00\x00", b"\x00\x00\xfe\xff")
DELIMITERS = (",", ";", "\t")
SAMPLED_BYTES = 200_000
CLEAR_LEAD = 0.1  # of the rows: by so many more must one delimiter cut the rows alike than any other
MOST_TEXT_MB = 100
ROWS_BETWEEN_TICKS = 1_000
_DECLARED = re.compile(r"\ufeff?sep=([,;\t])[\r\n]*")


def read_text_grid(data: bytes, told: Callable[[float], None]) -> Grid:
    """Return the grid of a CSV or TSV file; rows are numbered as a spreadsheet numbers them when it opens the file.

    ``told`` is called with the share that is read at least every 1,000 rows and may raise to stop. Raises
    :class:`Refused` for what is neither UTF-8 nor UTF-16 with a byte order mark, and where the delimiter or the
    quotes are unclear.
    """
    grid, room = Grid(), MOST_CELLS
    for number, cells in _records(data, told):
        if number > MOST_ROWS:
            raise Refused("table_rows_too_many", most=MOST_ROWS)
        row = [_value(grid, number, column, cell) for column, cell in enumerate(cells)]
        while row and is_blank(row[-1]):
            row.pop()
        if len(row) > MOST_COLUMNS:
            raise Refused("table_columns_too_many", most=MOST_COLUMNS)
        room -= len(row)
        if room < 0:
            raise Refused("table_cells_too_many", most=MOST_CELLS)
        if row:
            grid.rows.append((number, row))
        grid.last_row = number
        grid.last_column = max(grid.last_column, len(cells) - 1)
    return grid


def encoding_of(data: bytes) -> str:
    """Return the encoding that the bytes tell: UTF-16 by its mark, otherwise UTF-8.

    Raises :class:`Refused` for a NUL, which no text in UTF-8 has.
    """
    if data.startswith(UTF16_MARKS) and not data.startswith(UTF32_MARKS):
        return "utf-16"
    if b"\x00" in data:
        raise Refused("table_not_text", byte="0x00", row=data[: data.index(b"\x00")].count(b"\n") + 1)
    return "utf-8-sig"


def delimiter_of(sample: str) -> str:
    """Return the delimiter that cuts the most rows into equally many cells, ``,`` for a table of one column.

    Raises :class:`Refused` where two delimiters do so about equally well.

    >>> delimiter_of("id;area\\n1;2,5\\n2;3,5\\n"), delimiter_of("name\\nAğdam\\n")
    (';', ',')
    """
    shares = {}
    for delimiter in DELIMITERS:
        widths = Counter(len(row) for row in csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter) if row)
        width, rows = max(widths.items(), key=lambda item: (item[1], item[0]), default=(0, 0))
        if width > 1:
            shares[delimiter] = rows / widths.total()
    best = sorted(shares, key=lambda delimiter: -shares[delimiter])
    if len(best) > 1 and shares[best[0]] - shares[best[1]] < CLEAR_LEAD:
        raise Refused("table_delimiter_unclear")
    return best[0] if best else ","


def _records(data: bytes, told: Callable[[float], None]) -> Iterator[tuple[int, list[str]]]:
    """Yield each record with its number from 1, the blank ones too."""
    if len(data) > MOST_TEXT_MB * 1_000_000:
        raise Refused("file_unpacks_too_much", most=MOST_TEXT_MB)
    encoding = encoding_of(data)
    _check_decoding(data, encoding)
    bytes_read = io.BytesIO(data)
    stream = io.TextIOWrapper(bytes_read, encoding, newline="")
    sample = _sample(stream)
    if sample.lstrip().startswith("<"):
        raise Refused("table_is_markup")
    declared = _DECLARED.match(sample)
    stream.seek(0)
    if declared:
        stream.readline()
    number = 0
    try:
        delimiter = declared[1] if declared else delimiter_of(sample)
        for number, cells in enumerate(csv.reader(stream, delimiter=delimiter, strict=True), 1):
            if number % ROWS_BETWEEN_TICKS == 0:
                told(bytes_read.tell() / len(data))
            yield number, cells
    except csv.Error:
        raise Refused("table_quotes_wrong", row=number + 1) from None


def _check_decoding(data: bytes, encoding: str) -> None:
    try:
        data.decode(encoding)
    except UnicodeDecodeError as error:
        row = data[: error.start].count(b"\n") + 1
        raise Refused("table_not_text", byte=f"0x{data[error.start]:02x}", row=row) from None


def _sample(stream: io.TextIOWrapper) -> str:
    """Return the first whole lines of a text, or its first line however long."""
    sample = stream.read(SAMPLED_BYTES)
    whole, end, _ = sample.rpartition("\n")
    return whole + end if end and len(sample) == SAMPLED_BYTES else sample


def _value(grid: Grid, row: int, column: int, text: str) -> Cell:
    if len(text) > LONGEST_CELL:
        grid.add("cell_too_long", row, column, most=LONGEST_CELL)
        return None
    return text or None
