"""What examined land near a cell adds: more was found there than expected, or less.

Examined land is counted in squares, as the model's chances are. About a cell, with Gaussian weights w: O squares were
found contaminated, E were expected to be found by the rest of the model and N were examined, each as far as its search
would have found something. A beta-binomial with a prior of ``strength`` a moves the cell's odds by

    local = ln((a + O) / (a + E)) − ln((a + N − O) / (a + N − E)).

Nothing examined near by, or just what was expected, adds nothing. A cell is told the same whatever tile it lies in, so
a tile that nothing touched need not be made again.
"""

import math
from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from torpaq.evidence.grid import Grid, Window
from torpaq.risk.surface.reading import CLEAN, FOUND

Floats = NDArray[np.float64]
Bytes = NDArray[np.uint8]
Flags = NDArray[np.bool_]
Ints = NDArray[np.int64]

CUT = 3.5
"""The kernel ends at so many standard deviations: 0.2 % of its weight lies beyond."""


@dataclass(frozen=True, slots=True)
class Kernel:
    """The local update's numbers: bandwidth and square in metres, ``strength`` in squares."""

    bandwidth_m: float
    strength: float
    patch_m: float

    def taps(self, cell_m: float) -> Floats:
        """Return the kernel's weights from its middle outwards, one a cell."""
        reach = math.floor(CUT * self.bandwidth_m / cell_m)
        return np.asarray(np.exp(-0.5 * (np.arange(reach + 1) * cell_m / self.bandwidth_m) ** 2))

    def halo_cells(self, cell_m: float) -> int:
        """Return how many cells beyond a window its local terms depend on: the kernel and a whole square."""
        return len(self.taps(cell_m)) + math.ceil(self.patch_m / cell_m)


def squares_of(grid: Grid, window: Window, patch_m: float) -> tuple[Ints, Ints]:
    """Return the number of the square that each row and each column of a window lies in, from the CRS's origin."""
    north = grid.north_m - (window.row + np.arange(window.rows) + 0.5) * grid.cell_m
    west = grid.west_m + (window.column + np.arange(window.columns) + 0.5) * grid.cell_m
    return np.floor(north / patch_m).astype(np.int64), np.floor(west / patch_m).astype(np.int64)


def contaminated(examined: Bytes, rows: Ints, columns: Ints) -> Flags:
    """Return which cells lie in a square where an item was found; ``rows`` and ``columns`` as :func:`squares_of`."""
    return in_squares(examined == FOUND, rows, columns)


def in_squares(cells: Flags, rows: Ints, columns: Ints) -> Flags:
    """Return which cells lie in a square that holds any of these; ``rows`` and ``columns`` as :func:`squares_of`."""
    if not cells.any():
        return np.zeros(cells.shape, dtype=bool)
    starts = [np.flatnonzero(np.r_[True, np.diff(axis) != 0]) for axis in (rows, columns)]
    squares = np.logical_or.reduceat(np.logical_or.reduceat(cells, starts[0], axis=0), starts[1], axis=1)
    sizes = [np.diff(np.r_[start, len(axis)]) for start, axis in zip(starts, (rows, columns), strict=True)]
    return np.asarray(np.repeat(np.repeat(squares, sizes[0], axis=0), sizes[1], axis=1))


def local_terms(
    prior: Floats, examined: Bytes, missed: Floats, grid: Grid, window: Window, kernel: Kernel
) -> tuple[Floats, Floats]:
    """Return what examined land adds to every cell of a window, log-odds, and what share of the doubt about it is left.

    With N squares examined near by a / (a + N) is left of what nobody can know of land that was not looked at.

    ``prior`` are the log-odds of the rest of the model, nan where there is none; ``missed`` the chance that the search
    of an examined cell misses an item. True for cells at least :meth:`Kernel.halo_cells` from the window's edges, or
    where the window's edge is the grid's.
    """
    known = ((examined == FOUND) | (examined == CLEAN)) & ~np.isnan(prior)
    if not known.any():
        return np.zeros(prior.shape), np.ones(prior.shape)
    holds = contaminated(examined, *squares_of(grid, window, kernel.patch_m)) & known
    share = min(1.0, (grid.cell_m / kernel.patch_m) ** 2)
    detected = np.where(known, share * (1 - missed), 0.0)
    expected = detected / (1 + np.exp(-np.where(known, prior, 0.0)))
    taps = kernel.taps(grid.cell_m)
    found, none, due = (
        smooth(one, taps) for one in (np.where(holds, share, 0.0), np.where(holds, 0.0, detected), expected)
    )
    a = kernel.strength
    without = np.maximum(found + none - due, 0.0)
    local = np.log((a + found) / (a + due)) - np.log((a + none) / (a + without))
    return local, a / (a + found + none)


@njit(nogil=True, cache=True, error_model="numpy")
def smooth(values: Floats, taps: Floats) -> Floats:
    """Return the sum of values about every cell, each with the weight of its distance along rows and columns.

    ``taps`` as :meth:`Kernel.taps`. Terms are added in the grid's own order, so that a window's cells come out alike to
    the last bit whatever window they are asked for in.
    """
    height, width = values.shape
    reach = len(taps) - 1
    along = np.zeros((height, width))
    filled = np.zeros(height, dtype=np.bool_)
    for i in range(height):
        for j in range(width):
            value = values[i, j]
            if value != 0.0:
                filled[i] = True
                for k in range(max(0, j - reach), min(width, j + reach + 1)):
                    along[i, k] += value * taps[abs(k - j)]
    out = np.zeros((height, width))
    for i in range(height):
        for k in range(max(0, i - reach), min(height, i + reach + 1)):
            if filled[k]:
                weight = taps[abs(k - i)]
                for j in range(width):
                    out[i, j] += along[k, j] * weight
    return out
