"""When an element of a form is asked: a small language of clauses, read once and judged everywhere alike.

A condition is clauses joined by `` and ``; a clause is one of::

    outcome = cleared            classification != sha|cha
    methods has dog|rat          boundary filled

The same condition becomes an XPath for phones and a JSON value for pages, so there is nothing in it that one of them
could not say.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

CLAUSE = re.compile(r"([a-z][a-z0-9_]*)\s+(=|!=|has|filled)(?:\s+([\w|.-]+))?")


class Operator(StrEnum):
    """How a clause looks at its element."""

    IS = "="
    IS_NOT = "!="
    HAS = "has"
    FILLED = "filled"


@dataclass(frozen=True, slots=True)
class Clause:
    """One clause: the element it looks at, how, and the codes it names (none for ``filled``)."""

    element: str
    operator: Operator
    codes: tuple[str, ...]

    def holds(self, values: Mapping[str, object]) -> bool:
        """Say whether the clause holds for these values; an element without a value is never equal to a code."""
        value = values.get(self.element)
        if self.operator is Operator.FILLED:
            return is_filled(value)
        if self.operator is Operator.HAS:
            return isinstance(value, list) and any(code in value for code in self.codes)
        is_one = value in self.codes
        return is_one if self.operator is Operator.IS else is_filled(value) and not is_one


@dataclass(frozen=True, slots=True)
class Condition:
    """All clauses must hold. A condition without clauses always does."""

    text: str
    clauses: tuple[Clause, ...]

    def holds(self, values: Mapping[str, object]) -> bool:
        """Say whether every clause holds for these values."""
        return all(clause.holds(values) for clause in self.clauses)

    @property
    def elements(self) -> tuple[str, ...]:
        """The codes of the elements that the condition looks at."""
        return tuple(clause.element for clause in self.clauses)

    def and_also(self, other: "Condition") -> "Condition":
        """Return the condition that holds where both do."""
        return Condition(" and ".join(text for text in (self.text, other.text) if text), self.clauses + other.clauses)

    def as_xpath(self, name: Callable[[str], str] = "../{}".format) -> str:
        """Return the condition as an XPath of XForms; ``name`` says how an element is named from where it stands.

        >>> read_condition("outcome = cleared|reduced and methods has dog").as_xpath()
        "(../outcome = 'cleared' or ../outcome = 'reduced') and (selected(../methods, 'dog'))"
        """
        return " and ".join(_xpath(clause, name(clause.element)) for clause in self.clauses)

    def as_json(self) -> list[dict[str, object]]:
        """Return the clauses for a page's script: ``element``, ``operator``, ``codes``."""
        return [{"element": c.element, "operator": c.operator.value, "codes": list(c.codes)} for c in self.clauses]


def is_filled(value: object) -> bool:
    """Say whether a value says anything: 0 and False do, empty texts and empty lists do not."""
    return value is not None and value not in ("", [], {})


def read_condition(text: str) -> Condition:
    """Read a condition; an empty text always holds. Raises ``ValueError`` for anything else than clauses.

    >>> read_condition("status != open|closed").holds({"status": "suspended"})
    True
    """
    clauses = []
    for part in text.split(" and ") if text else []:
        match = CLAUSE.fullmatch(part.strip())
        if match is None or (match[3] is None) != (match[2] == Operator.FILLED):
            raise ValueError(f"{text!r} is no condition: write clauses such as outcome = cleared|reduced")
        clauses.append(Clause(match[1], Operator(match[2]), tuple((match[3] or "").split("|")) if match[3] else ()))
    return Condition(text, tuple(clauses))


def _xpath(clause: Clause, name: str) -> str:
    if clause.operator is Operator.FILLED:
        return f"({name} != '')"
    if clause.operator is Operator.HAS:
        return "(" + " or ".join(f"selected({name}, '{code}')" for code in clause.codes) + ")"
    if clause.operator is Operator.IS:
        return "(" + " or ".join(f"{name} = '{code}'" for code in clause.codes) + ")"
    return f"({name} != '' and " + " and ".join(f"{name} != '{code}'" for code in clause.codes) + ")"
