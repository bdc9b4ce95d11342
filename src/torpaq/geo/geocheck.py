"""GICHD's geocheck rules, each a coded problem: what may be wrong with a polygon, and where.

The rules are those of GICHD's cleaning tool for IMSMA geometry (fewer than three points, repeated points, the first
one or two points repeated at a ring's end within 1e-6 degrees, vertices more than 5,000 m apart, parts that overlap
by more than 0.9 %, duplicates by coordinates, by id and by trimmed id, invalid rings), and what the OGC simple
feature rules ask of a polygon. Nothing here repairs anything: every rule names the place and what would be right.
Points, rings and parts are counted from 1; ring 1 is the shell. Problems of valid rings but wrong relations between
rings are found by ``geo.geocheck_relations``.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from torpaq.geo.crs import Floats, NationalCrs, geod
from torpaq.geo.shape import CM_PER_M, Shape
from torpaq.standard.problems import Problem, problem

Extent = tuple[float, float, float, float]
"""West, south, east, north in WGS 84 degrees."""

MAX_WIDTH_CM = 10**9
"""Wider than this (10,000 km) is not one country, and the exact area's integers would not hold it."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The numbers in the rules: GICHD's where it has one, else ours."""

    vertices: int = 100_000
    far_m: float = 5_000.0
    near_deg: float = 1e-6
    parts_overlap_percent: float = 0.9
    area_percent: float = 1.0
    area_m2: float = 50.0


LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Rings:
    """The rings of a polygon or multipolygon as read: not yet a shape, perhaps never one.

    ``points`` is (n, 2), ring after ring, each ring as it was given (closed where the notation closes rings);
    ``sizes`` the number of points of each ring; ``parts`` the number of rings of each part, shell first.
    """

    points: Floats
    sizes: tuple[int, ...]
    parts: tuple[int, ...]

    def each(self) -> Iterator[tuple[int, int, Floats]]:
        """Yield (part, ring, points) with part and ring counted from 1."""
        start = number = 0
        for part, count in enumerate(self.parts, 1):
            for ring in range(1, count + 1):
                end = start + self.sizes[number]
                yield part, ring, self.points[start:end]
                start, number = end, number + 1

    def moved(self, points: Floats) -> "Rings":
        """Return the same rings with other coordinates."""
        return Rings(points, self.sizes, self.parts)


def check_count(vertices: int, subject: str, limits: Limits = LIMITS) -> list[Problem]:
    """Refuse a polygon with more vertices than the limit, before any heavy work is done on it."""
    if vertices <= limits.vertices:
        return []
    return [problem("too_many_vertices", subject, vertices=vertices, limit=limits.vertices)]


def check_place(rings: Rings, extent: Extent | None, subject: str) -> list[Problem]:
    """Check that WGS 84 points are degrees and lie inside the country's extent, where one is given.

    Not a number or infinite, metres as degrees, axes swapped (the swapped points would lie inside), outside.
    """
    west, south, east, north = extent or (-180.0, -90.0, 180.0, 90.0)
    (low_lon, low_lat), (high_lon, high_lat) = rings.points.min(axis=0).tolist(), rings.points.max(axis=0).tolist()
    if west <= low_lon and high_lon <= east and south <= low_lat and high_lat <= north:
        return []
    return [_explain_place(rings, (west, south, east, north), subject)]


def _explain_place(rings: Rings, extent: Extent, subject: str) -> Problem:
    points = rings.points
    broken = ~np.isfinite(points).all(axis=1)
    if broken.any():
        part, ring, point = _whereabouts(rings, int(broken.argmax()))
        return problem("not_finite", subject, part=part, ring=ring, point=point)
    huge = (np.abs(points) > 180).any(axis=1)
    outside = ~_inside(points, extent)
    index = int(huge.argmax() if huge.any() else outside.argmax())
    part, ring, point = _whereabouts(rings, index)
    lon, lat = (round(float(value), 7) for value in points[index])
    where: dict[str, str | int | float] = {"part": part, "ring": ring, "point": point, "lon": lon, "lat": lat}
    if huge.any():
        return problem("metres_as_degrees", subject, **where)
    if _inside(points[:, ::-1], extent).all() and extent[:2] != (-180.0, -90.0):
        return problem("swapped_axes", subject, **where)
    if abs(lat) > 90:
        return problem("latitude_too_large", subject, **where)
    sides = dict(zip(("west", "south", "east", "north"), extent, strict=True))
    return problem("outside_country", subject, outside=int(outside.sum()), **where, **sides)


def _inside(points: Floats, extent: Extent) -> NDArray[np.bool_]:
    inside = (points >= np.array(extent[:2])) & (points <= np.array(extent[2:]))
    return np.asarray(inside.all(axis=1))


def _whereabouts(rings: Rings, index: int) -> tuple[int, int, int]:
    """Return (part, ring, point), each from 1, of a point's index in ``rings.points``."""
    start = 0
    for part, ring, points in rings.each():
        if index < start + len(points):
            return part, ring, index - start + 1
        start += len(points)
    raise IndexError(index)


def check_ends(rings: Rings, subject: str, limits: Limits = LIMITS) -> list[Problem]:
    """Check, on closed rings of WGS 84 degrees, how each begins and ends.

    Fewer than three different points, not closed, first point or first two points repeated at the end (GICHD: within
    1e-6°; a first point that is merely near its repetition is a warning, for it may be meant).
    """
    found: list[Problem] = []
    for part, ring, points in rings.each():
        typed = points.tolist()
        distinct = len(set(map(tuple, typed)))
        if distinct < 3:
            found.append(problem("too_few_points", subject, part=part, ring=ring, points=distinct))
            continue
        first, second, third_last, before, last = typed[0], typed[1], typed[-3], typed[-2], typed[-1]
        if first != last:
            if _near(last, second, limits) and _near(before, first, limits):
                found.append(problem("first_two_points_repeated", subject, part=part, ring=ring))
            else:
                found.append(_not_closed(first, last, part, ring, subject))
        elif _near(before, first, limits):
            code = "first_point_repeated" if before == first else "first_point_nearly_repeated"
            found.append(problem(code, subject, part=part, ring=ring))
        elif _near(before, second, limits) and _near(third_last, first, limits):
            found.append(problem("first_two_points_repeated", subject, part=part, ring=ring))
    return found


def _near(one: Sequence[float], other: Sequence[float], limits: Limits) -> bool:
    return abs(one[0] - other[0]) <= limits.near_deg and abs(one[1] - other[1]) <= limits.near_deg


def _not_closed(first: Sequence[float], last: Sequence[float], part: int, ring: int, subject: str) -> Problem:
    gap_m = float(geod().inv(first[0], first[1], last[0], last[1])[2])
    return problem("ring_not_closed", subject, part=part, ring=ring, gap_m=round(gap_m, 2), lon=first[0], lat=first[1])


def check_steps(rings: Rings, subject: str, limits: Limits = LIMITS) -> list[Problem]:
    """Check, on closed rings of whole centimetres, the way from point to point.

    A point repeated in a row, three points in a line (a note), a spike (an error: there and back on one line, to the
    centimetre), points more than 5,000 m apart (a warning), a ring too wide for any country.
    """
    found: list[Problem] = []
    for part, ring, points in rings.each():
        edges = points[1:] - points[:-1]
        lengths = np.sqrt(np.einsum("ij,ij->i", edges, edges))
        shortest, longest = float(lengths.min()), float(lengths.max())
        if longest * len(lengths) >= MAX_WIDTH_CM:  # else it cannot be that wide
            found += _too_wide(points, part, ring, subject)
        if longest > limits.far_m * CM_PER_M:
            found.append(_far(lengths, part, ring, subject, limits))
        if shortest == 0.0:
            point = int(lengths.argmin()) + 2
            found.append(problem("point_repeated", subject, part=part, ring=ring, point=point))
            continue
        following = np.concatenate((edges[1:], edges[:1]))
        cross = edges[:, 0] * following[:, 1] - edges[:, 1] * following[:, 0]
        if float(np.abs(cross).min()) <= 2 * longest:  # else no three points are within 1 cm of one line
            found += _in_line(edges, lengths, cross, part, ring, subject)
    return found


def _too_wide(points: Floats, part: int, ring: int, subject: str) -> list[Problem]:
    width_cm = float(np.ptp(points, axis=0).max())
    if width_cm < MAX_WIDTH_CM:
        return []
    width_km = round(width_cm / CM_PER_M / 1000)
    return [problem("polygon_too_wide", subject, part=part, ring=ring, width_km=width_km)]


def _far(lengths: Floats, part: int, ring: int, subject: str, limits: Limits) -> Problem:
    apart_m = round(float(lengths.max()) / CM_PER_M, 1)
    where = {"part": part, "ring": ring, "point": int(lengths.argmax()) + 1}
    return problem("points_far_apart", subject, **where, apart_m=apart_m, limit_m=limits.far_m)


def _in_line(edges: Floats, lengths: Floats, cross: Floats, part: int, ring: int, subject: str) -> list[Problem]:
    """Tell spikes from middle points: both have three points within 1 cm of one line, a spike turns back."""
    following = np.roll(edges, -1, axis=0)
    following_lengths = np.roll(lengths, -1)
    back = np.einsum("ij,ij->i", edges, following) < 0
    across = edges + following
    spikes = back & (np.abs(cross) <= np.maximum(lengths, following_lengths))
    middles = ~back & (np.abs(cross) <= np.sqrt(np.einsum("ij,ij->i", across, across)))
    found = []
    for code, which in (("spike", spikes), ("points_in_line", middles)):
        if which.any():
            point = (int(which.argmax()) + 1) % len(edges) + 1
            found.append(problem(code, subject, part=part, ring=ring, point=point, count=int(which.sum())))
    return found


def check_reported_area(
    reported_m2: float, calculated_m2: float, subject: str, limits: Limits = LIMITS
) -> list[Problem]:
    """Compare a reported area with the polygon's own: a warning beyond the larger of 1 % of it and 50 m²."""
    difference_m2 = reported_m2 - calculated_m2
    allowed_m2 = max(calculated_m2 * limits.area_percent / 100, limits.area_m2)
    if abs(difference_m2) <= allowed_m2:
        return []
    return [
        problem(
            "area_differs",
            subject,
            reported_m2=round(reported_m2, 2),
            calculated_m2=round(calculated_m2, 2),
            difference_m2=round(difference_m2, 2),
            allowed_m2=round(allowed_m2, 2),
        )
    ]


def check_many(shapes: Sequence[tuple[str, Shape]]) -> list[Problem]:
    """Check a list of (id, shape) for duplicates: by id, by id trimmed of blanks and case, by coordinates.

    Shapes are the same by coordinates where their parts and rings are, whatever point each ring begins with.
    """
    found: list[Problem] = []
    ids = Counter(name for name, _ in shapes)
    for name, times in ids.items():
        if times > 1:
            found.append(problem("id_repeated", name, times=times))
    first_by_trimmed: dict[str, str] = {}
    for name in ids:
        other = first_by_trimmed.setdefault(" ".join(name.split()).casefold(), name)
        if other != name:
            found.append(problem("id_repeated_but_for_blanks", name, other=other))
    first_by_rings: dict[frozenset[bytes], str] = {}
    for name, shape in shapes:
        key = frozenset(_turned_to_lowest(ring) for ring in shape.rings_cm)
        if key in first_by_rings:
            found.append(problem("polygon_repeated", name, other=first_by_rings[key]))
        first_by_rings.setdefault(key, name)
    return found


def _turned_to_lowest(ring: NDArray[np.int64]) -> bytes:
    """Return the ring's bytes beginning with its lowest point, so that equal rings compare equal."""
    lowest = int(np.lexsort((ring[:, 1], ring[:, 0]))[0])
    return np.roll(ring, -lowest, axis=0).tobytes()


def lonlat_of_cm(x_cm: float, y_cm: float, crs: NationalCrs) -> tuple[float, float]:
    """Return (lon, lat) to seven decimals (about 1 cm) of a point in centimetres of the national CRS."""
    lon, lat = crs.inverse(x_cm / CM_PER_M, y_cm / CM_PER_M)
    return round(lon, 7), round(lat, 7)
