"""From a report to the ledger: one person writes, a second accepts, a third signs; nobody twice."""

import pytest

from torpaq.standard.problems import has_errors
from torpaq.web.models import Audit, FieldRecord, LedgerEntry, Proposal, ProposalState, RecordState
from torpaq.web.programme_row import programme_row
from torpaq.web.proposals import sign
from torpaq.web.records import (
    NewVersion,
    accept,
    add_version,
    full_values,
    records_seen_by,
    resolve,
    send_back,
    submit,
    withdraw,
)
from web.record_stories import polygon, report_of, survey
from web.stories import Cast

pytestmark = [pytest.mark.django_db, pytest.mark.both_engines]


def codes(problems: list[object]) -> list[str]:
    return [p.code for p in problems]


def test_operator_a_reports_the_officer_accepts_the_authority_signs(cast: Cast) -> None:
    record = report_of(cast.operator_a)
    assert codes(accept(record, cast.operator_a)) == ["right_missing"]
    assert codes(accept(record, cast.officer)) == []
    record.refresh_from_db()
    assert (record.state, record.reviewer, record.accepted_position) == (RecordState.ACCEPTED, cast.officer, 1)
    assert not LedgerEntry.objects.exists()

    proposal = Proposal.objects.get(field_record=record)
    (area,) = proposal.arithmetic["areas"]
    assert (proposal.state, proposal.kind, proposal.area) == (ProposalState.SUBMITTED, "establish", "HA-77")
    assert area["before"]["land"]["sha_m2"] == 0
    assert area["after"]["land"]["sha_m2"] == pytest.approx(9480, abs=10)
    assert proposal.reported_m2 == 9480
    assert codes(sign(proposal, cast.authority)) == []
    entry = LedgerEntry.objects.get()
    assert (entry.kind, entry.area, entry.operator, entry.approver) == ("establish", "HA-77", "OP-A", "Aynur Rəhimova")
    assert "NTS-7" in entry.record
    assert list(Audit.objects.order_by("at", "pk").values_list("action", flat=True)) == [
        "proposal_submitted",
        "record_accepted",
        "proposal_signed",
    ]


def test_whoever_wrote_a_version_does_not_accept_it_and_whoever_accepted_does_not_sign(cast: Cast) -> None:
    record = report_of(cast.officer)
    assert codes(accept(record, cast.officer)) == ["reviewer_is_author"]
    assert accept(record, cast.authority) == []
    assert codes(sign(Proposal.objects.get(), cast.authority)) == ["signer_is_author"]


def test_a_returned_report_comes_back_better_and_is_accepted(cast: Cast) -> None:
    record = report_of(cast.operator_a)
    assert codes(send_back(record, cast.officer, " ")) == ["reason_missing"]
    assert send_back(record, cast.officer, "Where did the herder stand?") == []
    assert record.state == RecordState.RETURNED
    add_version(
        NewVersion("survey-2", "hazardous_area", "2.1", survey(remarks="By the well"), ("survey-1",), cast.operator_a)
    )
    record.refresh_from_db()
    assert (record.state, record.values["remarks"]) == (RecordState.SUBMITTED, "By the well")
    assert accept(record, cast.officer) == []


def test_a_report_with_an_error_or_a_conflict_is_not_accepted(cast: Cast) -> None:
    record = report_of(cast.operator_a, evidence_indirect=None)
    assert "sha_without_indirect_evidence" in codes(accept(record, cast.officer))
    record = report_of(cast.operator_a, "other-1")
    for version, depth in (("other-2", "A"), ("other-3", "B")):
        values = survey(area_name=f"Field {depth}")
        add_version(NewVersion(version, "hazardous_area", "2.1", values, ("other-1",), cast.operator_a))
    record.refresh_from_db()
    assert codes(accept(record, cast.officer)) == ["record_in_conflict"]
    assert codes(resolve(record, cast.officer, {}, "on the map")) == ["conflict_unresolved"]
    assert resolve(record, cast.officer, {"area_name": "Field A"}, "seen on the map") == []
    assert (record.values["area_name"], record.conflicts) == ("Field A", [])
    assert codes(accept(record, cast.officer)) == ["reviewer_is_author"]
    assert accept(record, cast.authority) == []


def test_a_boundary_edited_in_two_places_is_never_settled_by_the_machine(cast: Cast) -> None:
    record = report_of(cast.operator_a)
    wider = polygon("POLYGON ((46.93 39.98, 46.932 39.98, 46.932 39.981, 46.93 39.981, 46.93 39.98))")
    add_version(NewVersion("p", "hazardous_area", "2.1", survey(boundary=wider), ("survey-1",), cast.operator_a))
    add_version(NewVersion("d", "hazardous_area", "2.1", survey(remarks="rain"), ("survey-1",), cast.operator_a))
    record.refresh_from_db()
    assert [conflict["element"] for conflict in record.conflicts] == ["boundary"]
    assert record.values["boundary"] == polygon()
    assert record.values["remarks"] == "rain"


def test_land_that_cannot_take_the_entry_keeps_the_report_from_being_accepted(cast: Cast) -> None:
    first, second = report_of(cast.operator_a), report_of(cast.operator_a, "survey-9", area="HA-78")
    assert accept(first, cast.officer) == []
    assert sign(Proposal.objects.get(), cast.authority) == []
    problems = accept(second, cast.officer)
    assert has_errors(problems)
    second.refresh_from_db()
    assert second.state == RecordState.SUBMITTED
    assert Proposal.objects.count() == 1
    assert not Audit.objects.filter(action="record_accepted", subject=second.uid).exists()


def test_a_later_version_of_an_accepted_report_has_to_be_accepted_anew_and_changes_nothing_before(cast: Cast) -> None:
    record = report_of(cast.operator_a)
    accept(record, cast.officer)
    late = survey(classification="sha", area_name="Long field")
    add_version(NewVersion("late", "hazardous_area", "2.1", late, ("survey-1",), cast.operator_a))
    record.refresh_from_db()
    assert record.state == RecordState.SUBMITTED
    assert "area_name" not in record.accepted_values
    assert record.values["area_name"] == "Long field"


def test_operator_b_and_the_donor_see_none_of_it(cast: Cast) -> None:
    record = report_of(cast.operator_a)
    drafted = add_version(NewVersion("d", "hazardous_area", "2.1", survey(), account=cast.operator_a, draft=True))
    assert set(records_seen_by(cast.operator_a)) == {record, drafted}
    assert set(records_seen_by(cast.officer)) == {record}
    assert not records_seen_by(cast.operator_b).exists()
    assert not records_seen_by(cast.donor).exists()
    assert codes(submit(drafted, cast.operator_b)) == ["right_missing"]
    assert codes(withdraw(drafted, cast.operator_b)) == ["right_missing"]
    assert withdraw(drafted, cast.operator_a) == []


def test_identities_are_read_with_the_right_and_a_reason_alone_and_the_reading_is_noted(cast: Cast) -> None:
    record = add_version(NewVersion("v", "victim", "1", {"name": "Aygün", "sex": "female"}, account=cast.operator_a))
    assert record is not None
    assert full_values(record, cast.operator_a, "curious")[0] == {"sex": "female"}
    assert codes(full_values(record, cast.officer, "")[1]) == ["reason_missing"]
    values, problems = full_values(record, cast.officer, "to arrange a prosthesis")
    assert (values["name"], problems) == ("Aygün", [])
    assert Audit.objects.get(action="identity_seen").detail == {"reason": "to arrange a prosthesis"}


def test_the_whole_of_an_area_is_cancelled_by_what_the_ledger_has_of_it(cast: Cast) -> None:
    assert programme_row() is None
    accept(report_of(cast.operator_a), cast.officer)
    sign(Proposal.objects.get(), cast.authority)
    record = report_of(
        cast.operator_a,
        "survey-2",
        local_id="NTS-8",
        date_of_information="2026-08-01",
        survey_result="cancelled_whole",
        classification=None,
        boundary=None,
        benchmark=None,
        device_categories=None,
        evidence_indirect=None,
        evidence_negative=["long_use"],
        cancellation_criteria=["land_in_use"],
        area_status="cancelled",
        status_changed_on="2026-08-01",
        status_change_reason="new_evidence",
    )
    assert codes(accept(record, cast.officer)) == []
    proposal = Proposal.objects.get(field_record=record)
    (area,) = proposal.arithmetic["areas"]
    assert area["after"]["land"]["sha_m2"] == 0
    assert FieldRecord.objects.filter(state=RecordState.ACCEPTED).count() == 2
