"""Layers with attributes out of files that strangers send: opened with suspicion, told by content, in WGS 84.

GeoJSON, GeoPackage, zipped Shapefile, KML, KMZ and GPX. Nothing is mended, and nothing is left out without a word.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from pathlib import PurePosixPath
from typing import NamedTuple

import numpy as np

from torpaq.geo.crs import WGS84, Floats, NationalCrs
from torpaq.geo.files.archive import ZIP_START, Archive, ends_like_zip
from torpaq.geo.files.layer_gpkg import SQLITE_HEADER, read_geopackage
from torpaq.geo.files.layer_gpx import read_gpx
from torpaq.geo.files.layer_json import read_geojson_layer
from torpaq.geo.files.layer_kml import read_kml
from torpaq.geo.files.layer_parts import (
    LAYER_LIMITS,
    MAX_BYTES,
    MOST_RINGS,
    Budget,
    Coordinates,
    Excess,
    FeatureGeometry,
    GeometryKind,
    Layer,
    LayerFeature,
    RawFeature,
    RawGeometry,
    RawLayer,
    Refusal,
    readable,
    without_row_numbers,
)
from torpaq.geo.files.layer_shapefile import read_shapefile, shapefile_names
from torpaq.geo.files.layer_xml import local, read_xml
from torpaq.geo.files.polygons import crs_problems, file_transformer
from torpaq.geo.files.reading import decode_text
from torpaq.geo.geocheck import Extent, Rings, check_place
from torpaq.geo.polygons import NATIONAL, Checked, or_wrong_zone, shape_from_lonlat
from torpaq.standard.problems import Problem, has_errors, problem

__all__ = ["FeatureGeometry", "GeometryKind", "Layer", "LayerFeature", "read_layers", "shape_of"]

KINDS = {
    ".geojson": "GeoJSON",
    ".json": "GeoJSON",
    ".gpkg": "GeoPackage",
    ".zip": "Shapefile",
    ".kml": "KML",
    ".kmz": "KMZ",
    ".gpx": "GPX",
}
"""What a file's ending promises, by the names that problems use."""

FOREIGN = (
    (b"%PDF", "PDF"),
    (b"\xd0\xcf\x11\xe0", "XLS / DOC"),
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF8", "GIF"),
    (b"II*\x00", "TIFF"),
    (b"MM\x00*", "TIFF"),
    (b"\x1f\x8b", "GZIP"),
    (b"Rar!", "RAR"),
    (b"7z\xbc\xaf", "7Z"),
    (b"MZ", "EXE"),
    (b"\x7fELF", "ELF"),
    (b"\x00\x00\x27\x0a", ".shp"),
)
WORKBOOK = "[Content_Types].xml"
OTHER_DATA = (".gpkg", ".geojson", ".json", ".gpx", ".csv", ".xlsx", ".zip", ".kmz", ".gdb", ".tab", ".mif", ".dxf")
CRS_TEXT = re.compile(
    r"\s*(?:[A-Za-z]\w{1,15}:[\w.]{1,20}\s*$|(?:GEOGCS|PROJCS|COMPD_CS|(?:GEOG|GEOD|PROJ|BOUND|COMPOUND|GEOGRAPHIC"
    r"|GEODETIC|PROJECTED)CRS)\s*[\[(])"
)
"""A CRS as an authority's code or as WKT: PROJ would search its names for anything else."""

UNSAFE_CRS = re.compile(r"PROJ4|PARAMETERFILE|NADGRIDS|^\s*INIT:", re.IGNORECASE)
"""What in a CRS text makes PROJ open files by name."""


class KnownCrs(NamedTuple):
    """A coordinate system that a file states: its name and PROJ text, and the datum operation where there is one."""

    name: str
    definition: str
    operation: str = ""
    datum: str = ""


def read_layers(data: bytes, name: str, crs: NationalCrs, extent: Extent | None) -> tuple[list[Layer], list[Problem]]:
    """Read every layer of a file: GeoJSON, GeoPackage, zipped Shapefile, KML, KMZ or GPX, whatever it is called.

    The content decides what the file is; an ending that promises another kind is a warning. ``crs`` is the national
    CRS, so that a layer in it is told by its name; ``extent`` the country's box, against which points and lines are
    checked here and polygons in :func:`shape_of`. The problems are those of the file and its layers; what is wrong
    with one feature stands with the feature. Never raises and never follows a name in a file: a hostile file is a
    problem like any other.
    """
    subject = readable(PurePosixPath(name).name) or "-"
    try:
        kind, raws, problems = _read(data, subject)
    except Refusal as refusal:
        return [], [refusal.as_problem(subject)]
    ending = PurePosixPath(name).suffix.lower()
    if KINDS.get(ending) != kind:
        problems.insert(0, problem("layers_file_ending_differs", subject, ending=ending or "-", found=kind))
    layers = []
    for raw in raws:
        raw.name = readable(raw.name)
        raw.columns = [readable(column) for column in raw.columns]
        without_row_numbers(raw)
        layer, found = _finished(raw, crs, extent)
        layers.append(layer)
        problems += found
    if not any(layer.features for layer in layers) and not has_errors(problems):
        problems.append(problem("layers_empty", subject))
    return layers, problems


def shape_of(feature: LayerFeature, crs: NationalCrs, extent: Extent | None, subject: str) -> Checked:
    """Return the snapped shape of a feature's polygon, checked as drawn ones are, and every problem of the feature.

    A feature that is no polygon, or already has an error, gives no shape. Where the file's datum is another, the
    problems say by which operation the polygon was moved.
    """
    problems = [problem(found.code, subject, **found.parameters) for found in feature.problems]
    geometry = feature.geometry
    if geometry is None:
        return None, problems if has_errors(problems) else [*problems, problem("polygon_empty", subject)]
    if geometry.kind is not GeometryKind.POLYGON:
        return None, [*problems, problem("geometry_other_kind", subject, kind=str(geometry.as_geojson()["type"]))]
    if geometry.operation:
        datum = {"crs": geometry.crs, "operation": geometry.operation}
        problems.insert(0, problem("crs_other_datum", subject, **datum))
    polygons = [[np.array(ring, dtype=np.float64) for ring in part] for part in geometry.parts]
    rings = [ring for part in polygons for ring in part]
    if len(rings) > MOST_RINGS:
        problems.append(problem("layer_too_many_rings", subject, rings=len(rings), limit=MOST_RINGS))
    if has_errors(problems):
        return None, problems
    shape, found = shape_from_lonlat(polygons, crs, extent, subject, LAYER_LIMITS)
    if shape is None and rings and geometry.definition != WGS84:
        lonlat = np.concatenate(rings)
        back = file_transformer(geometry.definition).transform(*_columns(lonlat), direction="INVERSE")
        sizes = Rings(lonlat, tuple(map(len, rings)), tuple(map(len, polygons)))
        found = or_wrong_zone(found, np.column_stack(back), sizes, geometry.crs, extent, subject)
    return shape, problems + found


def _read(data: bytes, subject: str) -> tuple[str, list[RawLayer], list[Problem]]:
    """Return what kind of file it is, its layers as read, and the problems of the file."""
    if len(data) > MAX_BYTES:
        raise Refusal("polygon_file_too_large", bytes=len(data), limit=MAX_BYTES)
    if not data.strip(b"\x00 \t\r\n"):
        raise Refusal("polygon_file_empty")
    budget = Budget()
    if data.startswith(ZIP_START):
        return _read_archive(data, subject, budget)
    foreign = next((found for magic, found in FOREIGN if data.startswith(magic)), "")
    first = _first_letter(data)
    if ends_like_zip(data):
        raise Refusal("layers_file_polyglot", found=foreign or {"<": "XML", "{": "JSON"}.get(first, "SQLite / ?"))
    if foreign:
        raise Refusal("layers_file_kind_foreign", found=foreign)
    if data.startswith(SQLITE_HEADER):
        raws, refusals = read_geopackage(data, budget)
        return "GeoPackage", raws, [refusal.as_problem(subject) for refusal in refusals]
    if first == "<":
        return _read_xml(data, subject, budget)
    if first and first in "{[":
        text, problems = decode_text(data, subject)
        if text is None or problems:
            raise Refusal(problems[0].code, **problems[0].parameters)
        return "GeoJSON", [read_geojson_layer(text, subject, budget)], []
    raise Refusal("layers_file_kind_unknown", known=" ".join(KINDS))


def _first_letter(data: bytes) -> str:
    encoding = "utf-16" if data[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8-sig"
    return data[:1000].decode(encoding, "ignore").lstrip("\x00 \t\r\n")[:1]


def _read_xml(data: bytes, subject: str, budget: Budget) -> tuple[str, list[RawLayer], list[Problem]]:
    root = read_xml(data, budget)
    if local(root) == "gpx":
        return "GPX", read_gpx(root, budget), []
    if local(root) == "kml":
        return "KML", read_kml(root, subject, budget), []
    raise Refusal("layers_file_kind_foreign", found=f"XML <{local(root)[:40]}>")


def _read_archive(data: bytes, subject: str, budget: Budget) -> tuple[str, list[RawLayer], list[Problem]]:
    """Read every Shapefile and every KML of a zip file; one that cannot be read does not keep back the others."""
    archive = Archive(data)
    shapefiles = shapefile_names(archive)
    documents = [name for name in archive.names if name.lower().endswith(".kml")]
    if WORKBOOK in archive.names:
        raise Refusal("layers_file_kind_foreign", found="XLSX / DOCX")
    if not shapefiles and not documents:
        raise Refusal("layers_zip_without_layers", entries=" ".join(archive.names[:5])[:100] or "-")
    raws: list[RawLayer] = []
    problems: list[Problem] = []
    stems = [PurePosixPath(next(iter(names.values()))).stem for names in shapefiles]
    for names, stem in zip(shapefiles, stems, strict=True):
        entry = next(iter(names.values()))
        title = stem if stems.count(stem) == 1 else str(PurePosixPath(entry).with_suffix(""))
        try:
            raws.append(read_shapefile(archive, names, title, budget))
        except Excess:
            raise
        except Refusal as refusal:
            problems.append(refusal.as_problem(title))
    for entry in documents:
        try:
            found = read_kml(read_xml(archive.read(entry), budget), entry if len(documents) > 1 else subject, budget)
        except Excess:
            raise
        except Refusal as refusal:
            problems.append(refusal.as_problem(entry))
            continue
        raws += found
    others = [name for name in archive.names if name.lower().endswith(OTHER_DATA)]
    if others:
        listed = " ".join(others[:5])[:100]
        problems.append(problem("layers_zip_entries_not_read", subject, entries=listed, count=len(others)))
    return "Shapefile" if shapefiles else "KMZ", raws, problems


# Into WGS 84


@lru_cache(maxsize=64)
def _known_crs(text: str, national: NationalCrs) -> KnownCrs | None:
    """Return what a CRS text means, None where PROJ knows no such system of longitude and latitude or metres."""
    from pyproj import CRS
    from pyproj.exceptions import ProjError

    if text == WGS84:
        return KnownCrs(WGS84, WGS84)
    if not CRS_TEXT.match(text) or UNSAFE_CRS.search(text):
        return None
    try:
        known = CRS.from_user_input(text)
        notes = crs_problems(text)
        if notes is None or not (known.is_geographic or known.is_projected):
            return None
        file_transformer(text)
        is_national = known.equals(CRS.from_user_input(national.proj), ignore_axis_order=True)
        code = known.to_epsg()
    except (ProjError, IndexError):
        return None
    name = NATIONAL if is_national else f"EPSG:{code}" if code else str(known.name)[:60]
    parameters = notes[0][1] if notes else {"operation": "", "crs": ""}
    return KnownCrs(name, text, parameters["operation"], parameters["crs"])


def _finished(raw: RawLayer, national: NationalCrs, extent: Extent | None) -> tuple[Layer, list[Problem]]:
    """Return a layer in WGS 84, and the problems of the layer as a whole."""
    known = _known_crs(raw.crs, national)
    problems = [refusal.as_problem(raw.name) for refusal in _without_repeats(raw.refusals)]
    drawn = [feature.geometry for feature in raw.features if feature.geometry]
    heights = sum(geometry.heights for geometry in drawn)
    if heights:
        problems.append(problem("layer_heights_dropped", raw.name, count=heights))
    if drawn and known is None:
        problems.append(problem("crs_unknown", raw.name, crs=readable(raw.crs[:60]) or "-"))
    elif drawn and known and known.operation:
        problems.append(problem("crs_other_datum", raw.name, crs=known.datum, operation=known.operation))
    features = []
    for number, feature in enumerate(raw.features, 1):
        features.append(_feature(feature, number, raw, known, extent))
        feature.geometry = None  # let go of, so that a large layer is not held twice
    return Layer(raw.name, tuple(raw.columns), tuple(features)), problems


def _without_repeats(refusals: Sequence[Refusal]) -> list[Refusal]:
    return list({(one.code, str(one.parameters)): one for one in refusals}.values())


def _feature(
    feature: RawFeature, number: int, layer: RawLayer, known: KnownCrs | None, extent: Extent | None
) -> LayerFeature:
    subject = f"{layer.name} #{number}"
    problems = [refusal.as_problem(subject) for refusal in _without_repeats(feature.refusals)]
    geometry = None
    if feature.geometry and known is None:
        problems.append(problem("crs_unknown", subject, crs=readable(layer.crs[:60]) or "-"))
    elif feature.geometry and known:
        geometry, found = _geometry(feature.geometry, known, extent, subject)
        problems += found
    return LayerFeature(number, feature.attributes, geometry, tuple(problems))


def _geometry(
    raw: RawGeometry, known: KnownCrs, extent: Extent | None, subject: str
) -> tuple[FeatureGeometry | None, list[Problem]]:
    """Return a geometry in WGS 84; none where it is empty or holds what is no number."""
    sizes = tuple(len(ring) for ring in raw.rings)
    if not sizes or 0 in sizes or (raw.kind is GeometryKind.POINT and np.isnan(raw.rings[0]).all()):
        return None, [problem("layer_geometry_empty", subject)]
    if raw.kind is GeometryKind.LINE and min(sizes) < 2:
        return None, [problem("layer_line_too_short", subject)]
    given = np.concatenate(raw.rings)
    lonlat = given
    if known.definition != WGS84:
        lonlat = np.column_stack(file_transformer(known.definition).transform(*_columns(given)))
    rings = Rings(lonlat, sizes, tuple(map(len, raw.parts)))
    if not np.isfinite(lonlat).all():
        return None, check_place(rings, None, subject)
    problems: list[Problem] = []
    if raw.kind is not GeometryKind.POLYGON:
        problems = or_wrong_zone(check_place(rings, extent, subject), given, rings, known.name, extent, subject)
    split = iter(np.split(lonlat, np.cumsum(sizes)[:-1]))
    parts = [_coordinates(raw.kind, [next(split).tolist() for _ in part]) for part in raw.parts]
    coordinates: Coordinates = parts if raw.multi else parts[0]  # type: ignore[assignment] # one level more
    geometry = FeatureGeometry(raw.kind, coordinates, raw.multi, known.name, known.definition, known.operation)
    return geometry, problems


def _columns(points: Floats) -> tuple[Floats, Floats]:
    return points[:, 0].copy(), points[:, 1].copy()


def _coordinates(kind: GeometryKind, rings: list[list[list[float]]]) -> Coordinates:
    """Return the coordinates of one part: a position, a line's positions, or a polygon's rings."""
    if kind is GeometryKind.POINT:
        return rings[0][0]
    return rings[0] if kind is GeometryKind.LINE else rings
