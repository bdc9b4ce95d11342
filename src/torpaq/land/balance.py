"""Balances and flows.

Opening + established + extended + reopened − cancelled − reduced − cleared + corrected = closing:
it closes exactly, in integers, for the whole book and for every unit, hazardous area, operator, method and year. Units
and areas own land: a movement leaves the account of the entry that opened the land and enters that of the entry that
opens it anew. Operators and methods own their movements: their opening is what they had moved before.
Sources: IMAS 05.10 (reporting), IMAS 07.11 (land release); figures are published to 1 m² and shown to 0.01 m².
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from torpaq.land.book import Book
from torpaq.land.chain import digest_of
from torpaq.land.live import LiveLand
from torpaq.land.postings import HIGH, LAND_ACCOUNT, UNRECORDED, Postings
from torpaq.land.rules import (
    CANCEL,
    CHA,
    CLEAR,
    CONFIRM,
    ESTABLISH,
    EXTEND,
    NONE,
    REDRAW,
    REDUCE,
    REOPEN,
    SHA,
    STATUSES,
)
from torpaq.land.unlocated import unlocated_postings

CLASS_NAMES = ("mine", "erw")
UM2 = 2 * HIGH  # doubled µm² in a square metre
FLOWS = (
    "opening",
    "established",
    "extended",
    "reopened",
    "cancelled",
    "reduced",
    "cleared",
    "reclassified",
    "corrected",
    "not_previously_recorded",
    "closing",
)
FLOW_OF_OPERATION = {
    ESTABLISH: "established",
    EXTEND: "extended",
    REOPEN: "reopened",
    CANCEL: "cancelled",
    REDUCE: "reduced",
    CLEAR: "cleared",
    REDRAW: "corrected",
    CONFIRM: "reclassified",
}
INCOMING = ("established", "extended", "reopened", "corrected", "not_previously_recorded")
OUTGOING = ("cancelled", "reduced", "cleared")


Cells = tuple[NDArray[np.int64] | int, NDArray[np.int64] | int, NDArray[np.int64] | int]


class GroupBy(StrEnum):
    """What a balance can be split by."""

    UNIT = "unit"
    AREA = "area"
    OPERATOR = "operator"
    METHOD = "method"
    YEAR = "year"


OWNERS = (GroupBy.UNIT, GroupBy.AREA)


@dataclass(frozen=True, slots=True)
class Figures:
    """Exact areas, doubled µm² as Python integers: by class and status number, and flows by account (2 is land)."""

    classes: tuple[tuple[int, ...], tuple[int, ...]]
    flows: tuple[dict[str, int], dict[str, int], dict[str, int]]

    def as_json(self) -> dict[str, object]:
        """Return ``classes``, ``flows`` (of the land) and ``flows_by_class``, square metres to 0.01."""
        return {
            "classes": self.classes_json(),
            "flows": _flows_json(self.flows[LAND_ACCOUNT]),
            "flows_by_class": {name: _flows_json(self.flows[c]) for c, name in enumerate(CLASS_NAMES)},
        }

    def classes_json(self) -> dict[str, dict[str, float]]:
        """Return square metres to 0.01 by class name and status."""
        names = [status.value for status in STATUSES if status]
        return {
            name: {f"{s}_m2": square_metres(a) for s, a in zip(names, self.classes[c][1:], strict=True)}
            for c, name in enumerate(CLASS_NAMES)
        }


@dataclass(frozen=True, slots=True)
class Balance:
    """A book's figures on a date as known on a date, drawn and unlocated land apart, whole and in groups."""

    on: date
    known: date
    since: date | None
    located: Figures
    unlocated: Figures
    groups: dict[str, tuple[Figures, Figures]] = field(default_factory=dict)

    def as_json(self) -> dict[str, object]:
        """Return the documented keys ``on known classes unlocated flows flows_by_class groups digest``."""
        figures: dict[str, object] = {
            "on": self.on.isoformat(),
            "known": self.known.isoformat(),
            "from": self.since.isoformat() if self.since else None,
            **self.located.as_json(),
            "unlocated": _unlocated_json(self.unlocated),
            "groups": [
                {"key": key, **drawn.as_json(), "unlocated": _unlocated_json(apart)}
                for key, (drawn, apart) in self.groups.items()
            ],
        }
        return figures | {"digest": digest_of(figures)}


def square_metres(area2_um2: int) -> float:
    """Return square metres to 0.01 from doubled µm² (exact integer rounding, half away from zero)."""
    sign = -1 if area2_um2 < 0 else 1
    hundredths = (abs(area2_um2) * 100 + UM2 // 2) // UM2
    return sign * hundredths / 100


def balance(
    land: LiveLand,
    on: date | None = None,
    known_on: date | None = None,
    since: date | None = None,
    by: GroupBy | None = None,
) -> Balance:
    """Return the balance on a date (None: the last date in the book), flows from ``since`` (None: the first).

    Both dates of the period are included.
    """
    book = land.book
    on = on or _last(book.effective)
    known = known_on or _last(book.recorded)
    apart, _ = unlocated_postings(book, book.standing(known_on))
    accounts = (land.postings(known_on), apart)
    located, unlocated = (tally(book, postings, on, since) for postings in accounts)
    groups = _groups(book, accounts, on, since, by) if by else {}
    return Balance(on, known, since, located, unlocated, groups)


def tally(book: Book, postings: Postings, on: date, since: date | None = None) -> Figures:
    """Sum movements into one group's figures."""
    everything = np.zeros(len(postings), np.int64)
    return _tally(book, postings, (on, since), everything, everything, 1)[0]


def _groups(
    book: Book, accounts: tuple[Postings, Postings], on: date, since: date | None, by: GroupBy
) -> dict[str, tuple[Figures, Figures]]:
    if by is GroupBy.YEAR:
        periods = [(max(first, since or first), min(last, on)) for first, last in _years(book, on, since)]
        return {str(s.year): tuple_of(tally(book, p, o, s) for p in accounts) for s, o in periods}
    keys = entry_keys(book, by)
    names = sorted({keys[n] for p in accounts for n in np.unique(p.entry).tolist()})
    number_of = {name: number for number, name in enumerate(names)}
    key = np.array([number_of.get(name, 0) for name in keys], np.int64)
    split = []
    for postings in accounts:
        own = key[postings.entry]
        owner = np.where(postings.other >= 0, key[postings.other], own)
        opens = (_open(postings.to) & ~_open(postings.was)) | (postings.was == NONE)
        from_group, to_group = (owner, np.where(opens, own, owner)) if by in OWNERS else (own, own)
        split.append(_tally(book, postings, (on, since), from_group, to_group, len(names)))
    return {name: (split[0][number], split[1][number]) for name, number in number_of.items()}


def tuple_of(figures: Iterator[Figures]) -> tuple[Figures, Figures]:
    """Return the drawn and the unlocated figures as a pair."""
    drawn, apart = figures
    return drawn, apart


def _years(book: Book, on: date, since: date | None) -> list[tuple[date, date]]:
    effective = book.effective[[n for n, e in enumerate(book.entries) if e.place is not None]]
    if not len(effective):
        return []
    first = (since or date.fromordinal(int(effective.min()))).year
    return [(date(year, 1, 1), date(year, 12, 31)) for year in range(first, on.year + 1)]


def entry_keys(book: Book, by: GroupBy) -> list[str]:
    """Return each entry's group: what it states, or for units what its area's first establishing entry states."""
    if by is GroupBy.UNIT:
        return [entry.unit or _unit_of_area(book, number) for number, entry in enumerate(book.entries)]
    return [str(getattr(entry, by.value)) for entry in book.entries]


def _unit_of_area(book: Book, number: int) -> str:
    place = book.entries[number].place
    if place is not None and hasattr(place, "unit"):
        return str(place.unit)
    establishes = book.establishes.get(int(book.columns[3][number]), [])
    return book.entries[establishes[0]].unit if establishes else ""


def _tally(
    book: Book,
    postings: Postings,
    period: tuple[date, date | None],
    from_group: NDArray[np.int64],
    to_group: NDArray[np.int64],
    groups: int,
) -> list[Figures]:
    on, since = period
    effective = book.effective[postings.entry]
    legal = (postings.to < UNRECORDED) & (effective <= on.toordinal())
    rows, source, target = postings.where(legal), from_group[legal], to_group[legal]
    within = np.ones(len(rows), bool) if since is None else effective[legal] >= since.toordinal()
    statuses = _Sums((groups, 3, 6))
    statuses.add((target, rows.account, rows.to), rows)
    statuses.subtract((source, rows.account, rows.was), rows)
    flows = _Sums((groups, 3, len(FLOWS)))
    _add_openings(flows, rows, source, target, ~within)
    _add_flows(flows, book, rows, (source, target), within)
    return [_figures(statuses, flows, group) for group in range(groups)]


def _add_openings(
    flows: "_Sums", rows: Postings, source: NDArray[np.int64], target: NDArray[np.int64], before: NDArray[np.bool_]
) -> None:
    """Opening: what was open before the period; closing: what is open at its end."""
    opened = _open(rows.to) & ~_open(rows.was)
    closed = _open(rows.was) & ~_open(rows.to)
    for name, part in (("opening", before), ("closing", np.ones(len(rows), bool))):
        flow = FLOWS.index(name)
        flows.add((target, rows.account, flow), rows, opened & part)
        flows.subtract((source, rows.account, flow), rows, closed & part)


def _add_flows(
    flows: "_Sums",
    book: Book,
    rows: Postings,
    groups: tuple[NDArray[np.int64], NDArray[np.int64]],
    within: NDArray[np.bool_],
) -> None:
    source, target = groups
    operation = book.columns[0][rows.entry]
    opened = _open(rows.to) & ~_open(rows.was)
    closed = _open(rows.was) & ~_open(rows.to)
    for number, name in FLOW_OF_OPERATION.items():
        of_kind = within & (operation == number)
        cell = FLOWS.index(name)
        if number == CONFIRM:
            flows.add((target, rows.account, cell), rows, of_kind & (rows.was == SHA) & (rows.to == CHA))
        elif number in {CANCEL, REDUCE, CLEAR}:
            unrecorded = of_kind & (rows.was == NONE)
            flows.add((source, rows.account, cell), rows, (of_kind & closed) | unrecorded)
            flows.add((source, rows.account, FLOWS.index("not_previously_recorded")), rows, unrecorded)
        else:
            flows.add((target, rows.account, cell), rows, of_kind & opened)
            flows.subtract((source, rows.account, cell), rows, of_kind & closed)


class _Sums:
    """Exact sums in cells: areas as high · 10¹² + low, both int64, read out as Python integers."""

    def __init__(self, shape: tuple[int, int, int]) -> None:
        self.high = np.zeros(shape, np.int64)
        self.low = np.zeros(shape, np.int64)

    def add(self, cells: Cells, rows: Postings, mask: NDArray[np.bool_] | None = None, sign: int = 1) -> None:
        chosen = slice(None) if mask is None else mask
        where = tuple(cell[chosen] if isinstance(cell, np.ndarray) else cell for cell in cells)
        place = np.ravel_multi_index(np.broadcast_arrays(*where), self.high.shape)
        np.add.at(self.high.reshape(-1), place, sign * rows.high[chosen])
        np.add.at(self.low.reshape(-1), place, sign * rows.low[chosen])

    def subtract(self, cells: Cells, rows: Postings, mask: NDArray[np.bool_] | None = None) -> None:
        self.add(cells, rows, mask, -1)

    def value(self, *cell: int) -> int:
        return int(self.high[cell]) * HIGH + int(self.low[cell])


def _figures(statuses: _Sums, flows: _Sums, group: int) -> Figures:
    classes = [tuple(statuses.value(group, c, s) for s in range(6)) for c in range(len(CLASS_NAMES))]
    accounts = [{name: flows.value(group, a, f) for f, name in enumerate(FLOWS)} for a in range(3)]
    return Figures((classes[0], classes[1]), (accounts[0], accounts[1], accounts[2]))


def _open(status: NDArray[np.int64]) -> NDArray[np.bool_]:
    return np.isin(status, (SHA, CHA))


def _last(ordinals: NDArray[np.int32]) -> date:
    return date.fromordinal(int(ordinals.max())) if len(ordinals) else date(1, 1, 1)


def _flows_json(flows: dict[str, int]) -> dict[str, float]:
    return {f"{name}_m2": square_metres(flows[name]) for name in FLOWS}


def _unlocated_json(figures: Figures) -> dict[str, object]:
    return {**figures.classes_json(), "flows": _flows_json(figures.flows[LAND_ACCOUNT])}
