"""Land known only as an area in a unit: legacy totals, kept in accounts by hazardous area, apart from drawn land.

The same movements as drawn land, by amount instead of by face. A release of more than was ever recorded is land "not
previously recorded" (domain of IMAS 05.10 reporting): it counts as released and never makes the open balance negative.
The land account of an area is the larger of its classes' open amounts: without a polygon no more can be known.
"""

from collections import defaultdict
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from torpaq.land.book import Book
from torpaq.land.entry import Unlocated
from torpaq.land.postings import HIGH, LAND_ACCOUNT, NO_POSTINGS, Postings
from torpaq.land.rules import (
    CANCEL,
    CANCELLED,
    CHA,
    CLEAR,
    CLEARED,
    CONFIRM,
    ESTABLISH,
    EXTEND,
    NONE,
    REDRAW,
    REDUCE,
    REDUCED,
    REOPEN,
    SHA,
)
from torpaq.land.steps import CLASSES
from torpaq.standard.problems import Problem, problem

UM2 = 2 * HIGH  # doubled µm² in a square metre

# Which pools a kind draws from, in this order, and the status the drawn land gets (None: as the entry states).
DRAWS: dict[int, tuple[tuple[int, ...], int | None]] = {
    REOPEN: ((CLEARED, REDUCED, CANCELLED), None),
    CONFIRM: ((SHA,), CHA),
    CANCEL: ((SHA,), CANCELLED),
    REDUCE: ((CHA, SHA), REDUCED),
    CLEAR: ((CHA, SHA), CLEARED),
}


RELEASES = (CANCEL, REDUCE, CLEAR)


@dataclass(slots=True)
class Account:
    """One hazardous area's amounts by class and status, doubled µm², and the entry that opened it."""

    amounts: list[list[int]] = field(default_factory=lambda: [[0] * 6 for _ in range(CLASSES)])
    opener: int = -1

    def open_land(self) -> int:
        """The land account's open amount: the larger of the classes'."""
        return max(amounts[SHA] + amounts[CHA] for amounts in self.amounts)


@dataclass(slots=True)
class Movement:
    """An amount that moves between statuses of one class."""

    was: int
    to: int
    amount: int


def unlocated_postings(book: Book, active: NDArray[np.bool_]) -> tuple[Postings, list[Problem]]:
    """Fold the active unlocated entries into movements (the columns of :class:`Postings`) and problems."""
    possible = np.flatnonzero(active & ~book.located)
    places = [n for n in possible.tolist() if isinstance(book.entries[n].place, Unlocated)]
    if not places:
        return NO_POSTINGS, []
    accounts: dict[int, Account] = defaultdict(Account)
    rows: list[tuple[int, int, int, int, int, int]] = []
    problems: list[Problem] = []
    columns = book.columns_for(active, np.array(places, np.int64))
    for number in book.order(np.array(places, np.int64)).tolist():
        operation, stated, classes, area = (int(column[number]) for column in columns)
        moved, missing = _fold_entry(book.entries[number].place, number, (operation, stated, classes), accounts[area])
        rows += moved
        if missing:
            problems.append(problem("unlocated_exceeds", book.entries[number].id, missing_m2=round(missing / UM2, 2)))
    return _as_postings(rows), problems


def _fold_entry(
    place: object, number: int, meaning: tuple[int, int, int], account: Account
) -> tuple[list[tuple[int, int, int, int, int, int]], int]:
    operation, stated, classes = meaning
    amount = int(place.area_m2 * UM2) if isinstance(place, Unlocated) else 0
    owner, before = account.opener, account.open_land()
    rows: list[tuple[int, int, int, int, int, int]] = []
    largest, unrecorded, missing = Movement(NONE, NONE, 0), Movement(NONE, NONE, 0), 0
    for c in range(CLASSES):
        if not (classes >> c) & 1:
            continue
        movements, short = _movements(operation, stated, amount, account.amounts[c])
        missing = max(missing, short)
        for movement in movements:
            account.amounts[c][movement.was] -= movement.amount
            account.amounts[c][movement.to] += movement.amount
            rows.append((number, owner, c, movement.was, movement.to, movement.amount))
            if operation in RELEASES and movement.was == NONE:
                unrecorded = max(unrecorded, movement, key=lambda m: m.amount)
            else:
                largest = max(largest, movement, key=lambda m: m.amount)
    if operation in {ESTABLISH, EXTEND, REOPEN, REDRAW} and rows:
        account.opener = number
    change = abs(account.open_land() - before)
    if change:
        rows.append((number, owner, LAND_ACCOUNT, largest.was, largest.to, change))
    if unrecorded.amount:
        rows.append((number, owner, LAND_ACCOUNT, NONE, unrecorded.to, unrecorded.amount))
    return rows, missing


def _movements(operation: int, stated: int, amount: int, pools: list[int]) -> tuple[list[Movement], int]:
    """Return one class's movements and the amount that was asked for and is not there."""
    if operation in {ESTABLISH, EXTEND}:
        return [Movement(NONE, stated, amount)], 0
    if operation == REDRAW:
        return _redrawn(stated, amount, pools), 0
    if operation not in DRAWS:
        return [], 0
    sources, becomes = DRAWS[operation]
    to = stated if becomes is None else becomes
    movements, left = [], amount
    for source in sources:
        taken = min(left, pools[source])
        if taken:
            movements.append(Movement(source, to, taken))
        left -= taken
    if left and operation in RELEASES:
        return [*movements, Movement(NONE, to, left)], 0
    return movements, left


def _redrawn(stated: int, amount: int, pools: list[int]) -> list[Movement]:
    """A redraw states the area's whole amount anew: what was released stays, the open rest grows or shrinks."""
    change = amount - sum(pools[SHA:])
    if change >= 0:
        return [Movement(NONE, stated, change)] if change else []
    from_sha = min(-change, pools[SHA])
    from_cha = min(-change - from_sha, pools[CHA])
    return [Movement(s, NONE, a) for s, a in ((SHA, from_sha), (CHA, from_cha)) if a]


def _as_postings(rows: list[tuple[int, int, int, int, int, int]]) -> Postings:
    if not rows:
        return NO_POSTINGS
    entry, other, account, was, to, amount = zip(*rows, strict=True)
    high = np.array([a // HIGH for a in amount], np.int64)
    low = np.array([a % HIGH for a in amount], np.int64)
    columns = [np.array(column, np.int64) for column in (entry, other, account, was, to)]
    faces = np.zeros(len(rows), np.int64)
    return Postings(columns[0], columns[1], columns[2], columns[3], columns[4], high, low, faces)
