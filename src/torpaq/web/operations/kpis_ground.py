"""Output and cost by terrain, vegetation and contamination, and what a square metre and an item cost (domain §4.13).

A cost is what an accepted report of completion told, the full one: direct, support and overhead. Nothing is invented
where none was told, and currencies are never added up.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from django.db.models import QuerySet

from torpaq.land.balance import UM2
from torpaq.operations.figures.kpis import KINDS, Figure, Row, figure_of, figures_of_days
from torpaq.web.models import LedgerEntry, Proposal, Task
from torpaq.web.operations.kpis import GROUND, Scope, work_of

COSTS = ("cost_a_m2_processed", "cost_a_m2_released", "cost_an_item")
GROUND_FIGURES = ("processed_m2", "m2_a_deminer_day", "m2_a_net_hour", "m2_a_machine_hour", "m2_an_animal_day")
Released = Callable[[], Mapping[str, int]]
"""Gives what each entry of the ledger released, doubled µm² by its id: asked only where a cost was told."""


@dataclass(frozen=True, slots=True)
class Ground:
    """One kind of ground or contamination: figures of its days by code, and costs by currency."""

    name: str
    code: str
    scope: Scope
    days: Mapping[str, Figure]
    costs: Mapping[str, Mapping[str, Figure]]


def costed_tasks(scope: Scope) -> QuerySet[Task]:
    """Return the tasks completed in a scope whose cost was told.

    A cost is a whole task's: with a method, only tasks that were ordered this one method alone take part.
    """
    tasks = Task.objects.filter(scope.on_ground(), cost__gt=0, completed_on__range=scope.period)
    if scope.unit:
        tasks = tasks.filter(unit=scope.unit)
    if scope.method:
        tasks = tasks.filter(search_key__startswith=f"|{scope.method}| ")
    return tasks.filter(organisation__code=scope.operator) if scope.operator else tasks


def cost_rows(scope: Scope, released: Released) -> list[tuple[str, str, Row]]:
    """Return the currency, the ground and the measures of each task whose cost was told.

    A task whose land is not released yet has no measure of that, and takes no part in the cost of released land.
    """
    asked = ("code", "currency", "ground_key", "cost", "processed_m2", "items_found", "cost_record")
    tasks = list(costed_tasks(scope).order_by().values_list(*asked))
    if not tasks:
        return []
    m2 = _released_m2([one[-1] for one in tasks if one[-1]], released())
    rows = []
    for code, currency, ground, cost, processed_m2, items, record in tasks:
        measures = {"cost": cost, "processed_m2": processed_m2, "items": items}
        measures |= {"released_m2": m2[record]} if m2.get(record) else {}
        rows.append((currency, ground, Row(code, measures)))
    return rows


def _released_m2(records: Iterable[int], released: Mapping[str, int]) -> dict[int, float]:
    """Return the m² that the ledger released on each report of completion; a voided entry released nothing."""
    proposals = Proposal.objects.filter(field_record__in=list(records), position__isnull=False)
    of_position = dict(proposals.values_list("position", "field_record"))
    found: dict[int, float] = {}
    entries = LedgerEntry.objects.filter(position__in=list(of_position)).values_list("position", "entry_id")
    for position, entry_id in entries:
        record = of_position[position]
        if record is not None:
            found[record] = found.get(record, 0.0) + released.get(entry_id, 0) / UM2
    return found


def costs_of(rows: Iterable[tuple[str, str, Row]]) -> dict[str, dict[str, Figure]]:
    """Return the figures of cost by currency."""
    by_currency: dict[str, list[Row]] = {}
    for currency, _, row in rows:
        by_currency.setdefault(currency, []).append(row)
    found: dict[str, dict[str, Figure]] = {}
    for currency, listed in sorted(by_currency.items()):
        figures = {code: figure_of(KINDS[code], listed) for code in COSTS}
        found[currency] = {code: replace(one, unit=currency.upper()) for code, one in figures.items()}
    return found


def by_ground(scope: Scope, costed: Iterable[tuple[str, str, Row]]) -> dict[str, list[Ground]]:
    """Return output and cost by terrain, vegetation and contamination; a task of two kinds counts in both."""
    sums: dict[tuple[str, str], dict[str, float]] = {}
    for (ground,), found in work_of(scope).by("task__ground_key").items():
        for key in kinds_of(str(ground)):
            held = sums.setdefault(key, dict.fromkeys(found, 0.0))
            for name, value in found.items():
                held[name] += value
    rows: dict[tuple[str, str], list[tuple[str, str, Row]]] = {}
    for one in costed:
        for key in kinds_of(one[1]):
            rows.setdefault(key, []).append(one)
    groups: dict[str, list[Ground]] = {name: [] for name in GROUND}
    for name, code in sorted({*sums, *rows}):
        days = figures_of_days(sums.get((name, code), {}))
        own = _on(scope, name, code)
        groups[name].append(Ground(name, code, own, days, costs_of(rows.get((name, code), []))))
    return groups


def _on(scope: Scope, name: str, code: str) -> Scope:
    """Return a scope narrowed to one kind of ground or contamination."""
    if name == "terrain":
        return replace(scope, terrain=code)
    return replace(scope, vegetation=code) if name == "vegetation" else replace(scope, contamination=code)


def kinds_of(ground_key: str) -> list[tuple[str, str]]:
    """Return the kinds of ground in a task's key, ``("terrain", "flat")``."""
    pairs = [one.partition(":") for one in ground_key.split("|") if one]
    return [(name, code) for name, _, code in pairs if name in GROUND]
