"""The words of printed pages, as data: a key and what it says in each language."""

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from torpaq.standard.problems import LANGUAGES
from torpaq.standard.tables import STANDARD, read_table


@cache
def print_words() -> Mapping[str, Mapping[str, str]]:
    """Return the words by key and language. Raises ``ValueError`` where a key stands twice or a language is missing."""
    found: dict[str, Mapping[str, str]] = {}
    for row in read_table(STANDARD / "words" / "print.csv"):
        if row["key"] in found:
            raise ValueError(f"print.csv: {row['key']} stands twice")
        if not all(row[language] for language in LANGUAGES):
            raise ValueError(f"print.csv: {row['key']} is not said in every language")
        found[row["key"]] = MappingProxyType({language: row[language] for language in LANGUAGES})
    return MappingProxyType(found)
