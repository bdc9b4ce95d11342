"""Layers of added rasters, and years of use: warped tile by tile, so that their size never matters."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rasterio.errors import RasterioError

from torpaq.evidence.card import SourceCard
from torpaq.evidence.coding import NO_DATA, Coding, class_coding, even_coding
from torpaq.evidence.grid import Grid, Window
from torpaq.evidence.kernels.burn import burn
from torpaq.evidence.kernels.shapes import Shapes, shapes_of
from torpaq.evidence.kinds import LayerKind, SourceKind
from torpaq.evidence.plans import Drawn, Plan, Setting
from torpaq.evidence.raster import RasterError
from torpaq.evidence.rasters import is_finer, warp_window
from torpaq.evidence.sources import MOST_YEARS
from torpaq.standard.problems import Problem, problem

MOST_CLASSES = 254
LOOK_CELLS = 512
VALUE_STEPS = 200
Codes = NDArray[np.uint8]
Floats32 = NDArray[np.float32]


class Source(tuple[Path, bool, int]):
    """A raster as a worker opens it: file, whether it is much finer than the grid, band."""

    __slots__ = ()


def plans(setting: Setting) -> list[Plan]:
    """Return plans of land cover, years of use, and each raster of its own."""
    found = []
    if cards := setting.sources(SourceKind.LAND_COVER):
        found.append(Plan(LayerKind.LAND_COVER, partial(draw_classes, cards), cards))
    if cards := setting.sources(SourceKind.YEARS_USED):
        found.append(Plan(LayerKind.YEARS_USED, partial(draw_years, cards), cards))
    for card in setting.sources(SourceKind.RASTER_CLASS):
        found.append(Plan(LayerKind.RASTER_CLASS, partial(draw_classes, (card,)), (card,), own_source=True))
    for card in setting.sources(SourceKind.RASTER_VALUE):
        found.append(Plan(LayerKind.RASTER_VALUE, partial(draw_values, card), (card,), own_source=True))
    return found


def newest_first(cards: Sequence[SourceCard]) -> list[SourceCard]:
    """Return sources with the newest date first: where two have a value the newer counts."""
    return sorted(cards, key=lambda card: card.date, reverse=True)


def source_of(setting: Setting, card: SourceCard) -> Source:
    """Return a raster as the workers open it."""
    path = setting.path_of(card)
    return Source((path, is_finer(path, setting.grid.cell_m, setting.folder.crs), int(card.options.get("band", 1))))


def warped(sources: Sequence[Source], grid: Grid, window: Window, is_class: bool) -> Floats32:
    """Return the values of the first raster that has one, nan where none has. Raises :class:`RasterError`."""
    values = np.full((window.rows, window.columns), np.nan, dtype=np.float32)
    for path, finer, band in sources:
        missing = np.isnan(values)
        if not missing.any():
            break
        try:
            found = warp_window(path, grid, window, is_class=is_class, finer=finer, band=band)
        except RasterioError as error:
            raise RasterError("raster_unreadable", path.name) from error
        values[missing] = found[missing]
    return values


def look(setting: Setting, sources: Sequence[Source], is_class: bool) -> Floats32:
    """Return values of rasters on a coarse grid over the whole area: enough to choose a coding by."""
    grid = setting.grid
    step = max(1, -(-max(grid.rows, grid.columns) // LOOK_CELLS))
    rows, columns = -(-grid.rows // step), -(-grid.columns // step)
    coarse = Grid(grid.proj, grid.cell_m * step, grid.west_m, grid.north_m, rows, columns)
    sampled = [Source((path, False, band)) for path, _, band in sources]
    return warped(sampled, coarse, coarse.whole, is_class=True if step > 1 else is_class)


def draw_classes(cards: Sequence[SourceCard], setting: Setting) -> Drawn:
    """Draw classes of rasters, whole numbers from 0 to 253, each its own code; the newer raster counts first."""
    sources = [source_of(setting, card) for card in newest_first(cards)]
    coding = class_coding("class", MOST_CLASSES)
    seen = look(setting, sources, is_class=True)
    known = np.unique(seen[~np.isnan(seen)])
    made = {
        "method": "nearest cell, or the commonest of much finer ones",
        "classes_seen": known.tolist()[:MOST_CLASSES],
    }
    if ((known < 0) | (known >= MOST_CLASSES) | (known != np.floor(known))).any():
        name = cards[0].name
        told = problem("evidence_classes_too_many", name, layer=name, classes=_some(known), limit=MOST_CLASSES)
        return Drawn(coding, None, made, [told], is_class=True)
    return Drawn(coding, partial(class_tile, setting.grid, sources), made, is_class=True)


def _some(known: Floats32) -> str:
    wrong = known[(known < 0) | (known >= MOST_CLASSES) | (known != np.floor(known))]
    return " ".join(f"{one:g}" for one in wrong[:5].tolist())


def class_tile(grid: Grid, sources: Sequence[Source], window: Window, _: tuple[NDArray[Any], ...]) -> tuple[Codes, ...]:
    """Return a tile of classes; what is no whole number from 0 to 253 is unknown."""
    values = warped(sources, grid, window, is_class=True)
    good = (values >= 0) & (values < MOST_CLASSES) & (values == np.floor(values))
    return (np.where(good, np.nan_to_num(values), NO_DATA).astype(np.uint8),)


def draw_values(card: SourceCard, setting: Setting) -> Drawn:
    """Draw a raster's values in two hundred even steps between the least and the greatest seen in the area."""
    sources = [source_of(setting, card)]
    seen = look(setting, sources, is_class=False)
    known = seen[~np.isnan(seen)]
    made = {"method": "bilinear, or the mean of much finer cells"}
    if not len(known):
        layer = f"raster_value-{card.id}"
        empty = problem("evidence_layer_without_values", layer, layer=layer)
        return Drawn(even_coding("value", 0, 1), None, made, [empty])
    low, high = float(known.min()), float(known.max())
    coding = even_coding("value", low, high if high > low else low + 1.0, VALUE_STEPS)
    return Drawn(coding, partial(value_tile, setting.grid, sources, coding), {**made, "least": low, "greatest": high})


def value_tile(
    grid: Grid, sources: Sequence[Source], coding: Coding, window: Window, _: tuple[NDArray[Any], ...]
) -> tuple[Codes, ...]:
    """Return a tile of a raster's values as codes."""
    return (coding.encode(warped(sources, grid, window, is_class=False)),)


def draw_years(cards: Sequence[SourceCard], setting: Setting) -> Drawn:
    """Draw years of use and ploughing: of two statements in one source the smaller, of two sources the newer."""
    steps: list[Source | tuple[Shapes, Codes]] = []
    problems: list[Problem] = []
    for card in newest_first(cards):
        if card.options.get("raster"):
            steps.append(source_of(setting, card))
            continue
        vectors, found = setting.vectors(card)
        problems += found
        if vectors is None:
            continue
        years = vectors.columns["value"]
        order = np.argsort(-years, kind="stable")  # the smallest is burned last and stays
        steps.append((shapes_of(vectors.geometries[order].tolist()), np.floor(years[order]).astype(np.uint8)))
    made = {"method": "polygons by the middles of cells, rasters by the nearest cell; whole years"}
    work = partial(years_tile, setting.grid, steps) if steps else None
    return Drawn(class_coding("years", MOST_YEARS + 1), work, made, problems, is_class=False)


def years_tile(
    grid: Grid, steps: Sequence[Source | tuple[Shapes, Codes]], window: Window, _: tuple[NDArray[Any], ...]
) -> tuple[Codes, ...]:
    """Return a tile of whole years of use, the newest source first."""
    cells = np.full((window.rows, window.columns), NO_DATA, dtype=np.uint8)
    for step in steps:
        if isinstance(step, Source):
            values = warped([step], grid, window, is_class=True)
            good = (values >= 0) & (values <= MOST_YEARS)
            found = np.where(good, np.floor(np.nan_to_num(values)), NO_DATA).astype(np.uint8)
        else:
            found = burn(grid, window, step[0], step[1], np.full(cells.shape, NO_DATA, dtype=np.uint8))
        cells = np.where(cells == NO_DATA, found, cells)
    return (cells,)
