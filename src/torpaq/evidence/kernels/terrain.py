"""What the lie of the land does: how steep a cell is, and from how many places it is seen."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from torpaq.evidence.coding import NO_DATA, Coding
from torpaq.evidence.grid import Grid, Window
from torpaq.evidence.kernels.shapes import Floats

Heights = NDArray[np.float32]
Degrees = NDArray[np.float32]
Codes = NDArray[np.uint8]

EYE_M = 1.7
MOST_SEEN = 254


def slope_deg(heights: Heights, cell_m: float) -> Degrees:
    """Return the slope of each cell, degrees, from heights in metres, by Horn's eight neighbours (Proc. IEEE 69, 1981).

    Beyond an edge the land goes on level from its last cell; a cell with an unknown (nan) neighbour is unknown. With a
    halo of one cell a window has the bits of the whole.
    """
    out = np.empty(heights.shape, dtype=np.float32)
    _slope(np.pad(heights.astype(np.float64), 1, mode="edge"), cell_m, out)
    return out


def slope_work(window: Window, arrays: Sequence[NDArray[Any]], *, grid: Grid, coding: Coding) -> tuple[Codes]:
    """Codes of the slope, degrees: work for ``run_tiles`` with heights as the one input and a halo of one cell."""
    grown = grid.grown(window, 1)
    return (coding.encode(slope_deg(arrays[0], grid.cell_m)[window.within(grown)]),)


def seen_from(
    grid: Grid,
    window: Window,
    heights: Heights,
    halo_cells: int,
    observers: Floats,
    radius_m: float,
    eye_m: float = EYE_M,
    target_m: float = 0.0,
) -> Codes:
    """Return from how many observers each cell of a window is seen, at most 254; 255 where its height is unknown.

    ``heights`` are those of the window grown by a halo, which should be ``radius_m`` wide; ``observers`` (x_m, y_m).
    An observer stands in the middle of a cell, eyes ``eye_m`` above it, and looks at ``target_m`` above the middle of
    another. In between, where the line of sight crosses the lines through rows' or columns' middles, the land has the
    height that lies straight between its two neighbours. Unknown land hides nothing. The earth's curvature (0.8 m over
    3.2 km) and whatever stands on the land are left out.
    """
    grown = grid.grown(window, halo_cells)
    out = np.zeros((window.rows, window.columns), dtype=np.uint8)
    down, across = window.within(grown)
    cells = [cell for x, y in observers if np.isfinite((x, y)).all() and (cell := grid.cell_at(x, y)) is not None]
    places = np.array(cells, dtype=np.int64).reshape(-1, 2) - (grown.row, grown.column)
    land = heights.astype(np.float64)
    _count_views(land, places, down.start, across.start, radius_m / grid.cell_m, eye_m, target_m, out)
    out[np.isnan(heights[down, across])] = NO_DATA
    return out


def view_work(
    window: Window,
    arrays: Sequence[NDArray[Any]],
    *,
    grid: Grid,
    observers: Floats,
    radius_m: float,
    eye_m: float = EYE_M,
) -> tuple[Codes]:
    """From how many observers each cell is seen: work for ``run_tiles`` with heights in and ``view_halo`` as halo."""
    return (seen_from(grid, window, arrays[0], view_halo(grid, radius_m), observers, radius_m, eye_m),)


def view_halo(grid: Grid, radius_m: float) -> int:
    """Return the halo, cells, that a tile needs to know what is seen within a radius."""
    return int(np.ceil(radius_m / grid.cell_m))


@njit(nogil=True, cache=True)
def _slope(padded: Floats, cell_m: float, out: Degrees) -> None:
    rows, columns = out.shape
    for row in range(rows):
        for column in range(columns):
            if np.isnan(padded[row + 1, column + 1]):
                out[row, column] = np.nan
                continue
            part = padded[row : row + 3, column : column + 3]
            east = part[0, 2] + 2 * part[1, 2] + part[2, 2] - part[0, 0] - 2 * part[1, 0] - part[2, 0]
            south = part[2, 0] + 2 * part[2, 1] + part[2, 2] - part[0, 0] - 2 * part[0, 1] - part[0, 2]
            out[row, column] = np.degrees(np.arctan(np.hypot(east, south) / (8 * cell_m)))


@njit(nogil=True, cache=True)
def _count_views(
    land: Floats,
    places: NDArray[np.int64],
    top: int,
    left: int,
    radius: float,
    eye_m: float,
    target_m: float,
    out: Codes,
) -> None:
    rows, columns = out.shape
    for observer in range(len(places)):
        row, column = places[observer]
        if not (0 <= row < land.shape[0] and 0 <= column < land.shape[1]) or np.isnan(land[row, column]):
            continue
        eye = land[row, column] + eye_m
        reach = int(radius)
        for at_row in range(max(row - reach, top), min(row + reach + 1, top + rows)):
            for at_column in range(max(column - reach, left), min(column + reach + 1, left + columns)):
                if (at_row - row) ** 2 + (at_column - column) ** 2 > radius * radius:
                    continue
                if out[at_row - top, at_column - left] < MOST_SEEN and _sees(
                    land, row, column, at_row, at_column, eye, target_m
                ):
                    out[at_row - top, at_column - left] += 1


@njit(nogil=True, cache=True)
def _sees(land: Floats, row: int, column: int, to_row: int, to_column: int, eye: float, target_m: float) -> bool:
    """Whether no crossing of the line of sight with a row's or a column's line lies above it."""
    rise = land[to_row, to_column] + target_m - eye
    if np.isnan(rise):
        return False
    down, across = to_row - row, to_column - column
    step = 1 if down > 0 else -1
    for number in range(1, abs(down)):
        share = number / abs(down)
        place = column + share * across
        west = min(int(np.floor(place)), land.shape[1] - 2) if land.shape[1] > 1 else 0
        part = place - west
        line = land[row + step * number]
        height = line[west] if part == 0 else line[west] * (1 - part) + line[west + 1] * part
        if height > eye + share * rise:
            return False
    step = 1 if across > 0 else -1
    for number in range(1, abs(across)):
        share = number / abs(across)
        place = row + share * down
        north = min(int(np.floor(place)), land.shape[0] - 2) if land.shape[0] > 1 else 0
        part = place - north
        at = column + step * number
        height = land[north, at] if part == 0 else land[north, at] * (1 - part) + land[north + 1, at] * part
        if height > eye + share * rise:
            return False
    return True
