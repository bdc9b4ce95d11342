"""How much land two shapes share, and how much of one lies outside another: square metres, for questions to people.

The ledger counts its own faces exactly; this is for shapes that are not in it, such as a task's boundary and its lanes.
"""

import math
from collections.abc import Iterable

import shapely

from torpaq.geo.joined import shape_of_geometry
from torpaq.geo.shape import CM_PER_M, Shape, ring_area2_cm2, shape_of_rings

CIRCLE_SIDES = 72
GRID_M = 1 / CM_PER_M


def common_m2(one: Shape, other: Shape) -> float:
    """Return the area that two shapes have in common, m²."""
    if not _boxes_meet(one, other):
        return 0.0
    return float(shapely.intersection(geometry_of(one), geometry_of(other)).area)


def outside_m2(shape: Shape, containers: Iterable[Shape]) -> float:
    """Return the area of a shape that lies in none of the containers, m²."""
    covers = [geometry_of(each) for each in containers if _boxes_meet(shape, each)]
    own = geometry_of(shape)
    return float(shapely.difference(own, shapely.union_all(covers)).area) if covers else float(own.area)


def common_shape(one: Shape, other: Shape) -> Shape | None:
    """Return the land that two shapes have in common, snapped to 1 cm; None where they share none."""
    if not _boxes_meet(one, other):
        return None
    return shape_of_geometry(shapely.intersection(geometry_of(one), geometry_of(other), grid_size=GRID_M))


def rest_of(shape: Shape, taken: Iterable[Shape]) -> Shape | None:
    """Return a shape without the land of others, snapped to 1 cm; None where nothing is left."""
    covers = [geometry_of(each) for each in taken if _boxes_meet(shape, each)]
    if not covers:
        return shape
    return shape_of_geometry(shapely.difference(geometry_of(shape), shapely.union_all(covers), grid_size=GRID_M))


def united(shapes: Iterable[Shape]) -> Shape | None:
    """Return the union of shapes, snapped to 1 cm; None for none."""
    return shape_of_geometry(shapely.union_all([geometry_of(each) for each in shapes], grid_size=GRID_M))


def circle_shape(x_m: float, y_m: float, radius_m: float) -> Shape:
    """Return a circle as the regular polygon of 72 sides round it, metres of the national CRS, snapped to 1 cm.

    The sides touch the circle from outside: nothing within the radius is left out, and 0.06 % of the area is added.
    """
    reach_m = radius_m / math.cos(math.pi / CIRCLE_SIDES)
    turns = [math.tau * (number + 0.5) / CIRCLE_SIDES for number in range(CIRCLE_SIDES)]
    points = [(x_m + reach_m * math.cos(turn), y_m + reach_m * math.sin(turn)) for turn in turns]
    return shape_of_rings([[(round(x * CM_PER_M), round(y * CM_PER_M)) for x, y in points]])


def geometry_of(shape: Shape) -> shapely.Geometry:
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
