"""Features of an added source as geometries in metres of the national grid, read with suspicion, a million in seconds.

Small files go through the reader that every stranger's file goes through (``geo.files.layers``). Larger ones, beyond
what that reader holds at once, are read as arrays after their content was told; what is checked is the same.
"""

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from torpaq.geo.crs import WGS84, Floats, NationalCrs
from torpaq.geo.files.archive import ZIP_START
from torpaq.geo.files.layer_gpkg import SQLITE_HEADER
from torpaq.geo.files.layers import Layer, read_layers
from torpaq.geo.files.polygons import crs_problems, file_transformer
from torpaq.geo.geocheck import Extent
from torpaq.standard.country import Country
from torpaq.standard.problems import Problem, has_errors, problem

SMALL_BYTES = 4_000_000
MOST_BYTES = 4_000_000_000
COLLAPSED_M = 0.01  # a line shorter, or a polygon under this squared, is no line and no polygon
Geometries = NDArray[np.object_]
Columns = Mapping[str, NDArray[Any]]

logging.getLogger("pyogrio").setLevel(logging.ERROR)


@dataclass(frozen=True, slots=True)
class Vectors:
    """Geometries in metres of the national CRS (shapely, none empty) and the columns that were asked for."""

    geometries: Geometries
    columns: Columns

    def __len__(self) -> int:
        return len(self.geometries)

    @property
    def kinds(self) -> set[str]:
        """Which there are of point, line, polygon."""
        dimensions = shapely.get_dimensions(self.geometries)
        return {name for number, name in enumerate(("point", "line", "polygon")) if (dimensions == number).any()}

    def points(self) -> Floats:
        """Return (n, 2) metres: every point, and a point inside every line and polygon."""
        inner = shapely.point_on_surface(self.geometries)
        return np.column_stack((shapely.get_x(inner), shapely.get_y(inner)))

    def only(self, chosen: NDArray[np.bool_]) -> "Vectors":
        """Return the features that are chosen."""
        return Vectors(self.geometries[chosen], {name: values[chosen] for name, values in self.columns.items()})


def read_vectors(
    path: Path, subject: str, crs: NationalCrs, country: Country, columns: Sequence[str] = ()
) -> tuple[Vectors | None, list[Problem]]:
    """Read the features of a file in the national grid, with some columns; those outside the country are left out.

    ``columns`` that the file lacks are a problem. None where nothing can be used.
    """
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            start = file.read(1024)
    except OSError as error:
        return None, [problem("evidence_file_unreadable", subject, reason=error.strerror or str(error))]
    if size > MOST_BYTES:
        return None, [problem("evidence_file_too_large", subject, bytes=size, limit=MOST_BYTES)]
    if size <= SMALL_BYTES or _driver(start) is None:
        lonlat, values, problems = _read_small(path, subject, crs)
    else:
        lonlat, values, problems = _read_large(path, subject, start)
    if lonlat is None or has_errors(problems):
        return None, problems
    missing = [name for name in columns if name not in values]
    known = " ".join(values) or "-"
    problems += [problem("evidence_column_missing", subject, column=name, known=known[:200]) for name in missing]
    if missing:
        return None, problems
    found, more = _in_country(lonlat, {name: values[name] for name in columns}, subject, crs, country)
    return found, problems + more


def _driver(start: bytes) -> str | None:
    """Return how GDAL calls what the file begins like; None for what only the small reader takes."""
    if start.startswith(SQLITE_HEADER):
        return "GPKG"
    if start.startswith(ZIP_START):
        return "zip"
    return "GeoJSON" if start.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{") else None


Read = tuple[Geometries | None, dict[str, NDArray[Any]], list[Problem]]


def _read_small(path: Path, subject: str, crs: NationalCrs) -> Read:
    """Read through the careful reader: every layer of the file, in WGS 84."""
    layers, problems = read_layers(path.read_bytes(), path.name, crs, None)
    if has_errors(problems):
        return None, {}, problems
    features = [feature for layer in layers for feature in layer.features]
    drawn = [feature for feature in features if feature.geometry is not None]
    problems += _left_out(subject, [found for feature in features for found in feature.problems])
    if not drawn:
        return None, {}, [*problems, problem("evidence_source_empty", subject)]
    geometries = shapely.from_geojson(
        [json.dumps(feature.geometry.as_geojson()) for feature in drawn if feature.geometry]
    )
    names = list(dict.fromkeys(name for layer in layers for name in layer.columns))
    values = {name: np.array([feature.attributes.get(name) for feature in drawn], dtype=object) for name in names}
    return geometries, values, problems + _guessed_crs(path, layers, subject)


def _left_out(subject: str, found: Sequence[Problem]) -> list[Problem]:
    """Say once how many features could not be read, and the first reason."""
    errors = [one for one in found if has_errors([one])]
    if not errors:
        return []
    return [problem("evidence_features_left_out", subject, count=len(errors), reason=errors[0].code)]


def _guessed_crs(path: Path, layers: Sequence[Layer], subject: str) -> list[Problem]:
    """GeoJSON is in degrees by its own rule; what lies beyond them was written in metres and said so nowhere."""
    corners = [
        shapely.bounds(shapely.from_geojson(json.dumps(feature.geometry.as_geojson())))
        for layer in layers
        for feature in layer.features[:100]
        if feature.geometry and feature.geometry.definition == WGS84
    ]
    if corners and (np.abs(np.array(corners)).max(axis=0) > (180, 90, 180, 90)).any():
        return [problem("evidence_degrees_impossible", subject, file=path.name)]
    return []


def _read_large(path: Path, subject: str, start: bytes) -> Read:
    """Read as arrays with GDAL, whose reader the content chooses, never the name."""
    import pyogrio

    driver = _driver(start)
    address = f"/vsizip/{path}" if driver == "zip" else str(path)
    try:
        layers = pyogrio.list_layers(address)
        drawn = [name for name, kind in layers if kind is not None]
        if not drawn:
            return None, {}, [problem("evidence_source_empty", subject)]
        meta, _, wkb, fields = pyogrio.raw.read(address, layer=drawn[0], force_2d=True)
        expected = pyogrio.read_info(address, layer=drawn[0], force_feature_count=True)["features"]
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, ValueError, RuntimeError) as error:
        return None, {}, [problem("evidence_file_unreadable", subject, reason=str(error).split("\n")[0][:120])]
    problems: list[Problem] = []
    if len(drawn) > 1:
        problems.append(problem("evidence_layers_not_read", subject, read=drawn[0], others=" ".join(drawn[1:])[:100]))
    if wkb is None or not len(wkb):
        return None, {}, [*problems, problem("evidence_source_empty", subject)]
    if len(wkb) != expected:
        return None, {}, [*problems, problem("evidence_file_truncated", subject)]
    geometries = shapely.from_wkb(wkb, on_invalid="ignore")
    values = {name: np.asarray(column) for name, column in zip(meta["fields"].tolist(), fields, strict=True)}
    lonlat, more = _in_degrees(geometries, str(meta["crs"] or ""), subject)
    return lonlat, values, problems + more


def _in_degrees(geometries: Geometries, crs: str, subject: str) -> tuple[Geometries | None, list[Problem]]:
    """Return geometries in WGS 84 of those in a file's CRS."""
    if not crs:
        return None, [problem("evidence_crs_missing", subject)]
    notes = crs_problems(crs)
    if notes is None:
        return None, [problem("crs_unknown", subject, crs=crs[:60])]
    problems = [problem(code, subject, **parameters) for code, parameters in notes]
    moved = file_transformer(crs)

    def to_degrees(points: Floats) -> Floats:
        return np.column_stack(moved.transform(points[:, 0].copy(), points[:, 1].copy()))

    return shapely.transform(geometries, to_degrees), problems


def _in_country(
    lonlat: Geometries, columns: Columns, subject: str, crs: NationalCrs, country: Country
) -> tuple[Vectors | None, list[Problem]]:
    """Return what lies in the country, in its metres; what is empty, collapsed or outside is left out and told."""
    problems: list[Problem] = []
    bounds = shapely.bounds(lonlat)
    there = np.isfinite(bounds).all(axis=1)
    extent = country.extent.lon_min, country.extent.lat_min, country.extent.lon_max, country.extent.lat_max
    inside = there & _meets(bounds, extent)
    if there.any() and not inside.any():
        swapped = _meets(bounds[:, [1, 0, 3, 2]], extent) & there
        code = "evidence_axes_exchanged" if swapped.any() else "evidence_outside_country"
        return None, [problem(code, subject)]
    if not there.any():
        return None, [problem("evidence_source_empty", subject)]
    if (left := int((there & ~inside).sum())) > 0:
        problems.append(problem("evidence_some_outside", subject, count=left))

    def to_metres(points: Floats) -> Floats:
        return np.column_stack(crs.forward(points[:, 0].copy(), points[:, 1].copy()))

    drawn = shapely.transform(lonlat[inside], to_metres)
    kept = Vectors(drawn, {name: values[inside] for name, values in columns.items()})
    dimension = shapely.get_dimensions(drawn)
    collapsed = ((dimension == 1) & (shapely.length(drawn) < COLLAPSED_M)) | (
        (dimension == 2) & (shapely.area(drawn) < COLLAPSED_M**2)
    )
    if collapsed.any():
        problems.append(problem("evidence_geometry_collapsed", subject, count=int(collapsed.sum())))
        kept = kept.only(~collapsed)
    if not len(kept):
        return None, [*problems, problem("evidence_source_empty", subject)]
    return kept, problems


def _meets(bounds: Floats, extent: Extent) -> NDArray[np.bool_]:
    west, south, east, north = extent
    met = (bounds[:, 0] <= east) & (bounds[:, 2] >= west) & (bounds[:, 1] <= north) & (bounds[:, 3] >= south)
    return np.asarray(met, dtype=np.bool_)


def numbers_of(
    values: NDArray[Any], column: str, subject: str, low: float, high: float
) -> tuple[Floats | None, list[Problem]]:
    """Return a column as numbers between two ends, both included; anything else is a problem that counts the rows."""
    found = np.full(len(values), np.nan)
    for number, value in enumerate(values.tolist()):
        try:
            found[number] = float(value) if value not in (None, "") else np.nan
        except (TypeError, ValueError):
            continue
    wrong = ~((found >= low) & (found <= high))
    if wrong.any():
        first = str(values[int(np.argmax(wrong))])[:40]
        count = int(wrong.sum())
        told = problem(
            "evidence_column_values_wrong", subject, column=column, count=count, first=first, low=low, high=high
        )
        return None, [told]
    return found, []
