"""What the readers of answers hand each other: the question as it was put, how a column is written, the answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time
from typing import NamedTuple, TypeAlias

from torpaq.intake.record.context import Context
from torpaq.intake.record.measures import Measure
from torpaq.intake.record.record import Value
from torpaq.intake.record.telling import HIDDEN, is_secret
from torpaq.intake.tables import cells
from torpaq.standard.form import Element
from torpaq.standard.problems import Parameter, Problem, problem

Cell: TypeAlias = "str | int | float | bool | date | time | None"
LONGEST_SHOWN = 60


class Answer(NamedTuple):
    """A value or None; what is wrong and what was interpreted; the names of the interpretations, none twice."""

    value: Value | None
    problems: list[Problem]
    hows: list[str]


NOTHING = Answer(None, [], [])


@dataclass(frozen=True, slots=True)
class Habits:
    """How the cells of one column are written: what one cell alone would leave open.

    ``mark`` is the decimal mark, ``order`` that of day and month, ``unit`` the unit of bare numbers where the heading
    or the format of the cells names one (ha, mm …), ``stated`` the unit of the column, so that a cell in another one
    stands out; ``words`` a person's own words for codes by their search key, ``column`` the heading as sentences
    repeat it.
    """

    mark: str = ""
    order: str = ""
    unit: Measure | None = None
    stated: str = ""
    is_1904: bool = False
    column: str = ""
    words: Mapping[str, str] = field(default_factory=dict)


NO_HABITS = Habits()


@dataclass(frozen=True, slots=True)
class Asked:
    """One question: the element, what was typed or stands in the cell, and where."""

    element: Element
    raw: object
    context: Context
    place: str
    habits: Habits

    @property
    def cell(self) -> Cell:
        """What was typed as a cell; anything else as its text, which no reader takes for more."""
        return self.raw if isinstance(self.raw, str | int | float | bool | date | time) else str(self.raw)

    @property
    def word(self) -> str:
        """What was typed as one word: blanks single, none at the ends, no signs that nobody sees."""
        return cells.as_text(self.cell)[0]

    @property
    def is_secret(self) -> bool:
        """Say whether the answer identifies a person."""
        return is_secret(self.element)

    def took(self, value: Value | None, how: str) -> Answer:
        """Return the answer with a note for each interpretation."""
        if not how or value is None:
            return Answer(value, [], [])
        shown, read = (HIDDEN, HIDDEN) if self.is_secret else (self.cell, value)
        return Answer(value, cells.notes(how, self.place, self._column, shown, read), how.split())

    def refused(self, code: str) -> Answer:
        """Return no answer, with the problem of a cell."""
        shown = HIDDEN if self.is_secret else self.cell
        return Answer(None, [cells.trouble(code, self.place, self._column, shown)], [])

    def problem(self, code: str, **parameters: Parameter) -> Problem:
        """Return a problem of the question."""
        return problem(code, self.place, **parameters)

    def read_as(self, word: str, read: str) -> Problem:
        """Return the note that a word was taken for something."""
        return self.problem("answer_read_as", value=HIDDEN if self.is_secret else word[:LONGEST_SHOWN], read=read)

    @property
    def _column(self) -> str:
        return self.habits.column or self.element.labels[self.context.language]
