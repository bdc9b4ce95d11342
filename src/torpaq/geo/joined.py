"""One shape of many faces: the outline of land that lies in several pieces beside one another."""

from collections.abc import Sequence

import numpy as np
import shapely

from torpaq.geo.crs import Floats
from torpaq.geo.shape import CM_PER_M, Shape, shape_of_rings


def joined_shape(faces: Sequence[Sequence[Floats]]) -> Shape | None:
    """Return the union of faces, each a shell and its holes in metres of the national CRS, snapped to 1 cm.

    Borders that faces share vanish; what snapping moves is at most half a centimetre along the outline. None where
    nothing is left. The result is land to propose, not an account: the ledger counts its own faces.
    """
    polygons = [shapely.Polygon(rings[0], rings[1:]) for rings in faces]
    return shape_of_geometry(shapely.union_all(polygons, grid_size=1 / CM_PER_M))


def shape_of_geometry(joined: shapely.Geometry) -> Shape | None:
    """Return the polygons of a geometry in metres of the national CRS as a shape snapped to 1 cm; None for none."""
    parts = [part for part in shapely.get_parts(joined) if isinstance(part, shapely.Polygon) and part.area > 0]
    oriented = [shapely.geometry.polygon.orient(part) for part in parts]
    rings = [np.asarray(ring.coords) for part in oriented for ring in (part.exterior, *part.interiors)]
    if not rings:
        return None
    return shape_of_rings([np.rint(ring * CM_PER_M).astype(np.int64) for ring in rings])
