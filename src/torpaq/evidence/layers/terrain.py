"""Layers of the ground's shape: how steep it is, and what positions see of it."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from torpaq.evidence.card import SourceCard
from torpaq.evidence.coding import NO_DATA, class_coding, even_coding
from torpaq.evidence.grid import Grid, Window
from torpaq.evidence.kernels.terrain import seen_from, slope_deg, view_halo
from torpaq.evidence.kinds import LayerKind, SourceKind
from torpaq.evidence.layers.distances import drawn_near
from torpaq.evidence.layers.rasters import Source, newest_first, source_of, warped
from torpaq.evidence.plans import Drawn, Plan, Setting
from torpaq.evidence.vectors import Vectors
from torpaq.geo.crs import Floats
from torpaq.standard.problems import Problem, problem

SLOPE_CODING = even_coding("deg", 0.0, 90.0, 180)
MOST_SEEN = 50
VIEW_CODING = class_coding("positions", MOST_SEEN + 1)
MOST_POSITIONS = 400
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
    return (SLOPE_CODING.encode(slope_deg(heights, grid.cell_m)[1:-1, 1:-1]),)


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
        "method": "the line from the eyes to the middle of every cell; how many positions see it",
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
    halo = view_halo(grid, radius_m)
    beyond = halo * grid.cell_m  # positions beside the grid see into it
    wide = Grid(
        grid.proj,
        grid.cell_m,
        grid.west_m - beyond,
        grid.north_m + beyond,
        grid.rows + 2 * halo,
        grid.columns + 2 * halo,
    )
    heights = warped(sources, grid, _round(window, halo), is_class=False)
    own = Window(window.row + halo, window.column + halo, window.rows, window.columns)
    total = np.zeros((window.rows, window.columns), dtype=np.float64)
    for eyes in np.unique(eyes_m).tolist():
        seen = seen_from(wide, own, heights, halo, xy_m[eyes_m == eyes], radius_m, eyes)
        total += np.where(seen == NO_DATA, np.nan, seen)
    return (VIEW_CODING.encode(np.minimum(total, MOST_SEEN)),)
