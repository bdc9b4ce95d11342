"""Ten thousand random programmes driven through the real moves: what nobody may do, and land given back unproved.

Each history has operators, accreditations granted, suspended and expired, a team whose medic's certificate may end,
days of work, finds, inspections, non-conformities, reports of completion, releases, handovers and reopenings, with
people trying what they may not; a plain judge that shares no code with the requirements says what was forbidden.
"""

import argparse
import sys
from pathlib import Path
from time import perf_counter

from telling import tell

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
from operations.histories import totals

HISTORIES = 10_000
FAULTS = ("forbidden_passed", "signed_without_proof", "reopening_wrong", "accounts_open")
TOLD = ("histories", "attempts", "passed", "refused", "forbidden", "signed", "reopened")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--histories", type=int, default=HISTORIES)
    wanted = parser.parse_args().histories
    started = perf_counter()
    counts = totals(range(wanted))
    measured: dict[str, float] = {name: counts[name] for name in (*TOLD, *FAULTS)}
    measured["wall_s"] = round(perf_counter() - started, 1)
    tell("release_histories", measured, dict.fromkeys(FAULTS, 0), {"histories": wanted})


if __name__ == "__main__":
    main()
