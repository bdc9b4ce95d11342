"""The fold of one face's entries, for many faces at once: plain loops over arrays, compiled by numba.

Each function is ordinary Python over numbers, compiled by numba under its public name (so that mutation testing can
run the plain one with NUMBA_DISABLE_JIT=1). A face's list holds entry numbers in the order (effective, recorded,
position); ``~e`` (negative) stands for a redraw ``e`` of an area that covers the face, whose new perimeter leaves the
face outside.

Classes: 0 ``mine``, 1 ``erw``.
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from torpaq.land.rules import CHA, HAND_OVER, ILLEGAL, NONE, OUTSIDE, REDRAW, SHA, STATED

Bytes = NDArray[np.int8]
Longs = NDArray[np.int64]
Ints = NDArray[np.int32]
Flags = NDArray[np.bool_]
# operation, stated status, classes and hazardous area of every entry, by entry number
Columns = tuple[Bytes, Bytes, Bytes, Ints]

CLASSES = 2
NO_ENTRY = -1  # nobody has opened or set this land


def _outcome(table: Bytes, op: int, stated: int, status: int) -> int:
    """Return what land of ``status`` becomes: a status number or ILLEGAL."""
    to = table[op, status]
    return stated if to == STATED else to


outcome = njit(nogil=True, cache=True)(_outcome)


def _apply(
    table: Bytes, columns: Columns, op: int, e: int, status: Bytes, owner: Longs, setter: Longs, changed: Bytes
) -> None:
    """Apply entry ``e`` to one face in place; ``changed`` gets each class's outcome (-1: not concerned)."""
    areas = columns[3]
    for c in range(CLASSES):
        changed[c] = -1
        if not (columns[2][e] >> c) & 1:
            continue
        was = status[c]
        if op == OUTSIDE and (owner[c] < 0 or areas[owner[c]] != areas[e]):
            continue
        to = outcome(table, op, columns[1][e], was)
        changed[c] = to
        if to != ILLEGAL and to != was:
            status[c] = to
            setter[c] = e
            if to in (SHA, CHA) and was not in (SHA, CHA):
                owner[c] = e


apply = njit(nogil=True, cache=True)(_apply)


def _hand_over_is_legal(status: Bytes) -> bool:
    """Say whether no class is open and at least one is released."""
    released = False
    for c in range(CLASSES):
        if status[c] in (SHA, CHA):
            return False
        if status[c] != NONE:
            released = True
    return released


hand_over_is_legal = njit(nogil=True, cache=True)(_hand_over_is_legal)


def _land_status(status: Bytes, last: int) -> int:
    """Return the status of the land as such: CHA or SHA while a class is open, else the last release, else none."""
    if status[0] == CHA or status[1] == CHA:
        return CHA
    if status[0] == SHA or status[1] == SHA:
        return SHA
    if status[last] != NONE:
        return int(status[last])
    return int(status[1 - last])


land_status = njit(nogil=True, cache=True)(_land_status)


def _operation(op: int, outside: bool) -> int:
    return OUTSIDE if outside and op == REDRAW else op


operation = njit(nogil=True, cache=True)(_operation)


def _face_states(
    cover: Ints,
    offsets: Longs,
    faces: Longs,
    active: Flags,
    table: Bytes,
    columns: Columns,
    status_out: Bytes,
    since_out: Longs,
    handed_out: Longs,
) -> None:
    """Fold the listed faces: final status and last-changing entry of each class, and the handover entry (or -1)."""
    status, changed = np.empty(CLASSES, np.int8), np.empty(CLASSES, np.int8)
    owner, setter = np.empty(CLASSES, np.int64), np.empty(CLASSES, np.int64)
    for i in range(faces.shape[0]):
        status[:] = NONE
        owner[:] = NO_ENTRY
        setter[:] = NO_ENTRY
        handed = NO_ENTRY
        for k in range(offsets[faces[i]], offsets[faces[i] + 1]):
            e = cover[k] if cover[k] >= 0 else ~cover[k]
            if not active[e]:
                continue
            op = operation(columns[0][e], cover[k] < 0)
            if op == HAND_OVER:
                if hand_over_is_legal(status):
                    handed = e
                continue
            apply(table, columns, op, e, status, owner, setter, changed)
            if status[0] in (SHA, CHA) or status[1] in (SHA, CHA):
                handed = NO_ENTRY
        status_out[i, 0], status_out[i, 1] = status[0], status[1]
        since_out[i, 0], since_out[i, 1] = setter[0], setter[1]
        handed_out[i] = handed


face_states = njit(nogil=True, cache=True)(_face_states)
