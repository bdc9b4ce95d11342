"""Outlines as a survey team walks them: long belts, roads, fields and irregular areas, each a belt of strips."""

import math
from itertools import pairwise
from random import Random

from torpaq.geo.synthesis import Belt, PointCm
from torpaq.intake.demonstration_setting import Ground, PointM

CM_PER_M = 100


def blob(rng: Random, centre: PointM, area_m2: float, heading: float) -> Belt:
    """An irregular area around a point: 7 to 28 turning points, longer than wide, its ends blunt or pointed."""
    strips = rng.randint(4, 13)
    ratio = rng.uniform(0.35, 0.9)
    length = math.sqrt(area_m2 / ratio / 0.80)  # an ellipse fills 0.785 of its box
    places = _steps(rng, strips, length)
    half = [ratio * length / 2 * math.sqrt(max(0.03, 1 - (2 * u / length) ** 2)) for u in places]
    tips = (rng.random() < 0.4, rng.random() < 0.4)
    left, right = [], []
    for k, (u, width) in enumerate(zip(places, half, strict=True)):
        pointed = (k == 0 and tips[0]) or (k == strips and tips[1])
        upper = 0.0 if pointed else width * rng.uniform(0.68, 1.28)
        lower = 0.0 if pointed else width * rng.uniform(0.68, 1.28)
        skew = 0.0 if pointed else rng.uniform(-0.12, 0.12) * length / strips
        left.append(_placed(centre, heading, u + skew, upper))
        right.append(_placed(centre, heading, u - skew, -lower))
    return Belt(tuple(left), tuple(right))


def field(rng: Random, centre: PointM, area_m2: float, heading: float) -> Belt:
    """A ploughed field: nearly straight sides, square ends."""
    strips = rng.randint(3, 7)
    ratio = rng.uniform(0.3, 0.8)
    length = math.sqrt(area_m2 / ratio)
    left, right = [], []
    taper = rng.uniform(-0.12, 0.12)
    for u in _steps(rng, strips, length):
        half = ratio * length / 2 * (1 + taper * 2 * u / length)
        left.append(_placed(centre, heading, u, half * rng.uniform(0.95, 1.05)))
        right.append(_placed(centre, heading, u, -half * rng.uniform(0.95, 1.05)))
    return Belt(tuple(left), tuple(right))


def ribbon(rng: Random, path: list[PointM], width_m: float) -> Belt:
    """A ribbon along a path of two points or more, its width uneven by a tenth either way."""
    left, right = [], []
    for k, (x, y) in enumerate(path):
        before, after = path[max(0, k - 1)], path[min(len(path) - 1, k + 1)]
        heading = math.atan2(after[1] - before[1], after[0] - before[0])
        left.append(_placed((x, y), heading, 0.0, width_m / 2 * rng.uniform(0.9, 1.1)))
        right.append(_placed((x, y), heading, 0.0, -width_m / 2 * rng.uniform(0.9, 1.1)))
    return Belt(tuple(left), tuple(right))


def walk_line(rng: Random, line: tuple[PointM, ...], start_m: float, offset_m: float, length_m: float) -> list[PointM]:
    """Follow a line from ``start_m`` on at an offset to its left, winding as a belt laid by hand does."""
    waves = [(rng.uniform(20, 90), rng.uniform(500, 1800), rng.uniform(0, 2 * math.pi)) for _ in range(3)]
    path, along = [], start_m
    while along < start_m + length_m:
        found = _along(line, along)
        if found is None:
            break
        point, heading = found
        winding = sum(height * math.sin(2 * math.pi * along / wave + phase) for height, wave, phase in waves)
        path.append(_moved(point, heading + math.pi / 2, offset_m + winding))
        along += rng.uniform(70, 190)
    return path


def walk_ground(rng: Random, ground: Ground, start: PointM, heading: float, steps: int, step_m: float) -> list[PointM]:
    """Walk from a point, turning a little towards the contour at each step, as roads and trenches on slopes do."""
    path = [start]
    for _ in range(steps):
        contour = ground.contour(path[-1])
        if math.cos(contour - heading) < 0:
            contour += math.pi
        turn = math.atan2(math.sin(contour - heading), math.cos(contour - heading))
        heading += 0.25 * max(-0.6, min(0.6, turn)) + rng.uniform(-0.15, 0.15)
        path.append(_moved(path[-1], heading, step_m * rng.uniform(0.8, 1.2)))
    return path


def _steps(rng: Random, strips: int, length: float) -> list[float]:
    """Return the places of the cross-sections along an axis, uneven, from ``-length/2`` to ``length/2``."""
    gaps = [rng.uniform(0.7, 1.3) for _ in range(strips)]
    places, total, walked = [-length / 2], sum(gaps), 0.0
    for gap in gaps:
        walked += gap
        places.append(length * (walked / total - 0.5))
    return places


def _along(line: tuple[PointM, ...], distance_m: float) -> tuple[PointM, float] | None:
    """Return the point at a distance along a line and the heading there; ``None`` beyond its end."""
    for one, other in pairwise(line):
        length = math.dist(one, other)
        if distance_m < length:
            share = distance_m / length
            point = (one[0] + share * (other[0] - one[0]), one[1] + share * (other[1] - one[1]))
            return point, math.atan2(other[1] - one[1], other[0] - one[0])
        distance_m -= length
    return None


def _moved(point: PointM, heading: float, distance_m: float) -> PointM:
    return point[0] + distance_m * math.cos(heading), point[1] + distance_m * math.sin(heading)


def _placed(centre: PointM, heading: float, u: float, v: float) -> PointCm:
    """Return the point ``u`` ahead of and ``v`` left of a centre, snapped to 1 cm."""
    x = centre[0] + u * math.cos(heading) - v * math.sin(heading)
    y = centre[1] + u * math.sin(heading) + v * math.cos(heading)
    return round(x * CM_PER_M), round(y * CM_PER_M)
