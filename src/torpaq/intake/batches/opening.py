"""A file of any kind becomes one table of a form with its columns matched: workbook, text, map file, feature table."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from torpaq.geo.files.layers import read_layers
from torpaq.intake.batches.columns import Matching, match_columns
from torpaq.intake.batches.duplicates import Known
from torpaq.intake.batches.imsma import imsma_map, is_imsma, with_links
from torpaq.intake.batches.layers import table_of_layer
from torpaq.intake.batches.mapfile import EMPTY_MAP, MapFile
from torpaq.intake.batches.results import Checked, Counts, Noted, RowResult, Verdict
from torpaq.intake.batches.rows import Progress, Stop, check_table
from torpaq.intake.record.context import Context
from torpaq.intake.record.record import Finding
from torpaq.intake.tables.model import Table, Workbook
from torpaq.intake.tables.reading import read_workbook
from torpaq.standard.problems import Problem, has_errors, problem

UNDECIDED = ("column_ambiguous", "columns_same_element")
"""What is wrong with a matching until a person has decided; until then no row can be taken."""

OPENING_SHARE = 0.3
"""Of the work on a file, as its progress is told: reading takes less than checking."""

SQLITE, ZIP, WORKBOOK_PART = b"SQLite format 3\x00", b"PK\x03\x04", b"[Content_Types].xml"


@dataclass(frozen=True, slots=True)
class Opened:
    """A file's table, its columns matched, and what was said of the file. ``is_layer``: it came from a map file."""

    table: Table
    matching: Matching
    problems: tuple[Problem, ...]
    is_1904: bool = False
    is_layer: bool = False

    def check(
        self,
        context: Context,
        known: Known | None = None,
        progress: Progress = lambda share: None,
        stop: Stop = lambda: False,
    ) -> Checked:
        """Check the rows; see :func:`torpaq.intake.batches.rows.check_table`."""
        return check_table(
            self.table, self.matching, context, known=known, progress=progress, stop=stop, is_1904=self.is_1904
        )


@dataclass(frozen=True, slots=True)
class FileChecked:
    """A whole file checked. ``opened`` is None, and there are no rows, where it could not be opened.

    ``findings`` are all errors and warnings, of the file and of its rows; ``of_file`` those of the file alone.
    """

    opened: Opened | None
    results: Sequence[RowResult]
    counts: Counts
    of_file: Sequence[Finding]
    notes: Sequence[Noted] = ()
    is_stopped: bool = False

    @property
    def findings(self) -> list[Finding]:
        """Everything found, that of the file first."""
        return [*self.of_file, *(found for result in self.results for found in result.findings)]

    @property
    def takeable(self) -> list[RowResult]:
        """The rows that can be taken: good ones, with warnings or without."""
        return [result for result in self.results if result.verdict in (Verdict.GOOD, Verdict.WARNED)]

    @property
    def is_undecided(self) -> bool:
        """Say whether a person must first say what some column holds, or the checking was stopped."""
        codes = {found.problem.code for found in self.of_file}
        return self.is_stopped or bool(codes & {"batch_columns_unclear", "batch_stopped"})


def check_file(
    data: bytes,
    name: str,
    context: Context,
    *,
    sheet: str = "",
    remembered: Callable[[Table], Mapping[str, str]] = lambda table: {},
    map_file: MapFile = EMPTY_MAP,
    known: Known | None = None,
    progress: Progress = lambda share: None,
    stop: Stop = lambda: False,
) -> FileChecked:
    """Open a file and check all its rows, holding them in memory; see :func:`open_file` and ``check_table``."""
    opened, problems = open_file(
        data,
        name,
        context,
        sheet=sheet,
        remembered=remembered,
        map_file=map_file,
        progress=lambda share: progress(share * OPENING_SHARE),
        stop=stop,
    )
    if opened is None:
        return FileChecked(None, (), Counts(), of_file(problems))

    def told(share: float) -> None:
        progress(OPENING_SHARE + share * (1 - OPENING_SHARE))

    checked = opened.check(context, known, told, stop)
    results = list(checked)
    problems = [*problems, *in_the_way(opened.matching.problems)]
    problems += [problem("batch_stopped", name)] if checked.is_stopped else []
    findings = [*of_file(problems), *checked.findings]
    return FileChecked(opened, results, checked.counts, findings, tuple(checked.notes), checked.is_stopped)


def in_the_way(of_matching: Sequence[Problem]) -> list[Problem]:
    """Return the problem that columns are undecided, where any are."""
    undecided = [found for found in of_matching if found.code in UNDECIDED]
    return [problem("batch_columns_unclear", "columns", columns=len(undecided))] if undecided else []


def of_file(problems: Sequence[Problem]) -> list[Finding]:
    """Return problems of a file as a whole as findings."""
    return [Finding(0, "", "", "", found) for found in problems]


def open_file(
    data: bytes,
    name: str,
    context: Context,
    *,
    sheet: str = "",
    remembered: Callable[[Table], Mapping[str, str]] = lambda table: {},
    map_file: MapFile = EMPTY_MAP,
    progress: Progress = lambda share: None,
    stop: Stop = lambda: False,
) -> tuple[Opened | None, list[Problem]]:
    """Open a file for a form: read it, choose its sheet or layer, match its columns.

    What the file is, its content decides. ``sheet`` names the sheet or layer; without it there must be one that can be
    meant: the only one, or the only one with a row of codes, or the only one that is not hidden. ``remembered`` gives
    what was matched for a table with the same headings before. Returns None and the problems where nothing can be
    opened; otherwise the problems are those of the file as a whole.
    """
    is_layer = is_map_file(data)
    if is_layer:
        layers, problems = read_layers(data, name, context.crs, context.extent)
        tables = [table_of_layer(layer, context.form) for layer in layers if layer.features]
        book = None
    else:
        book, problems = read_workbook(data, name, progress=progress, stop=stop)
        tables = list(book.sheets) if book else []
    if not tables or has_errors(problems):
        return None, problems
    problems = problems + _of_another_form(book, context)
    table, wrong = _chosen(tables, sheet)
    if table is None or has_errors(problems):
        return None, problems + wrong
    if is_imsma(table):
        table = with_links(table, context.form)
        map_file = _beside(map_file, imsma_map(context.form))
        problems.append(problem("imsma_from_documentation", name))
    matching = match_columns(table, context.form, remembered(table), map_file)
    is_1904 = book is not None and book.is_1904
    return Opened(table, matching, tuple(problems), is_1904, is_layer), problems


def is_map_file(data: bytes) -> bool:
    """Say whether bytes are a map file: a GeoPackage, XML, JSON, or a zip file that is no workbook."""
    if data.startswith(ZIP):
        return WORKBOOK_PART not in data
    first = data[:1000].lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n\x00")[:1]
    return data.startswith(SQLITE) or first in (b"<", b"{", b"[")


def _of_another_form(book: Workbook | None, context: Context) -> list[Problem]:
    """Say that a template is one of another form than it is read as."""
    marked = book.marked_form if book else ""
    if not marked or marked == context.form.code:
        return []
    return [problem("template_of_other_form", marked, form=context.form.code)]


def _chosen(tables: list[Table], sheet: str) -> tuple[Table | None, list[Problem]]:
    if sheet:
        found = next((table for table in tables if table.name == sheet), None)
        listed = ", ".join(table.name for table in tables)
        return found, [] if found else [problem("sheet_unknown", sheet, sheets=listed)]
    for meant in (
        [table for table in tables if table.code_row],
        [table for table in tables if not table.hidden and table.rows],
        [table for table in tables if not table.hidden],
    ):
        if len(meant) == 1:
            return meant[0], []
    listed = ", ".join(table.name for table in tables if not table.hidden) or ", ".join(t.name for t in tables)
    return None, [problem("sheets_several", "file", sheets=listed)]


def _beside(first: MapFile, second: MapFile) -> MapFile:
    """Return two maps as one; what the first says goes before the second."""
    return MapFile(
        {**second.columns, **first.columns}, {**second.words, **first.words}, {**second.defaults, **first.defaults}
    )
