"""Polygons out of files: GeoJSON, GeoPackage, WKT text and CSV, checked and snapped, every defect a coded problem."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely

from torpaq.geo.area import straight_area
from torpaq.geo.crs import AZE, WGS84, Floats, NationalCrs
from torpaq.geo.files.reading import (
    Contents,
    Feature,
    Read,
    read_csv_points,
    read_geojson,
    read_text,
    read_wkt_lines,
    too_many_points,
)
from torpaq.geo.geocheck import LIMITS, Extent, Limits, Rings, check_many
from torpaq.geo.polygons import Checked, Point, or_wrong_zone, shape_from_lonlat, shape_from_wkt, to_lonlat
from torpaq.geo.shape import Shape
from torpaq.standard.problems import Problem, has_errors, problem

if TYPE_CHECKING:
    from pyproj import Transformer

TEXT_READERS = {
    ".geojson": read_geojson,
    ".json": read_geojson,
    ".wkt": read_wkt_lines,
    ".txt": read_wkt_lines,
}
SQLITE_HEADER = b"SQLite format 3\x00"


class NamedPolygon(NamedTuple):
    """A polygon of a file: its name, its snapped shape, and polygons of closed rings of (lon, lat) of that shape."""

    name: str
    shape: Shape
    lonlat: list[list[list[Point]]]


def read_polygons(
    path: Path, crs: NationalCrs = AZE, extent: Extent | None = None, limits: Limits = LIMITS
) -> tuple[list[NamedPolygon], list[Problem]]:
    """Read every polygon of a file by its ending (.geojson, .json, .gpkg, .wkt, .txt, .csv).

    Coordinates of another CRS are reprojected, with a warning that names the operation where the datum changes.
    Polygons with errors are left out and their problems carry their names; duplicates among the rest are problems too.
    """
    contents, problems = read_contents(path, extent)
    if contents is None:
        return [], problems
    found = []
    for name, shape, its_problems in check_contents(contents, crs, extent, limits):
        problems += its_problems
        if shape:
            found.append(NamedPolygon(name, shape, to_lonlat(shape, crs)))
    if not contents.features:
        problems.append(problem("polygon_file_without_polygons", path.name))
    return found, problems + check_many([(polygon.name, polygon.shape) for polygon in found])


def read_contents(path: Path, extent: Extent | None = None) -> Read:
    """Read what stands in a file, by its ending, not yet checked; ``extent`` only helps to read places in CSV."""
    ending = path.suffix.lower()
    if ending == ".gpkg":
        return _read_geopackage(path)
    if ending not in TEXT_READERS and ending != ".csv":
        known = " ".join((*TEXT_READERS, ".csv", ".gpkg"))
        return None, [problem("polygon_file_kind_unknown", path.name, ending=ending, known=known)]
    text, problems = read_text(path)
    if text is None or problems:
        return None, problems
    if ending == ".csv":
        return read_csv_points(text, path.name, extent)
    return TEXT_READERS[ending](text, path.name)


def check_contents(
    contents: Contents, crs: NationalCrs = AZE, extent: Extent | None = None, limits: Limits = LIMITS
) -> Iterator[tuple[str, Shape | None, list[Problem]]]:
    """Yield (name, shape or None, problems) of each polygon of a file."""
    crs_notes = crs_problems(contents.crs)
    for feature in contents.features:
        if has_errors(feature.problems):
            yield feature.name, None, list(feature.problems)
        elif feature.wkt:
            yield feature.name, *shape_from_wkt(feature.wkt, crs, extent, feature.name, limits)
        elif crs_notes is None:
            yield feature.name, None, [problem("crs_unknown", feature.name, crs=contents.crs[:60] or "-")]
        else:
            shape, problems = _checked(feature, contents.crs, crs, extent, limits)
            said = [problem(code, feature.name, **parameters) for code, parameters in crs_notes]
            yield feature.name, shape, [*said, *feature.problems, *problems]


def crs_problems(source: str) -> list[tuple[str, dict[str, str]]] | None:
    """Return what to say about a file's CRS, None where it names none that we know."""
    from pyproj import CRS
    from pyproj.exceptions import CRSError

    try:
        known = CRS.from_user_input(source)
    except CRSError:
        return None
    geodetic = known.geodetic_crs
    if geodetic is None:
        return None
    if geodetic.datum is not None and "World Geodetic System 1984" in geodetic.datum.name:
        return []
    steps = file_transformer(source).description.split(" + ")
    operation = " + ".join(step for step in steps if not step.startswith("axis order change"))
    return [("crs_other_datum", {"crs": known.name, "operation": operation[:120]})]


@lru_cache(maxsize=256)
def file_transformer(source: str) -> Transformer:
    """Return the one operation to WGS 84 that all points of a file go through, PROJ's first choice for its CRS.

    PROJ left to itself would choose anew for each point; a polygon must not be torn between two operations.
    """
    from pyproj.transformer import TransformerGroup

    found: Transformer = TransformerGroup(source, WGS84, always_xy=True).transformers[0]
    return found


def _checked(feature: Feature, source: str, crs: NationalCrs, extent: Extent | None, limits: Limits) -> Checked:
    """Reproject a feature's rings to WGS 84 where they are in another CRS, and check them."""
    if source == WGS84:
        return shape_from_lonlat(feature.polygons, crs, extent, feature.name, limits, closed=feature.closed)
    count = sum(len(ring) for polygon in feature.polygons for ring in polygon)
    if count > limits.vertices:
        return None, [problem("too_many_vertices", feature.name, vertices=count, limit=limits.vertices)]
    lonlat = [[_reprojected(ring, source) for ring in polygon] for polygon in feature.polygons]
    shape, problems = shape_from_lonlat(lonlat, crs, extent, feature.name, limits, closed=feature.closed)
    metres = [ring for polygon in feature.polygons for ring in polygon]
    if shape or not metres:
        return shape, problems
    rings = Rings(
        np.concatenate([ring for polygon in lonlat for ring in polygon]),
        tuple(map(len, metres)),
        tuple(map(len, lonlat)),
    )
    return None, or_wrong_zone(problems, np.concatenate(metres), rings, source, extent, feature.name)


def _reprojected(ring: Floats, source: str) -> Floats:
    if not len(ring):
        return ring
    lon, lat = file_transformer(source).transform(ring[:, 0].copy(), ring[:, 1].copy())
    return np.column_stack((lon, lat))


# GeoPackage


def _read_geopackage(path: Path) -> Read:
    """Read the polygon layers of a GeoPackage through GDAL; all layers must share one CRS."""
    subject = path.name
    try:
        with path.open("rb") as file:
            header = file.read(len(SQLITE_HEADER))
    except OSError as error:
        return None, [problem("polygon_file_unreadable", subject, reason=error.strerror or type(error).__name__)]
    if header != SQLITE_HEADER:
        return None, [problem("gpkg_unreadable", subject, reason="SQLite format 3")]
    import pyogrio
    from pyogrio.errors import DataLayerError, DataSourceError

    features: list[Feature] = []
    systems: set[str] = set()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what GDAL grumbles about, our own problems say with a name
            layers = pyogrio.list_layers(path)
        for layer, geometry_type in layers:
            if geometry_type is None:
                continue
            count, system, found = _read_layer(path, str(layer))
            problems = too_many_points(count, subject)
            if problems:
                return None, problems
            features += found
            systems.add(system)
    except (DataSourceError, DataLayerError, RuntimeError, ValueError) as error:
        return None, [problem("gpkg_unreadable", subject, reason=str(error).splitlines()[0][:80])]
    if len(systems) > 1:
        return None, [problem("gpkg_many_crs", subject, crs=" ".join(sorted(systems)))]
    return Contents(features, systems.pop() if systems else WGS84), []


def _read_layer(path: Path, layer: str) -> tuple[int, str, list[Feature]]:
    """Return the number of points, the CRS and the features of one layer."""
    import pyogrio

    meta, fids, blobs, columns = pyogrio.raw.read(path, layer=layer, return_fids=True)
    by_name = dict(zip(meta["fields"].tolist(), columns, strict=True))
    names = next((by_name[name] for name in ("id", "name") if name in by_name), None)
    geometries = shapely.from_wkb(blobs, on_invalid="ignore")
    features = []
    for number, geometry in enumerate(geometries):
        named = names[number] if names is not None else None
        features.append(_feature_of(geometry, str(named) if named is not None else f"{layer} {fids[number]}"))
    system = str(meta["crs"] or "")
    return int(shapely.get_num_coordinates(geometries).sum()), WGS84 if system == "EPSG:4326" else system, features


def _feature_of(geometry: shapely.Geometry | None, name: str) -> Feature:
    if geometry is None:
        return Feature(name, problems=(problem("geometry_unreadable", name),))
    if geometry.geom_type not in {"Polygon", "MultiPolygon"}:
        return Feature(name, problems=(problem("geometry_other_kind", name, kind=geometry.geom_type),))
    polygons = [
        [shapely.get_coordinates(ring) for ring in (part.exterior, *part.interiors)]
        for part in shapely.get_parts(geometry)
    ]
    return Feature(name, polygons)


# torpaq area


def area_as_json(
    path: Path, crs: NationalCrs = AZE, extent: Extent | None = None, limits: Limits = LIMITS
) -> tuple[dict[str, object], list[Problem]]:
    """Return the stable keys of ``torpaq area FILE --json``, and the problems of the file as a whole.

    ``polygons``: each with id, geodesic_area_m2 and perimeter_m on WGS 84 (edges straight in the national CRS),
    ledger_area_m2 (exact, in the national equal-area CRS), vertices, problems; the first four are null where a
    polygon has errors. ``totals``: polygons, refused, geodesic_area_m2, ledger_area_m2.
    """
    contents, problems = read_contents(path, extent)
    polygons: list[dict[str, object]] = []
    shapes: list[tuple[str, Shape]] = []
    geodesic_m2 = 0.0
    for name, shape, its_problems in check_contents(contents, crs, extent, limits) if contents else ():
        measured = straight_area(shape, crs) if shape else None
        if shape and measured:
            shapes.append((name, shape))
            geodesic_m2 += measured.area_m2
        polygons.append(
            {
                "id": name,
                "geodesic_area_m2": round(measured.area_m2, 2) if measured else None,
                "ledger_area_m2": round(shape.area_m2, 2) if shape else None,
                "perimeter_m": round(measured.perimeter_m, 2) if measured else None,
                "vertices": sum(shape.ring_sizes) if shape else None,
                "problems": [found.as_json() for found in its_problems],
            }
        )
    if contents and not contents.features:
        problems.append(problem("polygon_file_without_polygons", path.name))
    problems += check_many(shapes)
    totals = {
        "polygons": len(polygons),
        "refused": len(polygons) - len(shapes),
        "geodesic_area_m2": round(geodesic_m2, 2),
        "ledger_area_m2": round(sum(shape.area2_cm2 for _, shape in shapes) / 20_000, 2),
    }
    return {"polygons": polygons, "totals": totals, "problems": [found.as_json() for found in problems]}, problems
