"""What the phone's page sends: JSON that already is a record's values, and whatever else somebody may send instead."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intake.records_made import records
from tiny_forms import tiny_forms
from torpaq.intake.record.record import Record
from torpaq.intake.submissions.json import MOST_BYTES, read_page
from torpaq.intake.submissions.xform import read_instance, write_instance
from torpaq.standard.form import form_codes, load_form

ID = "uuid:3f2504e0-4f89-41d3-9a0c-0305e82c3301"

VISIT = """
    about section
    about/day date required
    about/team text
    about/method codes:operational_method
    about/hours decimal
    about/people integer
    about/house point
    about/road line
    about/boundary polygon
    photo file
    finds repeat
    finds/category code:ordnance_category
    finds/depth_cm decimal
"""
RING = [[46.75, 39.82], [46.75, 39.83], [46.76, 39.83], [46.75, 39.82]]


@pytest.fixture(autouse=True)
def visit(tmp_path: Path):
    with tiny_forms(tmp_path, visit=VISIT):
        yield


def read(values: object, **other: object):
    sent = {"instance_id": ID, "form": "visit", "version": "1", "bases": [], "values": values} | other
    return read_page(json.dumps(sent).encode())


def told(instance) -> list[tuple[str, str]]:
    return [(found.code, found.subject) for found in instance.problems]


def test_a_records_values_are_taken_as_they_are() -> None:
    values: dict[str, Any] = {
        "day": "2026-05-31",
        "team": "Team 4",
        "method": ["manual", "dog"],
        "hours": 7.5,
        "people": 12,
        "house": {
            "type": "Point",
            "coordinates": [46.75, 39.82],
            "original": {"typed": "39.82 46.75", "accuracy_m": 4},
        },
        "road": {"type": "LineString", "coordinates": [[46.75, 39.82], [46.76, 39.82]]},
        "photo": {"name": "a.jpg", "sha256": "0" * 64, "media_type": "image/jpeg", "size": 9},
        "finds": [{"_row": "r-1", "category": "mine"}, {"depth_cm": 0}],
    }
    instance = read(values, bases=["uuid:old", "batch-7#3", "uuid:old"], version="1-9f86d081")
    assert instance.problems == ()
    assert instance.answers == values
    assert (instance.instance_id, instance.form, instance.version) == (ID, "visit", "1")
    assert instance.bases == ("uuid:old", "batch-7#3")
    assert instance.files == ("a.jpg",)


def test_what_says_nothing_is_not_there() -> None:
    instance = read({"team": " ", "method": [], "hours": None, "house": {}, "finds": [{"_row": "r-1"}, {}]})
    assert (instance.answers, instance.problems) == ({}, ())


def test_texts_lose_their_outer_blanks_and_codes_come_into_the_order_of_their_list() -> None:
    instance = read({"team": " Team 4 \r\n", "method": ["dog", "manual", "dog"]})
    assert instance.answers == {"team": "Team 4", "method": ["manual", "dog"]}


class TestBoundaries:
    def test_without_its_written_form_it_is_written_from_its_coordinates(self) -> None:
        value = {"type": "MultiPolygon", "coordinates": [[RING]]}
        wkt = "wkt POLYGON ((46.75 39.82, 46.75 39.83, 46.76 39.83, 46.75 39.82))"
        assert read({"boundary": value}).answers["boundary"] == {**value, "written": wkt}

    def test_several_parts_are_written_as_such(self) -> None:
        value = {"type": "MultiPolygon", "coordinates": [[RING], [RING, RING]]}
        ring = "(46.75 39.82, 46.75 39.83, 46.76 39.83, 46.75 39.82)"
        written = read({"boundary": value}).answers["boundary"]["written"]
        assert written == f"wkt MULTIPOLYGON (({ring}), ({ring}, {ring}))"

    def test_what_was_written_before_stays_to_the_letter_where_it_says_the_same(self) -> None:
        written = "wkt POLYGON ((46.750000000 39.820000000, 46.75 39.83, 46.76 39.83, 46.75 39.82))"
        value = {"type": "MultiPolygon", "coordinates": [[RING]], "written": written}
        assert read({"boundary": value}).answers["boundary"] == value

    @pytest.mark.parametrize(
        "written",
        [
            "wkt POLYGON ((46.75 39.82, 46.75 39.83, 46.77 39.83, 46.75 39.82))",  # another corner than people see
            "wkt POLYGON ((46.75 39.82, 46.75 39.83, 46.75 39.82))",
            "box 0 0 10 10",
            "",
            7,
        ],
    )
    def test_what_was_written_may_not_differ_from_what_people_see(self, written: object) -> None:
        instance = read({"boundary": {"type": "MultiPolygon", "coordinates": [[RING]], "written": written}})
        assert told(instance) == [("answer_unreadable", "boundary")]


@pytest.mark.parametrize(
    ("element", "raw"),
    [
        *[("people", raw) for raw in ("12", 1.5, 12.0, True, [1], {"a": 1}, 10**15, float("inf"))],
        *[("hours", raw) for raw in ("7.5", True, float("nan"), float("-inf"), 1e15, [7.5])],
        *[("team", raw) for raw in (4, True, ["4"], {"a": "b"}, "a\x00b", "\ud800")],
        *[("day", raw) for raw in ("31.05.2026", "2026-02-30", 20260531, "2026-05-31T08:30")],
        *[("method", raw) for raw in ("manual", [1], ["manual dog"], [["manual"]], {"a": 1}, ["a\x00"], [None])],
        *[("photo", raw) for raw in ("a.jpg", {"name": "../a"}, {"sha256": "0"}, {"name": "a", "path": "b"}, ["a"])],
        *[("house", raw) for raw in ("39 46", [46, 39], {"type": "Point"}, {"type": "Point", "coordinates": [181, 0]})],
        ("house", {"type": "Point", "coordinates": [46.75, 39.82, 0, 0]}),
        ("house", {"type": "Point", "coordinates": ["46.75", "39.82"]}),
        ("house", {"type": "Point", "coordinates": [True, False]}),
        ("house", {"type": "Point", "coordinates": [46.75, 39.82], "crs": "EPSG:32638"}),
        ("house", {"type": "Point", "coordinates": [46.75, 39.82], "original": {"typed": None}}),
        ("house", {"type": "Point", "coordinates": [46.75, 39.82], "original": {"typed\x00": "x"}}),
        ("house", {"type": "LineString", "coordinates": [[46.75, 39.82], [46.76, 39.82]]}),
        ("road", {"type": "LineString", "coordinates": []}),
        ("boundary", {"type": "Polygon", "coordinates": [RING]}),
        ("boundary", {"type": "MultiPolygon", "coordinates": [[RING[:3]]]}),
        ("boundary", {"type": "MultiPolygon", "coordinates": [[[*RING[:3], [0, 0]]]]}),
        ("boundary", {"type": "MultiPolygon", "coordinates": [RING]}),
        ("boundary", {"type": "MultiPolygon", "coordinates": [[]]}),
    ],
)
def test_an_answer_of_another_type_is_told_and_gives_no_value(element: str, raw: object) -> None:
    instance = read({element: raw, "finds": [{"depth_cm": 3}]})
    assert told(instance) == [("answer_unreadable", element)]
    assert instance.answers == {"finds": [{"depth_cm": 3}]}


def test_a_row_says_where_it_is_wrong() -> None:
    instance = read({"finds": [{"category": "mine"}, {"category": "erw", "depth_cm": "3"}]})
    assert told(instance) == [("answer_unreadable", "finds[2].depth_cm")]
    assert instance.answers == {"finds": [{"category": "mine"}, {"category": "erw"}]}


@pytest.mark.parametrize("raw", ["mine", {"category": "mine"}, [["mine"]], 1])
def test_a_repeat_is_a_list_of_rows(raw: object) -> None:
    assert told(read({"finds": raw})) == [("answer_not_rows", "finds")]


@pytest.mark.parametrize("raw", [1, "", "a[1]", "x" * 200, "\x00"])
def test_a_rows_id_is_a_short_text_without_brackets(raw: object) -> None:
    instance = read({"finds": [{"_row": raw, "category": "mine"}]})
    assert told(instance) == [("submission_key_wrong", "finds[1]._row")]
    assert instance.answers == {"finds": [{"category": "mine"}]}


def test_a_name_that_the_form_does_not_know_is_kept_and_told() -> None:
    instance = read({"colour": "red", "about": {"day": "x"}, "depth_cm": 3, "bad": None})
    assert told(instance) == [("answer_element_unknown", code) for code in ("colour", "about", "depth_cm", "bad")]
    assert instance.answers == {"colour": "red", "about": {"day": "x"}, "depth_cm": 3}


@pytest.mark.parametrize(
    ("other", "problems"),
    [
        ({"instance_id": "7"}, [("instance_id_no_uuid", "instanceID")]),
        ({"instance_id": 7}, [("submission_key_wrong", "instance_id"), ("instance_id_missing", "instanceID")]),
        ({"form": "minefield"}, [("submission_form_unknown", "form")]),
        ({"form": None}, [("submission_key_wrong", "form"), ("submission_form_unknown", "form")]),
        ({"version": "9"}, [("submission_version_unknown", "version")]),
        ({"version": 1}, [("submission_key_wrong", "version"), ("submission_version_unknown", "version")]),
        ({"bases": "uuid:old"}, [("submission_key_wrong", "bases")]),
        ({"bases": ["uuid:old", 7]}, [("submission_key_wrong", "bases")]),
        ({"bases": ["x" * 129]}, [("submission_key_wrong", "bases")]),
        ({"bases": ["a\x00"]}, [("submission_key_wrong", "bases")]),
        ({"instance_id": "\x00"}, [("submission_key_wrong", "instance_id"), ("instance_id_missing", "instanceID")]),
        ({"extra": 1}, [("submission_key_unknown", "extra")]),
    ],
)
def test_what_stands_around_the_values_is_held_to_its_kind(other: dict[str, object], problems: list[Any]) -> None:
    assert told(read({"team": "4"}, **other)) == problems


@pytest.mark.parametrize("values", [[], None, "team", 7])
def test_values_are_an_object(values: object) -> None:
    instance = read(values)
    assert told(instance) == [("submission_key_wrong", "values")]
    assert (instance.instance_id, instance.form, instance.answers) == (ID, "visit", {})


@pytest.mark.parametrize(
    "data",
    [
        *(b"", b"{", b"null", b"[]", b"7", b'"a"', b"\xff", b"\xef\xbb\xbf{}", b'{"form": NaN', b"[" * 100_000),
        b'{"form": "visit", "form": "victim"}',
        b'{"values": {"team": "4", "team": "5"}}',
    ],
)
def test_what_is_no_plain_json_is_refused_with_its_reason(data: bytes) -> None:
    assert told(read_page(data)) == [("submission_not_json", "submission")]


def test_a_submission_that_is_too_large_is_refused() -> None:
    assert told(read_page(b" " * (MOST_BYTES + 1))) == [("submission_too_large", "submission")]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner, max_size=4),
    max_leaves=12,
)
CODES = ["day", "team", "method", "hours", "people", "house", "road", "boundary", "photo", "finds", "other"]


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(st.sampled_from(CODES) | st.text(max_size=5), JSON))
def test_no_values_bring_the_reader_down_and_what_it_gives_can_be_kept(values: dict[str, object]) -> None:
    instance = read(values)
    kept = json.dumps([instance.answers, *(found.as_json() for found in instance.problems)], allow_nan=False)
    assert "\\u0000" not in kept
    json.dumps(json.loads(kept), ensure_ascii=False).encode()


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200))
def test_no_bytes_bring_the_reader_down(data: bytes) -> None:
    assert read_page(data).problems


class TestTheStandardsForms:
    @pytest.fixture(autouse=True)
    def visit(self):
        """The real forms, not the tiny one."""

    @pytest.mark.parametrize("code", form_codes())
    @settings(max_examples=8, deadline=None)
    @given(data=st.data())
    def test_a_page_and_a_phone_that_say_the_same_are_read_the_same(self, code: str, data: st.DataObject) -> None:
        form = load_form(code, "aze")
        record: Record = data.draw(records(form))
        sent = {"instance_id": ID, "form": code, "version": form.version, "bases": [], "values": record.values}
        page = read_page(json.dumps(sent, ensure_ascii=False).encode(), "aze")
        assert page.problems == ()
        assert page.answers == record.values
        phone = read_instance(write_instance(record, form, ID), "aze")
        assert (phone.form, phone.version, set(phone.answers)) == (page.form, page.version, set(page.answers))
        assert phone.files == page.files
