"""A file of any kind becomes one table of a form with its columns matched: workbook, text, map file, feature table."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from torpaq.geo.files.layers import read_layers
from torpaq.intake.batches.columns import Matching, match_columns
from torpaq.intake.batches.duplicates import Known
from torpaq.intake.batches.imsma import imsma_map, is_imsma, with_links
from torpaq.intake.batches.layers import table_of_layer
from torpaq.intake.batches.mapfile import EMPTY_MAP, MapFile
from torpaq.intake.batches.results import Checked
from torpaq.intake.batches.rows import Progress, Stop, check_table
from torpaq.intake.record.context import Context
from torpaq.intake.tables.model import Table, Workbook
from torpaq.intake.tables.reading import read_workbook
from torpaq.standard.problems import Problem, has_errors, problem

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
