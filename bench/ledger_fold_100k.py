"""100,000 entries folded from nothing: entries in memory, then land, problems and balance, in a process of its own.

The dense book is the one the bars are for: 1.2 M vertices in clusters of up to 180 polygons that lie anyhow over one
another, most steps illegal. The book of whole lives is measured beside it.
"""

from ledger_folding import in_own_process, run_folding
from telling import tell

ENTRIES = 100_000
BARS = {"cpu_s": 15.0, "wall_s": 10.0, "rss_mb": 2000.0}
LIMIT = BARS | {f"legal_{name}": bar for name, bar in BARS.items()}


def main() -> None:
    measured = in_own_process(__file__, "dense", ENTRIES)
    legal = in_own_process(__file__, "legal", ENTRIES)
    measured |= {f"legal_{name}": value for name, value in legal.items()}
    tell("ledger_fold_100k", measured, LIMIT)


if __name__ == "__main__":
    run_folding(main)
