"""What changed between two surfaces, and why: each cell's move split into the parts that made it, exactly.

A layer's part is split in two where it has a table in both: what its *evidence* moved (new codes, the old table) and
what its *table* moved (the new table, the new codes). What searches and examined land near by moved is their own. The
parts of a cell sum to the move of its log-odds.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from torpaq.evidence.grid import Window
from torpaq.evidence.raster import RasterError
from torpaq.risk.surface.reading import UNIT
from torpaq.risk.surface.recipe import CLASSES, Recipe, hundredths, parts_of
from torpaq.risk.surface.surface import Surface
from torpaq.standard.problems import Problem, problem

Floats = NDArray[np.float64]

LEVEL, AREA, LOCAL, SEARCHED = "level", "area", "local", "searched"
EVIDENCE, TABLE, NEW, GONE = "evidence", "table", "new layer", "layer gone"
SIDE, MOST_WINDOWS = 256, 64
MOVED = 0.005


@dataclass(frozen=True, slots=True)
class Part:
    """One cause. ``kind`` is level, area, local, searched, or evidence, table, new layer, layer gone of a ``layer``.

    ``mean`` is what it moved the log-odds by on average over the cells looked at, ``mean_size`` without sign, ``share``
    the share of cells it moved at all.
    """

    kind: str
    layer: str
    mean: float
    mean_size: float
    share: float

    @property
    def key(self) -> str:
        """The cause in one word or two."""
        return f"{self.layer}: {self.kind}" if self.layer else self.kind


@dataclass(frozen=True, slots=True)
class Changes:
    """What changed: ``parts`` by size, ``moves`` (from class, to class, hectares), ``cells`` that were looked at.

    ``is_sampled``: reasons are of windows drawn by lot; the hectares are always of the whole grid.
    """

    mean: float
    mean_size: float
    parts: tuple[Part, ...]
    moves: tuple[tuple[str, str, float], ...]
    cells: int
    is_sampled: bool
    same_model: bool
    same_evidence: bool

    def as_json(self) -> dict[str, Any]:
        """Return the stable keys of a comparison."""
        return {
            "mean": round(self.mean, 5),
            "mean_size": round(self.mean_size, 5),
            "cells": self.cells,
            "is_sampled": self.is_sampled,
            "same_model": self.same_model,
            "same_evidence": self.same_evidence,
            "parts": [
                {
                    "kind": part.kind, "layer": part.layer, "mean": round(part.mean, 5),
                    "mean_size": round(part.mean_size, 5), "share": round(part.share, 5),
                }
                for part in self.parts
            ],
            "moves": [{"from": a, "to": b, "hectares": ha} for a, b, ha in self.moves],
        }  # fmt: skip


def compare(before: Surface, after: Surface) -> tuple[Changes | None, list[Problem]]:
    """Compare two surfaces of the same grid; reasons need the evidence of both."""
    if before.grid != after.grid:
        return None, [problem("risk_surfaces_other_grid", str(after.path))]
    recipes = before.recipe(), after.recipe()
    if recipes[0] is None or recipes[1] is None:
        gone = before if recipes[0] is None else after
        return None, [problem("risk_surface_evidence_changed", str(gone.path))]
    try:
        moves = _moves(before, after)
        windows, is_sampled = _windows(before)
        told = [parts_of_change(before, after, window) for window in windows]
    except RasterError as error:
        return None, [error.problem]
    sums: dict[tuple[str, str], list[Floats]] = {}
    cells = sum(int(known.sum()) for _, known in told)
    for parts, known in told:
        for key, moved in parts.items():
            sums.setdefault(key, []).append(moved[known])
    listed = [_part(key, np.concatenate(values), cells) for key, values in sums.items()]
    whole = [np.sum([moved[known] for moved in parts.values()], axis=0) for parts, known in told if parts]
    moved = np.concatenate(whole) if whole else np.zeros(0)
    return Changes(
        mean=float(moved.mean()) if len(moved) else 0.0,
        mean_size=float(np.abs(moved).mean()) if len(moved) else 0.0,
        parts=tuple(sorted((p for p in listed if p.mean_size > 0), key=lambda part: -part.mean_size)),
        moves=moves,
        cells=cells,
        is_sampled=is_sampled,
        same_model=recipes[0].digest == recipes[1].digest,
        same_evidence=before.manifest["evidence"]["digest"] == after.manifest["evidence"]["digest"],
    ), []


def parts_of_change(
    before: Surface, after: Surface, window: Window
) -> tuple[Mapping[tuple[str, str], Floats], NDArray[np.bool_]]:
    """Return what each cause moved in every cell of a window, by (kind, layer), and which cells both surfaces know.

    Raises :class:`~torpaq.evidence.raster.RasterError`, and ``ValueError`` where the evidence of one is gone.
    """
    first, second = before.recipe(), after.recipe()
    if first is None or second is None:
        raise ValueError("a surface without its evidence cannot be compared")
    parts: dict[tuple[str, str], Floats] = {}
    parts[(LEVEL, "")] = np.full((window.rows, window.columns), second.level - first.level)
    for layer in dict.fromkeys((*first.layers, *second.layers)):
        parts |= _layer_parts(before, after, first, second, layer, window)
    near = [_near(surface, recipe, window) for surface, recipe in ((before, first), (after, second))]
    parts[(LOCAL, "")] = near[1][0] - near[0][0]
    parts[(SEARCHED, "")] = near[1][1] - near[0][1]
    known = ~np.isnan(before.log_odds(window)) & ~np.isnan(after.log_odds(window))
    return parts, known


def _layer_parts(
    before: Surface, after: Surface, first: Recipe, second: Recipe, layer: str, window: Window
) -> dict[tuple[str, str], Floats]:
    """Return what one layer moved: its evidence by the old table, then its table on the new evidence."""
    old, new = _lookup(first, layer), _lookup(second, layer)
    codes = [None if one is None else _codes(surface, layer, window) for surface, one in ((before, old), (after, new))]
    name = "" if layer == UNIT else layer
    if old is None or codes[0] is None:
        assert new is not None and codes[1] is not None
        return {(AREA if layer == UNIT else NEW, name): new[codes[1]]}
    if new is None or codes[1] is None:
        return {(AREA if layer == UNIT else GONE, name): -old[codes[0]]}
    if layer == UNIT:
        return {(AREA, ""): new[codes[1]] - old[codes[0]]}
    # The new coding of the evidence may differ from the old one, so the old table is looked up by the new one.
    again = _lookup_by(before, after, layer)
    return {(EVIDENCE, name): again[codes[1]] - old[codes[0]], (TABLE, name): new[codes[1]] - again[codes[1]]}


def _lookup(recipe: Recipe, layer: str) -> Floats | None:
    return recipe.lookups[recipe.layers.index(layer)] if layer in recipe.layers else None


def _lookup_by(before: Surface, after: Surface, layer: str) -> Floats:
    table = before.model.table(layer)
    assert table is not None and after.evidence is not None
    return hundredths(table.lookup(after.evidence.layers[layer].coding))


def _codes(surface: Surface, layer: str, window: Window) -> NDArray[np.uint8]:
    assert surface.evidence is not None
    return surface.evidence.read(layer, window)


def _near(surface: Surface, recipe: Recipe, window: Window) -> tuple[Floats, Floats]:
    assert surface.evidence is not None
    grown = surface.grid.grown(window, recipe.halo_cells)
    arrays = tuple(surface.evidence.read(layer, grown) for layer in recipe.inputs)
    local, _, searched = parts_of(recipe, grown, arrays)
    inside = window.within(grown)
    return local[inside], searched[inside]


def _part(key: tuple[str, str], moved: Floats, cells: int) -> Part:
    if not cells:
        return Part(*key, 0.0, 0.0, 0.0)
    size = np.abs(moved)
    return Part(*key, float(moved.mean()), float(size.mean()), float((size >= MOVED).mean()))


def _windows(surface: Surface) -> tuple[list[Window], bool]:
    """Return windows to look at: all of a small grid, or some drawn by lot where there are more."""
    windows = list(surface.grid.tiles(SIDE))
    if len(windows) <= MOST_WINDOWS:
        return windows, False
    drawn = np.random.default_rng(0).choice(len(windows), MOST_WINDOWS, replace=False)
    return [windows[number] for number in np.sort(drawn)], True


def _moves(before: Surface, after: Surface) -> tuple[tuple[str, str, float], ...]:
    """Return the hectares that moved from each class to each other one, most first."""
    size = len(CLASSES)
    counts = np.zeros(size * size, dtype=np.int64)
    for tile in before.grid.tiles():
        old, new = (surface.says(tile).astype(np.int64).ravel() for surface in (before, after))
        known = (old < size) & (new < size)
        counts += np.bincount(old[known] * size + new[known], minlength=size * size)
    hectare = before.grid.cell_m2 / 10_000
    moves = [
        (CLASSES[one // size], CLASSES[one % size], round(int(counts[one]) * hectare, 4))
        for one in np.flatnonzero(counts)
        if one // size != one % size
    ]
    return tuple(sorted(moves, key=lambda move: -move[2]))
