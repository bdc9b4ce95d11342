"""The XML of a worksheet as plain text of one shape, so that a few regular expressions can read it quickly.

Nearly every programme writes worksheets in this shape::

    <sheetData><row r="2"><c r="A2" s="1" t="s"><v>0</v></c><c r="B2"><f>A2*2</f><v>4.5</v></c></row></sheetData>

Such text is passed on as it is (:func:`as_written`) while the parser checks that it is well-formed and holds neither
comments nor CDATA, so that every ``<`` in it begins a tag. Any other worksheet, with a prefix to its names, in UTF-16,
with cells that leave their place to be counted, is written anew in this shape (:func:`rewritten`), which takes three
times as long.
"""

import codecs
from collections.abc import Iterable, Iterator
from xml.sax.saxutils import escape

from torpaq.intake.tables.markup import MAIN, defended_parser, names, steps
from torpaq.intake.tables.model import LONGEST_CELL, Refused, column_index, column_letter

ROOT = f'<worksheet xmlns="{MAIN[0]}">'
_ELEMENTS = names("sheetData", "row", "c", "v", "f", "t", "rPh", "cols", "col", "mergeCells", "mergeCell")
_AS_THEY_ARE = frozenset({"sheetData", "row", "cols", "col", "mergeCells", "mergeCell"})
_KEPT = frozenset({"r", "hidden", "min", "max", "ref"})


class NotPlain(Exception):  # noqa: N818  # nothing is wrong: the sheet is only written in another way
    """Says that a worksheet does not have the one shape."""


def as_written(chunks: Iterable[bytes], part: str) -> Iterator[str]:
    """Yield a worksheet's text as it stands, once the parser has passed it; raises :class:`NotPlain`."""
    parser = defended_parser(part)

    def not_plain(*_: object) -> None:
        raise NotPlain

    parser.CommentHandler = not_plain
    parser.ProcessingInstructionHandler = not_plain
    parser.StartCdataSectionHandler = not_plain
    decoder = codecs.getincrementaldecoder("utf-8-sig")()
    for chunk in steps(parser, chunks, part):
        try:
            text = decoder.decode(chunk)
        except UnicodeDecodeError:  # another encoding, which the parser knows how to read
            raise NotPlain from None
        yield text


def rewritten(chunks: Iterable[bytes], part: str) -> Iterator[str]:
    """Yield the cells, the columns' properties and the merged ranges of a worksheet in the one shape."""
    writer = _Writer(part)
    parser = defended_parser(part)
    parser.StartElementHandler = writer.start
    parser.EndElementHandler = writer.end
    parser.CharacterDataHandler = writer.text
    yield ROOT
    for _ in steps(parser, chunks, part):
        yield writer.take()
    yield writer.take() + "</worksheet>"


class _Writer:
    """Writes what the parser tells; a row or cell without its name gets that of the place it stands in."""

    def __init__(self, part: str) -> None:
        self.part = part
        self.written: list[str] = []
        self.row = 0
        self.column = -1
        self.opening = self.kind = ""
        self.has_formula = self.is_phonetic = self.collecting = False
        self.value: list[str] | None = None
        self.length = 0

    def take(self) -> str:
        """Return what was written since it was last taken."""
        text = "".join(self.written)
        self.written.clear()
        return text

    def start(self, element: str, attributes: dict[str, str]) -> None:
        """Take in the beginning of an element."""
        name = _ELEMENTS.get(element, "")
        if name == "c":
            self._start_cell(attributes)
        elif name == "v" or (name == "t" and not self.is_phonetic):
            self.collecting = True
            self.value = self.value or []
        elif name == "f":
            self.has_formula = True
        elif name == "rPh":
            self.is_phonetic = True
        elif name == "row":
            self.row = self._number(attributes["r"]) if "r" in attributes else self.row + 1
            self.column = -1
            self._open(name, attributes | {"r": str(self.row)})
        elif name in _AS_THEY_ARE:
            self._open(name, attributes)

    def end(self, element: str) -> None:
        """Take in the end of an element."""
        name = _ELEMENTS.get(element, "")
        self.collecting = False
        if name == "c":
            self._end_cell()
        elif name == "rPh":
            self.is_phonetic = False
        elif name in _AS_THEY_ARE:
            self.written.append(f"</{name}>")

    def text(self, data: str) -> None:
        """Take in a piece of text."""
        if self.collecting and self.value is not None:
            self.value.append(data)
            self.length += len(data)
            if self.length > 4 * LONGEST_CELL:
                raise Refused("workbook_unsafe", detail=f"endless text in {self.part}"[:80])

    def _open(self, name: str, attributes: dict[str, str]) -> None:
        kept = "".join(f' {key}="{_quoted(value)}"' for key, value in attributes.items() if key in _KEPT)
        self.written.append(f"<{name}{kept}>")

    def _start_cell(self, attributes: dict[str, str]) -> None:
        self.value, self.length, self.has_formula = None, 0, False
        self.kind = attributes.get("t", "")
        reference = attributes.get("r")
        if reference is None:
            self.column += 1
            reference = f"{column_letter(self.column)}{self.row}"
        else:
            self.column = column_index(reference.rstrip("0123456789"))
        rest = "".join(f' {key}="{_quoted(attributes[key])}"' for key in ("s", "t") if key in attributes)
        self.written.append(f'<c r="{_quoted(reference)}"{rest}>')

    def _end_cell(self) -> None:
        formula = "<f></f>" if self.has_formula else ""
        value = ""
        if self.value is not None:
            text = escape("".join(self.value))
            value = f"<is><t>{text}</t></is>" if self.kind == "inlineStr" else f"<v>{text}</v>"
        self.written.append(f"{formula}{value}</c>")

    def _number(self, text: str) -> int:
        if text.isascii() and text.isdigit() and len(text) < 10:
            return int(text)
        raise Refused("workbook_damaged", detail=f"{self.part}: row {text}"[:80])


def _quoted(text: str) -> str:
    return escape(text, {'"': "&quot;"})
