"""The map's own rectangle on the paper: which ground it shows, and from degrees to millimetres and back.

Everything is drawn in the UTM grid of the zone in which the sheet's middle lies, to scale in metres of that grid.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from torpaq.geo.coordinates.grids import Utm, from_utm, to_utm, utm_zone
from torpaq.report.maps.sheet import SCALES, LonLat, Sheet
from torpaq.report.maps.svg import Spot

MM_PER_M = 1000
ROOM = 1.12
"""The ground shown is at least so many times as wide as what is shown on it."""
LEAST_M = 20.0


@dataclass(frozen=True, slots=True)
class Rect:
    """A rectangle of paper, millimetres from the upper left corner."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """Its right edge."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """Its lower edge."""
        return self.y + self.height

    def inner(self, by: float) -> "Rect":
        """Return the rectangle that lies ``by`` inside this one."""
        return Rect(self.x + by, self.y + by, self.width - 2 * by, self.height - 2 * by)


@dataclass(frozen=True, slots=True)
class Frame:
    """The ground in the map's rectangle: UTM zone and hemisphere, its west and south edge in metres, 1:``scale``."""

    rect: Rect
    zone: int
    hemisphere: str
    west_m: float
    south_m: float
    scale: int

    @property
    def width_m(self) -> float:
        """Metres of ground from edge to edge."""
        return self.rect.width * self.scale / MM_PER_M

    @property
    def height_m(self) -> float:
        """Metres of ground from lower to upper edge."""
        return self.rect.height * self.scale / MM_PER_M

    @property
    def centre(self) -> LonLat:
        """(lon, lat) of its middle, WGS 84 degrees."""
        return self.lonlat(self.west_m + self.width_m / 2, self.south_m + self.height_m / 2)

    def lonlat(self, easting_m: float, northing_m: float) -> LonLat:
        """Return (lon, lat) of metres of this grid."""
        return from_utm(Utm(self.zone, self.hemisphere, easting_m, northing_m))

    def spot_of_grid(self, easting_m: float, northing_m: float) -> Spot:
        """Return where on the paper metres of this grid lie."""
        x = self.rect.x + (easting_m - self.west_m) * MM_PER_M / self.scale
        return x, self.rect.bottom - (northing_m - self.south_m) * MM_PER_M / self.scale

    def spot(self, place: LonLat) -> Spot:
        """Return where on the paper a place (lon, lat) lies."""
        return self.spot_of_grid(*grid_of(place, self.zone))

    def holds(self, spot: Spot) -> bool:
        """Say whether a spot of the paper lies in the map."""
        return self.rect.x <= spot[0] <= self.rect.right and self.rect.y <= spot[1] <= self.rect.bottom


def grid_of(place: LonLat, zone: int) -> tuple[float, float]:
    """Return (easting, northing) in metres of a place in a zone."""
    found = to_utm(*place, zone)
    return found.easting_m, found.northing_m


def frame_of(sheet: Sheet, rect: Rect) -> Frame:
    """Lay the ground into the map's rectangle, at the sheet's scale or the largest that holds all that is shown.

    Raises ``ValueError`` where the sheet shows no place and names no middle: there is nothing to draw.
    """
    places = sheet.places() or ([sheet.centre] if sheet.centre else [])
    if not places:
        raise ValueError("a map sheet without a place")
    middle = sheet.centre or _middle_lonlat(places)
    zone = utm_zone(*middle)
    west, south, east, north = bounds_m(places, zone)
    centre_m = grid_of(sheet.centre, zone) if sheet.centre else ((west + east) / 2, (south + north) / 2)
    across_m = 2 * max(east - centre_m[0], centre_m[0] - west, LEAST_M / 2)
    up_m = 2 * max(north - centre_m[1], centre_m[1] - south, LEAST_M / 2)
    scale = sheet.scale or fitting_scale(across_m, up_m, rect)
    hemisphere = "N" if middle[1] >= 0 else "S"
    west_m = centre_m[0] - rect.width * scale / MM_PER_M / 2
    return Frame(rect, zone, hemisphere, west_m, centre_m[1] - rect.height * scale / MM_PER_M / 2, scale)


def fitting_scale(width_m: float, height_m: float, rect: Rect) -> int:
    """Return the largest scale at which so much ground, and a little round it, fits; the smallest where none does."""
    needed = max(width_m * ROOM / rect.width, height_m * ROOM / rect.height) * MM_PER_M
    return next((scale for scale in SCALES if scale >= needed), SCALES[-1])


def bounds_m(places: Iterable[LonLat], zone: int) -> tuple[float, float, float, float]:
    """Return west, south, east and north of places in metres of a zone."""
    found = [grid_of(place, zone) for place in places]
    eastings, northings = [e for e, _ in found], [n for _, n in found]
    return min(eastings), min(northings), max(eastings), max(northings)


def _middle_lonlat(places: list[LonLat]) -> LonLat:
    lons, lats = [lon for lon, _ in places], [lat for _, lat in places]
    return (min(lons) + max(lons)) / 2, (min(lats) + max(lats)) / 2


def grid_step_m(scale: int, least_mm: float = 18.0) -> int:
    """Return the distance of grid lines: 1, 2 or 5 times a power of ten, at least ``least_mm`` on paper."""
    least_m = least_mm * scale / MM_PER_M
    power = 10 ** math.floor(math.log10(least_m))
    return int(next(step * power for step in (1, 2, 5, 10) if step * power >= least_m))
