"""Which class a polygon falls into, and why: each condition with its figure, and what is missing where it is not met.

A cancellation is proposed only where all of five hold (IMAS 07.11; the numbers are the national authority's):

(a) every cell's chance lies below the threshold certified over areas, and there are enough areas to certify one;
(b) the upper 95 % bound of its contaminated hectares lies below what the authority accepts;
(c) no cell is new to the model, and none is without a chance;
(d) somebody documented a sign of absence, a non-technical survey is on record, no item was found on it, and no report
    of presence lies within its own error of it;
(e) a sample by lot of all land for which (a) to (d) hold was surveyed, and what it found bounds the rest.

Nothing here changes the status of land.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from torpaq.risk.decide.audit import Audit
from torpaq.risk.decide.certificate import Certificate
from torpaq.risk.decide.polygon import M2_IN_HA, Figures
from torpaq.risk.decide.rules import RiskClass, Rules
from torpaq.standard.problems import Problem, problem

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

ERRORS = 2.0
"""A report of presence reaches as far as so many standard deviations of its place."""

MOSTLY = 0.5
"""Of land of which at least this share is new to the model, the model cannot say anything."""

NAMED = 3


@dataclass(frozen=True, slots=True)
class Presence:
    """A report that something lies at a place: its record, how far from the polygon (0 inside), its error (1 sd)."""

    record: str
    distance_m: float
    error_m: float

    @property
    def reaches(self) -> bool:
        """Say whether the polygon lies within the report's own error."""
        return self.distance_m <= ERRORS * self.error_m


@dataclass(frozen=True, slots=True)
class Documents:
    """What records say of a polygon: codes of absence, non-technical surveys by number, reports of presence near it."""

    absence: tuple[str, ...] = ()
    surveys: tuple[str, ...] = ()
    presence: tuple[Presence, ...] = ()

    @property
    def reaching(self) -> tuple[Presence, ...]:
        """The reports within whose error the polygon lies, the nearest first."""
        return tuple(
            sorted((one for one in self.presence if one.reaches), key=lambda one: (one.distance_m, one.record))
        )


@dataclass(frozen=True, slots=True)
class Condition:
    """One of the five conditions, by its letter: whether it is met, and in words its figure or what is missing."""

    letter: str
    is_met: bool
    statements: tuple[Problem, ...]

    def as_json(self) -> dict[str, object]:
        """Return the condition as JSON holds it."""
        return {
            "condition": self.letter,
            "is_met": self.is_met,
            "statements": [one.as_json() for one in self.statements],
        }


@dataclass(frozen=True, slots=True)
class Ground:
    """A polygon as it is judged: its id, its figures, which cells are new to the model, and how many held a find."""

    area: str
    figures: Figures
    novel: Flags
    found_cells: int = 0
    documents: Documents = field(default_factory=Documents)

    @property
    def unsaid_ha(self) -> float:
        """Hectares new to the model or without a chance."""
        unsaid = int((self.novel | np.isnan(self.figures.means)).sum())
        return self.figures.area_ha * unsaid / max(self.figures.cells, 1)

    @property
    def unsaid_share(self) -> float:
        """The share of its land of which the model cannot say anything."""
        return self.unsaid_ha / self.figures.area_ha if self.figures.area_ha else 1.0

    def below_ha(self, threshold: float | None) -> float:
        """Return the hectares whose chance lies below a threshold and of which the model can say something."""
        if threshold is None or not self.figures.cells:
            return 0.0
        below = int(((self.figures.means < threshold) & ~self.novel).sum())
        return self.figures.area_ha * below / self.figures.cells


def bound_by_areas(ground: Ground, certificate: Certificate) -> Condition:
    """Return condition (a)."""
    figures, threshold = ground.figures, certificate.threshold
    if threshold is None:
        return Condition("a", False, (certificate.stated(ground.area),))
    is_met = figures.cells > 0 and not figures.unknown and figures.highest < threshold
    highest = 100.0 if np.isnan(figures.highest) else round(100 * figures.highest, 3)
    statement = problem(
        "cancel_below_threshold" if is_met else "cancel_above_threshold",
        ground.area,
        highest=highest,
        threshold=round(100 * threshold, 3),
        areas=certificate.areas,
        below_ha=round(ground.below_ha(threshold), 2),
        area_ha=round(figures.area_ha, 2),
    )
    return Condition("a", is_met, (statement,))


def bound_by_hectares(ground: Ground, rules: Rules) -> Condition:
    """Return condition (b)."""
    upper, limit = ground.figures.upper_ha, rules.contaminated_ha
    if not ground.figures.cells:
        return Condition("b", False, (problem("cancel_no_cells", ground.area),))
    if upper is None:
        return Condition("b", False, (problem("cancel_few_draws", ground.area, draws=ground.figures.draws),))
    is_met = upper < limit
    told = {"upper_ha": round(upper, 4), "expected_ha": round(ground.figures.expected_ha, 4), "limit_ha": limit}
    return Condition(
        "b", is_met, (problem("cancel_hectares_met" if is_met else "cancel_hectares_unmet", ground.area, **told),)
    )


def nothing_new(ground: Ground) -> Condition:
    """Return condition (c)."""
    if not ground.figures.cells:
        return Condition("c", False, (problem("cancel_no_cells", ground.area),))
    if ground.unsaid_ha:
        return Condition("c", False, (problem("cancel_novel", ground.area, novel_ha=round(ground.unsaid_ha, 2)),))
    return Condition("c", True, (problem("cancel_not_novel", ground.area),))


def documented(ground: Ground) -> Condition:
    """Return condition (d)."""
    papers, area = ground.documents, ground.area
    missing = []
    if not papers.absence:
        missing.append(problem("cancel_no_absence", area))
    if not papers.surveys:
        missing.append(problem("cancel_no_nts", area))
    if ground.found_cells:
        missing.append(problem("cancel_found", area, places=ground.found_cells))
    if near := papers.reaching:
        named = ", ".join(one.record for one in near[:NAMED])
        missing.append(problem("cancel_presence", area, reports=len(near), named=named))
    if missing:
        return Condition("d", False, tuple(missing))
    told = problem("cancel_documented", area, indicators=len(papers.absence), record=papers.surveys[0])
    return Condition("d", True, (told,))


def audited(ground: Ground, audit: Audit | None) -> Condition:
    """Return condition (e); ``audit`` is None where no land meets the others, so that there is nothing to audit."""
    if audit is None:
        return Condition("e", False, (problem("cancel_audit_none", ground.area),))
    told = {"surveyed": audit.surveyed, "found": audit.found, "limit": round(100 * audit.limit, 3)}
    if audit.is_met:
        statement = problem("cancel_audit_met", ground.area, bound=round(100 * audit.bound, 2), **told)
    elif audit.missing:
        statement = problem("cancel_audit_open", ground.area, missing=audit.missing, wanted=audit.wanted, **told)
    else:
        statement = problem("cancel_audit_failed", ground.area, bound=round(100 * audit.bound, 2), **told)
    return Condition("e", audit.is_met, (statement,))


def class_of(ground: Ground, conditions: Sequence[Condition], rules: Rules) -> RiskClass:
    """Return a polygon's class. Land on which an item was found is never less than technical survey.

    Below the chance for technical survey, what is not proposed for cancellation is surveyed next; where most of the
    land is new to the model it cannot say.
    """
    figures = ground.figures
    if not figures.cells or (figures.cells == figures.unknown and not ground.found_cells):
        return RiskClass.NOT_ASSESSED
    worst = 0.0 if np.isnan(figures.worst_part) else figures.worst_part
    if not ground.found_cells:
        if all(condition.is_met for condition in conditions):
            return RiskClass.CANCEL_PROPOSED
        if ground.unsaid_share >= MOSTLY:
            return RiskClass.CANNOT_SAY
    if worst >= rules.clear:
        return RiskClass.CLEAR
    return RiskClass.TECHNICAL_SURVEY if ground.found_cells or worst >= rules.technical else RiskClass.SURVEY_NEXT


def patch_ha(rules: Rules) -> float:
    """Return the size of a contaminated patch, hectares."""
    return rules.patch_m**2 / M2_IN_HA
