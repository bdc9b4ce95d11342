"""A marking plan: where each sign, post and gate stands, and what has to be brought.

A sign stands at each turning point, at each gate, and between them so often that no two neighbours are further apart
than allowed (IMAS 08.40). It faces whoever comes from outside; along a hole, whoever stands in it.
"""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from types import MappingProxyType

import numpy as np

from torpaq.geo.crs import AZE, NationalCrs, convergence_deg
from torpaq.geo.shape import Shape
from torpaq.operations.marking.ground import Heights
from torpaq.operations.marking.perimeter import Route, Side, crossings_m, sides_of
from torpaq.standard.problems import LANGUAGES, Problem, problem
from torpaq.standard.tables import STANDARD, read_table

MOST_POINTS = 20_000
"""A perimeter that needs more signs or posts is no hazardous area but a border: it is planned in parts."""
ROUNDING_M = 1e-6


class Where(StrEnum):
    """Why something stands where it stands."""

    TURNING_POINT = "turning_point"
    BETWEEN = "between"
    GATE = "gate"


class Basis(StrEnum):
    """How lengths were measured."""

    GROUND = "ground"
    HORIZONTAL = "horizontal"


@dataclass(frozen=True, slots=True)
class Standing:
    """A sign, post or gate: WGS 84 degrees, true bearing outward in whole degrees, and its way along its ring."""

    lon: float
    lat: float
    bearing_deg: int
    where: Where
    ring: int
    along_m: float


@dataclass(frozen=True, slots=True)
class BillLine:
    """One line of the bill of quantities: ``amount`` in ``unit`` (``items`` or ``m``)."""

    thing: str
    amount: float
    unit: str
    labels: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class MarkingPlan:
    """A whole plan; lengths in metres along the ground or horizontal, as ``basis`` says."""

    system: str
    basis: Basis
    length_m: float
    horizontal_m: float
    sign_spacing_m: float
    post_spacing_m: float
    signs: tuple[Standing, ...]
    posts: tuple[Standing, ...]
    gates: tuple[Standing, ...]
    bill: tuple[BillLine, ...]


@cache
def marking_bill() -> Mapping[str, tuple[Mapping[str, str], ...]]:
    """Return the rows of ``standard/marking_bill.csv`` by marking system."""
    rows: dict[str, list[Mapping[str, str]]] = {}
    for row in read_table(STANDARD / "marking_bill.csv"):
        rows.setdefault(row["system"], []).append(MappingProxyType(row))
    return MappingProxyType({system: tuple(found) for system, found in rows.items()})


def plan_marking(
    shape: Shape,
    system: str,
    sign_spacing_m: float,
    post_spacing_m: float,
    gate_m: float,
    heights: Heights | None = None,
    routes: Sequence[Route] = (),
    crs: NationalCrs = AZE,
    subject: str = "marking",
) -> tuple[MarkingPlan | None, list[Problem]]:
    """Plan the marking of a polygon; None and why where it cannot be planned.

    ``system`` is a code of the list ``marking_system``; ``routes`` are ways in, and every crossing gets a gate.
    """
    if system not in marking_bill():
        return None, [problem("marking_system_unknown", subject, value=system, allowed=" ".join(marking_bill()))]
    if min(sign_spacing_m, post_spacing_m, gate_m) <= 0:
        return None, [problem("marking_spacing_wrong", subject)]
    sides, is_along_ground = sides_of(shape, heights)
    length_m = sum(side.length_m for side in sides)
    fewest = length_m / min(sign_spacing_m, post_spacing_m)
    if fewest > MOST_POINTS:
        return None, [problem("marking_too_long", subject, length_m=round(length_m), most=MOST_POINTS)]
    turn_deg = convergence_deg(crs.proj, *_middle(shape, crs)) or 0.0
    gates_at = [sorted({m for route in routes for m in crossings_m(side, route)}) for side in sides]
    openings = [_openings(side, gates, gate_m) for side, gates in zip(sides, gates_at, strict=True)]
    has_posts = any(row["per"] == "post" for row in marking_bill()[system])
    sign_spans = [_spans_between(side, [(m, m) for m in gates]) for side, gates in zip(sides, gates_at, strict=True)]
    post_spans = [_spans_between(side, gaps) for side, gaps in zip(sides, openings, strict=True)]
    signs = _standing(sides, sign_spans, sign_spacing_m, turn_deg, crs)
    posts = _standing(sides, post_spans, post_spacing_m, turn_deg, crs) if has_posts else ()
    gates = tuple(one for one in signs if one.where is Where.GATE)
    basis = Basis.GROUND if is_along_ground else Basis.HORIZONTAL
    fence_m = length_m - sum(end_m - start_m for gaps in openings for start_m, end_m in gaps)
    bill = _bill(system, signs, posts, len(gates), fence_m)
    horizontal_m = sum(side.horizontal_m for side in sides)
    problems = [] if is_along_ground else [problem("marking_length_horizontal", subject)]
    problems += [problem("marking_route_apart", subject, number=n) for n in _apart(sides, routes)]
    spacing = (sign_spacing_m, post_spacing_m)
    return MarkingPlan(system, basis, length_m, horizontal_m, *spacing, signs, posts, gates, bill), problems


def _apart(sides: Sequence[Side], routes: Sequence[Route]) -> list[int]:
    """Return the numbers (from 1) of routes that cross nothing: they lead past, or end outside."""
    return [n for n, route in enumerate(routes, 1) if not any(crossings_m(side, route) for side in sides)]


def _middle(shape: Shape, crs: NationalCrs) -> tuple[float, float]:
    x0, y0, x1, y1 = shape.bounds_cm
    return crs.inverse((x0 + x1) / 200, (y0 + y1) / 200)


@dataclass(frozen=True, slots=True)
class _Span:
    """A stretch of a side in which things stand at equal steps; ``last`` where something stands at its end too."""

    start_m: float
    end_m: float
    first: Where
    last: Where | None


def _openings(side: Side, gates: Sequence[float], gate_m: float) -> list[tuple[float, float]]:
    """Return the openings of the fence on a side, cut off at its corners; gates that overlap make one opening."""
    merged: list[tuple[float, float]] = []
    for gate in gates:
        start_m, end_m = max(gate - gate_m / 2, 0.0), min(gate + gate_m / 2, side.length_m)
        if merged and start_m <= merged[-1][1]:
            merged[-1] = (merged[-1][0], end_m)
        else:
            merged.append((start_m, end_m))
    return merged


def _spans_between(side: Side, openings: Sequence[tuple[float, float]]) -> list[_Span]:
    """Return what lies between openings; an opening of no width is a place where one thing stands."""
    spans, start_m, first = [], 0.0, Where.TURNING_POINT
    for opening, next_m in openings:
        if opening <= ROUNDING_M and opening == next_m:
            first = Where.GATE
            continue
        is_wide = next_m > opening
        spans.append(_Span(start_m, opening, first, Where.GATE if is_wide and opening > start_m else None))
        start_m, first = next_m, Where.GATE
    if start_m < side.length_m - ROUNDING_M:
        spans.append(_Span(start_m, side.length_m, first, None))
    return spans


def _standing(
    sides: Sequence[Side], spans: Sequence[Sequence[_Span]], spacing_m: float, turn_deg: float, crs: NationalCrs
) -> tuple[Standing, ...]:
    """Set things into the spans of each side, at equal steps along the ground no longer than the spacing."""
    rows: list[tuple[float, float, float, Where, int, float]] = []
    along_m = 0.0
    before = {side.ring: side for side in sides}  # the last side of each ring ends where its first begins
    so_far = -1
    for side, own in zip(sides, spans, strict=True):
        along_m = along_m if side.ring == so_far else 0.0
        corner_deg = _between_deg(before[side.ring].outward_deg, side.outward_deg)
        before[side.ring], so_far = side, side.ring
        for at_m, where in _stops(own, spacing_m):
            bearing = corner_deg if at_m == 0 else side.outward_deg
            rows.append((*side.place(at_m), bearing, where, side.ring, along_m + at_m))
        along_m += side.length_m
    lon, lat = crs.inverse(np.array([row[0] for row in rows]), np.array([row[1] for row in rows]))
    return tuple(
        Standing(float(a), float(b), round(bearing + turn_deg) % 360, where, ring, at_m)
        for a, b, (_, _, bearing, where, ring, at_m) in zip(lon, lat, rows, strict=True)
    )


def _stops(spans: Sequence[_Span], spacing_m: float) -> list[tuple[float, Where]]:
    """Return (metres along the side, why) of everything that stands on it."""
    stops: list[tuple[float, Where]] = []
    for span in spans:
        length_m = span.end_m - span.start_m
        steps = max(math.ceil((length_m - ROUNDING_M) / spacing_m), 1)
        stops.append((span.start_m, span.first))
        stops += [(span.start_m + length_m * step / steps, Where.BETWEEN) for step in range(1, steps)]
        if span.last:
            stops.append((span.end_m, span.last))
    return stops


def _between_deg(one_deg: float, other_deg: float) -> float:
    """Return the bearing halfway between two, on the shorter way round."""
    return (one_deg + ((other_deg - one_deg + 180) % 360 - 180) / 2) % 360


def _bill(
    system: str, signs: Sequence[Standing], posts: Sequence[Standing], gates: int, fence_m: float
) -> tuple[BillLine, ...]:
    stood = Counter(post.where for post in posts)
    counts: dict[str, float] = {
        "sign": len(signs),
        "post": stood[Where.BETWEEN],
        "corner": stood[Where.TURNING_POINT],
        "gate_post": stood[Where.GATE],
        "gate": gates,
        "metre": fence_m,
    }
    lines = []
    for row in marking_bill()[system]:
        amount = float(row["amount"]) * counts[row["per"]]
        labels = MappingProxyType({language: row[language] for language in LANGUAGES})
        if amount:
            lines.append(BillLine(row["thing"], math.ceil(amount - ROUNDING_M), row["unit"], labels))
    return tuple(lines)
