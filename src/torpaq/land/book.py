"""The book: entries in the order they came, with their columns as arrays, and which of them stand at a date."""

from collections.abc import Iterable
from datetime import date
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from torpaq.land.entry import Entry, Kind, Located, Status
from torpaq.land.rules import NONE, NUMBER_OF_KIND, NUMBER_OF_STATUS, SHA
from torpaq.land.steps import Columns

Key = TypeVar("Key", int, str)
NO_OPERATION = -1  # void and assert: they never meet land


class Book:
    """Entries by number (their place in the book, from 0) and the columns the fold reads. Grows, never shrinks."""

    def __init__(self, entries: Iterable[Entry] = ()) -> None:
        self.entries: list[Entry] = []
        self.number_of: dict[str, int] = {}
        self.area_of: dict[str, int] = {}
        self.areas: list[str] = []
        self.redraws: dict[int, list[int]] = {}
        self.establishes: dict[int, list[int]] = {}
        self.voids: list[int] = []
        self.voids_of: dict[str, list[int]] = {}  # by the id they take back, known or not
        self.asserts: list[int] = []
        self._operation = np.empty(0, np.int8)
        self._stated = np.empty(0, np.int8)
        self._classes = np.empty(0, np.int8)
        self._area = np.empty(0, np.int32)
        self._effective = np.empty(0, np.int32)
        self._recorded = np.empty(0, np.int32)
        self._located = np.empty(0, np.bool_)
        self._standing = np.empty(0, np.bool_)  # as known now, for as many entries as are counted beside it
        self._standing_for = 0
        self.extend(entries)

    def __len__(self) -> int:
        return len(self.entries)

    @property
    def columns(self) -> Columns:
        """Operation, stated status, classes and area of every entry, by number."""
        n = len(self)
        return self._operation[:n], self._stated[:n], self._classes[:n], self._area[:n]

    def columns_for(self, active: NDArray[np.bool_], numbers: NDArray[np.int64] | None = None) -> Columns:
        """Return the columns with each redraw's stated status, as the active entries make it.

        A redraw adds land in the class its area was first established with: first in the order of the fold and
        before the redraw, so that neither the order of recording nor later dates of effect matter. SHA, the lesser
        claim, where nothing was established before. Where ``numbers`` are given only their areas' redraws are set.
        """
        operation, stated, classes, area = self.columns
        areas = self.redrawn(numbers)
        if not areas:
            return self.columns
        stated = stated.copy()
        for number in areas:
            redraws = self.redraws[number]
            establishes = [n for n in self.establishes.get(number, []) if active[n]]
            first = NONE
            for n in self.order(np.array([*establishes, *redraws], np.int64)).tolist():
                if n in redraws:
                    stated[n] = first or SHA
                else:
                    first = first or int(stated[n])
        return operation, stated, classes, area

    def redrawn(self, numbers: NDArray[np.int64] | None = None) -> list[int]:
        """Return the areas that any redraw concerns, of all entries or of these, in ascending order."""
        if numbers is None or not self.redraws:
            return sorted(self.redraws)
        return [area for area in np.unique(self._area[numbers]).tolist() if area in self.redraws]

    @property
    def effective(self) -> NDArray[np.int32]:
        """Dates of effect as proleptic ordinals, by number."""
        return self._effective[: len(self)]

    @property
    def recorded(self) -> NDArray[np.int32]:
        """Dates of recording as proleptic ordinals, by number."""
        return self._recorded[: len(self)]

    @property
    def located(self) -> NDArray[np.bool_]:
        """Which entries have a polygon, by number."""
        return self._located[: len(self)]

    def extend(self, entries: Iterable[Entry]) -> None:
        """Append entries, in this order."""
        for entry in entries:
            self.append(entry)

    def append(self, entry: Entry) -> int:
        """Append one entry and return its number."""
        number = len(self.entries)
        if number >= len(self._operation):
            self._grow(max(1024, 2 * number))
        area = self._area_number(entry.area)
        operation = NUMBER_OF_KIND.get(entry.kind, NO_OPERATION)
        self.entries.append(entry)
        self.number_of.setdefault(entry.id, number)
        self._operation[number] = operation
        self._stated[number] = NUMBER_OF_STATUS[entry.status] if entry.status in (Status.SHA, Status.CHA) else 0
        self._classes[number] = int(entry.contamination)
        self._area[number] = area
        self._effective[number] = entry.effective.toordinal()
        self._recorded[number] = entry.recorded.toordinal()
        self._located[number] = isinstance(entry.place, Located)
        self._list(entry, number, area)
        return number

    def _list(self, entry: Entry, number: int, area: int) -> None:
        """List an entry under what is asked for later: its kind, its area, what it takes back."""
        if entry.kind is Kind.VOID or entry.id in self.voids_of:
            self._standing_for = 0
        if entry.kind is Kind.ESTABLISH:
            self.establishes.setdefault(area, []).append(number)
        if entry.kind is Kind.REDRAW:
            self.redraws.setdefault(area, []).append(number)
        if entry.kind is Kind.VOID:
            self.voids.append(number)
            self.voids_of.setdefault(entry.target, []).append(number)
        if entry.kind is Kind.ASSERT:
            self.asserts.append(number)

    def drop_last(self) -> None:
        """Forget the last entry: the end of a trial. The areas it may have named stay, unused."""
        entry = self.entries.pop()
        number = len(self.entries)
        if self.number_of.get(entry.id) == number:
            del self.number_of[entry.id]
        if entry.kind is Kind.VOID or entry.id in self.voids_of:
            self._standing_for = 0
        self._standing_for = min(self._standing_for, number)
        for numbers in (self.voids, self.asserts):
            if numbers and numbers[-1] == number:
                numbers.pop()
        _unlist(self.establishes, int(self._area[number]), number)
        _unlist(self.redraws, int(self._area[number]), number)
        _unlist(self.voids_of, entry.target, number)

    def order(self, numbers: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return entry numbers in the order of the fold: effective, recorded, position."""
        return numbers[np.lexsort((numbers, self._recorded[numbers], self._effective[numbers]))]

    def standing(self, known_on: date | None = None) -> NDArray[np.bool_]:
        """Return which entries stand as known on a date: recorded by then and not taken back by a standing void.

        A void may take back a void. It speaks only of entries recorded before it (or the same day, before it in the
        book); any other target is reported elsewhere and left alone. None: everything recorded so far is known.
        """
        if known_on is None:
            return self._standing_now().copy()
        return self._standing_within(known_on.toordinal())

    def _standing_now(self) -> NDArray[np.bool_]:
        """Everything recorded, kept from call to call: most entries neither take back nor are taken back."""
        n = len(self)
        if self._standing_for == 0:
            self._standing[:n] = self._standing_within(np.iinfo(np.int32).max)
        else:
            self._standing[self._standing_for : n] = True
        self._standing_for = n
        return self._standing[:n]

    def _standing_within(self, limit: int) -> NDArray[np.bool_]:
        n = len(self)
        standing = self.recorded <= limit
        voids = [number for number in self.voids if standing[number]]
        for number in sorted(voids, key=lambda v: (int(self._recorded[v]), v), reverse=True):
            target = self.number_of.get(self.entries[number].target)
            if standing[number] and target is not None and target < n and self.is_before(target, number):
                standing[target] = False
        return standing

    def is_before(self, first: int, second: int) -> bool:
        """Say whether an entry was recorded before another (same day: stands before it in the book)."""
        return (int(self._recorded[first]), first) < (int(self._recorded[second]), second)

    def active(self, on: date | None = None, known_on: date | None = None) -> NDArray[np.bool_]:
        """Return which entries stand as known and are effective on a date (None: without limit)."""
        standing = self.standing(known_on)
        return standing if on is None else standing & (self.effective <= on.toordinal())

    def _grow(self, size: int) -> None:
        for name in ("_operation", "_stated", "_classes", "_area", "_effective", "_recorded", "_located", "_standing"):
            old = getattr(self, name)
            new = np.zeros(size, old.dtype)
            new[: len(old)] = old
            setattr(self, name, new)

    def _area_number(self, area: str) -> int:
        number = self.area_of.get(area)
        if number is None:
            number = self.area_of[area] = len(self.areas)
            self.areas.append(area)
        return number


def _unlist(lists: dict[Key, list[int]], key: Key, number: int) -> None:
    """Take a number off the end of a key's list, and an emptied list away."""
    if lists.get(key, [])[-1:] == [number]:
        lists[key].pop()
        if not lists[key]:
            del lists[key]
