"""Examined land as rows to learn from: a few cells of every examined square, with what every layer says there.

What is learned is whether a square is contaminated. A square in which an item was found is, whole; one in which only a
part was examined and nothing found counts as far as it was examined. Land that nobody examined is not here at all, and
an item that came to light where nobody searched is a report and no examination: it says nothing of how much there is.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from torpaq.evidence.coding import NO_DATA
from torpaq.evidence.grid import Window
from torpaq.risk.surface.reading import CLEAN, EXAMINED, FOUND, MISS, UNIT, YEAR, Evidence
from torpaq.risk.surface.recipe import missed_of
from torpaq.risk.surface.settings import Settings
from torpaq.risk.surface.update import contaminated, in_squares, squares_of

Floats = NDArray[np.float64]
Bytes = NDArray[np.uint8]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

PER_SQUARE = 4
MOST_SQUARES = 50_000
NO_AREA = -1


@dataclass(frozen=True, slots=True)
class Sample:
    """Rows of examined cells. ``codes`` (rows, layers); ``weights`` are squares, of all rows of a square together ≤ 1.

    ``offsets`` are ln(1 − chance of a miss): what was found is what was there and not missed. ``areas`` are codes of
    districts or numbers of blocks, ``blocks`` those for drawing again, ``places`` metres, ``years`` nan where not
    known. ``is_first`` marks one row a square, by which surfaces are judged; ``of_units`` whether areas are districts.
    """

    layers: tuple[str, ...]
    codes: Bytes
    labels: Ints
    weights: Floats
    offsets: Floats
    areas: Ints
    blocks: Ints
    places: Floats
    years: Floats
    is_first: Flags
    of_units: bool

    @property
    def squares(self) -> float:
        """How many squares were examined, parts counted as parts."""
        return float(self.weights.sum())

    @property
    def found(self) -> float:
        """How many of them are contaminated."""
        return float(self.weights[self.labels == 1].sum())

    def rows(self, chosen: Flags | Ints) -> "Sample":
        """Return some rows."""
        names = ("codes", "labels", "weights", "offsets", "areas", "blocks", "places", "years", "is_first")
        return replace(self, **{name: getattr(self, name)[chosen] for name in names})


def take_sample(evidence: Evidence, layers: Sequence[str], settings: Settings) -> Sample:
    """Return the examined cells to learn from; no rows where there is no layer of examined land.

    Raises :class:`~torpaq.evidence.raster.RasterError` where a layer cannot be read.
    """
    parts = list(_by_tile(evidence, tuple(layers), settings)) if evidence.has(EXAMINED) else []
    of_units = evidence.has(UNIT)
    if not parts:
        width = len(tuple(layers))
        empty = np.zeros(0)
        none = empty.astype(np.int64)
        codes = np.zeros((0, width), dtype=np.uint8)
        flags = np.zeros(0, dtype=bool)
        return Sample(tuple(layers), codes, none, empty, empty, none, none, np.zeros((0, 2)), empty, flags, of_units)
    codes, labels, weights, offsets, units, places, years, first, squares = (
        np.concatenate([part[k] for part in parts]) for k in range(9)
    )
    areas = units if of_units else _blocks(places, settings.area_block_m)
    blocks = _blocks(places, max(settings.block_m, settings.patch_m), areas)
    sample = Sample(tuple(layers), codes, labels, weights, offsets, areas, blocks, places, years, first, of_units)
    return sample.rows(_thinned(squares))


def _by_tile(
    evidence: Evidence, layers: tuple[str, ...], settings: Settings
) -> Iterator[tuple[NDArray[np.generic], ...]]:
    grid, patch_m = evidence.grid, max(settings.patch_m, evidence.grid.cell_m)
    whole = squares_of(grid, grid.whole, patch_m)
    firsts = [np.unique(axis, return_index=True, return_inverse=True)[1:] for axis in whole]
    first_row, first_column = (index[inverse.ravel()] for index, inverse in firsts)
    halo = int(np.ceil(patch_m / grid.cell_m))
    for tile in grid.tiles():
        grown = grid.grown(tile, halo)
        examined = evidence.read(EXAMINED, grown)
        known = ((examined == FOUND) | (examined == CLEAN)) & searched_squares(evidence, grown, examined, patch_m)
        rows, columns = grown.slices
        own_rows = (first_row[rows] >= tile.row) & (first_row[rows] < tile.row + tile.rows)
        own_columns = (first_column[columns] >= tile.column) & (first_column[columns] < tile.column + tile.columns)
        known &= own_rows[:, None] & own_columns[None, :]
        if known.any():
            yield _rows_of(evidence, layers, settings, grown, examined, known, patch_m)


def searched_squares(evidence: Evidence, window: Window, examined: Bytes, patch_m: float) -> Flags:
    """Return which cells of a window lie in a square in which somebody searched: nothing found, or a search known.

    Where a square is a cell and no layer tells of searches, what was found counts as searched for.
    """
    looked = examined == CLEAN
    if evidence.has(MISS):
        looked |= evidence.read(MISS, window) != NO_DATA
    elif evidence.grid.cell_m >= patch_m:
        looked |= examined == FOUND
    return in_squares(looked, *squares_of(evidence.grid, window, patch_m))


def _rows_of(
    evidence: Evidence, layers: tuple[str, ...], settings: Settings, window: Window, examined: Bytes, known: Flags,
    patch_m: float,
) -> tuple[NDArray[np.generic], ...]:  # fmt: skip
    """Return the columns of the rows of one window's examined squares."""
    grid = evidence.grid
    rows, columns = np.nonzero(known)
    down, across = squares_of(grid, window, patch_m)
    square = down[rows] * (1 << 31) + across[columns]
    labels = contaminated(examined, down, across)[rows, columns].astype(np.int64)
    order = np.lexsort((_scattered(rows + window.row, columns + window.column), square))
    square, rows, columns, labels = square[order], rows[order], columns[order], labels[order]
    _, start, count = np.unique(square, return_index=True, return_counts=True)
    place_in = np.arange(len(square)) - np.repeat(start, count)
    whole = max(1.0, (patch_m / grid.cell_m) ** 2)
    share = np.where(labels == 1, 1.0, np.minimum(1.0, np.repeat(count, count) / whole))
    weights = share / np.minimum(np.repeat(count, count), PER_SQUARE)
    kept = place_in < PER_SQUARE
    rows, columns = rows[kept], columns[kept]
    codes = np.zeros((len(rows), len(layers)), dtype=np.uint8)
    for number, layer in enumerate(layers):
        codes[:, number] = evidence.read(layer, window)[rows, columns]
    x = grid.west_m + (window.column + columns + 0.5) * grid.cell_m
    y = grid.north_m - (window.row + rows + 0.5) * grid.cell_m
    return (
        codes, labels[kept], weights[kept], _offsets(evidence, settings, window, rows, columns),
        _special(evidence, UNIT, window, rows, columns, NO_AREA).astype(np.int64), np.column_stack([x, y]),
        _special(evidence, YEAR, window, rows, columns, np.nan), place_in[kept] == 0, square[kept],
    )  # fmt: skip


def _offsets(evidence: Evidence, settings: Settings, window: Window, rows: Ints, columns: Ints) -> Floats:
    if not evidence.has(MISS):
        return np.zeros(len(rows))
    missed = missed_of(evidence.layers[MISS].coding, settings.search_least)
    return np.asarray(np.log1p(-np.minimum(missed[evidence.read(MISS, window)[rows, columns]], 0.99)))


def _special(evidence: Evidence, layer: str, window: Window, rows: Ints, columns: Ints, otherwise: float) -> Floats:
    """Return the values of a layer that the model reads by name: a code's first value."""
    if not evidence.has(layer):
        return np.full(len(rows), otherwise)
    edges = np.append(np.asarray(evidence.layers[layer].coding.edges), np.full(256, otherwise))[:256]
    edges[NO_DATA] = otherwise
    return np.asarray(edges[evidence.read(layer, window)[rows, columns]])


def _scattered(rows: Ints, columns: Ints) -> Ints:
    """Return a number a cell that looks drawn by lot and is the same every time."""
    mixed = (rows.astype(np.uint64) * np.uint64(73_856_093)) ^ (columns.astype(np.uint64) * np.uint64(19_349_663))
    mixed = (mixed ^ (mixed >> np.uint64(13))) * np.uint64(2_654_435_761)
    return np.asarray((mixed ^ (mixed >> np.uint64(16))) % np.uint64(1 << 31)).astype(np.int64)


def _thinned(squares: Ints) -> Flags:
    """Keep all rows, or those of so many squares, drawn by lot, as can be learned from in reasonable time."""
    distinct = np.unique(squares)
    if len(distinct) <= MOST_SQUARES:
        return np.ones(len(squares), dtype=bool)
    drawn = np.random.default_rng(0).choice(distinct, MOST_SQUARES, replace=False)
    return np.isin(squares, drawn)


def _blocks(places: Floats, side_m: float, areas: Ints | None = None) -> Ints:
    """Return the number of the block that each place lies in; a block never reaches from one area into another."""
    keys = np.floor(places / side_m).astype(np.int64)
    if areas is not None:
        keys = np.column_stack([keys, areas])
    return np.unique(keys, axis=0, return_inverse=True)[1].ravel().astype(np.int64)
