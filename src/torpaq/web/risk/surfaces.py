"""Surfaces as they stand in the programme's folder: opened once, drawn as tiles, read for what people ask of them.

A surface's folder holds its own copy of the layers it was made of (hard links, no room taken), so that it can be
explained after the layers were built anew::

    <programme>/surfaces/<folder>/           the surface
    <programme>/surfaces/<folder>/evidence/  manifest.json and layers/ as they were
    <programme>/surfaces/<folder>/decisions.json  what was proposed for the open hazardous areas
"""

import json
import os
import shutil
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from torpaq.evidence.folder import MANIFEST, EvidenceFolder
from torpaq.evidence.tile_values import TILE_PIXELS, tile_values
from torpaq.risk.shades import chance_pixels, class_pixels, png_of, spread_pixels, value_pixels
from torpaq.risk.surface.recipe import CANNOT_SAY, CLASSES
from torpaq.risk.surface.surface import LOG_ODDS, SAYS, SPREAD, Surface
from torpaq.standard.problems import Problem
from torpaq.web.models import MakingState, RiskSurface
from torpaq.web.risk.places import surface_path

EVIDENCE_FOLDER = "evidence"
DECISIONS = "decisions.json"
NAMES = dict(enumerate(CLASSES))


def surfaces_done() -> list[RiskSurface]:
    """Return the surfaces that were made, the newest first."""
    return list(RiskSurface.objects.filter(state=MakingState.DONE).select_related("account"))


def latest_surface() -> RiskSurface | None:
    """Return the newest surface that was made."""
    return RiskSurface.objects.filter(state=MakingState.DONE).first()


def open_surface(row: RiskSurface) -> tuple[Surface | None, list[Problem]]:
    """Open a surface with the layers it was made of; one that was opened before is at hand."""
    return _opened(str(surface_path(row.folder)))


@lru_cache(maxsize=8)
def _opened(path: str) -> tuple[Surface | None, list[Problem]]:
    return Surface.open(Path(path), Path(path) / EVIDENCE_FOLDER)


def forget_opened() -> None:
    """Forget surfaces that were opened: one of them may have been made anew."""
    _opened.cache_clear()


def surface_evidence(row: RiskSurface) -> EvidenceFolder | None:
    """Return the layers that a surface was made of."""
    return EvidenceFolder.open(surface_path(row.folder) / EVIDENCE_FOLDER)[0]


def keep_layers(folder: EvidenceFolder, place: Path) -> Path:
    """Keep a folder's layers as they are now beside a surface: linked where the disk can, else copied."""
    kept = place / EVIDENCE_FOLDER
    shutil.rmtree(kept, ignore_errors=True)
    (kept / "layers").mkdir(parents=True)
    for card in folder.manifest.layers:
        source = folder.layer_path(card.id)
        target = kept / "layers" / source.name
        try:
            os.link(source, target)
        except OSError:
            shutil.copyfile(source, target)
    shutil.copyfile(folder.path / MANIFEST, kept / MANIFEST)
    return kept


def decisions_of(row: RiskSurface) -> Mapping[str, Any]:
    """Return what was proposed on a surface; empty where nothing was."""
    path = surface_path(row.folder) / DECISIONS
    try:
        stamp = path.stat().st_mtime_ns
    except OSError:
        return {}
    return _decisions(str(path), stamp)


@lru_cache(maxsize=8)
def _decisions(path: str, _stamp: int) -> Mapping[str, Any]:
    try:
        value = json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}


def surface_tile(row: RiskSurface, layer: str, place: tuple[int, int, int]) -> bytes:
    """Return a tile of a surface as PNG, clear beside it.

    Raises ``OSError`` where it is gone and :class:`~torpaq.evidence.raster.RasterError` where it cannot be read.
    """
    surface, _problems = open_surface(row)
    if surface is None:
        raise OSError(row.folder)
    names = {"spread": (SPREAD,), "class": (SAYS,), "value": (LOG_ODDS,)}.get(layer, (LOG_ODDS, SPREAD, SAYS))
    found = [tile_values(surface.path / name, surface.grid, *place) for name in names]
    values = [one[0] for one in found if one is not None]
    if len(values) < len(names):
        return png_of(np.zeros((TILE_PIXELS, TILE_PIXELS, 4), np.uint8))
    return png_of(_painted(layer, values))


def _painted(layer: str, found: Sequence[NDArray[Any]]) -> NDArray[np.uint8]:
    if layer == "spread":
        return spread_pixels(found[0])
    if layer == "class":
        return class_pixels(found[0], NAMES)
    if layer == "value":
        return value_pixels(found[0])
    return chance_pixels(found[0], found[1], found[2] == CANNOT_SAY)
