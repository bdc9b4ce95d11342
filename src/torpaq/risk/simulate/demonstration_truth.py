"""What the land of the demonstration is made to hold: which of its areas hold mines, and where, all by lot.

Belts nearly always hold some, other suspected land one time in three. Where land was cleared they were found; the rest
still lies in land that is open, where people met some of it.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from torpaq.geo.shape import CM_PER_M, Shape
from torpaq.land.entry import Contamination, Entry, Kind, Located

Floats = NDArray[np.float64]
Random = np.random.Generator

LONG = 4.0  # a rectangle so many times longer than wide is a belt
BELT_HOLDS, OTHER_HOLDS = 0.9, 0.33
M2_AN_ITEM, MOST_ITEMS = 4_000.0, 60
FOUND, MET = 0.97, 0.05


@dataclass(frozen=True, slots=True)
class Truth:
    """Areas that hold mines and suspected areas that hold none, as polygons; items found, items left, accidents.

    Places are metres of the national CRS, (n, 2).
    """

    mined: list[shapely.Geometry]
    clean: list[shapely.Geometry]
    finds: Floats
    open_items: Floats
    accidents: Floats

    @staticmethod
    def scattered(polygon: shapely.Geometry, count: int, random: Random) -> Floats:
        """Return so many places in a polygon, or fewer where it is a small part of its box."""
        west, south, east, north = polygon.bounds
        places = random.uniform((west, south), (east, north), (count * 8, 2))
        return np.asarray(places[shapely.contains_xy(polygon, places[:, 0], places[:, 1])][:count])


def truth_of(entries: Iterable[Entry], window: shapely.Geometry, seed: int) -> Truth:
    """Return what the mine areas of a ledger within a window hold. An area's lot depends on its id alone."""
    land: dict[str, tuple[shapely.Geometry, float]] = {}
    cleared: dict[str, list[shapely.Geometry]] = {}
    for entry in entries:
        if not isinstance(entry.place, Located) or not entry.contamination & Contamination.MINE:
            continue
        if entry.kind is Kind.ESTABLISH:
            polygon = polygon_of(entry.place.shape)
            if polygon.intersects(window):
                land[entry.area] = (polygon, _lot(f"{seed}/{entry.area}"))
        elif entry.kind is Kind.CLEAR and entry.area in land:  # an area is established before any of it is cleared
            cleared.setdefault(entry.area, []).append(polygon_of(entry.place.shape))
    random = np.random.default_rng(seed)
    mined, clean, finds, left = [], [], [np.zeros((0, 2))], [np.zeros((0, 2))]
    for area, (polygon, lot) in sorted(land.items()):
        if lot >= (BELT_HOLDS if is_long(polygon) else OTHER_HOLDS):
            clean.append(polygon)
            continue
        mined.append(polygon)
        items = _items(polygon, random)
        done = shapely.union_all(cleared.get(area, []))
        inside = (
            shapely.contains_xy(done, items[:, 0], items[:, 1]) if not done.is_empty else np.zeros(len(items), bool)
        )
        finds.append(items[inside & (random.random(len(items)) < FOUND)])
        left.append(items[~inside])
    everything, still = np.concatenate(finds), np.concatenate(left)
    met = np.concatenate([still, everything])
    met = met[random.random(len(met)) < MET]
    return Truth(mined, clean, everything, still, met + random.normal(0, 100, met.shape))


def polygon_of(shape: Shape) -> shapely.Geometry:
    """Return a shape of the ledger as a polygon in metres."""
    shells: list[shapely.Geometry] = []
    holes: list[shapely.Geometry] = []
    for ring in shape.rings_cm:
        part = shapely.make_valid(shapely.Polygon(ring / CM_PER_M))
        (shells if shapely.is_ccw(shapely.LinearRing(ring / CM_PER_M)) else holes).append(part)
    return shapely.difference(shapely.union_all(shells), shapely.union_all(holes))


def is_long(polygon: shapely.Geometry) -> bool:
    """Say whether a polygon's area and length make it a belt, however it winds."""
    return bool(polygon.length**2 / max(polygon.area, 1.0) > 4 * LONG * (1 + 1 / LONG) ** 2)


def _items(polygon: shapely.Geometry, random: Random) -> Floats:
    """Lay items in a few clusters of a polygon."""
    count = min(MOST_ITEMS, max(2, int(polygon.area / M2_AN_ITEM)))
    centres = Truth.scattered(polygon, max(1, count // 8), random)
    if not len(centres):
        return np.zeros((0, 2))
    places = centres[random.integers(len(centres), size=count * 3)] + random.normal(0, 60, (count * 3, 2))
    return np.asarray(places[shapely.contains_xy(polygon, places[:, 0], places[:, 1])][:count])


def _lot(text: str) -> float:
    """Return a number from 0 to 1 that is always the same for a text."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:6]) / 2**48
