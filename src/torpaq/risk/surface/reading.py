"""An evidence folder as the model reads it: the grid, the cards, where each layer's bytes lie, and what is wrong."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from torpaq.evidence.card import LayerCard, layer_card
from torpaq.evidence.grid import Grid, Window
from torpaq.evidence.raster import RasterError, check_grid, read_window
from torpaq.standard.country import load_country
from torpaq.standard.problems import Problem, has_errors, problem

Bytes = NDArray[np.uint8]

EXAMINED, MISS, UNIT, YEAR, PRESENCE = "examined", "search_miss", "unit", "examined_year", "presence"
SPECIAL = (EXAMINED, MISS, UNIT, YEAR, PRESENCE)
FOUND, CLEAN = 1, 0


@dataclass(frozen=True, slots=True)
class Evidence:
    """An evidence folder that was read: ``layers`` by id, those that the model reads by name among them."""

    path: Path
    grid: Grid
    layers: Mapping[str, LayerCard]
    digest: str
    snapshot: Mapping[str, Any]
    synthetic_label: str
    country: str

    def path_of(self, layer: str) -> Path:
        """Return where a layer's cells lie."""
        return self.path / "layers" / f"{layer}.tif"

    @property
    def telling(self) -> tuple[LayerCard, ...]:
        """The layers that speak for or against contamination, in the order of their ids."""
        return tuple(self.layers[name] for name in sorted(self.layers) if name not in SPECIAL)

    def has(self, layer: str) -> bool:
        """Say whether there is a layer of this id."""
        return layer in self.layers

    def read(self, layer: str, window: Window) -> Bytes:
        """Return a layer's codes in a window. Raises :class:`~torpaq.evidence.raster.RasterError`."""
        return np.asarray(read_window(self.path_of(layer), window), dtype=np.uint8)


def read_evidence(path: Path) -> tuple[Evidence | None, list[Problem]]:
    """Read an evidence folder; a manifest that is none, or a layer that is missing or cut short, is a problem."""
    try:
        manifest = json.loads((path / "manifest.json").read_text(encoding="utf-8"))
        grid = Grid(**manifest["grid"])
        layers = {one["id"]: layer_card(one) for one in manifest["layers"]}
        evidence = Evidence(
            path,
            grid,
            layers,
            str(manifest["digest"]),
            dict(manifest.get("snapshot") or {}),
            str(manifest.get("synthetic_label") or ""),
            load_country(str(manifest["country"])).iso3.lower(),
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None, [problem("risk_evidence_unreadable", str(path))]
    problems = [found for name in layers if (found := _layer_problem(evidence, name))]
    if not evidence.telling:
        problems.append(problem("risk_evidence_empty", str(path)))
    return (None if has_errors(problems) else evidence), problems


def _layer_problem(evidence: Evidence, layer: str) -> Problem | None:
    try:
        check_grid(evidence.path_of(layer), evidence.grid)
        for window in _corners(evidence.grid):
            read_window(evidence.path_of(layer), window)
    except RasterError as error:
        return error.problem
    return None


def _corners(grid: Grid) -> tuple[Window, Window]:
    """The first and the last cell: where a file was cut short, one of them cannot be read."""
    return Window(0, 0, 1, 1), Window(grid.rows - 1, grid.columns - 1, 1, 1)
