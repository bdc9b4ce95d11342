"""Answers as people type them and cells hold them become typed values: leniently, and with a word about each reading.

What can be read in one way is read, and what was interpreted on the way is a note; what can be read in two ways, or in
none, is a problem that says what to write. The shapes of values stand in ``intake.record.record``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType

from torpaq.intake.record.answers import NO_HABITS, NOTHING, Answer, Asked, Habits
from torpaq.intake.record.checking import bounds_problem
from torpaq.intake.record.context import Context, context_in
from torpaq.intake.record.geometry import Place, read_line, read_point, read_polygon
from torpaq.intake.record.history import ROW_KEY
from torpaq.intake.record.measures import M2, Measure, converted, part_unit
from torpaq.intake.record.reading_codes import read_code, read_codes
from torpaq.intake.record.record import Finding, Value
from torpaq.intake.record.telling import shown, told
from torpaq.intake.tables import cells
from torpaq.standard.condition import is_filled
from torpaq.standard.form import Element, ElementType
from torpaq.standard.problems import problem
from torpaq.standard.text import fold_name

__all__ = ["NO_HABITS", "Answer", "Context", "Habits", "context_in", "read_answer", "read_answers"]

MOMENT = re.compile(r"(.*\d)(?:T|,\s*|\s+)(\d{1,2}[:.]\d{2}.*)", re.DOTALL)


def read_answer(element: Element, raw: object, context: Context, place: str = "", habits: Habits = NO_HABITS) -> Answer:
    """Read one answer; a blank one is no value and no problem.

    ``raw`` is what was typed, or a cell's text, number, day or truth value; geometry may also be GeoJSON as a mapping.
    ``place`` is the element's place in the record (``finds[2].depth_cm``), which is what the problems speak of. None of
    the problems is an error where there is a value.
    """
    place = place or element.code
    if not is_filled(raw) or (isinstance(raw, str) and not raw.strip()):
        return NOTHING
    read = READERS.get(element.type)
    if read is None:
        return Answer(None, [problem("answer_not_in_a_cell", place, type=element.type.value)], [])
    return read(Asked(element, raw, context, place, habits))


def read_answers(raw: Mapping[str, object], context: Context) -> tuple[dict[str, Value], list[Finding]]:
    """Read all answers of a form, those of repeats as lists of mappings.

    Blank answers are not there, nor are the rows of a repeat without any. Elements that the form lacks, and answers
    that nobody could read, are findings; so are the notes.
    """
    asked = {element.code: element for element in context.form.asked()}
    values: dict[str, Value] = {}
    findings: list[Finding] = []
    for code, answer in raw.items():
        element = asked.get(code)
        if element is None:
            findings.append(_unknown(code, answer, context.form.code))
        elif element.type is ElementType.REPEAT:
            rows = _read_rows(element, answer, context, findings)
            values.update({code: rows} if rows else {})
        else:
            _take(element, answer, context, code, values, findings)
    return values, findings


def _read_rows(element: Element, raw: object, context: Context, findings: list[Finding]) -> list[Value]:
    rows: list[Value] = []
    if not isinstance(raw, Sequence) or isinstance(raw, str):
        if is_filled(raw):
            wrong = problem("answer_shape", element.code, type="repeat")
            findings.append(Finding(0, "", element.code, told(raw), wrong))
        return rows
    asked = {child.code: child for child in context.form.asked(element.code)}
    for given in raw:
        path = f"{element.code}[{len(rows) + 1}]."
        row: dict[str, Value] = {}
        for code, answer in given.items() if isinstance(given, Mapping) else ():
            if code in asked:
                _take(asked[code], answer, context, path + code, row, findings)
            elif code == ROW_KEY and isinstance(answer, str):
                row[ROW_KEY] = answer
            else:
                findings.append(_unknown(path + code, answer, context.form.code))
        if row.keys() - {ROW_KEY}:
            rows.append(row)
    return rows


def _take(
    element: Element, raw: object, context: Context, place: str, values: dict[str, Value], findings: list[Finding]
) -> None:
    if element.type is ElementType.FILE and isinstance(raw, Mapping) and raw:
        values[element.code] = dict(raw)  # a file that is kept already; checking looks at its shape
        return
    answer = read_answer(element, raw, context, place)
    if answer.value is not None:
        values[element.code] = answer.value
    findings += [Finding(0, "", place, shown(element, raw), found) for found in answer.problems]


def _unknown(place: str, raw: object, form: str) -> Finding:
    return Finding(0, "", place, shown(None, raw), problem("element_unknown", place, form=form))


def _text(asked: Asked) -> Answer:
    value, how, _ = cells.as_text(asked.cell)
    return asked.took(value or None, how)


def _long_text(asked: Asked) -> Answer:
    """Read text whose paragraphs stay paragraphs."""
    if not isinstance(asked.raw, str):
        return _text(asked)
    lines = [cells.as_text(line) for line in asked.raw.splitlines()]
    hows = dict.fromkeys(name for _, how, _ in lines for name in how.split())
    return asked.took("\n".join(text for text, _, _ in lines).strip() or None, " ".join(hows))


def _number(asked: Asked) -> Answer:
    """Read a number in its own unit, that of its column, or the unit asked for, and give it in the unit asked for."""
    element, cell = asked.element, asked.cell
    measure = None
    if isinstance(cell, str) and element.unit != M2:
        cell, measure = part_unit(cell, element.unit)
    number, how, wrong = cells.as_number(cell, asked.habits.mark)
    hows = [name for name in how.split() if not name.startswith("unit_")]
    area_unit = next((name.removeprefix("unit_") for name in how.split() if name.startswith("unit_")), "")
    if number is None or wrong or (area_unit and element.unit != M2):
        return asked.refused(wrong or "cell_not_a_number")
    if area_unit:
        measure = Measure(area_unit, Fraction(cells.M2_IN_UNIT[area_unit]))
    measure = measure or asked.habits.unit
    is_converted = measure is not None and measure.factor != 1
    if measure is not None and is_converted:
        number = converted(number, measure.factor)
    if element.type is ElementType.INTEGER and number != number.to_integral_value():
        return asked.refused("number_not_whole")
    value = _as_json(number)
    outside = bounds_problem(element, value, asked.place)
    if outside:
        return Answer(None, [outside], [])
    problems = asked.took(value, " ".join(hows)).problems
    written_in = measure.unit if measure else element.unit
    if measure is not None and is_converted:
        given = {"value": told(asked.raw), "read": value, "unit": element.unit, "given": written_in}
        problems = [*problems, asked.problem("unit_converted", **given)]
        hows.append(f"unit_{written_in}")
    stated = asked.habits.stated
    if stated and written_in != stated:
        problems = [
            *problems,
            asked.problem("unit_unlike_column", value=told(asked.raw), given=written_in, stated=stated),
        ]
    return Answer(value, problems, hows)


def _as_json(number: Decimal) -> int | float:
    return int(number) if number == number.to_integral_value() else float(number)


def _date(asked: Asked) -> Answer:
    day, how, wrong = cells.as_date(asked.cell, asked.habits.order, asked.habits.is_1904)
    if day is None or wrong:
        return asked.refused(wrong or "cell_not_a_date")
    return asked.took(day.isoformat(), how)


def _time(asked: Asked) -> Answer:
    clock, how, wrong = cells.as_time(asked.cell)
    if clock is None or wrong:
        return asked.refused(wrong or "cell_not_a_time")
    return asked.took(clock.strftime("%H:%M"), how)


def _datetime(asked: Asked) -> Answer:
    """Read a day and a time of day; a day alone is taken with midnight, and warned of."""
    cell = asked.cell
    if isinstance(cell, datetime):
        return Answer(cell.strftime("%Y-%m-%dT%H:%M"), [], [])
    match = MOMENT.fullmatch(cell.strip()) if isinstance(cell, str) else None
    day = _date(_part(asked, match[1] if match else cell))
    if day.value is None:
        return day
    if not match:
        midnight = asked.problem("time_not_given", day=str(day.value))
        return Answer(f"{day.value}T00:00", [*day.problems, midnight], day.hows)
    clock = _time(_part(asked, match[2].removesuffix("Z")))
    if clock.value is None:
        return clock
    return Answer(f"{day.value}T{clock.value}", day.problems + clock.problems, day.hows + clock.hows)


def _part(asked: Asked, raw: object) -> Asked:
    return Asked(asked.element, raw, asked.context, asked.place, asked.habits)


def _point(asked: Asked) -> Answer:
    return answer_of(read_point(asked.raw, asked.context.extent, asked.place), asked)


def _line(asked: Asked) -> Answer:
    return answer_of(read_line(asked.raw, asked.context.extent, asked.place), asked)


def _polygon(asked: Asked) -> Answer:
    return answer_of(
        read_polygon(asked.raw, asked.context.crs, asked.context.extent, asked.context.today, asked.place), asked
    )


def answer_of(found: Place, asked: Asked) -> Answer:
    """Return a place read as an answer, with a note where it was interpreted."""
    original = found.value.get("original") if found.how and isinstance(found.value, Mapping) else None
    if not isinstance(original, Mapping):
        return Answer(found.value, found.problems, [])
    note = asked.read_as(str(original.get("typed", "")), str(original.get("normalised", "")))
    return Answer(found.value, [*found.problems, note], [found.how])


def _unit(asked: Asked) -> Answer:
    """Read an administrative unit: its code, its name in any language, or a known spelling."""
    word = asked.word
    own = asked.habits.words.get(fold_name(word))
    unit, problems = asked.context.country.resolve_unit(own or word, None, asked.place)
    if unit is None:
        return Answer(None, problems, [])
    names = {fold_name(name) for name in (unit.code, *unit.names.values())}
    if own or fold_name(word) in names:
        return Answer(unit.code, problems, [])
    return Answer(unit.code, [*problems, asked.read_as(word, unit.code)], ["alias"])


def _id(asked: Asked) -> Answer:
    """Read a reference or an organisation: its id, as it stands but for blanks around it."""
    word = asked.word
    return Answer(asked.habits.words.get(fold_name(word), word) or None, [], [])


READERS: Mapping[ElementType, Callable[[Asked], Answer]] = MappingProxyType(
    {
        ElementType.TEXT: _text,
        ElementType.LONG_TEXT: _long_text,
        ElementType.CODE: read_code,
        ElementType.CODES: read_codes,
        ElementType.INTEGER: _number,
        ElementType.DECIMAL: _number,
        ElementType.DATE: _date,
        ElementType.TIME: _time,
        ElementType.DATETIME: _datetime,
        ElementType.POINT: _point,
        ElementType.LINE: _line,
        ElementType.POLYGON: _polygon,
        ElementType.REFERENCE: _id,
        ElementType.UNIT: _unit,
        ElementType.ORGANISATION: _id,
    }
)
