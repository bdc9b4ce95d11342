"""Inspecting square by square until enough is known: Wald's sequential probability ratio test (Wald 1945)."""

import math
from dataclasses import dataclass
from enum import StrEnum

from torpaq.standard.problems import Problem, problem


class Verdict(StrEnum):
    """What the squares so far say."""

    ACCEPT = "accept"
    REJECT = "reject"
    GO_ON = "go_on"


@dataclass(frozen=True, slots=True)
class SequentialPlan:
    """Two parallel lines: failures up to ``slope`` n − ``low`` accept, from ``slope`` n + ``high`` they reject."""

    low: float
    high: float
    slope: float

    @property
    def clean_to_accept(self) -> int:
        """Return after how many squares without a failure the lot is accepted."""
        return math.ceil(round(self.low / self.slope, 9))

    def verdict(self, inspected: int, failed: int) -> Verdict:
        """Say what so many failures among so many squares mean."""
        if failed >= self.slope * inspected + self.high:
            return Verdict.REJECT
        return Verdict.ACCEPT if failed <= self.slope * inspected - self.low else Verdict.GO_ON


def sequential_plan(good: float, bad: float, alpha: float, beta: float) -> tuple[SequentialPlan | None, list[Problem]]:
    """Return the plan that tells a ``good`` from a ``bad`` share of failed squares.

    ``alpha`` is the chance to reject a good lot, ``beta`` to accept a bad one.
    """
    if not 0 < good < bad < 1 or not 0 < alpha < 1 or not 0 < beta < 1 or alpha + beta >= 1:
        return None, [problem("sequence_contradicts", "sequence")]
    step = math.log(bad * (1 - good) / (good * (1 - bad)))
    return SequentialPlan(
        math.log((1 - alpha) / beta) / step,
        math.log((1 - beta) / alpha) / step,
        math.log((1 - good) / (1 - bad)) / step,
    ), []
