"""Places of events as a snapshot's records tell them, each with its own error: accidents, finds, evidence points."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from torpaq.evidence.snapshot import Row, Snapshot
from torpaq.geo.crs import Floats

NOT_ORDNANCE = frozenset({"scrap", "small_arms"})
SETTLEMENT, UNIT = "settlement", "unit"
ITEM_SEEN = frozenset({"ordnance_seen", "ordnance_found"})


@dataclass(frozen=True, slots=True)
class Places:
    """Places in metres of the national CRS, (n, 2), with one standard deviation an axis each; ``lost`` had no place."""

    xy_m: Floats
    sigma_m: Floats
    lost: int = 0

    def __len__(self) -> int:
        return len(self.xy_m)

    def precise(self, within_m: float) -> Floats:
        """Return the places that are known to within so many metres."""
        return self.xy_m[self.sigma_m <= within_m]


NOWHERE = Places(np.zeros((0, 2)), np.zeros(0))


def joined(*parts: Places) -> Places:
    """Return several lists of places as one."""
    return Places(
        np.concatenate([part.xy_m for part in parts]),
        np.concatenate([part.sigma_m for part in parts]),
        sum(part.lost for part in parts),
    )


def accidents_of(snapshot: Snapshot, usual: Mapping[str, float]) -> Places:
    """Return the places of accidents and incidents: as exact as each record says its place is."""
    return _placed(
        (
            (record["values"].get("place"), _accident_sigma_m(record["values"], usual))
            for record in _accidents(snapshot)
        ),
        snapshot,
    )


def _accidents(snapshot: Snapshot) -> Iterator[Row]:
    return (record for record in snapshot.records_of("accident") if record["values"].get("device_category") != "scrap")


def _accident_sigma_m(values: Mapping[str, Any], usual: Mapping[str, float]) -> float:
    precision = values.get("place_precision")
    if precision in (SETTLEMENT, UNIT):
        return usual[f"place_error_{precision}_m"]
    return usual["place_error_unknown_m"]


def finds_of(snapshot: Snapshot, usual: Mapping[str, float]) -> Places:
    """Return the places where ordnance was found, scrap and cartridges apart, and evidence points where it was seen.

    Items of reports that nobody has accepted yet count as well: a find told twice is more caution, never less.
    """
    method_m = {
        record["uid"]: sigma
        for record in snapshot.records
        if (sigma := position_sigma_m(record["values"], usual)) is not None
    }
    finds = (
        (
            None if row.get("lon") is None else {"coordinates": [row["lon"], row["lat"]]},
            method_m.get(str(row["uid"]).rsplit(":", 1)[0], usual["place_error_gnss_handheld_m"]),
        )
        for row in snapshot.finds
        if row.get("category") not in NOT_ORDNANCE
    )
    seen = (
        (point.get("evidence_place"), position_sigma_m(record["values"], usual) or usual["place_error_unknown_m"])
        for record in snapshot.records_of("hazardous_area")
        for point in record["values"].get("evidence_points", [])
        if point.get("evidence_kind") in ITEM_SEEN
    )
    return joined(_placed(finds, snapshot), _placed(seen, snapshot))


def position_sigma_m(values: Mapping[str, Any], usual: Mapping[str, float]) -> float | None:
    """Return how exact a record says its points are: the accuracy it states, else what its way of measuring gives."""
    stated = values.get("position_accuracy_m")
    if isinstance(stated, (int, float)) and not isinstance(stated, bool) and stated > 0:
        return float(stated)
    return usual.get(f"place_error_{values.get('position_method')}_m")


def _placed(told: Iterable[tuple[Any, float]], snapshot: Snapshot) -> Places:
    lonlat: list[Sequence[float]] = []
    sigma_m: list[float] = []
    lost = 0
    for place, sigma in told:
        position = place.get("coordinates") if isinstance(place, Mapping) else None
        if not position or len(position) < 2:
            lost += 1
            continue
        lonlat.append(position[:2])
        sigma_m.append(sigma)
    if not lonlat:
        return Places(NOWHERE.xy_m, NOWHERE.sigma_m, lost)
    degrees = np.array(lonlat, dtype=np.float64)
    xy = np.column_stack(snapshot.crs.forward(degrees[:, 0].copy(), degrees[:, 1].copy()))
    good = np.isfinite(xy).all(axis=1)
    return Places(xy[good], np.array(sigma_m)[good], lost + int((~good).sum()))
