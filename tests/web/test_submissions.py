"""What a phone sends is kept once, whatever the network does to it."""

import itertools

import pytest

from torpaq.intake.record.record import Value
from torpaq.web.models import FieldRecord, RecordState, RecordVersion, Submission, SubmissionFile, SubmissionState
from torpaq.web.records import NewVersion, add_version
from torpaq.web.submissions import Arrived, Outcome, SentFile, keep

pytestmark = [pytest.mark.django_db, pytest.mark.both_engines]

ONE = "uuid:11111111-1111-4111-8111-111111111111"


def sent(content: str, *files: SentFile, instance_id: str = ONE) -> Arrived:
    return Arrived(instance_id, "page", content.encode(), files)


def test_the_same_bytes_sent_again_are_the_same_submission() -> None:
    first, outcome = keep(sent("a team's progress"))
    again, told = keep(sent("a team's progress"))
    assert (outcome, told) == (Outcome.NEW, Outcome.SAME)
    assert first.pk == again.pk
    assert bytes(Submission.objects.get().content) == b"a team's progress"


def test_other_bytes_under_the_same_id_are_kept_and_both_set_aside() -> None:
    keep(sent("depth 13"))
    _, outcome = keep(sent("depth 20"))
    assert outcome is Outcome.QUARANTINED
    kept = Submission.objects.filter(instance_id=ONE)
    assert {bytes(one.content) for one in kept} == {b"depth 13", b"depth 20"}
    assert {one.state for one in kept} == {SubmissionState.QUARANTINED}
    assert keep(sent("depth 20"))[1] is Outcome.SAME
    assert kept.count() == 2


def test_photos_may_come_in_several_parts_and_again() -> None:
    front, back = SentFile("front.jpg", "image/jpeg", b"front"), SentFile("back.jpg", "image/jpeg", b"back")
    keep(sent("a find", front))
    keep(sent("a find", front, back))
    keep(sent("a find", back))
    assert sorted(SubmissionFile.objects.values_list("name", flat=True)) == ["back.jpg", "front.jpg"]


# -- chains -----------------------------------------------------------------------------------------------------------

BEGUN: dict[str, Value] = {"date_of_information": "2026-05-31", "local_id": "P-1", "hours": 6}
CHAIN = [
    ("v0", (), BEGUN),
    ("v1", ("v0",), {**BEGUN, "hours": 7}),
    ("v2", ("v1",), {**BEGUN, "hours": 7, "remarks": "rain"}),
    ("v3", ("v2",), {**BEGUN, "hours": 8, "remarks": "rain"}),
    ("v4", ("v3",), {**BEGUN, "hours": 8, "remarks": "rain, then sun"}),
]


def arrive(version_id: str, bases: tuple[str, ...], values: dict[str, Value]) -> FieldRecord | None:
    submission, outcome = keep(Arrived(version_id, "page", repr(values).encode()))
    if outcome is Outcome.QUARANTINED:
        return None
    return add_version(NewVersion(version_id, "clearance_progress", "1", values, bases, submission=submission))


@pytest.mark.parametrize("order", list(itertools.permutations(range(5)))[::7])
def test_a_chain_comes_to_the_same_end_in_whatever_order_it_arrives(order: tuple[int, ...]) -> None:
    for place in order:
        arrive(*CHAIN[place])
        arrive(*CHAIN[order[0]])  # and something is always sent again
    record = FieldRecord.objects.get()
    assert record.uid == "v0"
    assert record.values == CHAIN[-1][2]
    assert record.heads == ["v4"]
    assert record.conflicts == []
    assert RecordVersion.objects.filter(record=record).count() == 5
    assert set(Submission.objects.values_list("state", flat=True)) == {SubmissionState.KEPT}


def test_an_edit_whose_first_version_has_not_come_waits_and_says_so() -> None:
    assert arrive(*CHAIN[1]) is None
    assert Submission.objects.get().state == SubmissionState.WAITING
    assert FieldRecord.objects.count() == 0


def test_edits_in_two_places_merge_what_is_apart_and_ask_about_what_is_not() -> None:
    arrive(*CHAIN[0])
    arrive("phone", ("v0",), {**BEGUN, "hours": 9, "remarks": "seen on the phone"})
    record = arrive("desk", ("v0",), {**BEGUN, "hours": 5, "team": "Team 4"})
    assert record is not None
    record.refresh_from_db()
    assert record.values["hours"] == 6
    assert record.values["team"] == "Team 4"
    assert record.values["remarks"] == "seen on the phone"
    assert [conflict["element"] for conflict in record.conflicts] == ["hours"]
    assert record.state == RecordState.SUBMITTED


def test_who_a_victim_is_stands_apart_from_the_record() -> None:
    values: dict[str, Value] = {"date_of_information": "2026-05-31", "name": "Aygün Məmmədova", "sex": "female"}
    record = add_version(NewVersion("a", "victim", "1", values))
    assert record is not None
    assert record.values == {"date_of_information": "2026-05-31", "sex": "female"}
    assert record.identity.values == {"name": "Aygün Məmmədova"}
    assert "Aygün" not in str(RecordVersion.objects.get().values)
