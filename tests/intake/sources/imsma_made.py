"""Small exports of IMSMA as its documentation describes them, made up: nothing here is a real record."""

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import date

from openpyxl import Workbook

from torpaq.intake.source_reading import SourceReading, SourceRecord
from torpaq.intake.sources import read_source

TODAY = date(2026, 11, 1)
NOTES = ("source_not_tried_on_real", "columns_left_aside", "value_read_as")


def workbook(**sheets: Sequence[Sequence[object]]) -> bytes:
    """A workbook with a sheet for each name: its header row and rows."""
    book = Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def table(text: str) -> list[list[object]]:
    """Rows of a table written with bars; an empty cell is None."""
    return [
        [cell.strip() or None for cell in line.strip().strip("|").split("|")]
        for line in text.strip().splitlines()
        if line.strip()
    ]


def as_csv(rows: Sequence[Sequence[object]]) -> bytes:
    stream = io.StringIO()
    csv.writer(stream).writerows([["" if cell is None else cell for cell in row] for row in rows])
    return stream.getvalue().encode()


def reading(data: bytes, name: str = "", file_name: str = "export") -> SourceReading:
    return read_source(data, name, TODAY, "aze", file_name)


def of(read: SourceReading, form: str) -> list[SourceRecord]:
    return [record for record in read.records if record.form == form]


def values(read: SourceReading, form: str) -> Mapping[str, object]:
    """The values of the only record of a form."""
    (record,) = of(read, form)
    return record.values


def said(read: SourceReading) -> list[tuple[str, str, dict[str, object]]]:
    """The problems but for the cautions and notes that every import has, as plain values."""
    return [(p.code, p.subject, dict(p.parameters)) for p in read.problems if p.code not in NOTES]


def noted(read: SourceReading, code: str) -> list[dict[str, object]]:
    return [dict(p.parameters) for p in read.problems if p.code == code]
