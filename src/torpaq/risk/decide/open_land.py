"""The open hazardous areas of a snapshot: what is still suspected or confirmed, and what the records say of it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import shapely
from numpy.typing import NDArray

from torpaq.evidence.grid import Grid, Window
from torpaq.evidence.snapshot import Row, Snapshot
from torpaq.land.entry import Status
from torpaq.land.live import LiveLand
from torpaq.land.rules import CHA, SHA
from torpaq.risk.decide.classes import Documents, Presence
from torpaq.standard.parameters import parameters_of

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

NTS = "hazardous_area"
RELEASED = (Status.CLEARED, Status.REDUCED)
NEAR_M = 5_000.0
"""Reports further away than this are not looked at: no place is that uncertain and still a place."""

NOT_ORDNANCE = frozenset({"scrap", "small_arms"})
UNSTATED_M = 100.0
ABSENCE = ("evidence_negative", "cancellation_criteria")
VAGUE_M = {"settlement": 1_500.0, "unit": 10_000.0}


@dataclass(frozen=True, slots=True)
class OpenArea:
    """Land of one hazardous area that is open: its polygon in metres of the national CRS, CHA where any of it is."""

    area: str
    unit: str
    status: str
    polygon: shapely.Geometry


@dataclass(frozen=True, slots=True)
class Report:
    """A report of presence: its record, its place in metres of the national CRS, and the place's error (1 sd)."""

    record: str
    x_m: float
    y_m: float
    error_m: float

    def is_near(self, polygon: shapely.Geometry) -> bool:
        """Say whether a polygon's box is near enough to look at."""
        west, south, east, north = polygon.bounds
        within = NEAR_M + 2 * self.error_m
        return bool(west - within <= self.x_m <= east + within and south - within <= self.y_m <= north + within)


@dataclass(frozen=True)
class OpenLand:
    """The open areas of a snapshot, by id, and the ledger they were folded from."""

    snapshot: Snapshot
    land: LiveLand

    @classmethod
    def of(cls, snapshot: Snapshot) -> "OpenLand":
        """Fold a snapshot's ledger."""
        return cls(snapshot, LiveLand(snapshot.entries))

    @cached_property
    def areas(self) -> tuple[OpenArea, ...]:
        """The open areas, by id; land of two classes that are open belongs to the area of each."""
        shells: dict[str, list[shapely.Geometry]] = {}
        told: dict[str, tuple[str, str]] = {}
        for area, unit, status, polygon in self._faces():
            shells.setdefault(area, []).append(polygon)
            known = told.get(area)
            told[area] = (unit or (known[0] if known else ""), status if not known or status == "cha" else known[1])
        return tuple(
            OpenArea(area, told[area][0], told[area][1], shapely.union_all(parts))
            for area, parts in sorted(shells.items())
        )

    def _faces(self) -> Iterator[tuple[str, str, str, shapely.Geometry]]:
        active = self.land.book.active()
        for number, part in enumerate(self.land.parts):
            living = np.flatnonzero(self.land.living(number)).astype(np.int64)
            states = self.land.states(number, living, active)
            for face, status, since in zip(living.tolist(), states.status.tolist(), states.since.tolist(), strict=True):
                named = {
                    self.land.entries[entry].area: (self.land.entries[entry].unit, what)
                    for what, entry in zip(status, since, strict=True)
                    if what in (SHA, CHA) and entry >= 0
                }
                if not named:
                    continue
                rings = part.faces.rings_m(face)
                polygon = shapely.Polygon(rings[0], rings[1:])
                for area, (unit, what) in named.items():
                    yield area, unit, "cha" if what == CHA else "sha", polygon

    @cached_property
    def reports(self) -> tuple[Report, ...]:
        """Reports of presence with a place, those in land that was cleared or reduced since left out."""
        return tuple(one for one in _reports(self.snapshot) if not self._is_released(one))

    def _is_released(self, report: Report) -> bool:
        status = self.land.at(report.x_m, report.y_m).status
        return any(one in RELEASED for one in status) and not any(one in (Status.SHA, Status.CHA) for one in status)

    def documents_of(self, area: OpenArea) -> Documents:
        """Return what records say of an area: its non-technical surveys, what they say of absence, reports near it."""
        surveys, absence = [], set()
        for record in self.snapshot.records_of(NTS):
            values = record["values"]
            if values.get("area") == area.area and values.get("survey_result") is not None:
                surveys.append(str(values.get("local_id") or record["uid"]))
                absence |= {str(code) for name in ABSENCE for code in values.get(name) or ()}
        near = [one for one in self.reports if one.is_near(area.polygon)]
        presence = tuple(
            Presence(one.record, float(shapely.distance(area.polygon, shapely.Point(one.x_m, one.y_m))), one.error_m)
            for one in near
        )
        return Documents(tuple(sorted(absence)), tuple(sorted(surveys)), presence)


def _reports(snapshot: Snapshot) -> Iterator[Report]:
    for record in snapshot.records_of("accident"):
        values = record["values"]
        if values.get("device_category") not in NOT_ORDNANCE:
            error_m = VAGUE_M.get(str(values.get("place_precision")), UNSTATED_M)
            yield from _placed(snapshot, record, values.get("place"), error_m)
    for record in snapshot.records_of(NTS):
        for point in record["values"].get("evidence_points") or ():
            yield from _placed(snapshot, record, point.get("evidence_place"), UNSTATED_M / 5)
    for find in snapshot.finds:
        if find.get("category") not in NOT_ORDNANCE and find.get("lon") is not None:
            yield from _placed(snapshot, find, {"coordinates": [find["lon"], find["lat"]]}, UNSTATED_M / 20)


def _placed(snapshot: Snapshot, row: Row, place: object, error_m: float) -> Iterator[Report]:
    at = place.get("coordinates") if isinstance(place, Mapping) else None
    if not at or len(at) < 2:
        return
    x_m, y_m = snapshot.crs.forward(float(at[0]), float(at[1]))
    if np.isfinite(x_m) and np.isfinite(y_m):
        named = str((row.get("values") or {}).get("local_id") or row.get("uid") or "")
        yield Report(named, float(x_m), float(y_m), error_m)


@dataclass(frozen=True, slots=True)
class Cells:
    """The cells of a polygon: the window over it and which of the window's cells, (rows, columns), are its own."""

    window: Window
    chosen: NDArray[np.bool_]


def cells_of(polygon: shapely.Geometry, grid: Grid) -> Cells | None:
    """Return the cells whose middle lies in a polygon, or those it touches where it is too narrow for any middle.

    None where it lies outside the grid.
    """
    window = grid.window_over(polygon.bounds) if not polygon.is_empty else None
    if window is None:
        return None
    west, _, _, north = grid.bounds_of(window)
    x = west + (np.arange(window.columns) + 0.5) * grid.cell_m
    y = north - (np.arange(window.rows) + 0.5) * grid.cell_m
    shapely.prepare(polygon)
    across, down = np.meshgrid(x, y)
    chosen = shapely.contains_xy(polygon, across, down)
    if not chosen.any():
        half = grid.cell_m / 2
        chosen = shapely.intersects(polygon, shapely.box(across - half, down - half, across + half, down + half))
    return Cells(window, np.asarray(chosen)) if chosen.any() else None


def places_of(cells: Cells, grid: Grid) -> Floats:
    """Return the middles of cells, (n, 2) metres."""
    rows, columns = np.nonzero(cells.chosen)
    west, _, _, north = grid.bounds_of(cells.window)
    return np.column_stack([west + (columns + 0.5) * grid.cell_m, north - (rows + 0.5) * grid.cell_m])


def with_signs(documents: Documents, signs: Mapping[str, bool], presence: Mapping[str, bool]) -> Documents:
    """Return documents with signs of absence and of presence that layers of evidence show on the land itself."""
    absence = {*documents.absence, *(code for code, is_shown in signs.items() if is_shown)}
    near = tuple(Presence(name, 0.0, 1.0) for name, is_shown in presence.items() if is_shown)
    return replace(documents, absence=tuple(sorted(absence)), presence=(*documents.presence, *near))


def used_years(iso3: str) -> float:
    """Return from how many years of use on land counts as long used."""
    return float(parameters_of(iso3)["cancel_used_years"].value)
