"""The ground under the map: shaded relief of the country's terrain, made from its heights."""

import io
from functools import cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from torpaq.geo.tiles.encoder import mercator_unit
from torpaq.standard.country import Country, load_country
from torpaq.standard.terrain import Terrain

SUN_AZIMUTH_DEG, SUN_HEIGHT_DEG = 315.0, 45.0  # from the north-west, as cartographers do
EXAGGERATION = 4.0
METRES_A_DEGREE = 111_320.0
LIGHTEST, DARKEST = 252, 196
WATER = (214, 226, 233)


@cache
def relief_png(country: str) -> bytes:
    """Return the relief as PNG, its rows evenly spaced in Web Mercator between :func:`relief_corners`."""
    land = load_country(country)
    terrain = land.terrain()
    shade = hillshade(terrain)
    grey = (DARKEST + (LIGHTEST - DARKEST) * shade).astype(np.uint8)
    warm = np.stack([grey, np.clip(grey.astype(int) - 2, 0, 255), np.clip(grey.astype(int) - 9, 0, 255)], axis=-1)
    warm[water(land, terrain)] = WATER
    image = Image.fromarray(warm.astype(np.uint8)[mercator_rows(terrain)], "RGB")
    buffer = io.BytesIO()
    image.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def relief_corners(country: str) -> list[list[float]]:
    """Return the image's corners (lon, lat) in MapLibre's order: top left, top right, bottom right, bottom left."""
    west, south, east, north = load_country(country).terrain().bounds_deg
    return [[west, north], [east, north], [east, south], [west, south]]


def hillshade(terrain: Terrain) -> NDArray[np.float64]:
    """Return how bright each cell is, 0 to 1 (Lambert's cosine of the sun on the exaggerated slope; Horn 1981)."""
    heights = terrain.heights_m.astype(np.float64) * EXAGGERATION
    rows = heights.shape[0]
    lat = terrain.bounds_deg[3] - (np.arange(rows) + 0.5) * terrain.step_deg
    step_m = terrain.step_deg * METRES_A_DEGREE
    rise_south, rise_east = np.gradient(heights, step_m)
    rise_east /= np.cos(np.radians(lat))[:, None]
    azimuth, height = np.radians(SUN_AZIMUTH_DEG), np.radians(SUN_HEIGHT_DEG)
    east, north, up = np.sin(azimuth) * np.cos(height), np.cos(azimuth) * np.cos(height), np.sin(height)
    steepness = np.sqrt(1 + rise_east**2 + rise_south**2)
    shade: NDArray[np.float64] = np.clip((up - rise_east * east + rise_south * north) / steepness, 0, 1)
    return shade


def water(country: Country, terrain: Terrain) -> NDArray[np.bool_]:
    """Return which cells are sea: those at height zero outside every district.

    The grid gives zero for the sea and also for the lowlands below the oceans' level, so height alone cannot tell.
    """
    west, _, _, north = terrain.bounds_deg
    mask = Image.new("1", terrain.heights_m.shape[::-1])
    pen = ImageDraw.Draw(mask)
    for boundary in country.boundaries.values():
        for polygon in boundary:
            pen.polygon(
                [((x - west) / terrain.step_deg, (north - y) / terrain.step_deg) for x, y in polygon[0]], fill=1
            )
    sea: NDArray[np.bool_] = (terrain.heights_m <= 0) & ~np.array(mask, dtype=np.bool_)
    return sea


def mercator_rows(terrain: Terrain) -> NDArray[np.int64]:
    """Return, for rows evenly spaced in Web Mercator, the row of the terrain each one shows."""
    _, south, _, north = terrain.bounds_deg
    rows = terrain.heights_m.shape[0]
    edges_lat = north - np.arange(rows + 1) * terrain.step_deg
    _, edges_y = mercator_unit(np.zeros(rows + 1), edges_lat)
    _, (top, bottom) = mercator_unit(np.zeros(2), np.array([north, south]))
    middles = top + (np.arange(rows) + 0.5) * (bottom - top) / rows
    shown: NDArray[np.int64] = np.clip(np.searchsorted(edges_y, middles, side="right") - 1, 0, rows - 1)
    return shown
