"""Layers of the ground's shape: how steep it is, and what positions see of it."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from torpaq.evidence.card import SourceCard
from torpaq.evidence.coding import class_coding, even_coding
from torpaq.evidence.grid import Grid, Window
from torpaq.evidence.kinds import LayerKind, SourceKind
from torpaq.evidence.layers.distances import drawn_near
from torpaq.evidence.layers.rasters import Source, newest_first, source_of, warped
from torpaq.evidence.plans import Drawn, Plan, Setting
from torpaq.evidence.vectors import Vectors
from torpaq.evidence.view import count_views
from torpaq.geo.crs import Floats
from torpaq.standard.problems import Problem, problem

SLOPE_CODING = even_coding("deg", 0.0, 90.0, 180)
MOST_SEEN = 50
VIEW_CODING = class_coding("positions", MOST_SEEN + 1)
MOST_POSITIONS = 2_000
VIEW_TILE_CELLS = 1024
Codes = NDArray[np.uint8]


def plans(setting: Setting) -> list[Plan]:
    """Return the plans of slope and of what positions see, where heights were added."""
    heights, positions = setting.sources(SourceKind.TERRAIN), setting.sources(SourceKind.POSITION)
    found = []
    if heights:
        found.append(Plan(LayerKind.SLOPE, partial(draw_slope, heights), heights))
    if positions:
        draw = partial(draw_views, positions, heights)
        found.append(Plan(LayerKind.POSITION_VIEW, draw, (*positions, *heights), ("view_radius_m", "view_eyes_m")))
    return found


def draw_slope(cards: Sequence[SourceCard], setting: Setting) -> Drawn:
    """Draw how steep the ground is, degrees, over three by three cells (Horn 1981)."""
    sources = [source_of(setting, card) for card in newest_first(cards)]
    made = {"method": "Horn's slope over three by three cells of heights"}
    return Drawn(SLOPE_CODING, partial(slope_tile, setting.grid, sources), made)


def slope_tile(grid: Grid, sources: Sequence[Source], window: Window, _: tuple[NDArray[Any], ...]) -> tuple[Codes, ...]:
    """Return a tile of codes of slope; 255 where a height of the nine is unknown."""
    heights = warped(sources, grid, _round(window, 1), is_class=False)
    return (SLOPE_CODING.encode(slope_deg(heights, grid.cell_m)),)


def slope_deg(heights_m: NDArray[np.floating], cell_m: float) -> Floats:
    """Return the slope of every inner cell, degrees: weights 1 2 1 to either side of it."""
    h = heights_m.astype(np.float64)
    east = h[:-2, 2:] + 2 * h[1:-1, 2:] + h[2:, 2:] - h[:-2, :-2] - 2 * h[1:-1, :-2] - h[2:, :-2]
    south = h[2:, :-2] + 2 * h[2:, 1:-1] + h[2:, 2:] - h[:-2, :-2] - 2 * h[:-2, 1:-1] - h[:-2, 2:]
    return np.asarray(np.degrees(np.arctan(np.hypot(east, south) / (8 * cell_m))))


def _round(window: Window, cells: int) -> Window:
    return Window(window.row - cells, window.column - cells, window.rows + 2 * cells, window.columns + 2 * cells)


def draw_views(positions: Sequence[SourceCard], heights: Sequence[SourceCard], setting: Setting) -> Drawn:
    """Draw how many positions see each cell of the ground, within their radius."""
    if not heights:
        return Drawn(VIEW_CODING, None, {}, [problem("evidence_view_without_terrain", positions[0].name)])
    radius_m = setting.usual["view_radius_m"]
    xy, eyes_m, problems = _eyes(positions, setting, radius_m)
    left = len(xy) - MOST_POSITIONS
    if left > 0:
        told = {"count": left, "limit": MOST_POSITIONS}
        problems.append(problem("evidence_view_positions_left", LayerKind.POSITION_VIEW.value, **told))
    xy, eyes_m = xy[:MOST_POSITIONS], eyes_m[:MOST_POSITIONS]
    made = {
        "method": "rays to the edge of sight, curvature and refraction counted; how many positions see a cell",
        "radius_m": radius_m,
        "positions": len(xy),
    }
    sources = [source_of(setting, card) for card in newest_first(heights)]
    work = partial(view_tile, setting.grid, sources, xy, eyes_m, radius_m) if len(xy) else None
    return Drawn(VIEW_CODING, work, made, problems, VIEW_TILE_CELLS)


def _eyes(cards: Sequence[SourceCard], setting: Setting, radius_m: float) -> tuple[Floats, Floats, list[Problem]]:
    """Return where positions are (a point inside each that is an area) and how high their eyes are."""
    places, heights, problems = [np.zeros((0, 2))], [np.zeros(0)], list[Problem]()
    for card in cards:
        near, found = drawn_near(setting, (card,), radius_m)
        problems += found
        if len(near):
            xy = np.unique(Vectors(near, {}).points(), axis=0)
            places.append(xy)
            heights.append(np.full(len(xy), float(card.options.get("observer_m") or setting.usual["view_eyes_m"])))
    return np.concatenate(places), np.concatenate(heights), problems


def view_tile(
    grid: Grid,
    sources: Sequence[Source],
    xy_m: Floats,
    eyes_m: Floats,
    radius_m: float,
    window: Window,
    _: tuple[NDArray[Any], ...],
) -> tuple[Codes, ...]:
    """Return a tile of how many positions see each cell; 255 where the height is unknown."""
    reach = int(np.ceil(radius_m / grid.cell_m)) + 1
    grown = _round(window, reach)
    heights = warped(sources, grid, grown, is_class=False)
    column = np.floor((xy_m[:, 0] - grid.west_m) / grid.cell_m).astype(np.int64) - grown.column
    row = np.ceil((grid.north_m - xy_m[:, 1]) / grid.cell_m).astype(np.int64) - 1 - grown.row
    inside = (row >= 0) & (row < grown.rows) & (column >= 0) & (column < grown.columns)
    cells = np.column_stack((row, column))[inside]
    counts = count_views(heights, cells, grid.cell_m, eyes_m[inside], radius_m)
    own = (slice(reach, reach + window.rows), slice(reach, reach + window.columns))
    seen = np.minimum(counts[own], MOST_SEEN).astype(np.float64)
    seen[np.isnan(heights[own])] = np.nan
    return (VIEW_CODING.encode(seen),)
