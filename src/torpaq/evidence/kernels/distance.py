"""How far each cell is from the nearest marked one: the exact Euclidean distance between the cells' middles.

Columns first: how far up or down the nearest marked cell of the same column is. Then, row by row, the lower envelope
of one parabola a column (Felzenszwalb and Huttenlocher, Theory of Computing 8, 2012; the test that hides a parabola
as in Maurer, Qi and Raghavan, IEEE PAMI 25, 2003). All comparisons are of whole numbers, so that nothing depends on
rounding: single precision goes wrong by whole cells on a national grid.
"""

from collections.abc import Callable

import numpy as np
from numba import njit
from numpy.typing import NDArray

from torpaq.evidence.coding import Coding
from torpaq.evidence.kernels.parts import in_parts

Mask = NDArray[np.uint8]
Steps = NDArray[np.uint16]
Whole = NDArray[np.int64]
Floats = NDArray[np.float64]
Metres = NDArray[np.float32]
Codes = NDArray[np.uint8]

MOST_SIDE = 65_000  # rows or columns: column distances are kept in two bytes
NONE = np.uint16(65_535)
FAR = np.int64(1) << np.int64(40)  # higher than any parabola's foot, low enough to multiply by a side


def distance_m(marked: Mask, cell_m: float, cap_m: float = np.inf, threads: int = 1) -> Metres:
    """Return the distance to the nearest non-zero cell, metres, at most ``cap_m`` (infinite where nothing is marked).

    A part of a grid with a halo of at least ``cap_m`` gives the same bits as the whole grid.
    Raises ``ValueError`` for a side over 65,000 cells.
    """
    out = np.empty(marked.shape, dtype=np.float32)

    def fill(first: int, after: int, steps: Steps, below: Steps) -> None:
        _metres_of_rows(steps, below, first, after, 0, cell_m, cap_m, _reach(cap_m, cell_m), out)

    _transform(marked, 0, marked.shape[0], threads, fill)
    return out


def distance_codes(
    marked: Mask, cell_m: float, coding: Coding, rows: tuple[int, int] | None = None, threads: int = 1
) -> Codes:
    """Return the codes of the distance to the nearest non-zero cell under a coding in metres.

    The same as ``coding.encode(distance_m(…))`` in one go: the last edge is where looking ends, so a halo of
    ``reach_cells`` is enough. ``rows`` = (first, after) asks for these rows only, the others being halo.
    Raises ``ValueError`` for a side over 65,000 cells.
    """
    first, after = rows or (0, marked.shape[0])
    out = np.empty((after - first, marked.shape[1]), dtype=np.uint8)
    by_square = _code_of_square(coding, cell_m)

    def fill(start: int, end: int, steps: Steps, below: Steps) -> None:
        _codes_of_rows(steps, below, start, end, first, reach_cells(coding, cell_m), by_square, out)

    _transform(marked, first, after, threads, fill)
    return out


def reach_cells(coding: Coding, cell_m: float) -> int:
    """Return the halo, cells, beyond which a marked cell changes no code of a coding in metres."""
    return int(np.ceil(coding.edges[-1] / cell_m))


def _code_of_square(coding: Coding, cell_m: float) -> Codes:
    """The code of every squared distance in cells, 0 up to where the last code begins."""
    squares = np.arange(reach_cells(coding, cell_m) ** 2 + 1, dtype=np.float64)
    return coding.encode((np.sqrt(squares) * cell_m).astype(np.float32))


def _reach(cap_m: float, cell_m: float) -> int:
    return int(min(np.ceil(cap_m / cell_m), MOST_SIDE)) if np.isfinite(cap_m) else MOST_SIDE


def _transform(
    marked: Mask, first: int, after: int, threads: int, fill: Callable[[int, int, Steps, Steps], None]
) -> None:
    """Scan the columns, then have ``fill(first, after, steps up, steps from the part's foot down)`` done by parts."""
    rows, columns = marked.shape
    if max(rows, columns) > MOST_SIDE:
        raise ValueError(f"a side of {max(rows, columns)} cells is over {MOST_SIDE}")
    parts = max(1, min(after - first, threads * 4 if threads > 1 else 1))
    edges = np.array([first + (after - first) * part // parts for part in range(parts)] + [after], dtype=np.int64)
    steps = np.empty((after - first, columns), dtype=np.uint16)
    below = np.empty((parts, columns), dtype=np.uint16)
    in_parts(lambda left, right: _scan_columns(marked, left, right, edges, steps, below), columns, threads)

    def do(start: int, end: int) -> None:
        for part in range(start, end):
            fill(int(edges[part]), int(edges[part + 1]), steps, below[part])

    in_parts(do, parts, threads, 4)


@njit(nogil=True, cache=True)
def _scan_columns(marked: Mask, left: int, right: int, edges: Whole, steps: Steps, below: Steps) -> None:
    """Steps up to the nearest marked cell (0: marked), and for each part's foot the steps down from its last row."""
    width = right - left
    run = np.full(width, NONE, dtype=np.uint16)
    first = edges[0]
    for row in range(edges[-1]):
        marks = marked[row, left:right]
        for at in range(width):
            run[at] = np.uint16(0) if marks[at] else np.uint16(min(run[at], np.uint16(65_534)) + np.uint16(1))
        if row >= first:
            steps[row - first, left:right] = run
    run[:] = NONE
    for row in range(marked.shape[0] - 1, edges[-1] - 1, -1):
        _step_down(marked[row, left:right], run)
    for part in range(len(edges) - 2, -1, -1):
        below[part, left:right] = run
        for row in range(edges[part + 1] - 1, edges[part] - 1, -1):
            _step_down(marked[row, left:right], run)


@njit(nogil=True, cache=True, inline="always")
def _step_down(marks: Mask, run: Steps) -> None:
    for at in range(len(run)):
        run[at] = np.uint16(0) if marks[at] else np.uint16(min(run[at], np.uint16(65_534)) + np.uint16(1))


@njit(nogil=True, cache=True)
def _metres_of_rows(
    steps: Steps,
    below: Steps,
    start: int,
    end: int,
    first: int,
    cell_m: float,
    cap_m: float,
    reach: int,
    out: Metres,
) -> None:
    columns = steps.shape[1]
    down = below.copy()
    sites, starts = np.empty(columns + 1, dtype=np.int64), np.empty(columns + 1, dtype=np.int64)
    heights, feet = np.empty(columns + 1, dtype=np.int64), np.empty(columns + 2, dtype=np.int64)
    place = np.arange(columns).astype(np.float64)
    for row in range(end - 1, start - 1, -1):
        count = _envelope(steps[row - first], down, reach, feet, sites, heights, starts)
        line = out[row - first]
        if count == 0:
            line[:] = cap_m
        for part in range(count):
            site, height = np.float64(sites[part]), np.float64(heights[part])
            for x in range(starts[part], starts[part + 1]):
                apart = place[x] - site
                line[x] = min(np.sqrt(apart * apart + height) * cell_m, cap_m)


@njit(nogil=True, cache=True)
def _codes_of_rows(
    steps: Steps, below: Steps, start: int, end: int, first: int, reach: int, by_square: Codes, out: Codes
) -> None:
    columns = steps.shape[1]
    down = below.copy()
    sites, starts = np.empty(columns + 1, dtype=np.int64), np.empty(columns + 1, dtype=np.int64)
    heights, feet = np.empty(columns + 1, dtype=np.int64), np.empty(columns + 2, dtype=np.int64)
    last = np.int64(len(by_square) - 1)
    for row in range(end - 1, start - 1, -1):
        count = _envelope(steps[row - first], down, reach, feet, sites, heights, starts)
        line = out[row - first]
        if count == 0:
            line[:] = by_square[last]
        for part in range(count):
            site, height = sites[part], heights[part]
            for x in range(starts[part], starts[part + 1]):
                line[x] = by_square[min((x - site) * (x - site) + height, last)]


@njit(nogil=True, cache=True)
def _envelope(up: Steps, down: Steps, reach: int, feet: Whole, sites: Whole, heights: Whole, starts: Whole) -> int:
    """Step ``down`` one row up; return how many parabolas lie lowest, with their columns, heights and first cells.

    A parabola that both its neighbours hide is left out at once: most are, and that test needs no order.
    """
    columns = len(up)
    feet[0] = feet[columns + 1] = FAR
    for at in range(columns):
        down[at] = np.uint16(0) if up[at] == 0 else np.uint16(min(down[at], np.uint16(65_534)) + np.uint16(1))
        near = np.int64(min(up[at], down[at]))
        feet[at + 1] = near * near if near <= reach else FAR
    count = 0
    for at in range(columns):
        height = feet[at + 1]
        if height == FAR or 2 * height >= feet[at] + feet[at + 2] + 2:
            continue
        while count >= 2 and _hidden(sites, heights, count, at, height):
            count -= 1
        sites[count], heights[count] = at, height
        count += 1
    starts[0] = 0
    for part in range(1, count):
        before, after = sites[part - 1], sites[part]
        top = after * after - before * before + heights[part] - heights[part - 1]
        starts[part] = min(max(top // (2 * (after - before)) + 1, starts[part - 1]), columns)
    starts[count] = columns
    return count


@njit(nogil=True, cache=True, inline="always")
def _hidden(sites: Whole, heights: Whole, count: int, at: int, height: int) -> bool:
    """Whether the last parabola of the stack is nowhere the lowest between the one before it and a new one."""
    left = sites[count - 1] - sites[count - 2]
    right = at - sites[count - 1]
    both = left + right
    return bool(both * heights[count - 1] - right * heights[count - 2] - left * height - left * right * both >= 0)
