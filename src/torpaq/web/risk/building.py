"""Building the layers: a snapshot of the programme is taken, and every layer made of it and of the sources."""

from collections.abc import Callable

from torpaq.evidence.build import Area, build
from torpaq.evidence.folder import EvidenceFolder
from torpaq.evidence.kinds import LAYERS_OF, OF_LEDGER, OWN_LAYER, SourceKind, layer_id
from torpaq.evidence.snapshot import read_snapshot
from torpaq.standard.problems import Problem, has_errors
from torpaq.web.models import EvidenceBuild, MakingState
from torpaq.web.risk.places import snapshot_path
from torpaq.web.risk.sources import open_evidence
from torpaq.web.snapshot import take_snapshot

Told = Callable[[str, float], None]
SNAPSHOT_SHARE = 0.05


def build_layers(row: EvidenceBuild, progress: Told, stop: Callable[[], bool]) -> list[Problem]:
    """Build the layers that a row asks for and fill the row in; nothing of it is saved here.

    ``progress`` is told what is being done (``snapshot``, or a layer's id) and the share of the whole.
    """
    progress("snapshot", 0.0)
    folder, problems = open_evidence()
    if folder is None:
        return problems
    take_snapshot(snapshot_path())
    snapshot, problems = read_snapshot(snapshot_path())
    if snapshot is None:
        return problems
    box = tuple(row.asked["box_deg"]) if row.asked.get("box_deg") else None
    area = Area(box_deg=box, units=tuple(row.asked.get("units", ())), cell_m=row.asked.get("cell_m"))
    follow = Follower(expected_layers(folder), progress)
    manifest, problems = build(folder, snapshot, area, progress=follow.tell, stop=stop)
    if manifest is None or (has_errors(problems) and not manifest.layers):
        return problems
    row.state, row.digest = MakingState.DONE, manifest.digest
    row.head, row.entries = snapshot.card.head, snapshot.card.entries
    row.told = {
        "layers": len(manifest.layers),
        "kept": len(folder.kept),
        "cells": manifest.grid.cells if manifest.grid else 0,
        "cell_m": manifest.grid.cell_m if manifest.grid else 0,
    }
    return problems


def expected_layers(folder: EvidenceFolder) -> set[str]:
    """Return the ids of the layers that a build may make, for its progress."""
    expected = {layer_id(kind) for kind in OF_LEDGER}
    for card in folder.manifest.sources:
        kind = SourceKind(card.kind)
        expected |= {layer_id(layer, card.id if kind in OWN_LAYER else "") for layer in LAYERS_OF[kind]}
    return expected


class Follower:
    """Turns the share of one layer after the other into the share of the whole."""

    def __init__(self, expected: set[str], progress: Told) -> None:
        self.shares = dict.fromkeys(expected, 0.0)
        self.progress = progress
        self.last = 0.0

    def tell(self, layer: str, share: float) -> None:
        """Hear that so much of a layer is made; layers before it that cannot be made count as done."""
        self.shares[layer] = share
        whole = sum(self.shares.values()) / len(self.shares)
        self.last = max(self.last, SNAPSHOT_SHARE + (1 - SNAPSHOT_SHARE) * min(whole, 1.0))
        self.progress(layer[:60], min(self.last, 0.99))
