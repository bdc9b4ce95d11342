"""A million random entries in small books: whole numbers that must agree, and old dates whose answer must not move.

Of each book: the faces add up to what lies within their outer border; the balance is what faces folded one by one, by
rules written a second time here, add up to; every flow closes; groups add up to the whole; and a land that holds all
entries answers for an old date as the fold of what was known then.
"""

import argparse
import math
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal

import numpy as np

from generate import clustered_shapes
from telling import tell
from torpaq.geo.partition.faces import Faces
from torpaq.geo.shape import Shape, box_shape
from torpaq.land.balance import INCOMING, OUTGOING, Balance, Figures, GroupBy, balance
from torpaq.land.entry import Contamination, Entry, Kind, Located, Status, Unlocated
from torpaq.land.fold import fold
from torpaq.land.live import LiveLand

ENTRIES, A_BOOK = 1_000_000, 250
FIRST_DAY, DAYS = date(2015, 1, 1), 4000
KINDS = [k for k in Kind if k is not Kind.ASSERT] + [Kind.ESTABLISH, Kind.ESTABLISH, Kind.CLEAR, Kind.CONFIRM]
STATING = (Kind.ESTABLISH, Kind.EXTEND, Kind.REOPEN)
NAMES = ("none", "sha", "cha", "cancelled", "reduced", "cleared")
RELEASED = ("cancelled", "reduced", "cleared")
# kind: what land must be, and what becomes of it ("" as the entry states)
MEETINGS = {
    Kind.ESTABLISH: (("none", *RELEASED), ""),
    Kind.EXTEND: (("none", *RELEASED), ""),
    Kind.REOPEN: (RELEASED, ""),
    Kind.CONFIRM: (("sha",), "cha"),
    Kind.CANCEL: (("sha",), "cancelled"),
    Kind.REDUCE: (("sha", "cha"), "reduced"),
    Kind.CLEAR: (("sha", "cha"), "cleared"),
    Kind.REDRAW: (("none",), ""),
    Kind.HAND_OVER: ((), ""),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, default=ENTRIES)
    wanted = parser.parse_args().entries
    rng = np.random.default_rng(7)
    checks: dict[str, int] = {}
    entries = books = faces = 0
    drift_m2 = 0.0
    for number in range(-(-wanted // A_BOOK)):
        book = random_book(rng, number)
        on, known = (FIRST_DAY + timedelta(days=int(day)) for day in rng.integers(DAYS // 4, DAYS, 2))
        land, _ = fold(book)
        for name, wrong in mismatches(land, on, list(GroupBy)[number % len(GroupBy)]):
            checks[name] = checks.get(name, 0) + wrong
        drift_m2 = max(drift_m2, drift(book, on, known))
        entries, books = entries + len(book), books + 1
        faces += sum(part.faces.n_faces for part in land.parts)
    measured = {"entries": entries, "books": books, "faces": faces, "mismatches": sum(checks.values())}
    measured |= {"drift_m2": drift_m2, **{f"mismatches_{name}": count for name, count in checks.items()}}
    tell("ledger_exact", measured, {"mismatches": 0, "drift_m2": 0.001}, {"entries": wanted})


def random_book(rng: np.random.Generator, number: int) -> list[Entry]:
    """Return entries of any kind on boxes of whole metres, boxes of whole centimetres or stars, in turn."""
    shapes = random_shapes(rng, number)
    kinds, days, late, areas, classes, chance = (rng.integers(0, top, A_BOOK).tolist() for top in TOPS)
    entries: list[Entry] = []
    for n, shape in enumerate(shapes):
        kind = KINDS[kinds[n]]
        effective = FIRST_DAY + timedelta(days=days[n])
        recorded = effective + timedelta(days=late[n] if chance[n] % 3 == 0 else 0)
        if kind is Kind.VOID:
            entries.append(Entry(f"E{n}", kind, effective, recorded, target=f"E{chance[n] % A_BOOK}"))
            continue
        place = Unlocated(Decimal(chance[n]), "AZ-AGM") if chance[n] < 30 else Located(shape, "wkt")
        entries.append(
            Entry(
                f"E{n}",
                kind,
                effective,
                recorded,
                area=f"HA-{areas[n]}",
                contamination=Contamination(0 if kind is Kind.HAND_OVER else classes[n] + 1),
                status=(Status.SHA, Status.CHA)[chance[n] % 2] if kind in STATING else None,
                depth_cm=Decimal(13) if kind is Kind.CLEAR else None,
                place=place,
                operator=f"OP-{chance[n] % 5}",
                method=f"M-{chance[n] % 3}",
                unit=f"U-{chance[n] % 7}",
            )
        )
    return entries


TOPS = (len(KINDS), DAYS, 900, 20, 3, 1000)


def random_shapes(rng: np.random.Generator, number: int) -> list[Shape]:
    if number % 3 == 2:
        return clustered_shapes(A_BOOK, int(rng.integers(0, 2**31)))
    low, size = rng.uniform(-600, 600, (A_BOOK, 2)), rng.uniform(20, 160, (A_BOOK, 2))
    corners = np.concatenate([low, low + size], axis=1)
    return [box_shape(*corner) for corner in (corners.round() if number % 3 else corners).tolist()]


def mismatches(land: LiveLand, on: date, by: GroupBy) -> Iterator[tuple[str, int]]:
    """Count what does not agree to the last integer, by name of the check."""
    told = balance(land, on, None, FIRST_DAY + timedelta(days=DAYS // 3), by)
    yield "union", sum(part.faces.area2_um2() != bordered(part.faces) for part in land.parts)
    folded = folded_by_face(land, on)
    yield "statuses", sum(told.located.classes[c][s] != folded[c][s] for c in (0, 1) for s in range(1, 6))
    both = [[told.located, *(drawn for drawn, _ in told.groups.values())]]
    both.append([told.unlocated, *(apart for _, apart in told.groups.values())])
    flows = [flow for figures in both for one in figures for flow in one.flows]
    yield "flows", sum(closing(flow) != flow["closing"] for flow in flows)
    yield "groups", sum(not groups_add_up(whole, groups, by) for whole, *groups in both)


def closing(flow: dict[str, int]) -> int:
    return flow["opening"] + sum(flow[name] for name in INCOMING) - sum(flow[name] for name in OUTGOING)


def groups_add_up(whole: Figures, groups: list[Figures], by: GroupBy) -> bool:
    """Every flow of the groups adds up to the whole's (years share openings and closings: those are left out)."""
    left_out = ("opening", "closing") if by is GroupBy.YEAR else ()
    for account, flow in enumerate(whole.flows):
        for name, area in flow.items():
            if name not in left_out and sum(group.flows[account][name] for group in groups) != area:
                return False
    return by is GroupBy.YEAR or all(
        sum(group.classes[c][s] for group in groups) == whole.classes[c][s] for c in (0, 1) for s in range(6)
    )


def bordered(faces: Faces) -> int:
    """Return the doubled area within the outer borders, µm²: a shoelace over edges with land on one side only."""
    edges = faces.edges
    ends = [faces.vertices_um[edges[:, k]].astype(object) for k in (0, 1)]
    cross = ends[0][:, 0] * ends[1][:, 1] - ends[1][:, 0] * ends[0][:, 1]
    left, right = edges[:, 2] >= 0, edges[:, 3] >= 0
    return int(cross[left & ~right].sum()) - int(cross[right & ~left].sum())


def folded_by_face(land: LiveLand, on: date) -> list[list[int]]:
    """Fold each face by itself with the meetings above and add up what it has become, doubled µm²."""
    entries, active = land.entries, land.book.active(on)
    stated = first_stated(entries)
    totals = [[0] * 6, [0] * 6]
    for part in land.parts:
        cover, offsets = part.cover.tolist(), part.offsets.tolist()
        areas = zip(part.faces.area2_hi.tolist(), part.faces.area2_lo.tolist(), strict=True)
        for face, (high, low) in enumerate(areas):
            steps = [step for step in cover[offsets[face] : offsets[face + 1]] if active[max(step, ~step)]]
            for c, status in enumerate(folded_face(entries, stated, steps)):
                totals[c][NAMES.index(status)] += high * 10**12 + low
    return totals


def folded_face(entries: Sequence[Entry], stated: dict[int, str], steps: list[int]) -> list[str]:
    status, opener = ["none", "none"], ["", ""]
    for step in steps:
        entry = entries[max(step, ~step)]
        needs, becomes = MEETINGS[entry.kind]
        for c in (0, 1):
            if not entry.contamination & (c + 1):
                continue
            if step < 0:
                if status[c] in ("sha", "cha") and opener[c] == entry.area:
                    status[c] = "none"
            elif status[c] in needs:
                opens = status[c] not in ("sha", "cha")
                status[c] = becomes or stated[max(step, ~step)]
                if opens and status[c] in ("sha", "cha"):
                    opener[c] = entry.area
    return status


def first_stated(entries: Sequence[Entry]) -> dict[int, str]:
    """Return what each opening entry states; a redraw what its area was first established with before it."""
    first: dict[str, str] = {}
    stated: dict[int, str] = {}
    for n in sorted(range(len(entries)), key=lambda n: (entries[n].effective, entries[n].recorded, n)):
        entry = entries[n]
        if entry.kind is Kind.ESTABLISH and entry.status:
            first.setdefault(entry.area, entry.status.value)
        stated[n] = entry.status.value if entry.status else first.get(entry.area, "sha")
    return stated


def drift(book: list[Entry], on: date, known: date) -> float:
    """Return the largest difference, m², between a land that knows all and the fold of what was known then."""
    now, then = balance(LiveLand(book), on, known), balance(fold(book, known)[0], on, known)
    return max(math.fabs(a - b) for a, b in zip(figures_of(now), figures_of(then), strict=True)) / 2e12


def figures_of(told: Balance) -> list[int]:
    areas = [area for one in told.located.classes for area in one]
    return areas + [area for flow in told.located.flows for area in flow.values()]


if __name__ == "__main__":
    main()
