"""Tiles of a surface: the cell under each pixel, found plainly one by one; colours that tell without colour."""

import io
import math
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import rasterio
from PIL import Image
from rasterio.transform import from_origin

from torpaq.evidence.grid import Grid, grid_over
from torpaq.geo.crs import AZE
from torpaq.risk.shades import (
    CHANCES,
    CLASSES,
    CODES_A_LOGIT,
    FADED,
    MIDDLE_CODE,
    NO_LOG_ODDS,
    OPAQUE,
    SPREADS,
    chance_pixels,
    class_pixels,
    code_of_chance,
    layer_pixels,
    png_of,
    spread_pixels,
    value_pixels,
)
from torpaq.risk.tile_values import tile_places, tile_values

BOX = (-3_000.0, -2_000.0, 3_000.0, 2_000.0)


def written(path: Path, grid: Grid, values: np.ndarray, nodata: int) -> Path:
    place = from_origin(grid.west_m, grid.north_m, grid.cell_m, grid.cell_m)
    with rasterio.open(
        path, "w", driver="GTiff", height=grid.rows, width=grid.columns, count=1, dtype=values.dtype, crs=AZE.wkt,
        transform=place, nodata=nodata, tiled=True, blockxsize=16, blockysize=16,
    ) as raster:  # fmt: skip
        raster.write(values, 1)
    return path


def tile_at(lon: float, lat: float, z: int) -> tuple[int, int, int]:
    x = (lon + 180) / 360 * 2**z
    y = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * 2**z
    return z, math.floor(x), math.floor(y)


def plain_value(grid: Grid, values: np.ndarray, nodata: int, z: int, x: int, y: int, pixel: tuple[int, int]) -> int:
    """The slow twin: project the pixel's middle alone."""
    row, column = pixel
    lon = (x + (column + 0.5) / 256) / 2**z * 360 - 180
    lat = math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * (y + (row + 0.5) / 256) / 2**z))))
    cell = grid.cell_at(*AZE.forward(lon, lat))
    return int(values[cell]) if cell else nodata


@pytest.mark.parametrize("z", [14, 16, 18])
def test_a_pixel_near_by_shows_the_cell_under_its_middle(tmp_path: Path, z: int) -> None:
    grid = grid_over(AZE, BOX, 50.0)
    values = np.arange(grid.cells, dtype=np.int16).reshape(grid.rows, grid.columns)
    path = written(tmp_path / "a.tif", grid, values, -1)
    place = tile_at(47.004, 40.003, z)
    found = tile_values(path, grid, *place)
    assert found is not None
    random = np.random.default_rng(3)
    pixels = [tuple(pixel) for pixel in random.integers(0, 256, (200, 2)).tolist()]
    differ = [pixel for pixel in pixels if found[pixel] != plain_value(grid, values, -1, *place, pixel)]
    assert len(differ) <= 2, "only a pixel on a cell's very edge may show its neighbour"


def test_places_in_between_are_right_to_a_tenth_of_a_pixel() -> None:
    grid = grid_over(AZE, BOX, 10.0)
    for z in (7, 10, 14):
        place = tile_at(47.3, 40.2, z)
        columns, rows = tile_places(grid, *place)
        for row, column in ((0, 0), (37, 200), (128, 128), (255, 255)):
            _z, x, y = place
            lon = (x + (column + 0.5) / 256) / 2**z * 360 - 180
            lat = math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * (y + (row + 0.5) / 256) / 2**z))))
            x_m, y_m = AZE.forward(lon, lat)
            pixel_m = 40_075_017 * math.cos(math.radians(lat)) / 2**z / 256
            assert abs(columns[row, column] * 10 + grid.west_m - x_m) < 0.1 * pixel_m
            assert abs(grid.north_m - rows[row, column] * 10 - y_m) < 0.1 * pixel_m


def test_a_tile_far_out_shows_the_whole_surface_small_and_one_beside_it_nothing(tmp_path: Path) -> None:
    grid = grid_over(AZE, BOX, 50.0)
    path = written(tmp_path / "a.tif", grid, np.full((grid.rows, grid.columns), 7, np.uint8), 255)
    far = tile_values(path, grid, *tile_at(47.0, 40.0, 8))
    assert far is not None
    assert set(np.unique(far).tolist()) == {7, 255}
    assert tile_values(path, grid, *tile_at(10.0, 50.0, 8)) is None


def logits(*chances: float) -> np.ndarray:
    return np.array([[round(100 * math.log(p / (1 - p))) for p in chances]], np.int16)


class TestColours:
    def test_a_chance_has_the_colour_of_its_step_and_nothing_known_has_none(self):
        log_odds = np.concatenate([logits(0.0004, 0.03, 0.7), np.array([[NO_LOG_ODDS]], np.int16)], axis=1)
        pixels = chance_pixels(log_odds, np.zeros((1, 4), np.uint8), np.zeros((1, 4), bool))
        assert [tuple(one) for one in pixels[0, :3, :3].tolist()] == [
            CHANCES[0].colour, CHANCES[3].colour, CHANCES[-1].colour
        ]  # fmt: skip
        assert pixels[0, :, 3].tolist() == [OPAQUE, OPAQUE, OPAQUE, 0]

    def test_unsure_cells_are_faded_and_where_the_model_cannot_say_hatched(self):
        log_odds = np.tile(logits(0.03), (16, 16))
        pixels = chance_pixels(log_odds, np.full((16, 16), 60, np.uint8), np.zeros((16, 16), bool))
        assert set(pixels[..., 3].ravel().tolist()) == {FADED}
        hatched = chance_pixels(log_odds, np.zeros((16, 16), np.uint8), np.ones((16, 16), bool))
        assert 0.2 < (hatched[..., 0] == 90).mean() < 0.3

    def test_scales_read_in_grey_because_their_lightness_only_falls(self):
        for steps in (CHANCES, SPREADS):
            light = [0.2126 * red + 0.7152 * green + 0.0722 * blue for red, green, blue in (s.colour for s in steps)]
            assert light == sorted(light, reverse=True)
            assert all(before - after > 12 for before, after in pairwise(light))

    def test_a_class_has_its_pattern_and_a_class_that_is_not_drawn_is_clear(self):
        says = np.zeros((8, 8), np.uint8)
        pixels = class_pixels(says, {0: "cancel_proposed", 5: "not_assessed"})
        assert {tuple(one) for one in pixels.reshape(-1, 4).tolist()} == {
            (*CLASSES["cancel_proposed"], OPAQUE), (20, 92, 66, OPAQUE)
        }  # fmt: skip
        assert not class_pixels(says + 5, {0: "cancel_proposed", 5: "not_assessed"}).any()

    def test_spread_and_layers_leave_unknown_cells_clear(self):
        codes = np.array([[0, 254, 255]], np.uint8)
        assert spread_pixels(codes)[0, :, 3].tolist() == [OPAQUE, OPAQUE, 0]
        for is_class in (True, False):
            assert layer_pixels(codes, 254, is_class)[0, :, 3].tolist() == [OPAQUE, OPAQUE, 0]

    def test_a_threshold_parts_chances_below_it_from_those_above(self):
        for threshold in (0.001, 0.02, 0.3):
            code = code_of_chance(threshold)
            below, above = value_pixels(logits(threshold * 0.85, min(0.99, threshold * 1.2)))[0, :, 0].tolist()
            assert below < code <= above
        assert code_of_chance(0.5) == MIDDLE_CODE
        assert code_of_chance(0) == 0
        assert CODES_A_LOGIT == 12

    def test_a_picture_is_a_png_of_the_pixels(self):
        pixels = value_pixels(logits(0.5, 0.1))
        picture = Image.open(io.BytesIO(png_of(pixels)))
        assert picture.mode == "RGBA"
        assert np.array_equal(np.asarray(picture), pixels)
