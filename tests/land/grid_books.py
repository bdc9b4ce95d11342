"""Random books on a grid of square metres, and their slow plain twin: each square metre folded by itself.

The twin is written from the design's words alone: it shares no code with the rules, the steps or the postings.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import strategies as st

from torpaq.geo.shape import Shape, shape_of_rings
from torpaq.land.entry import BOTH, Contamination, Entry, Kind, Located, Status, Unlocated

START = date(2021, 1, 1)
WIDE, HIGH = 12, 8
UM2 = 2 * 10**12  # doubled µm² in a square metre
LAND_KINDS = [kind for kind in Kind if kind not in (Kind.VOID, Kind.ASSERT)]
STATED = (Kind.ESTABLISH, Kind.EXTEND, Kind.REOPEN)
CLASSES = (Contamination.MINE, Contamination.ERW)
OPEN, RELEASED = ("sha", "cha"), ("cancelled", "reduced", "cleared")
Cells = frozenset[tuple[int, int]]
Box = tuple[int, int, int, int]


def box_ring(box: Box, clockwise: bool = False) -> list[tuple[int, int]]:
    x0, y0, x1, y1 = (100 * side for side in box)
    ring = [(x0, y0), (x1, y0), (x1, y1), (x0, y1)]
    return ring[::-1] if clockwise else ring


def cells_of(shape: Shape) -> Cells:
    """The square metres inside a shape of boxes: those whose middle an odd number of its rings goes around."""
    inside: set[tuple[int, int]] = set()
    for ring in shape.rings_cm:
        (x0, y0), (x1, y1) = (ring.min(axis=0) // 100).tolist(), (ring.max(axis=0) // 100).tolist()
        inside ^= {(x, y) for x in range(x0, x1) for y in range(y0, y1)}
    return frozenset(inside)


@st.composite
def boxes(draw: st.DrawFn, least: int = 1) -> Box:
    x, y = draw(st.integers(0, WIDE - least)), draw(st.integers(0, HIGH - least))
    return x, y, draw(st.integers(x + least, WIDE)), draw(st.integers(y + least, HIGH))


@st.composite
def shapes(draw: st.DrawFn) -> Shape:
    """A box, a box with a hole, or two boxes apart."""
    form = draw(st.sampled_from(["box", "box", "donut", "parts"]))
    if form == "donut":
        x0, y0, x1, y1 = draw(boxes(least=3))
        hx, hy = draw(st.integers(x0 + 1, x1 - 2)), draw(st.integers(y0 + 1, y1 - 2))
        hole = (hx, hy, draw(st.integers(hx + 1, x1 - 1)), draw(st.integers(hy + 1, y1 - 1)))
        return shape_of_rings([box_ring((x0, y0, x1, y1)), box_ring(hole, clockwise=True)])
    first = draw(boxes())
    if form == "parts" and first[2] < WIDE - 1:
        left = draw(st.integers(first[2] + 1, WIDE - 1))
        bottom = draw(st.integers(0, HIGH - 1))
        second = (left, bottom, draw(st.integers(left + 1, WIDE)), draw(st.integers(bottom + 1, HIGH)))
        return shape_of_rings([box_ring(first), box_ring(second)])
    return shape_of_rings([box_ring(first)])


@st.composite
def grid_entries(draw: st.DrawFn, number: int) -> Entry:
    kind = draw(st.sampled_from([*LAND_KINDS, Kind.ESTABLISH, Kind.ESTABLISH, Kind.CLEAR, Kind.REDRAW]))
    effective = START + timedelta(days=draw(st.integers(0, 700)))
    apart = draw(st.integers(0, 7)) == 0
    place = Unlocated(Decimal(draw(st.integers(1, 40))), "AZ-AGM") if apart else Located(draw(shapes()), "wkt")
    late = draw(st.sampled_from([0, 0, 3, 90]))
    return Entry(
        id=f"E{number}",
        kind=kind,
        effective=effective,
        recorded=effective + timedelta(days=late),
        area=draw(st.sampled_from(["HA-1", "HA-2", "HA-3"])),
        contamination=Contamination.NONE if kind is Kind.HAND_OVER else draw(st.sampled_from([*CLASSES, BOTH, BOTH])),
        status=draw(st.sampled_from([Status.SHA, Status.CHA])) if kind in STATED else None,
        depth_cm=Decimal(13) if kind is Kind.CLEAR else None,
        place=place,
        operator=draw(st.sampled_from(["OP-A", "OP-B"])),
        unit=draw(st.sampled_from(["AZ-AGM", "AZ-FUZ"])),
        method=draw(st.sampled_from(["manual", "mechanical"])),
    )


@st.composite
def grid_books(draw: st.DrawFn, most: int = 14) -> list[Entry]:
    """Entries in any order, voids among them: of entries, of later entries, of voids, of nothing."""
    entries: list[Entry] = []
    count = draw(st.integers(1, most))
    for number in range(count):
        if draw(st.integers(0, 5)) == 0:
            target = f"E{draw(st.integers(0, count))}"
            day = START + timedelta(days=draw(st.integers(0, 800)))
            entries.append(Entry(f"E{number}", Kind.VOID, day, day, target=target))
        else:
            entries.append(draw(grid_entries(number)))
    return entries


@dataclass
class Cell:
    """One square metre: the status of each class and of the land as such, and who opened them."""

    status: dict[Contamination, str] = field(default_factory=lambda: dict.fromkeys(CLASSES, "none"))
    opener: dict[Contamination, int | None] = field(default_factory=lambda: dict.fromkeys(CLASSES))
    land: str = "none"
    land_opener: int | None = None
    last: Contamination = Contamination.MINE


class Twin:
    """The slow plain twin of a fold: figures in whole square metres, by class and flow, for a date of knowledge."""

    def __init__(self, entries: list[Entry], on: date, known: date, since: date | None) -> None:
        self.entries, self.since = entries, since
        places = range(len(entries))
        self.known = known
        active = [n for n in places if self.stands(n) and entries[n].effective <= on]
        self.order = sorted(active, key=lambda n: (entries[n].effective, entries[n].recorded, n))
        self.voidless = [n for n in places if self.stands(n)]
        self.flows: dict[object, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        self.cells = {(x, y): Cell() for x in range(WIDE) for y in range(HIGH)}
        inside = {n: cells_of(p.shape) for n in self.voidless if isinstance(p := entries[n].place, Located)}
        redrawn = self.redrawn_status()
        for at, cell in self.cells.items():
            touched = {entries[n].area for n, covered in inside.items() if at in covered}
            for n in self.order:
                if n in inside and (at in inside[n] or (entries[n].kind is Kind.REDRAW and entries[n].area in touched)):
                    self.take(cell, n, at in inside[n], redrawn.get(n, ""))

    def comes_before(self, first: int, second: int) -> bool:
        return (self.entries[first].recorded, first) < (self.entries[second].recorded, second)

    def stands(self, number: int) -> bool:
        """Recorded by then, and not taken back by a standing void that came after it."""
        entries = self.entries
        voids = [v for v, e in enumerate(entries) if e.kind is Kind.VOID and e.target == entries[number].id]
        taken_back = any(self.stands(v) for v in voids if self.comes_before(number, v))
        return entries[number].recorded <= self.known and not taken_back

    def redrawn_status(self) -> dict[int, str]:
        """What a redraw adds is as its area was first established, before it in the order of the fold; else SHA."""
        by_date = sorted(self.voidless, key=lambda n: (self.entries[n].effective, self.entries[n].recorded, n))
        first: dict[str, str] = {}
        stated: dict[int, str] = {}
        for n in by_date:
            entry = self.entries[n]
            if entry.kind is Kind.ESTABLISH and entry.status:
                first.setdefault(entry.area, entry.status.value)
            if entry.kind is Kind.REDRAW:
                stated[n] = first.get(entry.area, "sha")
        return stated

    def becomes(self, cell: Cell, n: int, c: Contamination, covered: bool, redrawn: str) -> str:
        """What one class of one square metre becomes by an entry; what it is, where the entry may not change it."""
        entry, was = self.entries[n], cell.status[c]
        stated = entry.status.value if entry.status else ""
        opener = cell.opener[c]
        legal = {
            Kind.ESTABLISH: (was not in OPEN, stated),
            Kind.EXTEND: (was not in OPEN, stated),
            Kind.REOPEN: (was in RELEASED, stated),
            Kind.CONFIRM: (was == "sha", "cha"),
            Kind.CANCEL: (was == "sha", "cancelled"),
            Kind.REDUCE: (was in OPEN, "reduced"),
            Kind.CLEAR: (was in OPEN, "cleared"),
            Kind.REDRAW: (was == "none", redrawn),
        }
        if entry.kind is Kind.REDRAW and not covered:
            own = opener is not None and self.entries[opener].area == entry.area
            return "none" if own and was in OPEN else was
        may, to = legal.get(entry.kind, (False, was))
        return to if may else was

    def take(self, cell: Cell, n: int, covered: bool, redrawn: str) -> None:
        for c in CLASSES:
            if self.entries[n].contamination & c:
                was, to = cell.status[c], self.becomes(cell, n, c, covered, redrawn)
                self.book(n, c, was, to)
                if to != was:
                    cell.status[c], cell.last = to, c
                    if to in OPEN and was not in OPEN:
                        cell.opener[c] = n
        states = [cell.status[cell.last], *cell.status.values()]
        now = next((s for s in ("cha", "sha") if s in states), next((s for s in states if s != "none"), "none"))
        self.book(n, "land", cell.land, now)
        if now in OPEN and cell.land not in OPEN:
            cell.land_opener = n
        cell.land = now

    def book(self, n: int, account: object, was: str, to: str) -> None:
        """Book one square metre's movement under the name of its flow."""
        entry, flows = self.entries[n], self.flows[account]
        change = (to in OPEN) - (was in OPEN)
        flows["closing"] += change
        if self.since and entry.effective < self.since:
            flows["opening"] += change
            return
        if entry.kind is Kind.CONFIRM and (was, to) == ("sha", "cha"):
            flows["reclassified"] += 1
        name = {
            Kind.ESTABLISH: "established",
            Kind.EXTEND: "extended",
            Kind.REOPEN: "reopened",
            Kind.CANCEL: "cancelled",
            Kind.REDUCE: "reduced",
            Kind.CLEAR: "cleared",
            Kind.REDRAW: "corrected",
        }.get(entry.kind, "none")
        flows[name] += abs(change) if name in RELEASED else change

    def classes(self, c: Contamination) -> list[int]:
        """Square metres by status from SHA to cleared."""
        states = [cell.status[c] for cell in self.cells.values()]
        return [states.count(name) for name in (*OPEN, *RELEASED)]

    def classes_of(self, c: Contamination, key: str, value: str) -> list[int]:
        """The same for the land whose last opener states a unit or an area."""
        states = [
            cell.status[c]
            for cell in self.cells.values()
            if (opener := cell.opener[c]) is not None and getattr(self.entries[opener], key) == value
        ]
        return [states.count(name) for name in (*OPEN, *RELEASED)]


DAYS_AND_MORE = st.integers(-5, 820).map(lambda days: START + timedelta(days=days))
