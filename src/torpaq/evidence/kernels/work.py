"""Layers as work on tiles: give one of these, with its arrays bound by ``functools.partial``, to ``run_tiles``."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from torpaq.evidence.coding import NO_DATA, Coding
from torpaq.evidence.grid import Grid, Window
from torpaq.evidence.kernels.burn import burn
from torpaq.evidence.kernels.distance import distance_codes, reach_cells
from torpaq.evidence.kernels.shapes import Shapes

Codes = NDArray[np.uint8]
Arrays = tuple[NDArray[Any], ...]

WIDE = (1024, 1 << 16)
"""(rows, columns) of tiles for a layer whose halo is large: whole rows, so that only rows are burned twice."""


def distance_work(window: Window, arrays: Arrays, *, grid: Grid, shapes: Shapes, coding: Coding) -> tuple[Codes]:
    """Codes of the distance, metres, to the nearest cell of any of the shapes. Best on tiles of ``WIDE``."""
    grown = grid.grown(window, reach_cells(coding, grid.cell_m))
    down, across = window.within(grown)
    codes = distance_codes(burn(grid, grown, shapes), grid.cell_m, coding, (down.start, down.stop))
    return (codes[:, across],)


def burn_work(
    window: Window, arrays: Arrays, *, grid: Grid, shapes: Shapes, values: Codes | None = None, ground: int = NO_DATA
) -> tuple[Codes]:
    """Each geometry's value in its cells, ``ground`` elsewhere."""
    cells = np.full((window.rows, window.columns), ground, dtype=np.uint8)
    return (burn(grid, window, shapes, values, cells),)
