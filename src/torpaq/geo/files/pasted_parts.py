"""What the readers of pasted text hand each other: rows of cells, how each line was read, and what came of it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from torpaq.geo.coordinates.notation import Explanation, Extent
from torpaq.geo.files.pasted_words import Column, header_columns
from torpaq.geo.shape import Shape
from torpaq.geo.traverse.legs import Leg
from torpaq.geo.traverse.solution import Traverse, traverse_as_json
from torpaq.standard.problems import Problem

Place = tuple[float, float]

MOST_LINES, LONGEST_LINE, MOST_CELLS = 1_000, 500, 16


class LineKind(StrEnum):
    """How a line was read."""

    BLANK = "blank"
    REMARK = "remark"
    HEADING = "heading"
    HEADER = "header"
    POINT = "point"
    LEG = "leg"
    ASKED = "asked"
    UNREAD = "unread"


class PastedKind(StrEnum):
    """What the whole text is."""

    POINTS = "points"
    LEGS = "legs"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class PastedLine:
    """One line as pasted, numbered from 1, and what was made of it: a point with its name and role, or a leg."""

    number: int
    typed: str
    read_as: LineKind
    name: str = ""
    role: str = ""
    lonlat: Place | None = None
    explanation: Explanation | None = None
    leg: Leg | None = None

    def as_json(self) -> dict[str, object]:
        """Return the stable keys line, typed, read_as, name, role, lonlat, explanation, bearing_deg and distance."""
        return {
            "line": self.number,
            "typed": self.typed,
            "read_as": self.read_as.value,
            "name": self.name,
            "role": self.role,
            "lonlat": list(self.lonlat) if self.lonlat else None,
            "explanation": self.explanation.as_json() if self.explanation else None,
            "bearing_deg": self.leg.bearing_deg if self.leg else None,
            "distance": self.leg.distance if self.leg else None,
        }


@dataclass(frozen=True, slots=True)
class PastedShape:
    """What a pasted text says. ``text`` and ``lines`` keep it as it was.

    ``ring`` is the boundary, (lon, lat) in WGS 84 degrees, not closed, empty where there is none; ``point`` the one
    place where there is only one; ``shape`` the checked polygon. ``traverse`` is solved legs, with their misclosure.
    """

    text: str
    kind: PastedKind
    lines: tuple[PastedLine, ...]
    ring: tuple[Place, ...] = ()
    point: Place | None = None
    shape: Shape | None = None
    traverse: Traverse | None = None

    @property
    def points(self) -> tuple[PastedLine, ...]:
        """The lines that are points, in their order, whatever their roles."""
        return tuple(line for line in self.lines if line.read_as is LineKind.POINT)

    def as_json(self) -> dict[str, object]:
        """Return the stable keys text, kind, lines, ring, point and traverse, to keep beside the polygon."""
        return {
            "text": self.text,
            "kind": self.kind.value,
            "lines": [line.as_json() for line in self.lines],
            "ring": [list(place) for place in self.ring],
            "point": list(self.point) if self.point else None,
            "traverse": traverse_as_json(self.traverse) if self.traverse else None,
        }


@dataclass(slots=True)
class Row:
    """A line cut into cells, and how it was read as far as that is known."""

    number: int
    typed: str
    cells: list[str]
    read_as: LineKind | None = None


@dataclass(slots=True)
class Sheet:
    """A pasted text cut up: its rows, the separator of its cells, what ``#`` lines say, what stands in headings."""

    rows: list[Row]
    separator: str
    remarks: dict[str, str] = field(default_factory=dict)
    remark_lines: dict[str, int] = field(default_factory=dict)
    columns: list[Column | None] = field(default_factory=list)
    headings: str = ""
    header: list[str] = field(default_factory=list)

    @property
    def open_rows(self) -> list[Row]:
        """The rows that are still to be read."""
        return [row for row in self.rows if row.read_as is None]


@dataclass(slots=True)
class Outcome:
    """What a reader made of a sheet, line by line."""

    lines: dict[int, PastedLine] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


REMARK = re.compile(r"\s*#\s*([a-z_0-9]+)\s+(\S.*)")
RULE = re.compile(r"[\s|:+=_-]+")
NO_DATA = re.compile(
    r"(?:wgs|sk|ск|ck)[\s-]*(?:19)?(?:84|42)|epsg\s*:?\s*\d+|utm\W*\d+\s?[a-z]?\b|(?:zone|zona|зона)\W*\d+\s?[a-z]?\b"
    r"|[^\W\d_]+[-–/]\d+|\b\d{1,2}\.\d{1,2}\.(?:19|20)\d{2}\b|\b\d{4}-\d{2}-\d{2}\b",
    re.IGNORECASE,
)
"""What holds numbers but no data: datums, zones, numbers of documents, dates."""

MGRS_LIKE = re.compile(r"\b\d{1,2}\s?[C-X]\s?[A-Z]{2}\s?\d", re.IGNORECASE)
NUMBER = re.compile(r"\d+(?:[.,]\d+)?")
DECIMAL_OR_DEGREES = re.compile(r"\d[.,]\d|\d\s?[°º˚]")
PARTS = {"\t": re.compile(r"\t"), "|": re.compile(r"\|"), ";": re.compile(r";"), "  ": re.compile(r"\s{2,}")}


def cut(text: str) -> Sheet:
    """Cut a text into rows and cells, and set apart blank lines, remarks, headings and the header."""
    lines = text.replace("\ufeff", "").replace("\x00", "").splitlines()
    separator = _separator([line for line in lines if line.strip() and not REMARK.fullmatch(line)])
    sheet = Sheet([Row(number, line, _cells(line, separator)) for number, line in enumerate(lines, 1)], separator)
    for row in sheet.rows:
        match = REMARK.fullmatch(row.typed)
        if match:
            row.read_as = LineKind.REMARK
            sheet.remarks[match[1]], sheet.remark_lines[match[1]] = match[2].strip(), row.number
        elif not row.typed.strip() or RULE.fullmatch(row.typed):
            row.read_as = LineKind.BLANK
    _set_headings_apart(sheet)
    return sheet


def _separator(lines: Sequence[str]) -> str:
    """Return what parts the cells in at least half of the lines, empty where nothing does."""
    for mark, pattern in PARTS.items():
        if lines and 2 * sum(bool(pattern.search(line.strip())) for line in lines) >= len(lines):
            return mark
    counts = {line.count(",") for line in lines if holds_data(line)}
    if len(counts) == 1 and counts.pop() > 1 and any(re.search(r"\d\.\d", line) for line in lines):
        return ","  # with decimal points a comma is none
    return ""


def _cells(line: str, separator: str) -> list[str]:
    if not separator:
        return [line.strip()] if line.strip() else []
    inner = line.strip().strip("|") if separator == "|" else line.strip(" \r\n")
    cells = [cell.strip() for cell in (PARTS[separator].split(inner) if separator in PARTS else inner.split(separator))]
    while cells and not cells[-1]:
        cells.pop()
    return cells


def holds_data(text: str) -> bool:
    """Say whether a line has two numbers, a decimal one or degrees that are no part of a title, or a grid reference."""
    rest = NO_DATA.sub(" ", text)
    return bool(MGRS_LIKE.search(text) or DECIMAL_OR_DEGREES.search(rest)) or len(NUMBER.findall(rest)) >= 2


def _set_headings_apart(sheet: Sheet) -> None:
    """Mark the header, which names columns, and lines of words only; behind the first data any digit is data."""
    headings = []
    seen_data = False
    for row in sheet.open_rows:
        if holds_data(row.typed) or (seen_data and NUMBER.search(row.typed)):
            seen_data = True
            continue
        columns = header_columns(row.cells)
        if not sheet.columns and sum(column is not None for column in columns) >= 2:
            sheet.columns, sheet.header = columns, row.cells
            row.read_as = LineKind.HEADER
        elif not sheet.separator and not sheet.columns and _names_columns(row):
            _cut_by_blanks(sheet, row)
        else:
            row.read_as = LineKind.HEADING
        headings.append(row.typed)
    sheet.headings = "\n".join(headings)


def _names_columns(row: Row) -> bool:
    words = row.typed.split()
    return len(words) >= 2 and all(header_columns(words))


def _cut_by_blanks(sheet: Sheet, header: Row) -> None:
    """Cut all rows at blanks, where a header of single words names each of as many cells."""
    header.read_as = LineKind.HEADER
    words = header.typed.split()
    rows = [row for row in sheet.open_rows if holds_data(row.typed)]
    if rows and all(len(row.typed.split()) == len(words) for row in rows):
        sheet.separator, sheet.columns, sheet.header = " ", header_columns(words), words
        for row in rows:
            row.cells = row.typed.split()


def extent_of(extent: tuple[float, float, float, float] | None) -> Extent | None:
    """Return a country's box as the coordinate reader takes it."""
    return Extent(*extent) if extent else None
