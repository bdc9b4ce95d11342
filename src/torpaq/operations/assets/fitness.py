"""Whether an asset may work on a day: its state, its certificate, its depth and tool, and the check of the morning."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date

from torpaq.operations.assets.animals import Pair, pair_problems, pair_standing
from torpaq.operations.assets.certificates import (
    Certificate,
    Standing,
    Trial,
    certificate_of,
    proven_depth_cm,
    standing_problems,
)
from torpaq.operations.assets.limits import ANIMALS, MACHINES, TESTED, WITH_DEPTH, Limits
from torpaq.standard.problems import Problem, has_errors, problem

GOOD = frozenset({Standing.VALID, Standing.ENDS_SOON})
IDLE = frozenset({"under_repair", "retired", "resting"})
SEARCHES = frozenset({"manual", "animal", "dog", "rat"})
"""Methods that may follow a machine: they search; another machine or a look at the surface does not."""


@dataclass(frozen=True, slots=True)
class DailyCheck:
    """The check before a day's work."""

    on: date
    fit: bool
    test_passed: bool


@dataclass(frozen=True, slots=True)
class AssetFacts:
    """All that is known of an asset. ``tests`` are its own; an animal's stand in its ``pairs``."""

    name: str
    kind: str
    state: str = "in_use"
    tool: str = ""
    tests: Sequence[Trial] = ()
    checks: Sequence[DailyCheck] = ()
    pairs: Sequence[Pair] = ()


@dataclass(frozen=True, slots=True)
class Need:
    """What an asset is wanted for: the day, the depth to be searched, the district, and whether it works that day."""

    on: date
    depth_cm: int | None = None
    unit: str = ""
    works: bool = False
    handlers: Collection[str] = field(default_factory=tuple)


def asset_problems(asset: AssetFacts, need: Need, limits: Limits) -> list[Problem]:
    """Say what speaks against using an asset on a day (IMAS 09.10, 09.41, 09.50, 07.31); empty where nothing does."""
    problems = []
    if asset.state in IDLE:
        problems.append(problem(f"asset_{asset.state}", asset.name, asset=asset.name))
    if asset.kind in ANIMALS:
        problems += animal_problems(asset, need, limits)
    elif asset.kind in TESTED:
        problems += certificate_problems(asset, need.on, limits)
        problems += _tool_problems(asset, need.on, limits) + _depth_problems(asset, need, limits)
    return problems + daily_problems(asset, need)


def certificate_problems(asset: AssetFacts, on: date, limits: Limits) -> list[Problem]:
    """Say that an asset was not tested, failed its test, or that its certificate has ended."""
    certificate = certificate_of(asset.tests, asset.kind, on, limits)
    return standing_problems(certificate, asset.kind, on, limits, asset.name)


def _tool_problems(asset: AssetFacts, on: date, limits: Limits) -> list[Problem]:
    """A machine was tested with one tool; what another tool does nobody knows (IMAS 09.50)."""
    certificate = certificate_of(asset.tests, asset.kind, on, limits)
    tested = certificate.test.tool if certificate.test else ""
    if asset.kind not in MACHINES or not tested or not asset.tool or tested == asset.tool:
        return []
    return [problem("asset_tool_differs", asset.name, asset=asset.name, tested=tested, tool=asset.tool)]


def _depth_problems(asset: AssetFacts, need: Need, limits: Limits) -> list[Problem]:
    if asset.kind not in WITH_DEPTH or not need.depth_cm or has_errors(certificate_problems(asset, need.on, limits)):
        return []
    proven = proven_depth_cm(asset.tests, asset.kind, need.on, limits)
    if proven is None:
        return [problem("asset_depth_unknown", asset.name, asset=asset.name, required=need.depth_cm)]
    if proven < need.depth_cm:
        return [problem("asset_depth_short", asset.name, asset=asset.name, tested=proven, required=need.depth_cm)]
    return []


def daily_problems(asset: AssetFacts, need: Need) -> list[Problem]:
    """Say that the check of the day failed, or that there was none on a day of work."""
    if asset.kind not in TESTED:
        return []
    today = [check for check in asset.checks if check.on == need.on]
    when = need.on.isoformat()
    if not today:
        return [problem("daily_check_missing", asset.name, asset=asset.name, date=when)] if need.works else []
    if all(check.fit and check.test_passed for check in today):
        return []
    return [problem("daily_check_failed", asset.name, asset=asset.name, date=when)]


def animal_problems(asset: AssetFacts, need: Need, limits: Limits) -> list[Problem]:
    """Say why no pair of this animal is certified on a day; the problems of the pair that lacks least.

    What is accredited is an animal with a handler: with another handler it is not (IMAS 07.31).
    """
    running = [pair for pair in asset.pairs if pair.is_running(need.on)]
    if need.handlers:
        running = [pair for pair in running if pair.handler in need.handlers]
    if not running:
        return [problem("animal_without_handler", asset.name, asset=asset.name, date=need.on.isoformat())]
    found = [pair_problems(pair, asset.name, asset.kind, need.on, limits, need.unit) for pair in running]
    return min(found, key=lambda problems: (has_errors(problems), len(problems)))


def standing_of(asset: AssetFacts, on: date, limits: Limits) -> Certificate:
    """Say how an asset's certificate stands on a day; an animal's is that of its pair that lacks least."""
    if asset.kind not in TESTED:
        return Certificate(Standing.NOT_NEEDED)
    if asset.kind not in ANIMALS:
        return certificate_of(asset.tests, asset.kind, on, limits)
    running = [pair for pair in asset.pairs if pair.is_running(on)]
    return min(
        (pair_standing(pair, asset.kind, on, limits) for pair in running),
        key=lambda each: (each.standing not in GOOD, -each.days_left),
        default=Certificate(Standing.MISSING),
    )


def follow_up_problems(name: str, method: str, accredited: Collection[str] | None) -> list[Problem]:
    """Say that ground worked by a machine alone is processed, never released, unless a search follows (IMAS 09.50).

    ``accredited`` are the methods the organisation is accredited for; None where that is not known here.
    """
    if method not in SEARCHES:
        return [problem("machine_without_search", name, asset=name)]
    same = {method, "animal"} if method in ANIMALS else {method}
    if accredited is not None and not same & set(accredited):
        return [problem("machine_search_not_accredited", name, asset=name)]
    return []
