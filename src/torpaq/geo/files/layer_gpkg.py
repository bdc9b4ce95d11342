"""GeoPackage (OGC 12-128r19): every layer and attribute table, read by SQLite alone, in memory, with its hands tied.

A GeoPackage is a database and may hold a stranger's SQL: views that never end, triggers, computed columns, virtual
tables. So only plain tables are read, nothing is executed but our own SELECT (an authoriser refuses the rest),
no extension can be loaded, and SQLite's steps are counted.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime

from torpaq.geo.crs import WGS84
from torpaq.geo.files.layer_parts import Budget, RawFeature, RawLayer, Refusal, Value, checked_columns, put
from torpaq.geo.files.wkb import read_geopackage_blob

SQLITE_HEADER = b"SQLite format 3\x00"
STEPS_A_CALL, MOST_CALLS = 1_000_000, 400
LONGEST_VALUE = 64_000_000
OURS = ("gpkg_", "rtree_", "sqlite_", "ogr_", "qgis_", "layer_styles")
"""How the tables begin that serve GeoPackage, SQLite, GDAL and QGIS themselves."""

FEATURES, ATTRIBUTES = "features", ("attributes", "aspatial")


@dataclass(frozen=True, slots=True)
class _Column:
    name: str
    declared: str


def read_geopackage(data: bytes, budget: Budget) -> tuple[list[RawLayer], list[Refusal]]:
    """Return the layers and tables that the file's contents name, and what to say about the file.

    Raises :class:`Refusal` where it is no GeoPackage, damaged, or takes SQLite too long.
    """
    refusals: list[Refusal] = []
    length = _length(data)
    if data[18:20] != b"\x01\x01":
        data = data[:18] + b"\x01\x01" + data[20:]
        refusals.append(Refusal("gpkg_write_ahead"))
    try:
        with closing(sqlite3.connect(":memory:")) as database:
            steps = iter(range(MOST_CALLS))
            database.deserialize(data[:length])
            database.execute("PRAGMA trusted_schema = OFF")
            database.execute("PRAGMA cell_size_check = ON")
            database.text_factory = _text
            database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LONGEST_VALUE)
            database.set_authorizer(_authorise)
            database.set_progress_handler(lambda: next(steps, None) is None, STEPS_A_CALL)
            return list(_layers(database, budget, refusals)), refusals
    except (sqlite3.Error, OverflowError, UnicodeError) as error:
        code = getattr(error, "sqlite_errorcode", None)
        if code == sqlite3.SQLITE_INTERRUPT:
            raise Refusal("layers_file_takes_too_long") from error
        raise Refusal("gpkg_unreadable", reason=(str(error).splitlines() or ["-"])[0][:80]) from error


def _length(data: bytes) -> int:
    """Return the length of the database in whole pages. Raises :class:`Refusal` where the file is shorter."""
    if len(data) < 512:
        raise Refusal("gpkg_unreadable", reason="SQLite format 3")
    page = int.from_bytes(data[16:18], "big")
    count = int.from_bytes(data[28:32], "big")
    page = 65_536 if page == 1 else page
    if page < 512 or page & (page - 1):
        raise Refusal("gpkg_unreadable", reason="SQLite format 3")
    if len(data) < page:
        raise Refusal("layers_file_truncated", bytes=len(data), expected=page)
    if data[24:28] != data[92:96] or not count:  # the count is of an older writer's and does not hold
        return len(data) // page * page
    if count * page > len(data):
        raise Refusal("layers_file_truncated", bytes=len(data), expected=count * page)
    return count * page


def _authorise(action: int, first: str | None, *_: str | None) -> int:
    """Allow reading, and asking for a table's columns; refuse all else, whoever's SQL it is in."""
    asks_columns = action == sqlite3.SQLITE_PRAGMA and first == "table_xinfo"
    allowed = asks_columns or action in {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ}
    return sqlite3.SQLITE_OK if allowed else sqlite3.SQLITE_DENY


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape")


def _layers(database: sqlite3.Connection, budget: Budget, refusals: list[Refusal]) -> Iterator[RawLayer]:
    tables = {
        str(name).lower(): (str(kind), str(sql).split(None, 2)[1:2])
        for name, kind, sql in database.execute("SELECT name, type, sql FROM sqlite_master")
        if kind in {"table", "view"}
    }
    for needed in ("gpkg_contents", "gpkg_spatial_ref_sys"):
        if not _is_plain(tables, needed):
            raise Refusal("gpkg_unreadable", reason=needed)
    systems = _systems(database)
    geometries = _geometry_columns(database) if _is_plain(tables, "gpkg_geometry_columns") else {}
    contents = database.execute("SELECT table_name, data_type FROM gpkg_contents").fetchall()
    for name, kind in ((str(name), str(kind)) for name, kind in contents):
        if name.lower().startswith(OURS):
            continue
        if kind != FEATURES and kind not in ATTRIBUTES:
            refusals.append(Refusal("gpkg_pictures_not_read", table=name[:60]))
        elif not _is_plain(tables, name.lower()):
            refusals.append(Refusal("gpkg_table_not_plain", table=name[:60]))
        else:
            geometry, system = geometries.get(name.lower(), ("", 0)) if kind == FEATURES else ("", 0)
            crs = systems.get(system, "") if geometry else WGS84
            yield _layer(database, name, geometry, crs, budget)
    named = {str(name).lower() for name, _ in contents}
    refusals += [
        Refusal("gpkg_table_unregistered", table=name[:60])
        for name in tables
        if name not in named and not name.startswith(OURS)
    ]


def _is_plain(tables: dict[str, tuple[str, list[str]]], name: str) -> bool:
    """Say whether a name is that of a table that only stores rows: no view, no virtual table."""
    kind, second_word = tables.get(name, ("", []))
    return kind == "table" and [word.upper() for word in second_word] == ["TABLE"]


def _systems(database: sqlite3.Connection) -> dict[int, str]:
    """Return the text of each coordinate system: the authority's code, or the definition where it has none."""
    query = "SELECT srs_id, organization, organization_coordsys_id, definition FROM gpkg_spatial_ref_sys"
    systems = {}
    for number, organisation, code, definition in database.execute(query):
        if str(organisation).upper() == "EPSG" and isinstance(code, int) and code > 0:
            systems[number] = f"EPSG:{code}"
        elif isinstance(definition, str) and isinstance(number, int) and number > 0:
            systems[number] = definition
    return systems


def _geometry_columns(database: sqlite3.Connection) -> dict[str, tuple[str, int]]:
    query = "SELECT table_name, column_name, srs_id FROM gpkg_geometry_columns"
    return {str(table).lower(): (str(column), system) for table, column, system in database.execute(query)}


def _layer(database: sqlite3.Connection, name: str, geometry: str, crs: str, budget: Budget) -> RawLayer:
    layer = RawLayer(name, [], [], crs)
    columns = _columns(database, name, geometry, layer)
    layer.columns = checked_columns([column.name for column in columns])
    wanted = [column.name for column in columns] + ([geometry] if geometry else [])
    words = ", ".join(f"{_quoted(column)} AS c{number}" for number, column in enumerate(wanted)) or "NULL AS c0"
    rows = database.execute(f"SELECT {words} FROM {_quoted(name)}")
    for row in rows:
        budget.features(1)
        budget.values(len(columns))
        feature = RawFeature({})
        for column, value in zip(columns, row, strict=False):
            _put_cell(feature, column, value)
        if geometry and row[-1] is not None:
            _put_geometry(feature, row[-1], budget)
        layer.features.append(feature)
    return layer


def _columns(database: sqlite3.Connection, table: str, geometry: str, layer: RawLayer) -> list[_Column]:
    """Return the columns to read: stored ones that are no row number, no bytes and not the geometry."""
    found = []
    for _, name, declared, _, _, key, hidden in database.execute(f"PRAGMA table_xinfo({_quoted(table)})"):
        kind = str(declared).upper().partition("(")[0].strip()
        if hidden:
            layer.refusals.append(Refusal("gpkg_column_computed", column=str(name)[:60]))
        elif str(name).lower() == geometry.lower() or (key and kind == "INTEGER"):
            continue
        elif kind == "BLOB":
            layer.refusals.append(Refusal("layer_bytes_not_read", column=str(name)[:60]))
        else:
            found.append(_Column(str(name), kind))
    return found


def _quoted(name: str) -> str:
    if "\x00" in name:
        raise Refusal("gpkg_unreadable", reason="NUL")
    return '"' + name.replace('"', '""') + '"'


def _put_cell(feature: RawFeature, column: _Column, value: object) -> None:
    if isinstance(value, bytes):
        feature.refusals.append(Refusal("layer_bytes_not_read", column=column.name[:60]))
        put(feature, column.name, None)
        return
    stored = value if isinstance(value, str | int | float) else None
    try:
        put(feature, column.name, _typed(stored, column.declared))
    except ValueError:
        put(feature, column.name, stored)
        feature.refusals.append(Refusal("layer_attribute_unreadable", column=column.name[:60], text=str(stored)[:40]))


def _typed(value: str | int | float | None, declared: str) -> Value:
    """Return a stored value as its column declares it; SQLite itself knows no dates and no yes and no."""
    if declared == "BOOLEAN" and isinstance(value, int):
        return bool(value)
    if declared == "DATE" and isinstance(value, str):
        return date.fromisoformat(value)
    if declared in {"DATETIME", "TIMESTAMP"} and isinstance(value, str):
        return datetime.fromisoformat(value)
    return value


def _put_geometry(feature: RawFeature, blob: object, budget: Budget) -> None:
    try:
        if not isinstance(blob, bytes):
            raise Refusal("geometry_unreadable")
        feature.geometry = read_geopackage_blob(blob)
        if feature.geometry is None:
            raise Refusal("layer_geometry_empty")
    except Refusal as refusal:
        feature.refusals.append(refusal)
        return
    budget.points(sum(map(len, feature.geometry.rings)))
