"""Distances to what was drawn: exact, between the middles of cells; of front lines also on which side."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from torpaq.evidence.card import SourceCard
from torpaq.evidence.coding import GROWTH, Coding, distance_coding
from torpaq.evidence.grid import Grid, Window
from torpaq.evidence.kernels.burn import burn
from torpaq.evidence.kernels.distance import distance_codes, distance_m, reach_cells
from torpaq.evidence.kernels.shapes import Shapes, shapes_of
from torpaq.evidence.kinds import LayerKind, SourceKind
from torpaq.evidence.plans import Drawn, Plan, Setting
from torpaq.standard.problems import Problem

Codes = NDArray[np.uint8]
Geometries = NDArray[np.object_]

KINDS = {
    SourceKind.FRONT_LINE: LayerKind.FRONT_LINE_DISTANCE,
    SourceKind.TRENCH: LayerKind.TRENCH_DISTANCE,
    SourceKind.POSITION: LayerKind.POSITION_DISTANCE,
    SourceKind.ROAD: LayerKind.ROAD_DISTANCE,
    SourceKind.SETTLEMENT: LayerKind.SETTLEMENT_DISTANCE,
    SourceKind.WATER: LayerKind.WATER_DISTANCE,
}
SIDE_CAP_M = 10_000.0
CODES_A_SIDE = 126
WIDE_TILE_CELLS = 4096  # looking 20 km round a tile costs least when the tile is large


def plans(setting: Setting) -> list[Plan]:
    """Return a plan for each kind of drawn source, one for the sides of front lines, one a source of its own."""
    found = []
    for kind, layer in KINDS.items():
        if cards := setting.sources(kind):
            found.append(Plan(layer, partial(draw_distance, cards), cards, ("distance_cap_m",)))
            if kind is SourceKind.FRONT_LINE:
                found.append(Plan(LayerKind.FRONT_LINE_SIDE, partial(draw_side, cards), cards))
    for card in setting.sources(SourceKind.VECTOR_DISTANCE):
        draw = partial(draw_distance, (card,))
        found.append(Plan(LayerKind.VECTOR_DISTANCE, draw, (card,), ("distance_cap_m",), own_source=True))
    return found


def drawn_near(setting: Setting, cards: Sequence[SourceCard], within_m: float) -> tuple[Geometries, list[Problem]]:
    """Return the features of sources that lie within so many metres of the grid, and what could not be read."""
    parts, problems = [np.zeros(0, dtype=object)], list[Problem]()
    west, south, east, north = setting.grid.bounds_m
    box = shapely.box(west - within_m, south - within_m, east + within_m, north + within_m)
    for card in cards:
        vectors, found = setting.vectors(card)
        problems += found
        if vectors is not None:
            parts.append(vectors.geometries[shapely.intersects(vectors.geometries, box)])
    return np.concatenate(parts), problems


def draw_distance(cards: Sequence[SourceCard], setting: Setting) -> Drawn:
    """Draw the distance to the nearest feature of some sources, metres; what lies beside the grid counts as well."""
    cap_m = setting.usual["distance_cap_m"]
    coding = distance_coding(cap_m, setting.grid.cell_m)
    near, problems = drawn_near(setting, cards, cap_m)
    made = {"method": "exact Euclidean distance between cells", "cap_m": cap_m, "features": len(near)}
    work = partial(distance_tile, setting.grid, shapes_of(near.tolist()), coding) if len(near) else None
    return Drawn(coding, work, made, problems, WIDE_TILE_CELLS)


def distance_tile(
    grid: Grid, shapes: Shapes, coding: Coding, window: Window, _: tuple[NDArray[Any], ...]
) -> tuple[Codes, ...]:
    """Return a tile of codes of the distance to the nearest cell that a shape touches, within the grid or beside it."""
    reach = reach_cells(coding, grid.cell_m)
    marked = burn(grid, _round(window, reach), shapes)
    if not marked.any():
        return (np.full((window.rows, window.columns), len(coding.edges) - 1, dtype=np.uint8),)
    codes = distance_codes(marked, grid.cell_m, coding, (reach, reach + window.rows))
    return (np.ascontiguousarray(codes[:, reach : reach + window.columns]),)


def _round(window: Window, reach: int) -> Window:
    return Window(window.row - reach, window.column - reach, window.rows + 2 * reach, window.columns + 2 * reach)


def side_coding(cap_m: float, cell_m: float) -> Coding:
    """Return the coding of signed distances: finer near the line, as many steps on its left (below 0) as right."""
    growth = GROWTH
    while len(edges := _edges(cap_m, cell_m, growth)) > CODES_A_SIDE:
        growth *= 1.1
    return Coding("m", (*(-edge for edge in reversed(edges[1:])), *edges))


def _edges(cap_m: float, cell_m: float, growth: float) -> list[float]:
    edges = [0.0, cell_m / 2]
    while edges[-1] < cap_m:
        edges.append(max(edges[-1] + cell_m / 2, edges[-1] * (1 + growth)))
    edges[-1] = cap_m
    return edges


def draw_side(cards: Sequence[SourceCard], setting: Setting) -> Drawn:
    """Draw on which side of the nearest front line a cell lies and how far: left of the line's direction is below 0."""
    cell_m = setting.grid.cell_m
    coding = side_coding(SIDE_CAP_M, cell_m)
    near, problems = drawn_near(setting, cards, SIDE_CAP_M)
    lines = shapely.get_parts(near)
    lines = lines[shapely.get_dimensions(lines) == 1]
    made = {
        "method": "exact distance, signed by the nearer of two lines a cell to either side",
        "negative": "left of the line's direction",
        "cap_m": SIDE_CAP_M,
        "lines": len(lines),
    }
    if not len(lines):
        return Drawn(coding, None, made, problems)
    left, right = (shapes_of(shapely.offset_curve(lines, offset)) for offset in (cell_m, -cell_m))
    return Drawn(coding, partial(side_tile, setting.grid, (shapes_of(lines), left, right), coding), made, problems)


def side_tile(
    grid: Grid, shapes: tuple[Shapes, Shapes, Shapes], coding: Coding, window: Window, _: tuple[NDArray[Any], ...]
) -> tuple[Codes, ...]:
    """Return a tile of codes of the signed distance to the nearest line; 255 beyond the cap, where no side is told."""
    reach = reach_cells(coding, grid.cell_m) + 2
    grown = _round(window, reach)
    own = slice(reach, reach + window.rows), slice(reach, reach + window.columns)
    far_m = coding.edges[-1] + 2 * grid.cell_m
    line_m, left_m, right_m = (
        distance_m(burn(grid, grown, one), grid.cell_m, far_m)[own] if len(one.line_xy) else np.float32(np.inf)
        for one in shapes
    )
    signed = np.where(left_m < right_m, -line_m, line_m).astype(np.float32)
    signed[line_m >= coding.edges[-1]] = np.nan
    return (coding.encode(signed),)
