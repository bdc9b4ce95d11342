"""A phone's access: a key opens its own door alone, contact is noted, and it ends at once or on its day."""

import base64
import logging
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from torpaq.web.field.keys import CONTACT_KEPT_EVERY, FIRST_CONTACT_WITHIN
from torpaq.web.field.log import HideKeys
from torpaq.web.models import Audit, Device
from web.field.story import Phone, enrolled, said
from web.stories import Cast

pytestmark = pytest.mark.django_db


def test_a_revoked_phone_is_refused_from_that_moment(phone: Phone, cast: Cast, client: Client) -> None:
    assert phone.forms()
    client.force_login(cast.operator_a)
    client.post(f"/teams/{phone.device.team_id}/phones/{phone.device.pk}/revoke")
    answer = phone.get(f"{phone.base}/formList")
    assert answer.status_code == 401 and "access was withdrawn" in said(answer)
    assert phone.head().status_code == 401
    first = Device.objects.get().revoked
    client.post(f"/teams/{phone.device.team_id}/phones/{phone.device.pk}/revoke")
    assert Device.objects.get().revoked == first
    assert Audit.objects.filter(action="phone_revoked").count() == 1


def test_access_ends_with_its_last_day(phone: Phone) -> None:
    Device.objects.update(expires=timezone.now() + timedelta(minutes=1))
    assert phone.forms()
    Device.objects.update(expires=timezone.now() - timedelta(seconds=1))
    answer = phone.get(f"{phone.base}/formList")
    assert answer.status_code == 401 and "access ended on" in said(answer)


def test_a_code_that_nobody_used_in_time_opens_nothing(phone: Phone) -> None:
    Device.objects.update(enrolled=timezone.now() - FIRST_CONTACT_WITHIN)
    answer = phone.get(f"{phone.base}/formList")
    assert answer.status_code == 401 and "within 10 minutes" in said(answer)


def test_a_phone_that_was_in_contact_may_be_silent_for_long(phone: Phone) -> None:
    assert phone.forms()
    Device.objects.update(
        enrolled=timezone.now() - timedelta(days=90), last_contact=timezone.now() - timedelta(days=89)
    )
    assert phone.forms()


def test_contact_is_written_once_a_minute(phone: Phone) -> None:
    assert Device.objects.get().last_contact is None
    phone.forms()
    first = Device.objects.get().last_contact
    phone.forms()
    assert first and Device.objects.get().last_contact == first
    Device.objects.update(last_contact=timezone.now() - CONTACT_KEPT_EVERY)
    phone.forms()
    assert Device.objects.get().last_contact > first


@pytest.mark.parametrize("key", ["x", "A" * 43, "openrosa", "..", "%00", "ə" * 10])
def test_a_wrong_key_opens_nothing(phone: Phone, key: str) -> None:
    for address in ("formList", "forms/accident.xml", "forms/accident/manifest", "forms/accident/areas.csv"):
        answer = phone.client.get(f"/field/{key}/{address}")
        assert answer.status_code == 401 or (answer.status_code == 404 and key == "..")
        if answer.status_code == 401:
            assert "enrol it again" in said(answer)
    assert phone.client.post(f"/field/{key}/submission").status_code in (401, 404)


def test_other_clients_sign_in_by_number_and_key(phone: Phone, cast: Cast) -> None:
    def asked(words: str, scheme: str = "Basic") -> int:
        encoded = base64.b64encode(words.encode()).decode()
        answer = phone.client.get("/field/openrosa/formList", headers={"Authorization": f"{scheme} {encoded}"})
        if answer.status_code == 401:
            assert answer["WWW-Authenticate"].startswith('Basic realm="Torpaq"')
        else:
            assert b"/field/openrosa/forms/accident.xml" in answer.content and phone.key.encode() not in answer.content
        return answer.status_code

    other = enrolled(cast.operator_a, name="Phone 8")
    number, key = phone.device.pk, phone.key
    assert asked(f"{number}:{key}") == asked(f"{number}:{key}", "basic") == 200
    wrong = (f"{other.device.pk}:{key}", f"{number}:", f":{key}", "", f"{number}:{key}x", f"{number}:{other.key}")
    assert [asked(words) for words in wrong] == [401] * len(wrong)
    assert asked(f"{number}:{key}", "Bearer") == 401
    for header in ("Basic", "Basic ***", "Basic /w==", "Basic " + "A" * 9):
        assert phone.client.get("/field/openrosa/formList", headers={"Authorization": header}).status_code == 401


def test_the_desks_session_opens_no_phones_address(phone: Phone, cast: Cast, client: Client) -> None:
    client.force_login(cast.officer)
    assert client.get("/field/openrosa/formList").status_code == 401
    phone.forms()
    assert "sessionid" not in phone.client.cookies


def test_keys_are_kept_out_of_the_log(phone: Phone) -> None:
    record = logging.LogRecord("x", logging.ERROR, "", 0, "%s: %s", ("Internal error", f"{phone.base}/formList"), None)
    assert HideKeys().filter(record) is True
    assert record.getMessage() == "Internal error: /field/…/formList"
    plain = logging.LogRecord("x", logging.ERROR, "", 0, "Not found: %s", ("/field/page",), None)
    assert HideKeys().filter(plain) is True and plain.getMessage() == "Not found: /field/page"
