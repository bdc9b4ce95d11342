"""From polygons as they are written to shapes of the ledger and back: parse, check, project, snap, check again.

Nothing is silently repaired: a defect gives coded problems and, where one is an error, no shape. Two things are not
repairs but how a shape is stored: its points are rounded to whole centimetres of the national CRS (half to even), and
its shells are turned counter-clockwise and its holes clockwise. The coordinates as written stay beside the shape.
"""

import re
from collections.abc import Sequence
from decimal import ROUND_HALF_EVEN, Decimal

import numpy as np
import shapely
from numpy.typing import NDArray

from torpaq.geo.crs import AZE, WGS84, Floats, NationalCrs, transformer
from torpaq.geo.geocheck import (
    LIMITS,
    MAX_WIDTH_CM,
    Extent,
    Limits,
    Rings,
    check_count,
    check_ends,
    check_place,
    check_steps,
)
from torpaq.geo.geocheck_relations import collapsed_rings, explain_invalid, polygon_of
from torpaq.geo.shape import CM_PER_M, Shape
from torpaq.standard.problems import Problem, has_errors, problem

Point = tuple[float, float]
Checked = tuple[Shape | None, list[Problem]]
"""A shape, perhaps with warnings, or no shape and why."""

OTHER_GRIDS = ("EPSG:32638", "EPSG:32639", "EPSG:28408", "EPSG:28409")
"""Grids whose metres are mistaken for national ones: UTM 38N and 39N, SK-42 Gauss-Krüger zones 8 and 9."""

NATIONAL = "LAEA"
"""How problems name the national grid."""

NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
WKT = re.compile(r"\s*(?:SRID\s*=\s*(\d+)\s*;)?\s*([A-Za-z]+)\s*(.*)", re.ASCII | re.DOTALL)


def shape_from_wkt(
    wkt: str, crs: NationalCrs = AZE, extent: Extent | None = None, subject: str = "", limits: Limits = LIMITS
) -> Checked:
    """Read a POLYGON or MULTIPOLYGON of WGS 84 longitude and latitude in degrees; ``extent`` is the country's."""
    problems = check_count(wkt.count(",") + 1, subject, limits)
    if problems:
        return None, problems
    rings, problems = _parse_wkt(wkt, subject)
    if rings is None:
        return None, problems
    return _from_lonlat_rings(rings, crs, extent, subject, limits)


def shape_from_lonlat(
    polygons: Sequence[Sequence[Sequence[Sequence[float]] | Floats]],
    crs: NationalCrs = AZE,
    extent: Extent | None = None,
    subject: str = "",
    limits: Limits = LIMITS,
    *,
    closed: bool = True,
) -> Checked:
    """Check polygons of rings (shell, then holes) of (lon, lat) in WGS 84 degrees.

    With ``closed`` each ring must end with its first point, as GeoJSON and WKT have it; without, the ring closes by
    itself, as a list of turning points does. A third coordinate (height) is not taken: pass pairs.
    """
    rings, problems = _gather(polygons, subject, limits, closed=closed)
    if rings is None:
        return None, problems
    return _from_lonlat_rings(rings, crs, extent, subject, limits)


def shape_from_metres(
    polygons: Sequence[Sequence[Sequence[Sequence[float]] | Floats]],
    crs: NationalCrs = AZE,
    extent: Extent | None = None,
    subject: str = "",
    limits: Limits = LIMITS,
    *,
    closed: bool = False,
) -> Checked:
    """Check polygons of rings of (x, y) in metres of the national CRS; ``closed`` as in :func:`shape_from_lonlat`.

    Numbers that lie in the country only when read in another grid (a UTM or Gauss-Krüger zone) are told so.
    """
    rings, problems = _gather(polygons, subject, limits, closed=closed)
    if rings is None:
        return None, problems
    lon, lat = crs.inverse(rings.points[:, 0].copy(), rings.points[:, 1].copy())
    lonlat = rings.moved(_pairs(lon, lat))
    problems = _check_metres(rings.points, lonlat, extent, subject) or check_ends(lonlat, subject, limits)
    if has_errors(problems):
        return None, problems
    return _snap(rings, crs, subject, limits, problems)


def shape_from_box(
    words: Sequence[str],
    crs: NationalCrs = AZE,
    extent: Extent | None = None,
    subject: str = "",
    limits: Limits = LIMITS,
) -> Checked:
    """Read a rectangle from four texts ``x0 y0 x1 y1``: two opposite corners in metres of the national CRS.

    The numbers are rounded to whole centimetres exactly as written (half to even).
    """
    if len(words) != 4:
        return None, [problem("box_needs_four_numbers", subject, words=len(words))]
    wrong = [word for word in words if not NUMBER.fullmatch(word)]
    if wrong:
        return None, [problem("not_a_number", subject, text=word) for word in wrong]
    if any(abs(float(word)) * CM_PER_M >= MAX_WIDTH_CM for word in words):
        return None, [problem("metres_too_large", subject, limit_m=MAX_WIDTH_CM // CM_PER_M)]
    corners = [_exact_cm(word) for word in words]
    (left, right), (bottom, top) = sorted(corners[0::2]), sorted(corners[1::2])
    points = np.array(((left, bottom), (right, bottom), (right, top), (left, top), (left, bottom)), dtype=np.float64)
    if extent:
        metres = points / CM_PER_M
        lon, lat = crs.inverse(metres[:, 0].copy(), metres[:, 1].copy())
        outside = _check_metres(metres, Rings(_pairs(lon, lat), (5,), (1,)), extent, subject)
        if outside:
            return None, outside
    if left == right or bottom == top:
        flat = Decimal(words[0]) == Decimal(words[2]) or Decimal(words[1]) == Decimal(words[3])
        return None, [problem("zero_area" if flat else "collapsed_at_1_cm", subject, part=1, ring=1)]
    problems = check_steps(Rings(points, (5,), (1,)), subject, limits)
    return Shape(points[:-1].astype("<i8").tobytes(), (4,)), problems


def _exact_cm(word: str) -> int:
    return int((Decimal(word) * CM_PER_M).to_integral_value(ROUND_HALF_EVEN))


def _from_lonlat_rings(rings: Rings, crs: NationalCrs, extent: Extent | None, subject: str, limits: Limits) -> Checked:
    problems = check_place(rings, extent, subject) or check_ends(rings, subject, limits)
    if has_errors(problems):
        return None, problems
    x_m, y_m = crs.forward(rings.points[:, 0].copy(), rings.points[:, 1].copy())
    return _snap(rings.moved(_pairs(x_m, y_m)), crs, subject, limits, problems)


def _pairs(x: Floats, y: Floats) -> Floats:
    """Return (n, 2); quicker than ``np.column_stack`` for the few points of most polygons."""
    points = np.empty((len(x), 2))
    points[:, 0], points[:, 1] = x, y
    return points


def _snap(metres: Rings, crs: NationalCrs, subject: str, limits: Limits, problems: list[Problem]) -> Checked:
    """Round closed rings of metres to whole centimetres, check what came of it, and turn the rings."""
    unsnapped = metres.moved(metres.points * CM_PER_M)
    snapped = metres.moved(np.rint(unsnapped.points))
    steps = check_steps(snapped, subject, limits)
    if has_errors(steps):
        steps = collapsed_rings(snapped, unsnapped, subject) or steps
    problems = problems + steps
    if not has_errors(problems) and not shapely.is_valid(polygon_of(snapped)):
        problems = problems + explain_invalid(snapped, unsnapped, crs, subject, limits)
    if has_errors(problems):
        return None, problems
    return _turned(snapped), problems


def _turned(snapped: Rings) -> Shape:
    """Return valid rings as a shape: shells counter-clockwise, holes clockwise."""
    rings = []
    for _, ring, points in snapped.each():
        whole = points.astype("<i8")
        rings.append((whole if _is_counter_clockwise(whole) == (ring == 1) else whole[::-1])[:-1])
    return Shape(b"".join(ring.tobytes() for ring in rings), tuple(map(len, rings)))


def _is_counter_clockwise(points: NDArray[np.int64]) -> bool:
    """Say which way a closed valid ring of whole centimetres runs, exactly.

    The terms may overflow, but int64 sums are exact modulo 2⁶⁴ and twice the area of a ring under 10,000 km fits.
    """
    x, y = points[:, 0] - points[0, 0], points[:, 1] - points[0, 1]
    return bool((x[:-1] * y[1:] - x[1:] * y[:-1]).sum() > 0)


def _gather(
    polygons: Sequence[Sequence[Sequence[Sequence[float]] | Floats]], subject: str, limits: Limits, *, closed: bool
) -> tuple[Rings | None, list[Problem]]:
    """Put rings of pairs together in one array, closing them where they close by themselves."""
    parts = tuple(len(polygon) for polygon in polygons)
    if not parts or 0 in parts or any(len(ring) == 0 for polygon in polygons for ring in polygon):
        return None, [problem("polygon_empty", subject)]
    problems = check_count(sum(len(ring) for polygon in polygons for ring in polygon), subject, limits)
    if problems:
        return None, problems
    arrays = [np.asarray(ring, dtype=np.float64) for polygon in polygons for ring in polygon]
    if not closed:
        arrays = [np.concatenate((ring, ring[:1])) for ring in arrays]
    points = arrays[0] if len(arrays) == 1 else np.concatenate(arrays)
    return Rings(points, tuple(map(len, arrays)), parts), []


def _check_metres(metres: Floats, lonlat: Rings, extent: Extent | None, subject: str) -> list[Problem]:
    """Check the place of metres; where they lie outside, try whether another grid puts them inside."""
    if float(np.abs(metres).max()) * CM_PER_M >= MAX_WIDTH_CM:
        return [problem("metres_too_large", subject, limit_m=MAX_WIDTH_CM // CM_PER_M)]
    problems = check_place(lonlat, extent, subject)
    return or_wrong_zone(problems, metres, lonlat, NATIONAL, extent, subject)


def or_wrong_zone(
    problems: list[Problem], metres: Floats, lonlat: Rings, read_as: str, extent: Extent | None, subject: str
) -> list[Problem]:
    """Return the problems, or ``wrong_zone`` instead where metres outside the country lie inside in another grid."""
    if extent is None or not any(found.code == "outside_country" for found in problems):
        return problems
    for grid in OTHER_GRIDS:
        lon, lat = transformer(grid, WGS84).transform(metres[:, 0].copy(), metres[:, 1].copy())
        if not check_place(lonlat.moved(_pairs(lon, lat)), extent, subject):
            x_m, y_m = (float(value) for value in metres[0])
            return [problem("wrong_zone", subject, x_m=x_m, y_m=y_m, read_as=read_as, grid=grid)]
    return problems


def _parse_wkt(wkt: str, subject: str) -> tuple[Rings | None, list[Problem]]:
    """Parse WKT strictly into rings, each pair of numbers as written."""
    match = WKT.fullmatch(wkt)
    if not match or not wkt.isascii() or "_" in wkt:
        return None, [problem("wkt_unreadable", subject, text=wkt[:40])]
    srid, kind, body = match.groups()
    if srid and int(srid) != 4326:
        return None, [problem("wkt_other_crs", subject, srid=int(srid))]
    if kind.upper() not in {"POLYGON", "MULTIPOLYGON"}:
        return None, [problem("wkt_other_kind", subject, kind=kind)]
    body = _without_blanks_at_brackets(body)
    if body.upper() == "EMPTY":
        return None, [problem("polygon_empty", subject)]
    texts = _ring_texts(body, 2 if kind.upper() == "POLYGON" else 3)
    if texts is None:
        return None, [problem("wkt_brackets", subject, kind=kind.upper(), text=body[:40])]
    return _numbers(texts, subject)


def _without_blanks_at_brackets(body: str) -> str:
    body = " ".join(body.split())
    for loose, tight in (("( ", "("), (" (", "("), (" )", ")"), (") ", ")")):
        body = body.replace(loose, tight)
    return body


def _ring_texts(body: str, depth: int) -> list[list[str]] | None:
    """Split ``((..),(..))`` (depth 2) or ``(((..),(..)),((..)))`` (depth 3) into parts and rings, None if it is not."""
    if not (body.startswith("(" * depth) and body.endswith(")" * depth)):
        return None
    inner = body[depth:-depth]
    parts = inner.split(")),((") if depth == 3 else [inner]
    texts = [part.split("),(") for part in parts]
    if any("(" in ring or ")" in ring for part in texts for ring in part):
        return None
    return texts


def _numbers(texts: list[list[str]], subject: str) -> tuple[Rings | None, list[Problem]]:
    values: list[float] = []
    sizes = []
    for part, rings in enumerate(texts, 1):
        for ring, text in enumerate(rings, 1):
            pairs = text.split(",")
            sizes.append(len(pairs))
            for point, pair in enumerate(pairs, 1):
                try:
                    lon, lat = pair.split()
                    values += (float(lon), float(lat))
                except ValueError:
                    where = {"part": part, "ring": ring, "point": point}
                    return None, [problem("wkt_point_unreadable", subject, **where, text=pair.strip()[:40])]
    points = np.array(values, dtype=np.float64).reshape(-1, 2)
    return Rings(points, tuple(sizes), tuple(map(len, texts))), []


def to_lonlat(shape: Shape, crs: NationalCrs = AZE) -> list[list[list[Point]]]:
    """Return polygons of closed rings of (lon, lat), WGS 84 degrees, each shell followed by its holes (RFC 7946)."""
    metres = shape.points_cm / CM_PER_M
    lon, lat = crs.inverse(metres[:, 0].copy(), metres[:, 1].copy())
    lonlat = list(zip(lon.tolist(), lat.tolist(), strict=True))
    polygons: list[list[list[Point]]] = []
    start = 0
    for ring in shape.rings_cm:
        points = lonlat[start : start + len(ring)]
        start += len(ring)
        if shapely.is_ccw(shapely.linearrings(ring)):
            polygons.append([])
        polygons[-1].append([*points, points[0]])
    return polygons


def to_wkt(shape: Shape, crs: NationalCrs = AZE, decimals: int = 9) -> str:
    """Return a POLYGON or MULTIPOLYGON of WGS 84 degrees; nine decimals (0.1 mm) bring back the same shape."""
    parts = ["(" + ", ".join(_ring_wkt(ring, decimals) for ring in polygon) + ")" for polygon in to_lonlat(shape, crs)]
    return f"POLYGON {parts[0]}" if len(parts) == 1 else f"MULTIPOLYGON ({', '.join(parts)})"


def _ring_wkt(ring: Sequence[Point], decimals: int) -> str:
    return "(" + ", ".join(f"{lon:.{decimals}f} {lat:.{decimals}f}" for lon, lat in ring) + ")"
