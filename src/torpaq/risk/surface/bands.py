"""Which bands a layer is learned in, and what is believed of them before anything is learned."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from torpaq.evidence.card import LayerCard
from torpaq.evidence.coding import NO_DATA
from torpaq.risk.surface.reading import Evidence
from torpaq.risk.surface.tables import (
    EXPERT,
    FITTED,
    MOST_BINS,
    NORMAL_90,
    UNKNOWN_SPREAD,
    Table,
    expert_table,
    prior_spread,
)

Floats = NDArray[np.float64]
Bytes = NDArray[np.uint8]

CLASSES = frozenset({"raster_class", "land_cover", "survey_status"})
QUANTILES = 8


@dataclass(frozen=True, slots=True)
class Bands:
    """The tables to learn, as believed before, and what they were cut from; ``coded`` (layers, 256) bands of codes."""

    tables: tuple[Table, ...]
    coded: Bytes

    @property
    def layers(self) -> tuple[str, ...]:
        """The layers' ids."""
        return tuple(table.layer for table in self.tables)

    @property
    def widths(self) -> tuple[int, ...]:
        """How many bands each has."""
        return tuple(table.bands for table in self.tables)

    @property
    def directions(self) -> tuple[int, ...]:
        """Which way each may go."""
        return tuple(table.direction for table in self.tables)

    @property
    def middle(self) -> Floats:
        """What is believed of every band's log-ratio."""
        return np.array([one for table in self.tables for one in table.llr])

    @property
    def spread(self) -> Floats:
        """How sure that is: one sd."""
        return np.concatenate([prior_spread(table) for table in self.tables]) if self.tables else np.zeros(0)

    def of(self, codes: Bytes) -> Bytes:
        """Return the band of every code, (rows, layers)."""
        told = [coded[column] for coded, column in zip(self.coded, codes.T, strict=True)]
        return np.column_stack(told) if told else np.zeros((len(codes), 0), dtype=np.uint8)


def learnable(evidence: Evidence, country: str) -> tuple[tuple[LayerCard, ...], tuple[Table, ...]]:
    """Return the layers to learn from, and the expert's tables of those that would only tell the results back."""
    learned, kept = [], []
    for card in evidence.telling:
        table = expert_table(card, country)
        if table is not None and not table.learned:
            kept.append(table)
        else:
            learned.append(card)
    return tuple(learned), tuple(kept)


def bands_for(
    cards: Sequence[LayerCard], codes: Bytes, country: str, believed: Mapping[str, Table] = MappingProxyType({})
) -> Bands:
    """Return the bands of layers: the expert's where one has spoken, else of equally many rows, or a class each.

    ``believed`` are tables, by layer, that something else has taught already and that count before the expert's. A
    layer that never differs on examined land and has no expert's table is left out: nothing can be learned of it.
    """
    tables = []
    for number, card in enumerate(cards):
        table = believed.get(card.id) or expert_table(card, country) or _unknown_table(card, codes[:, number])
        if table is not None:
            tables.append(table)
    kept = [next(card for card in cards if card.id == table.layer) for table in tables]
    coded = [table.bands_of(card.coding) for table, card in zip(tables, kept, strict=True)]
    return Bands(tuple(tables), np.array(coded, dtype=np.uint8).reshape(-1, 256))


def _unknown_table(card: LayerCard, codes: Bytes) -> Table | None:
    known = codes[codes != NO_DATA]
    edges = np.asarray(card.coding.edges)
    distinct = np.unique(known[known < len(edges)])
    if len(distinct) < 2:
        return None
    if (card.kind in CLASSES and len(distinct) <= MOST_BINS) or len(distinct) <= QUANTILES:
        cuts = edges[distinct[1:]]
    else:
        middle = np.quantile(known, np.linspace(0, 1, QUANTILES + 1)[1:-1], method="higher").astype(int)
        cuts = edges[np.unique(middle[(middle > distinct[0]) & (middle < len(edges))])]
    if not len(cuts):
        return None
    bands, half = len(cuts) + 1, UNKNOWN_SPREAD * NORMAL_90
    return Table(
        layer=card.id, kind=card.kind, name=card.name, unit=card.coding.unit, cuts=tuple(float(c) for c in cuts),
        llr=(0.0,) * bands, low=(-half,) * bands, high=(half,) * bands, direction=0, origin=EXPERT, learned=True,
        source="",
    )  # fmt: skip


def learned_table(table: Table, llr: Floats, draws: Floats, squares: Floats, found: Floats) -> Table:
    """Return a table as learned: log-ratios, their 90 % limits from draws, the squares behind every band."""
    low, high = np.quantile(draws, (0.05, 0.95), axis=0)
    limits = np.minimum(low, llr), np.maximum(high, llr)
    low, high = (tuple(round(float(one), 4) for one in end) for end in limits)
    return replace(
        table,
        llr=tuple(round(float(one), 4) for one in llr),
        low=low,
        high=high,
        origin=FITTED,
        squares=tuple(round(float(one), 2) for one in squares),
        found=tuple(round(float(one), 2) for one in found),
    )


def band_name(start: float, end: float, unit: str) -> str:
    """Return a band in figures, as the command line shows it."""
    if math.isinf(start):
        return f"< {end:g} {unit}".strip()
    return f">= {start:g} {unit}".strip() if math.isinf(end) else f"{start:g} to {end:g} {unit}".strip()
