"""Tables of IMSMA NG (version 6): land, activities, accidents, victims, risk education, quality, assistance.

Built from what GICHD has published about the database (geocheck and its tool box, the wiki), **not yet tried on a real
export**; every import says so. A file is

* a workbook with a sheet a table, known by their columns: ``hazard``, ``hazreduc``, ``accident``, ``victim``, ``mre``,
  ``qa``, ``victim_assistance`` (each with ``<table>_guid`` and ``<table>_localid``), and beside them
  ``<table>_has_geospatialinfo``, ``geospatialinfo``, ``geopoint`` and ``imsmaenum``; or
* one of these tables as CSV; or
* the points of one table joined with their items, as geocheck's views ``geocheck_zint_<table>_pts`` give them.

Readings, each with its reason:

* An item's guid is the record's id, so the same item never enters twice; all that stood in its rows is kept beside it.
* ``local id``: blanks at the ends go, and equal ids of one table get ``-DUP01`` and so on, as GICHD repairs them.
* The date of information is the item's own, never the day of data entry; an item without one is incomplete.
* ``hazard_localid`` is the area's id as well: reports and the ledger call the area by it.
* Whether a victim can be named is not known: the columns of names are not published, and stay beside the record.
* The kind of an activity decides its form; kinds that are no report of ours (stockpile destruction, road verification)
  are refused by name.
* A shape that is not active is left out and counted.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from torpaq.intake.record.record import Value
from torpaq.intake.source_reading import SourceReading
from torpaq.intake.sources.imsma import Cells, Gathering, Item, number_apart, place_of
from torpaq.intake.sources.imsma_ng_columns import (
    ACTIVITIES,
    ACTIVITY_KIND,
    COMMON,
    ELEMENTS,
    FORMS,
    REFERENCES,
    TABLES,
)
from torpaq.intake.sources.imsma_points import Shape, geometry_of, shape_from
from torpaq.intake.sources.opened import Opened
from torpaq.intake.tables.cells import as_text
from torpaq.intake.tables.model import Cell, Table, Workbook
from torpaq.standard.country import Country

NAME = "imsma_ng"
POINT_COLUMNS = {"geopoint_guid", "latitude", "longitude"}
ENUM_COLUMNS = {"imsmaenum_guid", "enumvalue"}
PREFIX = "imsma:"

Row = tuple[int, dict[str, Cell]]


@dataclass(slots=True)
class _Database:
    """The tables of a file by their names: rows with their numbers, cells by column."""

    tables: dict[str, list[Row]] = field(default_factory=dict)
    terms: dict[str, str] = field(default_factory=dict)
    unread: list[str] = field(default_factory=list)
    rows: int = 0

    def of(self, name: str) -> list[Row]:
        """Return a table's rows; none for a table that the file lacks."""
        return self.tables.get(name, [])


def knows(opened: Opened) -> bool:
    """Say whether any sheet is a table of items, or of points joined with them."""
    return opened.workbook is not None and any(_item_table(_headings(sheet)) for sheet in opened.workbook.sheets)


def read(opened: Opened, country: Country, today: date) -> SourceReading:
    """Read the items of a file that :func:`knows` recognised, into records with what is wrong or was left aside."""
    gathering = Gathering(country, today)
    if opened.workbook is None:
        return gathering.reading(NAME, opened.sha256, 0)
    gathering.problems += opened.problems
    database = _database(opened.workbook)
    for name in database.unread:
        gathering.wrong("table_not_read", name)
    shapes = _shapes(database)
    names = {table: number_apart(_ids(database.of(table), table), gathering) for table in TABLES if database.of(table)}
    for table in TABLES:
        seen: dict[str, int] = {}
        sheet = table if len(opened.workbook.sheets) > 1 else ""
        for number, cells in database.of(table):
            guid = as_text(cells.get(f"{table}_guid"))[0]
            if not guid:
                gathering.refuse("guid_missing", place_of(sheet, number), table=table)
            elif guid in seen:
                gathering.refuse("guid_twice", place_of(sheet, number), guid=guid[:60], first=seen[guid])
            else:
                seen[guid] = number
                item = Item(number, "", PREFIX + guid, cells, sheet=sheet)
                _take(gathering, database, item, table, names, shapes.get(guid, ()))
    return gathering.reading(NAME, opened.sha256, database.rows)


# -- tables -----------------------------------------------------------------------------------------------------------


def _database(workbook: Workbook) -> _Database:
    database = _Database()
    for sheet in workbook.sheets:
        name = _table_of(sheet)
        rows = list(_rows(sheet))
        if name in TABLES or name.endswith("_points"):
            database.rows += len(rows)
        if not name:
            database.unread.append(sheet.name or "-")
        elif name == "imsmaenum":
            terms = ((as_text(row["imsmaenum_guid"])[0], as_text(row["enumvalue"])[0]) for _, row in rows)
            database.terms |= dict(terms)
        else:
            database.tables.setdefault(name, []).extend(rows)
    for table in TABLES:
        _items_from_points(database, table)
    return database


def _table_of(sheet: Table) -> str:
    """Return which table a sheet is, by its columns; an empty text for one that is not read."""
    headings = _headings(sheet)
    if headings >= POINT_COLUMNS:
        item = _item_table(headings)
        return f"{item}_points" if item else "geopoint"
    if headings >= ENUM_COLUMNS:
        return "imsmaenum"
    item = _item_table(headings)
    if item:
        return item
    if "geospatialinfo_guid" in headings:
        owners = [table for table in TABLES if f"{table}_guid" in headings]
        return f"{owners[0]}_has_geospatialinfo" if owners else "geospatialinfo"
    return ""


def _item_table(headings: set[str]) -> str:
    return next((table for table in TABLES if {f"{table}_guid", f"{table}_localid"} <= headings), "")


def _headings(sheet: Table) -> set[str]:
    return {column.heading.strip().casefold() for column in sheet.columns}


def _rows(sheet: Table) -> Iterator[Row]:
    names = [(column.heading.strip().casefold(), column.index) for column in sheet.columns]
    for row in sheet.rows:
        yield row.number, {name: row.cells[index] for name, index in names if name and index < len(row.cells)}


def _items_from_points(database: _Database, table: str) -> None:
    """Give a table the items that stand only beside their joined points."""
    known = {as_text(cells.get(f"{table}_guid"))[0] for _, cells in database.of(table)}
    for number, cells in database.of(f"{table}_points"):
        guid = as_text(cells.get(f"{table}_guid"))[0]
        if guid and guid not in known:
            known.add(guid)
            own = {name: cells[name] for name in (f"{table}_guid", f"{table}_localid")}
            database.tables.setdefault(table, []).append((number, own))


def _ids(rows: Sequence[Row], table: str) -> list[tuple[str, str]]:
    pairs = {as_text(cells.get(f"{table}_guid"))[0]: as_text(cells.get(f"{table}_localid"))[0] for _, cells in rows}
    return list(pairs.items())


# -- shapes -----------------------------------------------------------------------------------------------------------


def _shapes(database: _Database) -> dict[str, list[Shape]]:
    """Return the shapes of every item by the item's guid."""
    shapes: dict[str, list[Shape]] = {}
    points = _by(database.of("geopoint"), "geospatialinfo_guid")
    kinds = {as_text(cells.get("geospatialinfo_guid"))[0]: cells for _, cells in database.of("geospatialinfo")}
    for table in TABLES:
        for _, link in database.of(f"{table}_has_geospatialinfo"):
            owner, shape = as_text(link.get(f"{table}_guid"))[0], as_text(link.get("geospatialinfo_guid"))[0]
            cells = kinds.get(shape, {})
            shapes.setdefault(owner, []).append(shape_from(cells, points.get(shape, ()), _kind(database, cells)))
        for shape_points in _by(database.of(f"{table}_points"), "geospatialinfo_guid").values():
            first = shape_points[0]
            owner = as_text(first.get(f"{table}_guid"))[0]
            shapes.setdefault(owner, []).append(shape_from(first, shape_points, _kind(database, first)))
    return shapes


def _by(rows: Sequence[Row], column: str) -> dict[str, list[Cells]]:
    found: dict[str, list[Cells]] = {}
    for _, cells in rows:
        found.setdefault(as_text(cells.get(column))[0], []).append(cells)
    return found


def _kind(database: _Database, cells: Cells) -> str:
    return next((_term(database, cells[name]) for name in ("shapeenum", "shapeenum_guid") if cells.get(name)), "")


def _term(database: _Database, cell: Cell) -> str:
    """Return the base term of an enumeration's cell: what its guid stands for, else what stands there."""
    text = as_text(cell)[0]
    return database.terms.get(text, text)


# -- an item ----------------------------------------------------------------------------------------------------------


def _take(
    gathering: Gathering,
    database: _Database,
    item: Item,
    table: str,
    names: Mapping[str, Mapping[str, str]],
    shapes: Sequence[Shape],
) -> None:
    original = item.cells
    item.cells = {name: _term(database, cell) if isinstance(cell, str) else cell for name, cell in original.items()}
    item.form = FORMS.get(table, "")
    if table == "hazreduc":
        kind = item.text(ACTIVITY_KIND)
        item.form = ACTIVITIES.get(kind.casefold(), "")
        if not item.form:
            choices = ", ".join(sorted(ACTIVITIES))
            gathering.refuse("activity_without_form", item.subject, kind=kind[:60] or "-", choices=choices)
            return
    item.used |= {f"{table}_guid", f"{table}_localid"}
    _own_values(item, table, names[table])
    asked = {element.code for element in gathering.context(item.form).form.asked()}
    for name, element in {**COMMON, **ELEMENTS[table]}.items():
        if name in item.cells and element in asked:
            gathering.answer(item, element, name)
    for (owner, name), element in REFERENCES.items():
        if owner == table and item.cells.get(name):
            item.values[element] = PREFIX + item.text(name)
    places, problems = geometry_of(shapes, gathering.context(item.form), item.subject)
    item.values |= places
    item.original = [original, *(point for shape in shapes for point in shape.points)]
    gathering.problems += problems
    gathering.keep(item, table)


def _own_values(item: Item, table: str, names: Mapping[str, str]) -> None:
    """Give the record its own number and what follows from its table alone."""
    local_id = names[item.id.removeprefix(PREFIX)]
    own: dict[str, Value] = {"local_id": local_id} if local_id else {}
    if item.form == "hazardous_area" and local_id and table == "hazard":
        own["area"] = local_id
    if item.form == "victim":
        own["identity_given"] = "unknown"
    if item.form == "accident":
        own["event_kind"] = "accident"
    item.values |= own
