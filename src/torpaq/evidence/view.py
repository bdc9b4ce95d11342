"""What a position sees of the ground: rays to the edge of its sight, each cell seen where nothing before it is higher.

Rays go out to every cell on the edge of a square round the position (Franklin and Ray's R2); along a ray the steepest
line of sight so far hides what lies under it. The earth's curve, less the bend of light, lowers what is far.
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from torpaq.geo.crs import Floats

EARTH_M = 6_371_000.0
REFRACTION = 0.13
Heights = NDArray[np.float32]
Counts = NDArray[np.uint16]
Seen = NDArray[np.bool_]


def seen_from(
    heights_m: Heights, row: int, column: int, cell_m: float, eyes_m: float, radius_m: float
) -> NDArray[np.bool_]:
    """Return which cells of an array of heights somebody at a cell sees, within a radius; unknown heights hide nothing.

    ``eyes_m`` is the height of eyes above the ground. A cell of unknown height is not seen.
    """
    seen = np.zeros(heights_m.shape, dtype=np.bool_)
    _cast(heights_m, row, column, cell_m, eyes_m, radius_m, seen)
    return seen


def count_views(heights_m: Heights, cells: NDArray[np.int64], cell_m: float, eyes_m: Floats, radius_m: float) -> Counts:
    """Return how many positions, given as (row, column) cells, see each cell."""
    counts = np.zeros(heights_m.shape, dtype=np.uint16)
    for (row, column), eyes in zip(cells.tolist(), eyes_m.tolist(), strict=True):
        if np.isfinite(heights_m[row, column]):
            counts += seen_from(heights_m, row, column, cell_m, eyes, radius_m)
    return counts


@njit(nogil=True, cache=True)
def _cast(heights: Heights, row: int, column: int, cell_m: float, eyes_m: float, radius_m: float, seen: Seen) -> None:
    seen[row, column] = True
    eye = heights[row, column] + eyes_m
    reach = int(radius_m / cell_m)
    for along in range(-reach, reach + 1):
        _ray(heights, row, column, -reach, along, eye, cell_m, radius_m, seen)
        _ray(heights, row, column, reach, along, eye, cell_m, radius_m, seen)
        _ray(heights, row, column, along, -reach, eye, cell_m, radius_m, seen)
        _ray(heights, row, column, along, reach, eye, cell_m, radius_m, seen)


@njit(nogil=True, cache=True)
def _ray(
    heights: Heights,
    row: int,
    column: int,
    down: int,
    across: int,
    eye: float,
    cell_m: float,
    radius_m: float,
    seen: Seen,
) -> None:
    """Walk one ray a cell at a time along its longer side, the height between two cells by their shares."""
    rows, columns = heights.shape
    steps = max(abs(down), abs(across))
    steepest = -1e30
    for step in range(1, steps + 1):
        at_row, at_column = row + down * step / steps, column + across * step / steps
        distance = np.hypot(at_row - row, at_column - column) * cell_m
        if distance > radius_m:
            return
        r, c = int(np.floor(at_row + 0.5)), int(np.floor(at_column + 0.5))
        if r < 0 or c < 0 or r >= rows or c >= columns:
            return
        ground = _between(heights, at_row, at_column)
        if np.isnan(ground):
            continue
        lowered = distance * distance * (1 - REFRACTION) / (2 * EARTH_M)
        slope = (ground - lowered - eye) / distance
        own = (heights[r, c] - lowered - eye) / distance
        if own >= steepest and np.hypot(r - row, c - column) * cell_m <= radius_m:
            seen[r, c] = True
        steepest = max(steepest, slope)


@njit(nogil=True, cache=True)
def _between(heights: Heights, at_row: float, at_column: float) -> float:
    """Return the height between the two cells that a ray passes: one of its coordinates is always whole."""
    r, c = int(np.floor(at_row)), int(np.floor(at_column))
    share = max(at_row - r, at_column - c)
    if share < 1e-9:
        return float(heights[r, c])
    r2 = min(r + 1, heights.shape[0] - 1) if at_row - r > at_column - c else r
    c2 = c if at_row - r > at_column - c else min(c + 1, heights.shape[1] - 1)
    return float(heights[r, c] * (1 - share) + heights[r2, c2] * share)
