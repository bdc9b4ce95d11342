"""Tables of a byte looked up for 64 cells at once, where the processor has AVX2.

A table of evidence has few bins, so most codes share their number with the codes beside them. That makes a look-up
which never leaves the registers: a code's block (its upper bits) says in which bin the block begins and at which codes
a next bin begins inside it; the bin, one of sixteen, then picks the number's two bytes. One instruction (PSHUFB) picks
32 bytes out of sixteen at once. Loading a number from a table for each cell and layer takes five times as long as
reading the codes from memory does; this takes less.

A table that does not fit (over sixteen bins, or too many next to each other) is written as the sum of tables that do.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from llvmlite import binding, ir
from llvmlite.ir import VectorType
from numba import config, njit, types
from numba.core import cgutils
from numba.extending import intrinsic
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
Table = NDArray[np.int16]
Numbers = NDArray[np.int64]

CELLS = 64  # done at once
BINS = 16
MOST_CHANGES = 4  # how many bins may begin inside a block; the layers of each number have a loop of their own
SHIFTS = range(5)
NEVER = 127  # a code is compared after its upper bit was flipped, as a signed byte: none is above 127
HEAD = 5  # rows of a plan before the changes: shift, mask, first bins, lower and upper bytes


def has_lanes() -> bool:
    """Whether this processor, and what is compiled for it, can do this."""
    told_otherwise = any(getattr(config, name, None) for name in ("CPU_NAME", "CPU_FEATURES", "DISABLE_JIT"))
    return bool(binding.get_host_cpu_features().get("avx2")) and not told_otherwise


def plan_tables(tables: Sequence[Table]) -> tuple[Bytes, Numbers, Numbers]:
    """Return plans, bytes shaped (plans, rows, 16); the number of the table that each is a part of; and groups.

    Plans are in the order of the changes inside a block; group k, those with k + 1 changes, ends before ``groups[k]``.
    """
    parts = sorted(
        ((number, part) for number, table in enumerate(tables) for part in _parts(table)), key=lambda part: len(part[1])
    )
    plans = np.full((len(parts), HEAD + MOST_CHANGES, BINS), NEVER, dtype=np.uint8)
    for at, (_, part) in enumerate(parts):
        plans[at, : len(part)] = part
    changes = [len(part) - HEAD for _, part in parts]
    groups = np.searchsorted(changes, np.arange(1, MOST_CHANGES + 1), side="right").astype(np.int64)
    return plans, np.array([number for number, _ in parts], dtype=np.int64), groups


def _parts(table: Table) -> list[Bytes]:
    """Plans whose sum is the table: as few as taking runs of codes from the lowest up gives."""
    plan = _plan(table)
    if plan is not None:
        return [plan]
    parts, start = [], 0
    begins = [*(np.flatnonzero(np.diff(table)) + 1).tolist(), len(table)]
    while start < len(table):
        for end in (begin for begin in begins if begin > start):
            run = np.zeros_like(table)
            run[start:end] = table[start:end]
            longer = _plan(run)
            if longer is None:
                break
            plan, after = longer, end
        parts.append(plan)
        start = after
    return [part for part in parts if part is not None]


def _plan(table: Table) -> Bytes | None:
    """The plan with the fewest changes inside a block, or None where no width of block will do."""
    bin_of = np.concatenate([[0], np.cumsum(np.diff(table) != 0)])
    if bin_of[-1] >= BINS:
        return None
    codes = np.arange(256)
    best: Bytes | None = None
    for shift in SHIFTS:
        block_of = np.minimum(codes >> shift, BINS - 1)
        begins = np.flatnonzero((np.diff(bin_of) != 0) & (np.diff(block_of) == 0))  # the last codes before a change
        changes = max(np.bincount(block_of[begins], minlength=BINS).max(), 1)
        if changes > MOST_CHANGES or (best is not None and HEAD + changes >= len(best)):
            continue
        best = np.full((HEAD + changes, BINS), NEVER, dtype=np.uint8)
        best[0] = [shift, *[0] * 15]
        best[1] = 0xFF >> shift
        best[2] = bin_of[np.searchsorted(block_of, np.arange(BINS))]
        numbers = np.zeros(BINS, dtype=np.int16)
        numbers[: bin_of[-1] + 1] = table[np.searchsorted(bin_of, np.arange(bin_of[-1] + 1))]
        best[3], best[4] = numbers.view(np.uint16) & 0xFF, numbers.view(np.uint16) >> 8
        for block in range(BINS):
            inside = begins[block_of[begins] == block]
            best[HEAD : HEAD + len(inside), block] = inside ^ 0x80
    return best


@njit(nogil=True, cache=True)
def add_up(codes: Numbers, plans: Bytes, groups: Numbers, level: int, out: Table, first: int, after: int) -> None:
    """Write level + the sum of the planned tables for cells ``first`` … ``after``, a multiple of 64 of them.

    ``codes`` are the addresses of each plan's bytes, one a cell; arrays have to live on meanwhile.
    """
    _add_up(codes.ctypes.data, plans.ctypes.data, groups.ctypes.data, np.int16(level), out.ctypes.data, first, after)


BYTE, HALF, LANE = ir.IntType(8), ir.IntType(16), ir.IntType(32)
BYTES, HALVES = VectorType(BYTE, 32), VectorType(HALF, 16)
SIXTEEN, COUNT = VectorType(BYTE, 16), VectorType(HALF, 8)
Value = Any  # of the intermediate language: that library states no types

LOWER, UPPER = [*range(8), *range(16, 24)], [*range(8, 16), *range(24, 32)]  # as the processor pairs bytes


def _compile(
    typing: Value, codes: Value, plans: Value, groups: Value, level: Value, out: Value, first: Value, after: Value
) -> Value:
    """Compile the loop: cells outside; inside, for each group, its layers; sums stay in registers."""
    words = [types.intp] * 3
    signature = types.void(*words, types.int16, *words)
    return signature, lambda context, builder, _, values: _write_loop(context, builder, values)


_add_up: Value = intrinsic(_compile)
_function: Value = cgutils.get_or_insert_function


def _write_loop(context: Value, builder: Value, values: Sequence[Value]) -> Value:
    codes, plans, groups, level, out, first, after = values
    entry, cells, end = builder.block, builder.append_basic_block("cells"), builder.append_basic_block("end")
    word = first.type
    everywhere = builder.shuffle_vector(
        builder.insert_element(HALVES(ir.Undefined), level, LANE(0)), HALVES(ir.Undefined), _picks([0] * 16)
    )
    ends = [
        builder.load(builder.inttoptr(builder.add(groups, word(8 * group)), word.as_pointer()))
        for group in range(MOST_CHANGES)
    ]
    builder.cbranch(builder.icmp_signed("<", first, after), cells, end)
    builder.position_at_end(cells)
    cell = builder.phi(word)
    cell.add_incoming(first, entry)
    sums = [everywhere] * (CELLS // 16)
    for group in range(MOST_CHANGES):
        begin = ends[group - 1] if group else word(0)
        sums = _write_group(builder, (codes, plans, cell), (begin, ends[group]), group + 1, sums)
    for half in range(2):
        for part, picks in enumerate((LOWER, UPPER)):
            ordered = builder.shuffle_vector(sums[2 * half], sums[2 * half + 1], _picks(picks))
            to = builder.add(out, builder.mul(builder.add(cell, word(32 * half + 16 * part)), word(2)))
            builder.store(ordered, builder.inttoptr(to, HALVES.as_pointer()), align=1)
    next_cell = builder.add(cell, word(CELLS))
    cell.add_incoming(next_cell, builder.block)
    builder.cbranch(builder.icmp_signed("<", next_cell, after), cells, end)
    builder.position_at_end(end)
    return context.get_dummy_value()


def _write_group(
    builder: Value, where: tuple[Value, Value, Value], part: tuple[Value, Value], changes: int, sums: list[Value]
) -> list[Value]:
    """Add the layers of one group, which may have none, and return the sums after them."""
    codes, plans, cell = where
    before, word = builder.block, cell.type
    layers, done = builder.append_basic_block("layers"), builder.append_basic_block("done")
    builder.cbranch(builder.icmp_signed("<", *part), layers, done)
    builder.position_at_end(layers)
    layer = builder.phi(word)
    totals = [builder.phi(HALVES) for _ in sums]
    plan = builder.add(plans, builder.mul(layer, word(16 * (HEAD + MOST_CHANGES))))
    address = builder.load(builder.inttoptr(builder.add(codes, builder.mul(layer, word(8))), word.as_pointer()))
    numbers = _look_up(builder, plan, builder.add(address, cell), changes)
    more = [builder.add(total, number) for total, number in zip(totals, numbers, strict=True)]
    next_layer = builder.add(layer, word(1))
    for phi, first, then in zip([layer, *totals], [part[0], *sums], [next_layer, *more], strict=True):
        phi.add_incoming(first, before)
        phi.add_incoming(then, layers)
    builder.cbranch(builder.icmp_signed("<", next_layer, part[1]), layers, done)
    builder.position_at_end(done)
    found = [builder.phi(HALVES) for _ in sums]
    for phi, kept, larger in zip(found, sums, more, strict=True):
        phi.add_incoming(kept, before)
        phi.add_incoming(larger, layers)
    return found


def _look_up(builder: Value, plan: Value, codes: Value, changes: int) -> list[Value]:
    """The numbers of 64 codes, as four vectors of sixteen in the order in which the processor pairs bytes."""

    def row(number: int) -> Value:
        sixteen = _load(builder, builder.add(plan, plan.type(16 * number)), SIXTEEN)
        return builder.shuffle_vector(sixteen, sixteen, _picks([*range(16)] * 2))

    def pick(table: Value, at: Value) -> Value:
        kind = ir.FunctionType(BYTES, [BYTES, BYTES])
        return builder.call(_function(builder.module, kind, "llvm.x86.avx2.pshuf.b"), [table, at])

    shift = _load(builder, plan, COUNT)
    shifted = _function(builder.module, ir.FunctionType(HALVES, [HALVES, COUNT]), "llvm.x86.avx2.psrl.w")
    mask, first_bins, lower, upper = (row(number) for number in range(1, HEAD))
    begins = [row(HEAD + number) for number in range(changes)]
    found = []
    for half in range(2):
        code = _load(builder, builder.add(codes, codes.type(32 * half)), BYTES)
        block = builder.bitcast(builder.call(shifted, [builder.bitcast(code, HALVES), shift]), BYTES)
        block = builder.and_(block, mask)
        block = builder.select(builder.icmp_unsigned("<", block, _all(15)), block, _all(15))
        signed = builder.xor(code, _all(0x80))
        which = pick(first_bins, block)
        for begin in begins:
            beyond = builder.icmp_signed(">", signed, pick(begin, block))
            which = builder.sub(which, builder.sext(beyond, BYTES))
        low, high = pick(lower, which), pick(upper, which)
        for order in (LOWER, UPPER):
            paired = builder.shuffle_vector(low, high, _picks([at for byte in order for at in (byte, 32 + byte)]))
            found.append(builder.bitcast(paired, HALVES))
    return found


def _load(builder: Value, address: Value, kind: Value) -> Value:
    return builder.load(builder.inttoptr(address, kind.as_pointer()), align=1)


def _all(number: int) -> Value:
    return BYTES([BYTE(number)] * 32)


def _picks(order: Sequence[int]) -> Value:
    return VectorType(LANE, len(order))([LANE(at) for at in order])
