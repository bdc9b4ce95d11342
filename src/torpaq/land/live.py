"""The land as the book of entries makes it: built at once or entry by entry, with the same result.

A new entry re-partitions only the land its polygon touches: the entries concerned move to a new part, and whatever an
older part says of them is stale and skipped. Small parts are joined now and then, so their number stays small.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from torpaq.geo.faces import BoxIndex
from torpaq.land.book import Book
from torpaq.land.entry import Entry, Located, Status, Unlocated
from torpaq.land.findings import entry_findings, posting_findings
from torpaq.land.parts import Numbers, Part, arrange, fresh_part, join_parts
from torpaq.land.postings import NO_POSTINGS, Postings, join_postings, postings_of_faces
from torpaq.land.rules import STATUSES, transition_table
from torpaq.land.steps import CLASSES, face_states
from torpaq.land.unlocated import unlocated_postings
from torpaq.standard.problems import Problem

RULES = transition_table()
PARTS_BEFORE_JOINING = 64
PARTS_JOINED = 32
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
        self.parts: list[Part] = []
        self.home = np.full(max(1024, len(self.book)), -1, np.int32)
        self._part_ids: list[int] = []
        self._next_id = 0
        self._indexed: list[int] = []
        self._indexed_below = 0
        self._component = np.full(len(self.home), -1, np.int64)
        self._members: dict[int, Numbers] = {}
        self._next_component = 0
        self._posted: dict[int, Postings] = {}
        self._known: dict[tuple[int, date | None], Postings] = {}
        located = np.flatnonzero(self.book.located)
        if len(located):
            part = arrange(self.book, located)
            self._adopt(part, self._post(part, self.book.standing()))

    @property
    def entries(self) -> Sequence[Entry]:
        """All entries, by number."""
        return self.book.entries

    @property
    def area_ids(self) -> list[str]:
        """The hazardous areas named by any entry, in order of first mention."""
        return [area for area in self.book.areas if area]

    def append(self, entry: Entry) -> list[Problem]:
        """Take one more entry; return the problems that are there now and were not before."""
        number = self.book.append(entry)
        trial = self._trial(number)
        if trial.part is not None:
            self._adopt(trial.part, trial.postings)
        self._known.clear()
        self._join_small_parts()
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
        _, unlocated = unlocated_postings(self.book, self.book.standing(known_on))
        return self._findings(range(len(self.book)), self.postings(known_on)) + unlocated

    def postings(self, known_on: date | None = None) -> Postings:
        """Return all movements as known on a date (None: now), ordered by part and entry; dates filter afterwards."""
        key = (len(self.book), known_on)
        if key not in self._known:
            if len(self._known) >= KNOWN_KEPT:
                self._known.pop(next(iter(self._known)))
            self._known[key] = self._all_postings() if known_on is None else self._postings_as_known(known_on)
        return self._known[key]

    def states(self, part: int, faces: Numbers, active: NDArray[np.bool_]) -> FaceStates:
        """Fold some faces of a part (by its place in :attr:`parts`) with the entries that are ``active``."""
        n = len(faces)
        status = np.zeros((n, CLASSES), np.int8)
        since = np.full((n, CLASSES), -1, np.int64)
        handed = np.full(n, -1, np.int64)
        source = self.parts[part]
        columns = self.book.columns_for(active)
        face_states(source.cover, source.offsets, faces, active, RULES, columns, status, since, handed)
        return FaceStates(status, since, handed)

    def living(self, part: int) -> NDArray[np.bool_]:
        """Return which faces of a part are not stale."""
        first = self.parts[part].first
        living: NDArray[np.bool_] = (first >= 0) & (self.home[first] == self._part_ids[part])
        return living

    def at(self, x_m: float, y_m: float, on: date | None = None, known_on: date | None = None) -> Spot:
        """Say what a spot (metres of the national CRS) is on a date, as known on a date. No record is not safe."""
        active = self.book.active(on, known_on)
        for place in reversed(range(len(self.parts))):
            part = self.parts[place]
            face = int(part.faces.locate(np.array([x_m]), np.array([y_m]))[0])
            if face >= 0 and self._is_living(place, face):
                return self._spot(place, face, active)
        return Spot((None, None), (None, None), None, (), 0.0)

    def locate(self, x_m: NDArray[np.float64], y_m: NDArray[np.float64]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """Return the part and the face of many spots (-1, -1 where nothing is recorded)."""
        parts = np.full(len(x_m), -1, np.int32)
        faces = np.full(len(x_m), -1, np.int32)
        for place, part in enumerate(self.parts):
            found = part.faces.locate(x_m, y_m)
            valid = (found >= 0) & self.living(place)[found]
            parts[valid], faces[valid] = place, found[valid]
        return parts, faces

    def _is_living(self, place: int, face: int) -> bool:
        first = int(self.parts[place].first[face])
        return first >= 0 and bool(self.home[first] == self._part_ids[place])

    def _spot(self, place: int, face: int, active: NDArray[np.bool_]) -> Spot:
        part = self.parts[place]
        states = self.states(place, np.array([face], np.int64), active)
        steps = [e if e >= 0 else ~e for e in part.cover[part.offsets[face] : part.offsets[face + 1]].tolist()]
        since = [self.entries[int(n)] if n >= 0 else None for n in states.since[0]]
        handed = int(states.handed_over[0])
        return Spot(
            (STATUSES[states.status[0, 0]], STATUSES[states.status[0, 1]]),
            (since[0], since[1]),
            self.entries[handed] if handed >= 0 else None,
            tuple(self.entries[n] for n in steps if active[n]),
            float(part.faces.area_m2[face]),
        )

    def _trial(self, number: int) -> "Trial":
        """Arrange and fold anew, beside what there is, the land that a just-appended entry touches."""
        near = self._near(number)
        placed = self.book.located[number]
        before = self._findings(near.tolist(), self._posted_by(near))
        concerned = np.append(near, number)
        part = arrange(self.book, concerned if placed else near) if placed or len(near) else None
        postings = self._post(part, self.book.standing()) if part else NO_POSTINGS
        after = self._findings(sorted(concerned.tolist()), postings)
        if isinstance(self.book.entries[number].place, Unlocated):
            standing = self.book.standing()
            after += unlocated_postings(self.book, standing)[1]
            standing[number] = False
            before += unlocated_postings(self.book, standing)[1]
        return Trial([found for found in after if found not in before], postings, self._posted_by(near), part)

    def _near(self, number: int) -> Numbers:
        """Return the located entries, other than itself, whose land an appended entry may change."""
        entry = self.book.entries[number]
        touched: list[int] = []
        if isinstance(entry.place, Located):
            touched = self._touching(number)
            area = self.book.area_of[entry.area]
            if self.book.redraws.get(area):
                touched += np.flatnonzero((self.book.columns[3] == area) & self.book.located).tolist()
        elif (target := self.book.number_of.get(entry.target)) is not None:
            touched = self._land_of(target)
        components = {self._component_of(n) for n in touched if n != number} - {-1}
        if not components:
            return np.empty(0, np.int64)
        return np.concatenate([self._members[component] for component in sorted(components)])

    def _land_of(self, number: int) -> list[int]:
        """Return the entries whose land an entry concerns: itself or, for a void of a void, the first taken back."""
        seen: set[int] = set()
        while number not in seen and self.book.entries[number].target:
            seen.add(number)
            number = self.book.number_of.get(self.book.entries[number].target, number)
        return [number]

    def _component_of(self, number: int) -> int:
        return int(self._component[number]) if number < len(self._component) else -1

    def _adopt(self, part: Part, postings: Postings) -> None:
        """Make a part the home of its entries."""
        if len(self.book) > len(self.home):
            spare = len(self.book)
            self.home = np.concatenate([self.home, np.full(spare, -1, np.int32)])
            self._component = np.concatenate([self._component, np.full(spare, -1, np.int64)])
        for old in {int(c) for c in self._component[part.entries] if c >= 0}:
            self._members.pop(old, None)
        self.home[part.entries] = self._next_id
        self._component[part.entries] = part.component + self._next_component
        by_component = np.argsort(part.component, kind="stable")
        starts = np.flatnonzero(np.diff(part.component[by_component], prepend=-1))
        for numbers in np.split(part.entries[by_component], starts[1:]):
            self._members[int(self._component[numbers[0]])] = numbers
        self._next_component += int(part.component.max(initial=-1)) + 1
        self.parts.append(part)
        self._part_ids.append(self._next_id)
        self._posted[self._next_id] = postings
        self._next_id += 1

    def _touching(self, number: int) -> list[int]:
        """Return the earlier located entries whose boxes overlap or touch an entry's; indexed when first asked for."""
        placed = np.flatnonzero(self.book.located[self._indexed_below : number]) + self._indexed_below
        self.index.extend([_box_cm(self.book.entries[n]) for n in placed.tolist()])
        self._indexed += placed.tolist()
        self._indexed_below = number
        box = _box_cm(self.book.entries[number])
        return [self._indexed[i] for i in self.index.query(box).tolist()]

    def _post(self, part: Part, active: NDArray[np.bool_]) -> Postings:
        faces = part.faces
        return postings_of_faces(
            RULES, self.book.columns_for(active), part.cover, part.offsets, active, faces.area2_hi, faces.area2_lo
        )

    def _all_postings(self) -> Postings:
        return self._living_postings([self._posted[part_id] for part_id in self._part_ids])

    def _postings_as_known(self, known_on: date) -> Postings:
        active = self.book.standing(known_on)
        return self._living_postings([self._post(part, active) for part in self.parts])

    def _living_postings(self, posted: list[Postings]) -> Postings:
        """A movement counts where its entry is at home; an entry that moved on posted again in its new part."""
        living = [p.where(self.home[p.entry] == i) for p, i in zip(posted, self._part_ids, strict=True) if len(p)]
        return join_postings(living) if living else NO_POSTINGS

    def _posted_by(self, numbers: Numbers) -> Postings:
        """Return the movements posted by these entries, each from its home."""
        rows = []
        for part_id in np.unique(self.home[numbers]).tolist() if len(numbers) else []:
            posted = self._posted[part_id]
            low, high = np.searchsorted(posted.entry, [numbers.min(), numbers.max() + 1])
            near = posted.where(slice(int(low), int(high)))
            rows.append(near.where(np.isin(near.entry, numbers) & (self.home[near.entry] == part_id)))
        return join_postings(rows) if rows else NO_POSTINGS

    def _findings(self, numbers: Iterable[int], postings: Postings) -> list[Problem]:
        found = [finding for number in numbers for finding in entry_findings(self.book, number)]
        return found + posting_findings(self.book, postings)

    def _join_small_parts(self) -> None:
        """Join the smallest parts into one, leaving behind what is stale in them."""
        if len(self.parts) <= PARTS_BEFORE_JOINING:
            return
        by_size = sorted(range(len(self.parts)), key=lambda place: self.parts[place].faces.n_faces)
        chosen = sorted(by_size[:PARTS_JOINED])
        kept = [place for place in range(len(self.parts)) if place not in chosen]
        fresh, posted = [], []
        for place in chosen:
            part, part_id = self.parts[place], self._part_ids[place]
            fresh.append(fresh_part(part, self.living(place), self.home[part.entries] == part_id))
            rows = self._posted[part_id]
            posted.append(rows.where(self.home[rows.entry] == part_id))
        joined = join_parts(fresh)
        postings = join_postings(posted)
        ids = [self._part_ids[place] for place in kept]
        self._posted = {part_id: self._posted[part_id] for part_id in ids}
        self._posted[self._next_id] = postings.where(np.argsort(postings.entry, kind="stable"))
        self.home[joined.entries] = self._next_id
        self.parts = [self.parts[place] for place in kept] + [joined]
        self._part_ids = [*ids, self._next_id]
        self._next_id += 1


def _box_cm(entry: Entry) -> tuple[int, int, int, int]:
    """The box of a located entry's polygon, centimetres of the national CRS."""
    if not isinstance(entry.place, Located):
        raise TypeError(f"{entry.id} has no polygon")
    return entry.place.shape.bounds_cm
