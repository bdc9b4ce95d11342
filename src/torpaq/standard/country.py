"""One country's own data, read from ``national/<iso3>/``: units, places, boundaries, thresholds, figures, terrain."""

import json
import math
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache, cached_property
from pathlib import Path
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from torpaq.standard.figures import Figure, load_figures
from torpaq.standard.problems import LANGUAGES, Problem, problem
from torpaq.standard.tables import STANDARD, read_table
from torpaq.standard.terrain import Terrain, read_terrain
from torpaq.standard.units import Alias, Gazetteer, Place, Unit, read_gazetteer

# polygons → rings (the shell first, then its holes) → points (lon, lat) in degrees on WGS 84, closed
Boundary = tuple[tuple[tuple[tuple[float, float], ...], ...], ...]

Box = tuple[float, float, float, float]  # west, south, east, north
SQUARES_A_DEGREE = 100
METRES_PER_DEGREE = 111_195.0  # of a great circle on the mean sphere of radius 6,371 km


@dataclass(frozen=True, slots=True)
class Extent:
    """The box of degrees on WGS 84 outside which no coordinate of the country can lie."""

    lon_min: float
    lat_min: float
    lon_max: float
    lat_max: float


@dataclass(frozen=True)
class Country:
    """All that the programme knows of a country before its first entry. Load it with :func:`load_country`."""

    iso3: str
    folder: Path
    values: Mapping[str, str]
    gazetteer: Gazetteer

    @property
    def names(self) -> Mapping[str, str]:
        """Return the country's name in each language of the interface."""
        return MappingProxyType({language: self.values[f"name_{language}"] for language in LANGUAGES})

    @property
    def crs_proj(self) -> str:
        """Return the national equal-area coordinate reference system as a PROJ text."""
        return self.values["crs_proj"]

    @property
    def extent(self) -> Extent:
        """Return the country's box of degrees."""
        edges = (float(self.values[f"extent_{edge}"]) for edge in ("lon_min", "lat_min", "lon_max", "lat_max"))
        return Extent(*edges)

    def threshold(self, name: str) -> Decimal:
        """Return a number of ``country.csv``, in the unit of its name; ``KeyError`` where the country sets none."""
        return Decimal(self.values[name])

    @property
    def units(self) -> Mapping[str, Unit]:
        """Return every unit by its code, of every time."""
        return self.gazetteer.units

    @property
    def aliases(self) -> tuple[Alias, ...]:
        """Return every spelling."""
        return self.gazetteer.aliases

    @property
    def places(self) -> tuple[Place, ...]:
        """Return every settlement of the gazetteer."""
        return self.gazetteer.places

    def unit(self, code: str) -> Unit:
        """Return the unit of that code; ``KeyError`` if there is none."""
        return self.gazetteer.units[code]

    def ancestors(self, code: str) -> tuple[str, ...]:
        """Return the codes of the unit's parents, the nearest first."""
        return self.gazetteer.ancestors(code)

    def find_units(self, text: str, on: date | None = None) -> list[Unit]:
        """Return every unit that the text may mean on that day; see :meth:`Gazetteer.find_units`."""
        return self.gazetteer.find_units(text, on)

    def resolve_unit(self, text: str, on: date | None, subject: str) -> tuple[Unit | None, list[Problem]]:
        """Return the one unit meant, or None and the problem; see :meth:`Gazetteer.resolve_unit`."""
        return self.gazetteer.resolve_unit(text, on, subject)

    def find_places(self, text: str) -> list[Place]:
        """Return every place of that name, the largest first."""
        return self.gazetteer.find_places(text)

    @cached_property
    def boundaries(self) -> Mapping[str, Boundary]:
        """Return the drawn units' polygons by code. Units without a boundary are not here: they are never guessed."""
        collection = json.loads((self.folder / "boundaries.geojson").read_text(encoding="utf-8"))
        return MappingProxyType(
            {feature["properties"]["code"]: _boundary(feature["geometry"]) for feature in collection["features"]}
        )

    def unit_at(self, lon: float, lat: float) -> tuple[str, ...]:
        """Return the codes of the drawn units in which the point lies, in the order of the boundaries.

        Even-odd over shells and holes, so a town inside a district is the town alone. Empty where the point is
        outside all; a point exactly on a border falls to at most one side of it. The boundaries are coarse and may
        be older than the latest law: :meth:`locate` says what they cannot tell.
        """
        return tuple(code for code, (box, edges) in self._edges.items() if _is_inside(lon, lat, box, edges))

    def is_in(self, code: str, lon: float, lat: float) -> bool:
        """Say whether the point lies in one drawn unit; see :meth:`unit_at`.

        Which squares of a hundredth of a degree a border does not touch is remembered: all points of such a square
        lie on the same side.
        """
        drawn = self._edges.get(code)
        if drawn is None:
            return False
        column, row = math.floor(lon * SQUARES_A_DEGREE), math.floor(lat * SQUARES_A_DEGREE)
        square = (code, column, row)
        if square not in self._squares:
            west, south = column / SQUARES_A_DEGREE, row / SQUARES_A_DEGREE
            step = 1 / SQUARES_A_DEGREE
            is_crossed = _is_touched((west, south, west + step, south + step), drawn[1])
            self._squares[square] = None if is_crossed else _is_inside(west + step / 2, south + step / 2, *drawn)
        found = self._squares[square]
        return _is_inside(lon, lat, *drawn) if found is None else found

    @cached_property
    def _squares(self) -> dict[tuple[str, int, int], bool | None]:
        return {}

    @cached_property
    def drawn_parts(self) -> Mapping[str, tuple[str, ...]]:
        """Return, for every unit, the drawn units that it is, that it holds, or out of which it was formed."""
        above = {code: {code, *self.ancestors(code)} for code in self.boundaries}
        return MappingProxyType(
            {
                unit.code: tuple(code for code in above if unit.code in above[code] or code in unit.formed_of)
                for unit in self.units.values()
            }
        )

    def locate(self, lon: float, lat: float, on: date | None, subject: str) -> tuple[tuple[str, ...], list[Problem]]:
        """Return the drawn units at the point, and notes on what the boundaries cannot tell.

        A note for every unit without a boundary that the point may belong to, and one where another unit's border is
        nearer than the boundaries are precise.
        """
        found = self.unit_at(lon, lat)
        notes = [
            problem("unit_not_drawn", subject, unit=code, formed_of=", ".join(self.units[code].formed_of))
            for code in self.undrawn_at(lon, lat, on)
        ]
        within_m = int(self.threshold("boundary_precision_m"))
        near = [code for code in self.units_near(lon, lat, within_m) if code not in found]
        if near:
            notes.append(problem("unit_border_near", subject, units=", ".join(near), within_m=within_m))
        return found, notes

    def units_near(self, lon: float, lat: float, within_m: float) -> tuple[str, ...]:
        """Return the drawn units in which the point lies or whose border is at most so many metres away."""
        inside = set(self.unit_at(lon, lat))
        return tuple(
            code
            for code, (box, edges) in self._edges.items()
            if code in inside or _border_distance_m(lon, lat, box, edges, within_m) <= within_m
        )

    def undrawn_at(self, lon: float, lat: float, on: date | None = None) -> tuple[str, ...]:
        """Return units without a boundary in which the point may lie on that day, because they were formed there."""
        drawn = set(self.unit_at(lon, lat))
        return tuple(
            unit.code
            for unit in self.units.values()
            if unit.code not in self.boundaries and drawn & set(unit.formed_of) and unit.is_valid(on)
        )

    @cached_property
    def figures(self) -> tuple[Figure, ...]:
        """Return the official figures as they were published, contradictions and all."""
        return load_figures(self.folder / "figures.csv")

    @cached_property
    def _terrain(self) -> Terrain:
        return read_terrain(self.folder / "terrain.asc.gz")

    def terrain(self) -> Terrain:
        """Return the heights of the country's extent."""
        return self._terrain

    @cached_property
    def _edges(self) -> Mapping[str, tuple[Box, NDArray[np.float64]]]:
        prepared = {}
        for code, polygons in self.boundaries.items():
            rings = [np.array(ring) for polygon in polygons for ring in polygon]
            edges = np.concatenate([np.hstack([ring[:-1], ring[1:]]) for ring in rings])
            lons, lats = edges[:, 0], edges[:, 1]
            prepared[code] = ((lons.min(), lats.min(), lons.max(), lats.max()), edges)
        return prepared


def load_country(iso3: str) -> Country:
    """Return the country of that three-letter code (ISO 3166-1), read once.

    Looked for in the folder named by the environment variable ``TORPAQ_NATIONAL``, else in ``national/`` beside the
    sources. Raises ``ValueError``, naming the countries there are, where it is not found.
    """
    return _load(iso3.strip().lower(), national_folder())


def table_of(iso3: str, name: str, keys: tuple[str, ...]) -> list[dict[str, str]]:
    """Return the standard's table of that name as a country has it: ``national/<iso3>/<name>`` replaces and adds.

    The country's rows take the place of the standard's rows with the same ``keys``; without a table of its own a
    country has the standard's. Raises ``ValueError`` where the country's table lacks one of the standard's columns.
    """
    rows = read_table(STANDARD / name)
    path = load_country(iso3).folder / name
    own = read_table(path) if path.exists() else []
    missing = {column for row in own for column in set(rows[0]) - set(row)}
    if missing:
        raise ValueError(f"{iso3}/{name}: no column {', '.join(sorted(missing))}")
    replaced = {tuple(row[key] for key in keys) for row in own}
    return [row for row in rows if tuple(row[key] for key in keys) not in replaced] + own


def national_folder() -> Path:
    """Return the folder that holds one folder a country."""
    named = os.environ.get("TORPAQ_NATIONAL")
    return Path(named) if named else Path(__file__).parents[3] / "national"


@cache
def _load(iso3: str, national: Path) -> Country:
    present = sorted(path.parent.name for path in national.glob("*/country.csv"))
    if iso3 not in present:
        known = ", ".join(present) or "none"
        raise ValueError(f"There is no country {iso3!r} in {national}; there are: {known}.")
    folder = national / iso3
    values = {row["key"]: row["value"] for row in read_table(folder / "country.csv")}
    return Country(values["iso3"], folder, MappingProxyType(values), read_gazetteer(folder))


def _boundary(geometry: dict[str, list[list[list[list[float]]]]]) -> Boundary:
    """Return a GeoJSON MultiPolygon's coordinates as tuples."""
    return tuple(
        tuple(tuple((point[0], point[1]) for point in ring) for ring in polygon) for polygon in geometry["coordinates"]
    )


def _border_distance_m(lon: float, lat: float, box: Box, edges: NDArray[np.float64], within_m: float) -> float:
    """Return the distance to the nearest edge, infinite where the box shows that it is beyond ``within_m``.

    On a sphere laid flat at the point, which is right to a thousandth within a few kilometres.
    """
    scale = np.array([METRES_PER_DEGREE * np.cos(np.radians(lat)), METRES_PER_DEGREE])
    west, south, east, north = box
    gap = np.maximum(0, np.maximum(np.array([west, south]) - (lon, lat), (lon, lat) - np.array([east, north])))
    if np.hypot(*(gap * scale)) > within_m:
        return np.inf
    start, end = (edges[:, :2] - (lon, lat)) * scale, (edges[:, 2:] - (lon, lat)) * scale
    along = end - start
    length2 = np.maximum(np.einsum("ij,ij->i", along, along), 1e-12)
    share = np.clip(-np.einsum("ij,ij->i", start, along) / length2, 0, 1)
    nearest = start + share[:, None] * along
    return float(np.hypot(nearest[:, 0], nearest[:, 1]).min())


def _is_touched(box: Box, edges: NDArray[np.float64]) -> bool:
    """Say whether the box of any edge meets a box, edges of both included."""
    west, south, east, north = box
    lon1, lat1, lon2, lat2 = edges.T
    beside = (np.maximum(lon1, lon2) < west) | (np.minimum(lon1, lon2) > east)
    beyond = (np.maximum(lat1, lat2) < south) | (np.minimum(lat1, lat2) > north)
    return not bool(np.all(beside | beyond))


def _is_inside(lon: float, lat: float, box: Box, edges: NDArray[np.float64]) -> bool:
    """Count the edges that a ray to the east crosses: odd is inside. ``edges``: rows of lon, lat, lon, lat."""
    west, south, east, north = box
    if not (west <= lon <= east and south <= lat <= north):
        return False
    lon1, lat1, lon2, lat2 = edges.T
    straddles = (lat1 > lat) != (lat2 > lat)
    run = (lat - lat1[straddles]) / (lat2[straddles] - lat1[straddles])
    crossing = lon1[straddles] + run * (lon2[straddles] - lon1[straddles])
    return int(np.count_nonzero(crossing > lon)) % 2 == 1
