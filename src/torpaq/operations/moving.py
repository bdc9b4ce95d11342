"""One way for everything that has a state: the table says which move is allowed, requirements say what is missing."""

from collections.abc import Callable, Mapping
from typing import TypeVar

from torpaq.standard.move import moves_of
from torpaq.standard.problems import Problem, problem

Facts = TypeVar("Facts")
Requirement = Callable[[Facts], list[Problem]]


def check_move(
    subject: str,
    name: str,
    code: str,
    state: str,
    role: str,
    requirements: Mapping[str, Requirement[Facts]],
    facts: Facts,
) -> list[Problem]:
    """Say what stands in the way of a move; an empty list lets it pass.

    ``subject`` is the table (``task``, ``accreditation`` …), ``name`` what people call the thing, ``state`` where it
    stands and ``role`` the role of who moves it. Requirements are asked only where table and role allow the move, and
    all of them, so that everything missing is said at once. Raises ``KeyError`` where a need has no requirement.
    """
    move = moves_of(subject).get(code)
    if move is None or state not in move.sources:
        allowed = [each.code for each in moves_of(subject).values() if state in each.sources]
        return [problem("move_not_allowed", name, move=code, state=state, allowed=", ".join(allowed) or "–")]
    if role not in move.roles:
        return [problem("move_not_by_role", name, move=code, role=role, roles=", ".join(move.roles))]
    return [found for need in move.needs for found in requirements[need](facts)]


def target_of(subject: str, code: str) -> str:
    """Return the state a move leads to. Raises ``KeyError`` for no such move."""
    return moves_of(subject)[code].target


def moves_from(subject: str, state: str, role: str) -> list[str]:
    """Return the codes of the moves that the table offers from a state to a role, in the table's order."""
    return [move.code for move in moves_of(subject).values() if state in move.sources and role in move.roles]
