"""Build terrain.asc.gz from the crop of NOAA GLOBE 1.0.

Usage: ``python national/aze/build_terrain.py az_globe30s.tif``. Not needed at run time.
"""

import gzip
import sys
from pathlib import Path

import numpy as np
from PIL import Image

HERE = Path(__file__).parent
PIXEL_SCALE, TIE_POINT = 33550, 33922  # GeoTIFF 1.1, 7.1: side of a pixel; pixel (0, 0) at the north-west corner


def main() -> None:
    """Write the raster named on the command line as a gzipped ESRI ASCII grid of whole metres."""
    with Image.open(sys.argv[1]) as image:
        heights = np.asarray(image).astype(np.int16)
        step = image.tag_v2[PIXEL_SCALE][0]
        west, north = image.tag_v2[TIE_POINT][3:5]
    rows, columns = heights.shape
    header = {"ncols": columns, "nrows": rows, "xllcorner": round(west, 9), "yllcorner": round(north - rows * step, 9)}
    lines = [f"{name} {value}" for name, value in header.items()]
    lines += [f"cellsize {step!r}", "NODATA_value -32768"]
    lines += [" ".join(str(height) for height in row) for row in heights]
    packed = gzip.compress(("\n".join(lines) + "\n").encode("ascii"), compresslevel=9, mtime=0)
    (HERE / "terrain.asc.gz").write_bytes(packed)


if __name__ == "__main__":
    main()
