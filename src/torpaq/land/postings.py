"""Double entry: every movement of land between statuses, summed per (entry, other entry, account, from, to).

Accounts: 0 ``mine``, 1 ``erw``, 2 ``land`` (each square metre once: open while any class is open). The *other* entry
is, for a legal movement, the one that opened the land before it moved, and for an illegal meeting the one that gave
the land its present status. Areas are exact integers: doubled square micrometres, kept as high · 10¹² + low.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from torpaq.land.rules import CHA, HAND_OVER, ILLEGAL, NONE, SHA
from torpaq.land.steps import (
    CLASSES,
    NO_ENTRY,
    Bytes,
    Columns,
    Flags,
    Ints,
    Longs,
    apply,
    hand_over_is_legal,
    land_status,
    operation,
)

MINE_ACCOUNT, ERW_ACCOUNT, LAND_ACCOUNT = range(3)
UNRECORDED = 6  # a posting's "to": legal for another class of the entry, this class was never recorded here
ENTRY_BITS = 24
NOBODY = (1 << ENTRY_BITS) - 1  # the number that stands for "no entry" in a posting's key
EMPTY = np.int64(-1)
HIGH = 10**12
SCATTER = np.int64(-7046029254386353131)  # Fibonacci hashing (Knuth, TAOCP 6.4): 2^64 / golden ratio, as signed
POSTINGS_A_STEP = 6  # an entry posts at most two classes twice and the land once

Table = tuple[Longs, Longs, Longs, Longs]  # keys, high, low, faces


def _key_of(entry: int, other: int, account: int, was: int, to: int) -> np.int64:
    """Pack a posting's key into one int64: entry 24 bits, other 24, account 2, from 3, to 3."""
    named = NOBODY if other < 0 else other
    return (((np.int64(entry) << ENTRY_BITS | named) << 2 | account) << 3 | was) << 3 | to


key_of = njit(nogil=True, cache=True)(_key_of)


def _add(table: Table, key: np.int64, area_high: int, area_low: int, faces: int) -> int:
    """Add an area to a posting in the open-addressing table; return 1 if the posting is new, else 0."""
    keys, high, low, count = table
    size = keys.shape[0]
    slot = ((key * SCATTER) >> 20) & (size - 1)
    while keys[slot] != EMPTY and keys[slot] != key:
        slot = (slot + 1) & (size - 1)
    new = 1 if keys[slot] == EMPTY else 0
    keys[slot] = key
    total = low[slot] + area_low
    high[slot] += area_high + total // HIGH
    low[slot] = total % HIGH
    count[slot] += faces
    return new


add = njit(nogil=True, cache=True)(_add)


def _post_hand_over(table: Table, e: int, status: Bytes, setter: Longs, area_high: int, area_low: int) -> int:
    """Post the handover of land that may not be handed over; return how many postings are new."""
    if hand_over_is_legal(status):
        return 0
    if status[0] == NONE and status[1] == NONE:
        return add(table, key_of(e, NO_ENTRY, MINE_ACCOUNT, NONE, ILLEGAL), area_high, area_low, 1)
    used = 0
    for c in range(CLASSES):
        if status[c] in (SHA, CHA):
            used += add(table, key_of(e, setter[c], c, status[c], ILLEGAL), area_high, area_low, 1)
    return used


post_hand_over = njit(nogil=True, cache=True)(_post_hand_over)


def _post_change(
    table: Table, e: int, before: Bytes, changed: Bytes, owner: Longs, setter: Longs, area_high: int, area_low: int
) -> int:
    """Post what one entry did to the classes of one face; ``owner`` and ``setter`` as they were before it."""
    used = 0
    legal = False
    for c in range(CLASSES):
        if changed[c] >= 0 and changed[c] != ILLEGAL:
            legal = True
    for c in range(CLASSES):
        if changed[c] == ILLEGAL:
            to = UNRECORDED if legal and before[c] == NONE else ILLEGAL
            used += add(table, key_of(e, setter[c], c, before[c], to), area_high, area_low, 1)
        elif changed[c] >= 0 and changed[c] != before[c]:
            used += add(table, key_of(e, owner[c], c, before[c], changed[c]), area_high, area_low, 1)
    return used


post_change = njit(nogil=True, cache=True)(_post_change)


def _post_face(
    table: Table, rules: Bytes, columns: Columns, steps: Ints, active: Flags, area_high: int, area_low: int
) -> int:
    """Fold one face's steps and post every movement; return how many postings are new."""
    status, before, changed = np.zeros(CLASSES, np.int8), np.empty(CLASSES, np.int8), np.empty(CLASSES, np.int8)
    owner, setter = np.full(CLASSES, NO_ENTRY), np.full(CLASSES, NO_ENTRY)
    old_owner, old_setter = np.empty(CLASSES, np.int64), np.empty(CLASSES, np.int64)
    land, land_owner, last, used = NONE, NO_ENTRY, 0, 0
    for k in range(steps.shape[0]):
        e = steps[k] if steps[k] >= 0 else ~steps[k]
        if not active[e]:
            continue
        op = operation(columns[0][e], steps[k] < 0)
        if op == HAND_OVER:
            used += post_hand_over(table, e, status, setter, area_high, area_low)
            continue
        before[:], old_owner[:], old_setter[:] = status, owner, setter
        apply(rules, columns, op, e, status, owner, setter, changed)
        used += post_change(table, e, before, changed, old_owner, old_setter, area_high, area_low)
        for c in range(CLASSES):
            if status[c] != before[c]:
                last = c
        now = land_status(status, last)
        if now != land:
            used += add(table, key_of(e, land_owner, LAND_ACCOUNT, land, now), area_high, area_low, 1)
            if now in (SHA, CHA) and land not in (SHA, CHA):
                land_owner = e
            land = now
    return used


post_face = njit(nogil=True, cache=True)(_post_face)


def _post_faces(
    table: Table,
    rules: Bytes,
    columns: Columns,
    cover: Ints,
    offsets: Longs,
    active: Flags,
    face_high: Longs,
    face_low: Longs,
    start: int,
    used: int,
) -> tuple[int, int]:
    """Post the faces from ``start`` on; stop where the table could fill. Returns (next face, postings used)."""
    limit = table[0].shape[0] >> 1
    for f in range(start, offsets.shape[0] - 1):
        steps = cover[offsets[f] : offsets[f + 1]]
        if used + POSTINGS_A_STEP * steps.shape[0] > limit:
            return f, used
        used += post_face(table, rules, columns, steps, active, face_high[f], face_low[f])
    return offsets.shape[0] - 1, used


post_faces = njit(nogil=True, cache=True)(_post_faces)


def _rehash(old: Table, new: Table) -> None:
    """Copy every posting of a table into a larger empty one."""
    for slot in range(old[0].shape[0]):
        if old[0][slot] != EMPTY:
            add(new, old[0][slot], old[1][slot], old[2][slot], old[3][slot])


rehash = njit(nogil=True, cache=True)(_rehash)


def new_table(size: int) -> Table:
    """Return an empty table; ``size`` is a power of two."""
    return (
        np.full(size, EMPTY),
        np.zeros(size, np.int64),
        np.zeros(size, np.int64),
        np.zeros(size, np.int64),
    )


@dataclass(frozen=True, slots=True)
class Postings:
    """Summed movements, one row each, all arrays of one length: int64."""

    entry: Longs
    other: Longs  # -1: no entry
    account: Longs
    was: Longs
    to: Longs
    high: Longs
    low: Longs
    faces: Longs

    def __len__(self) -> int:
        return len(self.entry)

    def where(self, rows: NDArray[np.bool_] | Longs | slice) -> "Postings":
        """Return the rows of a mask, of numbers or of a slice."""
        return Postings(*(getattr(self, name)[rows] for name in self.__slots__))

    def key(self) -> Longs:
        """Return what each row is summed under, in one number: entry, other entry, account, from, to."""
        named = np.where(self.other < 0, NOBODY, self.other)
        return (((self.entry << ENTRY_BITS | named) << 2 | self.account) << 3 | self.was) << 3 | self.to

    def area_m2(self) -> NDArray[np.float64]:
        """Return each row's area in m² as the nearest float; sum with :meth:`area2_um2` where it must be exact."""
        return (self.high + self.low / HIGH) / 2

    def area2_um2(self, rows: NDArray[np.bool_] | None = None) -> int:
        """Return the exact sum of the rows' areas: doubled µm², a Python integer."""
        return exact_sum(self.high, self.low, rows)


NO_POSTINGS = Postings(*(np.empty(0, np.int64) for _ in Postings.__slots__))


def exact_sum(high: Longs, low: Longs, rows: NDArray[np.bool_] | None = None) -> int:
    """Return Σ high · 10¹² + low as a Python integer, exact for up to 9 million rows of ``low`` below 10¹²."""
    if rows is not None:
        high, low = high[rows], low[rows]
    return sum(int(part.sum()) for part in _pieces(high)) * HIGH + sum(int(part.sum()) for part in _pieces(low))


def _pieces(values: Longs) -> Iterator[Longs]:
    for start in range(0, len(values), 1_000_000):
        yield values[start : start + 1_000_000]


def postings_of_faces(
    rules: Bytes, columns: Columns, cover: Ints, offsets: Longs, active: Flags, face_high: Longs, face_low: Longs
) -> Postings:
    """Fold every face of a CSR list and return its movements, ordered by key (so by entry)."""
    size = 1 << max(8, len(cover).bit_length() - 2)
    table, face, used = new_table(size), 0, 0
    while True:
        face, used = post_faces(table, rules, columns, cover, offsets, active, face_high, face_low, face, used)
        if face == len(offsets) - 1:
            return _rows(table)
        table, full = new_table(2 * len(table[0])), table
        rehash(full, table)


def _rows(table: Table) -> Postings:
    filled = np.flatnonzero(table[0] != EMPTY)
    filled = filled[np.argsort(table[0][filled])]
    key, high, low, faces = (column[filled] for column in table)
    named = (key >> 8) & NOBODY
    other = np.where(named == NOBODY, -1, named)
    return Postings(key >> (8 + ENTRY_BITS), other, (key >> 6) & 3, (key >> 3) & 7, key & 7, high, low, faces)


def join_postings(parts: list[Postings]) -> Postings:
    """Return the rows of several postings, one after another."""
    return Postings(*(np.concatenate([getattr(part, name) for part in parts]) for name in Postings.__slots__))
