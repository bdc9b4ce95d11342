"""SK-42 (Pulkovo 1942): from old Soviet maps to WGS 84 and back, only ever by a named operation.

There is no one right shift: EPSG lists several, each with its own accuracy and area, metres apart. Nothing here has
a default; whoever transforms names the operation, and its code is kept with the coordinates. Parameters are those of
the EPSG dataset (Helmert transformations in geocentric space; EPSG guidance note 7-2, methods 9606, 9607 and 9603),
written out here so that a newer dataset cannot move recorded land. SK-42 = EPSG:4284, Krassowsky 1940 ellipsoid;
Gauss–Krüger = six-degree zones, central meridian 6·zone − 3, scale 1, false easting zone·1,000,000 + 500,000 m.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from torpaq.geo.crs import geod

if TYPE_CHECKING:
    from pyproj import Transformer

POSITION_VECTOR, COORDINATE_FRAME = "position_vector", "coordinate_frame"


@dataclass(frozen=True, slots=True)
class DatumOperation:
    """One published way from SK-42 to WGS 84: ``code`` is EPSG's.

    Shifts in metres, rotations in seconds of arc, scale in parts per million, under the named rotation convention;
    ``accuracy_m`` as EPSG states it (999 means that nobody has); ``area`` is (west, south, east, north) in degrees.
    """

    code: str
    shift_m: tuple[float, float, float]
    rotation_arcsec: tuple[float, float, float]
    scale_ppm: float
    convention: str
    accuracy_m: float
    area: tuple[float, float, float, float]

    def covers(self, lon: float, lat: float) -> bool:
        """Say whether a place lies in the box of the area for which the operation was published."""
        west, south, east, north = self.area
        across = west <= lon <= east if west <= east else lon >= west or lon <= east
        return across and south <= lat <= north


_PUBLISHED = (
    DatumOperation(
        "15865", (25, -141, -78.5), (0, -0.35, -0.736), 0, COORDINATE_FRAME, 4.5, (19.57, 35.14, -168.97, 81.91)
    ),
    DatumOperation(
        "1808",
        (686.1, -123.5, -574.4),
        (8.045, -23.366, 10.791),
        -2.926,
        POSITION_VECTOR,
        5,
        (39.99, 37.89, 51.73, 43.59),
    ),
    DatumOperation(
        "5044", (23.57, -140.95, -79.8), (0, -0.35, -0.79), -0.22, COORDINATE_FRAME, 3, (19.58, 41.19, -168.97, 81.91)
    ),
    DatumOperation(
        "1809",
        (926.4, -715.9, -186.4),
        (-10.364, -20.78, 26.452),
        -7.224,
        POSITION_VECTOR,
        2,
        (48.93, 38.31, 50.4, 40.33),
    ),
    DatumOperation("1254", (28, -130, -95), (0, 0, 0), 0, POSITION_VECTOR, 999, (19.58, 41.19, -168.97, 81.91)),
)

OPERATIONS = MappingProxyType({operation.code: operation for operation in _PUBLISHED})
"""The operations by EPSG code, in the order in which a person is offered them."""


def find_operation(name: str) -> DatumOperation | None:
    """Return the operation of a code written ``15865`` or ``EPSG:15865``, or None where the list has none such."""
    return OPERATIONS.get(name.strip().upper().removeprefix("EPSG").lstrip(": "))


def sk42_to_wgs84(lon: float, lat: float, operation: DatumOperation) -> tuple[float, float]:
    """Return (lon, lat) on WGS 84, degrees, of SK-42 degrees by the named operation (at ellipsoidal height 0)."""
    x, y = _shift(operation.code).transform(lon, lat)
    return x, y


def wgs84_to_sk42(lon: float, lat: float, operation: DatumOperation) -> tuple[float, float]:
    """Return (lon, lat) on SK-42, degrees, of WGS 84 degrees by the named operation, run backwards."""
    x, y = _shift(operation.code).transform(lon, lat, direction="INVERSE")
    return x, y


def gauss_kruger_to_sk42(easting_m: float, northing_m: float, zone: int) -> tuple[float, float]:
    """Return (lon, lat) on SK-42, degrees, of metres in a six-degree zone, the easting without the zone's number.

    The easting is the Soviet Y less the zone's millions, the northing the Soviet X. Infinite where the metres lie
    off the projection. Raises ``ValueError`` for what is no zone.
    """
    lon, lat = _gauss_kruger(zone).transform(easting_m, northing_m, direction="INVERSE")
    return lon, lat


def sk42_to_gauss_kruger(lon: float, lat: float, zone: int) -> tuple[float, float]:
    """Return (easting, northing), metres in a six-degree zone, the easting without the zone's number, of SK-42 degrees.

    Raises ``ValueError`` for what is no zone.
    """
    easting_m, northing_m = _gauss_kruger(zone).transform(lon, lat)
    return easting_m, northing_m


def gauss_kruger_zone(lon: float) -> int:
    """Return the six-degree zone of an SK-42 longitude, 1–60: 8 from 42° E, 9 from 48° E."""
    return int(lon % 360 // 6) + 1


def spread_m(places: list[tuple[float, float]]) -> float:
    """Return the largest geodesic distance in metres between any two of the (lon, lat) places, 0 for fewer than two."""
    pairs = [(a, b) for i, a in enumerate(places) for b in places[:i]]
    return max((geod().inv(*a, *b)[2] for a, b in pairs), default=0.0)


@cache
def _shift(code: str) -> Transformer:
    from pyproj import Transformer

    operation = OPERATIONS[code]
    (dx, dy, dz), (rx, ry, rz) = operation.shift_m, operation.rotation_arcsec
    helmert = f"+proj=helmert +x={dx} +y={dy} +z={dz} +rx={rx} +ry={ry} +rz={rz} +s={operation.scale_ppm}"
    return Transformer.from_pipeline(
        "+proj=pipeline +step +proj=unitconvert +xy_in=deg +xy_out=rad +step +proj=push +v_3 +step +proj=cart"
        f" +ellps=krass +step {helmert} +convention={operation.convention} +step +inv +proj=cart +ellps=WGS84"
        " +step +proj=pop +v_3 +step +proj=unitconvert +xy_in=rad +xy_out=deg"
    )


@cache
def _gauss_kruger(zone: int) -> Transformer:
    from pyproj import Transformer

    if not 1 <= zone <= 60:
        raise ValueError(f"{zone} is no six-degree zone")
    return Transformer.from_pipeline(
        "+proj=pipeline +step +proj=unitconvert +xy_in=deg +xy_out=rad"
        f" +step +proj=tmerc +lat_0=0 +lon_0={6 * zone - 3} +k=1 +x_0=500000 +y_0=0 +ellps=krass"
    )
