"""Cells drawn from the whole grid: what land is like, examined or not, and the level that a share of it stands for."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from torpaq.evidence.card import LayerCard
from torpaq.evidence.coding import NO_DATA
from torpaq.evidence.grid import Window
from torpaq.evidence.raster import opened, read_part
from torpaq.risk.surface.reading import Evidence
from torpaq.risk.surface.tables import Table

Floats = NDArray[np.float64]
Bytes = NDArray[np.uint8]

SIDE, MOST_WINDOWS, MOST_ROWS = 16, 400, 20_000
ENOUGH = 2_000


def draw_background(evidence: Evidence, layers: tuple[str, ...]) -> tuple[Bytes, Floats]:
    """Return codes (cells, layers) and places (cells, 2), metres, of cells of which anything is known, drawn by lot.

    Small windows are drawn without replacement, so that a grid of any size is read in little time; a small grid is
    taken whole. Raises :class:`~torpaq.evidence.raster.RasterError`.
    """
    grid = evidence.grid
    windows = list(grid.tiles(SIDE)) if grid.cells <= SIDE * SIDE * MOST_WINDOWS else None
    random = np.random.default_rng(0)
    if windows is None:
        down, across = -(-grid.rows // SIDE), -(-grid.columns // SIDE)
        drawn = random.choice(down * across, MOST_WINDOWS, replace=False)
        windows = [_window(evidence, *divmod(int(one), across)) for one in np.sort(drawn)]
    told = [_codes(evidence, layer, windows) for layer in layers]
    places = np.concatenate([_middles(evidence, window) for window in windows])
    codes = np.stack(told, axis=1) if told else np.zeros((len(places), 0), dtype=np.uint8)
    known = (codes != NO_DATA).any(axis=1)
    all_codes, all_places = codes[known], places[known]
    if len(all_codes) > MOST_ROWS:
        kept = np.sort(random.choice(len(all_codes), MOST_ROWS, replace=False))
        all_codes, all_places = all_codes[kept], all_places[kept]
    return all_codes, all_places


def _codes(evidence: Evidence, layer: str, windows: Sequence[Window]) -> Bytes:
    """Return a layer's codes in some windows, one after the other; the file is opened once."""
    path = evidence.path_of(layer)
    with opened(path) as raster:
        parts = [np.asarray(read_part(raster, path, window), dtype=np.uint8).ravel() for window in windows]
    return np.concatenate(parts)


def _middles(evidence: Evidence, window: Window) -> Floats:
    grid = evidence.grid
    rows, columns = np.divmod(np.arange(window.rows * window.columns), window.columns)
    x = grid.west_m + (window.column + columns + 0.5) * grid.cell_m
    return np.column_stack([x, grid.north_m - (window.row + rows + 0.5) * grid.cell_m])


def _window(evidence: Evidence, down: int, across: int) -> Window:
    row, column = down * SIDE, across * SIDE
    return Window(row, column, min(SIDE, evidence.grid.rows - row), min(SIDE, evidence.grid.columns - column))


def level_for(share: float, told: Floats) -> float:
    """Return the level at which cells that differ by these log-odds are contaminated in this share, on average.

    >>> abs(round(level_for(0.5, np.zeros(3)), 6))
    0.0
    """
    if len(told) > ENOUGH:
        told = np.quantile(told, (np.arange(ENOUGH) + 0.5) / ENOUGH)
    low, high = -60.0 - float(told.max(initial=0.0)), 60.0 - float(told.min(initial=0.0))
    for _ in range(60):
        middle = (low + high) / 2
        if np.mean(1 / (1 + np.exp(-np.clip(middle + told, -700, 700)))) < share:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def told_by(tables: Sequence[Table], cards: Mapping[str, LayerCard], layers: tuple[str, ...], codes: Bytes) -> Floats:
    """Return the sum of what tables say of rows of codes, one column a layer; layers without a table say nothing."""
    told = np.zeros(len(codes))
    for table in tables:
        if table.layer in layers:
            told += table.lookup(cards[table.layer].coding)[codes[:, layers.index(table.layer)]]
    return told
