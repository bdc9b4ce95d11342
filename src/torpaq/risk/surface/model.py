"""The model of a surface: a level, a shift for every district, a table for every layer, and draws of all of them.

    logit p = level + district + Σ table(layer) + local + searched

The first three are here; what was found near by and what searches missed are added cell by cell when a surface is
made. ``p`` is the chance that the land around a cell, its square of ``patch_m``, is contaminated.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from torpaq.evidence.coding import Coding
from torpaq.risk.surface.novelty import Support, support_from
from torpaq.risk.surface.tables import Table, table_from
from torpaq.standard.problems import Problem, problem

Floats = NDArray[np.float64]

FORMAT = "torpaq risk model 1"
DECIMALS = 4
MOST_RANK, KEPT = 24, 0.995
BY_EXAMINED, BY_RANGE = "examined", "range"


@dataclass(frozen=True, slots=True)
class AreaShift:
    """How far a district lies above or below the level, log-odds; ``spread`` is its sd.

    ``squares`` and ``found`` are what was examined there. ``is_flipped``: what speaks for contamination elsewhere
    speaks against it here, so the model cannot say.
    """

    code: int
    name: str
    shift: float
    spread: float
    squares: float
    found: float
    is_flipped: bool = False


@dataclass(frozen=True, slots=True)
class Model:
    """What a surface is made with. ``draws`` is (draws, 1 + areas + bands of every table): level, shifts, log-ratios.

    ``level_from`` says what the level is anchored on: ``examined`` land, or the ``range`` of the prior, which is
    ``prior``. ``area_spread`` is the sd of districts about the level, which a district without examined land has.
    ``card`` is the score card, a plain value; ``bias`` are layers that told who reports and say nothing of land.
    """

    origin: str
    country: str
    evidence: str
    cell_m: float
    patch_m: float
    made: str
    level: float
    level_from: str
    prior: tuple[float, float]
    areas: tuple[AreaShift, ...]
    area_spread: float
    tables: tuple[Table, ...]
    draws: Floats
    support: Support | None
    card: Mapping[str, Any]
    bias: tuple[str, ...] = ()
    squares: float = 0.0
    found: float = 0.0

    @property
    def level_limits(self) -> tuple[float, float]:
        """The 90 % limits of the level, log-odds."""
        low, high = np.quantile(self.draws[:, 0], (0.05, 0.95))
        return float(low), float(high)

    @property
    def offsets(self) -> tuple[int, ...]:
        """Where each table's bands begin among the columns of ``draws``."""
        steps = np.cumsum([1 + len(self.areas), *(table.bands for table in self.tables)])
        return tuple(int(step) for step in steps[:-1])

    def table(self, layer: str) -> Table | None:
        """Return a layer's table by its id."""
        return next((table for table in self.tables if table.layer == layer), None)

    def area_lookup(self) -> Floats:
        """Return the shift of every code of the layer of districts, 256 of them; nought where none is known."""
        shifts = np.zeros(256)
        for area in self.areas:
            shifts[area.code] = area.shift
        return shifts

    def factor(self) -> Floats:
        """Return L, (parameters, rank): parameters vary about their means as L z with z of independent unit normals.

        The leading singular vectors of the centred draws, as many as hold 99.5 % of their variance and no more than 24.
        """
        centred = self.draws - self.draws.mean(axis=0)
        _, size, ways = np.linalg.svd(centred / np.sqrt(max(1, len(centred) - 1)), full_matrices=False)
        held = np.cumsum(size**2) / max(float((size**2).sum()), 1e-300)
        rank = min(MOST_RANK, int(np.searchsorted(held, KEPT)) + 1, len(size))
        return np.asarray((size[:rank, None] * ways[:rank]).T)

    def columns_of(self, codings: Mapping[str, Coding]) -> dict[str, NDArray[np.int64]]:
        """Return, by layer, the column of ``draws`` of every one of 256 codes; −1 where it says nothing."""
        told = {}
        for table, start in zip(self.tables, self.offsets, strict=True):
            bands = table.bands_of(codings[table.layer]).astype(np.int64)
            told[table.layer] = np.where(bands < table.bands, start + bands, -1)
        return told

    def area_columns(self) -> NDArray[np.int64]:
        """Return the column of ``draws`` of every code of the layer of districts, 256; −1 where none is known."""
        columns = np.full(256, -1)
        for number, area in enumerate(self.areas):
            columns[area.code] = 1 + number
        return columns

    def as_json(self) -> dict[str, Any]:
        """Return the model as its file holds it."""
        return {
            "format": FORMAT,
            "origin": self.origin,
            "country": self.country,
            "evidence": self.evidence,
            "cell_m": self.cell_m,
            "patch_m": self.patch_m,
            "made": self.made,
            "level": self.level,
            "level_limits": [round(one, DECIMALS) for one in self.level_limits],
            "level_from": self.level_from,
            "prior": list(self.prior),
            "areas": [
                {
                    "code": a.code, "name": a.name, "shift": a.shift, "spread": a.spread,
                    "squares": a.squares, "found": a.found, "is_flipped": a.is_flipped,
                }
                for a in self.areas
            ],
            "area_spread": self.area_spread,
            "tables": [table.as_json() for table in self.tables],
            "bias": list(self.bias),
            "squares": self.squares,
            "found": self.found,
            "card": dict(self.card),
            "support": self.support and self.support.as_json(),
            "draws": [[float(one) for one in row] for row in self.draws.round(DECIMALS)],
        }  # fmt: skip


def rounded(draws: Floats) -> Floats:
    """Return draws as a file holds them, so that a model read again gives the same surface, bit for bit."""
    return np.asarray(draws.round(DECIMALS) + 0.0)


def write_model(model: Model, path: Path) -> None:
    """Write a model's file, whole or not at all."""
    waiting = path.with_name(path.name + ".part")
    waiting.write_text(json.dumps(model.as_json(), ensure_ascii=False) + "\n", encoding="utf-8")
    waiting.replace(path)


def read_model(path: Path) -> tuple[Model | None, list[Problem]]:
    """Read a model's file; a file that is none, or is cut short, is a problem."""
    try:
        return model_from(json.loads(path.read_text(encoding="utf-8"))), []
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None, [problem("risk_model_unreadable", str(path))]


def model_from(value: Mapping[str, Any]) -> Model:
    """Return a model from its JSON. Raises ``ValueError``, ``KeyError`` or ``TypeError`` for anything else."""
    if value["format"] != FORMAT:
        raise ValueError("no model")
    areas, tables = tuple(AreaShift(**one) for one in value["areas"]), tuple(map(table_from, value["tables"]))
    draws = np.array(value["draws"], dtype=np.float64)
    if draws.ndim != 2 or draws.shape[1] != 1 + len(areas) + sum(table.bands for table in tables):
        raise ValueError("draws do not fit the tables")
    low, high = value["prior"]
    return Model(
        **{name: value[name] for name in (
            "origin", "country", "evidence", "cell_m", "patch_m", "made", "level", "level_from", "area_spread",
            "card", "squares", "found",
        )},
        prior=(low, high), areas=areas, tables=tables, draws=draws, bias=tuple(value["bias"]),
        support=support_from(value["support"]) if value["support"] else None,
    )  # fmt: skip
