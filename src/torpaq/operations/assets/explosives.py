"""The explosives book: what came in, who holds it, what was used; a ledger whose balances are never below nought.

A line moves a quantity from one holder to another: a store, a team, or the world outside. A team holds what was issued
to it less what it used and returned (IMAS 09.30). A count corrects nothing in silence: where it differs from the book
the difference has to be explained, stays in sight for ever, and the book goes on from what was counted.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from torpaq.standard.codes import code_list
from torpaq.standard.problems import Problem, problem
from torpaq.standard.text import fold_name

PLACES = 3
MOST = Decimal(100_000_000)
NOTHING = Decimal(0)


class Kind(StrEnum):
    """The list ``explosive_movement``."""

    RECEIVED = "received"
    ISSUED = "issued"
    USED = "used"
    RETURNED = "returned"
    DESTROYED = "destroyed"
    TRANSFERRED = "transferred"
    COUNTED = "counted"


WITH_TEAM = frozenset({Kind.ISSUED, Kind.USED, Kind.RETURNED})
WITNESSED = frozenset({Kind.DESTROYED, Kind.COUNTED})


@dataclass(frozen=True, slots=True)
class Movement:
    """One line of the book. ``number`` is its place among the lines of its day; ``store`` is empty for ``used``."""

    number: int
    on: date
    kind: str
    explosive: str
    unit: str
    quantity: Decimal
    store: str = ""
    to_store: str = ""
    team: str = ""
    witness: str = ""
    note: str = ""


class Holder(NamedTuple):
    """Who holds explosives: a ``store`` or a ``team``, by name."""

    kind: str
    name: str


class Key(NamedTuple):
    """What a balance is of."""

    holder: Holder
    explosive: str
    unit: str


@dataclass(frozen=True, slots=True)
class Difference:
    """A count that found other than the book: positive where more was found."""

    movement: Movement
    expected: Decimal

    @property
    def quantity(self) -> Decimal:
        """Return counted less expected."""
        return self.movement.quantity - self.expected

    @property
    def is_explained(self) -> bool:
        """Say whether somebody wrote why."""
        return bool(self.movement.note.strip())


@dataclass(frozen=True, slots=True)
class Shortage:
    """A line that takes more than its holder has."""

    movement: Movement
    key: Key
    available: Decimal


@dataclass(frozen=True, slots=True)
class Book:
    """The book up to a day: balances that are not nought, counts that differed, and lines that took too much."""

    balances: Mapping[Key, Decimal]
    differences: tuple[Difference, ...]
    shortages: tuple[Shortage, ...]


def flows_of(movement: Movement) -> list[tuple[Holder, Decimal]]:
    """Return who loses (negative) and who gains by a line; a count moves nothing by itself."""
    store, team = Holder("store", movement.store), Holder("team", movement.team)
    quantity = movement.quantity
    return {
        Kind.RECEIVED.value: [(store, quantity)],
        Kind.ISSUED.value: [(store, -quantity), (team, quantity)],
        Kind.USED.value: [(team, -quantity)],
        Kind.RETURNED.value: [(team, -quantity), (store, quantity)],
        Kind.DESTROYED.value: [(store, -quantity)],
        Kind.TRANSFERRED.value: [(store, -quantity), (Holder("store", movement.to_store), quantity)],
        Kind.COUNTED.value: [],
    }[movement.kind]


def book_of(movements: Iterable[Movement], until: date | None = None) -> Book:
    """Add up the lines in order of day and number, up to a day where one is given; the order given does not matter."""
    balances: dict[Key, Decimal] = {}
    differences, shortages = [], []
    for line in sorted(movements, key=lambda each: (each.on, each.number)):
        if until is not None and line.on > until:
            break
        if line.kind == Kind.COUNTED:
            key = Key(Holder("store", line.store), line.explosive, line.unit)
            expected = balances.get(key, NOTHING)
            if expected != line.quantity:
                differences.append(Difference(line, expected))
                balances[key] = line.quantity
        for holder, quantity in flows_of(line):
            key = Key(holder, line.explosive, line.unit)
            held = balances.get(key, NOTHING)
            if held + quantity < 0:
                shortages.append(Shortage(line, key, held))
            balances[key] = held + quantity
    return Book({key: held for key, held in balances.items() if held}, tuple(differences), tuple(shortages))


def check_movement(book: Sequence[Movement], new: Movement, today: date) -> list[Problem]:
    """Say what stands against adding a line to a book; warnings let it pass.

    A line of an earlier day is tried against every later one as well: it may not leave a later holder short, nor make a
    later count differ that nobody explained.
    """
    problems = line_problems(new, today) or unit_problems(book, new)
    if problems:
        return problems
    before, after = book_of(book), book_of([*book, new])
    known = {(each.movement.number, each.key) for each in before.shortages}
    short = [each for each in after.shortages if (each.movement.number, each.key) not in known]
    problems += [_shortage_problem(each, new) for each in short]
    unexplained = {each.movement.number for each in before.differences if not each.is_explained}
    for each in after.differences:
        if each.is_explained:
            if each.movement.number == new.number:
                problems.append(difference_problem(each, "explosive_count_explained"))
        elif each.movement.number not in unexplained:
            code = "explosive_count_differs" if each.movement.number == new.number else "explosive_count_upset"
            problems.append(difference_problem(each, code))
    if new.kind in WITNESSED and not new.witness.strip():
        problems.append(problem("explosive_witness_missing", _name(new)))
    return problems


def line_problems(line: Movement, today: date) -> list[Problem]:
    """Say what a line lacks by itself: its kind, day, quantity, and the holders its kind speaks of."""
    name = _name(line)
    problems = []
    if line.kind not in code_list("explosive_movement"):
        return [problem("explosive_kind_unknown", name, kind=line.kind or "–")]
    if line.unit not in code_list("explosive_unit"):
        return [problem("explosive_unit_unknown", name, unit=line.unit or "–")]
    if not line.explosive.strip():
        problems.append(problem("explosive_name_missing", name))
    if line.on > today:
        problems.append(problem("explosive_day_ahead", name, date=line.on.isoformat()))
    if line.kind != Kind.USED and not line.store.strip():
        problems.append(problem("explosive_store_missing", name))
    if line.kind in WITH_TEAM and not line.team.strip():
        problems.append(problem("explosive_team_missing", name))
    if line.kind == Kind.TRANSFERRED and line.to_store.strip() in ("", line.store.strip()):
        problems.append(problem("explosive_other_store_missing", name))
    return problems + _quantity_problems(line, name)


def _quantity_problems(line: Movement, name: str) -> list[Problem]:
    quantity = line.quantity
    if not quantity.is_finite() or quantity < 0 or quantity > MOST or (quantity == 0 and line.kind != Kind.COUNTED):
        return [problem("explosive_quantity_wrong", name, value=str(quantity))]
    if quantity != quantity.quantize(Decimal(1).scaleb(-PLACES)):
        return [problem("explosive_quantity_fine", name, value=str(quantity), places=PLACES)]
    if line.unit == "items" and quantity != quantity.to_integral_value():
        return [problem("explosive_items_whole", name, value=str(quantity))]
    return []


def unit_problems(book: Sequence[Movement], new: Movement) -> list[Problem]:
    """An explosive is kept in one unit: half a kilogram and half a metre of one thing never add up."""
    units = {line.unit for line in book if line.explosive == new.explosive}
    if not units or new.unit in units:
        return []
    return [problem("explosive_unit_differs", _name(new), unit=new.unit, kept=", ".join(sorted(units)))]


def known_name(book: Sequence[Movement], explosive: str) -> str:
    """Return an explosive's name as the book already writes it, whatever the case or script it is typed in."""
    key = fold_name(explosive)
    return next((line.explosive for line in book if fold_name(line.explosive) == key), explosive)


def held(book: Book, kind: str) -> list[tuple[Key, Decimal]]:
    """Return the balances of all ``store``s or ``team``s, by name of the holder and of the explosive."""
    return sorted((key, quantity) for key, quantity in book.balances.items() if key.holder.kind == kind)


def difference_problem(difference: Difference, code: str = "explosive_count_differs") -> Problem:
    """Return a count's difference as a problem."""
    line = difference.movement
    return problem(
        code,
        f"{line.explosive}, {line.store}",
        date=line.on.isoformat(),
        expected=amount(difference.expected, line.unit),
        counted=amount(line.quantity, line.unit),
        difference=f"{difference.quantity.normalize():+f}",
    )


def _shortage_problem(shortage: Shortage, new: Movement) -> Problem:
    line, key = shortage.movement, shortage.key
    code = "explosive_short" if line.number == new.number and line.on == new.on else "explosive_short_later"
    return problem(
        code,
        f"{key.explosive}, {key.holder.name}",
        date=line.on.isoformat(),
        wanted=amount(line.quantity, key.unit),
        available=amount(max(shortage.available, NOTHING), key.unit),
    )


def amount(quantity: Decimal, unit: str) -> str:
    """Write a quantity without noughts at its end, with its unit; pieces need none."""
    number = f"{quantity.normalize():f}"
    return number if unit == "items" else f"{number} {unit}"


def _name(line: Movement) -> str:
    return line.explosive.strip() or line.kind or "–"
