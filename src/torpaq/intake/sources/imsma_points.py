"""IMSMA NG's points become geometry: a polygon of ordered points, or single points by their kind.

A shape (``geospatialinfo``) has points (``geopoint``) in the order of ``pointno``. ``latitude`` and ``longitude`` are
WGS 84 as IMSMA worked them out; the system, format, numbers or MGRS that were typed, and the bearing, distance and
point that a relative point was given by, stand beside them and are kept in the value's ``original``. A point that has
only a bearing and a distance is left aside: whether its bearing is magnetic, grid or true is not said, and six degrees
of declination are ten metres in a hundred.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from torpaq.intake.record.context import Context
from torpaq.intake.record.geometry import read_pair, read_polygon
from torpaq.intake.record.record import Value
from torpaq.intake.sources.imsma import Cells
from torpaq.intake.tables.cells import as_text
from torpaq.intake.tables.model import Cell
from torpaq.standard.problems import Problem, has_errors, problem

AS_ENTERED = (
    *("pointlocal_id", "pointno", "pointtypeenum", "pointdescription", "coordrefsys", "coordformat"),
    *("userinputformat", "user_entered_x", "user_entered_y", "user_entered_mgrs", "bearing", "distance"),
    *("frompoint_guid", "frompointinput", "elevation", "fixedby_guid", "geopoint_guid"),
)
POLYGON = "polygon"
NOT_ACTIVE = ("false", "f", "0", "no")
WGS84_NAMES = ("wgs84", "epsg:4326", "4326")
PLACES = {
    "hazardous_area": {"benchmark": "benchmark", "reference point": "reference_point"},
    "technical_survey": {"benchmark": "benchmark", "reference point": "reference_point"},
    "completion": {"benchmark": "benchmark", "reference point": "reference_point"},
    "clearance_progress": {"reference point": "reference_point"},
    "accident": {"": "place"},
    "eore_session": {"": "place"},
    "eod_spot_task": {"": "reported_place"},
    "quality_inspection": {"": "inspection_place"},
}
"""Which point of an item answers which element of its form; an empty kind stands for its first point of any kind."""


@dataclass(frozen=True, slots=True)
class Shape:
    """One shape of an item: its kind (``Polygon``, ``Point`` …), its own id, and its points as they stood."""

    kind: str
    id: str
    is_active: bool
    points: Sequence[Cells]


def shape_from(cells: Cells, points: Sequence[Cells], kind: str) -> Shape:
    """Return a shape with its points in the order of their numbers."""
    is_active = as_text(cells.get("isactive"))[0].casefold() not in NOT_ACTIVE
    ordered = sorted(points, key=lambda point: _number(point.get("pointno")) or Decimal(0))
    return Shape(kind, as_text(cells.get("shape_id"))[0], is_active, ordered)


def geometry_of(shapes: Sequence[Shape], context: Context, subject: str) -> tuple[dict[str, Value], list[Problem]]:
    """Return an item's geometry by element, and a warning for each shape or point that was left aside.

    All active polygons of an item together are its boundary. Points are told apart by their kind.
    """
    values: dict[str, Value] = {}
    problems: list[Problem] = []
    active = [shape for shape in shapes if shape.is_active]
    if len(active) < len(shapes):
        problems.append(problem("shapes_not_active", subject, count=len(shapes) - len(active)))
    polygons = [shape for shape in active if shape.kind.casefold() == POLYGON]
    if polygons and "boundary" in context.form.by_code:
        _add_boundary(values, polygons, context, subject, problems)
    singles = [point for shape in active if shape.kind.casefold() != POLYGON for point in shape.points]
    _add_places(values, singles, context, subject, problems)
    converted = [point for shape in active for point in shape.points if _was_converted(point)]
    if converted and values:
        systems = sorted({as_text(point.get("coordrefsys"))[0] for point in converted})
        problems.append(problem("points_converted_there", subject, count=len(converted), crs=", ".join(systems)[:200]))
    return values, problems


def _add_boundary(
    values: dict[str, Value], polygons: Sequence[Shape], context: Context, subject: str, problems: list[Problem]
) -> None:
    rings = []
    for shape in polygons:
        positions = [_position(point) for point in shape.points]
        if None in positions or len(positions) < 3:
            problems.append(problem("shape_left_aside", subject, shape=shape.id or "-", points=len(shape.points)))
            continue
        ring = [[lon, lat] for lat, lon in (position for position in positions if position)]
        rings.append(ring if ring[0] == ring[-1] else [*ring, ring[0]])
    if not rings:
        return
    raw = {"type": "MultiPolygon", "coordinates": [[ring] for ring in rings]}
    found = read_polygon(raw, context.crs, context.extent, context.today, subject)
    if not isinstance(found.value, Mapping):
        reasons = ", ".join(sorted({one.code for one in found.problems}))
        problems.append(problem("boundary_left_aside", subject, reasons=reasons))
        return
    entered: list[Value] = [
        {"shape": shape.id, "points": [as_entered(point) for point in shape.points]} for shape in polygons
    ]
    values["boundary"] = {**found.value, "original": {"source": "imsma", "shapes": entered}}


def _add_places(
    values: dict[str, Value], points: Sequence[Cells], context: Context, subject: str, problems: list[Problem]
) -> None:
    wanted = PLACES.get(context.form.code, {})
    unused = 0
    for point in points:
        kind = as_text(point.get("pointtypeenum"))[0].casefold()
        element = wanted.get(kind) or wanted.get("")
        position = _position(point)
        if position is None and point.get("bearing") is not None:
            problems.append(problem("point_by_bearing_only", subject, point=_name(point)))
        elif position is None or element is None or element in values:
            unused += 1
        else:
            _add_place(values, element, point, context, subject, problems)
    if unused:
        problems.append(problem("points_left_aside", subject, count=unused))


def _add_place(
    values: dict[str, Value], element: str, point: Cells, context: Context, subject: str, problems: list[Problem]
) -> None:
    lat, lon = _position(point) or (0.0, 0.0)
    found = read_pair(lat, lon, f"{lat}, {lon}", context.extent, subject)
    if not isinstance(found.value, Mapping) or has_errors(found.problems):
        reasons = ", ".join(sorted({one.code for one in found.problems}))
        problems.append(problem("point_out_of_place", subject, point=_name(point), reasons=reasons))
        return
    values[element] = {**found.value, "original": {"typed": f"{lat}, {lon}", **as_entered(point)}}


def as_entered(point: Cells) -> dict[str, Value]:
    """Return what was typed of a point, by IMSMA's own names; what was not typed is not there."""
    told = {name: as_text(point.get(name))[0] for name in AS_ENTERED}
    return {name: text for name, text in told.items() if text}


def _position(point: Cells) -> tuple[float, float] | None:
    """Return (latitude, longitude) in degrees, or None where either is missing or no number."""
    lat, lon = _number(point.get("latitude")), _number(point.get("longitude"))
    return (float(lat), float(lon)) if lat is not None and lon is not None else None


def _number(cell: Cell) -> Decimal | None:
    text = repr(cell) if isinstance(cell, float) else as_text(cell)[0]
    try:
        number = Decimal(text) if text.isascii() and "_" not in text else None
    except InvalidOperation:
        return None
    return number if number is not None and number.is_finite() and abs(number) < 10**9 else None


def _was_converted(point: Cells) -> bool:
    system = "".join(as_text(point.get("coordrefsys"))[0].casefold().split()).replace("-", "")
    return bool(system) and not any(name in system for name in WGS84_NAMES)


def _name(point: Cells) -> str:
    return as_text(point.get("pointlocal_id"))[0] or as_text(point.get("pointno"))[0] or "-"
