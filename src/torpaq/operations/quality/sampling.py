"""Samples of cleared land: how many squares, and what a pass means (IMAS 07.40; closed forms, no published table).

A lot is N unit squares, K of them with a missed item, n drawn at random; a square with a missed item, when inspected,
shows it with the chance ``detection``. All lots here are accepted on nothing found.
"""

import math
from dataclasses import dataclass
from fractions import Fraction

from torpaq.operations.quality.search import Share, exact
from torpaq.standard.problems import Problem, problem

MISSED = (1, 3, 5, 10)
"""How many missed items the meaning of a pass is shown for."""

MOST_MISSED = 1_000
"""More missed items than any plan excludes."""

EXACT_TERMS = 400
"""Above so many terms the sum is taken in logarithms; the two agree to ten digits."""


def pass_probability(lot: int, missed: int, sample: int, detection: Share = 1) -> float:
    """Return the chance that a sample shows nothing although ``missed`` squares of the lot hold an item."""
    return float(_passes(lot, missed, sample, detection))


def _passes(lot: int, missed: int, sample: int, detection: Share) -> Fraction | float:
    if min(missed, sample) <= EXACT_TERMS:
        return pass_exactly(lot, missed, sample, detection)
    return _pass_in_logarithms(lot, missed, sample, float(exact(detection)))


def pass_exactly(lot: int, missed: int, sample: int, detection: Share = 1) -> Fraction:
    """Return that chance as a fraction: Σ C(K,k) C(N−K,n−k) / C(N,n) (1−q)^k.

    The hypergeometric law is the same with K and n exchanged, so the sum runs to the smaller of them.

    >>> pass_exactly(100, 1, 95)
    Fraction(1, 20)
    """
    few, many = sorted((missed, sample))
    unseen = 1 - exact(detection)
    k = max(0, few - (lot - many))
    ways = math.comb(many, k) * math.comb(lot - many, few - k)
    total = 0
    while k <= few:
        total += ways * unseen.numerator**k * unseen.denominator ** (few - k)
        if not unseen:
            break
        ways = ways * (many - k) * (few - k) // ((k + 1) * (lot - many - few + k + 1))
        k += 1
    if not unseen and few > lot - many:
        return Fraction(0)
    return Fraction(total, math.comb(lot, few) * unseen.denominator**few)


def _pass_in_logarithms(lot: int, missed: int, sample: int, detection: float) -> float:
    terms = []
    for k in range(max(0, missed - (lot - sample)), min(missed, sample) + 1):
        unseen = 0.0 if k == 0 else k * math.log1p(-detection) if detection < 1 else -math.inf
        ways = _log_comb(sample, k) + _log_comb(lot - sample, missed - k) - _log_comb(lot, missed)
        terms.append(math.exp(ways + unseen))
    return min(1.0, math.fsum(terms))


def _log_comb(n: int, k: int) -> float:
    return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)


@dataclass(frozen=True, slots=True)
class Plan:
    """How many squares of a lot are inspected, and the chance that the lot passes although K items were missed."""

    lot: int
    missed: int
    confidence: Fraction
    detection: Fraction
    sample: int
    passes: float


def zero_acceptance(
    lot: int, missed: int, confidence: Share, detection: Share = 1
) -> tuple[Plan | None, list[Problem]]:
    """Return the smallest sample that shows at least one of ``missed`` items with this confidence.

    None where even the whole lot does not, because the inspection itself overlooks items too often.
    """
    c, q = exact(confidence), exact(detection)
    problems = _plan_problems(lot, missed, c, q)
    if problems:
        return None, problems
    least = (1 - q) ** missed
    if least > 1 - c:
        seen = round(float(1 - least) * 100, 2)
        return None, [problem("sample_impossible", "sample", best_percent=seen, asked_percent=float(c * 100))]
    low, high = 0, lot
    while low < high:  # the chance of a pass only falls with the sample
        middle = (low + high) // 2
        if _passes(lot, missed, middle, q) <= 1 - c:
            high = middle
        else:
            low = middle + 1
    return Plan(lot, missed, c, q, low, pass_probability(lot, missed, low, q)), []


def _plan_problems(lot: int, missed: int, confidence: Fraction, detection: Fraction) -> list[Problem]:
    found = []
    if lot < 1:
        found.append(problem("lot_empty", "lot"))
    most = min(max(lot, 1), MOST_MISSED)
    if not 1 <= missed <= most:
        found.append(problem("missed_out_of_range", "missed", value=missed, lot=most))
    if not 0 < confidence < 1:
        found.append(problem("share_out_of_range", "confidence", value=float(confidence)))
    if not 0 < detection <= 1:
        found.append(problem("share_out_of_range", "detection", value=float(detection)))
    return found


def large_lot(share: Share, confidence: Share) -> int:
    """Return the sample for a share of defective squares in a lot without end: ⌈ln(1−confidence)/ln(1−share)⌉.

    >>> large_lot("0.01", "0.95")
    299
    """
    good, alpha = 1 - exact(share), 1 - exact(confidence)
    n = max(1, math.ceil(math.log(alpha) / math.log(good) - 1e-9))
    if n <= 20_000:  # a logarithm may err at a whole number; powers of fractions do not
        while good**n > alpha:
            n += 1
        while n > 1 and good ** (n - 1) <= alpha:
            n -= 1
    return n


def detection_proof(detection: Share, confidence: Share) -> int:
    """Return how many targets must be found, none missed, to prove a detection with this confidence."""
    return large_lot(1 - exact(detection), confidence)


def pass_by_share(inspected: Share, missed: int, detection: Share) -> Fraction:
    """Return the chance that a field with ``missed`` items passes, a share of it inspected: (1 − f q)^K."""
    return (1 - exact(inspected) * exact(detection)) ** missed


def share_needed(missed: int, passes: float, detection: float) -> float:
    """Return the share to inspect so that a field with ``missed`` items passes so seldom; above 1 it cannot be done."""
    return (1 - math.pow(passes, 1 / missed)) / detection


def pass_means(lot: int, sample: int, detection: Share) -> list[tuple[int, float]]:
    """Return, for 1, 3, 5 and 10 missed items, how often a field with so many would have passed this sample."""
    return [(missed, pass_probability(lot, missed, sample, detection)) for missed in MISSED if missed <= lot]


# -- what a result says about the share of bad squares ----------------------------------------------------------------


def accepted(sample: int, most: int, share: float) -> float:
    """Return the chance that a lot with this share of bad squares passes, at most ``most`` allowed (OC curve)."""
    if share <= 0:
        return 1.0
    if share >= 1:
        return float(most >= sample)
    logs = (
        _log_comb(sample, k) + k * math.log(share) + (sample - k) * math.log1p(-share)
        for k in range(min(most, sample) + 1)
    )
    return min(1.0, math.fsum(math.exp(one) for one in logs))


def upper_bound(failed: int, sample: int, confidence: Share) -> float:
    """Return the highest share of bad squares that the result allows at this confidence (Clopper and Pearson 1934).

    One-sided: the share at which so few failures have the chance 1 − confidence.
    """
    alpha = float(1 - exact(confidence))
    if failed >= sample:
        return 1.0
    if failed == 0:
        return float(-math.expm1(math.log(alpha) / sample))
    low, high = failed / sample, 1.0
    for _ in range(100):
        middle = (low + high) / 2
        low, high = (middle, high) if accepted(sample, failed, middle) > alpha else (low, middle)
    return high


def beta_upper(failed: int, sample: int, confidence: Share, a: int = 1, b: int = 1) -> float:
    """Return the upper credible bound of the share of bad squares from a Beta(a, b) prior with whole a and b.

    I_u(a, b) is a tail of the binomial law, so the bound is that of a sample of its own.
    """
    return upper_bound(failed + a - 1, sample + a + b - 1, confidence)


def design_effect(cluster: float, correlation: float) -> float:
    """Return how many times more squares are needed where squares of a lane or box are alike: 1 + (m−1) ICC."""
    return 1 + (cluster - 1) * correlation


def with_design_effect(sample: int, lot: int, cluster: float, correlation: float) -> int:
    """Return the sample enlarged for squares that are alike within a lane; at most the whole lot."""
    return min(lot, math.ceil(round(sample * design_effect(cluster, correlation), 9)))
