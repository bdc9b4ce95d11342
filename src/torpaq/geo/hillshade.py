"""Relief as a calm, light picture in Web Mercator: the ground of the map where there is no network."""

import io
import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PIL import Image, ImageDraw, ImageFilter

Floats = NDArray[np.float32]
Ring = Sequence[tuple[float, float]]
Corners = tuple[tuple[float, float], ...]

SEA = (214, 226, 232)
TINTS: tuple[tuple[float, tuple[int, int, int]], ...] = (  # metres above sea level, colour of flat ground
    (-30, (229, 236, 222)),
    (150, (235, 239, 224)),
    (500, (242, 241, 226)),
    (1000, (245, 239, 224)),
    (1800, (241, 231, 215)),
    (2600, (236, 226, 214)),
    (3400, (241, 238, 235)),
    (4500, (252, 252, 252)),
)
_SHADOW = np.array([92, 88, 108], np.float32)  # a violet grey: what a pale slope turns towards in shade
_LIGHTS = ((315.0, 45.0, 0.68), (255.0, 40.0, 0.16), (15.0, 50.0, 0.16))  # azimuth, height (degrees), weight
_METRES_PER_DEG = 111_195.0


def hillshade_png(
    heights: ArrayLike,
    lon0: float,
    lat0: float,
    step_deg: float,
    sea: float | None = 0.0,
    land: Sequence[Ring] = (),
    upsampling: int = 4,
    exaggeration: float = 2.2,
) -> tuple[bytes, Corners]:
    """Return the relief of a grid of heights as a PNG, and the corners that a MapLibre image source asks for.

    ``heights`` (rows, columns), metres, the first row northernmost; (``lon0``, ``lat0``) is the outer north-west
    corner of the grid, WGS 84 degrees, ``step_deg`` the side of a cell. Cells equal to ``sea`` are water, left plain
    (``None``: there is none), but for what lies inside the ``land`` rings of (lon, lat): some models give land below
    sea level the height of the sea. Cells that are NaN are transparent. The picture has ``upsampling`` pixels a cell
    from west to east, its rows equally spaced in Web Mercator. Corners (lon, lat): north-west, north-east,
    south-east, south-west. Raises ``ValueError`` for under 4 rows or columns, or a grid beyond 85 degrees of
    latitude.
    """
    grid = np.asarray(heights, np.float32)
    if grid.ndim != 2 or min(grid.shape) < 4 or lat0 > 85 or lat0 - step_deg * len(grid) < -85:
        raise ValueError("a relief needs at least 4 by 4 heights between 85°S and 85°N")
    south = lat0 - step_deg * len(grid)
    missing = np.isnan(grid)
    water = grid == sea if sea is not None else np.zeros(grid.shape, np.bool_)
    rows = _mercator_rows(lat0, step_deg, grid.shape[0], upsampling)
    columns = (np.arange(grid.shape[1] * upsampling) + 0.5) / upsampling - 0.5
    smooth = _resampled(np.where(missing, 0.0, grid), rows, columns)
    cell_m = step_deg * _METRES_PER_DEG
    latitudes = lat0 - (rows + 0.5) * step_deg
    row_m = np.gradient(rows) * cell_m
    column_m = cell_m / upsampling * np.cos(np.radians(latitudes))
    colour = _shaded(_tinted(smooth), _light(smooth, row_m, column_m, exaggeration))
    wet = np.clip(_resampled(water.astype(np.float32), rows, columns) * 4 - 1.5, 0, 1)[..., None]  # a soft shore
    wet *= 1 - _inside(land, lon0, lat0, south, step_deg / upsampling, wet.shape[1], wet.shape[0])
    colour = colour * (1 - wet) + np.array(SEA, np.float32) * wet
    opaque = np.where(_resampled(missing.astype(np.float32), rows, columns) > 0.5, 0, 255)
    east = lon0 + step_deg * grid.shape[1]
    return _png(colour, opaque), ((lon0, lat0), (east, lat0), (east, south), (lon0, south))


def _mercator_rows(lat0: float, step_deg: float, count: int, upsampling: int) -> NDArray[np.float64]:
    """Return for each row of the picture the row of the grid, from 0 at the middle of the first."""
    north, south = _mercator_y(np.array([lat0, lat0 - step_deg * count]))
    width_rad = np.radians(step_deg)
    rows = max(round(float(north - south) / width_rad * upsampling), 2)  # square pixels
    y = north + (south - north) * (np.arange(rows) + 0.5) / rows
    latitudes = np.degrees(np.arctan(np.sinh(y)))
    return np.asarray((lat0 - latitudes) / step_deg - 0.5, np.float64)


def _mercator_y(latitudes: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(np.arctanh(np.sin(np.radians(latitudes))), np.float64)


def _inside(
    land: Sequence[Ring], lon0: float, north: float, south: float, pixel_deg: float, width: int, height: int
) -> Floats:
    """Return 1 for pixels inside any ring, 0 outside, with a soft border (rows, columns, 1)."""
    mask = Image.new("L", (width, height))
    top, bottom = _mercator_y(np.array([north, south]))
    for ring in land:
        lon, lat = np.array(ring).T
        rows = (top - _mercator_y(lat)) / (top - bottom) * height
        ImageDraw.Draw(mask).polygon(list(zip((lon - lon0) / pixel_deg, rows, strict=True)), fill=255)
    soft = mask.filter(ImageFilter.GaussianBlur(1.5))
    return np.asarray(soft, np.float32)[..., None] / np.float32(255)


def _resampled(grid: Floats, rows: NDArray[np.float64], columns: NDArray[np.float64]) -> Floats:
    """Return the grid at these rows and columns (separable), by a cubic B-spline kernel: smooth, without overshoot.

    It blurs by about half a cell, which hides the steps of whole metres; borders are continued.
    """
    return _resampled_along(_resampled_along(grid, rows).T, columns).T


def _resampled_along(grid: Floats, places: NDArray[np.float64]) -> Floats:
    base = np.floor(places).astype(np.int64)
    t = (places - base).astype(np.float32)
    weights = ((1 - t) ** 3, 3 * t**3 - 6 * t**2 + 4, -3 * t**3 + 3 * t**2 + 3 * t + 1, t**3)
    result = np.zeros((len(places), grid.shape[1]), np.float32)
    for offset, weight in enumerate(weights):
        result += grid[np.clip(base + offset - 1, 0, len(grid) - 1)] * (weight / 6)[:, None]
    return result


def _light(heights: Floats, row_m: NDArray[np.float64], column_m: NDArray[np.float64], exaggeration: float) -> Floats:
    """Return how lit each pixel is, flat ground being 0: Lambert's law under three lamps, the main one north-west."""
    east = np.gradient(heights, axis=1) * (exaggeration / column_m).astype(np.float32)[:, None]
    north = -np.gradient(heights, axis=0) * (exaggeration / row_m).astype(np.float32)[:, None]
    length = np.sqrt(1 + east**2 + north**2)
    light = np.zeros(heights.shape, np.float32)
    for azimuth_deg, height_deg, weight in _LIGHTS:
        azimuth, height = math.radians(azimuth_deg), math.radians(height_deg)
        flat = math.sin(height)
        towards = math.cos(height) * (-east * math.sin(azimuth) - north * math.cos(azimuth))
        light += weight * ((towards + flat) / length - flat)
    return light


def _tinted(heights: Floats) -> Floats:
    """Return the colour of flat ground at each height (rows, columns, 3)."""
    levels = [level for level, _ in TINTS]
    whole = np.arange(levels[0], levels[-1] + 1)  # a colour for every metre
    table = np.stack([np.interp(whole, levels, [colour[band] for _, colour in TINTS]) for band in range(3)], axis=-1)
    place = np.clip(heights - levels[0], 0, len(whole) - 1).astype(np.int64)
    return np.asarray(table[place], np.float32)


def _shaded(colour: Floats, light: Floats) -> Floats:
    """Darken slopes that face away, lighten those that face the lamp, both gently so that symbols stand out."""
    shade = np.clip(-light * 0.9, 0, 0.55)[..., None]
    shine = np.clip(light * 0.9, 0, 0.6)[..., None]
    dark = colour * (1 - shade) + _SHADOW * shade
    return np.asarray(dark + (255 - dark) * shine, np.float32)


def _png(colour: Floats, opaque: NDArray[np.int64]) -> bytes:
    bands = np.dstack([np.clip(colour + 0.5, 0, 255), opaque]).astype(np.uint8)
    image = Image.fromarray(bands if (opaque < 255).any() else np.ascontiguousarray(bands[..., :3]))
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()
