"""Points smeared by their own errors: each one's chance spread over the land as a normal distribution, summed.

A point known to 5 m is a peak, one known by its district alone a faint haze; neither is moved to where it is not. Wide
ones are summed on coarser cells and read off between them, which is right to a third of a per cent.
"""

from dataclasses import dataclass

import numpy as np
from numba import njit

from torpaq.evidence.grid import Grid, Window
from torpaq.geo.crs import Floats

REACH_SIGMAS = 5.0
CELLS_A_SIGMA = 8.0  # a normal distribution is summed on cells of at most this part of its width
MANY = 20_000
LATTICE = 16.0
M2_A_KM2 = 1e6


@dataclass(frozen=True, slots=True)
class Smeared:
    """Points of one coarseness: ``step`` cells of the grid make one of the cells on which they are summed."""

    step: int
    xy_m: Floats
    sigma_m: Floats
    weight: Floats


def smeared(xy_m: Floats, sigma_m: Floats, weight: Floats, cell_m: float) -> list[Smeared]:
    """Sort points by how coarsely they may be summed; many of one width are gathered on a lattice far finer than it."""
    found = []
    wide = np.maximum(sigma_m, cell_m / 2)  # a point never falls between the middles of cells
    steps = np.exp2(np.maximum(0, np.floor(np.log2(np.maximum(wide / (cell_m * CELLS_A_SIGMA), 1.0))))).astype(int)
    for step in np.unique(steps).tolist():
        chosen = steps == step
        one = Smeared(step, xy_m[chosen], wide[chosen], weight[chosen])
        found.append(_gathered(one) if chosen.sum() > MANY else one)
    return found


def _gathered(points: Smeared) -> Smeared:
    """Return points of equal width that lie within a sixteenth of it as one that weighs as much."""
    width = np.exp2(np.floor(np.log2(points.sigma_m)))[:, None] / LATTICE
    keys = np.column_stack((np.rint(points.xy_m / width), np.rint(points.sigma_m * 1000)[:, None]))
    unique, inverse = np.unique(keys, axis=0, return_inverse=True)
    weight: Floats = np.bincount(inverse.ravel(), weights=points.weight, minlength=len(unique)).astype(np.float64)
    first = np.zeros(len(unique), dtype=np.int64)
    first[inverse.ravel()[::-1]] = np.arange(len(keys))[::-1]
    return Smeared(points.step, unique[:, :2] * width[first], points.sigma_m[first], weight)


def smear_window(grid: Grid, window: Window, levels: list[Smeared]) -> Floats:
    """Return the density at the middle of every cell of a window, per km², however the grid is cut into windows."""
    total = np.zeros((window.rows, window.columns))
    for level in levels:
        if level.step == 1:
            _add(grid, level, window.row, window.column, total)
        else:
            total += _coarse(grid, level, window)
    return total * M2_A_KM2


def _coarse(grid: Grid, level: Smeared, window: Window) -> Floats:
    """Sum on coarse cells, whose corners are the grid's, and read off between their middles."""
    step = level.step
    top, left = window.row // step - 1, window.column // step - 1
    rows = (window.row + window.rows - 1) // step + 2 - top
    columns = (window.column + window.columns - 1) // step + 2 - left
    coarse = np.zeros((rows, columns))
    wide = Grid(grid.proj, grid.cell_m * step, grid.west_m, grid.north_m, 1, 1)
    _add(wide, level, top, left, coarse)
    down = (np.arange(window.row, window.row + window.rows) + 0.5) / step - 0.5 - top
    across = (np.arange(window.column, window.column + window.columns) + 0.5) / step - 0.5 - left
    row, column = np.floor(down).astype(np.int64), np.floor(across).astype(np.int64)
    low, share = coarse[row], (down - row)[:, None]
    between = low + share * (coarse[row + 1] - low)
    start, part = between[:, column], across - column
    return np.asarray(start + part * (between[:, column + 1] - start))


def _add(grid: Grid, level: Smeared, row: int, column: int, into: Floats) -> None:
    x = (level.xy_m[:, 0] - grid.west_m) / grid.cell_m - 0.5
    y = (grid.north_m - level.xy_m[:, 1]) / grid.cell_m - 0.5
    peak = level.weight / (2 * np.pi * level.sigma_m**2)
    _add_normals(x, y, level.sigma_m / grid.cell_m, peak, row, column, into)


@njit(nogil=True, cache=True)
def _add_normals(x: Floats, y: Floats, sigma: Floats, peak: Floats, row0: int, column0: int, into: Floats) -> None:
    """Add each point's normal distribution to the cells within five of its widths, each cell on its own.

    Everything is counted from the grid's corner, not the window's, so that a cell's bits do not know of windows.
    """
    rows, columns = into.shape
    across = np.empty(columns)
    for point in range(len(x)):
        reach = REACH_SIGMAS * sigma[point]
        top = max(row0, int(np.ceil(y[point] - reach)))
        bottom = min(row0 + rows - 1, int(np.floor(y[point] + reach)))
        left = max(column0, int(np.ceil(x[point] - reach)))
        right = min(column0 + columns - 1, int(np.floor(x[point] + reach)))
        if top > bottom or left > right:
            continue
        scale = -0.5 / (sigma[point] * sigma[point])
        for column in range(left, right + 1):
            across[column - column0] = np.exp(scale * (column - x[point]) ** 2)
        for row in range(top, bottom + 1):
            down = peak[point] * np.exp(scale * (row - y[point]) ** 2)
            for column in range(left, right + 1):
                into[row - row0, column - column0] += down * across[column - column0]
