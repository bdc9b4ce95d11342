"""Pieces of ground put together for a map: what is of one kind is drawn as one, without the seams inside it."""

from collections import defaultdict
from collections.abc import Iterable

import shapely

from torpaq.report.maps.sheet import MapArea, Polygons, Rings


def merged(pieces: Iterable[tuple[str, Rings]]) -> list[MapArea]:
    """Return one area a kind from pieces of (kind, rings of (lon, lat)); pieces share their borders exactly."""
    by_kind: dict[str, list[shapely.Geometry]] = defaultdict(list)
    for kind, (shell, *holes) in pieces:
        by_kind[kind].append(shapely.make_valid(shapely.Polygon(shell, holes)))
    return [MapArea(kind, polygons_of(shapely.union_all(parts))) for kind, parts in sorted(by_kind.items())]


def polygons_of(shape: shapely.Geometry) -> Polygons:
    """Return the polygons of any geometry; its points and lines are left out."""
    parts = shapely.get_parts(shapely.get_parts(shape)).tolist()
    found = [part for part in parts if isinstance(part, shapely.Polygon) and not part.is_empty]
    return tuple(tuple(_ring(ring) for ring in (part.exterior, *part.interiors)) for part in found)


def _ring(ring: shapely.LinearRing) -> tuple[tuple[float, float], ...]:
    return tuple((float(x), float(y)) for x, y in shapely.get_coordinates(ring)[:-1].tolist())
