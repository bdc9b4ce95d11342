"""What each hazardous area holds of every status: sums of the ledger's movements, exact.

A movement leaves the area of the entry that had opened the land and enters the area of the entry that opens it anew;
land that is released stays in the books of the area that had it open.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from torpaq.land.book import Book
from torpaq.land.postings import HIGH, LAND_ACCOUNT, Postings
from torpaq.land.rules import CHA, NONE, SHA, STATUSES
from torpaq.land.unlocated import unlocated_postings

UM2 = 2 * HIGH  # doubled µm² in a square metre
ACCOUNTS, STATUS_COUNT = 3, len(STATUSES)
Longs = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Holding:
    """Doubled µm² by account (mine, erw, the land itself) and status number; Python integers, so exact.

    One flat tuple, account after account: thousands of them a day on the map cost the garbage collector nothing.
    """

    amounts: tuple[int, ...] = (0,) * (ACCOUNTS * STATUS_COUNT)

    def amount(self, account: int, status: int) -> int:
        """Doubled µm² of one status."""
        return self.amounts[account * STATUS_COUNT + status]

    def of_account(self, account: int) -> tuple[int, ...]:
        """Doubled µm² of one account, by status number."""
        return self.amounts[account * STATUS_COUNT : (account + 1) * STATUS_COUNT]

    def m2(self, account: int, *statuses: int) -> float:
        """Square metres of the given statuses together."""
        first, total = account * STATUS_COUNT, 0
        for status in statuses:
            total += self.amounts[first + status]
        return total / UM2

    def plus(self, other: "Holding", sign: int = 1) -> "Holding":
        """Return the sum (or, with ``sign`` -1, the difference) of two holdings."""
        return Holding(tuple(a + sign * b for a, b in zip(self.amounts, other.amounts, strict=True)))

    def is_empty(self) -> bool:
        """Say whether nothing is held."""
        return not any(self.amounts)


NOTHING = Holding()


def holdings_by_area(book: Book, postings: Postings) -> dict[str, Holding]:
    """Sum movements into what each hazardous area holds. Illegal and unrecorded movements moved nothing."""
    area, account, status, high, low = _signed(book, postings)
    cell = (area * ACCOUNTS + account) * STATUS_COUNT + status
    sums = np.zeros((2, len(book.areas) * ACCOUNTS * STATUS_COUNT), np.int64)
    np.add.at(sums[0], cell, high)
    np.add.at(sums[1], cell, low)
    cells = np.flatnonzero(sums.any(axis=0))
    sums_high, sums_low = sums[:, cells]
    amounts: defaultdict[int, list[int]] = defaultdict(lambda: [0] * (ACCOUNTS * STATUS_COUNT))
    for key, total_high, total_low in zip(cells.tolist(), sums_high.tolist(), sums_low.tolist(), strict=True):
        of_area, place_in_area = divmod(key, ACCOUNTS * STATUS_COUNT)
        amounts[of_area][place_in_area] = total_high * HIGH + total_low
    return {book.areas[of_area]: Holding(tuple(found)) for of_area, found in amounts.items()}


def m2_by_area(book: Book, postings: Postings) -> NDArray[np.float64]:
    """Return an (areas, accounts, statuses) array of square metres, areas by their number in the book.

    For thousands of areas at once, where a float's precision is enough; :func:`holdings_by_area` is the exact twin.
    """
    area, account, status, high, low = _signed(book, postings)
    cell = (area * ACCOUNTS + account) * STATUS_COUNT + status
    size = len(book.areas) * ACCOUNTS * STATUS_COUNT
    whole, rest = (np.bincount(cell, part, minlength=size) for part in (high, low))  # whole numbers, exact as floats
    return ((whole * float(HIGH) + rest) / UM2).reshape(-1, ACCOUNTS, STATUS_COUNT)


def _signed(book: Book, postings: Postings) -> tuple[Longs, Longs, Longs, Longs, Longs]:
    """Split each legal movement into what leaves (negative) and what enters: area, account, status, high, low."""
    legal = postings.where(postings.to < STATUS_COUNT)
    areas = book.columns[3].astype(np.int64)
    own = areas[legal.entry]
    before = np.where(legal.other >= 0, areas[np.maximum(legal.other, 0)], own)
    opens = _is_open(legal.to) & ~_is_open(legal.was)
    after = np.where(opens, own, before)
    leaves, enters = legal.was != NONE, legal.to != NONE
    return (
        np.concatenate([before[leaves], after[enters]]),
        np.concatenate([legal.account[leaves], legal.account[enters]]),
        np.concatenate([legal.was[leaves], legal.to[enters]]),
        np.concatenate([-legal.high[leaves], legal.high[enters]]),
        np.concatenate([-legal.low[leaves], legal.low[enters]]),
    )


def _is_open(status: Longs) -> NDArray[np.bool_]:
    return np.isin(status, (SHA, CHA))


def unlocated_open_m2(book: Book, areas: Iterable[str]) -> dict[str, float]:
    """Open land that is known only as a total, square metres by area, for those of the named areas that have any."""
    numbers = [book.area_of[area] for area in areas if area in book.area_of]
    apart, _ = unlocated_postings(book, book.standing() & np.isin(book.columns[3], numbers))
    return {area: held.m2(LAND_ACCOUNT, SHA, CHA) for area, held in holdings_by_area(book, apart).items()}
