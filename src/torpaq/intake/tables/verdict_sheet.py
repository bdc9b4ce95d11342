"""One worksheet with two more columns: where its rows end, what is written there, and the tags that must know of it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from torpaq.intake.tables.markup import DOCUMENT_RELATIONS, MAIN
from torpaq.intake.tables.model import Refused, cell_name, column_index
from torpaq.intake.tables.splice import (
    Edit,
    Element,
    elements,
    insertion_point,
    prefix_of,
    tag_end,
    with_attribute,
    without_attribute,
    xml_text,
)

WORD_WIDTH, TEXT_WIDTH = 16, 80  # in characters
_NO_TAGS = re.compile(rb"<!--.*?-->|<!\[CDATA\[.*?\]\]>|<\?.*?\?>", re.DOTALL)
_ATTRIBUTES = rb"(?:[^<>\"']|\"[^\"]*\"|'[^']*')*"
_ROWS_BEGIN = re.compile(rb"<(?:[\w.-]+:)?sheetData\s*>")
_ROWS_END = re.compile(rb"</(?:[\w.-]+:)?sheetData\s*>")
_CELL_REFERENCE = re.compile(rb" r=\"([A-Z]+)\d+\"")
_REFERENCE = re.compile(rb"\sr\s*=\s*[\"']([A-Z]+)\d+[\"']")
_ROW_NUMBER = re.compile(rb"\sr\s*=\s*[\"'](\d{1,7})[\"']")
_BEHIND_LEGACY_DRAWING = (
    *("legacyDrawingHF", "drawingHF", "picture", "oleObjects", "controls", "AlternateContent", "webPublishItems"),
    *("tableParts", "extLst"),
)
_CORNER = re.compile(r"(?:[A-Z]{1,3}\d{1,7}:)?([A-Z]{1,3})(\d{1,7})")


@dataclass(frozen=True, slots=True)
class Written:
    """What a row gets: a word and a text, both in one cell style."""

    style: int
    word: str
    text: str


@dataclass(frozen=True, slots=True)
class SheetPlan:
    """The edits of a worksheet, and how its comments are tied to it.

    ``drawing_id`` is the relationship of a drawing of comments that is there already, empty where there is none;
    ``drawing_edit`` ties one to the sheet once it is given a relationship's id (``%s``).
    """

    edits: list[Edit]
    drawing_id: str
    drawing_edit: Edit
    is_strict: bool


def plan_sheet(data: bytes, part: str, column: int, written: Mapping[int, Written]) -> SheetPlan:
    """Return the edits that write into two columns of a worksheet and clear them in every other row.

    ``data`` is in UTF-8, ``column`` the index of the first of the two, ``written`` by row number. A row that is not
    there yet is made. Raises :class:`Refused` where the sheet is no XML.
    """
    tags = _masked(data)
    region = _rows_region(tags)
    root = elements(data, part, 2, region)
    prefix = prefix_of(data, root)
    edits = _row_edits(tags, region, prefix, column, written)
    edits += _dimension_edits(data, root, column + 1) + _column_edits(data, root, column, prefix)
    drawing = root.child("legacyDrawing")
    relations = DOCUMENT_RELATIONS[MAIN.index(root.namespace)]
    place = insertion_point(root, _BEHIND_LEGACY_DRAWING)
    tag = f'<{prefix}legacyDrawing xmlns:r="{relations}" r:id="%s"/>'.encode()
    drawing_id = drawing.attributes.get(f"{relations} id", "") if drawing else ""
    return SheetPlan(edits, drawing_id, Edit(place, place, tag), root.namespace == MAIN[1])


def _masked(data: bytes) -> bytes:
    """Return the part with blanks for comments and the like, so that every ``<`` in it begins a tag."""
    if b"<!" in data or data.find(b"<?", 1) > 0:
        return _NO_TAGS.sub(lambda match: b" " * len(match[0]), data)
    return data


def _rows_region(tags: bytes) -> tuple[int, int]:
    """Return where the rows begin and end; raises :class:`Refused` for a sheet that has none."""
    begin = _ROWS_BEGIN.search(tags)
    end = _ROWS_END.search(tags, begin.end()) if begin else None
    if begin is None or end is None:
        raise Refused("table_empty")
    return begin.end(), end.start()


def _row_edits(
    tags: bytes, region: tuple[int, int], prefix: str, column: int, written: Mapping[int, Written]
) -> list[Edit]:
    writer = _CellWriter(tags, column, prefix, written)
    opening, closing = f"<{prefix}row".encode(), f"</{prefix}row".encode()
    edits: list[Edit] = []
    number, (place, last) = 0, region
    while (start := tags.find(opening, place, last)) >= 0:
        inside = tag_end(tags, start)
        match = _ROW_NUMBER.search(tags, start, inside)
        number = int(match[1]) if match else number + 1
        edits += writer.rows_before(number, start)
        if tags[inside - 2 : inside] == b"/>":
            edits += writer.one_tag_row(number, inside)
            place = inside
        else:
            place = tags.find(closing, inside, last)
            edits += writer.row(number, start, place)
    return edits + writer.rows_before(None, last)


class _CellWriter:
    """Writes the two cells of each row that gets any, in the order of the rows."""

    def __init__(self, tags: bytes, column: int, prefix: str, written: Mapping[int, Written]) -> None:
        self.tags, self.column, self.prefix, self.written = tags, column, prefix, written
        self.waiting = sorted(written, reverse=True)
        self.cell_opening = f"<{prefix}c".encode()
        self.cell_tag = re.compile(re.escape(self.cell_opening) + rb"(?=[\s/>])" + _ATTRIBUTES + b">")

    def rows_before(self, number: int | None, place: int) -> list[Edit]:
        """Return the rows that should stand before one, or at the end, and are not there."""
        edits = []
        while self.waiting and (number is None or self.waiting[-1] < number):
            row = self.waiting.pop()
            tag = f'<{self.prefix}row r="{row}">'.encode()
            edits.append(Edit(place, place, tag + self._cells(row) + f"</{self.prefix}row>".encode()))
        return edits

    def one_tag_row(self, number: int, end: int) -> list[Edit]:
        """Return the edits of a row that is written as one tag, ``<row/>``."""
        new = self._taken(number)
        return [Edit(end - 2, end, b">" + new + f"</{self.prefix}row>".encode())] if new else []

    def row(self, number: int, start: int, end: int) -> list[Edit]:
        """Return the edits of a row: our cells behind those that are left of them, in the place of earlier ones."""
        new = self._taken(number)
        beyond = self._cells_beyond(start, end)
        if not new and not any(place <= self.column + 1 for place, _ in beyond):
            return []
        begin = beyond[0][1] if beyond else end
        stop = next((at for place, at in beyond if place > self.column + 1), end)
        return [*without_attribute(self.tags, start, "spans"), Edit(begin, stop, new)]

    def _cells_beyond(self, start: int, end: int) -> list[tuple[int, int]]:
        """Return column and start of the cells from our first column on."""
        last = self.tags.rfind(self.cell_opening, start, end)
        match = _CELL_REFERENCE.match(self.tags, last + len(self.cell_opening)) if last >= 0 else None
        if match is not None and 0 <= column_index(match[1].decode()) < self.column:
            return []  # the last cell is left of ours, and so are all
        beyond = []
        place = -1
        for found in self.cell_tag.finditer(self.tags, start, end):
            reference = _REFERENCE.search(found[0])
            place = column_index(reference[1].decode()) if reference else place + 1
            if place >= self.column:
                beyond.append((place, found.start()))
        return beyond

    def _taken(self, number: int) -> bytes:
        if self.waiting and self.waiting[-1] == number:
            return self._cells(self.waiting.pop())
        return b""

    def _cells(self, number: int) -> bytes:
        written = self.written[number]
        return self._cell(number, 0, written.style, written.word) + self._cell(number, 1, written.style, written.text)

    def _cell(self, number: int, offset: int, style: int, text: str) -> bytes:
        prefix, place = self.prefix, f'r="{cell_name(number, self.column + offset)}" s="{style}"'
        if not text:
            return f"<{prefix}c {place}/>".encode()
        # An inline string is never a formula, whatever it begins with.
        return (
            f'<{prefix}c {place} t="inlineStr"><{prefix}is><{prefix}t xml:space="preserve">'.encode()
            + xml_text(text)
            + f"</{prefix}t></{prefix}is></{prefix}c>".encode()
        )


def _dimension_edits(data: bytes, root: Element, last: int) -> list[Edit]:
    dimension = root.child("dimension")
    match = _CORNER.fullmatch(dimension.attributes.get("ref", "")) if dimension else None
    if dimension is None or match is None or column_index(match[1]) >= last:
        return []
    return with_attribute(data, dimension.start, "ref", f"A1:{cell_name(int(match[2]), last)}")


def _column_edits(data: bytes, root: Element, column: int, prefix: str) -> list[Edit]:
    """Return the edits that give the two columns their width; ranges of columns that overlap them are cut in two."""
    first, last = column + 1, column + 2  # these count from 1
    ours = "".join(
        f'<{prefix}col min="{number}" max="{number}" width="{width}" customWidth="1"/>'
        for number, width in ((first, WORD_WIDTH), (last, TEXT_WIDTH))
    ).encode()
    listed = root.child("cols")
    if listed is None:
        place = insertion_point(root, ("sheetData",))
        return [Edit(place, place, f"<{prefix}cols>".encode() + ours + f"</{prefix}cols>".encode())]
    edits = []
    following = listed.inner_end
    is_placed = False
    for element in listed.children:
        low, high = (int(element.attributes.get(key, "0") or 0) for key in ("min", "max"))
        if high < first:
            continue
        if low > last:
            following = min(following, element.start)
            continue
        tag = data[element.start : tag_end(data, element.start)]
        left = _narrowed(tag, low, first - 1) if low < first else b""
        right = _narrowed(tag, last + 1, high) if high > last else b""
        edits.append(Edit(element.start, element.start + len(tag), left + (b"" if is_placed else ours) + right))
        is_placed = True
    return edits if is_placed else [Edit(following, following, ours)]


def _narrowed(tag: bytes, low: int, high: int) -> bytes:
    edits = with_attribute(tag, 0, "min", str(low)) + with_attribute(tag, 0, "max", str(high))
    for edit in sorted(edits, reverse=True):
        tag = tag[: edit.start] + edit.new + tag[edit.end :]
    return tag
