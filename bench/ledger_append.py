"""One more entry at 100,000: append and check, on whole lives and on dense clusters where most steps are illegal."""

import time
from collections.abc import Callable

import numpy as np

from ledger_books import dense_book, legal_book
from telling import tell
from torpaq.land.entry import Entry
from torpaq.land.live import LiveLand

ENTRIES, MORE = 100_000, 2_500
LIMIT = {
    "p50_ms": 2.0,
    "p99_ms": 20.0,
    "check_p50_ms": 2.0,
    "check_p99_ms": 20.0,
    "dense_p99_ms": 40.0,
    "dense_check_p99_ms": 40.0,
}


def main() -> None:
    measured = appended(legal_book(ENTRIES + MORE, seed=1), "")
    measured |= appended(dense_book(ENTRIES + MORE, seed=1), "dense_")
    tell("ledger_append", measured, LIMIT)


def appended(entries: list[Entry], name: str) -> dict[str, float]:
    """Check and append the last entries one by one, anywhere in the book: a fifth of them at random, the rest last."""
    rng = np.random.default_rng(2)
    anywhere = rng.permutation(len(entries) - MORE)[: MORE // 5].tolist()
    later = [entries[n] for n in anywhere] + entries[-MORE + len(anywhere) :]
    chosen = {entry.id for entry in later}
    land = LiveLand(entry for entry in entries if entry.id not in chosen)
    land.check(later[0])  # compiles, or reads the compiled kernels
    checks, appends, problems = [], [], 0
    for entry in (later[n] for n in rng.permutation(len(later)).tolist()):
        checks.append(timed_ms(lambda entry=entry: land.check(entry)))
        appends.append(timed_ms(lambda entry=entry: land.append(entry)))
    problems = len(land.problems())
    return {
        f"{name}appends": len(appends),
        f"{name}problems": problems,
        f"{name}parts": len(land.parts),
        **{f"{name}p{p}_ms": float(np.percentile(appends, p)) for p in (50, 90, 99, 100)},
        **{f"{name}check_p{p}_ms": float(np.percentile(checks, p)) for p in (50, 90, 99, 100)},
    }


def timed_ms(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return (time.perf_counter() - start) * 1e3


if __name__ == "__main__":
    main()
