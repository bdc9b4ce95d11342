"""What a record says when it was edited in several places: a fold over the set of its versions.

Order of arrival, clocks and repeats never matter; a version descends from those it was edited from, and nothing else
orders them. No value is dropped in silence: what was written in two places differently is a conflict for a person.

For one element, a version *writes* where its value differs from that of a version it was edited from (being absent is
a value: removing is a write). A write is *overtaken* by a write that descends from it. The writes that nobody overtook
decide: one value among them is the element's value; several are a conflict, and the element stays as it was in the
latest state that all sides have in common, worked out by this same rule.
"""

import re
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import reduce
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise
from operator import and_, or_
from typing import TypeAlias, TypeGuard

from torpaq.intake.record.record import Value

Row: TypeAlias = Mapping[str, Value]

ROW_KEY = "_row"
_ROW_ID = re.compile(r"[^\[\]]+")


@dataclass(frozen=True, slots=True)
class Version:
    """One submission of a record: everything it says, and the ids of the versions it was edited from.

    No base: the record's first version. One: an edit. Several: a person's resolution of a conflict.
    """

    id: str
    bases: tuple[str, ...]
    values: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Conflict:
    """An element that only a person can settle.

    ``place`` is the element's code, then the row's id and the child's code where rows were merged. ``base`` is the
    value the sides have in common as their past, ``None`` where there is none. ``sides`` are pairs of a version's id
    and its value (``None``: absent), by id: each write that nobody overtook and, for an element that is settled by
    persons alone, each head that left the element as it was.
    """

    place: tuple[str, ...]
    base: Value | None
    sides: tuple[tuple[str, Value | None], ...]

    @property
    def element(self) -> str:
        """The place as text: ``depth_cm``, ``finds[r1]`` or ``finds[r1].model``."""
        return _path(self.place)


@dataclass(frozen=True, slots=True)
class Settled:
    """What the versions that have arrived say together.

    ``values`` by element. ``heads``: ids of versions nothing was edited from. ``conflicts`` by place. ``waiting``: ids
    of versions with a base, or a base of a base, that has not arrived. ``broken``: ids that have two contents or lie
    in a ring of bases. ``origins``: by element, or by ``finds[r1].model`` where rows were merged, the id of the
    version whose write gives the value. Waiting and broken versions change nothing else.
    """

    values: Mapping[str, Value]
    heads: tuple[str, ...]
    conflicts: tuple[Conflict, ...]
    waiting: tuple[str, ...]
    origins: Mapping[str, str]
    broken: tuple[str, ...]


def settle(versions: Iterable[Version], by_person: Collection[str]) -> Settled:
    """Return what a set of versions of one record says, whatever the order and number of times they arrived.

    ``by_person`` are codes of elements, or of children of a repeat, that no machine may settle: while there are
    several heads, a change that one head does not descend from is a conflict even where nobody else changed the
    element. Where all sides say the same there is nothing to settle. A row that one side adds is merged nevertheless:
    nobody else says anything about it.

    A list counts as one value unless each of its rows, in every version, has a text under ``_row``, unique in the
    list and without brackets. Such lists are merged row by row, and a row that nobody removed child by child. They
    are one value again where two sides put the rows in different orders, and where ``by_person`` names the list.
    """
    lineage, waiting, broken = _arrange(versions)
    settling = _Settling(lineage, frozenset(by_person))
    for element in sorted({element for version in lineage.versions for element in version.values}):
        settling.settle_element(element)
    return Settled(
        values=settling.values,
        heads=tuple(sorted(lineage.versions[head].id for head in lineage.heads)),
        conflicts=tuple(sorted(settling.conflicts, key=lambda conflict: conflict.place)),
        waiting=tuple(sorted(waiting)),
        origins=settling.origins,
        broken=tuple(sorted(broken)),
    )


# -- which versions count, and who descends from whom -----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Lineage:
    """Versions that have all their past here, bases first; versions are known by position, sets of them are bits."""

    versions: tuple[Version, ...]
    bases: tuple[tuple[int, ...], ...]
    ancestors: tuple[int, ...]
    heads: tuple[int, ...]

    def heads_within(self, within: int) -> list[int]:
        """The members of a set of versions that no other member descends from."""
        members = [i for i in range(len(self.versions)) if within >> i & 1]
        past = reduce(or_, (self.ancestors[i] for i in members), 0)
        return [i for i in members if not past >> i & 1]

    def common_past(self, members: Iterable[int]) -> int:
        """The set of versions that every member descends from."""
        return reduce(and_, (self.ancestors[i] for i in members))

    def by_id(self, members: Iterable[int]) -> list[int]:
        return sorted(members, key=lambda i: self.versions[i].id)


def _arrange(versions: Iterable[Version]) -> tuple[_Lineage, set[str], set[str]]:
    """Return the versions that count, the ids that wait for a base, and the ids that are broken."""
    arrived, broken = _by_id(versions)
    order = _peel((id_, version.bases) for id_, version in arrived.items())
    rings = _rings(arrived, arrived.keys() - set(order))
    counted: dict[str, int] = {}
    for id_ in order:
        if id_ in arrived and all(base in counted for base in arrived[id_].bases):
            counted[id_] = len(counted)

    bases = tuple(tuple(counted[base] for base in arrived[id_].bases) for id_ in counted)
    ancestors: list[int] = []
    for of_version in bases:
        ancestors.append(reduce(or_, (1 << base | ancestors[base] for base in of_version), 0))
    past = reduce(or_, ancestors, 0)
    lineage = _Lineage(
        versions=tuple(arrived[id_] for id_ in counted),
        bases=bases,
        ancestors=tuple(ancestors),
        heads=tuple(i for i in counted.values() if not past >> i & 1),
    )
    return lineage, arrived.keys() - counted.keys() - rings, broken | rings


def _by_id(versions: Iterable[Version]) -> tuple[dict[str, Version], set[str]]:
    """Return each version once, and the ids that came with two contents: neither of the two can be believed."""
    arrived: dict[str, Version] = {}
    broken: set[str] = set()
    for version in versions:
        first = arrived.setdefault(version.id, version)
        if _content(first) != _content(version):
            broken.add(version.id)
    return {id_: version for id_, version in arrived.items() if id_ not in broken}, broken


def _content(version: Version) -> Hashable:
    return frozenset(version.bases), _sameness(version.values)


def _rings(arrived: Mapping[str, Version], blocked: Collection[str]) -> set[str]:
    """Return the ids that lie in a ring of bases, or between two rings; the other blocked ids only follow one."""
    followers = _peel((base, [id_]) for id_ in blocked for base in arrived[id_].bases if base in blocked)
    return set(blocked) - set(followers)


def _peel(edges: Iterable[tuple[str, Iterable[str]]]) -> list[str]:
    """Return ids after all they depend on, without those in a ring and those that depend on one."""
    sorter: TopologicalSorter[str] = TopologicalSorter()
    for id_, depends_on in edges:
        sorter.add(id_, *depends_on)
    with suppress(CycleError):  # the sorter still yields all that no ring holds back
        sorter.prepare()
    order: list[str] = []
    while ready := sorter.get_ready():
        order += ready
        sorter.done(*ready)
    return order


# -- one element through all versions ---------------------------------------------------------------------------------


class _Strand:
    """One element, row or child through all versions: its values by position, and who wrote.

    ``asked`` is the set of versions that, as heads, count as a side though they left the element as it was.
    """

    def __init__(self, lineage: _Lineage, values: Sequence[Value | None], asked: int) -> None:
        self.lineage, self.values, self.asked = lineage, values, asked
        self.keys = [_sameness(value) for value in values]
        self.writes = [i for i, key in enumerate(self.keys) if self._differs_from_a_base(i, key)]

    def _differs_from_a_base(self, i: int, key: Hashable) -> bool:
        bases = self.lineage.bases[i]
        return any(self.keys[base] != key for base in bases) if bases else self.values[i] is not None

    def sides(self, within: int) -> list[int]:
        """The writes in a set of versions that nobody there overtook, by id, then the heads there that are asked."""
        ancestors = self.lineage.ancestors
        overtaken, latest = 0, []
        for i in reversed(self.writes):
            if within >> i & 1 and not overtaken >> i & 1:
                latest.append(i)
                overtaken |= ancestors[i]
        if not self.asked:
            return self.lineage.by_id(latest)
        written = reduce(or_, (1 << i for i in latest), 0)
        heads = [head for head in self.lineage.heads_within(within) if self.asked >> head & 1]
        silent = [head for head in heads if not (1 << head | ancestors[head]) & written]
        return self.lineage.by_id(latest) + self.lineage.by_id(silent)

    def agree(self, sides: Iterable[int]) -> bool:
        """Say whether all sides have one value; so do none."""
        return len({self.keys[i] for i in sides}) <= 1

    def giver(self, sides: list[int]) -> int | None:
        """The version that gives the value: of the sides where they agree, else of their latest common state."""
        while not self.agree(sides):
            sides = self.sides(self.lineage.common_past(sides))
        return sides[0] if sides else None


def _sameness(value: Value | None) -> Hashable:
    """What two equal values have in common: 13 is 13.0, the order of keys is nothing, the order of a list counts."""
    if isinstance(value, Mapping):
        return "{}", frozenset((key, _sameness(inner)) for key, inner in value.items())
    if _is_list(value):
        return "[]", tuple(_sameness(inner) for inner in value)
    return value


# -- settling ---------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Settling:
    """The values, conflicts and origins of the elements settled so far."""

    lineage: _Lineage
    by_person: frozenset[str]
    values: dict[str, Value] = field(default_factory=dict)
    conflicts: list[Conflict] = field(default_factory=list)
    origins: dict[str, str] = field(default_factory=dict)

    def settle_element(self, element: str) -> None:
        values = [version.values.get(element) for version in self.lineage.versions]
        rows = None if element in self.by_person else _rows(values)
        children_by_person = not self.by_person.isdisjoint(_children(values))
        person = element in self.by_person or (rows is None and children_by_person)
        strand = _Strand(self.lineage, values, self._all() if person else 0)
        sides = strand.sides(self._all())
        order = None
        if rows is not None and len(self.lineage.heads) > 1 and (children_by_person or not strand.agree(sides)):
            order = _common_order([list(rows[i]) for i in sides])
        value = self._value((element,), strand, sides) if order is None else self._merged(element, rows or [], order)
        if value is not None:
            self.values[element] = value

    def _all(self) -> int:
        return (1 << len(self.lineage.versions)) - 1

    def _value(self, place: tuple[str, ...], strand: _Strand, sides: list[int]) -> Value | None:
        """Settle what stands at a place as one value, with its conflict or origin noted."""
        ids = [version.id for version in self.lineage.versions]
        giver = strand.giver(sides)
        value = None if giver is None else strand.values[giver]
        if not strand.agree(sides):
            told = tuple((ids[i], strand.values[i]) for i in self.lineage.by_id(sides))
            self.conflicts.append(Conflict(place, value, told))
        if giver is not None and value is not None:
            self.origins[_path(place)] = ids[giver]
        return value

    def _merged(self, element: str, rows: list[dict[str, Row]], order: list[str]) -> Value | None:
        """Merge lists row by row; the rows that only an unchanged head still has may be in conflict too."""
        for head in self.lineage.by_id(self.lineage.heads):
            order = _woven(order, list(rows[head]))
        merged = [self._merged_row((element, row), [of_version.get(row) for of_version in rows]) for row in order]
        return [row for row in merged if row is not None] or None

    def _merged_row(self, place: tuple[str, str], rows: list[Row | None]) -> Value | None:
        """Settle one row: as a whole where a side removed it, else child by child."""
        # A head that does not have the row says nothing about it, so a row added on one side is no conflict.
        present = sum(1 << i for i, row in enumerate(rows) if row is not None)
        children = {child for row in rows for child in row or ()} - {ROW_KEY}
        strand = _Strand(self.lineage, rows, 0 if self.by_person.isdisjoint(children) else present)
        sides = strand.sides(self._all())
        if any(rows[i] is None for i in sides):
            return self._value(place, strand, sides)

        merged: dict[str, Value] = {ROW_KEY: place[1]}
        for child in sorted(children):
            values = [(row or {}).get(child) for row in rows]
            of_child = _Strand(self.lineage, values, present if child in self.by_person else 0)
            value = self._value((*place, child), of_child, of_child.sides(self._all()))
            if value is not None:
                merged[child] = value
        return merged


def _rows(values: Iterable[Value | None]) -> list[dict[str, Row]] | None:
    """Return the rows of each version's list by their ids; ``None`` where one of the values is no list of such rows."""
    found = []
    for value in values:
        if value is not None and not _is_list(value):
            return None
        rows: dict[str, Row] = {}
        for row in value or ():
            id_ = row.get(ROW_KEY) if isinstance(row, Mapping) else None
            if not isinstance(row, Mapping) or not isinstance(id_, str) or not _ROW_ID.fullmatch(id_) or id_ in rows:
                return None
            rows[id_] = row
        found.append(rows)
    return found


def _children(values: Iterable[Value | None]) -> set[str]:
    """Return the codes of all children in rows of lists."""
    rows = [row for value in values if _is_list(value) for row in value]
    return {child for row in rows if isinstance(row, Mapping) for child in row}


def _is_list(value: Value | None) -> TypeGuard[Sequence[Value]]:
    return isinstance(value, Sequence) and not isinstance(value, str)


def _common_order(lists: Iterable[list[str]]) -> list[str] | None:
    """Return one order of row ids that keeps the order within each list; ``None`` where lists contradict each other."""
    sorter: TopologicalSorter[str] = TopologicalSorter()
    for rows in lists:
        for row in rows[:1]:
            sorter.add(row)
        for before, row in pairwise(rows):
            sorter.add(row, before)
    try:
        sorter.prepare()
    except CycleError:
        return None
    order: list[str] = []
    ready: list[str] = []
    while sorter.is_active():
        ready += reversed(sorter.get_ready())  # the newest first, so that rows written together stay together
        order.append(ready.pop())
        sorter.done(order[-1])
    return order


def _woven(order: list[str], rows: list[str]) -> list[str]:
    """Return the order with each new row after the row that it follows in its own list."""
    known, followers, last = set(order), dict[str | None, list[str]](), None
    for row in rows:
        if row in known:
            last = row
        else:
            followers.setdefault(last, []).append(row)
    return followers.get(None, []) + [new for row in order for new in (row, *followers.get(row, ()))]


def _path(place: tuple[str, ...]) -> str:
    element, *inner = place
    row = f"[{inner[0]}]" if inner else ""
    return element + row + "".join(f".{child}" for child in inner[1:])
