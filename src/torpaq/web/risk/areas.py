"""Hazardous areas on a surface: their open land as it stands now, explained, and as outlines to be drawn."""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from torpaq.evidence.grid import Box
from torpaq.geo.joined import joined_shape
from torpaq.geo.overlay import geometry_of
from torpaq.geo.polygons import to_lonlat
from torpaq.geo.shape import CM_PER_M, Shape
from torpaq.land.rules import CHA, SHA
from torpaq.risk.surface.explain import Explanation, explain_polygon
from torpaq.risk.surface.surface import Surface
from torpaq.standard.problems import Problem, problem
from torpaq.web.live import live_land
from torpaq.web.open_land import open_land_of

MOST_OUTLINES = 3_000
Rings = Sequence[Sequence[tuple[float, float]]]


def explain_area(surface: Surface, area: str) -> tuple[Explanation | None, dict[str, object] | None, list[Problem]]:
    """Explain the open land of a hazardous area; also its outline as GeoJSON in longitude and latitude."""
    with live_land() as (land, _head):
        shape = open_land_of(land, [area])
    if shape is None:
        return None, None, [problem("risk_area_not_open", area)]
    outline: dict[str, object] = {"type": "MultiPolygon", "coordinates": to_lonlat(shape, surface.grid.crs)}
    explanation, problems = explain_polygon(surface, geometry_of(shape))
    return explanation, outline, problems


def open_outlines(box_m: Box) -> list[tuple[str, Rings]]:
    """Return the outlines of open hazardous areas that touch a box, metres of the national CRS, by their ids."""
    faces: dict[str, list[list[NDArray[np.float64]]]] = defaultdict(list)
    with live_land() as (land, _head):
        active, area_of = land.book.active(), land.book.columns[3]
        names = {number: name for name, number in land.book.area_of.items()}
        for place, part in enumerate(land.parts):
            living = np.flatnonzero(land.living(place)).astype(np.int64)
            states = land.states(place, living, active)
            is_open = np.isin(states.status, (SHA, CHA)) & (states.since >= 0)
            since = np.where(is_open, states.since, -1).max(axis=1)
            for face, entry in zip(living[since >= 0].tolist(), since[since >= 0].tolist(), strict=True):
                rings = part.faces.rings_m(face)
                if _touches(rings[0], box_m):
                    faces[names[int(area_of[entry])]].append(rings)
    joined = [(area, joined_shape(own)) for area, own in sorted(faces.items())[:MOST_OUTLINES]]
    return [(area, _rings_m(shape)) for area, shape in joined if shape is not None]


def _touches(ring: NDArray[np.float64], box_m: Box) -> bool:
    west, south, east, north = box_m
    low, high = ring.min(axis=0), ring.max(axis=0)
    return bool(low[0] <= east and high[0] >= west and low[1] <= north and high[1] >= south)


def _rings_m(shape: Shape) -> Rings:
    return [[(x / CM_PER_M, y / CM_PER_M) for x, y in ring.tolist()] for ring in shape.rings_cm]
