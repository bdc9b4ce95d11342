"""All layers into one log-odds: level + the number that each layer's table has for the cell's code, exactly.

Numbers are whole hundredths of a logit, so that sums are exact and the same on every machine, and a cell's ledger can
be held against the surface. Work on tiles calls :func:`log_odds` with a plan of its tables.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from torpaq.evidence.kernels.parts import in_parts
from torpaq.risk.surface.lanes import CELLS, add_up, has_lanes, plan_tables

Codes = NDArray[np.uint8]
LogOdds = NDArray[np.int16]
Numbers = NDArray[np.int64]

MOST = 32_767
BLOCK_CELLS = 1 << 15  # cells of an intermediate sum that stay in the processor's cache


@dataclass(frozen=True, slots=True)
class Plan:
    """Tables made ready to be summed; see :func:`plan_of`. ``tables`` are int16, shaped (layers, 256)."""

    tables: LogOdds
    level: int
    parts: Codes
    part_of: Numbers
    groups: Numbers


def plan_of(tables: NDArray[Any], level: int) -> Plan:
    """Return what :func:`log_odds` needs of tables of whole numbers shaped (layers, 256) and a level.

    The number at 255 is for cells of which the layer knows nothing. Raises ``ValueError`` for another shape, numbers
    that are not whole, or tables of which some sum would not fit two bytes.
    """
    given = np.asarray(tables)
    if given.ndim != 2 or given.shape[1] != 256 or (given != np.round(given)).any():
        raise ValueError("tables hold 256 whole numbers for each layer")
    if abs(level) + np.abs(given.astype(np.int64)).max(axis=1).sum() > MOST:
        raise ValueError("the tables' sums do not fit two bytes")
    numbers = np.ascontiguousarray(given, dtype=np.int16)
    return Plan(numbers, int(level), *plan_tables(list(numbers)))


def log_odds(
    plan: Plan,
    codes: Sequence[Codes],
    addends: Sequence[LogOdds] = (),
    out: LogOdds | None = None,
    threads: int = 1,
) -> LogOdds:
    """Return level + Σ table[code] + Σ addends for every cell, each layer and addend an array of the same shape.

    Only addends can lead beyond ±32,767: after each of them the sum is cut off there. ``out``, C-contiguous, is
    written instead of a new array. Raises ``ValueError`` where layers are not as many as tables, or shapes differ.
    """
    if (
        len(codes) != len(plan.tables)
        or len({layer.shape for layer in codes} | {addend.shape for addend in addends}) > 1
    ):
        raise ValueError("there has to be a layer for each table, all of the same shape")
    shape = codes[0].shape
    sums = np.empty(shape, dtype=np.int16) if out is None else out
    flat = sums.reshape(-1)
    layers = [np.ascontiguousarray(layer, dtype=np.uint8).reshape(-1) for layer in codes]
    more = [np.ascontiguousarray(addend, dtype=np.int16).reshape(-1) for addend in addends]
    blocks = -(-flat.size // CELLS)

    def do(first: int, after: int) -> None:
        _sum_cells(plan, layers, more, flat, first * CELLS, min(after * CELLS, flat.size))

    in_parts(do, blocks, threads)
    return sums


def _sum_cells(
    plan: Plan, layers: Sequence[Codes], addends: Sequence[LogOdds], out: LogOdds, first: int, after: int
) -> None:
    """Sum cells ``first`` … ``after``; with addends by blocks, so that a sum is still at hand when it is added to."""
    step = BLOCK_CELLS if addends else max(after - first, 1)
    for start in range(first, after, step):
        end = min(start + step, after)
        whole = start + (end - start) // CELLS * CELLS if _LANES else start
        if whole > start:
            addresses = np.array([layers[table].ctypes.data for table in plan.part_of], dtype=np.int64)
            add_up(addresses, plan.parts, plan.groups, plan.level, out, start, whole)
        if end > whole:
            out[whole:end] = plan.level
            for layer, table in zip(layers, plan.tables, strict=True):
                _add_table(layer[whole:end], table, out[whole:end])
        for addend in addends:
            _add_cut_off(addend[start:end], out[start:end])


_LANES = has_lanes()


@njit(nogil=True, cache=True)
def _add_table(codes: Codes, table: LogOdds, out: LogOdds) -> None:
    for cell in range(len(codes)):
        out[cell] += table[codes[cell]]


@njit(nogil=True, cache=True)
def _add_cut_off(addend: LogOdds, out: LogOdds) -> None:
    for cell in range(len(out)):
        total = np.int32(out[cell]) + np.int32(addend[cell])
        out[cell] = min(max(total, np.int32(-MOST)), np.int32(MOST))
