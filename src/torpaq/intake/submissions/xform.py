"""What ODK Collect sends: the XML of an instance, read strictly and written for tests, benches and demonstrations.

Groups are headings only, so answers are found by their element's name wherever they stand; repeats become rows.
Source: OpenRosa form submission and metadata schema, ODK XForms specification.
"""

import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias
from xml.etree.ElementTree import Element as Node  # for types only: what comes in is parsed by defusedxml
from xml.etree.ElementTree import ParseError, SubElement, tostring

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import iterparse

from torpaq.intake.exports.xlsform import form_id
from torpaq.intake.record.arrivals import normal_instance_id
from torpaq.intake.record.history import ROW_KEY
from torpaq.intake.record.record import Record, Value
from torpaq.intake.submissions.answers import LONGEST_QUOTE, UNPRINTABLE, answer_of_text, quoted
from torpaq.intake.submissions.instance import Instance, find_form
from torpaq.intake.submissions.places import write_place
from torpaq.standard.form import GEOMETRIES, Element, ElementType, Form
from torpaq.standard.problems import Problem, problem

MOST_BYTES = 5_000_000
MOST_NODES = 100_000
DEEPEST = 16
META = "meta"
COMPUTED = "_"
"""What begins so is worked out by the form itself on the phone and says nothing that the answers do not."""

Files: TypeAlias = Mapping[str, Mapping[str, Value]]
"""What is known of files by their names: the values of their elements."""


def read_instance(data: bytes, country: str = "", files: Files | None = None) -> Instance:
    """Read the bytes of a submission; ``files`` are those that came with it. Never raises, whatever the bytes are.

    An answer that is not of its element's type gives an error and no value. A name that the form does not know is
    kept under its own name, with a warning. ``country`` is the three-letter code of the programme's.
    """
    root, problems = _parse(data)
    if root is None:
        return Instance(problems=tuple(problems))
    meta = {_name(node): node.text or "" for block in root if _name(block) == META for node in block}
    instance_id, problems = normal_instance_id(meta.get("instanceID", "") or root.get("instanceID", ""))
    deprecated_id, found = normal_instance_id(meta["deprecatedID"]) if meta.get("deprecatedID") else ("", [])
    problems += found
    facts = {_plain(name): value for name, value in root.attrib.items()}
    if facts.get("encrypted") == "yes" or any(_name(node) == "encryptedXmlFile" for node in root):
        problems.append(problem("submission_encrypted", "encrypted"))
        return Instance(instance_id, deprecated_id, problems=tuple(problems))
    form, found = find_form(facts.get("id", ""), facts.get("version", ""), country)
    problems += found
    if form is None:
        return Instance(instance_id, deprecated_id, problems=tuple(problems))
    reading = _Reading(form, files or {}, problems=problems)
    reading.take(root, reading.values, "", "")
    return Instance(
        instance_id,
        deprecated_id,
        form.code,
        form.version,
        reading.values,
        (deprecated_id,) if deprecated_id else (),
        tuple(dict.fromkeys(reading.named)),
        tuple(reading.problems),
    )


# -- reading ----------------------------------------------------------------------------------------------------------


def _parse(data: bytes) -> tuple[Node | None, list[Problem]]:
    """Return the root of a document that is small, flat and without a DTD, else why not."""
    if len(data) > MOST_BYTES:
        return None, [problem("submission_too_large", "submission", size=len(data), limit=MOST_BYTES)]
    root, depth, nodes = None, 0, 0
    try:
        for event, node in iterparse(io.BytesIO(data), events=("start", "end"), forbid_dtd=True):
            root = node if root is None else root
            depth += 1 if event == "start" else -1
            nodes += event == "start"
            if depth > DEEPEST or nodes > MOST_NODES:
                return None, [problem("submission_too_deep", "submission", depth=DEEPEST, elements=MOST_NODES)]
    except DefusedXmlException as error:
        return None, [problem("submission_not_xml", "submission", reason=type(error).__name__)]
    except (ParseError, ValueError, LookupError) as error:
        return None, [problem("submission_not_xml", "submission", reason=quoted(error))]
    return root, []


@dataclass(slots=True)
class _Reading:
    """The values found so far; ``named`` are names of files."""

    form: Form
    files: Files
    problems: list[Problem]
    values: dict[str, Value] = field(default_factory=dict)
    named: list[str] = field(default_factory=list)

    def take(self, parent: Node, values: dict[str, Value], repeat: str, path: str) -> None:
        """Take the answers within a node into ``values``: those of the form itself, or of a row of ``repeat``."""
        for node in parent:
            name = _name(node)
            element = self.form.by_code.get(name)
            if name == META and not repeat:
                continue
            if element is not None and element.type is ElementType.REPEAT and not repeat:
                self._take_row(node, name)
            elif len(node) or (element is not None and element.type is ElementType.SECTION):
                self.take(node, values, repeat, path)
            elif repeat and name == ROW_KEY:
                self._take_row_id(node, values)
            elif not name.startswith(COMPUTED):
                known = element is not None and self.form.repeat_of(element) == repeat
                self._take_answer(node, element if known else None, values, f"{path}{name}")

    def _take_row(self, node: Node, repeat: str) -> None:
        rows = self.values.setdefault(repeat, [])
        row: dict[str, Value] = {}
        if not isinstance(rows, list):
            return
        self.take(node, row, repeat, f"{repeat}[{len(rows) + 1}].")
        if set(row) - {ROW_KEY}:
            rows.append(row)
        elif not rows:
            del self.values[repeat]

    def _take_row_id(self, node: Node, row: dict[str, Value]) -> None:
        text = (node.text or "").strip()
        if text and not UNPRINTABLE.search(text) and not {"[", "]"} & set(text):
            row[ROW_KEY] = text[:LONGEST_QUOTE]

    def _take_answer(self, node: Node, element: Element | None, values: dict[str, Value], place: str) -> None:
        text, name = node.text or "", _name(node)
        if not text.strip():
            return
        if name in values:
            self.problems.append(problem("answer_twice", place, value=quoted(text)))
        elif element is None:
            values[name] = text.strip()
            self.problems.append(problem("answer_element_unknown", place, version=self.form.version))
        else:
            value, found = answer_of_text(element, text, self.form, place)
            self.problems += found
            if value is not None:
                values[name] = self._with_file(value) if element.type is ElementType.FILE else value

    def _with_file(self, value: Value) -> Value:
        name = str(value["name"]) if isinstance(value, Mapping) else ""
        self.named.append(name)
        return self.files.get(name, value)


def _name(node: Node) -> str:
    return _plain(node.tag)


def _plain(name: str) -> str:
    return name.rpartition("}")[2]


# -- writing ----------------------------------------------------------------------------------------------------------


def write_instance(record: Record, form: Form, instance_id: str, deprecated_id: str = "", published: str = "") -> bytes:
    """Return the XML that a phone sends for a record: sections nested as groups, what was not answered empty.

    ``published`` is the version as phones know it, the form's own without it. Raises ``ValueError`` for what a phone
    cannot send: an element that the form lacks, a polygon of several rings, a character that XML has no room for.
    """
    root = Node("data", {"id": form_id(form.code), "version": published or form.version})
    _put(root, form, record.values, "")
    meta = SubElement(root, META)
    SubElement(meta, "instanceID").text = instance_id
    if deprecated_id:
        SubElement(meta, "deprecatedID").text = deprecated_id
    written: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return written


def _put(node: Node, form: Form, values: Mapping[str, Value], parent: str) -> None:
    """Put the answers to the elements that stand in ``parent`` into a node, and those of its sections."""
    unknown = set(values) - {element.code for element in form.asked(_repeat(form, parent))} - {ROW_KEY}
    if unknown:
        raise ValueError(f"{form.code} {form.version} has no {sorted(unknown)}: write a record with its own version")
    for element in form.children(parent):
        value = values.get(element.code)
        if element.type is ElementType.SECTION:
            _put(SubElement(node, element.code), form, values, element.code)
        elif element.type is not ElementType.REPEAT:
            SubElement(node, element.code).text = "" if value is None else _text(element, value)
        elif isinstance(value, list):
            for row in value:
                child = SubElement(node, element.code)
                SubElement(child, ROW_KEY).text = str(row.get(ROW_KEY, ""))
                _put(child, form, row, element.code)


def _repeat(form: Form, parent: str) -> str:
    """Return the repeat whose rows the elements of ``parent`` stand in."""
    above = form.by_code.get(parent)
    if above is None:
        return ""
    return above.code if above.type is ElementType.REPEAT else form.repeat_of(above)


def _text(element: Element, value: Value) -> str:
    if element.type is ElementType.CODES and isinstance(value, list):
        return " ".join(map(str, value))
    if isinstance(value, Mapping):
        return write_place(value) if element.type in GEOMETRIES else str(value["name"])
    text = str(value)
    if UNPRINTABLE.search(text):
        raise ValueError(f"{element.code} holds a character that XML has no room for")
    return text
