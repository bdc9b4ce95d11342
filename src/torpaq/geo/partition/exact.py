"""Exact whole-number arithmetic under the atomic faces: signs, comparisons, rounding and grouping, as numba kernels.

Input coordinates are int64 centimetres within ±``LIMIT_CM``, so a difference has 30 bits and an orientation
determinant 61: it fits int64 without loss. Two products of such determinants are compared in 124 bits. Nothing here
depends on floating point except as a filter whose error bound is known. Kernels keep to plain loops: slices and array
methods inside them take seconds to compile.

Kernels of one file are compiled into those of another, and the compiled cache looks only at the caller's file: after
changing this file, remove the ``*.nbi`` files beside it.
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Ints32 = NDArray[np.int32]
kernel = njit(nogil=True, cache=True, error_model="numpy")

LIMIT_CM = 500_000_000  # 5,000 km either side of the CRS's centre: more than a country, and what 61 bits hold
UM_PER_CM = 10_000
_HALF_WORD = 31
_HALF_MASK = (1 << _HALF_WORD) - 1
_LOW_MASK = (1 << 2 * _HALF_WORD) - 1
_HASH_X = 5_871_781_006_564_002_453  # odd numbers of 63 bits, to spread pairs over a table
_HASH_Y = 3_935_559_000_370_003_845
_UM2_PER_M2 = 1_000_000_000_000
_WORD_M2, _WORD_UM2 = divmod(1 << 64, _UM2_PER_M2)  # what one overflow of int64 is worth


@kernel
def orientation(ax: int, ay: int, bx: int, by: int, px: int, py: int) -> int:
    """Twice the signed area of the triangle a, b, p: positive when p is left of a→b. Exact within ``LIMIT_CM``."""
    return (bx - ax) * (py - ay) - (by - ay) * (px - ax)


@kernel
def compare_products(a: int, b: int, c: int, d: int) -> int:
    """Return the sign of a·b − c·d, exact for operands below 2⁶² in magnitude."""
    left, right = float(a) * float(b), float(c) * float(d)
    doubt = 1e-15 * (abs(left) + abs(right))  # three roundings a product are 3.4e-16
    if left - right > doubt:
        return 1
    if left - right < -doubt:
        return -1
    return _compare_products_exactly(a, b, c, d)


@kernel
def _compare_products_exactly(a: int, b: int, c: int, d: int) -> int:
    left_sign, right_sign = _sign(a) * _sign(b), _sign(c) * _sign(d)
    if left_sign != right_sign:
        return 1 if left_sign > right_sign else -1
    left_high, left_low = _wide_product(abs(a), abs(b))
    right_high, right_low = _wide_product(abs(c), abs(d))
    if left_high == right_high and left_low == right_low:
        return 0
    larger = left_high > right_high or (left_high == right_high and left_low > right_low)
    return left_sign if larger else -left_sign


@kernel
def _sign(value: int) -> int:
    return 1 if value > 0 else (-1 if value < 0 else 0)


@kernel
def _wide_product(a: int, b: int) -> tuple[int, int]:
    """Return (high, low) with a·b = high·2⁶² + low, for 0 ≤ a, b < 2⁶²."""
    a_high, a_low = a >> _HALF_WORD, a & _HALF_MASK
    b_high, b_low = b >> _HALF_WORD, b & _HALF_MASK
    middle = a_high * b_low + a_low * b_high
    low = a_low * b_low + ((middle & _HALF_MASK) << _HALF_WORD)
    return a_high * b_high + (middle >> _HALF_WORD) + (low >> (2 * _HALF_WORD)), low & _LOW_MASK


@kernel
def rounded_um(start_cm: int, step_cm: int, n: int, d: int) -> int:
    """Return start + step·n/d in whole micrometres, halves upwards, exactly: the same for every edge through the point.

    The quotient is estimated in floating point (it has 43 bits) and put right by its remainder, which wraps around
    int64 and back again unharmed because it is itself below 2⁶³.
    """
    quotient = round(float(n) / float(d) * float(step_cm) * UM_PER_CM)
    remainder = n * (step_cm * UM_PER_CM) - quotient * d
    while remainder >= d - d // 2:
        quotient += 1
        remainder -= d
    while -remainder > d // 2:
        quotient -= 1
        remainder += d
    return start_cm * UM_PER_CM + quotient


@kernel
def whole_m2(wrapped: int, estimate: float) -> tuple[int, int]:
    """Return (high, low), value = high·10¹² + low, of a sum known modulo 2⁶⁴ and, within 2⁶², as a float."""
    words = round((estimate - float(wrapped)) / 18446744073709551616.0)
    high, low = wrapped // _UM2_PER_M2, wrapped % _UM2_PER_M2
    rest = words * _WORD_UM2 + low
    return high + words * _WORD_M2 + rest // _UM2_PER_M2, rest % _UM2_PER_M2


@kernel
def find_root(parent: Ints, node: int) -> int:
    """Return the representative of a node in a union-find forest, halving the path on the way."""
    while parent[node] != node:
        parent[node] = parent[parent[node]]
        node = parent[node]
    return node


@kernel
def unite(parent: Ints, a: int, b: int) -> None:
    """Join two sets of a union-find forest; the smaller number represents both, whatever the order."""
    root_a, root_b = find_root(parent, a), find_root(parent, b)
    if root_a < root_b:
        parent[root_b] = root_a
    else:
        parent[root_a] = root_b


@kernel
def intern_pairs(p: Ints, q: Ints) -> tuple[Ints, Ints]:
    """Number distinct pairs (p, q) in order of appearance; return each pair's number and each number's first row."""
    size = 16
    while size < 2 * len(p):
        size *= 2
    slots = np.full(size, -1, np.int64)
    numbers, firsts = np.empty(len(p), np.int64), np.empty(len(p), np.int64)
    found = 0
    for i in range(len(p)):
        mixed = p[i] * _HASH_X + q[i] * _HASH_Y
        slot = (mixed ^ (mixed >> 32)) & (size - 1)
        while slots[slot] >= 0 and (p[firsts[slots[slot]]] != p[i] or q[firsts[slots[slot]]] != q[i]):
            slot = (slot + 1) & (size - 1)
        if slots[slot] < 0:
            slots[slot] = found
            firsts[found] = i
            found += 1
        numbers[i] = slots[slot]
    return numbers, firsts[:found].copy()


@kernel
def group(keys: Ints, n_groups: int) -> tuple[Ints, Ints]:
    """Return (offsets, rows): the rows that have each key 0…n_groups−1, in their order; negative keys are left out."""
    offsets = np.zeros(n_groups + 1, np.int64)
    for key in keys:
        if key >= 0:
            offsets[key + 1] += 1
    for k in range(n_groups):
        offsets[k + 1] += offsets[k]
    place = offsets[:-1].copy()
    rows = np.empty(offsets[n_groups], np.int64)
    for i in range(len(keys)):
        if keys[i] >= 0:
            rows[place[keys[i]]] = i
            place[keys[i]] += 1
    return offsets, rows


@kernel
def grown(buffer: Ints, needed: int) -> Ints:
    """Return the buffer itself, or a copy of at least double its rows when ``needed`` rows do not fit."""
    if needed <= buffer.shape[0]:
        return buffer
    larger = np.empty(max(needed, 2 * buffer.shape[0]), np.int64)
    for k in range(buffer.shape[0]):
        larger[k] = buffer[k]
    return larger
