"""Areas and perimeters: geodesic on the WGS 84 ellipsoid, and planar in a CRS, with what either leaves out.

The ledger's area is horizontal and ellipsoidal: exact in whole centimetres of the national equal-area CRS
(:attr:`torpaq.geo.shape.Shape.area_m2`). The functions here check it against the ellipsoid and say how far areas in
other grids are off. Polygons are lists of polygons of rings (shell, then holes) of (lon, lat) in WGS 84 degrees,
closed or not, in either direction.
"""

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from torpaq.geo.crs import AZE, WGS84, Floats, NationalCrs, geod, transformer
from torpaq.geo.polygons import to_lonlat
from torpaq.geo.shape import Shape

LonLatRing = Sequence[Sequence[float]] | Floats
LonLatPolygons = Sequence[Sequence[LonLatRing]]

DENSE_M = 50.0
"""Edges are cut into pieces no longer than this before a curve is taken for a chord."""

EARTH_RADIUS_M = 6_371_008.8
"""The mean radius of the Earth (IUGG), for the height factor."""


class Measured(NamedTuple):
    """An area in square metres and the length of all rings in metres."""

    area_m2: float
    perimeter_m: float


def geodesic_area(polygons: LonLatPolygons) -> Measured:
    """Return area and perimeter on the WGS 84 ellipsoid with geodesic edges (Karney 2013)."""
    area_m2 = perimeter_m = 0.0
    for polygon in polygons:
        for number, ring in enumerate(polygon):
            points = np.asarray(ring, dtype=np.float64)
            signed_m2, length_m = geod().polygon_area_perimeter(points[:, 0].copy(), points[:, 1].copy())
            area_m2 += abs(signed_m2) if number == 0 else -abs(signed_m2)
            perimeter_m += length_m
    return Measured(area_m2, perimeter_m)


def straight_area(shape: Shape, crs: NationalCrs = AZE, step_m: float = DENSE_M) -> Measured:
    """Return geodesic area and perimeter of a shape whose edges are straight in the national CRS, as they are.

    Edges are cut every ``step_m`` in the CRS; the area agrees with ``shape.area_m2`` to better than 0.01 ppm.
    """
    dense: list[list[Floats]] = []
    for polygon in to_lonlat(shape, crs):
        dense.append([])
        for ring in polygon:
            points = np.array(ring)
            x_m, y_m = crs.forward(points[:, 0].copy(), points[:, 1].copy())
            lon, lat = crs.inverse(*_cut_straight(np.column_stack((x_m, y_m)), step_m))
            dense[-1].append(np.column_stack((lon, lat)))
    return geodesic_area(dense)


def projected_area_m2(polygons: LonLatPolygons, crs: str, step_m: float | None = DENSE_M, source: str = WGS84) -> float:
    """Return the planar area in a CRS (any PROJ or EPSG text), m², of geodesic edges cut every ``step_m``.

    With ``step_m`` None the vertices alone are projected and joined by straight lines. ``source`` is what the degrees
    are read as: the same numbers read as another datum give another area, which is how that mistake is measured.
    """
    to_crs = transformer(source, crs)
    total_m2 = 0.0
    for polygon in polygons:
        for number, ring in enumerate(polygon):
            points = _closed(np.asarray(ring, dtype=np.float64))
            dense = points if step_m is None else cut_geodesic(points, step_m)
            x_m, y_m = to_crs.transform(dense[:, 0].copy(), dense[:, 1].copy())
            area_m2 = abs(shoelace_m2(np.column_stack((x_m, y_m))))
            total_m2 += area_m2 if number == 0 else -area_m2
    return total_m2


def shoelace_m2(ring: Floats) -> float:
    """Return the signed planar area of one ring of (x, y) metres, closed or not, counter-clockwise positive."""
    relative = ring - ring[0]
    x, y = relative[:, 0], relative[:, 1]
    return float((x * np.roll(y, -1) - np.roll(x, -1) * y).sum()) / 2


def cut_geodesic(ring: Floats, step_m: float) -> Floats:
    """Return a closed ring of (lon, lat) with points put in along the geodesics, at most ``step_m`` apart."""
    pieces = []
    for (lon, lat), (next_lon, next_lat) in pairwise(ring):
        length_m = float(geod().inv(lon, lat, next_lon, next_lat)[2])
        between = geod().npts(lon, lat, next_lon, next_lat, max(math.ceil(length_m / step_m) - 1, 0))
        pieces.append(np.array([(lon, lat), *between]))
    return np.concatenate((*pieces, ring[:1]))


def _cut_straight(ring: Floats, step_m: float) -> tuple[Floats, Floats]:
    """Return x and y of a closed ring of metres with points put in along its straight edges."""
    pieces = []
    for start, end in pairwise(ring):
        count = max(math.ceil(float(np.hypot(*(end - start))) / step_m), 1)
        pieces.append(start + (end - start) * (np.arange(count) / count)[:, None])
    points = np.concatenate(pieces)
    return points[:, 0].copy(), points[:, 1].copy()


def _closed(ring: Floats) -> Floats:
    return ring if (ring[0] == ring[-1]).all() else np.concatenate((ring, ring[:1]))


def height_factor(height_m: float) -> float:
    """Return how many times larger an area is at a height than on the ellipsoid: (1 + h/R)²."""
    return (1 + height_m / EARTH_RADIUS_M) ** 2


def slope_factor(slope_deg: float) -> float:
    """Return how many times larger a sloping surface is than its horizontal area: 1/cos.

    A costing attribute only: the ledger never mixes it in.
    """
    return 1 / math.cos(math.radians(slope_deg))
