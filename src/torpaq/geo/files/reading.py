"""What stands in a file, format by format: names, rings of coordinates, and every reason a file cannot be read.

GeoJSON, WKT and CSV are read by our own strict code, since libraries close open rings and skip bad points without a
word; GeoPackage is read by GDAL (pyogrio) as stored bytes. Nothing here looks at the country: that is
``geo.files.polygons``'s part.
"""

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from torpaq.geo.coordinates.notation import Extent
from torpaq.geo.coordinates.reading import read_coordinates
from torpaq.geo.crs import WGS84, Floats
from torpaq.standard.problems import Problem, has_errors, problem

MAX_BYTES = 1_000_000_000
MAX_FILE_VERTICES = 2_000_000
"""A file with more points is refused before it is parsed; one polygon's own limit is ``Limits.vertices``."""


@dataclass(frozen=True, slots=True)
class Feature:
    """One polygon of a file, as it stands there: polygons of rings in the file's CRS, or the reason there are none.

    ``wkt`` is set instead of ``polygons`` where the file holds WKT; ``closed`` says whether the notation closes rings.
    With problems of severity error there are no polygons.
    """

    name: str
    polygons: list[list[Floats]] = field(default_factory=list)
    wkt: str = ""
    closed: bool = True
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Contents:
    """A file's features and the CRS that their coordinates are in, as PROJ or EPSG text."""

    features: list[Feature]
    crs: str = WGS84


Read = tuple[Contents | None, list[Problem]]


def read_text(path: Path) -> tuple[str | None, list[Problem]]:
    """Read a text file: UTF-8, or UTF-16 where it begins with a byte order mark. Any other encoding is a problem.

    No guess is made at others: the same bytes are Azerbaijani in one old code page and Russian in the next.
    """
    subject = path.name
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            return None, [problem("polygon_file_too_large", subject, bytes=size, limit=MAX_BYTES)]
        data = path.read_bytes()
    except OSError as error:
        return None, [problem("polygon_file_unreadable", subject, reason=error.strerror or type(error).__name__)]
    return decode_text(data, subject)


def decode_text(data: bytes, subject: str) -> tuple[str | None, list[Problem]]:
    """Decode a text file's bytes as :func:`read_text` says."""
    encoding = "utf-16" if data[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8-sig"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        return None, [problem("polygon_file_encoding", subject, line=line, byte=error.start)]
    if "\x00" in text:
        return None, [
            problem("polygon_file_encoding", subject, line=text[: text.index("\x00")].count("\n") + 1, byte=0)
        ]
    return text, [] if text.strip() else [problem("polygon_file_empty", subject)]


def too_many_points(count: int, subject: str) -> list[Problem]:
    """Refuse a whole file with more points than we read at once."""
    if count <= MAX_FILE_VERTICES:
        return []
    return [problem("polygon_file_too_many_points", subject, points=count, limit=MAX_FILE_VERTICES)]


# GeoJSON


def read_geojson(text: str, subject: str) -> Read:
    """Read GeoJSON (RFC 7946, or the older form with a ``crs`` member): a collection, a feature or a geometry."""
    problems = too_many_points(text.count("["), subject)
    if problems:
        return None, problems
    tree, problems = _json_object(text, subject)
    if tree is None:
        return None, problems
    crs, problems = _geojson_crs(tree, subject)
    if problems:
        return None, problems
    kind = tree.get("type")
    members = tree.get("features") if kind == "FeatureCollection" else [tree]
    if not isinstance(members, list) or kind not in {"FeatureCollection", "Feature", "Polygon", "MultiPolygon"}:
        return None, [problem("geojson_not_a_collection", subject, kind=str(kind))]
    return Contents([_geojson_feature(member, number) for number, member in enumerate(members, 1)], crs), []


def _json_object(text: str, subject: str) -> tuple[dict[str, object] | None, list[Problem]]:
    try:
        tree = json.loads(text)
    except json.JSONDecodeError as error:
        code = "polygon_file_truncated" if error.pos >= len(text.rstrip()) - 1 else "json_unreadable"
        return None, [problem(code, subject, line=error.lineno)]
    except (RecursionError, ValueError):  # nested without end; a number of thousands of digits
        return None, [problem("json_unreadable", subject, line=1)]
    if not isinstance(tree, dict):
        return None, [problem("geojson_not_a_collection", subject, kind=type(tree).__name__)]
    return tree, []


def _geojson_crs(tree: Mapping[str, object], subject: str) -> tuple[str, list[Problem]]:
    """Return the CRS of the older ``crs`` member; without one GeoJSON is WGS 84 longitude and latitude."""
    if tree.get("crs") is None:
        return WGS84, []
    member = tree["crs"]
    properties = member.get("properties") if isinstance(member, dict) else None
    name = properties.get("name") if isinstance(properties, dict) else None
    if not isinstance(name, str):
        return WGS84, [problem("crs_unknown", subject, crs=str(member)[:60])]
    if name.upper().replace("::", ":") in {"URN:OGC:DEF:CRS:OGC:1.3:CRS84", "CRS84", "OGC:CRS84"}:
        return WGS84, []
    return name, []


def _geojson_feature(member: object, number: int) -> Feature:
    name = f"#{number}"
    if not isinstance(member, dict):
        return _without(name, problem("geojson_coordinates", name, text=str(member)[:40]))
    name = _geojson_name(member, name)
    geometry = member.get("geometry") if member.get("type") == "Feature" else member
    if not isinstance(geometry, dict):
        return _without(name, problem("polygon_empty", name))
    kind, coordinates = geometry.get("type"), geometry.get("coordinates")
    if kind not in {"Polygon", "MultiPolygon"}:
        return _without(name, problem("geometry_other_kind", name, kind=str(kind)))
    try:
        polygons = [_geojson_rings(part) for part in ([coordinates] if kind == "Polygon" else _list(coordinates))]
    except (TypeError, ValueError, OverflowError) as error:
        return _without(name, problem("geojson_coordinates", name, text=str(error)[:60]))
    return Feature(name, polygons)


def _geojson_name(member: Mapping[str, object], fallback: str) -> str:
    properties = member.get("properties")
    named = properties if isinstance(properties, dict) else {}
    for value in (member.get("id"), named.get("id"), named.get("name")):
        if isinstance(value, str | int) and str(value).strip():
            return str(value)
    return fallback


def _geojson_rings(part: object) -> list[Floats]:
    """Return rings of (lon, lat); a height, which RFC 7946 allows as a third number, is no part of an area."""
    return [np.array([_position(pair) for pair in _list(ring)], dtype=np.float64) for ring in _list(part)]


def _list(value: object) -> list[object]:
    if not isinstance(value, list):
        raise TypeError(str(value))
    return value


def _position(pair: object) -> tuple[float, float]:
    numbers = _list(pair)
    if len(numbers) not in {2, 3} or not all(type(number) in {int, float} for number in numbers):
        raise ValueError(str(pair))
    lon, lat = numbers[:2]
    return float(str(lon)), float(str(lat))


def _without(name: str, *problems: Problem) -> Feature:
    return Feature(name, problems=problems)


# WKT

WKT_LINE = re.compile(r"\s*(?:([^\s:;]+)\s*[:\t]\s*)?((?:SRID\s*=\s*\d+\s*;\s*)?(?:MULTI)?POLYGON\b.*)", re.I)


def read_wkt_lines(text: str, subject: str) -> Read:
    """Read a text file of WKT polygons, each beginning on a line of its own, perhaps as ``name: POLYGON ...``.

    Lines that begin with ``#`` are comments; a polygon may run over several lines.
    """
    problems = too_many_points(text.count(","), subject)
    if problems:
        return None, problems
    found: list[tuple[str, list[str]]] = []
    for number, line in enumerate(text.splitlines(), 1):
        match = WKT_LINE.fullmatch(line)
        if match:
            found.append((match[1] or f"L{number}", [match[2]]))
        elif line.strip() and not line.startswith("#"):
            if not found:
                return None, [problem("wkt_unreadable", f"{subject} L{number}", text=line.strip()[:40])]
            found[-1][1].append(line)
    return Contents([Feature(name, wkt=" ".join(lines)) for name, lines in found]), []


# CSV

NAME_COLUMNS = ("id", "name", "polygon", "area")
LON_COLUMNS = ("lon", "longitude", "long", "lng")
LAT_COLUMNS = ("lat", "latitude")
PLACE_COLUMNS = ("coordinates", "coordinate", "place", "position")
WKT_COLUMNS = ("wkt", "geometry", "geom", "shape")


def read_csv_points(text: str, subject: str, extent: tuple[float, float, float, float] | None = None) -> Read:
    """Read CSV: points in their order (columns lon and lat, or one column of places in any notation), or WKT a row.

    Rows of one id (or name) make one polygon; without such a column all rows make one. The delimiter is a comma, a
    semicolon (then with decimal commas) or a tab. A list of turning points closes by itself; repeating the first
    point at the end is allowed.
    """
    problems = too_many_points(text.count("\n"), subject)
    if problems:
        return None, problems
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    first = next((line for line in lines if line.strip()), "")
    delimiter = next((mark for mark in (";", "\t") if mark in first), ",")
    usual = csv.field_size_limit(MAX_BYTES)  # a polygon of 6,000 points as WKT is longer than what csv takes for a cell
    try:
        reader = csv.reader(io.StringIO("\n".join(lines)), delimiter=delimiter, strict=True)
        rows = [row for row in reader if any(row)]
    except csv.Error as error:
        return None, [problem("csv_unreadable", subject, reason=str(error))]
    finally:
        csv.field_size_limit(usual)  # the limit is the whole process's
    header = [cell.strip().lower() for cell in rows[0]] if rows else []
    name_at, wkt_at = _column(header, NAME_COLUMNS), _column(header, WKT_COLUMNS)
    if wkt_at is not None:
        return Contents(list(_wkt_rows(rows[1:], name_at, wkt_at))), []
    lon_at, lat_at = _column(header, LON_COLUMNS), _column(header, LAT_COLUMNS)
    place_at = _column(header, PLACE_COLUMNS)
    country = Extent(*extent) if extent else None
    if lon_at is not None and lat_at is not None:
        return Contents(_point_features(rows[1:], name_at, (lon_at, lat_at), delimiter, country, subject)), []
    if place_at is not None:
        return Contents(_point_features(rows[1:], name_at, (place_at,), delimiter, country, subject)), []
    return None, [problem("csv_columns_missing", subject, header=",".join(header)[:80])]


def _column(header: list[str], names: tuple[str, ...]) -> int | None:
    return next((header.index(name) for name in names if name in header), None)


def _wkt_rows(rows: list[list[str]], name_at: int | None, wkt_at: int) -> Iterator[Feature]:
    for number, row in enumerate(rows, 2):
        name = row[name_at].strip() if name_at is not None and name_at < len(row) else f"L{number}"
        if wkt_at < len(row):
            yield Feature(name, wkt=row[wkt_at])
        else:
            yield _without(name, problem("csv_row_short", name, row=number))


def _point_features(
    rows: list[list[str]],
    name_at: int | None,
    at: tuple[int, ...],
    delimiter: str,
    extent: Extent | None,
    subject: str,
) -> list[Feature]:
    """Gather rows into polygons by name, in the order of their first rows."""
    points: dict[str, list[tuple[float, float]]] = {}
    problems: dict[str, list[Problem]] = {}
    for number, row in enumerate(rows, 2):
        name = row[name_at].strip() if name_at is not None and name_at < len(row) else subject
        points.setdefault(name, [])
        problems.setdefault(name, [])
        if max(at) >= len(row):
            problems[name].append(problem("csv_row_short", name, row=number))
            continue
        point, wrong = _csv_point([row[index].strip() for index in at], delimiter, extent, f"{name} L{number}")
        problems[name] += wrong
        if point:
            points[name].append(point)
    features = []
    for name, ring in points.items():
        closed = len(ring) > 1 and ring[0] == ring[-1]
        if has_errors(problems[name]):
            features.append(_without(name, *problems[name]))
        else:
            polygons = [[np.array(ring, dtype=np.float64)]]
            features.append(Feature(name, polygons, closed=closed, problems=tuple(problems[name])))
    return features


def _csv_point(
    cells: list[str], delimiter: str, extent: Extent | None, subject: str
) -> tuple[tuple[float, float] | None, list[Problem]]:
    """Read one point: a place in any notation where there is one cell, else longitude and latitude."""
    if len(cells) == 1:
        reading = read_coordinates(cells[0], extent)
        told = [problem(found.code, subject, **found.parameters) for found in reading.problems]
        return reading.position, told
    values = []
    for cell in cells:
        try:
            values.append(float(cell.replace(",", ".") if delimiter == ";" else cell))
        except ValueError:
            return None, [problem("not_a_number", subject, text=cell)]
    return (values[0], values[1]), []
