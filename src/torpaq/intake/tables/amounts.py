"""Cells become numbers and areas: what people type is read where it has one meaning, and asked about where it has two.

Every reading is (value, how, problem): ``how`` names what was interpreted, blank-separated, and is empty for a cell
that plainly holds the value; ``problem`` is the code of a problem with the parameters ``column`` and ``value``, or
None. A blank cell is ``(None, "", None)``.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import date, time
from decimal import Decimal
from types import MappingProxyType

from torpaq.intake.tables.model import Cell

# Square metres in a unit. A dunam is 1,000 m² in one country and 919.3 or 2,500 in others, so it has no number.
M2_IN_UNIT: Mapping[str, Decimal] = MappingProxyType(
    {"m2": Decimal(1), "sot": Decimal(100), "ha": Decimal(10_000), "km2": Decimal(1_000_000)}
)
UNCLEAR_UNIT = "dunam"

_LETTER = "a-zа-яёəğıöüçş"
_UNIT_WORDS = {
    "m2": r"m\^?2|sq\.? ?m|sqm|square met(?:re|er)s?|kv\.? ?m|kvadrat ?metr|м\^?2|кв\.? ?м|квадратн\w+ метр\w*",
    "km2": r"km\^?2|sq\.? ?km|square kilomet(?:re|er)s?|kv\.? ?km|kvadrat ?kilometr|км\^?2|кв\.? ?км",
    "ha": r"ha|hectares?|hektar|га|гектар\w*",
    "sot": r"sot|сотк\w+|соток",
    "dunam": r"d[uö]n[ua]m?s?|dunams?|dönüm|дунам\w*",
}
_UNITS = {
    unit: re.compile(rf"(?<![{_LETTER}])(?:{words})(?![{_LETTER}0-9])", re.IGNORECASE)
    for unit, words in _UNIT_WORDS.items()
}
_WRITTEN = re.compile(r"([+-]?)(\d[\d.,' ]*?)\s*([^\d\s.,'].*)?", re.ASCII)
_EXPONENT = re.compile(r"[+-]?\d+(?:[.,]\d+)?[eE][+-]?\d+", re.ASCII)
_GROUPED = re.compile(r"\d{1,3}(?:[ ']\d{3})+", re.ASCII)
_SIGNS = str.maketrans({"−": "-", "–": "-", "’": "'", "‘": "'", "`": "'"})

NumberReading = tuple[Decimal | None, str, str | None]
IntegerReading = tuple[int | None, str, str | None]


def as_number(cell: Cell, mark: str = "") -> NumberReading:
    """Read a number as it is written, its unit not applied; ``how`` says ``unit_ha`` and the like.

    ``mark`` is the decimal mark of the cell's column where :func:`decimal_mark_of` or a person told it. Without it
    ``1,234`` and ``1.234`` in text are the problem ``number_mark_unclear``, for each may be a thousand or a bit over
    one. A float has the 15 digits that spreadsheets keep.

    >>> as_number("2,5 ha")
    (Decimal('2.5'), 'decimal_comma unit_ha', None)
    >>> as_number("1.234")[2], as_number("1.234", mark=",")[0]
    ('number_mark_unclear', Decimal('1234'))
    """
    if cell is None:
        return None, "", None
    if isinstance(cell, bool):
        return None, "", "cell_not_a_number"
    if isinstance(cell, int):
        return Decimal(cell), "", None
    if isinstance(cell, float):
        return Decimal(f"{cell:.15g}"), "", None
    if isinstance(cell, date | time):
        return None, "", "cell_is_a_date"
    return _number_in_text(cell, mark)


def as_integer(cell: Cell, mark: str = "") -> IntegerReading:
    """Read a whole number; a fraction is the problem ``number_not_whole``. See :func:`as_number`.

    >>> as_integer("12 000"), as_integer(2.5)
    ((12000, 'thousands', None), (None, '', 'number_not_whole'))
    """
    value, how, wrong = as_number(cell, mark)
    if value is None:
        return None, how, wrong
    if value != value.to_integral_value():
        return None, how, "number_not_whole"
    return int(value), how, None


def area_unit_of(text: Cell) -> str:
    """Return the one unit of area that a heading or cell names: m2, sot, ha, km2 or dunam; empty for none or several.

    >>> [area_unit_of(text) for text in ("Sahə (m²)", "Площадь, га", "area_km2", "m2 / ha", "Mahal", "5 dunam")]
    ['m2', 'ha', 'km2', '', '', 'dunam']
    """
    if not isinstance(text, str):
        return ""
    plain = " ".join(unicodedata.normalize("NFKC", text).replace("_", " ").split())
    found = [unit for unit, pattern in _UNITS.items() if pattern.search(plain)]
    return found[0] if len(found) == 1 else ""


def in_m2(number: Decimal, unit: str) -> Decimal:
    """Return an area in m²; raises ``KeyError`` for a unit that has no one size.

    >>> in_m2(Decimal("2.5"), "ha")
    Decimal('25000.0')
    """
    return number * M2_IN_UNIT[unit]


def decimal_mark_of(cells: Iterable[Cell]) -> str:
    """Return the decimal mark that a column's texts prove, ``.`` or ``,``; empty for no proof or for both.

    >>> decimal_mark_of(["1,234", "17,5"]), decimal_mark_of(["1,234"]), decimal_mark_of(["1,5", "1.5"])
    (',', '', '')
    """
    proved: set[str] = set()
    for cell in cells:
        if isinstance(cell, str) and ("," in cell or "." in cell):
            match = _WRITTEN.fullmatch(_plain(cell))
            if match:
                proved.add(_decimal_mark(match[2].strip()))
    proved -= {"", "?"}
    return proved.pop() if len(proved) == 1 else ""


def _number_in_text(text: str, mark: str) -> NumberReading:
    plain = _plain(text)
    if not plain:
        return None, "", None
    bare = plain.removeprefix("'")
    how = ["apostrophe"] if bare != plain else []
    match = _WRITTEN.fullmatch(bare)
    if match is None or _EXPONENT.fullmatch(bare):
        return None, "", "number_in_exponent" if match else "cell_not_a_number"
    digits, unit = match[2].strip(), _unit_alone(match[3])
    found = _decimal_mark(digits)
    if found == "?":
        found = mark if mark in digits else ""
    value = _value(digits, found)
    if unit == UNCLEAR_UNIT:
        return None, "", "area_unit_unclear"
    if value is None or unit is None:
        return None, "", "cell_not_a_number"
    if _decimal_mark(digits) == "?" and not mark:
        return None, "", "number_mark_unclear"
    if found == ",":
        how.append("decimal_comma")
    if re.search(r"[' ]", digits) or digits.count(".") + digits.count(",") > bool(found):
        how.append("thousands")
    if unit:
        how.append(f"unit_{unit}")
    return -value if match[1] == "-" else value, " ".join(how), None


def _decimal_mark(digits: str) -> str:
    """Return the mark that parts the fraction, empty where there is none, ``?`` where it may part thousands."""
    points, commas = digits.count("."), digits.count(",")
    if points and commas:
        return "." if digits.rindex(".") > digits.rindex(",") else ","
    if points + commas != 1:
        return ""
    mark = "." if points else ","
    whole, _, fraction = digits.partition(mark)
    may_be_thousands = len(fraction) == 3 and re.fullmatch(r"[1-9]\d{0,2}", whole)
    return "?" if may_be_thousands else mark


def _value(digits: str, mark: str) -> Decimal | None:
    whole, _, fraction = digits.partition(mark) if mark else (digits, "", "")
    if mark and not re.fullmatch(r"\d+", fraction):
        return None
    separators = set(re.findall(r"[^\d]", whole))
    if separators:
        grouped = whole.replace(separators.pop(), " ")
        if separators or not _GROUPED.fullmatch(grouped):
            return None
        whole = grouped.replace(" ", "")
    return Decimal(f"{whole}.{fraction}" if fraction else whole)


def _unit_alone(text: str | None) -> str | None:
    """Return the unit of area that the text behind a number is, empty for no text, None for any other text."""
    if not text:
        return ""
    unit = area_unit_of(text)
    return unit if unit and _UNITS[unit].fullmatch(text.strip(" ().")) else None


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).translate(_SIGNS).split())
