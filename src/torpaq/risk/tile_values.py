"""The values of a raster on the national grid under the pixels of a web map's tile."""

import math
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from numpy.typing import NDArray
from rasterio.windows import Window as RasterWindow

from torpaq.evidence.grid import Grid

SIDE = 256
NODES = 33
"""Places are projected at so many pixels a side and found in between: a tile's edges bend by far less than a pixel."""


def tile_places(grid: Grid, z: int, x: int, y: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return (column, row) of the middle of each pixel of tile z/x/y in the grid's cells, as fractions, (256, 256)."""
    nodes = np.linspace(0.0, SIDE, NODES)
    across, down = np.meshgrid((x + nodes / SIDE) / 2.0**z, (y + nodes / SIDE) / 2.0**z)
    lon = across * 360.0 - 180.0
    lat = np.degrees(np.arctan(np.sinh(math.pi * (1.0 - 2.0 * down))))
    x_m, y_m = grid.crs.forward(lon.ravel(), lat.ravel())
    columns = ((np.asarray(x_m) - grid.west_m) / grid.cell_m).reshape(NODES, NODES)
    rows = ((grid.north_m - np.asarray(y_m)) / grid.cell_m).reshape(NODES, NODES)
    return _between(columns, nodes), _between(rows, nodes)


def _between(values: NDArray[np.float64], nodes: NDArray[np.float64]) -> NDArray[np.float64]:
    """Interpolate values at nodes, both ways, at the middle of each pixel."""
    middles = np.arange(SIDE) + 0.5
    along = np.array([np.interp(middles, nodes, row) for row in values])
    return np.array([np.interp(middles, nodes, column) for column in along.T]).T


def tile_values(path: Path, grid: Grid, z: int, x: int, y: int) -> NDArray[Any] | None:
    """Return the raster's value at each pixel (256, 256), its nodata outside; None where the tile lies beside the grid.

    The nearest cell of the overview that fits the zoom, so that a tile far out is as quick as one near by.
    """
    columns, rows = tile_places(grid, z, x, y)
    inside = (columns >= 0) & (columns < grid.columns) & (rows >= 0) & (rows < grid.rows)
    if not inside.any():
        return None
    left, right = math.floor(columns[inside].min()), math.floor(columns[inside].max()) + 1
    top, bottom = math.floor(rows[inside].min()), math.floor(rows[inside].max()) + 1
    step = max(1, math.floor(math.sqrt((right - left) * (bottom - top) / max(1, int(inside.sum())))))
    shape = (math.ceil((bottom - top) / step), math.ceil((right - left) / step))
    with rasterio.open(path) as raster:
        window = RasterWindow(left, top, right - left, bottom - top)
        read = raster.read(1, window=window, out_shape=shape)
        empty = raster.nodata
    values: NDArray[Any] = np.full((SIDE, SIDE), 0 if empty is None else empty, dtype=read.dtype)
    row = ((rows[inside] - top) * shape[0] / (bottom - top)).astype(np.int64).clip(0, shape[0] - 1)
    column = ((columns[inside] - left) * shape[1] / (right - left)).astype(np.int64).clip(0, shape[1] - 1)
    values[inside] = read[row, column]
    return values


def whole_values(path: Path, longest: int) -> NDArray[Any]:
    """Return a whole raster, its longer side no longer than so many pixels, read from its overviews."""
    with rasterio.open(path) as raster:
        scale = min(1.0, longest / max(raster.width, raster.height))
        shape = (max(1, round(raster.height * scale)), max(1, round(raster.width * scale)))
        values: NDArray[Any] = raster.read(1, out_shape=shape)
    return values
