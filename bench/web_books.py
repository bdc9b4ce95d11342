"""Large made-up ledgers for the benches of the desk."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random

import numpy as np

from generate import EVENTS_PER_HAZARD, clustered_shapes
from torpaq.geo.crs import AZE
from torpaq.geo.polygons import to_wkt
from torpaq.geo.shape import CM_PER_M, Shape
from torpaq.intake.demonstration import generate
from torpaq.land.entry import Contamination, Entry, Kind, Located, Status
from torpaq.standard.country import load_country

FIRST_DAY = date(2020, 11, 10)
DAYS = 2150
LATER_KINDS = (Kind.CONFIRM, Kind.CANCEL, Kind.REDUCE, Kind.CLEAR, Kind.EXTEND, Kind.REOPEN)
COPY_SHIFT_CM = np.array([700_000, 500_000], np.int64) * CM_PER_M  # wider than the country: copies never meet


def clustered_book(n: int, seed: int) -> list[Entry]:
    """Return n entries, twelve a hazardous area, in clusters of up to 180 overlapping polygons; many meet illegally."""
    random = Random(seed)
    days = np.sort(np.random.default_rng(seed).integers(0, DAYS, n))
    order = list(range(n))
    random.shuffle(order)
    shapes = clustered_shapes(n, seed)
    seen: set[int] = set()
    entries = []
    for number, (place, day) in enumerate(zip(order, days.tolist(), strict=True)):
        hazard = place // EVENTS_PER_HAZARD
        kind = random.choice(LATER_KINDS) if hazard in seen else Kind.ESTABLISH
        seen.add(hazard)
        entries.append(_entry(number, hazard, kind, FIRST_DAY + timedelta(days=day), shapes[place]))
    return entries


def _entry(number: int, hazard: int, kind: Kind, day: date, shape: Shape) -> Entry:
    states = kind in {Kind.ESTABLISH, Kind.EXTEND, Kind.REOPEN}
    return Entry(
        id=f"E{number:07d}",
        kind=kind,
        effective=day,
        recorded=day,
        area=f"HA-{hazard}",
        contamination=Contamination.MINE,
        status=Status.SHA if states else None,
        depth_cm=Decimal(13) if kind is Kind.CLEAR else None,
        place=Located(shape, f"wkt {to_wkt(shape, AZE, 8)}"),
        operator="OP-A",
    )


def demonstration_book(copies: int) -> list[Entry]:
    """Return the demonstration ledger several times over, side by side: about 14,400 faultless entries a copy."""
    book = generate(load_country("aze"))
    places = [(copy % 4, copy // 4) for copy in range(copies)]
    copied = [moved for copy, place in enumerate(places) for moved in _moved(book, copy, *place)]
    return sorted(copied, key=lambda entry: entry.recorded)


def _moved(book: list[Entry], copy: int, east: int, north: int) -> Iterator[Entry]:
    """Copy 0 is the book itself; assertions speak of the whole programme and are left out."""
    shift = np.array([east, north], np.int64) * COPY_SHIFT_CM
    for entry in book:
        if entry.kind is Kind.ASSERT:
            continue
        place = entry.place
        if isinstance(place, Located) and copy:
            shape = Shape((place.shape.points_cm + shift).astype("<i8").tobytes(), place.shape.ring_sizes)
            place = Located(shape, f"wkt {to_wkt(shape, AZE, 8)}")
        mark = f"C{copy}-"
        target = mark + entry.target if entry.target else ""
        yield replace(entry, id=mark + entry.id, area=mark + entry.area, place=place, target=target)
