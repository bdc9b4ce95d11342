"""What stories of evidence begin with: a snapshot written from a ledger's text, and small files of sources."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from torpaq.evidence.adding import NewSource
from torpaq.evidence.folder import EvidenceFolder
from torpaq.evidence.snapshot import Snapshot, SnapshotCard, read_snapshot, write_snapshot
from torpaq.geo.crs import AZE
from torpaq.land.chain import GENESIS, entry_hash
from torpaq.land.text import format_entry, format_ledger, parse_ledger

BASE = (46.93, 39.99)


def snapshot_of(
    folder: Path,
    text: str = "",
    records: Sequence[Mapping[str, Any]] = (),
    operations: Sequence[Mapping[str, Any]] = (),
) -> Snapshot:
    """Write and read the snapshot of a ledger's text."""
    entries, problems = parse_ledger(text.strip())
    assert problems == []
    head = GENESIS
    for entry in entries:
        head = entry_hash(head, format_entry(entry))
    card = SnapshotCard("The Authority", "aze", head, len(entries), "0.4.0", "2026-06-01T09:00:00+00:00")
    write_snapshot(folder, card, format_ledger(entries, sealed=True), records, operations)
    snapshot, problems = read_snapshot(folder)
    assert problems == []
    assert snapshot is not None
    return snapshot


def lonlat(x_m: float, y_m: float) -> list[float]:
    """Degrees of a place in metres of the national grid."""
    return list(AZE.inverse(x_m, y_m))


def features(kind: str, *drawn: Any, **columns: Sequence[Any]) -> str:
    """GeoJSON of features drawn in metres of the national grid: points, or lists of points, or lists of rings."""

    def moved(part: Any) -> Any:
        return lonlat(*part) if isinstance(part[0], (int, float)) else [moved(one) for one in part]

    return json.dumps(
        {
            "type": "FeatureCollection",
            "features": [
                {
                    "type": "Feature",
                    "properties": {name: values[number] for name, values in columns.items()},
                    "geometry": {"type": kind, "coordinates": moved(part)},
                }
                for number, part in enumerate(drawn)
            ],
        }
    )


def new_source(kind: str, name: str, **changes: Any) -> NewSource:
    """A source as the Authority's officer adds it."""
    said = {"date": "2026-05-31", "source": "the Authority's archive", "licence": "CC-BY-4.0"} | changes
    return NewSource(kind, name, **said)


def folder_at(path: Path) -> EvidenceFolder:
    folder, problems = EvidenceFolder.create(path, "aze")
    assert problems == []
    assert folder is not None
    return folder
