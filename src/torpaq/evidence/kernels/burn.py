"""Points, lines and polygons burned into the cells of a window.

A point marks the cell in which it lies, a line every cell it runs through, a polygon every cell whose middle it holds.
A cell holds its western and its southern edge, as :meth:`Grid.cell_at` has it. Two polygons with a common border never
share a cell and never leave one out, and what a cell gets does not depend on the window.
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from torpaq.evidence.grid import Grid, Window
from torpaq.evidence.kernels.shapes import Floats, Indices, Shapes

Codes = NDArray[np.uint8]


def burn(grid: Grid, window: Window, shapes: Shapes, values: Codes | None = None, into: Codes | None = None) -> Codes:
    """Return a window of bytes with the shapes burned in: 1, or each geometry's value; 0 elsewhere.

    ``into`` is burned over in place instead. Where shapes overlap, a polygon gives way to a line, a line to a point,
    and of two of a kind the later one stays.
    """
    cells = np.zeros((window.rows, window.columns), dtype=np.uint8) if into is None else into
    geometries = 1 + max(
        (int(of.max()) for of in (shapes.point_of, shapes.line_of, shapes.polygon_of) if len(of)), default=-1
    )
    given = np.ones(geometries, dtype=np.uint8) if values is None else values
    place = (grid.west_m, grid.north_m, grid.cell_m, window.row, window.column)
    rings = _in_cells(shapes.ring_xy, *place[:3])
    _burn_polygons(rings, shapes.ring_starts, shapes.polygon_starts, shapes.polygon_of, given, *place[3:], cells)
    lines = _in_cells(shapes.line_xy, *place[:3])
    _burn_lines(lines, shapes.line_starts, shapes.line_of, given, *place[3:], cells)
    points = _in_cells(shapes.point_xy, *place[:3])
    _burn_points(points, shapes.point_of, given, *place[3:], cells)
    return cells


def _in_cells(xy: Floats, west_m: float, north_m: float, cell_m: float) -> Floats:
    """Metres as (across, down) in cells from the grid's north-west corner."""
    return np.column_stack([(xy[:, 0] - west_m) / cell_m, (north_m - xy[:, 1]) / cell_m])


@njit(nogil=True, cache=True)
def _burn_points(at: Floats, of: Indices, values: Codes, row: int, column: int, cells: Codes) -> None:
    rows, columns = cells.shape
    for point in range(len(at)):
        across, down = np.floor(at[point, 0]) - column, _row_of(at[point, 1]) - row
        if 0 <= across < columns and 0 <= down < rows:
            cells[int(down), int(across)] = values[of[point]]


@njit(nogil=True, cache=True, inline="always")
def _row_of(down: float) -> float:
    """The row of a place: one on the edge between two rows belongs to the northern, as the grid has it; row 0 at 0."""
    return max(np.ceil(down) - 1.0, 0.0) if down >= 0.0 else -1.0


@njit(nogil=True, cache=True)
def _burn_lines(at: Floats, starts: Indices, of: Indices, values: Codes, row: int, column: int, cells: Codes) -> None:
    for line in range(len(starts) - 1):
        for vertex in range(starts[line], starts[line + 1] - 1):
            if at[vertex, 1] <= at[vertex + 1, 1]:  # downwards, so that a line and its reverse mark the same cells
                _burn_segment(at[vertex], at[vertex + 1], values[of[line]], row, column, cells)
            else:
                _burn_segment(at[vertex + 1], at[vertex], values[of[line]], row, column, cells)


@njit(nogil=True, cache=True)
def _burn_segment(upper: Floats, lower: Floats, value: int, row: int, column: int, cells: Codes) -> None:
    """Mark, row by row, all cells from where the segment enters the row to where it leaves it."""
    rows, columns = cells.shape
    west, east = min(upper[0], lower[0]), max(upper[0], lower[0])
    if east < column or west >= column + columns or not np.isfinite(west + east + upper[1] + lower[1]):
        return
    first, last = max(_row_of(upper[1]), float(row)), min(_row_of(lower[1]), float(row + rows - 1))
    slope = (lower[0] - upper[0]) / (lower[1] - upper[1]) if lower[1] > upper[1] else 0.0
    for at_row in range(int(first), int(last) + 1):
        enters, leaves = upper[0], lower[0]
        if at_row > upper[1]:
            enters = min(max(upper[0] + (at_row - upper[1]) * slope, west), east)
        if at_row + 1 < lower[1]:
            leaves = min(max(upper[0] + (at_row + 1 - upper[1]) * slope, west), east)
        left, right = np.floor(min(enters, leaves)) - column, np.floor(max(enters, leaves)) - column
        for at_column in range(int(max(left, 0.0)), int(min(right, columns - 1.0)) + 1):
            cells[at_row - row, at_column] = value


@njit(nogil=True, cache=True)
def _burn_polygons(
    at: Floats,
    ring_starts: Indices,
    polygon_starts: Indices,
    of: Indices,
    values: Codes,
    row: int,
    column: int,
    cells: Codes,
) -> None:
    """Polygon by polygon: each edge flips, in every row it crosses, all cells whose middles lie east of it."""
    rows, columns = cells.shape
    for polygon in range(len(polygon_starts) - 1):
        start, end = ring_starts[polygon_starts[polygon]], ring_starts[polygon_starts[polygon + 1]]
        if start == end or not np.isfinite(at[start:end]).all():
            continue
        top = int(max(np.floor(at[start:end, 1].min()) - row, 0.0))
        bottom = int(min(np.ceil(at[start:end, 1].max()) - row, float(rows)))
        left = int(max(np.floor(at[start:end, 0].min()) - column, 0.0))
        right = int(min(np.ceil(at[start:end, 0].max()) - column, float(columns)))
        if top >= bottom or left >= right:
            continue
        flips = np.zeros((bottom - top, right - left), dtype=np.uint8)
        for ring in range(polygon_starts[polygon], polygon_starts[polygon + 1]):
            for vertex in range(ring_starts[ring], ring_starts[ring + 1] - 1):
                _flip_edge(at[vertex], at[vertex + 1], row + top, column + left, flips)
        for at_row in range(bottom - top):
            inside = 0
            for at_column in range(right - left):
                inside ^= flips[at_row, at_column]
                if inside:
                    cells[top + at_row, left + at_column] = values[of[polygon]]


@njit(nogil=True, cache=True)
def _flip_edge(one: Floats, other: Floats, row: int, column: int, flips: Codes) -> None:
    """An edge crosses a row where the row's middle lies from its upper end (included) to its lower (excluded)."""
    upper, lower = (one, other) if one[1] <= other[1] else (other, one)
    rows, columns = flips.shape
    first = int(max(np.ceil(upper[1] - 0.5), float(row)))
    after = int(min(np.ceil(lower[1] - 0.5), float(row + rows)))
    for at_row in range(first, after):
        across = upper[0] + (at_row + 0.5 - upper[1]) * ((lower[0] - upper[0]) / (lower[1] - upper[1]))
        at_column = int(max(np.ceil(across - 0.5) - column, 0.0))
        if at_column < columns:
            flips[at_row - row, at_column] ^= 1
