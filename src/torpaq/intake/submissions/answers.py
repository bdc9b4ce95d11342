"""One answer as a phone wrote it becomes a record's value, strictly, or a problem that says what would be right.

A phone's times carry seconds and a zone; a record keeps the time of day where it was taken, to the minute.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from types import MappingProxyType

from torpaq.intake.record.record import Value
from torpaq.intake.submissions.places import NUMBER, read_geopoint, read_geoshape, read_geotrace
from torpaq.standard.form import Element, ElementType, Form
from torpaq.standard.problems import Problem, problem

MOST = 10**15
"""Numbers have at most fifteen digits: more than that no other program keeps."""

LONGEST_QUOTE = 200
LONGEST_FILE_NAME = 255
DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
TIME = re.compile(r"((?:[01]\d|2[0-3]):[0-5]\d)(?::[0-5]\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d(?::?\d\d)?)?", re.ASCII)
WHOLE = re.compile(r"-?\d{1,15}", re.ASCII)
UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
FOLDERS = frozenset("/\\\n\t")
RIGHT = {
    ElementType.INTEGER: "12",
    ElementType.DECIMAL: "12.5",
    ElementType.DATE: "2026-05-31",
    ElementType.TIME: "08:30",
    ElementType.DATETIME: "2026-05-31T08:30",
    ElementType.POINT: "39.8265 46.75 0 4.5",
    ElementType.LINE: "39.82 46.75 0 4.5;39.83 46.75 0 4.5",
    ElementType.POLYGON: "39.82 46.75 0 0;39.83 46.75 0 0;39.83 46.76 0 0;39.82 46.75 0 0",
    ElementType.CODES: "manual dog",
    ElementType.FILE: "photo.jpg",
}

Answer = tuple[Value | None, list[Problem]]
"""A value, or None with the problem; None without a problem where nothing was said."""


def answer_of_text(element: Element, text: str, form: Form, place: str) -> Answer:
    """Read what a phone wrote for an element; ``place`` names it in the problem. Blank text says nothing."""
    written = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    if not written:
        return None, []
    value = _value(element, written, form)
    return (value, []) if value is not None else (None, [unreadable(element, written, place)])


def unreadable(element: Element, raw: object, place: str) -> Problem:
    """Return the problem of an answer that is not of its element's type."""
    right = RIGHT.get(element.type, "abc")
    return problem("answer_unreadable", place, value=quoted(raw), type=element.type.value, right=right)


def quoted(raw: object) -> str:
    """Return what was sent as a problem quotes it: short, and with nothing that a database cannot keep."""
    return UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", str(raw)[:LONGEST_QUOTE])


def is_file_name(name: str) -> bool:
    """Say whether it is the name of a file in no folder."""
    return 0 < len(name) <= LONGEST_FILE_NAME and not UNPRINTABLE.search(name) and not FOLDERS & set(name)


def in_order(codes: Iterable[str], element: Element, form: Form) -> list[Value]:
    """Return codes in the order of their list, none twice; those that the list lacks last, for checking to refuse."""
    places = {code: number for number, code in enumerate(form.lists[element.list])}
    return [*sorted(dict.fromkeys(codes), key=lambda code: places.get(code, len(places)))]


def _value(element: Element, text: str, form: Form) -> Value | None:
    if UNPRINTABLE.search(text):
        return None
    if element.type is ElementType.CODES:
        return in_order(text.split(), element, form)
    return _READERS[element.type](text) if element.type in _READERS else text


def _day(text: str) -> str | None:
    return text if DATE.fullmatch(text) and _is_day(text) else None


def _time(text: str) -> str | None:
    match = TIME.fullmatch(text)
    return match[1] if match else None


def _moment(text: str) -> str | None:
    day, _, time = text.partition("T")
    return f"{day}T{_time(time)}" if _day(day) and _time(time) else None


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _decimal(text: str) -> int | float | None:
    digits = re.sub(r"[eE].*|\D", "", text).lstrip("0")
    if not NUMBER.fullmatch(text) or len(digits) > len(str(MOST)) - 1:
        return None
    value = int(text) if WHOLE.fullmatch(text) else float(text)
    return value if abs(value) < MOST else None


def _integer(text: str) -> int | None:
    return int(text) if WHOLE.fullmatch(text) else None


def _file(text: str) -> Value | None:
    return {"name": text} if is_file_name(text) else None


_READERS: Mapping[ElementType, Callable[[str], Value | None]] = MappingProxyType(
    {
        ElementType.INTEGER: _integer,
        ElementType.DECIMAL: _decimal,
        ElementType.DATE: _day,
        ElementType.TIME: _time,
        ElementType.DATETIME: _moment,
        ElementType.POINT: read_geopoint,
        ElementType.LINE: read_geotrace,
        ElementType.POLYGON: read_geoshape,
        ElementType.FILE: _file,
    }
)
