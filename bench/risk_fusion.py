"""Eight layers of 117 million cells through their tables into log-odds, beside the same streams with no arithmetic.

The floor reads the same eight arrays and writes as many bytes as the fusion, 64 bits at a time with an exclusive or
between, on the same two threads: what this machine's memory allows. Both run in turns in one process; figures are
medians. NumPy's sum of the same tables is the peer. ``--side`` makes the square smaller; what compiles runs before.
"""

import argparse
import statistics
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from time import perf_counter

import numpy as np
from numba import njit

from telling import tell
from torpaq.risk.surface.fuse import log_odds, plan_of
from torpaq.risk.surface.lanes import has_lanes

SIDE, LAYERS, BINS, TURNS, THREADS = 10_817, 8, 12, 15, 2


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--side", type=int, default=SIDE)
    side = parser.parse_args().side
    random = np.random.default_rng(1)
    cells = side * side // 64 * 64
    codes = [random.integers(0, 256, cells, dtype=np.uint8) for _ in range(LAYERS)]
    tables = np.array([table(random) for _ in range(LAYERS)])
    plan = plan_of(tables, -460)
    ours, theirs = np.zeros(cells, dtype=np.int16), np.zeros(cells, dtype=np.int16)
    words = tuple(layer.view(np.uint64) for layer in codes)

    def fusion() -> None:
        log_odds(plan, codes, out=ours, threads=THREADS)

    def floor() -> None:
        target = theirs.view(np.uint64)
        half = len(words[0]) // 2
        with ThreadPoolExecutor(THREADS) as pool:
            list(pool.map(lambda part: streams(words, target, *part), ((0, half), (half, len(words[0])))))

    seconds = in_turns({"floor": floor, "fusion": fusion})
    medians = {name: statistics.median(times) for name, times in seconds.items()}
    pairs = sorted(one / other for one, other in zip(seconds["floor"], seconds["fusion"], strict=True))
    started = perf_counter()
    plain = np.full(cells, -460, dtype=np.int16)
    for layer, numbers in zip(codes, tables.astype(np.int16), strict=True):
        plain += numbers[layer]
    numpy_s = perf_counter() - started
    tell(
        "risk_fusion",
        {
            "cells": cells,
            "fusion_s": medians["fusion"],
            "floor_s": medians["floor"],
            "of_floor": medians["floor"] / medians["fusion"],
            "of_floor_low": pairs[len(pairs) // 10],
            "of_floor_high": pairs[-1 - len(pairs) // 10],
            "fusion_gb_per_s": cells * (LAYERS + 2) / medians["fusion"] / 1e9,
            "numpy_s": numpy_s,
            "numpy_time": numpy_s / medians["fusion"],
            "different": int((plain != ours).sum()),
            "lanes": int(has_lanes()),
        },
        {"different": 0},
        {"of_floor": 0.9},
        note=f"{LAYERS} layers of a byte in, two bytes out; {TURNS} turns each; tables of {BINS} bins",
    )


def table(random: np.random.Generator) -> np.ndarray:
    """A table of evidence: twelve bins between random codes, nothing where nothing is known."""
    edges = np.sort(random.choice(np.arange(4, 250), BINS - 1, replace=False))
    numbers = np.sort(random.integers(-400, 400, BINS))[np.searchsorted(edges, np.arange(256), side="right")]
    numbers[255] = 0
    return numbers


def in_turns(works: dict[str, Callable[[], None]]) -> dict[str, list[float]]:
    seconds: dict[str, list[float]] = {name: [] for name in works}
    for turn in range(TURNS + 1):
        for name, work in works.items():
            started = perf_counter()
            work()
            if turn:
                seconds[name].append(perf_counter() - started)
    return seconds


@njit(nogil=True)
def streams(words, out, first, after):  # noqa: ANN001, ANN201  numba finds the types
    one, two, three, four, five, six, seven, eight = words
    for at in range(first, after):
        word = one[at] ^ two[at] ^ three[at] ^ four[at] ^ five[at] ^ six[at] ^ seven[at] ^ eight[at]
        out[2 * at] = word
        out[2 * at + 1] = word


if __name__ == "__main__":
    main()
