"""A synthetic country for benches: a square of national grid, points, lines and polygons, from a seed."""

import numpy as np
import shapely

from torpaq.evidence.grid import Grid, grid_over
from torpaq.evidence.kernels.shapes import Shapes, shapes_of
from torpaq.geo.crs import AZE

POINTS, LINES, POLYGONS = 20_000, 300, 4_000
SIDE_CELLS, CELL_M = 10_817, 10.0


def square(side_cells: int = SIDE_CELLS, cell_m: float = CELL_M) -> Grid:
    half = side_cells * cell_m / 2
    corner = -np.floor(half / cell_m) * cell_m
    return grid_over(AZE, (corner, corner, corner + side_cells * cell_m, corner + side_cells * cell_m), cell_m)


def points(grid: Grid, count: int, random: np.random.Generator) -> np.ndarray:
    west, south, east, north = grid.bounds_m
    return random.uniform((west, south), (east, north), (count, 2))


def lines(grid: Grid, count: int, random: np.random.Generator, vertices: int = 40) -> list[shapely.LineString]:
    """Wandering lines: forty steps of some hundred metres each."""
    starts = points(grid, count, random)
    turns = random.uniform(0, 2 * np.pi, (count, 1)) + np.cumsum(random.normal(0, 0.4, (count, vertices)), axis=1)
    steps = random.uniform(100, 900, (count, vertices, 1)) * np.stack([np.cos(turns), np.sin(turns)], axis=2)
    return list(shapely.linestrings(starts[:, None] + np.cumsum(steps, axis=1)))


def polygons(grid: Grid, count: int, random: np.random.Generator, vertices: int = 24) -> list[shapely.Polygon]:
    """Ragged patches of some hundred metres to a few kilometres."""
    angle = np.linspace(0, 2 * np.pi, vertices, endpoint=False)
    radius = random.lognormal(6, 0.7, (count, 1)) * random.uniform(0.6, 1.4, (count, vertices))
    rings = np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=2) + points(grid, count, random)[:, None]
    return list(shapely.polygons(rings))


def marks(grid: Grid, share: float = 1.0) -> Shapes:
    """Points and lines whose distances are asked for: ``share`` of the country's."""
    random = np.random.default_rng(1)
    return shapes_of(
        [
            *shapely.points(points(grid, round(POINTS * share), random)),
            *lines(grid, max(1, round(LINES * share)), random),
        ]
    )
