"""Cells become dates and times: in the order day, month, year where it is certain, and asked about where it is not.

Readings are (value, how, problem) as in :mod:`torpaq.intake.tables.amounts`.
"""

import re
import unicodedata
from collections.abc import Iterable
from datetime import date, datetime, time

from torpaq.intake.tables.formats import from_serial
from torpaq.intake.tables.model import Cell
from torpaq.standard.text import fold_name

FIRST_YEAR, LAST_YEAR = 1900, 2100
FIRST_SERIAL_YEAR = 1980  # an earlier serial is more likely another number that stands in the wrong column

DAY_FIRST, MONTH_FIRST = "day", "month"

DateReading = tuple[date | None, str, str | None]
TimeReading = tuple[time | None, str, str | None]

_MONTHS = (
    "yanvar yan january jan январь января янв",
    "fevral fev february feb февраль февраля фев",
    "mart mar march март марта мар",
    "aprel apr april апрель апреля апр",
    "may май мая",
    "iyun june jun июнь июня июн",
    "iyul july jul июль июля июл",
    "avqust avq august aug август августа авг",
    "sentyabr sen september sep sept сентябрь сентября сен сент",
    "oktyabr okt october oct октябрь октября окт",
    "noyabr noy november nov ноябрь ноября ноя нояб",
    "dekabr dek december dec декабрь декабря дек",
)
_MONTH_OF = {fold_name(word): month for month, words in enumerate(_MONTHS, 1) for word in words.split()}
_YEAR_WORDS = frozenset(fold_name(word) for word in ("il", "ili", "ilin", "ci", "cı", "cu", "cü", "г", "год", "года"))
_ORDINAL = re.compile(r"(\d{1,2})(?:st|nd|rd|th)")

_DAY_CLOCK = re.compile(r"(.*?\d)(?:T| |, )(\d{1,2}:\d{2}(?::\d{2})?(?:\.\d+)?)\s*(?:Z|[+-]\d{2}:?\d{2})?", re.ASCII)
_YEAR_FIRST = re.compile(r"(\d{4})([-./])(\d{1,2})\2(\d{1,2})\.?", re.ASCII)
_YEAR_LAST = re.compile(r"(\d{1,2})([-./])(\d{1,2})\2(\d{4}|\d{2})", re.ASCII)
_COMPACT = re.compile(r"(19|20|21)(\d{2})(\d{2})(\d{2})", re.ASCII)
_YEAR_TAIL = re.compile(r"(?<=\d{4})(?:\s*г(?:\.|ода?)?|\s+il|-c[iıuü] il\w*|\.)$", re.IGNORECASE)
_CLOCK = re.compile(r"(\d{1,2})[:.](\d{2})(?::(\d{2}))?(?:\.\d+)?\s*([ap])?\.?(?(4)m\.?)", re.ASCII | re.IGNORECASE)


def as_date(cell: Cell, order: str = "", is_1904: bool = False) -> DateReading:
    """Read a day.

    Points part day, month and year in that order; slashes and hyphens are read where only one order is possible,
    otherwise ``order`` (:data:`DAY_FIRST` or :data:`MONTH_FIRST`, from :func:`day_order_of` or a person) decides, and
    without it the problem is ``date_day_month_unclear``. A number is a serial of days where it gives a day from 1980
    to 2100. Years of two digits and days that no calendar has are problems.

    >>> as_date("05.03.2024"), as_date("03/04/2024")[2], as_date("29.02.2023")[2]
    ((datetime.date(2024, 3, 5), 'text_date', None), 'date_day_month_unclear', 'date_impossible')
    >>> as_date(45356)
    (datetime.date(2024, 3, 5), 'serial_date', None)
    """
    if cell is None:
        return None, "", None
    if isinstance(cell, datetime):
        return _within_years(cell.date(), "time_dropped" if cell.time() != time.min else "")
    if isinstance(cell, date):
        return _within_years(cell, "")
    if isinstance(cell, bool | time):
        return None, "", "cell_not_a_date"
    if isinstance(cell, int | float):
        return _date_of_number(cell, is_1904)
    return _date_in_text(cell, order)


def as_time(cell: Cell) -> TimeReading:
    """Read a time of day, to the second.

    >>> as_time("9.30 pm"), as_time(0.25)
    ((datetime.time(21, 30), 'clock_12', None), (datetime.time(6, 0), 'serial_time', None))
    """
    if cell is None:
        return None, "", None
    if isinstance(cell, datetime):
        return cell.time().replace(microsecond=0), "date_dropped", None
    if isinstance(cell, time):
        return cell.replace(microsecond=0, tzinfo=None), "", None
    if isinstance(cell, float) and 0 <= cell < 1:
        moment = from_serial(cell, False)
        return (moment.replace(microsecond=0), "serial_time", None) if isinstance(moment, time) else _no_time()
    if isinstance(cell, str):
        return _time_in_text(_plain(cell))
    return _no_time()


def day_order_of(cells: Iterable[Cell]) -> str:
    """Return the order that a column's texts prove, :data:`DAY_FIRST` or :data:`MONTH_FIRST`; empty for none or both.

    >>> day_order_of(["03/04/2024", "25/04/2024"]), day_order_of(["03/04/2024"])
    ('day', '')
    """
    proved = set()
    for cell in cells:
        match = _YEAR_LAST.fullmatch(_plain(cell)) if isinstance(cell, str) else None
        if match and match[2] != ".":
            first, second = int(match[1]), int(match[3])
            if first > 12 >= second:
                proved.add(DAY_FIRST)
            elif second > 12 >= first:
                proved.add(MONTH_FIRST)
    return proved.pop() if len(proved) == 1 else ""


def _date_of_number(number: int | float, is_1904: bool) -> DateReading:
    if isinstance(number, int) and FIRST_YEAR <= number <= LAST_YEAR:
        return None, "", "date_is_year"
    compact = _COMPACT.fullmatch(str(number)) if isinstance(number, int) else None
    if compact:
        return _day(int(compact[1] + compact[2]), int(compact[3]), int(compact[4]), "compact_date")
    moment = from_serial(number, is_1904)
    if not isinstance(moment, date) or not FIRST_SERIAL_YEAR <= moment.year <= LAST_YEAR:
        return None, "", "cell_not_a_date"
    if isinstance(moment, datetime):
        return moment.date(), "serial_date time_dropped", None
    return moment, "serial_date", None


def _date_in_text(cell: str, order: str) -> DateReading:
    text = _plain(cell).removeprefix("'")
    if not text:
        return None, "", None
    clock = _DAY_CLOCK.fullmatch(text)
    if clock:
        found, how, wrong = _day_in_text(clock[1], order)
        at_midnight = re.fullmatch(r"[0:.]+", clock[2]) is not None
        return found, how if found is None or at_midnight else f"{how} time_dropped".strip(), wrong
    return _day_in_text(_YEAR_TAIL.sub("", text), order)


def _day_in_text(text: str, order: str) -> DateReading:
    if match := _YEAR_FIRST.fullmatch(text):
        is_iso = match[2] == "-" and len(text) == 10
        return _day(int(match[1]), int(match[3]), int(match[4]), "" if is_iso else "text_date")
    if match := _YEAR_LAST.fullmatch(text):
        if len(match[4]) == 2:
            return None, "", "date_short_year"
        return _day_month(int(match[1]), int(match[3]), int(match[4]), order if match[2] != "." else DAY_FIRST)
    if re.fullmatch(r"\d{4,8}", text, re.ASCII):
        return _date_of_number(int(text), False)
    return _named_month(text)


def _day_month(first: int, second: int, year: int, order: str) -> DateReading:
    if not order and first <= 12 and second <= 12 and first != second:
        return None, "", "date_day_month_unclear"
    if order == MONTH_FIRST or (not order and second > 12 >= first):
        return _day(year, first, second, "month_first")
    return _day(year, second, first, "text_date")


def _named_month(text: str) -> DateReading:
    words = [word for word in fold_name(_ORDINAL.sub(r"\1", text)).split() if word not in _YEAR_WORDS]
    months = [_MONTH_OF[word] for word in words if word in _MONTH_OF]
    numbers = [word for word in words if word.isascii() and word.isdigit()]
    if len(words) != 3 or len(months) != 1 or len(numbers) != 2:
        return None, "", "cell_not_a_date"
    year, day = (numbers[0], numbers[1]) if len(numbers[0]) == 4 else (numbers[1], numbers[0])
    if len(year) == 2 and len(day) <= 2:
        return None, "", "date_short_year"
    if len(year) != 4 or len(day) > 2:
        return None, "", "cell_not_a_date"
    return _day(int(year), months[0], int(day), "month_name")


def _day(year: int, month: int, day: int, how: str) -> DateReading:
    try:
        found = date(year, month, day)
    except ValueError:
        return None, "", "date_impossible"
    return _within_years(found, how)


def _within_years(found: date, how: str) -> DateReading:
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        return None, "", "date_impossible"
    return found, how, None


def _time_in_text(text: str) -> TimeReading:
    if not text:
        return None, "", None
    match = _CLOCK.fullmatch(text)
    if not match:
        return _no_time()
    hour, minute, second = int(match[1]), int(match[2]), int(match[3] or 0)
    half = (match[4] or "").lower()
    if half:
        if not 1 <= hour <= 12:
            return _no_time()
        hour = hour % 12 + (12 if half == "p" else 0)
    try:
        return time(hour, minute, second), "clock_12" if half else "", None
    except ValueError:
        return _no_time()


def _no_time() -> TimeReading:
    return None, "", "cell_not_a_time"


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).split())
