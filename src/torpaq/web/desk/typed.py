"""What was typed into a small form of the desk: each answer read strictly, every fault kept as a problem."""

from datetime import date
from decimal import Decimal, InvalidOperation

from django.http import QueryDict

from torpaq.standard.problems import Problem, problem

LONGEST = 200


class Typed:
    """The answers of one form. Reading never fails: what cannot be read is a problem and gives nothing."""

    def __init__(self, values: QueryDict) -> None:
        self.values = values
        self.problems: list[Problem] = []

    def line(self, name: str, longest: int = LONGEST) -> str:
        """Return one line of text without blanks at its ends and without signs that no database takes."""
        return " ".join(self.values.get(name, "").replace("\x00", "").split())[:longest]

    def lines(self, name: str) -> list[str]:
        """Return several choices."""
        return [text.strip()[:LONGEST] for text in self.values.getlist(name) if text.strip()]

    def day(self, name: str) -> date | None:
        """Return a day; None where nothing was typed."""
        text = self.line(name)
        if not text:
            return None
        try:
            return date.fromisoformat(text)
        except ValueError:
            self.problems.append(problem("date_wrong", name, value=text[:40]))
            return None

    def needed_day(self, name: str) -> date | None:
        """Return a day, whose absence is a problem."""
        if not self.line(name):
            self.problems.append(problem("field_missing", name))
        return self.day(name)

    def exact(self, name: str) -> Decimal | None:
        """Return a number with a comma or a point; None where nothing was typed."""
        text = self.line(name, 40)
        if not text:
            return None
        try:
            number = Decimal(text.replace("\u00a0", "").replace(" ", "").replace("−", "-").replace(",", "."))
        except InvalidOperation:
            number = Decimal("NaN")
        if not number.is_finite():
            self.problems.append(problem("asset_number_wrong", name, value=text))
            return None
        return number

    def number(self, name: str) -> float | None:
        """Return a number for which a float is good enough."""
        exact = self.exact(name)
        return None if exact is None else float(exact)

    def whole(self, name: str) -> int | None:
        """Return a whole number that is not below nought and has at most four digits."""
        exact = self.exact(name)
        if exact is None:
            return None
        if exact != exact.to_integral_value() or not 0 <= exact <= 9999:
            self.problems.append(problem("asset_number_wrong", name, value=self.line(name, 40)))
            return None
        return int(exact)

    def is_ticked(self, name: str) -> bool:
        """Say whether a box was ticked, or yes chosen."""
        return self.line(name) in ("yes", "on")
