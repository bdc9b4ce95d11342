"""Where a demonstration programme takes place: real districts, places and terrain, and a setting that is invented."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from torpaq.geo.crs import NationalCrs
from torpaq.geo.synthesis import Region
from torpaq.standard.country import Country
from torpaq.standard.tables import read_table

CELL_M = 1000.0  # about the resolution of the terrain
TOWN_M = 700.0  # the core of the smallest settlement; larger ones grow with the root of their people

PointM = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Legacy:
    """Land that old papers give as a figure in a unit, without a polygon."""

    name: str
    unit: str
    area_m2: int


@dataclass(frozen=True, slots=True)
class Ground:
    """Heights on a grid of the national CRS, ``CELL_M`` apart, and the direction along the slope of each cell."""

    west_m: float
    south_m: float
    heights_m: list[list[float]]
    contours: list[list[float]]

    def height_m(self, point: PointM) -> float:
        """Return the height above the sea; infinite outside the grid."""
        return self._at(self.heights_m, point, math.inf)

    def contour(self, point: PointM) -> float:
        """Return the direction along the contour, radians counter-clockwise from east; 0 outside the grid."""
        return self._at(self.contours, point, 0.0)

    def _at(self, grid: list[list[float]], point: PointM, outside: float) -> float:
        column, row = int((point[0] - self.west_m) // CELL_M), int((point[1] - self.south_m) // CELL_M)
        return grid[row][column] if 0 <= row < len(grid) and 0 <= column < len(grid[0]) else outside


@dataclass(frozen=True, slots=True)
class Setting:
    """All that the programme is placed by; metres of the national CRS. ``towns`` are (centre, radius of the core).

    ``landmarks`` are the settlements and the points of lines in each unit: battles were fought near them.
    """

    crs: NationalCrs
    regions: Mapping[str, Region]
    shares: Mapping[str, float]
    lines: tuple[tuple[PointM, ...], ...]
    towns: tuple[tuple[PointM, float], ...]
    landmarks: Mapping[str, tuple[PointM, ...]]
    output_ha: Mapping[int, float]
    legacy: tuple[Legacy, ...]
    ground: Ground

    def is_in_town(self, point: PointM) -> bool:
        """Say whether a point lies in the core of a settlement."""
        return any(math.dist(point, centre) < radius for centre, radius in self.towns)


def read_setting(country: Country, crs: NationalCrs, units: int | None = None) -> Setting:
    """Read ``demonstration.csv`` of a country; ``units`` keeps only so many districts, those of the largest shares.

    Raises ``FileNotFoundError`` for a country that has no such file and ``KeyError`` for a unit without boundary.
    """
    rows = read_table(country.folder / "demonstration.csv")
    shares = {row["unit"]: float(row["value"]) for row in rows if row["kind"] == "unit"}
    kept = dict(sorted(shares.items(), key=lambda share: -share[1])[:units])
    regions = {unit: Region(country.boundaries[unit], crs) for unit in kept}
    lines, towns = _lines(rows, crs), _towns(country, crs, kept)
    marks = [centre for centre, _ in towns] + [point for line in lines for point in line]
    landmarks = {unit: tuple(p for p in marks if region.holds_point(*p)) for unit, region in regions.items()}
    return Setting(
        crs=crs,
        regions=MappingProxyType(regions),
        shares=MappingProxyType(kept),
        lines=lines,
        towns=towns,
        landmarks=MappingProxyType(landmarks),
        output_ha=MappingProxyType({int(row["name"]): float(row["value"]) for row in rows if row["kind"] == "output"}),
        legacy=tuple(Legacy(row["name"], row["unit"], int(row["value"])) for row in rows if row["kind"] == "legacy"),
        ground=_ground(country, crs, regions),
    )


def _lines(rows: list[dict[str, str]], crs: NationalCrs) -> tuple[tuple[PointM, ...], ...]:
    lines: dict[str, list[PointM]] = {}
    for row in rows:
        if row["kind"] == "line":
            lines.setdefault(row["name"], []).append(crs.forward(float(row["lon"]), float(row["lat"])))
    return tuple(tuple(line) for line in lines.values())


def _towns(country: Country, crs: NationalCrs, units: Mapping[str, float]) -> tuple[tuple[PointM, float], ...]:
    places = [place for place in country.places if place.unit in units]
    return tuple(
        (crs.forward(place.lon, place.lat), TOWN_M * max(1.0, math.sqrt(place.population / 2000))) for place in places
    )


def _ground(country: Country, crs: NationalCrs, regions: Mapping[str, Region]) -> Ground:
    bounds = np.array([region.bounds_m for region in regions.values()])
    west, south = (math.floor(edge / CELL_M) * CELL_M for edge in bounds[:, :2].min(axis=0))
    east, north = bounds[:, 2:].max(axis=0)
    x, y = np.meshgrid(np.arange(west, east, CELL_M) + CELL_M / 2, np.arange(south, north, CELL_M) + CELL_M / 2)
    lon, lat = crs.inverse(x.ravel(), y.ravel())
    heights = country.terrain().heights_at(lon, lat).reshape(x.shape)
    heights = np.where(np.isnan(heights), np.inf, heights)
    with np.errstate(invalid="ignore"):
        rise_north, rise_east = np.gradient(heights)
    contours = np.nan_to_num(np.arctan2(rise_north, rise_east) + math.pi / 2)
    return Ground(west, south, heights.tolist(), contours.tolist())
