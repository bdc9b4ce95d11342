"""Points, lines and polygons as people write them into a cell or a box, read through the geometry kernel.

Nothing is guessed: what can be read in two ways, or lies in the country only with its axes exchanged, is a problem.
What was typed stays in the value under ``original``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import NamedTuple, TypeAlias

import numpy as np

from torpaq.geo.coordinates.notation import DecidedBy, Explanation, Extent, Order
from torpaq.geo.coordinates.reading import Reading, read_coordinates
from torpaq.geo.crs import NationalCrs
from torpaq.geo.files.pasted import LineKind, PastedLine, read_pasted
from torpaq.geo.polygons import shape_from_box, shape_from_lonlat, shape_from_wkt, to_lonlat, to_wkt
from torpaq.geo.shape import CM_PER_M, Shape
from torpaq.intake.record.record import Value
from torpaq.standard.problems import Problem, Severity, has_errors, problem

WKT_POINT = re.compile(r"\s*POINT\s*\(\s*(\S+)\s+(\S+)\s*\)\s*", re.IGNORECASE)
WKT_LINE = re.compile(r"\s*LINESTRING\s*\((.*)\)\s*", re.IGNORECASE | re.DOTALL)
WKT_AREA = re.compile(r"\s*(?:SRID\s*=\s*\d+\s*;\s*)?(?:MULTI)?POLYGON\b", re.IGNORECASE)
PAIRS = re.compile(r"[-+\d.eE]+\s+[-+\d.eE]+(?:\s*,\s*[-+\d.eE]+\s+[-+\d.eE]+)+")
BETWEEN_POINTS = re.compile(r"[\n\r]+")
WORDS = {LineKind.HEADING, LineKind.HEADER}
MINIMUM_POINTS = {"line": 2, "polygon": 3}

Lonlat: TypeAlias = tuple[float, float]


class Place(NamedTuple):
    """A geometry read: its value or None, what is wrong, and whether the reading was an interpretation."""

    value: Value | None
    problems: list[Problem]
    how: str = ""


def read_point(raw: object, extent: Extent, place: str) -> Place:
    """Read one place: text in any notation, WKT, GeoJSON, or a value of a record as it was."""
    if isinstance(raw, Mapping):
        return _point_of_mapping(raw, extent, place)
    text = str(raw)
    if match := WKT_POINT.fullmatch(text):
        return _point_of_numbers(match[1], match[2], text, extent, place)
    if text.lstrip().startswith("{"):
        loaded = _json(text)
        if isinstance(loaded, dict):
            return _point_of_mapping(loaded, extent, place)
    return _point_of_reading(read_coordinates(text, extent), text, place)


def _point_of_reading(reading: Reading, text: str, place: str) -> Place:
    problems = [_at(place, found) for found in reading.problems]
    if reading.position is None:
        return Place(None, problems)
    candidate = reading.candidates[0]
    told = candidate.explanation
    original = {"typed": text.strip(), **_told(told), "precision_m": candidate.precision_m}
    how = "coordinates" if told.decided_by is DecidedBy.COUNTRY else ""
    return Place(_point(*reading.position, original), problems, how)


def read_pair(lat: float, lon: float, typed: str, extent: Extent, place: str) -> Place:
    """Read a place whose latitude and longitude stand under their own names, in degrees: their order is no question."""
    if extent.contains(lon, lat):
        original = {"typed": typed, "notation": "decimal", "datum": "datum_wgs84"}
        return Place(_point(lon, lat, original), [])
    if extent.contains(lat, lon):
        return Place(None, [problem("point_axes_exchanged", place, lat=lat, lon=lon)])
    west, south, east, north = extent
    sides = {"west": west, "south": south, "east": east, "north": north}
    return Place(None, [problem("point_outside_country", place, lat=lat, lon=lon, **sides)])


def read_pair_of_texts(lat: str, lon: str, extent: Extent, place: str) -> Place:
    """Read a latitude and a longitude under their own names that are no plain numbers but degrees and minutes."""
    reading = read_coordinates(f"{lat} {lon}", extent)
    if reading.position is not None and reading.candidates[0].explanation.order is Order.LON_LAT:
        return Place(None, [problem("point_axes_exchanged", place, lat=lat, lon=lon)])
    return _point_of_reading(reading, f"{lat} {lon}", place)


def read_line(raw: object, extent: Extent, place: str) -> Place:
    """Read a line: WKT, GeoJSON, or its points, one a line of text or parted by semicolons."""
    geometry = _geojson(raw, "LineString", place)
    if isinstance(geometry, Place):
        return geometry
    if geometry is not None:
        coordinates, typed = geometry
    else:
        typed = str(raw)
        match = WKT_LINE.fullmatch(typed)
        coordinates = [pair.split() for pair in match[1].split(",")] if match else None
    if coordinates is None:
        points, problems = _points_of_text(typed, extent, place)
    else:
        points, problems = _points_of_numbers(coordinates, extent, place)
    if points is None:
        return Place(None, problems)
    original: dict[str, Value] = {"typed": typed}
    return Place({"type": "LineString", "coordinates": [list(p) for p in points], "original": original}, problems)


def read_polygon(raw: object, crs: NationalCrs, extent: Extent, today: date, place: str) -> Place:
    """Read a boundary: WKT, a box in metres of the national grid, GeoJSON, its turning points, or a table of legs.

    Only what stands in the way, and how the text was read, is a problem here; warnings about a polygon that could be
    read belong to checking, which sees those of every way in. ``today`` is the day of legs that say none.
    """
    if isinstance(raw, Mapping) and isinstance(raw.get("written"), str):
        return _polygon_as_it_was(raw, crs, extent, place)
    geometry = _geojson(raw, "Polygon", place)
    if isinstance(geometry, Place):
        return geometry
    if geometry is not None:
        return _polygon_of_json(*geometry, crs, extent, place)
    return _polygon_of_text(str(raw), crs, extent, today, place)


def _polygon_of_text(typed: str, crs: NationalCrs, extent: Extent, today: date, place: str) -> Place:
    if WKT_AREA.match(typed):
        shape, problems = shape_from_wkt(" ".join(typed.split()), crs, extent, place)
        return _polygon(shape, problems, {"source": "wkt", "typed": typed}, crs)
    if typed.split(None, 1)[0].lower() == "box":
        shape, problems = shape_from_box(typed.split()[1:], crs, extent, place)
        return _polygon(shape, problems, {"source": "box", "typed": typed}, crs)
    lines = typed if BETWEEN_POINTS.search(typed.strip()) else "\n".join(_lines_of_points(typed))
    pasted, problems = read_pasted(lines, crs, extent, today, place)
    words = _words_between(pasted.lines)
    if words:
        problems.append(problem("answer_point_unreadable", place, number=words.number, text=words.typed.strip()[:60]))
    elif pasted.shape is None and not has_errors(problems):
        problems.append(
            problem("answer_points_too_few", place, points=len(pasted.points), least=MINIMUM_POINTS["polygon"])
        )
    found = _polygon(None if words else pasted.shape, problems, {"source": pasted.kind.value, "typed": typed}, crs)
    if not isinstance(found.value, Mapping):
        return found
    of_shape = {known.code for known in shape_of(found.value, crs, extent, place)[1]}
    return Place(found.value, [_at(place, told) for told in problems if told.code not in of_shape])


def _words_between(lines: Sequence[PastedLine]) -> PastedLine | None:
    """Return a line of words below the first corner: in a cell it is a corner nobody could read, no heading."""
    read = [line for line in lines if line.read_as in {LineKind.POINT, LineKind.LEG}]
    return next((line for line in lines if read and line.number > read[0].number and line.read_as in WORDS), None)


@lru_cache(maxsize=512)
def _shape(written: str, crs: NationalCrs, extent: Extent, place: str) -> tuple[Shape | None, tuple[Problem, ...]]:
    shape, problems = shape_from_wkt(written.removeprefix("wkt "), crs, extent, place)
    return shape, tuple(problems)


def shape_of(
    value: Mapping[str, Value], crs: NationalCrs, extent: Extent, place: str
) -> tuple[Shape | None, tuple[Problem, ...]]:
    """Return the shape of a polygon's value, and all that geocheck says of it."""
    return _shape(str(value.get("written", "")), crs, extent, place)


def is_inside(shape: Shape, lon: float, lat: float, crs: NationalCrs) -> bool:
    """Say whether a place lies inside a shape, by the even-odd rule in the national CRS."""
    x_m, y_m = crs.forward(lon, lat)
    x, y = x_m * CM_PER_M, y_m * CM_PER_M
    crossings = 0
    for ring in shape.rings_cm:
        start, end = ring, np.roll(ring, -1, axis=0)
        straddles = (start[:, 1] > y) != (end[:, 1] > y)
        one, other = start[straddles], end[straddles]
        run = (y - one[:, 1]) / (other[:, 1] - one[:, 1])
        crossings += int(np.count_nonzero(one[:, 0] + run * (other[:, 0] - one[:, 0]) > x))
    return crossings % 2 == 1


def _point(lon: float, lat: float, original: Mapping[str, Value]) -> Value:
    return {"type": "Point", "coordinates": [lon, lat], "original": dict(original)}


def _told(told: Explanation) -> dict[str, Value]:
    """Return how coordinates were read, as far as it says something."""
    words: dict[str, Value] = {
        "notation": told.notation.value,
        "datum": told.datum.value,
        "normalised": told.normalised,
        "zone": told.zone,
        "operation": told.operation,
    }
    return {key: value for key, value in words.items() if value}


def _point_of_mapping(raw: Mapping[str, object], extent: Extent, place: str) -> Place:
    if raw.get("type") != "Point":
        return Place(None, [problem("answer_geometry_kind", place, kind=str(raw.get("type"))[:40], wanted="Point")])
    pairs = _pairs([raw.get("coordinates")])
    if pairs is None:
        return Place(None, [problem("answer_geometry_unreadable", place)])
    found = _point_of_numbers(*pairs[0], json.dumps(raw.get("coordinates")), extent, place)
    original = raw.get("original")
    if isinstance(original, Mapping) and isinstance(found.value, dict):
        return Place({**found.value, "original": dict(original)}, found.problems)
    return found


def _point_of_numbers(lon: object, lat: object, typed: str, extent: Extent, place: str) -> Place:
    try:
        return read_pair(float(str(lat)), float(str(lon)), typed.strip(), extent, place)
    except ValueError:
        return Place(None, [problem("answer_geometry_unreadable", place)])


def _json(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _geojson(raw: object, kind: str, place: str) -> tuple[object, str] | Place | None:
    """Return the coordinates of GeoJSON and their text, None for what is no GeoJSON, and a problem for another kind."""
    loaded = raw
    if isinstance(raw, str):
        loaded = _json(raw) if raw.lstrip().startswith(("{", "[")) else None
    if isinstance(loaded, list):  # a ring or a line as the map's drawing tool leaves it
        return ([loaded] if kind == "Polygon" else loaded), json.dumps(loaded)
    if not isinstance(loaded, Mapping):
        return None if isinstance(raw, str) else Place(None, [problem("answer_geometry_unreadable", place)])
    geometry = loaded.get("geometry") if loaded.get("type") == "Feature" else loaded
    found = geometry.get("type") if isinstance(geometry, Mapping) else None
    if not isinstance(geometry, Mapping) or found not in (kind, f"Multi{kind}"):
        return Place(None, [problem("answer_geometry_kind", place, kind=str(found)[:40], wanted=kind)])
    coordinates = geometry.get("coordinates")
    if found == f"Multi{kind}" and kind != "Polygon":
        if not isinstance(coordinates, Sequence) or len(coordinates) != 1:
            return Place(None, [problem("answer_geometry_kind", place, kind=found, wanted=kind)])
        coordinates = coordinates[0]
    if found == "Polygon":
        coordinates = [coordinates]
    return coordinates, raw if isinstance(raw, str) else json.dumps(geometry)


def _polygon_of_json(coordinates: object, typed: str, crs: NationalCrs, extent: Extent, place: str) -> Place:
    """Read polygons of rings of positions; a single ring, as a map draws it, closes by itself."""
    drawn = typed.lstrip().startswith("[")
    polygons = [[coordinates[0]]] if drawn and isinstance(coordinates, list) else coordinates
    if not isinstance(polygons, Sequence) or isinstance(polygons, str):
        return Place(None, [problem("answer_geometry_unreadable", place)])
    parts: list[list[list[Lonlat]]] = []
    for polygon in polygons:
        rings = [_pairs(ring) for ring in polygon] if isinstance(polygon, Sequence) else [None]
        if None in rings:
            return Place(None, [problem("answer_geometry_unreadable", place)])
        parts.append([ring for ring in rings if ring is not None])
    closed = not drawn or (bool(parts[0][0]) and parts[0][0][0] == parts[0][0][-1])
    shape, problems = shape_from_lonlat(parts, crs, extent, place, closed=closed)
    return _polygon(shape, problems, {"source": "drawn" if drawn else "geojson", "typed": typed}, crs)


def _pairs(positions: object) -> list[Lonlat] | None:
    """Return positions as (lon, lat), heights left out; None where one is no two numbers."""
    if not isinstance(positions, Sequence) or isinstance(positions, str):
        return None
    pairs: list[Lonlat] = []
    for position in positions:
        numbers = position if isinstance(position, Sequence) and not isinstance(position, str) else ()
        if not 2 <= len(numbers) <= 4 or any(isinstance(n, bool) or not isinstance(n, int | float) for n in numbers):
            return None
        pairs.append((float(numbers[0]), float(numbers[1])))
    return pairs


def _polygon_as_it_was(raw: Mapping[str, object], crs: NationalCrs, extent: Extent, place: str) -> Place:
    """Read a record's own polygon again, as a page hands it back: its original coordinates stay with it."""
    written = str(raw["written"])
    given = raw.get("original")
    original: Mapping[str, Value] = given if isinstance(given, Mapping) else {"typed": written}
    shape, problems = shape_from_wkt(written.removeprefix("wkt "), crs, extent, place)
    return _polygon(shape, problems, original, crs)


def _polygon(
    shape: Shape | None, problems: Iterable[Problem], original: Mapping[str, Value], crs: NationalCrs
) -> Place:
    if shape is None:
        return Place(None, [found for found in problems if found.severity is Severity.ERROR])
    coordinates = [[[list(point) for point in ring] for ring in polygon] for polygon in to_lonlat(shape, crs)]
    value: Value = {
        "type": "MultiPolygon",
        "coordinates": coordinates,
        "written": f"wkt {to_wkt(shape, crs)}",
        "original": dict(original),
    }
    return Place(value, [])


def _lines_of_points(text: str) -> list[str]:
    """Part a text into points: its lines, or in a single line what semicolons part, or commas between plain pairs."""
    lines = BETWEEN_POINTS.split(text.strip())
    if len(lines) == 1:
        lines = text.split(",") if PAIRS.fullmatch(text.strip()) else text.split(";")
    return [line.strip() for line in lines if line.strip()]


def _points_of_text(text: str, extent: Extent, place: str) -> tuple[list[Lonlat] | None, list[Problem]]:
    """Read one point a line, or points parted by semicolons, each in any notation; a point nobody can read is named."""
    points: list[Lonlat] = []
    problems: list[Problem] = []
    for number, line in enumerate(_lines_of_points(text), 1):
        reading = read_coordinates(line.strip(), extent)
        problems += [_at(place, found) for found in reading.problems]
        if reading.position is None:
            problems.append(problem("answer_point_unreadable", place, number=number, text=line.strip()[:60]))
        else:
            points.append(reading.position)
    if any(found.severity is Severity.ERROR for found in problems):
        return None, problems
    if len(set(points)) < MINIMUM_POINTS["line"]:
        return None, [problem("answer_points_too_few", place, points=len(set(points)), least=MINIMUM_POINTS["line"])]
    return points, problems


def _points_of_numbers(coordinates: object, extent: Extent, place: str) -> tuple[list[Lonlat] | None, list[Problem]]:
    """Check (lon, lat) pairs of a line, numbers or their texts, for their place."""
    points: list[Lonlat] = []
    for position in coordinates if isinstance(coordinates, Sequence) else ():
        try:
            lon, lat = float(position[0]), float(position[1])
        except (TypeError, ValueError, IndexError, KeyError):
            return None, [problem("answer_geometry_unreadable", place)]
        found = read_pair(lat, lon, "", extent, place)
        if found.value is None:
            return None, found.problems
        points.append((lon, lat))
    if len(set(points)) < MINIMUM_POINTS["line"]:
        return None, [problem("answer_points_too_few", place, points=len(set(points)), least=MINIMUM_POINTS["line"])]
    return points, []


def _at(place: str, found: Problem) -> Problem:
    """Return a reader's problem as one of the element: its own subject is the text, which the finding carries."""
    return Problem(found.code, found.severity, place, found.parameters)
