"""What stands in the way of equity floors or of work already promised: the constraints in conflict, by name."""

from dataclasses import replace

import numpy as np

from torpaq.plan.strategic.arrays import Instance
from torpaq.plan.strategic.program import Program, program_of
from torpaq.plan.strategic.relaxation import Relaxed, relax, rows_of
from torpaq.plan.strategic.schedule import Schedule, served
from torpaq.standard.problems import Problem, problem

PROOF_SECONDS = 60.0
NAMES_TOLD = 8
LEAST_LACK = 1e-6  # of a district's area


def conflicts(instance: Instance, made: Schedule) -> list[Problem]:
    """Say which floors a plan misses and, where no plan could meet them, what they conflict with.

    The proof is a relaxation in which floors may be missed and nothing else counts: where even that misses them, the
    rows with a dual are those in conflict (Farkas' lemma), and the bound of these duals is the proof.
    """
    short = np.flatnonzero(served(instance, made.share) < instance.floors - 1e-9)
    if not len(short):
        return [problem("plan_commitment_unmet", "committed", count=len(instance.committed))]
    elastic = _elastic(program_of(instance))
    relaxed = relax(elastic, PROOF_SECONDS)
    if relaxed.columns is not None and relaxed.bound < -LEAST_LACK:
        names = [instance.district_names[at] for at in np.flatnonzero(instance.floors > 0)]
        named = ", ".join(_priced(instance, elastic, relaxed)[:NAMES_TOLD]) or "window, access"
        return [problem("plan_floors_infeasible", ", ".join(names), lacking=_lacking(relaxed), conflicts=named)]
    return [
        problem(
            "plan_floor_unmet",
            instance.district_names[at],
            floor=round(float(instance.floors[at]), 4),
            reached=round(float(served(instance, made.share)[at]), 4),
        )
        for at in short
    ]


def _lacking(relaxed: Relaxed) -> float:
    return round(-relaxed.bound, 4)


def _elastic(program: Program) -> Program:
    """Return the programme in which each floor may be missed, and the least missing is sought."""
    rows = rows_of(program, "floor")
    columns = len(program.value) + np.arange(len(rows))
    return replace(
        program,
        value=np.concatenate([np.zeros_like(program.value), np.full(len(rows), -1.0)]),
        least=np.concatenate([program.least, np.zeros(len(rows))]),
        most=np.concatenate([program.most, np.ones(len(rows))]),
        entry_row=np.concatenate([program.entry_row, rows]),
        entry_column=np.concatenate([program.entry_column, columns]),
        entry=np.concatenate([program.entry, np.ones(len(rows))]),
        constant=0.0,
    )


def _priced(instance: Instance, program: Program, relaxed: Relaxed) -> list[str]:
    """Name the rows of teams, checks and money that have a dual, the dearest first."""
    duals = np.abs(relaxed.duals)
    named: dict[str, float] = {}
    regions = instance.raw["regions"]
    for number, row in enumerate(rows_of(program, "capacity")):
        name, level, region = instance.rows[number // instance.workable]
        key = f"{name} {level} {regions[region]}"
        named[key] = named.get(key, 0.0) + float(duals[row])
    for row in rows_of(program, "qc"):
        named["qc_days"] = named.get("qc_days", 0.0) + float(duals[row])
    years = instance.budget.shape[1]
    for number, row in enumerate(rows_of(program, "budget")):
        key = f"{instance.raw['funders'][number // years]['id']} {number % years}"
        named[key] = named.get(key, 0.0) + float(duals[row])
    least = 1e-6 * max(named.values(), default=0.0)
    return [name for name, dual in sorted(named.items(), key=lambda each: -each[1]) if dual > max(least, 1e-9)]
