"""Rasters of any size, GeoTIFF or COG: told what they are without reading them, warped tile by tile into the grid."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import rasterio
from numpy.typing import NDArray
from rasterio.crs import CRS
from rasterio.enums import Resampling
from rasterio.errors import RasterioError
from rasterio.io import DatasetReader
from rasterio.transform import Affine, from_origin
from rasterio.vrt import WarpedVRT
from rasterio.warp import transform_bounds

from torpaq.evidence.grid import Box, Grid, Window
from torpaq.geo.crs import WGS84, NationalCrs
from torpaq.geo.files.polygons import crs_problems
from torpaq.standard.country import Country
from torpaq.standard.problems import Problem, problem

GEOTIFF = "GTiff"
CACHE_BYTES = 32_000_000
MOST_BLOCKS = 4_000_000
FINER = 2.0  # a raster with cells so much finer than the grid's is averaged, not sampled


@dataclass(frozen=True, slots=True)
class RasterFacts:
    """What a raster's header says: size, bands, type, CRS, and its bounds in WGS 84 (west, south, east, north)."""

    rows: int
    columns: int
    bands: int
    type: str
    crs: str
    bounds_deg: Box
    nodata: float | None


def inspect_raster(path: Path, subject: str, country: Country) -> tuple[RasterFacts | None, list[Problem]]:
    """Look at a raster's header and at where its blocks lie in the file, without reading a cell.

    A raster of 60,000 × 60,000 cells takes a second; one that was cut short is told by its blocks' ends.
    """
    try:
        with rasterio.Env(GDAL_CACHEMAX=CACHE_BYTES), rasterio.open(path, driver=GEOTIFF) as source:
            if problems := _header_problems(source, subject):
                return None, problems
            if not _is_whole(source, path.stat().st_size):
                return None, [problem("evidence_file_truncated", subject)]
            box = transform_bounds(source.crs, CRS.from_string(WGS84), *source.bounds, densify_pts=21)
            facts = RasterFacts(
                source.height, source.width, source.count, source.dtypes[0], source.crs.to_string()[:200], box,
                source.nodata,
            )  # fmt: skip
    except (RasterioError, OSError, ValueError) as error:
        return None, [problem("evidence_file_unreadable", subject, reason=str(error).split("\n")[0][:120])]
    extent = country.extent
    west, south, east, north = box
    if east < extent.lon_min or west > extent.lon_max or north < extent.lat_min or south > extent.lat_max:
        return None, [problem("evidence_outside_country", subject)]
    notes = crs_problems(facts.crs) or []
    return facts, [problem(code, subject, **parameters) for code, parameters in notes]


def _header_problems(source: DatasetReader, subject: str) -> list[Problem]:
    if source.crs is None:
        return [problem("evidence_crs_missing", subject)]
    if not (source.crs.is_geographic or source.crs.is_projected) or crs_problems(source.crs.to_wkt()) is None:
        return [problem("crs_unknown", subject, crs=source.crs.to_string()[:60])]
    if source.transform == Affine.identity() or not source.transform.determinant:
        return [problem("evidence_raster_unplaced", subject)]
    if "complex" in source.dtypes[0]:
        return [problem("evidence_raster_type", subject, type=source.dtypes[0])]
    if source.crs.is_geographic and (abs(source.bounds.top) > 90 or abs(source.bounds.right) > 360):
        return [problem("evidence_degrees_impossible", subject, file=Path(source.name).name)]
    return []


def _is_whole(source: DatasetReader, size: int) -> bool:
    """Say whether every block of the file lies within it; a block that was never written is no data, and whole."""
    block_rows, block_columns = source.block_shapes[0]
    down, across = -(-source.height // block_rows), -(-source.width // block_columns)
    if down * across > MOST_BLOCKS:
        return True
    for row in range(down):
        for column in range(across):
            start = source.get_tag_item(f"BLOCK_OFFSET_{column}_{row}", "TIFF", bidx=1)
            if start is None:
                continue
            length = source.get_tag_item(f"BLOCK_SIZE_{column}_{row}", "TIFF", bidx=1)
            if int(start) + int(length or 0) > size:
                return False
    return True


def is_finer(path: Path, cell_m: float, crs: NationalCrs) -> bool:
    """Say whether a raster's cells are so much finer than the grid's that sampling would skip most of them."""
    with rasterio.open(path, driver=GEOTIFF) as source, WarpedVRT(source, crs=CRS.from_string(crs.proj)) as warped:
        return bool(abs(warped.transform.a) * FINER <= cell_m)


def warp_window(
    path: Path, grid: Grid, window: Window, *, is_class: bool, finer: bool, band: int = 1
) -> NDArray[np.float32]:
    """Return a raster's values on a window of the grid, nan where it has none.

    Values are interpolated bilinearly (averaged where the raster is much finer), classes taken from the nearest cell
    (the commonest where it is much finer). Only what the window needs is read: memory is bounded whatever its size.
    Raises ``RasterioError`` where the file cannot be read there.
    """
    resampling = {
        (True, True): Resampling.mode,
        (True, False): Resampling.nearest,
        (False, True): Resampling.average,
        (False, False): Resampling.bilinear,
    }[is_class, finer]
    west, _, _, north = grid.bounds_of(window)
    with (
        rasterio.Env(GDAL_CACHEMAX=CACHE_BYTES),
        rasterio.open(path, driver=GEOTIFF) as source,
        WarpedVRT(
            source,
            crs=CRS.from_string(grid.proj),
            transform=from_origin(west, north, grid.cell_m, grid.cell_m),
            width=window.columns,
            height=window.rows,
            resampling=resampling,
            dtype="float32",
            nodata=np.nan,
            warp_mem_limit=64,
        ) as warped,
    ):
        values: NDArray[np.float32] = warped.read(band, out_dtype=np.float32)
        values[~np.isfinite(values)] = np.nan
        return values
