"""Learning a model from examined land: tables about what experts believe, a level, and districts about the level.

    found | searched ~ level + district + Σ table(layer) + ln(1 − miss)        (log-odds)

Every square of examined land is a row; a square examined and empty is evidence as far as its search would have found
something, never a certainty. Tables are drawn towards the expert's with the sd of the expert's own limits, districts
towards the level with a variance that the districts themselves tell (random effects, EM). Squares near each other tell
the same story: the rows count less by a design effect, estimated from blocks. The draws are refits of blocks drawn
again with replacement, each about a belief drawn anew (perturb and maximise), so that what no land taught stays as
unsure as it was.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from torpaq.evidence.card import LayerCard
from torpaq.risk.surface.bands import Bands, learned_table
from torpaq.risk.surface.expert import AREA_SPREAD, DRAWS, expert_draws
from torpaq.risk.surface.model import BY_EXAMINED, DECIMALS, AreaShift, Model, rounded
from torpaq.risk.surface.novelty import fit_support
from torpaq.risk.surface.reading import UNIT, Evidence
from torpaq.risk.surface.sample import NO_AREA, Sample
from torpaq.risk.surface.settings import Settings
from torpaq.risk.surface.solve import Design, Prior, block_scores, design_of, information, solve
from torpaq.risk.surface.tables import FITTED, Table

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

EM_ROUNDS, FEW_AREAS = 6, 3
LEAST_AREA_SPREAD = 0.05
MOST_DESIGN_EFFECT = 50.0
LEVEL_PENALTY = 0.02
"""The level is held towards the examined share with an sd of seven: only so that no draw of blocks loses it."""


@dataclass(frozen=True, slots=True)
class Fit:
    """What was learned: ``unknowns`` as :class:`Design` orders them, the areas' codes, and how sure all that is.

    ``worth`` is what a row counts (one over the design effect), ``area_spread`` the sd of areas, ``spread`` the sd of
    every unknown by the curvature at the optimum.
    """

    bands: Bands
    codes: Ints
    unknowns: Floats
    spread: Floats
    area_spread: float
    worth: float
    design: Design

    @property
    def level(self) -> float:
        """The level, log-odds."""
        return float(self.unknowns[0])

    @property
    def shifts(self) -> Floats:
        """The shift of every area."""
        return self.unknowns[1 : 1 + len(self.codes)]

    @property
    def ratios(self) -> Floats:
        """The log-ratio of every band of every table."""
        return self.unknowns[1 + len(self.codes) :]

    def tell(self, sample: Sample) -> Floats:
        """Return the log-odds of rows, areas that were not learned from without a shift; searches left aside."""
        design = _design(self.bands, sample, self.codes)
        told = np.append(self.unknowns, 0.0)
        return np.asarray(told[design.columns].sum(axis=1))


def fit_sample(bands: Bands, sample: Sample, worth: float | None = None) -> Fit:
    """Fit to rows of both kinds; ``worth`` is a design effect already known (one over it)."""
    codes = np.unique(sample.areas[sample.areas != NO_AREA])
    design = _design(bands, sample, codes)
    level = share_of(sample)
    spread, prior = AREA_SPREAD, _prior(bands, len(codes), AREA_SPREAD, level)
    weights = sample.weights
    unknowns = solve(design, weights, prior)
    if worth is None:
        worth = 1 / design_effect(design, weights, unknowns, sample.blocks, prior)
    weights = weights * worth
    for _ in range(EM_ROUNDS):
        unknowns = solve(design, weights, prior, unknowns)
        covariance = np.linalg.inv(information(design, weights, unknowns) + np.diag(prior.precision))
        shifts, variance = unknowns[1 : 1 + len(codes)], np.diag(covariance)[1 : 1 + len(codes)]
        if len(codes) < FEW_AREAS:
            break
        found = max(LEAST_AREA_SPREAD, float(np.sqrt((shifts**2 + variance).mean())))
        if abs(found - spread) < 1e-3:
            break
        spread, prior = found, _prior(bands, len(codes), found, level)
    return Fit(bands, codes, unknowns, np.sqrt(np.diag(covariance)), spread, worth, design)


def design_effect(design: Design, weights: Floats, unknowns: Floats, blocks: Ints, prior: Prior) -> float:
    """Return by how much blocks vary more than independent rows would: tr(H⁻¹ M) / tr(H⁻¹ J), at least 1.

    J is the Fisher information, M the sum over blocks of their slopes' outer products, H = J and the prior.
    """
    scores = block_scores(design, weights, unknowns, blocks)
    seen = information(design, weights, unknowns)
    inverse = np.linalg.inv(seen + np.diag(prior.precision))
    meat, bread = float(np.trace(inverse @ (scores.T @ scores))), float(np.trace(inverse @ seen))
    return float(np.clip(meat / max(bread, 1e-12), 1.0, MOST_DESIGN_EFFECT))


def bootstrap(fit: Fit, sample: Sample, progress: Callable[[float], None] = lambda _: None) -> Floats:
    """Return draws of all unknowns, (draws, unknowns): blocks drawn again, each about beliefs drawn anew."""
    random = np.random.default_rng(0)
    prior = _prior(fit.bands, len(fit.codes), fit.area_spread, share_of(sample))
    beliefs = [expert_draws(table, random) for table in fit.bands.tables]
    levels = np.full((DRAWS, 1), prior.middle[0])
    middles = np.hstack([levels, random.normal(0, fit.area_spread, (DRAWS, len(fit.codes))), *beliefs])
    count = int(sample.blocks.max()) + 1
    draws = np.empty((DRAWS, fit.design.unknowns))
    for number in range(DRAWS):
        drawn = np.bincount(random.integers(0, count, count), minlength=count).astype(np.float64)
        weights = sample.weights * fit.worth * drawn[sample.blocks]
        draws[number] = solve(fit.design, weights, Prior(middles[number], prior.precision), fit.unknowns)
        progress((number + 1) / DRAWS)
    return draws


def model_of(
    fit: Fit, draws: Floats, sample: Sample, evidence: Evidence, settings: Settings, kept: tuple[Table, ...]
) -> Model:
    """Return a fit as a model; ``kept`` are the expert's tables of layers that may not be learned from."""
    counts = _counts(fit.bands, sample)
    tables, at = [], 1 + len(fit.codes)
    for table, squares, found in zip(fit.bands.tables, *counts, strict=True):
        own = slice(at, at + table.bands)
        tables.append(learned_table(table, fit.unknowns[own], draws[:, own], squares, found))
        at += table.bands
    random = np.random.default_rng(1)
    named = fit.codes if sample.of_units else fit.codes[:0]
    level, levels = fit.level, draws[:, :1]
    shifts = draws[:, 1 : 1 + len(named)]
    draws = np.hstack([levels, shifts, draws[:, 1 + len(fit.codes) :], *(expert_draws(t, random) for t in kept)])
    areas = tuple(_area(int(code), fit, number, sample, evidence) for number, code in enumerate(named))
    widths = tuple(table.bands for table in tables)
    support = fit_support(fit.bands.layers, widths, fit.bands.of(sample.codes), sample.weights, sample.areas)
    return Model(
        origin=FITTED, country=settings.country, evidence=evidence.digest, cell_m=evidence.grid.cell_m,
        patch_m=max(settings.patch_m, evidence.grid.cell_m), made=datetime.now(UTC).isoformat(timespec="seconds"),
        level=round(level, DECIMALS), level_from=BY_EXAMINED, prior=(settings.prior_low, settings.prior_high),
        areas=areas, area_spread=round(fit.area_spread, DECIMALS), tables=(*tables, *kept), draws=rounded(draws),
        support=support, card={}, squares=round(sample.squares, 2), found=round(sample.found, 2),
    )  # fmt: skip


def telling(sample: Sample, cards: tuple[LayerCard, ...], bands: Bands) -> Sample:
    """Return the sample with the codes of those layers alone that have bands, in their order."""
    at = [[card.id for card in cards].index(layer) for layer in bands.layers]
    return replace(sample, layers=bands.layers, codes=sample.codes[:, at])


def _design(bands: Bands, sample: Sample, codes: Ints) -> Design:
    place = np.searchsorted(codes, sample.areas)
    held = np.minimum(place, max(0, len(codes) - 1))
    known = (codes[held] == sample.areas) if len(codes) else np.zeros(len(sample.areas), dtype=bool)
    areas = np.where(known, held, -1)
    return design_of(
        bands.of(sample.codes), bands.widths, bands.directions, areas, len(codes), sample.labels, sample.offsets
    )


def _prior(bands: Bands, areas: int, spread: float, level: float) -> Prior:
    middle = np.concatenate(([level], np.zeros(areas), bands.middle))
    precision = np.concatenate(([LEVEL_PENALTY], np.full(areas, spread**-2), bands.spread**-2.0))
    return Prior(middle, precision)


def share_of(sample: Sample) -> float:
    """Return the log-odds of the share of examined squares that are contaminated."""
    share = float(np.clip(np.average(sample.labels, weights=sample.weights), 1e-6, 1 - 1e-6))
    return float(np.log(share / (1 - share)))


def _area(code: int, fit: Fit, number: int, sample: Sample, evidence: Evidence) -> AreaShift:
    here = sample.areas == code
    names = evidence.layers[UNIT].made.get("names", {})
    name = str(names.get(str(code), code)) if isinstance(names, dict) else str(code)
    shift, spread = round(float(fit.shifts[number]), DECIMALS), round(float(fit.spread[1 + number]), DECIMALS)
    squares, found = sample.weights[here].sum(), sample.weights[here & (sample.labels == 1)].sum()
    return AreaShift(code, name, shift, spread, round(float(squares), 2), round(float(found), 2))


def _counts(bands: Bands, sample: Sample) -> tuple[list[Floats], list[Floats]]:
    """Return the squares, and those contaminated, behind every band of every table."""
    squares: list[Floats] = []
    found: list[Floats] = []
    for table, own in zip(bands.tables, bands.of(sample.codes).T, strict=True):
        for told, weights in ((squares, sample.weights), (found, sample.weights * sample.labels)):
            told.append(np.bincount(own, weights=weights, minlength=table.bands + 1)[: table.bands].astype(np.float64))
    return squares, found
