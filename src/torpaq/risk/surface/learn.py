"""From an evidence folder to a model that can be used: what is there is looked at, learned from, judged and told."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from torpaq.evidence.coding import NO_DATA
from torpaq.evidence.raster import RasterError
from torpaq.risk.score.card import roc_auc
from torpaq.risk.surface.bands import bands_for, learnable
from torpaq.risk.surface.check import score_model
from torpaq.risk.surface.expert import range_problem
from torpaq.risk.surface.fit import bootstrap, fit_sample, model_of, telling
from torpaq.risk.surface.model import Model
from torpaq.risk.surface.presence import presence_shape, shape_model
from torpaq.risk.surface.reading import EXAMINED, Evidence
from torpaq.risk.surface.sample import Sample, take_sample
from torpaq.risk.surface.settings import Settings
from torpaq.standard.problems import Problem, problem

FEW_BLOCKS = 10
LEAK, FEWEST_FOR_LEAK = 0.98, 10


def fit_model(
    evidence: Evidence, settings: Settings, progress: Callable[[float], None] = lambda _: None
) -> tuple[Model | None, list[Problem]]:
    """Learn a model from an evidence folder's examined land, with its score card.

    Reports without a search (accidents, finds) teach the shape of tables first, where there are some. Examined land of
    one kind only cannot set a level: then the level is the authority's range, and without reports there is no model.
    """
    cards, kept = learnable(evidence, settings.country)
    layers = tuple(card.id for card in cards)
    try:
        sample = take_sample(evidence, layers, settings)
        shaped = presence_shape(evidence, cards, settings)
    except RasterError as error:
        return None, [error.problem]
    kinds = len(np.unique(sample.labels))
    if kinds < 2:
        if shaped is not None:
            return shape_model(shaped, evidence, settings, kept), [range_problem(settings, evidence)]
        squares = round(sample.squares, 1)
        if kinds == 0 or not evidence.has(EXAMINED):
            return None, [problem("risk_not_examined", str(evidence.path))]
        return None, [problem("risk_one_kind_examined", str(evidence.path), squares=squares)]
    believed = {table.layer: table for table in shaped.tables} if shaped else {}
    bands = bands_for(cards, sample.codes, settings.country, believed)
    own = telling(sample, cards, bands)
    problems = leaking(own) + _little(own)
    fit = fit_sample(bands, own)
    draws = bootstrap(fit, own, lambda share: progress(0.5 * share))
    model = model_of(fit, draws, own, evidence, settings, kept)
    card, flipped = score_model(bands, own, settings, fit.worth, lambda share: progress(0.5 + 0.5 * share))
    areas = tuple(replace(area, is_flipped=area.code in flipped) for area in model.areas)
    if any(area.is_flipped for area in areas):
        names = ", ".join(area.name for area in areas if area.is_flipped)
        problems.append(problem("risk_areas_flipped", str(evidence.path), areas=names))
    if card.get("challenger", {}).get("wins"):
        told = {"gap": card["challenger"]["pr_gap"], "error": card["challenger"]["error"]}
        problems.append(problem("risk_challenger_wins", str(evidence.path), **told))
    return replace(model, areas=areas, card=card), problems


def leaking(sample: Sample) -> list[Problem]:
    """Return a warning for each layer that alone, or by being unknown, tells the label nearly without fault."""
    first = sample.is_first
    labels = sample.labels[first]
    if min((labels == 1).sum(), (labels == 0).sum()) < FEWEST_FOR_LEAK:
        return []
    problems = []
    for layer, codes in zip(sample.layers, sample.codes[first].T, strict=True):
        unknown = codes == NO_DATA
        told = max(_apart(labels, np.where(unknown, -1.0, codes)), _apart(labels, unknown.astype(np.float64)))
        if told >= LEAK:
            problems.append(problem("risk_layer_leaks", layer, roc=round(told, 3)))
    return problems


def _apart(labels: NDArray[np.int64], values: NDArray[np.float64]) -> float:
    area = roc_auc(labels, values)
    return max(area, 1 - area)


def _little(sample: Sample) -> list[Problem]:
    blocks = len(np.unique(sample.blocks))
    if blocks >= FEW_BLOCKS:
        return []
    return [problem("risk_examined_little", "examined", blocks=blocks, needed=FEW_BLOCKS)]
