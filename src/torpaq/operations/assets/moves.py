"""What the moves of an asset ask for: the table is ``standard/moves/asset.csv``."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from torpaq.operations.moving import Requirement
from torpaq.standard.problems import Problem, problem


@dataclass(frozen=True, slots=True)
class AssetMove:
    """What a move is made with: whether the asset is the mover's to move, the day, today, the last move, the reason."""

    name: str
    is_own: bool
    on: date
    today: date
    last_on: date | None = None
    reason: str = ""


def _own_organisation(move: AssetMove) -> list[Problem]:
    return [] if move.is_own else [problem("asset_of_other_organisation", move.name, asset=move.name)]


def _day_fits(move: AssetMove) -> list[Problem]:
    """A move is of a day that has come, and not of one before the last move."""
    if move.on > move.today:
        return [problem("asset_test_ahead", move.name, date=move.on.isoformat())]
    if move.last_on is not None and move.on < move.last_on:
        return [problem("asset_move_before", move.name, date=move.on.isoformat(), last=move.last_on.isoformat())]
    return []


def _reason_given(move: AssetMove) -> list[Problem]:
    return [] if move.reason.strip() else [problem("reason_missing", move.name)]


REQUIREMENTS: Mapping[str, Requirement[AssetMove]] = MappingProxyType(
    {"own_organisation": _own_organisation, "day_fits": _day_fits, "reason_given": _reason_given}
)
