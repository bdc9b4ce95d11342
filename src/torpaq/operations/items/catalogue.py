"""The catalogue of models, and what people mean when they write one: in Latin, in Cyrillic, or in both at once.

``ПМН-2``, ``PMN-2``, ``pmn 2`` and ``PМН2`` (with one Latin letter) are one model. A digit is never taken for another:
``PMN-2`` and ``PMN-4`` differ by how they are made safe.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum
from functools import cache
from types import MappingProxyType

from torpaq.standard.problems import LANGUAGES
from torpaq.standard.tables import STANDARD, read_table
from torpaq.standard.text import az_lower, fold_name

UNKNOWN_WORDS = (
    *("unknown", "none", "n/a", "?", "-", "naməlum", "məlum deyil", "bilinmir", "yoxdur"),
    *("неизвестно", "неизвестный", "неизвестная", "неизвестен", "не определено", "нет"),
)
MOST_NEAR = 5
_PARTS = re.compile(r"[^\W\d_]+|\d+")
_SOUNDS = (("shch", "s"), ("sch", "s"), ("sh", "s"), ("ch", "c"), ("zh", "j"), ("kh", "x"), ("q", "g"), ("w", "v"))
"""How English and Azerbaijani write the sounds that folding a Cyrillic name leaves as one letter."""
_AS_LATIN = str.maketrans("авекмнорстухіј", "abekmhopctyxij")
_AS_CYRILLIC = str.maketrans("abekmhopctyx", "авекмнорстух")
"""Small letters that look alike as capitals: what is seen, in the other alphabet."""


class Sureness(IntEnum):
    """How sure it is that a text means a model."""

    PERHAPS = 1
    LIKELY = 2
    SURE = 3


@dataclass(frozen=True, slots=True)
class Model:
    """One model of the catalogue with its category, its names by language and what else it is called."""

    code: str
    category: str
    names: Mapping[str, str]
    aliases: tuple[str, ...]

    @property
    def texts(self) -> tuple[str, ...]:
        """Everything that names it."""
        return tuple(dict.fromkeys((self.code, *self.names.values(), *self.aliases)))


@dataclass(frozen=True, slots=True)
class Identified:
    """A model that a text may mean, and how sure that is."""

    code: str
    sureness: Sureness


@cache
def models() -> Mapping[str, Model]:
    """Return every model by its code. Raises ``ValueError`` where a code stands twice."""
    found: dict[str, Model] = {}
    for row in read_table(STANDARD / "ordnance_catalogue.csv"):
        if row["code"] in found:
            raise ValueError(f"ordnance_catalogue.csv: the code {row['code']} stands twice")
        names = MappingProxyType({language: row[language] for language in LANGUAGES})
        aliases = tuple(alias.strip() for alias in row["aliases"].split("|") if alias.strip())
        found[row["code"]] = Model(row["code"], row["category"], names, aliases)
    return MappingProxyType(found)


def key_of(text: str) -> str:
    """Return the key of a name: plain Latin letters and digits alone, sounds written one way."""
    folded = "".join(fold_name(text).split())
    for written, letter in _SOUNDS:
        folded = folded.replace(written, letter)
    return folded


def identify(text: str, category: str = "") -> list[Identified]:
    """Return the models that a text may mean, the surest first; none for an unknown or an empty one.

    ``category`` is what a report says it is, and prefers its models where a name is shared. *Sure* is a name or alias
    as it stands, of one model alone; *likely* one read through letters that look alike, or one among other words;
    *perhaps* a shared name, or one that differs by one letter, never by a digit.
    """
    if not text.strip() or is_unknown(text):
        return []
    return _ordered(_whole(text, category) or _within(text, category) or _nearly(text), category)


def best(text: str, category: str = "") -> str:
    """Return the code of the one model that a text means, surely or likely; an empty text where nobody can tell."""
    found = [one for one in identify(text, category) if one.sureness >= Sureness.LIKELY]
    return found[0].code if len(found) == 1 else ""


def model_key(text: str, category: str = "") -> str:
    """Return what mentions of a model are compared by: the catalogue's code, else the folded text; empty if unknown."""
    return best(text, category) or ("" if is_unknown(text) else key_of(text))


def is_unknown(text: str) -> bool:
    """Say whether a text says that the model is not known."""
    return key_of(text) in _unknown_keys()


@cache
def _unknown_keys() -> frozenset[str]:
    return frozenset(map(key_of, UNKNOWN_WORDS))


def search(text: str) -> list[Model]:
    """Return the models whose name, alias or category begins with or holds a text; all of them for an empty text."""
    key = key_of(text)
    if not key:
        return list(models().values())
    exact = [one.code for one in identify(text)]
    held = [
        model.code
        for model in models().values()
        if any(key in key_of(named) for named in (*model.texts, model.category))
    ]
    return [models()[code] for code in dict.fromkeys([*exact, *held])]


# -- readings ---------------------------------------------------------------------------------------------------------


@cache
def _codes_by_key() -> Mapping[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for model in models().values():
        for named in model.texts:
            codes = found.setdefault(key_of(named), [])
            if model.code not in codes:
                codes.append(model.code)
    return MappingProxyType({key: tuple(codes) for key, codes in found.items()})


def _whole(text: str, category: str) -> dict[str, Sureness]:
    """Read the whole text as a name: as it is written, then as it looks."""
    plain = key_of(text)
    for number, key in enumerate(_readings(text)):
        codes = _codes_by_key().get(key, ())
        codes = tuple(code for code in codes if models()[code].category == category) or codes
        if codes:
            alone = Sureness.SURE if number == 0 or key == plain else Sureness.LIKELY
            return dict.fromkeys(codes, alone if len(codes) == 1 else Sureness.PERHAPS)
    return {}


def _readings(text: str) -> Iterator[str]:
    """Yield the keys a text may have: as written, then with look-alike letters taken for the other alphabet's."""
    yield key_of(text)
    lowered = az_lower(text)
    lowered = lowered.replace("ı", "i")
    yield key_of(lowered.translate(_AS_LATIN))
    yield key_of(lowered.translate(_AS_CYRILLIC))


def _within(text: str, category: str) -> dict[str, Sureness]:
    """Find names among other words: ``two PMN-2 in the ditch``; the longest name wins where one holds another."""
    words = fold_name(_spaced(text)).split()
    found: dict[str, Sureness] = {}
    taken: set[int] = set()
    spans = sorted(
        ((first, last) for first in range(len(words)) for last in range(first + 1, min(len(words), first + 4) + 1)),
        key=lambda span: (span[0] - span[1], span[0]),
    )
    for first, last in spans:
        if taken.intersection(range(first, last)):
            continue
        key = key_of("".join(words[first:last]))
        codes = _codes_by_key().get(key, ()) if len(key) > (1 if last - first == 1 else 2) else ()
        codes = tuple(code for code in codes if models()[code].category == category) or codes
        if codes:
            taken.update(range(first, last))
            found |= dict.fromkeys(codes, Sureness.LIKELY if len(codes) == 1 else Sureness.PERHAPS)
    return found if len(found) == 1 else dict.fromkeys(found, Sureness.PERHAPS)


def _spaced(text: str) -> str:
    """Part nothing that belongs together: a hyphen, a point and a comma inside a name are no blank here."""
    return re.sub(r"(?<=\w)[-.,/](?=\w)", "", text)


def _nearly(text: str) -> dict[str, Sureness]:
    """Find names one letter away, with every digit the same."""
    key = key_of(text)
    digits = _digits(key)
    if len(key) < 4:
        return {}
    near = [codes for known, codes in _codes_by_key().items() if _digits(known) == digits and _one_apart(key, known)]
    return {code: Sureness.PERHAPS for codes in near for code in codes}


def _digits(key: str) -> list[str]:
    return [part for part in _PARTS.findall(key) if part.isdigit()]


def _one_apart(one: str, other: str) -> bool:
    """Say whether one letter more, less, or another one makes one key of the other."""
    if abs(len(one) - len(other)) > 1:
        return False
    start = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    rest, other_rest = one[start:], other[start:]
    return rest[1:] == other_rest[1:] or rest[1:] == other_rest or rest == other_rest[1:]


def _ordered(found: Mapping[str, Sureness], category: str) -> list[Identified]:
    def order(code: str) -> tuple[int, bool, str]:
        return -found[code], models()[code].category != category, code

    return [Identified(code, found[code]) for code in sorted(found, key=order)]


def near_names(text: str, language: str, category: str = "") -> list[str]:
    """Return a few names of the catalogue that a text may mean."""
    return [models()[one.code].names[language] for one in identify(text, category)[:MOST_NEAR]]


def fits_category(code: str, category: str, parents: Mapping[str, str]) -> bool:
    """Say whether a report's category is the model's own, or one above it in the list ``ordnance_category``.

    ``parents`` names each category's parent. Abandoned and unknown ordnance may be of any model.
    """
    if category in {"", "unknown", "axo"}:
        return True
    return category in _line(models()[code].category, parents)


def _line(category: str, parents: Mapping[str, str]) -> Iterable[str]:
    while category:
        yield category
        category = parents.get(category, "")
