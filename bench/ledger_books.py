"""Seeded made-up ledgers for the benches: hazards with whole lives, and dense clusters with mostly illegal steps."""

from datetime import date, timedelta
from decimal import Decimal

import numpy as np

from generate import EVENTS_PER_HAZARD, clustered_shapes, hazards
from torpaq.geo.shape import CM_PER_M, Shape
from torpaq.land.entry import Contamination, Entry, Kind, Located, Status

CORNERS = 40  # of a hazard's perimeter; the parts released are fans of its edges, so a life has about 12 corners a line
FIRST_DAY = date(2004, 1, 1)
DAYS = 7_600
# kind, first and last corner of the fan that the entry covers (0 to CORNERS: the whole perimeter), days after the last
LIFE = (
    (Kind.ESTABLISH, 0, CORNERS, 0),
    (Kind.CANCEL, 0, 10, 200),
    (Kind.CONFIRM, 10, 30, 30),
    (Kind.REDUCE, 30, 35, 100),
    (Kind.CLEAR, 10, 15, 90),
    (Kind.CLEAR, 15, 20, 30),
    (Kind.CLEAR, 20, 25, 40),
    (Kind.CLEAR, 25, 30, 50),
    (Kind.REOPEN, 15, 20, 400),
    (Kind.CLEAR, 15, 20, 60),
    (Kind.EXTEND, 35, 38, 20),
    (Kind.HAND_OVER, 10, 30, 90),
)
OPENING = (Kind.ESTABLISH, Kind.EXTEND, Kind.REOPEN)
DENSE_KINDS = tuple(kind for kind, *_ in LIFE)


def legal_book(n: int, seed: int) -> list[Entry]:
    """Return n entries in order of recording, a life of twelve for each hazard; neighbours in a cluster overlap.

    One hazard in twenty is redrawn instead of extended, one in fifty has its handover taken back by a void.
    """
    rng = np.random.default_rng(seed)
    nhazards = -(-n // EVENTS_PER_HAZARD)
    x, y = hazards(nhazards, rng)
    radius = rng.lognormal(np.log(120), 0.35, nhazards)
    day = rng.integers(0, DAYS, nhazards)
    entries = [entry for h in range(nhazards) for entry in _life(h, (x[h], y[h]), radius[h], int(day[h]), rng)]
    entries.sort(key=lambda entry: entry.recorded)
    return entries[:n]


def _life(hazard: int, centre: tuple[float, float], radius: float, day: int, rng: np.random.Generator) -> list[Entry]:
    angle = 2 * np.pi * (np.arange(CORNERS) + rng.uniform(0, 0.8, CORNERS)) / CORNERS
    reach = radius * rng.uniform(0.8, 1.2, CORNERS)
    middle = np.rint(np.array(centre) * CM_PER_M)
    rays = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    corners = np.rint(middle + reach[:, None] * rays * CM_PER_M)
    outer = np.rint(middle + 1.5 * reach[:, None] * rays * CM_PER_M)
    classes = Contamination(int(rng.integers(1, 4)))
    redrawn, taken_back = hazard % 20 == 7, hazard % 50 == 13
    entries: list[Entry] = []
    for step, (kind, first, last, wait) in enumerate(LIFE):
        day += wait
        if taken_back and kind is Kind.HAND_OVER:
            entries.append(_void(hazard, entries[-2], day, step))
        elif redrawn and kind is Kind.EXTEND:
            wider = np.concatenate([corners[:first], outer[first:last], corners[last:]])
            entries.append(_entry(f"E{hazard}-{step}", Kind.REDRAW, hazard, day, classes, _shape(wider)))
        else:
            outside = kind is Kind.EXTEND
            shape = _outside(corners, outer, first, last) if outside else _fan(middle, corners, first, last)
            entries.append(_entry(f"E{hazard}-{step}", kind, hazard, day, classes, shape))
    return entries


def _void(hazard: int, target: Entry, day: int, step: int) -> Entry:
    when = FIRST_DAY + timedelta(days=day)
    return Entry(f"E{hazard}-{step}", Kind.VOID, when, when, target=target.id)


def _entry(name: str, kind: Kind, hazard: int, day: int, classes: Contamination, shape: Shape) -> Entry:
    effective = FIRST_DAY + timedelta(days=day)
    status = (Status.SHA if kind is Kind.ESTABLISH else Status.CHA) if kind in OPENING else None
    return Entry(
        name,
        kind,
        effective,
        effective + timedelta(days=day % 40),
        area=f"HA-{hazard}",
        contamination=Contamination.NONE if kind is Kind.HAND_OVER else classes,
        status=status,
        depth_cm=Decimal(13) if kind is Kind.CLEAR else None,
        place=Located(shape, "wkt"),
        operator=f"OP-{hazard % 7}",
        method=("manual", "mechanical", "dogs")[hazard % 3],
        unit=f"U{hazard % 13}",
    )


def _fan(middle: np.ndarray, corners: np.ndarray, first: int, last: int) -> Shape:
    if last - first == CORNERS:
        return _shape(corners)
    return _shape(np.concatenate([middle[None], corners[first : last + 1]]))


def _outside(corners: np.ndarray, outer: np.ndarray, first: int, last: int) -> Shape:
    return _shape(np.concatenate([outer[first : last + 1], corners[first : last + 1][::-1]]))


def _shape(points: np.ndarray) -> Shape:
    return Shape(points.astype("<i8").tobytes(), (len(points),))


def dense_book(n: int, seed: int) -> list[Entry]:
    """Return n entries on clustered shapes that lie anyhow over one another: a life's kinds, most steps illegal."""
    rng = np.random.default_rng(seed)
    classes = rng.integers(1, 4, n).tolist()
    days = (rng.integers(0, DAYS, -(-n // EVENTS_PER_HAZARD))).tolist()
    entries = []
    for i, shape in enumerate(clustered_shapes(n, seed)):
        hazard, step = divmod(i, EVENTS_PER_HAZARD)
        day = days[hazard] + 60 * step
        entries.append(_entry(f"E{i}", DENSE_KINDS[step], hazard, day, Contamination(classes[i]), shape))
    entries.sort(key=lambda entry: entry.recorded)
    return entries
