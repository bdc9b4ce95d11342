"""A perimeter as sides between turning points, each with its length along the ground."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from torpaq.geo.crs import Floats
from torpaq.geo.shape import CM_PER_M, Shape
from torpaq.operations.marking.ground import Heights

SAMPLE_M = 25.0
"""Heights are asked for at least so often along a side."""

Route = Sequence[tuple[float, float]]
"""Points of an access route, metres of the national CRS, in the order in which it is walked."""


@dataclass(frozen=True, slots=True, eq=False)
class Side:
    """One straight side of a ring, from a turning point to the next, the hazardous land on its left.

    ``at_m`` are horizontal distances from its start at which the ground was measured, ``ground_m`` the way along the
    ground up to there; both begin with 0. Without heights they are the same.
    """

    ring: int
    start: tuple[float, float]
    end: tuple[float, float]
    at_m: Floats
    ground_m: Floats

    @property
    def length_m(self) -> float:
        """The length along the ground, metres."""
        return float(self.ground_m[-1])

    @property
    def horizontal_m(self) -> float:
        """The length on the map, metres."""
        return float(self.at_m[-1])

    @property
    def outward_deg(self) -> float:
        """The grid bearing at which somebody on this side looks away from the hazardous land, degrees."""
        along = np.degrees(np.arctan2(self.end[0] - self.start[0], self.end[1] - self.start[1]))
        return float((along + 90) % 360)

    def place(self, ground_m: float) -> tuple[float, float]:
        """Return the place so many metres along the ground from the start."""
        share = float(np.interp(ground_m, self.ground_m, self.at_m)) / self.horizontal_m
        (x0, y0), (x1, y1) = self.start, self.end
        return x0 + (x1 - x0) * share, y0 + (y1 - y0) * share


def turning_points_cm(ring: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the points of a ring at which its direction changes, exactly; points on a straight side are left out."""
    before, after = ring - np.roll(ring, 1, axis=0), np.roll(ring, -1, axis=0) - ring
    turns = before[:, 0] * after[:, 1] - before[:, 1] * after[:, 0]
    found: NDArray[np.int64] = ring[turns != 0]
    return found


def sides_of(shape: Shape, heights: Heights | None) -> tuple[list[Side], bool]:
    """Return the sides of every ring and whether they are measured along the ground.

    Where any height is missing all are horizontal: a length half along the ground and half on the map means nothing.
    """
    corners = [turning_points_cm(ring) / CM_PER_M for ring in shape.rings_cm]
    flat = [side for number, ring in enumerate(corners) for side in _flat_sides(number, ring)]
    if heights is None:
        return flat, False
    sloping = [_along_ground(side, heights) for side in flat]
    known = [side for side in sloping if side is not None]
    return (known, True) if len(known) == len(flat) else (flat, False)


def _flat_sides(number: int, ring: Floats) -> list[Side]:
    closed = np.concatenate((ring, ring[:1]))
    sides = []
    for start, end in pairwise(closed):
        at_m = np.array([0.0, float(np.hypot(*(end - start)))])
        sides.append(Side(number, (float(start[0]), float(start[1])), (float(end[0]), float(end[1])), at_m, at_m))
    return sides


def _along_ground(side: Side, heights: Heights) -> Side | None:
    pieces = max(int(np.ceil(side.horizontal_m / SAMPLE_M)), 1)
    share = np.linspace(0.0, 1.0, pieces + 1)
    (x0, y0), (x1, y1) = side.start, side.end
    up_m = heights(x0 + (x1 - x0) * share, y0 + (y1 - y0) * share)
    if not np.isfinite(up_m).all():
        return None
    at_m = share * side.horizontal_m
    ground_m = np.concatenate(([0.0], np.cumsum(np.hypot(np.diff(at_m), np.diff(up_m)))))
    return Side(side.ring, side.start, side.end, at_m, ground_m)


def crossings_m(side: Side, route: Route) -> list[float]:
    """Return where a route crosses a side: metres along the ground from its start, in order.

    A route that runs along the side, or only touches it from outside, does not cross it. A corner belongs to the side
    that begins there.
    """
    (ax, ay), (bx, by) = side.start, side.end
    found = []
    for (px, py), (qx, qy) in pairwise(route):
        before = _side_of(ax, ay, bx, by, px, py)
        after = _side_of(ax, ay, bx, by, qx, qy)
        if (before >= 0) == (after >= 0):
            continue
        along = before / (before - after)
        x, y = px + (qx - px) * along, py + (qy - py) * along
        share = ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / side.horizontal_m**2
        if 0 <= share < 1:
            found.append(float(np.interp(share * side.horizontal_m, side.at_m, side.ground_m)))
    return sorted(found)


def _side_of(ax: float, ay: float, bx: float, by: float, x: float, y: float) -> float:
    """Return twice the area of the triangle: positive left of the side, where the hazardous land is."""
    return (bx - ax) * (y - ay) - (by - ay) * (x - ax)
