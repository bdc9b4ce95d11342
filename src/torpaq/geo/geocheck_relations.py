"""Why a polygon is not valid: which edges cross, which hole or part is in the way, and where.

GEOS tells quickly whether a snapped polygon is valid (OGC simple features); only where it is not does this module
look for the reason, so that the recorder is told the place and the two edges and not a word of geometry jargon.
"""

from collections.abc import Iterator, Sequence

import numpy as np
import shapely
from numpy.typing import NDArray

from torpaq.geo.crs import Floats, NationalCrs
from torpaq.geo.geocheck import LIMITS, Limits, Rings, lonlat_of_cm
from torpaq.standard.problems import Problem, problem

NAMED_CROSSINGS = 3
"""How many crossings of one ring are named; the rest would only repeat the same mistake."""

NAMED_OVERLAPS = 100
"""So many defects of the holes of one part, or pairs of parts, are enough to name."""

ASKED_AT_ONCE = 256


def polygon_of(rings: Rings) -> shapely.Geometry:
    """Return closed rings as a GEOS polygon or multipolygon, coordinates as they are, valid or not."""
    if len(rings.sizes) == 1:
        return shapely.polygons(rings.points)
    parts = _parts(rings)
    return parts[0] if len(parts) == 1 else shapely.multipolygons(parts)


def _parts(rings: Rings) -> list[shapely.Geometry]:
    by_part: list[list[Floats]] = [[] for _ in rings.parts]
    for part, _, points in rings.each():
        by_part[part - 1].append(points)
    return [shapely.Polygon(points[0], points[1:]) for points in by_part]


def explain_invalid(
    snapped: Rings, unsnapped: Rings, crs: NationalCrs, subject: str, limits: Limits = LIMITS
) -> list[Problem]:
    """Say why closed, snapped rings (cm) are no valid polygon; ``unsnapped`` are the same points before snapping.

    Looks first at each ring alone, then at the holes of each part, then at the parts together, and stops at the
    first of these that is at fault. Always gives at least one problem of severity error.
    """
    found = collapsed_rings(snapped, unsnapped, subject)
    if not found and shapely.is_valid(polygon_of(unsnapped)):
        return [_invalid_once_snapped(snapped, crs, subject)]
    found = found or [
        crossing for part, ring, points in snapped.each() for crossing in _ring(points, part, ring, crs, subject)
    ]
    found = found or [
        trouble for number, part in enumerate(_parts(snapped), 1) for trouble in _holes(part, number, crs, subject)
    ]
    found = found or _overlaps(_parts(snapped), crs, subject, limits)
    return found or [_unnamed(snapped, crs, subject)]


def collapsed_rings(snapped: Rings, unsnapped: Rings, subject: str) -> list[Problem]:
    """Name closed rings (cm) that lie on one line: ``zero_area``, or ``collapsed_at_1_cm`` where rounding did it."""
    found = []
    for (part, ring, points), (_, _, before) in zip(snapped.each(), unsnapped.each(), strict=True):
        if _is_flat(points):
            code = "zero_area" if _is_flat(before) else "collapsed_at_1_cm"
            found.append(problem(code, subject, part=part, ring=ring))
    return found


def _is_flat(points: Floats) -> bool:
    """Say whether all points lie on one line, to a tenth of a millimetre (points in cm)."""
    relative = points - points[0]
    farthest = relative[int(np.hypot(relative[:, 0], relative[:, 1]).argmax())]
    length = float(np.hypot(*farthest))
    if length == 0:
        return True
    return bool((np.abs(relative[:, 0] * farthest[1] - relative[:, 1] * farthest[0]) <= 0.01 * length).all())


def _invalid_once_snapped(snapped: Rings, crs: NationalCrs, subject: str) -> Problem:
    lon, lat = _place_of_reason(snapped, crs)
    return problem("invalid_at_1_cm", subject, lon=lon, lat=lat)


def _unnamed(snapped: Rings, crs: NationalCrs, subject: str) -> Problem:
    reason = str(shapely.is_valid_reason(polygon_of(snapped))).split("[", maxsplit=1)[0]
    lon, lat = _place_of_reason(snapped, crs)
    return problem("invalid_polygon", subject, reason=reason, lon=lon, lat=lat)


def _place_of_reason(snapped: Rings, crs: NationalCrs) -> tuple[float, float]:
    """Return lon, lat of the place that GEOS names in brackets at the end of its reason, else of the first point."""
    reason = str(shapely.is_valid_reason(polygon_of(snapped)))
    words = reason.rpartition("[")[2].rstrip("]").split() if reason.endswith("]") else snapped.points[0].tolist()
    return lonlat_of_cm(float(words[0]), float(words[1]), crs)


def _ring(points: Floats, part: int, ring: int, crs: NationalCrs, subject: str) -> list[Problem]:
    """Name the first crossings of one closed ring with itself: both edges, by their first points, and the place."""
    if shapely.is_valid(shapely.polygons(points)):
        return []
    edges = shapely.linestrings(np.stack((points[:-1], points[1:]), axis=1))
    found = []
    for one, other in _meeting(edges):
        meeting = shapely.intersection(edges[one], edges[other])
        if _is_shared_corner(one, other, len(edges), meeting):
            continue
        spot = shapely.get_coordinates(meeting)[0]
        touching = any((spot == points[index]).all() for index in (one, one + 1, other, other + 1))
        lon, lat = lonlat_of_cm(float(spot[0]), float(spot[1]), crs)
        code = "ring_touches_itself" if touching else "ring_crosses_itself"
        where = {"part": part, "ring": ring, "edge": one + 1, "other_edge": other + 1, "lon": lon, "lat": lat}
        found.append(problem(code, subject, **where))
        if len(found) == NAMED_CROSSINGS:
            break
    return found


def _meeting(geometries: NDArray[np.object_]) -> Iterator[tuple[int, int]]:
    """Yield the pairs (first < second) that have a point in common, in order.

    Few geometries are asked at first, then more: where all of 100,000 edges cross all others, nobody wants every pair.
    """
    tree = shapely.STRtree(geometries)
    start, size = 0, 1
    while start < len(geometries):
        one, other = tree.query(geometries[start : start + size], predicate="intersects")
        one = one + start
        ordered = one < other
        yield from sorted(zip(one[ordered].tolist(), other[ordered].tolist(), strict=True))
        start, size = start + size, min(2 * size, ASKED_AT_ONCE)


def _is_shared_corner(one: int, other: int, count: int, meeting: shapely.Geometry) -> bool:
    neighbours = other - one == 1 or (one == 0 and other == count - 1)
    return neighbours and meeting.geom_type == "Point"


def _holes(part: shapely.Geometry, number: int, crs: NationalCrs, subject: str) -> list[Problem]:
    """Name holes that lie outside their shell, cross it, run along it, or meet another hole."""
    shell = shapely.polygons(part.exterior)
    holes = [shapely.polygons(hole) for hole in part.interiors]
    found = []
    for index, hole in enumerate(holes, 2):
        code = _hole_against_shell(hole, shell)
        if code:
            lon, lat = _spot(shapely.difference(hole, shell) if code != "hole_along_shell" else hole, crs)
            found.append(problem(code, subject, part=number, ring=index, lon=lon, lat=lat))
    for first, second in _meeting(np.array(holes, dtype=object)):
        common = shapely.intersection(holes[first], holes[second])
        if shapely.length(common) > 0:
            lon, lat = _spot(common, crs)
            where = {"part": number, "ring": first + 2, "other_ring": second + 2, "lon": lon, "lat": lat}
            found.append(problem("holes_overlap", subject, **where))
        if len(found) >= NAMED_OVERLAPS:
            break
    if not found and holes and not shapely.is_valid(part):
        lon, lat = _spot(part.interiors[0], crs)
        found.append(problem("holes_cut_part_in_two", subject, part=number, lon=lon, lat=lat))
    return found


def _hole_against_shell(hole: shapely.Geometry, shell: shapely.Geometry) -> str:
    if not shapely.covers(shell, hole):
        meets = shapely.area(shapely.intersection(shell, hole)) > 0
        return "hole_crosses_shell" if meets else "hole_outside_shell"
    along_m = shapely.length(shapely.intersection(shell.exterior, hole.exterior))
    return "hole_along_shell" if along_m > 0 else ""


def _overlaps(parts: Sequence[shapely.Geometry], crs: NationalCrs, subject: str, limits: Limits) -> list[Problem]:
    """Name pairs of parts that overlap (GICHD's limit: 0.9 % of the smaller) or have a border in common."""
    found: list[Problem] = []
    for first, second in _meeting(np.array(parts, dtype=object)):
        if len(found) >= NAMED_OVERLAPS:
            break
        common = shapely.intersection(parts[first], parts[second])
        if shapely.length(common) == 0:
            continue
        lon, lat = _spot(common, crs)
        where: dict[str, int | float] = {"part": first + 1, "other_part": second + 1, "lon": lon, "lat": lat}
        percent = 100 * float(shapely.area(common)) / min(parts[first].area, parts[second].area)
        if percent == 0:
            found.append(problem("parts_share_border", subject, **where))
            continue
        code = "parts_overlap" if percent > limits.parts_overlap_percent else "parts_overlap_slightly"
        found.append(problem(code, subject, **where, percent=round(percent, 4)))
    return found


def _spot(geometry: shapely.Geometry, crs: NationalCrs) -> tuple[float, float]:
    point = shapely.get_coordinates(shapely.point_on_surface(geometry))[0]
    return lonlat_of_cm(float(point[0]), float(point[1]), crs)
