"""How far records of an issuer can be trusted, learned from the field: Beta over records that were tested.

A record is tested where somebody looked where its rows may lie. One whose rows' ground gave finds was right; one whose
ground was examined nearly whole without a find was wrong; anything else says nothing. What a survey reports of a
record's test goes before what the grid shows.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from torpaq.evidence.grid import Grid
from torpaq.evidence.places import Places
from torpaq.evidence.placing import Field
from torpaq.evidence.snapshot import Snapshot
from torpaq.geo.crs import Floats
from torpaq.standard.text import fold_name

TOLD = {"confirmed": 1.0, "shifted": 1.0, "part_confirmed": 0.5, "refuted": 0.0}
"""What a survey's test of a record says of it (list ``record_test_result``): 1 right, 0 wrong."""

POINTS = 4001


@dataclass(frozen=True, slots=True)
class Trust:
    """An issuer's reliability: mean and 90 % interval of the Beta posterior, and the tests it was learned from.

    ``is_learned`` is False where no record of the issuer was tested and only the prior speaks.
    """

    issuer: str
    mean: float
    low: float
    high: float
    right: float
    wrong: float
    untested: int
    is_learned: bool

    def as_json(self) -> dict[str, Any]:
        """Return the stable keys."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the field says of one record: 1 right, 0 wrong, None not tested; ``how`` names the reason."""

    number: str
    issuer: str
    right: float | None
    how: str


def learn_trust(outcomes: Iterable[Outcome], prior_right: float, prior_wrong: float) -> dict[str, Trust]:
    """Return each issuer's reliability from what became of its records."""
    by_issuer: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        by_issuer.setdefault(outcome.issuer, []).append(outcome)
    found = {}
    for issuer, told in by_issuer.items():
        tested = [one.right for one in told if one.right is not None]
        right, wrong = sum(tested), len(tested) - sum(tested)
        mean = (prior_right + right) / (prior_right + prior_wrong + len(tested))
        low, high = beta_interval(prior_right + right, prior_wrong + wrong)
        found[issuer] = Trust(issuer, mean, low, high, right, wrong, len(told) - len(tested), bool(tested))
    return found


def beta_interval(a: float, b: float, share: float = 0.9) -> tuple[float, float]:
    """Return the central interval of a Beta distribution, by adding up its density at Chebyshev's points."""
    angle = (np.arange(POINTS) + 0.5) * np.pi / POINTS
    x = (1 - np.cos(angle)) / 2
    log_weight = (a - 0.5) * np.log(x) + (b - 0.5) * np.log1p(-x)  # density times dx: each root of x and 1 - x once
    weight = np.exp(log_weight - log_weight.max())
    total = np.cumsum(weight)
    ends = np.interp([(1 - share) / 2, (1 + share) / 2], total / total[-1], x)
    return float(ends[0]), float(ends[1])


def told_outcomes(snapshot: Snapshot | None) -> dict[str, float]:
    """Return, by the folded number of a record, what surveys reported of its test; the last report counts."""
    found: dict[str, tuple[str, float]] = {}
    for record in snapshot.records_of("hazardous_area") if snapshot else ():
        values = record["values"]
        result = TOLD.get(str(values.get("record_test_result")))
        number = fold_name(str(values.get("minefield_record") or ""))
        if number and result is not None and values.get("record_field_tested") != "no":
            date = str(record.get("date") or "")
            if number not in found or date >= found[number][0]:
                found[number] = (date, result)
    return {number: result for number, (_, result) in found.items()}


def outcome_of(
    number: str,
    issuer: str,
    field: Field | None,
    told: Mapping[str, float],
    found: Places,
    examined: Floats,
    needed_share: float,
    grid: Grid,
) -> Outcome:
    """Judge one record by what surveys told, else by finds where its rows may lie and by how much was examined there.

    ``examined`` is, over the field's window, 1 minus the chance to have missed an item, 0 where nobody looked.
    """
    reported = told.get(fold_name(number))
    if reported is not None:
        return Outcome(number, issuer, reported, "reported")
    if field is None or not field.chance.sum():
        return Outcome(number, issuer, None, "beside the area")
    if _has_find(field, found, grid):
        return Outcome(number, issuer, 1.0, "finds")
    share = float((field.chance * examined).sum() / field.chance.sum())
    if share >= needed_share:
        return Outcome(number, issuer, 0.0, "examined without a find")
    return Outcome(number, issuer, None, "not examined enough")


def _has_find(field: Field, found: Places, grid: Grid) -> bool:
    """Say whether an item was found where rows are likeliest: in the cells that hold half of the field's weight."""
    level = likely_level(field.chance)
    for x, y in found.precise(2 * grid.cell_m).tolist():
        cell = grid.cell_at(x, y)
        if cell is None:
            continue
        row, column = cell[0] - field.window.row, cell[1] - field.window.column
        inside = 0 <= row < field.window.rows and 0 <= column < field.window.columns
        if inside and field.chance[row, column] >= level:
            return True
    return False


def likely_level(chance: NDArray[np.floating], share: float = 0.5) -> float:
    """Return the chance from which cells together hold so much of a field's weight, the likeliest first."""
    ordered = np.sort(chance[chance > 0].ravel())[::-1]
    total = np.cumsum(ordered, dtype=np.float64)
    return float(ordered[int(np.searchsorted(total, share * total[-1]))])


def issuers_of(trusts: Mapping[str, Trust]) -> Sequence[dict[str, Any]]:
    """Return the trusts for a card, by issuer."""
    return [trusts[issuer].as_json() for issuer in sorted(trusts)]
