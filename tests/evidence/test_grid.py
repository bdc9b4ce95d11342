"""The national grid: two windows of it agree cell for cell, and every cell is covered once."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from torpaq.evidence.coding import Coding, class_coding, distance_coding, even_coding
from torpaq.evidence.grid import Window, grid_over
from torpaq.geo.crs import AZE


def test_two_operators_who_ask_for_different_parts_get_the_same_cells() -> None:
    near_agdam = grid_over(AZE, (-7_003.0, -1_004.0, 2_001.0, 3_002.0))
    farther_south = grid_over(AZE, (-5_000.0, -9_000.0, 1_000.0, 500.0))
    assert near_agdam.bounds_m == (-7_010.0, -1_010.0, 2_010.0, 3_010.0)
    place = (-4_321.0, 123.0)
    middles = [grid.middle_of(*(grid.cell_at(*place) or (0, 0))) for grid in (near_agdam, farther_south)]
    assert middles == [(-4_325.0, 125.0), (-4_325.0, 125.0)]


def test_a_place_outside_has_no_cell() -> None:
    grid = grid_over(AZE, (0.0, 0.0, 100.0, 50.0))
    assert (grid.rows, grid.columns, grid.cells) == (5, 10, 50)
    assert grid.cell_at(-0.1, 10) is None and grid.cell_at(100.0, 10) is None and grid.cell_at(5, 50.1) is None
    assert grid.cell_at(0.0, 50.0) == (0, 0) and grid.cell_at(99.9, 0.1) == (4, 9)
    assert grid.window_over((15, 5, 25, 12)) == Window(3, 1, 2, 2)
    assert grid.window_over((200, 5, 300, 12)) is None


@given(st.integers(1, 90), st.integers(1, 90), st.integers(1, 40), st.integers(0, 30))
def test_tiles_cover_every_cell_once_and_a_halo_stays_inside(rows: int, columns: int, side: int, halo: int) -> None:
    grid = grid_over(AZE, (0.0, 0.0, columns * 10.0, rows * 10.0))
    count = np.zeros((grid.rows, grid.columns), dtype=int)
    for tile in grid.tiles(side):
        count[tile.slices] += 1
        grown = grid.grown(tile, halo)
        assert count[grown.slices][tile.within(grown)].shape == (tile.rows, tile.columns)
    assert (count == 1).all()


@given(st.lists(st.floats(0, 1e5), min_size=1, max_size=50))
def test_a_code_leads_back_to_its_value(values: list[float]) -> None:
    for coding in (distance_coding(5_000, 10), even_coding("deg", 0, 90), class_coding("class", 12)):
        codes = coding.encode(np.array(values))
        for value, code in zip(values, codes.tolist(), strict=True):
            low, high = coding.span(code)
            assert low <= value < high


def test_what_is_unknown_has_a_code_of_its_own() -> None:
    assert Coding("m", (0.0, 5.0)).encode(np.array([np.nan, -3.0, 5.0])).tolist() == [255, 0, 1]
