"""A form's page as fields, made from the form's own rows: every form has its page, and none is written by hand."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from secrets import token_hex

from django.http import QueryDict

from torpaq.intake.record.context import Context
from torpaq.intake.record.record import Value
from torpaq.standard.condition import Condition
from torpaq.standard.form import AREA, Element, ElementType
from torpaq.standard.problems import Problem
from torpaq.web.desk.choices import Choices, organisation_choices, unit_groups
from torpaq.web.desk.record_input import FormInput, row_ids_typed, rows_of, under
from torpaq.web.desk.record_words import geojson, in_words, polygon_words, shape_of, unit_words
from torpaq.web.desk.templatetags.desk import language

FEW = 4
LEGS_SHOWN = 4
NEW_ROW = "new-row"
"""The id that stands in a repeat's empty row, from which the page's script makes more."""

WIDGETS = {
    ElementType.TEXT: "text",
    ElementType.LONG_TEXT: "long_text",
    ElementType.INTEGER: "number",
    ElementType.DECIMAL: "number",
    ElementType.DATE: "date",
    ElementType.TIME: "time",
    ElementType.DATETIME: "datetime-local",
    ElementType.CODES: "checkboxes",
    ElementType.POINT: "point",
    ElementType.LINE: "line",
    ElementType.POLYGON: "polygon",
    ElementType.FILE: "file",
    ElementType.REFERENCE: "reference",
    ElementType.UNIT: "unit",
    ElementType.ORGANISATION: "select",
}
WIDE = ("long_text", "checkboxes", "line", "polygon", "file")


@dataclass(frozen=True, slots=True)
class Asked:
    """What fields, sections and repeats have in common: the element's label, its hint, and when it is asked."""

    code: str
    label: str
    hint: str
    condition: str
    required: bool


@dataclass(frozen=True, slots=True)
class Field(Asked):
    """One field: its name, how it is drawn, what it holds, what it offers, and what was found about it."""

    name: str
    widget: str
    value: str
    chosen: Sequence[str]
    choices: Choices
    groups: Sequence[tuple[str, Choices]]
    unit: str
    refers_to: str
    problems: Sequence[Problem]
    kept: str
    locked: bool
    part: QueryDict | None = None
    legs: Sequence[tuple[str, str, str]] = ()
    polygon: str = ""
    polygon_words: str = ""
    kept_polygon: str = ""
    traverse: Mapping[str, object] | None = None

    @property
    def id(self) -> str:
        """The field's id in the page: without dots, which selectors would take for classes."""
        return "f-" + self.name.replace(".", "--")

    @property
    def is_kept(self) -> bool:
        """Say whether a polygon's field holds the polygon as it stood."""
        return bool(self.part and self.kept and self.part.get("source", "kept") == "kept")

    @property
    def described_by(self) -> str:
        """The ids of what is said about the field."""
        return f"{self.id}-hint {self.id}-problems" if self.hint else f"{self.id}-problems"

    @property
    def is_section(self) -> bool:
        """A field is none."""
        return False

    @property
    def is_wide(self) -> bool:
        """Say whether the field takes the whole width."""
        return self.widget in WIDE

    @property
    def is_group(self) -> bool:
        """Say whether the field is several inputs under one legend."""
        return self.widget in ("radio", "checkboxes", "polygon")


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a repeat."""

    id: str
    number: int
    parts: "Sequence[Field | Section]"


@dataclass(frozen=True, slots=True)
class Section(Asked):
    """A heading with what stands under it; a repeat where it has ``rows`` instead, with an ``empty`` one to copy."""

    parts: "Sequence[Field | Section]" = ()
    is_repeat: bool = False
    rows: Sequence[Row] = ()
    empty: Row | None = None
    problems: Sequence[Problem] = ()
    locked: int = 0

    @property
    def id(self) -> str:
        """The section's or repeat's id in the page."""
        return f"f-{self.code}"

    @property
    def is_section(self) -> bool:
        """A section is one, and so is a repeat."""
        return True


@dataclass(slots=True)
class Page:
    """What a page is made of: the typed texts, what was read of them, and what the page was made from."""

    context: Context
    typed: QueryDict
    given: FormInput
    base: Mapping[str, Value]
    locked: Collection[str]
    organisations: Choices = field(default_factory=list)
    units: Sequence[tuple[str, Choices]] = ()


def page_sections(page: Page) -> list[Field | Section]:
    """Return the whole page in the order of the form."""
    page.organisations, page.units = organisation_choices(), unit_groups()
    return _parts(page, "", "", page.base)


def field_alone(element: Element, name: str, typed: QueryDict, problems: Sequence[Problem], context: Context) -> Field:
    """Return one field that stands by itself; it is asked whatever else was answered."""
    page = Page(context, typed, FormInput(problems={name: list(problems)}), {}, ())
    page.organisations, page.units = organisation_choices(), unit_groups()
    return replace(_field(page, element, name, None), condition="", required=False)


def has_map(context: Context) -> bool:
    """Say whether a form asks for any place."""
    return any(
        element.type in (ElementType.POINT, ElementType.LINE, ElementType.POLYGON) for element in context.form.elements
    )


def fields_of(parts: "Sequence[Field | Section]") -> list[Field | Section]:
    """Return every field and repeat that a page shows, in order: all beside which something may be told."""
    found: list[Field | Section] = []
    for part in parts:
        if isinstance(part, Section):
            inner = [*part.parts, *(one for row in part.rows for one in row.parts)]
            found += [part, *fields_of(inner)] if part.is_repeat else fields_of(inner)
        else:
            found.append(part)
    return found


def new_row_id() -> str:
    """Return an id for a new row that nobody else gives one."""
    return f"r{token_hex(6)}"


def _parts(page: Page, parent: str, prefix: str, base: Mapping[str, Value]) -> list[Field | Section]:
    return [_part(page, element, prefix, base) for element in page.context.form.children(parent)]


def _part(page: Page, element: Element, prefix: str, base: Mapping[str, Value]) -> Field | Section:
    if element.type is ElementType.REPEAT:
        return _repeat(page, element)
    if element.type is ElementType.SECTION:
        return Section(*_asked(element), parts=_parts(page, element.code, prefix, base))
    return _field(page, element, prefix + element.code, base.get(element.code))


def _asked(element: Element) -> tuple[str, str, str, str, bool]:
    condition = _condition(element.condition)
    return element.code, element.labels[language()], element.hints[language()], condition, element.required


def _condition(condition: Condition) -> str:
    return json.dumps(condition.as_json()) if condition.clauses else ""


def _repeat(page: Page, element: Element) -> Section:
    before = {str(row["_row"]): row for row in rows_of(page.base.get(element.code))}
    is_locked = element.code in page.locked
    rows = [
        _row(page, element, row_id, number, {} if is_locked else before.get(row_id, {}))
        for number, row_id in enumerate(row_ids_typed(page.typed, element.code), 1)
    ]
    return Section(
        *_asked(element),
        is_repeat=True,
        rows=rows,
        empty=_row(page, element, NEW_ROW, len(rows) + 1, {}),
        problems=page.given.problems.get(element.code, ()),
        locked=len(before) if is_locked else 0,
    )


def _row(page: Page, element: Element, row_id: str, number: int, base: Mapping[str, Value]) -> Row:
    return Row(row_id, number, _parts(page, element.code, f"{element.code}.{row_id}.", base))


def _field(page: Page, element: Element, name: str, base: Value | None) -> Field:
    kept = in_words(base, element, page.context.form) if base is not None else ""
    chosen = page.typed.getlist(name)
    choices = _choices(page, element, chosen)
    drawn = Field(
        *_asked(element),
        name=name,
        widget=_widget(element, choices),
        value=page.typed.get(name, ""),
        chosen=chosen,
        choices=choices,
        groups=page.units if element.type is ElementType.UNIT else (),
        unit=unit_words(element.unit),
        refers_to=element.list if element.type is ElementType.REFERENCE else AREA if _is_area(page, element) else "",
        problems=page.given.problems.get(name, ()),
        kept="" if element.code in page.locked else kept,
        locked=name in page.locked and base is not None,
    )
    return _with_polygon(page, drawn, base) if element.type is ElementType.POLYGON else drawn


def _is_area(page: Page, element: Element) -> bool:
    """A hazardous area's own form names it by a text: it may be new."""
    return page.context.form.code == "hazardous_area" and element.code == "area"


def _widget(element: Element, choices: Choices) -> str:
    if element.type is ElementType.CODE:
        return "radio" if element.required and len(choices) <= FEW else "select"
    if element.type is ElementType.TEXT and element.code == "area":
        return "reference"
    return WIDGETS[element.type]


def _choices(page: Page, element: Element, chosen: Sequence[str]) -> Choices:
    """Return what a field offers; what it holds is offered even where the list has retired or never had it."""
    listed = _listed(page, element, chosen)
    known = {code for code, _ in listed}
    return [*listed, *((code, code) for code in chosen if listed and code and code not in known)]


def _listed(page: Page, element: Element, chosen: Sequence[str]) -> Choices:
    if element.type is ElementType.ORGANISATION:
        return page.organisations
    codes = page.context.form.lists.get(element.list, {})
    return [(code.code, code.labels[language()]) for code in codes.values() if not code.retired or code.code in chosen]


def _with_polygon(page: Page, drawn: Field, base: Value | None) -> Field:
    """Add what the fields of a polygon hold: each way of giving it, and the polygon that was read."""
    part = under(page.typed, f"{drawn.name}.")
    legs = list(zip(*(part.getlist(one) for one in ("bearing", "distance", "slope")), strict=False))
    shape = page.given.shapes.get(drawn.name) or (shape_of(base) if part.get("source") == "kept" else None)
    return replace(
        drawn,
        part=part,
        legs=[*legs, *([("", "", "")] * max(0, LEGS_SHOWN - len(legs)))],
        polygon=geojson(shape),
        polygon_words=polygon_words(shape) if shape else "",
        kept_polygon=geojson(shape_of(base)),
        traverse=page.given.traverses.get(drawn.name),
    )
