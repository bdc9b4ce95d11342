"""What a workbook is once it is read: raw cells under headings, and everything odd about how they stand.

Rows are numbered as the spreadsheet numbers them, from 1. Columns have an index from 0 (``A`` is 0), and a row's
``cells`` are indexed by it: ``row.cells[column.index]``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time

from torpaq.standard.problems import Parameter, Problem, problem

Cell = str | int | float | bool | date | datetime | time | None

MOST_ROWS = 1_048_576  # as many as a sheet of a workbook has
MOST_COLUMNS = 1_000
MOST_CELLS = 5_000_000  # rows times columns of all sheets, so that a file stays within the memory of a small server
MOST_FINDINGS = 100_000  # of one sheet; a sheet with more is not accepted before it is repaired
LONGEST_CELL = 32_767  # characters, the most that a cell of a workbook holds
VERDICT_MARK = "Torpaq: "  # begins the headings and comments of verdicts, whatever their language


class Refused(Exception):  # noqa: N818  # it carries a problem of the data, which is no error of ours
    """Ends the reading of a file; holds the problem that says why."""

    def __init__(self, code: str, subject: str = "file", **parameters: Parameter) -> None:
        super().__init__(code)
        self.problem = problem(code, subject, **parameters)


@dataclass(frozen=True, slots=True)
class Merge:
    """A merged range: rows from 1, columns from 0, both ends included."""

    first_row: int
    first_column: int
    last_row: int
    last_column: int

    @property
    def is_wide(self) -> bool:
        """Say whether it spans several columns."""
        return self.last_column > self.first_column

    def __str__(self) -> str:
        return f"{cell_name(self.first_row, self.first_column)}:{cell_name(self.last_row, self.last_column)}"


@dataclass(slots=True)
class Grid:
    """The rows of one sheet that hold anything, before anybody asked which of them are headings.

    ``rows`` are (number, cells) in order, each row's blank end cut off; the places in the other members are
    (row, column).
    """

    rows: list[tuple[int, list[Cell]]] = field(default_factory=list)
    formulas: set[tuple[int, int]] = field(default_factory=set)
    findings: list["TableFinding"] = field(default_factory=list)
    merges: list[Merge] = field(default_factory=list)
    hidden_rows: list[int] = field(default_factory=list)
    hidden_columns: set[int] = field(default_factory=set)
    percent_columns: set[int] = field(default_factory=set)
    shown_units: dict[int, set[str]] = field(default_factory=dict)
    last_row: int = 0
    last_column: int = -1

    def add(self, code: str, row: int | None, column: int | None = None, /, **parameters: Parameter) -> None:
        """Note something odd; raises :class:`Refused` where the sheet has more of it than anybody would read."""
        if len(self.findings) >= MOST_FINDINGS:
            raise Refused("table_findings_too_many", most=MOST_FINDINGS)
        self.findings.append(TableFinding(code, row, column, tuple(parameters.items())))

    def width(self) -> int:
        """Return how many columns hold anything, counted from A."""
        return max((len(cells) for _, cells in self.rows), default=0)


@dataclass(frozen=True, slots=True)
class TableFinding:
    """Something odd at a row and column of a sheet, or of a whole row, column or sheet where these are None."""

    code: str
    row: int | None
    column: int | None
    parameters: tuple[tuple[str, Parameter], ...] = ()

    def problem(self, sheet: str) -> Problem:
        """Return it as a problem whose subject is the sheet with the row or cell: ``Data!C5``."""
        if self.row is None:
            subject = sheet
        else:
            subject = f"{sheet}!{self.row if self.column is None else cell_name(self.row, self.column)}"
        return problem(self.code, subject, **dict(self.parameters))


@dataclass(frozen=True, slots=True)
class Column:
    """A column that has a heading or cells. ``headings`` are its parts from top to bottom, ``heading`` them joined.

    ``shown_unit`` is a unit of area that the format of its cells shows beside the number (``m2``, ``ha``, …).
    """

    letter: str
    index: int
    heading: str
    headings: tuple[str, ...]
    shown_unit: str = ""


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row of data: its number in the spreadsheet and as many cells as the table is wide, blanks as None."""

    number: int
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """One sheet. ``code_row`` gives the element code of each column (without ``#``) where the sheet has such a row.

    ``formulas`` are the places whose value comes from a formula. ``free_column`` is the index of the first column
    for a verdict: right of everything, or that of an earlier verdict. Every header row, title above it, repeated
    header and total is left out of ``rows`` and has its finding.
    """

    name: str
    header_rows: tuple[int, ...]
    columns: tuple[Column, ...]
    rows: list[TableRow]
    findings: list[TableFinding]
    blank_rows_ignored: int
    code_row: Mapping[int, str]
    formulas: set[tuple[int, int]]
    free_column: int
    hidden: bool = False

    def problems(self) -> list[Problem]:
        """Return the findings as problems."""
        return [finding.problem(self.name) for finding in self.findings]


@dataclass(frozen=True, slots=True)
class Workbook:
    """A file of tables. ``kind`` is ``xlsx`` or ``csv``; sheets without any content are left out.

    ``marked_form`` and ``marked_version`` are what one of our own templates says about itself, empty for other
    workbooks. ``is_1904`` says that its serial dates count from 1904.
    """

    kind: str
    sheets: tuple[Table, ...]
    marked_form: str = ""
    marked_version: str = ""
    is_1904: bool = False


def column_letter(index: int) -> str:
    """Return the letters of a column.

    >>> column_letter(0), column_letter(25), column_letter(26), column_letter(16383)
    ('A', 'Z', 'AA', 'XFD')
    """
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def column_index(letters: str) -> int:
    """Return the index of a column's letters, -1 for what no column of a workbook has.

    >>> column_index("A"), column_index("XFD"), column_index("XFE"), column_index("a"), column_index("")
    (0, 16383, -1, -1, -1)
    """
    index = 0
    for letter in letters:
        if not "A" <= letter <= "Z":
            return -1
        index = index * 26 + ord(letter) - ord("A") + 1
        if index > 16_384:
            return -1
    return index - 1


def cell_name(row: int, column: int) -> str:
    """Return a cell's name as a spreadsheet shows it: ``C5``."""
    return f"{column_letter(column)}{row}"


def is_blank(cell: Cell) -> bool:
    """Say whether a cell shows nothing."""
    return cell is None or (isinstance(cell, str) and not cell.strip())
