"""OpenRosa as ODK Collect speaks it: forms and areas come down, reports go up, each once and none lost."""

import hashlib
from datetime import date, timedelta
from xml.etree import ElementTree as ET

import pytest
from django.test import Client

from torpaq.standard.form import form_codes
from torpaq.web.field.filing import file_left_behind
from torpaq.web.models import (
    Device,
    FieldRecord,
    HazardousArea,
    Organisation,
    RecordVersion,
    Submission,
    SubmissionFile,
    TaskTeam,
    Team,
)
from web.field.story import BOUNDARY, HEADERS, Phone, accident, enrolled, multipart, said, uuid
from web.field.test_media import archive, picture, taken_at_a_place
from web.stories import Cast
from web.work_stories import task_of

pytestmark = pytest.mark.django_db
PHOTO = ("1714070707.jpg", picture(), "image/jpeg")


# -- down to the phone ------------------------------------------------------------------------------------------------


def test_the_list_has_every_form_with_what_collect_needs_of_it(phone: Phone) -> None:
    listed = phone.forms()
    assert set(listed) == {f"torpaq_{code}" for code in form_codes()}
    for form in listed.values():
        assert set(form) | {"manifestUrl"} == {"formID", "name", "version", "hash", "downloadUrl", "manifestUrl"}
        assert form["downloadUrl"].startswith(f"http://testserver{phone.base}/forms/")
        assert form["version"].count("-") == 1 and form["hash"].startswith("md5:")


def test_a_form_is_the_one_the_list_promises_and_opens_with_ones_own_organisation(phone: Phone) -> None:
    for form in phone.forms().values():
        answer = phone.get(form["downloadUrl"])
        assert answer.status_code == 200 and answer["Content-Type"] == "text/xml; charset=utf-8"
        assert f"md5:{hashlib.md5(answer.content).hexdigest()}" == form["hash"]
        root = ET.fromstring(answer.content)
        data = root.find(".//{*}instance/{*}data")
        assert data is not None and (data.get("id"), data.get("version")) == (form["formID"], form["version"])
        assert [e.text for e in data.iter() if e.tag.endswith("}reporting_organisation")] == ["OP-A"]


def test_the_other_operators_forms_open_with_their_own_name(phone: Phone, other_phone: Phone) -> None:
    own, other = phone.forms()["torpaq_accident"], other_phone.forms()["torpaq_accident"]
    assert own["hash"] != other["hash"] and own["version"] == other["version"]
    assert b">OP-B</reporting_organisation>" in other_phone.get(other["downloadUrl"]).content


def test_an_organisations_code_stands_in_a_form_as_it_is(phone: Phone, cast: Cast) -> None:
    for code in ("A-1", "MAG&<b>", "concat('a')", "2 * 3"):
        Organisation.objects.filter(pk=cast.operator_a.organisation.pk).update(code=code)
        root = ET.fromstring(phone.get(f"{phone.base}/forms/accident.xml").content)
        assert next(e.text for e in root.iter() if e.tag.endswith("}reporting_organisation")) == code


def test_a_new_organisation_can_be_chosen_at_once(phone: Phone) -> None:
    before = phone.forms()["torpaq_accident"]
    Organisation.objects.create(kind="operator", code="OP-C", name_az="C", name_en="Operator C", name_ru="C")
    after = phone.forms()["torpaq_accident"]
    assert before["version"] != after["version"] and before["hash"] != after["hash"]
    assert b"Operator C" in phone.get(after["downloadUrl"]).content
    assert b"(demonstration)" in phone.get(after["downloadUrl"]).content
    assert b"The Donor" not in phone.get(after["downloadUrl"]).content


def test_one_form_is_asked_for_by_its_id(phone: Phone) -> None:
    answer = phone.client.get(f"{phone.base}/formList?formID=torpaq_victim", headers=HEADERS)
    assert answer.content.count(b"<xform>") == 1 and b"torpaq_victim" in answer.content
    none = phone.client.get(f"{phone.base}/formList?formID=birds", headers=HEADERS)
    assert none.status_code == 200 and b"<xform>" not in none.content


@pytest.mark.parametrize(
    ("accepted", "name"),
    [({}, "Accident or incident"), ({"Accept-Language": "ru"}, "Происшествие или инцидент"),
     ({"Accept-Language": "az-AZ,az;q=0.9"}, "Bədbəxt hadisə və ya insident"),
     ({"Accept-Language": "fr"}, "Accident or incident")],
)  # fmt: skip
def test_names_are_in_the_language_that_the_phone_asks_for(phone: Phone, accepted: dict[str, str], name: str) -> None:
    assert phone.forms(**accepted)["torpaq_accident"]["name"] == name


def test_a_phone_that_asks_for_no_language_is_answered_in_that_of_whoever_enrolled_it(phone: Phone, cast: Cast) -> None:
    cast.operator_a.language = "az"
    cast.operator_a.save()
    assert phone.forms()["torpaq_accident"]["name"] == "Bədbəxt hadisə və ya insident"
    assert "hesabat serverdədir" in said(phone.send(accident())).lower()


def test_the_teams_own_areas_come_as_a_list_of_entities(phone: Phone) -> None:
    file, _ = phone.manifest(phone.forms()["torpaq_completion"]["manifestUrl"])
    assert (file["type"], file["filename"]) == ("entityList", "areas.csv")
    answer = phone.get(file["downloadUrl"])
    assert f"md5:{hashlib.md5(answer.content).hexdigest()}" == file["hash"]
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.content.decode() == (
        "name,label,__version,status,geometry\nHA-17,HA-17 · Aghdam,2,Confirmed hazardous area (CHA),\n"
    )


def test_an_area_that_changed_or_left_the_team_is_another_list(phone: Phone) -> None:
    address = phone.forms()["torpaq_completion"]["manifestUrl"]
    first = phone.manifest(address)[0]["hash"]
    HazardousArea.objects.filter(area="HA-17").update(entry_count=3)
    second = phone.manifest(address)[0]["hash"]
    Team.objects.update(areas=[])
    third, _ = phone.manifest(address)
    assert len({first, second, third["hash"]}) == 3
    assert phone.get(third["downloadUrl"]).content == b"name,label,__version,status,geometry\n"


def test_the_teams_own_tasks_at_work_come_with_what_they_know_and_no_others(
    phone: Phone, other_phone: Phone, cast: Cast
) -> None:
    team = Team.objects.get(organisation=cast.operator_a.organisation)
    elsewhere = Team.objects.create(organisation=cast.operator_a.organisation, code="T2", name="Second team")
    on = {"contamination": ["ap", "av"], "methods": ["manual"]}
    for code, of, more in (
        ("T-1", team, on),
        ("T-2", elsewhere, {}),
        ("T-3", team, {"state": "suspended"}),
        ("T-4", None, {"methods": ["manual", "dog"], "areas": ["HA-17", "HA/18"], "required_depth_cm": None}),
    ):
        task = task_of(cast.operator_a, code, **more)
        if of:
            TaskTeam.objects.create(task=task, team=of, since=date(2026, 5, 1))
    task_of(cast.operator_b, "T-9")
    _, file = phone.manifest(phone.forms()["torpaq_clearance_progress"]["manifestUrl"])
    assert file["filename"] == "tasks.csv" and "type" not in file
    answer = phone.get(file["downloadUrl"])
    assert f"md5:{hashlib.md5(answer.content).hexdigest()}" == file["hash"]
    assert answer.content.decode() == (
        "name,label,area,unit,team,activity,method,contamination_type,required_depth_cm\n"
        "T-1,T-1 · HA-17 · Aghdam,HA-17,AZ-AGM,T1,clearance,manual,ap av,13\n"
        "T-4,T-4 · HA-17 HA/18 · Aghdam,,AZ-AGM,T1,clearance,,,\n"
    )
    theirs = other_phone.get(
        other_phone.manifest(other_phone.forms()["torpaq_completion"]["manifestUrl"])[1]["downloadUrl"]
    )
    assert "T-9" in theirs.content.decode() and "T-1" not in theirs.content.decode()
    spot = other_phone.forms()["torpaq_eod_spot_task"].get("manifestUrl")
    assert not spot or "tasks.csv" not in {one["filename"] for one in other_phone.manifest(spot)}


def test_an_area_is_shown_where_it_lies(phone: Phone) -> None:
    from torpaq.geo.shape import box_shape

    row = HazardousArea.objects.get(area="HA-17")
    row.shape = box_shape(0, 0, 100, 50)
    row.save()
    file, _ = phone.manifest(phone.forms()["torpaq_completion"]["manifestUrl"])
    geometry = phone.get(file["downloadUrl"]).content.decode().splitlines()[1].rpartition(",")[2]
    points = [point.split() for point in geometry.split(";")]
    assert len(points) == 5 and points[0] == points[-1]
    assert all(abs(float(lat) - 40) < 0.01 and abs(float(lon) - 47) < 0.01 for lat, lon, *_ in points)


def test_a_form_that_chooses_no_area_needs_no_file(phone: Phone) -> None:
    without = [form for form in phone.forms().values() if "manifestUrl" not in form]
    assert without
    code = without[0]["formID"].removeprefix("torpaq_")
    assert phone.manifest(f"{phone.base}/forms/{code}/manifest") == []


@pytest.mark.parametrize("address", ["forms/birds.xml", "forms/birds/manifest", "forms/..%2f..%2fsettings.xml"])
def test_a_form_that_there_is_not_is_not_found(phone: Phone, address: str) -> None:
    answer = phone.get(f"{phone.base}/{address}")
    assert answer.status_code == 404 and b"Traceback" not in answer.content


# -- up from the phone ------------------------------------------------------------------------------------------------


def test_head_says_where_to_send_and_how_much_at_once(phone: Phone) -> None:
    answer = phone.head()
    assert answer.status_code == 204 and answer.content == b""
    assert answer["Location"] == f"http://testserver{phone.base}/submission?deviceID=collect%3AMv3q"
    assert int(answer["X-OpenRosa-Accept-Content-Length"]) == 32 * 1024 * 1024
    assert answer["X-OpenRosa-Version"] == "1.0"


def test_a_report_arrives_with_its_photograph(phone: Phone, cast: Cast) -> None:
    answer = phone.send(accident(), [PHOTO])
    assert answer.status_code == 201
    assert said(answer) == "The report is on the server and waits for review."
    submission = Submission.objects.get()
    assert (submission.instance_id, submission.channel) == (uuid(1), "openrosa")
    assert bytes(submission.content) == accident() and submission.device == phone.device
    assert (submission.form, submission.form_version, submission.state) == ("accident", "1.1", "kept")
    file = SubmissionFile.objects.get()
    assert (file.name, file.media_type, file.size) == ("1714070707.jpg", "image/jpeg", len(PHOTO[1]))
    assert bytes(file.data) == PHOTO[1]
    record = FieldRecord.objects.get()
    assert (record.uid, record.state, record.local_id) == (uuid(1), "submitted", "ACC-7")
    assert (record.device, record.organisation) == (phone.device, cast.operator_a.organisation)
    assert RecordVersion.objects.get().submission == submission


def test_a_photograph_that_the_report_speaks_of_is_known_by_its_sum(phone: Phone) -> None:
    attached = "<file>1714070707.jpg</file><caption>the crater</caption>"
    phone.send(accident(remarks="x", attachments=attached), [PHOTO])
    (row,) = FieldRecord.objects.get().values["attachments"]
    assert row["file"] == {
        "name": "1714070707.jpg",
        "sha256": hashlib.sha256(PHOTO[1]).hexdigest(),
        "media_type": "image/jpeg",
        "size": len(PHOTO[1]),
    }


def test_the_same_bytes_again_are_received_again_and_kept_once(phone: Phone) -> None:
    answers = [phone.send(accident(), [PHOTO]) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [201, 201, 201]
    assert "already on the server" in said(answers[1])
    assert [model.objects.count() for model in (Submission, SubmissionFile, RecordVersion, FieldRecord)] == [1] * 4


def test_the_same_id_with_other_bytes_is_kept_and_set_aside_and_no_dead_end(phone: Phone) -> None:
    phone.send(accident())
    answer = phone.send(accident(local_id="ACC-8"))
    assert answer.status_code == 202 and "was set aside" in said(answer)
    assert {bytes(one.content) for one in Submission.objects.all()} == {accident(), accident(local_id="ACC-8")}
    assert {one.state for one in Submission.objects.all()} == {"quarantined"}
    assert FieldRecord.objects.get().local_id == "ACC-7"
    assert [phone.send(accident(local_id=id)).status_code for id in ("ACC-7", "ACC-8")] == [202, 202]
    assert Submission.objects.count() == 2


def test_what_collect_splits_over_several_requests_is_one_submission(phone: Phone) -> None:
    photos = [(f"{number}.jpg", picture(size=(40, 30 + number)), "image/jpeg") for number in range(3)]
    first = phone.send(accident(), photos[:1], is_incomplete=True)
    assert first.status_code == 201 and "remaining files are awaited" in said(first)
    second = phone.send(accident(), photos[1:2], is_incomplete=True)
    last = phone.send(accident(), photos[2:])
    assert (second.status_code, last.status_code) == (201, 201)
    assert Submission.objects.count() == FieldRecord.objects.count() == 1
    assert sorted(file.name for file in SubmissionFile.objects.all()) == ["0.jpg", "1.jpg", "2.jpg"]


def test_a_split_that_was_cut_begins_again_and_ends_as_one(phone: Phone) -> None:
    photos = [(f"{number}.jpg", picture(size=(40, 30 + number)), "image/jpeg") for number in range(2)]
    phone.send(accident(), photos[:1], is_incomplete=True)
    phone.send(accident(), photos[:1], is_incomplete=True)
    phone.send(accident(), photos[1:])
    assert (Submission.objects.count(), SubmissionFile.objects.count(), FieldRecord.objects.count()) == (1, 2, 1)


def test_as_many_files_as_collect_sends_at_once_are_taken(phone: Phone) -> None:
    photo = picture()
    assert phone.send(accident(), [(f"{n}.jpg", photo, "image/jpeg") for n in range(101)]).status_code == 201
    assert SubmissionFile.objects.count() == 101


def test_an_edit_on_the_phone_is_another_version_of_the_same_report(phone: Phone) -> None:
    phone.send(accident(1))
    answer = phone.send(accident(2, deprecated=uuid(1), local_id="ACC-7a"))
    assert answer.status_code == 201
    record = FieldRecord.objects.get()
    assert (record.uid, record.local_id, record.versions.count()) == (uuid(1), "ACC-7a", 2)


def test_an_edit_that_overtakes_its_report_waits_for_it(phone: Phone) -> None:
    early = phone.send(accident(2, deprecated=uuid(1), local_id="ACC-7a"))
    assert early.status_code == 201 and "has not arrived yet" in said(early)
    assert not FieldRecord.objects.exists() and Submission.objects.get().state == "waiting"
    phone.send(accident(1))
    assert FieldRecord.objects.get().local_id == "ACC-7a"
    assert {one.state for one in Submission.objects.all()} == {"kept"}


def test_a_process_that_dies_before_filing_loses_nothing(phone: Phone, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("torpaq.web.field.filing.add_version", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            phone.send(accident())
    assert Submission.objects.get().state == "kept" and not RecordVersion.objects.exists()
    assert phone.send(accident()).status_code == 201
    assert FieldRecord.objects.get().versions.count() == 1


def test_what_a_dead_process_left_behind_is_filed_without_the_phone(
    phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("torpaq.web.field.filing.add_version", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            phone.send(accident())
    assert file_left_behind() == 0  # its process may still be at it
    assert file_left_behind(timedelta(0)) == 1 and file_left_behind(timedelta(0)) == 0
    assert FieldRecord.objects.get().versions.get().submission == Submission.objects.get()
    assert "already on the server" in said(phone.send(accident()))


def test_the_land_is_never_folded_for_a_phone(phone: Phone, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("torpaq.web.records.live_land", "torpaq.web.live.live_land", "torpaq.web.live.LiveLand"):
        monkeypatch.setattr(name, lambda *_: pytest.fail("the land was asked for"))
    assert phone.forms() and phone.send(accident()).status_code == 201


def test_a_withdrawn_report_that_is_sent_again_is_not_raised_from_the_dead(phone: Phone, cast: Cast) -> None:
    from torpaq.web.records import withdraw

    phone.send(accident())
    assert withdraw(FieldRecord.objects.get(), cast.operator_a) == []
    assert "already on the server" in said(phone.send(accident()))
    assert FieldRecord.objects.get().state == "withdrawn"


# -- whose report it is -----------------------------------------------------------------------------------------------


def findings_of(record: FieldRecord) -> dict[str, str]:
    return {found["code"]: found["severity"] for found in record.findings}


def test_a_report_in_another_organisations_name_is_kept_and_marked(phone: Phone, cast: Cast) -> None:
    assert phone.send(accident(reporting_organisation="OP-B")).status_code == 201
    record = FieldRecord.objects.get()
    assert record.organisation == cast.operator_a.organisation
    assert findings_of(record)["organisation_not_own"] == "error"


def test_an_area_that_is_not_the_teams_is_a_warning(phone: Phone) -> None:
    phone.send(accident(1, outside_recorded_area="no", area="HA/18"))
    assert findings_of(FieldRecord.objects.get())["area_not_in_slice"] == "warning"
    phone.send(accident(2, outside_recorded_area="no", area="HA-17"))
    assert "area_not_in_slice" not in findings_of(FieldRecord.objects.get(uid=uuid(2)))


def test_nobody_changes_another_organisations_report(phone: Phone, other_phone: Phone) -> None:
    phone.send(accident(1))
    edit = accident(2, deprecated=uuid(1), reporting_organisation="OP-B", local_id="MINE")
    answer = other_phone.send(edit)
    assert answer.status_code == 202 and "belongs to another organisation" in said(answer)
    assert FieldRecord.objects.get().local_id == "ACC-7" and FieldRecord.objects.get().versions.count() == 1
    assert Submission.objects.get(instance_id=uuid(2)).state == "quarantined"


def test_an_id_that_the_desk_used_is_not_swallowed(phone: Phone, cast: Cast) -> None:
    from torpaq.web.records import NewVersion, add_version

    add_version(NewVersion(uuid(1), "accident", "1", {"local_id": "DESK"}, account=cast.operator_a))
    answer = phone.send(accident(1))
    assert answer.status_code == 202 and "already taken" in said(answer)
    assert FieldRecord.objects.get().local_id == "DESK" and bytes(Submission.objects.get().content) == accident(1)


# -- what cannot be read ----------------------------------------------------------------------------------------------

SECRET = "torpaq-secret-4711"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not xml at all",
        b"<data id='torpaq_accident' version='1'><meta><instanceID>",
        accident(form="birds"),
        accident().replace(b"1.1-0a1b2c3d", b"99"),
        accident().replace(b"uuid:", b"nonsense-"),
        accident(place="somewhere"),
        b"\xff\xfe\x00\x01" * 50,
        b"<a>" * 50_000,
        b"<?xml version='1.0'?><!DOCTYPE d [<!ENTITY a 'aaaaaaaaaa'>" +
        b"".join(f"<!ENTITY b{n} '{'&a;' * 10}'>".encode() for n in range(9)) + b"]><d>&b8;</d>",
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_kept_set_aside_and_said(phone: Phone, content: bytes) -> None:
    answer = phone.send(content, [PHOTO])
    assert answer.status_code == 202 and "was set aside" in said(answer)
    submission = Submission.objects.get()
    assert bytes(submission.content) == content and submission.state == "quarantined" and submission.problems
    assert SubmissionFile.objects.get().name == PHOTO[0] and not FieldRecord.objects.exists()
    assert phone.send(content, [PHOTO]).status_code == 202
    assert Submission.objects.count() == 1


@pytest.mark.parametrize("target", ["file://{path}", "http://127.0.0.1:9/{path}"])
def test_an_entity_from_outside_is_never_fetched(phone: Phone, tmp_path, target: str) -> None:
    path = tmp_path / "secret.txt"
    path.write_text(SECRET)
    head = f"<?xml version='1.0'?><!DOCTYPE data [<!ENTITY x SYSTEM '{target.format(path=path)}'>]>"
    content = accident(local_id="&x;").replace(b"<?xml version='1.0' encoding='UTF-8'?>", head.encode())
    answer = phone.send(content)
    assert answer.status_code == 202 and SECRET not in said(answer)
    submission = Submission.objects.get()
    assert submission.state == "quarantined" and SECRET not in str(submission.problems)
    assert not FieldRecord.objects.exists()


def test_an_answer_that_the_form_does_not_ask_is_kept_and_noted(phone: Phone) -> None:
    assert phone.send(accident(colour="blue")).status_code == 201
    assert "answer_element_unknown" in [one["code"] for one in Submission.objects.get().problems]
    assert FieldRecord.objects.get().state == "submitted"


# -- files ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("1714.jpg", b"<html><script>alert(1)</script></html>"),
        ("1714.jpg", picture() + b"<script>alert(1)</script>"),
        ("1714.jpg", picture() + archive()),
        ("logo.svg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"),
        ("tool.exe", b"MZ\x90\x00"),
    ],
)
def test_a_disguised_file_is_refused_and_the_report_itself_is_there(phone: Phone, name: str, data: bytes) -> None:
    answer = phone.send(accident(), [(name, data, "image/jpeg"), PHOTO])
    assert answer.status_code == 202
    assert "1 files were refused, the report itself is on the server" in said(answer) and name in said(answer)
    assert FieldRecord.objects.get().state == "submitted"
    assert [file.name for file in SubmissionFile.objects.all()] == [PHOTO[0]]
    assert [one["subject"] for one in Submission.objects.get().problems if one["severity"] == "error"] == [name]
    assert phone.send(accident(), [(name, data, "image/jpeg")]).status_code == 202
    assert len(Submission.objects.get().problems) == 1


def test_a_damaged_photograph_is_kept_unopened(phone: Phone) -> None:
    assert phone.send(accident(), [("1714.jpg", picture()[:200], "image/jpeg")]).status_code == 201
    file = SubmissionFile.objects.get()
    assert (file.media_type, bytes(file.data)) == ("application/octet-stream", picture()[:200])
    assert [one["code"] for one in Submission.objects.get().problems] == ["media_not_an_image"]


def test_a_photograph_keeps_its_exif_and_that_it_has_a_place_is_noted(phone: Phone) -> None:
    phone.send(accident(), [("1714.jpg", taken_at_a_place(), "image/jpeg")])
    assert bytes(SubmissionFile.objects.get().data) == taken_at_a_place()
    assert [(one["code"], one["severity"]) for one in Submission.objects.get().problems] == [
        ("media_has_position", "note")
    ]


@pytest.mark.parametrize("name", ["../../../etc/passwd", "..\\\\..\\\\boot.ini", "/etc/passwd", "a/b/c.jpg"])
def test_a_files_name_reaches_no_folder(phone: Phone, name: str) -> None:
    phone.send(accident(), [(name, picture(), "image/jpeg")])
    kept = SubmissionFile.objects.get().name
    assert kept in {"passwd", "boot.ini", "c.jpg"}


# -- requests that are none -------------------------------------------------------------------------------------------


def posted(phone: Phone, body: bytes, content_type: str = f"multipart/form-data; boundary={BOUNDARY}"):
    return phone.client.post(f"{phone.base}/submission", body, content_type=content_type, headers=HEADERS)


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"", f"multipart/form-data; boundary={BOUNDARY}"),
        (accident(), "text/xml"),
        (multipart(accident()), "multipart/form-data"),
        (multipart(accident()), "multipart/form-data; boundary=" + "x" * 300),
        (multipart(accident()), "multipart/form-data; boundary=another"),
        (multipart(None, [PHOTO]), f"multipart/form-data; boundary={BOUNDARY}"),
        (b"--" + BOUNDARY.encode() + b"\r\nnonsense\r\n", f"multipart/form-data; boundary={BOUNDARY}"),
        (multipart(accident(), [(f"{n}.jpg", b"x", "image/jpeg") for n in range(200)]),
         f"multipart/form-data; boundary={BOUNDARY}"),
    ],
)  # fmt: skip
def test_a_request_that_is_no_submission_is_refused_in_openrosas_words(
    phone: Phone, body: bytes, content_type: str
) -> None:
    answer = posted(phone, body, content_type)
    assert answer.status_code == 400 and said(answer).endswith(".")
    assert not Submission.objects.exists()


def test_a_request_that_is_too_large_is_refused_with_the_limit(phone: Phone, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("torpaq.web.field.parts.LARGEST_REQUEST", 1024 * 1024)
    answer = phone.send(accident(), [("big.jpg", bytes(2 * 1024 * 1024), "image/jpeg")])
    assert answer.status_code == 413 and "the limit is 1 MB" in said(answer)
    assert not Submission.objects.exists()
    assert phone.send(accident(), [PHOTO]).status_code == 201


def test_a_client_that_sends_the_record_as_a_plain_field_is_understood(phone: Phone) -> None:
    body = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="xml_submission_file"\r\n\r\n'.encode()
    assert posted(phone, body + accident() + f"\r\n--{BOUNDARY}--\r\n".encode()).status_code == 201
    assert bytes(Submission.objects.get().content) == accident()


def test_only_openrosas_addresses_need_no_token(phone: Phone, cast: Cast) -> None:
    desk = Client(enforce_csrf_checks=True)
    desk.force_login(cast.operator_a)
    assert desk.post(f"/teams/{phone.device.team_id}/phones", {"phone": "Phone 8"}).status_code == 403
    assert phone.send(accident()).status_code == 201
    for method in ("get", "put", "delete", "patch"):
        assert getattr(phone.client, method)(f"{phone.base}/submission").status_code == 405
    assert phone.client.post(f"{phone.base}/formList").status_code in {403, 405}


def test_two_phones_of_a_team_send_side_by_side(phone: Phone, cast: Cast) -> None:
    second = enrolled(cast.operator_a, phone.device.team, name="Phone 8")
    phone.send(accident(1))
    second.send(accident(2))
    assert second.send(accident(1)).status_code == 201  # the same report, copied to another phone
    assert {one.device for one in Submission.objects.all()} == set(Device.objects.all())
    assert FieldRecord.objects.count() == 2


def test_basic_authentication_sends_as_well(phone: Phone) -> None:
    import base64

    words = base64.b64encode(f"{phone.device.pk}:{phone.key}".encode()).decode()
    head = phone.client.head("/field/openrosa/submission", headers={**HEADERS, "Authorization": f"Basic {words}"})
    assert head.status_code == 204 and head["Location"] == "http://testserver/field/openrosa/submission"
    answer = phone.send(accident(), base="/field/openrosa", Authorization=f"Basic {words}")
    assert answer.status_code == 201 and Submission.objects.get().device == phone.device
    assert phone.send(accident(2), base="/field/openrosa").status_code == 401
