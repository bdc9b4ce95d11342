"""Where each located entry is at home: the part of the land that holds its component of overlapping polygons.

A new part takes over whole components; what an older part says of them is stale and skipped. Small parts are joined now
and then, and what is stale in them is dropped, so that neither their number nor their size grows without end.
"""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from torpaq.land.parts import Numbers, Part, join_parts, living_part, ranges
from torpaq.land.postings import NO_POSTINGS, Postings, join_postings

PARTS_BEFORE_JOINING = 48
PARTS_JOINED = 16
LEAST_LEFT_ALONE = 4096  # entries at home: a larger part, up to a sixteenth of all entries, is never joined


class Homes:
    """The parts, their movements, and the part and component each located entry is at home in (-1: none yet)."""

    def __init__(self, room: int = 1024) -> None:
        self.parts: list[Part] = []
        self.part_ids: list[int] = []
        self.home = np.full(max(1024, room), -1, np.int32)
        self._component = np.full(len(self.home), -1, np.int64)
        self._members: dict[int, Numbers] = {}
        self._posted: dict[int, Postings] = {}
        self._at_home: dict[int, int] = {}  # how many entries each part is the home of
        self._next_id = 0
        self._next_component = 0

    def adopt(self, part: Part, postings: Postings, count: int) -> None:
        """Make a part the home of its entries; ``count`` is how many entries there are in the book."""
        self._make_room(count)
        for old in np.unique(self._component[part.entries]).tolist():
            self._members.pop(old, None)
        for old, moved in zip(*np.unique(self.home[part.entries], return_counts=True), strict=True):
            if old >= 0:
                self._at_home[int(old)] -= int(moved)
        self.home[part.entries] = self._next_id
        self._component[part.entries] = part.component + self._next_component
        by_component = np.argsort(part.component, kind="stable")
        starts = np.flatnonzero(np.diff(part.component[by_component], prepend=-1))
        for numbers in np.split(part.entries[by_component], starts[1:]):
            self._members[int(self._component[numbers[0]])] = numbers
        self._next_component += int(part.component.max(initial=-1)) + 1
        self._add(part, postings)

    def components_of(self, numbers: Iterable[int]) -> Numbers:
        """Return all entries of the components these entries are in, without entries that have no home yet."""
        among = np.array([n for n in numbers if n < len(self.home)], np.int64)
        components = np.unique(self._component[among])
        members = [self._members[component] for component in components.tolist() if component >= 0]
        return np.concatenate(members) if members else np.empty(0, np.int64)

    def living(self, place: int, faces: NDArray[np.int32] | None = None) -> NDArray[np.bool_]:
        """Return which faces of a part (by its place in :attr:`parts`), all or these, are not stale."""
        first = self.parts[place].first if faces is None else self.parts[place].first[faces]
        living: NDArray[np.bool_] = self.home[first] == self.part_ids[place]
        return living

    def places_of(self, numbers: Iterable[int]) -> list[int]:
        """Return the places in :attr:`parts` where these entries are at home, ascending."""
        homes = {int(self.home[number]) for number in numbers}
        return [place for place, part_id in enumerate(self.part_ids) if part_id in homes]

    def living_postings(self, posted: Iterable[Postings] | None = None) -> Postings:
        """Return the movements of every part (or those given, one a part) that are not stale.

        A movement counts where its entry is at home; an entry that moved on posted again in its new part.
        """
        by_part = [self._posted[part_id] for part_id in self.part_ids] if posted is None else posted
        living = [p.where(self.home[p.entry] == i) for p, i in zip(by_part, self.part_ids, strict=True) if len(p)]
        return join_postings(living) if living else NO_POSTINGS

    def posted_by(self, numbers: Numbers) -> Postings:
        """Return the movements posted by these entries, each from its home."""
        homes = self.home[numbers]
        rows = []
        for part_id in np.unique(homes[homes >= 0]).tolist():
            posted, own = self._posted[part_id], np.sort(numbers[homes == part_id])
            low, high = (np.searchsorted(posted.entry, own, side) for side in ("left", "right"))
            rows.append(posted.where(ranges(low, high)))
        return join_postings(rows) if rows else NO_POSTINGS

    def tidy(self) -> None:
        """Forget parts that nobody is at home in and, where parts are many, join the smallest into one."""
        places = [place for place, part_id in enumerate(self.part_ids) if self._at_home[part_id]]
        if len(places) > PARTS_BEFORE_JOINING:
            sizes = {place: self._at_home[self.part_ids[place]] for place in places}
            largest = max(LEAST_LEFT_ALONE, sum(sizes.values()) // 16)
            small = sorted((place for place in places if sizes[place] <= largest), key=sizes.__getitem__)
            self._join(sorted(small[:PARTS_JOINED]), places)
        elif len(places) < len(self.parts):
            self._keep(places)

    def _join(self, chosen: list[int], places: list[int]) -> None:
        parts, posted = [], []
        for place in chosen:
            part, part_id = self.parts[place], self.part_ids[place]
            parts.append(living_part(part, self.living(place), self.home[part.entries] == part_id))
            rows = self._posted[part_id]
            posted.append(rows.where(self.home[rows.entry] == part_id))
        self._keep([place for place in places if place not in chosen])
        if not parts:
            return
        joined, postings = join_parts(parts), join_postings(posted)
        self.home[joined.entries] = self._next_id
        self._add(joined, postings.where(np.argsort(postings.entry, kind="stable")))

    def _keep(self, places: list[int]) -> None:
        self.parts = [self.parts[place] for place in places]
        self.part_ids = [self.part_ids[place] for place in places]
        self._posted = {part_id: self._posted[part_id] for part_id in self.part_ids}
        self._at_home = {part_id: self._at_home[part_id] for part_id in self.part_ids}

    def _add(self, part: Part, postings: Postings) -> None:
        self.parts.append(part)
        self.part_ids.append(self._next_id)
        self._posted[self._next_id] = postings
        self._at_home[self._next_id] = len(part.entries)
        self._next_id += 1

    def _make_room(self, count: int) -> None:
        if count > len(self.home):
            self.home = np.concatenate([self.home, np.full(count, -1, np.int32)])
            self._component = np.concatenate([self._component, np.full(count, -1, np.int64)])
