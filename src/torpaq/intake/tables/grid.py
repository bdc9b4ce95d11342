"""A worksheet becomes a grid of plain values, in one pass and in memory that is bounded.

Readers that are quicker still allocate the rectangle between a sheet's first and last cell, so that a file of five
kilobytes with a cell in ``XFD1048576`` ends the process, and tell neither formulas nor error values.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime, time

from torpaq.intake.tables.formats import PLAIN, NumberFormat, Shown, duration_text, from_serial
from torpaq.intake.tables.markup import MAIN, names, parse
from torpaq.intake.tables.model import (
    LONGEST_CELL,
    MOST_CELLS,
    MOST_COLUMNS,
    MOST_ROWS,
    Cell,
    Grid,
    Merge,
    Refused,
    cell_name,
    column_index,
    is_blank,
)
from torpaq.intake.tables.plain_sheet import NotPlain, as_written, rewritten

ROWS_BETWEEN_TICKS = 1_000
MOST_MERGES = 50_000
LONGEST_HEAD = LONGEST_ROW = 4_000_000  # characters
LONGEST_NUMBER = 40
MOST_DIGITS = 18  # of a whole number; a longer one is a float, as for a spreadsheet
_TRUE = frozenset({"1", "true"})
_ENTITIES = {"lt": "<", "gt": ">", "amp": "&", "quot": '"', "apos": "'"}
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,2})?", re.ASCII)
_NEGATIVE = re.compile(r"-\d{1,18}", re.ASCII)
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_RANGE = re.compile(r"([A-Z]{1,3})([1-9]\d{0,6}):([A-Z]{1,3})([1-9]\d{0,6})", re.ASCII)
_REFERENCE = re.compile(r"&(?:#(\d+)|#x([0-9A-Fa-f]+)|(lt|gt|amp|quot|apos));", re.ASCII)
_ATTRIBUTE = re.compile(r'([\w:.-]+)="([^"]*)"')
_COLUMN = re.compile(r"<col( [^<>']*?)/?>")
_MERGE = re.compile(r'<mergeCell ref="([^"<>&]*)" ?/?>')
_ROW = re.compile(r"\s*<row((?: [\w:.-]+=\"[^\"<>&]*\")*) ?(/?)>")
_ROWS_END = re.compile(r"\s*</sheetData>")
# Place, style and type; then whether there is a formula; then the value or the text.
_CELL = re.compile(
    r'<c r="([A-Z]{1,3})(\d{1,7})"(?: s="(\d{1,6})")?(?: t="(\w+)")?(?: (?:cm|vm|ph)="\w+")*'
    r"(?: ?/>|>(?:(<f)(?:[^<>]*/>|[^<>]*>[^<]*</f>))?"
    r'(?:<v(?: xml:space="preserve")?>([^<]*)</v>|<v ?/>|<is><t(?: xml:space="preserve")?>([^<]*)</t></is>)?</c>)',
    re.ASCII,
)


def read_strings(chunks: Iterable[bytes], part: str) -> list[str]:
    """Return the shared strings of a workbook, without the phonetic readings that stand beside some."""
    strings: list[str] = []
    pieces: list[str] = []
    phonetic = wanted = False
    local = names("si", "t", "rPh")

    def start(element: str, _attributes: dict[str, str]) -> None:
        nonlocal phonetic, wanted
        name = local.get(element)
        if name == "si":
            pieces.clear()
        elif name == "rPh":
            phonetic = True
        wanted = name == "t" and not phonetic

    def end(element: str) -> None:
        nonlocal phonetic, wanted
        name = local.get(element)
        wanted = False
        if name == "si":
            strings.append(unescaped("".join(pieces)))
        elif name == "rPh":
            phonetic = False

    def text(data: str) -> None:
        if wanted:
            pieces.append(data)

    parse(chunks, part, start, end, text)
    return strings


def read_grid(
    open_part: Callable[[], Iterable[bytes]],
    part: str,
    strings: Sequence[str],
    formats: Sequence[NumberFormat],
    is_1904: bool,
    room: int,
    tick: Callable[[], None],
) -> Grid:
    """Return the grid of a worksheet, whose bytes ``open_part`` begins anew each time.

    ``tick`` is called at least every 1,000 rows and may raise to stop. The size that a sheet claims for itself
    (``dimension``) is not looked at. Raises :class:`Refused` for a sheet that is damaged or has more than ``room``
    cells.
    """
    try:
        return _Reader(part, strings, formats, is_1904, room, tick).read(as_written(open_part(), part))
    except NotPlain:
        pass
    try:
        return _Reader(part, strings, formats, is_1904, room, tick).read(rewritten(open_part(), part))
    except NotPlain:  # written anew by us, so that it holds what no worksheet does: another root, a cell "A1:B2"
        raise Refused("workbook_damaged", detail=f"{part}: no rows of cells"[:80]) from None


class _Reader:
    """Reads a worksheet's text of one shape (see :mod:`torpaq.intake.tables.plain_sheet`), row by row."""

    def __init__(
        self,
        part: str,
        strings: Sequence[str],
        formats: Sequence[NumberFormat],
        is_1904: bool,
        room: int,
        tick: Callable[[], None],
    ) -> None:
        self.part, self.strings, self.is_1904, self.room, self.tick = part, strings, is_1904, room, tick
        self.formats = {str(index): number_format for index, number_format in enumerate(formats)}
        self.columns: dict[str, int] = {}
        self.grid = Grid()
        self.row = self.column = 0

    def read(self, pieces: Iterable[str]) -> Grid:
        """Return the grid; raises :class:`NotPlain` where the text has another shape."""
        pieces = iter(pieces)
        before, rest = self._until(pieces, "", "<sheetData")
        self._read_columns(before)
        rest = self._read_rows(pieces, rest)
        self._read_merges(rest + "".join(pieces))
        return self.grid

    def _until(self, pieces: Iterator[str], text: str, mark: str) -> tuple[str, str]:
        """Return the text before and from a mark."""
        while mark not in text:
            piece = next(pieces, None)
            if piece is None or len(text) > LONGEST_HEAD:
                raise NotPlain
            text += piece
        before, _, after = text.partition(mark)
        return before, after

    def _read_columns(self, head: str) -> None:
        if not any(re.search(rf'<worksheet\s[^>]*\bxmlns="{re.escape(space)}"', head) for space in MAIN):
            raise NotPlain
        tags = _COLUMN.findall(head)
        if len(tags) != head.count("<col "):
            raise NotPlain
        for tag in tags:
            attributes = dict(_ATTRIBUTE.findall(tag))
            if attributes.get("hidden") in _TRUE:
                first, last = (_whole(attributes.get(key, "")) for key in ("min", "max"))
                self.grid.hidden_columns.update(range(max(first - 1, 0), min(last, MOST_COLUMNS)))

    def _read_rows(self, pieces: Iterator[str], text: str) -> str:
        """Read every row and return what follows the last; ``text`` begins behind ``<sheetData``."""
        while ">" not in text:
            text += next(pieces)
        if text.lstrip().startswith("/>"):
            return text
        if not text.startswith(">"):
            raise NotPlain
        text, place, count = text[1:], 0, 0
        while True:
            match = _ROW.match(text, place)
            end = text.find("</row>", match.end()) if match and not match[2] else 0
            if match is None or end < 0:
                if match is None and _ROWS_END.match(text, place):
                    return text[place:]
                piece = next(pieces, None)
                if piece is None or len(text) - place > LONGEST_ROW:
                    raise NotPlain
                text, place = text[place:] + piece, 0
                continue
            self._read_row(match[1], "" if match[2] else text[match.end() : end])
            place = match.end() if match[2] else end + len("</row>")
            count += 1
            if count % ROWS_BETWEEN_TICKS == 0:
                self.tick()

    def _read_row(self, tag: str, inner: str) -> None:
        attributes = dict(_ATTRIBUTE.findall(tag))
        number = _whole(attributes.get("r", ""))
        if number > MOST_ROWS:
            raise Refused("table_rows_too_many", most=MOST_ROWS)
        if not number or "xmlns" in attributes:
            raise NotPlain
        if number <= self.row:
            raise self._damaged(f"row {number} after row {self.row}")
        self.row = self.grid.last_row = number
        if attributes.get("hidden") in _TRUE:
            self.grid.hidden_rows.append(number)
        cells = self._cells(inner)
        while cells and is_blank(cells[-1]):
            cells.pop()
        if cells:
            self.room -= len(cells)
            if self.room < 0:
                raise Refused("table_cells_too_many", most=MOST_CELLS)
            self.grid.rows.append((number, cells))

    def _cells(self, inner: str) -> list[Cell]:
        found = _CELL.findall(inner)
        if len(found) != inner.count("<c"):
            raise NotPlain
        cells: list[Cell] = []
        row, last, columns = str(self.row), -1, self.columns
        for letters, digits, style, kind, formula, plain, inline in found:
            column = columns.get(letters)
            if column is None:
                column = columns[letters] = column_index(letters)
            if column <= last or digits != row:
                raise self._damaged(f"cell {letters}{digits} in row {row}")
            self.column = last = column
            value = self._value(kind, plain, inline, style, bool(formula))
            if value is None:
                continue
            if column >= MOST_COLUMNS:
                if is_blank(value):
                    continue
                raise Refused("table_columns_too_many", most=MOST_COLUMNS)
            if column > len(cells):
                cells.extend([None] * (column - len(cells)))
            cells.append(value)
        self.grid.last_column = max(self.grid.last_column, last)
        return cells

    def _value(self, kind: str, plain: str, inline: str, style: str, has_formula: bool) -> Cell:
        value: Cell = None
        if kind == "s":
            value = self._shared(plain) if plain else None
        elif kind in {"", "n"}:
            value = self._number(plain, style) if plain else None
        elif kind == "inlineStr":
            value = _text(inline)
        elif kind == "str":
            value = _text(plain)
        elif kind == "b":
            value = plain.strip() in _TRUE if plain else None
        elif kind == "e":
            value = _text(plain)
            self.grid.add("cell_error_value", self.row, self.column, value=plain[:20])
        elif kind == "d":
            value = _iso(plain.strip())
        else:
            raise self._damaged(f"cell {self._name()} of type {kind}")
        if has_formula:
            self.grid.formulas.add((self.row, self.column))
            if value is None:
                self.grid.add("formula_without_value", self.row, self.column)
        if isinstance(value, str) and len(value) > LONGEST_CELL:
            self.grid.add("cell_too_long", self.row, self.column, most=LONGEST_CELL)
            return None
        return value

    def _shared(self, text: str) -> str:
        try:
            return self.strings[_index(text)]
        except (ValueError, IndexError):
            raise self._damaged(f"cell {self._name()} without its text") from None

    def _number(self, text: str, style: str) -> Cell:
        value: int | float
        is_whole = text.isdecimal() and text.isascii() and len(text) <= MOST_DIGITS
        if is_whole or _NEGATIVE.fullmatch(text):
            value = int(text)
        elif len(text) <= LONGEST_NUMBER and _NUMBER.fullmatch(text):
            value = float(text)
        elif text != text.strip():
            return self._number(text.strip(), style) if text.strip() else None
        else:
            raise self._damaged(f"number in {self._name()}")
        number_format = self.formats.get(style, PLAIN)
        return value if number_format is PLAIN else self._formatted(value, number_format)

    def _formatted(self, value: int | float, number_format: NumberFormat) -> Cell:
        shown = number_format.shown
        if shown is Shown.DATE:
            moment = from_serial(value, self.is_1904)
            if moment is None:
                self.grid.add("cell_date_impossible", self.row, self.column, value=value)
                return value
            return moment
        if shown is Shown.DURATION:
            return duration_text(value)
        if shown is Shown.PERCENT:
            self.grid.percent_columns.add(self.column)
        else:
            self.grid.shown_units.setdefault(self.column, set()).add(number_format.unit)
        return value

    def _read_merges(self, tail: str) -> None:
        references = _MERGE.findall(tail)
        if len(references) != tail.count("<mergeCell "):
            raise NotPlain
        if len(references) > MOST_MERGES:
            raise Refused("table_findings_too_many", most=MOST_MERGES)
        for reference in references:
            match = _RANGE.fullmatch(reference)
            if match is None:
                continue  # one cell alone is no merge
            first, last = column_index(match[1]), column_index(match[3])
            merge = Merge(int(match[2]), first, int(match[4]), last)
            if first < 0 or last < first or merge.last_row < merge.first_row:
                raise self._damaged(f"merged range {reference}")
            self.grid.merges.append(merge)

    def _name(self) -> str:
        return cell_name(self.row, self.column)

    def _damaged(self, detail: str) -> Refused:
        return Refused("workbook_damaged", detail=f"{self.part}: {detail}"[:80])


def _text(escaped: str) -> str:
    """Return the text that XML means by what stands between two tags."""
    if "\r" in escaped:
        escaped = escaped.replace("\r\n", "\n").replace("\r", "\n")
    return unescaped(_REFERENCE.sub(_character, escaped) if "&" in escaped else escaped)


def _character(match: re.Match[str]) -> str:
    decimal, hexadecimal, name = match.groups()
    if name:
        return _ENTITIES[name]
    return chr(int(hexadecimal, 16) if hexadecimal else int(decimal))


def unescaped(text: str) -> str:
    """Return text with its escaped characters (``_x000D_``) as they are (ECMA-376 part 1, 22.9.2.19).

    >>> unescaped("a_x0041_b")
    'aAb'
    """
    if "_x" not in text:
        return text
    # Half of a pair would be no character at all; it stays as it is written.
    return _ESCAPED.sub(lambda m: m[0] if 0xD800 <= int(m[1], 16) < 0xE000 else chr(int(m[1], 16)), text)


def _iso(text: str) -> date | datetime | time | str:
    for kind in (date, datetime, time):
        try:
            return kind.fromisoformat(text)
        except ValueError:
            continue
    return text


def _index(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise ValueError(text)
    return int(text)


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 10 else 0
