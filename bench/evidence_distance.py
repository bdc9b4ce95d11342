"""The exact distance to 20,000 points and 300 lines for 117 million cells, on two threads.

Peers at a quarter of the side, with as many marks a cell: ``scipy.ndimage.distance_transform_edt`` and
``gdal_proximity.py``, where they are installed; scipy's every cell is compared as well. What compiles runs before.
"""

import argparse
import shutil
import statistics
import subprocess
import tempfile
from pathlib import Path
from time import perf_counter, process_time

import numpy as np

from evidence_data import SIDE_CELLS, marks, square
from telling import tell
from torpaq.evidence.coding import distance_coding
from torpaq.evidence.kernels.burn import burn
from torpaq.evidence.kernels.distance import distance_codes, distance_m
from torpaq.evidence.tiles import write_codes

TURNS, THREADS = 7, 2


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--side", type=int, default=SIDE_CELLS)
    side = parser.parse_args().side
    distance_m(np.eye(300, dtype=np.uint8), 10.0, threads=THREADS)
    grid = square(side)
    started = perf_counter()
    marked = burn(grid, grid.whole, marks(grid, (side / SIDE_CELLS) ** 2))
    measured = {"cells": grid.cells, "burn_s": perf_counter() - started}
    wall, cpu = [], []
    for _ in range(TURNS):
        started, worked = perf_counter(), process_time()
        distance_m(marked, grid.cell_m, threads=THREADS)
        wall.append(perf_counter() - started)
        cpu.append(process_time() - worked)
    measured |= {"wall_s": statistics.median(wall), "wall_best_s": min(wall), "cpu_s": statistics.median(cpu)}
    coding = distance_coding(5_000, grid.cell_m)
    started = perf_counter()
    distance_codes(marked, grid.cell_m, coding, threads=THREADS)
    measured["codes_s"] = perf_counter() - started
    notes = peers(side // 4, measured)
    limit = {"wall_s": 0.8} | ({"scipy_different": 0} if "scipy_different" in measured else {})
    tell("evidence_distance", measured, limit, note="metres as float32 of every cell, in memory", peers=notes)


def peers(side: int, measured: dict[str, float]) -> str:
    grid = square(side)
    marked = burn(grid, grid.whole, marks(grid, (side / SIDE_CELLS) ** 2))
    started = perf_counter()
    ours = distance_m(marked, 1.0, threads=THREADS)
    ours_s = perf_counter() - started
    absent = []
    try:
        from scipy.ndimage import distance_transform_edt
    except ImportError:
        absent.append("scipy is not installed")
    else:
        started = perf_counter()
        theirs = distance_transform_edt(marked == 0)
        measured["scipy_time"] = (perf_counter() - started) / ours_s
        measured["scipy_different"] = int((theirs.astype(np.float32) != ours).sum())
    tool = shutil.which("gdal_proximity.py")
    if tool is None:
        absent.append("gdal_proximity.py is not installed")
        return "; ".join(absent)
    with tempfile.TemporaryDirectory() as folder:
        write_codes(Path(folder) / "marks.tif", grid, marked)
        started = perf_counter()
        subprocess.run([tool, "-q", "-ot", "Float32", Path(folder) / "marks.tif", Path(folder) / "far.tif"], check=True)
        measured["gdal_proximity_time"] = (perf_counter() - started) / ours_s
    return "; ".join(absent) or "all, at a quarter of the side; that of GDAL reads and writes files"


if __name__ == "__main__":
    main()
