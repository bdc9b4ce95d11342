"""The phone's page speaks JSON: its own slice comes in, reports go out once, and every answer names its report."""

import json
from datetime import datetime
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from torpaq.web.assets import compile_translations
from torpaq.web.field.keys import enrol, revoke
from torpaq.web.models import Device, FieldRecord, Organisation, Submission, SubmissionFile, SubmissionState, Team
from web.desk_stories import open_desk
from web.record_stories import survey
from web.stories import Cast
from web.work_stories import task_of

pytestmark = [pytest.mark.django_db, pytest.mark.both_engines]

ONE = "uuid:11111111-1111-4111-8111-111111111111"
TWO = "uuid:22222222-2222-4222-8222-222222222222"


@pytest.fixture
def phone(cast: Cast) -> tuple[Device, str]:
    open_desk()
    team = Team.objects.create(
        organisation=Organisation.objects.get(code="OP-A"), code="T1", name="Team 1", areas=["HA-17"]
    )
    device, key = enrol(team, "Phone 1", None, cast.operator_a)
    Device.objects.filter(pk=device.pk).update(last_contact=timezone.now())
    return device, key


def report(instance_id: str = ONE, bases: tuple[str, ...] = (), **changes: Any) -> dict[str, Any]:
    values = survey(**changes)
    return {
        "instance_id": instance_id,
        "form": "hazardous_area",
        "version": "2.1",
        "bases": list(bases),
        "values": values,
    }


def send(key: str, sent: object, **more: str) -> Any:
    body = sent if isinstance(sent, bytes) else json.dumps(sent).encode()
    headers = {"HTTP_AUTHORIZATION": f"Bearer {key}", **more}
    return Client().generic("POST", "/field/api/submissions", body, "application/json", **headers)


def test_the_phone_carries_its_teams_tasks_with_what_they_know_and_how_old_the_list_is(
    phone: tuple[Device, str], cast: Cast
) -> None:
    task_of(cast.operator_a)
    task_of(cast.operator_a, "T-8", state="completed")
    task_of(cast.operator_b, "T-9")
    told = Client().get("/field/api/bundle?language=en", HTTP_AUTHORIZATION=f"Bearer {phone[1]}").json()
    (task,) = told["tasks"]
    assert task["code"] == "T-7" and "HA-17" in task["label"]
    assert task["known"]["area"] == "HA-17" and task["known"]["required_depth_cm"] == 13
    assert "method" not in task["known"], "two methods: the team says which"
    assert datetime.fromisoformat(told["asked_at"]).tzinfo
    offering = {form["code"] for form in told["forms"] if form["offers_tasks"]}
    assert {"clearance_progress", "completion"} <= offering and "eod_spot_task" not in offering


def test_the_phone_carries_every_form_and_its_teams_areas_alone(phone: tuple[Device, str]) -> None:
    told = Client().get("/field/api/bundle?language=az", HTTP_AUTHORIZATION=f"Bearer {phone[1]}").json()
    assert (told["team"], told["organisation"]) == ("Team 1", "OP-A")
    assert [area["id"] for area in told["areas"]] == ["HA-17"]
    assert "HA/18" not in json.dumps(told)
    progress = told["forms"][0]
    assert progress["code"] == "clearance_progress"
    assert all(element["label"] for form in told["forms"] for element in form["elements"])
    assert len(told["forms"]) == 13


def test_a_report_is_filed_once_and_its_answer_names_it(phone: tuple[Device, str]) -> None:
    answers = [send(phone[1], report()) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [201, 201, 201]
    assert {answer.json()["instance_id"] for answer in answers} == {ONE}
    assert {answer.json()["outcome"] for answer in answers} == {"on_server"}
    record = FieldRecord.objects.get()
    assert (record.uid, record.local_id, record.organisation.code) == (ONE, "NTS-7", "OP-A")
    assert record.values["boundary"]["written"].startswith("wkt POLYGON")


def test_other_bytes_under_its_id_need_a_person_and_lose_nothing(phone: tuple[Device, str]) -> None:
    send(phone[1], report())
    answer = send(phone[1], report(remarks="another"))
    assert (answer.status_code, answer.json()["outcome"]) == (202, "needs_you")
    assert Submission.objects.filter(state=SubmissionState.QUARANTINED).count() == 2


def test_a_correction_may_arrive_before_what_it_corrects(phone: tuple[Device, str]) -> None:
    first = send(phone[1], report(TWO, (ONE,), remarks="corrected"))
    assert first.status_code == 201
    send(phone[1], report())
    record = FieldRecord.objects.get()
    assert (record.uid, record.values["remarks"], record.heads) == (ONE, "corrected", [TWO])


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b" ", 202),
        (b"<html>Welcome to the hotel's network</html>", 202),
        (b"[1, 2]", 202),
        (b'{"instance_id": "x", "form": "nothing"}', 202),
        (b"\xff\xfe\x00", 202),
        (
            json.dumps({"instance_id": ONE, "form": "victim", "version": "1", "values": {"age_years": "ten"}}).encode(),
            202,
        ),
    ],
)
def test_what_cannot_be_read_is_kept_and_a_person_is_asked(phone: tuple[Device, str], body: bytes, status: int) -> None:
    answer = send(phone[1], body)
    assert (answer.status_code, answer.json()["outcome"]) == (status, "needs_you")
    assert bytes(Submission.objects.get().content) == body
    assert not FieldRecord.objects.exists()


@pytest.mark.parametrize("key", ["", "wrong", "ə" * 40])
def test_nobody_without_a_key_is_answered_anything_else(phone: tuple[Device, str], key: str) -> None:
    assert Client().get("/field/api/bundle").status_code == 401
    assert send(key.encode().decode("latin-1"), report()).status_code == 401
    assert not Submission.objects.exists()


def test_a_revoked_phone_is_refused_at_once(phone: tuple[Device, str], cast: Cast) -> None:
    device, key = phone
    assert send(key, report()).status_code == 201
    revoke(device, cast.operator_a)
    answer = send(key, report(TWO))
    assert (answer.status_code, answer.json()["code"]) == (401, "device_revoked")


def test_photos_come_with_the_report(phone: tuple[Device, str]) -> None:
    import io

    from PIL import Image

    file = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(file, "JPEG")
    sent = report(attachments=[{"file": {"name": "find.jpg"}, "caption": "TM-57"}])
    parts = {
        "submission": io.BytesIO(json.dumps(sent).encode()),
        "file": _named(file.getvalue(), "find.jpg"),
    }
    answer = Client().post("/field/api/submissions", parts, HTTP_AUTHORIZATION=f"Bearer {phone[1]}")
    assert (answer.status_code, answer.json()["outcome"]) == (201, "on_server"), answer.json()
    photo = FieldRecord.objects.get().values["attachments"][0]["file"]
    assert photo["media_type"] == "image/jpeg"
    assert photo["sha256"] == SubmissionFile.objects.get().sha256


def _named(data: bytes, name: str) -> Any:
    from django.core.files.uploadedfile import SimpleUploadedFile

    return SimpleUploadedFile(name, data, "image/jpeg")


@pytest.mark.parametrize("language", ["az", "en", "ru"])
def test_the_shell_speaks_three_languages_and_holds_nothing_of_the_programme(language: str) -> None:
    compile_translations()
    page = Client().get(f"/field/page?language={language}").content.decode()
    assert f'<html lang="{language}">' in page
    assert "worker.js?v=" in page
    assert Client().get("/field/worker.js").headers["Content-Type"].startswith("text/javascript")
    assert Client().get("/field/page.webmanifest").json()["scope"] == "/field/"
