"""Who may deal with what: the EOD level that an item or an action needs, and the level that a team has on a day."""

from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from types import MappingProxyType

from torpaq.operations.standing.values import Certificate
from torpaq.standard.codes import code_list
from torpaq.standard.country import table_of

LEVELS = ("eod1", "eod2", "eod3", "eod3_plus")
"""The list ``eod_level``, each level includes those before it."""


@cache
def competence_table(iso3: str) -> Mapping[tuple[str, str], str]:
    """Return the level of each (``category`` or ``action``, code): ``eod_competence.csv``, a country's rows first.

    Raises ``ValueError`` where a country names a level that is none.
    """
    rows = table_of(iso3, "eod_competence.csv", ("kind", "code"))
    wrong = [row["level"] for row in rows if row["level"] not in LEVELS]
    if wrong:
        raise ValueError(
            f"{iso3}/eod_competence.csv: no such level: {', '.join(wrong)}; there are: {', '.join(LEVELS)}"
        )
    return MappingProxyType({(row["kind"], row["code"]): row["level"] for row in rows})


def level_for(kind: str, code: str, iso3: str) -> str:
    """Return the level that a category of ordnance or an action needs; the highest for what no table knows.

    A category that the table lacks takes the level of its parent in the list ``ordnance_category``.
    """
    table = competence_table(iso3)
    found = table.get((kind, code))
    if found is None and kind == "category" and code in code_list("ordnance_category"):
        found = table.get((kind, code_list("ordnance_category")[code].parent))
    return found or LEVELS[-1]


def rank(level: str) -> int:
    """Return the place of a level, 1 the lowest; 0 for none."""
    return LEVELS.index(level) + 1 if level in LEVELS else 0


def highest(levels: Iterable[str]) -> str:
    """Return the highest of some levels; an empty text where there is none."""
    return max((level for level in levels if level in LEVELS), key=rank, default="")


def best_level(certificates: Iterable[Certificate], on: date) -> str:
    """Return the highest EOD level for which somebody holds a valid certificate on a day; empty where nobody does."""
    return highest(one.kind for one in certificates if one.is_valid(on))
