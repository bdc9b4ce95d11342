"""One national grid: square cells in the country's equal-area CRS, so that a cell means the same in every layer.

Cell edges lie at whole multiples of ``cell_m`` from the CRS's origin, whatever part of the country is asked for: two
grids of the same cell size agree cell for cell. Row 0 is the northernmost, column 0 the westernmost.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from torpaq.geo.crs import NationalCrs

CELL_M = 10.0
TILE_CELLS = 2048
MOST_CELLS = 4_000_000_000
Box = tuple[float, float, float, float]  # west, south, east, north


@dataclass(frozen=True, slots=True)
class Window:
    """A rectangle of cells: ``row`` and ``column`` of its north-west cell in the grid, and how many of each."""

    row: int
    column: int
    rows: int
    columns: int

    @property
    def slices(self) -> tuple[slice, slice]:
        """The window as (rows, columns) of an array of the whole grid."""
        return slice(self.row, self.row + self.rows), slice(self.column, self.column + self.columns)

    def within(self, other: "Window") -> tuple[slice, slice]:
        """Return this window as (rows, columns) of an array of ``other``, which holds it."""
        row, column = self.row - other.row, self.column - other.column
        return slice(row, row + self.rows), slice(column, column + self.columns)


@dataclass(frozen=True, slots=True)
class Grid:
    """Part of the national grid: ``west_m`` and ``north_m`` are its outer edges, metres in the CRS ``proj``."""

    proj: str
    cell_m: float
    west_m: float
    north_m: float
    rows: int
    columns: int

    @property
    def crs(self) -> NationalCrs:
        """The national equal-area CRS."""
        return NationalCrs(self.proj)

    @property
    def cells(self) -> int:
        """How many cells there are."""
        return self.rows * self.columns

    @property
    def cell_m2(self) -> float:
        """The area of a cell, m²."""
        return self.cell_m * self.cell_m

    @property
    def bounds_m(self) -> Box:
        """West, south, east and north edge, metres."""
        return (
            self.west_m,
            self.north_m - self.rows * self.cell_m,
            self.west_m + self.columns * self.cell_m,
            self.north_m,
        )

    @property
    def whole(self) -> Window:
        """The window of all cells."""
        return Window(0, 0, self.rows, self.columns)

    def cell_at(self, x_m: float, y_m: float) -> tuple[int, int] | None:
        """Return (row, column) of the cell in which a place lies; None outside the grid."""
        column = math.floor((x_m - self.west_m) / self.cell_m)
        row = math.ceil((self.north_m - y_m) / self.cell_m) - 1 if y_m < self.north_m else 0
        inside = 0 <= row < self.rows and 0 <= column < self.columns and y_m <= self.north_m
        return (row, column) if inside else None

    def middle_of(self, row: int, column: int) -> tuple[float, float]:
        """Return (x_m, y_m), the middle of a cell."""
        return self.west_m + (column + 0.5) * self.cell_m, self.north_m - (row + 0.5) * self.cell_m

    def window_over(self, box: Box) -> Window | None:
        """Return the cells that a box of metres touches; None where it lies outside the grid."""
        west, south, east, north = box
        first = max(0, math.floor((west - self.west_m) / self.cell_m))
        after = min(self.columns, math.ceil((east - self.west_m) / self.cell_m))
        top = max(0, math.floor((self.north_m - north) / self.cell_m))
        bottom = min(self.rows, math.ceil((self.north_m - south) / self.cell_m))
        return Window(top, first, bottom - top, after - first) if top < bottom and first < after else None

    def grown(self, window: Window, halo_cells: int) -> Window:
        """Return a window with a halo on every side, cut at the grid's edges."""
        top, left = max(0, window.row - halo_cells), max(0, window.column - halo_cells)
        bottom = min(self.rows, window.row + window.rows + halo_cells)
        right = min(self.columns, window.column + window.columns + halo_cells)
        return Window(top, left, bottom - top, right - left)

    def bounds_of(self, window: Window) -> Box:
        """Return the edges of a window, metres: west, south, east, north."""
        west = self.west_m + window.column * self.cell_m
        north = self.north_m - window.row * self.cell_m
        return west, north - window.rows * self.cell_m, west + window.columns * self.cell_m, north

    def tiles(self, side_cells: int = TILE_CELLS) -> Iterator[Window]:
        """Return windows that cover the grid once, row by row from the north; the last ones may be smaller."""
        for row in range(0, self.rows, side_cells):
            for column in range(0, self.columns, side_cells):
                yield Window(row, column, min(side_cells, self.rows - row), min(side_cells, self.columns - column))


def grid_over(crs: NationalCrs, box_m: Box, cell_m: float = CELL_M) -> Grid:
    """Return the national grid's cells that a box of metres (west, south, east, north) touches.

    Raises ``ValueError`` for an empty box, a cell that is not positive, or more than 4 × 10⁹ cells.
    """
    west, south, east, north = box_m
    if not (cell_m > 0 and west < east and south < north and all(map(math.isfinite, box_m))):
        raise ValueError("a grid needs a box with an inside and a positive cell")
    first, after = math.floor(west / cell_m), math.ceil(east / cell_m)
    bottom, top = math.floor(south / cell_m), math.ceil(north / cell_m)
    if (after - first) * (top - bottom) > MOST_CELLS:
        raise ValueError("too many cells for one grid")
    return Grid(crs.proj, cell_m, first * cell_m, top * cell_m, top - bottom, after - first)
