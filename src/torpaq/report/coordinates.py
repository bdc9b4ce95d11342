"""The tables of points: where each lies in three notations, and bearing and distance to the next."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from torpaq.geo.coordinates.declination import from_true_deg
from torpaq.geo.coordinates.grids import geodesic_inverse, to_utm, utm_zone
from torpaq.geo.coordinates.mgrs import band_of, to_mgrs


@dataclass(frozen=True, slots=True)
class Point:
    """A point of a survey: its name, a code of the list ``point_kind``, (lon, lat) in WGS 84 degrees, what is there."""

    name: str
    kind: str
    lon: float
    lat: float
    note: str = ""


@dataclass(frozen=True, slots=True)
class LegTo:
    """The way to the next point: bearings in degrees from grid, magnetic and true north, and geodesic metres.

    ``magnetic_deg`` is None on a day without a magnetic model; ``to`` is the next point's name.
    """

    to: str
    grid_deg: float
    magnetic_deg: float | None
    true_deg: float
    distance_m: float


@dataclass(frozen=True, slots=True)
class PointRow:
    """A point written out: UTM in the zone of the first point, MGRS to the metre, and its leg to the next."""

    point: Point
    utm: str
    mgrs: str
    leg: LegTo | None


def point_rows(points: Sequence[Point], on: date, closed: bool) -> list[PointRow]:
    """Write points out in their order; a ``closed`` chain also has the leg from the last to the first.

    Metres are in the standard zone of the first point throughout, so that a chain over a seam stays one chain.
    """
    if not points:
        return []
    zone = utm_zone(points[0].lon, points[0].lat)
    followers = [*points[1:], points[0] if closed and len(points) > 2 else None]
    return [
        PointRow(point, utm_of(point, zone), mgrs_of(point), _leg(point, after, on, zone) if after else None)
        for point, after in zip(points, followers, strict=True)
    ]


def utm_of(point: Point, zone: int | None = None) -> str:
    """Write a point's UTM to the decimetre, such as ``38S 647291.4 4428410.0``."""
    utm = to_utm(point.lon, point.lat, zone)
    return f"{utm.zone:02d}{band_of(point.lat)} {utm.easting_m:.1f} {utm.northing_m:.1f}"


def mgrs_of(point: Point) -> str:
    """Write a point's MGRS to the metre, set apart: ``38S PK 47291 28410``."""
    whole = to_mgrs(point.lon, point.lat)
    return f"{whole[:3]} {whole[3:5]} {whole[5:10]} {whole[10:]}"


def _leg(point: Point, after: Point, on: date, zone: int) -> LegTo:
    way = geodesic_inverse(point.lon, point.lat, after.lon, after.lat)
    grid, _ = from_true_deg(way.azimuth_deg, "grid", point.lon, point.lat, on, zone)
    magnetic, _ = from_true_deg(way.azimuth_deg, "magnetic", point.lon, point.lat, on)
    return LegTo(after.name, grid or 0.0, magnetic, way.azimuth_deg % 360, way.distance_m)
