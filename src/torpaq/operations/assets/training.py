"""Training of an animal with its handler: how often it found what was there, and how sure that number is.

The interval is Clopper and Pearson's, exact for so few trials as a month of training has: *Biometrika* 26 (1934), 404.
"""

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from torpaq.standard.problems import Problem, problem


@dataclass(frozen=True, slots=True)
class Session:
    """One session of training: hours, targets laid and found."""

    on: date
    hours: float
    targets: int
    found: int


@dataclass(frozen=True, slots=True)
class HitRate:
    """Targets found among those laid, with the least and greatest rate that agree with it."""

    month: date | None
    sessions: int
    hours: float
    targets: int
    found: int
    rate: float | None
    least: float
    most: float


def check_session(session: Session, name: str) -> list[Problem]:
    """Say what is wrong with a session as it was written down."""
    problems = []
    if not 0 < session.hours <= 24:
        problems.append(problem("training_hours", name, hours=session.hours))
    if session.found > session.targets:
        problems.append(problem("training_counts", name, found=session.found, targets=session.targets))
    return problems


def hit_rate(sessions: Sequence[Session], confidence: float, month: date | None = None) -> HitRate:
    """Return the hit rate of some sessions together."""
    targets, found = sum(each.targets for each in sessions), sum(each.found for each in sessions)
    least, most = hit_interval(found, targets, confidence)
    rate = found / targets if targets else None
    return HitRate(month, len(sessions), sum(each.hours for each in sessions), targets, found, rate, least, most)


def monthly(sessions: Iterable[Session], confidence: float) -> list[HitRate]:
    """Return the hit rate of each month that has a session, oldest first."""
    months: defaultdict[date, list[Session]] = defaultdict(list)
    for session in sessions:
        months[session.on.replace(day=1)].append(session)
    return [hit_rate(months[month], confidence, month) for month in sorted(months)]


def hit_interval(found: int, targets: int, confidence: float = 0.95) -> tuple[float, float]:
    """Return the exact two-sided interval of a rate after ``found`` of ``targets`` (Clopper–Pearson).

    The least rate is the one at which so many finds, or more, have the probability (1 − confidence) / 2; the greatest
    the one at which so many, or fewer, have it. With no target nothing is known: 0 to 1.

    >>> hit_interval(0, 0)
    (0.0, 1.0)
    >>> [round(rate, 4) for rate in hit_interval(10, 10)]
    [0.6915, 1.0]
    """
    if not 0 <= found <= targets:
        raise ValueError(f"{found} of {targets} cannot be found")
    tail = (1 - confidence) / 2
    least = 0.0 if found == 0 else _solve(lambda p: _at_least(found, targets, p) - tail)
    most = 1.0 if found == targets else _solve(lambda p: tail - _at_most(found, targets, p))
    return least, most


def _solve(rising: Callable[[float], float]) -> float:
    """Return where a function that rises from below nought to above it crosses, to the last bit of a float."""
    low, high = 0.0, 1.0
    for _ in range(100):
        middle = (low + high) / 2
        if rising(middle) < 0:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _at_least(found: int, targets: int, p: float) -> float:
    return math.fsum(_probability(k, targets, p) for k in range(found, targets + 1))


def _at_most(found: int, targets: int, p: float) -> float:
    return math.fsum(_probability(k, targets, p) for k in range(found + 1))


def _probability(k: int, n: int, p: float) -> float:
    """Return the binomial probability of k among n, through logarithms so that no power underflows early."""
    if p <= 0 or p >= 1:
        return float(k == (0 if p <= 0 else n))
    log = math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)
    return math.exp(log + k * math.log(p) + (n - k) * math.log1p(-p))
