"""From a sketch to the ground: fit control points, choose the model by leaving one out, carry the uncertainty along.

A minefield record's sketch is drawn in millimetres of paper (or pixels) and known at a few control points. Three
models: *similarity* (scale, turn, shift), *affine* (two scales, shear), *thin-plate spline* (rubber sheet through all
points). With few points the simplest predicts best, so the choice is by leave-one-out error, and the spline is never
chosen by itself. Errors of the fit are common to all points placed with it: simulate whole rows, do not buffer points.
Ground coordinates are metres in any grid, x east, y north.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

import numpy as np

from torpaq.geo.crs import Floats
from torpaq.standard.problems import Problem, problem

CHI2_95_2 = -2 * math.log(0.05)
FEW_POINTS = 6
"""With so few control points an affine fit must be clearly better than a similarity before it is chosen."""

CLEARLY_BETTER = 0.8

NOTHING_TO_GAIN_M = 0.001
"""A similarity that predicts to the millimetre is not bettered by comparing rounding errors."""


class SketchModel(StrEnum):
    """How the sketch is laid on the ground."""

    SIMILARITY = "similarity"
    AFFINE = "affine"
    SPLINE = "spline"


NAMES = {SketchModel.SIMILARITY: ("a", "b", "tx", "ty"), SketchModel.AFFINE: ("a", "b", "tx", "c", "d", "ty")}
PARAMETERS = {SketchModel.SIMILARITY: 4, SketchModel.AFFINE: 6, SketchModel.SPLINE: 6}
FEWEST_POINTS = {SketchModel.SIMILARITY: 3, SketchModel.AFFINE: 4, SketchModel.SPLINE: 4}
"""One point more than determines the model: without one over there is no σ₀ and no uncertainty to show."""


class ControlPoint(NamedTuple):
    """A point known on the sketch (x, y in its own units) and on the ground (metres)."""

    x: float
    y: float
    east_m: float
    north_m: float


@dataclass(frozen=True, slots=True)
class Placed:
    """A sketch point on the ground.

    ``sigma_m`` is the standard deviation a coordinate of the fitted position; ``radius95_m`` the 95 % radius of the
    fit alone, √(2F₀.₉₅(2, dof) σ²); ``point_radius95_m`` with the drawing's own noise σ₀ and the datum's σ; outside
    the control points' hull (``extrapolated``) also with how far the models disagree there.
    """

    east_m: float
    north_m: float
    sigma_m: float
    radius95_m: float
    point_radius95_m: float
    extrapolated: bool


@dataclass(frozen=True, slots=True)
class SketchFit:
    """A fitted model. ``parameters`` by name (a, b, tx, ty or a, b, tx, c, d, ty; empty for the spline).

    ``cofactor`` times σ₀² is their covariance.

    ``sigma0_m`` is the standard deviation of one control coordinate, from ``dof`` degrees of freedom; for the spline,
    which passes through every point, it is the leave-one-out error a coordinate.
    """

    model: SketchModel
    points: tuple[ControlPoint, ...]
    parameters: Mapping[str, float]
    cofactor: Floats
    sigma0_m: float
    dof: int
    leave_one_out_m: Mapping[SketchModel, float]

    @property
    def covariance(self) -> Floats:
        """The covariance of the parameters in their order; empty for the spline."""
        return np.asarray(self.sigma0_m**2 * self.cofactor)

    @property
    def scale(self) -> float:
        """Metres on the ground for one unit of the sketch (square root of the areas' ratio)."""
        corners = np.array([self.position(*corner) for corner in ((0, 0), (1, 0), (0, 1))])
        (ax, ay), (bx, by) = corners[1] - corners[0], corners[2] - corners[0]
        return math.sqrt(abs(ax * by - ay * bx))

    @property
    def turn_deg(self) -> float:
        """How far the sketch's x axis is turned from east, counter-clockwise positive, degrees."""
        (east0, north0), (east1, north1) = self.position(0, 0), self.position(1, 0)
        return math.degrees(math.atan2(north1 - north0, east1 - east0))

    def position(self, x: float, y: float) -> tuple[float, float]:
        """Return (east, north) in metres of a sketch point, without its uncertainty."""
        ground = np.array([point[2:] for point in self.points])
        origin = ground.mean(axis=0)
        east_m, north_m = origin + _predict(self.model, self.points, np.array([(x, y)]))[0]
        return float(east_m), float(north_m)

    def place(self, x: float, y: float, datum_sigma_m: float = 0.0) -> Placed:
        """Return a sketch point on the ground with its uncertainty; ``datum_sigma_m`` is the control's own datum."""
        east_m, north_m = self.position(x, y)
        sigma_m = self.sigma0_m * math.sqrt(self._leverage(x, y))
        twice_f = 2 * f_95(self.dof)
        point_radius2_m2 = twice_f * (sigma_m**2 + self.sigma0_m**2) + CHI2_95_2 * datum_sigma_m**2
        extrapolated = not is_inside_hull(self.points, x, y)
        if extrapolated:
            point_radius2_m2 += self._disagreement_m(x, y) ** 2
        radius_m = math.sqrt(twice_f) * sigma_m
        return Placed(east_m, north_m, sigma_m, radius_m, math.sqrt(point_radius2_m2), extrapolated)

    def _leverage(self, x: float, y: float) -> float:
        """Return the variance of a fitted coordinate over σ₀²."""
        if self.model is SketchModel.SPLINE:
            weights = _spline_weights(self.points, np.array([(x, y)]))[0]
            return float(weights @ weights)
        row = _design(self.model, np.array([(x, y)]))[0]
        return float(row @ self.cofactor @ row)

    def _disagreement_m(self, x: float, y: float) -> float:
        """Return the distance between where a similarity and an affine fit put a point."""
        spot = np.array([(x, y)])
        models = [model for model in (SketchModel.SIMILARITY, SketchModel.AFFINE) if _can_fit(model, self.points)]
        places = [_predict(model, self.points, spot)[0] for model in models]
        return float(np.hypot(*(places[0] - places[-1])))


def fit_sketch(
    points: Sequence[ControlPoint], model: SketchModel | None = None, subject: str = ""
) -> tuple[SketchFit | None, list[Problem]]:
    """Fit a sketch's control points; without ``model`` choose similarity or affine by leave-one-out error.

    Up to six points take a similarity unless an affine fit is at least a fifth better; a spline only by name.
    """
    points = tuple(points)
    problems = _check_points(points, model or SketchModel.SIMILARITY, subject)
    if problems:
        return None, problems
    errors_m = {kind: leave_one_out_m(points, kind) for kind in SketchModel if _can_leave_one_out(kind, points)}
    chosen = model or _choose(errors_m, len(points))
    fit = _fit(chosen, points, errors_m)
    return fit, _check_fit(fit, subject)


def _choose(errors_m: Mapping[SketchModel, float], count: int) -> SketchModel:
    similarity_m, affine_m = errors_m[SketchModel.SIMILARITY], errors_m.get(SketchModel.AFFINE, math.inf)
    needed = CLEARLY_BETTER if count <= FEW_POINTS else 1.0
    is_affine = similarity_m > NOTHING_TO_GAIN_M and affine_m < needed * similarity_m
    return SketchModel.AFFINE if is_affine else SketchModel.SIMILARITY


def _fit(model: SketchModel, points: tuple[ControlPoint, ...], errors_m: Mapping[SketchModel, float]) -> SketchFit:
    dof = 2 * len(points) - PARAMETERS[model]
    if model is SketchModel.SPLINE:
        sigma0_m = errors_m[model] / math.sqrt(2)
        return SketchFit(model, points, {}, np.empty((0, 0)), sigma0_m, dof, errors_m)
    design, observed, origin = _equations(model, points)
    values = np.linalg.lstsq(design, observed, rcond=None)[0]
    residuals = observed - design @ values
    sigma0_m = math.sqrt(float(residuals @ residuals) / dof)
    cofactor = np.asarray(np.linalg.inv(design.T @ design), dtype=np.float64)
    parameters = dict(zip(NAMES[model], values.tolist(), strict=True))
    parameters["tx"] += float(origin[0])
    parameters["ty"] += float(origin[1])
    return SketchFit(model, points, parameters, cofactor, sigma0_m, dof, errors_m)


def _equations(model: SketchModel, points: Sequence[ControlPoint]) -> tuple[Floats, Floats, Floats]:
    """Return design matrix, observations relative to the ground points' mean (east and north in turn), and that."""
    table = np.array(points, dtype=np.float64)
    origin = table[:, 2:].mean(axis=0)
    easts = _design(model, table[:, :2])
    norths = _design(model, table[:, :2], north=True)
    design = np.stack((easts, norths), axis=1).reshape(-1, easts.shape[1])
    return design, (table[:, 2:] - origin).reshape(-1), origin


def _design(model: SketchModel, sketch: Floats, *, north: bool = False) -> Floats:
    """Return the rows of east, or of north: E = ax − by + tx, N = bx + ay + ty; E = ax + by + tx, N = cx + dy + ty."""
    x, y = sketch[:, 0], sketch[:, 1]
    one, nil = np.ones_like(x), np.zeros_like(x)
    columns: tuple[Floats, ...]
    if model is SketchModel.SIMILARITY:
        columns = (y, x, nil, one) if north else (x, -y, one, nil)
    else:
        columns = (nil, nil, nil, x, y, one) if north else (x, y, one, nil, nil, nil)
    return np.stack(columns, axis=1)


def _predict(model: SketchModel, points: Sequence[ControlPoint], spots: Floats) -> Floats:
    """Return (n, 2) ground positions of sketch spots, relative to the control points' mean."""
    if model is SketchModel.SPLINE:
        ground = np.array(points, dtype=np.float64)[:, 2:]
        return np.asarray(_spline_weights(points, spots) @ (ground - ground.mean(axis=0)))
    design, observed, _ = _equations(model, points)
    values = np.linalg.lstsq(design, observed, rcond=None)[0]
    return np.stack((_design(model, spots) @ values, _design(model, spots, north=True) @ values), axis=1)


def _spline_weights(points: Sequence[ControlPoint], spots: Floats) -> Floats:
    """Return, for each spot, the weight of each control point's ground position (thin plate, r² log r)."""
    sketch = np.array(points, dtype=np.float64)[:, :2]
    count = len(sketch)
    flat = np.column_stack((np.ones(count), sketch))
    system = np.block([[_thin_plate(sketch, sketch), flat], [flat.T, np.zeros((3, 3))]])
    rows = np.column_stack((_thin_plate(spots, sketch), np.ones(len(spots)), spots))
    return np.asarray(np.linalg.solve(system.T, rows.T).T[:, :count])


def _thin_plate(spots: Floats, centres: Floats) -> Floats:
    squared = ((spots[:, None, :] - centres[None, :, :]) ** 2).sum(axis=2)
    return np.asarray(squared * np.log(np.where(squared > 0, squared, 1.0)) / 2)


def leave_one_out_m(points: Sequence[ControlPoint], model: SketchModel) -> float:
    """Return the root mean square distance between each control point and where the others put it, metres."""
    total_m2 = 0.0
    for number, left_out in enumerate(points):
        others = [*points[:number], *points[number + 1 :]]
        origin = np.array(others, dtype=np.float64)[:, 2:].mean(axis=0)
        miss = origin + _predict(model, others, np.array([left_out[:2]]))[0] - np.array(left_out[2:])
        total_m2 += float(miss @ miss)
    return math.sqrt(total_m2 / len(points))


def f_95(dof: int) -> float:
    """Return the 95 % point of Fisher's F with 2 and ``dof`` degrees of freedom, in closed form for two."""
    return dof / 2 * (math.pow(0.05, -2 / dof) - 1)


def is_inside_hull(points: Sequence[ControlPoint], x: float, y: float) -> bool:
    """Say whether a sketch point lies within the convex hull of the control points, its border included."""
    import shapely

    hull = shapely.convex_hull(shapely.multipoints(np.array(points, dtype=np.float64)[:, :2]))
    return bool(shapely.intersects(hull, shapely.Point(x, y)))


def _check_points(points: tuple[ControlPoint, ...], model: SketchModel, subject: str) -> list[Problem]:
    if not all(math.isfinite(value) for point in points for value in point):
        return [problem("sketch_not_finite", subject)]
    fewest = FEWEST_POINTS[model]
    if len({point[:2] for point in points}) < fewest or len({point[2:] for point in points}) < fewest:
        return [problem("sketch_too_few_points", subject, points=len(points), fewest=fewest, model=model.value)]
    if len({point[:2] for point in points}) < len(points):
        return [problem("sketch_point_repeated", subject)]
    if model is not SketchModel.SIMILARITY and _is_flat(points):
        return [problem("sketch_points_in_line", subject, model=model.value)]
    return []


def _can_fit(model: SketchModel, points: Sequence[ControlPoint]) -> bool:
    return model is SketchModel.SIMILARITY or (len(points) >= 3 and not _is_flat(points))


def _can_leave_one_out(model: SketchModel, points: Sequence[ControlPoint]) -> bool:
    others = [[*points[:number], *points[number + 1 :]] for number in range(len(points))]
    return all(_can_fit(model, rest) for rest in others)


def _is_flat(points: Sequence[ControlPoint]) -> bool:
    """Say whether the sketch points lie on one line, within a thousandth of their extent."""
    sketch = np.array(points, dtype=np.float64)[:, :2]
    wide, narrow = np.linalg.svd(sketch - sketch.mean(axis=0), compute_uv=False)[:2]
    return bool(narrow <= 1e-3 * wide)


def _check_fit(fit: SketchFit, subject: str) -> list[Problem]:
    """Warn of a sketch whose y axis runs down, as scans' pixels do: mirrored, it fits far better."""
    mirrored = tuple(ControlPoint(x, -y, east_m, north_m) for x, y, east_m, north_m in fit.points)
    similarity = _fit(SketchModel.SIMILARITY, fit.points, {})
    other = _fit(SketchModel.SIMILARITY, mirrored, {})
    if other.sigma0_m >= 0.5 * similarity.sigma0_m or _is_flat(fit.points):
        return []
    as_drawn_m, as_mirrored_m = round(similarity.sigma0_m, 3), round(other.sigma0_m, 3)
    return [problem("sketch_mirrored", subject, as_drawn_m=as_drawn_m, as_mirrored_m=as_mirrored_m)]
