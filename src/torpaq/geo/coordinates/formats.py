"""A place written out: decimal degrees, degrees and minutes, degrees minutes and seconds, UTM, MGRS.

Everything written here is read back by :func:`torpaq.geo.coordinates.reading.read_coordinates` to within its digits.
Angles are rounded to the nearest unit of their last digit (halves away from zero) before they are cut into minutes and
seconds, so that 59.99996″ carries; grid references of MGRS are cut off, never rounded. All functions take WGS 84
longitude and latitude in degrees and raise ``ValueError`` for what is no place.
"""

from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal

from torpaq.geo.coordinates.grids import UPS_ZONE, Utm, check_place, to_utm, wrap_lon
from torpaq.geo.coordinates.mgrs import to_mgrs

__all__ = ["Utm", "to_decimal", "to_dm", "to_dms", "to_mgrs", "to_utm", "utm_text"]


def to_decimal(lon: float, lat: float, decimals: int = 6) -> str:
    """Write decimal degrees, latitude first: ``39.826500° N, 46.750000° E``."""
    return _pair(lon, lat, lambda angle: f"{_rounded(angle, decimals)}°")


def to_dm(lon: float, lat: float, decimals: int = 4) -> str:
    """Write degrees and minutes, latitude first: ``39°49.5900' N, 46°45.0000' E``."""
    return _pair(lon, lat, lambda angle: _degrees_minutes(angle, decimals))


def to_dms(lon: float, lat: float, decimals: int = 2) -> str:
    """Write degrees, minutes and seconds, latitude first: ``39°49'35.40" N, 46°45'00.00" E``."""
    return _pair(lon, lat, lambda angle: _degrees_minutes_seconds(angle, decimals))


def utm_text(utm: Utm, decimals: int = 0, band: str = "") -> str:
    """Write UTM metres: ``38N 649761 4409966``, or with the band's letter in place of the hemisphere's.

    Without a band the letter says the hemisphere, so that readers who take it for a band are asked. UPS is written
    ``UPS N 2000000 2000000``.
    """
    zone = f"UPS {utm.hemisphere}" if utm.zone == UPS_ZONE else f"{utm.zone}{band or utm.hemisphere}"
    return f"{zone} {utm.easting_m:.{decimals}f} {utm.northing_m:.{decimals}f}"


def _pair(lon: float, lat: float, write: Callable[[float], str]) -> str:
    check_place(lon, lat)
    lon = lon if lon == 180 else wrap_lon(lon)
    return f"{write(abs(lat))} {'S' if lat < 0 else 'N'}, {write(abs(lon))} {'W' if lon < 0 else 'E'}"


def _degrees_minutes(angle: float, decimals: int) -> str:
    minutes = _rounded(Decimal(repr(angle)) * 60, decimals)
    degrees, rest = divmod(minutes, 60)
    return f"{degrees}°{_padded(rest, decimals)}'"


def _degrees_minutes_seconds(angle: float, decimals: int) -> str:
    seconds = _rounded(Decimal(repr(angle)) * 3600, decimals)
    minutes, rest = divmod(seconds, 60)
    degrees, minutes = divmod(minutes, 60)
    return f"{degrees}°{int(minutes):02d}'{_padded(rest, decimals)}\""


def _rounded(value: float | Decimal, decimals: int) -> Decimal:
    exact = value if isinstance(value, Decimal) else Decimal(repr(value))
    return exact.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


def _padded(value: Decimal, decimals: int) -> str:
    return f"{value:0{3 + decimals if decimals else 2}.{decimals}f}"
