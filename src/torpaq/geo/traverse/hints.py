"""Which single leg would explain a misclosure: one distance, or one bearing, and by how much."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from torpaq.geo.crs import Floats
from torpaq.geo.traverse.legs import SolvedLeg
from torpaq.standard.problems import Problem, problem

CHI2_95_1 = 3.841459
"""The 95 % point of χ² with one degree of freedom: what a misclosure less one fitted mistake is tested against."""


class BlunderKind(StrEnum):
    """What of a leg would be wrong."""

    DISTANCE = "distance"
    BEARING = "bearing"


@dataclass(frozen=True, slots=True)
class BlunderHint:
    """One leg whose single mistake explains the misclosure: ``size`` is recorded minus right, metres or degrees.

    ``leftover_m`` is the misclosure that remains once it is put right, ``chi2`` that remainder's test.
    """

    leg: int
    kind: BlunderKind
    size: float
    recorded: float
    right: float
    leftover_m: float
    chi2: float

    def as_problem(self, subject: str) -> Problem:
        """Return the hint as a note: ``traverse_hint_distance`` or ``traverse_hint_bearing``."""
        return problem(
            f"traverse_hint_{self.kind}",
            subject,
            leg=self.leg,
            recorded=round(self.recorded, 2),
            right=round(self.right, 2),
            size=round(self.size, 2),
            leftover_m=round(self.leftover_m, 2),
        )

    def as_json(self) -> dict[str, object]:
        """Return the stable keys leg, kind, size, recorded, right, leftover_m, chi2."""
        return {
            "leg": self.leg,
            "kind": self.kind.value,
            "size": round(self.size, 4),
            "recorded": round(self.recorded, 4),
            "right": round(self.right, 4),
            "leftover_m": round(self.leftover_m, 4),
            "chi2": round(self.chi2, 6),
        }


def blunder_hints(legs: Sequence[SolvedLeg], covariances: Floats) -> tuple[BlunderHint, ...]:
    """Return every one-leg explanation whose remainder passes the χ² test (one degree), the best first.

    A wrong distance moves the end along its leg, a wrong bearing across the bisector of the two bearings: so a leg
    parallel to the misclosure is suspected of its distance, one square to it of its bearing. ``covariances`` as
    from :func:`torpaq.geo.traverse.solution.leg_covariances`.
    """
    gap = np.array([sum(leg.east_m for leg in legs), sum(leg.north_m for leg in legs)])
    inverse = np.linalg.inv(covariances.sum(axis=0))
    hints = []
    for number, leg in enumerate(legs, 1):
        hints += [_distance_hint(number, leg, gap, inverse), _bearing_hint(number, leg, gap, inverse)]
    likely = [hint for hint in hints if hint.chi2 <= CHI2_95_1 and hint.right >= 0]
    return tuple(sorted(likely, key=lambda hint: hint.chi2))


def _distance_hint(number: int, leg: SolvedLeg, gap: Floats, inverse: Floats) -> BlunderHint:
    along = np.array((leg.east_m, leg.north_m)) / leg.horizontal_m
    size_m = float(gap @ inverse @ along / (along @ inverse @ along))
    leftover = gap - size_m * along
    recorded_m = leg.horizontal_m
    return _hint(number, BlunderKind.DISTANCE, size_m, recorded_m, recorded_m - size_m, leftover, inverse)


def _bearing_hint(number: int, leg: SolvedLeg, gap: Floats, inverse: Floats) -> BlunderHint:
    recorded = np.array((leg.east_m, leg.north_m))
    wanted = recorded - gap
    right_deg = math.degrees(math.atan2(wanted[0], wanted[1])) % 360
    size_deg = (leg.true_bearing_deg - right_deg + 180) % 360 - 180
    length_m = float(np.hypot(*wanted))
    turned = wanted * (leg.horizontal_m / length_m) if length_m else recorded
    return _hint(number, BlunderKind.BEARING, size_deg, leg.true_bearing_deg, right_deg, turned - wanted, inverse)


def _hint(
    number: int, kind: BlunderKind, size: float, recorded: float, right: float, leftover: Floats, inverse: Floats
) -> BlunderHint:
    chi2 = float(leftover @ inverse @ leftover)
    return BlunderHint(number, kind, size, recorded, right, float(np.hypot(*leftover)), chi2)
