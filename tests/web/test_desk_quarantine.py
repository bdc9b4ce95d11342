"""The same id with other bytes, or bytes that nobody can read: both stay kept, and a person decides which counts."""

import re
from collections.abc import Iterator

import pytest
from django.test import Client, override_settings

from torpaq.intake.record.record import Record
from torpaq.intake.submissions.xform import write_instance
from torpaq.standard.form import load_form
from torpaq.web.models import Audit, FieldRecord, Submission, SubmissionState
from torpaq.web.quarantine import settle
from torpaq.web.records import NewVersion, accept, add_version
from torpaq.web.submissions import Arrived, keep
from web.desk_stories import open_desk
from web.record_stories import survey
from web.stories import Cast

ID = "uuid:3f2504e0-4f89-41d3-9a0c-0305e82c3301"


@pytest.fixture(autouse=True)
def quick_passwords() -> Iterator[None]:
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield


@pytest.fixture
def desk(cast: Cast, client: Client) -> Client:
    open_desk()
    client.force_login(cast.officer)
    return client


def sent(cast: Cast, content: bytes, filed: bool = False) -> Submission:
    """Bytes as a phone of Operator A sends them; ``filed``: they are read and filed, as the first of an id are."""
    arrived = Arrived(ID, "openrosa", content, account=cast.operator_a, form="hazardous_area", form_version="2.1")
    submission, _ = keep(arrived)
    if filed:
        values = survey()
        add_version(NewVersion(ID, "hazardous_area", "2.1", values, account=cast.operator_a, submission=submission))
    return submission


def xml(**changes: object) -> bytes:
    form = load_form("hazardous_area", "aze", "2.1")
    return write_instance(Record("hazardous_area", "2.1", survey(**changes)), form, ID)


@pytest.fixture
def two(desk: Client, cast: Cast) -> tuple[Submission, Submission]:
    first = sent(cast, xml(), filed=True)
    second = sent(cast, xml(area_name="The orchard", reporter="Nigar H."))
    first.refresh_from_db()
    assert first.state == second.state == SubmissionState.QUARANTINED
    return first, second


def words(text: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


@pytest.mark.django_db
def test_both_are_shown_side_by_side_with_what_they_differ_in(
    desk: Client, cast: Cast, two: tuple[Submission, Submission]
) -> None:
    assert ID in desk.get("/records/quarantine").content.decode()
    text = desk.get(f"/records/quarantine/{two[0].pk}").content.decode()
    told = words(text)
    assert "Name of the area – The orchard" in told and "filed when it came" in told
    assert "Nigar" not in told and two[1].sha256 in text
    problems = accept(FieldRecord.objects.get(), cast.officer)
    assert "record_in_quarantine" in [one.code for one in problems]


@pytest.mark.django_db
def test_the_one_that_was_filed_counts_and_the_other_stays_kept(
    desk: Client, cast: Cast, two: tuple[Submission, Submission]
) -> None:
    given = {"choice": str(two[0].pk), "reason": "sent twice by mistake"}
    assert desk.post(f"/records/quarantine/{two[1].pk}", given)["Location"] == "/records/quarantine"
    record = FieldRecord.objects.get()
    assert record.versions.count() == 1 and Submission.objects.count() == 2
    assert {one.state for one in Submission.objects.all()} == {SubmissionState.SETTLED}
    assert "sent twice by mistake" in desk.get(f"/records/quarantine/{two[0].pk}").content.decode()
    assert Audit.objects.get(action="submission_settled").detail["counts"] == two[0].sha256
    assert [one.code for one in accept(record, cast.officer)] == []


@pytest.mark.django_db
def test_the_other_counts_as_a_version_edited_from_the_one_that_was_filed(
    desk: Client, cast: Cast, two: tuple[Submission, Submission]
) -> None:
    desk.post(f"/records/quarantine/{two[0].pk}", {"choice": str(two[1].pk), "reason": "the later one is whole"})
    record = FieldRecord.objects.get()
    assert record.values["area_name"] == "The orchard" and record.versions.count() == 2
    version = record.versions.get(version_id=record.heads[0])
    assert (version.bases, version.submission, version.reason) == ([ID], two[1], "the later one is whole")
    assert record.identity.values == {"reporter": "Nigar H."}


@pytest.mark.django_db
def test_none_of_them_may_count(desk: Client, two: tuple[Submission, Submission]) -> None:
    desk.post(f"/records/quarantine/{two[0].pk}", {"choice": "0", "reason": "a test of the phone"})
    assert FieldRecord.objects.get().versions.count() == 1
    assert not Submission.objects.filter(state=SubmissionState.QUARANTINED).exists()


@pytest.mark.django_db
def test_bytes_that_nobody_can_read_cannot_count(desk: Client, cast: Cast, two: tuple[Submission, Submission]) -> None:
    broken = sent(cast, b"\x00\xff not a form")
    text = desk.get(f"/records/quarantine/{broken.pk}").content.decode()
    assert "Nothing of it can be read." in text and f'value="{broken.pk}"' not in text
    assert [one.code for one in settle(broken, cast.officer, broken.pk, "x")] == ["quarantine_unreadable"]
    assert broken.state == SubmissionState.QUARANTINED


@pytest.mark.django_db
def test_bytes_come_down_as_they_came_for_those_who_may_see_identities(
    desk: Client, cast: Cast, two: tuple[Submission, Submission]
) -> None:
    address = f"/records/quarantine/{two[1].pk}/bytes"
    response = desk.get(address)
    assert response.content == bytes(two[1].content) and "attachment" in response["Content-Disposition"]
    assert Audit.objects.filter(action="submission_read", subject=ID).count() == 1
    desk.force_login(cast.authority)
    assert desk.get(address).status_code == 403
    assert desk.get(f"/records/quarantine/{two[1].pk}").status_code == 200


@pytest.mark.django_db
def test_operators_and_the_donor_decide_nothing(desk: Client, cast: Cast, two: tuple[Submission, Submission]) -> None:
    for person in (cast.operator_a, cast.operator_b, cast.donor):
        desk.force_login(person)
        assert desk.get("/records/quarantine").status_code == 403
        assert desk.post(f"/records/quarantine/{two[0].pk}", {"choice": "0", "reason": "x"}).status_code == 403
        assert [one.code for one in settle(two[0], person, 0, "x")] == ["right_missing"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "given", [{}, {"choice": "x"}, {"choice": "-1"}, {"choice": "9" * 40}, {"choice": "٣"}, {"choice": "0"}]
)
def test_a_decision_needs_a_choice_of_those_shown_and_a_reason(
    desk: Client, two: tuple[Submission, Submission], given: dict[str, str]
) -> None:
    response = desk.post(f"/records/quarantine/{two[0].pk}", given)
    assert response["Location"] == f"/records/quarantine/{two[0].pk}"
    assert Submission.objects.filter(state=SubmissionState.QUARANTINED).count() == 2
    given = {**given, "reason": "x"} if given.get("choice") != "0" else {"choice": "999999", "reason": "x"}
    desk.post(f"/records/quarantine/{two[0].pk}", given)
    assert Submission.objects.filter(state=SubmissionState.QUARANTINED).count() == 2


@pytest.mark.django_db
def test_what_is_missing_of_a_decision_is_named(desk: Client, cast: Cast, two: tuple[Submission, Submission]) -> None:
    assert [one.code for one in settle(two[0], cast.officer, 0, " ")] == ["decision_reason_missing"]
    assert [one.code for one in settle(two[0], cast.officer, 999_999, "x")] == ["quarantine_choice_unknown"]


@pytest.mark.django_db
def test_what_was_decided_is_not_decided_again(desk: Client, cast: Cast, two: tuple[Submission, Submission]) -> None:
    assert settle(two[0], cast.officer, 0, "a test") == []
    assert [one.code for one in settle(two[0], cast.officer, two[1].pk, "other")] == ["quarantine_decided"]
    assert desk.get("/records/quarantine/99999").status_code == 404
