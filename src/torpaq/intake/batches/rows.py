"""The rows of a table become records, each with a verdict: good, good with warnings, possibly there already, refused.

Rows come one by one, so that a file of any length is checked in the memory of one row; only what was found stays.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from torpaq.intake.batches.columns import Matching
from torpaq.intake.batches.duplicates import Known, NothingKnown, Seen
from torpaq.intake.batches.results import Checked, Counts, Notes, RowResult, Verdict
from torpaq.intake.batches.row_reading import RowReader
from torpaq.intake.record.checking import check_record
from torpaq.intake.record.context import Context
from torpaq.intake.record.record import Finding, Record, Value
from torpaq.intake.tables.model import Table, TableRow
from torpaq.standard.form import GEOMETRIES, Form
from torpaq.standard.problems import Severity

ROWS_BETWEEN_TICKS = 200

Progress = Callable[[float], None]
Stop = Callable[[], bool]
Place = tuple[str, str]  # the repeat, empty at the top, and the element


def check_table(
    table: Table,
    matching: Matching,
    context: Context,
    *,
    known: Known | None = None,
    progress: Progress = lambda share: None,
    stop: Stop = lambda: False,
    is_1904: bool = False,
) -> Checked:
    """Check a table's rows against a form; nothing is read before the first row is asked for.

    ``progress`` is told the share that is done, from 0 to 1, and ``stop`` is asked, at least every 200 rows.
    """
    notes = Notes()
    reader = RowReader(table, matching, context, notes, is_1904)
    counts = Counts(blank=table.blank_rows_ignored)
    checked = Checked(iter(()), counts, reader.findings, notes)
    checked.results = _results(reader, checked, Seen(context.form, known or NothingKnown()), progress, stop)
    return checked


def _results(reader: RowReader, checked: Checked, seen: Seen, progress: Progress, stop: Stop) -> Iterator[RowResult]:
    rows = reader.table.rows
    places = _located(reader.context.form)
    for position, row in enumerate(rows):
        if position % ROWS_BETWEEN_TICKS == 0:
            progress(position / len(rows))
            if stop():
                checked.is_stopped = True
                return
        yield _result(reader, row, checked, seen, places)
    progress(1.0)


def _result(reader: RowReader, row: TableRow, checked: Checked, seen: Seen, places: Sequence[Place]) -> RowResult:
    read = reader.read(row)
    form = reader.context.form
    findings = read.findings
    if row.number in reader.unreadable:  # its cells stand under the wrong headings
        checked.counts.add(Verdict.REFUSED, is_unlocated=False)
        return RowResult(row.number, Verdict.REFUSED, None, tuple(findings))
    for found in check_record(
        Record(form.code, form.version, read.values), form, reader.context, read.unread, each_value=False
    ):
        finding = reader.finding_of(row, read.place_in_table(found.element), found.problem, found.value)
        if found.problem.severity is Severity.NOTE:
            checked.notes.add(finding)
        else:
            findings.append(finding)
    same = ""
    verdict = Verdict.REFUSED
    if not any(found.is_error for found in findings):
        repeated, same = seen.look(read.values, row.number)
        findings += [reader.finding_of(row, element, found) for element, found in repeated]
        verdict = _verdict(findings, is_duplicate=any(found.code != "person_row_alike" for _, found in repeated))
    is_unlocated = bool(places) and not any(_is_given(read.values, place) for place in places)
    checked.counts.add(verdict, is_unlocated)
    checked.counts.guessed += read.guessed
    values = None if verdict is Verdict.REFUSED else read.values
    return RowResult(row.number, verdict, values, tuple(findings), is_unlocated, same)


def _verdict(findings: Sequence[Finding], is_duplicate: bool) -> Verdict:
    if is_duplicate:
        return Verdict.DUPLICATE
    return Verdict.WARNED if findings else Verdict.GOOD


def _located(form: Form) -> tuple[Place, ...]:
    """Return the elements that say where a record is."""
    return tuple((form.repeat_of(element), element.code) for element in form.elements if element.type in GEOMETRIES)


def _is_given(values: Mapping[str, Value], place: Place) -> bool:
    repeat, code = place
    if not repeat:
        return code in values
    rows = values.get(repeat)
    return isinstance(rows, list) and any(isinstance(row, Mapping) and code in row for row in rows)
