"""What a layer needs to be made: known before anything is drawn, so that what did not change is not made again."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import shapely

from torpaq.evidence.card import SourceCard
from torpaq.evidence.coding import Coding
from torpaq.evidence.folder import EvidenceFolder
from torpaq.evidence.grid import Grid
from torpaq.evidence.ground import Face, faces_of
from torpaq.evidence.kinds import LayerKind, SourceKind, layer_id
from torpaq.evidence.snapshot import Snapshot
from torpaq.evidence.sources import vectors_of
from torpaq.evidence.tiles import TileWork
from torpaq.evidence.vectors import Vectors
from torpaq.land.chain import digest_of
from torpaq.standard.codes import code_list
from torpaq.standard.parameters import parameters_of
from torpaq.standard.problems import Problem

TILE_CELLS = 2048


@dataclass(frozen=True)
class Setting:
    """Where layers are made: the folder with its sources, the grid, the snapshot (if any), the country's numbers."""

    folder: EvidenceFolder
    grid: Grid
    snapshot: Snapshot | None

    @cached_property
    def usual(self) -> Mapping[str, float]:
        """The programme's parameters that are one number."""
        found = parameters_of(self.folder.country.iso3)
        return {key: float(one.value) for key, one in found.items() if len(one.values) == 1}

    @cached_property
    def faces(self) -> Sequence[Face]:
        """The faces of the ledger's land that touch the grid."""
        if self.snapshot is None:
            return ()
        box = shapely.box(*self.grid.bounds_m)
        return [face for face in faces_of(self.snapshot, self.usual) if face.polygon.intersects(box)]

    def sources(self, *kinds: SourceKind) -> tuple[SourceCard, ...]:
        """Return the folder's sources of some kinds."""
        return self.folder.manifest.sources_of(*kinds)

    def path_of(self, card: SourceCard) -> Path:
        """Return the file of a source that is read."""
        return self.folder.source_paths(card)[0]

    def vectors(self, card: SourceCard) -> tuple[Vectors | None, list[Problem]]:
        """Return a source's features in metres; what was said about them when they were added is not said again."""
        folder = self.folder
        found, problems = vectors_of(self.path_of(card), card.kind, card.name, card.options, folder.crs, folder.country)
        return found, problems if found is None else []


@dataclass(frozen=True, slots=True)
class Drawn:
    """How a layer's cells come about: the coding, the work of a tile, and what its card says of the numbers used.

    ``work`` is None where there is nothing to draw on this grid; ``problems`` say why.
    """

    coding: Coding
    work: TileWork | None
    made: Mapping[str, Any] = field(default_factory=dict)
    problems: Sequence[Problem] = ()
    side_cells: int = TILE_CELLS
    is_class: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """A layer that can be made: of which sources, with which numbers (``uses``), and how (``draw``).

    ``of_snapshot`` says that the snapshot has a part in it. ``version`` is the method's own: a layer made by an earlier
    one is made again.
    """

    kind: LayerKind
    draw: Callable[[Setting], Drawn]
    sources: tuple[SourceCard, ...] = ()
    uses: tuple[str, ...] = ()
    of_snapshot: bool = False
    own_source: bool = False
    version: int = 1

    @property
    def id(self) -> str:
        """The layer's id."""
        return layer_id(self.kind, self.sources[0].id if self.own_source else "")

    def name(self, setting: Setting) -> str:
        """The layer's name: its source's where it is of one source, else its kind's, and the label of its kind."""
        del setting
        return self.sources[0].name if self.own_source else code_list("layer_kind")[self.kind.value].labels["en"]

    def digest(self, setting: Setting) -> str:
        """Return the SHA-256 of all that the layer depends on: grid, sources, snapshot, numbers, method."""
        grid, snapshot = setting.grid, setting.snapshot if self.of_snapshot else None
        told = {
            "kind": self.kind.value,
            "version": self.version,
            "grid": [grid.proj, grid.cell_m, grid.west_m, grid.north_m, grid.rows, grid.columns],
            "sources": [_as_given(card).as_json() for card in self.sources],
            "snapshot": dict(snapshot.card.files) if snapshot else {},
            "uses": {key: setting.usual[key] for key in self.uses},
        }
        return digest_of(told)


def _as_given(card: SourceCard) -> SourceCard:
    """Return a record's card without what was learned of it: that comes of the snapshot, which counts for itself."""
    is_record = card.kind == SourceKind.MINEFIELD_RECORD
    return replace(card, reliability=0.0, reliability_known=False) if is_record else card
