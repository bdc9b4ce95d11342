"""The surface folder: chances of the whole grid with their spread, what the model says, and all it was made with.

::

    <folder>/manifest.json  what it was made of and with, hectares by class, the score card
    <folder>/model.json     the model
    <folder>/log_odds.tif   int16, a hundred times the log-odds; −32768 where nothing is known
    <folder>/spread.tif     uint8, fifty times the sd of the log-odds; 255 where nothing is known
    <folder>/says.tif       uint8, the class: its place in the list ``risk_class``

A surface never changes the status of land. The model says *clear*, *technical survey*, *survey next* or *cannot say*;
a cancellation is proposed for whole polygons only, elsewhere.
"""

import hashlib
import json
import os
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from torpaq.evidence.grid import TILE_CELLS, Grid, Window
from torpaq.evidence.raster import Output, RasterError, StoppedError, read_window
from torpaq.evidence.tiles import run_tiles
from torpaq.risk.surface.model import Model, read_model, write_model
from torpaq.risk.surface.reading import UNIT, Evidence, read_evidence
from torpaq.risk.surface.recipe import (
    CANNOT_SAY,
    CLASSES,
    LOG_ODDS_NONE,
    LOG_ODDS_SCALE,
    SPREAD_NONE,
    SPREAD_SCALE,
    Recipe,
    make_tile,
    recipe_of,
)
from torpaq.risk.surface.settings import Settings, settings_from
from torpaq.standard.problems import Problem, has_errors, problem

Floats = NDArray[np.float64]
Bytes = NDArray[np.uint8]

MANIFEST, MODEL = "manifest.json", "model.json"
LOG_ODDS, SPREAD, SAYS = "log_odds.tif", "spread.tif", "says.tif"
FORMAT = "torpaq risk surface 1"
SAYS_NONE = 255
CURVE_STEP = 0.1
HECTARE_M2 = 10_000


@dataclass(frozen=True)
class Surface:
    """A surface that is open; ``evidence`` is None where its evidence folder is gone or tells something else now."""

    path: Path
    manifest: Mapping[str, Any]
    grid: Grid
    model: Model
    settings: Settings
    evidence: Evidence | None

    @classmethod
    def open(cls, path: Path, evidence: Path | None = None) -> tuple["Surface | None", list[Problem]]:
        """Open a surface folder; ``evidence`` is where its evidence lies, if not where it lay.

        A surface whose evidence is gone or was built anew can be shown but not explained: that is a warning.
        """
        try:
            manifest = json.loads((path / MANIFEST).read_text(encoding="utf-8"))
            grid, settings = Grid(**manifest["grid"]), settings_from(manifest["parameters"])
            known = str(manifest["evidence"]["digest"])
            lies = evidence or path / str(manifest["evidence"]["path"])
            is_surface = manifest["format"] == FORMAT
        except (OSError, ValueError, KeyError, TypeError):
            return None, [problem("risk_surface_unreadable", str(path))]
        model, problems = read_model(path / MODEL)
        whole = all((path / name).exists() for name in (LOG_ODDS, SPREAD, SAYS))
        if model is None or not is_surface or not whole:
            return None, [problem("risk_surface_unreadable", str(path)), *problems]
        found, _ = read_evidence(lies)
        if found is None or found.digest != known:
            problems.append(problem("risk_surface_evidence_changed", str(path)))
            found = None
        return cls(path, manifest, grid, model, settings, found), problems

    @property
    def id(self) -> str:
        """The surface's id: what it was made of and with, as a hash."""
        return str(self.manifest["id"])

    @property
    def hectares(self) -> Mapping[str, float]:
        """Hectares by class of the list ``risk_class``."""
        return dict(self.manifest["hectares"])

    @property
    def curve(self) -> tuple[tuple[float, float, float], ...]:
        """Hectares and contaminated hectares to be expected in them, by log-odds from this up to a tenth more."""
        return tuple((a, b, c) for a, b, c in self.manifest["curve"])

    @property
    def card(self) -> Mapping[str, Any]:
        """The score card that the model came with."""
        return self.model.card

    def recipe(self) -> Recipe | None:
        """Return how its tiles are made, or None where its evidence is gone."""
        return self._recipe

    @cached_property
    def _recipe(self) -> Recipe | None:
        return None if self.evidence is None else recipe_of(self.model, self.evidence, self.settings)

    def log_odds(self, window: Window) -> Floats:
        """Return the stored log-odds of a window, nan where nothing is known."""
        stored = read_window(self.path / LOG_ODDS, window).astype(np.float64)
        return np.where(stored == LOG_ODDS_NONE, np.nan, stored / LOG_ODDS_SCALE)

    def spread(self, window: Window) -> Floats:
        """Return the sd of the log-odds of a window, nan where nothing is known."""
        stored = read_window(self.path / SPREAD, window).astype(np.float64)
        return np.where(stored == SPREAD_NONE, np.nan, stored / SPREAD_SCALE)

    def says(self, window: Window) -> Bytes:
        """Return the class of every cell of a window: its place in :data:`CLASSES`."""
        return read_window(self.path / SAYS, window).astype(np.uint8)

    def draws(self, window: Window, count: int | None = None) -> Floats:
        """Return draws of a window's log-odds, (draws, rows, columns): parameters vary together, cell by cell alike.

        Cells without a known district share one draw of it, and cells on which the model is silent one of that doubt.
        What was found near by and searched is as in the surface, and so is the doubt about land near by: it is each
        place's own. nan where nothing is known. Raises ``ValueError``
        where the evidence is gone and :class:`~torpaq.evidence.raster.RasterError`.
        """
        recipe = self.recipe()
        if recipe is None or self.evidence is None:
            raise ValueError("a surface without its evidence cannot be drawn again")
        drawn = self.model.draws[:count] - self.model.draws.mean(axis=0)
        area, doubt = np.random.default_rng(3).standard_normal((2, len(self.model.draws)))[:, : len(drawn), None, None]
        told = np.repeat(drawn[:, :1], window.rows * window.columns, axis=1).reshape(-1, window.rows, window.columns)
        has_area = np.zeros((window.rows, window.columns), dtype=bool)
        for layer, column in zip(recipe.layers, recipe.columns, strict=True):
            at = column[self.evidence.read(layer, window)]
            told += np.where(at >= 0, drawn[:, at.clip(0)], 0.0)
            has_area |= (at >= 0) & (layer == UNIT)
        told += np.where(has_area, 0.0, recipe.area_spread * area)
        told += np.where(self.says(window) == CANNOT_SAY, recipe.novel_spread * doubt, 0.0)
        return np.asarray(told + self.log_odds(window))


def make_surface(
    evidence: Path,
    model: Model,
    out: Path,
    parameters: Settings,
    cluster: str | None = None,
    progress: Callable[[float], None] = lambda _: None,
    stop: Callable[[], bool] = lambda: False,
    side_cells: int = TILE_CELLS,
) -> tuple[Surface | None, list[Problem]]:
    """Make a model's surface of an evidence folder, into a folder of its own.

    Where ``out`` holds a surface of the same model, only tiles whose evidence changed are made again; the result is
    the same, bit for bit, as if all were. Warnings: layers the model has no table for, and those it lacks.
    """
    found, problems = read_evidence(evidence)
    if found is None:
        return None, problems
    problems += model_problems(model, found)
    if has_errors(problems):
        return None, problems
    recipe = recipe_of(model, found, parameters)
    try:
        digests = tile_digests(found, recipe, side_cells)
        kept = _kept(out, recipe, digests)
        out.mkdir(parents=True, exist_ok=True)
        inputs, outputs = _files(found, recipe, kept, out)
        run_tiles(
            found.grid, partial(make_tile, recipe, kept), inputs, outputs, side_cells=side_cells,
            halo_cells=recipe.halo_cells, cluster=cluster, progress=progress, stop=stop,
        )  # fmt: skip
        write_model(model, out / MODEL)
        _write_manifest(out, found, model, recipe, parameters, digests, len(kept))
    except StoppedError:
        return None, [*problems, problem("risk_surface_stopped", str(out))]
    except RasterError as error:
        return None, [*problems, error.problem]
    except OSError as error:
        return None, [*problems, problem("risk_surface_unwritten", str(out), reason=error.strerror or str(error))]
    surface, more = Surface.open(out, evidence)
    return surface, problems + more


def _files(
    found: Evidence, recipe: Recipe, kept: frozenset[tuple[int, int]], out: Path
) -> tuple[list[Path], list[Output]]:
    """Return what tiles are made of, an earlier surface last where some tiles stay, and what they become."""
    inputs = [found.path_of(layer) for layer in recipe.inputs]
    outputs = [
        Output(out / LOG_ODDS, "int16", LOG_ODDS_NONE),
        Output(out / SPREAD, "uint8", SPREAD_NONE),
        Output(out / SAYS, "uint8", SAYS_NONE),
    ]
    return inputs + [output.path for output in outputs] * bool(kept), outputs


def model_problems(model: Model, evidence: Evidence) -> list[Problem]:
    """Return what does not fit between a model and an evidence folder."""
    told = {table.layer for table in model.tables}
    here = {card.id for card in evidence.telling}
    problems = []
    if not told & here:
        problems.append(problem("risk_model_other_layers", str(evidence.path)))
    elif model.evidence != evidence.digest and model.origin != "expert":
        problems.append(problem("risk_evidence_newer", str(evidence.path)))
    if abs(model.cell_m - evidence.grid.cell_m) > 1e-9:
        parameters = {"cell_m": evidence.grid.cell_m, "model_m": model.cell_m}
        problems.append(problem("risk_model_other_grid", str(evidence.path), **parameters))
    problems += [problem("risk_layer_without_table", layer) for layer in sorted(here - told)]
    return problems + [problem("risk_layer_gone", layer) for layer in sorted(told - here)]


def tile_digests(evidence: Evidence, recipe: Recipe, side_cells: int) -> dict[str, str]:
    """Return a hash of all that each tile's cells depend on, by its first row and column."""
    digests = {}
    for tile in evidence.grid.tiles(side_cells):
        told = hashlib.blake2b(digest_size=16)
        grown = evidence.grid.grown(tile, recipe.halo_cells)
        for layer in recipe.inputs:
            told.update(evidence.read(layer, grown).tobytes())
        digests[f"{tile.row},{tile.column}"] = told.hexdigest()
    return digests


def _kept(out: Path, recipe: Recipe, digests: Mapping[str, str]) -> frozenset[tuple[int, int]]:
    """Return the tiles of the surface that is there already and would come out alike."""
    try:
        before = json.loads((out / MANIFEST).read_text(encoding="utf-8"))
        if before["recipe"] != recipe.digest or set(before["tiles"]) != set(digests):
            return frozenset()
        same = [name for name, digest in digests.items() if before["tiles"][name] == digest]
    except (OSError, ValueError, KeyError, TypeError):
        return frozenset()
    whole = all((out / name).exists() for name in (LOG_ODDS, SPREAD, SAYS))
    return frozenset((int(a), int(b)) for a, b in (name.split(",") for name in same)) if whole else frozenset()


def _write_manifest(
    out: Path, evidence: Evidence, model: Model, recipe: Recipe, settings: Settings, digests: Mapping[str, str],
    kept: int,
) -> None:  # fmt: skip
    classes, curve, known = _counted(out, evidence.grid)
    hectare = evidence.grid.cell_m2 / HECTARE_M2
    identity = hashlib.sha256(f"{evidence.digest} {recipe.digest}".encode()).hexdigest()[:16]
    value = {
        "format": FORMAT,
        "id": identity,
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
        "grid": asdict(evidence.grid),
        "evidence": {"path": os.path.relpath(evidence.path, out), "digest": evidence.digest},
        "ledger_head": evidence.snapshot.get("head", ""),
        "snapshot": dict(evidence.snapshot),
        "model": {"origin": model.origin, "made": model.made, "level_from": model.level_from},
        "parameters": settings.as_json(),
        "rank": int(recipe.factor.shape[1]),
        "cells": evidence.grid.cells,
        "cells_known": known,
        "hectares": {name: round(int(classes[number]) * hectare, 4) for number, name in enumerate(CLASSES)},
        "curve": [[low, round(count * hectare, 4), round(chance * hectare, 4)] for low, count, chance in curve],
        "card": dict(model.card),
        "synthetic_label": evidence.synthetic_label,
        "recipe": recipe.digest,
        "tiles": dict(digests),
        "tiles_kept": kept,
    }
    waiting = out / f"{MANIFEST}.part"
    waiting.write_text(json.dumps(value, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    waiting.replace(out / MANIFEST)


def _counted(out: Path, grid: Grid) -> tuple[NDArray[np.int64], list[tuple[float, int, float]], int]:
    """Return cells by class, cells and the sum of their chances by tenths of log-odds, and how many are known."""
    classes, stored = np.zeros(256, dtype=np.int64), np.zeros(65536, dtype=np.int64)
    for tile in grid.tiles():
        classes += np.bincount(read_window(out / SAYS, tile).ravel(), minlength=256)
        values = read_window(out / LOG_ODDS, tile).ravel().astype(np.int64) + 32768
        stored += np.bincount(values, minlength=65536)
    stored[0] = 0
    held = np.flatnonzero(stored)
    log_odds = (held - 32768) / LOG_ODDS_SCALE
    chances = stored[held] / (1 + np.exp(-log_odds))
    steps = np.floor((held - 32768) / (LOG_ODDS_SCALE * CURVE_STEP)).astype(np.int64)
    curve = [
        (
            round(float(step * CURVE_STEP), 1),
            int(stored[held][steps == step].sum()),
            float(chances[steps == step].sum()),
        )
        for step in np.unique(steps)
    ]
    return classes, curve, int(stored.sum())
