"""All that is needed to make a tile of a surface, and the making itself: codes in, log-odds, spread and class out."""

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from torpaq.evidence.coding import NO_DATA, Coding
from torpaq.evidence.grid import Grid, Window
from torpaq.risk.surface.fuse import log_odds, plan_of
from torpaq.risk.surface.model import Model
from torpaq.risk.surface.reading import EXAMINED, MISS, UNIT, Evidence
from torpaq.risk.surface.settings import Settings
from torpaq.risk.surface.update import Kernel, local_terms

Floats = NDArray[np.float64]
Bytes = NDArray[np.uint8]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
Arrays = tuple[NDArray[np.generic], ...]

LOG_ODDS_SCALE, LOG_ODDS_NONE = 100, -32768
SPREAD_SCALE, SPREAD_NONE, MOST_SPREAD = 50, 255, 254
CLASSES = ("cancel_proposed", "survey_next", "technical_survey", "clear", "cannot_say", "not_assessed")
"""Codes of the list ``risk_class`` in its order; a class's number is what ``says.tif`` holds."""
SURVEY_NEXT, TECHNICAL, CLEAR, CANNOT_SAY, NOT_ASSESSED = 1, 2, 3, 4, 5


@dataclass(frozen=True)
class Recipe:
    """How a tile is made. ``layers`` are the ids whose codes come first, those of districts last among them.

    ``lookups`` (layers, 256) are log-odds of codes, ``columns`` the row of ``factor`` of each code or −1, ``bands``
    the band of each code and ``widths`` how many bands a layer has; ``seen``, ``starts`` and ``most`` as
    :class:`~torpaq.risk.surface.novelty.Support`. ``flipped`` tells of every code of the districts whether the model
    is silent there. ``missed`` is the chance of a miss of every code of ``search_miss``, 0 for none known.
    """

    layers: tuple[str, ...]
    has_unit: bool
    has_examined: bool
    has_miss: bool
    grid: Grid
    level: float
    lookups: Floats
    columns: Ints
    factor: Floats
    bands: Bytes
    widths: Ints
    starts: Ints
    seen: Flags
    most: int
    flipped: Flags
    area_spread: float
    missed: Floats
    searched: Floats
    kernel: Kernel
    local_spread: float
    search_doubt: float
    novel_spread: float
    technical: float
    clear: float

    @property
    def inputs(self) -> tuple[str, ...]:
        """The ids of the layers that a tile is made of, in the order of its arrays."""
        examined, miss = (EXAMINED,) * self.has_examined, (MISS,) * self.has_miss
        return (*self.layers, *examined, *miss)

    @property
    def halo_cells(self) -> int:
        """How many cells beyond a tile its cells depend on."""
        return self.kernel.halo_cells(self.grid.cell_m) if self.has_examined else 0

    @property
    def digest(self) -> str:
        """SHA-256 over everything that decides what a tile's cells come to."""
        told = hashlib.sha256()
        for name in self.__dataclass_fields__:
            value = getattr(self, name)
            told.update(value.tobytes() if isinstance(value, np.ndarray) else repr(value).encode())
        return told.hexdigest()


def recipe_of(model: Model, evidence: Evidence, settings: Settings) -> Recipe:
    """Return how a model makes a surface of an evidence folder; layers without a table say nothing and are not read."""
    codings = {name: card.coding for name, card in evidence.layers.items()}
    tables = [table for table in model.tables if table.layer in codings]
    held = model.columns_of({table.layer: codings.get(table.layer, Coding("", (0.0,))) for table in model.tables})
    lookups = [table.lookup(codings[table.layer]) for table in tables]
    columns = [held[table.layer] for table in tables]
    bands = [t.bands_of(codings[t.layer]) for t in tables]
    widths = [t.bands for t in tables]
    has_unit = evidence.has(UNIT)
    if has_unit:
        lookups.append(model.area_lookup())
        columns.append(model.area_columns())
        bands.append(np.full(256, 1, dtype=np.uint8))
        widths.append(1)
    seen, starts, most = _support(model, [table.layer for table in tables])
    missed = np.zeros(256)
    if evidence.has(MISS):
        missed = missed_of(codings[MISS], settings.search_least)
    return Recipe(
        layers=(*(table.layer for table in tables), *((UNIT,) if has_unit else ())),
        has_unit=has_unit, has_examined=evidence.has(EXAMINED), has_miss=evidence.has(MISS), grid=evidence.grid,
        level=float(hundredths(model.level)), lookups=hundredths(np.array(lookups)).reshape(-1, 256),
        columns=np.array(columns).reshape(-1, 256),
        factor=model.factor(), bands=np.array(bands, dtype=np.uint8).reshape(-1, 256), widths=np.array(widths),
        starts=starts, seen=seen, most=most, flipped=_flipped(model), area_spread=model.area_spread, missed=missed,
        searched=np.log(np.where(missed > 0, missed, 1.0)),
        kernel=Kernel(settings.local_bandwidth_m, settings.local_strength, model.patch_m),
        local_spread=settings.local_spread, search_doubt=settings.search_doubt, novel_spread=settings.novel_spread,
        technical=_logit(settings.technical), clear=_logit(settings.clear),
    )  # fmt: skip


def hundredths(log_odds: Floats | float) -> Floats:
    """Return log-odds to the hundredth, as a surface holds them: a cell's terms sum exactly, on every machine."""
    return np.asarray(np.round(np.asarray(log_odds) * LOG_ODDS_SCALE) / LOG_ODDS_SCALE)


def missed_of(coding: Coding, least: float) -> Floats:
    """Return the chance of a miss of every code, 256 of them: the middle of its step and never nought; 0 for none."""
    missed = np.zeros(256)
    ends = (*coding.edges, 2 * coding.edges[-1] - coding.edges[-2] if len(coding.edges) > 1 else 1.0)
    middles = (np.asarray(ends[:-1]) + np.asarray(ends[1:])) / 2
    missed[: len(middles)] = np.clip(middles, least, 1.0)
    missed[NO_DATA] = 0.0
    return missed


def _support(model: Model, layers: Sequence[str]) -> tuple[Flags, Ints, int]:
    """Return ``seen``, the first column of each layer and ``most``; a model without support calls nothing new."""
    support = model.support
    if support is None:
        return np.ones((0, 0), dtype=bool), np.full(len(layers) + 1, -1), 0
    starts = dict(zip(support.layers, support.starts.tolist(), strict=True))
    return support.seen, np.array([*(starts.get(layer, -1) for layer in layers), -1]), support.most


def _flipped(model: Model) -> Flags:
    flipped = np.zeros(256, dtype=bool)
    flipped[[area.code for area in model.areas if area.is_flipped]] = True
    return flipped


def _logit(chance: float) -> float:
    return math.log(chance / (1 - chance))


def make_tile(recipe: Recipe, kept: frozenset[tuple[int, int]], window: Window, arrays: Arrays) -> Arrays:
    """Return log-odds, spread and class of a window; ``arrays`` are over the window grown by the recipe's halo.

    Where ``kept`` holds the window, the last three arrays are an earlier surface's and come back as they are.
    """
    grown = recipe.grid.grown(window, recipe.halo_cells)
    inside = window.within(grown)
    if (window.row, window.column) in kept:
        return tuple(np.ascontiguousarray(array[inside]) for array in arrays[-3:])
    told, variance, known, is_new = cells_of(recipe, grown, window, arrays)
    spread = np.sqrt(variance)
    says = np.full(told.shape, SURVEY_NEXT, dtype=np.uint8)
    says[told >= recipe.technical] = TECHNICAL
    says[told >= recipe.clear] = CLEAR
    says[is_new] = CANNOT_SAY
    says[~known] = NOT_ASSESSED
    stored = np.clip(np.rint(told * LOG_ODDS_SCALE), -32000, 32000)
    spreads = np.clip(np.rint(spread * SPREAD_SCALE), 0, MOST_SPREAD)
    return (
        np.where(known, stored, LOG_ODDS_NONE).astype(np.int16),
        np.where(known, spreads, SPREAD_NONE).astype(np.uint8),
        says,
    )


def cells_of(recipe: Recipe, grown: Window, window: Window, arrays: Arrays) -> tuple[Floats, Floats, Flags, Flags]:
    """Return a window's log-odds and their variance, whether anything is known of a cell, whether it is new."""
    inside = window.within(grown)
    codes = np.stack([np.asarray(array, dtype=np.uint8) for array in arrays[: len(recipe.layers)]])
    parts = parts_of(recipe, grown, arrays)
    total = told_of(recipe, tuple(codes))[inside]
    local, doubt, searched = (part[inside] for part in parts)
    shape = local.shape
    here = np.ascontiguousarray(codes[(slice(None), *inside)]).reshape(len(codes), -1)
    variance, known, is_new = _doubt_cells(
        here, recipe.columns, recipe.factor, recipe.bands, recipe.widths,
        recipe.starts, recipe.seen, recipe.most, recipe.flipped, recipe.has_unit, recipe.area_spread**2,
        recipe.novel_spread**2,
    )  # fmt: skip
    total, variance = total + local + searched, variance.reshape(shape)
    variance += recipe.local_spread**2 * doubt + (recipe.search_doubt * searched) ** 2
    return total, variance, known.reshape(shape), is_new.reshape(shape)


def parts_of(recipe: Recipe, grown: Window, arrays: Arrays) -> tuple[Floats, Floats, Floats]:
    """Return, over a grown window, what examined land adds, how much doubt of it is left, what searches take away."""
    count = len(recipe.layers)
    shape = (grown.rows, grown.columns)
    miss_codes = np.asarray(arrays[count + recipe.has_examined], dtype=np.uint8) if recipe.has_miss else None
    searched = np.zeros(shape) if miss_codes is None else recipe.searched[miss_codes]
    if not recipe.has_examined:
        return np.zeros(shape), np.ones(shape), searched
    examined = np.asarray(arrays[count], dtype=np.uint8)
    if (examined == NO_DATA).all():
        return np.zeros(shape), np.ones(shape), searched
    missed = np.zeros(shape) if miss_codes is None else recipe.missed[miss_codes]
    prior = told_of(recipe, tuple(np.asarray(array, dtype=np.uint8) for array in arrays[:count]))
    local, doubt = local_terms(prior, examined, missed, recipe.grid, grown, recipe.kernel)
    return local, doubt, searched


def told_of(recipe: Recipe, codes: tuple[Bytes, ...]) -> Floats:
    """Return the log-odds of level, district and tables of every cell, exact to the hundredth."""
    plan = plan_of(np.round(recipe.lookups * LOG_ODDS_SCALE), round(recipe.level * LOG_ODDS_SCALE))
    return np.asarray(log_odds(plan, codes) / LOG_ODDS_SCALE)


@njit(nogil=True, cache=True, error_model="numpy")
def _doubt_cells(
    codes: Bytes, columns: Ints, factor: Floats, bands: Bytes, widths: Ints,
    starts: Ints, seen: Flags, most: int, flipped: Flags, has_unit: bool, area_variance: float, novel_variance: float,
) -> tuple[Floats, Flags, Flags]:  # fmt: skip
    """Return the variance of every cell's parameters, whether anything is known of it, and whether it is new."""
    layers, cells = codes.shape
    telling = layers - 1 if has_unit else layers
    rank = factor.shape[1]
    variance = np.empty(cells)
    known, is_new = np.zeros(cells, dtype=np.bool_), np.zeros(cells, dtype=np.bool_)
    moved, at = np.empty(rank), np.empty(layers, dtype=np.int64)
    for cell in range(cells):
        for r in range(rank):
            moved[r] = factor[0, r]
        for k in range(layers):
            code = codes[k, cell]
            column = columns[k, code]
            if column >= 0:
                for r in range(rank):
                    moved[r] += factor[column, r]
        spread = 0.0
        for r in range(rank):
            spread += moved[r] * moved[r]
        if not has_unit or columns[telling, codes[telling, cell]] < 0:
            spread += area_variance
        unseen = 0
        new = has_unit and flipped[codes[telling, cell]]
        for k in range(telling):
            band = bands[k, codes[k, cell]]
            at[k] = starts[k] + band if band < widths[k] and starts[k] >= 0 else -1
            known[cell] |= band < widths[k]
            if at[k] >= 0:
                new |= not seen[at[k], at[k]]
                for other in range(k):
                    if at[other] >= 0 and not seen[at[k], at[other]]:
                        unseen += 1
        new |= unseen > most
        is_new[cell] = new
        variance[cell] = spread + (novel_variance if new else 0.0)
    return variance, known, is_new
