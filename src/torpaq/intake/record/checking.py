"""Everything that can be checked of a record without a database: what is wrong, and what would be right.

Here is what follows from the form's own table: what must be answered, bounds, lists, dates. What the field's rules
ask beyond it stands in ``intake.record.rules``.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from typing import TypeAlias

from torpaq.intake.record.context import Context
from torpaq.intake.record.history import ROW_KEY
from torpaq.intake.record.record import Finding, Record, Value
from torpaq.intake.record.rules import Scope, check_rules
from torpaq.intake.record.telling import shown
from torpaq.standard.condition import is_filled
from torpaq.standard.form import GEOMETRIES, Element, ElementType, Form, load_form, versions_of
from torpaq.standard.problems import Problem, problem

MOST_DIGITS = 15
FIRST_YEAR = 1900
LONGEST = {ElementType.TEXT: 2_000, ElementType.LONG_TEXT: 20_000}
LONGEST_ID = 200
IDS = frozenset({"local_id", "area"})
ID_TYPES = (ElementType.REFERENCE, ElementType.UNIT, ElementType.ORGANISATION)
TEXTS = (ElementType.TEXT, ElementType.LONG_TEXT, *ID_TYPES)
MAY_LIE_AHEAD = frozenset(
    {"expected_end_on", "return_date", "nc_due", "valid_until", "next_inspection_on", "next_review", "replace_by"}
)
"""The elements that speak of a day to come; of any other, the future is a mistake."""

SHAPES = {
    ElementType.DATE: re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII),
    ElementType.TIME: re.compile(r"([01]\d|2[0-3]):[0-5]\d", re.ASCII),
    ElementType.DATETIME: re.compile(r"\d{4}-\d{2}-\d{2}T([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?", re.ASCII),
}
GEOMETRY_KINDS = {
    ElementType.POINT: "Point",
    ElementType.LINE: "LineString",
    ElementType.POLYGON: "MultiPolygon",
}
MISSING = {
    "evidence_direct": "cha_without_direct_evidence",
    "evidence_indirect": "sha_without_indirect_evidence",
    "achieved_depth_cm": "cleared_without_depth",
    "cancellation_criteria": "cancelled_without_criteria",
    "criteria": "released_without_criteria",
    "reduction_criteria": "released_without_criteria",
}
"""What it means that one of these is missing although its condition holds, said in the field's own words."""


Check: TypeAlias = Callable[[Element, Value, Scope], Problem | None]


@dataclass(frozen=True, slots=True)
class Level:
    """The elements asked at the top of a form, or in the rows of a repeat, each with the check of its type."""

    elements: Mapping[str, tuple[Element, Check]]
    conditional: Mapping[str, Element]
    required: tuple[Element, ...]
    repeats: tuple[str, ...]


@cache
def level_of(form: Form, repeat: str = "") -> Level:
    """Return what is asked at the top of a form, or in a row of one of its repeats."""
    asked = form.asked(repeat)
    elements = {element.code: (element, CHECKS.get(element.type, _check_shape)) for element in asked}
    required = tuple(element for element in asked if element.required)
    repeats = tuple(element.code for element in asked if element.type is ElementType.REPEAT)
    conditional = {element.code: element for element in asked if element.condition.clauses}
    return Level(elements, conditional, required, repeats)


def check_record(
    record: Record, form: Form, context: Context, unread: Collection[str] = (), each_value: bool = True
) -> list[Finding]:
    """Return everything wrong with a record's values; empty for a sound one.

    ``unread`` are the places of answers that were given but that nobody could read: they are not missing, and what
    depends on them is not judged. Without ``each_value`` the values are known to be sound each by itself
    (:func:`check_value`), as those of rows are whose cells were checked as they were read.
    """
    top = record.values
    found = _check_level(Scope(top, top, "", form, context), level_of(form), unread, each_value)
    for repeat in level_of(form).repeats:
        rows = top.get(repeat)
        if not isinstance(rows, list):
            continue
        for number, row in enumerate(rows, 1):
            if not isinstance(row, Mapping):
                continue
            own = {code: value for code, value in row.items() if code != ROW_KEY}
            scope = Scope(own, {**top, **own}, f"{repeat}[{number}].", form, context)
            found += _check_level(scope, level_of(form, repeat), unread, each_value)
    return found


def check_value(element: Element, value: Value, place: str, context: Context) -> Problem | None:
    """Return what is wrong with one value by itself: its shape, its codes, its size, its day."""
    path = place[: place.rfind(".") + 1]
    return CHECKS.get(element.type, _check_shape)(element, value, Scope({}, {}, path, context.form, context))


def _check_level(scope: Scope, level: Level, unread: Collection[str], each_value: bool) -> list[Finding]:
    own = scope.own
    found = [
        scope.finding(element.code, _missing(element, scope.path))
        for element in level.required
        if not own.get(element.code) and _is_missing(element, scope, unread)
    ]
    if each_value:
        found += _check_values(scope, level)
    for code in own:
        element = level.conditional.get(code)
        if element is not None and is_filled(own[code]) and _is_needless(element, scope, unread):
            found.append(scope.wrong(code, "answer_not_asked", when=element.condition.text))
    if any(finding.problem.code == "answer_shape" for finding in found):
        return found  # the rules rely on the shapes
    return found + check_rules(scope)


def _check_values(scope: Scope, level: Level) -> list[Finding]:
    found = []
    for code, value in scope.own.items():
        known = level.elements.get(code)
        if known is None:
            if not _was_asked(scope.form, code):
                found.append(scope.finding(code, problem("element_unknown", scope.path + code, form=scope.form.code)))
            continue
        element, check = known
        wrong = check(element, value, scope)
        if wrong:
            found.append(scope.finding(code, wrong))
    return found


def _is_missing(element: Element, scope: Scope, unread: Collection[str]) -> bool:
    if is_filled(scope.own.get(element.code)) or scope.path + element.code in unread:
        return False
    return element.condition.holds(scope.around)


@cache
def _was_asked(form: Form, code: str) -> bool:
    """Say whether another version of a form asks an element: what was answered once stays as it was."""
    versions = versions_of(form.code, form.country)
    return any(code in load_form(form.code, form.country, version).by_code for version in versions)


def _is_needless(element: Element, scope: Scope, unread: Collection[str]) -> bool:
    """Say whether an element is answered although its condition does not hold, as far as that can be judged."""
    if element.condition.holds(scope.around):
        return False
    return not any(code in unread or scope.path + code in unread for code in element.condition.elements)


def _missing(element: Element, path: str) -> Problem:
    if element.condition.clauses and element.code in MISSING:
        return problem(MISSING[element.code], path + element.code)
    return problem("answer_missing", path + element.code)


def _check_code(element: Element, value: Value, scope: Scope) -> Problem | None:
    codes = scope.form.lists[element.list]
    if isinstance(value, str):
        return None if value in codes else _unknown_code(element, value, scope)
    return _shape_problem(element, scope)


def _check_codes(element: Element, value: Value, scope: Scope) -> Problem | None:
    codes = scope.form.lists[element.list]
    if not isinstance(value, list) or not all(isinstance(code, str) for code in value):
        return _shape_problem(element, scope)
    for code in value:
        if code not in codes:
            return _unknown_code(element, code, scope)
    if len(set(value)) < len(value):
        return problem("code_repeated", scope.path + element.code, value=", ".join(value))
    return None


def _unknown_code(element: Element, code: str, scope: Scope) -> Problem:
    choices = choices_told(scope.form.lists[element.list])
    return problem("code_unknown", scope.path + element.code, value=code[:60], choices=choices)


def _shape_problem(element: Element, scope: Scope) -> Problem:
    return problem("answer_shape", scope.path + element.code, type=element.type.value)


def choices_told(codes: Mapping[str, object], most: int = 12) -> str:
    """Return codes parted by commas, the first ones of a long list.

    >>> choices_told(dict.fromkeys("abcd"), most=3)
    'a, b, c, …'
    """
    listed = list(codes)
    return ", ".join([*listed[:most], *(["…"] if len(listed) > most else [])])


def _check_text(element: Element, value: Value, scope: Scope) -> Problem | None:
    if not isinstance(value, str):
        return _shape_problem(element, scope)
    place = scope.path + element.code
    is_id = element.type in ID_TYPES or element.code in IDS
    most = LONGEST_ID if is_id else LONGEST[element.type]
    if len(value) > most:
        return problem("answer_too_long", place, length=len(value), most=most)
    if element.type is ElementType.UNIT and value not in scope.context.country.units:
        return problem("unit_unknown", place, text=value)
    return problem("answer_characters", place) if "\x00" in value else None


def _check_number(element: Element, value: Value, scope: Scope) -> Problem | None:
    kinds = int if element.type is ElementType.INTEGER else int | float
    if isinstance(value, bool) or not isinstance(value, kinds) or not math.isfinite(value):
        return _shape_problem(element, scope)
    return bounds_problem(element, value, scope.path + element.code)


def bounds_problem(element: Element, value: int | float, place: str) -> Problem | None:
    """Return what is wrong with a number's size, or None; bounds are in the element's unit."""
    least, most = _bounds(element.least, element.most)
    if value < least:
        return problem("answer_too_small", place, value=value, least=str(element.least), unit=element.unit)
    if value > most:
        return problem("answer_too_large", place, value=value, most=str(element.most), unit=element.unit)
    if abs(value) >= 10**MOST_DIGITS:
        return problem("answer_too_large", place, value=value, most=f"1e{MOST_DIGITS}", unit=element.unit)
    return None


@cache
def _bounds(least: Decimal | None, most: Decimal | None) -> tuple[float, float]:
    return -math.inf if least is None else float(least), math.inf if most is None else float(most)


def _check_time(element: Element, value: Value, scope: Scope) -> Problem | None:
    if not isinstance(value, str) or not SHAPES[element.type].fullmatch(value):
        return _shape_problem(element, scope)
    if element.type is ElementType.TIME:
        return None
    try:
        day = date.fromisoformat(value[:10])
    except ValueError:
        return _shape_problem(element, scope)
    place, today = scope.path + element.code, scope.context.today
    if day > today and element.code not in MAY_LIE_AHEAD:
        return problem("answer_in_future", place, value=shown(element, value[:10]), today=today.isoformat())
    if day.year < FIRST_YEAR:
        return problem("date_too_early", place, value=shown(element, value[:10]), year=FIRST_YEAR)
    return None


def _check_shape(element: Element, value: Value, scope: Scope) -> Problem | None:
    return None if _has_shape(element, value) else _shape_problem(element, scope)


def _has_shape(element: Element, value: Value) -> bool:
    if element.type is ElementType.REPEAT:
        return isinstance(value, list) and all(isinstance(row, Mapping) for row in value)
    if not isinstance(value, Mapping):
        return False
    if element.type in GEOMETRIES:
        is_written = element.type is not ElementType.POLYGON or isinstance(value.get("written"), str)
        is_drawn = isinstance(value.get("coordinates"), list)
        return value.get("type") == GEOMETRY_KINDS[element.type] and is_drawn and is_written
    return isinstance(value.get("name"), str) and isinstance(value.get("sha256"), str)


CHECKS: Mapping[ElementType, Check] = {
    ElementType.CODE: _check_code,
    ElementType.CODES: _check_codes,
    ElementType.INTEGER: _check_number,
    ElementType.DECIMAL: _check_number,
    **dict.fromkeys(TEXTS, _check_text),
    **dict.fromkeys(SHAPES, _check_time),
}
"""How the values of each type are checked; of any other type, their shape alone."""
