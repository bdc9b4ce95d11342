"""What ODK Collect sends is read strictly: nothing is guessed, nothing is lost unsaid, and no bytes bring it down."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intake.records_made import files_of, records
from tiny_forms import tiny_forms
from torpaq.intake.exports.xlsform import form_id
from torpaq.intake.record.record import Record
from torpaq.intake.submissions.xform import DEEPEST, MOST_BYTES, read_instance, write_instance
from torpaq.standard.form import form_codes, load_form, versions_of
from torpaq.standard.problems import Severity

ID = "uuid:3f2504e0-4f89-41d3-9a0c-0305e82c3301"
OLD_ID = "uuid:9b2504e0-4f89-41d3-9a0c-0305e82c3309"

VISIT = """
    about section
    about/day date required
    about/team text
    about/note long_text
    about/method codes:operational_method
    about/outcome code:land_release_outcome
    about/hours decimal
    about/people integer
    about/at time
    about/met datetime
    about/house point
    about/road line
    about/boundary polygon
    about/area reference:area
    ordnance section
    ordnance/finds repeat
    finds/what section
    what/category code:ordnance_category
    finds/quantity integer
    finds/photo file
"""


@pytest.fixture(autouse=True)
def visit(tmp_path: Path):
    with tiny_forms(tmp_path, visit=VISIT):
        yield


def sent(answers: str, attributes: str = 'id="torpaq_visit" version="1-9f86d081"', id: str = ID) -> bytes:
    meta = f"<meta><instanceID>{id}</instanceID></meta>"
    return f"<data {attributes}>{answers}{meta}</data>".encode()


def read(answers: str, **options):
    return read_instance(sent(answers), **options)


def codes(instance) -> list[str]:
    return [found.code for found in instance.problems]


# -- what a phone says ------------------------------------------------------------------------------------------------


def test_answers_are_found_by_name_in_whatever_groups_they_stand() -> None:
    nested = read("<about><day>2026-05-31</day><inner><team>Team 4</team></inner></about><hours>7.5</hours>")
    assert nested.answers == {"day": "2026-05-31", "team": "Team 4", "hours": 7.5}
    assert nested.problems == ()
    assert (nested.instance_id, nested.form, nested.version) == (ID, "visit", "1")


def test_every_type_becomes_a_records_value() -> None:
    instance = read(
        """<note>one
two</note><method>dog manual dog</method><outcome>cleared</outcome><people>12</people>
        <at>08:30:00.000+04:00</at><met>2026-05-31T23:59:59.999+04:00</met><area>AZ-AGM-0012</area>"""
    )
    assert instance.answers == {
        "note": "one\ntwo",
        "method": ["manual", "dog"],
        "outcome": "cleared",
        "people": 12,
        "at": "08:30",
        "met": "2026-05-31T23:59",
        "area": "AZ-AGM-0012",
    }
    assert instance.problems == ()


def test_a_place_keeps_its_altitude_and_accuracy_beside_it() -> None:
    (house,) = read("<house>39.8265 46.75 120.5 4.5</house>").answers.values()
    assert house == {
        "type": "Point",
        "coordinates": [46.75, 39.8265],
        "original": {
            "typed": "39.8265 46.75 120.5 4.5",
            "source": "geopoint",
            "notation": "decimal",
            "datum": "datum_wgs84",
            "altitude_m": 120.5,
            "accuracy_m": 4.5,
        },
    }


def test_a_boundary_is_written_for_the_ledger_in_the_phones_own_digits() -> None:
    text = "39.820 46.750 0 0;39.830 46.750 0 0;39.830 46.760 0 0;39.820 46.750 0 0"
    value = read(f"<boundary>{text}</boundary>").answers["boundary"]
    assert value["type"] == "MultiPolygon"
    assert value["coordinates"] == [[[[46.75, 39.82], [46.75, 39.83], [46.76, 39.83], [46.75, 39.82]]]]
    assert value["written"] == "wkt POLYGON ((46.750 39.820, 46.750 39.830, 46.760 39.830, 46.750 39.820))"
    assert value["original"]["typed"] == text


def test_a_line_has_two_points_or_more() -> None:
    value = read("<road>39.82 46.75 0 4.5; 39.83 46.75</road>").answers["road"]
    assert value["coordinates"] == [[46.75, 39.82], [46.75, 39.83]]
    assert codes(read("<road>39.82 46.75 0 4.5</road>")) == ["answer_unreadable"]


def test_repeats_become_rows_and_a_row_keeps_the_id_that_the_phone_gave_it() -> None:
    instance = read(
        """<ordnance><finds><_row>r-1</_row><what><category>mine</category></what><quantity>1</quantity></finds>
        <finds><category>erw</category></finds><finds><_row>r-3</_row></finds></ordnance>"""
    )
    assert instance.answers == {"finds": [{"_row": "r-1", "category": "mine", "quantity": 1}, {"category": "erw"}]}
    assert instance.problems == ()


@pytest.mark.parametrize("id", ["", "a[1]", "]"])
def test_a_row_id_that_could_not_stand_in_a_place_is_left_out(id: str) -> None:
    rows = read(f"<finds><_row>{id}</_row><category>mine</category></finds>").answers["finds"]
    assert rows == [{"category": "mine"}]


def test_empty_answers_say_nothing() -> None:
    instance = read("<about><day/><team>  \n </team></about><finds/><finds><what/></finds>")
    assert instance.answers == {}
    assert instance.problems == ()


def test_a_photo_has_what_is_known_of_its_file_and_its_name_while_nothing_is() -> None:
    answers = "<finds><photo>a.jpg</photo></finds><finds><photo>b.jpg</photo></finds>"
    known = {"name": "a.jpg", "sha256": "0" * 64, "media_type": "image/jpeg", "size": 9}
    instance = read(answers, files={"a.jpg": known, "c.jpg": {"name": "c.jpg"}})
    assert instance.answers == {"finds": [{"photo": known}, {"photo": {"name": "b.jpg"}}]}
    assert instance.files == ("a.jpg", "b.jpg")


def test_what_the_form_works_out_on_the_phone_is_no_answer() -> None:
    assert read("<_boundary_m2>4500</_boundary_m2><_boundary_note/><team>4</team>").answers == {"team": "4"}


def test_namespaces_and_an_old_clients_meta_change_nothing() -> None:
    data = f"""<?xml version='1.0' encoding='UTF-8'?>
        <visit xmlns:orx="http://openrosa.org/xforms" xmlns="http://example.org/x" id="torpaq_visit" version="1">
        <team>4</team><orx:meta><orx:instanceID>{ID.upper()}</orx:instanceID></orx:meta></visit>"""
    instance = read_instance(data.encode())
    assert (instance.instance_id, instance.answers, instance.problems) == (ID, {"team": "4"}, ())


def test_an_edit_names_the_version_it_was_made_from() -> None:
    meta = f"<meta><instanceID>{ID}</instanceID><deprecatedID>{OLD_ID}</deprecatedID></meta>"
    instance = read_instance(f'<data id="torpaq_visit" version="1"><team>4</team>{meta}</data>'.encode())
    assert (instance.instance_id, instance.deprecated_id, instance.bases) == (ID, OLD_ID, (OLD_ID,))


# -- what is wrong with it --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("element", "text"),
    [
        *[("people", text) for text in ("1.0", "1e3", "٣", "1 000", "0x10", "1" * 16, "twelve", "--1")],
        *[
            ("hours", text)
            for text in ("7,5", "NaN", "Infinity", "1e999", "٣.٥", "1" * 16, "7.5 h", ".", "0." + "1" * 16)
        ],
        *[
            ("day", text)
            for text in ("31.05.2026", "2026-02-30", "2026-5-1", "2026-05-31T08:30", "yesterday", "0000-01-01")
        ],
        *[("at", text) for text in ("25:00", "8:30", "08:60", "08.30", "08:30 pm")],
        *[("met", text) for text in ("2026-05-31", "2026-05-31 08:30", "2026-02-30T08:30")],
        *[
            ("house", text)
            for text in ("39.8", "91 46", "39.8 181", "39,8 46,7", "39.8 46.7 0 0 0", "39.8;46.7", "NaN NaN")
        ],
        *[
            ("boundary", text)
            for text in ("39 46", "39 46;39 47;40 47", "39 46;39 47;40 47;40 46", "39 46;x;40 47;39 46")
        ],
        *[("photo", text) for text in ("../secret", "a\\b", "x" * 256)],
    ],
)
def test_an_answer_of_another_type_is_told_with_what_would_be_right_and_gives_no_value(element: str, text: str) -> None:
    inside = f"<{element}>{text}</{element}>"
    instance = read(f"<finds><quantity>1</quantity>{inside}</finds>" if element == "photo" else inside)
    (found,) = instance.problems
    assert found.code == "answer_unreadable"
    assert found.severity is Severity.ERROR
    assert found.subject == ("finds[1].photo" if element == "photo" else element)
    assert found.parameters["value"] == text[:200]
    assert element not in instance.answers


def test_a_name_that_the_form_does_not_know_is_kept_and_told() -> None:
    instance = read("<colour>red</colour><finds><category>mine</category><weight>9</weight><team>4</team></finds>")
    assert instance.answers == {"colour": "red", "finds": [{"category": "mine", "weight": "9", "team": "4"}]}
    assert [(found.code, found.subject) for found in instance.problems] == [
        ("answer_element_unknown", "colour"),
        ("answer_element_unknown", "finds[1].weight"),
        ("answer_element_unknown", "finds[1].team"),
    ]
    assert all(found.severity is Severity.WARNING for found in instance.problems)


def test_of_two_answers_to_one_element_the_first_is_kept_and_the_second_told() -> None:
    instance = read("<team>4</team><about><team>5</team></about>")
    assert instance.answers == {"team": "4"}
    assert [(found.code, found.parameters["value"]) for found in instance.problems] == [("answer_twice", "5")]


@pytest.mark.parametrize(
    ("id", "code"),
    [("", "instance_id_missing"), ("uuid:1", "instance_id_no_uuid"), ("u" * 101, "instance_id_too_long")],
)
def test_a_submission_needs_an_instance_id(id: str, code: str) -> None:
    instance = read_instance(sent("<team>4</team>", id=id))
    assert codes(instance) == [code]
    assert (instance.instance_id, instance.answers) == ("", {"team": "4"})


def test_a_form_that_there_is_not_is_told_with_those_there_are() -> None:
    instance = read_instance(sent("<team>4</team>", 'id="torpaq_minefield" version="1"'))
    assert codes(instance) == ["submission_form_unknown"]
    assert instance.problems[0].parameters == {"form": "torpaq_minefield", "known": "visit"}
    assert instance.instance_id == ID


@pytest.mark.parametrize("attributes", ['id="torpaq_visit" version="9-aa"', 'id="torpaq_visit"'])
def test_an_unknown_version_is_an_error_and_what_can_be_read_is_read(attributes: str) -> None:
    instance = read_instance(sent("<team>4</team>", attributes))
    assert codes(instance) == ["submission_version_unknown"]
    assert instance.answers == {"team": "4"}


@pytest.mark.parametrize(
    "data",
    [
        sent("", 'id="torpaq_visit" version="1" encrypted="yes"'),
        sent("<base64EncryptedKey>x</base64EncryptedKey><encryptedXmlFile>s.xml.enc</encryptedXmlFile>"),
    ],
)
def test_an_encrypted_submission_says_what_to_do(data: bytes) -> None:
    instance = read_instance(data)
    assert codes(instance) == ["submission_encrypted"]
    assert (instance.instance_id, instance.answers) == (ID, {})


# -- bytes that mean harm ---------------------------------------------------------------------------------------------

LAUGHS = '<!DOCTYPE d [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><data>&b;</data>'
FOREIGN = '<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]><data>&x;</data>'


@pytest.mark.parametrize(
    "data",
    [
        *(
            b"",
            b"   ",
            b"\x00",
            b"team=4",
            b"PK\x03\x04",
            b"<data",
            b"<data></date>",
            b"<data>&nbsp;</data>",
            b"\xff\xfe<",
        ),
        *(LAUGHS.encode(), FOREIGN.encode(), b"<!DOCTYPE d SYSTEM 'http://example.org/d'><data/>", b"<data/><data/>"),
        b"<?xml version='1.0' encoding='no-such'?><data/>",
        sent("<team>\x01</team>"),
    ],
)
def test_what_is_no_plain_xml_is_refused_with_its_reason(data: bytes) -> None:
    assert codes(read_instance(data)) == ["submission_not_xml"]


def test_a_submission_that_is_too_large_too_deep_or_too_long_is_refused() -> None:
    assert codes(read_instance(b"<data>" + b" " * MOST_BYTES)) == ["submission_too_large"]
    deep = DEEPEST * 100
    assert codes(read_instance(b"<a>" * deep + b"</a>" * deep)) == ["submission_too_deep"]
    assert codes(read_instance(b"<data>" + b"<a/>" * 100_001 + b"</data>")) == ["submission_too_deep"]


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=300))
def test_no_bytes_bring_the_reader_down(data: bytes) -> None:
    assert read_instance(data).problems


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_no_cut_and_no_changed_byte_brings_the_reader_down(data: st.DataObject) -> None:
    whole = bytearray(
        sent("<about><day>2026-05-31</day></about><house>39.8 46.7 0 0</house><finds><photo>a</photo></finds>")
    )
    whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    read_instance(bytes(whole[: data.draw(st.integers(0, len(whole)))]))


# -- what is written is what is read ----------------------------------------------------------------------------------


def test_an_element_that_the_form_lacks_cannot_be_written() -> None:
    with pytest.raises(ValueError, match=r"visit 1 has no \['colour'\]"):
        write_instance(Record("visit", "1", {"colour": "red"}), load_form("visit"), ID)


def test_a_boundary_of_two_rings_cannot_be_written() -> None:
    ring = [[46.75, 39.82], [46.75, 39.83], [46.76, 39.83], [46.75, 39.82]]
    for polygons in ([[ring], [ring]], [[ring, ring]]):
        record = Record("visit", "1", {"boundary": {"type": "MultiPolygon", "coordinates": polygons}})
        with pytest.raises(ValueError, match="one ring"):
            write_instance(record, load_form("visit"), ID)


def test_what_xml_has_no_room_for_cannot_be_written() -> None:
    with pytest.raises(ValueError, match="team holds a character"):
        write_instance(Record("visit", "1", {"team": "a\x00"}), load_form("visit"), ID)


def test_a_place_that_no_phone_took_is_written_from_its_coordinates() -> None:
    values = {
        "house": {"type": "Point", "coordinates": [46.75, 39.82], "original": {"typed": "38S 1 2"}},
        "road": {"type": "LineString", "coordinates": [[46.75, 39.82], [46.76, 39.82]]},
    }
    instance = read_instance(write_instance(Record("visit", "1", values), load_form("visit"), ID, OLD_ID, "1-ff"))
    assert instance.problems == ()
    assert {code: value["coordinates"] for code, value in instance.answers.items()} == {
        "house": [46.75, 39.82],
        "road": [[46.75, 39.82], [46.76, 39.82]],
    }
    assert (instance.version, instance.bases) == ("1", (OLD_ID,))


class TestTheStandardsForms:
    @pytest.fixture(autouse=True)
    def visit(self):
        """The real forms, not the tiny one."""

    @pytest.mark.parametrize(
        ("code", "version"), [(code, version) for code in form_codes() for version in versions_of(code, "aze")]
    )
    @settings(max_examples=8, deadline=None)
    @given(data=st.data())
    def test_what_is_written_for_any_record_is_read_back_equal(self, code, version, data: st.DataObject) -> None:
        form = load_form(code, "aze", version)
        record, deprecated_id = data.draw(records(form)), data.draw(st.sampled_from(["", OLD_ID]))
        written = write_instance(record, form, ID, deprecated_id, f"{version}-9f86d081")
        instance = read_instance(written, "aze", {str(file["name"]): file for file in files_of(record.values)})
        assert instance.problems == ()
        assert instance.answers == record.values
        assert (instance.instance_id, instance.form, instance.version) == (ID, code, version)
        assert instance.deprecated_id == deprecated_id

    def test_a_phones_id_of_a_form_is_its_code_with_our_name_before_it(self) -> None:
        assert form_id("completion") == "torpaq_completion"
