"""What a snapshot says of ground: the land's faces with their status now, and where searches were made, how well."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import shapely

from torpaq.evidence.snapshot import Row, Snapshot
from torpaq.land.entry import Entry, Kind
from torpaq.land.live import LiveLand
from torpaq.land.rules import CANCELLED, CHA, CLEARED, NONE, REDUCED, SHA
from torpaq.standard.codes import code_list

ANIMALS = ("dog", "rat")
UNKNOWN = "unknown"
NTS = "nts"


@dataclass(frozen=True, slots=True)
class Face:
    """Land of one status: a polygon in metres. ``status`` is that of the class that is open, or was searched least.

    ``miss`` is the chance that the search that released it would not have found an item there (1: nobody searched).
    ``reopened`` is the day on which it was opened again, None for land that was not.
    """

    polygon: shapely.Polygon
    status: int
    miss: float
    reopened: date | None

    @property
    def is_open(self) -> bool:
        """Say whether a class of the land is suspected or confirmed."""
        return self.status in (SHA, CHA)


@dataclass(frozen=True, slots=True)
class Search:
    """Ground that was searched and is not released: where, by which method, until when."""

    polygon: shapely.Geometry
    method: str
    on: date | None


def detection_of(method: str, usual: Mapping[str, float]) -> float:
    """Return how likely a method finds an item that is there: the programme's own number, or its number for unknown."""
    key = f"search_detection_{method}"
    return usual.get(key, usual[f"search_detection_{UNKNOWN}"])


def faces_of(snapshot: Snapshot, usual: Mapping[str, float]) -> list[Face]:
    """Return the faces of the land as the ledger has it now."""
    land = LiveLand(snapshot.entries)
    active = land.book.active()
    coverage = _coverages(snapshot)
    faces = []
    for number, part in enumerate(land.parts):
        living = np.flatnonzero(land.living(number)).astype(np.int64)
        states = land.states(number, living, active)
        for face, status, since in zip(living.tolist(), states.status.tolist(), states.since.tolist(), strict=True):
            told = [
                (what, land.entries[entry])
                for what, entry in zip(status, since, strict=True)
                if what != NONE and entry >= 0
            ]
            if not told:
                continue
            rings = part.faces.rings_m(face)
            faces.append(_face(shapely.Polygon(rings[0], rings[1:]), told, usual, coverage))
    return faces


def _face(
    polygon: shapely.Polygon,
    told: list[tuple[int, Entry]],
    usual: Mapping[str, float],
    coverage: Mapping[str, float],
) -> Face:
    """Return a face by its classes' status: open land before released, confirmed before suspected."""
    statuses = [status for status, _ in told]
    status = next(one for one in (CHA, SHA, CANCELLED, REDUCED, CLEARED) if one in statuses)
    reopened = [entry.effective for what, entry in told if what in (SHA, CHA) and entry.kind is Kind.REOPEN]
    miss = 1.0 if status in (SHA, CHA) else max(_miss(what, entry, usual, coverage) for what, entry in told)
    return Face(polygon, status, miss, max(reopened, default=None))


def _miss(status: int, entry: Entry, usual: Mapping[str, float], coverage: Mapping[str, float]) -> float:
    """Return the chance that what released a face missed an item: one less coverage times detection."""
    if status == CANCELLED:
        return 1.0 - usual["search_detection_nts"]
    found = detection_of(entry.method or UNKNOWN, usual)
    if status == REDUCED:
        reported = next((share for name, share in coverage.items() if name and name in entry.record.split()), None)
        return 1.0 - (usual["search_coverage_reduced"] if reported is None else reported) * found
    return 1.0 - found


def _coverages(snapshot: Snapshot) -> dict[str, float]:
    """Return the share of its area that each technical survey covered, by the number of its report."""
    found = {}
    for record in snapshot.records_of("technical_survey"):
        share = record["values"].get("achieved_coverage_percent")
        for name in (record["values"].get("local_id"), record["uid"]):
            if name and isinstance(share, (int, float)):
                found[str(name)] = min(max(float(share) / 100, 0.0), 1.0)
    return found


def searches_of(snapshot: Snapshot) -> list[Search]:
    """Return lanes done and days of work with a boundary, in metres; work that searches nothing is left out."""
    methods = code_list("operational_method")
    found = []
    for row in snapshot.searched:
        polygon = _in_metres(row, snapshot)
        if polygon is None:
            continue
        method = str(row.get("method") or "")
        on = str(row.get("on") or "")[:10]
        known = method if method in methods else UNKNOWN
        found.append(Search(polygon, known, date.fromisoformat(on) if on else None))
    return found


def _in_metres(row: Row, snapshot: Snapshot) -> shapely.Geometry | None:
    polygon = shapely.from_wkt(row["boundary"], on_invalid="ignore")
    if polygon is None or polygon.is_empty:
        return None
    crs = snapshot.crs
    moved = shapely.transform(polygon, lambda xy: np.column_stack(crs.forward(xy[:, 0].copy(), xy[:, 1].copy())))
    return moved if np.isfinite(shapely.bounds(moved)).all() else None


def still_counting(search: Search, reopened: list[Face]) -> shapely.Geometry:
    """Return the ground of a search less land opened again since: that search was shown to have missed something."""
    later = [
        face.polygon
        for face in reopened
        if face.reopened
        and (search.on is None or search.on <= face.reopened)
        and face.polygon.intersects(search.polygon)
    ]
    return shapely.difference(search.polygon, shapely.union_all(later)) if later else search.polygon
