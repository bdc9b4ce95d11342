"""The JSON Schema of every form is one, and says of random records what checking says."""

import json
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from intake.records_made import records
from tiny_forms import tiny_forms
from torpaq.intake.exports.jsonschema import record_schema, submission_schema
from torpaq.intake.record.checking import check_record
from torpaq.intake.record.context import context_in
from torpaq.intake.record.record import Record
from torpaq.intake.submissions.json import read_page
from torpaq.standard.codes import code_list
from torpaq.standard.country import load_country
from torpaq.standard.form import form_codes, load_form, versions_of

ID = "uuid:3f2504e0-4f89-41d3-9a0c-0305e82c3301"
TODAY = date(2026, 5, 31)

# What checking finds wrong with a form's own table in hand: what is missing, of another type, out of bounds, unknown.
UNITS = ("unit",)  # that a unit is one of the country's, the schema says and a database's rules say
FORMAL = {
    *("answer_missing", "answer_shape", "answer_too_small", "answer_too_large", "code_unknown", "code_repeated"),
    *("element_unknown", "cha_without_direct_evidence", "sha_without_indirect_evidence", "cleared_without_depth"),
    *("cancelled_without_criteria", "released_without_criteria"),
}


def wrong(schema: dict[str, object], value: object) -> list[str]:
    return sorted(
        {"/".join(map(str, error.absolute_path)) for error in Draft202012Validator(schema).iter_errors(value)}
    )


@pytest.mark.parametrize("code", form_codes())
def test_every_version_of_every_form_gives_a_schema_that_is_one(code: str) -> None:
    for country in ("", "aze"):
        for version in versions_of(code, country):
            for schema in (record_schema, submission_schema):
                told = schema(load_form(code, country, version))
                Draft202012Validator.check_schema(told)
                assert json.loads(json.dumps(told)) == told


VISIT = """
    about section
    about/day date required
    about/team text
    about/method codes:operational_method
    about/outcome code:land_release_outcome required
    about/criteria codes:release_criterion required if outcome = cancelled|reduced
    about/dog text required if method has dog
    about/why text required if outcome != cleared and team filled
    about/hours decimal least=0.5 most=24 unit=h hint
    about/people integer least=0
    about/at time
    about/met datetime
    about/house point
    about/road line
    about/boundary polygon
    about/place unit
    photo file
    finds repeat
    finds/category code:ordnance_category required
    finds/depth_cm decimal required if category = mine and outcome = cleared
    finds/model text required if outcome = cleared
    finds/state code:ordnance_condition required if category != scrap
"""
SOUND = {"day": "2026-05-31", "outcome": "cleared"}
CRITERIA = [next(iter(code_list("release_criterion")))]
RING = [[46.75, 39.82], [46.75, 39.83], [46.76, 39.83], [46.75, 39.82]]


class TestATinyForm:
    @pytest.fixture(autouse=True)
    def visit(self, tmp_path: Path):
        with tiny_forms(tmp_path, visit=VISIT):
            self.schema = record_schema(load_form("visit", "aze"))
            self.sent = submission_schema(load_form("visit", "aze"))
            yield

    @pytest.mark.parametrize(
        "more",
        [
            {},
            {"team": "4", "method": ["manual", "dog"], "dog": "Ace"},
            {"outcome": "reduced", "criteria": CRITERIA},
            {"hours": 0.5, "people": 0, "at": "08:30", "met": "2026-05-31T08:30", "place": "AZ-AGM"},
            {"house": {"type": "Point", "coordinates": [46.75, 39.82], "original": {"typed": "x"}}},
            {"road": {"type": "LineString", "coordinates": [[46.75, 39.82], [46.76, 39.82]]}},
            {"boundary": {"type": "MultiPolygon", "coordinates": [[RING]], "written": "wkt POLYGON (())"}},
            {"photo": {"name": "a.jpg", "sha256": "0" * 64, "media_type": "image/jpeg", "size": 9}},
            {"finds": [{"_row": "r-1", "category": "mine", "depth_cm": 3, "model": "PMN-2", "state": "armed"}]},
            {"finds": [{"category": "scrap", "model": "x"}]},
        ],
    )
    def test_a_sound_record_is_valid(self, more: dict[str, object]) -> None:
        assert wrong(self.schema, SOUND | more) == []

    @pytest.mark.parametrize(
        ("values", "where"),
        [
            ({"outcome": "cleared"}, ""),
            ({"day": "2026-05-31"}, ""),
            (SOUND | {"outcome": "reduced"}, ""),
            (SOUND | {"outcome": "reduced", "criteria": []}, "criteria"),
            (SOUND | {"method": ["dog"]}, ""),
            (SOUND | {"outcome": "cancelled", "criteria": ["no"], "team": "4"}, "criteria/0"),
            (SOUND | {"outcome": "reduced", "criteria": CRITERIA, "team": "4"}, ""),
            (SOUND | {"colour": "red"}, ""),
            (SOUND | {"team": " "}, "team"),
            (SOUND | {"team": None}, "team"),
            (SOUND | {"hours": 0.4}, "hours"),
            (SOUND | {"hours": 24.1}, "hours"),
            (SOUND | {"hours": "7"}, "hours"),
            (SOUND | {"people": -1}, "people"),
            (SOUND | {"people": 1.5}, "people"),
            (SOUND | {"people": 10**15}, "people"),
            (SOUND | {"day": "31.05.2026"}, "day"),
            (SOUND | {"at": "24:00"}, "at"),
            (SOUND | {"met": "2026-05-31 08:30"}, "met"),
            (SOUND | {"method": ["dog", "dog"], "dog": "Ace"}, "method"),
            (SOUND | {"method": "manual"}, "method"),
            (SOUND | {"place": "Agdam"}, "place"),
            (SOUND | {"house": {"type": "Point", "coordinates": [181, 0]}}, "house/coordinates/0"),
            (SOUND | {"road": {"type": "LineString", "coordinates": [[46, 39]]}}, "road/coordinates"),
            (SOUND | {"boundary": {"type": "MultiPolygon", "coordinates": [[RING]]}}, "boundary"),
            (SOUND | {"photo": {"name": "a.jpg"}}, "photo"),
            (SOUND | {"finds": []}, "finds"),
            (SOUND | {"finds": [{"model": "x"}]}, "finds/0"),
            (SOUND | {"finds": [{"category": "scrap"}]}, "finds/0"),  # the model, because the land was cleared
            (SOUND | {"finds": [{"category": "scrap", "model": "x", "_row": "a[1]"}]}, "finds/0/_row"),
        ],
    )
    def test_what_is_wrong_is_found_where_it_is(self, values: dict[str, object], where: str) -> None:
        assert where in wrong(self.schema, values)

    def test_a_condition_that_looks_above_its_row_holds_with_the_rows_own(self) -> None:
        row = {
            "category": "mine",
            "model": "PMN-2",
            "state": next(iter(load_form("visit").lists["ordnance_condition"])),
        }
        assert wrong(self.schema, SOUND | {"finds": [row]}) == ["finds/0"]
        assert wrong(self.schema, SOUND | {"outcome": "reduced", "criteria": CRITERIA, "finds": [row]}) == []

    def test_annotations_tell_what_a_page_needs(self) -> None:
        hours = self.schema["properties"]["hours"]  # type: ignore[index]
        assert hours["x-labels"]["ru"] == "hours слово"
        assert (hours["x-unit"], hours["x-clause"], hours["x-sensitive"]) == ("h", "IMAS 05.10", "internal")
        assert hours["description"] == "hours en"

    def test_of_a_submission_a_boundarys_coordinates_and_a_files_name_are_enough(self) -> None:
        values = SOUND | {
            "boundary": {"type": "MultiPolygon", "coordinates": [[RING]]},
            "photo": {"name": "a.jpg"},
        }
        sent = {"instance_id": ID, "form": "visit", "version": "1-9f86d081", "bases": [ID], "values": values}
        assert wrong(self.sent, sent) == []
        assert read_page(json.dumps(sent).encode(), "aze").problems == ()
        for key, value in {"instance_id": "7", "form": "victim", "version": "2", "bases": "x", "values": []}.items():
            assert wrong(self.sent, sent | {key: value}) == [key]
        assert wrong(self.sent, sent | {"more": 1}) == [""]


@pytest.mark.parametrize("code", form_codes())
@settings(max_examples=12, deadline=None)
@given(data=st.data())
def test_a_random_record_is_valid_and_checking_says_so_too(code: str, data: st.DataObject) -> None:
    form = load_form(code, "aze")
    record: Record = data.draw(records(form))
    assert wrong(record_schema(form), record.values) == []
    assert formal_findings(record, code) == []


@pytest.mark.parametrize("code", form_codes())
@settings(max_examples=12, deadline=None)
@given(data=st.data())
def test_what_is_left_out_or_made_wrong_is_found_by_both(code: str, data: st.DataObject) -> None:
    form = load_form(code, "aze")
    values = dict(data.draw(records(form)).values)
    element = data.draw(st.sampled_from([code for code in sorted(values) if code not in UNITS]))
    spoilt = data.draw(st.sampled_from([None, 7.5, "?", ["?"], -1e16, {"a": 1}, [{"?": 1}]]))
    if spoilt is None:
        del values[element]
    else:
        values[element] = spoilt
    record = Record(code, form.version, values)
    assert bool(wrong(record_schema(form), values)) == bool(formal_findings(record, code)), (element, spoilt)


def formal_findings(record: Record, code: str) -> list[str]:
    form = load_form(code, "aze")
    context = context_in(load_country("aze"), form, "en", TODAY)
    found = check_record(record, form, context)
    return [f"{one.element}: {one.problem.code}" for one in found if one.problem.code in FORMAL]
