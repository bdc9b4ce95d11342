"""A record as its page shows it: answers in words under the form's headings, findings beside them, places on a map."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode

from django.urls import reverse

from torpaq.intake.record.history import ROW_KEY
from torpaq.intake.record.record import Value
from torpaq.standard.form import AREA, GEOMETRIES, Element, ElementType, Form
from torpaq.web.desk.record_input import rows_of
from torpaq.web.desk.record_words import PLACE, in_words
from torpaq.web.desk.templatetags.desk import language
from torpaq.web.models import FieldRecord, HazardousArea
from torpaq.web.record_row import identified

Found = Mapping[str, object]
SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Line:
    """One answer: its label, its words, what was found about it; ``place`` is its number on the map, 0 for none.

    ``hidden``: it identifies a person and is not shown. ``file`` is a file's own value, with its address in ``link``.
    """

    label: str
    text: str
    problems: Sequence[Found] = ()
    link: str = ""
    place: int = 0
    file: Mapping[str, Value] | None = None
    hidden: bool = False

    @property
    def is_photo(self) -> bool:
        """Say whether the answer is a picture that may be shown."""
        return self.file is not None and str(self.file.get("media_type")) in ("image/jpeg", "image/png")


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of a repeat: only the columns in which anything was said."""

    label: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Line]]
    problems: Sequence[Found]
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Block:
    """A section with what was said in it."""

    label: str
    lines: Sequence[Line]
    tables: Sequence[Table]


@dataclass(slots=True)
class Shown:
    """A record in words: its sections, and the features of its places in the order of their numbers."""

    blocks: list[Block] = field(default_factory=list)
    places: list[dict[str, object]] = field(default_factory=list)


def shown_record(
    record: FieldRecord, form: Form, values: Mapping[str, Value], kept_apart: Collection[str] = ()
) -> Shown:
    """Put a record's values into words; ``kept_apart`` are the elements that hold identities and are not among them."""
    return _Showing(record, form, values, frozenset(kept_apart), _by_path(record.findings)).show()


def answers_shown(form: Form, values: Mapping[str, Value]) -> list[Block]:
    """Put values into words that belong to no record, without findings or addresses."""
    return _Showing(None, form, values, frozenset(), {}).show().blocks


def _by_path(findings: Sequence[Found]) -> dict[str, list[Found]]:
    found: dict[str, list[Found]] = {}
    for finding in findings:
        found.setdefault(str(finding.get("element", "")), []).append(finding)
    return found


@dataclass(slots=True)
class _Showing:
    record: FieldRecord | None
    form: Form
    values: Mapping[str, Value]
    kept_apart: frozenset[str]
    findings: Mapping[str, Sequence[Found]]
    shown: Shown = field(default_factory=Shown)

    def show(self) -> Shown:
        loose = [element for element in self.form.children("") if element.type is not ElementType.SECTION]
        for element in self.form.children(""):
            if element.type is ElementType.SECTION:
                self.block(element.labels[language()], self.within(element.code))
        self.block("", loose)
        unknown = sorted(set(self.values) - set(self.form.by_code))
        if unknown:
            self.shown.blocks.append(Block("", [Line(code, str(self.values[code])[:300]) for code in unknown], []))
        return self.shown

    def within(self, parent: str) -> list[Element]:
        """The elements of a section and of the sections in it."""
        found: list[Element] = []
        for element in self.form.children(parent):
            found += self.within(element.code) if element.type is ElementType.SECTION else [element]
        return found

    def block(self, label: str, elements: Sequence[Element]) -> None:
        lines = [self.line(e, e.code, self.values.get(e.code)) for e in elements if e.type is not ElementType.REPEAT]
        tables = [self.table(element) for element in elements if element.type is ElementType.REPEAT]
        said = [line for line in lines if line]
        filled = [table for table in tables if table]
        if said or filled:
            self.shown.blocks.append(Block(label, said, filled))

    def line(self, element: Element, path: str, value: Value | None) -> Line | None:
        label = element.labels[language()]
        if element.code in self.kept_apart and value is None:
            return Line(label, "", hidden=True)
        found = self.found(path)
        if value is None:
            return Line(label, "–", found) if found else None
        is_file = element.type is ElementType.FILE and isinstance(value, Mapping)
        return Line(
            label,
            in_words(value, element, self.form),
            found,
            self.link(element, value),
            self.place(element, label, value),
            value if is_file and isinstance(value, Mapping) else None,
        )

    def found(self, path: str) -> Sequence[Found]:
        """What was found about an answer; nothing that would name anybody."""
        match = PLACE.fullmatch(path)
        if match and identified(self.form, match[1]) and match[1] not in self.values:
            return ()
        return self.findings.get(path, ())

    def link(self, element: Element, value: Value) -> str:
        if self.record is None:
            return ""
        if element.type is ElementType.FILE and isinstance(value, Mapping):
            sha256 = str(value.get("sha256", ""))
            return reverse("record_file", args=[self.record.pk, sha256]) if SHA256.fullmatch(sha256) else ""
        is_area = element.type is ElementType.REFERENCE and element.list == AREA
        if is_area or (self.form.code == "hazardous_area" and element.code == "area"):
            known = HazardousArea.objects.filter(area=str(value)).exists()
            return reverse("area", args=[str(value)]) if known else ""
        if element.type is ElementType.REFERENCE:
            return f"{reverse('record_of')}?{urlencode({'form': element.list, 'id': str(value)})}"
        return ""

    def place(self, element: Element, label: str, value: Value) -> int:
        """Put a place on the map and return its number."""
        if element.type not in GEOMETRIES or not isinstance(value, Mapping) or "coordinates" not in value:
            return 0
        number = len(self.shown.places) + 1
        geometry = {"type": value.get("type"), "coordinates": value.get("coordinates")}
        properties = {"number": number, "label": label}
        self.shown.places.append({"type": "Feature", "properties": properties, "geometry": geometry})
        return number

    def table(self, element: Element) -> Table | None:
        label = element.labels[language()]
        value = self.values.get(element.code)
        if element.code in self.kept_apart and value is None:
            return Table(label, [], [], [], hidden=True)
        rows, found = rows_of(value), self.found(element.code)
        if not rows and not found:
            return None
        children = [child for child in self.form.asked(element.code) if self.is_said(element.code, child, rows)]
        lines = [
            [
                self.line(child, f"{element.code}[{number}].{child.code}", row.get(child.code)) or Line("", "–")
                for child in children
            ]
            for number, row in enumerate(rows, 1)
        ]
        return Table(label, [child.labels[language()] for child in children], lines, found)

    def is_said(self, repeat: str, child: Element, rows: Sequence[Mapping[str, Value]]) -> bool:
        paths = [f"{repeat}[{number}].{child.code}" for number in range(1, len(rows) + 1)]
        return child.code != ROW_KEY and any(
            child.code in row or self.found(path) for row, path in zip(rows, paths, strict=True)
        )
