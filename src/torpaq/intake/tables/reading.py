"""Bytes become a workbook of tables, or a problem that says what the file is and what would be right."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import PurePath

from torpaq.intake.tables.cells import as_text
from torpaq.intake.tables.formats import NumberFormat, read_formats
from torpaq.intake.tables.grid import read_grid, read_strings
from torpaq.intake.tables.markup import DOCUMENT_RELATIONS, MAIN, parse
from torpaq.intake.tables.model import MOST_CELLS, Grid, Refused, Table, Workbook
from torpaq.intake.tables.package import OLE_SIGNATURE, ZIP_SIGNATURE, Package, Relation, open_package
from torpaq.intake.tables.structure import make_table
from torpaq.intake.tables.text_files import read_text_grid
from torpaq.standard.problems import Problem, problem

MARK_SHEET = "_torpaq"
MOST_SHEETS = 200

Progress = Callable[[float], None]
Stop = Callable[[], bool]


@dataclass(frozen=True, slots=True)
class SheetEntry:
    """A sheet as the workbook's own list names it, with the part that holds it."""

    name: str
    part: str
    is_hidden: bool


@dataclass(frozen=True, slots=True)
class BookParts:
    """What the main part of a workbook says: its sheets in order, and the parts that all of them share."""

    part: str
    sheets: tuple[SheetEntry, ...]
    strings: str
    styles: str
    is_1904: bool


def read_workbook(data: bytes, name: str, *, progress: Progress, stop: Stop) -> tuple[Workbook | None, list[Problem]]:
    """Read an XLSX workbook, or a CSV or TSV file, whatever its ``name`` ends in.

    Returns the workbook with the problems of the file as a whole; what is odd about a sheet is in its ``findings``.
    A file that cannot be read safely and without guessing gives None and the one problem that says why. ``progress``
    is told the share that is done, from 0 to 1; ``stop`` is asked at least every 1,000 rows, and where it says yes
    the result is None and ``reading_stopped``.
    """

    def told(share: float) -> None:
        progress(min(share, 1.0))
        if stop():
            raise Refused("reading_stopped")

    try:
        workbook, problems = _read(data, name, told)
    except Refused as refused:
        return None, [refused.problem]
    progress(1.0)
    return workbook, problems


def find_parts(package: Package) -> BookParts:
    """Return where a workbook's sheets are; raises :class:`Refused` for what is another kind of file."""
    main = next((relation.target for relation in package.relations("").values() if _is_main(relation)), "")
    if not main:
        raise Refused("workbook_other_kind", kind="ODS" if package.has("mimetype") else "ZIP")
    if main.endswith(".bin"):
        raise Refused("workbook_other_kind", kind="XLSB")
    relations = package.relations(main)
    sheets: list[SheetEntry] = []
    is_1904 = False

    def start(element: str, attributes: dict[str, str]) -> None:
        nonlocal is_1904
        namespace, _, name = element.rpartition(" ")
        if namespace not in MAIN:
            return
        if name == "workbookPr":
            is_1904 = attributes.get("date1904") in {"1", "true"}
        elif name == "sheet":
            found = (relations.get(attributes.get(f"{space} id", "")) for space in DOCUMENT_RELATIONS)
            relation = next((relation for relation in found if relation), None)
            if relation is None:
                raise Refused("workbook_damaged", detail="a sheet without its part")
            if relation.kind == "worksheet":
                hidden = attributes.get("state", "visible") != "visible"
                sheets.append(SheetEntry(attributes.get("name", ""), relation.target, hidden))

    parse(package.chunks(main), main, start)
    if not sheets:
        raise Refused("workbook_other_kind", kind=main.rpartition(".")[2][:10] or "ZIP")
    if len({sheet.part for sheet in sheets}) < len(sheets) or len(sheets) > MOST_SHEETS:
        raise Refused("workbook_unsafe", detail=f"{len(sheets)} sheets")
    shared = {relation.kind: relation.target for relation in relations.values()}
    return BookParts(main, tuple(sheets), shared.get("sharedStrings", ""), shared.get("styles", ""), is_1904)


def _read(data: bytes, name: str, told: Progress) -> tuple[Workbook, list[Problem]]:
    if not data.strip():
        raise Refused("table_empty")
    if data.startswith(OLE_SIGNATURE):
        raise _compound_file(data)
    if not data.startswith(ZIP_SIGNATURE):
        return _read_text(data, name, told), []
    package = open_package(data)
    parts = find_parts(package)
    has_macros = any(member.endswith("vbaproject.bin") for member in package.members)
    notes = [problem("workbook_macros", "file")] if has_macros else []
    return _read_package(package, parts, told), notes


def _read_package(package: Package, parts: BookParts, told: Progress) -> Workbook:
    total = sum(package.size(part) for part in _parts_to_read(package, parts)) or 1
    done = 0

    def chunks(part: str) -> Iterator[bytes]:
        nonlocal done
        for chunk in package.chunks(part):
            done += len(chunk)
            told(done / total)
            yield chunk

    def tick() -> None:
        told(done / total)

    strings = read_strings(chunks(parts.strings), parts.strings) if package.has(parts.strings) else []
    formats: list[NumberFormat] = []
    if package.has(parts.styles):
        formats = read_formats(chunks(parts.styles), parts.styles)
    room, marks = MOST_CELLS, {}
    tables: list[Table] = []
    for sheet in parts.sheets:
        opened = partial(chunks, sheet.part)
        grid = read_grid(opened, sheet.part, strings, formats, parts.is_1904, room, tick)
        if sheet.name == MARK_SHEET:
            marks = _marks(grid)
        elif grid.rows:
            room -= sum(len(cells) for _, cells in grid.rows)
            comments = _comments(package, sheet.part)
            if comments:
                grid.add("sheet_comments", None, count=comments)
            tables.append(make_table(sheet.name, grid, "xlsx", sheet.is_hidden, tick))
    if not tables:
        raise Refused("table_empty")
    return Workbook("xlsx", tuple(tables), marks.get("form", ""), marks.get("version", ""), parts.is_1904)


def _read_text(data: bytes, name: str, told: Progress) -> Workbook:
    grid = read_text_grid(data, told)
    if not grid.rows:
        raise Refused("table_empty")
    table = make_table(PurePath(name).stem or "CSV", grid, "csv", False, lambda: told(1.0))
    return Workbook("csv", (table,))


def _parts_to_read(package: Package, parts: BookParts) -> list[str]:
    every = [parts.strings, parts.styles, *(sheet.part for sheet in parts.sheets)]
    return [part for part in every if package.has(part)]


def _marks(grid: Grid) -> dict[str, str]:
    """Return what the sheet of marks says: names in its first column, values in the second."""
    return {as_text(cells[0])[0]: as_text(cells[1])[0] for _, cells in grid.rows if len(cells) > 1}


def _comments(package: Package, part: str) -> int:
    count = 0

    def start(element: str, _attributes: dict[str, str]) -> None:
        nonlocal count
        count += element.endswith(" comment")

    for relation in package.relations(part).values():
        if relation.kind == "comments" and package.has(relation.target):
            parse(package.chunks(relation.target), relation.target, start)
    return count


def _is_main(relation: Relation) -> bool:
    return relation.kind == "officeDocument"


def _compound_file(data: bytes) -> Refused:
    """Return the refusal of a compound file: a workbook behind a password, or one of the kinds before 2007."""
    if "EncryptedPackage".encode("utf-16-le") in data:
        return Refused("workbook_password")
    return Refused("workbook_other_kind", kind="XLS")
