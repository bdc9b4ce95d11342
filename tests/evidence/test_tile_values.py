"""The numbers under a web map's tiles: the cell under each pixel, found plainly one by one."""

import math
from pathlib import Path

import numpy as np
import pytest
import rasterio
from rasterio.transform import from_origin

from torpaq.evidence.grid import Grid, grid_over
from torpaq.evidence.raster import RasterError
from torpaq.evidence.tile_values import tile_places, tile_values
from torpaq.geo.crs import AZE

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
    told = tile_values(path, grid, *place)
    assert told is not None
    found = told[0]
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
    assert set(np.unique(far[0]).tolist()) == {7, 255}
    assert tile_values(path, grid, *tile_at(10.0, 50.0, 8)) is None


def test_a_raster_of_another_grid_or_cut_short_is_a_problem_and_no_clear_tile(tmp_path: Path) -> None:
    grid, other = grid_over(AZE, BOX, 50.0), grid_over(AZE, BOX, 25.0)
    path = written(tmp_path / "a.tif", grid, np.full((grid.rows, grid.columns), 7, np.uint8), 255)
    with pytest.raises(RasterError, match="raster_other_grid"):
        tile_values(path, other, *tile_at(47.0, 40.0, 12))
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(RasterError, match="raster_unreadable"):
        tile_values(path, grid, *tile_at(47.0, 40.0, 12))
