"""The national equal-area CRS: between WGS 84 longitude and latitude and the metres the ledger counts in."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, overload

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from pyproj import Geod, Transformer

Floats = NDArray[np.float64]

WGS84 = "EPSG:4326"


@dataclass(frozen=True, slots=True)
class NationalCrs:
    """A country's equal-area CRS, metres, on the WGS 84 ellipsoid; ``proj`` is its PROJ text.

    Edges of the ledger's polygons are straight in this CRS, by definition.
    """

    proj: str

    @overload
    def forward(self, lon: float, lat: float) -> tuple[float, float]: ...
    @overload
    def forward(self, lon: Floats, lat: Floats) -> tuple[Floats, Floats]: ...
    def forward(self, lon: float | Floats, lat: float | Floats) -> tuple[float | Floats, float | Floats]:
        """Return (x_m, y_m), metres east and north in this CRS, of WGS 84 degrees; floats or equal arrays.

        What cannot be projected comes back infinite, never as an exception: the caller checks.
        """
        return transformer(WGS84, self.proj).transform(lon, lat)

    @overload
    def inverse(self, x_m: float, y_m: float) -> tuple[float, float]: ...
    @overload
    def inverse(self, x_m: Floats, y_m: Floats) -> tuple[Floats, Floats]: ...
    def inverse(self, x_m: float | Floats, y_m: float | Floats) -> tuple[float | Floats, float | Floats]:
        """Return (lon, lat), WGS 84 degrees, of metres in this CRS; floats or equal arrays, infinite where none.

        PROJ's inverse is a series good to a millimetre: whole centimetres survive the way out and back.
        """
        return transformer(self.proj, WGS84).transform(x_m, y_m)

    @property
    def wkt(self) -> str:
        """The CRS's definition as WKT 2, as files carry it."""
        return wkt_of(self.proj)


AZE = NationalCrs("+proj=laea +lat_0=40 +lon_0=47 +datum=WGS84 +units=m +no_defs")
"""Azerbaijan: Lambert azimuthal equal-area, centred at 40° N 47° E."""


@cache
def transformer(source: str, target: str) -> Transformer:
    """Return the cached PROJ transformer between two CRS texts, x (east, longitude) always first.

    pyproj keeps one PROJ context a thread behind a transformer, so that any thread may use it.
    Raises ``pyproj.exceptions.CRSError`` for a text that names no CRS.
    """
    from pyproj import Transformer

    return Transformer.from_crs(source, target, always_xy=True)


@cache
def wkt_of(crs: str) -> str:
    """Return the WKT 2 definition of a CRS text; ``pyproj.exceptions.CRSError`` where it names none.

    A PROJ text has no name: it is called by its projection, which a reader of the file's header understands.
    """
    from pyproj import CRS

    definition = CRS.from_user_input(crs).to_json_dict()
    if definition["name"] == "unknown":
        definition["name"] = definition["conversion"]["method"]["name"]
    return CRS.from_json_dict(definition).to_wkt()


@cache
def geod() -> Geod:
    """Return the WGS 84 ellipsoid for geodesics (Karney 2013, as pyproj has it)."""
    from pyproj import Geod

    return Geod(ellps="WGS84")


def convergence_deg(crs: str, lon: float, lat: float) -> float | None:
    """Return how far grid north lies east of true north at a place, degrees; None where the CRS is no known grid.

    True bearing = grid bearing + convergence. ``crs`` is an EPSG or PROJ text of a projected CRS.
    """
    from pyproj import Proj
    from pyproj.exceptions import ProjError

    try:
        return float(Proj(crs).get_factors(lon, lat).meridian_convergence)
    except ProjError:
        return None
