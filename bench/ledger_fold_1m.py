"""1,000,000 entries folded from nothing: entries in memory, then land, problems and balance, in an own process."""

from ledger_folding import in_own_process, run_folding
from telling import tell

ENTRIES = 1_000_000
LIMIT = {"wall_s": 180.0, "rss_mb": 8000.0}


def main() -> None:
    tell("ledger_fold_1m", in_own_process(__file__, "dense", ENTRIES), LIMIT)


if __name__ == "__main__":
    run_folding(main)
