"""Anybody's table: a CSV file with a header as columns of text, and its numbers as arrays."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from torpaq.standard.problems import Problem, problem

Floats = NDArray[np.float64]

MOST_BYTES = 2_000_000_000
MISSING = {"", "nan", "na", "n/a", "null", "none"}


@dataclass(frozen=True, slots=True)
class Table:
    """A file's columns by their names, each as long as the file has rows."""

    name: str
    columns: Mapping[str, Sequence[str]]
    rows: int

    def numbers(self, column: str) -> tuple[Floats, int]:
        """Return a column as float64 and how many of its cells hold something that is no number; nan where nothing is.

        Infinities are no numbers here.
        """
        cells = self.columns[column]
        try:
            values = np.array(cells, dtype=np.float64)
            wrong = 0
        except ValueError:
            values, wrong = _one_by_one(cells)
        infinite = np.isinf(values)
        values[infinite] = np.nan
        return values, wrong + int(infinite.sum())


def _one_by_one(cells: Sequence[str]) -> tuple[Floats, int]:
    values, wrong = np.full(len(cells), np.nan), 0
    for row, cell in enumerate(cells):
        if cell.strip().lower() in MISSING:
            continue
        try:
            values[row] = float(cell)
        except ValueError:
            wrong += 1
    return values, wrong


def read_table(path: Path) -> tuple[Table | None, list[Problem]]:
    """Read a UTF-8 CSV file with a header row; a file that is cut short or uneven gives problems and no table."""
    size = path.stat().st_size
    if size > MOST_BYTES:
        return None, [problem("risk_file_too_large", path.name, bytes=size, limit=MOST_BYTES)]
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return None, [problem("ledger_not_utf8", path.name, byte=f"0x{error.object[error.start]:02x}")]
    return parse_table(text, path.name)


def parse_table(text: str, name: str) -> tuple[Table | None, list[Problem]]:
    """Read a CSV text with a header row, as :func:`read_table` does."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        rows = [row for row in reader if row]
    except csv.Error:  # a quote that never closes: the end is missing
        return None, [problem("risk_file_truncated", name, row=reader.line_num)]
    if len(rows) < 2:
        return None, [problem("risk_file_empty", name)]
    header = [cell.strip() for cell in rows[0]]
    doubled = sorted({cell for cell in header if header.count(cell) > 1})
    if doubled:
        return None, [problem("risk_column_doubled", name, column=doubled[0])]
    uneven = next((number for number, row in enumerate(rows, 1) if len(row) != len(header)), 0)
    if uneven:
        is_last = uneven == len(rows) and len(rows[-1]) < len(header)
        code = "risk_file_truncated" if is_last else "risk_row_uneven"
        found = {"row": uneven} if is_last else {"row": uneven, "cells": len(rows[uneven - 1]), "columns": len(header)}
        return None, [problem(code, name, **found)]
    columns = dict(zip(header, zip(*rows[1:], strict=True), strict=True))
    return Table(name, columns, len(rows) - 1), []


def missing_columns(table: Table, wanted: Sequence[str]) -> list[Problem]:
    """Return a problem for each column that the file lacks, naming those it has."""
    known = ", ".join(list(table.columns)[:12]) + ("…" if len(table.columns) > 12 else "")
    return [
        problem("risk_column_missing", table.name, column=column, known=known)
        for column in dict.fromkeys(wanted)
        if column not in table.columns
    ]
