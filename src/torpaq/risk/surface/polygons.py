"""A polygon that somebody asks about: WKT or GeoJSON in degrees, read into metres of the grid."""

import json

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from torpaq.geo.crs import NationalCrs
from torpaq.risk.surface.explain import Explanation, explain_polygon
from torpaq.risk.surface.surface import Surface
from torpaq.standard.problems import Problem, problem

MOST_CHARACTERS = 5_000_000
AREAS = {"Polygon", "MultiPolygon"}


def explain_written(surface: Surface, text: str) -> tuple[Explanation | None, list[Problem]]:
    """Explain a polygon that is written as WKT or GeoJSON, degrees of WGS 84."""
    polygon, problems = read_polygon(text, surface.grid.crs)
    return explain_polygon(surface, polygon) if polygon is not None else (None, problems)


def read_polygon(text: str, crs: NationalCrs) -> tuple[BaseGeometry | None, list[Problem]]:
    """Return a shapely polygon in metres of a national CRS from WKT or GeoJSON (a geometry, a feature or several)."""
    try:
        geometry = _geometry(text[:MOST_CHARACTERS].strip())
    except (ValueError, KeyError, TypeError, AttributeError, shapely.errors.ShapelyError):
        return None, [_wrong("WKT, GeoJSON")]
    if geometry is None or geometry.geom_type not in AREAS or geometry.is_empty:
        return None, [_wrong(getattr(geometry, "geom_type", "-"))]
    west, south, east, north = geometry.bounds
    if not np.isfinite(geometry.bounds).all() or west < -180 or east > 180 or south < -90 or north > 90:
        return None, [_wrong(f"{west:g}, {south:g}")]
    if not geometry.is_valid:
        return None, [_wrong(shapely.is_valid_reason(geometry)[:80])]

    def metres(places: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(crs.forward(places[:, 0], places[:, 1]))

    return shapely.transform(geometry, metres), []


def _geometry(text: str) -> BaseGeometry | None:
    if not text.startswith("{"):
        return shapely.from_wkt(text)
    value = json.loads(text)
    if value["type"] == "FeatureCollection":
        return shapely.union_all([shapely.geometry.shape(one["geometry"]) for one in value["features"]])
    return shapely.geometry.shape(value["geometry"] if value["type"] == "Feature" else value)


def _wrong(reason: str) -> Problem:
    return problem("risk_polygon_wrong", "polygon", reason=reason)
