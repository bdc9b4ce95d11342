"""Points, lines and polygons as flat arrays of metres, as compiled loops want them and as they travel well."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Shapes:
    """Geometries in metres of the national CRS, by kind; ``…_of`` says which of the given geometries each came from.

    Line k has the vertices ``line_starts[k]`` to ``line_starts[k + 1]`` of ``line_xy``; ring k, closed, likewise of
    ``ring_xy``; polygon k has the rings ``polygon_starts[k]`` to ``polygon_starts[k + 1]``, holes among them.
    """

    point_xy: Floats
    point_of: Indices
    line_xy: Floats
    line_starts: Indices
    line_of: Indices
    ring_xy: Floats
    ring_starts: Indices
    polygon_starts: Indices
    polygon_of: Indices


def shapes_of(geometries: Sequence[Any]) -> Shapes:
    """Return shapely geometries as flat arrays; collections are taken apart, empty ones and None left out."""
    import shapely

    parts, origin = np.asarray(geometries, dtype=object), np.arange(len(geometries), dtype=np.int64)
    while (shapely.get_type_id(parts) == shapely.GeometryType.GEOMETRYCOLLECTION).any():
        parts, within = shapely.get_parts(parts, return_index=True)
        origin = origin[within]
    parts, within = shapely.get_parts(parts, return_index=True)
    parts, origin = parts[~shapely.is_empty(parts)], origin[within][~shapely.is_empty(parts)]
    kinds = shapely.get_type_id(parts)
    point = kinds == shapely.GeometryType.POINT
    line = (kinds == shapely.GeometryType.LINESTRING) | (kinds == shapely.GeometryType.LINEARRING)
    polygon = kinds == shapely.GeometryType.POLYGON
    line_xy, line_in = shapely.get_coordinates(parts[line], return_index=True)
    rings, ring_in = shapely.get_rings(parts[polygon], return_index=True)
    ring_xy, vertex_in = shapely.get_coordinates(rings, return_index=True)
    return Shapes(
        shapely.get_coordinates(parts[point]),
        origin[point],
        line_xy,
        _starts(line_in, int(line.sum())),
        origin[line],
        ring_xy,
        _starts(vertex_in, len(rings)),
        _starts(ring_in, int(polygon.sum())),
        origin[polygon],
    )


def points_only(xy: Floats) -> Shapes:
    """Return shapes of points alone, an array of (x_m, y_m)."""
    none, no_xy = np.zeros(0, dtype=np.int64), np.zeros((0, 2))
    start = np.zeros(1, dtype=np.int64)
    of = np.arange(len(xy), dtype=np.int64)
    return Shapes(np.asarray(xy, dtype=np.float64), of, no_xy, start, none, no_xy, start, start, none)


def _starts(member_of: Indices, groups: int) -> Indices:
    """Where each group begins in an array ordered by group, and the end."""
    return np.searchsorted(member_of, np.arange(groups + 1)).astype(np.int64)
