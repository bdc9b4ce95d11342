"""One column's cells become answers: the habits of the column are found once, and an answer read before is kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time
from fractions import Fraction
from typing import NamedTuple

from torpaq.intake.batches.mapfile import MapFile
from torpaq.intake.batches.targets import Part, Target
from torpaq.intake.record.answers import Answer, Asked, Habits
from torpaq.intake.record.checking import check_value
from torpaq.intake.record.context import Context
from torpaq.intake.record.geometry import read_pair, read_pair_of_texts
from torpaq.intake.record.measures import M2, Measure, measure_of, part_unit
from torpaq.intake.record.reading import answer_of, read_answer
from torpaq.intake.record.record import Value
from torpaq.intake.tables import cells as cell_readings
from torpaq.intake.tables.model import Cell, Column, Table, is_blank
from torpaq.standard.form import NUMBERS, Element, ElementType
from torpaq.standard.problems import Problem, Severity, problem

KEPT_ANSWERS = 4_000
"""Of one column: code words come again and again, coordinates never; a cache of those would only fill the memory."""

DATES = (ElementType.DATE, ElementType.DATETIME)


class Read(NamedTuple):
    """An answer as rows need it: the value or None, errors and warnings, notes, and whether it was interpreted."""

    value: Value | None
    troubles: tuple[Problem, ...]
    notes: tuple[Problem, ...]
    is_guess: bool


BLANK = Read(None, (), (), False)


@dataclass(slots=True)
class Source:
    """Where the answer at one place comes from: a column, or the columns of a point's parts.

    ``column`` is the heading that a finding names; ``index`` that of the one column, None where there are several.
    """

    target: Target
    element: Element
    context: Context
    habits: Habits
    indexes: Mapping[Part, int]
    column: str
    index: int | None
    kept: dict[tuple[type, Cell], Read] = field(default_factory=dict)

    def read(self, cells: Sequence[Cell]) -> Read:
        """Return the answer that a row gives."""
        if self.index is None:
            return self._as_read(self._point(cells))
        cell = cells[self.index]
        if cell is None:
            return BLANK
        key = (cell.__class__, cell)
        found = self.kept.get(key)
        if found is None:
            found = self._as_read(read_answer(self.element, cell, self.context, self.target.place, self.habits))
            if len(self.kept) < KEPT_ANSWERS:
                self.kept[key] = found
        return found

    def _as_read(self, answer: Answer) -> Read:
        """Return an answer with what is wrong with its value as well: checked once for all cells that say the same."""
        value, problems, hows = answer
        wrong = check_value(self.element, value, self.target.place, self.context) if value is not None else None
        if not problems and wrong is None:
            return Read(value, (), (), False)
        troubles = [found for found in problems if found.severity is not Severity.NOTE]
        notes = tuple(found for found in problems if found.severity is Severity.NOTE)
        return Read(value, tuple([*troubles, wrong] if wrong else troubles), notes, bool(hows))

    def _point(self, cells: Sequence[Cell]) -> Answer:
        """Read a point out of its parts; a part without the other is a problem."""
        parts = {part: cells[index] for part, index in self.indexes.items()}
        filled = {part: cell for part, cell in parts.items() if not is_blank(cell)}
        place = self.target.place
        if not filled or set(filled) == {Part.ZONE}:
            return Answer(None, [], [])
        if len([part for part in filled if part is not Part.ZONE]) < 2:
            missing = ", ".join(part.value for part in parts if part not in filled)
            return Answer(None, [problem("point_part_missing", place, part=missing)], [])
        if Part.LAT in filled:
            return self._degrees(filled[Part.LAT], filled[Part.LON])
        northing = filled.get(Part.NORTHING, filled.get(Part.Y))
        easting = filled.get(Part.EASTING, filled.get(Part.X))
        words = [parts.get(Part.ZONE), easting, northing] if Part.EASTING in filled else [northing, easting]
        return self._text(" ".join(cell_readings.as_text(word)[0] for word in words if not is_blank(word)))

    def _degrees(self, lat: Cell, lon: Cell) -> Answer:
        """Read latitude and longitude: plain numbers as they stand, anything else in its own notation."""
        place, extent = self.target.place, self.context.extent
        if isinstance(lat, float) and isinstance(lon, float):
            words = [f"{lat:.15g}", f"{lon:.15g}"]
            found = read_pair(float(words[0]), float(words[1]), " ".join(words), extent, place)
            return Answer(found.value, found.problems, [])
        words = [cell_readings.as_text(cell)[0] for cell in (lat, lon)]
        asked = Asked(self.element, " ".join(words), self.context, place, self.habits)
        numbers = [cell_readings.as_number(cell, _mark_of_degrees(cell)) for cell in (lat, lon)]
        (lat_number, _, _), (lon_number, _, _) = numbers
        if lat_number is None or lon_number is None:
            return answer_of(read_pair_of_texts(words[0], words[1], extent, place), asked)
        found = read_pair(float(lat_number), float(lon_number), " ".join(words), extent, place)
        hows = dict.fromkeys(name for _, how, _ in numbers for name in how.split())
        return asked.took(found.value, " ".join(hows)) if found.value else Answer(None, found.problems, [])

    def _text(self, typed: str) -> Answer:
        return read_answer(self.element, typed, self.context, self.target.place, self.habits)


def sources_of(
    table: Table, targets: Mapping[int, Target], map_file: MapFile, context: Context, is_1904: bool
) -> list[Source]:
    """Return where each answer of a row comes from, in the order of the columns."""
    columns = {column.index: column for column in table.columns}
    by_place: dict[str, dict[Part, int]] = {}
    for index, target in sorted(targets.items()):
        by_place.setdefault(target.place, {})[target.part] = index
    sources = []
    for indexes in by_place.values():
        target = targets[next(iter(indexes.values()))]
        element = target.element_of(context.form)
        headings = [columns[index].heading or columns[index].letter for index in indexes.values()]
        column = " + ".join(headings)
        habits = _habits(table, [columns[index] for index in indexes.values()], target, element, column, is_1904)
        words = map_file.words_for(element)
        if words:
            habits = Habits(habits.mark, habits.order, habits.unit, habits.stated, is_1904, column, words)
        sources.append(Source(target, element, context, habits, indexes, column, indexes.get(Part.WHOLE)))
    return sources


def _habits(
    table: Table, columns: Sequence[Column], target: Target, element: Element, heading: str, is_1904: bool
) -> Habits:
    """Return how a column is written, as far as its own cells prove it."""
    texts = [cell for column in columns for row in table.rows if isinstance(cell := row.cells[column.index], str)]
    mark = order = stated = ""
    unit: Measure | None = None
    if element.type in NUMBERS or target.part:
        mark = cell_readings.decimal_mark_of(texts)
    if element.type in DATES:
        order = cell_readings.day_order_of(texts)
    if element.type in NUMBERS and element.unit:
        stated = target.unit or _common_unit(table, columns[0], element)
        unit = _measure(stated, element) if target.unit else None
    return Habits(mark, order, unit, stated, is_1904, heading)


def _common_unit(table: Table, column: Column, element: Element) -> str:
    """Return the unit that every cell of a column writes behind its number; else the unit that the form asks for."""
    found = ""
    for row in table.rows:
        cell = row.cells[column.index]
        if cell is None:
            continue
        if not isinstance(cell, str):
            return element.unit
        written = cell_readings.area_unit_of(cell) if element.unit == M2 else _unit_behind(cell, element)
        if not written or (found and written != found):
            return element.unit
        found = written
    return found or element.unit


def _unit_behind(cell: str, element: Element) -> str:
    _, measure = part_unit(cell, element.unit)
    return measure.unit if measure else ""


def _measure(unit: str, element: Element) -> Measure | None:
    if element.unit == M2:
        size = cell_readings.M2_IN_UNIT.get(unit)
        return Measure(unit, Fraction(size)) if size is not None else None
    return measure_of(unit, element.unit)


def _mark_of_degrees(cell: Cell) -> str:
    """Return the decimal mark of a cell with degrees, of which nobody has a thousand."""
    return "," if isinstance(cell, str) and "," in cell else "."


def cell_told(cell: Cell | Sequence[Cell]) -> str:
    """Return what stands in a cell, or in several, as text."""
    if isinstance(cell, Sequence) and not isinstance(cell, str):
        return " ".join(cell_told(one) for one in cell if one is not None)
    return cell.isoformat() if isinstance(cell, date | time) else "" if cell is None else str(cell)
