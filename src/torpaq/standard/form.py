"""Forms as data: what a report is asked, from ``forms/*.csv``, with a country's own elements and codes beside it.

A form has *elements*. From the same rows come the desk's pages, phones' forms, Excel templates, validators, the
JSON Schema and the manual. A form's version is ``S`` or ``S.C``: the standard's own number, and the country's where
that has elements of its own. Rows are never removed, so every version ever published stays readable.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from functools import cache, cached_property
from itertools import groupby
from pathlib import Path
from types import MappingProxyType

from torpaq.standard.codes import Code, code_list, read_codes
from torpaq.standard.condition import Condition, Operator, read_condition
from torpaq.standard.country import load_country
from torpaq.standard.problems import LANGUAGES
from torpaq.standard.tables import STANDARD, read_table

FORMS = STANDARD / "forms"
CODE = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*")
AREA = "area"
"""What a reference names where it names no other record but a hazardous area of the ledger."""


class ElementType(StrEnum):
    """What an element takes. Sections only give headings; a repeat holds rows of its own elements."""

    SECTION = "section"
    REPEAT = "repeat"
    TEXT = "text"
    LONG_TEXT = "long_text"
    CODE = "code"
    CODES = "codes"
    INTEGER = "integer"
    DECIMAL = "decimal"
    DATE = "date"
    TIME = "time"
    DATETIME = "datetime"
    POINT = "point"
    LINE = "line"
    POLYGON = "polygon"
    FILE = "file"
    REFERENCE = "reference"
    UNIT = "unit"
    ORGANISATION = "organisation"


GEOMETRIES = (ElementType.POINT, ElementType.LINE, ElementType.POLYGON)
LISTED = (ElementType.CODE, ElementType.CODES)
NUMBERS = (ElementType.INTEGER, ElementType.DECIMAL)
_WORDS = (
    ElementType.CODE,
    ElementType.TEXT,
    ElementType.REFERENCE,
    ElementType.UNIT,
    ElementType.ORGANISATION,
)
_LOOKED_AT = MappingProxyType(
    {
        Operator.IS: _WORDS,
        Operator.IS_NOT: _WORDS,
        Operator.HAS: (ElementType.CODES,),
        Operator.FILLED: tuple(set(ElementType) - {ElementType.SECTION, ElementType.REPEAT}),
    }
)
"""Which types each operator of a condition can look at."""


class Sensitivity(StrEnum):
    """How far an element's value may be shown; ``vault`` identifies a person and is kept apart."""

    PUBLIC = "public"
    PARTNER = "partner"
    INTERNAL = "internal"
    RESTRICTED = "restricted"
    VAULT = "vault"


@dataclass(frozen=True, slots=True)
class Element:
    """One row of a form. ``parent`` is the section or repeat it stands in; ``by_person`` is never merged by machine.

    ``least`` and ``most`` bound numbers, in ``unit``. ``from_country`` tells a country's own element. ``condition`` is
    its own together with those of the sections it stands in.
    """

    code: str
    parent: str
    type: ElementType
    list: str
    required: bool
    condition: Condition
    unit: str
    least: Decimal | None
    most: Decimal | None
    by_person: bool
    clause: str
    sensitive: Sensitivity
    since: int
    retired: int | None
    from_country: bool
    labels: Mapping[str, str]
    hints: Mapping[str, str]


@dataclass(frozen=True, eq=False)
class Form:
    """One version of a form: its elements in order and the code lists they name, a country's codes included.

    There is one value of each version in a process: two are the same where they are the same object.
    """

    code: str
    version: str
    country: str
    clause: str
    record: str
    proposes: bool
    labels: Mapping[str, str]
    about: Mapping[str, str]
    elements: tuple[Element, ...]
    lists: Mapping[str, Mapping[str, Code]]

    @cached_property
    def by_code(self) -> Mapping[str, Element]:
        """The elements by their code."""
        return MappingProxyType({element.code: element for element in self.elements})

    def children(self, parent: str) -> tuple[Element, ...]:
        """Return the elements that stand directly in a section or repeat; of the form itself for an empty text."""
        return tuple(element for element in self.elements if element.parent == parent)

    def repeat_of(self, element: Element) -> str:
        """Return the code of the repeat an element stands in, through sections; an empty text for none."""
        return self._repeats[element.code]

    def asked(self, repeat: str = "") -> tuple[Element, ...]:
        """Return the elements that take values at the top (or in a repeat's row), repeats themselves included."""
        return self._asked.get(repeat, ())

    @cached_property
    def by_person(self) -> frozenset[str]:
        """The codes of the elements, those in repeats as well, that no machine may merge."""
        return frozenset(element.code for element in self.elements if element.by_person)

    @cached_property
    def _repeats(self) -> Mapping[str, str]:
        found: dict[str, str] = {}
        for element in self.elements:  # a parent stands before its elements
            above = self.by_code.get(element.parent)
            is_repeat = above is not None and above.type is ElementType.REPEAT
            found[element.code] = element.parent if is_repeat else found.get(element.parent, "")
        return found

    @cached_property
    def _asked(self) -> Mapping[str, tuple[Element, ...]]:
        found: dict[str, list[Element]] = {}
        for element in self.elements:
            if element.type is not ElementType.SECTION:
                found.setdefault(self._repeats[element.code], []).append(element)
        return {repeat: tuple(elements) for repeat, elements in found.items()}


def form_codes() -> tuple[str, ...]:
    """Return the codes of all forms, in the order of ``forms.csv``."""
    return tuple(_index())


def load_form(code: str, country: str = "", version: str = "") -> Form:
    """Return a form in a version (the newest without one) with the additions of a country (ISO 3166-1, three letters).

    Raises ``KeyError`` for a form or a version that there is not, and ``ValueError`` where our own tables are broken.
    """
    return _load(code, country.lower(), version or versions_of(code, country)[-1])


def versions_of(code: str, country: str = "") -> tuple[str, ...]:
    """Return every version of a form, the oldest first; ``KeyError`` for a form that there is not."""
    standard, added = _rows(code, country.lower())
    numbers = sorted({number for row in standard for number in _numbers(row)})
    own_numbers = sorted({number for row in added for number in _numbers(row)})
    return tuple(f"{number}{suffix}" for number in numbers for suffix in ("", *(f".{own}" for own in own_numbers)))


@cache
def _load(code: str, country: str, version: str) -> Form:
    if version not in versions_of(code, country):
        raise KeyError(f"{code} has no version {version}; there are {', '.join(versions_of(code, country))}")
    number, _, own_number = version.partition(".")
    standard, own = _rows(code, country)
    elements = [
        *_standing([_element(row, False, code) for row in standard], int(number)),
        *_standing([_element(row, True, code) for row in own], int(own_number or 0)),
    ]
    ordered = _under_conditions(_in_sections(elements))
    lists = {e.list: _codes(e.list, country) for e in ordered if e.type in LISTED and e.list}
    row = _index()[code]
    form = Form(
        code,
        version,
        country,
        row["clause"],
        row["record"],
        row["proposes"] == "yes",
        MappingProxyType({language: row[language] for language in LANGUAGES}),
        MappingProxyType({language: row[f"about_{language}"] for language in LANGUAGES}),
        tuple(ordered),
        MappingProxyType(lists),
    )
    _check(form)
    return form


@cache
def _index() -> Mapping[str, dict[str, str]]:
    return MappingProxyType({row["code"]: row for row in read_table(FORMS / "forms.csv")})


@cache
def _rows(code: str, country: str) -> tuple[Sequence[dict[str, str]], Sequence[dict[str, str]]]:
    """Return the standard's rows (the common header's first, unless the form has its own) and the country's."""
    if code not in _index():
        raise KeyError(f"there is no form {code}; there are {', '.join(_index())}")
    form = read_table(FORMS / f"{code}.csv")
    own_codes = {row["code"] for row in form}
    header = [row for row in read_table(FORMS / "header.csv") if row["code"] not in own_codes]
    path = _country_folder(country) / "forms" / f"{code}.csv" if country else None
    return [*header, *form], read_table(path) if path and path.exists() else []


def _country_folder(country: str) -> Path:
    return load_country(country).folder


def _numbers(row: Mapping[str, str]) -> list[int]:
    return [int(row["since"]), *([int(row["retired"])] if row["retired"] else [])]


def _element(row: Mapping[str, str], from_country: bool, form: str) -> Element:
    try:
        return Element(
            code=row["code"],
            parent=row["parent"],
            type=ElementType(row["type"]),
            list=row["list"],
            required={"yes": True, "": False}[row["required"]],
            condition=read_condition(row["condition"]),
            unit=row["unit"],
            least=Decimal(row["least"]) if row["least"] else None,
            most=Decimal(row["most"]) if row["most"] else None,
            by_person={"person": True, "": False}[row["merge"]],
            clause=row["clause"],
            sensitive=Sensitivity(row["sensitive"]),
            since=int(row["since"]),
            retired=int(row["retired"]) if row["retired"] else None,
            from_country=from_country,
            labels=MappingProxyType({language: row[language] for language in LANGUAGES}),
            hints=MappingProxyType({language: row[f"hint_{language}"] for language in LANGUAGES}),
        )
    except (KeyError, ValueError, ArithmeticError) as error:
        raise ValueError(f"{form}.csv: {row.get('code')}: {error!r}") from error


def _standing(rows: Sequence[Element], version: int) -> list[Element]:
    """Return the rows that stand in a version: of each code the latest that had begun, unless it is retired by then."""
    latest: dict[str, Element] = {}
    for row in rows:
        known = latest.get(row.code)
        if known and known.since == row.since:
            raise ValueError(f"{row.code} stands twice since version {row.since}")
        if known and known.type is not row.type:
            raise ValueError(f"{row.code} was {known.type} and cannot become {row.type}: retire it and take a new code")
        if row.since <= version and (known is None or known.since < row.since):
            latest[row.code] = row  # in the place of the row that it replaces
    return [row for row in latest.values() if row.retired is None or version < row.retired]


def _in_sections(elements: Sequence[Element]) -> list[Element]:
    """Return elements with a country's own ones moved to the end of the section or repeat that they stand in."""
    twice = [code for code, count in Counter(element.code for element in elements).items() if count > 1]
    if twice:
        raise ValueError(f"{sorted(twice)} stand in the standard's form already: a country takes other codes")
    by_parent = {parent: list(rows) for parent, rows in groupby(sorted(elements, key=_parent), key=_parent)}
    ordered: list[Element] = []

    def take(parent: str) -> None:
        for element in by_parent.pop(parent, ()):
            ordered.append(element)
            take(element.code)

    take("")
    if by_parent:
        raise ValueError(f"elements stand in {sorted(by_parent)}, which are no sections or repeats")
    return ordered


def _parent(element: Element) -> str:
    return element.parent


def _under_conditions(elements: Iterable[Element]) -> list[Element]:
    """Return elements, parents first, each with its section's condition besides its own: it is asked only there."""
    known: dict[str, Element] = {}
    for element in elements:
        above = known.get(element.parent)
        if above and above.type is ElementType.SECTION and above.condition.clauses:
            known[element.code] = replace(element, condition=above.condition.and_also(element.condition))
        else:
            known[element.code] = element
    return list(known.values())


@cache
def _codes(name: str, country: str) -> Mapping[str, Code]:
    """Return a list of the standard with the codes that a country adds, or a country's own list."""
    path = _country_folder(country) / "lists" / f"{name}.csv" if country else None
    own = path is not None and path.exists()
    in_standard = (STANDARD / "lists" / f"{name}.csv").exists()
    if path is None or not own:
        if not in_standard:
            raise ValueError(f"there is no list {name!r}")
        return code_list(name)
    if not in_standard:
        return read_codes(path)
    standard = code_list(name)
    added = read_codes(path, standard)
    twice = set(standard) & set(added)
    if twice:
        raise ValueError(f"{path}: {sorted(twice)} stand in the standard's list already")
    return MappingProxyType({**standard, **added})


def _check(form: Form) -> None:
    """Raise ``ValueError`` where a form's own table contradicts itself: a broken programme, not bad data."""
    seen: dict[str, Element] = {}
    for element in form.elements:
        where = f"{form.code}.csv: {element.code}"
        _check_place(form, element, where)
        _check_type(element, where)
        _check_condition(form, element, seen, where)
        seen[element.code] = element


def _check_place(form: Form, element: Element, where: str) -> None:
    above = form.by_code.get(element.parent)
    if not CODE.fullmatch(element.code):
        raise ValueError(f"{where} is no code: write small letters, digits and single _ between them")
    if above and above.type not in (ElementType.SECTION, ElementType.REPEAT):
        raise ValueError(f"{where} stands in {element.parent}, which is no section or repeat")
    if element.type is ElementType.REPEAT and form.repeat_of(element):
        raise ValueError(f"{where} is a repeat within a repeat")


def _check_type(element: Element, where: str) -> None:
    if not all(element.labels.values()) or len({bool(hint) for hint in element.hints.values()}) > 1:
        raise ValueError(f"{where} lacks a label or a hint in some language")
    if (element.type in LISTED or element.type is ElementType.REFERENCE) != bool(element.list):
        raise ValueError(f"{where} of type {element.type} names the list {element.list!r}")
    if element.type is ElementType.REFERENCE and element.list not in (AREA, *_index()):
        raise ValueError(f"{where} refers to {element.list}, which is no form")
    bounds = [bound for bound in (element.least, element.most) if bound is not None]
    if (bounds and element.type not in NUMBERS) or bounds != sorted(bounds):
        raise ValueError(f"{where} of type {element.type} is bounded by {' and '.join(map(str, bounds))}")


def _check_condition(form: Form, element: Element, seen: Mapping[str, Element], where: str) -> None:
    """A condition looks back only, so that no two elements wait for each other, and asks what its element can say."""
    for clause in element.condition.clauses:
        named = seen.get(clause.element)
        if named is None or form.repeat_of(named) not in ("", form.repeat_of(element)):
            raise ValueError(f"{where} has a condition on {clause.element}, which is not asked before it")
        unknown = set(clause.codes) - set(form.lists.get(named.list, clause.codes))
        if unknown:
            raise ValueError(f"{where} has a condition on {sorted(unknown)}, which {named.list} lacks")
        if named.type not in _LOOKED_AT[clause.operator]:
            raise ValueError(f"{where} has a condition on {named.code} with '{clause.operator}': it is a {named.type}")
