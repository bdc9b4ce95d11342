"""The programme's snapshot: the ledger to its head, reports as accepted, work and finds; nobody's data leaves."""

from pathlib import Path

import pytest

from torpaq.evidence.snapshot import read_snapshot
from torpaq.web.models import FieldRecord, OrdnanceItem, Programme
from torpaq.web.snapshot import take_snapshot
from torpaq.web.store import append
from web.record_stories import point, report_of
from web.stories import Cast, ledger
from web.work_stories import find, task_of, worked

pytestmark = pytest.mark.django_db

BOOK = "2026-03-04 establish HA-18 sha mine box 200 0 300 100 ; NTS-88"


@pytest.fixture
def programme(db: None) -> Programme:
    return Programme.objects.create(
        name="Karabakh", country="aze", standard_version="0.4.0", synthetic_label="INVENTED"
    )


def accept(record: FieldRecord) -> None:
    record.accepted_values, record.accepted_position, record.state = record.values, 1, "accepted"
    record.save()


def test_the_snapshot_holds_the_ledger_accepted_reports_and_work(cast: Cast, programme: Programme, tmp_path: Path):
    append(ledger(BOOK))
    task_of(cast.operator_a)
    worked(cast.operator_a, finds=[find(10, 10)])
    accept(report_of(cast.operator_a, evidence_negative=["long_use"], remarks="told by Leyla"))
    report_of(cast.operator_a, "survey-2", area="HA-99")  # waits for its review
    card = take_snapshot(tmp_path / "taken")
    snapshot, problems = read_snapshot(tmp_path / "taken")
    assert problems == [] and snapshot is not None and snapshot.card == card
    assert (card.programme, card.synthetic_label, card.entries) == ("Karabakh", "INVENTED", len(snapshot.entries))
    (survey,) = snapshot.records
    assert (survey["form"], survey["organisation"], survey["unit"]) == ("hazardous_area", "OP-A", "AZ-AGM")
    assert survey["values"]["evidence_negative"] == ["long_use"]
    assert survey["values"]["boundary"]["type"] == "MultiPolygon"
    (item,) = snapshot.finds
    assert item["lon"] == OrdnanceItem.objects.get().lon and item["accepted"] is False
    written = "".join(path.read_text() for path in (tmp_path / "taken").iterdir())
    assert "Leyla" not in written


def test_what_was_withdrawn_or_is_about_people_is_not_in_it(cast: Cast, programme: Programme, tmp_path: Path):
    record = report_of(cast.operator_a)
    accept(record)
    record.state = "withdrawn"
    record.save()
    victim = report_of(cast.operator_a, "victim-1", "victim", place=point(46.9, 40.0))
    accept(victim)
    take_snapshot(tmp_path)
    snapshot, problems = read_snapshot(tmp_path)
    assert problems == [] and snapshot is not None and snapshot.records == ()


def test_a_find_counts_as_accepted_once_one_of_its_reports_is(cast: Cast, programme: Programme, tmp_path: Path):
    task_of(cast.operator_a)
    worked(cast.operator_a, "day-1", finds=[find(10, 10)])
    again = worked(cast.operator_a, "day-2", finds=[find(10.2, 10)])
    again.state = "withdrawn"
    again.save()
    accept(FieldRecord.objects.get(uid="day-1"))
    take_snapshot(tmp_path)
    snapshot, _ = read_snapshot(tmp_path)
    assert snapshot is not None
    assert [row["accepted"] for row in snapshot.finds] == [True]
    assert [row["uid"] for row in snapshot.records] == ["day-1"]


def test_without_a_programme_there_is_nothing_to_take(db: None, tmp_path: Path):
    with pytest.raises(ValueError, match="no programme"):
        take_snapshot(tmp_path)
