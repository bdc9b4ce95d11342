"""Reports at the desk: every form has its page, nothing that was typed is lost, and nobody sees what is not theirs."""

import io
import json
import re
from collections.abc import Iterator

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, override_settings
from PIL import Image

from torpaq.standard.form import ElementType, form_codes, load_form
from torpaq.web.models import Audit, FieldRecord, Identity, RecordState, RecordVersion, Submission
from torpaq.web.records import settled_of
from web.desk_stories import open_desk
from web.record_stories import SQUARE, report_of, survey
from web.stories import Cast

NTS = {
    "date_of_information": "2026-05-31",
    "local_id": "NTS-7",
    "reporting_organisation": "OP-A",
    "unit": "AZ-AGM",
    "area": "HA-77",
    "survey_result": "established",
    "visited": "yes",
    "classification": "sha",
    "area_status": "open",
    "benchmark": "39.98 N 46.9295 E",
    "boundary.source": "typed",
    "boundary.typed": SQUARE,
    "reported_area_m2": "9 480",
    "contamination_type": ["ap"],
    "device_categories": ["ap_mine"],
    "evidence_indirect": ["verbal_report"],
}
PAGE = "uuid:0b9d2a5e-6c1f-4a57-9f6e-0d1c7f3b1a01"


@pytest.fixture(autouse=True)
def quick_passwords() -> Iterator[None]:
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield


@pytest.fixture
def desk(cast: Cast, client: Client) -> Client:
    open_desk()
    client.force_login(cast.operator_a)
    return client


def page(desk: Client, address: str) -> str:
    response = desk.get(address)
    assert response.status_code == 200, address
    return response.content.decode()


def codes(text: str) -> set[str]:
    return set(re.findall(r'class="problem-code">(\w+)<', text))


def beside(text: str, name: str) -> set[str]:
    """The codes of the problems that stand beside a field."""
    begin = text.index(f'id="f-{name.replace(".", "--")}-problems"')
    return codes(text[begin : text.index("</div>", begin)])


def send(
    desk: Client, action: str = "submit", address: str = "/records/new/hazardous_area", **changes: object
) -> object:
    given = {"_id": PAGE, **NTS, **{name.replace("__", "."): value for name, value in changes.items()}}
    return desk.post(address, {name: value for name, value in given.items() if value is not None} | {"_action": action})


def changed(desk: Client, record: FieldRecord, base: list[str] | None = None, **changes: object) -> object:
    """Open a record's page, change some fields and send it back."""
    address = f"/records/{record.pk}/change"
    response = desk.get(address)
    typed = dict(response.context["typed"].lists())
    given = {**typed, "_base": base or list(response.context["bases"]), "_id": PAGE, "_action": "change"}
    given |= {name.replace("__", "."): value for name, value in changes.items()}
    return desk.post(address, {name: value for name, value in given.items() if value is not None})


@pytest.mark.django_db
@pytest.mark.parametrize("code", form_codes())
@pytest.mark.parametrize("language", ["az", "en", "ru"])
def test_every_form_has_a_page_that_asks_each_of_its_elements(desk: Client, code: str, language: str) -> None:
    desk.cookies["django_language"] = language
    text = page(desk, f"/records/new/{code}")
    form = load_form(code, "aze")
    asked = re.findall(r'data-asked="(\w+)"', text)
    assert set(asked) == {element.code for element in form.elements}
    for element in form.elements:
        assert element.labels[language].replace("'", "&#x27;") in text, element.code
        if element.condition.clauses:
            assert f'data-asked="{element.code}" data-condition="[{{' in text


@pytest.mark.django_db
def test_a_report_from_an_areas_page_begins_with_the_area_and_the_persons_organisation(desk: Client) -> None:
    assert "/records/new?area=HA-17" in page(desk, "/area/HA-17")
    assert "/records/new/technical_survey?area=HA-17" in page(desk, "/records/new?area=HA-17")
    response = desk.get("/records/new/technical_survey?area=HA-17")
    assert response.context["typed"].dict() == {
        "area": "HA-17", "unit": "AZ-AGM", "reporting_organisation": "OP-A",
    }  # fmt: skip


@pytest.mark.django_db
def test_a_whole_report_is_submitted_with_its_values_in_the_standards_codes(desk: Client) -> None:
    response = send(desk)
    record = FieldRecord.objects.get()
    assert response["Location"] == f"/records/{record.pk}"
    assert (record.state, record.author.username, record.organisation.code) == ("submitted", "operator-a", "OP-A")
    expected = survey()
    values = record.values
    assert {code: values[code] for code in expected if code not in ("boundary", "benchmark")} == {
        code: value for code, value in expected.items() if code not in ("boundary", "benchmark")
    }
    assert values["benchmark"]["coordinates"] == [46.9295, 39.98]
    assert values["boundary"]["written"] == f"wkt {SQUARE}" and values["boundary"]["original"]["source"] == "wkt"
    assert record.shape is not None and record.shape.area_m2 == pytest.approx(9480, abs=5)
    assert [one.version_id for one in record.versions.all()] == [PAGE]
    kept = json.loads(bytes(Submission.objects.get().content))
    assert kept["typed"]["reported_area_m2"] == ["9 480"]  # just as it was typed, for ever


@pytest.mark.django_db
def test_a_draft_keeps_what_was_typed_however_wrong_and_is_refused_until_it_is_right(desk: Client) -> None:
    wrong = {"reported_area_m2": "about 9 ha?", "benchmark": "near the old mill", "date_of_information": ""}
    response = send(desk, "draft", **wrong)
    record = FieldRecord.objects.get()
    assert (record.state, response["Location"]) == (RecordState.DRAFTED, f"/records/{record.pk}/change")
    text = page(desk, f"/records/{record.pk}/change")
    assert "about 9 ha?" in text and "near the old mill" in text

    response = changed(desk, record, _action="submit")
    record.refresh_from_db()
    assert record.state == RecordState.DRAFTED
    text = page(desk, response["Location"])
    assert beside(text, "date_of_information") == {"answer_missing"}
    assert beside(text, "reported_area_m2") and beside(text, "benchmark")
    assert "about 9 ha?" in text and "near the old mill" in text

    right = {"reported_area_m2": "9480", "benchmark": "39.98 N 46.9295 E", "date_of_information": "2026-05-31"}
    changed(desk, record, _action="submit", **right)
    record.refresh_from_db()
    assert record.state == RecordState.SUBMITTED
    assert record.values["reported_area_m2"] == 9480


@pytest.mark.django_db
def test_a_check_keeps_nothing_and_tells_each_problem_beside_its_field(desk: Client) -> None:
    given = {"_id": PAGE, **NTS, "reported_area_m2": "-1", "_action": "check"}
    text = desk.post("/records/new/hazardous_area", given, headers={"HX-Request": "true"}).content.decode()
    assert 'hx-swap-oob="true"' in text and "<form" not in text
    assert beside(text, "reported_area_m2") == {"answer_too_small"}
    assert "9,48" in text and 'data-polygon="{&quot;type' in text  # the boundary's area, and the boundary for the map
    assert not FieldRecord.objects.exists() and not Submission.objects.exists()


@pytest.mark.django_db
def test_what_is_not_asked_is_kept_as_typed_and_is_no_answer(desk: Client) -> None:
    send(desk, cancellation_criteria=["land_in_use"], marked_on="2026-05-01")
    record = FieldRecord.objects.get()
    assert record.state == RecordState.SUBMITTED
    assert not {"cancellation_criteria", "marked_on"} & set(record.values)
    assert json.loads(bytes(Submission.objects.get().content))["typed"]["marked_on"] == ["2026-05-01"]


@pytest.mark.django_db
def test_rows_come_and_go_without_a_script(desk: Client) -> None:
    given = {"_id": PAGE, **NTS, "parents": ["r1"], "parents.r1.parent_area": "HA-17", "_add": "parents"}
    response = desk.post("/records/new/hazardous_area", given)
    text = response.content.decode()
    rows = re.findall(r'name="parents" value="([\w-]+)"', text)
    assert rows[0] == "r1" and len(rows) == 3 and rows[2] == "new-row"  # the last is the empty one to copy
    assert 'name="parents.r1.parent_area" value="HA-17"' in text
    text = desk.post("/records/new/hazardous_area", given | {"_add": "", "_remove": "parents.r1"}).content.decode()
    assert re.findall(r'name="parents" value="([\w-]+)"', text) == ["new-row"]
    assert not FieldRecord.objects.exists()


@pytest.mark.django_db
def test_rows_keep_their_ids_and_order_and_an_empty_row_is_none(desk: Client) -> None:
    rows = {"parents": ["b", "a", "c"], "parents__b__parent_area": "HA-17", "parents__a__parent_area": "HA/18"}
    send(desk, **rows)
    assert FieldRecord.objects.get().values["parents"] == [
        {"_row": "b", "parent_area": "HA-17"}, {"_row": "a", "parent_area": "HA/18"},
    ]  # fmt: skip


@pytest.mark.django_db
def test_a_report_may_have_hundreds_of_rows_and_none_is_lost(desk: Client) -> None:
    ids = [f"r{n}" for n in range(600)]
    rows = {"evidence_points": ids, **{f"evidence_points__{one}__evidence_kind": "crater" for one in ids}}
    rows |= {f"evidence_points__{one}__evidence_place": "39.98 N 46.93 E" for one in ids}
    send(desk, **rows)
    record = FieldRecord.objects.get()
    assert [row["_row"] for row in record.values["evidence_points"]] == ids
    changed(desk, record, _reason="x", area_name="The orchard")
    record.refresh_from_db()
    assert [row["_row"] for row in record.values["evidence_points"]] == ids


@pytest.mark.django_db
def test_a_problem_in_a_row_stands_beside_its_field(desk: Client) -> None:
    rows = {
        "evidence_points": ["x", "y"],
        "evidence_points__x__evidence_kind": "crater",
        "evidence_points__y__evidence_kind": "crater",
        "evidence_points__y__evidence_place": "39.98 N 46.93 E",
    }
    response = send(desk, **rows)
    text = page(desk, response["Location"])
    assert beside(text, "evidence_points.x.evidence_place") == {"answer_missing"}
    assert beside(text, "evidence_points.y.evidence_place") == set()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("way", "source"),
    [
        ({"boundary__source": "drawn", "boundary__drawn": "[[46.93,39.98],[46.931,39.98],[46.931,39.981]]"}, "drawn"),
        ({"boundary__typed": "39.98 N 46.93 E\n39.98 N 46.931 E\n39.981 N 46.931 E"}, "typed"),
        ({"boundary__typed": "box 0 0 100 50"}, "box"),
        ({"boundary__source": "traverse", "boundary__start": "39.98 N 46.93 E", "boundary__bearing_unit": "deg360",
          "boundary__reference": "true", "boundary__distance_unit": "m", "boundary__traverse_closing": "measured",
          "boundary__bearing": ["90", "0", "270", "180"], "boundary__distance": ["80", "80", "80", "80"],
          "boundary__slope": ["", "", "", ""]}, "traverse"),
    ],
)  # fmt: skip
def test_a_boundary_is_given_in_any_way(desk: Client, way: dict[str, object], source: str) -> None:
    send(desk, reported_area_m2=None, **way)
    boundary = FieldRecord.objects.get().values["boundary"]
    assert boundary["original"]["source"] == source and boundary["written"].startswith("wkt POLYGON")


@pytest.mark.django_db
def test_a_boundary_from_a_file_stays_in_the_draft(desk: Client) -> None:
    geojson = json.dumps(
        {"type": "Polygon", "coordinates": [[[46.93, 39.98], [46.931, 39.98], [46.931, 39.981], [46.93, 39.98]]]}
    )
    file = SimpleUploadedFile("area.geojson", geojson.encode())
    send(desk, "draft", boundary__source="file", boundary__file=file)
    record = FieldRecord.objects.get()
    before = record.values["boundary"]
    response = desk.get(f"/records/{record.pk}/change")
    assert response.context["typed"]["boundary.source"] == "kept" and "4,74" in response.content.decode()
    changed(desk, record, _action="submit", remarks="seen again", reported_area_m2="4740")
    record.refresh_from_db()
    assert (record.state, record.values["boundary"]) == (RecordState.SUBMITTED, before)


@pytest.mark.django_db
def test_what_nobody_touches_keeps_its_value_digit_for_digit(desk: Client, cast: Cast) -> None:
    tricky = {"remarks": " two\r\nlines ", "position_accuracy_m": 0.1 + 0.2, "team": "ə & <b>"}
    rows = [{"evidence_kind": "crater", "evidence_place": {"type": "Point", "coordinates": [46.93012345678, 39.98]}}]
    record = report_of(cast.operator_a, evidence_points=rows, **tricky)
    before = settled_of(record).values
    response = changed(desk, record, _reason="the name was wrong", area_name="The orchard")
    assert response.status_code == 302, codes(response.content.decode())
    record.refresh_from_db()
    after = settled_of(record).values
    assert {**before, "area_name": "The orchard"} == after
    assert record.state == RecordState.SUBMITTED and record.versions.count() == 2


@pytest.mark.django_db
def test_two_who_change_the_same_report_at_once_are_merged_and_clashes_are_kept(desk: Client, cast: Cast) -> None:
    record = report_of(cast.operator_a)
    base = list(record.heads)
    changed(desk, record, base, _reason="named", area_name="The orchard")
    desk.force_login(cast.officer)
    record.refresh_from_db()
    changed(desk, record, base, _reason="asked again", area_name="The vineyard", team="Team 4")
    record.refresh_from_db()
    assert len(record.heads) == 2 and record.values["team"] == "Team 4"
    assert [one["element"] for one in record.conflicts] == ["area_name"]
    response = desk.get(f"/records/{record.pk}/change")  # an edit of both sides would end the conflict in silence
    assert response["Location"] == f"/records/{record.pk}/conflict"


@pytest.mark.django_db
def test_a_change_of_a_submitted_report_says_why_and_has_no_errors(desk: Client, cast: Cast) -> None:
    record = report_of(cast.operator_a)
    response = changed(desk, record, area_name="The orchard")
    assert response.status_code == 200 and "change_reason_missing" in codes(response.content.decode())
    response = changed(desk, record, _reason="x", reported_area_m2="many")
    assert response.status_code == 200 and beside(response.content.decode(), "reported_area_m2")
    assert record.versions.count() == 1


@pytest.mark.django_db
def test_a_page_sent_twice_makes_one_record_and_one_gone_back_to_changes_it(desk: Client) -> None:
    first, second = send(desk), send(desk)
    assert first["Location"] == second["Location"]
    assert (FieldRecord.objects.count(), RecordVersion.objects.count(), Submission.objects.count()) == (1, 1, 1)
    send(desk, "submit", area_name="The orchard", _reason="forgotten before")
    record = FieldRecord.objects.get()
    assert (record.values["area_name"], record.versions.count()) == ("The orchard", 2)
    assert not Submission.objects.filter(state="quarantined").exists()


@pytest.mark.django_db
def test_a_report_is_made_in_the_own_organisations_name_alone(desk: Client, cast: Cast) -> None:
    response = send(desk, reporting_organisation="OP-B")
    assert "record_for_other_organisation" in beside(page(desk, response["Location"]), "reporting_organisation")
    desk.force_login(cast.officer)
    send(desk, reporting_organisation="OP-B", _id="uuid:0b9d2a5e-6c1f-4a57-9f6e-0d1c7f3b1a02")
    assert FieldRecord.objects.get(author=cast.officer).state == RecordState.SUBMITTED


# -- what identifies people -------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_names_are_kept_apart_and_stay_when_nobody_touches_them(desk: Client, cast: Cast) -> None:
    informants = [{"_row": "i1", "informant_kind": "farmer", "informant_name": "Sevda Q.", "informant_phone": "050"}]
    record = report_of(cast.operator_a, reporter="Nigar H.", informants=informants)
    for address in (f"/records/{record.pk}", f"/records/{record.pk}/change"):
        text = page(desk, address)
        assert "Nigar" not in text and "Sevda" not in text and "apart" in text
    changed(desk, record, _reason="x", area_name="The orchard")
    assert Identity.objects.get().values == {"reporter": "Nigar H.", "informants": informants}
    changed(desk, FieldRecord.objects.get(), _reason="x", reporter="Aytən M.", informants=["i2"],
            informants__i2__informant_kind="herder")  # fmt: skip
    assert Identity.objects.get().values == {
        "reporter": "Aytən M.", "informants": [*informants, {"_row": "i2", "informant_kind": "herder"}],
    }  # fmt: skip
    changed(desk, FieldRecord.objects.get(), _reason="x", reporter__drop="on")
    assert "reporter" not in settled_of(record).values


@pytest.mark.django_db
def test_the_officer_sees_names_after_saying_why_and_it_is_noted(desk: Client, cast: Cast) -> None:
    record = report_of(cast.operator_a, reporter="Nigar H.")
    address = f"/records/{record.pk}/identities"
    assert desk.post(address, {"reason": "curious"}).status_code == 403
    desk.force_login(cast.officer)
    assert "Nigar" not in desk.post(address, {"reason": " "}).content.decode()
    assert "Nigar" in desk.post(address, {"reason": "to call her back"}).content.decode()
    assert Audit.objects.get(action="identity_seen").detail == {"reason": "to call her back"}
    assert "to call her back" in page(desk, f"/records/{record.pk}") and desk.get(address).status_code == 405


@pytest.mark.django_db
def test_ones_own_draft_comes_back_with_the_names_that_one_typed(desk: Client, cast: Cast) -> None:
    send(desk, "draft", reporter="Nigar H.")
    record = FieldRecord.objects.get()
    assert "Nigar H." in page(desk, f"/records/{record.pk}/change")
    assert "Nigar" not in page(desk, f"/records/{record.pk}")


# -- files ------------------------------------------------------------------------------------------------------------


def photo() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(file, "PNG")
    return file.getvalue()


@pytest.mark.django_db
def test_a_photo_is_kept_and_shown_to_those_who_may_see_the_report(desk: Client, cast: Cast) -> None:
    files = {"attachments": ["p"], "attachments__p__file": SimpleUploadedFile("../mine 7.png", photo()),
             "attachments__p__caption": "the sign"}  # fmt: skip
    send(desk, **files)
    record = FieldRecord.objects.get()
    value = record.values["attachments"][0]["file"]
    assert (value["name"], value["media_type"], value["size"]) == ("mine 7.png", "image/png", len(photo()))
    address = f"/records/{record.pk}/file/{value['sha256']}"
    assert f'src="{address}"' in page(desk, f"/records/{record.pk}")
    response = desk.get(address)
    assert (response.content, response["Content-Type"]) == (photo(), "image/png")
    assert "sandbox" in response["Content-Security-Policy"] and response["X-Content-Type-Options"] == "nosniff"
    changed(desk, record, _reason="x", attachments__p__caption="the sign, from the north")
    record.refresh_from_db()
    assert record.values["attachments"][0]["file"] == value
    desk.force_login(cast.operator_b)
    assert desk.get(address).status_code == 404
    desk.force_login(cast.operator_a)
    for other in ("0" * 64, "caption", value["sha256"][:10]):
        assert desk.get(f"/records/{record.pk}/file/{other}").status_code in (403, 404)


@pytest.mark.django_db
@pytest.mark.parametrize("content", [b"<html><script>1</script>", b"MZ\x90\x00", b"<svg xmlns='x'>"])
def test_a_file_that_could_act_is_refused_beside_its_field(desk: Client, content: bytes) -> None:
    files = {"attachments": ["p"], "attachments__p__file": SimpleUploadedFile("photo.png", content)}
    given = {"_id": PAGE, **NTS, **{k.replace("__", "."): v for k, v in files.items()}, "_action": "check"}
    assert beside(desk.post("/records/new/hazardous_area", given).content.decode(), "attachments.p.file")


# -- who sees what ----------------------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("state", list(RecordState))
def test_operator_b_never_sees_operator_as_reports(desk: Client, cast: Cast, state: str) -> None:
    record = report_of(cast.operator_a)
    FieldRecord.objects.update(state=state)
    desk.force_login(cast.operator_b)
    for address in ("", "/change", "/conflict"):
        assert desk.get(f"/records/{record.pk}{address}").status_code == 404
    for action in ("submit", "withdraw", "accept", "return"):
        assert desk.post(f"/records/{record.pk}/decide", {"action": action, "reason": "x"}).status_code == 404
    assert "NTS-7" not in page(desk, "/records") and desk.get("/records.json").json() == {"records": []}
    assert desk.get("/records/suggest.json?of=hazardous_area&text=NTS").json() == {"found": []}
    assert desk.get("/records/of?form=hazardous_area&id=NTS-7").status_code == 404


@pytest.mark.django_db
def test_the_authority_sees_what_was_submitted_and_no_drafts(desk: Client, cast: Cast) -> None:
    report_of(cast.operator_a)
    for person in (cast.authority, cast.officer):
        desk.force_login(person)
        FieldRecord.objects.update(state=RecordState.SUBMITTED)
        assert "NTS-7" in page(desk, "/records")
        FieldRecord.objects.update(state=RecordState.DRAFTED)
        assert "NTS-7" not in page(desk, "/records")


@pytest.mark.django_db
def test_the_donor_and_the_public_see_no_reports(desk: Client, cast: Cast) -> None:
    record = report_of(cast.operator_a)
    pages = ["/records", "/records.json", "/records/new", "/records/new/victim", "/records/suggest.json?of=area",
             "/records/conflicts", "/records/quarantine", "/records/of?form=victim&id=1", f"/records/{record.pk}",
             f"/records/{record.pk}/change", f"/records/{record.pk}/conflict"]  # fmt: skip
    desk.force_login(cast.donor)
    assert {desk.get(address).status_code for address in pages} == {403}
    assert 'href="/records"' not in page(desk, "/")
    desk.logout()
    for address in pages:
        assert desk.get(address)["Location"].startswith("/sign-in?next=")


@pytest.mark.django_db
def test_who_opened_a_report_is_noted_once_a_day(desk: Client, cast: Cast) -> None:
    record = report_of(cast.operator_a)
    for _ in range(3):
        page(desk, f"/records/{record.pk}")
    assert list(Audit.objects.filter(action="record_seen").values_list("account__username", "subject")) == [
        ("operator-a", record.uid)
    ]


# -- the list ---------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_list_answers_every_filter_with_counts(desk: Client, cast: Cast) -> None:
    report_of(cast.operator_a, "one-1", local_id="NTS-1", remarks="Köhnə dəyirman")
    report_of(cast.operator_a, "two-1", local_id="NTS-2", unit="AZ-FUZ", date_of_information="2026-02-01")
    FieldRecord.objects.filter(local_id="NTS-2").update(state=RecordState.ACCEPTED)
    found = {
        "": {"NTS-1", "NTS-2"},
        "state=submitted": {"NTS-1"},
        "unit=AZ-FUZ": {"NTS-2"},
        "since=2026-03-01": {"NTS-1"},
        "until=2026-03-01": {"NTS-2"},
        "form=hazardous_area": {"NTS-1", "NTS-2"},
        "form=victim": set(),
        "organisation=OP-B": set(),
        "text=nts-2": {"NTS-2"},
        "text=dəyirman": {"NTS-1"},
        "text=HA-77+dəyirman": {"NTS-1"},
        "conflicts=1": set(),
        "since=yesterday&state=nowhere": {"NTS-1", "NTS-2"},
    }
    for query, numbers in found.items():
        text = page(desk, f"/records?{query}")
        assert set(re.findall(r">(NTS-\d)</a>", text)) == numbers, query
    response = desk.get("/records?state=accepted")
    assert dict(response.context["states"])["submitted"] == 1 and response.context["all_count"] == 2
    assert len(desk.get("/records.json?state=accepted").json()["records"]) == 1


# -- whatever is sent -------------------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize(
    "given",
    [
        {},
        {"_action": "nonsense"},
        {"_add": "no_such", "_remove": "x.y.z"},
        {"_add": "parents", "_remove": "parents"},
        {"_id": "<script>", "_base": "no"},
        {"parents": ["../x", "", "a" * 90, "r" + chr(0)], "parents.r1.parent_area": "x"},
        {"boundary.source": "nowhere", "boundary.drawn": "[[1"},
        {"boundary.source": "drawn", "boundary.drawn": '[["a","b"],[null,1],{}]'},
        {"boundary.source": "drawn", "boundary.drawn": "[[NaN,1],[1,Infinity],[2,2]]"},
        {"boundary.source": "typed", "boundary.typed": "POLYGON" * 2000},
        {
            "boundary.source": "traverse",
            "boundary.start": "x",
            "boundary.bearing": ["1e999"],
            "boundary.distance": ["1"],
        },
        {"boundary.source": "file", "boundary.file": SimpleUploadedFile("x.gpkg", b"\x00\x01junk")},
        {"boundary.source": "kept"},
        {"benchmark": "\x00\ud800 \u202e" * 50},
        {"date_of_information": "9999-99-99", "reported_area_m2": "1e400", "survey_result": "drop table"},
        {"contamination_type": ["ap"] * 300 + ["\x00"]},
        {"remarks": "ə" * 30_000},
        {"reporting_organisation": "\x00"},
    ],
)
@pytest.mark.parametrize("action", ["check", "draft", "submit"])
def test_no_page_ever_fails_whatever_is_sent(desk: Client, given: dict[str, object], action: str) -> None:
    for value in given.values():
        if isinstance(value, SimpleUploadedFile):
            value.seek(0)
    sent = {**NTS, "_action": action, **{k: _sendable(v) for k, v in given.items()}}
    response = desk.post("/records/new/hazardous_area", sent)
    assert response.status_code in (200, 302)
    for record in FieldRecord.objects.all():
        assert desk.get(f"/records/{record.pk}").status_code == 200
        assert desk.get(f"/records/{record.pk}/change?check=1").status_code == 200


def _sendable(value: object) -> object:
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else value


@pytest.mark.django_db
def test_a_change_names_versions_of_its_own_record(desk: Client, cast: Cast) -> None:
    record, other = report_of(cast.operator_a), report_of(cast.operator_a, "other-1")
    for bases in ([], ["no-such"], [other.uid], [record.uid, other.uid]):
        response = desk.post(f"/records/{record.pk}/change", {**NTS, "_base": bases, "_action": "change"})
        assert response.status_code == 404
    assert RecordVersion.objects.count() == 2


@pytest.mark.django_db
def test_unknown_forms_records_and_actions_are_not_there(desk: Client, cast: Cast) -> None:
    record = report_of(cast.operator_a)
    for address in ("/records/new/no_such", "/records/999", "/records/999/change", "/records/of?form=&id="):
        assert desk.get(address).status_code == 404
    assert desk.post(f"/records/{record.pk}/decide", {"action": "burn"}).status_code == 404
    assert desk.get(f"/records/{record.pk}/decide").status_code == 405


@pytest.mark.django_db
def test_every_type_of_element_has_a_widget(desk: Client) -> None:
    types = {element.type for code in form_codes() for element in load_form(code, "aze").elements}
    assert {ElementType.CODE, ElementType.CODES, ElementType.POLYGON, ElementType.FILE, ElementType.REFERENCE} < types
    text = "".join(page(desk, f"/records/new/{code}") for code in form_codes())
    for mark in ('type="date"', 'type="radio"', 'type="checkbox"', "data-point", "data-polygon-input", 'type="file"',
                 "data-refers", "<optgroup", "<textarea"):  # fmt: skip
        assert mark in text, mark
