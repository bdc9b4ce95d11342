"""The demonstration's reports: invented, sound, in every state, and saying so."""

import pytest

from torpaq.web.demonstration_records import create_demonstration_records
from torpaq.web.models import FieldRecord, RecordState, Submission, SubmissionState, Team
from torpaq.web.records import accept
from web.desk_stories import open_desk
from web.stories import Cast

pytestmark = [pytest.mark.django_db, pytest.mark.both_engines]


def test_there_is_a_report_in_every_state_a_conflict_and_something_set_aside(cast: Cast) -> None:
    open_desk()
    count = create_demonstration_records()
    records = FieldRecord.objects.all()
    assert count == len(records) > 30
    states = {record.state for record in records}
    assert states >= {RecordState.ACCEPTED, RecordState.SUBMITTED, RecordState.RETURNED}
    assert [conflict["element"] for record in records for conflict in record.conflicts] == [
        "boundary",
        "reported_area_m2",
    ]
    assert Submission.objects.filter(state=SubmissionState.QUARANTINED).count() == 2
    assert Team.objects.count() == 3


def test_every_report_says_that_it_is_invented_and_none_has_an_error(cast: Cast) -> None:
    open_desk()
    create_demonstration_records()
    for record in FieldRecord.objects.all():
        assert record.local_id.startswith("SYN-")
        assert "synthetic" in str(record.values)
        assert [found for found in record.findings if found["severity"] == "error"] == [], record


def test_a_waiting_survey_can_be_accepted_and_proposes_its_land(cast: Cast) -> None:
    open_desk()
    create_demonstration_records()
    survey = FieldRecord.objects.filter(form="hazardous_area", state=RecordState.SUBMITTED, conflicts=[]).first()
    assert survey is not None
    assert [found.code for found in accept(survey, cast.officer)] == []
    assert survey.proposals.get().kind == "establish"
