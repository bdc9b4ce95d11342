"""The zone: the most dense land, as much of it as hiding known points shows to be needed.

What is calibrated is the area. Each item is hidden in turn, the others give the estimate, and the hidden one tells how
much land, the densest first, would have to be taken in until it lies inside. The zone is as large as all but the stated
share of hidden items needed. The promise rests on one assumption: what is not yet found lies like a
random part of what was found.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from torpaq.operations.quality.sampling import upper_bound
from torpaq.risk.zone.intensity import adaptive_bandwidths, kernel_sums, likelihood_bandwidth, shares_needed
from torpaq.risk.zone.quantile import smooth_quantile
from torpaq.standard.problems import Problem, has_errors, problem

Floats = NDArray[np.float64]

CELLS = 40_000
"""The window is cut into about so many squares; for the calibration into a quarter of them."""

FEWEST = 10
CALIBRATED = 3_000
MOST_POINTS = 100_000
CONFIDENCE = 0.975  # each side of a 95 % interval
METHOD = "adaptive kernel density; bandwidth by leave-one-out likelihood; area: smoothed quantile over each item hidden"
WHOLE = "whole window: too few points for a smaller zone"


@dataclass(frozen=True, slots=True)
class Zone:
    """A zone inside its window: ``miss`` is the chance that it leaves one item out.

    ``boundary`` stands in the input's coordinates; ``miss_interval`` is the 95 % interval, from as many points as were
    hidden in turn (Clopper and Pearson 1934).
    """

    boundary: shapely.MultiPolygon
    area_m2: float
    miss: float
    miss_interval: tuple[float, float]
    method: str
    bandwidth_m: float | None
    points: int


def find_zone(points: Floats, ring: Floats, miss: float) -> tuple[Zone | None, list[Problem]]:
    """Return the zone of points (n, 2) in a window ring (m, 2), metres, that leaves an unfound item out so seldom.

    Points at one place are one, with a warning: a file copied twice must not make a zone look surer. With fewer than
    1/miss − 1 points no zone can keep the promise but the whole window, and that is returned, with a warning.
    """
    window, problems = _window(ring)
    if not 0 < miss < 1:
        problems.append(problem("risk_miss_wrong", "--miss", value=miss))
    if window is None or has_errors(problems):
        return None, problems
    inside, found = _inside(points, window)
    problems += found
    if has_errors(problems):
        return None, problems
    distinct = np.unique(inside, axis=0)
    if len(distinct) < len(inside):
        problems.append(problem("risk_points_repeated", "points", points=len(inside) - len(distinct)))
    if len(distinct) > MOST_POINTS:
        return None, [*problems, problem("risk_points_too_many", "points", points=len(distinct), limit=MOST_POINTS)]
    needed = math.ceil(1 / miss - 1)
    if len(distinct) < max(needed, FEWEST):
        problems.append(problem("risk_points_too_few", "points", points=len(distinct), needed=max(needed, FEWEST)))
        whole = shapely.MultiPolygon([window])
        return Zone(whole, window.area, 0.0, (0.0, 1.0), WHOLE, None, len(distinct)), problems
    return _calibrated(distinct, np.ones(len(distinct)), window, miss), problems


def _calibrated(points: Floats, weights: Floats, window: shapely.Polygon, miss: float) -> Zone:
    extent_m = math.sqrt(window.area)
    bandwidth_m = likelihood_bandwidth(points, weights, extent_m)
    bandwidths = adaptive_bandwidths(points, weights, bandwidth_m)
    share, interval = needed_share(points, weights, bandwidths, window, miss)
    squares, boxes = cut(window, CELLS)
    density = kernel_sums(squares, points, weights, bandwidths)
    areas = shapely.area(boxes)
    order = np.argsort(-density, kind="stable")
    last = int(np.searchsorted(np.cumsum(areas[order]), share * areas.sum() * (1 - 1e-12)))
    boundary = _multi(shapely.union_all(boxes[order[: last + 1]]))
    return Zone(boundary, float(boundary.area), miss, interval, METHOD, bandwidth_m, len(points))


def needed_share(
    points: Floats, weights: Floats, bandwidths: Floats, window: shapely.Polygon, miss: float
) -> tuple[float, tuple[float, float]]:
    """Return the share of the window to take in, densest first, and the 95 % interval of the chance of missing an item.

    Every item is hidden in turn, at most 3,000 different places of them.
    """
    told = np.random.default_rng(0).permutation(len(points))[:CALIBRATED]
    squares, boxes = cut(window, CELLS // 4)
    areas = shapely.area(boxes)
    at, field = (kernel_sums(where, points, weights, bandwidths) for where in (points, squares))
    needed = shares_needed(told, points, bandwidths, at, squares, field, areas)
    items = len(told)
    low, high = math.floor(miss * items), math.ceil(miss * items)
    interval = (1 - upper_bound(items - low, items, CONFIDENCE), upper_bound(high, items, CONFIDENCE))
    return smooth_quantile(needed, weights[told], 1 - miss), interval


def cut(window: shapely.Polygon, count: int) -> tuple[Floats, NDArray[np.object_]]:
    """Return about ``count`` squares of the window as centres (n, 2) and as polygons, cut off at its edge."""
    side = math.sqrt(window.area / count)
    x0, y0, x1, y1 = window.bounds
    across, up = max(1, math.ceil((x1 - x0) / side)), max(1, math.ceil((y1 - y0) / side))
    x, y = (grid.ravel() for grid in np.meshgrid(x0 + side * np.arange(across), y0 + side * np.arange(up)))
    boxes = shapely.box(x, y, x + side, y + side)
    shapely.prepare(window)
    touched = shapely.intersects(window, boxes)
    edge = touched & ~shapely.contains(window, boxes)
    boxes[edge] = shapely.intersection(window, boxes[edge])
    kept = touched & (shapely.area(boxes) > 0)
    return np.column_stack((x + side / 2, y + side / 2))[kept], boxes[kept]


def _multi(shape: shapely.Geometry) -> shapely.MultiPolygon:
    parts = [part for part in shapely.get_parts(shape) if isinstance(part, shapely.Polygon)]
    return shapely.MultiPolygon(parts)


def _window(ring: Floats) -> tuple[shapely.Polygon | None, list[Problem]]:
    if len(ring) < 3 or not np.isfinite(ring).all():
        return None, [problem("risk_ring_wrong", "window", reason=f"{len(ring)} points")]
    window = shapely.Polygon(ring)
    if not window.is_valid or window.area <= 0:
        return None, [problem("risk_ring_wrong", "window", reason=shapely.is_valid_reason(window))]
    if np.abs(ring[:, 0]).max() <= 180 and np.abs(ring[:, 1]).max() <= 90 and np.ptp(ring, axis=0).max() < 10:
        return None, [problem("risk_degrees_as_metres", "window")]
    return window, []


def _inside(points: Floats, window: shapely.Polygon) -> tuple[Floats, list[Problem]]:
    finite = np.isfinite(points).all(axis=1)
    whole = points[finite]
    kept = whole[shapely.covers(window, shapely.points(whole))] if len(whole) else whole
    problems: list[Problem] = []
    if not finite.all():
        problems.append(problem("risk_points_without_place", "points", points=int((~finite).sum())))
    outside = len(whole) - len(kept)
    if not len(kept):
        problems.append(problem("risk_points_all_outside", "points", points=outside))
    elif outside:
        problems.append(problem("risk_points_outside", "points", points=outside))
    return kept, problems


def boundary_json(zone: Zone, decimals: int = 3) -> dict[str, object]:
    """Return the boundary as a GeoJSON MultiPolygon in the input's coordinates, metres to ``decimals`` places."""

    def ring(line: shapely.LinearRing) -> list[list[float]]:
        return [[round(x, decimals), round(y, decimals)] for x, y in line.coords]

    def rings(part: shapely.Polygon) -> Sequence[list[list[float]]]:
        return [ring(part.exterior), *(ring(hole) for hole in part.interiors)]

    return {"type": "MultiPolygon", "coordinates": [rings(part) for part in zone.boundary.geoms]}
