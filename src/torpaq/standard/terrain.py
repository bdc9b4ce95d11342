"""A country's terrain: heights on a plain grid of degrees, for slope, shade and the demonstration programme."""

import gzip
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray


@dataclass(frozen=True, slots=True, eq=False)
class Terrain:
    """Heights in metres above sea level on WGS 84. Row 0 is the northernmost, column 0 the westernmost.

    ``lon0_deg`` and ``lat0_deg`` are the outer *south-west corner* of the grid, ``step_deg`` the side of a cell.
    """

    lon0_deg: float
    lat0_deg: float
    step_deg: float
    heights_m: NDArray[np.int16]

    @property
    def bounds_deg(self) -> tuple[float, float, float, float]:
        """Return the outer edges: west, south, east, north."""
        rows, columns = self.heights_m.shape
        east = self.lon0_deg + columns * self.step_deg
        return self.lon0_deg, self.lat0_deg, east, self.lat0_deg + rows * self.step_deg

    def heights_at(self, lon: ArrayLike, lat: ArrayLike) -> NDArray[np.float64]:
        """Return the height of the cell in which each point lies, NaN outside the grid; arrays of one shape."""
        rows, columns = self.heights_m.shape
        column = np.floor((np.asarray(lon, dtype=np.float64) - self.lon0_deg) / self.step_deg)
        row = rows - 1 - np.floor((np.asarray(lat, dtype=np.float64) - self.lat0_deg) / self.step_deg)
        inside = (column >= 0) & (column < columns) & (row >= 0) & (row < rows)
        safe_row = np.where(inside, row, 0).astype(np.intp)
        safe_column = np.where(inside, column, 0).astype(np.intp)
        return np.where(inside, self.heights_m[safe_row, safe_column].astype(np.float64), np.nan)


def read_terrain(path: Path) -> Terrain:
    """Read a gzipped ESRI ASCII grid of whole metres (six header lines, rows from the north)."""
    lines = gzip.decompress(path.read_bytes()).decode("ascii").split("\n", 6)
    header = {name.lower(): float(value) for name, value in (line.split() for line in lines[:6])}
    shape = (int(header["nrows"]), int(header["ncols"]))
    heights = np.array(lines[6].split(), dtype=np.int16).reshape(shape)
    heights.setflags(write=False)
    return Terrain(header["xllcorner"], header["yllcorner"], header["cellsize"], heights)
