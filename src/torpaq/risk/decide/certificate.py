"""A promise about misses that holds in the next area, not among pooled cells (group-conformal; Vovk et al. 2005).

A threshold certified on cells thrown together is broken in a quarter to a half of new areas, because areas differ more
than cells do. So areas are counted: a threshold stands while (areas that miss more than α of their contaminated cells
+ 1) / (areas + 1) ≤ δ. That holds for a new area which might as well have been any of those counted, and for no other.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from torpaq.operations.quality.sampling import accepted
from torpaq.operations.quality.search import Share, exact
from torpaq.risk.score.areas import area_threshold
from torpaq.standard.problems import Problem, problem

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]
Names = NDArray[np.str_]


@dataclass(frozen=True, slots=True)
class Certificate:
    """What may be promised: cells whose chance lies below ``threshold`` miss more than ``miss`` of a new area's
    contaminated cells in at most the share ``violating`` of areas.

    ``areas`` were counted (those with contaminated cells whose chances no label of their own made), ``needed`` are the
    fewest that certify anything; ``broken`` of them miss more at the threshold, which gives ``bound``. ``threshold`` is
    None where nothing can be certified.
    """

    miss: float
    violating: float
    areas: int
    needed: int
    broken: int
    bound: float
    threshold: float | None

    @property
    def is_certified(self) -> bool:
        """Say whether there are enough areas for any threshold to stand."""
        return self.threshold is not None

    def stated(self, subject: str = "areas") -> Problem:
        """Return what the certificate says, in words: that it stands, or what is missing."""
        percent = {"miss": _percent(self.miss), "violating": _percent(self.violating)}
        if self.threshold is None:
            return problem("not_certifiable", subject, areas=self.areas, needed=self.needed, **percent)
        return problem("certified", subject, areas=self.areas, threshold=_percent(self.threshold), **percent)

    def as_json(self) -> dict[str, object]:
        """Return the certificate as JSON holds it."""
        return {
            "miss": self.miss,
            "violating": self.violating,
            "areas": self.areas,
            "needed": self.needed,
            "broken": self.broken,
            "bound": round(self.bound, 4),
            "threshold": self.threshold,
        }


def areas_needed(violating: Share) -> int:
    """Return how many calibrated areas certify anything: 1/δ − 1.

    >>> areas_needed("0.05")
    19
    """
    return math.ceil(1 / exact(violating) - 1)


def certify(labels: Labels, chances: Floats, areas: Names, miss: Share, violating: Share) -> Certificate:
    """Certify the highest threshold that stands. ``chances`` of an area are those of a model that never saw its labels.

    Labels are 1 contaminated, 0 examined and nothing found, −1 not examined. A cell without a chance (nan) is never
    proposed for anything, so it is never missed. Raises ``ValueError`` for shares outside 0 to 1.
    """
    alpha, delta = exact(miss), exact(violating)
    if not (0 <= alpha < 1 and 0 < delta <= 1):
        raise ValueError("a certificate promises shares between 0 and 1")
    held = labels == 1
    told = np.where(np.isnan(chances), np.inf, chances)
    names = np.unique(areas[held])
    needed = areas_needed(violating)
    threshold = area_threshold(labels, told, areas, float(alpha), float(delta)) if len(names) >= needed else -np.inf
    broken = sum(
        int((told[held & (areas == name)] < threshold).sum()) > alpha * int((held & (areas == name)).sum())
        for name in names
    )
    return Certificate(
        miss=float(alpha),
        violating=float(delta),
        areas=len(names),
        needed=needed,
        broken=broken,
        bound=(broken + 1) / (len(names) + 1),
        threshold=float(threshold) if len(names) and len(names) >= needed else None,
    )


def certify_all(
    labels: Labels, chances: Floats, areas: Names, misses: Sequence[Share], violating: Share
) -> list[Certificate]:
    """Certify one threshold for each promise about misses."""
    return [certify(labels, chances, areas, miss, violating) for miss in misses]


def certify_found(found: Mapping[str, Sequence[float]], misses: Sequence[Share], violating: Share) -> list[Certificate]:
    """Certify from the chances of each area's contaminated cells (:func:`torpaq.risk.score.areas.found_by_area`)."""
    names = np.array([name for name, chances in found.items() for _ in chances], dtype=np.str_)
    chances = np.array([chance for chances in found.values() for chance in chances], dtype=np.float64)
    return certify_all(np.ones(len(chances), dtype=np.int64), chances, names, misses, violating)


def pooled_threshold(labels: Labels, chances: Floats, miss: Share, confidence: Share = "0.95") -> float:
    """Return the threshold of the rule that breaks: cells thrown together, Clopper–Pearson's bound of their miss rate.

    Kept to be held against :func:`certify`, never to propose anything. Minus infinity where nothing stands.
    """
    told = np.sort(np.where(np.isnan(chances), np.inf, chances)[labels == 1])
    alpha, tail, low, high = float(exact(miss)), float(1 - exact(confidence)), -1, len(told) - 1
    while low < high:  # the most cells that may be missed
        middle = (low + high + 1) // 2
        low, high = (middle, high) if accepted(len(told), middle, alpha) <= tail else (low, middle - 1)
    return float(told[low]) if low >= 0 else float("-inf")


def _percent(share: float) -> float:
    return round(100 * share, 3)
