"""Proposals read from a surface, its evidence and its snapshot: what the desk and the command line ask for."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from torpaq.evidence.card import LayerCard
from torpaq.evidence.grid import Grid, Window
from torpaq.evidence.snapshot import Snapshot
from torpaq.risk.decide.audit import NOT_SURVEYED, verified_bound
from torpaq.risk.decide.certificate import Certificate, certify_found
from torpaq.risk.decide.classes import Documents
from torpaq.risk.decide.open_land import Cells, OpenArea, OpenLand, cells_of, places_of, used_years, with_signs
from torpaq.risk.decide.propose import PROMISES, Candidate, Proposals, propose
from torpaq.risk.decide.rules import RiskClass, Rules, rules_of
from torpaq.standard.problems import Problem, problem

Floats = NDArray[np.float64]
Bytes = NDArray[np.uint8]

CANNOT_SAY = tuple(RiskClass).index(RiskClass.CANNOT_SAY)
EXAMINED, YEARS, DENIAL, RECORDS = "examined", "years_used", "denial_density", "record_chance"
MINEFIELD_RECORD = "minefield_record"
MOST = 0.5
RECORD_REACHES = 0.02
"""A minefield record reaches land where its chance, smeared by its own error, is at least this."""


class EvidenceLike(Protocol):
    """What is asked of a surface's evidence: its layers' cards, and their bytes in a window."""

    @property
    def layers(self) -> Mapping[str, LayerCard]:
        """The cards of the layers by id."""

    def read(self, layer: str, window: Window) -> Bytes:
        """Return a layer's codes in a window."""


class SurfaceLike(Protocol):
    """What is asked of a surface (:class:`torpaq.risk.surface.surface.Surface`)."""

    @property
    def grid(self) -> Grid:
        """The grid of its cells."""

    @property
    def card(self) -> Mapping[str, Any]:
        """The score card of its model."""

    @property
    def evidence(self) -> EvidenceLike | None:
        """The evidence it was made of; None where that is gone."""

    def draws(self, window: Window) -> Floats:
        """Return draws of the log-odds of a window, (draws, rows, columns)."""

    def says(self, window: Window) -> Bytes:
        """Return the number of the class of each cell of a window."""


@dataclass(frozen=True, slots=True)
class Decided:
    """Proposals with the rules and the certificate they were made by.

    Of ``sites``, verified contaminated squares that the model judged without their district's labels, ``missed`` lie
    below the certified threshold; ``missed_bound`` is the upper 95 % bound of the share missed. It is of squares thrown
    together, so it backs the certificate over areas and never stands for it.
    """

    proposals: Proposals
    rules: Rules
    certificate: Certificate
    seed: int
    sites: int
    missed: int

    @property
    def missed_bound(self) -> float:
        """The upper 95 % bound of the share of verified contaminated squares that is missed; 1 without any."""
        return verified_bound(self.missed, self.sites)


def propose_of(
    surface: SurfaceLike, snapshot: Snapshot, seed: int | None = None, past_found: int = 0
) -> tuple[Decided | None, list[Problem]]:
    """Propose for every open area of a snapshot by a surface that was made of it.

    ``seed`` is that of the audit's lots; without one it is made of the programme's name, so that nobody chooses it.
    A surface whose evidence is gone cannot be drawn again: that is a problem.
    """
    if surface.evidence is None:
        return None, [problem("propose_without_evidence", "surface")]
    rules = rules_of(snapshot.card.country)
    found = surface.card.get("found_by_area") or {}
    certificate = certify_found(found, [rules.miss], rules.violating)[0]
    promises = certify_found(found, PROMISES, rules.violating)
    lots = seed_of(snapshot.card.programme) if seed is None else seed
    candidates = candidates_of(surface, surface.evidence, OpenLand.of(snapshot))
    proposals = propose(candidates, certificate, rules, surface.grid.cell_m, promises, lots, past_found)
    problems = [] if certificate.is_certified else [certificate.stated("surface")]
    chances = [chance for held in found.values() for chance in held]
    missed = sum(chance < certificate.threshold for chance in chances) if certificate.threshold is not None else 0
    return Decided(proposals, rules, certificate, lots, len(chances), missed), problems


def seed_of(programme: str) -> int:
    """Return the seed that a programme's name makes."""
    return int.from_bytes(hashlib.sha256(programme.encode()).digest()[:4])


class _LastDrawn:
    """The draws of the polygon that was asked for last: they are gone through twice, and made once."""

    def __init__(self, surface: SurfaceLike) -> None:
        self._surface = surface
        self._cells: Cells | None = None
        self._draws: Floats = np.zeros((0, 0))

    def of(self, cells: Cells) -> Floats:
        """Return the draws of a polygon's cells, (draws, cells)."""
        if self._cells is not cells:
            self._draws = self._surface.draws(cells.window)[:, cells.chosen]
            self._cells = cells
        return self._draws


def candidates_of(surface: SurfaceLike, evidence: EvidenceLike, land: OpenLand) -> list[Candidate]:
    """Return the open areas as candidates, by id; an area outside the grid has no cells."""
    years, last = used_years(land.snapshot.card.country), _LastDrawn(surface)
    return [_candidate(surface, evidence, land, area, years, last) for area in land.areas]


def _candidate(
    surface: SurfaceLike, evidence: EvidenceLike, land: OpenLand, area: OpenArea, years: float, last: _LastDrawn
) -> Candidate:
    cells = cells_of(area.polygon, surface.grid)
    documents = land.documents_of(area)
    told = (area.area, area.unit, area.status)
    if cells is None:
        none = np.zeros(0)
        return Candidate(*told, np.zeros((0, 2)), lambda: [none], none > 0, none.astype(np.uint8), documents)

    def drawn() -> Iterator[Floats]:
        yield from last.of(cells)

    return Candidate(
        *told,
        places_m=places_of(cells, surface.grid),
        draws=drawn,
        novel=surface.says(cells.window)[cells.chosen] == CANNOT_SAY,
        examined=_codes(evidence, EXAMINED, cells),
        documents=_signs(documents, evidence, cells, years),
    )


def _codes(evidence: EvidenceLike, layer: str, cells: Cells) -> Bytes:
    if layer not in evidence.layers:
        return np.full(int(cells.chosen.sum()), NOT_SURVEYED, dtype=np.uint8)
    return evidence.read(layer, cells.window)[cells.chosen]


def _signs(documents: Documents, evidence: EvidenceLike, cells: Cells, years: float) -> Documents:
    """Add what layers show: most of the land long used, most of it spoken free, any of it within a minefield record."""
    used = _at_least(evidence, YEARS, cells, years)
    free = _at_least(evidence, DENIAL, cells, 1e-12)
    recorded = _at_least(evidence, RECORDS, cells, RECORD_REACHES)
    signs = {"long_use": used >= MOST, "reliable_denial": free >= MOST}
    return with_signs(documents, signs, {MINEFIELD_RECORD: recorded > 0})


def _at_least(evidence: EvidenceLike, layer: str, cells: Cells, value: float) -> float:
    """Return the share of cells whose value, by the lower edge of its step, is at least this; 0 without the layer."""
    if layer not in evidence.layers:
        return 0.0
    edges = np.array(evidence.layers[layer].coding.edges)
    codes = _codes(evidence, layer, cells)
    return float(((codes < len(edges)) & (edges[np.minimum(codes, len(edges) - 1)] >= value)).mean())
