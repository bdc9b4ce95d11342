"""What a raw cell holds, asked for by kind: ``as_number``, ``as_integer``, ``as_date``, ``as_time``, ``as_text``.

Each returns (value, how, problem). ``how`` names everything that was interpreted, blank-separated; :func:`notes`
makes notes of it. ``problem`` is the code of a problem that :func:`trouble` makes, or None. A blank cell is no
problem here: whether a value is needed is the form's to say.
"""

import re
import unicodedata
from datetime import date, time

from torpaq.intake.tables.amounts import (
    M2_IN_UNIT,
    IntegerReading,
    NumberReading,
    area_unit_of,
    as_integer,
    as_number,
    decimal_mark_of,
    in_m2,
)
from torpaq.intake.tables.dates import DAY_FIRST, MONTH_FIRST, DateReading, TimeReading, as_date, as_time, day_order_of
from torpaq.intake.tables.model import Cell
from torpaq.standard.problems import Problem, problem

__all__ = [
    "DAY_FIRST",
    "M2_IN_UNIT",
    "MONTH_FIRST",
    "DateReading",
    "IntegerReading",
    "NumberReading",
    "TextReading",
    "TimeReading",
    "area_unit_of",
    "as_date",
    "as_integer",
    "as_number",
    "as_text",
    "as_time",
    "day_order_of",
    "decimal_mark_of",
    "in_m2",
    "notes",
    "trouble",
]

TextReading = tuple[str, str, str | None]

LONGEST_SHOWN = 60  # characters of a cell that a sentence repeats
# Controls but for blanks and line ends, marks of direction, blanks of no width, halves of pairs, and no characters.
_UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff\ud800-\udfff"
    "\ufffe\uffff]"
)


def as_text(cell: Cell) -> TextReading:
    r"""Read text: composed (NFC), without signs that nobody sees, blanks and line ends single, none at the ends.

    An apostrophe that begins the cell and stands alone is the mark by which spreadsheets keep text from being
    anything else, and goes. A number, day or truth value becomes what its cell most likely shows, and ``how`` says so.

    >>> as_text(" Ağdam\u00a0 rayonu"), as_text(12.0)
    (('Ağdam rayonu', 'blanks', None), ('12', 'number_as_text', None))
    """
    if cell is None:
        return "", "", None
    if isinstance(cell, bool):
        return str(cell).lower(), "truth_as_text", None
    if isinstance(cell, int):
        return str(cell), "number_as_text", None
    if isinstance(cell, float):
        return f"{cell:.15g}", "number_as_text", None
    if isinstance(cell, date | time):
        return cell.isoformat(), "date_as_text", None
    return _tidied(cell)


def notes(how: str, subject: str, column: str, cell: Cell, read: object) -> list[Problem]:
    """Return a note for each thing that was interpreted in a cell; ``read`` is the value it was read as."""
    return [
        problem(
            "read_unit" if code.startswith("unit_") else f"read_{code}",
            subject,
            column=column,
            value=_shown(cell),
            read=f"{read} {code.removeprefix('unit_')}" if code.startswith("unit_") else str(read),
        )
        for code in how.split()
    ]


def trouble(code: str, subject: str, column: str, cell: Cell) -> Problem:
    """Return the problem of a reading that has one."""
    return problem(code, subject, column=column, value=_shown(cell))


def _tidied(text: str) -> TextReading:
    how = []
    seen = _UNSEEN.sub("", text)
    if seen != text:
        how.append("controls")
    if seen.startswith("'") and seen.count("'") == 1:
        seen = seen[1:]
        how.append("apostrophe")
    composed = unicodedata.normalize("NFC", seen)
    if composed != seen:
        how.append("composed")
    single = " ".join(composed.split())
    if single != composed:
        how.append("blanks")
    return single, " ".join(how), None


def _shown(cell: Cell) -> str:
    text = cell.isoformat() if isinstance(cell, date | time) else str(cell)
    return text if len(text) <= LONGEST_SHOWN else text[: LONGEST_SHOWN - 1] + "…"
