"""Heights under a perimeter, so that its length is measured along the ground and not on the map."""

from collections.abc import Callable

import numpy as np

from torpaq.geo.crs import AZE, Floats, NationalCrs
from torpaq.standard.terrain import Terrain

Heights = Callable[[Floats, Floats], Floats]
"""Heights in metres of places in metres of the national CRS; NaN where none is known."""


def heights_of(terrain: Terrain, crs: NationalCrs = AZE) -> Heights:
    """Return the heights of a terrain between the centres of its cells, bilinear; NaN at its edge and outside."""

    def at(x_m: Floats, y_m: Floats) -> Floats:
        lon, lat = crs.inverse(np.asarray(x_m, float), np.asarray(y_m, float))
        step = terrain.step_deg
        column = (np.asarray(lon) - terrain.lon0_deg) / step - 0.5
        row = (np.asarray(lat) - terrain.lat0_deg) / step - 0.5
        left, low = np.floor(column), np.floor(row)
        across, up = column - left, row - low
        total = np.zeros(len(across))
        for right, share_x in ((0, 1 - across), (1, across)):
            for above, share_y in ((0, 1 - up), (1, up)):
                lons = terrain.lon0_deg + (left + right + 0.5) * step
                lats = terrain.lat0_deg + (low + above + 0.5) * step
                total = total + share_x * share_y * terrain.heights_at(lons, lats)
        return total

    return at
