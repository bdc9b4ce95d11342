"""What the ledger says in the programme's figures: land released by any filters together, and how much is confirmed.

Released land is told by movements of the ledger, each m² once: by operator and method as the entry states them, by the
district that owns the land, and by class of contamination. The ledger knows no terrain and no vegetation, and an open
m² has no operator and no method: there is no figure then, rather than a wrong one.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from torpaq.land.balance import UM2, GroupBy
from torpaq.land.entry import Status
from torpaq.land.live import LiveLand
from torpaq.land.rules import NUMBER_OF_STATUS
from torpaq.operations.figures.kpis import KINDS, OUTCOMES, Figure, Row, figure_of
from torpaq.standard.codes import code_list
from torpaq.web.desk.accounts_shown import balance_for, figures_for
from torpaq.web.desk.context import Question
from torpaq.web.desk.memory import remembered
from torpaq.web.desk.movements import Cell, shares_of
from torpaq.web.live import live_land
from torpaq.web.models import LedgerEntry
from torpaq.web.operations.kpis import Scope

RELEASING = ("cancel", "reduce", "clear")
CLASSES = ("mine", "erw")
CONFIRMED = {"confirmed_mine_percent": "mine", "confirmed_erw_percent": "erw"}


@dataclass(frozen=True, slots=True)
class Released:
    """The ledger's flows of a scope, doubled µm² by outcome, and how many entries made them."""

    flows: Mapping[str, int]
    entries: int


def groups_of(scope: Scope) -> tuple[tuple[str, str], ...]:
    """Return what a scope splits the ledger's land by."""
    given = ((GroupBy.OPERATOR, scope.operator), (GroupBy.UNIT, scope.unit), (GroupBy.METHOD, scope.method))
    return tuple((by.value, key) for by, key in given if key)


def account_of(scope: Scope) -> str:
    """Return the ledger's account that a scope asks for: ``land``, a class, or empty where the ledger tells nothing."""
    if scope.terrain or scope.vegetation:
        return ""
    if not scope.contamination:
        return "land"
    listed, code = code_list("contamination_type"), scope.contamination
    while code in listed and listed[code].parent:
        code = str(listed[code].parent)
    return code if code in CLASSES else ""


def outcome_cell(scope: Scope, outcome: str) -> Cell:
    """Return the cell that a figure of released land opens."""
    first, *others = groups_of(scope) or (("", ""),)
    return Cell(
        outcome, account_of(scope) or "land", scope.until, None, scope.since, first[0], first[1], also=tuple(others)
    )


def released(scope: Scope) -> Released:
    """Return what was released in a scope, by all of its filters together."""
    if not account_of(scope):
        return Released({}, 0)
    with live_land() as (land, head):
        if not groups_of(scope) and not scope.contamination:
            found = balance_for(land, head.hash, Question(on=scope.until, since=scope.since), None)
            entries = LedgerEntry.objects.filter(kind__in=RELEASING, effective__range=scope.period)
            return Released(dict(found.located.flows[2]), entries.count())
        cells = {outcome: outcome_cell(scope, outcome) for outcome in OUTCOMES}
        return remembered(head.hash, ("released", *cells.values()), lambda: _released(land, cells))


def _released(land: LiveLand, cells: Mapping[str, Cell]) -> Released:
    shares = {outcome: shares_of(land, cell) for outcome, cell in cells.items()}
    flows = {outcome: sum(one.area2_um2 for one in listed) for outcome, listed in shares.items()}
    return Released(flows, len({one.entry.id for listed in shares.values() for one in listed}))


def released_by_entry() -> Mapping[str, int]:
    """Return what each entry released, doubled µm² of land by its id; worked out once a ledger."""
    with live_land() as (land, head):
        return remembered(head.hash, "released_by_entry", lambda: _by_entry(land))


def _by_entry(land: LiveLand) -> dict[str, int]:
    found: dict[str, int] = {}
    for outcome in OUTCOMES:
        for one in shares_of(land, Cell(outcome)):
            found[one.entry.id] = found.get(one.entry.id, 0) + one.area2_um2
    return found


def confirmed_figures(scope: Scope) -> dict[str, Figure]:
    """Return how much of the open land at a scope's end is confirmed, by class; of a district where one is asked."""
    if scope.operator or scope.method or scope.is_of_ground:
        return {code: figure_of(KINDS[code], []) for code in CONFIRMED}
    with live_land() as (land, head):
        drawn, _ = figures_for(land, head.hash, Question(on=scope.until, unit=scope.unit))
    found = {}
    for number, code in enumerate(CONFIRMED):
        sha, cha = (drawn.classes[number][NUMBER_OF_STATUS[one]] / UM2 for one in (Status.SHA, Status.CHA))
        found[code] = figure_of(KINDS[code], [Row("land", {"confirmed_m2": cha, "open_m2": sha + cha})])
    return found


def confirmed_cell(scope: Scope, code: str) -> Cell:
    """Return the cell that a share of confirmed land opens: what is confirmed."""
    by, key = ("unit", scope.unit) if scope.unit else ("", "")
    return Cell(f"stock_{Status.CHA.value}", CONFIRMED[code], scope.until, by=by, key=key)
