"""Reports without a search, accidents above all: they tell where contamination is likelier, never how likely it is.

A place of which nobody reports is not clean. So reported places are held against cells drawn from all land by an
infinitely weighted logistic regression, which is a Poisson process of reports (Fithian and Hastie 2013). Who reports is
part of that: distance to roads and settlements, and any layer of how dense reports are, are fitted beside the layers
that speak of contamination and then left out, so that every cell is told as if it were equally well known. The level
is not identified; it comes from examined land, or from the range that the authority holds for true, and is said to.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from torpaq.evidence.card import LayerCard
from torpaq.evidence.coding import NO_DATA
from torpaq.evidence.grid import Window
from torpaq.risk.surface.background import draw_background
from torpaq.risk.surface.bands import Bands, bands_for, learned_table
from torpaq.risk.surface.expert import AREA_SPREAD, DRAWS, expert_draws, range_levels
from torpaq.risk.surface.fit import design_effect
from torpaq.risk.surface.model import BY_RANGE, DECIMALS, Model, rounded
from torpaq.risk.surface.reading import EXAMINED, FOUND, PRESENCE, Evidence
from torpaq.risk.surface.sample import searched_squares
from torpaq.risk.surface.settings import Settings
from torpaq.risk.surface.solve import Design, Prior, design_of, solve
from torpaq.risk.surface.tables import FITTED, NORMAL_90, Table

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bytes = NDArray[np.uint8]

BIAS_KINDS = frozenset({"road_distance", "settlement_distance", "report_density"})
BIAS_SPREAD = 1.5
FEWEST = 20
WEIGHT = 1000.0
"""All background cells together weigh so many times the reports: the weighted regression is a Poisson process then."""

LEVEL_PENALTY = 1e-6
TILE = 512


@dataclass(frozen=True)
class Shape:
    """Tables whose shape ``reports`` reported cells taught, with draws of their bands; ``bias`` are layers left out."""

    tables: tuple[Table, ...]
    draws: Floats
    bias: tuple[str, ...]
    reports: int


def presence_shape(evidence: Evidence, cards: Sequence[LayerCard], settings: Settings) -> Shape | None:
    """Return what reports without a search teach, or None where there are too few of them.

    Raises :class:`~torpaq.evidence.raster.RasterError` where a layer cannot be read.
    """
    if not cards:
        return None
    layers = tuple(card.id for card in cards)
    reported, places = _reported(evidence, layers, max(settings.patch_m, evidence.grid.cell_m))
    if len(places) < FEWEST:
        return None
    background, around = draw_background(evidence, layers)
    return fit_shape(cards, reported, places, background, around, settings)


def fit_shape(
    cards: Sequence[LayerCard], reported: Bytes, places: Floats, background: Bytes, around: Floats, settings: Settings
) -> Shape:
    """Fit the shape of tables: codes (cells, layers) and places (cells, 2) of reports and of background cells."""
    bands = bands_for(cards, background, settings.country)
    at = [[card.id for card in cards].index(layer) for layer in bands.layers]
    reported, background = reported[:, at], background[:, at]
    bands, bias = _with_bias(bands)
    rows = np.concatenate([bands.of(reported), bands.of(background)])
    labels = np.repeat([1, 0], [len(reported), len(background)])
    weights = np.where(labels == 1, 1.0, WEIGHT * len(reported) / len(background))
    none = np.full(len(labels), -1)
    design = design_of(rows, bands.widths, bands.directions, none, 0, labels, np.zeros(len(labels)))
    blocks = _blocks(np.concatenate([places, around]), settings.block_m)
    draws, unknowns = _refits(bands, design, weights, blocks, len(reported) / weights[-1] / len(background))
    tables, at_band, kept = [], 1, []
    counts = np.bincount(labels, minlength=2)
    for number, table in enumerate(bands.tables):
        own = slice(at_band, at_band + table.bands)
        at_band += table.bands
        told, drawn = unknowns[own], draws[:, own]
        if table.layer in bias:
            continue
        found = np.bincount(rows[: counts[1], number], minlength=table.bands + 1)[: table.bands].astype(np.float64)
        tables.append(learned_table(table, told, drawn, np.zeros(table.bands), found))
        kept.append(number)
    columns = np.concatenate([_columns(bands, number) for number in kept]) if kept else np.zeros(0, dtype=np.int64)
    return Shape(tuple(tables), draws[:, columns], bias, len(reported))


def _with_bias(bands: Bands) -> tuple[Bands, tuple[str, ...]]:
    """Return the bands with those of who reports free to go any way, and the ids of these layers."""
    half = BIAS_SPREAD * NORMAL_90
    tables = []
    for table in bands.tables:
        free = replace(
            table, llr=(0.0,) * table.bands, low=(-half,) * table.bands, high=(half,) * table.bands, direction=0
        )
        tables.append(free if table.kind in BIAS_KINDS else table)
    return Bands(tuple(tables), bands.coded), tuple(t.layer for t in tables if t.kind in BIAS_KINDS)


def _columns(bands: Bands, number: int) -> Ints:
    start = 1 + sum(bands.widths[:number])
    return np.arange(start, start + bands.widths[number])


def _refits(bands: Bands, design: Design, weights: Floats, blocks: Ints, share: float) -> tuple[Floats, Floats]:
    """Return draws of the unknowns, blocks drawn again about beliefs drawn anew, and the unknowns themselves."""
    level = float(np.log(max(share, 1e-12)))
    middle = np.concatenate(([level], bands.middle))
    prior = Prior(middle, np.concatenate(([LEVEL_PENALTY], bands.spread**-2.0)))
    first = solve(design, weights, prior)
    worth = 1 / design_effect(design, weights, first, blocks, prior)
    unknowns = solve(design, weights * worth, prior, first)
    random = np.random.default_rng(0)
    beliefs = np.hstack([np.full((DRAWS, 1), level), *(expert_draws(table, random) for table in bands.tables)])
    count = int(blocks.max()) + 1
    draws = np.empty((DRAWS, design.unknowns))
    for number in range(DRAWS):
        drawn = np.bincount(random.integers(0, count, count), minlength=count).astype(np.float64)
        again = Prior(beliefs[number], prior.precision)
        draws[number] = solve(design, weights * worth * drawn[blocks], again, unknowns)
    return draws, unknowns


def shape_model(shape: Shape, evidence: Evidence, settings: Settings, kept: tuple[Table, ...]) -> Model:
    """Return a model of reports alone: its level is where the authority's range lies over the land drawn."""
    middle, levels = range_levels((*shape.tables, *kept), evidence, settings)
    random = np.random.default_rng(1)
    draws = np.hstack([levels[:, None], shape.draws, *(expert_draws(table, random) for table in kept)])
    return Model(
        origin=FITTED, country=settings.country, evidence=evidence.digest, cell_m=evidence.grid.cell_m,
        patch_m=max(settings.patch_m, evidence.grid.cell_m), made=datetime.now(UTC).isoformat(timespec="seconds"),
        level=round(middle, DECIMALS), level_from=BY_RANGE, prior=(settings.prior_low, settings.prior_high), areas=(),
        area_spread=AREA_SPREAD, tables=(*shape.tables, *kept), draws=rounded(draws), support=None,
        card={"too_small": True, "reports": shape.reports, "squares": 0, "found": 0, "areas": 0}, bias=shape.bias,
    )  # fmt: skip


def presence_places(evidence: Evidence, patch_m: float) -> Floats:
    """Return where something was reported without a search, (n, 2) metres.

    Accidents of the folder's sources, items that came to light where nobody searched, and a layer ``presence``.
    """
    found = [np.zeros((0, 2))]
    for layer in (one for one in (PRESENCE, EXAMINED) if evidence.has(one)):
        found += _of_layer(evidence, layer, patch_m)
    return np.concatenate([*found, *_of_sources(evidence.path)])


def _of_layer(evidence: Evidence, layer: str, patch_m: float) -> list[Floats]:
    grid, places = evidence.grid, []
    halo = int(np.ceil(patch_m / grid.cell_m))
    for tile in grid.tiles():
        grown = grid.grown(tile, halo)
        codes = evidence.read(layer, grown)
        marked = codes == FOUND
        if layer == EXAMINED and marked.any():
            marked &= ~searched_squares(evidence, grown, codes, patch_m)
        rows, columns = np.nonzero(marked[tile.within(grown)])
        x = grid.west_m + (tile.column + columns + 0.5) * grid.cell_m
        places.append(np.column_stack([x, grid.north_m - (tile.row + rows + 0.5) * grid.cell_m]))
    return places


def _of_sources(path: Path) -> list[Floats]:
    """Return the points of the folder's sources of accidents; a source that cannot be read tells nothing."""
    from torpaq.evidence.folder import EvidenceFolder
    from torpaq.evidence.kinds import SourceKind
    from torpaq.evidence.vectors import read_vectors

    folder, _ = EvidenceFolder.open(path)
    if folder is None:
        return []
    found = []
    for card in folder.manifest.sources_of(SourceKind.ACCIDENTS):
        vectors, _ = read_vectors(folder.source_paths(card)[0], card.name, folder.crs, folder.country)
        if vectors is not None:
            found.append(np.asarray(vectors.points(), dtype=np.float64))
    return found


def _reported(evidence: Evidence, layers: tuple[str, ...], patch_m: float) -> tuple[Bytes, Floats]:
    """Return codes (cells, layers) and middles of the cells of which something was reported, each once.

    Cells outside the grid, or of which no layer knows anything, are left out.
    """
    grid = evidence.grid
    found = {cell for x, y in presence_places(evidence, patch_m).tolist() if (cell := grid.cell_at(x, y))}
    cells = np.array(sorted(found), dtype=np.int64).reshape(-1, 2)
    codes = np.full((len(cells), len(layers)), NO_DATA, dtype=np.uint8)
    near = np.unique(cells // TILE, axis=0, return_inverse=True)[1].ravel() if len(cells) else np.zeros(0, int)
    for tile in np.unique(near):
        rows = np.flatnonzero(near == tile)
        (top, left), (bottom, right) = cells[rows].min(axis=0), cells[rows].max(axis=0)
        window = Window(int(top), int(left), int(bottom - top) + 1, int(right - left) + 1)
        for number, layer in enumerate(layers):
            codes[rows, number] = evidence.read(layer, window)[cells[rows, 0] - top, cells[rows, 1] - left]
    known = (codes != NO_DATA).any(axis=1)
    middles = np.array([grid.middle_of(int(row), int(column)) for row, column in cells]).reshape(-1, 2)
    return codes[known], middles[known]


def _blocks(places: Floats, side_m: float) -> Ints:
    keys = np.floor(places / side_m).astype(np.int64)
    return np.unique(keys, axis=0, return_inverse=True)[1].ravel().astype(np.int64)
