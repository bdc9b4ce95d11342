"""A polygon as people give it: drawn on the map, typed point by point, as WKT or a box, in a file, or as a traverse."""

import csv
import io
import json
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict

from torpaq.geo.coordinates.notation import Extent
from torpaq.geo.coordinates.reading import read_coordinates
from torpaq.geo.crs import AZE, NationalCrs
from torpaq.geo.files.layers import read_layers, shape_of
from torpaq.geo.files.polygons import read_polygons
from torpaq.geo.polygons import shape_from_box, shape_from_lonlat, shape_from_wkt, to_wkt
from torpaq.geo.shape import Shape
from torpaq.geo.traverse.legs import read_legs_csv
from torpaq.geo.traverse.solution import solve_traverse, traverse_as_json, traverse_as_shape
from torpaq.standard.problems import Problem, has_errors, problem

Upload: TypeAlias = "UploadedFile[bytes]"
Files: TypeAlias = "MultiValueDict[str, Upload]"
LARGEST_FILE = 10 * 1024 * 1024
SUBJECT = "polygon"
LAYERED = (".zip", ".kml", ".kmz")


@dataclass(slots=True)
class PolygonInput:
    """What was given: the shape or None, its text for the ledger, the original as given, problems, a traverse."""

    shape: Shape | None = None
    written: str = ""
    original: dict[str, object] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    traverse: dict[str, object] | None = None


def read_polygon(values: QueryDict, files: Files, extent: Extent, crs: NationalCrs = AZE) -> PolygonInput:
    """Read the polygon from the way of giving it that the form names (``source``); snapped in ``crs``."""
    source = values.get("source", "drawn")
    if source == "typed":
        return _typed(values.get("typed", ""), values.get("operation", ""), extent, crs)
    if source == "file":
        return _file(files.get("file"), extent, crs)
    if source == "traverse":
        return _traverse(values, extent, crs)
    return _drawn(values.get("drawn", ""), extent, crs)


def is_polygon_given(values: QueryDict, files: Files) -> bool:
    """Say whether the chosen way of giving a polygon holds anything at all."""
    source = values.get("source", "drawn")
    if source == "file":
        return bool(files.get("file"))
    if source == "traverse":
        said = [values.get("start", ""), *values.getlist("bearing"), *values.getlist("distance")]
        return any(text.strip() for text in said)
    return bool(values.get(source, "").strip(" []"))


def _drawn(text: str, extent: Extent, crs: NationalCrs) -> PolygonInput:
    """Read a ring of [lon, lat] pairs as the map's drawing tool leaves it."""
    try:
        ring = [(float(lon), float(lat)) for lon, lat in json.loads(text or "[]")]
    except (ValueError, TypeError):
        ring = []
    if not ring:
        return PolygonInput(problems=[problem("polygon_missing", SUBJECT)])
    if len(ring) < 3:
        return PolygonInput(problems=[problem("polygon_too_few_points", SUBJECT, points=len(ring))])
    shape, problems = shape_from_lonlat([[ring]], crs, extent, SUBJECT, closed=False)
    original: dict[str, object] = {"source": "drawn", "crs": "EPSG:4326", "points": ring}
    return PolygonInput(shape, _as_written(shape, crs), original, problems)


def _as_written(shape: Shape | None, crs: NationalCrs) -> str:
    return f"wkt {to_wkt(shape, crs)}" if shape else ""


def _typed(text: str, operation: str, extent: Extent, crs: NationalCrs) -> PolygonInput:
    """Read WKT, ``box x0 y0 x1 y1`` in metres of the national grid, or one point a line in any notation."""
    stripped = text.replace("\x00", "").strip()
    if not stripped:
        return PolygonInput(problems=[problem("polygon_missing", SUBJECT)])
    first = stripped.split(None, 1)[0].lower().partition("(")[0]
    if first in {"polygon", "multipolygon"} or first.startswith("srid"):
        wkt = " ".join(stripped.split())
        shape, problems = shape_from_wkt(wkt, crs, extent, SUBJECT)
        written = f"wkt {wkt}" if shape and first != "srid" and ";" not in wkt else _as_written(shape, crs)
        return PolygonInput(shape, written, {"source": "wkt", "typed": text}, problems)
    if first == "box":
        words = stripped.split()[1:]
        shape, problems = shape_from_box(words, crs, extent, SUBJECT)
        written = f"box {' '.join(words)}" if shape else ""
        return PolygonInput(shape, written, {"source": "box", "typed": text}, problems)
    return _points(stripped.splitlines(), operation, extent, crs)


def _points(lines: Sequence[str], operation: str, extent: Extent, crs: NationalCrs) -> PolygonInput:
    """Read one turning point a line; a line that can be read in no way or in several is named."""
    ring: list[tuple[float, float]] = []
    problems: list[Problem] = []
    readings: list[dict[str, object]] = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        reading = read_coordinates(line, extent, operation)
        if reading.position is None:
            count = len(reading.candidates)
            problems += [problem("polygon_point_unreadable", SUBJECT, line=number, count=count), *reading.problems]
            continue
        problems += reading.problems
        ring.append(reading.position)
        told = reading.candidates[0].explanation
        readings.append({"typed": line.strip(), "lonlat": reading.position, "read_as": told.as_json()})
    if has_errors(problems):
        return PolygonInput(problems=problems)
    if len(ring) < 3:
        return PolygonInput(problems=[*problems, problem("polygon_too_few_points", SUBJECT, points=len(ring))])
    shape, found = shape_from_lonlat([[ring]], crs, extent, SUBJECT, closed=ring[0] == ring[-1])
    original: dict[str, object] = {"source": "typed", "operation": operation, "points": readings}
    return PolygonInput(shape, _as_written(shape, crs), original, problems + found)


def _file(upload: "Upload | None", extent: Extent, crs: NationalCrs) -> PolygonInput:
    """Read the one polygon of an uploaded file, by its ending."""
    if upload is None or not upload.name:
        return PolygonInput(problems=[problem("polygon_missing", SUBJECT)])
    size = upload.size or 0
    if size > LARGEST_FILE:
        return PolygonInput(problems=[problem("file_too_large", SUBJECT, size=size, limit=LARGEST_FILE)])
    name = Path(upload.name).name
    if Path(name).suffix.lower() in LAYERED:
        return _layered(upload.read(), name, extent, crs)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"polygon{Path(name).suffix[:10]}"
        path.write_bytes(upload.read())
        found, problems = read_polygons(path, crs, extent)
    if len(found) != 1:
        several = [problem("polygon_file_holds_many", name, count=len(found))] if found else []
        return PolygonInput(problems=[*problems, *several])
    original: dict[str, object] = {"source": "file", "file": name, "name": found[0].name}
    return PolygonInput(found[0].shape, _as_written(found[0].shape, crs), original, problems)


def _layered(data: bytes, name: str, extent: Extent, crs: NationalCrs) -> PolygonInput:
    """Read the one polygon of a zipped Shapefile, KML or KMZ."""
    layers, problems = read_layers(data, name, crs, extent)
    features = [feature for layer in layers for feature in layer.features]
    if len(features) != 1:
        several = [problem("polygon_file_holds_many", name, count=len(features))] if features else []
        return PolygonInput(problems=[*problems, *several])
    shape, found = shape_of(features[0], crs, extent, SUBJECT)
    original: dict[str, object] = {"source": "file", "file": name}
    return PolygonInput(shape, _as_written(shape, crs), original, [*problems, *found])


def _traverse(values: QueryDict, extent: Extent, crs: NationalCrs) -> PolygonInput:
    """Solve a table of legs; the raw legs stay in the original, the adjusted points become the polygon."""
    text, problems = legs_csv(values, extent)
    as_given: dict[str, object] = {"source": "traverse", "legs": text}
    survey, found = read_legs_csv(text, SUBJECT)
    problems += found
    if survey is None or has_errors(problems):
        return PolygonInput(original=as_given, problems=problems)
    solved, found = solve_traverse(survey, SUBJECT)
    problems += found
    if solved is None:
        return PolygonInput(original=as_given, problems=problems)
    shape, found = traverse_as_shape(solved, crs, extent, SUBJECT)
    told = traverse_as_json(solved)
    return PolygonInput(shape, _as_written(shape, crs), as_given | {"solved": told}, problems + found, told)


def legs_csv(values: QueryDict, extent: Extent) -> tuple[str, list[Problem]]:
    """Return the form's table of legs as the CSV that ``torpaq traverse`` reads, and problems with its start."""
    problems: list[Problem] = []
    remarks = []
    if start := values.get("start", "").strip():
        reading = read_coordinates(start, extent)
        problems += reading.problems
        if reading.position:
            remarks.append(f"# start {reading.position[1]:.9f} {reading.position[0]:.9f}")
    for name in ("date", "pace_m", "declination", "grid", "closing"):
        if value := " ".join(values.get(f"traverse_{name}", "").split()):
            remarks.append(f"# {name} {value}")
    said = [values.get(name, "") for name in ("bearing_unit", "reference", "distance_unit")]
    file = io.StringIO()
    table = csv.writer(file, delimiter=";", lineterminator="\n")
    table.writerow(("bearing", "bearing_unit", "reference", "distance", "distance_unit", "slope_deg"))
    rows = zip(*(values.getlist(name) for name in ("bearing", "distance", "slope")), strict=False)
    for bearing, distance, slope in rows:
        if bearing.strip() or distance.strip():
            table.writerow((bearing.strip(), said[0], said[1], distance.strip(), said[2], slope.strip()))
    return "\n".join([*remarks, file.getvalue()]), problems
