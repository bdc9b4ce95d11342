"""Pictures of layers: a whole one for its card, and square tiles of the web map, made from a raster's overviews."""

from __future__ import annotations

import io
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from torpaq.evidence.coding import NO_DATA, Coding
from torpaq.evidence.grid import Grid
from torpaq.evidence.tile_values import TILE_PIXELS, tile_values, whole_values

Pixels = NDArray[np.uint8]
Floats = NDArray[np.float64]
Colour = tuple[int, int, int]

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
    return _png(ramp.paint(*whole_values(path, longest_pixels)))


def tile_png(path: Path, grid: Grid, z: int, x: int, y: int, ramp: Ramp, pixels: int = TILE_PIXELS) -> bytes:
    """Return the web map's tile z/x/y of a raster: each pixel the nearest cell, clear where nothing is known.

    A tile beside the grid, or of no such place, is clear. Raises :class:`RasterError`.
    """
    found = tile_values(path, grid, z, x, y, pixels)
    if found is None:
        return _png(np.zeros((pixels, pixels, 4), dtype=np.uint8))
    values, inside, nodata = found
    image = ramp.paint(values, nodata)
    image[~inside] = 0
    return _png(image)


def _png(pixels: Pixels) -> bytes:
    from PIL import Image

    out = io.BytesIO()
    Image.fromarray(pixels, "RGBA").save(out, "PNG", compress_level=3)
    return out.getvalue()
