"""The glossary: each thing has one name in code and one term in each language; meanings are in our own words."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from torpaq.standard.problems import LANGUAGES
from torpaq.standard.tables import STANDARD, read_table


@dataclass(frozen=True, slots=True)
class Term:
    """One row of ``terms.csv``; ``do_not_say`` are words that we avoid because they mean something else as well."""

    code: str
    names: Mapping[str, str]
    meaning: str
    do_not_say: tuple[str, ...]
    clause: str


@cache
def terms() -> Mapping[str, Term]:
    """Return every term by its name in code, in the order of the table; ``ValueError`` where one stands twice."""
    found: dict[str, Term] = {}
    for row in read_table(STANDARD / "terms.csv"):
        if row["code"] in found:
            raise ValueError(f"terms.csv: {row['code']} stands twice")
        names = MappingProxyType({language: row[language] for language in LANGUAGES})
        avoided = tuple(word.strip() for word in row["do_not_say"].split(";") if word.strip())
        found[row["code"]] = Term(row["code"], names, row["meaning"], avoided, row["clause"])
    return MappingProxyType(found)
