"""A walked track as an area: a track is a line, and closing it is a question that a person answers.

Somebody walks round an area with a GNSS receiver; the track ends near where it began, if all went well. Nothing is
closed, cut or thinned without a word: the gap is stated, standing points are counted, crossings are named.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from torpaq.geo.crs import AZE, Floats, NationalCrs, geod
from torpaq.geo.files.layer_parts import LAYER_LIMITS
from torpaq.geo.geocheck import Extent, Limits, Rings, check_count, check_place
from torpaq.geo.polygons import Checked, shape_from_lonlat
from torpaq.standard.problems import Problem, problem

GNSS_NOISE_M = 3.0
"""What a handheld receiver's position is worth: points nearer to each other say nothing about the way walked."""

MOST_GAP = 0.2
"""A track whose ends are farther apart than this share of its length goes round nothing (ours)."""

CROSSINGS = ("ring_crosses_itself", "ring_touches_itself")
FEWEST_POINTS = 3


@dataclass(frozen=True, slots=True)
class TrackPolygon:
    """A track closed by a straight line from its last point to its first.

    ``ring`` is closed, (lon, lat) in WGS 84 degrees; ``gap_m`` the geodesic distance that the closing line bridges,
    ``length_m`` the length walked without it; ``area_m2`` is None where the ring is no area; ``crossings`` are the
    first places at which it crosses itself.
    """

    ring: tuple[tuple[float, float], ...]
    gap_m: float
    length_m: float
    area_m2: float | None
    crossings: tuple[tuple[float, float], ...]


def track_as_polygon(
    line: Sequence[Sequence[float]],
    crs: NationalCrs = AZE,
    extent: Extent | None = None,
    subject: str = "",
    thin_m: float = 0.0,
    limits: Limits = LAYER_LIMITS,
) -> tuple[TrackPolygon | None, list[Problem]]:
    """Close a track of (lon, lat) and say what a person has to confirm; with an error it is no polygon.

    The warning ``track_needs_closing`` states the gap. Refused: a gap over 20 % of the length, fewer than three
    different points, a track that crosses itself, and what the checks of polygons refuse. With ``thin_m`` points
    nearer than that to the last one kept are left out, and how many is said; the first and the last always stay, and
    ``limits.vertices`` counts what is left.
    None only where there is nothing to close.
    """
    points = np.array([point[:2] for point in line], dtype=np.float64).reshape(-1, 2)
    distinct = len(np.unique(points, axis=0))
    problems = check_count(len(points), subject)
    if distinct < FEWEST_POINTS:
        problems.append(problem("track_too_few_points", subject, points=distinct))
    problems = problems or check_place(Rings(points, (len(points),), (1,)), extent, subject)
    if problems:
        return None, problems
    points, problems = _thinned(points, crs, thin_m, subject)
    gap_m = float(geod().inv(*points[-1], *points[0])[2])
    length_m = float(geod().line_length(points[:, 0].copy(), points[:, 1].copy()))
    problems += _check_gap(gap_m, length_m, subject)
    if (points[0] == points[-1]).all():
        points = points[:-1]
    shape, found = _checked(points, crs, extent, subject, limits)
    crossings = [one for one in found if one.code in CROSSINGS]
    problems += [_named(one, len(points), subject) for one in crossings]
    problems += [one for one in found if one.code not in CROSSINGS]
    ring = [(float(lon), float(lat)) for lon, lat in points]
    places = [(float(one.parameters["lon"]), float(one.parameters["lat"])) for one in crossings]
    area_m2 = round(shape.area_m2, 2) if shape else None
    return TrackPolygon((*ring, ring[0]), round(gap_m, 2), round(length_m, 2), area_m2, tuple(places)), problems


def _thinned(points: Floats, crs: NationalCrs, thin_m: float, subject: str) -> tuple[Floats, list[Problem]]:
    """Leave out points as asked, and tell how many are left that are nearer to each other than the noise."""
    problems = []
    if thin_m > 0:
        kept = points[_far_enough(points, crs, thin_m)]
        if len(np.unique(kept, axis=0)) >= FEWEST_POINTS:
            problems.append(problem("track_thinned", subject, count=len(points) - len(kept), thin_m=thin_m))
            points = kept
    near = len(points) - int(_far_enough(points, crs, GNSS_NOISE_M).sum())
    if near:
        problems.append(problem("track_points_within_noise", subject, count=near, noise_m=GNSS_NOISE_M))
    return points, problems


def _far_enough(points: Floats, crs: NationalCrs, least_m: float) -> np.ndarray:
    """Return which points are at least so far from the last one kept; the first and the last always are."""
    x_m, y_m = crs.forward(points[:, 0].copy(), points[:, 1].copy())
    keep = np.zeros(len(points), dtype=bool)
    keep[[0, -1]] = True
    last_x, last_y = x_m[0], y_m[0]
    for number, (x, y) in enumerate(zip(x_m.tolist(), y_m.tolist(), strict=True)):
        if (x - last_x) ** 2 + (y - last_y) ** 2 >= least_m**2:
            keep[number] = True
            last_x, last_y = x, y
    return keep


def _check_gap(gap_m: float, length_m: float, subject: str) -> list[Problem]:
    if gap_m > MOST_GAP * length_m:
        gap = {"gap_m": round(gap_m, 1), "length_m": round(length_m, 1), "percent": round(100 * MOST_GAP)}
        return [problem("track_gap_too_wide", subject, **gap)]
    return [problem("track_needs_closing", subject, gap_m=round(gap_m, 1))] if gap_m else []


def _checked(points: Floats, crs: NationalCrs, extent: Extent | None, subject: str, limits: Limits) -> Checked:
    """Check the ring; where repeated points hide its crossings, look for these without the repetitions as well."""
    shape, found = shape_from_lonlat([[points]], crs, extent, subject, limits, closed=False)
    if any(one.code == "point_repeated" for one in found):
        x_m, y_m = crs.forward(points[:, 0].copy(), points[:, 1].copy())
        cm = np.rint(np.column_stack((x_m, y_m)) * 100)
        moving = points[(cm != np.roll(cm, 1, axis=0)).any(axis=1)]
        _, hidden = shape_from_lonlat([[moving]], crs, extent, subject, limits, closed=False)
        found = found + [one for one in hidden if one.code in CROSSINGS]
    return shape, found


def _named(crossing: Problem, count: int, subject: str) -> Problem:
    """Say of a crossing which points of the track it lies behind."""
    said = crossing.parameters
    where = {"point": said["edge"], "other_point": said["other_edge"], "lon": said["lon"], "lat": said["lat"]}
    return problem("track_crosses_itself", subject, **where)
