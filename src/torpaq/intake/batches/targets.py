"""Where a column of a table leads: an element of the form, in which row of a repeat, and which part of a point.

A target is written as a path::

    reported_area_m2        finds[2].category        benchmark.lat        finds[1].place.mgrs
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from torpaq.standard.form import Element, ElementType, Form

PATH = re.compile(r"(?:([a-z][a-z0-9_]*)\[([1-9]\d{0,2})\]\.)?([a-z][a-z0-9_]*)(?:\.([a-z]+))?", re.ASCII)
MOST_ROWS = 200
"""Of a repeat in one row of a table: a table with more is not in the wide form."""


class Part(StrEnum):
    """Which part of a point a column holds, where several columns make one point."""

    WHOLE = ""
    LAT = "lat"
    LON = "lon"
    X = "x"
    Y = "y"
    ZONE = "zone"
    EASTING = "easting"
    NORTHING = "northing"


class How(StrEnum):
    """How a column was matched: by what the table or a person says, or by which words of its heading."""

    CODE_ROW = "code_row"
    MAP = "map"
    CODE = "code"
    LABEL = "label"
    ALIAS = "alias"
    REMEMBERED = "remembered"
    GEOMETRY = "geometry"


@dataclass(frozen=True, slots=True)
class Target:
    """An element that a column holds. ``row`` counts the rows of ``repeat`` from 1; both are empty at the top.

    ``unit`` is the unit that the heading or the format of the cells names, empty where they name none.
    """

    element: str
    repeat: str = ""
    row: int = 0
    part: Part = Part.WHOLE
    unit: str = ""
    how: How = How.CODE

    @property
    def place(self) -> str:
        """The path without the part: what the answer is called in a record."""
        return f"{self.repeat}[{self.row}].{self.element}" if self.repeat else self.element

    @property
    def path(self) -> str:
        """The target as a path."""
        return f"{self.place}.{self.part}" if self.part else self.place

    def element_of(self, form: Form) -> Element:
        """Return the element itself."""
        return form.by_code[self.element]


def read_target(path: str, form: Form, how: How) -> Target | None:
    """Return the target that a path names in a form, None where the form has no such element.

    An element of a repeat without a row is meant in the first; a part is there only of a point, and never of a file.
    """
    match = PATH.fullmatch(path.strip())
    if match is None or match[3] not in form.by_code:
        return None
    element = form.by_code[match[3]]
    repeat = form.repeat_of(element)
    if (match[1] and match[1] != repeat) or element.type in (ElementType.SECTION, ElementType.REPEAT):
        return None
    if match[4] and (element.type is not ElementType.POINT or match[4] not in tuple(Part)):
        return None
    row = int(match[2] or 1) if repeat else 0
    return Target(element.code, repeat, row, Part(match[4] or ""), how=how) if row <= MOST_ROWS else None
