"""What a search that found nothing says, and where to search next (Koopman 1980; de Guenin 1961; IMAS 08.20).

Probabilities are shares from 0 to 1. Coverage is the share of the area that was searched, detection the chance that an
item in searched ground is found. A share given as a decimal text or number is taken exactly as written.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from torpaq.standard.problems import Problem, problem

Share = float | int | str | Decimal | Fraction
LONE = "lone_item"
CODES = ("pattern_belt", "nuisance_scatter", LONE)


def exact(value: Share) -> Fraction:
    """Return a number exactly as it is written in decimals: 0.95 is 19/20.

    >>> exact(0.95)
    Fraction(19, 20)
    """
    return value if isinstance(value, Fraction) else Fraction(str(value))


def single_miss(coverage: Share, detection: Share) -> Fraction:
    """Return the chance that a search misses a lone item anywhere in the area: 1 − coverage × detection."""
    return 1 - exact(coverage) * exact(detection)


def poisson_miss(items: float, coverage: Share, detection: Share) -> float:
    """Return the chance that a search misses every item, of at least one, about ``items`` lying independently.

    A Poisson count without its nought: (e^(λ(1−cd)) − 1) / (e^λ − 1), written so that no large λ overflows.
    """
    found = float(exact(coverage) * exact(detection))
    return math.exp(-items * found) * math.expm1(-items * (1 - found)) / math.expm1(-items)


def posterior_single(prior: Share, coverage: Share, detection: Share) -> Fraction:
    """Return the chance of contamination by a lone item, the worst case, after nothing was found.

    >>> posterior_single("0.5", "0.5", "0.9")
    Fraction(11, 31)
    """
    left = exact(prior) * single_miss(coverage, detection)
    return left / (1 - exact(prior) + left)


def posterior_poisson(prior: Share, items: float, coverage: Share, detection: Share) -> float:
    """Return the chance of contamination by about ``items`` independent items after nothing was found."""
    left = float(exact(prior)) * poisson_miss(items, coverage, detection)
    return left / (1 - float(exact(prior)) + left)


def coverage_needed_single(prior: Share, target: Share, detection: Share) -> Fraction:
    """Return the coverage that brings a lone item's posterior down to ``target``; above 1 no search can do it."""
    p, r = exact(prior), exact(target)
    return max(Fraction(0), (1 - r * (1 - p) / (p * (1 - r))) / exact(detection)) if p else Fraction(0)


def coverage_needed_poisson(prior: Share, items: float, target: Share, detection: Share) -> float:
    """Return the coverage for about ``items`` independent items (untruncated Poisson); above 1 it cannot be done."""
    p, r = exact(prior), exact(target)
    if p <= r:
        return 0.0
    return math.log(p * (1 - r) / (r * (1 - p))) / (items * float(exact(detection)))


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """One way in which land may be contaminated: its prior, and about how many items; None is a lone one."""

    code: str
    prior: Fraction
    items: float | None = None


@dataclass(frozen=True, slots=True)
class Belief:
    """What is left of a hypothesis after nothing was found, and the coverage its target needs alone (above 1: none)."""

    hypothesis: Hypothesis
    missed: float
    posterior: float
    needed: float

    @property
    def is_possible(self) -> bool:
        """Say whether any search brings this hypothesis down to the target."""
        return self.needed <= 1


def nothing_found(
    hypotheses: Sequence[Hypothesis], coverage: Share, detection: Share, target: Share
) -> tuple[tuple[Belief, ...], list[Problem]]:
    """Return each hypothesis's posterior after nothing was found; never one number of confidence.

    The priors share the chance of contamination among them; what is left of 1 is clean land. A mixture names a lone
    item and something else, because partial survey justifies release only under a hypothesis of several items.
    """
    problems = _mixture_problems(hypotheses, exact(coverage), exact(detection), exact(target))
    if problems:
        return (), problems
    missed = [
        float(single_miss(coverage, detection)) if one.items is None else poisson_miss(one.items, coverage, detection)
        for one in hypotheses
    ]
    clean = float(1 - sum((one.prior for one in hypotheses), Fraction(0)))
    left = [float(one.prior) * q for one, q in zip(hypotheses, missed, strict=True)]
    whole = clean + math.fsum(left)
    return tuple(
        Belief(one, q, part / whole if whole else 0.0, _needed(one, target, detection))
        for one, q, part in zip(hypotheses, missed, left, strict=True)
    ), []


def _needed(one: Hypothesis, target: Share, detection: Share) -> float:
    if one.items is None:
        return float(coverage_needed_single(one.prior, target, detection))
    return coverage_needed_poisson(one.prior, one.items, target, detection)


def _mixture_problems(
    hypotheses: Sequence[Hypothesis], coverage: Fraction, detection: Fraction, target: Fraction
) -> list[Problem]:
    found = []
    lone = [one for one in hypotheses if one.items is None]
    if len(lone) != 1 or len(hypotheses) < 2:
        found.append(problem("one_confidence_refused", "mixture"))
    if any(one.prior < 0 for one in hypotheses) or sum((one.prior for one in hypotheses), Fraction(0)) >= 1:
        found.append(problem("priors_exceed_one", "mixture"))
    if any(one.items is not None and not 0 < one.items < 1e6 for one in hypotheses):
        found.append(problem("items_not_positive", "mixture"))
    if not 0 <= coverage <= 1:
        found.append(problem("share_out_of_range", "coverage", value=float(coverage)))
    if not 0 < detection <= 1:
        found.append(problem("share_out_of_range", "detection", value=float(detection)))
    if not 0 < target < 1:
        found.append(problem("share_out_of_range", "target", value=float(target)))
    return found


# -- rows and lanes ---------------------------------------------------------------------------------------------------


def row_crossed(length_m: float, spacing_m: float) -> float:
    """Return the chance that a straight row of this length, lying anyhow, is crossed by parallel lanes so far apart.

    Buffon's needle, short and long: a row's items do not lie independently, so geometry counts, not coverage.
    """
    if length_m <= spacing_m:
        return 2 * length_m / (math.pi * spacing_m)
    ratio = spacing_m / length_m
    return 2 / math.pi * math.acos(ratio) + 2 / (math.pi * ratio) * (1 - math.sqrt(1 - ratio * ratio))


def row_hit(lane_m: float, item_spacing_m: float, detection: Share = 1) -> float:
    """Return the chance that a lane of this width, crossing a row of items so far apart, meets one and detects it."""
    return min(1.0, lane_m / item_spacing_m) * float(exact(detection))


# -- where to search next ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Allocation:
    """Effort a cell, the price of effort at the end (μ), and the chance to find: as planned, and spread evenly."""

    efforts: tuple[float, ...]
    margin: float
    found: float
    evenly: float


def allocate(priors: Sequence[float], rates: Sequence[float], effort: float) -> tuple[Allocation | None, list[Problem]]:
    """Spread search effort so that the chance of a find is greatest: max Σ p(1 − e^(−a z)), Σ z = effort.

    ``priors`` are the chances of the target in each cell, ``rates`` the search rate a unit of effort, all above nought.
    The optimum has z = max(0, ln(p a/μ)/a); μ follows in closed form from the cells that get any. It is optimal at
    every moment, so a survey may stop any day without regret.
    """
    problems = _allocation_problems(priors, rates, effort)
    if problems:
        return None, problems
    order = sorted(range(len(priors)), key=lambda j: -priors[j] * rates[j])
    log_margin, weights, logs = 0.0, 0.0, 0.0
    for place, j in enumerate(order):
        weights += 1 / rates[j]
        logs += math.log(priors[j] * rates[j]) / rates[j]
        log_margin = (logs - effort) / weights
        after = order[place + 1] if place + 1 < len(order) else None
        if after is None or math.log(priors[after] * rates[after]) <= log_margin:
            break
    efforts = tuple(max(0.0, (math.log(p * a) - log_margin) / a) for p, a in zip(priors, rates, strict=True))
    even = effort / len(priors)
    return Allocation(
        efforts, math.exp(log_margin), found_by(priors, rates, efforts), found_by(priors, rates, [even] * len(priors))
    ), []


def _allocation_problems(priors: Sequence[float], rates: Sequence[float], effort: float) -> list[Problem]:
    found = []
    if not priors or min((*priors, *rates)) <= 0 or effort < 0:
        found.append(problem("no_place_to_search", "effort"))
    if math.fsum(priors) > 1 + 1e-9:
        found.append(problem("chances_exceed_whole", "effort", percent=round(100 * math.fsum(priors), 2)))
    return found


def found_by(priors: Sequence[float], rates: Sequence[float], efforts: Sequence[float]) -> float:
    """Return the chance to find the target when each cell is searched with its effort: Σ p(1 − e^(−a z))."""
    return math.fsum(-p * math.expm1(-a * z) for p, a, z in zip(priors, rates, efforts, strict=True))


def is_worth_more(prior: float, rate: float, effort: float, value: float, cost: float) -> bool:
    """Say whether one more unit of effort in a cell averts more than it costs: p a e^(−a z) V ≥ cost."""
    return prior * rate * math.exp(-rate * effort) * value >= cost


@dataclass(frozen=True, slots=True)
class SurveyFirst:
    """Technical survey before clearance: chance of a find, cost, cost of clearing all, saving, and what stays unknown.

    The saving is never shown without ``residual``, the chance that land left uncleared is contaminated.
    """

    found: float
    cost: float
    clearing_all: float
    saving: float
    residual: float


def survey_first(
    area_m2: float,
    survey_price: float,
    clearance_price: float,
    prior: float,
    items: float,
    coverage: float,
    detection: float,
) -> tuple[SurveyFirst | None, list[Problem]]:
    """Return what it costs to survey a share of an area and clear it only after a find; prices a m² (IMAS 08.20)."""
    problems = [
        problem("share_out_of_range", name, value=share)
        for name, share in (("prior", prior), ("coverage", coverage), ("detection", detection))
        if not 0 <= share <= 1
    ]
    if min(area_m2, clearance_price, items) <= 0 or survey_price < 0:
        problems.append(problem("survey_needs_amounts", "survey"))
    if problems:
        return None, problems
    missed = math.exp(-items * coverage * detection)
    found = prior * (1 - missed)
    cost = survey_price * coverage * area_m2 + found * clearance_price * area_m2
    whole = clearance_price * area_m2
    left = prior * missed
    residual = left / (1 - prior + left) if left else 0.0
    return SurveyFirst(found, cost, whole, 1 - cost / whole, residual), []
