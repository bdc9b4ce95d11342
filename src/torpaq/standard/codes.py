"""Code lists: what may be said, as data. Where code branches on a code there is an enum as well, equal by test."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

from torpaq.standard.problems import LANGUAGES
from torpaq.standard.tables import STANDARD, read_table


@dataclass(frozen=True, slots=True)
class Code:
    """One row of a code list; ``since`` and ``retired`` are ISO dates or editions, empty where unbounded."""

    code: str
    parent: str
    clause: str
    since: str
    retired: str
    labels: Mapping[str, str]


def read_codes(path: Path, beside: Mapping[str, Code] = MappingProxyType({})) -> Mapping[str, Code]:
    """Read one list: columns code, parent, clause, since, retired, az, en, ru. Order is kept.

    ``beside`` is the list that this one adds to; its codes may be parents. Raises ``ValueError`` where a code stands
    twice or a parent is not in the list.
    """
    codes: dict[str, Code] = {}
    for row in read_table(path):
        if row["code"] in codes:
            raise ValueError(f"{path.name}: the code {row['code']} stands twice")
        labels = MappingProxyType({language: row[language] for language in LANGUAGES})
        codes[row["code"]] = Code(row["code"], row["parent"], row["clause"], row["since"], row["retired"], labels)
    orphans = [
        code.code for code in codes.values() if code.parent and code.parent not in codes and code.parent not in beside
    ]
    if orphans:
        raise ValueError(f"{path.name}: {orphans} name a parent that is not in the list")
    return MappingProxyType(codes)


@cache
def code_list(name: str) -> Mapping[str, Code]:
    """Return the standard's list of that name, for instance ``entry_kind``; ``FileNotFoundError`` if none."""
    return read_codes(STANDARD / "lists" / f"{name}.csv")


@cache
def list_names() -> tuple[str, ...]:
    """Return the names of all lists of the standard."""
    return tuple(sorted(path.stem for path in (STANDARD / "lists").glob("*.csv")))
