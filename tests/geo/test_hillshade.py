"""The relief under the map: where it lies, what is sea, which slopes are lit."""

import io

import numpy as np
import pytest
from PIL import Image

from support import shared_data
from torpaq.geo.hillshade import SEA, hillshade_png


def picture(png):
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGBA")).astype(int)


def cone():
    """A mountain of 3,000 m amid a plain of 100 m, 40 by 40 cells."""
    y, x = np.mgrid[-20:20, -20:20] + 0.5
    return np.maximum(3000 - 200 * np.hypot(x, y), 100)


def test_corners_are_those_of_the_grid_clockwise_from_the_north_west():
    _, corners = hillshade_png(cone(), 46.0, 40.0, 0.01)
    assert np.allclose(corners, [(46.0, 40.0), (46.4, 40.0), (46.4, 39.6), (46.0, 39.6)])


def test_rows_are_equally_spaced_in_web_mercator():
    heights = np.where(np.arange(200)[:, None] < 100, 0.0, 500.0) * np.ones(8)  # land begins half-way, at 45°N
    image = picture(hillshade_png(heights, 10.0, 60.0, 0.15)[0])
    shore = np.flatnonzero((image[:, 16, :3] != SEA).any(axis=1))[0] / len(image)
    north, middle, south = np.arctanh(np.sin(np.radians([60, 45, 30])))
    assert shore == pytest.approx((north - middle) / (north - south), abs=0.01)


def test_slopes_towards_the_north_west_are_light_and_those_away_from_it_dark():
    image = picture(hillshade_png(cone(), 46.0, 40.0, 0.01)[0]).sum(axis=2)
    rows, columns = image.shape
    assert image[rows // 3, columns // 3] > image[2 * rows // 3, 2 * columns // 3] + 100


def test_the_sea_is_plain_but_land_below_its_level_is_not():
    heights = np.zeros((40, 40))
    heights[:, :10] = 200
    low_land = [(46.1, 40.0), (46.2, 40.0), (46.2, 39.6), (46.1, 39.6)]
    image = picture(hillshade_png(heights, 46.0, 40.0, 0.01, land=[low_land])[0])
    assert tuple(image[80, 140, :3]) == SEA
    assert tuple(image[80, 60, :3]) != SEA


def test_where_nothing_is_known_the_picture_is_transparent():
    heights = cone()
    heights[:10] = np.nan
    opaque = picture(hillshade_png(heights, 46.0, 40.0, 0.01)[0])[..., 3]
    assert not opaque[:30].any()
    assert (opaque[60:] == 255).all()


def test_it_stays_light_so_that_symbols_stand_out():
    path = shared_data("az-dem-globe30s/az_globe30s.tif")
    heights = np.array(Image.open(path))[200:320, 260:440] if path else cone()
    image = picture(hillshade_png(heights, 44.0, 42.0, 1 / 120)[0])[..., :3]
    assert image.mean() > 215
    assert np.percentile(image.min(axis=2), 1) > 130


@pytest.mark.parametrize(("shape", "lat0"), [((3, 9), 40.0), ((9, 9), 86.0), ((9, 9), -84.0), ((9,), 40.0)])
def test_a_grid_that_makes_no_picture_is_refused(shape, lat0):
    with pytest.raises(ValueError, match="at least 4 by 4"):
        hillshade_png(np.ones(shape), 46.0, lat0, 0.5)
