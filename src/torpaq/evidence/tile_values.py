"""The numbers of a raster on the national grid under the pixels of a web map's tile, and of a whole one made small."""

from __future__ import annotations

import math
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from torpaq.evidence.grid import Grid, Window
from torpaq.evidence.raster import check_size, opened, read_part

if TYPE_CHECKING:
    from rasterio.io import DatasetReader

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

TILE_PIXELS = 256
HALF_WORLD_M = math.pi * 6_378_137.0  # half the width of the web map's plane, spherical Mercator (EPSG:3857)
MERCATOR = "EPSG:3857"


def whole_values(path: Path, longest_pixels: int) -> tuple[NDArray[Any], float | None]:
    """Return a whole raster, north up, read from its overviews, its longer side no longer; and its nodata.

    Raises :class:`~torpaq.evidence.raster.RasterError`.
    """
    with opened(path) as raster:
        scale = min(1.0, longest_pixels / max(raster.width, raster.height))
        shape = (max(1, round(raster.height * scale)), max(1, round(raster.width * scale)))
        return read_part(raster, path, None, shape), raster.nodata


def tile_values(
    path: Path, grid: Grid, z: int, x: int, y: int, pixels: int = TILE_PIXELS
) -> tuple[NDArray[Any], Flags, float | None] | None:
    """Return the number of the nearest cell at each pixel of tile z/x/y, which pixels lie inside, and the nodata.

    Zoomed out it reads the overview whose cells are about the size of a pixel; outside the grid a pixel has nodata.
    None for a tile beside the grid or of no such place. Raises :class:`~torpaq.evidence.raster.RasterError`.
    """
    if not (0 <= z <= 30 and 0 <= x < 2**z and 0 <= y < 2**z):
        return None
    columns, rows = tile_places(grid, z, x, y, pixels)
    inside = (columns >= 0) & (columns < grid.columns) & (rows >= 0) & (rows < grid.rows)
    if not inside.any():
        return None
    with opened(path) as raster:
        check_size(raster, path, grid)
        level = _overview(raster, _cells_a_pixel(columns, rows))
        nodata = raster.nodata
        if level is None:
            values = _nearest(raster, path, columns, rows, inside, (1.0, 1.0))
    if level is not None:
        with opened(path, overview_level=level) as coarse:
            step = (grid.columns / coarse.width, grid.rows / coarse.height)
            values = _nearest(coarse, path, columns, rows, inside, step)
    if nodata is not None:
        values[~inside] = nodata
    return values, inside, nodata


def tile_places(grid: Grid, z: int, x: int, y: int, pixels: int = TILE_PIXELS) -> tuple[Floats, Floats]:
    """Return (column, row) of the middle of each pixel of tile z/x/y in the grid's cells, as fractions."""
    x_m, y_m = _places_m(grid.proj, z, x, y, pixels)
    return (x_m - grid.west_m) / grid.cell_m, (grid.north_m - y_m) / grid.cell_m


@lru_cache(maxsize=512)
def _places_m(proj: str, z: int, x: int, y: int, pixels: int) -> tuple[Floats, Floats]:
    """The middles of a tile's pixels in the national CRS: on a coarse net, straight between, to far below a pixel."""
    from torpaq.geo.crs import transformer

    side = 2 * HALF_WORLD_M / 2**z
    net = 9 if z >= 5 else 65
    edge = np.linspace(0, 1, net)
    east, north = np.meshgrid(-HALF_WORLD_M + (x + edge) * side, HALF_WORLD_M - (y + edge) * side)
    at_x, at_y = transformer(MERCATOR, proj).transform(east, north)
    middles = (np.arange(pixels) + 0.5) / pixels * (net - 1)
    low = np.minimum(middles.astype(np.int64), net - 2)
    share = middles - low
    return _between(at_x, low, share), _between(at_y, low, share)


def _between(net: Floats, low: NDArray[np.int64], share: Floats) -> Floats:
    rows = net[low] * (1 - share)[:, None] + net[low + 1] * share[:, None]
    blended: Floats = rows[:, low] * (1 - share) + rows[:, low + 1] * share
    return blended


def _cells_a_pixel(columns: Floats, rows: Floats) -> float:
    """How many cells lie side by side under a pixel in the middle of a tile."""
    at = len(columns) // 2
    return float(max(abs(columns[at, at] - columns[at, at - 1]), abs(rows[at, at] - rows[at - 1, at])))


def _overview(raster: DatasetReader, cells_a_pixel: float) -> int | None:
    """The coarsest overview whose cells are not larger than a pixel; None: the cells themselves."""
    fitting = [level for level, step in enumerate(raster.overviews(1)) if step <= cells_a_pixel]
    return max(fitting, default=None)


def _nearest(
    raster: DatasetReader, path: Path, columns: Floats, rows: Floats, inside: Flags, step: tuple[float, float]
) -> NDArray[Any]:
    """The numbers under places given as (column, row) of the grid, in a raster whose cells are ``step`` of its."""
    column = np.clip(columns / step[0], 0, raster.width - 1).astype(np.int64)
    row = np.clip(rows / step[1], 0, raster.height - 1).astype(np.int64)
    left, top = int(column[inside].min()), int(row[inside].min())
    right, bottom = int(column[inside].max()), int(row[inside].max())
    values = read_part(raster, path, Window(top, left, bottom - top + 1, right - left + 1))
    found: NDArray[Any] = values[np.clip(row - top, 0, bottom - top), np.clip(column - left, 0, right - left)]
    return found
