"""How far each cell is from the nearest marked one: the exact Euclidean distance between the cells' middles.

Columns first: how far up or down the nearest marked cell of the same column is. Then, row by row, the lower envelope
of one parabola a column (Felzenszwalb and Huttenlocher, Theory of Computing 8, 2012; the test that hides a parabola
as in Maurer, Qi and Raghavan, IEEE PAMI 25, 2003). All comparisons are of whole numbers, so that nothing depends on
rounding: single precision goes wrong by whole cells on a national grid.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from torpaq.evidence.coding import Coding
from torpaq.evidence.kernels.parts import in_parts

Mask = NDArray[np.uint8]
Steps = NDArray[np.uint16]
Whole = NDArray[Any]  # whole numbers of four or eight bytes
Floats = NDArray[np.float64]
Metres = NDArray[np.float32]
Codes = NDArray[np.uint8]

MOST_SIDE = 65_000  # rows or columns: column distances are kept in two bytes
NONE = np.uint16(65_535)
LONG_STEPS = 23_170  # up to so many steps up or down all squares and their differences fit four bytes
FAR_SHORT, FAR_LONG = (1 << 30) - 1024, 1 << 40  # where a column has no mark: over twice the largest square
MARGIN = 16
NEIGHBOURS = (1, 2, 4, 8, MARGIN)


def distance_m(marked: Mask, cell_m: float, cap_m: float = np.inf, threads: int = 1) -> Metres:
    """Return the distance to the nearest non-zero cell, metres, at most ``cap_m`` (infinite where nothing is marked).

    A part of a grid with a halo of at least ``cap_m`` gives the same bits as the whole grid.
    Raises ``ValueError`` for a side over 65,000 cells.
    """
    out = np.empty(marked.shape, dtype=np.float32)

    reach = _reach(cap_m, cell_m, marked.shape[0])

    def fill(start: int, end: int, steps: Steps, below: Steps) -> None:
        _metres_of_rows(steps, below, start, end, cell_m, cap_m, reach, _feet(reach), _far(reach), out)

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
    reach = min(reach_cells(coding, cell_m), marked.shape[0])

    def fill(start: int, end: int, steps: Steps, below: Steps) -> None:
        _codes_of_rows(steps, below, start, end, by_square, reach, _feet(reach), _far(reach), out)

    _transform(marked, first, after, threads, fill)
    return out


def reach_cells(coding: Coding, cell_m: float) -> int:
    """Return the halo, cells, beyond which a marked cell changes no code of a coding in metres."""
    return int(np.ceil(coding.edges[-1] / cell_m))


def _code_of_square(coding: Coding, cell_m: float) -> Codes:
    """The code of every squared distance in cells, 0 up to where the last code begins."""
    squares = np.arange(reach_cells(coding, cell_m) ** 2 + 1, dtype=np.float64)
    return coding.encode((np.sqrt(squares) * cell_m).astype(np.float32))


def _reach(cap_m: float, cell_m: float, rows: int) -> int:
    return int(min(np.ceil(cap_m / cell_m), rows)) if np.isfinite(cap_m) else rows


def _feet(reach: int) -> Whole:
    """An empty array of the type that the squares need; compiled loops are made for either."""
    return np.zeros(0, dtype=np.int32 if reach <= LONG_STEPS else np.int64)


def _far(reach: int) -> int:
    return FAR_SHORT if reach <= LONG_STEPS else FAR_LONG


def _transform(
    marked: Mask, first: int, after: int, threads: int, fill: Callable[[int, int, Steps, Steps], None]
) -> None:
    """Scan the columns, then have ``fill(start, end, steps up, steps down from below the end)`` done by parts.

    Rows are counted from ``first``, from which on steps are kept.
    """
    rows, columns = marked.shape
    if max(rows, columns) > MOST_SIDE:
        raise ValueError(f"a side of {max(rows, columns)} cells is over {MOST_SIDE}")
    parts = max(1, min(after - first, threads * 4 if threads > 1 else 1))
    edges = np.array([first + (after - first) * part // parts for part in range(parts + 1)], dtype=np.int64)
    steps = np.empty((after - first, columns), dtype=np.uint16)
    below = np.empty((parts, columns), dtype=np.uint16)
    in_parts(lambda left, right: _scan_columns(marked, left, right, edges, steps, below), columns, threads)

    def do(start: int, end: int) -> None:
        for part in range(start, end):
            fill(int(edges[part]) - first, int(edges[part + 1]) - first, steps, below[part])

    in_parts(do, parts, threads, 4)


@njit(nogil=True, cache=True)
def _scan_columns(marked: Mask, left: int, right: int, edges: Whole, steps: Steps, below: Steps) -> None:
    """Steps up to the nearest marked cell (0: marked); for each part, the steps down from the row below it."""
    width, parts = right - left, len(edges) - 1
    run = np.full(width, NONE, dtype=np.uint16)
    for row in range(edges[0]):
        _step(marked[row, left:right], run, run)
    first_marks = np.full((parts, width), NONE, dtype=np.uint16)
    for part in range(parts):
        firsts = first_marks[part]
        for row in range(edges[part], edges[part + 1]):
            marks, here = marked[row, left:right], steps[row - edges[0], left:right]
            _step(marks, run, here)
            run = here
            since = np.uint16(row - edges[part])
            for at in range(width):
                firsts[at] = min(firsts[at], since if marks[at] else NONE)
    down = np.full(width, NONE, dtype=np.uint16)
    for row in range(marked.shape[0] - 1, edges[-1] - 1, -1):
        _step(marked[row, left:right], down, down)
    for part in range(parts - 1, -1, -1):
        below[part, left:right] = down
        rows = edges[part + 1] - edges[part]
        for at in range(width):
            beyond = min(np.int64(down[at]) + rows, np.int64(NONE))
            down[at] = first_marks[part, at] if first_marks[part, at] != NONE else np.uint16(beyond)


@njit(nogil=True, cache=True, inline="always")
def _step(marks: Mask, before: Steps, out: Steps) -> None:
    """One row farther from the marks, up to the number that says there are none."""
    for at in range(len(marks)):
        out[at] = np.uint16(0) if marks[at] else np.uint16(min(before[at], np.uint16(65_534)) + np.uint16(1))


@njit(nogil=True, cache=True)
def _metres_of_rows(
    steps: Steps,
    below: Steps,
    start: int,
    end: int,
    cell_m: float,
    cap_m: float,
    reach: int,
    kind: Whole,
    far: int,
    out: Metres,
) -> None:
    columns = steps.shape[1]
    feet, spare = np.full(columns + 2 * MARGIN, far, dtype=kind.dtype), np.empty(columns, dtype=kind.dtype)
    sites, heights = np.empty(columns + 1, dtype=np.int64), np.empty(columns + 1, dtype=np.int64)
    starts, square = np.empty(columns + 1, dtype=np.int64), np.empty(columns, dtype=kind.dtype)
    down, place = below.copy(), np.arange(columns).astype(kind.dtype)
    for row in range(end - 1, start - 1, -1):
        count = _envelope(steps[row], down, reach, far, feet, spare, sites, heights, starts)
        line = out[row]
        if count == 0:
            line[:] = cap_m
            continue
        _squares(count, sites, heights, starts, place, square)
        for x in range(columns):
            line[x] = min(np.sqrt(np.float64(square[x])) * cell_m, cap_m)


@njit(nogil=True, cache=True)
def _codes_of_rows(
    steps: Steps,
    below: Steps,
    start: int,
    end: int,
    by_square: Codes,
    reach: int,
    kind: Whole,
    far: int,
    out: Codes,
) -> None:
    columns = steps.shape[1]
    feet, spare = np.full(columns + 2 * MARGIN, far, dtype=kind.dtype), np.empty(columns, dtype=kind.dtype)
    sites, heights = np.empty(columns + 1, dtype=np.int64), np.empty(columns + 1, dtype=np.int64)
    starts, square = np.empty(columns + 1, dtype=np.int64), np.empty(columns, dtype=kind.dtype)
    down, place = below.copy(), np.arange(columns).astype(kind.dtype)
    last = len(by_square) - 1
    for row in range(end - 1, start - 1, -1):
        count = _envelope(steps[row], down, reach, far, feet, spare, sites, heights, starts)
        line = out[row]
        if count == 0:
            line[:] = by_square[last]
            continue
        _squares(count, sites, heights, starts, place, square)
        for x in range(columns):
            line[x] = by_square[square[x] if square[x] < last else last]


@njit(nogil=True, cache=True, inline="always")
def _squares(count: int, sites: Whole, heights: Whole, starts: Whole, place: Whole, square: Whole) -> None:
    for part in range(count):
        site, height = place.dtype.type(sites[part]), place.dtype.type(heights[part])
        for x in range(starts[part], starts[part + 1]):
            apart = place[x] - site
            square[x] = apart * apart + height


@njit(nogil=True, cache=True)
def _envelope(
    up: Steps,
    down: Steps,
    reach: int,
    far: int,
    feet: Whole,
    spare: Whole,
    sites: Whole,
    heights: Whole,
    starts: Whole,
) -> int:
    """Step ``down`` one row up; return how many parabolas lie lowest, with their columns, heights and first cells."""
    columns, kind = len(up), feet.dtype.type
    most, nothing = kind(reach), kind(far)
    middle = feet[MARGIN : MARGIN + columns]
    for at in range(columns):
        down[at] = np.uint16(0) if up[at] == 0 else np.uint16(min(down[at], np.uint16(65_534)) + np.uint16(1))
    for at in range(columns):
        near = kind(min(up[at], down[at]))
        middle[at] = kind(near * near) if near <= most else nothing
    _spare(feet, nothing, spare)
    left = 0
    for at in range(columns):  # without a branch: what is left out is as good as random
        starts[left] = at
        left += spare[at] > 0
    count = 0
    for candidate in range(left):
        at = starts[candidate]
        height = np.int64(middle[at])
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
def _spare(feet: Whole, nothing: int, spare: Whole) -> None:
    """How far below what two neighbours at the same distance hide each parabola lies: not above 0 is left out.

    Most of all parabolas are, and it needs no order. One that lies lowest anywhere is hidden by no two others.
    """
    kind, columns = feet.dtype.type, len(spare)
    middle = feet[MARGIN : MARGIN + columns]
    for at in range(columns):
        spare[at] = kind(1) if middle[at] != nothing else kind(0)
    for apart in NEIGHBOURS:
        rise = kind(2 * apart * apart)
        left = feet[MARGIN - apart : MARGIN - apart + columns]
        right = feet[MARGIN + apart : MARGIN + apart + columns]
        for at in range(columns):
            spare[at] = min(spare[at], kind(kind(left[at] + right[at]) - kind(middle[at] + middle[at]) + rise))


@njit(nogil=True, cache=True, inline="always")
def _hidden(sites: Whole, heights: Whole, count: int, at: int, height: np.int64) -> bool:
    """Whether the last parabola of the stack is nowhere the lowest between the one before it and a new one."""
    left = sites[count - 1] - sites[count - 2]
    right = at - sites[count - 1]
    both = left + right
    return bool(both * heights[count - 1] - right * heights[count - 2] - left * height - left * right * both >= 0)
