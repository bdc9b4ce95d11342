"""The ground of a task for its maps: what the ledger says of it, lanes, finds, samples, points in their order."""

from collections.abc import Iterable, Sequence

import numpy as np

from torpaq.geo.crs import Floats
from torpaq.geo.polygons import to_lonlat
from torpaq.geo.shape import CM_PER_M, Shape, box_shape
from torpaq.geo.squares import shape_of_square
from torpaq.land.balance import square_metres
from torpaq.operations.release.arithmetic import NOW, Seen, TaskLand, task_land
from torpaq.report.contents import Chain, Ground, Name
from torpaq.report.coordinates import Point
from torpaq.report.ground import merged
from torpaq.report.maps.sheet import MapArea, MapPoint, Polygons, Rings
from torpaq.report.wording import Words
from torpaq.standard.country import Boundary, load_country
from torpaq.standard.problems import LANGUAGES
from torpaq.web.live import live_land
from torpaq.web.models import FieldRecord, OrdnanceItem, RecordState, Task
from torpaq.web.operations.answers import Row, place, rows, text
from torpaq.web.programme_row import programme_crs
from torpaq.web.tile_store import country_code

AROUND_LEAST_M, AROUND_MOST_M = 300.0, 3000.0
"""How much of the land round a task is drawn: as much as the task is wide, within these limits."""
LANE_KINDS = {"access": "access_lane", "control_point": "control_point"}
BOUNDARY_KINDS = ("start", "turning", "intermediate", "end")


def ground_of(task: Task, controls: Iterable[Point] = (), seen: Seen = NOW) -> Ground:
    """Return what a task's maps show; empty of everything that is not recorded. ``seen``: the land and finds of a day.

    Items are numbered as in their table; those found after the day are left out.
    """
    areas = [*_land_around(task, seen), *_lanes(task), *_samples(task)]
    points = [MapPoint(one.kind, one.lon, one.lat, one.name) for one in controls]
    if task.shape is not None:
        areas.append(MapArea("task_boundary", polygons_in(task.shape)))
        points += [MapPoint(one.kind, one.lon, one.lat, one.name) for ring in rings_of(task) for one in ring]
    points += [
        MapPoint("find", item.lon, item.lat, str(number))
        for number, item in enumerate(finds_of(task), 1)
        if item.lon is not None and item.lat is not None and (seen.on is None or item.found_on <= seen.on)
    ]
    country = load_country(country_code())
    units = {code: _plain(boundary) for code, boundary in country.boundaries.items()}
    return Ground(tuple(areas), (), tuple(points), units, task.unit, unit_name(task.unit))


def _plain(boundary: Boundary) -> Polygons:
    return tuple(tuple(tuple((lon, lat) for lon, lat in ring) for ring in rings) for rings in boundary)


def unit_name(code: str) -> Name:
    """Return the name of a unit by language; its code where the country has no such unit."""
    units = load_country(country_code()).units
    return dict(units[code].names) if code in units else dict.fromkeys(LANGUAGES, code or "–")


def land_today(task: Task) -> TaskLand | None:
    """Return the account of a task's land since it was issued; None while it has no boundary."""
    if task.shape is None:
        return None
    with live_land() as (land, _):
        return task_land(land, task.shape, task.issued_on)


def ledger_m2(land: TaskLand | None) -> dict[str, float]:
    """Return what the ledger says of a task's land, square metres by outcome."""
    if land is None:
        return {}
    account = land.land
    names = ("cancelled", "reduced", "cleared", "remaining")
    return {name: square_metres(getattr(account, name)) for name in names}


def finds_of(task: Task) -> list[OrdnanceItem]:
    """Return the items found on a task, in the order of their table and of their numbers on the map."""
    return list(OrdnanceItem.objects.filter(task=task).order_by("found_on", "uid"))


def polygons_in(shape: Shape) -> Polygons:
    """Return a shape's polygons of (lon, lat), rings not closed."""
    found = to_lonlat(shape, programme_crs())
    return tuple(tuple(tuple(ring[:-1]) for ring in rings) for rings in found)


def rings_of(task: Task) -> list[list[Point]]:
    """Return a task's boundary as turning points, ring by ring: TP1 is the start; a second ring begins at 2.TP1."""
    if task.shape is None:
        return []
    rings = [ring for polygon in polygons_in(task.shape) for ring in polygon]
    return [
        [
            Point(f"{number}.TP{at}" if number > 1 else f"TP{at}", "turning" if at > 1 else "start", lon, lat)
            for at, (lon, lat) in enumerate(ring, 1)
        ]
        for number, ring in enumerate(rings, 1)
    ]


def chains_of(task: Task, controls: Sequence[Point]) -> tuple[Chain, ...]:
    """Return the chains of a task's points: from the reference point to its start, then each ring of its boundary."""
    rings = rings_of(task)
    chains = []
    way_in = [one for one in controls if one.kind in ("reference", "benchmark")]
    if way_in:
        chains.append(Chain(_said("chain_way_in"), (*way_in, *(rings[0][:1] if rings else ())), False))
    for number, ring in enumerate(rings, 1):
        chains.append(Chain(_said("chain_boundary", number=number), tuple(ring), True))
    surveyed = tuple(one for one in controls if one.kind not in ("reference", "benchmark"))
    if surveyed:
        chains.append(Chain(_said("chain_surveyed"), surveyed, False))
    return tuple(chains)


def _said(key: str, **values: object) -> Name:
    return {language: Words(language).say(key, **values) for language in LANGUAGES}


def controls_of(task: Task, report: FieldRecord | None) -> list[Point]:
    """Return reference point, benchmark and surveyed points: of the completion report, else of the areas' records."""
    records = [report] if report else []
    records += list(
        FieldRecord.objects.filter(
            form="hazardous_area", subject__in=list(task.areas), state=RecordState.ACCEPTED
        ).order_by("-date_of_information", "-pk")
    )
    found: dict[str, Point] = {}
    for record in records:
        for key, kind, name in (("reference_point", "reference", "RP"), ("benchmark", "benchmark", "BM")):
            there = _place(record.values, key)
            if there and kind not in found:
                note = text(record.values, "landmark") if kind == "reference" else ""
                found[kind] = Point(name, kind, *there, note)
    surveyed = [
        Point(text(row, "point_number") or "–", text(row, "point_kind"), *there)
        for row in (rows(report.values, "survey_points") if report else [])
        if (there := _place(row, "point_place")) and text(row, "point_kind") in BOUNDARY_KINDS
    ]
    return [found[kind] for kind in ("reference", "benchmark") if kind in found] + surveyed


def _place(values: Row, code: str) -> tuple[float, float] | None:
    """Return (lon, lat) of an answered point that a map can show."""
    found = place(values, code)
    return found if found and -180 <= found[0] <= 180 and -80 <= found[1] <= 84 else None


def _land_around(task: Task, seen: Seen) -> list[MapArea]:
    """Return the land round a task as the ledger has it, each kind as one: what is open is never drawn over."""
    if task.shape is None:
        return []
    left, bottom, right, top = (edge / CM_PER_M for edge in task.shape.bounds_cm)
    around = min(max(right - left, top - bottom, AROUND_LEAST_M), AROUND_MOST_M)
    window = box_shape(left - around, bottom - around, right + around, top + around)
    with live_land() as (land, _):
        pieces = task_land(land, window, None, seen=seen).pieces
    return merged((piece.outcome, _lonlat(piece.rings_m)) for piece in pieces)


def _lonlat(rings_m: Iterable[Floats]) -> Rings:
    found = []
    for ring in rings_m:
        lon, lat = programme_crs().inverse(np.ascontiguousarray(ring[:, 0]), np.ascontiguousarray(ring[:, 1]))
        found.append(tuple(zip(lon.tolist(), lat.tolist(), strict=True)))
    return tuple(found)


def _lanes(task: Task) -> list[MapArea]:
    drawn = []
    for lane in task.lanes.exclude(shape=None):
        if lane.shape is not None:
            kind = LANE_KINDS.get(lane.kind, "lane_done" if lane.done_on else "lane")
            drawn.append(MapArea(kind, polygons_in(lane.shape), lane.name))
    return drawn


def _samples(task: Task) -> list[MapArea]:
    """Return the drawn squares of a task's samples; counted from the national grid's origin, in sides."""
    found = []
    for plan in task.samples.all():
        side_m = plan.parameters.get("side_m")
        for square in plan.squares if isinstance(side_m, int | float) and side_m > 0 else []:
            shape = shape_of_square((int(square[0]), int(square[1])), round(side_m * CM_PER_M))
            found.append(MapArea("sample_square", polygons_in(shape)))
    return found
