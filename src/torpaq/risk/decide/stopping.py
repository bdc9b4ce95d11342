"""Whether a survey that found nothing may stop, and where its effort should go (IMAS 07.11, 08.20).

Land may be contaminated by a pattern or belt, by a nuisance scatter, or by a lone item, and a survey that found nothing
says something else of each. The three are shown beside each other; there is no one percentage of confidence. A survey
of part of the land says next to nothing of a lone item, so where a lone item is to be reckoned with it never justifies
release. *All reasonable effort* is three things at once: what is left is within what the authority allows for the
land's use, more survey here would avert less than it would elsewhere, and a named person signs for it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from torpaq.operations.quality.search import (
    CODES,
    Allocation,
    Belief,
    Hypothesis,
    Share,
    allocate,
    exact,
    nothing_found,
)
from torpaq.risk.decide.polygon import M2_IN_HA
from torpaq.risk.decide.rules import LandUse, Rules
from torpaq.standard.problems import Problem, problem

MOST_SURE = Fraction(999_999, 1_000_000)


@dataclass(frozen=True, slots=True)
class Survey:
    """A survey that found nothing: the share of the polygon it covered and how likely it finds an item there.

    ``signatory`` is who signs for it, empty where nobody has.
    """

    coverage: Share
    detection: Share
    land_use: LandUse
    signatory: str = ""


@dataclass(frozen=True, slots=True)
class Effort:
    """What the survey leaves. ``beliefs`` are the three hypotheses apart.

    ``left`` is the chance that any of them holds, held against ``allowed`` and shown for nothing else; ``reasons`` say
    of each of the three conditions whether it is met. ``lone_refuses`` where part of the land was surveyed and a lone
    item is to be reckoned with.
    """

    beliefs: tuple[Belief, ...]
    left: float
    allowed: float
    within: bool
    lone_refuses: bool
    averted_usd: float
    elsewhere_usd: float
    not_worth_more: bool
    signatory: str
    reasons: tuple[Problem, ...]

    @property
    def is_reasonable(self) -> bool:
        """Say whether all reasonable effort was made; a person still decides."""
        return self.within and not self.lone_refuses and self.not_worth_more and bool(self.signatory)


def hypotheses_of(any_chance: float, rules: Rules) -> tuple[Hypothesis, ...]:
    """Return the three ways in which a polygon with this chance from the surface may be contaminated."""
    whole = min(exact(round(any_chance, 9)), MOST_SURE)
    items = (*rules.items, None)
    return tuple(
        Hypothesis(code, whole * share, number) for code, share, number in zip(CODES, rules.shares, items, strict=True)
    )


def stopping(
    area: str, any_chance: float, area_ha: float, survey: Survey, elsewhere_usd: float, rules: Rules
) -> tuple[Effort | None, list[Problem]]:
    """Return whether a survey that found nothing may stop.

    ``elsewhere_usd`` is the expected loss that a dollar of survey averts on the best other polygon
    (:func:`torpaq.risk.decide.order.worth_of`); more survey here is compared with it.
    """
    allowed = rules.residual[survey.land_use]
    hypotheses = hypotheses_of(any_chance, rules)
    beliefs, problems = nothing_found(hypotheses, survey.coverage, survey.detection, allowed)
    if problems:
        return None, problems
    left = sum(belief.posterior for belief in beliefs)
    lone = next(belief for belief in beliefs if belief.hypothesis.items is None)
    lone_refuses = exact(survey.coverage) < 1 and lone.hypothesis.prior > allowed
    averted = averted_per_usd(left, area_ha, survey, rules)
    not_worth_more = averted <= elsewhere_usd
    within = left <= allowed
    reasons = (
        problem(
            "effort_within" if within else "effort_left", area, left=_percent(left), allowed=_percent(float(allowed))
        ),
        *(
            [problem("effort_lone_item", area, coverage=_percent(float(exact(survey.coverage))))]
            if lone_refuses
            else []
        ),
        problem(
            "effort_margin_met" if not_worth_more else "effort_margin_open",
            area,
            here=round(averted, 3),
            elsewhere=round(elsewhere_usd, 3),
        ),
        problem("effort_signed", area, name=survey.signatory)
        if survey.signatory
        else problem("effort_not_signed", area),
    )
    return Effort(
        beliefs=beliefs,
        left=left,
        allowed=float(allowed),
        within=within,
        lone_refuses=lone_refuses,
        averted_usd=averted,
        elsewhere_usd=elsewhere_usd,
        not_worth_more=not_worth_more,
        signatory=survey.signatory,
        reasons=reasons,
    ), []


def averted_per_usd(left: float, area_ha: float, survey: Survey, rules: Rules) -> float:
    """Return the expected loss that one more dollar of survey averts, for land contaminated with the chance ``left``.

    p a e^(−a z) V of Koopman's rule at z = 0: what is left is the prior of the next unit, a survey of a m² finds with
    detection d the a-th part of what there is, and V is what missing it weighs.
    """
    area_m2 = area_ha * M2_IN_HA
    if not area_m2 or not rules.survey_cost:
        return 0.0
    rate = float(exact(survey.detection)) / (area_m2 * rules.survey_cost)
    return left * rate * _weight_usd(area_m2, rules)


def _weight_usd(area_m2: float, rules: Rules) -> float:
    """Return what it weighs to miss a contaminated patch, or the whole polygon where it is smaller."""
    return min(area_m2, rules.patch_m**2) * rules.clearance_cost * rules.missed_to_clearance


def spread_effort(
    any_chances: Sequence[float], areas_ha: Sequence[float], detection: Share, budget_usd: float, rules: Rules
) -> tuple[Allocation | None, list[Problem]]:
    """Spread a survey budget over polygons, or cells of one, so that the chance of a find is greatest (Koopman 1980).

    A dollar surveys 1 / cost m², so the rate in a polygon is detection / (its m² × cost a m²). Chances are shares of
    where the next item lies: divided by their sum.
    """
    whole = sum(any_chances)
    if not whole or min(areas_ha, default=0) <= 0:
        return None, [problem("no_place_to_search", "effort")]
    rates = [float(exact(detection)) / (area_ha * M2_IN_HA * rules.survey_cost) for area_ha in areas_ha]
    return allocate([chance / whole for chance in any_chances], rates, budget_usd)


def _percent(share: float) -> float:
    return round(100 * share, 4)
