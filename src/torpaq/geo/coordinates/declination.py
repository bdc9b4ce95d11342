"""North is three things: true, grid and magnetic. Declination by the World Magnetic Model, and bearings between them.

The model of a date is the one published for its five years (NOAA NCEI and BGS; WMM2010, WMM2015v2, WMM2020, WMM2025),
never one stretched beyond them. WMM2015v2 replaced WMM2015 for all its years. The models leave out what lies in the
crust and around the instrument: expect half a degree between a compass and the figure here.
"""

from __future__ import annotations

import math
from datetime import date
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Literal

from torpaq.geo.coordinates.grids import grid_factors
from torpaq.standard.problems import Problem, problem

if TYPE_CHECKING:
    from pygeomag.geomag import GeoMagResult

Reference = Literal["true", "grid", "magnetic"]

MODELS = {2010: "WMM_2010", 2015: "WMM_2015v2", 2020: "WMM_2020", 2025: "WMM_2025"}
"""The coefficient set by the first year of its five."""
MODEL_YEARS = 5
FIRST_DAY, LAST_DAY = date(min(MODELS), 1, 1), date(max(MODELS) + MODEL_YEARS - 1, 12, 31)
WEAK_FIELD_NT = 6_000
"""Under this horizontal intensity a compass is not to be relied on (the models' caution zone)."""
DEEPEST_M, HIGHEST_M = -1_000, 850_000


def declination_deg(lon: float, lat: float, height_m: float, on: date) -> tuple[float | None, list[Problem]]:
    """Return the declination in degrees, positive where magnetic north lies east of true north, on a date.

    ``lon`` and ``lat`` are WGS 84 degrees, ``height_m`` metres above the ellipsoid (height above the sea will do: 100 m
    change it by less than a thousandth of a degree). None with the problem ``declination_date_outside_models`` or
    ``declination_place_invalid``; a value with the warning ``declination_weak_field`` near a magnetic pole.
    """
    subject = f"{lat:g}, {lon:g}"
    if not (math.isfinite(lon) and -90 <= lat <= 90 and DEEPEST_M <= height_m <= HIGHEST_M):
        return None, [problem("declination_place_invalid", subject, height=f"{height_m:g}")]
    if not FIRST_DAY <= on <= LAST_DAY:
        first, last = FIRST_DAY.isoformat(), LAST_DAY.isoformat()
        return None, [problem("declination_date_outside_models", subject, on=on.isoformat(), first=first, last=last)]
    field = _field(lon, lat, height_m, on)
    if field.h < WEAK_FIELD_NT:
        return field.d, [problem("declination_weak_field", subject, intensity=round(field.h))]
    return field.d, []


def model_of(on: date) -> str:
    """Return the name of the model of a date, for instance ``WMM_2020``; ``KeyError`` where there is none."""
    return MODELS[on.year - on.year % MODEL_YEARS]


def to_true_deg(
    bearing_deg: float,
    reference: Reference,
    lon: float,
    lat: float,
    on: date,
    grid_zone: int | None = None,
    height_m: float = 0.0,
) -> tuple[float | None, list[Problem]]:
    """Turn a bearing from magnetic or grid north into one from true north, [0, 360) degrees, at a WGS 84 place.

    ``grid_zone`` is the UTM zone whose grid was meant, the standard one where None; a Gauss–Krüger grid is that of the
    UTM zone of the same central meridian, its number plus 30. Problems as for :func:`declination_deg`.
    """
    angle_deg, problems = north_deg(reference, lon, lat, on, grid_zone, height_m)
    return (None if angle_deg is None else (bearing_deg + angle_deg) % 360), problems


def from_true_deg(
    bearing_deg: float,
    reference: Reference,
    lon: float,
    lat: float,
    on: date,
    grid_zone: int | None = None,
    height_m: float = 0.0,
) -> tuple[float | None, list[Problem]]:
    """Turn a bearing from true north into one from magnetic or grid north, [0, 360): the way back of `to_true_deg`."""
    angle_deg, problems = north_deg(reference, lon, lat, on, grid_zone, height_m)
    return (None if angle_deg is None else (bearing_deg - angle_deg) % 360), problems


def north_deg(
    reference: Reference, lon: float, lat: float, on: date, grid_zone: int | None = None, height_m: float = 0.0
) -> tuple[float | None, list[Problem]]:
    """Return the bearing, degrees from true north and positive east, of the north that bearings were counted from."""
    if not (math.isfinite(lon) and -90 <= lat <= 90):
        return None, [problem("declination_place_invalid", f"{lat:g}, {lon:g}", height=f"{height_m:g}")]
    if reference == "magnetic":
        return declination_deg(lon, lat, height_m, on)
    if reference == "grid":
        return grid_factors(lon, lat, grid_zone).convergence_deg, []
    return 0.0, []


def _field(lon: float, lat: float, height_m: float, on: date) -> GeoMagResult:
    """Evaluate the model; a new instance each time, since an instance writes into itself and threads share nothing."""
    from pygeomag import GeoMag

    model = GeoMag(coefficients_data=_coefficients(model_of(on)))
    return model.calculate(glat=lat, glon=lon, alt=height_m / 1000, time=_decimal_year(on))


@cache
def _coefficients(model: str) -> object:
    return getattr(import_module(f"pygeomag.wmm.{model.lower()}"), model)


def _decimal_year(on: date) -> float:
    first = date(on.year, 1, 1)
    return on.year + (on - first).days / (date(on.year + 1, 1, 1) - first).days
