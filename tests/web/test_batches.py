"""A file's rows become records in one batch; undone, the programme is what it was before, to the byte."""

import json
from typing import Any

import pytest
from django.apps import apps
from django.core import serializers

from intake.batches import dirty
from intake.batches.books import Book, changed, csv, xlsx
from intake.batches.tables import table
from torpaq.intake.batches.columns import header_digest
from torpaq.web.batches import BatchDone, Records, import_file, remembered, undo
from torpaq.web.models import (
    Audit,
    Batch,
    BatchRow,
    BatchState,
    ColumnMatch,
    FieldRecord,
    Identity,
    Organisation,
    Proposal,
    ProposalState,
    RecordState,
    RecordVersion,
    Submission,
)
from torpaq.web.records import NewVersion, add_version, context_of, settled_of
from web.stories import Cast

pytestmark = pytest.mark.django_db


def everything(*without: type) -> dict[str, list[Any]]:
    """Every row of every table of ours, as text, without some tables."""
    models = [model for model in apps.get_app_config("torpaq_web").get_models() if model not in without]
    return {model.__name__: json.loads(serializers.serialize("json", model.objects.order_by("pk"))) for model in models}


def file(base: Book, **changes: object) -> bytes:
    return csv(changed(base, 3, changes), ";")


def imported(base: Book, data: bytes | None = None, **options: Any) -> BatchDone:
    return import_file(data or file(base), "data.csv", base.form, **options)


def codes(done: BatchDone) -> list[str]:
    return [found.problem.code for found in done.findings]


# -- taking -----------------------------------------------------------------------------------------------------------


def test_good_rows_become_records_that_wait_for_review(cast: Cast) -> None:
    done = imported(dirty.NTS, account=cast.operator_a)
    batch = Batch.objects.get()
    assert (done.uid, batch.state, dict(done.counts)["accepted"]) == (batch.uid, BatchState.TAKEN, 3)
    assert bytes(batch.content) == file(dirty.NTS)
    records = FieldRecord.objects.filter(batch=batch).order_by("batch_row")
    assert [(r.local_id, r.subject, r.unit, r.batch_row) for r in records] == [
        ("NTS-1", "HA-1", "AZ-AGM", 2),
        ("NTS-2", "HA-2", "AZ-AGM", 3),
        ("NTS-3", "HA-3", "AZ-AGM", 4),
    ]
    assert {record.state for record in records} == {RecordState.SUBMITTED}
    assert {record.organisation for record in records} == {cast.operator_a.organisation}  # type: ignore[attr-defined]
    assert all(record.shape and record.lon for record in records)
    assert settled_of(records[0]).values["survey_result"] == "established"
    assert Audit.objects.filter(action="batch_taken", subject=batch.uid).count() == 1


def test_refused_rows_are_kept_with_their_findings_and_not_taken(cast: Cast) -> None:
    done = imported(dirty.NTS, file(dirty.NTS, Classification="red zone"), account=cast.operator_a)
    assert (done.counts["accepted"], done.counts["refused"]) == (2, 1)
    row = BatchRow.objects.get()
    assert (row.number, row.verdict) == (3, "refused")
    assert row.findings[0]["code"] == "code_unknown"
    assert row.values["Classification"] == "red zone"
    assert FieldRecord.objects.count() == 2


def test_all_or_none_takes_none_where_one_is_refused(cast: Cast) -> None:
    done = imported(dirty.NTS, file(dirty.NTS, Classification="red zone"), all_or_none=True)
    assert (done.uid, done.counts["accepted"], Batch.objects.count(), FieldRecord.objects.count()) == ("", 0, 0, 0)
    done = imported(dirty.NTS, all_or_none=True)
    assert done.counts["accepted"] == 3


def test_the_same_rows_again_are_there_already_and_are_not_taken_twice(cast: Cast) -> None:
    imported(dirty.NTS)
    again = imported(dirty.NTS)
    assert (again.uid, again.counts["duplicates"], again.counts["accepted"]) == ("", 3, 0)
    assert codes(again) == ["batch_file_before", *["local_id_known"] * 3]
    more = imported(dirty.NTS, file(dirty.NTS, **{"Number of the report": "NTS-9", "Id of the hazardous area": "HA-9"}))
    assert (more.counts["duplicates"], more.counts["accepted"]) == (2, 1)
    row = BatchRow.objects.filter(batch__uid=more.uid).first()
    assert row is not None and row.duplicate_of == FieldRecord.objects.get(local_id="NTS-1").uid


def test_a_withdrawn_record_is_no_longer_known(cast: Cast) -> None:
    imported(dirty.NTS)
    FieldRecord.objects.update(state=RecordState.WITHDRAWN)
    assert Records(context_of("hazardous_area")).local_ids("hazardous_area") == {}
    assert imported(dirty.NTS, xlsx(changed(dirty.NTS, 3, {}))).counts["accepted"] == 3


def test_victims_alike_are_all_taken(cast: Cast) -> None:
    twice = csv([*changed(dirty.VICTIMS, 3, {}), changed(dirty.VICTIMS, 3, {})[2]], ";")
    assert imported(dirty.VICTIMS, twice).counts["accepted"] == 4
    assert FieldRecord.objects.count() == 4
    assert imported(dirty.VICTIMS, twice).counts["accepted"] == 4


def test_what_identifies_a_person_is_in_the_vault_alone(cast: Cast) -> None:
    cells = changed(dirty.VICTIMS, 3, {"identity_given": "yes", "sex": "?"})
    cells[0] += ["Full name", "Phone", "Gizli"]
    for row in cells[1:]:
        row[4] = "yes"
        row += ["Filankəs Filankəsov", "994501112233", "dirty secret"]
    done = imported(dirty.VICTIMS, csv(cells, ";"))
    assert done.counts["accepted"] == 2
    assert [identity.values["name"] for identity in Identity.objects.all()] == ["Filankəs Filankəsov"] * 2
    batch = Batch.objects.get()
    open_text = json.dumps(
        [
            list(FieldRecord.objects.values_list("values", "findings")),
            list(RecordVersion.objects.values_list("values", flat=True)),
            list(BatchRow.objects.values_list("values", "findings")),
            batch.findings, batch.columns, batch.counts,
        ],
        ensure_ascii=False,
    )  # fmt: skip
    for secret in ("Filan", "99450", "dirty secret"):
        assert secret not in open_text
    assert BatchRow.objects.get().values["sex"] == "?"


def test_nothing_is_taken_while_a_column_is_undecided(cast: Cast) -> None:
    cells = changed(dirty.NTS, 3, {})
    cells[0][cells[0].index("Area as reported")] = "Təsnifatı"
    cells[0][cells[0].index("Classification")] = "Классификация"
    done = imported(dirty.NTS, csv(cells, ";"))
    assert done.uid == ""
    assert {"batch_columns_unclear", "columns_same_element"} <= set(codes(done))
    assert not FieldRecord.objects.exists()


@pytest.mark.parametrize(
    ("data", "toml", "sheet", "code"),
    [
        (b"\n", "", "", "table_empty"),
        (b"PK\x03\x04 cut short", "", "", "layers_zip_damaged"),
        (b'{"type": "FeatureCollection", "features": []}', "", "", "layers_empty"),
        (file(dirty.NTS), "[columns", "", "map_not_toml"),
        (file(dirty.NTS), "", "Sheet 9", "sheet_unknown"),
    ],
)
def test_a_file_that_cannot_be_opened_makes_no_batch(data: bytes, toml: str, sheet: str, code: str) -> None:
    done = imported(dirty.NTS, data, matching_toml=toml, sheet=sheet)
    assert (done.uid, codes(done)[-1]) == ("", code)
    assert not Batch.objects.exists()


def test_stopped_at_any_moment_it_takes_nothing(cast: Cast) -> None:
    asked: list[int] = []

    def stop_at(moment: int) -> bool:
        asked.append(1)
        return len(asked) > moment

    imported(dirty.NTS, all_or_none=True, stop=lambda: stop_at(10**6))
    moments = len(asked)
    undo(Batch.objects.get().uid)
    Batch.objects.all().delete()
    assert moments >= 2
    for moment in range(moments):
        asked.clear()
        told: list[float] = []
        done = imported(dirty.NTS, progress=told.append, stop=lambda moment=moment: stop_at(moment))  # type: ignore[misc] # bound now
        assert done.uid == ""
        assert set(codes(done)) & {"batch_stopped", "reading_stopped"}
        assert not Batch.objects.exists() and not FieldRecord.objects.exists()
        assert told == sorted(told)


def test_a_map_is_kept_with_its_batch(cast: Cast) -> None:
    cells = changed(dirty.WORK, 3, {})
    cells[0][0] = "Nömrəsi nədir"
    done = imported(dirty.WORK, csv(cells, ";"), matching_toml='[columns]\n"Nömrəsi nədir" = "local_id"')
    batch = Batch.objects.get(uid=done.uid)
    assert batch.columns["matched"]["nomresi nedir"] == "local_id"
    assert FieldRecord.objects.filter(local_id="P-2").exists()


def test_columns_are_remembered_for_the_sender_alone(cast: Cast) -> None:
    data = csv(changed(dirty.WORK, 3, {}), ";").replace(b";team;", b";brigade no;")
    found = table(data)
    ColumnMatch.objects.create(
        organisation=cast.operator_a.organisation,  # type: ignore[attr-defined] # an account
        form="clearance_progress",
        header_sha256=header_digest(found),
        columns={"brigade no": "team"},
    )
    assert remembered(found, "clearance_progress", cast.operator_a) == {"brigade no": "team"}  # type: ignore[arg-type] # an account
    assert remembered(found, "clearance_progress", cast.operator_b) == {}  # type: ignore[arg-type] # an account
    assert remembered(found, "accident", cast.operator_a) == {}  # type: ignore[arg-type] # an account
    assert remembered(found, "clearance_progress", None) == {}
    assert imported(dirty.WORK, data, account=cast.operator_b).counts["accepted"] == 0
    assert imported(dirty.WORK, data, account=cast.operator_a).counts["accepted"] == 3


# -- undoing ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("base", [dirty.NTS, dirty.DONE, dirty.VICTIMS, dirty.LESSONS], ids=lambda base: base.form)
def test_undo_restores_the_programme_to_the_byte(base: Book, cast: Cast) -> None:
    imported(dirty.FINDS, account=cast.operator_b)
    before = everything(Batch, Audit)
    rows = {batch.uid: batch.state for batch in Batch.objects.all()}
    done = imported(base, account=cast.operator_a)
    assert FieldRecord.objects.count() == 6
    assert undo(done.uid, cast.officer) == []  # type: ignore[arg-type] # an account
    assert everything(Batch, Audit) == before
    assert {batch.uid: batch.state for batch in Batch.objects.all()} == {**rows, done.uid: BatchState.UNDONE}
    batch = Batch.objects.get(uid=done.uid)
    assert bytes(batch.content) == file(base) and batch.undone is not None
    noted = Audit.objects.filter(action="batch_undone").get()
    assert (noted.account, noted.subject, noted.detail["records"]) == (cast.officer, done.uid, 3)


def test_undone_rows_can_be_taken_again(cast: Cast) -> None:
    done = imported(dirty.NTS)
    undo(done.uid)
    again = imported(dirty.NTS)
    assert (again.counts["accepted"], codes(again)) == (3, [])
    assert again.uid != done.uid


@pytest.mark.parametrize(("uid", "code"), [("20990101-none-1", "batch_unknown"), ("", "batch_unknown")])
def test_a_batch_that_is_none_is_told(uid: str, code: str) -> None:
    assert [found.code for found in undo(uid)] == [code]


def test_a_batch_is_undone_once() -> None:
    done = imported(dirty.NTS)
    assert undo(done.uid) == []
    (told,) = undo(done.uid)
    assert (told.code, told.parameters["state"]) == ("batch_not_taken", "undone")


def test_work_that_went_on_from_a_batch_is_not_undone(cast: Cast) -> None:
    done = imported(dirty.NTS, account=cast.operator_a)
    record = FieldRecord.objects.get(local_id="NTS-2")
    values = {**record.values, "remarks": "Seen again."}
    add_version(NewVersion("edit-1", record.form, record.version, values, (record.uid,), account=cast.operator_a))  # type: ignore[arg-type] # an account
    before = everything()
    (told,) = undo(done.uid)
    assert (told.code, told.parameters["records"]) == ("batch_went_on", 1)
    assert everything() == before


@pytest.mark.parametrize("state", [RecordState.ACCEPTED, RecordState.RETURNED, RecordState.WITHDRAWN])
def test_what_somebody_decided_on_is_not_undone(state: RecordState) -> None:
    done = imported(dirty.NTS)
    FieldRecord.objects.filter(local_id="NTS-3").update(state=state)
    assert [found.code for found in undo(done.uid)] == ["batch_went_on"]


def test_land_in_the_ledger_is_not_undone(cast: Cast) -> None:
    done = imported(dirty.NTS, account=cast.operator_a)
    record = FieldRecord.objects.get(local_id="NTS-1")
    organisation = Organisation.objects.first()
    Proposal.objects.create(
        field_record=record, author=cast.officer, organisation=organisation, state=ProposalState.SIGNED
    )
    before = everything()
    (told,) = undo(done.uid)
    assert (told.code, told.parameters["records"]) == ("batch_in_ledger", 1)
    assert "nothing is erased" in told.sentence("en")
    assert everything() == before


def test_submissions_of_a_batch_go_with_it_and_no_others(cast: Cast) -> None:
    done = imported(dirty.NTS)
    kept = Submission.objects.create(instance_id="uuid:1", sha256="a", channel="page", content=b"x")
    own = Submission.objects.create(instance_id="batch:1", sha256="b", channel="batch", content=b"y")
    RecordVersion.objects.filter(record__local_id="NTS-1").update(submission=own)
    assert undo(done.uid) == []
    assert list(Submission.objects.all()) == [kept]
