"""What a cell's number format makes of its number: a day, a time, a duration, a percentage, an area with its unit."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import Enum, auto
from functools import lru_cache

from torpaq.intake.tables.amounts import area_unit_of
from torpaq.intake.tables.markup import names, parse


class Shown(Enum):
    """How a number is shown."""

    NUMBER = auto()
    DATE = auto()
    DURATION = auto()
    PERCENT = auto()
    UNIT = auto()


@dataclass(frozen=True, slots=True)
class NumberFormat:
    """How a number is shown, and the unit of area that its format writes beside it, if any."""

    shown: Shown
    unit: str = ""


PLAIN = NumberFormat(Shown.NUMBER)
# The formats that have no code in the file (ECMA-376 part 1, 18.8.30), the East Asian dates among them.
BUILT_IN = {
    9: "0%",
    10: "0.00%",
    46: "[h]:mm:ss",
    **dict.fromkeys([*range(14, 23), *range(27, 37), 45, 47, *range(50, 59)], "d"),
}
DAY_ZERO, DAY_ZERO_1904 = datetime(1899, 12, 30), datetime(1904, 1, 1)
LAST_SERIAL = 2_958_466  # the day after 31 December 9999
_LITERAL = re.compile(r'"([^"]*)"')
_UNSHOWN = re.compile(r'"[^"]*"|\\.|[_*].|\[\$[^\]]*\]')
_CONDITION = re.compile(r"\[(?![hms]+\])[^\]]*\]", re.IGNORECASE)


def read_formats(chunks: Iterable[bytes], part: str) -> list[NumberFormat]:
    """Return the number format of each cell style, in the order in which cells name them."""
    codes: dict[int, str] = dict(BUILT_IN)
    styles: list[int] = []
    inside = False
    local = names("numFmt", "cellXfs", "xf")

    def start(element: str, attributes: dict[str, str]) -> None:
        nonlocal inside
        name = local.get(element)
        if name == "numFmt":
            codes[_number(attributes.get("numFmtId"))] = attributes.get("formatCode", "")
        elif name == "cellXfs":
            inside = True
        elif name == "xf" and inside:
            styles.append(_number(attributes.get("numFmtId")))

    def end(element: str) -> None:
        nonlocal inside
        inside = inside and local.get(element) != "cellXfs"

    parse(chunks, part, start, end)
    known: dict[int, NumberFormat] = {}
    return [known.setdefault(style, number_format(codes.get(style, ""))) for style in styles]


def number_format(code: str) -> NumberFormat:
    """Return what a format code shows.

    >>> [number_format(code).shown.name for code in ("0.00", "dd.mm.yyyy", "[h]:mm", "0%", '0.0" ha"', "[Red]0")]
    ['NUMBER', 'DATE', 'DURATION', 'PERCENT', 'UNIT', 'NUMBER']
    >>> number_format('0.0" ha"').unit
    'ha'
    """
    first, _, _ = code.partition(";")
    plain = _CONDITION.sub("", _UNSHOWN.sub("", first)).lower()
    if re.search(r"\[[hms]+\]", plain):
        return NumberFormat(Shown.DURATION)
    if "general" not in plain and re.search(r"[dmyhs]", plain):
        return NumberFormat(Shown.DATE)
    if "%" in plain:
        return NumberFormat(Shown.PERCENT)
    unit = area_unit_of(" ".join(_LITERAL.findall(first)))
    return NumberFormat(Shown.UNIT, unit) if unit else PLAIN


@lru_cache(maxsize=10_000)
def from_serial(serial: float, is_1904: bool) -> date | datetime | time | None:
    """Return the day, moment or time of day that a serial number of days stands for; None for what is none.

    A whole number is a day, a fraction below 1 a time of day. Spreadsheets count a 29 February 1900 that never was
    (serial 60), so that the days before it are one off; that day itself is None.
    """
    if not 0 <= serial < LAST_SERIAL or (serial == 60 and not is_1904):
        return None
    zero = DAY_ZERO_1904 if is_1904 else DAY_ZERO
    if serial < 60 and not is_1904:
        zero += timedelta(days=1)
    days = int(serial)
    milliseconds = round((serial - days) * 86_400_000)
    try:
        moment = zero + timedelta(days=days, milliseconds=milliseconds)
    except OverflowError:  # the 1904 count reaches past the year 9999
        return None
    if serial < 1:
        return moment.time()
    return moment if milliseconds else moment.date()


def duration_text(days: float) -> str:
    """Return a duration as its cell shows it.

    >>> duration_text(1.5), duration_text(-0.25)
    ('36:00:00', '-6:00:00')
    """
    seconds = round(abs(days) * 86_400)
    sign = "-" if days < 0 else ""
    return f"{sign}{seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else 0
