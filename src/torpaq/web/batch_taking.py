"""The good rows of a checked file become records, in pieces, by a job; and everything a batch brought is taken back.

Until the last piece is filed the records are drafts of the sender, which no reviewer sees; then all are submitted at
once. A job that was lost goes on where it stood, one that is stopped takes back what it brought.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from django.db import transaction
from django.utils import timezone

from torpaq.intake.batches.results import RowResult, Verdict
from torpaq.intake.batches.rows import Progress, Stop
from torpaq.intake.record.context import Context
from torpaq.intake.record.record import Value
from torpaq.standard.problems import Problem, problem
from torpaq.web.accounts import note
from torpaq.web.batch_checking import (
    BESIDE,
    PIECE,
    READING_SHARE,
    open_batch,
    own_rows,
    pieces,
    read_batch_source,
    records_beside,
)
from torpaq.web.batch_files import without_samples
from torpaq.web.batch_matching import REPORTER
from torpaq.web.batch_undoing import before_of, filed_numbers, take_back, version_id_of
from torpaq.web.models import (
    Account,
    Batch,
    BatchRow,
    BatchState,
    FieldRecord,
    Job,
    JobState,
    Organisation,
    RecordState,
    RowVerdict,
)
from torpaq.web.record_bulk import add_records
from torpaq.web.records import NewVersion, add_version, context_of, records_seen_by, settled_of
from torpaq.web.source_records import take_records

VERSION, NEW, LEAVE = "version", "new", "leave"
"""What a person decides of a possible duplicate: a new version of the record it resembles, a new record, neither."""


class Wanted(NamedTuple):
    """A row to be taken, and whether it becomes a version of the record that it resembles."""

    result: RowResult
    as_version: bool = False


# -- possible duplicates are decided ----------------------------------------------------------------------------------


def decide(batch: Batch, person: Account, decision: str, numbers: Sequence[int] | None = None) -> list[Problem]:
    """Say what becomes of possible duplicates: of the rows of these numbers, or of all (None).

    A row becomes a version only of a record that the person may see and that is not in conflict; it is a new record
    or left out otherwise.
    """
    if batch.state != BatchState.CHECKED:
        return [problem("batch_in_wrong_state", batch.file_name, state=str(batch.state))]
    rows = BatchRow.objects.filter(batch=batch, verdict=RowVerdict.DUPLICATE)
    if numbers is not None:
        rows = rows.filter(number__in=list(numbers)[:PIECE])
    refused = 0
    with transaction.atomic():
        for piece in pieces(rows.iterator(PIECE), PIECE):
            open_uids = _open_to_versions(batch, [row.duplicate_of for row in piece]) if decision == VERSION else set()
            for row in piece:
                is_refused = decision == VERSION and row.duplicate_of not in open_uids
                refused += is_refused
                _decided(row, LEAVE if is_refused else decision)
            BatchRow.objects.bulk_update(piece, ["take", "values"])
        note(person, "batch_rows_decided", batch.uid, decision=decision, rows="all" if numbers is None else numbers)
    return [problem("batch_rows_without_record", batch.file_name, rows=refused)] if refused else []


def decision_of(row: BatchRow) -> str:
    """Return what was decided of a possible duplicate; an empty text for nothing yet."""
    return str(row.values.get(BESIDE, {}).get("decision", ""))


def answers_of(row: BatchRow) -> dict[str, Value]:
    """Return the answers of a possible duplicate, without what identifies a person."""
    return dict(row.values.get(BESIDE, {}).get("answers", {}))


def _decided(row: BatchRow, decision: str) -> None:
    row.take = decision in (NEW, VERSION)
    row.values = {**row.values, BESIDE: {**row.values.get(BESIDE, {}), "decision": decision}}


def _open_to_versions(batch: Batch, uids: Sequence[str]) -> set[str]:
    """Return those of the records that may be given another version by this batch's sender."""
    seen = records_seen_by(batch.account) if batch.account else FieldRecord.objects.all()
    open_records = seen.filter(uid__in=[uid for uid in uids if uid]).exclude(state=RecordState.WITHDRAWN)
    return {uid for uid, conflicts in open_records.values_list("uid", "conflicts") if not conflicts}


# -- rows become records ----------------------------------------------------------------------------------------------


def take(batch: Batch, person: Account | None, progress: Progress, stop: Stop) -> None:
    """Take the good rows of a checked file and the possible duplicates that were decided to be taken."""
    if batch.source:
        _take_source(batch, person)
        return
    context = context_of(batch.form)
    opened, problems = open_batch(batch, context, lambda share: progress(share * READING_SHARE), stop)
    if opened is None:
        _ended(batch, stop() or bool(problems), person)
        return

    def told(share: float) -> None:
        progress(READING_SHARE + share * (1 - READING_SHARE))

    checked = opened.check(context, records_beside(batch, context), told, stop)
    rows = own_rows(batch, opened, checked)
    organisations = {one.code: one for one in Organisation.objects.all()}
    for piece in pieces(_wanted(batch, rows), PIECE):
        if checked.is_stopped or stop():
            break
        with transaction.atomic():
            _file(batch, piece, context, organisations)
    _ended(batch, checked.is_stopped or stop(), person)


def _wanted(batch: Batch, results: Iterator[RowResult]) -> Iterator[Wanted]:
    """Yield what is to be taken and is not there yet; what has come to resemble a record meanwhile is not taken."""
    duplicates = BatchRow.objects.filter(batch=batch, verdict=RowVerdict.DUPLICATE)
    decided = {row.number: decision_of(row) for row in duplicates.only("number", "values").iterator(PIECE)}
    filed = filed_numbers(batch)
    for result in results:
        if result.verdict is Verdict.REFUSED or result.number in filed:
            continue
        decision = decided.get(result.number, LEAVE if result.verdict is Verdict.DUPLICATE else NEW)
        if decision in (NEW, VERSION):
            yield Wanted(result, decision == VERSION)


def _file(batch: Batch, piece: Sequence[Wanted], context: Context, organisations: Mapping[str, Organisation]) -> None:
    """File some rows, as drafts until all are there."""
    add_records(
        [
            NewVersion(
                version_id_of(batch, result.number),
                batch.form,
                context.form.version,
                result.values or {},
                account=batch.account,
                organisation=organisations.get(str((result.values or {}).get(REPORTER, "")), batch.organisation),
                batch=batch,
                batch_row=result.number,
                draft=True,
            )
            for result, as_version in piece
            if not as_version
        ]
    )
    for result, as_version in piece:
        if as_version:
            _add_version(batch, result, context)


def _add_version(batch: Batch, result: RowResult, context: Context) -> None:
    """File a row as a version of the record it resembles: what the row says, and what it is silent on as it was."""
    row = BatchRow.objects.get(batch=batch, number=result.number)
    if row.duplicate_of not in _open_to_versions(batch, [row.duplicate_of]):
        return
    record = FieldRecord.objects.get(uid=row.duplicate_of)
    settled = settled_of(record).values
    values = {**settled, **(result.values or {})}
    if values == settled:
        return
    row.values = {**row.values, BESIDE: {**row.values.get(BESIDE, {}), "before": before_of(record)}}
    row.save(update_fields=["values"])
    add_version(
        NewVersion(
            version_id_of(batch, result.number),
            record.form,
            context.form.version,
            values,
            tuple(record.heads),
            account=batch.account,
            reason=batch.file_name,
        )
    )


def _ended(batch: Batch, is_stopped: bool, person: Account | None) -> None:
    """Submit all that was filed and call the batch taken; or, where somebody stopped it, take everything back."""
    with transaction.atomic():
        row = Batch.objects.select_for_update().defer("content", "findings").get(pk=batch.pk)
        if row.state != BatchState.TAKING:
            return
        is_stopped = (
            is_stopped or Job.objects.filter(subject=batch.uid, state=JobState.RUNNING, stop_asked=True).exists()
        )
        if is_stopped:
            take_back(row)
            row.state = BatchState.CHECKED
            row.save(update_fields=["state"])
            return
        now, count = timezone.now(), len(filed_numbers(batch))
        drafts = FieldRecord.objects.filter(batch=row, state=RecordState.DRAFTED)
        drafts.update(state=RecordState.SUBMITTED, submitted=now)
        row.state, row.taken, row.counts = BatchState.TAKEN, now, {**row.counts, "accepted": count}
        row.columns = {**row.columns, "tables": without_samples(row.columns.get("tables", []), "")}
        row.save(update_fields=["state", "taken", "counts", "columns"])
        note(person, "batch_taken", row.uid, file=row.file_name, form=row.form, records=count)


def _take_source(batch: Batch, person: Account | None) -> None:
    """Take the records of a known source in one piece; how they settle among each other is that source's matter."""
    with transaction.atomic():
        row = Batch.objects.select_for_update().get(pk=batch.pk)
        if row.state != BatchState.TAKING:
            return
        done = take_records(read_batch_source(row), row.file_name, b"", person, row)
        row.state, row.taken = BatchState.TAKEN, timezone.now()
        row.counts = {**row.counts, "accepted": sum(done.added.values()) + done.changed}
        row.save(update_fields=["state", "taken", "counts"])
