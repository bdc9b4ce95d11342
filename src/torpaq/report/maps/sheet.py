"""What a map sheet shows: plain values in, drawn by :func:`torpaq.report.maps.draw.draw_sheet`."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

LonLat = tuple[float, float]
Rings = tuple[tuple[LonLat, ...], ...]
Polygons = tuple[Rings, ...]
"""Polygons of rings (the shell, then its holes) of (lon, lat), WGS 84 degrees."""

SCALES = (500, 1000, 1500, 2000, 2500, 4000, 5000, 7500, 10_000, 15_000, 20_000, 25_000, 50_000, 100_000, 250_000)
"""The scales a sheet may have, as the number after ``1:``."""

PAPERS: Mapping[str, tuple[float, float]] = {"A4": (210.0, 297.0), "A3": (297.0, 420.0)}
"""Width and height of a paper standing upright, millimetres (ISO 216)."""


@dataclass(frozen=True, slots=True)
class MapArea:
    """Ground of a kind: a key of :data:`torpaq.report.maps.symbols.AREAS`. ``label`` is written on it."""

    kind: str
    polygons: Polygons
    label: str = ""


@dataclass(frozen=True, slots=True)
class MapLine:
    """A line of a kind: a key of :data:`torpaq.report.maps.symbols.LINES`."""

    kind: str
    points: tuple[LonLat, ...]
    label: str = ""


@dataclass(frozen=True, slots=True)
class MapPoint:
    """A point of a kind: a key of :data:`torpaq.report.maps.symbols.POINTS`."""

    kind: str
    lon: float
    lat: float
    label: str = ""


@dataclass(frozen=True, slots=True)
class Locator:
    """The country in small: its units' boundaries by code, which of them to name, and how they are called."""

    units: Mapping[str, Polygons]
    here: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet. ``scale`` None fits all that is shown; ``centre`` (lon, lat) None takes its middle.

    ``address`` is the record's own web address, printed as a QR code; ``synthetic`` the programme's label where its
    data are made up. ``height_m`` is the height for the magnetic model. ``marked_points`` go into the small table.
    """

    title: str
    number: str
    task: str
    author: str
    made_at: datetime
    data_on: date
    classification: str
    address: str
    language: str = "en"
    synthetic: str = ""
    paper: str = "A4"
    landscape: bool = True
    scale: int | None = None
    centre: LonLat | None = None
    areas: tuple[MapArea, ...] = ()
    lines: tuple[MapLine, ...] = ()
    points: tuple[MapPoint, ...] = ()
    locator: Locator | None = None
    signatures: tuple[str, ...] = ()

    def places(self) -> list[LonLat]:
        """Return every place that the sheet has to show."""
        found = [place for area in self.areas for polygon in area.polygons for place in polygon[0]]
        found += [place for line in self.lines for place in line.points]
        return found + [(point.lon, point.lat) for point in self.points]
