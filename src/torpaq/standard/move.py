"""Moves as data: what may follow what, by whom, and what it needs, from ``moves/*.csv``, one table a kind of thing.

A move's ``needs`` name requirements; ``torpaq.operations`` holds the function of each, equal to the tables by test.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from torpaq.standard.problems import LANGUAGES
from torpaq.standard.tables import STANDARD, read_table

MOVES = STANDARD / "moves"


@dataclass(frozen=True, slots=True)
class Move:
    """One row: from any of ``sources`` to ``target``, by a person in one of ``roles``, where every need holds."""

    code: str
    sources: tuple[str, ...]
    target: str
    roles: tuple[str, ...]
    needs: tuple[str, ...]
    clause: str
    labels: Mapping[str, str]


@cache
def moves_of(subject: str) -> Mapping[str, Move]:
    """Return the moves of ``task``, ``spot_task``, ``accreditation``, ``non_conformity`` or ``handover`` by code.

    Raises ``FileNotFoundError`` where there is no such table and ``ValueError`` where a code stands twice.
    """
    moves: dict[str, Move] = {}
    for row in read_table(MOVES / f"{subject}.csv"):
        if row["move"] in moves:
            raise ValueError(f"{subject}.csv: the move {row['move']} stands twice")
        moves[row["move"]] = Move(
            code=row["move"],
            sources=tuple(row["from"].split()),
            target=row["to"],
            roles=tuple(row["roles"].split()),
            needs=tuple(row["needs"].split()),
            clause=row["clause"],
            labels=MappingProxyType({language: row[language] for language in LANGUAGES}),
        )
    return MappingProxyType(moves)


@cache
def move_subjects() -> tuple[str, ...]:
    """Return the names of all tables of moves."""
    return tuple(sorted(path.stem for path in MOVES.glob("*.csv")))
