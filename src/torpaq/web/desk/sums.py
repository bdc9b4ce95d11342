"""What a sum of quality asks for and answers: fields with their limits, sentences, a table, a picture."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from fractions import Fraction

from django.utils.translation import gettext

from torpaq.standard.problems import Problem, problem
from torpaq.web.desk.quality_charts import Curves
from torpaq.web.desk.templatetags.quality import share

MOST = 1_000_000
LONGEST = 20


@dataclass(frozen=True, slots=True)
class Field:
    """One number to type in; ``percent`` is read as a share of 1, ``whole`` has no decimals."""

    name: str
    label: str
    usual: str
    percent: bool = False
    whole: bool = False
    low: float = 0
    high: float = MOST
    may_be_empty: bool = False


def share_of(name: str, label: str, usual: str, *, low: float = 0, high: float = 100) -> Field:
    """Return a field for a share, typed in percent."""
    return Field(name, label, usual, percent=True, low=low, high=high)


def count_of(name: str, label: str, usual: str, *, low: float = 0, high: float = MOST) -> Field:
    """Return a field for a whole number."""
    return Field(name, label, usual, whole=True, low=low, high=high)


@dataclass(frozen=True, slots=True)
class Grid:
    """Fields that stand in rows, one row a thing: the words above the columns, and the fields of each row."""

    heads: tuple[str, ...]
    rows: tuple[tuple[Field, ...], ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Figures in words: a caption, the words above the columns, and rows whose first cell names the row."""

    caption: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(slots=True)
class Answer:
    """What a sum says: sentences, the first of which counts most, a table, a picture, cautions, and what was wrong."""

    told: list[str] = field(default_factory=list)
    table: Table | None = None
    picture: Curves | None = None
    title: str = ""
    notes: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def in_percent(value: float | Fraction) -> str:
    """Write a share of 1 in percent."""
    return share(100 * float(value))


Values = Mapping[str, Fraction]


@dataclass(frozen=True, slots=True)
class Sum:
    """A question that a person asks, its fields, and the function that answers it."""

    code: str
    title: str
    about: str
    fields: tuple[Field, ...]
    work: Callable[[Values], Answer]
    grid: Grid | None = None

    @property
    def all_fields(self) -> tuple[Field, ...]:
        """Every field, those of the grid last."""
        return (*self.fields, *(one for row in (self.grid.rows if self.grid else ()) for one in row))


def read_values(asked: Sum, given: Mapping[str, str]) -> tuple[dict[str, Fraction], list[Problem]]:
    """Read what was typed, exactly as written; each number that cannot stand is told with its field's name."""
    values: dict[str, Fraction] = {}
    problems = []
    for one in asked.all_fields:
        text = given.get(one.name, one.usual).strip().replace(",", ".").replace("\u00a0", "")
        if not text and one.may_be_empty:
            continue
        text = text or one.usual
        label = gettext(one.label)
        try:
            number = Decimal(text)
        except InvalidOperation:
            number = Decimal("nan")
        if not number.is_finite():
            problems.append(problem("cell_not_a_number", asked.code, column=label, value=text[:LONGEST]))
        elif not one.low <= number <= one.high:
            limits = {"low": f"{one.low:g}", "high": f"{one.high:g}"}
            problems.append(problem("number_outside", asked.code, column=label, value=text[:LONGEST], **limits))
        elif one.whole and number % 1:
            problems.append(problem("number_not_whole", asked.code, column=label, value=text[:LONGEST]))
        else:
            values[one.name] = Fraction(number) / (100 if one.percent else 1)
    return values, problems


def answer_of(asked: Sum, given: Mapping[str, str]) -> Answer:
    """Answer a question from what was typed, or tell what was wrong with it."""
    values, problems = read_values(asked, given)
    return Answer(problems=problems) if problems else asked.work(values)
