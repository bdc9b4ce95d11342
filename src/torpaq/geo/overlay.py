"""How much land two shapes share, and how much of one lies outside another: square metres, for questions to people.

The ledger counts its own faces exactly; this is for shapes that are not in it, such as a task's boundary and its lanes.
"""

from collections.abc import Iterable

import shapely

from torpaq.geo.shape import CM_PER_M, Shape, ring_area2_cm2


def common_m2(one: Shape, other: Shape) -> float:
    """Return the area that two shapes have in common, m²."""
    if not _boxes_meet(one, other):
        return 0.0
    return float(shapely.intersection(_geometry(one), _geometry(other)).area)


def outside_m2(shape: Shape, containers: Iterable[Shape]) -> float:
    """Return the area of a shape that lies in none of the containers, m²."""
    covers = [_geometry(each) for each in containers if _boxes_meet(shape, each)]
    own = _geometry(shape)
    return float(shapely.difference(own, shapely.union_all(covers)).area) if covers else float(own.area)


def _geometry(shape: Shape) -> shapely.Geometry:
    """Return a shape in metres of the national CRS; a hole follows its shell."""
    polygons: list[tuple[list[list[float]], list[list[list[float]]]]] = []
    for ring in shape.rings_cm:
        points = (ring / CM_PER_M).tolist()
        if ring_area2_cm2(ring) > 0:
            polygons.append((points, []))
        else:
            polygons[-1][1].append(points)
    return shapely.MultiPolygon([shapely.Polygon(shell, holes) for shell, holes in polygons])


def _boxes_meet(one: Shape, other: Shape) -> bool:
    left, low, right, high = one.bounds_cm
    left2, low2, right2, high2 = other.bounds_cm
    return left <= right2 and left2 <= right and low <= high2 and low2 <= high
