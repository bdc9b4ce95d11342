"""The words under which codes are met: the code, its labels in three languages, and the aliases that people use.

A word is compared by its search key (:func:`torpaq.standard.text.fold_name`), so letter case, marks and script do not
count. A code or a label is what the form itself shows; an alias is an interpretation and reported as one. A word that
means two codes, or none, is a question for whoever wrote it: what looks like it is offered, never taken.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from types import MappingProxyType

from torpaq.standard.codes import Code
from torpaq.standard.form import FORMS, Form
from torpaq.standard.tables import read_table
from torpaq.standard.text import fold_name

ANY_FORM = "*"
NEAR_ENOUGH = 0.75
OFFERED = 3


@dataclass(frozen=True, slots=True)
class Meant:
    """What a word may mean: no code, one, or several between which nobody but its writer can choose."""

    codes: tuple[str, ...]
    is_alias: bool = False


NOTHING = Meant(())


@dataclass(frozen=True)
class Words:
    """Every word of one code list, by search key."""

    own: Mapping[str, tuple[str, ...]]
    aliases: Mapping[str, tuple[str, ...]]

    def find(self, text: str) -> Meant:
        """Return the codes that a word means; those that it is the code or a label of come before those by alias."""
        key = fold_name(text)
        if key in self.own:
            return Meant(self.own[key])
        return Meant(self.aliases[key], is_alias=True) if key in self.aliases else NOTHING

    def near(self, text: str) -> tuple[str, ...]:
        """Return the codes of the words that look most like a text, at most three, the likest first."""
        key = fold_name(text)
        keys = get_close_matches(key, [*self.own, *self.aliases], n=2 * OFFERED, cutoff=NEAR_ENOUGH)
        codes = [code for key in keys for code in self.own.get(key) or self.aliases[key]]
        return tuple(dict.fromkeys(codes))[:OFFERED]


@cache
def words_of(form: Form, name: str) -> Words:
    """Return the words of one of a form's code lists, the country's own codes included."""
    return _words(form.lists[name], name)


def _words(codes: Mapping[str, Code], name: str) -> Words:
    own: dict[str, list[str]] = {}
    for code in codes.values():
        for word in (code.code, *code.labels.values()):
            _add(own, word, code.code)
    for name_of_code in codes:  # what is a code itself means that code, whatever other codes are called
        own[fold_name(name_of_code)] = [name_of_code]
    aliases: dict[str, list[str]] = {}
    for row in _value_aliases():
        if row["list"] == name and row["code"] in codes:
            _add(aliases, row["alias"], row["code"])
    return Words(_frozen(own), _frozen(aliases))


def _add(words: dict[str, list[str]], word: str, code: str) -> None:
    meant = words.setdefault(fold_name(word), [])
    if code not in meant:
        meant.append(code)


def _frozen(words: Mapping[str, list[str]]) -> Mapping[str, tuple[str, ...]]:
    return MappingProxyType({key: tuple(codes) for key, codes in words.items() if key})


@cache
def _value_aliases() -> tuple[dict[str, str], ...]:
    return _table("value_aliases.csv")


@cache
def element_aliases(form: str) -> Mapping[str, tuple[str, ...]]:
    """Return the elements that a column heading may mean in a form, by the heading's search key."""
    found: dict[str, list[str]] = {}
    for row in _table("aliases.csv"):
        if row["form"] in (form, ANY_FORM):
            _add(found, row["alias"], row["element"])
    return _frozen(found)


def _table(name: str) -> tuple[dict[str, str], ...]:
    path = FORMS / name
    return tuple(read_table(path)) if path.exists() else ()
