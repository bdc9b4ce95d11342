"""Records of a known source: many at once as one by one, the same content once, what changed as a new version."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from torpaq.intake.record.record import Value
from torpaq.intake.source_reading import SourceReading, SourceRecord
from torpaq.standard.problems import problem
from torpaq.web.batches import undo
from torpaq.web.models import Audit, Batch, FieldRecord, Identity, RecordState, RecordVersion, Submission
from torpaq.web.record_bulk import add_records
from torpaq.web.records import NewVersion, accept, add_version
from torpaq.web.source_records import take_records
from web.stories import Cast

pytestmark = [pytest.mark.django_db, pytest.mark.both_engines]

ACCIDENT: Mapping[str, Value] = {
    "date_of_information": "2010-04-01",
    "reporting_organisation": "AICMA",
    "unit": "AZ-AGM",
    "event_kind": "accident",
    "occurred_on": "2010-04-01",
    "date_precision": "month",
    "at_workplace": "unknown",
    "place": {"type": "Point", "coordinates": [46.93, 39.99], "original": {"typed": "39.99, 46.93"}},
    "place_precision": "unit",
    "outside_recorded_area": "unknown",
    "device_category": "ap_mine",
    "killed": 0,
    "injured": 1,
}
VICTIM: Mapping[str, Value] = {
    "date_of_information": "2010-04-01",
    "reporting_organisation": "AICMA",
    "unit": "AZ-AGM",
    "accident": "A-1",
    "identity_given": "yes",
    "name": "Kamran",
    "sex": "male",
    "age_group": "adult",
    "civil_status": "civilian",
    "outcome": "injured",
    "activity": "farming",
    "tampered": "unknown",
}
RECORDS = (SourceRecord(2, "accident", "A-1", ACCIDENT), SourceRecord(2, "victim", "V-1", VICTIM))
READING = SourceReading("a_source", "ab" * 32, 2, records=RECORDS, problems=(problem("table_ends_early", "row 3"),))


def take(reading: SourceReading = READING, name: str = "victims.csv"):
    return take_records(reading, name, b"the bytes")


def one_more_killed(sha256: str = "cd" * 32) -> SourceReading:
    accident = replace(RECORDS[0], values={**ACCIDENT, "killed": 1})
    return replace(READING, sha256=sha256, records=(accident, RECORDS[1]))


def row_of(record: FieldRecord) -> dict[str, object]:
    left_out = {"id", "_state", "created", "submitted", "uid", "heads", "findings"}
    found = sorted((found["element"], found["code"]) for found in record.findings)
    return {name: value for name, value in vars(record).items() if name not in left_out} | {"found": found}


def test_many_at_once_are_what_one_by_one_would_give(cast: Cast) -> None:
    values = [("accident", ACCIDENT), ("victim", VICTIM), ("victim", {"name": "Aygün", "killed": 3})]
    for number, (form, answers) in enumerate(values):
        add_version(NewVersion(f"one-{number}", form, "1.1", answers, account=cast.operator_a, batch_row=number))
    added = add_records(
        [
            NewVersion(f"all-{number}", form, "1.1", answers, account=cast.operator_a, batch_row=number)
            for number, (form, answers) in enumerate(values)
        ]
    )
    assert len(added) == 3
    for number in range(3):
        one, other = (FieldRecord.objects.get(uid=f"{how}-{number}") for how in ("one", "all"))
        assert row_of(one) == row_of(other)
        assert (one.heads, other.heads) == ([one.uid], [other.uid])
        first, second = one.versions.get(), other.versions.get()
        assert (first.values, first.identities, first.bases) == (second.values, second.identities, second.bases)
        assert first.account == second.account == cast.operator_a
    names = dict(Identity.objects.values_list("record__uid", "values"))
    assert names["one-1"] == names["all-1"] == {"name": "Kamran"}


def test_a_file_becomes_one_batch_whose_records_wait_for_any_reviewer(cast: Cast) -> None:
    taken = take()
    batch = Batch.objects.get()
    assert (taken.batch, taken.added, taken.changed, taken.incomplete) == (
        batch.uid,
        {"accident": 1, "victim": 1},
        0,
        0,
    )
    assert (batch.source, batch.state, bytes(batch.content)) == ("a_source", "taken", b"the bytes")
    assert batch.counts == {"rows": 2, "good": 1, "refused": 1, "records": 2}
    assert [found["code"] for found in batch.findings] == ["table_ends_early"]
    accident = FieldRecord.objects.get(uid="A-1")
    assert (accident.state, accident.author, accident.batch, accident.batch_row) == ("submitted", None, batch, 2)
    assert FieldRecord.objects.get(uid="V-1").subject == "A-1"
    assert [p.code for p in accept(accident, cast.officer)] == []
    assert Audit.objects.filter(action="file_imported", detail__records=2).exists()


def test_the_same_bytes_and_the_same_content_add_nothing() -> None:
    take()
    assert [p.code for p in take().problems] == ["file_already_imported"]
    again = take(replace(READING, sha256="cd" * 32))
    assert (again.batch, again.added, again.changed) == ("", {}, 0)
    assert (Batch.objects.count(), RecordVersion.objects.count()) == (1, 2)


def test_what_a_source_says_anew_is_a_version_edited_from_what_it_said_before(cast: Cast) -> None:
    take()
    accident = FieldRecord.objects.get(uid="A-1")
    accept(accident, cast.officer)
    taken = take(one_more_killed())
    assert (taken.added, taken.changed) == ({}, 1)
    accident.refresh_from_db()
    assert (accident.values["killed"], accident.state) == (1, RecordState.SUBMITTED)
    assert accident.accepted_values["killed"] == 0
    assert accident.conflicts == []
    assert [p.code for p in take(one_more_killed("ef" * 32)).problems] == ["table_ends_early"]
    assert RecordVersion.objects.filter(record=accident).count() == 2


def test_what_a_person_changed_meanwhile_is_not_lost_and_a_toll_is_for_a_person_to_decide(cast: Cast) -> None:
    take()
    edited = {**ACCIDENT, "settlement": "Papravənd"}
    add_version(NewVersion("mine", "accident", "1.1", edited, ("A-1",), cast.operator_a))
    take(one_more_killed())
    accident = FieldRecord.objects.get(uid="A-1")
    assert accident.values["settlement"] == "Papravənd"
    assert [conflict["element"] for conflict in accident.conflicts] == ["killed"]


def test_a_batch_that_was_undone_leaves_nothing_and_its_file_can_be_taken_again() -> None:
    original = replace(RECORDS[0], original="as it stood")
    taken = take(replace(READING, records=(original, RECORDS[1])))
    assert undo(taken.batch) == []
    assert not (FieldRecord.objects.exists() or RecordVersion.objects.exists() or Identity.objects.exists())
    assert not Submission.objects.exists()
    again = take()
    assert (again.added, again.batch[-2:]) == ({"accident": 1, "victim": 1}, "-2")


def test_what_the_form_cannot_hold_stays_beside_the_record_as_it_stood() -> None:
    record = replace(RECORDS[0], original='{"cause": "unclassified"}')
    take(replace(READING, records=(record,)))
    submission = Submission.objects.get()
    assert bytes(submission.content) == b'{"cause": "unclassified"}'
    assert RecordVersion.objects.get().submission == submission


def test_a_record_that_lacks_what_is_required_is_taken_and_counted_as_incomplete() -> None:
    lacking = {code: value for code, value in VICTIM.items() if code != "sex"}
    taken = take(replace(READING, records=(replace(RECORDS[1], values=lacking),)))
    assert taken.incomplete == 1
    assert [found["code"] for found in FieldRecord.objects.get().findings] == ["answer_missing"]
