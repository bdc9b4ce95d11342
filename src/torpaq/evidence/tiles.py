"""One piece of work over the whole grid, tile by tile, on this machine's cores or on a Dask cluster, bit for bit alike.

A tile's work sees its inputs with a halo and gives exactly its own cells back, so nothing depends on how the grid was
cut or who did it. A few tiles at a time are in memory, whatever the size of the grid.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from torpaq.evidence.grid import TILE_CELLS, Grid, Window
from torpaq.evidence.kernels.parts import cores
from torpaq.evidence.raster import (
    Output,
    RasterError,
    StoppedError,
    Unfinished,
    check_grid,
    read_cell,
    read_window,
    unfinished,
    write_codes,
)

__all__ = [
    "Output",
    "RasterError",
    "StoppedError",
    "TileWork",
    "check_grid",
    "read_cell",
    "read_window",
    "run_tiles",
    "write_codes",
]

Array = NDArray[Any]
Arrays = tuple[Array, ...]
TileWork = Callable[[Window, Arrays], Arrays]
"""A tile's work: its window and the inputs over the window grown by the halo in, one array an output out.

It has to be a function of a module, or a ``functools.partial`` of one, so that it can be sent to another machine.
"""

COMPUTED = 0.7  # the share of the progress that is done when all tiles are; the rest makes overviews


def run_tiles(
    grid: Grid,
    work: TileWork,
    inputs: Sequence[Path],
    outputs: Sequence[Output],
    *,
    side_cells: int | tuple[int, int] = TILE_CELLS,
    halo_cells: int = 0,
    cluster: str | None = None,
    threads: int | None = None,
    progress: Callable[[float], None] = lambda share: None,
    stop: Callable[[], bool] = lambda: False,
) -> None:
    """Do ``work`` on every tile and write the outputs as finished rasters with overviews, all of them or none.

    ``side_cells`` is a tile's side, or its (rows, columns): wide tiles waste less where a halo is large.
    ``cluster`` is the address of a Dask scheduler ("tcp://…") whose workers see the same files. ``progress`` is
    called with shares from 0 to 1; where ``stop`` says so, the work ends at the next tile.
    Raises :class:`RasterError`: an input unreadable or on another grid, an output that cannot be written, a cluster
    that is not there or was lost, or :class:`StoppedError`. What ``work`` itself raises comes through.
    """
    for path in inputs:
        check_grid(path, grid)
    hands = threads or cores()
    tiles = list(_cut(grid, side_cells))
    done = 0.0

    def advance(weight: float) -> None:
        nonlocal done
        done += weight
        progress(min(done, 1.0))
        if stop():
            raise StoppedError("tiles_stopped", outputs[0].path.name)

    with unfinished(grid, outputs) as rasters:
        job = (work, grid, halo_cells, tuple(inputs))
        results = _on_cluster(job, tiles, cluster, stop) if cluster else _on_threads(job, tiles, hands)
        _collect(results, rasters, lambda: advance(COMPUTED / len(tiles)))
        rasters.finish(lambda: advance((1 - COMPUTED) / len(outputs)), hands)
    progress(1.0)


Job = tuple[TileWork, Grid, int, tuple[Path, ...]]


def do_tile(job: Job, window: Window) -> Arrays:
    """Read one tile's inputs with their halo and do its work, here or on a worker of a cluster."""
    work, grid, halo_cells, inputs = job
    grown = grid.grown(window, halo_cells)
    return work(window, tuple(read_window(path, grown) for path in inputs))


def _cut(grid: Grid, side_cells: int | tuple[int, int]) -> Iterator[Window]:
    rows, columns = (side_cells, side_cells) if isinstance(side_cells, int) else side_cells
    for row in range(0, grid.rows, rows):
        for column in range(0, grid.columns, columns):
            yield Window(row, column, min(rows, grid.rows - row), min(columns, grid.columns - column))


def _collect(results: Iterator[tuple[Window, Arrays]], rasters: Unfinished, step: Callable[[], None]) -> None:
    for window, arrays in results:
        rasters.write(window, arrays)
        step()


def _on_threads(job: Job, tiles: Sequence[Window], threads: int) -> Iterator[tuple[Window, Arrays]]:
    """Do tiles on threads, one more under way than there are threads, and give each as it is ready."""
    pool = ThreadPoolExecutor(threads)
    waiting = iter(tiles)
    running: dict[Future[Arrays], Window] = {}
    try:
        while True:
            while len(running) <= threads and (tile := next(waiting, None)) is not None:
                running[pool.submit(do_tile, job, tile)] = tile
            if not running:
                return
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                yield running.pop(future), future.result()
                del future
    finally:
        pool.shutdown(cancel_futures=True)


def _on_cluster(
    job: Job, tiles: Sequence[Window], address: str, stop: Callable[[], bool]
) -> Iterator[tuple[Window, Arrays]]:
    from torpaq.evidence.cluster import on_cluster

    return on_cluster(do_tile, job, tiles, address, stop)
