"""From bearings and distances to turning points: misclosure, a test for blunders, and only then an adjustment.

A closed traverse rarely closes. Whether its misclosure is what the instruments explain is a χ² test with two degrees
of freedom against the a-priori covariance; a traverse that fails it holds a blunder, is not adjusted (spreading a
blunder over good legs spoils them all) and gets hints at the leg. One that passes is adjusted by Bowditch's rule: the
correction of a point grows with the length walked. Raw points are always kept.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from torpaq.geo.area import shoelace_m2
from torpaq.geo.coordinates.declination import declination_deg
from torpaq.geo.crs import AZE, Floats, NationalCrs, convergence_deg, geod
from torpaq.geo.geocheck import LIMITS, Extent, Limits
from torpaq.geo.polygons import Checked, shape_from_lonlat
from torpaq.geo.traverse.hints import BlunderHint, blunder_hints
from torpaq.geo.traverse.legs import BearingReference, Closing, SolvedLeg, Survey, solved_legs
from torpaq.standard.problems import Problem, has_errors, problem

CHI2_95_2 = -2 * math.log(0.05)
"""The 95 % point of χ² with two degrees of freedom, 5.991465: in closed form for two."""


@dataclass(frozen=True, slots=True)
class TraverseLimits:
    """A misclosure worse than 1 : ``flag_ratio`` is flagged, worse than 1 : ``refuse_ratio`` refused (ours)."""

    chi2: float = CHI2_95_2
    flag_ratio: float = 100.0
    refuse_ratio: float = 20.0


TRAVERSE_LIMITS = TraverseLimits()


@dataclass(frozen=True, slots=True)
class Misclosure:
    """End minus start in metres, its covariance in m² (east, north, both), and the test that it is only noise."""

    east_m: float
    north_m: float
    length_m: float
    variance_east_m2: float
    variance_north_m2: float
    covariance_m2: float
    chi2: float

    @property
    def distance_m(self) -> float:
        """The distance between end and start."""
        return math.hypot(self.east_m, self.north_m)

    @property
    def ratio(self) -> float:
        """The n of 1 : n, the length walked over the misclosure; infinite where it closes exactly."""
        return self.length_m / self.distance_m if self.distance_m else math.inf


@dataclass(frozen=True, slots=True)
class TurningPoint:
    """One point in metres from the start (east, north), where it is on WGS 84 if the start is known, and its σ.

    ``sigma_m`` is the standard deviation along the worst direction, from bearings and distances alone: the start's
    own uncertainty is not in it.
    """

    east_m: float
    north_m: float
    lonlat: tuple[float, float] | None
    sigma_m: float


@dataclass(frozen=True, slots=True)
class Traverse:
    """A solved traverse. ``adjusted`` is empty where the traverse was not closed or its misclosure is a blunder."""

    survey: Survey
    legs: tuple[SolvedLeg, ...]
    declination_deg: float | None
    convergence_deg: float | None
    misclosure: Misclosure | None
    accepted: bool
    raw: tuple[TurningPoint, ...]
    adjusted: tuple[TurningPoint, ...]
    hints: tuple[BlunderHint, ...]

    @property
    def area_raw_m2(self) -> float:
        """The planar area of the raw points, closed by a straight line to the start."""
        return _area_m2(self.raw)

    @property
    def area_adjusted_m2(self) -> float | None:
        """The planar area of the adjusted points, None where there are none."""
        return _area_m2(self.adjusted) if self.adjusted else None


def _area_m2(points: Sequence[TurningPoint]) -> float:
    ring = np.array([(0.0, 0.0), *((point.east_m, point.north_m) for point in points)])
    return abs(shoelace_m2(ring))


def solve_traverse(
    survey: Survey, subject: str = "", limits: TraverseLimits = TRAVERSE_LIMITS
) -> tuple[Traverse | None, list[Problem]]:
    """Solve a survey: true bearings, misclosure, χ² test, then Bowditch's adjustment or hints at the blunder.

    The arithmetic of the misclosure is planar in metres; positions are walked as geodesics on WGS 84.
    """
    declination, convergence, problems = _norths(survey, subject)
    if has_errors(problems):
        return None, problems
    legs = solved_legs(survey, declination or 0.0, convergence or 0.0)
    covariances = leg_covariances(legs, survey)
    raw = _raw_points(legs, covariances, survey.start)
    if survey.closing is Closing.NONE:
        problems.append(problem("traverse_not_closed", subject))
        return Traverse(survey, legs, declination, convergence, None, False, raw, (), ()), problems
    misclosure = _misclosure(legs, covariances)
    refused = misclosure.ratio < limits.refuse_ratio
    accepted = misclosure.chi2 <= limits.chi2 and not refused
    adjusted = _adjusted_points(legs, covariances, raw, survey.start) if accepted else ()
    hints = () if accepted else blunder_hints(legs, covariances)
    solved = Traverse(survey, legs, declination, convergence, misclosure, accepted, raw, adjusted, hints)
    return solved, problems + _check_misclosure(solved, misclosure, subject, limits)


def _norths(survey: Survey, subject: str) -> tuple[float | None, float | None, list[Problem]]:
    """Return the declination and the grid convergence in degrees at the start, each None where no leg needs it."""
    references = {leg.reference for leg in survey.legs}
    declination = convergence = None
    problems: list[Problem] = []
    if BearingReference.MAGNETIC in references:
        declination = survey.declination_deg
        if declination is None:
            declination, problems = _modelled_declination(survey, subject)
    if BearingReference.GRID in references and survey.start:
        convergence = convergence_deg(survey.grid, *survey.start)
        if convergence is None:
            problems.append(problem("traverse_grid_unknown", subject, grid=survey.grid))
    return declination, convergence, problems


def _modelled_declination(survey: Survey, subject: str) -> tuple[float | None, list[Problem]]:
    """Return the magnetic model's declination at the start on the survey's date."""
    if survey.start is None or survey.on is None:
        return None, [problem("traverse_declination_missing", subject)]
    lon, lat = survey.start
    return declination_deg(lon, lat, 0.0, survey.on)


def leg_covariances(legs: Sequence[SolvedLeg], survey: Survey) -> Floats:
    """Return the a-priori covariance of each leg, (n, 2, 2) in m² (east, north).

    Along the leg σ is ``sigma_distance_m`` + ``sigma_distance_percent`` of its length, across it length · σ of the
    bearing in radians; legs are independent.
    """
    found = np.empty((len(legs), 2, 2))
    for number, leg in enumerate(legs):
        along_m = survey.sigma_distance_m + survey.sigma_distance_percent / 100 * leg.horizontal_m
        across_m = leg.horizontal_m * math.radians(survey.sigma_bearing_deg)
        angle = math.radians(leg.true_bearing_deg)
        turn = np.array(((math.sin(angle), math.cos(angle)), (math.cos(angle), -math.sin(angle))))
        found[number] = turn @ np.diag((along_m**2, across_m**2)) @ turn.T
    return found


def _misclosure(legs: Sequence[SolvedLeg], covariances: Floats) -> Misclosure:
    east_m, north_m = sum(leg.east_m for leg in legs), sum(leg.north_m for leg in legs)
    covariance = covariances.sum(axis=0)
    end = np.array((east_m, north_m))
    return Misclosure(
        east_m=east_m,
        north_m=north_m,
        length_m=sum(leg.horizontal_m for leg in legs),
        variance_east_m2=float(covariance[0, 0]),
        variance_north_m2=float(covariance[1, 1]),
        covariance_m2=float(covariance[0, 1]),
        chi2=float(end @ np.linalg.solve(covariance, end)),
    )


def _raw_points(
    legs: Sequence[SolvedLeg], covariances: Floats, start: tuple[float, float] | None
) -> tuple[TurningPoint, ...]:
    points: list[TurningPoint] = []
    east_m = north_m = 0.0
    covariance = np.zeros((2, 2))
    here = start
    for leg, leg_covariance in zip(legs, covariances, strict=True):
        east_m, north_m = east_m + leg.east_m, north_m + leg.north_m
        covariance = covariance + leg_covariance
        here = _walk(here, leg.true_bearing_deg, leg.horizontal_m) if here else None
        points.append(TurningPoint(east_m, north_m, here, _worst_sigma_m(covariance)))
    return tuple(points)


def _walk(start: tuple[float, float], bearing_deg: float, distance_m: float) -> tuple[float, float]:
    lon, lat, _ = geod().fwd(start[0], start[1], bearing_deg, distance_m)
    return float(lon), float(lat)


def _worst_sigma_m(covariance: Floats) -> float:
    return math.sqrt(max(float(np.linalg.eigvalsh(covariance)[-1]), 0.0))


def _adjusted_points(
    legs: Sequence[SolvedLeg], covariances: Floats, raw: Sequence[TurningPoint], start: tuple[float, float] | None
) -> tuple[TurningPoint, ...]:
    """Move each raw point by its share of the misclosure: the share is the length walked over the whole length."""
    walked_m = np.cumsum([leg.horizontal_m for leg in legs])
    shares = walked_m / walked_m[-1]
    last = raw[-1]
    back_deg, _, gap_m = geod().inv(*last.lonlat, *start) if last.lonlat and start else (0.0, 0.0, 0.0)
    points = []
    for number, (point, share) in enumerate(zip(raw, shares, strict=True)):
        weights = (np.arange(len(legs)) <= number) - share
        covariance = np.einsum("i,ijk->jk", weights**2, covariances)
        lonlat = _walk(point.lonlat, back_deg, gap_m * float(share)) if point.lonlat else None
        east_m, north_m = point.east_m - share * last.east_m, point.north_m - share * last.north_m
        points.append(TurningPoint(float(east_m), float(north_m), lonlat, _worst_sigma_m(covariance)))
    return tuple(points)


def _check_misclosure(solved: Traverse, misclosure: Misclosure, subject: str, limits: TraverseLimits) -> list[Problem]:
    problems = []
    gap = {"gap_m": round(misclosure.distance_m, 3), "ratio": round(min(misclosure.ratio, 1e9), 2)}
    if misclosure.ratio < limits.refuse_ratio:
        problems.append(problem("traverse_ratio_refused", subject, **gap, limit=limits.refuse_ratio))
    elif misclosure.ratio < limits.flag_ratio:
        problems.append(problem("traverse_ratio_poor", subject, **gap, limit=limits.flag_ratio))
    if misclosure.chi2 > limits.chi2:
        chi2 = round(misclosure.chi2, 6)
        problems.append(problem("traverse_blunder", subject, **gap, chi2=chi2, limit=round(limits.chi2, 6)))
    return problems + [hint.as_problem(subject) for hint in solved.hints]


def traverse_as_shape(
    solved: Traverse,
    crs: NationalCrs = AZE,
    extent: Extent | None = None,
    subject: str = "",
    limits: Limits = LIMITS,
) -> Checked:
    """Return the traverse's turning points as a checked shape: adjusted, or raw where the traverse was never closed.

    A traverse that failed its test, or has no start, gives no shape.
    """
    if solved.survey.start is None:
        return None, [problem("traverse_start_missing", subject)]
    if solved.misclosure and not solved.accepted:
        return None, [problem("traverse_not_adjusted", subject)]
    points = solved.adjusted[:-1] if solved.adjusted else solved.raw
    ring = [solved.survey.start, *(point.lonlat for point in points if point.lonlat)]
    return shape_from_lonlat([[ring]], crs, extent, subject, limits, closed=False)


def traverse_as_json(solved: Traverse) -> dict[str, object]:
    """Return the stable keys of ``torpaq traverse --json``; metres, degrees, null where a thing does not apply."""
    misclosure = solved.misclosure
    return {
        "start": _lonlat_as_json(solved.survey.start),
        "declination_deg": solved.declination_deg,
        "convergence_deg": solved.convergence_deg,
        "legs": [
            {
                "leg": number,
                "true_bearing_deg": round(leg.true_bearing_deg, 6),
                "horizontal_m": round(leg.horizontal_m, 4),
                "east_m": round(leg.east_m, 4),
                "north_m": round(leg.north_m, 4),
            }
            for number, leg in enumerate(solved.legs, 1)
        ],
        "length_m": round(sum(leg.horizontal_m for leg in solved.legs), 4),
        "misclosure": _misclosure_as_json(misclosure) if misclosure else None,
        "accepted": solved.accepted,
        "hints": [hint.as_json() for hint in solved.hints],
        "raw": [_point_as_json(number, point) for number, point in enumerate(solved.raw, 1)],
        "adjusted": [_point_as_json(number, point) for number, point in enumerate(solved.adjusted, 1)],
        "area_raw_m2": round(solved.area_raw_m2, 2),
        "area_adjusted_m2": None if solved.area_adjusted_m2 is None else round(solved.area_adjusted_m2, 2),
    }


def _misclosure_as_json(misclosure: Misclosure) -> dict[str, object]:
    return {
        "east_m": round(misclosure.east_m, 6),
        "north_m": round(misclosure.north_m, 6),
        "distance_m": round(misclosure.distance_m, 6),
        "ratio": round(misclosure.ratio, 2) if math.isfinite(misclosure.ratio) else None,
        "variance_east_m2": round(misclosure.variance_east_m2, 6),
        "variance_north_m2": round(misclosure.variance_north_m2, 6),
        "covariance_m2": round(misclosure.covariance_m2, 6),
        "chi2": round(misclosure.chi2, 6),
        "chi2_limit": round(CHI2_95_2, 6),
    }


def _point_as_json(number: int, point: TurningPoint) -> dict[str, object]:
    return {
        "point": number,
        "east_m": round(point.east_m, 4),
        "north_m": round(point.north_m, 4),
        "sigma_m": round(point.sigma_m, 3),
        **_lonlat_as_json(point.lonlat),
    }


def _lonlat_as_json(lonlat: tuple[float, float] | None) -> dict[str, object]:
    lon, lat = lonlat or (None, None)
    return {"lon": None if lon is None else round(lon, 9), "lat": None if lat is None else round(lat, 9)}
