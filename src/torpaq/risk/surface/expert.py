"""The model before any data: the expert's tables, and a level from the range that the authority holds for true."""

import math
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from torpaq.evidence.raster import RasterError
from torpaq.risk.surface.background import draw_background, level_for, told_by
from torpaq.risk.surface.model import BY_RANGE, DECIMALS, Model, rounded
from torpaq.risk.surface.reading import Evidence
from torpaq.risk.surface.settings import Settings
from torpaq.risk.surface.tables import EXPERT, Table, expert_table, prior_spread
from torpaq.standard.problems import Problem, problem

Floats = NDArray[np.float64]

DRAWS = 200
AREA_SPREAD = 0.5
"""Prior sd of districts about the level: most differ by less than a factor of 2.3 either way."""

SHARED = math.sqrt(0.5)
"""An expert who overrates a layer overrates all its bands: half of the variance is the layer's."""


def expert_model(evidence: Evidence, settings: Settings) -> tuple[Model | None, list[Problem]]:
    """Return the expert's model of an evidence folder; layers of which no expert spoke say nothing.

    The level is such that the share of the grid's land that the authority holds for contaminated is; it varies evenly,
    as log-odds, over the authority's range.
    """
    tables = tuple(table for card in evidence.telling if (table := expert_table(card, settings.country)))
    if not tables:
        return None, [problem("risk_model_other_layers", str(evidence.path))]
    random = np.random.default_rng(0)
    try:
        level, levels = range_levels(tables, evidence, settings)
    except RasterError as error:
        return None, [error.problem]
    draws = np.column_stack([levels, *(expert_draws(table, random) for table in tables)])
    model = Model(
        origin=EXPERT, country=settings.country, evidence=evidence.digest, cell_m=evidence.grid.cell_m,
        patch_m=max(settings.patch_m, evidence.grid.cell_m), made=datetime.now(UTC).isoformat(timespec="seconds"),
        level=round(level, DECIMALS), level_from=BY_RANGE, prior=(settings.prior_low, settings.prior_high),
        areas=(), area_spread=AREA_SPREAD, tables=tables, draws=rounded(draws), support=None, card={},
    )  # fmt: skip
    return model, [range_problem(settings, evidence)]


def range_levels(tables: tuple[Table, ...], evidence: Evidence, settings: Settings) -> tuple[float, Floats]:
    """Return the level at which the middle of the authority's range of land is contaminated, and draws over the range.

    Raises :class:`~torpaq.evidence.raster.RasterError` where a layer cannot be read.
    """
    layers = tuple(table.layer for table in tables)
    codes, _ = draw_background(evidence, layers)
    told = told_by(tables, evidence.layers, layers, codes)
    shares = np.linspace(logit(settings.prior_low), logit(settings.prior_high), DRAWS)
    np.random.default_rng(2).shuffle(shares)
    levels = np.array([level_for(1 / (1 + math.exp(-share)), told) for share in shares])
    middle = (logit(settings.prior_low) + logit(settings.prior_high)) / 2
    return level_for(1 / (1 + math.exp(-middle)), told), levels


def range_problem(settings: Settings, evidence: Evidence) -> Problem:
    """Return the note that the level is an assumed range."""
    limits = {"low": round(100 * settings.prior_low, 3), "high": round(100 * settings.prior_high, 3)}
    return problem("risk_level_from_range", str(evidence.path), **limits)


def expert_draws(table: Table, random: np.random.Generator) -> Floats:
    """Return draws of a table's log-ratios, (draws, bands), with the sd that its limits stand for."""
    middle, spread = np.asarray(table.llr), prior_spread(table)
    layer = random.standard_normal((DRAWS, 1)) * np.where(middle < 0, -1, 1)
    return np.asarray(middle + spread * (SHARED * layer + SHARED * random.standard_normal((DRAWS, table.bands))))


def logit(chance: float) -> float:
    """Return the log-odds of a chance."""
    return math.log(chance / (1 - chance))
