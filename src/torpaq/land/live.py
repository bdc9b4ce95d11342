"""The land as the book of entries makes it: built at once or entry by entry, with the same result.

A new entry re-partitions only the land its polygon touches: the entries concerned move to a new part of their own (see
:mod:`torpaq.land.homes`), and everything else stays as it is.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from torpaq.geo.partition.faces import BoxIndex
from torpaq.geo.shape import CM_PER_M
from torpaq.land.book import Book
from torpaq.land.entry import Entry, Located, Status
from torpaq.land.findings import entry_findings, new_posting_findings, posting_findings
from torpaq.land.homes import Homes
from torpaq.land.parts import Numbers, Part, arrange, ranges
from torpaq.land.postings import NO_POSTINGS, Postings, postings_of_faces
from torpaq.land.rules import STATUSES, transition_table
from torpaq.land.steps import CLASSES, face_states
from torpaq.land.unlocated import UM2, unlocated_postings
from torpaq.standard.problems import Problem

RULES = transition_table()
KNOWN_KEPT = 4


@dataclass(frozen=True, slots=True)
class FaceStates:
    """What faces are: by class (column 0 mine, 1 erw) the status number and the entry that made it so (or -1)."""

    status: NDArray[np.int8]
    since: Numbers
    handed_over: Numbers


@dataclass(frozen=True, slots=True)
class Spot:
    """What one spot is: status by class, since which entry, the entry that handed it over, and all that bear on it."""

    status: tuple[Status | None, Status | None]
    since: tuple[Entry | None, Entry | None]
    handed_over: Entry | None
    entries: tuple[Entry, ...]
    area_m2: float


@dataclass(frozen=True, slots=True)
class Trial:
    """What one more entry would bring: new problems, and the movements of the land it touches after and before."""

    problems: list[Problem]
    postings: Postings
    postings_before: Postings
    part: Part | None


class LiveLand:
    """A ledger's land: entries, atomic faces, movements. Append-only; not thread-safe (the caller holds a lock)."""

    def __init__(self, entries: Iterable[Entry] = ()) -> None:
        self.book = Book(entries)
        self.index = BoxIndex()
        self._indexed: list[int] = []  # the entry of each box in the index
        self._indexed_below = 0
        self._homes = Homes(len(self.book))
        self._known: dict[tuple[int, date | None], Postings] = {}
        located = np.flatnonzero(self.book.located)
        if len(located):
            part = arrange(self.book, located)
            self._homes.adopt(part, self._post(part, self.book.standing()), len(self.book))

    @property
    def entries(self) -> Sequence[Entry]:
        """All entries, by number."""
        return self.book.entries

    @property
    def parts(self) -> list[Part]:
        """The parts of the land: every located entry is at home in one; some of a part's faces may be stale."""
        return self._homes.parts

    @property
    def area_ids(self) -> list[str]:
        """The hazardous areas named by any entry, in order of first mention."""
        return [area for area in self.book.areas if area]

    def append(self, entry: Entry) -> list[Problem]:
        """Take one more entry; return the problems that are there now and were not before."""
        number = self.book.append(entry)
        trial = self._trial(number)
        if trial.part is not None:
            self._homes.adopt(trial.part, trial.postings, len(self.book))
        self._known.clear()
        self._homes.tidy()
        return trial.problems

    def check(self, entry: Entry) -> "Trial":
        """Say what an entry would bring: problems and movements of the land it touches. Changes nothing."""
        number = self.book.append(entry)
        try:
            return self._trial(number)
        finally:
            self.book.drop_last()

    def problems(self, known_on: date | None = None) -> list[Problem]:
        """Return every problem of entries and movements, in the order of the book; unlocated land last."""
        found = [finding for number in range(len(self.book)) for finding in entry_findings(self.book, number)]
        _, unlocated = unlocated_postings(self.book, self.book.standing(known_on))
        return found + posting_findings(self.book, self.postings(known_on)) + unlocated

    def postings(self, known_on: date | None = None) -> Postings:
        """Return all movements as known on a date (None: now), ordered by part and entry; dates filter afterwards."""
        key = (len(self.book), known_on)
        if key not in self._known:
            if len(self._known) >= KNOWN_KEPT:
                self._known.pop(next(iter(self._known)))
            self._known[key] = self._postings(known_on)
        return self._known[key]

    def _postings(self, known_on: date | None) -> Postings:
        if known_on is None:
            return self._homes.living_postings()
        active = self.book.standing(known_on)
        return self._homes.living_postings([self._post(part, active) for part in self.parts])

    def states(self, part: int, faces: Numbers, active: NDArray[np.bool_]) -> FaceStates:
        """Fold some faces of a part (by its place in :attr:`parts`) with the entries that are ``active``."""
        n = len(faces)
        status = np.zeros((n, CLASSES), np.int8)
        since = np.full((n, CLASSES), -1, np.int64)
        handed = np.full(n, -1, np.int64)
        source = self.parts[part]
        columns = self.book.columns_for(active, _entries_on(source, faces) if self.book.redraws else None)
        face_states(source.cover, source.offsets, faces, active, RULES, columns, status, since, handed)
        return FaceStates(status, since, handed)

    def living(self, part: int) -> NDArray[np.bool_]:
        """Return which faces of a part (by its place in :attr:`parts`) are not stale."""
        return self._homes.living(part)

    def at(self, x_m: float, y_m: float, on: date | None = None, known_on: date | None = None) -> Spot:
        """Say what a spot (metres of the national CRS) is on a date, as known on a date. No record is not safe."""
        x_cm, y_cm = x_m * CM_PER_M, y_m * CM_PER_M
        box = (math.floor(x_cm), math.floor(y_cm), math.ceil(x_cm), math.ceil(y_cm))
        for place in self._homes.places_of(self._touching(box, len(self.book))):
            face = self.parts[place].faces.locate(x_m, y_m)
            if face[0] >= 0 and self._homes.living(place, face)[0]:
                return self._spot(place, face.astype(np.int64), self.book.active(on, known_on))
        return Spot((None, None), (None, None), None, (), 0.0)

    def locate(self, x_m: NDArray[np.float64], y_m: NDArray[np.float64]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """Return the part and the face of many spots (-1, -1 where nothing is recorded)."""
        parts = np.full(len(x_m), -1, np.int32)
        faces = np.full(len(x_m), -1, np.int32)
        left = _by_square(x_m, y_m)
        for place, part in enumerate(self.parts):
            found = part.faces.locate(x_m[left], y_m[left])
            here = np.flatnonzero(found >= 0)
            here = here[self._homes.living(place, found[here])]
            parts[left[here]], faces[left[here]] = place, found[here]
            left = np.delete(left, here)
        return parts, faces

    def _spot(self, place: int, face: Numbers, active: NDArray[np.bool_]) -> Spot:
        faces, states = self.parts[place].faces, self.states(place, face, active)
        since = [self.entries[n] if n >= 0 else None for n in states.since[0].tolist()]
        handed = int(states.handed_over[0])
        return Spot(
            (STATUSES[states.status[0, 0]], STATUSES[states.status[0, 1]]),
            (since[0], since[1]),
            self.entries[handed] if handed >= 0 else None,
            tuple(self.entries[n] for n in _entries_on(self.parts[place], face).tolist() if active[n]),
            faces.area2_um2(face) / UM2,
        )

    def _trial(self, number: int) -> "Trial":
        """Arrange and fold anew, beside what there is, the land that a just-appended entry touches."""
        near = self._near(number)
        before = self._homes.posted_by(near)
        concerned = np.append(near, number) if self.book.located[number] else near
        part = arrange(self.book, concerned) if len(concerned) else None
        after = self._post(part, self.book.standing()) if part else NO_POSTINGS
        problems = [finding for n in self._to_check(number) for finding in entry_findings(self.book, n)]
        problems += new_posting_findings(self.book, before, after) + self._unlocated_findings(number)
        return Trial(problems, after, before, part)

    def _near(self, number: int) -> Numbers:
        """Return the located entries, other than itself, whose land an appended entry may change."""
        subject = self._subject(number)
        place, area = self.book.entries[subject].place, int(self.book.columns[3][subject])
        touched = [subject]
        if subject == number and isinstance(place, Located):
            touched = self._touching(place.shape.bounds_cm, number)
        if area in self.book.redraws:  # what a redraw adds depends on every establishing entry, even an unlocated one
            touched += np.flatnonzero((self.book.columns[3] == area) & self.book.located).tolist()
        return self._homes.components_of(touched)

    def _subject(self, number: int) -> int:
        """Return the entry whose land an entry concerns: itself or, for a void (of a void), the first taken back."""
        seen: set[int] = set()
        while number not in seen and self.book.entries[number].target in self.book.number_of:
            seen.add(number)
            number = self.book.number_of[self.book.entries[number].target]
        return number

    def _to_check(self, number: int) -> list[int]:
        """Return the entry itself after earlier voids of its id: they named nothing and now may come too early."""
        entry = self.book.entries[number]
        if self.book.number_of[entry.id] != number:
            return [number]
        return [void for void in self.book.voids_of.get(entry.id, []) if void < number] + [number]

    def _unlocated_findings(self, number: int) -> list[Problem]:
        """Return what an entry brings to its area's account of unlocated land: problems that are new or larger."""
        entry = self.book.entries[number]
        area = self.book.columns[3][self._subject(number)]
        after = unlocated_postings(self.book, self.book.standing() & (self.book.columns[3] == area))[1]
        if not after:
            return []
        self.book.drop_last()
        before = unlocated_postings(self.book, self.book.standing() & (self.book.columns[3] == area))[1]
        self.book.append(entry)
        missing = {found.subject: float(found.parameters["missing_m2"]) for found in before}
        return [found for found in after if float(found.parameters["missing_m2"]) > missing.get(found.subject, 0)]

    def touching(self, box_cm: tuple[int, int, int, int]) -> list[Entry]:
        """Return the located entries whose boxes overlap or touch a box, centimetres of the national CRS."""
        return [self.entries[number] for number in self._touching(box_cm, len(self.book))]

    def _touching(self, box_cm: tuple[int, int, int, int], below: int) -> list[int]:
        """Return the located entries before ``below`` whose boxes overlap or touch a box."""
        if below > self._indexed_below:
            placed = np.flatnonzero(self.book.located[self._indexed_below : below]) + self._indexed_below
            self.index.extend([_box_cm(self.book.entries[n]) for n in placed.tolist()])
            self._indexed += placed.tolist()
            self._indexed_below = below
        return [self._indexed[i] for i in self.index.query(box_cm).tolist()]

    def _post(self, part: Part, active: NDArray[np.bool_]) -> Postings:
        faces, columns = part.faces, self.book.columns_for(active, part.entries)
        return postings_of_faces(RULES, columns, part.cover, part.offsets, active, faces.area2_hi, faces.area2_lo)


def _by_square(x_m: NDArray[np.float64], y_m: NDArray[np.float64]) -> Numbers:
    """Return the numbers of points kilometre square by square: neighbours are looked up faster one after another."""
    column, row = np.floor(x_m / 1000), np.floor(y_m / 1000)
    order: Numbers = np.lexsort((row, column))
    return order


def _entries_on(part: Part, faces: Numbers) -> Numbers:
    """Return the entries on these faces' lists, list after list."""
    steps = part.cover[ranges(part.offsets[faces], part.offsets[faces + 1])].astype(np.int64)
    numbers: Numbers = np.where(steps < 0, ~steps, steps)
    return numbers


def _box_cm(entry: Entry) -> tuple[int, int, int, int]:
    """The box of a located entry's polygon, centimetres of the national CRS."""
    if not isinstance(entry.place, Located):
        raise TypeError(f"{entry.id} has no polygon")
    return entry.place.shape.bounds_cm
