"""Lines, distances and heights of an invented district, on a square of metres with its origin in the south-west."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Random = np.random.Generator

WAVES = 24
CHUNK = 4_000


def middles(side: int, cell_m: float) -> Floats:
    """Return the middles of side × side cells, metres, (side², 2), row by row from the north."""
    steps = (np.arange(side) + 0.5) * cell_m
    x, y = np.meshgrid(steps, steps[::-1])
    return np.column_stack([x.ravel(), y.ravel()])


def distances(places: Floats, points: Floats) -> Floats:
    """Return the distance of each place to the nearest of some points, metres; infinite where there are none."""
    if not len(points):
        return np.full(len(places), np.inf)
    origin = points.mean(axis=0)  # small numbers keep the squares exact to a millimetre
    here, there = places - origin, points - origin
    squares = (there**2).sum(axis=1)
    near = []
    for i in range(0, len(here), CHUNK):
        part = here[i : i + CHUNK]
        apart = (squares - 2 * (part @ there.T)).min(axis=1) + (part**2).sum(axis=1)
        near.append(np.sqrt(np.maximum(apart, 0.0)))
    return np.concatenate(near)


def dense(line: Floats, step_m: float) -> Floats:
    """Return points along a line of vertices, no further apart than a step."""
    parts = [line[:1]]
    for start, end in pairwise(line):
        count = max(1, int(np.ceil(np.hypot(*(end - start)) / step_m)))
        parts.append(start + (end - start) * (np.arange(1, count + 1)[:, None] / count))
    return np.concatenate(parts)


def offset(line: Floats, left_m: float) -> Floats:
    """Return a line moved to its left, point by point."""
    ahead = np.gradient(line, axis=0)
    ahead /= np.maximum(np.hypot(*ahead.T), 1e-9)[:, None]
    return line + left_m * np.column_stack([-ahead[:, 1], ahead[:, 0]])


def winding_line(random: Random, side_m: float, step_m: float) -> Floats:
    """Return a front line from the west edge to the east edge, winding about the middle of the square."""
    x = np.arange(0.0, side_m + step_m, step_m)
    y = np.full_like(x, side_m * random.uniform(0.4, 0.6))
    for wave in (1.0, 2.3, 5.1):
        y += side_m * 0.06 / wave * np.sin(2 * np.pi * (wave * x / side_m + random.random()))
    return np.column_stack([x, y])


def heights(random: Random, places: Floats, side_m: float) -> Floats:
    """Return heights of rolling country, metres: a sum of waves from a fifth of the square's side to all of it."""
    out = np.zeros(len(places))
    for _ in range(WAVES):
        length = side_m * random.uniform(0.2, 1.0)
        heading = random.uniform(0, 2 * np.pi)
        along = places @ np.array([np.cos(heading), np.sin(heading)])
        out += length * 0.012 * np.sin(2 * np.pi * (along / length + random.random()))
    return out


def slope_deg(height_m: Floats, side: int, cell_m: float) -> Floats:
    """Return the slope of each cell, degrees."""
    north, east = np.gradient(height_m.reshape(side, side), cell_m)
    return np.degrees(np.arctan(np.hypot(north, east))).ravel()


def road_between(random: Random, ends: Sequence[Floats]) -> Floats:
    """Return a road through some places that bends a little between each two."""
    points = [ends[0]]
    for start, end in pairwise(ends):
        across = np.array([-(end - start)[1], (end - start)[0]])
        points += [start + (end - start) * share + across * random.normal(0, 0.06) for share in (0.33, 0.66)]
        points.append(end)
    return np.array(points)
