"""The sender's own workbook back: a verdict on each row and a comment at each cell, in their language."""

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import PurePath
from typing import Any

from torpaq.intake.batches.cells import cell_told
from torpaq.intake.batches.opening import Opened
from torpaq.intake.batches.results import RowResult, Verdict
from torpaq.intake.batches.verdicts import verdict_headings, verdicts_of
from torpaq.intake.record.record import Finding
from torpaq.intake.tables.verdicts import for_csv, write_verdicts
from torpaq.standard.problems import Problem, Severity
from torpaq.web.batch_checking import PIECE, open_batch
from torpaq.web.models import Batch
from torpaq.web.records import context_of


def verdict_workbook(batch: Batch, language: str) -> tuple[bytes, str]:
    """Return a checked batch's workbook with its verdicts, and a safe name for it; of a map, a table of its layer.

    Raises ``ValueError`` where the file can no longer be opened.
    """
    context = context_of(batch.form)
    opened, problems = open_batch(batch, context, lambda share: None, lambda: False)
    if opened is None:
        raise ValueError(problems[0].code)
    of_file = [_finding(found) for found in batch.findings if "cells" not in found]
    verdicts = verdicts_of(_results(batch, opened), of_file, opened.matching, context.form, language)
    headings = verdict_headings(opened.table, language)
    data, name, sheet = bytes(batch.content), batch.file_name, opened.table.name
    if opened.is_layer:  # a feature's row stands below the headings, which are row 1
        data, name, headings = _as_csv(opened), "layer.csv", replace(headings, row=1)
        verdicts = {number + 1: verdict for number, verdict in verdicts.items()}
    stem = re.sub(r"[^A-Za-z0-9._-]+", "-", PurePath(batch.file_name).stem).strip("-.") or "file"
    return write_verdicts(data, name, sheet, verdicts, headings), f"{stem}-verdicts.xlsx"


def _results(batch: Batch, opened: Opened) -> Iterator[RowResult]:
    kept = {row.number: row for row in batch.rows.all().iterator(PIECE)}
    for row in opened.table.rows:
        if found := kept.get(row.number):
            findings = tuple(_finding(one) for one in found.findings)
            yield RowResult(row.number, Verdict(found.verdict), None, findings)
        else:
            yield RowResult(row.number, Verdict.GOOD, None, ())


def _finding(found: Mapping[str, Any]) -> Finding:
    """Return a finding that was kept as JSON."""
    about = Problem(found["code"], Severity(found["severity"]), found["subject"], found["parameters"])
    return Finding(found["row"], found["column"], found["element"], found["value"], about)


def _as_csv(opened: Opened) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    headings = {column.index: column.heading for column in opened.table.columns}
    indexes = range(opened.table.free_column)  # comments go by index, so that what is not wanted stays, without words
    writer.writerow([for_csv(headings.get(index, "")) for index in indexes])
    for row in opened.table.rows:
        writer.writerow([for_csv(cell_told(row.cells[index])) if index in headings else "" for index in indexes])
    return text.getvalue().encode()
