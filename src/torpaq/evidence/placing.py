"""Where a minefield record's rows may lie: many draws of the whole record, its errors common to all it shows.

A record that is turned by a degree is turned whole, and one read off the map 25 m too far east lies there whole: to
widen each point by itself would smear a row into a band that it never is. So each draw takes one attempt, one shift,
one turn, one length of pace and perhaps one blunder, and lays all rows down; the field is the share of draws in which
a row passes within some metres of a cell (planning notes: error budget of a record, sketch to ground).
"""

import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from torpaq.evidence.grid import Grid, Window
from torpaq.evidence.records import Attempt, MinefieldRecord, Row, control_points
from torpaq.geo.crs import Floats, NationalCrs, convergence_deg
from torpaq.geo.sketch import SketchFit, SketchModel, fit_sketch, is_inside_hull
from torpaq.standard.problems import Problem, has_errors, problem

MOST_CELLS = 40_000_000
HALF_DIAGONAL = 0.71


@dataclass(frozen=True, slots=True)
class Laid:
    """All draws of a record: vertices in metres, draw after draw; draw d of row r has the same number of vertices.

    ``xy_m`` is (draws, vertices, 2); row r has the vertices ``starts[r]`` to ``starts[r + 1]`` of each draw.
    """

    xy_m: Floats
    starts: NDArray[np.int64]

    @property
    def draws(self) -> int:
        """How many draws there are."""
        return len(self.xy_m)


@dataclass(frozen=True, slots=True)
class Field:
    """The chance, given that a record is right, that one of its rows passes within some metres of a cell: a window."""

    window: Window
    chance: NDArray[np.float32]


def lay_record(
    record: MinefieldRecord, crs: NationalCrs, draws: int, subject: str
) -> tuple[Laid | None, list[Problem]]:
    """Lay a record down ``draws`` times, seeded by the record itself: the same record gives the same field."""
    seed = int.from_bytes(hashlib.sha256(repr(record).encode()).digest()[:8], "big")
    random = np.random.default_rng(seed)
    weights = np.array([attempt.weight for attempt in record.attempts])
    shares = random.multinomial(draws, weights / weights.sum())
    parts, problems = [], list[Problem]()
    for attempt, count in zip(record.attempts, shares.tolist(), strict=True):
        if not count:
            continue
        rows, found = _rows_of(record.rows, attempt, crs, count, random, subject)
        problems += found
        if rows is None:
            return None, problems
        parts.append(_with_common_errors(rows, attempt, random))
    starts = np.cumsum([0, *(_vertices(row) for row in record.rows)]).astype(np.int64)
    xy = np.concatenate(parts)
    if not np.isfinite(xy).all():
        return None, [*problems, problem("evidence_outside_country", subject)]
    return Laid(xy, starts), problems


def _vertices(row: Row) -> int:
    return len(row.points) or len(row.legs) + 1


def _rows_of(
    rows: Sequence[Row], attempt: Attempt, crs: NationalCrs, draws: int, random: np.random.Generator, subject: str
) -> tuple[Floats | None, list[Problem]]:
    """Return (draws, vertices, 2) metres of an attempt: walked rows with turn and pace, sketched ones as fitted."""
    fits, problems = _fits(attempt, crs, subject) if attempt.control else ([], [])
    if has_errors(problems):
        return None, problems
    turns = np.radians(random.normal(0.0, attempt.budget.bearing_deg, draws))
    scales = np.maximum(1.0 + random.normal(0.0, attempt.budget.distance_percent / 100, draws), 0.1)
    sketched = _sketched(rows, fits, draws, random) if fits else {}
    laid = [
        sketched[index] if row.points else _walked(row, attempt, crs, turns, scales) for index, row in enumerate(rows)
    ]
    return np.concatenate(laid, axis=1), problems


def _walked(row: Row, attempt: Attempt, crs: NationalCrs, turns: Floats, scales: Floats) -> Floats:
    """Walk a row's legs from the reference point: every leg turned by the same angle, stretched by the same share."""
    if attempt.start is None:
        raise ValueError("a walked row needs a reference point")
    legs = attempt.walk((*row.to_start, *row.legs))
    meridian = math.radians(convergence_deg(crs.proj, *attempt.start) or 0.0)
    angle = np.radians([leg.true_bearing_deg for leg in legs]) - meridian
    lengths = np.array([leg.horizontal_m for leg in legs])
    turned = angle[None, :] + turns[:, None]
    steps = np.stack((np.sin(turned), np.cos(turned)), axis=2) * lengths[None, :, None] * scales[:, None, None]
    places = np.concatenate((np.zeros((len(turns), 1, 2)), np.cumsum(steps, axis=1)), axis=1)
    mined = places[:, len(row.to_start) :]
    return np.asarray(mined + np.array(crs.forward(*attempt.start)))


def _fits(attempt: Attempt, crs: NationalCrs, subject: str) -> tuple[list[SketchFit], list[Problem]]:
    """Fit an attempt's control points; outside their hull the other model gets a say, which widens the field there."""
    places = [crs.forward(lon, lat) for _, _, lon, lat in attempt.control]
    points = control_points(attempt, places)
    fit, problems = fit_sketch(points, subject=subject)
    if fit is None:
        return [], problems
    other = SketchModel.AFFINE if fit.model is SketchModel.SIMILARITY else SketchModel.SIMILARITY
    second, _ = fit_sketch(points, other, subject)
    return [fit, *([second] if second else [])], problems


def _sketched(
    rows: Sequence[Row], fits: Sequence[SketchFit], draws: int, random: np.random.Generator
) -> Mapping[int, Floats]:
    """Return each sketched row in every draw: parameters drawn once a draw, the drawing's own noise a point."""
    first = fits[0]
    outside = [not is_inside_hull(first.points, x, y) for row in rows for x, y in row.points]
    models = fits if any(outside) else fits[:1]
    found: dict[int, Floats] = {}
    chosen = random.integers(0, len(models), draws)
    drawn = [_drawn_parameters(model, draws, random) for model in models]
    for index, row in enumerate(rows):
        if not row.points:
            continue
        spots = np.array(row.points)
        places = np.stack([_placed(model, parameters, spots) for model, parameters in zip(models, drawn, strict=True)])
        at = places[chosen, np.arange(draws)]
        found[index] = at + random.normal(0.0, first.sigma0_m, at.shape)
    return found


def _drawn_parameters(fit: SketchFit, draws: int, random: np.random.Generator) -> Floats:
    """Return (draws, parameters) of a fit about its values.

    σ₀ is itself known from few control points, so the draws are Student's: normal ones over the root of χ²/dof.
    """
    values = np.array(list(fit.parameters.values()))
    normal = random.multivariate_normal(np.zeros(len(values)), fit.covariance, draws, method="svd")
    spread = np.sqrt(fit.dof / random.chisquare(fit.dof, draws))
    return np.asarray(values + normal * spread[:, None])


def _placed(fit: SketchFit, parameters: Floats, spots: Floats) -> Floats:
    """Return (draws, spots, 2) metres of sketch spots under drawn parameters, in the order of their names."""
    x, y = spots[:, 0], spots[:, 1]
    if fit.model is SketchModel.SIMILARITY:
        a, b, tx, ty = (parameters[:, [index]] for index in range(4))
        return np.stack((a * x - b * y + tx, b * x + a * y + ty), axis=2)
    a, b, tx, c, d, ty = (parameters[:, [index]] for index in range(6))
    return np.stack((a * x + b * y + tx, c * x + d * y + ty), axis=2)


def _with_common_errors(rows: Floats, attempt: Attempt, random: np.random.Generator) -> Floats:
    """Shift each draw whole: datum, plot (walked rows: a sketch has its control points), and now and then a blunder."""
    budget, draws = attempt.budget, len(rows)
    plot_m = 0.0 if attempt.control else budget.plot_m
    shift = random.normal(0.0, math.hypot(budget.datum_m, plot_m), (draws, 2))
    blundered = random.random(draws) < budget.blunder_share
    shift += np.where(blundered[:, None], random.normal(0.0, budget.blunder_m, (draws, 2)), 0.0)
    return np.asarray(rows + shift[:, None, :])


def chance_field(laid: Laid, grid: Grid, near_m: float) -> Field | None:
    """Return the share of draws in which a row passes within ``near_m`` of the middle of a cell; None beside the grid.

    The distance is at least half a cell's diagonal, so that no row slips between the middles of cells.
    """
    within_m = max(near_m, HALF_DIAGONAL * grid.cell_m)
    low = laid.xy_m.min(axis=(0, 1)) - within_m
    high = laid.xy_m.max(axis=(0, 1)) + within_m
    window = grid.window_over((float(low[0]), float(low[1]), float(high[0]), float(high[1])))
    if window is None or window.rows * window.columns > MOST_CELLS:
        return None
    cells = np.empty_like(laid.xy_m)
    cells[..., 0] = (laid.xy_m[..., 0] - grid.west_m) / grid.cell_m - window.column
    cells[..., 1] = (grid.north_m - laid.xy_m[..., 1]) / grid.cell_m - window.row
    counts = np.zeros((window.rows, window.columns), dtype=np.int32)
    last = np.full(counts.shape, -1, dtype=np.int32)
    _count_draws(cells, laid.starts, within_m / grid.cell_m, counts, last)
    return Field(window, (counts / laid.draws).astype(np.float32))


@njit(nogil=True, cache=True)
def _count_draws(
    xy: Floats, starts: NDArray[np.int64], within: float, counts: NDArray[np.int32], last: NDArray[np.int32]
) -> None:
    """Count, for every cell, the draws in which a segment passes within so many cells of its middle, each once."""
    rows, columns = counts.shape
    for draw in range(len(xy)):
        for line in range(len(starts) - 1):
            for vertex in range(starts[line], starts[line + 1] - 1):
                x0, y0 = xy[draw, vertex, 0], xy[draw, vertex, 1]
                x1, y1 = xy[draw, vertex + 1, 0], xy[draw, vertex + 1, 1]
                top = max(0, math.floor(min(y0, y1) - within - 0.5))
                bottom = min(rows - 1, math.ceil(max(y0, y1) + within - 0.5))
                left = max(0, math.floor(min(x0, x1) - within - 0.5))
                right = min(columns - 1, math.ceil(max(x0, x1) + within - 0.5))
                dx, dy = x1 - x0, y1 - y0
                length2 = dx * dx + dy * dy
                for row in range(top, bottom + 1):
                    for column in range(left, right + 1):
                        if last[row, column] == draw:
                            continue
                        px, py = column + 0.5 - x0, row + 0.5 - y0
                        share = min(max((px * dx + py * dy) / length2, 0.0), 1.0) if length2 > 0 else 0.0
                        ex, ey = px - share * dx, py - share * dy
                        if ex * ex + ey * ey <= within * within:
                            last[row, column] = draw
                            counts[row, column] += 1
