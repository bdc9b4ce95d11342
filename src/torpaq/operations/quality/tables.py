"""A national authority's own sampling table, as data: ``national/<iso3>/sampling.csv``. Torpaq ships none.

Columns: ``lot_from``, ``lot_to`` (squares, both included), ``sample``, ``accept`` (failures allowed), ``clause``,
``edition``. Nothing here claims that a table equals any published one that was not read.
"""

import csv
from dataclasses import dataclass
from io import StringIO

from torpaq.standard.country import load_country
from torpaq.standard.problems import Problem, problem

COLUMNS = ("lot_from", "lot_to", "sample", "accept", "clause", "edition")
FILE = "sampling.csv"


@dataclass(frozen=True, slots=True)
class TableRow:
    """For lots of so many squares: how many are inspected, how many may fail, and which edition says so."""

    lot_from: int
    lot_to: int
    sample: int
    accept: int
    clause: str
    edition: str


def load_sampling(iso3: str) -> tuple[tuple[TableRow, ...], list[Problem]]:
    """Return a country's table, empty where it has none."""
    path = load_country(iso3).folder / FILE
    if not path.exists():
        return (), []
    return read_sampling(path.read_text(encoding="utf-8-sig"))


def read_sampling(text: str) -> tuple[tuple[TableRow, ...], list[Problem]]:
    """Read a table; a row that cannot stand is a problem and the whole table is refused with it."""
    lines = [(number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip() and line[0] != "#"]
    if not lines or tuple(next(csv.reader([lines[0][1]]))) != COLUMNS:
        return (), [problem("sampling_header_wrong", FILE, columns=",".join(COLUMNS))]
    rows: list[TableRow] = []
    problems = []
    for number, line in lines[1:]:
        row = _row(next(csv.reader(StringIO(line))))
        if row is None:
            problems.append(problem("sampling_row_wrong", FILE, row=number))
        elif rows and row.lot_from <= rows[-1].lot_to:
            problems.append(problem("sampling_rows_overlap", FILE, row=number, lot_to=rows[-1].lot_to))
        else:
            rows.append(row)
    return ((), problems) if problems else (tuple(rows), [])


def _row(cells: list[str]) -> TableRow | None:
    cells = [cell.strip() for cell in cells]
    if len(cells) != len(COLUMNS) or not all(cell.isascii() and cell.isdigit() for cell in cells[:4]):
        return None
    lot_from, lot_to, sample, accept = (int(cell) for cell in cells[:4])
    if not 1 <= lot_from <= lot_to or not 1 <= sample <= lot_from or accept >= sample or not cells[5]:
        return None
    return TableRow(lot_from, lot_to, sample, accept, cells[4], cells[5])


def row_for(rows: tuple[TableRow, ...], lot: int) -> tuple[TableRow | None, list[Problem]]:
    """Return the row for a lot of so many squares."""
    found = next((row for row in rows if row.lot_from <= lot <= row.lot_to), None)
    return found, [] if found else [problem("sampling_no_row", FILE, lot=lot)]
