"""How much of a release's land is opened anew after a find: all of it, a circle round the find, or a drawn part.

Only land that stands released now can be opened: whatever is chosen is cut by it, and nothing outside is touched.
"""

from dataclasses import dataclass

from torpaq.geo.overlay import circle_shape, common_shape
from torpaq.geo.polygons import to_wkt
from torpaq.geo.shape import Shape
from torpaq.land.entry import Contamination, Entry, Located
from torpaq.operations.marking.giving_back import SLIVER_M2
from torpaq.standard.parameters import parameters_of
from torpaq.standard.problems import Problem, problem
from torpaq.web.live import live_land
from torpaq.web.open_land import released_land
from torpaq.web.programme_row import programme_crs
from torpaq.web.tile_store import country_code

WHOLE, CIRCLE, POLYGON = "whole", "circle", "polygon"
WAYS = (WHOLE, CIRCLE, POLYGON)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a person asks to open: ``way`` is one of :data:`WAYS`; the centre is (lon, lat), the radius in metres."""

    way: str = WHOLE
    centre: tuple[float, float] | None = None
    radius_m: float | None = None
    drawn: Shape | None = None


def usual_radius_m() -> float:
    """Return the radius that is offered first, metres, from the national parameters."""
    return float(parameters_of(country_code())["reopen_radius_m"].value)


def released_part(release: Entry, classes: Contamination) -> Shape | None:
    """Return what of a release's land still stands released in the classes that it speaks of; None for nothing."""
    with live_land() as (land, _):
        return released_land(land, release.id, classes & release.contamination)


def ground_to_open(release: Entry, classes: Contamination, wanted: Wanted) -> tuple[Located | None, list[Problem]]:
    """Return the land that an entry of reopening would cover; None and why where there is none."""
    if not isinstance(release.place, Located):
        return None, [problem("reopen_not_located", release.id)]
    released = released_part(release, classes)
    if released is None:
        return None, [problem("reopen_nothing_released", release.id)]
    if wanted.way == WHOLE:
        is_all = abs(released.area_m2 - release.place.shape.area_m2) <= SLIVER_M2
        return (release.place if is_all else _located(released)), []
    shape, problems = _drawn_or_round(release, wanted)
    if shape is None:
        return None, problems
    chosen = common_shape(shape, released)
    if chosen is None or chosen.area_m2 <= SLIVER_M2:
        return None, [*problems, problem("reopen_outside", release.id)]
    if wanted.way == POLYGON and shape.area_m2 - chosen.area_m2 > SLIVER_M2:
        problems.append(problem("reopen_cut", release.id, area_m2=round(shape.area_m2 - chosen.area_m2)))
    return _located(chosen), problems


def _drawn_or_round(release: Entry, wanted: Wanted) -> tuple[Shape | None, list[Problem]]:
    if wanted.way == CIRCLE:
        if wanted.centre is None:
            return None, [problem("reopen_centre_missing", release.id)]
        if not wanted.radius_m:
            return None, [problem("reopen_radius_missing", release.id)]
        return circle_shape(*programme_crs().forward(*wanted.centre), wanted.radius_m), []
    if wanted.way == POLYGON and wanted.drawn is not None:
        return wanted.drawn, []
    return None, [problem("reopen_way_missing", release.id)]


def _located(shape: Shape) -> Located:
    return Located(shape, f"wkt {to_wkt(shape, programme_crs())}")
