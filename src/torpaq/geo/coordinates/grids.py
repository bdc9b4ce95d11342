"""Metres on a grid: UTM and UPS both ways, the scale and convergence of a grid, and geodesics on WGS 84.

Sources: NGA.SIG.0012 "The universal grids and the transverse Mercator and polar stereographic map projections"
(2014) for zones, their Norwegian and Svalbard exceptions and the limits of UPS; PROJ's transverse Mercator
(Poder and Engsager, good to a nanometre inside a zone) and Karney's geodesics do the arithmetic.
"""

from __future__ import annotations

import math
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from torpaq.geo.crs import geod

if TYPE_CHECKING:
    from pyproj import Transformer

UPS_ZONE = 0
NORTH, SOUTH = "N", "S"
FALSE_NORTHING_SOUTH_M = 10_000_000.0


class Utm(NamedTuple):
    """A place on the universal grid: zone 1–60, or 0 for the polar grid UPS; hemisphere ``N`` or ``S``; metres."""

    zone: int
    hemisphere: str
    easting_m: float
    northing_m: float


class GridFactors(NamedTuple):
    """The grid at a place: point scale (grid metres a ground metre) and convergence, degrees.

    Convergence is the bearing of grid north from true north, positive east: true bearing = grid bearing + convergence.
    """

    scale: float
    convergence_deg: float


class Leg(NamedTuple):
    """A geodesic from one place to another: length in metres, azimuths in degrees (−180…180] at start and end."""

    distance_m: float
    azimuth_deg: float
    end_azimuth_deg: float


class Arrival(NamedTuple):
    """Where a geodesic ends: WGS 84 degrees, and its azimuth there in degrees (−180…180]."""

    lon: float
    lat: float
    azimuth_deg: float


def utm_zone(lon: float, lat: float) -> int:
    """Return the standard zone of a WGS 84 place: 1–60, or 0 (UPS) north of 84° N and south of 80° S.

    A meridian on a seam belongs to the zone east of it and the parallel 84° N to UPS, as GeographicLib has it.
    Raises ``ValueError`` for what is no place: the caller has checked.
    """
    check_place(lon, lat)
    whole_lat, whole_lon = math.floor(lat), math.floor(wrap_lon(lon))
    if not -80 <= whole_lat < 84:
        return UPS_ZONE
    zone = (whole_lon + 186) // 6
    if 56 <= whole_lat < 64 and zone == 31 and whole_lon >= 3:
        return 32
    if whole_lat >= 72 and 0 <= whole_lon < 42:
        return 2 * ((whole_lon + 183) // 12) + 1
    return zone


def to_utm(lon: float, lat: float, zone: int | None = None) -> Utm:
    """Return the UTM (or polar UPS) coordinates of a WGS 84 place, in its standard zone or in the ``zone`` named.

    Raises ``ValueError`` for what is no place or no zone.
    """
    standard = utm_zone(lon, lat)
    zone = standard if zone is None else zone
    hemisphere = NORTH if lat >= 0 else SOUTH
    easting_m, northing_m = _grid(zone == UPS_ZONE, hemisphere).transform(wrap_lon(lon - middle_lon(zone)), lat)
    return Utm(zone, hemisphere, easting_m, northing_m)


def from_utm(utm: Utm) -> tuple[float, float]:
    """Return (lon, lat), WGS 84 degrees, of UTM or UPS metres; infinite where the metres lie off the grid.

    Raises ``ValueError`` for what is no zone.
    """
    middle = middle_lon(utm.zone)
    polar = utm.zone == UPS_ZONE
    lon, lat = _grid(polar, utm.hemisphere).transform(utm.easting_m, utm.northing_m, direction="INVERSE")
    return wrap_lon(lon + middle) if math.isfinite(lon) else lon, lat


def grid_factors(lon: float, lat: float, zone: int | None = None) -> GridFactors:
    """Return the point scale and convergence at a WGS 84 place in its standard UTM zone or in the one named.

    The convergence of a Gauss–Krüger zone is that of the UTM zone of the same central meridian, its number plus 30,
    within a millionth of a degree. Raises ``ValueError`` for what is no place or no zone.
    """
    from pyproj import Proj

    zone = utm_zone(lon, lat) if zone is None else zone
    check_place(lon, lat)
    definition = _definition(zone == UPS_ZONE, NORTH if lat >= 0 else SOUTH)
    factors = Proj(definition).get_factors(wrap_lon(lon - middle_lon(zone)), lat)
    return GridFactors(factors.meridional_scale, factors.meridian_convergence)


def degrees_outside_zone(lon: float, lat: float, zone: int) -> float:
    """Return by how many degrees of longitude a place lies outside a UTM zone, 0 inside it."""
    if zone in (UPS_ZONE, utm_zone(lon, lat)):
        return 0.0
    return max(0.0, abs(wrap_lon(lon - middle_lon(zone))) - 3)


def middle_lon(zone: int) -> int:
    """Return the central meridian of a UTM zone in degrees, 0 for UPS; ``ValueError`` for what is no zone."""
    if not UPS_ZONE <= zone <= 60:
        raise ValueError(f"{zone} is no zone of UTM or UPS")
    return 0 if zone == UPS_ZONE else 6 * zone - 183


def geodesic_direct(lon: float, lat: float, azimuth_deg: float, distance_m: float) -> Arrival:
    """Walk a geodesic on WGS 84 from a place along an azimuth from true north; where it ends, and its azimuth there."""
    end_lon, end_lat, azimuth = geod().fwd(lon, lat, azimuth_deg, distance_m, return_back_azimuth=False)
    return Arrival(float(end_lon), float(end_lat), float(azimuth))


def geodesic_inverse(lon: float, lat: float, end_lon: float, end_lat: float) -> Leg:
    """Return the shortest geodesic on WGS 84 between two places: its length and its azimuths at both ends."""
    azimuth, end_azimuth, distance_m = geod().inv(lon, lat, end_lon, end_lat, return_back_azimuth=False)
    return Leg(float(distance_m), float(azimuth), float(end_azimuth))


def wrap_lon(lon: float) -> float:
    """Bring a longitude into [−180, 180)."""
    return lon if -180 <= lon < 180 else (lon + 180) % 360 - 180


def check_place(lon: float, lat: float) -> None:
    """Raise ``ValueError`` unless the two are finite and the latitude lies within ±90."""
    if not (math.isfinite(lon) and -90 <= lat <= 90):
        raise ValueError(f"{lon}, {lat} is no longitude and latitude")


@cache
def _grid(polar: bool, hemisphere: str) -> Transformer:
    """Return the projection of any zone: longitudes are counted from its central meridian, which loses no digits."""
    from pyproj import Transformer

    degrees = "+proj=pipeline +step +proj=unitconvert +xy_in=deg +xy_out=rad"
    return Transformer.from_pipeline(f"{degrees} +step {_definition(polar, hemisphere)}")


def _definition(polar: bool, hemisphere: str) -> str:
    if hemisphere not in {NORTH, SOUTH}:
        raise ValueError(f"{hemisphere} is no hemisphere, which is N or S")
    if polar:
        pole = 90 if hemisphere == NORTH else -90
        return f"+proj=stere +lat_0={pole} +lon_0=0 +k=0.994 +x_0=2000000 +y_0=2000000 +ellps=WGS84"
    north_m = 0 if hemisphere == NORTH else FALSE_NORTHING_SOUTH_M
    return f"+proj=tmerc +lat_0=0 +lon_0=0 +k=0.9996 +x_0=500000 +y_0={north_m} +ellps=WGS84"
