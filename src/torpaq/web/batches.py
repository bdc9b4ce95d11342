"""Files of rows enter the programme as batches: checked, taken in one transaction, and undone whole.

A batch keeps the bytes of its file and how its columns were matched, which give the same rows again at any time: only
rows with findings are kept beside them. Undoing a batch leaves the programme as it was before, but for the batch's own
row and the audit.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from torpaq.intake.batches.cells import cell_told
from torpaq.intake.batches.columns import header_digest, heading_key
from torpaq.intake.batches.duplicates import fingerprints_of, local_id_key
from torpaq.intake.batches.mapfile import read_map
from torpaq.intake.batches.opening import FileChecked, check_file, of_file
from torpaq.intake.batches.results import Counts, RowResult, Verdict
from torpaq.intake.batches.rows import Progress, Stop
from torpaq.intake.batches.targets import How, read_target
from torpaq.intake.record.context import Context
from torpaq.intake.record.record import Finding
from torpaq.intake.record.telling import is_secret
from torpaq.intake.tables.model import Table, is_blank
from torpaq.standard.form import Form
from torpaq.standard.problems import Problem, has_errors, problem
from torpaq.web.accounts import note
from torpaq.web.models import (
    Account,
    Batch,
    BatchRow,
    BatchState,
    ColumnMatch,
    FieldRecord,
    Identity,
    Proposal,
    ProposalState,
    RecordState,
    RecordVersion,
    RowVerdict,
    Submission,
)
from torpaq.web.record_bulk import add_records
from torpaq.web.record_effects import tell_of_removal
from torpaq.web.records import NewVersion, context_of

ROWS_AT_ONCE = 500
KEPT = {
    Verdict.WARNED: RowVerdict.WARNED,
    Verdict.DUPLICATE: RowVerdict.DUPLICATE,
    Verdict.REFUSED: RowVerdict.REFUSED,
}


@dataclass(frozen=True, slots=True)
class BatchDone:
    """What became of a file: its batch's uid (empty where nothing was taken), what checking found, the rows taken."""

    uid: str
    checked: FileChecked
    accepted: int = 0

    @property
    def counts(self) -> Mapping[str, int]:
        """The counts of checking, and ``accepted``."""
        return {**self.checked.counts.as_json(), "accepted": self.accepted}

    @property
    def findings(self) -> Sequence[Finding]:
        """Everything found, of the file and of its rows."""
        return self.checked.findings


class Records:
    """What the programme holds of a form, as checking asks for it; read from the database once.

    ``records`` are those among which a row is looked for: all of the programme, unless somebody may not see them all.
    """

    def __init__(self, context: Context, records: QuerySet[FieldRecord] | None = None) -> None:
        self.context = context
        self._records = FieldRecord.objects.all() if records is None else records
        self._ids: dict[str, str] | None = None
        self._prints: dict[str, str] = {}

    def local_ids(self, form: str) -> Mapping[str, str]:
        """Return the records of a form by their organisation and own number."""
        return self._read(form)[0]

    def fingerprints(self, form: str) -> Mapping[str, str]:
        """Return the records of a form by what they say."""
        return self._read(form)[1]

    def _read(self, form: str) -> tuple[Mapping[str, str], Mapping[str, str]]:
        if self._ids is None:
            self._ids = {}
            records = self._records.filter(form=form).exclude(state=RecordState.WITHDRAWN)
            for uid, values in records.values_list("uid", "values").iterator():
                key = local_id_key(values)
                if key:
                    self._ids.setdefault(key, uid)
                for fingerprint in fingerprints_of(self.context.form, values):
                    self._prints.setdefault(fingerprint, uid)
        return self._ids, self._prints


def import_file(
    data: bytes,
    name: str,
    form: str,
    matching_toml: str = "",
    account: Account | None = None,
    all_or_none: bool = False,
    progress: Progress = lambda share: None,
    stop: Stop = lambda: False,
    *,
    sheet: str = "",
) -> BatchDone:
    """Check a file and take its good rows, or with ``all_or_none`` take them only where every row can be taken.

    Rows with warnings are taken; refused ones, and those that may be there already, are not. Nothing is taken where a
    column is undecided, and no batch is made where nothing is taken.
    """
    context = context_of(form)
    map_file, wrong = read_map(matching_toml, context.form)
    if has_errors(wrong):
        return BatchDone("", FileChecked(None, (), Counts(), of_file(wrong)))
    checked = check_file(
        data,
        name,
        context,
        sheet=sheet,
        remembered=lambda table: remembered(table, form, account),
        map_file=map_file,
        known=Records(context),
        progress=progress,
        stop=stop,
    )
    opened = checked.opened
    if opened is None:
        return BatchDone("", checked)
    batch = new_batch(data, name, context.form, account)
    checked = replace(checked, of_file=[*of_file(earlier_problems(batch)), *checked.of_file])
    good = checked.takeable
    if checked.is_undecided or not good or (all_or_none and len(good) < len(checked.results)):
        return BatchDone("", checked)
    batch.sheet = opened.table.name[:200]
    batch.columns = {"map": matching_toml, "matched": opened.matching.as_json(opened.table)}
    with transaction.atomic():
        _keep(batch, opened.table, context.form, checked)
        take_rows(batch, good)
    return BatchDone(batch.uid, checked, len(good))


def new_batch(data: bytes, name: str, form: Form, account: Account | None) -> Batch:
    """Return the batch of a file, not yet saved: the day, the beginning of the bytes' hash and a number are its uid."""
    sha256 = hashlib.sha256(data).hexdigest()
    return Batch(
        uid=f"{timezone.now():%Y%m%d}-{sha256[:12]}-{Batch.objects.filter(sha256=sha256).count() + 1}",
        form=form.code,
        form_version=form.version,
        file_name=name[:300],
        sha256=sha256,
        content=data,
        account=account,
        organisation=account.organisation if account else None,
    )


def earlier_problems(batch: Batch) -> list[Problem]:
    """Warn of the same bytes taken before: what they brought is there already."""
    earlier = Batch.objects.filter(sha256=batch.sha256, form=batch.form, state=BatchState.TAKEN).first()
    if earlier is None:
        return []
    when = timezone.localtime(earlier.created).date().isoformat()
    return [problem("batch_file_before", batch.file_name, batch=earlier.uid, on=when)]


def remembered(table: Table, form: str, account: Account | None) -> Mapping[str, str]:
    """Return how the sender's columns with the same headings were matched the last time."""
    if account is None or account.organisation is None:
        return {}
    known = ColumnMatch.objects.filter(
        organisation=account.organisation, form=form, header_sha256=header_digest(table)
    ).first()
    return known.columns if known else {}


def _keep(batch: Batch, table: Table, form: Form, checked: FileChecked) -> None:
    """Save a batch with what checking found: rows with findings, findings of the file, notes with their numbers."""
    results = checked.results
    batch.counts = {**checked.counts.as_json(), "accepted": len(checked.takeable)}
    batch.findings = [*(found.as_json() for found in checked.of_file), *(one.as_json() for one in checked.notes)]
    batch.checked = timezone.now()
    batch.state = BatchState.CHECKED
    batch.save()
    cells = dict(open_cells(table, form, batch.columns.get("matched", {}), results))
    BatchRow.objects.bulk_create(
        (
            BatchRow(
                batch=batch,
                number=result.number,
                verdict=KEPT[result.verdict],
                is_unlocated=result.is_unlocated,
                values=cells[result.number],
                findings=[found.as_json() for found in result.findings],
                duplicate_of=result.duplicate_of[:128],
            )
            for result in results
            if result.verdict in KEPT
        ),
        batch_size=ROWS_AT_ONCE,
    )


def open_cells(
    table: Table, form: Form, matched: Mapping[str, str], results: Sequence[RowResult]
) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield the rows that are kept as they stand in the file, by heading, without the cells that identify people."""
    kept = {result.number for result in results if result.verdict in KEPT}
    columns = [column for column in table.columns if not _is_secret(matched.get(heading_key(column), ""), form)]
    for row in table.rows:
        if row.number in kept:
            cells = {c.heading or c.letter: row.cells[c.index] for c in columns if c.index < len(row.cells)}
            yield row.number, {name: cell_told(cell) for name, cell in cells.items() if not is_blank(cell)}


def _is_secret(path: str, form: Form) -> bool:
    """Say whether a column identifies people: one that was not matched might."""
    target = read_target(path, form, How.REMEMBERED) if path else None
    return target is None or is_secret(target.element_of(form))


def take_rows(batch: Batch, rows: Sequence[RowResult]) -> None:
    """Make a record of each row, waiting for review, and call the batch taken. Call it within a transaction."""
    new = [
        NewVersion(
            f"batch:{batch.uid}:{row.number}",
            batch.form,
            batch.form_version,
            row.values or {},
            account=batch.account,
            batch=batch,
            batch_row=row.number,
        )
        for row in rows
    ]
    add_records(new)
    batch.state, batch.taken = BatchState.TAKEN, timezone.now()
    batch.save()
    note(batch.account, "batch_taken", batch.uid, file=batch.file_name, form=batch.form, records=len(new))


def undo(uid: str, account: Account | None = None, reason: str = "") -> list[Problem]:
    """Take everything back that a batch brought: its records, their versions, their identities, their submissions.

    Refused where anybody has gone on from there: where a record was edited, decided on, or became land in the ledger.
    """
    with transaction.atomic():
        batch = Batch.objects.select_for_update().filter(uid=uid).first()
        problems = _may_not_undo(batch, uid)
        if batch is None or problems:
            return problems
        count = remove_records(batch)
        batch.rows.all().delete()
        batch.state, batch.undone = BatchState.UNDONE, timezone.now()
        batch.save()
        told = {"reason": reason} if reason else {}
        note(account, "batch_undone", batch.uid, file=batch.file_name, records=count, **told)
    return []


def remove_records(batch: Batch) -> int:
    """Remove the records that a batch made, with all that hangs on them; return how many there were.

    This is the one place where a version is ever deleted. Call it within a transaction.
    """
    records = FieldRecord.objects.filter(batch=batch)
    versions = RecordVersion.objects.filter(record__in=records)
    submissions = list(versions.exclude(submission=None).values_list("submission", flat=True))
    tell_of_removal(records)
    count = records.count()
    # delete() would load every row to look for what hangs on it; all of that is named here, and the database holds it.
    for rows in (Identity.objects.filter(record__in=records), versions):
        rows._raw_delete(rows.db)
    Submission.objects.filter(pk__in=submissions, versions=None).delete()
    records._raw_delete(records.db)
    return count


def _may_not_undo(batch: Batch | None, uid: str) -> list[Problem]:
    if batch is None:
        return [problem("batch_unknown", uid[:60])]
    if batch.state != BatchState.TAKEN:
        return [problem("batch_not_taken", uid, state=str(batch.state))]
    proposals = Proposal.objects.filter(field_record__batch=batch)
    signed = proposals.filter(state=ProposalState.SIGNED).values("field_record").distinct().count()
    if signed:
        return [problem("batch_in_ledger", uid, records=signed)]
    went_on = _went_on(batch)
    return [problem("batch_went_on", uid, records=went_on)] if went_on else []


def _went_on(batch: Batch) -> int:
    """Count the records that somebody edited or decided on after the batch, and those that it changed itself."""
    records = FieldRecord.objects.filter(batch=batch).annotate(count=Count("versions"))
    touched = records.filter(Q(count__gt=1) | ~Q(state=RecordState.SUBMITTED)).count()
    changed = RecordVersion.objects.filter(version_id__contains="~", reason=batch.file_name) if batch.source else None
    return touched + (changed.values("record").distinct().count() if changed is not None else 0)
