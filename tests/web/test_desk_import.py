"""A file at the desk: uploaded, its columns matched, its rows checked, the good ones taken or none, undone whole."""

import re
from collections.abc import Iterator

import pytest
from django.test import Client, override_settings

from torpaq.web.models import BatchState, FieldRecord, RecordState
from web.desk_stories import open_desk
from web.import_stories import check, counted, everything, taken, upload, workbook
from web.stories import Cast

pytestmark = pytest.mark.django_db


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
    assert response.status_code == 200, (address, response.status_code)
    return response.content.decode()


def codes(shown: str) -> set[str]:
    return set(re.findall(r'class="problem-code">(\w+)<', shown))


# -- the whole way ----------------------------------------------------------------------------------------------------


def test_a_sound_workbook_goes_all_the_way_and_back(desk: Client) -> None:
    batch = upload(desk, workbook())
    assert (batch.state, batch.form, batch.sheet) == (BatchState.UPLOADED, "hazardous_area", "Data")
    shown = page(desk, f"/import/{batch.pk}")
    assert "16</b> / 16 columns matched" in shown
    before = everything()
    check(desk, batch)
    assert (batch.state, counted(batch)) == (BatchState.CHECKED, {"rows": 3, "good": 3})
    assert "Take the good rows" in page(desk, f"/import/{batch.pk}")
    taken(desk, batch)
    assert (batch.state, batch.counts["accepted"]) == (BatchState.TAKEN, 3)
    assert {record.state for record in FieldRecord.objects.all()} == {RecordState.SUBMITTED}
    assert "wait for review" in page(desk, f"/import/{batch.pk}")
    response = desk.post(f"/import/{batch.pk}/undo", {"reason": "sent by mistake"})
    assert response["Location"] == f"/import/{batch.pk}"
    batch.refresh_from_db()
    assert batch.state == BatchState.UNDONE
    assert everything() == {**before, "ColumnMatch": everything()["ColumnMatch"]}
