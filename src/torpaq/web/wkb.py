"""Shapes as ISO well-known binary: the one form both databases keep. Metres of the national equal-area CRS.

A centimetre divided by 100 and multiplied back is the same whole number for any coordinate on earth, so the round
trip is exact. Layout: OGC 06-103r4 §8.2, little-endian, always a MULTIPOLYGON.
"""

import struct

import numpy as np
from numpy.typing import NDArray

from torpaq.geo.shape import CM_PER_M, Shape, ring_area2_cm2, shape_of_rings

POLYGON, MULTIPOLYGON = 3, 6
SRID_FLAG = 0x20000000
HEAD = struct.Struct("<BI")
COUNT = struct.Struct("<I")


def shape_to_wkb(shape: Shape) -> bytes:
    """Return the shape as a MULTIPOLYGON in metres, rings closed."""
    polygons = polygons_of(shape)
    parts = [HEAD.pack(1, MULTIPOLYGON), COUNT.pack(len(polygons))]
    for rings in polygons:
        parts += [HEAD.pack(1, POLYGON), COUNT.pack(len(rings))]
        for ring in rings:
            closed = np.concatenate([ring, ring[:1]]) / CM_PER_M
            parts += [COUNT.pack(len(closed)), closed.astype("<f8").tobytes()]
    return b"".join(parts)


def polygons_of(shape: Shape) -> list[list[NDArray[np.int64]]]:
    """Group a shape's rings into polygons: a counter-clockwise shell with the clockwise holes that follow it."""
    polygons: list[list[NDArray[np.int64]]] = []
    for ring in shape.rings_cm:
        if not polygons or ring_area2_cm2(ring) > 0:
            polygons.append([])
        polygons[-1].append(ring)
    return polygons


def shape_from_wkb(data: bytes) -> Shape:
    """Read a POLYGON or MULTIPOLYGON in metres, little-endian, with or without an SRID; snapped to 1 cm.

    Raises ``ValueError`` for anything else: only our own columns are read by this.
    """
    rings: list[NDArray[np.int64]] = []
    kind, at = read_head(data, 0)
    if kind == POLYGON:
        read_polygon(data, at, rings)
    elif kind == MULTIPOLYGON:
        (count,) = COUNT.unpack_from(data, at)
        at += COUNT.size
        for _ in range(count):
            _, at = read_head(data, at)
            at = read_polygon(data, at, rings)
    else:
        raise ValueError(f"a shape is a polygon or multipolygon, not WKB type {kind}")
    return shape_of_rings(rings)


def read_head(data: bytes, at: int) -> tuple[int, int]:
    """Return the geometry type at an offset and the offset after its head."""
    order, kind = HEAD.unpack_from(data, at)
    if order != 1:
        raise ValueError("only little-endian WKB is kept")
    at += HEAD.size
    return (kind & ~SRID_FLAG, at + COUNT.size) if kind & SRID_FLAG else (kind, at)


def read_polygon(data: bytes, at: int, rings: list[NDArray[np.int64]]) -> int:
    """Add a polygon's rings, whole centimetres, to ``rings``; return the offset after it."""
    (count,) = COUNT.unpack_from(data, at)
    at += COUNT.size
    for _ in range(count):
        (size,) = COUNT.unpack_from(data, at)
        at += COUNT.size
        points = np.frombuffer(data, dtype="<f8", count=2 * size, offset=at).reshape(-1, 2)
        rings.append(np.rint(points * CM_PER_M).astype(np.int64))
        at += 16 * size
    return at
