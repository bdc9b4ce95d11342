"""Which entries make a figure of a balance, and how much each of them: what a figure's link opens.

The same accounts as ``torpaq.land.balance`` seen from below: every cell of a balance is a sum of movements, and here
they are kept apart by the entry that moved the land. The sum over the entries is the figure, exactly.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from torpaq.land.balance import FLOW_OF_OPERATION, OUTGOING, OWNERS, GroupBy, entry_keys, square_metres
from torpaq.land.entry import Entry, Status
from torpaq.land.live import LiveLand
from torpaq.land.postings import HIGH, UNRECORDED, Postings
from torpaq.land.rules import CHA, CONFIRM, NONE, NUMBER_OF_STATUS, SHA
from torpaq.land.unlocated import unlocated_postings

ACCOUNTS = ("mine", "erw", "land")
STATUS_FIGURES = tuple(status.value for status in Status)
FLAGS = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a balance: a figure (a status or a flow) of an account in a period, whole or of one group.

    ``figure`` is ``stock_<status>`` or a flow's name; ``apart`` asks for land known only as a total. ``also`` names
    further groups ``(by, key)`` that a movement must be of as well.
    """

    figure: str
    account: str = "land"
    on: date | None = None
    known: date | None = None
    since: date | None = None
    by: str = ""
    key: str = ""
    apart: bool = False
    also: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Share:
    """What one entry adds to (or takes from) a figure: doubled µm², exact."""

    entry: Entry
    area2_um2: int


def shares_of(land: LiveLand, cell: Cell, postings: Postings | None = None) -> list[Share]:
    """Return every entry's share of a figure, in the book's order; entries that move nothing are left out.

    ``postings`` may be a part of the land's movements that holds all that the figure is made of.
    """
    book = land.book
    postings = postings_for(land, cell.known, cell.apart) if postings is None else postings
    on = cell.on or date.fromordinal(int(book.effective.max(initial=1)))
    legal = (postings.to < UNRECORDED) & (postings.account == ACCOUNTS.index(cell.account))
    rows = postings.where(legal & (book.effective[postings.entry] <= on.toordinal()))
    entering, leaving = group_masks(land, rows, cell.by, cell.key)
    for by, key in cell.also:
        into, out = group_masks(land, rows, by, key)
        entering, leaving = entering & into, leaving & out
    plus, minus = _figure_masks(land, rows, cell)
    sums: dict[int, int] = defaultdict(int)
    for mask, sign in ((plus & entering, 1), (minus & leaving, -1)):
        chosen = rows.where(mask)
        for number, high, low in zip(chosen.entry.tolist(), chosen.high.tolist(), chosen.low.tolist(), strict=True):
            sums[number] += sign * (high * HIGH + low)
    return [Share(book.entries[number], amount) for number, amount in sorted(sums.items()) if amount]


def total_m2(shares: Iterable[Share]) -> float:
    """Return the figure that shares add up to, m² to 0.01."""
    return square_metres(sum(share.area2_um2 for share in shares))


def postings_for(land: LiveLand, known: date | None, apart: bool) -> Postings:
    """Return the movements of drawn land or, ``apart``, of land known only as a total, as known on a day."""
    return unlocated_postings(land.book, land.book.standing(known))[0] if apart else land.postings(known)


def postings_of_area(land: LiveLand, area: str, known: date | None, apart: bool = False) -> Postings:
    """Return the movements that enter or leave one hazardous area."""
    rows = postings_for(land, known, apart)
    rows = rows.where(rows.to < UNRECORDED)
    entering, leaving = group_masks(land, rows, GroupBy.AREA, area)
    return rows.where(entering | leaving)


def group_masks(land: LiveLand, rows: Postings, by: str, key: str) -> tuple[FLAGS, FLAGS]:
    """Return which movements enter the group and which leave it; areas and units own land, others their movements."""
    if not by:
        return np.ones(len(rows), np.bool_), np.ones(len(rows), np.bool_)
    is_of_key = _is_of_key(land, GroupBy(by), key)
    own = is_of_key[rows.entry]
    if by not in OWNERS:
        return own, own
    owner = np.where(rows.other >= 0, is_of_key[rows.other], own)
    opens = (_is_open(rows.to) & ~_is_open(rows.was)) | (rows.was == NONE)
    return np.where(opens, own, owner), owner


def _is_of_key(land: LiveLand, by: GroupBy, key: str) -> FLAGS:
    """Say of every entry whether it is of the group."""
    if by is GroupBy.AREA:
        mask: FLAGS = land.book.columns[3] == land.book.area_of.get(key, -1)
        return mask
    return np.array([name == key for name in entry_keys(land.book, by)], np.bool_)


def _figure_masks(land: LiveLand, rows: Postings, cell: Cell) -> tuple[FLAGS, FLAGS]:
    """Return which movements add to the figure and which take from it, groups apart."""
    nothing = np.zeros(len(rows), np.bool_)
    if cell.figure.startswith("stock_"):
        status = NUMBER_OF_STATUS[Status(cell.figure.removeprefix("stock_"))]
        return rows.to == status, rows.was == status
    effective = land.book.effective[rows.entry]
    within = np.ones(len(rows), np.bool_) if cell.since is None else effective >= cell.since.toordinal()
    opened = _is_open(rows.to) & ~_is_open(rows.was)
    closed = _is_open(rows.was) & ~_is_open(rows.to)
    if cell.figure in {"opening", "closing"}:
        counted = ~within if cell.figure == "opening" else np.ones(len(rows), np.bool_)
        return opened & counted, closed & counted
    operations = land.book.columns[0][rows.entry]
    if cell.figure == "reclassified":
        return within & (operations == CONFIRM) & (rows.was == SHA) & (rows.to == CHA), nothing
    if cell.figure == "not_previously_recorded":
        outgoing = [number for number, name in FLOW_OF_OPERATION.items() if name in OUTGOING]
        return within & np.isin(operations, outgoing) & (rows.was == NONE), nothing
    number = next(number for number, name in FLOW_OF_OPERATION.items() if name == cell.figure)
    of_kind = within & (operations == number)
    if cell.figure in OUTGOING:
        return of_kind & (closed | (rows.was == NONE)), nothing
    return of_kind & opened, of_kind & closed


def _is_open(status: NDArray[np.int64]) -> FLAGS:
    return np.isin(status, (SHA, CHA))
