"""What one more million would buy: for every funder, district, sector and capability, re-solved on both sides.

A dual is a local price and need not be unique, so it stands beside what the relaxation is worth with a step more and a
step less: two values that differ are both true, one for each direction.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from torpaq.plan.strategic.arrays import Floats, Instance, Raw
from torpaq.plan.strategic.instance import instance_of
from torpaq.plan.strategic.program import MILLION, Program, program_of
from torpaq.plan.strategic.relaxation import relax, rows_of
from torpaq.standard.problems import Problem, problem

STEP_DAYS = 1000.0
SOLVE_SECONDS = 120.0
SMALL_COLUMNS = 6000  # up to here the simplex method's vertex is found at once


@dataclass(frozen=True, slots=True)
class _Change:
    """One thing to have more or less of: of which kind, its name, its dual, and the instance with each."""

    kind: str
    name: str
    dual: float
    more: Raw
    less: Raw | None


def margins(instance: Instance, million: float = 1.0) -> tuple[list[Raw], list[Problem]]:
    """Return what a step more and less of each thing is worth, as JSON rows ``kind name dual more less``, in units.

    Of a ``funder`` the step is a million dollars in the first year, under its own earmark; of a ``district`` or
    ``sector`` a new million earmarked for it; of a ``capability`` a thousand team-days of the class over the plan. All
    three figures are worth for a whole step; ``less`` is None where there is nothing to take.
    """
    program = program_of(instance)
    base = _solved(program)
    if base is None:
        return [], [problem("plan_relaxation_stopped", "money", seconds=round(SOLVE_SECONDS))]
    value, duals = base
    rows, problems = [], []
    for change in _changes(instance, program, duals, million):
        more, less = worth(change.more), None if change.less is None else worth(change.less)
        if more is None or (less is None and change.less is not None):
            problems.append(problem("plan_margin_unsolved", change.name))
            continue
        rows.append(
            {
                "kind": change.kind,
                "name": change.name,
                "dual": change.dual,
                "more": more - value,
                "less": None if less is None else value - less,
            }
        )
    return rows, problems


def worth(raw: Raw) -> float | None:
    """Return what the relaxation of an instance is worth, in units; None where it is not solved in time."""
    instance, _ = instance_of(raw)
    solved = None if instance is None else _solved(program_of(instance))
    return None if solved is None else solved[0]


def _solved(program: Program) -> tuple[float, Floats] | None:
    relaxed = relax(program, SOLVE_SECONDS, exact=len(program.value) <= SMALL_COLUMNS)
    if relaxed.columns is None:
        return None
    return float(program.value @ relaxed.columns) + program.constant, relaxed.duals


def _changes(instance: Instance, program: Program, duals: Floats, million: float) -> Iterator[_Change]:
    raw, step = instance.raw, million * MILLION
    years = instance.budget.shape[1]
    budget = duals[rows_of(program, "budget")].reshape(-1, years)
    for at, funder in enumerate(raw["funders"]):
        dual = float(budget[at].sum() if instance.carry[at] else budget[at, 0]) * million
        first = funder["budget"][0]
        less = _with_budget(raw, at, first - step) if first >= step else None
        yield _Change("funder", funder["id"], dual, _with_budget(raw, at, first + step), less)
    cells = duals[rows_of(program, "cells")].reshape(-1, years)[:, 0]
    for key, names in (("district", instance.district_names), ("sector", raw["sectors"])):
        place = 0 if key == "district" else 1
        for name in names:
            inside = [float(cells[at]) for at, cell in enumerate(instance.cells) if cell[place] == name]
            if inside:
                given = {"id": f"+ {name}", "budget": [step] + [0] * (years - 1), "cells": [{key: name}]}
                more = raw | {"funders": [*raw["funders"], given]}
                yield _Change(key, name, max(inside) * million, more, None)
    teams = duals[rows_of(program, "teams")].reshape(len(instance.teams), -1).sum(axis=1)
    moves = duals[rows_of(program, "moves")].reshape(len(instance.teams), len(raw["regions"]), -1)[:, :, 0]
    for name in sorted({group["class"] for group in raw["groups"]}):
        members = [at for at, group in enumerate(raw["groups"]) if group["class"] == name]
        days = sum(instance.teams[at] * instance.days[at, instance.group_region[at]].sum() for at in members)
        if days <= 0:
            continue
        part = STEP_DAYS / float(days)
        gained = [float(instance.teams[at] * (teams[at] + moves[at, instance.group_region[at]])) for at in members]
        less = _with_teams(raw, name, 1 - part) if part <= 1 else None
        yield _Change("capability", name, sum(gained) * part, _with_teams(raw, name, 1 + part), less)


def _with_budget(raw: Raw, funder: int, first: float) -> Raw:
    funders: list[dict[str, Any]] = list(raw["funders"])
    funders[funder] = funders[funder] | {"budget": [first, *funders[funder]["budget"][1:]]}
    return raw | {"funders": funders}


def _with_teams(raw: Raw, name: str, times: float) -> Raw:
    groups = [g | {"teams": g["teams"] * times} if g["class"] == name else g for g in raw["groups"]]
    return raw | {"groups": groups}
