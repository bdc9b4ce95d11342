"""Cells become numbers strictly: what is not plainly a number is a problem that says what would be right."""

import re
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from torpaq.standard.problems import Problem, problem

DECIMAL_COMMA = re.compile(r"[+-]?\d+(?:[. \u00a0]\d{3})*,\d+")
MOST = Decimal(10) ** 12


@dataclass(slots=True)
class Row:
    """One row of a table by column name; the numbers it was asked for that are wrong collect in ``problems``."""

    number: int
    cells: dict[str, object]
    problems: list[Problem] = field(default_factory=list)

    def text(self, column: str) -> str:
        """Return the cell as text without outer blanks, inner blanks single; an empty cell is a problem."""
        value = self.written(column)
        if not value:
            self._add("cell_empty", column)
        return value

    def written(self, column: str) -> str:
        """Return what stands in the cell, as text; empty for an empty cell."""
        value = self.cells.get(column)
        return "" if value is None else " ".join(str(value).split())

    def count(self, column: str) -> int:
        """Return a whole number of 0 or more; 0 and a problem where the cell holds anything else."""
        value = self.decimal(column)
        if value != value.to_integral_value():
            self._add("number_not_whole", column, value=self.written(column))
            return 0
        return int(value)

    def within(self, column: str, low: int, high: int) -> int:
        """Return a whole number from ``low`` to ``high``; ``low`` and a problem where the cell holds anything else."""
        found = len(self.problems)
        value = self.count(column)
        if len(self.problems) > found:
            return low
        if not low <= value <= high:
            self._add("number_outside", column, value=self.written(column), low=low, high=high)
            return low
        return value

    def between(self, column: str, low: int, high: int) -> Decimal:
        """Return a number, perhaps negative, from ``low`` to ``high``; ``low`` and a problem for anything else."""
        found = len(self.problems)
        value = self._number(column)
        if len(self.problems) > found:
            return Decimal(low)
        if not low <= value <= high:
            self._add("number_outside", column, value=self.written(column), low=low, high=high)
            return Decimal(low)
        return value

    def decimal(self, column: str) -> Decimal:
        """Return a number of 0 or more; 0 and a problem where the cell holds anything else."""
        value = self._number(column)
        if value < 0:
            self._add("number_negative", column, value=self.written(column))
            return Decimal(0)
        return value

    def wrong(self, code: str, **parameters: str | int) -> None:
        """Say that something else is wrong with the row."""
        self.problems.append(problem(code, f"row {self.number}", **parameters))

    def _number(self, column: str) -> Decimal:
        """Return any number; 0 and a problem where the cell holds anything else."""
        written = self.written(column)
        value = _decimal(written)
        if not written:
            self._add("cell_empty", column)
        elif DECIMAL_COMMA.fullmatch(written):
            whole, _, fraction = written.rpartition(",")
            right = re.sub(r"[. \u00a0]", "", whole) + "." + fraction
            self._add("decimal_comma", column, value=written, right=right)
        elif value is None or abs(value) >= MOST:
            self._add("cell_not_a_number", column, value=written[:60])
        else:
            return value
        return Decimal(0)

    def _add(self, code: str, column: str, **parameters: str | int) -> None:
        self.wrong(code, column=column, **parameters)


def _decimal(text: str) -> Decimal | None:
    if not text.isascii() or "_" in text:  # Decimal() reads Arabic digits and 1_000 as well
        return None
    try:
        value = Decimal(text)
    except InvalidOperation:
        return None
    return value if value.is_finite() else None
