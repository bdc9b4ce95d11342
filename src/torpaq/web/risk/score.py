"""The figures of a surface's score card, found by their names."""

from collections.abc import Mapping
from typing import Any

HONEST = "leave_one_area_out"


def honest(card: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what the card says of each area judged by all others; empty where there was too little to judge by."""
    found = card.get(HONEST)
    return found if isinstance(found, Mapping) else {}


def figure_of(card: Mapping[str, Any], name: str) -> float | None:
    """Return one figure of the honest split; None where the card has none."""
    value = honest(card).get(name)
    return float(value) if isinstance(value, (int, float)) else None
