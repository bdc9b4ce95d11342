"""A snapped polygon as an immutable value: whole centimetres in the national equal-area CRS."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

CM_PER_M = 100


@dataclass(frozen=True, slots=True)
class Shape:
    """A polygon or multipolygon snapped to 1 cm.

    ``xy_cm`` holds little-endian int64 pairs (x east, y north, centimetres of the national equal-area CRS), ring
    after ring, the first point of a ring not repeated at its end; ``ring_sizes`` the number of points of each
    ring. Shells run counter-clockwise and holes clockwise, a shell followed by its holes, so that the inside is
    always left of an edge. Build it with :func:`shape_of_rings`, or from typed input with ``geo.polygons``, which
    also checks it.
    """

    xy_cm: bytes
    ring_sizes: tuple[int, ...]

    @property
    def points_cm(self) -> NDArray[np.int64]:
        """All points as an (n, 2) int64 array in centimetres (a read-only view)."""
        return np.frombuffer(self.xy_cm, dtype="<i8").reshape(-1, 2)

    @property
    def rings_cm(self) -> list[NDArray[np.int64]]:
        """The rings, each an (n, 2) int64 array in centimetres, not closed."""
        ends = np.cumsum(self.ring_sizes)
        return np.split(self.points_cm, ends[:-1])

    @property
    def bounds_cm(self) -> tuple[int, int, int, int]:
        """(x_min, y_min, x_max, y_max) in centimetres."""
        low, high = self.points_cm.min(axis=0), self.points_cm.max(axis=0)
        return int(low[0]), int(low[1]), int(high[0]), int(high[1])

    @property
    def area2_cm2(self) -> int:
        """Twice the area in square centimetres, an exact integer (shoelace)."""
        return sum(ring_area2_cm2(ring) for ring in self.rings_cm)

    @property
    def area_m2(self) -> float:
        """Horizontal area in the equal-area CRS, square metres."""
        return self.area2_cm2 / 2 / CM_PER_M**2


def ring_area2_cm2(ring: NDArray[np.int64]) -> int:
    """Twice the signed area of one ring in cm², positive counter-clockwise; exact while the ring spans under 10,000 km.

    Raises ``ValueError`` for a wider ring: it would not be in one country, and 63 bits would not hold its products.
    """
    relative = ring - ring[0]
    if np.abs(relative).max() >= 10**9:
        raise ValueError("a ring wider than 10,000 km is not in one country")
    x, y = relative[:, 0], relative[:, 1]
    cross = x * np.roll(y, -1) - np.roll(x, -1) * y
    high, low = np.divmod(cross, 2**31)  # summed apart, so that no sum of many points overflows
    return int(high.sum()) * 2**31 + int(low.sum())


def shape_of_rings(rings: Iterable[Sequence[tuple[int, int]] | NDArray[np.int64]]) -> Shape:
    """Build a shape from rings of whole centimetres, oriented as given (shells CCW, holes CW), closed or not."""
    arrays = [np.asarray(ring, dtype=np.int64) for ring in rings]
    arrays = [ring[:-1] if len(ring) > 1 and (ring[0] == ring[-1]).all() else ring for ring in arrays]
    return Shape(np.concatenate(arrays).astype("<i8").tobytes(), tuple(len(ring) for ring in arrays))


def box_shape(x0_m: float, y0_m: float, x1_m: float, y1_m: float) -> Shape:
    """Return the rectangle with these corners, metres of the national CRS, snapped to 1 cm."""
    (left, right), (bottom, top) = (
        sorted((round(a * CM_PER_M), round(b * CM_PER_M))) for a, b in ((x0_m, x1_m), (y0_m, y1_m))
    )
    return shape_of_rings([[(left, bottom), (right, bottom), (right, top), (left, top)]])
