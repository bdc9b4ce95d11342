"""What a column's heading may mean in a form: codes, labels, aliases, numbered rows of repeats, parts of points.

Headings are compared by their search key. A heading in which several elements are meant is never decided here.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache, lru_cache

from torpaq.intake.batches.targets import How, Part, Target, read_target
from torpaq.intake.record.measures import M2, measure_of
from torpaq.intake.record.words import element_aliases
from torpaq.intake.tables.amounts import area_unit_of
from torpaq.standard.form import Element, ElementType, Form, load_form, versions_of
from torpaq.standard.text import fold_name

PART_WORDS: Mapping[str, Part] = {
    **dict.fromkeys(("lat", "latitude", "enlik", "sirota", "en dairesi", "n"), Part.LAT),
    **dict.fromkeys(("lon", "long", "lng", "longitude", "uzunluq", "dolgota", "uzunluq dairesi", "e"), Part.LON),
    **dict.fromkeys(("x", "koordinat x", "coord x"), Part.X),
    **dict.fromkeys(("y", "koordinat y", "coord y"), Part.Y),
    **dict.fromkeys(("zone", "utm zone", "zona", "zona utm", "utm zona"), Part.ZONE),
    **dict.fromkeys(("easting", "utm easting", "serq", "vostok"), Part.EASTING),
    **dict.fromkeys(("northing", "utm northing", "simal", "sever"), Part.NORTHING),
    **dict.fromkeys(
        ("mgrs", "utm", "gps", "wkt", "coordinates", "koordinat", "koordinatlar", "koordinati"), Part.WHOLE
    ),
}
NOTATION = re.compile(r"\((?:wgs ?84|dd|decimal degrees?|dms|degrees?|deg|°)\)", re.IGNORECASE)
BRACKETS = re.compile(r"[(\[]([^()\[\]]*)[)\]]")
PIECES = re.compile(r"\s*(?:/|\||\n|\s[–—-]\s)\s*")
NEAR_ENOUGH = 0.8


@dataclass(frozen=True)
class Vocabulary:
    """The words of a form's elements by search key: at the top, in repeats, and the repeats themselves."""

    form: Form
    top: Mapping[str, tuple[str, ...]]
    inner: Mapping[str, tuple[str, ...]]
    repeats: Mapping[str, tuple[str, ...]]
    by_alias: frozenset[str]

    def elements(self, key: str) -> list[str]:
        """Return the codes of the elements called so, those at the top before those in repeats."""
        return [*self.top.get(key, ()), *self.inner.get(key, ())]


@cache
def vocabulary_of(form: Form) -> Vocabulary:
    """Return the words of a form's elements."""
    top: dict[str, list[str]] = {}
    inner: dict[str, list[str]] = {}
    repeats: dict[str, list[str]] = {}
    own: set[str] = set()
    aliases = element_aliases(form.code)
    labels = _labels_of_all_versions(form)
    for element in form.elements:
        if element.type is ElementType.SECTION:
            continue
        into = repeats if element.type is ElementType.REPEAT else inner if form.repeat_of(element) else top
        words = {fold_name(word) for word in (element.code, *labels[element.code])}
        own |= words
        for word in words | ({fold_name(element.code[:-1])} if into is repeats else set()):
            into.setdefault(word, []).append(element.code)
    for key, codes in aliases.items():
        for code in codes:
            known = form.by_code.get(code)
            if known is None or key in own:  # what a label says goes before what people say
                continue
            into = repeats if known.type is ElementType.REPEAT else inner if form.repeat_of(known) else top
            into.setdefault(key, []).append(code)
    return Vocabulary(form, _frozen(top), _frozen(inner), _frozen(repeats), frozenset(aliases.keys() - own))


def _labels_of_all_versions(form: Form) -> dict[str, set[str]]:
    """Return what each element is called or was ever called: tables of an earlier version are still about."""
    labels: dict[str, set[str]] = {}
    for version in versions_of(form.code, form.country):
        for element in load_form(form.code, form.country, version).elements:
            labels.setdefault(element.code, set()).update(element.labels.values())
    return labels


def _frozen(words: Mapping[str, list[str]]) -> dict[str, tuple[str, ...]]:
    return {key: tuple(dict.fromkeys(codes)) for key, codes in words.items() if key}


def targets_of(parts: Sequence[str], form: Form) -> list[Target]:
    """Return what a heading may mean: nothing, one target, or several between which a person must choose.

    ``parts`` are the heading's rows from top to bottom. The whole heading is tried first, then its lowest row under
    the groups above it, then the pieces of one that says the same in several languages.
    """
    vocabulary = vocabulary_of(form)
    whole = " ".join(parts)
    for text in dict.fromkeys((whole, parts[-1] if parts else "")):
        found = _in_text(text, vocabulary)
        if len(parts) > 1 and len(found) != 1:
            found = _under_groups(found, parts[:-1], vocabulary) or found
        if found:
            return [_with_unit(target, whole, form) for target in found]
    pieces = [piece for part in parts for piece in _pieces(part)]
    agreed = [found[0] for piece in pieces if len(found := _in_text(piece, vocabulary)) == 1]
    by_path = {target.path: target for target in agreed}
    return [_with_unit(target, whole, form) for target in by_path.values()]


@lru_cache(maxsize=4_096)  # the same headings are asked about when a file is looked at, matched, checked and taken
def near_elements(heading: str, form: Form) -> tuple[str, ...]:
    """Return the codes of the elements whose words look most like a heading, at most three."""
    vocabulary = vocabulary_of(form)
    keys = [*vocabulary.top, *vocabulary.inner]
    near = get_close_matches(fold_name(heading), keys, n=6, cutoff=NEAR_ENOUGH)
    return tuple(dict.fromkeys(code for key in near for code in vocabulary.elements(key)))[:3]


def _in_text(text: str, vocabulary: Vocabulary) -> list[Target]:
    target = read_target(text, vocabulary.form, How.CODE)
    if target:
        return [target]
    for plain, is_without_unit in _plainer(text):
        key = fold_name(NOTATION.sub(" ", plain))
        found = _by_key(key, vocabulary) or _of_point(key, vocabulary)
        if is_without_unit:
            found = [target for target in found if unit_in_heading(text, target.element_of(vocabulary.form))]
        if found:
            return found
    return []


def _plainer(text: str) -> Iterator[tuple[str, bool]]:
    """Yield a heading as it is and without its unit, which only an element with such a unit may have had."""
    area_unit = area_unit_of(text)
    words = re.split(r"[\s,_/]+", text.strip())
    without_last = " ".join(words[:-1])
    without_brackets = BRACKETS.sub(" ", text)
    yield text, False
    if area_unit:
        yield f"{without_brackets if without_brackets != text else without_last} {M2}", True
    yield without_brackets, bool(area_unit)
    if without_last:
        yield without_last, True


def _by_key(key: str, vocabulary: Vocabulary) -> list[Target]:
    """Return the elements called so, or those in a numbered row: ``finds 2 category``, ``category 2``."""
    codes = vocabulary.elements(key)
    if codes:
        how = How.ALIAS if key in vocabulary.by_alias else How.LABEL
        how = How.CODE if key == fold_name(codes[0]) else how
        return [_target(code, 1, how, vocabulary.form, key) for code in codes]
    words = key.split()
    for position, word in enumerate(words):
        if word.isdigit() and len(word) <= 3 and int(word) > 0:
            before, behind = " ".join(words[:position]), " ".join(words[position + 1 :])
            found = _numbered(before, int(word), behind, vocabulary)
            if found:
                return found
    return _in_repeat(words, vocabulary)


def _numbered(before: str, row: int, behind: str, vocabulary: Vocabulary) -> list[Target]:
    form = vocabulary.form
    if before in vocabulary.repeats and behind:
        codes = [
            c for c in vocabulary.inner.get(behind, ()) if form.repeat_of(form.by_code[c]) in vocabulary.repeats[before]
        ]
    else:
        codes = list(vocabulary.inner.get(" ".join(filter(None, (before, behind))), ()))
    how = How.ALIAS if behind in vocabulary.by_alias or before in vocabulary.by_alias else How.LABEL
    return [_target(code, row, how, form) for code in codes]


def _in_repeat(words: Sequence[str], vocabulary: Vocabulary) -> list[Target]:
    """Return the element of a repeat whose name stands before it without a number: ``finds category``."""
    form = vocabulary.form
    for position in range(1, len(words)):
        before, behind = " ".join(words[:position]), " ".join(words[position:])
        repeats = vocabulary.repeats.get(before, ())
        codes = [c for c in vocabulary.inner.get(behind, ()) if form.repeat_of(form.by_code[c]) in repeats]
        if codes:
            return [_target(code, 1, How.LABEL, form) for code in codes]
    return []


def _of_point(key: str, vocabulary: Vocabulary) -> list[Target]:
    """Return the part of a point that a heading names: ``benchmark lat``, ``latitude of place``, ``find 1 place mgrs``.

    A part alone is that of the form's one required point, or of its only one.
    """
    if key in PART_WORDS:
        return [Target(code, part=PART_WORDS[key], how=How.ALIAS) for code in _main_points(vocabulary.form)]
    for rest, part in _parted(key):
        found = _by_key(rest, vocabulary)
        points = [t for t in found if t.element_of(vocabulary.form).type is ElementType.POINT]
        if points:
            return [Target(t.element, t.repeat, t.row, part, how=t.how) for t in points]
    return []


def _main_points(form: Form) -> list[str]:
    points = [element for element in form.asked() if element.type is ElementType.POINT]
    required = [element for element in points if element.required]
    return [element.code for element in required or points]


def _parted(key: str) -> Iterator[tuple[str, Part]]:
    words = key.split()
    for count in (2, 1):
        if len(words) > count:
            first, last = " ".join(words[:count]), " ".join(words[-count:])
            if last in PART_WORDS:
                yield " ".join(words[:-count]), PART_WORDS[last]
            if first in PART_WORDS:
                yield " ".join(word for word in words[count:] if word != "of"), PART_WORDS[first]


def _under_groups(found: Sequence[Target], groups: Sequence[str], vocabulary: Vocabulary) -> list[Target]:
    """Return those targets that stand in the repeat which a group above the heading names, in its row."""
    for group in reversed(groups):
        words = fold_name(group).split()
        rows = [int(word) for word in words if word.isdigit()]
        repeats = vocabulary.repeats.get(" ".join(word for word in words if not word.isdigit()), ())
        inside = [target for target in found if target.repeat in repeats]
        if inside:
            row = rows[0] if len(rows) == 1 and 0 < rows[0] < 1000 else 1
            return [Target(t.element, t.repeat, row, t.part, how=t.how) for t in inside]
    return []


def _pieces(text: str) -> list[str]:
    inside = BRACKETS.findall(text)
    return [piece for piece in (*PIECES.split(BRACKETS.sub(" ", text)), *inside) if piece.strip()]


def _target(code: str, row: int, how: How, form: Form, key: str = "") -> Target:
    element = form.by_code[code]
    repeat = form.repeat_of(element)
    part = PART_WORDS.get(key, Part.WHOLE) if element.type is ElementType.POINT else Part.WHOLE
    return Target(code, repeat, row if repeat else 0, part, how=how)


def _with_unit(target: Target, heading: str, form: Form) -> Target:
    """Return the target with the unit that the heading names, as far as the element is asked in one."""
    unit = unit_in_heading(heading, target.element_of(form))
    return Target(target.element, target.repeat, target.row, target.part, unit, target.how) if unit else target


def unit_in_heading(heading: str, element: Element) -> str:
    """Return the unit that a heading names for an element's numbers, empty for none.

    A unit stands in brackets or ends the heading; that the element's own label names one says nothing about the cells.
    """
    if element.unit == M2:
        return area_unit_of(heading)
    if not element.unit:
        return ""
    words = [*BRACKETS.findall(heading), *re.split(r"[\s,_/]+", heading.strip())[-1:]]
    return next((measure.unit for word in words if (measure := measure_of(word, element.unit))), "")
