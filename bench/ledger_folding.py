"""Folding a whole book in a process of its own, so that its memory is its own."""

import gc
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable

from ledger_books import dense_book, legal_book
from torpaq.land.balance import balance
from torpaq.land.fold import fold

BOOKS = {"dense": dense_book, "legal": legal_book}


def in_own_process(file: str, book: str, entries: int) -> dict[str, float]:
    """Run a bench file again as ``file book entries`` and return what it measured."""
    done = subprocess.run([sys.executable, file, book, str(entries)], capture_output=True, text=True, check=True)
    measured: dict[str, float] = json.loads(done.stdout)
    return measured


def run_folding(main: Callable[[], None]) -> None:
    """Fold and print what it took where a book is named on the command line; else run the bench."""
    if len(sys.argv) == 3:
        print(json.dumps(folded(sys.argv[1], int(sys.argv[2]))))
    else:
        main()


def folded(book: str, count: int) -> dict[str, float]:
    """Make the book, fold a small one to compile, then fold it once and ask for its balance."""
    fold(BOOKS[book](240, seed=2))
    entries = BOOKS[book](count, seed=1)
    vertices = sum(len(entry.place.shape.xy_cm) // 16 for entry in entries if entry.place)
    gc.collect()
    before_mb = peak_mb()
    wall, cpu = time.perf_counter(), time.process_time()
    land, problems = fold(entries)
    told = balance(land)
    measured = {"cpu_s": time.process_time() - cpu, "wall_s": time.perf_counter() - wall, "rss_mb": peak_mb()}
    measured |= {"rss_before_mb": before_mb, "entries": len(entries), "vertices": vertices, "problems": len(problems)}
    measured |= {"faces": sum(part.faces.n_faces for part in land.parts)}
    measured |= {"open_land_km2": told.located.flows[2]["closing"] / 2e18}
    return measured


def peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    raise SystemExit("run ledger_fold_100k.py or ledger_fold_1m.py")
