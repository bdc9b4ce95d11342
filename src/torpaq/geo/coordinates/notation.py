"""What the parts of the coordinate reader hand each other: a notation, a proposal to read a text, how it was read."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from torpaq.standard.codes import code_list
from torpaq.standard.problems import Problem

METRES_A_DEGREE = 111_195.0
"""One degree of a great circle of a sphere with the earth's mean radius: what a digit of an angle is worth."""


class Notation(StrEnum):
    """The ways in which a place is written down; equal to the list ``coordinate_notation`` under ``notation``."""

    DECIMAL = "decimal"
    DM = "dm"
    DMS = "dms"
    UTM = "utm"
    MGRS = "mgrs"
    GAUSS_KRUGER = "gauss_kruger"


class Order(StrEnum):
    """Which of the two numbers was taken first."""

    LAT_LON = "order_lat_lon"
    LON_LAT = "order_lon_lat"
    EASTING_NORTHING = "order_easting_northing"
    NORTHING_EASTING = "order_northing_easting"
    SQUARE = "order_square"


class Hemisphere(StrEnum):
    """Where north or south, east or west was taken from."""

    TYPED = "hemisphere_typed"
    SIGN = "hemisphere_sign"
    ASSUMED = "hemisphere_assumed"
    ZONE = "hemisphere_zone"


class ZoneSource(StrEnum):
    """Where the zone of a grid was taken from."""

    NONE = ""
    TYPED = "zone_typed"
    EPSG = "zone_epsg"
    PREFIX = "zone_prefix"
    TRIED = "zone_tried"


class Datum(StrEnum):
    """The geodetic datum that the text is in."""

    WGS84 = "datum_wgs84"
    SK42 = "datum_sk42"


class DecidedBy(StrEnum):
    """What left this reading over: the text allows no other, the others lie outside the country, or nothing did."""

    TEXT = "decided_text"
    COUNTRY = "decided_country"
    OPEN = "decided_open"


class Extent(NamedTuple):
    """A country's box in WGS 84 degrees."""

    west: float
    south: float
    east: float
    north: float

    def contains(self, lon: float, lat: float) -> bool:
        """Say whether a place lies in the box or on its edge."""
        return self.west <= lon <= self.east and self.south <= lat <= self.north


@dataclass(frozen=True, slots=True)
class Explanation:
    """How a text was read. ``normalised`` says it again in the same notation and datum, with nothing left open."""

    notation: Notation
    order: Order
    hemisphere: Hemisphere
    datum: Datum
    normalised: str
    zone: str = ""
    zone_source: ZoneSource = ZoneSource.NONE
    decimal_commas: bool = False
    decided_by: DecidedBy = DecidedBy.TEXT
    operation: str = ""

    def describe(self, language: str = "en") -> str:
        """Say it in ``az``, ``en`` or ``ru``, as in "decimal degrees; latitude first; …: 39.8265° N, 46.75° E"."""
        labels = code_list("coordinate_notation")
        codes: list[str] = [self.notation, self.order, self.hemisphere, self.zone_source, self.datum, self.decided_by]
        codes += ["decimal_commas"] if self.decimal_commas else []
        phrases = [labels[code].labels[language].replace("{zone}", self.zone) for code in codes if code]
        if self.operation:
            phrases.append(code_list("datum_operation")[self.operation].labels[language])
        return f"{'; '.join(phrases)}: {self.normalised}"

    def as_json(self) -> dict[str, object]:
        """Return the stable keys: the fields by name, and ``sentences`` in the three languages."""
        return {
            "notation": self.notation.value,
            "order": self.order.value,
            "hemisphere": self.hemisphere.value,
            "zone": self.zone,
            "zone_source": self.zone_source.value,
            "datum": self.datum.value,
            "operation": self.operation,
            "decimal_commas": self.decimal_commas,
            "decided_by": self.decided_by.value,
            "normalised": self.normalised,
            "sentences": {language: self.describe(language) for language in ("az", "en", "ru")},
        }


@dataclass(frozen=True, slots=True)
class Proposal:
    """One way to read a text: degrees in the explanation's datum, and what is wrong if it is read so.

    ``instead`` marks a reading that the text does not support as it stands, offered only where nothing else lies in
    the country: axes swapped, another zone. ``corner`` is a square's south-west corner (lon, lat).
    """

    lon: float
    lat: float
    precision_m: float
    explanation: Explanation
    problems: tuple[Problem, ...] = ()
    instead: bool = False
    corner: tuple[float, float] | None = None


@dataclass(slots=True)
class Findings:
    """What a reader found: proposals, and why others were refused, to be told where nothing could be read."""

    proposals: list[Proposal] = field(default_factory=list)
    refusals: list[Problem] = field(default_factory=list)

    def add(self, other: Findings) -> None:
        """Take over what another reader found."""
        self.proposals += other.proposals
        self.refusals += other.refusals
