"""Faces as features of a file and a spot in words: what land is, since when, by which entries."""

from datetime import date

import numpy as np

from torpaq.geo.files.writing import OutFeature, Property
from torpaq.land.entry import Entry
from torpaq.land.live import LiveLand, Spot
from torpaq.land.rules import STATUSES

CLASSES = ("mine", "erw")


def face_features(land: LiveLand, on: date | None, label: str = "") -> list[OutFeature]:
    """Return one feature a face that has a record on the date.

    ``areas``, ``mine``, ``mine_since``, ``erw``, ``erw_since``, ``handed_over``, ``entries`` (ids, by blanks),
    ``area_m2``; and ``synthetic``, the label, where the land is invented.
    """
    active = land.book.active(on)
    features: list[OutFeature] = []
    for number, part in enumerate(land.parts):
        faces = np.flatnonzero(land.living(number))
        states, areas_m2 = land.states(number, faces, active), part.faces.area_m2.tolist()
        for row, face in enumerate(faces.tolist()):
            if not states.status[row].any():
                continue
            steps = part.cover[part.offsets[face] : part.offsets[face + 1]].tolist()
            entries = [land.entries[n] for n in (step if step >= 0 else ~step for step in steps) if active[n]]
            properties: dict[str, Property] = {"areas": " ".join(dict.fromkeys(entry.area for entry in entries))}
            for c, name in enumerate(CLASSES):
                status = STATUSES[states.status[row, c]]
                properties[name] = status.value if status else None
                properties[f"{name}_since"] = _day(land, int(states.since[row, c]))
            properties["handed_over"] = _day(land, int(states.handed_over[row]))
            properties["entries"] = " ".join(entry.id for entry in entries)
            properties["area_m2"] = round(areas_m2[face], 2)
            if label:
                properties["synthetic"] = label
            features.append((part.faces.rings_m(face), properties))
    return features


def _day(land: LiveLand, number: int) -> str | None:
    return land.entries[number].effective.isoformat() if number >= 0 else None


def spot_as_json(spot: Spot) -> dict[str, object]:
    """Return what a spot is: by class ``status``, ``since``, ``entry``; ``handed_over``, ``entries``, ``area_m2``."""
    value: dict[str, object] = {"recorded": bool(spot.entries), "area_m2": round(spot.area_m2, 2)}
    for name, status, entry in zip(CLASSES, spot.status, spot.since, strict=True):
        value[name] = {
            "status": status.value if status else None,
            "since": entry.effective.isoformat() if entry else None,
            "entry": entry.id if entry else None,
        }
    value["handed_over"] = spot.handed_over.effective.isoformat() if spot.handed_over else None
    value["entries"] = [_entry_words(entry) for entry in spot.entries]
    return value


def _entry_words(entry: Entry) -> dict[str, object]:
    return {
        "id": entry.id,
        "kind": entry.kind.value,
        "area": entry.area,
        "effective": entry.effective.isoformat(),
        "recorded": entry.recorded.isoformat(),
        "record": entry.record,
        "approver": entry.approver,
    }


def write_spot(spot: Spot, lon: float, lat: float) -> None:
    """Write a spot in words: the statuses first, then every entry that bears on it, in the order of their effect."""
    print(f"{lat:.6f}, {lon:.6f}")
    if not spot.entries:
        print("  no record: unknown, which is not safe")
        return
    for name, status, entry in zip(CLASSES, spot.status, spot.since, strict=True):
        since = f"{status.value} since {entry.effective} by {entry.id}" if status and entry else "no record: unknown"
        print(f"  {name:5} {since}")
    if spot.handed_over:
        print(f"  handed over on {spot.handed_over.effective} by {spot.handed_over.id}")
    print("  who decided what, on which record:")
    for entry in spot.entries:
        late = f", recorded {entry.recorded}" if entry.recorded != entry.effective else ""
        decided = f", by {entry.approver}" if entry.approver else ""
        record = f"; {entry.record}" if entry.record else "; no record named"
        print(f"    {entry.effective} {entry.kind.value:9} {entry.area} ({entry.id}{late}{decided}){record}")
