"""The OpenAPI document (3.1) of what phones and pages ask, with a schema of every form's records."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from torpaq.intake.exports.jsonschema import DIALECT, Schema, record_schema, submission_schema
from torpaq.standard.form import Form

OPENAPI = "3.1.0"
JSON, PARTS = "application/json", "multipart/form-data"
DEFINITIONS, COMPONENTS = "#/$defs/", "#/components/schemas/"
KEY = "device_key"
ANY_SUBMISSION = "submission"


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing that can be asked: its address and method, and by media type and status the schemas it speaks in.

    ``answers`` are pairs of a sentence and a schema by status. ``is_open`` says that no key is asked for.
    """

    path: str
    method: str
    name: str
    summary: str
    answers: Mapping[str, tuple[str, Schema]]
    asks: Mapping[str, Schema] = field(default_factory=dict)
    is_open: bool = False


def openapi(forms: Sequence[Form], operations: Iterable[Operation], version: str, server: str = "/") -> Schema:
    """Return the document of these operations: ``version`` is the programme's, ``server`` where its addresses begin.

    Every form has two components, its record's values under its own code and its submission under ``<code>_sent``;
    ``submission`` is any of these.
    """
    paths: dict[str, dict[str, object]] = {}
    for operation in operations:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _operation(operation)
    return {
        "openapi": OPENAPI,
        "jsonSchemaDialect": DIALECT,
        "info": {
            "title": "Torpaq: field",
            "version": version,
            "description": "What phones and their pages ask of a programme. Problems have lasting codes.",
        },
        "servers": [{"url": server}],
        "paths": paths,
        "components": {
            "schemas": _components(forms),
            "securitySchemes": {
                KEY: {"type": "http", "scheme": "bearer", "description": "The key of an enrolled phone"}
            },
        },
    }


def field_operations() -> list[Operation]:
    """Return what the phone's page asks: its bundle of forms and areas, and that a report be taken."""
    refused = {
        "400": ("It cannot be read; the sentence says why", _refusal()),
        "401": ("The key is not known, or no longer good", _refusal()),
        "413": ("It is larger than a report may be", _refusal()),
    }
    sent: Schema = {"$ref": f"{COMPONENTS}{ANY_SUBMISSION}"}
    parts: Schema = {
        "type": "object",
        "properties": {"submission": sent, "file": {"type": "array", "items": {"type": "string", "format": "binary"}}},
        "required": ["submission"],
    }
    return [
        Operation(
            "/field/api/bundle",
            "GET",
            "bundle",
            "Everything a phone carries: the forms in one language, the units, the areas and tasks of its team",
            {"200": ("The bundle", _bundle()), "401": refused["401"]},
        ),
        Operation(
            "/field/api/submissions",
            "POST",
            "submit",
            "Take a report; the same bytes again have the same answer",
            {
                "201": ("It is kept and filed", _outcome()),
                "202": ("It is kept, and a person has to look at it", _outcome()),
                **refused,
            },
            {JSON: sent, PARTS: parts},
        ),
    ]


def _operation(operation: Operation) -> dict[str, object]:
    told: dict[str, object] = {
        "operationId": operation.name,
        "summary": operation.summary,
        "responses": {
            status: {"description": said, "content": {JSON: {"schema": schema}}}
            for status, (said, schema) in operation.answers.items()
        },
        "security": [] if operation.is_open else [{KEY: []}],
    }
    if operation.asks:
        content = {media_type: {"schema": schema} for media_type, schema in operation.asks.items()}
        told["requestBody"] = {"required": True, "content": content}
    return told


def _components(forms: Sequence[Form]) -> Schema:
    found: Schema = {}
    for form in forms:
        for name, schema in ((form.code, record_schema(form)), (f"{form.code}_sent", submission_schema(form))):
            definitions = schema.pop("$defs")
            if isinstance(definitions, Mapping) and name == form.code:
                found |= definitions
            found[name] = {key: value for key, value in schema.items() if key not in ("$schema", "$id")}
    found[ANY_SUBMISSION] = {"oneOf": [{"$ref": f"{COMPONENTS}{form.code}_sent"} for form in forms]}
    return {name: _moved(schema) for name, schema in found.items()}


def _moved(schema: object) -> object:
    """Return a schema whose references lead to the document's components."""
    if isinstance(schema, list):
        return [_moved(inner) for inner in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        key: value.replace(DEFINITIONS, COMPONENTS) if key == "$ref" and isinstance(value, str) else _moved(value)
        for key, value in schema.items()
    }


def _refusal() -> Schema:
    return {
        "type": "object",
        "properties": {"said": {"type": "string"}, "code": {"type": "string", "pattern": "^[a-z0-9_]+$"}},
        "required": ["said", "code"],
    }


def _outcome() -> Schema:
    return {
        "type": "object",
        "properties": {
            "instance_id": {"type": "string"},
            "outcome": {"enum": ["on_server", "needs_you"]},
            "said": {"type": "string"},
            "reasons": {"type": "array", "items": {"type": "string"}},
        },
        "required": ["instance_id", "outcome", "said", "reasons"],
    }


def _bundle() -> Schema:
    named: Schema = {"type": "object", "properties": {"id": {"type": "string"}, "label": {"type": "string"}}}
    form: Schema = {
        "type": "object",
        "properties": {
            "code": {"type": "string"},
            "version": {"type": "string"},
            "label": {"type": "string"},
            "about": {"type": "string"},
            "elements": {"type": "array", "items": {"type": "object"}},
            "offers_tasks": {"type": "boolean"},
            "lists": {"type": "object"},
        },
        "required": ["code", "version", "label", "elements", "lists"],
    }
    task: Schema = {
        "type": "object",
        "properties": {"code": {"type": "string"}, "label": {"type": "string"}, "known": {"type": "object"}},
        "required": ["code", "label", "known"],
    }
    texts: Schema = {name: {"type": "string"} for name in ("device", "team", "organisation", "synthetic")}
    return {
        "type": "object",
        "properties": {
            **texts,
            "areas": {"type": "array", "items": named},
            "tasks": {"type": "array", "items": task},
            "asked_at": {"type": "string", "format": "date-time"},
            "units": {"type": "array", "items": {"type": "array", "items": {"type": "string"}}},
            "forms": {"type": "array", "items": form},
        },
        "required": ["device", "team", "organisation", "areas", "tasks", "asked_at", "units", "forms"],
    }
