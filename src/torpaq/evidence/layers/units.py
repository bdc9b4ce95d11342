"""The layer of districts: in which of the country's drawn units a cell lies, as far as boundaries tell."""

from functools import partial

import numpy as np
import shapely

from torpaq.evidence.coding import MOST_CODES, class_coding
from torpaq.evidence.kernels.shapes import shapes_of
from torpaq.evidence.kinds import LayerKind
from torpaq.evidence.layers.ledger import burn_steps
from torpaq.evidence.plans import Drawn, Plan, Setting


def plans(setting: Setting) -> list[Plan]:
    """Return the plan of the layer of districts, where the country draws any and not more than codes can tell."""
    drawn = len(setting.folder.country.boundaries)
    return [Plan(LayerKind.UNIT, draw_units)] if 0 < drawn <= MOST_CODES else []


def draw_units(setting: Setting) -> Drawn:
    """Draw the country's units by the middles of cells; a unit's code is its place among all drawn ones, by code."""
    country, crs = setting.folder.country, setting.folder.crs
    codes, language = sorted(country.boundaries), country.values["language"]
    polygons = []
    for code in codes:
        parts = [shapely.Polygon(rings[0], rings[1:]) for rings in country.boundaries[code]]
        polygons.append(
            shapely.transform(
                shapely.MultiPolygon(parts), lambda at: np.column_stack(crs.forward(at[:, 0].copy(), at[:, 1].copy()))
            )
        )
    made = {
        "method": "middles of cells in drawn boundaries",
        "units": {str(number): code for number, code in enumerate(codes)},
        "names": {str(number): country.unit(code).names[language] for number, code in enumerate(codes)},
    }
    box = shapely.box(*setting.grid.bounds_m)
    steps = [(shapes_of([polygon]), None, number) for number, polygon in enumerate(polygons) if polygon.intersects(box)]
    work = partial(burn_steps, setting.grid, steps) if steps else None
    return Drawn(class_coding("unit", len(codes)), work, made, is_class=True)
