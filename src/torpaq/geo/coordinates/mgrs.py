"""The Military Grid Reference System: squares out, squares in.

A reference names a *square*, of which it gives the south-west corner: digits are cut off, never rounded.
Source: NGA.STND.0037 "Universal grids and grid reference systems" (2014); polar letters as in GeographicLib.
"""

import math
from dataclasses import dataclass

from torpaq.geo.coordinates.grids import FALSE_NORTHING_SOUTH_M, NORTH, SOUTH, UPS_ZONE, Utm, from_utm, to_utm

SQUARE_M = 100_000
BANDS = "CDEFGHJKLMNPQRSTUVWX"
COLUMNS = ("ABCDEFGH", "JKLMNPQR", "STUVWXYZ")
ROWS = "ABCDEFGHJKLMNPQRSTUV"
POLAR_BANDS = "ABYZ"
POLAR_COLUMNS = ("JKLPQRSTUXYZ", "ABCFGHJKLPQR", "RSTUXYZ", "ABCFGHJ")
POLAR_ROWS = ("ABCDEFGHJKLMNPQRSTUVWXYZ", "ABCDEFGHJKLMNP")
POLAR_FIRST = (8, 13)
"""The first 100 km square of UPS in the south and in the north, both ways."""
POLAR_EAST = 20
MICROMETRES = 1_000_000
ON_THE_LINE_UM = 0.002
"""What lies two nanometres short of a line lies on it: the projection's own rounding is about one."""


@dataclass(frozen=True, slots=True)
class Square:
    """One square of the grid: where its south-west corner lies and how long its sides are, metres."""

    corner: Utm
    size_m: float
    band: str

    @property
    def centre(self) -> tuple[float, float]:
        """(lon, lat), WGS 84 degrees, of its centre."""
        half = self.size_m / 2
        zone, hemisphere, easting_m, northing_m = self.corner
        return from_utm(Utm(zone, hemisphere, easting_m + half, northing_m + half))

    @property
    def south_west(self) -> tuple[float, float]:
        """(lon, lat), WGS 84 degrees, of its south-west corner (south and west on the grid)."""
        return from_utm(self.corner)


def to_mgrs(lon: float, lat: float, precision_m: float = 1.0) -> str:
    """Return the reference, without blanks, of the square of side ``precision_m`` in which a WGS 84 place lies.

    ``precision_m`` is a power of ten from 100,000 m (no digits) down to 0.001 m. Raises ``ValueError`` for another
    one and for what is no place.
    """
    digits = _digits_of(precision_m)
    utm = to_utm(lon, lat)
    easting_um, northing_um = (math.floor(m * MICROMETRES + ON_THE_LINE_UM) for m in (utm.easting_m, utm.northing_m))
    if utm.zone != UPS_ZONE and utm.hemisphere == SOUTH:
        northing_um = min(northing_um, int(FALSE_NORTHING_SOUTH_M) * MICROMETRES - 1)  # just south of the equator
    square = SQUARE_M * MICROMETRES
    column, row = easting_um // square, northing_um // square
    unit = 10 ** (11 - digits)
    inside = "".join(f"{rest % square // unit:0{digits}d}" for rest in (easting_um, northing_um)) if digits else ""
    if utm.zone == UPS_ZONE:
        return _polar_letters(utm.hemisphere, column, row) + inside
    letters = COLUMNS[(utm.zone - 1) % 3][column - 1] + ROWS[(row + _row_shift(utm.zone)) % 20]
    return f"{utm.zone:02d}{band_of(lat)}{letters}{inside}"


def band_of(lat: float) -> str:
    """Return the letter of the band of latitude, C from 80° S to X, which is 12° high, up to 84° N."""
    return BANDS[max(0, min(19, (math.floor(lat) + 80) // 8))]


def band_limits(band: str) -> tuple[float, float]:
    """Return the southern and northern limit in degrees of a band C to X."""
    south = -80 + 8 * BANDS.index(band)
    return south, 84 if band == "X" else south + 8


def squares(zone: int, letters: str, digits: str, bands: str = BANDS) -> list[Square]:
    """Return every square in ``zone`` that the two ``letters`` and the ``digits`` name in one of the ``bands``.

    ``digits`` are easting and northing together, an even number of them. With one band there is at most one square;
    a square on the seam of two bands belongs to both. None where the zone has no such column or row.
    """
    columns = COLUMNS[(zone - 1) % 3]
    if letters[0] not in columns or letters[1] not in ROWS:
        return []
    half = len(digits) // 2
    size_m = 10.0 ** (5 - half)
    easting_m = (columns.index(letters[0]) + 1) * SQUARE_M + int(digits[:half] or 0) * size_m
    row = (ROWS.index(letters[1]) - _row_shift(zone)) % 20
    within_m = row * SQUARE_M + int(digits[half:] or 0) * size_m
    found = []
    for northing_m in (within_m + 2_000_000 * turn for turn in range(-5, 5)):
        for band in bands:
            square = _square(zone, easting_m, northing_m, size_m, band)
            if square and _reaches_band(square):
                found.append(square)
    return found


def polar_square(letters: str, digits: str) -> Square | None:
    """Return the square of the polar grid that three letters (A, B, Y or Z first) and an even number of digits name."""
    half = len(digits) // 2
    size_m = 10.0 ** (5 - half)
    index = POLAR_BANDS.index(letters[0])
    north, east = index // 2, index % 2
    first = POLAR_FIRST[north]
    if letters[1] not in POLAR_COLUMNS[index] or letters[2] not in POLAR_ROWS[north]:
        return None
    column = POLAR_COLUMNS[index].index(letters[1]) + (POLAR_EAST if east else first)
    row = POLAR_ROWS[north].index(letters[2]) + first
    easting_m = column * SQUARE_M + int(digits[:half] or 0) * size_m
    northing_m = row * SQUARE_M + int(digits[half:] or 0) * size_m
    return Square(Utm(UPS_ZONE, NORTH if north else SOUTH, easting_m, northing_m), size_m, letters[0])


def _digits_of(precision_m: float) -> int:
    digits = 5 - round(math.log10(precision_m)) if precision_m > 0 else -1
    if not 0 <= digits <= 8 or not math.isclose(10.0 ** (5 - digits), precision_m):
        raise ValueError(f"{precision_m} m is no power of ten from 0.001 to 100,000")
    return digits


def _polar_letters(hemisphere: str, column: int, row: int) -> str:
    north, east = int(hemisphere == NORTH), int(column >= POLAR_EAST)
    first = POLAR_FIRST[north]
    index = 2 * north + east
    return (
        POLAR_BANDS[index]
        + POLAR_COLUMNS[index][column - (POLAR_EAST if east else first)]
        + POLAR_ROWS[north][row - first]
    )


def _row_shift(zone: int) -> int:
    return 5 if zone % 2 == 0 else 0


def _square(zone: int, easting_m: float, northing_m: float, size_m: float, band: str) -> Square | None:
    """Build a square from a northing counted from the equator, or None where the band is nowhere near."""
    low, high = band_limits(band)
    south = low < 0
    near_m = 120_000 + 1_000 * max(abs(low), abs(high))  # a degree is 110.6 to 111.7 km, and rows bend in a zone
    if south != (northing_m < 0) or not low * 111_100 - near_m <= northing_m + size_m / 2 <= high * 111_100 + near_m:
        return None
    hemisphere = SOUTH if south else NORTH
    return Square(
        Utm(zone, hemisphere, easting_m, northing_m + FALSE_NORTHING_SOUTH_M * south),
        size_m,
        band,
    )


def _reaches_band(square: Square) -> bool:
    """Say whether any of the square lies in its band: its corners, its edges' middles or its centre do."""
    low, high = band_limits(square.band)
    zone, hemisphere, easting_m, northing_m = square.corner
    for east in (0.0, 0.5, 1.0):
        for north in (0.0, 0.5, 1.0):
            place = Utm(zone, hemisphere, easting_m + east * square.size_m, northing_m + north * square.size_m)
            if low - 1e-9 <= from_utm(place)[1] <= high + 1e-9:
                return True
    return False
