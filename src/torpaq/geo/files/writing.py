"""Polygons into files: GeoPackage in the national CRS, GeoJSON in WGS 84. Nothing is half-saved."""

import json
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
import shapely
from numpy.typing import NDArray

from torpaq.geo.crs import AZE, Floats, NationalCrs
from torpaq.standard.problems import Problem, problem

Property = str | int | float | None
OutFeature = tuple[Sequence[Floats | Sequence[Sequence[float]]], Mapping[str, Property]]
"""Rings in metres of the national CRS (each shell counter-clockwise, followed by its clockwise holes), properties."""

LON_LAT_DECIMALS = 9


def write_features(
    path: Path, features: Iterable[OutFeature], crs: NationalCrs = AZE, layer: str = "faces"
) -> list[Problem]:
    """Write features to a ``.gpkg`` (national CRS, its definition included) or ``.geojson`` (WGS 84, RFC 7946).

    The file is written beside its place and moved there once whole, replacing one of the same name. Another ending, or
    a folder that cannot be written, is a problem and nothing is left behind.
    """
    writers = {".gpkg": _write_geopackage, ".geojson": _write_geojson, ".json": _write_geojson}
    writer = writers.get(path.suffix.lower())
    if writer is None:
        return [problem("polygon_file_kind_unknown", path.name, ending=path.suffix, known=" ".join(writers))]
    try:
        with tempfile.TemporaryDirectory(dir=path.parent, prefix=".torpaq-") as folder:
            unfinished = Path(folder) / f"{path.stem}{path.suffix.lower()}"
            writer(unfinished, list(features), crs, layer)
            unfinished.replace(path)
    except OSError as error:
        return [problem("polygon_file_unwritable", path.name, reason=error.strerror or type(error).__name__)]
    return []


def _write_geojson(path: Path, features: Sequence[OutFeature], crs: NationalCrs, layer: str) -> None:
    with path.open("w", encoding="utf-8") as file:
        name = json.dumps(layer, ensure_ascii=False)
        file.write(f'{{"type": "FeatureCollection", "name": {name}, "features": [')
        for number, (rings, properties) in enumerate(features):
            feature = {"type": "Feature", "properties": dict(properties), "geometry": _geojson_geometry(rings, crs)}
            file.write(("," if number else "") + "\n" + json.dumps(feature, ensure_ascii=False, allow_nan=False))
        file.write("\n]}\n")


def _geojson_geometry(rings: Sequence[Floats | Sequence[Sequence[float]]], crs: NationalCrs) -> dict[str, object]:
    parts = [[_lonlat(ring, crs) for ring in part] for part in _parts(rings)]
    if len(parts) == 1:
        return {"type": "Polygon", "coordinates": parts[0]}
    return {"type": "MultiPolygon", "coordinates": parts}


def _lonlat(ring: Floats, crs: NationalCrs) -> list[list[float]]:
    lon, lat = crs.inverse(ring[:, 0].copy(), ring[:, 1].copy())
    return [
        [round(x, LON_LAT_DECIMALS), round(y, LON_LAT_DECIMALS)]
        for x, y in zip(lon.tolist(), lat.tolist(), strict=True)
    ]


def _parts(rings: Sequence[Floats | Sequence[Sequence[float]]]) -> list[list[Floats]]:
    """Close rings and begin a new part at each counter-clockwise one."""
    parts: list[list[Floats]] = []
    for ring in rings:
        points = np.asarray(ring, dtype=np.float64)
        if (points[0] != points[-1]).any():
            points = np.concatenate((points, points[:1]))
        if not parts or shapely.is_ccw(shapely.linearrings(points)):
            parts.append([])
        parts[-1].append(points)
    return parts


def _write_geopackage(path: Path, features: Sequence[OutFeature], crs: NationalCrs, layer: str) -> None:
    import pyogrio

    polygons = [
        shapely.multipolygons([shapely.Polygon(part[0], part[1:]) for part in _parts(rings)]) for rings, _ in features
    ]
    names = list(dict.fromkeys(name for _, properties in features for name in properties))
    columns = [_column([properties.get(name) for _, properties in features]) for name in names]
    pyogrio.raw.write(
        path,
        geometry=np.array([shapely.to_wkb(polygon) for polygon in polygons], dtype=object),
        field_data=[values for values, _ in columns],
        field_mask=[mask for _, mask in columns],
        fields=names,
        layer=layer,
        driver="GPKG",
        geometry_type="MultiPolygon",
        crs=crs.wkt,
    )


def _column(values: list[Property]) -> tuple[NDArray[np.generic], NDArray[np.bool_]]:
    """Return a column's values and where it has none: whole numbers, numbers, or else text."""
    mask = np.array([value is None for value in values])
    given = [value for value in values if value is not None]
    if given and all(type(value) is int for value in given):
        return np.array([value or 0 for value in values], dtype=np.int64), mask
    if given and all(isinstance(value, int | float) for value in given):
        return np.array([value or 0.0 for value in values], dtype=np.float64), mask
    return np.array([None if value is None else str(value) for value in values], dtype=object), mask
