"""What reports say of explosives, against the book: issued, used and returned have to be the same in both."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from torpaq.operations.assets.explosives import NOTHING, Kind, Movement, amount
from torpaq.standard.problems import Problem, problem
from torpaq.standard.text import fold_name


@dataclass(frozen=True, slots=True)
class Demolition:
    """One row of a report's demolitions; what was not said is None."""

    explosive: str
    unit: str
    used: Decimal
    issued: Decimal | None = None
    returned: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Compared:
    """An explosive in report and book; ``reported`` and ``booked`` by kind, None where the report says nothing."""

    explosive: str
    unit: str
    reported: tuple[Decimal | None, Decimal | None, Decimal | None]
    booked: tuple[Decimal, Decimal, Decimal]

    @property
    def agrees(self) -> bool:
        """Say whether whatever was reported is what was booked."""
        pairs = zip(self.reported, self.booked, strict=True)
        return all(said is None or said == found for said, found in pairs)


KINDS = (Kind.ISSUED, Kind.USED, Kind.RETURNED)


def row_problems(rows: Iterable[Demolition]) -> list[Problem]:
    """Say where a row does not add up by itself: what was issued was used or returned, all of it (IMAS 09.30)."""
    problems = []
    for row in rows:
        if row.issued is None:
            continue
        left = row.issued - row.used - (row.returned or NOTHING)
        if left:
            problems.append(
                problem(
                    "demolition_not_balanced",
                    row.explosive,
                    explosive=row.explosive,
                    issued=amount(row.issued, row.unit),
                    used=amount(row.used, row.unit),
                    returned=amount(row.returned or NOTHING, row.unit),
                    left=f"{left.normalize():+f}",
                )
            )
    return problems


def compare(rows: Sequence[Demolition], movements: Sequence[Movement]) -> list[Compared]:
    """Set a report's rows beside the lines that the book has for the same work, an explosive and unit at a time."""
    keys: dict[tuple[str, str], str] = {}
    lines = [line for line in movements if line.kind in KINDS]
    named: list[Demolition | Movement] = [*rows, *lines]
    for each in named:
        keys.setdefault((fold_name(each.explosive), each.unit), each.explosive)
    return [_compared(name, unit, explosive, rows, movements) for (name, unit), explosive in keys.items()]


def _compared(
    name: str, unit: str, explosive: str, rows: Sequence[Demolition], movements: Sequence[Movement]
) -> Compared:
    mine = [row for row in rows if (fold_name(row.explosive), row.unit) == (name, unit)]
    lines = [line for line in movements if (fold_name(line.explosive), line.unit) == (name, unit)]
    issued = None if any(row.issued is None for row in mine) else sum((row.issued or NOTHING for row in mine), NOTHING)
    returned = (
        None if any(row.returned is None for row in mine) else sum((row.returned or NOTHING for row in mine), NOTHING)
    )
    used = sum((row.used for row in mine), NOTHING)
    booked = [sum((line.quantity for line in lines if line.kind == kind), NOTHING) for kind in KINDS]
    return Compared(explosive, unit, (issued, used, returned), (booked[0], booked[1], booked[2]))


def reconcile(rows: Sequence[Demolition], movements: Sequence[Movement]) -> list[Problem]:
    """Say where a report and the book tell different things; empty where they agree and every row adds up."""
    problems = row_problems(rows)
    for each in compare(rows, movements):
        for kind, said, found in zip(KINDS, each.reported, each.booked, strict=True):
            if said is not None and said != found:
                problems.append(
                    problem(
                        f"demolition_{kind}_differs",
                        each.explosive,
                        explosive=each.explosive,
                        reported=amount(said, each.unit),
                        booked=amount(found, each.unit),
                        difference=f"{(said - found).normalize():+f}",
                    )
                )
    return problems
