"""Test certificates: what a test must say to count, until when it counts, and how an asset stands on a day.

A failed test outweighs every earlier one of its kind; only a later test of the same kind that was passed undoes it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from torpaq.operations.assets.limits import ANIMALS, BLIND, Limits
from torpaq.standard.problems import Problem, Severity, problem


@dataclass(frozen=True, slots=True)
class Trial:
    """One test of an asset, or of an animal with its handler. ``valid_to`` may be left to the country's limits."""

    kind: str
    on: date
    passed: bool
    valid_to: date | None = None
    depth_cm: int | None = None
    tool: str = ""
    blind: bool = False
    targets: int | None = None
    missed: int | None = None
    false_indications: int | None = None
    soak_days: int | None = None
    unit: str = ""


class Standing(StrEnum):
    """How a certificate stands on a day."""

    VALID = "valid"
    ENDS_SOON = "ends_soon"
    EXPIRED = "expired"
    LAPSED = "lapsed"
    FAILED = "failed"
    MISSING = "missing"
    NOT_NEEDED = "not_needed"


@dataclass(frozen=True, slots=True)
class Certificate:
    """How an asset's tests stand together: since when, until when, and the test that decides it."""

    standing: Standing
    test: Trial | None = None
    ends: date | None = None
    days_left: int = 0


def last_day(test: Trial, asset_kind: str, limits: Limits) -> date:
    """Return the last day on which a test counts: its own, else the country's; an animal's never longer than that.

    IMAS 07.31 lets a blind test count for twelve months at most, whatever its paper says.
    """
    longest = test.on + timedelta(days=limits.days_of(asset_kind))
    if test.valid_to is None:
        return longest
    return min(test.valid_to, longest) if asset_kind in ANIMALS else test.valid_to


def check_test(test: Trial, asset_kind: str, limits: Limits, name: str) -> list[Problem]:
    """Say what is wrong with a test as it was written down; errors keep it from being filed.

    A test that was failed is a sound test; why it failed is said by :func:`verdict`.
    """
    problems = []
    if test.valid_to is not None and test.valid_to < test.on:
        problems.append(problem("asset_test_dates", name, on=test.on.isoformat(), valid_to=test.valid_to.isoformat()))
    if asset_kind in ANIMALS and test.valid_to is not None and last_day(test, asset_kind, limits) < test.valid_to:
        until = last_day(test, asset_kind, limits).isoformat()
        problems.append(problem("animal_test_too_long", name, asset=name, days=limits.animal_days, until=until))
    if test.missed is not None and test.targets is not None and test.missed > test.targets:
        problems.append(problem("asset_test_counts", name, missed=test.missed, targets=test.targets))
    if asset_kind in ANIMALS and (test.kind == BLIND or test.blind):
        if not test.targets:
            problems.append(problem("animal_test_no_targets", name, asset=name))
        elif test.missed is None:
            problems.append(problem("animal_test_missed_unknown", name, asset=name))
    if asset_kind in ANIMALS and test.kind == BLIND and not test.blind:
        problems.append(problem("animal_test_not_blind", name, asset=name))
    if asset_kind not in ANIMALS and test.kind == BLIND:
        problems.append(problem("asset_test_of_animals", name, asset=name))
    return problems


def verdict(test: Trial, asset_kind: str, limits: Limits, name: str = "") -> list[Problem]:
    """Say why a test was failed; empty where it was passed. The numbers count, not the tick beside them.

    An animal's test fails with any target missed, with more false indications than the country allows, and where it
    does not count as a blind test at all (IMAS 07.31).
    """
    when = test.on.isoformat()
    failures = []
    if test.missed:
        failures.append(problem("asset_test_targets_missed", name, asset=name, date=when, missed=test.missed))
    if asset_kind in ANIMALS:
        if (test.false_indications or 0) > limits.false_indications:
            most, found = limits.false_indications, test.false_indications or 0
            failures.append(
                problem("animal_test_false_indications", name, asset=name, date=when, found=found, most=most)
            )
        if not (test.kind == BLIND and test.blind):
            failures.append(problem("animal_test_not_blind", name, asset=name))
    if not failures:
        failures += [each for each in check_test(test, asset_kind, limits, name) if each.severity is Severity.ERROR]
    if not test.passed and not failures:
        failures.append(problem("asset_test_failed", name, asset=name, date=when))
    return failures


def counts(test: Trial, asset_kind: str, limits: Limits) -> bool:
    """Say whether a test was passed, by its own numbers as well as by its tick."""
    return not verdict(test, asset_kind, limits)


def deciding(tests: Iterable[Trial], asset_kind: str, on: date) -> list[Trial]:
    """Return the last test of each kind up to a day, in the order given where days are equal.

    An animal's training and daily tests are no certificates: of animals blind tests alone decide.
    """
    last: dict[str, Trial] = {}
    for test in sorted((each for each in tests if each.on <= on), key=lambda each: each.on):
        if asset_kind not in ANIMALS or test.kind == BLIND:
            last[test.kind] = test
    return list(last.values())


def certificate_of(tests: Sequence[Trial], asset_kind: str, on: date, limits: Limits) -> Certificate:
    """Say how the tests of an asset (of a pair, for an animal) stand on a day."""
    last = deciding(tests, asset_kind, on)
    if not last:
        return Certificate(Standing.MISSING)
    failed = [test for test in last if not counts(test, asset_kind, limits)]
    if failed:
        return Certificate(Standing.FAILED, max(failed, key=lambda test: test.on))
    best = max(last, key=lambda test: last_day(test, asset_kind, limits))
    ends = last_day(best, asset_kind, limits)
    left = (ends - on).days
    if left < 0:
        return Certificate(Standing.EXPIRED, best, ends, left)
    return Certificate(Standing.ENDS_SOON if left <= limits.alert_days else Standing.VALID, best, ends, left)


def proven_depth_cm(tests: Sequence[Trial], asset_kind: str, on: date, limits: Limits) -> int | None:
    """Return the greatest depth of the tests that count on a day; None where none of them says a depth."""
    valid = [
        test.depth_cm
        for test in deciding(tests, asset_kind, on)
        if test.depth_cm is not None and counts(test, asset_kind, limits) and on <= last_day(test, asset_kind, limits)
    ]
    return max(valid, default=None)


def standing_problems(certificate: Certificate, asset_kind: str, on: date, limits: Limits, name: str) -> list[Problem]:
    """Say in problems why a certificate does not carry a day's work; empty where it does."""
    if certificate.standing is Standing.MISSING:
        code = "animal_not_tested" if asset_kind in ANIMALS else "asset_not_tested"
        return [problem(code, name, asset=name, date=on.isoformat())]
    if certificate.standing is Standing.FAILED and certificate.test:
        return verdict(certificate.test, asset_kind, limits, name)
    if certificate.standing is Standing.EXPIRED and certificate.ends:
        ended = certificate.ends.isoformat()
        return [problem("asset_test_expired", name, asset=name, date=on.isoformat(), ended=ended)]
    return []
