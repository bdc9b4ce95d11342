"""What may be left in the ground after clearance (counts of items; shares from 0 to 1)."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from torpaq.operations.quality.search import Share, exact
from torpaq.standard.problems import Problem, problem


def expected_missed(found: int, detection: Share) -> Fraction:
    """Return how many items a clearance that found so many at this efficiency is expected to have missed: F(1−d)/d."""
    d = exact(detection)
    return found * (1 - d) / d


def none_left(items: float, detection: Share) -> float:
    """Return the chance that nothing is left where about ``items`` lay (Poisson): e^(−λ(1−d))."""
    return math.exp(-items * float(1 - exact(detection)))


def found_by_all(detections: Iterable[Share]) -> Fraction:
    """Return the chance that one of several independent passes finds an item.

    >>> found_by_all(["0.9", "0.9"])
    Fraction(99, 100)
    """
    left = Fraction(1)
    for detection in detections:
        left *= 1 - exact(detection)
    return 1 - left


@dataclass(frozen=True, slots=True)
class Recapture:
    """How many items there were by two passes: estimate, variance, and how many both missed.

    Where the same item defeats both passes (depth, metal content) they are not independent: this is a lower bound.
    """

    items: Fraction
    variance: Fraction
    missed: Fraction


def chapman(first: int, second: int, both: int) -> tuple[Recapture | None, list[Problem]]:
    """Estimate the number of items from two independent passes and what both found (Chapman 1951)."""
    if not 0 <= both <= min(first, second):
        return None, [problem("recapture_contradicts", "recapture", first=first, second=second, both=both)]
    a, b, m = first + 1, second + 1, both + 1
    items = Fraction(a * b, m) - 1
    variance = Fraction(a * b * (first - both) * (second - both), m * m * (both + 2))
    return Recapture(items, variance, items - (first + second - both)), []


@dataclass(frozen=True, slots=True)
class PassValue:
    """What a passed sample changes: the chance of an item left before and after, and that the process is bad."""

    before: float
    after: float
    process_bad: float


def value_of_pass(
    items: float, clearance: Share, inspected: Share, detection: Share, prior_bad: float, bad_clearance: Share
) -> PassValue:
    """Return how much a passed sample lowers doubt: little about this land, more about the process that cleared it.

    ``items`` lay there, ``clearance`` is the efficiency of a good process and ``bad_clearance`` of a bad one;
    a share ``inspected`` was searched again with ``detection``. Residual Λ = Λ0 (1−q_c)(1−f q); counts are Poisson.
    """
    seen = float(exact(inspected) * exact(detection))
    good, bad = items * float(1 - exact(clearance)), items * float(1 - exact(bad_clearance))
    passed_bad, passed_good = prior_bad * math.exp(-bad * seen), (1 - prior_bad) * math.exp(-good * seen)
    return PassValue(-math.expm1(-good), -math.expm1(-good * (1 - seen)), passed_bad / (passed_bad + passed_good))
