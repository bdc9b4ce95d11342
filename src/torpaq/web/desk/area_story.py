"""What there is to tell of one hazardous area: its balance, its land over time, who decided what, and its faces."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from django.db.models import Q
from numpy.typing import NDArray

from torpaq.land.balance import UM2
from torpaq.land.entry import Entry, Status
from torpaq.land.live import LiveLand
from torpaq.land.postings import HIGH, LAND_ACCOUNT, UNRECORDED, Postings
from torpaq.land.rules import NONE, STATUSES
from torpaq.web.desk.context import Question
from torpaq.web.desk.movements import ACCOUNTS, Cell, group_masks, postings_of_area, shares_of, total_m2
from torpaq.web.models import LedgerEntry

BALANCE_FIGURES = (
    "established", "extended", "reopened", "corrected", "cancelled", "reduced", "cleared", "stock_sha", "stock_cha",
)  # fmt: skip
FACES_SHOWN = 400


@dataclass(frozen=True, slots=True)
class BalanceLine:
    """One account of an area's balance: figures in the order of :data:`BALANCE_FIGURES`, with what remains open."""

    account: str
    cells: tuple[tuple[Cell, float], ...]
    open_m2: float


@dataclass(frozen=True, slots=True)
class Step:
    """The land of an area from a day on: square metres by status number."""

    day: date
    held_m2: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Move:
    """Land that an entry moved from one status to another; empty texts for no record."""

    account: str
    was: str
    to: str
    area_m2: float


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One entry in an area's history: its row, what it moved, and the entry that took it back, if one did."""

    row: LedgerEntry
    moves: tuple[Move, ...]
    voided_by: str


@dataclass(frozen=True, slots=True)
class Face:
    """One atomic face: closed rings in metres of the national CRS, a point inside, status and entries by class."""

    number: int
    rings_m: list[NDArray[np.float64]]
    inner_m: tuple[float, float]
    area_m2: float
    status: tuple[Status | None, Status | None]
    since: tuple[Entry | None, Entry | None]
    entries: tuple[Entry, ...]
    handed_over: bool

    @property
    def land_status(self) -> str:
        """Return the worst that the face is, as the map draws it."""
        found = [status for status in self.status if status]
        return min(found, key=lambda status: (status != "cha", status != "sha")).value if found else ""


def area_balance(land: LiveLand, area: str, question: Question, apart: bool = False) -> list[BalanceLine]:
    """Return the area's balance by class and as land, on the question's days; classes without land are left out."""
    postings = postings_of_area(land, area, question.known, apart)
    lines = []
    for account in ACCOUNTS:
        cells = [
            Cell(name, account, question.on, question.known, by="area", key=area, apart=apart)
            for name in BALANCE_FIGURES
        ]
        figures = tuple((cell, total_m2(shares_of(land, cell, postings))) for cell in cells)
        if any(figure for _, figure in figures):
            lines.append(BalanceLine(account, figures, figures[-1][1] + figures[-2][1]))
    return lines


def land_over_time(land: LiveLand, area: str, question: Question) -> list[Step]:
    """Return what the area held after every day on which something changed: drawn land and totals together."""
    changes: dict[int, list[int]] = {}
    for apart in (False, True):
        rows = postings_of_area(land, area, question.known, apart)
        rows = rows.where(rows.account == LAND_ACCOUNT)
        entering, leaving = group_masks(land, rows, "area", area)
        for mask, column, sign in ((entering, rows.to, 1), (leaving, rows.was, -1)):
            for number, status, high, low in _listed(rows, column, mask):
                day = int(land.book.effective[number])
                changes.setdefault(day, [0] * len(STATUSES))[status] += sign * (high * HIGH + low)
    held, steps = [0] * len(STATUSES), []
    for day in sorted(changes):
        if question.on is None or day <= question.on.toordinal():
            held = [before + change for before, change in zip(held, changes[day], strict=True)]
            held[NONE] = 0  # what came from or went to no record is not land of this area
            steps.append(Step(date.fromordinal(day), tuple(amount / UM2 for amount in held)))
    return steps


def _listed(rows: Postings, status: NDArray[np.int64], mask: NDArray[np.bool_]) -> Iterable[tuple[int, int, int, int]]:
    columns = (rows.entry, status, rows.high, rows.low)
    return zip(*(column[mask].tolist() for column in columns), strict=True)


def history(land: LiveLand, area: str, question: Question) -> list[HistoryLine]:
    """Return the area's entries in the ledger's order, and the entries that took some of them back."""
    own = LedgerEntry.objects.filter(area=area).values_list("entry_id", flat=True)
    rows = LedgerEntry.objects.filter(Q(area=area) | Q(target__in=own)).select_related("author", "signer")
    if question.known:
        rows = rows.filter(recorded__lte=question.known)
    if question.on:
        rows = rows.filter(effective__lte=question.on)
    listed = list(rows.order_by("position"))
    moves = moves_of(land, [row.entry_id for row in listed], question.known)
    voided = {row.target: row.entry_id for row in listed if row.target}
    return [HistoryLine(row, moves.get(row.entry_id, ()), voided.get(row.entry_id, "")) for row in listed]


def moves_of(land: LiveLand, ids: Sequence[str], known: date | None) -> dict[str, tuple[Move, ...]]:
    """Return, by entry id, what entries moved: of the land where it moved, else of the classes that did."""
    numbers = [land.book.number_of[name] for name in ids if name in land.book.number_of]
    postings = land.postings(known)
    rows = postings.where(np.isin(postings.entry, numbers) & (postings.to < UNRECORDED))
    found: dict[str, list[Move]] = {}
    for place in range(len(rows)):
        amount = (int(rows.high[place]) * HIGH + int(rows.low[place])) / UM2
        was, to = (STATUSES[int(status)] for status in (rows.was[place], rows.to[place]))
        move = Move(ACCOUNTS[int(rows.account[place])], was.value if was else "", to.value if to else "", amount)
        found.setdefault(land.entries[int(rows.entry[place])].id, []).append(move)
    return {name: _of_land_first(moves) for name, moves in found.items()}


def _of_land_first(moves: list[Move]) -> tuple[Move, ...]:
    """Keep the moves of the land; where only a class moved, keep the classes'."""
    of_land = tuple(move for move in moves if move.account == "land")
    return of_land or tuple(moves)


def faces_of(land: LiveLand, area: str, question: Question) -> tuple[list[Face], int]:
    """Return the faces that the area's entries touch and that have a status, largest first, and how many there are."""
    numbers = np.flatnonzero((land.book.columns[3] == land.book.area_of.get(area, -1)) & land.book.located)
    active = land.book.active(question.on, question.known)
    found: list[tuple[float, int, int]] = []
    for place, part in enumerate(land.parts):
        if not np.isin(part.entries, numbers).any():
            continue
        cover = np.where(part.cover >= 0, part.cover, ~part.cover)
        faces = np.unique(np.searchsorted(part.offsets, np.flatnonzero(np.isin(cover, numbers)), "right") - 1)
        faces = faces[land.living(place)[faces]]
        if len(faces):
            kept = (land.states(place, faces.astype(np.int64), active).status != NONE).any(axis=1)
            found += [(float(part.faces.area_m2[face]), place, int(face)) for face in faces[kept]]
    found.sort(key=lambda row: -row[0])
    shown = found[:FACES_SHOWN]
    return [_face(land, place, face, n, active) for n, (_, place, face) in enumerate(shown, 1)], len(found)


def _face(land: LiveLand, place: int, face: int, number: int, active: NDArray[np.bool_]) -> Face:
    part = land.parts[place]
    states = land.states(place, np.array([face], np.int64), active)
    steps = part.cover[part.offsets[face] : part.offsets[face + 1]].tolist()
    numbers = [step if step >= 0 else ~step for step in steps]
    since = [land.entries[int(n)] if n >= 0 else None for n in states.since[0]]
    inner = part.faces.inner_points_m([face])[0]
    return Face(
        number,
        part.faces.rings_m(face),
        (float(inner[0]), float(inner[1])),
        float(part.faces.area_m2[face]),
        (STATUSES[states.status[0, 0]], STATUSES[states.status[0, 1]]),
        (since[0], since[1]),
        tuple(land.entries[n] for n in numbers if active[n]),
        bool(states.handed_over[0] >= 0),
    )
