"""Tracks that somebody walked around an area: closed into its boundary only where a person says so."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from torpaq.geo.crs import Floats, NationalCrs
from torpaq.intake.batches.layers import GEOMETRY, main_place
from torpaq.intake.tables.model import Cell, Table, TableFinding, TableRow
from torpaq.standard.form import ElementType, Form

FAR_SHARE, FAR_M = 0.1, 20.0
"""Ends further apart than both, of the way walked and in metres, were hardly meant to meet."""
FEWEST_POINTS = 3

Positions = list[list[float]]


@dataclass(frozen=True, slots=True)
class Track:
    """A line of a layer: its row, how long it is and how far its ends are apart in metres, and in how many parts."""

    number: int
    length_m: float
    gap_m: float
    parts: int = 1

    @property
    def is_far(self) -> bool:
        """Say whether the ends are so far apart that closing draws a side that nobody walked."""
        return self.gap_m > max(FAR_M, FAR_SHARE * self.length_m)


def tracks_of(table: Table, crs: NationalCrs) -> list[Track]:
    """Return the lines of a layer's table, measured on the national grid; empty where anything is drawn otherwise."""
    if not is_layer(table):
        return []
    drawn = [(row, _geometry(row.cells[-1])) for row in table.rows if row.cells[-1] is not None]
    if not all(_is_line(geometry) for _, geometry in drawn):
        return []
    return [_track(row.number, list(_parts(geometry)), crs) for row, geometry in drawn]


def close_tracks(table: Table, form: Form, crs: NationalCrs) -> Table:
    """Return a layer's table with each line closed into a polygon, in the form's own boundary where there is one.

    The parts of one line are joined in their order. A side drawn to close a track, or across a gap between its parts,
    is a warning at its row; a line of fewer than three points stays a line.
    """
    findings = list(table.findings)
    rows = [_closed(row, crs, findings) for row in table.rows]
    target = main_place(form, ElementType.POLYGON)
    codes = {**table.code_row, table.columns[-1].index: target.path} if target else table.code_row
    return replace(table, rows=rows, findings=findings, code_row=codes)


def is_layer(table: Table) -> bool:
    """Say whether a table was made of a layer: its last column is the geometry."""
    return bool(table.columns) and table.columns[-1].heading == GEOMETRY and not table.header_rows


def _closed(row: TableRow, crs: NationalCrs, findings: list[TableFinding]) -> TableRow:
    geometry = _geometry(row.cells[-1])
    if not _is_line(geometry):
        return row
    parts = list(_parts(geometry))
    ring = [position for part in parts for position in part]
    if ring[0] == ring[-1]:
        ring = ring[:-1]
    if len(ring) < FEWEST_POINTS:
        return row
    track, column = _track(row.number, parts, crs), len(row.cells) - 1
    if track.is_far:
        apart = (("gap", round(track.gap_m)), ("length", round(track.length_m)))
        findings.append(TableFinding("track_ends_apart", row.number, column, apart))
    if track.parts > 1:
        findings.append(TableFinding("track_parts_joined", row.number, column, (("parts", track.parts),)))
    closed = {**geometry, "type": "Polygon", "coordinates": [[*ring, ring[0]]]}
    return TableRow(row.number, (*row.cells[:-1], json.dumps(closed)))


def _track(number: int, parts: Sequence[Positions], crs: NationalCrs) -> Track:
    positions = [position for part in parts for position in part]
    lon, lat = (np.array([position[axis] for position in positions]) for axis in (0, 1))
    grid = np.column_stack(crs.forward(lon, lat))
    walked = float(_lengths(np.diff(grid, axis=0)).sum())
    return Track(number, walked, float(_lengths(grid[-1:] - grid[:1])[0]), len(parts))


def _lengths(steps: Floats) -> Floats:
    return np.hypot(steps[:, 0], steps[:, 1])


def _geometry(cell: Cell) -> Mapping[str, Any]:
    """Return a cell that :func:`~torpaq.intake.batches.layers.table_of_layer` wrote; empty where nothing is drawn."""
    return dict(json.loads(cell)) if isinstance(cell, str) else {}


def _is_line(geometry: Mapping[str, Any]) -> bool:
    return geometry.get("type") in ("LineString", "MultiLineString")


def _parts(geometry: Mapping[str, Any]) -> Iterator[Positions]:
    if geometry["type"] == "LineString":
        yield geometry["coordinates"]
    else:
        yield from geometry["coordinates"]
