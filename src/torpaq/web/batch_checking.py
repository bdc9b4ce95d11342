"""A file looked into and checked by a job: the same end however often it is begun, nothing left where it is stopped."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from typing import TypeVar

from django.db import transaction
from django.utils import timezone

from torpaq.intake.batches.cells import cell_told
from torpaq.intake.batches.opening import Opened, of_file, open_file
from torpaq.intake.batches.results import Checked, RowResult, Verdict
from torpaq.intake.batches.rows import Progress, Stop
from torpaq.intake.record.context import Context
from torpaq.intake.record.record import Finding, without_identities
from torpaq.intake.record.telling import is_secret
from torpaq.intake.source_reading import SourceReading
from torpaq.intake.sources import read_source
from torpaq.intake.tables.model import Column, TableRow, is_blank
from torpaq.standard.form import Form, form_codes
from torpaq.standard.problems import Problem, has_errors, problem
from torpaq.web.accounts import Right, may
from torpaq.web.batch_files import look_inside, source_of, without_samples
from torpaq.web.batch_matching import REPORTER, matched, recognise_form
from torpaq.web.batches import KEPT, Records, earlier_problems
from torpaq.web.models import Batch, BatchRow, BatchState, FieldRecord
from torpaq.web.records import context_of, records_seen_by
from torpaq.web.tile_store import country_code

READING_SHARE = 0.4
PIECE = 500
BESIDE = ""
"""The key, beside the cells by their headings, of what a row has of its own: no heading is empty."""

Item = TypeVar("Item")


def look(batch: Batch, progress: Progress, stop: Stop) -> None:
    """Say what an uploaded file holds, which sheet of it is meant and what form it is, as far as the file tells."""
    content = bytes(batch.content)
    inside, problems = look_inside(content, batch.file_name, context_of(batch.form or form_codes()[0]), progress, stop)
    if not (batch.source or batch.form) and may_read_sources(batch):
        batch.source = source_of(content, batch.file_name, inside, country_code())
    if stop():
        return
    if has_errors(problems) and not inside.tables and not batch.source:
        _keep_state(batch, BatchState.UPLOADED, state=BatchState.FAILED, findings=_json(of_file(problems)))
        return
    shown = [told for told in inside.tables if told["rows"] and not told.get("is_hidden")] or inside.tables
    sheet = shown[0] if len(shown) == 1 else None
    form = batch.form or inside.form or (recognise_form(sheet) if sheet else "")
    _keep_state(
        batch,
        BatchState.UPLOADED,
        source=batch.source,
        sheet=sheet["name"] if sheet else "",
        form=form,
        columns={"tables": inside.tables},
        findings=_json(of_file(problems)),
    )


def may_read_sources(batch: Batch) -> bool:
    """Say whether a known source may be read for this sender: its rows are of many organisations."""
    return batch.account is not None and may(batch.account, Right.RECORD_ANY)


def check(batch: Batch, progress: Progress, stop: Stop) -> None:
    """Check a matched file; rows with findings are kept as they come, counts and the rest at the end, all at once."""
    BatchRow.objects.filter(batch=batch).delete()
    if batch.source:
        _check_source(batch, progress, stop)
        return
    context = context_of(batch.form)
    opened, problems = open_batch(batch, context, lambda share: progress(share * READING_SHARE), stop)
    if stop():
        return
    if opened is None or has_errors(problems):
        _keep_state(batch, BatchState.CHECKING, state=BatchState.FAILED, findings=_json(of_file(problems)))
        return

    def told(share: float) -> None:
        progress(READING_SHARE + share * (1 - READING_SHARE))

    checked = opened.check(context, records_beside(batch, context), told, stop)
    columns = open_columns(opened, context.form)
    kept = (
        _row_kept(batch, row, result, columns, context.form)
        for row, result in zip(opened.table.rows, own_rows(batch, opened, checked), strict=False)
        if result.verdict in KEPT or result.is_unlocated
    )
    facets: dict[str, Counter[str]] = {"codes": Counter(), "elements": Counter()}
    for piece in pieces(kept, PIECE):
        BatchRow.objects.bulk_create(piece)
        for found in (found for row in piece for found in row.findings):
            facets["codes"][found["code"]] += 1
            facets["elements"][found["element"]] += 1
    findings = [*of_file([*problems, *earlier_problems(batch)]), *checked.findings]
    is_kept = not checked.is_stopped and _keep_state(
        batch,
        BatchState.CHECKING,
        state=BatchState.CHECKED,
        form_version=context.form.version,
        columns=_columns_kept(batch, opened, context.form),
        counts={**checked.counts.as_json(), **facets},
        findings=[*_json(findings), *(one.as_json() for one in checked.notes)],
        checked=timezone.now(),
    )
    if not is_kept:
        BatchRow.objects.filter(batch=batch).delete()


def open_batch(batch: Batch, context: Context, progress: Progress, stop: Stop) -> tuple[Opened | None, list[Problem]]:
    """Open a batch's file with its columns as they were matched by a person."""
    opened, problems = open_file(
        bytes(batch.content), batch.file_name, context, sheet=batch.sheet, progress=progress, stop=stop
    )
    if opened is None:
        return None, problems
    found = matched(batch, opened.table, context)
    return replace(opened, table=found.table, matching=found.matching), problems


def records_beside(batch: Batch, context: Context) -> Records:
    """Return what the sender may know to be there already; what this batch itself has brought is not among it."""
    seen = records_seen_by(batch.account) if batch.account else FieldRecord.objects.all()
    return Records(context, seen.exclude(batch=batch))


def own_rows(batch: Batch, opened: Opened, checked: Checked) -> Iterator[RowResult]:
    """Yield the rows; those that speak for another organisation than the sender's own are refused."""
    own = "" if may_read_sources(batch) or batch.organisation is None else batch.organisation.code
    heading = _heading_of(REPORTER, opened)
    for result in checked:
        named = str((result.values or {}).get(REPORTER, own))
        if not own or named == own:
            yield result
            continue
        refused = problem("record_for_other_organisation", REPORTER, organisation=named, own=own)
        _count_refused(checked, result)
        findings = (*result.findings, Finding(result.number, heading, REPORTER, named, refused))
        yield replace(result, verdict=Verdict.REFUSED, values=None, findings=findings)


def open_columns(opened: Opened, form: Form) -> list[Column]:
    """Return the columns that identify nobody; one that was not matched might."""
    found = {index: target.element_of(form) for index, target in opened.matching.columns.items()}
    return [column for column in opened.table.columns if not is_secret(found.get(column.index))]


def pieces(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    """Yield the items in lists of at most that many."""
    iterator = iter(items)
    while piece := list(islice(iterator, size)):
        yield piece


def _columns_kept(batch: Batch, opened: Opened, form: Form) -> dict[str, object]:
    """Return how the columns were read; of those that identify people no value stays in sight."""
    secret = {i for i, target in opened.matching.columns.items() if is_secret(target.element_of(form))}
    indexes = {column.index for column in opened.table.columns}
    tables = without_samples(batch.columns.get("tables", []), batch.sheet, indexes - secret)
    return {**batch.columns, "tables": tables, "matched": opened.matching.as_json(opened.table)}


def _row_kept(batch: Batch, row: TableRow, result: RowResult, columns: Sequence[Column], form: Form) -> BatchRow:
    """Return a row with findings; of a possible duplicate its answers too, to be laid beside the record."""
    cells = {column.heading or column.letter: row.cells[column.index] for column in columns}
    values: dict[str, object] = {name: cell_told(cell) for name, cell in cells.items() if not is_blank(cell)}
    if result.verdict is Verdict.DUPLICATE and result.values:
        values[BESIDE] = {"answers": without_identities(form, result.values)[0]}
    return BatchRow(
        batch=batch,
        number=result.number,
        verdict=result.verdict.value,
        is_unlocated=result.is_unlocated,
        values=values,
        findings=[found.as_json() for found in result.findings],
        duplicate_of=result.duplicate_of[:128],
    )


def _heading_of(element: str, opened: Opened) -> str:
    targets: Mapping[int, object] = {
        index: target.element for index, target in opened.matching.columns.items() if not target.repeat
    }
    found = (column.heading or column.letter for column in opened.table.columns if targets.get(column.index) == element)
    return next(found, "")


def _count_refused(checked: Checked, result: RowResult) -> None:
    counts = checked.counts
    counts.good -= result.verdict is Verdict.GOOD
    counts.warned -= result.verdict is Verdict.WARNED
    counts.duplicates -= result.verdict is Verdict.DUPLICATE
    counts.refused += 1


def _keep_state(batch: Batch, was: BatchState, **changes: object) -> bool:
    """Write what a job found where nobody has stopped it meanwhile; say whether it was written."""
    with transaction.atomic():
        return Batch.objects.filter(pk=batch.pk, state=was).update(**changes) == 1


def _json(findings: Sequence[Finding]) -> list[dict[str, object]]:
    return [found.as_json() for found in findings]


# -- known sources ----------------------------------------------------------------------------------------------------


def _check_source(batch: Batch, progress: Progress, stop: Stop) -> None:
    progress(0.1)
    reading = read_batch_source(batch)
    if stop():
        return
    problems = list(reading.problems)
    if reading.entries:
        problems.append(problem("source_by_command", batch.file_name, source=reading.source))
    is_read = bool(reading.records) and not reading.entries
    _keep_state(
        batch,
        BatchState.CHECKING,
        state=BatchState.CHECKED if is_read else BatchState.FAILED,
        counts={
            "rows": reading.rows,
            "good": reading.accepted,
            "refused": reading.rows - reading.accepted,
            "records": len(reading.records),
        },
        findings=_json(of_file(problems)),
        checked=timezone.now(),
    )


def read_batch_source(batch: Batch) -> SourceReading:
    """Read a batch's file as the known source that it is."""
    content = bytes(batch.content)
    return read_source(content, batch.source, timezone.localdate(), country_code(), batch.file_name)
