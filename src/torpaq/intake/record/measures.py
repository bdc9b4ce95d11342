"""The units in which people write lengths, times and counts, and what they are in the unit that a form asks for."""

import re
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from functools import cache
from types import MappingProxyType
from typing import NamedTuple

from torpaq.standard.tables import STANDARD, read_table
from torpaq.standard.text import fold_name

M2 = "m2"
DIGITS = 15
NUMBER_AND_WORD = re.compile(r"(.*\d)\s*([^\d\s.,'][^\d]*)")
SIGNS = MappingProxyType({"°": "deg", "%": "percent", "°C": "celsius", "℃": "celsius"})


class Measure(NamedTuple):
    """A unit and what one of it is in the unit asked for."""

    unit: str
    factor: Fraction


def measure_of(word: str, target: str) -> Measure | None:
    """Return the unit that a word names, among those in which ``target`` may be written; None for any other.

    >>> measure_of("мм", "cm"), measure_of("kg", "cm")
    (Measure(unit='mm', factor=Fraction(1, 10)), None)
    """
    word = word.strip(" ().[]")
    known = _measures().get(target, {})
    return known.get(SIGNS.get(word) or fold_name(word)) if word else None


def part_unit(text: str, target: str) -> tuple[str, Measure | None]:
    """Part a number from the unit behind it: ``12 cm`` → ``12`` and centimetres; any other text stays whole."""
    match = NUMBER_AND_WORD.fullmatch(text.strip())
    measure = measure_of(match[2], target) if match else None
    return (match[1], measure) if match and measure else (text, None)


def converted(number: Decimal, factor: Fraction) -> Decimal:
    """Return a number in the unit asked for, to 15 digits.

    >>> converted(Decimal(90), Fraction(1, 60))
    Decimal('1.5')
    """
    exact = Fraction(number) * factor
    return Decimal(f"{Decimal(exact.numerator) / Decimal(exact.denominator):.{DIGITS}g}")


@cache
def _measures() -> Mapping[str, Mapping[str, Measure]]:
    found: dict[str, dict[str, Measure]] = {}
    for row in read_table(STANDARD / "measures.csv"):
        measure = Measure(row["unit"], Fraction(row["factor"]))
        words = [row["unit"], *row["words"].split(";")]
        found.setdefault(row["target"], {}).update({fold_name(word): measure for word in words})
    return found
