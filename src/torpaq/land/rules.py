"""The transition table: what each kind of entry may do to land of each status, and the clause that says so.

Total by construction: every kind meets every status. An illegal meeting leaves the land as it was and is a problem
that names both entries. Own words; clauses: IMAS 07.11 (land release), 09.10 (clearance), 08.20 (technical survey).
"""

from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from torpaq.land.entry import Kind, Status

# Status numbers in the arrays of the fold: 0 is "no record", which is unknown and never safe.
NONE, SHA, CHA, CANCELLED, REDUCED, CLEARED = range(6)
STATED = 6  # the entry itself says whether the land becomes SHA or CHA
ILLEGAL = 7

STATUSES: tuple[Status | None, ...] = (
    None,
    Status.SHA,
    Status.CHA,
    Status.CANCELLED,
    Status.REDUCED,
    Status.CLEARED,
)
NUMBER_OF_STATUS = MappingProxyType({status: number for number, status in enumerate(STATUSES)})

# The kinds that change or test land, in the order of the table's rows. A redraw meets land inside its new perimeter
# as REDRAW and land of its area outside that perimeter as OUTSIDE.
OPERATIONS: tuple[str, ...] = (
    Kind.ESTABLISH,
    Kind.EXTEND,
    Kind.REOPEN,
    Kind.CONFIRM,
    Kind.CANCEL,
    Kind.REDUCE,
    Kind.CLEAR,
    Kind.HAND_OVER,
    Kind.REDRAW,
    "outside",
)
ESTABLISH, EXTEND, REOPEN, CONFIRM, CANCEL, REDUCE, CLEAR, HAND_OVER, REDRAW, OUTSIDE = range(10)
NUMBER_OF_KIND = MappingProxyType({Kind(name): number for number, name in enumerate(OPERATIONS[:-1])})
OPENS = (ESTABLISH, EXTEND, REOPEN, REDRAW)


@dataclass(frozen=True, slots=True)
class Rule:
    """One row: the status that land of each status becomes, in the order of :data:`STATUSES`, and the clause."""

    becomes: tuple[int, int, int, int, int, int]
    clause: str


RULES = MappingProxyType(
    {
        # kind:            none,    SHA,       CHA,       cancelled, reduced, cleared
        ESTABLISH: Rule((STATED, ILLEGAL, ILLEGAL, STATED, STATED, STATED), "IMAS 07.11: recording a hazardous area"),
        EXTEND: Rule((STATED, ILLEGAL, ILLEGAL, STATED, STATED, STATED), "IMAS 07.11, 09.10: boundaries may grow"),
        REOPEN: Rule((ILLEGAL, ILLEGAL, ILLEGAL, STATED, STATED, STATED), "IMAS 07.11: new evidence on released land"),
        CONFIRM: Rule((ILLEGAL, CHA, ILLEGAL, ILLEGAL, ILLEGAL, ILLEGAL), "IMAS 07.11: direct evidence confirms"),
        CANCEL: Rule((ILLEGAL, CANCELLED, ILLEGAL, ILLEGAL, ILLEGAL, ILLEGAL), "IMAS 07.11, 08.10: cancelled by NTS"),
        REDUCE: Rule((ILLEGAL, REDUCED, REDUCED, ILLEGAL, ILLEGAL, ILLEGAL), "IMAS 07.11, 08.20: reduced by TS"),
        CLEAR: Rule((ILLEGAL, CLEARED, CLEARED, ILLEGAL, ILLEGAL, ILLEGAL), "IMAS 07.11, 09.10: cleared to a depth"),
        HAND_OVER: Rule((NONE, ILLEGAL, ILLEGAL, CANCELLED, REDUCED, CLEARED), "IMAS 07.11: handover of released land"),
        REDRAW: Rule((STATED, SHA, CHA, CANCELLED, REDUCED, CLEARED), "IMAS 05.10: correction of a perimeter"),
        OUTSIDE: Rule((NONE, NONE, NONE, CANCELLED, REDUCED, CLEARED), "IMAS 05.10: correction of a perimeter"),
    }
)


def transition_table() -> NDArray[np.int8]:
    """Return the rules as an (operations, statuses) array of status numbers, :data:`STATED` or :data:`ILLEGAL`."""
    return np.array([RULES[operation].becomes for operation in range(len(OPERATIONS))], dtype=np.int8)


def is_open(status: int) -> bool:
    """Say whether land of this status number is open: suspected or confirmed hazardous."""
    return status in {SHA, CHA}


def is_released(status: int) -> bool:
    """Say whether land of this status number is released: cancelled, reduced or cleared."""
    return status in {CANCELLED, REDUCED, CLEARED}


def problem_code(operation: int, status: int) -> str:
    """Return the catalogue's code for an illegal meeting of an operation with land of a status number.

    Raises ``ValueError`` for a meeting that is legal.
    """
    if RULES[operation].becomes[status] != ILLEGAL:
        raise ValueError(f"{OPERATIONS[operation]} of {STATUSES[status]} land is legal")
    if operation in {ESTABLISH, EXTEND}:
        return "land_already_open"
    if operation == REOPEN:
        return "reopen_of_unreleased"
    if operation == HAND_OVER:
        return "hand_over_of_open"
    if status == NONE:
        return "land_not_recorded"
    return "release_of_released" if is_released(status) else "needs_suspected"
