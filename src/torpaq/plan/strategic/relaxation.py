"""The relaxation solved in a process of its own, and a bound that holds whatever the solver returns."""

import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from torpaq.plan.strategic.arrays import Floats, Ints
from torpaq.plan.strategic.program import Program

STARTING_SECONDS = 2.0
ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class Relaxed:
    """A solution of the relaxation, its row duals (units a unit of the right side), the bound they prove, and how."""

    columns: Floats | None
    duals: Floats
    bound: float
    method: str


def relax(program: Program, seconds: float, exact: bool = False) -> Relaxed:
    """Solve the relaxation within so many seconds; without an answer the bound is that of duals of nought.

    ``exact`` asks for the simplex method's vertex, for small programmes whose duals are shown.
    """
    nothing = Relaxed(None, np.zeros(len(program.low)), bound_of(program, np.zeros(len(program.low))), "none")
    if seconds < STARTING_SECONDS:
        return nothing
    with tempfile.TemporaryDirectory(prefix="torpaq-plan-") as folder:
        given, taken = Path(folder) / "given.npz", Path(folder) / "taken.npz"
        np.savez(given, allow_pickle=False, **_packed(program, seconds - STARTING_SECONDS / 2, exact))
        command = [sys.executable, "-m", "torpaq.plan.strategic.solver", str(given), str(taken)]
        try:
            subprocess.run(command, timeout=seconds, capture_output=True, check=False)
        except subprocess.TimeoutExpired:
            return nothing
        if not taken.exists():
            return nothing
        with np.load(taken) as read:
            columns, duals, method = read["columns"], read["duals"], str(read["method"])
    if not (np.isfinite(columns).all() and np.isfinite(duals).all()):
        return nothing
    return Relaxed(columns, duals, min(bound_of(program, duals), nothing.bound), method)


def bound_of(program: Program, duals: Floats) -> float:
    """Return a proven upper bound of the programme from any row duals whatever (Lagrange).

    For multipliers y with the right signs, max c x over the rows is at most Σ y·(the side of the row that y's sign
    meets) + Σ over columns of the better end of (c - A'y) x. The duals of the tasks' own rows are chosen best here.
    """
    multipliers = duals.copy()
    multipliers[(multipliers > 0) & ~np.isfinite(program.high)] = 0
    multipliers[(multipliers < 0) & ~np.isfinite(program.low)] = 0
    reduced = reduced_values(program, multipliers)
    start, shape = program.blocks["work"]
    first, last = program.row_names["task"]
    work = slice(start, start + int(np.prod(shape)))
    in_task = (program.entry_row < last) & (program.entry_row >= first)
    task_of = np.zeros(work.stop - work.start, np.int64)
    task_of[program.entry_column[in_task] - start] = program.entry_row[in_task] - first
    without = reduced[work] + multipliers[first:last][task_of]
    best = np.zeros(last - first)
    open_column = program.most[work] > program.least[work]
    np.maximum.at(best, task_of[open_column], without[open_column])
    multipliers[first:last] = best
    reduced[work] = without - best[task_of]
    side = np.where(multipliers > 0, program.high, program.low)
    rows = float((multipliers * np.where(multipliers == 0, 0.0, side)).sum())
    columns = np.where(reduced > 0, reduced * program.most, reduced * program.least)
    total = rows + float(columns.sum()) + program.constant
    weight = abs(rows) + float(np.abs(columns).sum()) + abs(program.constant)
    return total + ROUNDING * weight


def reduced_values(program: Program, duals: Floats) -> Floats:
    """Return c - A'y of every column."""
    weighted = program.entry * duals[program.entry_row]
    return program.value - np.bincount(program.entry_column, weighted, len(program.value))


def columns_of(program: Program, columns: Floats, name: str) -> Floats:
    """Return one block of columns in its shape."""
    start, shape = program.blocks[name]
    return columns[start : start + int(np.prod(shape))].reshape(shape)


def rows_of(program: Program, name: str) -> Ints:
    """Return the numbers of one block of rows; none where the programme has no such rows."""
    return np.arange(*program.row_names.get(name, (0, 0)))


def _packed(program: Program, seconds: float, exact: bool) -> dict[str, Floats]:
    order = np.lexsort((program.entry_row, program.entry_column))
    counts = np.bincount(program.entry_column, minlength=len(program.value))
    scale = max(float(np.abs(program.value).max()), 1e-9) / 100
    return {
        "value": program.value / scale,
        "scale": np.array(scale),
        "least": program.least,
        "most": program.most,
        "low": program.low,
        "high": program.high,
        "start": np.concatenate([[0], np.cumsum(counts)]).astype(float),
        "index": program.entry_row[order].astype(float),
        "entry": program.entry[order],
        "seconds": np.array(seconds),
        "exact": np.array(float(exact)),
    }
