"""Pictures of layers: a whole one for its card, and square tiles of the web map, made from a raster's overviews."""

from __future__ import annotations

import io
import math
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from torpaq.evidence.coding import NO_DATA, Coding
from torpaq.evidence.grid import Grid, Window
from torpaq.evidence.raster import check_size, opened, read_part

if TYPE_CHECKING:
    from rasterio.io import DatasetReader

Pixels = NDArray[np.uint8]
Floats = NDArray[np.float64]
Colour = tuple[int, int, int]

TILE_PIXELS = 256
HALF_WORLD_M = math.pi * 6_378_137.0  # half the width of the web map's plane, spherical Mercator (EPSG:3857)
MERCATOR = "EPSG:3857"
LEGEND_ROWS = 6

# Dark to light, told apart without red and green as well: near and much is dark
VIRIDIS: tuple[Colour, ...] = ((68, 1, 84), (59, 82, 139), (33, 145, 140), (94, 201, 98), (253, 231, 37))
CLASSES: tuple[Colour, ...] = (
    (230, 159, 0),
    (86, 180, 233),
    (0, 158, 115),
    (240, 228, 66),
    (0, 114, 178),
    (213, 94, 0),
    (204, 121, 167),
    (120, 120, 120),
)


@dataclass(frozen=True, slots=True)
class Ramp:
    """What colour a number gets. ``numbers`` ascend; between two of them the colours blend, unless ``steps``.

    With ``steps`` a number has the colour of the last one not above it. ``alpha`` is 0 (clear) to 255.
    """

    numbers: tuple[float, ...]
    colours: tuple[Colour, ...]
    steps: bool = False
    alpha: int = 255

    def paint(self, values: NDArray[Any], nodata: float | None) -> Pixels:
        """Return red, green, blue and alpha of every value; where nothing is known the pixel is clear."""
        if values.dtype == np.uint8:
            table = self._colours_of(np.arange(256, dtype=np.float64))
            if nodata is not None and 0 <= nodata <= 255:
                table[int(nodata)] = 0
            painted: Pixels = table[values]
            return painted
        numbers = values.astype(np.float64)
        pixels = self._colours_of(numbers)
        pixels[np.isnan(numbers) if nodata is None else np.isnan(numbers) | (numbers == nodata)] = 0
        return pixels

    def _colours_of(self, values: Floats) -> Pixels:
        pixels = np.empty((*values.shape, 4), dtype=np.uint8)
        colours = np.array(self.colours, dtype=np.float64)
        if self.steps:
            at = np.clip(np.searchsorted(self.numbers, values, side="right") - 1, 0, len(self.numbers) - 1)
            pixels[..., :3] = colours[at]
        else:
            for band in range(3):
                pixels[..., band] = np.interp(values, self.numbers, colours[:, band]).round()
        pixels[..., 3] = self.alpha
        return pixels


def code_ramp(coding: Coding, is_class: bool = False) -> Ramp:
    """Return the colours of a layer's codes: one of its own for each class, otherwise from dark (low) to light."""
    codes = len(coding.edges)
    if is_class:
        return Ramp(tuple(map(float, range(codes))), tuple(CLASSES[code % len(CLASSES)] for code in range(codes)), True)
    return Ramp(tuple(np.linspace(0, max(codes - 1, 1), len(VIRIDIS)).tolist()), VIRIDIS)


def code_legend(coding: Coding, ramp: Ramp) -> tuple[dict[str, Any], ...]:
    """Return a legend's rows, lowest first: ``colour`` ("#rrggbb"), ``low``, ``high`` (None: no end) and ``unit``."""
    codes = len(coding.edges)
    shown = range(codes) if ramp.steps else sorted({round(code) for code in np.linspace(0, codes - 1, LEGEND_ROWS)})
    rows = []
    for code in shown:
        low, high = coding.span(code)
        red, green, blue, _ = ramp.paint(np.array([code], dtype=np.uint8), NO_DATA)[0].tolist()
        rows.append(
            {
                "colour": f"#{red:02x}{green:02x}{blue:02x}",
                "low": low,
                "high": high if math.isfinite(high) else None,
                "unit": coding.unit,
            }
        )
    return tuple(rows)


def layer_png(path: Path, ramp: Ramp, longest_pixels: int = 800) -> bytes:
    """Return a picture of a whole raster, north up, read from its overviews. Raises :class:`RasterError`."""
    with opened(path) as raster:
        scale = min(1.0, longest_pixels / max(raster.width, raster.height))
        shape = (max(1, round(raster.height * scale)), max(1, round(raster.width * scale)))
        values = read_part(raster, path, None, shape)
        return _png(ramp.paint(values, raster.nodata))


def tile_png(path: Path, grid: Grid, z: int, x: int, y: int, ramp: Ramp, pixels: int = TILE_PIXELS) -> bytes:
    """Return the web map's tile z/x/y of a raster: each pixel the nearest cell, clear where nothing is known.

    Zoomed out it reads the overview whose cells are about the size of a pixel. A tile beside the grid, or of no such
    place, is clear. Raises :class:`RasterError`.
    """
    if not (0 <= z <= 30 and 0 <= x < 2**z and 0 <= y < 2**z):
        return _clear(pixels)
    across, down = _places(grid.proj, z, x, y, pixels)
    columns, rows = (across - grid.west_m) / grid.cell_m, (grid.north_m - down) / grid.cell_m
    inside = (columns >= 0) & (columns < grid.columns) & (rows >= 0) & (rows < grid.rows)
    if not inside.any():
        return _clear(pixels)
    with opened(path) as raster:
        check_size(raster, path, grid)
        level = _overview(raster, _cells_a_pixel(grid, columns, rows))
        nodata = raster.nodata
        if level is None:
            image = ramp.paint(_nearest(raster, path, columns, rows, inside, (1.0, 1.0)), nodata)
    if level is not None:
        with opened(path, overview_level=level) as coarse:
            step = (grid.columns / coarse.width, grid.rows / coarse.height)
            image = ramp.paint(_nearest(coarse, path, columns, rows, inside, step), nodata)
    image[~inside] = 0
    return _png(image)


@lru_cache(maxsize=512)
def _places(proj: str, z: int, x: int, y: int, pixels: int) -> tuple[Floats, Floats]:
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


def _cells_a_pixel(grid: Grid, columns: Floats, rows: Floats) -> float:
    """How many cells lie side by side under a pixel in the middle of a tile."""
    at = len(columns) // 2
    return float(max(abs(columns[at, at] - columns[at, at - 1]), abs(rows[at, at] - rows[at - 1, at])))


def _overview(raster: DatasetReader, cells_a_pixel: float) -> int | None:
    """The coarsest overview whose cells are not larger than a pixel; None: the cells themselves."""
    fitting = [level for level, step in enumerate(raster.overviews(1)) if step <= cells_a_pixel]
    return max(fitting, default=None)


def _nearest(
    raster: DatasetReader,
    path: Path,
    columns: Floats,
    rows: Floats,
    inside: NDArray[np.bool_],
    step: tuple[float, float],
) -> NDArray[Any]:
    """The numbers under places given as (column, row) of the grid, in a raster whose cells are ``step`` of its."""
    column = np.clip(columns / step[0], 0, raster.width - 1).astype(np.int64)
    row = np.clip(rows / step[1], 0, raster.height - 1).astype(np.int64)
    left, top = int(column[inside].min()), int(row[inside].min())
    right, bottom = int(column[inside].max()), int(row[inside].max())
    values = read_part(raster, path, Window(top, left, bottom - top + 1, right - left + 1))
    found: NDArray[Any] = values[np.clip(row - top, 0, bottom - top), np.clip(column - left, 0, right - left)]
    return found


def _clear(pixels: int) -> bytes:
    return _png(np.zeros((pixels, pixels, 4), dtype=np.uint8))


def _png(pixels: Pixels) -> bytes:
    from PIL import Image

    out = io.BytesIO()
    Image.fromarray(pixels, "RGBA").save(out, "PNG", compress_level=3)
    return out.getvalue()
