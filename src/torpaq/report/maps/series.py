"""One task, several sheets: an overview that shows the way in, and details at 1:5,000 or larger."""

from dataclasses import replace

from torpaq.geo.coordinates.grids import Utm, from_utm, utm_zone
from torpaq.report.maps.frame import MM_PER_M, ROOM, bounds_m, fitting_scale, frame_of, grid_of
from torpaq.report.maps.layout import layout_of
from torpaq.report.maps.sheet import SCALES, LonLat, Sheet
from torpaq.report.wording import Words

DETAIL_SCALE = 5000
"""The smallest scale of a detail (contents of a completion report after IMAS 08.30, national practice)."""
MOST_DETAILS = 6
OVERVIEW_IS_SMALLER = 3


def sheets_of(whole: Sheet) -> list[Sheet]:
    """Return the overview and the details of all that a sheet shows; lying or standing as the ground does.

    Details show the task's boundary, on one sheet if it fits at 1:5,000, else on up to six; where even that does not
    do, one sheet as large as fits.
    """
    details = _details(whole)
    overview = _overview(whole, details[0].scale or DETAIL_SCALE)
    words = Words(whole.language)
    named = [replace(overview, title=f"{whole.title}: {words.say('map_overview')}", number=f"{whole.number}-1")]
    for number, sheet in enumerate(details, 2):
        part = f" {number - 1}/{len(details)}" if len(details) > 1 else ""
        title = f"{whole.title}: {words.say('map_detail')}{part}"
        named.append(replace(sheet, title=title, number=f"{whole.number}-{number}"))
    return named


def _overview(whole: Sheet, detail_scale: int) -> Sheet:
    """Fit everything, and show at least three times the ground of a detail each way."""
    shown = replace(whole, scale=None, centre=None, points=tuple(p for p in whole.points if p.kind not in SMALL))
    fitted = frame_of(shown, layout_of(whole.paper, whole.landscape).map)
    least = next((scale for scale in SCALES if scale >= detail_scale * OVERVIEW_IS_SMALLER), SCALES[-1])
    lanes = ("lane", "lane_done", "sample_square", "sample_failed")
    areas = tuple(area for area in shown.areas if area.kind not in lanes)
    return replace(shown, scale=max(fitted.scale, least), centre=fitted.centre, areas=areas)


SMALL = ("turning", "intermediate", "find")


def _details(whole: Sheet) -> list[Sheet]:
    places = _boundary_places(whole)
    zone = utm_zone(*places[0])
    west, south, east, north = bounds_m(places, zone)
    fits = {
        landscape: fitting_scale(east - west, north - south, layout_of(whole.paper, landscape).map)
        for landscape in (whole.landscape, not whole.landscape)
    }
    landscape = min(fits, key=lambda lying: fits[lying])
    if fits[whole.landscape] <= fits[landscape]:
        landscape = whole.landscape
    scale = fits[landscape]
    middle = _lonlat(places[0], zone, (west + east) / 2, (south + north) / 2)
    if scale <= DETAIL_SCALE:
        return [replace(whole, scale=scale, centre=middle, landscape=landscape)]
    rect = layout_of(whole.paper, landscape).map
    step_e, step_n = (side * DETAIL_SCALE / MM_PER_M / ROOM for side in (rect.width, rect.height))
    columns, rows = (max(1, -int(-length // step)) for length, step in ((east - west, step_e), (north - south, step_n)))
    if columns * rows > MOST_DETAILS:
        return [replace(whole, scale=scale, centre=middle, landscape=landscape)]
    centres = [
        (
            (west + east) / 2 + (column - (columns - 1) / 2) * step_e,
            (south + north) / 2 + ((rows - 1) / 2 - row) * step_n,
        )
        for row in range(rows)
        for column in range(columns)
    ]
    return [
        replace(whole, scale=DETAIL_SCALE, centre=_lonlat(places[0], zone, *centre), landscape=landscape)
        for centre in centres
        if _holds(places, zone, centre, step_e, step_n)
    ]


def _holds(places: list[LonLat], zone: int, centre: tuple[float, float], wide_m: float, high_m: float) -> bool:
    """Say whether the boundary's box of one of its edges reaches into a sheet; sheets of empty ground are left out."""
    found = [grid_of(place, zone) for place in places]
    for (e0, n0), (e1, n1) in zip(found, [*found[1:], found[0]], strict=True):
        if (
            min(e0, e1) <= centre[0] + wide_m / 2
            and max(e0, e1) >= centre[0] - wide_m / 2
            and min(n0, n1) <= centre[1] + high_m / 2
            and max(n0, n1) >= centre[1] - high_m / 2
        ):
            return True
    return False


def _boundary_places(whole: Sheet) -> list[LonLat]:
    own = [
        place for area in whole.areas if area.kind == "task_boundary" for rings in area.polygons for place in rings[0]
    ]
    return own or whole.places()


def _lonlat(near: LonLat, zone: int, easting_m: float, northing_m: float) -> LonLat:
    return from_utm(Utm(zone, "N" if near[1] >= 0 else "S", easting_m, northing_m))
