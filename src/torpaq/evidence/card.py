"""The cards of evidence: what a source or a layer is, when, whose, how reliable, and how it was made."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from torpaq.evidence.coding import Coding


@dataclass(frozen=True, slots=True)
class SourceCard:
    """A source as somebody added it. Dates are ISO days; ``error_m`` is one standard deviation of its places.

    ``reliability`` is the chance, 0 to 1, that one of its statements is right at all; ``reliability_known`` says
    whether it was learned from field results or is the word of whoever added the source. ``files`` are names below
    ``sources/<id>/`` with their SHA-256.
    """

    id: str
    kind: str
    name: str
    date: str
    source: str
    licence: str
    added: str
    error_m: float
    reliability: float
    reliability_known: bool
    files: Mapping[str, str]
    options: Mapping[str, Any] = field(default_factory=dict)
    is_synthetic: bool = False

    def as_json(self) -> dict[str, Any]:
        """Return the card as JSON holds it."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class LayerCard:
    """One layer on the grid: a byte a cell in ``layers/<id>.tif`` and a picture beside it.

    ``kind`` is a code of the list ``layer_kind``; ``made`` names the method and its numbers, so that the layer can be
    made again; ``cells_known`` of ``cells`` carry a value.
    """

    id: str
    kind: str
    name: str
    sources: tuple[str, ...]
    coding: Coding
    date: str
    licence: str
    reliability: float
    made: Mapping[str, Any]
    sha256: str = ""
    cells: int = 0
    cells_known: int = 0
    is_synthetic: bool = False

    def as_json(self) -> dict[str, Any]:
        """Return the card as JSON holds it."""
        return asdict(self)


def source_card(value: Mapping[str, Any]) -> SourceCard:
    """Return a source's card from its JSON. Raises ``TypeError`` or ``KeyError`` for anything else."""
    return SourceCard(**value)


def layer_card(value: Mapping[str, Any]) -> LayerCard:
    """Return a layer's card from its JSON. Raises ``TypeError`` or ``KeyError`` for anything else."""
    coding = Coding(value["coding"]["unit"], tuple(value["coding"]["edges"]))
    return LayerCard(**{**value, "coding": coding, "sources": tuple(value["sources"])})
