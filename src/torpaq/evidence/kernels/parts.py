"""The same work on a few threads: compiled loops let go of the interpreter's lock, so plain threads are enough."""

import itertools
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor


def cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def in_parts(work: Callable[[int, int], object], count: int, threads: int, parts_each: int = 1) -> None:
    """Call ``work(first, after)`` for parts of 0 … ``count`` on threads, and wait for all; the first error is raised.

    More parts than threads even out parts that take longer than others.
    """
    parts = max(1, min(count, threads * parts_each))
    edges = [count * part // parts for part in range(parts + 1)]
    if threads == 1 or parts == 1:
        for first, after in itertools.pairwise(edges):
            work(first, after)
        return
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(work, edges[:-1], edges[1:]))
