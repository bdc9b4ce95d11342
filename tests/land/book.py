"""A ledger in a few lines of a test: parsed, folded, asked."""

from datetime import date
from textwrap import dedent
from typing import Any

from torpaq.land.assertions import assertion_problems
from torpaq.land.balance import GroupBy, balance
from torpaq.land.entry import Entry
from torpaq.land.fold import fold
from torpaq.land.live import Spot
from torpaq.land.text import parse_ledger
from torpaq.standard.problems import Problem


def entries_of(text: str) -> list[Entry]:
    entries, problems = parse_ledger(dedent(text))
    assert problems == []
    return entries


def day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def figures(
    text: str, on: str | None = None, known: str | None = None, since: str | None = None, by: str | None = None
) -> dict[str, Any]:
    entries = entries_of(text)
    land, _ = fold(entries, day(known))
    return balance(land, day(on), day(known), day(since), GroupBy(by) if by else None).as_json()


def mine(text: str, on: str | None = None, known: str | None = None) -> dict[str, float]:
    """The non-zero areas of the mine account, m², by status."""
    return {key.removesuffix("_m2"): area for key, area in figures(text, on, known)["classes"]["mine"].items() if area}


def problems(text: str, known: str | None = None) -> list[Problem]:
    entries = entries_of(text)
    land, found = fold(entries, day(known))
    return found + assertion_problems(land, entries)


def codes(text: str, known: str | None = None) -> list[str]:
    return [found.code for found in problems(text, known)]


def spot(text: str, x_m: float, y_m: float, on: str | None = None, known: str | None = None) -> Spot:
    land, _ = fold(entries_of(text), day(known))
    return land.at(x_m, y_m, day(on))
