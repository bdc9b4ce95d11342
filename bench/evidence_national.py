"""From points, lines and polygons to eight layers and a fused surface as finished rasters with overviews.

A square of 108 km at 10 m, 117 million cells (``--cell 5``: 467 million): five distances, a density, land cover and a
survey's status, a byte each, drawn by the system's own tile functions, then their sum through tables as log-odds.
Everything is read from and written to files.
Peers, on a sixteenth of the land: ``gdal_calc.py`` and NumPy for the sum, where installed. ``--side`` makes it smaller.
"""

import argparse
import resource
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import numpy as np

from evidence_data import CELL_M, POINTS, POLYGONS, SIDE_CELLS, lines, points, polygons, square
from telling import tell
from torpaq.evidence.coding import distance_coding
from torpaq.evidence.grid import TILE_CELLS, Grid, Window
from torpaq.evidence.kernels.shapes import points_only, shapes_of
from torpaq.evidence.layers.densities import density_tile
from torpaq.evidence.layers.distances import WIDE_TILE_CELLS, distance_tile
from torpaq.evidence.layers.ledger import burn_steps
from torpaq.evidence.smear import smeared
from torpaq.evidence.tiles import Output, TileWork, read_window, run_tiles
from torpaq.risk.surface.fuse import Plan, log_odds, plan_of

LAYERS = 8
LEVEL = -460


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--side", type=int, default=SIDE_CELLS, help="cells of 10 m along the square's side")
    parser.add_argument("--cell", type=float, default=CELL_M, help="metres of a cell")
    parser.add_argument("--cluster", help="address of a Dask scheduler")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        small = square(600)
        build(small, works(small), Path(folder), options.cluster, [])  # compiles
        grid = square(round(options.side * CELL_M / options.cell), options.cell)
        ready = works(grid)
        shares: list[float] = []
        started, worked = perf_counter(), process_time()
        layers_s = build(grid, ready, Path(folder), options.cluster, shares)
        measured = {
            "cells": grid.cells,
            "wall_s": perf_counter() - started,
            "layers_s": layers_s,
            "cpu_s": process_time() - worked,
            "rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
            "progress_calls": len(shares),
            "files_mb": sum(path.stat().st_size for path in Path(folder).glob("*.tif")) / 1e6,
        }
        absent = peers(Path(folder), measured)
    full = options.cell == CELL_M and options.side == SIDE_CELLS
    tell("evidence_national", measured, {"rss_mb": 2000} | ({"wall_s": 40} if full else {}), peers=absent)


def works(grid: Grid) -> list[tuple[TileWork, int]]:
    """The work of eight layers, each with the shape of its tiles."""
    random = np.random.default_rng(2)
    share = (grid.rows * grid.cell_m / (SIDE_CELLS * CELL_M)) ** 2
    count = max(20, round(POINTS * share))
    near, wide = distance_coding(2_000, grid.cell_m), distance_coding(5_000, grid.cell_m)
    finds = points(grid, count, random)
    some_lines = [shapes_of(lines(grid, max(3, round(number * share)), random)) for number in (300, 900, 2_000)]
    patches = [shapes_of(polygons(grid, max(5, round(POLYGONS * share)), random)) for _ in range(3)]
    classes = [random.integers(0, number, len(patches[0].polygon_of)).astype(np.uint8) for number in (11, 5)]
    errors = np.hypot(500.0, random.uniform(0, 300, count))
    density = partial(density_tile, grid, smeared(finds, errors, np.ones(count), grid.cell_m))
    distances = [
        (points_only(finds[: count // 2]), wide),
        (some_lines[0], wide),
        (some_lines[1], near),
        (some_lines[2], near),
        (patches[2], near),
    ]
    layers: list[tuple[TileWork, int]] = [
        (partial(distance_tile, grid, shapes, coding), WIDE_TILE_CELLS) for shapes, coding in distances
    ]
    layers.append((density, TILE_CELLS))
    layers += [
        (partial(burn_steps, grid, [(patch, of, 0)]), TILE_CELLS)
        for patch, of in zip(patches[:2], classes, strict=True)
    ]
    return layers


def build(
    grid: Grid,
    layers: Sequence[tuple[TileWork, int]],
    folder: Path,
    cluster: str | None,
    shares: list[float],
) -> float:
    """Make all layers and the surface in a folder; return the seconds the layers took."""
    started = perf_counter()
    for number, (work, side) in enumerate(layers):
        run_tiles(
            grid,
            work,
            [],
            [Output(folder / f"layer{number}.tif")],
            side_cells=side,
            cluster=cluster,
            progress=lambda share, number=number: shares.append((number + share) / (LAYERS + 1)),
        )
    layers_s = perf_counter() - started
    run_tiles(
        grid,
        partial(fusion_work, plan=plan_of(tables(), LEVEL)),
        [folder / f"layer{number}.tif" for number in range(LAYERS)],
        [Output(folder / "log_odds.tif", "int16", -32_768)],
        cluster=cluster,
        progress=lambda share: shares.append((LAYERS + share) / (LAYERS + 1)),
    )
    return layers_s


def fusion_work(window: Window, arrays: tuple[Any, ...], *, plan: Plan) -> tuple[Any, ...]:
    return (log_odds(plan, arrays),)


def tables() -> np.ndarray:
    random = np.random.default_rng(3)
    found = np.zeros((LAYERS, 256), dtype=int)
    for table in found:
        edges = np.sort(random.choice(np.arange(4, 250), 11, replace=False))
        table[:255] = np.sort(random.integers(-300, 300, 12))[np.searchsorted(edges, np.arange(255), side="right")]
    return found


def peers(folder: Path, measured: dict[str, float]) -> str:
    """The same sum of a sixteenth of the layers by others: seconds a cell, as many times ours."""
    import rasterio

    with rasterio.open(folder / "layer0.tif") as raster:
        side = raster.height // 4
    window = Window(0, 0, side, side)
    codes = [read_window(folder / f"layer{number}.tif", window) for number in range(LAYERS)]
    plan = plan_of(tables(), LEVEL)
    started = perf_counter()
    ours = log_odds(plan, codes, threads=2)
    ours_s = perf_counter() - started
    started = perf_counter()
    plain = np.full((side, side), LEVEL, dtype=np.int16)
    for layer, table in zip(codes, plan.tables, strict=True):
        plain += table[layer]
    measured["numpy_time"] = (perf_counter() - started) / ours_s
    measured["numpy_different"] = int((plain != ours).sum())
    tool = shutil.which("gdal_calc.py")
    if tool is None:
        return "gdal_calc.py is not installed"
    grid = square(side)
    names = "ABCDEFGH"
    from torpaq.evidence.tiles import write_codes

    for name, layer in zip(names, codes, strict=True):
        write_codes(folder / f"{name}.tif", grid, layer, 254)
    sums = "+".join(f"{number}*({name}>100)" for number, name in enumerate(names, 1))
    given = [part for name in names for part in (f"-{name}", str(folder / f"{name}.tif"))]
    done = subprocess.run(
        [tool, "--quiet", *given, f"--calc={sums}", f"--outfile={folder / 'calc.tif'}", "--type=Int16"],
        check=False,
        capture_output=True,
    )
    started = perf_counter()
    if done.returncode:
        return "gdal_calc.py did not run"
    subprocess.run(
        [tool, "--quiet", "--overwrite", *given, f"--calc={sums}", f"--outfile={folder / 'calc.tif'}", "--type=Int16"],
        check=True,
        capture_output=True,
    )
    measured["gdal_calc_s"] = perf_counter() - started
    started = perf_counter()
    run_tiles(
        grid,
        partial(fusion_work, plan=plan),
        [folder / f"{name}.tif" for name in names],
        [Output(folder / "ours.tif", "int16", -32_768)],
    )
    measured["gdal_calc_time"] = measured["gdal_calc_s"] / (perf_counter() - started)
    return "all, on a sixteenth of the land; gdal_calc.py adds one threshold a layer where we look up a table"


if __name__ == "__main__":
    main()
