"""How many things there are about each cell: a Gaussian kernel over points that have errors and weights of their own.

A point is spread by the bandwidth and by its own error together (variances add), and counts with its weight, so that
the whole plane's integral is the sum of weights. Narrow kernels are summed at every cell. A wide one is summed on a
coarser net, a fifth of its standard deviation at most from node to node, and drawn between the nodes by straight lines:
nowhere over a hundredth of the peak is lost.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from torpaq.evidence.coding import Coding
from torpaq.evidence.grid import Grid, Window

Floats = NDArray[np.float64]
Density = NDArray[np.float32]
Codes = NDArray[np.uint8]
Indices = NDArray[np.int64]

REACH = 4.0  # standard deviations beyond which nothing is added (3 ten-thousandths of the peak)
COARSE_FROM_CELLS = 25.0  # 250 m on the national grid
NODES_A_SIGMA = 5.0
M2_A_KM2 = 1e6


def density_per_km2(
    grid: Grid,
    window: Window,
    xy: Floats,
    bandwidth_m: float,
    error_m: Floats | None = None,
    weight: Floats | None = None,
) -> Density:
    """Return the density of points, a km², over a window.

    ``xy`` are (x_m, y_m); ``error_m`` one standard deviation of each point's place; ``weight`` what each counts, its
    reliability for instance. The same cell has the same bits in every window. Points without a number are left out.
    Raises ``ValueError`` for a bandwidth that is not positive.
    """
    if not bandwidth_m > 0:
        raise ValueError("a kernel needs a positive bandwidth")
    errors = np.zeros(len(xy)) if error_m is None else np.asarray(error_m, dtype=np.float64)
    weights = np.ones(len(xy)) if weight is None else np.asarray(weight, dtype=np.float64)
    sigma = np.hypot(bandwidth_m, errors)
    known = np.isfinite(xy).all(axis=1) & np.isfinite(sigma) & np.isfinite(weights)
    steps = np.where(known, _steps(np.where(known, sigma, 0) / grid.cell_m), 0)
    across, down = (xy[:, 0] - grid.west_m) / grid.cell_m, (grid.north_m - xy[:, 1]) / grid.cell_m
    out = np.zeros((window.rows, window.columns), dtype=np.float64)
    for step in np.unique(steps[known]).tolist():
        chosen = steps == step
        points = np.column_stack([across, down, sigma / grid.cell_m, weights / grid.cell_m2])[chosen]
        _add(window, points, step, out)
    return (out * M2_A_KM2).astype(np.float32)


def _steps(sigma_cells: Floats) -> Indices:
    """Cells from node to node for each width of kernel: a power of two."""
    wide = sigma_cells >= COARSE_FROM_CELLS
    steps: Indices = np.where(wide, 2 ** np.floor(np.log2(np.where(wide, sigma_cells, 5.0) / NODES_A_SIGMA)), 1).astype(
        np.int64
    )
    return steps


def _add(window: Window, points: Floats, step: int, out: Floats) -> None:
    """Add the kernels of points (across, down, sigma, weight, in cells) to a window, by way of nodes ``step`` apart.

    Node k lies in the middle of cells k · step to (k + 1) · step of the whole grid, so that windows agree.
    """
    if step == 1:
        _add_kernels(points, 1.0, window.row, window.column, out)
        return
    top, left = window.row // step - 1, window.column // step - 1
    bottom, right = (window.row + window.rows) // step + 2, (window.column + window.columns) // step + 2
    nodes = np.zeros((bottom - top, right - left), dtype=np.float64)
    _add_kernels(points, float(step), top, left, nodes)
    rows = (np.arange(window.row, window.row + window.rows) + 0.5) / step - 0.5
    columns = (np.arange(window.column, window.column + window.columns) + 0.5) / step - 0.5
    _add_between(nodes, rows, columns, top, left, out)


def density_work(
    window: Window,
    arrays: Sequence[NDArray[Any]],
    *,
    grid: Grid,
    xy: Floats,
    bandwidth_m: float,
    coding: Coding,
    error_m: Floats | None = None,
    weight: Floats | None = None,
) -> tuple[Codes]:
    """Codes of the density a km²: work for ``run_tiles``."""
    return (coding.encode(density_per_km2(grid, window, xy, bandwidth_m, error_m, weight)),)


@njit(nogil=True, cache=True)
def _add_kernels(points: Floats, step: float, top: int, left: int, nodes: Floats) -> None:
    rows, columns = nodes.shape
    for point in range(len(points)):
        across, down, sigma, weight = points[point]
        reach = REACH * sigma / step
        middle_row, middle_column = down / step - 0.5, across / step - 0.5
        first_row, last_row = np.ceil(middle_row - reach) - top, np.floor(middle_row + reach) - top
        first, last = np.ceil(middle_column - reach) - left, np.floor(middle_column + reach) - left
        if last_row < 0 or last < 0 or first_row >= rows or first >= columns:
            continue
        start, end = int(max(first, 0.0)), int(min(last, columns - 1.0)) + 1
        peak = weight / (2 * np.pi * sigma * sigma)
        width = (step / sigma) ** 2 / 2
        along = np.empty(end - start)
        for column in range(start, end):
            along[column - start] = peak * np.exp(-width * (column + left - middle_column) ** 2)
        for row in range(int(max(first_row, 0.0)), int(min(last_row, rows - 1.0)) + 1):
            share = np.exp(-width * (row + top - middle_row) ** 2)
            line = nodes[row, start:end]
            for column in range(end - start):
                line[column] += share * along[column]


@njit(nogil=True, cache=True)
def _add_between(nodes: Floats, rows: Floats, columns: Floats, top: int, left: int, out: Floats) -> None:
    for row in range(len(rows)):
        upper = int(np.floor(rows[row]))
        down = rows[row] - upper
        for column in range(len(columns)):
            west = int(np.floor(columns[column]))
            east = columns[column] - west
            above = nodes[upper - top, west - left] * (1 - east) + nodes[upper - top, west + 1 - left] * east
            under = nodes[upper + 1 - top, west - left] * (1 - east) + nodes[upper + 1 - top, west + 1 - left] * east
            out[row, column] += above * (1 - down) + under * down
