"""The JSON Schema (draft 2020-12) of a form: of a record's values, and of what the phone's page sends.

It agrees with checking on what must be answered, of which type, and between which bounds; what the field's rules ask
beyond that no schema can say. Annotations begin with ``x-``: labels, unit, clause, sensitivity.
"""

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from torpaq.intake.exports.xlsform import form_id
from torpaq.standard.condition import Clause, Operator
from torpaq.standard.country import load_country
from torpaq.standard.form import GEOMETRIES, LISTED, NUMBERS, Element, ElementType, Form

Schema: TypeAlias = dict[str, object]

DIALECT = "https://json-schema.org/draft/2020-12/schema"
UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
DATE, TIME = r"[0-9]{4}-[0-9]{2}-[0-9]{2}", r"([01][0-9]|2[0-3]):[0-5][0-9]"
PATTERNS = {
    ElementType.DATE: f"^{DATE}$",
    ElementType.TIME: f"^{TIME}$",
    ElementType.DATETIME: f"^{DATE}T{TIME}$",
}
MOST = 10**15
TEXT: Schema = {"type": "string", "pattern": r"\S"}


def record_schema(form: Form) -> Schema:
    """Return the schema of a record's values."""
    return {
        "$schema": DIALECT,
        "$id": f"urn:torpaq:form:{form.code}:{form.version}",
        "title": form.labels["en"],
        "description": form.about["en"],
        **_object(form, ""),
        "$defs": _definitions(written=["written"], known=["sha256"]),
    }


def submission_schema(form: Form) -> Schema:
    """Return the schema of what the page sends: of a boundary its coordinates, of a file its name is enough."""
    return {
        "$schema": DIALECT,
        "$id": f"urn:torpaq:submission:{form.code}:{form.version}",
        "title": f"Submission: {form.labels['en']}",
        "type": "object",
        "properties": {
            "instance_id": {"type": "string", "pattern": f"^uuid:{UUID}$"},
            "form": {"enum": [form.code, form_id(form.code)]},
            "version": {"type": "string", "pattern": f"^{form.version.replace('.', '[.]')}(-.*)?$"},
            "bases": {"type": "array", "items": {"type": "string", "minLength": 1, "maxLength": 128}},
            "values": {"title": form.labels["en"], "description": form.about["en"], **_object(form, "")},
        },
        "required": ["instance_id", "form", "version", "values"],
        "additionalProperties": False,
        "$defs": _definitions(written=[], known=[]),
    }


# -- objects ----------------------------------------------------------------------------------------------------------


def _object(form: Form, repeat: str) -> Schema:
    """Return the schema of the form's own values, or of a row of a repeat."""
    elements = form.asked(repeat)
    properties: Schema = {element.code: _element(element, form) for element in elements}
    if repeat:
        properties["_row"] = {"type": "string", "pattern": r"^[^\[\]]+$", "maxLength": 128}
    schema: Schema = {"type": "object", "properties": properties, "additionalProperties": False}
    always = [element.code for element in elements if element.required and not element.condition.clauses]
    if always:
        schema["required"] = always
    conditions = _needs(elements)
    if not repeat:
        conditions += [rule for element in elements for rule in _rows_when(form, element)]
    if conditions:
        schema["allOf"] = conditions
    return schema


def _needs(elements: Sequence[Element]) -> list[Schema]:
    """Return a rule for each element that is required on a condition on the elements beside it."""
    codes = {element.code for element in elements}
    return [
        {"if": _clauses(element.condition.clauses), "then": {"required": [element.code]}}
        for element in elements
        if element.required and element.condition.clauses and codes >= set(element.condition.elements)
    ]


def _rows_when(form: Form, repeat: Element) -> list[Schema]:
    """Return rules for rows of a repeat whose conditions also look at the answers above them."""
    if repeat.type is not ElementType.REPEAT:
        return []
    own = {element.code for element in form.asked(repeat.code)}
    rules: list[Schema] = []
    for element in form.asked(repeat.code):
        clauses = element.condition.clauses
        above = tuple(clause for clause in clauses if clause.element not in own)
        if element.required and above:
            beside = tuple(clause for clause in clauses if clause.element in own)
            need: Schema = {"required": [element.code]}
            row: Schema = {"if": _clauses(beside), "then": need} if beside else need
            rules.append({"if": _clauses(above), "then": {"properties": {repeat.code: {"items": row}}}})
    return rules


def _clauses(clauses: Sequence[Clause]) -> Schema:
    """Return the schema of the objects for which every clause holds."""
    return {"allOf": [_clause(clause) for clause in clauses]}


def _clause(clause: Clause) -> Schema:
    schemas: Mapping[Operator, Schema] = {
        Operator.IS: {"enum": list(clause.codes)},
        Operator.IS_NOT: {"not": {"enum": list(clause.codes)}},
        Operator.HAS: {"type": "array", "contains": {"enum": list(clause.codes)}},
        Operator.FILLED: {},
    }
    return {"required": [clause.element], "properties": {clause.element: schemas[clause.operator]}}


# -- elements ---------------------------------------------------------------------------------------------------------


def _element(element: Element, form: Form) -> Schema:
    told: Schema = {"title": element.labels["en"], **_type(element, form), "x-labels": dict(element.labels)}
    if element.hints["en"]:
        told["description"] = element.hints["en"]
    if element.unit:
        told["x-unit"] = element.unit
    return {**told, "x-clause": element.clause, "x-sensitive": element.sensitive.value}


def _type(element: Element, form: Form) -> Schema:
    if element.type in (*LISTED, ElementType.UNIT):
        return _codes(element, form)
    if element.type in NUMBERS:
        return _number(element)
    if element.type in PATTERNS:
        return {"type": "string", "pattern": PATTERNS[element.type]}
    if element.type is ElementType.REPEAT:
        return {"type": "array", "items": _object(form, element.code), "minItems": 1}
    if element.type in (*GEOMETRIES, ElementType.FILE):
        return {"$ref": f"#/$defs/{element.type.value}"}
    return TEXT


def _codes(element: Element, form: Form) -> Schema:
    if element.type is ElementType.UNIT:
        return {"enum": list(load_country(form.country).units)} if form.country else TEXT
    one: Schema = {"enum": list(form.lists[element.list])}
    if element.type is ElementType.CODE:
        return one
    return {"type": "array", "items": one, "minItems": 1, "uniqueItems": True}


def _number(element: Element) -> Schema:
    schema: Schema = {"type": "integer" if element.type is ElementType.INTEGER else "number"}
    least, most = element.least, element.most
    schema |= {"exclusiveMinimum": -MOST} if least is None else {"minimum": _plain(float(least))}
    return schema | ({"exclusiveMaximum": MOST} if most is None else {"maximum": _plain(float(most))})


def _plain(number: float) -> int | float:
    return int(number) if number.is_integer() else number


def _definitions(written: list[str], known: list[str]) -> Schema:
    """Return what elements refer to; ``written`` and ``known`` are what polygons and files must have besides.

    That a ring's last position is its first, no schema can say.
    """
    position: Schema = {"$ref": "#/$defs/position"}
    ring: Schema = {"type": "array", "items": position, "minItems": 4}
    polygons: Schema = {"type": "array", "items": {"type": "array", "items": ring, "minItems": 1}, "minItems": 1}
    degrees: list[Schema] = [{"type": "number", "minimum": -most, "maximum": most} for most in (180, 90)]
    return {
        "position": {"type": "array", "prefixItems": [*degrees, {"type": "number"}], "minItems": 2, "maxItems": 3},
        "point": _geometry("Point", position),
        "line": _geometry("LineString", {"type": "array", "items": position, "minItems": 2}),
        "polygon": _geometry("MultiPolygon", polygons, written),
        "file": {
            "type": "object",
            "properties": {
                "name": {"type": "string", "minLength": 1, "maxLength": 255},
                "sha256": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
                "media_type": {"type": "string"},
                "size": {"type": "integer", "minimum": 0},
            },
            "required": ["name", *known],
        },
    }


def _geometry(kind: str, coordinates: Schema, needed: Sequence[str] = ()) -> Schema:
    properties: Schema = {"type": {"const": kind}, "coordinates": coordinates, "original": {"type": "object"}}
    if kind == "MultiPolygon":
        properties["written"] = {"type": "string", "pattern": "^(wkt|box) "}
    return {"type": "object", "properties": properties, "required": ["type", "coordinates", *needed]}
