"""Why a cell, or a polygon, stands as it does: every term of its log-odds, which sum to what the surface holds."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from torpaq.evidence.coding import NO_DATA
from torpaq.evidence.grid import Window
from torpaq.evidence.raster import RasterError
from torpaq.risk.surface.reading import EXAMINED, MISS, UNIT
from torpaq.risk.surface.recipe import CANNOT_SAY, CLASSES, Recipe, hundredths, parts_of
from torpaq.risk.surface.surface import Surface
from torpaq.risk.surface.tables import Table
from torpaq.standard.problems import Problem, problem

Floats = NDArray[np.float64]

LEVEL, AREA, TABLE, LOCAL, SEARCHED = "level", "area", "table", "local", "searched"
NORMAL_90 = 1.6448536269514722
MOST_CELLS = 4_000_000


@dataclass(frozen=True, slots=True)
class Term:
    """One contribution, log-odds, with its 90 % limits. ``kind`` is level, area, table, local or searched.

    For a table: its ``layer`` and what kind that is, ``start`` and ``end`` of the band (None at an open end), the
    ``value`` the cell has there, its ``unit`` and whose word it is (``origin``: expert or fitted); ``label`` is the
    class's code where bands are classes. ``share`` of a polygon's cells has this very reason.
    """

    kind: str
    log_odds: float
    low: float
    high: float
    layer: str = ""
    layer_kind: str = ""
    name: str = ""
    value: float | None = None
    start: float | None = None
    end: float | None = None
    unit: str = ""
    origin: str = ""
    source: str = ""
    share: float = 1.0
    label: str = ""

    @property
    def ratio(self) -> float:
        """How many times the odds become what they were."""
        return math.exp(self.log_odds)

    def as_json(self) -> dict[str, Any]:
        """Return the stable keys of a term."""
        ratio = {"ratio": _round(self.ratio), "ratio_low": _round(math.exp(self.low))}
        return {
            "kind": self.kind, "log_odds": round(self.log_odds, 4), "low": round(self.low, 4),
            "high": round(self.high, 4), **ratio, "ratio_high": _round(math.exp(self.high)), "layer": self.layer,
            "layer_kind": self.layer_kind, "name": self.name, "value": self.value, "start": self.start,
            "end": self.end, "unit": self.unit, "origin": self.origin, "source": self.source,
            "share": round(self.share, 4), "label": self.label,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a cell, or a polygon's cells on average, is made of; ``terms`` sum to ``log_odds``, largest first.

    ``chance_low`` and ``chance_high`` are 90 % limits. For a polygon ``cells`` is how many middles lie in it,
    ``cannot_say`` the share of them on which the model is silent, ``classes`` hectares by class.
    """

    terms: tuple[Term, ...]
    log_odds: float
    spread: float
    says: str
    is_new: bool
    cells: int
    hectares: float
    cannot_say: float
    chance: float
    classes: Mapping[str, float]

    @property
    def chance_low(self) -> float:
        """The lower 90 % limit of the chance."""
        return _chance(self.log_odds - NORMAL_90 * self.spread)

    @property
    def chance_high(self) -> float:
        """The upper 90 % limit of the chance."""
        return _chance(self.log_odds + NORMAL_90 * self.spread)

    def as_json(self) -> dict[str, Any]:
        """Return the stable keys of an explanation."""
        return {
            "log_odds": round(self.log_odds, 4), "spread": round(self.spread, 4), "chance": _round(self.chance),
            "chance_low": _round(self.chance_low), "chance_high": _round(self.chance_high), "class": self.says,
            "is_new": self.is_new, "cells": self.cells, "hectares": round(self.hectares, 4),
            "cannot_say": round(self.cannot_say, 4), "classes": dict(self.classes),
            "terms": [term.as_json() for term in self.terms],
        }  # fmt: skip


def explain_cell(surface: Surface, x_m: float, y_m: float) -> tuple[Explanation | None, list[Problem]]:
    """Explain the cell at a place, metres in the grid's CRS. Outside the grid or without evidence is a problem."""
    found = surface.grid.cell_at(x_m, y_m)
    if found is None:
        return None, [problem("risk_place_outside", f"{x_m:.0f}, {y_m:.0f}")]
    inside = np.ones((1, 1), dtype=bool)
    return _explained(surface, Window(*found, 1, 1), inside, is_cell=True)


def explain_polygon(surface: Surface, polygon: BaseGeometry) -> tuple[Explanation | None, list[Problem]]:
    """Explain the cells whose middle lies in a polygon (a shapely geometry, metres in the grid's CRS), on average.

    A polygon between the middles is explained by the cell it lies in.
    """
    from rasterio.features import geometry_mask
    from rasterio.transform import from_origin

    grid = surface.grid
    window = None if polygon.is_empty else grid.window_over(polygon.bounds)
    if window is None:
        return None, [problem("risk_place_outside", "polygon")]
    if window.rows * window.columns > MOST_CELLS:
        return None, [
            problem("risk_polygon_too_large", "polygon", cells=window.rows * window.columns, limit=MOST_CELLS)
        ]
    west, _, _, north = grid.bounds_of(window)
    shape, corner = (window.rows, window.columns), from_origin(west, north, grid.cell_m, grid.cell_m)
    inside = geometry_mask([polygon], shape, corner, invert=True)
    if not inside.any():
        middle = polygon.representative_point()
        return explain_cell(surface, middle.x, middle.y)
    return _explained(surface, window, inside, is_cell=False)


def _explained(
    surface: Surface, window: Window, inside: NDArray[np.bool_], is_cell: bool
) -> tuple[Explanation | None, list[Problem]]:
    recipe = surface.recipe()
    if recipe is None or surface.evidence is None:
        return None, [problem("risk_surface_evidence_changed", str(surface.path))]
    try:
        stored, spread, says = surface.log_odds(window), surface.spread(window), surface.says(window)
        inside = inside & ~np.isnan(stored)
        if not inside.any():
            return None, [problem("risk_place_not_assessed", str(surface.path))]
        terms = _terms(surface, recipe, window, inside, is_cell)
    except RasterError as error:
        return None, [error.problem]
    numbers, counts = np.unique(says[inside], return_counts=True)
    hectare = surface.grid.cell_m2 / 10_000
    log_odds = float(stored[inside].mean())
    return Explanation(
        terms=tuple(sorted(terms, key=lambda term: (term.kind == LEVEL, -abs(term.log_odds)))),
        log_odds=log_odds,
        spread=float(spread[inside].mean()),
        says=CLASSES[int(numbers[np.argmax(counts)])],
        is_new=bool((says[inside] == CANNOT_SAY).any()) if is_cell else bool((says[inside] == CANNOT_SAY).mean() > 0.5),
        cells=int(inside.sum()),
        hectares=float(inside.sum() * hectare),
        cannot_say=float((says[inside] == CANNOT_SAY).mean()),
        chance=float((1 / (1 + np.exp(-stored[inside]))).mean()),
        classes={CLASSES[int(n)]: round(int(c) * hectare, 4) for n, c in zip(numbers, counts, strict=True)},
    ), []


def _terms(surface: Surface, recipe: Recipe, window: Window, inside: NDArray[np.bool_], is_cell: bool) -> list[Term]:
    """Return every term of the cells of a window that count, on average over them."""
    evidence, model = surface.evidence, surface.model
    assert evidence is not None
    low, high = model.level_limits
    terms = [Term(LEVEL, recipe.level, low, high, origin=model.level_from)]
    for layer, lookup in zip(recipe.layers, recipe.lookups, strict=True):
        codes = evidence.read(layer, window)[inside]
        if layer == UNIT:
            terms += _area_terms(surface, codes)
        else:
            table = model.table(layer)
            assert table is not None
            terms += _table_terms(surface, table, lookup, codes, is_cell)
    return terms + _near_terms(surface, recipe, window, inside)


def _area_terms(surface: Surface, codes: NDArray[np.uint8]) -> list[Term]:
    model = surface.model
    known = {area.code: area for area in model.areas}
    terms = []
    for code, count in zip(*np.unique(codes, return_counts=True), strict=True):
        area = known.get(int(code))
        if area is not None:
            share = int(count) / len(codes)
            half = NORMAL_90 * area.spread
            shift = float(hundredths(area.shift)) * share
            limits = (area.shift - half) * share, (area.shift + half) * share
            terms.append(Term(AREA, shift, *limits, name=area.name, origin="fitted", share=share))
    return terms


def _table_terms(surface: Surface, table: Table, lookup: Floats, codes: NDArray[np.uint8], is_cell: bool) -> list[Term]:
    """Return a layer's term: for a cell its band; for a polygon the mean, with the band that weighs most."""
    evidence = surface.evidence
    assert evidence is not None
    coding = evidence.layers[table.layer].coding
    told = lookup[codes]
    bands = table.bands_of(coding)[codes].astype(np.int64)
    known = bands < table.bands
    if not known.any():
        return []
    limits = [np.append(np.asarray(end), 0.0)[np.minimum(bands, table.bands)] for end in (table.low, table.high)]
    weight = np.bincount(bands[known], weights=np.abs(told[known]) + 1e-12, minlength=table.bands)
    band = int(np.argmax(weight))
    start, end = (one if math.isfinite(one) else None for one in table.span(band))
    value = float(coding.span(int(codes[0]))[0]) if is_cell and codes[0] < len(coding.edges) else None
    return [
        Term(
            TABLE, float(told.mean()), float(limits[0].mean()), float(limits[1].mean()), table.layer, table.kind,
            table.name, value, start, end, table.unit, table.origin, table.source, float((bands == band).mean()),
            _label(surface, table, band),
        )
    ]  # fmt: skip


def _label(surface: Surface, table: Table, band: int) -> str:
    """Return the code of the class that a band is, where its layer's card names classes and the band is one."""
    assert surface.evidence is not None
    classes = surface.evidence.layers[table.layer].made.get("classes")
    start, end = table.span(band)
    first = 0 if math.isinf(start) else int(start)
    is_one = isinstance(classes, list) and first < len(classes) and (math.isinf(end) or end - first == 1)
    return str(classes[first]) if is_one and isinstance(classes, list) else ""


def _near_terms(surface: Surface, recipe: Recipe, window: Window, inside: NDArray[np.bool_]) -> list[Term]:
    """Return what examined land near by adds and what searches take away, where they do."""
    evidence, grid = surface.evidence, surface.grid
    assert evidence is not None
    grown = grid.grown(window, recipe.halo_cells)
    arrays = tuple(evidence.read(layer, grown) for layer in recipe.inputs)
    cut = window.within(grown)
    local, doubt, searched = (part[cut][inside] for part in parts_of(recipe, grown, arrays))
    terms = []
    if recipe.has_examined and (local != 0).any():
        half = NORMAL_90 * recipe.local_spread * math.sqrt(float(doubt.mean()))
        middle = float(local.mean())
        codes = arrays[recipe.inputs.index(EXAMINED)][cut][inside]
        examined = float((codes != NO_DATA).mean())
        terms.append(Term(LOCAL, middle, middle - half, middle + half, layer=EXAMINED, value=examined, origin="fitted"))
    if recipe.has_miss and (searched != 0).any():
        middle = float(searched.mean())
        half = NORMAL_90 * recipe.search_doubt * abs(middle)
        miss = math.exp(middle)
        share = float((searched != 0).mean())
        limits = middle - half, min(0.0, middle + half)
        terms.append(Term(SEARCHED, middle, *limits, layer=MISS, value=miss, origin="fitted", share=share))
    return terms


def strongest(terms: Sequence[Term], most: int = 5) -> list[Term]:
    """Return the terms that weigh most, the level left aside."""
    return [term for term in terms if term.kind != LEVEL][:most]


def _chance(log_odds: float) -> float:
    return 1 / (1 + math.exp(-log_odds))


def _round(value: float) -> float:
    return float(f"{value:.4g}")
