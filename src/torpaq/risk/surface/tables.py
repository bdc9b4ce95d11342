"""Tables of likelihood ratios: what a band of a layer's values says for or against contamination, with its interval.

A table is what an officer reads: *trench under 100 m: 4.1 times likelier (2.9 to 5.8)*. Ratios are kept as natural
logarithms, so that what several layers say is a sum.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from itertools import pairwise
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from torpaq.evidence.card import LayerCard
from torpaq.evidence.coding import NO_DATA, Coding
from torpaq.standard.country import national_folder
from torpaq.standard.tables import STANDARD, read_table

Floats = NDArray[np.float64]
Bytes = NDArray[np.uint8]

MOST_BINS = 12
NORMAL_90 = 1.6448536269514722
EXPERT, FITTED = "expert", "fitted"
DIRECTIONS = {"down": -1, "up": 1, "": 0}
UNKNOWN_SPREAD = 0.7
"""Prior sd of a log-ratio where no expert has said anything: most lie between a quarter and four."""


@dataclass(frozen=True, slots=True)
class Table:
    """Log-ratios of the bands of one layer: band b holds ``cuts[b − 1]`` ≤ value < ``cuts[b]``.

    ``low`` and ``high`` bound each log-ratio with 90 %; ``squares`` and ``found`` are the examined squares, and those
    contaminated, that it was learned from. ``direction`` is −1 where farther or more may only speak against.
    """

    layer: str
    kind: str
    name: str
    unit: str
    cuts: tuple[float, ...]
    llr: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    direction: int
    origin: str
    learned: bool
    source: str
    squares: tuple[float, ...] = ()
    found: tuple[float, ...] = ()

    @property
    def bands(self) -> int:
        """How many bands there are."""
        return len(self.llr)

    def as_json(self) -> dict[str, Any]:
        """Return the table as JSON holds it."""
        return asdict(self)

    def bands_of(self, coding: Coding) -> Bytes:
        """Return the band of every code, 256 of them; what is not known has band ``bands``, which says nothing."""
        return bands_of(self.cuts, coding)

    def lookup(self, coding: Coding) -> Floats:
        """Return the log-ratio of every code, 256 of them; nought where nothing is known."""
        return np.append(np.asarray(self.llr), 0.0)[self.bands_of(coding)]

    def span(self, band: int) -> tuple[float, float]:
        """Return the values of a band: from (included), to (excluded), infinite at the ends."""
        ends = (-math.inf, *self.cuts, math.inf)
        return ends[band], ends[band + 1]


def bands_of(cuts: Sequence[float], coding: Coding) -> Bytes:
    """Return the band of every code by the value it begins with; codes beyond the coding and 255 have the last + 1."""
    bands = np.full(256, len(cuts) + 1, dtype=np.uint8)
    starts = np.asarray(coding.edges) + 1e-9 * np.maximum(1, np.abs(coding.edges))
    bands[: len(starts)] = np.searchsorted(np.asarray(cuts), starts, side="right")
    bands[NO_DATA] = len(cuts) + 1
    return bands


@dataclass(frozen=True, slots=True)
class ExpertRow:
    """One band of an expert's table: how many times likelier, with 90 % limits, and whose word it is."""

    start: float
    end: float
    ratio: float
    low: float
    high: float
    source: str


@dataclass(frozen=True, slots=True)
class ExpertTable:
    """The bands of a kind of layer, ascending and without gaps; ``learned`` says whether data may teach it better."""

    kind: str
    direction: int
    learned: bool
    rows: tuple[ExpertRow, ...]


@cache
def expert_tables(iso3: str) -> Mapping[str, ExpertTable]:
    """Return the expert's table of every kind of layer; a country's own file replaces a kind as a whole."""
    files = (STANDARD / "evidence_tables.csv", national_folder() / iso3.lower() / "evidence_tables.csv")
    kinds: dict[str, ExpertTable] = {}
    for path in (file for file in files if file.exists()):
        kinds |= {table.kind: table for table in _expert_file(read_table(path), path.name)}
    return MappingProxyType(kinds)


def _expert_file(rows: Sequence[Mapping[str, str]], name: str) -> list[ExpertTable]:
    """Read expert tables. Raises ``ValueError`` where bands leave a gap or limits do not hold their ratio."""
    tables = []
    for kind in dict.fromkeys(row["kind"] for row in rows):
        own = [row for row in rows if row["kind"] == kind]
        bands = tuple(
            ExpertRow(
                _end(row["from"], -math.inf), _end(row["to"], math.inf),
                float(row["ratio"]), float(row["low"]), float(row["high"]),
                " ".join(word for word in (row["clause"], row["source"]) if word),
            )
            for row in own
        )  # fmt: skip
        gapless = all(first.end == second.start for first, second in pairwise(bands))
        if not gapless or len(bands) > MOST_BINS or not all(0 < b.low <= b.ratio <= b.high for b in bands):
            raise ValueError(f"{name}: the bands of {kind} leave a gap, are too many or have no limits")
        tables.append(ExpertTable(kind, DIRECTIONS[own[0]["direction"]], own[0]["learned"] == "yes", bands))
    return tables


def _end(text: str, otherwise: float) -> float:
    return float(text) if text else otherwise


def expert_table(card: LayerCard, iso3: str) -> Table | None:
    """Return the expert's table of a layer, or None where no expert has spoken of its kind.

    A layer that is right with chance r tells the less: its ratio becomes 1 + r (ratio − 1), because with chance 1 − r
    what it says has nothing to do with the land.
    """
    expert = expert_tables(iso3).get(card.kind)
    if expert is None:
        return None
    trust = min(max(card.reliability, 0.0), 1.0)
    llr, low, high = (
        tuple(math.log(1 + trust * (getattr(row, field) - 1)) for row in expert.rows)
        for field in ("ratio", "low", "high")
    )
    return Table(
        layer=card.id, kind=card.kind, name=card.name, unit=card.coding.unit,
        cuts=tuple(row.end for row in expert.rows[:-1]), llr=llr, low=low, high=high,
        direction=expert.direction, origin=EXPERT, learned=expert.learned,
        source="; ".join(dict.fromkeys(row.source for row in expert.rows)),
    )  # fmt: skip


def table_from(value: Mapping[str, Any]) -> Table:
    """Return a table from its JSON. Raises ``TypeError`` for anything else."""
    plain: dict[str, Any] = {key: tuple(one) if isinstance(one, list) else one for key, one in value.items()}
    return Table(**plain)


def prior_spread(table: Table) -> Floats:
    """Return the sd of every log-ratio that its 90 % limits stand for; a tenth at least, because nobody is so sure."""
    return np.asarray(np.maximum(0.1, (np.asarray(table.high) - np.asarray(table.low)) / (2 * NORMAL_90)))
