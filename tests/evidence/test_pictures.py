"""Pictures of layers: the legend's colours, north up, clear where nothing is known; tiles where the map puts them."""

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from torpaq.evidence.coding import class_coding, distance_coding, even_coding
from torpaq.evidence.grid import grid_over
from torpaq.evidence.picture import Ramp, code_legend, code_ramp, layer_png, tile_png
from torpaq.evidence.tiles import RasterError, write_codes
from torpaq.geo.crs import AZE, transformer

GRID = grid_over(AZE, (-12_000.0, -9_000.0, 13_000.0, 11_000.0))
COLOURS = Ramp((0.0, 100.0, 200.0), ((0, 0, 0), (200, 100, 0), (255, 255, 255)))


def pixels(png):
    return np.asarray(Image.open(io.BytesIO(png)))


def gradient():
    """The code is the column's share of the width, to 200; the north-western quarter is unknown."""
    codes = np.broadcast_to((np.arange(GRID.columns) * 200 // GRID.columns).astype(np.uint8), (GRID.rows, GRID.columns))
    codes = codes.copy()
    codes[: GRID.rows // 2, : GRID.columns // 2] = 255
    return codes


def written(folder):
    write_codes(folder / "gradient.tif", GRID, gradient())
    return folder / "gradient.tif"


def test_a_layers_picture_is_north_up_and_clear_where_nothing_is_known(tmp_path: Path) -> None:
    picture = pixels(layer_png(written(tmp_path), COLOURS, 250))
    assert picture.shape == (200, 250, 4)
    assert (picture[:99, :124, 3] == 0).all() and (picture[101:, :, 3] == 255).all()
    assert (np.diff(picture[150, :, 0].astype(int)) >= 0).all() and picture[150, -1, 0] > 240


def test_colours_blend_between_numbers_or_step_from_one_to_the_next() -> None:
    values = np.array([[0, 50, 100, 255]], dtype=np.uint8)
    assert COLOURS.paint(values, 255)[0, :, :3].tolist() == [[0, 0, 0], [100, 50, 0], [200, 100, 0], [0, 0, 0]]
    steps = Ramp((-200.0, 0.0), ((1, 1, 1), (2, 2, 2)), True, 90)
    painted = steps.paint(np.array([-900, -1, 0, -32768], dtype=np.int16), -32768)
    assert painted.tolist() == [[1, 1, 1, 90], [1, 1, 1, 90], [2, 2, 2, 90], [0, 0, 0, 0]]


def test_a_legend_says_what_its_colours_mean() -> None:
    for coding, is_class, rows in (
        (distance_coding(5_000, 10), False, 6),
        (even_coding("deg", 0, 90, 3), False, 3),
        (class_coding("class", 11), True, 11),
    ):
        ramp = code_ramp(coding, is_class)
        legend = code_legend(coding, ramp)
        assert len(legend) == rows and legend[0]["low"] == 0 and legend[-1]["high"] is None
        code = coding.code_of(legend[-1]["low"])
        red, green, blue, _ = ramp.paint(np.array([code], dtype=np.uint8), 255)[0].tolist()
        assert legend[-1]["colour"] == f"#{red:02x}{green:02x}{blue:02x}"


def tile_of(lon, lat, z):
    """The web map's tile of a place, by the formula that every web map uses."""
    x = (lon + 180) / 360 * 2**z
    y = (1 - np.arcsinh(np.tan(np.radians(lat))) / np.pi) / 2 * 2**z
    return int(x), int(y)


@pytest.mark.parametrize("z", [6, 9, 11, 13, 16])
def test_every_pixel_of_a_web_tile_shows_the_cell_below_it(tmp_path: Path, z: int) -> None:
    path, codes = written(tmp_path), gradient()
    x, y = tile_of(47.05, 40.01, z)
    picture = pixels(tile_png(path, GRID, z, x, y, COLOURS))
    assert picture.shape == (256, 256, 4) and picture[..., 3].any()
    side = 2 * 20_037_508.342789244 / 2**z
    random = np.random.default_rng(1)
    cells_a_pixel = side / 256 * 0.77 / GRID.cell_m
    for row, column in random.integers(0, 256, (300, 2)).tolist():
        east, north = (
            -20_037_508.342789244 + (x + (column + 0.5) / 256) * side,
            20_037_508.342789244 - (y + (row + 0.5) / 256) * side,
        )
        cell = GRID.cell_at(*transformer("EPSG:3857", AZE.proj).transform(east, north))
        if cell is None:
            assert picture[row, column, 3] == 0
            continue
        reach = int(max(1, cells_a_pixel)) + 1  # an overview's cell stands for those about as large as a pixel
        near = codes[max(0, cell[0] - reach) : cell[0] + reach + 1, max(0, cell[1] - reach) : cell[1] + reach + 1]
        colours = COLOURS.paint(near.reshape(-1), 255).tolist()
        assert picture[row, column].tolist() in colours


def test_tiles_beside_the_grid_and_of_no_place_are_clear(tmp_path: Path) -> None:
    path = written(tmp_path)
    for z, x, y in ((8, 0, 0), (3, 9, 0), (-1, 0, 0), (0, 0, 1), (12, *tile_of(-40, 10, 12))):
        assert not pixels(tile_png(path, GRID, z, x, y, COLOURS)).any()
    assert pixels(tile_png(path, GRID, 0, 0, 0, COLOURS)).shape == (256, 256, 4)


def test_a_picture_of_what_is_no_raster_or_another_grids_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "words.tif").write_text("words")
    with pytest.raises(RasterError, match="raster_unreadable"):
        layer_png(tmp_path / "words.tif", COLOURS)
    other = grid_over(AZE, (-12_000.0, -9_000.0, 14_000.0, 11_000.0))
    with pytest.raises(RasterError, match="raster_other_grid"):
        tile_png(written(tmp_path), other, 11, *tile_of(47.05, 40.01, 11), COLOURS)
