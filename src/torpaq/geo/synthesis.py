"""Geometry for made-up programmes: land in strips with shared borders, what lies inside a district, what overlaps.

A :class:`Belt` of cross-sections is a polygon that comes apart into strips: neighbouring strips share their border
points exactly, so that any run of strips has exactly the area of its parts. Everything is in whole centimetres of the
national equal-area CRS.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from torpaq.geo.crs import NationalCrs
from torpaq.geo.shape import CM_PER_M, Shape, shape_of_rings

PointCm = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Belt:
    """Cross-sections in walking order, each from a ``left`` to a ``right`` point (cm); equal points make a tip."""

    left: tuple[PointCm, ...]
    right: tuple[PointCm, ...]

    @property
    def strips(self) -> int:
        """The number of strips: one less than the cross-sections."""
        return len(self.left) - 1

    def ring(self, start: int = 0, end: int | None = None) -> list[PointCm]:
        """Return the outline of strips ``start`` to ``end`` (not included), counter-clockwise and not closed."""
        stop = (self.strips if end is None else end) + 1
        ring = [*self.right[start:stop], *reversed(self.left[start:stop])]
        return [point for k, point in enumerate(ring) if point != ring[k - 1]]

    def run(self, start: int, end: int) -> Shape:
        """Return strips ``start`` to ``end`` (not included) as one polygon."""
        return shape_of_rings([self.ring(start, end)])

    def inner(self, strip: int, share: float) -> Shape:
        """Return a polygon inside a strip: its corners drawn towards their mean, leaving ``share`` of each distance."""
        corners = self.run(strip, strip + 1).points_cm
        centre = corners.mean(axis=0)
        return shape_of_rings([np.rint(centre + share * (corners - centre)).astype(np.int64)])


class Region:
    """A district's polygons, ready to be asked what lies inside."""

    def __init__(self, boundary: Sequence[Sequence[Sequence[tuple[float, float]]]], crs: NationalCrs) -> None:
        """Take polygons of closed rings of (lon, lat), WGS 84 degrees, the shell first."""
        parts = [[_projected(ring, crs) for ring in polygon] for polygon in boundary]
        self.polygon = shapely.make_valid(shapely.multipolygons([shapely.Polygon(p[0], p[1:]) for p in parts]))
        shapely.prepare(self.polygon)

    @property
    def bounds_m(self) -> tuple[float, float, float, float]:
        """(x_min, y_min, x_max, y_max) in metres."""
        x_min, y_min, x_max, y_max = shapely.bounds(self.polygon).tolist()
        return x_min, y_min, x_max, y_max

    def holds(self, belts: Sequence[Belt]) -> NDArray[np.bool_]:
        """Say of each belt whether all of it lies in the region."""
        outlines = _polygons([belt.ring() for belt in belts])
        return np.asarray(shapely.contains(self.polygon, outlines), dtype=np.bool_)

    def holds_point(self, x_m: float, y_m: float) -> bool:
        """Say whether a point lies in the region."""
        return bool(shapely.contains_xy(self.polygon, x_m, y_m))


def are_simple(belts: Sequence[Belt]) -> NDArray[np.bool_]:
    """Say of each belt whether it and every strip of it is a valid polygon, so that the strips tile it.

    A belt with three points of a side within 1 cm of one line is not: a surveyor sets no turning point there.
    """
    rings: list[list[PointCm]] = []
    owners: list[int] = []
    for number, belt in enumerate(belts):
        rings += [belt.ring(), *(belt.ring(k, k + 1) for k in range(belt.strips))]
        owners += [number] * (belt.strips + 1)
    polygons = _polygons(rings)
    broken = ~shapely.is_valid(polygons) | ~shapely.is_ccw(shapely.get_exterior_ring(polygons))
    simple = np.array([not (_is_straight(belt.left) or _is_straight(belt.right)) for belt in belts], np.bool_)
    simple[np.array(owners, np.int64)[broken]] = False
    return simple


def _is_straight(side: Sequence[PointCm]) -> bool:
    """Say whether any three neighbouring points lie within 1 cm of one line, as geocheck's rule has it."""
    for (x0, y0), (x1, y1), (x2, y2) in zip(side, side[1:], side[2:], strict=False):
        if abs((x1 - x0) * (y2 - y1) - (y1 - y0) * (x2 - x1)) <= math.hypot(x2 - x0, y2 - y0):
            return True
    return False


def overlapping_pairs(belts: Sequence[Belt]) -> list[tuple[int, int]]:
    """Return the pairs (i < j) of belts that share land; a shared border alone is no overlap."""
    polygons = _polygons([belt.ring() for belt in belts])
    one, other = shapely.STRtree(polygons).query(polygons, predicate="intersects")
    later = one < other
    one, other = one[later], other[later]
    share_land = ~shapely.touches(polygons[one], polygons[other])
    return sorted(zip(one[share_land].tolist(), other[share_land].tolist(), strict=True))


def _projected(ring: Sequence[tuple[float, float]], crs: NationalCrs) -> NDArray[np.float64]:
    lonlat = np.array(ring, dtype=np.float64)
    x_m, y_m = crs.forward(lonlat[:, 0].copy(), lonlat[:, 1].copy())
    return np.column_stack((x_m, y_m))


def _polygons(rings: Sequence[Sequence[PointCm]]) -> NDArray[np.object_]:
    """Return outlines as polygons in metres."""
    points = np.array([point for ring in rings for point in (*ring, ring[0])], dtype=np.float64).reshape(-1, 2)
    numbers = np.repeat(np.arange(len(rings)), [len(ring) + 1 for ring in rings])
    return np.asarray(shapely.polygons(shapely.linearrings(points / CM_PER_M, indices=numbers)), dtype=np.object_)
