"""The OpenAPI document of the field: one that tools can read, of addresses that are there."""

import json

import pytest
from django.urls import resolve
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from intake.records_made import records
from torpaq.intake.exports.openapi import Operation, field_operations, openapi
from torpaq.standard.form import form_codes, load_form

FORMS = [load_form(code, "aze") for code in form_codes()]
ID = "uuid:3f2504e0-4f89-41d3-9a0c-0305e82c3301"


@pytest.fixture(scope="module")
def document() -> dict:
    return openapi(FORMS, field_operations(), "0.3.0", "https://torpaq.example")


def references(value: object) -> set[str]:
    if isinstance(value, list):
        return {found for inner in value for found in references(inner)}
    if not isinstance(value, dict):
        return set()
    return {inner for key, inner in value.items() if key == "$ref"} | references(list(value.values()))


def test_it_is_plain_json_of_the_version_it_says(document) -> None:
    assert json.loads(json.dumps(document)) == document
    assert document["openapi"] == "3.1.0"
    assert document["info"]["version"] == "0.3.0"
    assert document["servers"] == [{"url": "https://torpaq.example"}]


def test_every_reference_leads_to_a_component_and_every_component_is_a_schema(document) -> None:
    schemas = document["components"]["schemas"]
    assert references(document) <= {f"#/components/schemas/{name}" for name in schemas}
    assert {*form_codes(), *(f"{code}_sent" for code in form_codes()), "submission", "point"} <= set(schemas)
    for schema in schemas.values():
        Draft202012Validator.check_schema(schema)


def test_every_address_of_the_field_is_there_and_asks_for_a_key(document) -> None:
    for path, operations in document["paths"].items():
        assert resolve(path)
        for operation in operations.values():
            assert operation["security"] == [{"device_key": []}]
            assert operation["responses"]["401"]["content"]["application/json"]["schema"]["required"] == [
                "said",
                "code",
            ]


def test_further_operations_stand_beside_those_of_the_field() -> None:
    alive = Operation("/alive", "GET", "alive", "Say that it runs", {"200": ("It runs", {})}, is_open=True)
    paths = openapi([], [*field_operations(), alive], "0.3.0")["paths"]
    assert list(paths) == ["/field/api/bundle", "/field/api/submissions", "/alive"]
    assert paths["/alive"]["get"]["security"] == []
    assert "requestBody" not in paths["/alive"]["get"]


@settings(max_examples=10, deadline=None)
@given(data=st.data())
def test_a_random_submission_is_valid_as_the_document_has_it(document, data: st.DataObject) -> None:
    form = data.draw(st.sampled_from(FORMS))
    record = data.draw(records(form))
    sent = {"instance_id": ID, "form": form.code, "version": form.version, "bases": [], "values": record.values}
    validator = Draft202012Validator({**document, "$ref": f"#/components/schemas/{form.code}_sent"})
    assert [error.message for error in validator.iter_errors(sent)] == []
    del sent["values"]
    assert not validator.is_valid(sent)
