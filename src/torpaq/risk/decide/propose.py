"""Proposals for every open hazardous area: its class with reasons, the order of surveys, and the curve of thresholds.

What comes in are plain values (polygons with draws of their cells' log-odds, documents, examined cells), so that any
surface can be judged; :mod:`torpaq.risk.decide.of_surface` reads them from folders. A proposal is a sentence with its
figures and never a change of the land: people decide.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, replace

import numpy as np
from numpy.typing import NDArray

from torpaq.risk.decide.audit import FOUND, Audit, draw_audit, missed_share_bound
from torpaq.risk.decide.certificate import Certificate
from torpaq.risk.decide.classes import (
    Condition,
    Documents,
    Ground,
    audited,
    bound_by_areas,
    bound_by_hectares,
    class_of,
    documented,
    nothing_new,
    patch_ha,
)
from torpaq.risk.decide.order import Worth, survey_order, worth_of
from torpaq.risk.decide.polygon import Curve, CurvePoint, patches_of, polygon_figures
from torpaq.risk.decide.rules import RiskClass, Rules

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Codes = NDArray[np.uint8]

THRESHOLDS = tuple(round(float(one), 5) for one in np.geomspace(1e-4, 0.9, 60))
PROMISES = ("0.01", "0.05", "0.1")
SURVEYED = (RiskClass.SURVEY_NEXT, RiskClass.CANNOT_SAY)


@dataclass(frozen=True, slots=True)
class Candidate:
    """An open hazardous area as the surface and the records have it. Arrays are as long as it has cells.

    ``places_m`` are middles of cells, (n, 2) metres in the national CRS; ``draws`` gives, each time it is called, the
    log-odds of the cells draw by draw, the k-th being the same draw for every area; ``examined`` is 0 nothing found,
    1 item found, 255 not examined.
    """

    area: str
    unit: str
    status: str
    places_m: Floats
    draws: Callable[[], Iterable[Floats]]
    novel: Flags
    examined: Codes
    documents: Documents


@dataclass(frozen=True, slots=True)
class Proposal:
    """What is proposed for an area, why, and what a survey of it is worth; ``place`` is its turn, None if no survey."""

    area: str
    unit: str
    status: str
    risk_class: RiskClass
    ground: Ground
    conditions: tuple[Condition, ...]
    worth: Worth
    place: int | None = None

    def as_json(self) -> dict[str, object]:
        """Return the proposal as JSON holds it; chances from 0 to 1, land in hectares."""
        figures = self.ground.figures
        return {
            "area": self.area,
            "unit": self.unit,
            "status": self.status,
            "class": self.risk_class.value,
            "area_ha": _round(figures.area_ha),
            "expected_ha": _round(figures.expected_ha),
            "upper_ha": _round(figures.upper_ha),
            "any_chance": _round(figures.any_chance),
            "any_upper": _round(figures.any_upper),
            "any_least": _round(figures.any_least),
            "any_most": _round(figures.any_most),
            "highest_chance": _round(figures.highest),
            "worst_part_chance": _round(figures.worst_part),
            "unsaid_ha": _round(self.ground.unsaid_ha),
            "conditions": [condition.as_json() for condition in self.conditions],
            "survey_place": self.place,
            "survey": {name: _round(value) for name, value in asdict(self.worth).items()},
        }


@dataclass(frozen=True, slots=True)
class AtMiss:
    """For a promise about misses: its certificate, hectares of cells below its threshold, and what they may hold.

    ``proposed_ha`` are whole areas for which every condition holds under this certificate.
    """

    certificate: Certificate
    point: CurvePoint | None
    proposed_ha: float


@dataclass(frozen=True, slots=True)
class Proposals:
    """Proposals by area, the audit's sample, the curve of thresholds, and hectares at misses of 1, 5 and 10 percent.

    ``missed_bound`` is the highest share of all expected contamination that lies on land proposed for cancellation, as
    far as the audit bounds it; None without an audit.
    """

    proposals: tuple[Proposal, ...]
    audit: Audit | None
    curve: tuple[CurvePoint, ...]
    at_miss: tuple[AtMiss, ...]
    missed_bound: float | None

    @property
    def hectares(self) -> dict[RiskClass, float]:
        """Hectares of open land by class."""
        found = dict.fromkeys(RiskClass, 0.0)
        for one in self.proposals:
            found[one.risk_class] += one.ground.figures.area_ha
        return found

    @property
    def survey(self) -> tuple[Proposal, ...]:
        """The areas to survey, first things first."""
        return tuple(sorted((one for one in self.proposals if one.place), key=lambda one: one.place or 0))


def propose(
    candidates: Sequence[Candidate],
    certificate: Certificate,
    rules: Rules,
    cell_m: float,
    promises: Sequence[Certificate] = (),
    seed: int = 0,
    past_found: int = 0,
) -> Proposals:
    """Propose for every candidate. ``certificate`` is that of the authority's own promise, ``promises`` others to show.

    ``seed`` is that of the audit's lots; ``past_found`` as :func:`torpaq.risk.decide.audit.draw_audit`.
    """
    thresholds = sorted({*THRESHOLDS, *(one.threshold for one in promises if one.threshold is not None)})
    curve = Curve(thresholds, cell_m**2)
    grounds = [_ground(candidate, rules, cell_m, curve) for candidate in candidates]
    told = [_four(ground, certificate, rules) for ground in grounds]
    audit = _audit(candidates, told, rules, cell_m, seed, past_found)
    judged = []
    for candidate, ground, four in zip(candidates, grounds, told, strict=True):
        conditions = (*four, audited(ground, audit))
        risk_class = class_of(ground, conditions, rules)
        worth = _worth(ground, risk_class, rules)
        judged.append(Proposal(candidate.area, candidate.unit, candidate.status, risk_class, ground, conditions, worth))
    points = tuple(curve.points())
    at_miss = tuple(_at_miss(one, points, judged, rules) for one in promises)
    return Proposals(_in_turn(judged), audit, points, at_miss, _missed_bound(judged, audit))


def _ground(candidate: Candidate, rules: Rules, cell_m: float, curve: Curve) -> Ground:
    figures = polygon_figures(candidate.draws(), patches_of(candidate.places_m, rules.patch_m), cell_m**2)
    curve.add(figures.means, candidate.draws())
    found = int((candidate.examined == FOUND).sum())
    return Ground(candidate.area, figures, candidate.novel, found, candidate.documents)


def _four(ground: Ground, certificate: Certificate, rules: Rules) -> tuple[Condition, ...]:
    return (
        bound_by_areas(ground, certificate),
        bound_by_hectares(ground, rules),
        nothing_new(ground),
        documented(ground),
    )


def _audit(
    candidates: Sequence[Candidate],
    told: Sequence[tuple[Condition, ...]],
    rules: Rules,
    cell_m: float,
    seed: int,
    past_found: int,
) -> Audit | None:
    """Draw the sample among the cells of all areas for which (a) to (d) hold; None where there are none."""
    pool = [one for one, four in zip(candidates, told, strict=True) if all(c.is_met for c in four)]
    if not pool:
        return None
    places, surveyed = (np.concatenate(part) for part in zip(*((c.places_m, c.examined) for c in pool), strict=True))
    places, first = np.unique(places, axis=0, return_index=True)  # two areas may share land, each of another class
    return draw_audit(places, cell_m, surveyed[first], rules.audit_share, rules.audit_detection, seed, past_found)


def _worth(ground: Ground, risk_class: RiskClass, rules: Rules) -> Worth:
    """Return what a survey is worth; where the model cannot say anything may be there or not with even chances."""
    figures = ground.figures
    if risk_class is RiskClass.CANNOT_SAY:
        held_ha = max(figures.expected_ha, min(patch_ha(rules), figures.area_ha) / 2)
        return worth_of(0.5, held_ha, figures.area_ha, rules)
    return worth_of(figures.any_chance, figures.expected_ha, figures.area_ha, rules)


def _in_turn(judged: Sequence[Proposal]) -> tuple[Proposal, ...]:
    surveyed = [number for number, one in enumerate(judged) if one.risk_class in SURVEYED]
    order = survey_order([judged[number].worth for number in surveyed])
    turns = {surveyed[chosen]: turn for turn, chosen in enumerate(order, 1)}
    return tuple(replace(one, place=turns.get(number)) for number, one in enumerate(judged))


def _at_miss(
    certificate: Certificate, points: Sequence[CurvePoint], judged: Sequence[Proposal], rules: Rules
) -> AtMiss:
    point = next((one for one in points if one.threshold == certificate.threshold), None)
    proposed = 0.0
    for one in judged:
        conditions = (bound_by_areas(one.ground, certificate), *one.conditions[1:])
        if class_of(one.ground, conditions, rules) is RiskClass.CANCEL_PROPOSED:
            proposed += one.ground.figures.area_ha
    return AtMiss(certificate, point, proposed)


def _missed_bound(judged: Sequence[Proposal], audit: Audit | None) -> float | None:
    if audit is None or not audit.surveyed:
        return None
    pool = [one.ground.figures for one in judged if all(c.is_met for c in one.conditions[:4])]
    others = [one.ground.figures for one in judged if not all(c.is_met for c in one.conditions[:4])]
    return missed_share_bound(audit.bound, sum(f.area_ha for f in pool), sum(f.expected_ha for f in others))


def proposals_json(found: Proposals, rules: Rules, certificate: Certificate) -> dict[str, object]:
    """Return proposals as JSON holds them, keys stable."""
    audit = found.audit
    return {
        "hectares": {code.value: _round(area_ha) for code, area_ha in found.hectares.items()},
        "certificate": certificate.as_json(),
        "proposals": [one.as_json() for one in found.proposals],
        "survey_order": [one.area for one in found.survey],
        "at_miss": [
            {
                "certificate": one.certificate.as_json(),
                "below_ha": _round(one.point.below_ha) if one.point else None,
                "missed_ha": _round(one.point.missed_ha) if one.point else None,
                "missed_interval_ha": [_round(one.point.missed_low_ha), _round(one.point.missed_high_ha)]
                if one.point
                else None,
                "proposed_ha": _round(one.proposed_ha),
            }
            for one in found.at_miss
        ],
        "curve": [{name: _round(value) for name, value in asdict(point).items()} for point in found.curve],
        "audit": None
        if audit is None
        else {
            "seed": audit.seed,
            "cells": audit.pool,
            "wanted": audit.wanted,
            "surveyed": audit.surveyed,
            "found": audit.found,
            "bound": _round(audit.bound),
            "limit": audit.limit,
            "is_met": audit.is_met,
            "places_m": audit.places_m.round(2).tolist(),
            "missed_bound": _round(found.missed_bound),
        },
        "rules": rules.as_json(),
    }


def _round(value: float | None) -> float | None:
    return None if value is None or not np.isfinite(value) else round(float(value), 6)
