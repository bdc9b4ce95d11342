"""The chance that a row of a minefield record passes near a cell, as far as those who issued records can be trusted."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from torpaq.evidence.card import SourceCard
from torpaq.evidence.coding import NO_DATA, Coding
from torpaq.evidence.grid import Window
from torpaq.evidence.kinds import LayerKind, SourceKind
from torpaq.evidence.layers.ledger import DETECTIONS, MISS_CODING, PLACE_ERRORS, draw_miss, found_places
from torpaq.evidence.placing import Field, chance_field, lay_record
from torpaq.evidence.plans import Drawn, Plan, Setting
from torpaq.evidence.records import MinefieldRecord, read_record
from torpaq.evidence.reliability import Outcome, Trust, issuers_of, learn_trust, outcome_of, told_outcomes
from torpaq.geo.crs import Floats
from torpaq.standard.problems import Problem, problem

LEAST_CHANCE = 0.001
LEAST_STATED = 0.01  # nobody is trusted, or mistrusted, wholly before a test
CHANCE_CODING = Coding("chance", (0.0, *np.geomspace(LEAST_CHANCE, 1.0, 150).tolist()))
USES = (
    "record_near_m",
    "record_draws",
    "record_map_scale",
    "record_plot_mm",
    "record_datum_unstated_m",
    "record_bearing_deg",
    "record_tape_percent",
    "record_pace_percent",
    "record_blunder_percent",
    "record_blunder_m",
    "record_prior_right",
    "record_prior_wrong",
    "record_examined_share",
    "search_coverage_reduced",
    *DETECTIONS,
    *PLACE_ERRORS,
)


def plans(setting: Setting) -> list[Plan]:
    """Return the one plan of all minefield records, where there are any."""
    cards = setting.sources(SourceKind.MINEFIELD_RECORD)
    if not cards:
        return []
    return [Plan(LayerKind.RECORD_CHANCE, partial(draw_records, cards), cards, USES, of_snapshot=True)]


def draw_records(cards: Sequence[SourceCard], setting: Setting) -> Drawn:
    """Draw all records: 1 less the product, over records, of 1 less trust times the record's own field."""
    laid, problems = _laid(cards, setting)
    if not laid:
        return Drawn(CHANCE_CODING, None, {}, problems)
    outcomes = _outcomes(laid, setting)
    trusts = _trusts(cards, outcomes, setting)
    problems += [
        problem("evidence_reliability_is_prior", "record_chance", issuer=issuer, share=round(trust.mean, 3))
        for issuer, trust in sorted(trusts.items())
        if not trust.is_learned
    ]
    fields = [(field.window, field.chance * np.float32(trusts[record.issuer].mean)) for record, field in laid if field]
    made: dict[str, Any] = {
        "method": "draws of whole records, errors common to a record, weighted by what its issuer's records proved",
        "near_m": setting.usual["record_near_m"],
        "draws": int(setting.usual["record_draws"]),
        "issuers": list(issuers_of(trusts)),
        "records": [
            {"record": one.number, "issuer": one.issuer, "right": one.right, "how": one.how} for one in outcomes
        ],
    }
    work = partial(chance_tile, fields) if fields else None
    return Drawn(CHANCE_CODING, work, made, problems)


Laid = list[tuple[MinefieldRecord, Field | None]]


def _laid(cards: Sequence[SourceCard], setting: Setting) -> tuple[Laid, list[Problem]]:
    found: Laid = []
    problems: list[Problem] = []
    for card in cards:
        record, more = read_record(setting.path_of(card), card.name, setting.folder.country)
        if record is None:
            problems += more
            continue
        laid, more = lay_record(record, setting.folder.crs, int(setting.usual["record_draws"]), card.name)
        problems += more
        if laid is not None:
            found.append((record, chance_field(laid, setting.grid, setting.usual["record_near_m"])))
    return found, problems


def _outcomes(laid: Laid, setting: Setting) -> list[Outcome]:
    """Judge every record by the field: reported tests, finds on its rows' ground, ground examined without a find."""
    told = told_outcomes(setting.snapshot)
    found = found_places(setting)
    miss = draw_miss(setting) if setting.snapshot else None
    needed = setting.usual["record_examined_share"]
    outcomes = []
    for record, field in laid:
        examined = np.zeros((1, 1), dtype=np.float64)
        if field is not None and miss is not None and miss.work is not None:
            examined = _examined(miss.work(field.window, ())[0])
        outcomes.append(outcome_of(record.number, record.issuer, field, told, found, examined, needed, setting.grid))
    return outcomes


def _examined(codes: NDArray[np.uint8]) -> Floats:
    """Return the chance that a search would have found an item in each cell, 0 where nobody searched."""
    missed = np.ones(256)
    missed[: len(MISS_CODING.edges)] = MISS_CODING.edges
    missed[NO_DATA] = 1.0
    return np.asarray(1.0 - missed[codes])


def _trusts(cards: Sequence[SourceCard], outcomes: Sequence[Outcome], setting: Setting) -> Mapping[str, Trust]:
    """Return the trust in each issuer; a reliability that somebody stated is the prior's mean, of the same weight."""
    right, wrong = setting.usual["record_prior_right"], setting.usual["record_prior_wrong"]
    stated: dict[str, list[float]] = {}
    for card in cards:
        if (share := card.options.get("stated_reliability")) is not None:
            stated.setdefault(str(card.options["issuer"]), []).append(float(share))
    trusts = learn_trust(outcomes, right, wrong)
    for issuer, shares in stated.items():
        mean = min(max(sum(shares) / len(shares), LEAST_STATED), 1 - LEAST_STATED)
        own = [one for one in outcomes if one.issuer == issuer]
        trusts |= learn_trust(own, (right + wrong) * mean, (right + wrong) * (1 - mean))
    return trusts


def chance_tile(
    fields: Sequence[tuple[Window, NDArray[np.float32]]], window: Window, _: tuple[NDArray[Any], ...]
) -> tuple[NDArray[np.uint8], ...]:
    """Return a tile of the chance that a row of any record passes near, every record erring for itself."""
    none = np.ones((window.rows, window.columns), dtype=np.float64)
    for at, chance in fields:
        top, left = max(at.row, window.row), max(at.column, window.column)
        bottom = min(at.row + at.rows, window.row + window.rows)
        right = min(at.column + at.columns, window.column + window.columns)
        if top >= bottom or left >= right:
            continue
        part = Window(top, left, bottom - top, right - left)
        none[part.within(window)] *= 1.0 - chance[part.within(at)]
    return (CHANCE_CODING.encode(1.0 - none),)
