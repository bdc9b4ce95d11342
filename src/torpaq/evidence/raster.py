"""Rasters on the national grid: read by window, written whole as a cloud-optimised GeoTIFF or not at all.

A file that cannot be read, or lies on another grid, raises :class:`RasterError`, which carries the problem to show.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from torpaq.evidence.coding import NO_DATA
from torpaq.evidence.grid import Grid, Window
from torpaq.standard.problems import Parameter, Problem, problem

if TYPE_CHECKING:
    from rasterio.io import DatasetReader

Array = NDArray[Any]

BLOCK_CELLS = 512
GDAL_CACHE_MB = 32  # GDAL would take a twentieth of the machine's memory; a tile is read and written once
SAME_PLACE_M = 1e-3


class RasterError(Exception):
    """A raster that cannot be used, or work on tiles that did not end; ``problem`` says what and what would be right.

    The code, the subject and the parameters are its arguments, so that it travels between machines.
    """

    def __init__(self, code: str, subject: str, parameters: Mapping[str, Parameter] | None = None) -> None:
        super().__init__(code, subject, dict(parameters or {}))
        self.problem: Problem = problem(code, subject, **(parameters or {}))


class StoppedError(RasterError):
    """Work on tiles that somebody stopped: nothing was written."""


@dataclass(frozen=True, slots=True)
class Output:
    """A raster to write: where, of which numbers (a NumPy name), and the number that says "nothing known"."""

    path: Path
    dtype: str = "uint8"
    nodata: float = NO_DATA


def read_window(path: Path, window: Window) -> Array:
    """Return the cells of a window, rows from the north. Raises :class:`RasterError`, also beyond the raster's edge."""
    with opened(path) as raster:
        inside = window.row >= 0 and window.column >= 0
        if not inside or window.row + window.rows > raster.height or window.column + window.columns > raster.width:
            raise _other_grid(raster, path)
        return read_part(raster, path, window)


def read_cell(path: Path, row: int, column: int) -> int | float:
    """Return one cell's number. Raises :class:`RasterError`, also beyond the raster's edge."""
    cell: int | float = read_window(path, Window(row, column, 1, 1))[0, 0].item()
    return cell


def check_grid(path: Path, grid: Grid) -> None:
    """Raise :class:`RasterError` where a raster cannot be opened or its cells are not the grid's."""
    with opened(path) as raster:
        place = raster.transform
        same = (raster.height, raster.width) == (grid.rows, grid.columns) and np.allclose(
            place[:6], (grid.cell_m, 0, grid.west_m, 0, -grid.cell_m, grid.north_m), rtol=0, atol=SAME_PLACE_M
        )
        if not same or not _same_crs(raster, grid):
            raise _other_grid(raster, path)


def check_size(raster: DatasetReader, path: Path, grid: Grid) -> None:
    """Raise :class:`RasterError` where an open raster has not as many cells as the grid."""
    if (raster.height, raster.width) != (grid.rows, grid.columns):
        raise _other_grid(raster, path)


@contextmanager
def opened(path: Path, overview_level: int | None = None) -> Iterator[DatasetReader]:
    """Open a raster, or one of its overviews, for reading, as rasterio does, or raise :class:`RasterError`."""
    import rasterio
    from rasterio.errors import RasterioIOError

    with rasterio.Env(GDAL_CACHEMAX=GDAL_CACHE_MB):
        try:
            raster = rasterio.open(path, **({} if overview_level is None else {"overview_level": overview_level}))
        except RasterioIOError as error:
            raise RasterError("raster_unreadable", path.name) from error
        with raster:
            yield raster


def write_codes(path: Path, grid: Grid, codes: Array, nodata: float = NO_DATA) -> None:
    """Write a whole grid of numbers as a finished raster, or nothing. Raises :class:`RasterError`."""
    if codes.shape != (grid.rows, grid.columns):
        raise ValueError(f"{codes.shape} is not a grid of {grid.rows} × {grid.columns}")
    with unfinished(grid, (Output(path, codes.dtype.name, nodata),)) as rasters:
        for window in grid.tiles():
            rasters.write(window, (codes[window.slices],))
        rasters.finish()


class Unfinished:
    """Rasters in the making, in a folder of their own beside where they will stand; see :func:`unfinished`."""

    def __init__(self, grid: Grid, outputs: Sequence[Output], folder: Path) -> None:
        self.grid, self.outputs, self.folder = grid, outputs, folder
        self.open: list[Any] = []

    def write(self, window: Window, arrays: Sequence[Array]) -> None:
        """Write one tile of every output; where nothing is known in it, nothing is written."""
        import rasterio
        from rasterio.windows import Window as Place

        for raster, output, array in zip(self.open, self.outputs, arrays, strict=True):
            if array.shape != (window.rows, window.columns):
                raise ValueError(f"a tile of {array.shape} is not {window.rows} × {window.columns}")
            if not (array == array.dtype.type(output.nodata)).all():
                try:
                    raster.write(
                        array.astype(output.dtype, copy=False),
                        1,
                        window=Place(window.column, window.row, window.columns, window.rows),
                    )
                except rasterio.errors.RasterioIOError as error:
                    raise RasterError("raster_unwritten", output.path.name) from error

    def finish(self, done: Callable[[], None] | None = None, threads: int = 1) -> None:
        """Turn the tiles into cloud-optimised rasters, then give all of them their names; ``done()`` after each.

        ``done`` is called by the caller's own thread: it may speak to a database.
        """
        for raster in self.open:
            raster.close()
        hands = max(1, threads // len(self.outputs))
        with ThreadPoolExecutor(min(threads, len(self.outputs))) as pool:
            numbers = range(len(self.outputs))
            converted = [pool.submit(self._convert, number, hands) for number in numbers]
            try:
                for each in as_completed(converted):
                    each.result()
                    if done is not None:
                        done()
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                raise
        for number, output in enumerate(self.outputs):
            try:
                self._finished(number).replace(output.path)
            except OSError as error:
                raise RasterError("raster_unwritten", output.path.name) from error

    def _convert(self, number: int, hands: int) -> None:
        _cloud_optimised(self._tiles(number), self._finished(number), self.outputs[number], hands)
        self._tiles(number).unlink()

    def _tiles(self, number: int) -> Path:
        return self.folder / f"{number}.tiles.tif"

    def _finished(self, number: int) -> Path:
        return self.folder / f"{number}.tif"


@contextmanager
def unfinished(grid: Grid, outputs: Sequence[Output]) -> Iterator[Unfinished]:
    """Give rasters of one folder to write by tiles and to finish; whatever happens, only finished ones stay behind."""
    import rasterio
    from rasterio.errors import RasterioError
    from rasterio.transform import from_origin

    place = from_origin(grid.west_m, grid.north_m, grid.cell_m, grid.cell_m)
    try:
        making = tempfile.TemporaryDirectory(dir=outputs[0].path.parent, prefix=".making-")
    except OSError as error:
        raise RasterError("raster_unwritten", outputs[0].path.name) from error
    with making as folder, rasterio.Env(GDAL_CACHEMAX=GDAL_CACHE_MB):
        rasters = Unfinished(grid, outputs, Path(folder))
        try:
            for number, output in enumerate(outputs):
                rasters.open.append(
                    rasterio.open(
                        Path(folder) / f"{number}.tiles.tif",
                        "w",
                        driver="GTiff",
                        width=grid.columns,
                        height=grid.rows,
                        count=1,
                        dtype=output.dtype,
                        nodata=output.nodata,
                        crs=grid.crs.wkt,
                        transform=place,
                        tiled=True,
                        blockxsize=BLOCK_CELLS,
                        blockysize=BLOCK_CELLS,
                        compress="zstd",
                        zstd_level=1,
                        sparse_ok=True,
                        bigtiff="if_safer",
                    )
                )
            yield rasters
        except RasterioError as error:
            raise RasterError("raster_unwritten", outputs[0].path.name) from error
        finally:
            for raster in rasters.open:
                raster.close()


def _cloud_optimised(tiles: Path, finished: Path, output: Output, threads: int) -> None:
    """Copy a tiled raster with overviews of the nearest cell: a code is never averaged."""
    import rasterio
    import rasterio.shutil

    with rasterio.Env(GDAL_CACHEMAX=GDAL_CACHE_MB, COG_TMP_COMPRESSION="NONE"):  # else overviews are packed twice
        try:
            rasterio.shutil.copy(
                tiles,
                finished,
                driver="COG",
                blocksize=BLOCK_CELLS,
                compress="deflate",
                level=1,
                num_threads=threads,
                predictor="no" if np.dtype(output.dtype).itemsize == 1 else "standard",
                overview_resampling="nearest",
                sparse_ok="true",
                bigtiff="if_safer",
            )
        except rasterio.errors.RasterioError as error:
            raise RasterError("raster_unwritten", output.path.name) from error


def read_part(raster: DatasetReader, path: Path, window: Window | None, shape: tuple[int, int] | None = None) -> Array:
    """Return the cells of a window of an open raster, or all, perhaps as an array of another shape (nearest cells)."""
    from rasterio.errors import RasterioIOError
    from rasterio.windows import Window as Place

    place = Place(window.column, window.row, window.columns, window.rows) if window else None
    try:
        found: Array = raster.read(1, window=place, out_shape=shape)
    except RasterioIOError as error:
        raise RasterError("raster_unreadable", path.name) from error
    return found


def _other_grid(raster: DatasetReader, path: Path) -> RasterError:
    facts = {"rows": raster.height, "columns": raster.width, "cell": f"{raster.transform.a:g}"}
    return RasterError("raster_other_grid", path.name, facts)


def _same_crs(raster: DatasetReader, grid: Grid) -> bool:
    from rasterio.crs import CRS

    return bool(raster.crs) and raster.crs == CRS.from_wkt(grid.crs.wkt)
