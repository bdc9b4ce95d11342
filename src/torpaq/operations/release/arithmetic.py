"""What became of a task's land, to the last integer: baseline, cancelled, reduced, cleared, what is still open.

The land inside a task's boundary is cut along every polygon that bears on it: of the ledger's entries and of the parts
that are proposed. Each piece is counted once whatever was proposed for it how often, so a released total is the area of
a union and never a sum of polygons, and what was processed is no term here at all (IMAS 07.11, 08.30). Areas are whole
doubled square micrometres until they are told.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from torpaq.geo.partition.faces import Faces, atomic_faces
from torpaq.geo.shape import Shape
from torpaq.land.balance import UM2, square_metres
from torpaq.land.entry import Contamination, Located, Status
from torpaq.land.live import LiveLand
from torpaq.land.rules import CANCELLED, CHA, CLEARED, NONE, REDUCED, SHA
from torpaq.standard.parameters import Parameter
from torpaq.standard.problems import Problem, problem

CLASS_NAMES = ("mine", "erw")
LAND = "land"
SLIVER2 = UM2  # 1 m²: less is what rounding along a shared border leaves
_OUTCOMES = {CANCELLED: "cancelled", REDUCED: "reduced", CLEARED: "cleared"}
_NUMBERS = {Status.CANCELLED: CANCELLED, Status.REDUCED: REDUCED, Status.CLEARED: CLEARED}
AFTER_ALL = 1 << 40  # places in the order of the fold for what is not in the ledger yet
Statuses = NDArray[np.int8]
Order = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Seen:
    """Land as it stood on a day, as it was known on a day; None: without limit."""

    on: date | None = None
    known_on: date | None = None


NOW = Seen()


@dataclass(frozen=True, slots=True)
class Product:
    """A part that a completion report releases. ``reported_m2`` is what it states, ``reason`` why that may differ."""

    name: str
    outcome: Status
    shape: Shape
    contamination: Contamination
    reported_m2: float | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Account:
    """One account of a task's land, doubled µm²: of a class, or of the land each piece once.

    ``added`` was opened after the baseline (extended, reopened); ``corrected`` is no longer recorded at all.
    """

    baseline: int = 0
    added: int = 0
    cancelled: int = 0
    reduced: int = 0
    cleared: int = 0
    remaining: int = 0
    corrected: int = 0

    @property
    def released(self) -> int:
        """Return cancelled, reduced and cleared together: disjoint pieces, so their sum is their union."""
        return self.cancelled + self.reduced + self.cleared

    @property
    def closes(self) -> bool:
        """Say whether what there was is what became of it."""
        return self.baseline + self.added == self.released + self.remaining + self.corrected

    def as_json(self) -> dict[str, float]:
        """Return square metres to 0.01 by name, ``baseline_m2`` … ``released_m2``."""
        names = ("baseline", "added", "cancelled", "reduced", "cleared", "remaining", "corrected", "released")
        return {f"{name}_m2": square_metres(getattr(self, name)) for name in names}


@dataclass(frozen=True, slots=True)
class ProductLand:
    """What a proposed part is made of, doubled µm²: its polygon, what lies outside the task, what is not open.

    ``unrecorded`` is land that no entry ever recorded: cleared on request, told apart, and no part of the baseline.
    """

    product: Product
    polygon: int
    outside: int
    not_open: int
    unrecorded: int


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece of the task's land for the map: closed rings in metres, a point inside, and what became of it."""

    rings_m: tuple[NDArray[np.float64], ...]
    inner_m: tuple[float, float]
    outcome: str
    area2: int


@dataclass(frozen=True, slots=True)
class TaskLand:
    """A task's land: accounts by ``mine``, ``erw`` and ``land``, the proposed parts, and the pieces for a picture."""

    accounts: Mapping[str, Account]
    boundary: int
    products: tuple[ProductLand, ...]
    products_union: int
    overlaps: Mapping[tuple[str, str], int]
    pieces: tuple[Piece, ...]

    @property
    def products_sum(self) -> int:
        """Return the proposed polygons' areas added up: larger than the union where they overlap."""
        return sum(one.polygon for one in self.products)

    @property
    def land(self) -> Account:
        """Return the account of the land, each piece once: open while any class is open."""
        return self.accounts[LAND]


def task_land(
    land: LiveLand,
    boundary: Shape,
    baseline_on: date | None,
    products: Sequence[Product] = (),
    seen: Seen = NOW,
) -> TaskLand:
    """Account for the land inside a boundary: what was open on a day (None: now), and what became of it since.

    With ``products`` it is told as it would stand once they were signed. ``seen`` asks for a past day instead of today,
    and for what was known then. Changes nothing.
    """
    shapes = [boundary, *(one.shape for one in products)]
    shapes += [e.place.shape for e in land.touching(_bounds(shapes)) if isinstance(e.place, Located)]
    faces = atomic_faces(shapes)
    covered = _covered(faces, 1 + len(products))
    now, since = _statuses(land, faces, seen)
    baseline = replace(seen, on=baseline_on)
    before, before_since = (now, since) if baseline_on is None else _statuses(land, faces, baseline)
    after, after_since = _proposed((now, since), covered[1:], products)
    inside = covered[0]
    accounts = {name: _account(faces, before[:, c], after[:, c], inside) for c, name in enumerate(CLASS_NAMES)}
    land_before, land_after = _of_land(before, before_since), _of_land(after, after_since)
    accounts[LAND] = _account(faces, land_before, land_after, inside)
    return TaskLand(
        MappingProxyType(accounts),
        faces.area2_um2(inside),
        tuple(_product_land(faces, inside, covered[n], now, one) for n, one in enumerate(products, 1)),
        faces.area2_um2(covered[1:].any(axis=0)) if products else 0,
        _overlaps(faces, covered[1:], products),
        _pieces(faces, inside, land_before, land_after),
    )


def _bounds(shapes: Sequence[Shape]) -> tuple[int, int, int, int]:
    boxes = np.array([shape.bounds_cm for shape in shapes])
    left, bottom = boxes[:, :2].min(axis=0).tolist()
    right, top = boxes[:, 2:].max(axis=0).tolist()
    return left, bottom, right, top


def _covered(faces: Faces, count: int) -> NDArray[np.bool_]:
    """Return (count, faces): which of the first shapes cover which face."""
    covered = np.zeros((count, faces.n_faces), np.bool_)
    face = np.repeat(np.arange(faces.n_faces), np.diff(faces.cover_offsets))
    first = faces.cover < count
    covered[faces.cover[first], face[first]] = True
    return covered


def _statuses(land: LiveLand, faces: Faces, seen: Seen) -> tuple[Statuses, Order]:
    """Return, (faces, 2): what each face is by class, asked at a point inside it, and since which entry.

    Entries are told by their place in the order of the fold, -1 for none.
    """
    status = np.zeros((faces.n_faces, len(CLASS_NAMES)), np.int8)
    since = np.full((faces.n_faces, len(CLASS_NAMES)), -1, np.int64)
    inner = faces.inner_points_m()
    parts, found = land.locate(inner[:, 0], inner[:, 1])
    active = land.book.active(seen.on, seen.known_on)
    for place in np.unique(parts[parts >= 0]).tolist():
        here = np.flatnonzero(parts == place)
        states = land.states(place, found[here].astype(np.int64), active)
        status[here], since[here] = states.status, states.since
    numbers = np.unique(since[since >= 0])
    rank = np.full(len(land.book) + 1, -1, np.int64)
    rank[land.book.order(numbers)] = np.arange(len(numbers))
    return status, rank[since]


def _proposed(
    now: tuple[Statuses, Order], covered: NDArray[np.bool_], products: Sequence[Product]
) -> tuple[Statuses, Order]:
    """Return the same once the products were signed: open classes that they name change; the first of two counts."""
    after, since = now[0].copy(), now[1].copy()
    for number, (product, mask) in enumerate(zip(products, covered, strict=True)):
        for c, member in enumerate((Contamination.MINE, Contamination.ERW)):
            if member in product.contamination:
                changed = mask & _open(after[:, c])
                after[changed, c], since[changed, c] = _NUMBERS[product.outcome], AFTER_ALL + number
    return after, since


def _open(status: Statuses) -> NDArray[np.bool_]:
    return np.isin(status, (SHA, CHA))


def _of_land(status: Statuses, since: Order) -> Statuses:
    """Return what the land is as such: open while a class is (CHA before SHA), else as it was released last."""
    worst = np.where(_open(status), status, NONE).max(axis=1)
    last = np.where(since[:, 0] >= since[:, 1], status[:, 0], status[:, 1])
    last = np.where(status.min(axis=1) == NONE, status.max(axis=1), last)
    return np.where(worst != NONE, worst, last).astype(np.int8)


def _account(faces: Faces, before: Statuses, after: Statuses, inside: NDArray[np.bool_]) -> Account:
    was_open, is_open = _open(before), _open(after)
    concerned = inside & (was_open | is_open | ((before != after) & (after != NONE)))
    area = {outcome: faces.area2_um2(concerned & (after == number)) for number, outcome in _OUTCOMES.items()}
    return Account(
        baseline=faces.area2_um2(concerned & was_open),
        added=faces.area2_um2(concerned & ~was_open),
        remaining=faces.area2_um2(concerned & is_open),
        corrected=faces.area2_um2(concerned & (after == NONE)),
        **area,
    )


def _product_land(
    faces: Faces, inside: NDArray[np.bool_], covered: NDArray[np.bool_], now: Statuses, product: Product
) -> ProductLand:
    classes = [c for c, member in enumerate((Contamination.MINE, Contamination.ERW)) if member in product.contamination]
    is_open = _open(now[:, classes]).any(axis=1)
    unrecorded = (now == NONE).all(axis=1)
    return ProductLand(
        product,
        faces.area2_um2(covered),
        faces.area2_um2(covered & ~inside),
        faces.area2_um2(covered & ~is_open & ~unrecorded),
        faces.area2_um2(covered & unrecorded),
    )


def _overlaps(faces: Faces, covered: NDArray[np.bool_], products: Sequence[Product]) -> Mapping[tuple[str, str], int]:
    found = {}
    for n, first in enumerate(products):
        for m in range(n + 1, len(products)):
            shared = faces.area2_um2(covered[n] & covered[m])
            if shared:
                found[first.name, products[m].name] = shared
    return MappingProxyType(found)


def _pieces(faces: Faces, inside: NDArray[np.bool_], before: Statuses, after: Statuses) -> tuple[Piece, ...]:
    names = {SHA: "sha", CHA: "cha", **_OUTCOMES}
    shown = np.flatnonzero(inside & (after != NONE))
    inner = faces.inner_points_m(shown)
    return tuple(
        Piece(
            tuple(faces.rings_m(face)),
            (float(inner[n, 0]), float(inner[n, 1])),
            names[int(after[face])],
            faces.area2_um2([face]),
        )
        for n, face in enumerate(shown.tolist())
    )


# -- what is wrong with proposed parts --------------------------------------------------------------------------------


def allowed_difference_m2(area_m2: float, parameters: Mapping[str, Parameter]) -> Decimal:
    """Return how far a stated area may be off without a reason: the larger of the two national limits, m²."""
    share = parameters["area_tolerance_percent"].value / 100
    return max(parameters["area_tolerance_m2"].value, Decimal(str(area_m2)) * share)


def product_problems(account: TaskLand, task: str, parameters: Mapping[str, Parameter]) -> list[Problem]:
    """Say what stands against the proposed parts: outside the task, twice, not open, stated otherwise (IMAS 08.30)."""
    found = [
        problem("release_parts_overlap", first, other=second, area_m2=square_metres(area2))
        for (first, second), area2 in account.overlaps.items()
        if area2 > SLIVER2
    ]
    for one in account.products:
        name = one.product.name
        if one.outside > SLIVER2:
            found.append(problem("release_outside_task", name, task=task, area_m2=square_metres(one.outside)))
        if one.not_open > SLIVER2:
            found.append(problem("release_not_open", name, area_m2=square_metres(one.not_open)))
        if one.unrecorded > SLIVER2:
            found.append(problem("release_not_recorded", name, area_m2=square_metres(one.unrecorded)))
        found += _stated(one, parameters)
    return found


def _stated(one: ProductLand, parameters: Mapping[str, Parameter]) -> list[Problem]:
    stated, own = one.product.reported_m2, square_metres(one.polygon)
    if stated is None:
        return []
    allowed = allowed_difference_m2(own, parameters)
    difference = Decimal(str(stated)) - Decimal(str(own))
    if abs(difference) <= allowed:
        return []
    numbers = {
        "stated_m2": stated,
        "ledger_m2": own,
        "difference_m2": round(float(difference), 2),
        "allowed_m2": round(float(allowed), 2),
    }
    if one.product.reason.strip():
        return [problem("release_area_explained", one.product.name, reason=one.product.reason.strip(), **numbers)]
    return [problem("release_area_unexplained", one.product.name, **numbers)]


def processed_beside_released(processed_m2: Mapping[str, float], account: TaskLand) -> dict[str, float]:
    """Return what was processed by method, its sum, and beside it what was released: three figures, none from another.

    Ground searched by a machine, then a dog, then a person is processed three times and released once.
    """
    return {
        **{f"processed_{method}_m2": round(area_m2, 2) for method, area_m2 in sorted(processed_m2.items())},
        "processed_m2": round(sum(processed_m2.values()), 2),
        "released_m2": square_metres(account.land.released),
        "cleared_m2": square_metres(account.land.cleared),
    }
