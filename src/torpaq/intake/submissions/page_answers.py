"""One answer as the phone's page sent it: JSON that is a record's value already, or a problem says what is right."""

import math
import re
from collections.abc import Mapping, Sequence

from torpaq.intake.record.record import Value
from torpaq.intake.submissions.answers import (
    MOST,
    UNPRINTABLE,
    Answer,
    answer_of_text,
    in_order,
    is_file_name,
    unreadable,
)
from torpaq.standard.form import GEOMETRIES, NUMBERS, Element, ElementType, Form

SAME_PLACE_DEG = 1e-7  # a centimetre
RING_POINTS = 4
GEOJSON = {
    ElementType.POINT: ("Point", 0),
    ElementType.LINE: ("LineString", 1),
    ElementType.POLYGON: ("MultiPolygon", 3),
}
GEOMETRY_KEYS = frozenset(("type", "coordinates", "written", "original"))
FILE_KEYS = frozenset(("name", "sha256", "media_type", "size"))
WRITTEN_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:[eE]-?\d+)?", re.ASCII)


def answer_of_json(element: Element, raw: object, form: Form, place: str) -> Answer:
    """Read what a page sent for an element other than a repeat; ``place`` names it in the problem."""
    if raw is None or raw in ("", [], {}):
        return None, []
    is_text = element.type not in (*NUMBERS, *GEOMETRIES, ElementType.CODES, ElementType.FILE)
    if is_text and isinstance(raw, str):
        return answer_of_text(element, raw, form, place)
    value = None if is_text else _value(element, raw, form)
    return (value, []) if value is not None else (None, [unreadable(element, raw, place)])


def plain(raw: object) -> Value | None:
    """Return JSON as a value where a database and an XML document can hold it: no null, NaN or unprintable letters."""
    if isinstance(raw, str):
        return None if UNPRINTABLE.search(raw) else raw
    if isinstance(raw, int | float):
        return raw if math.isfinite(raw) else None
    if isinstance(raw, Mapping):
        pairs = {key: plain(value) for key, value in raw.items() if not UNPRINTABLE.search(key)}
        kept: dict[str, Value] = {key: value for key, value in pairs.items() if value is not None}
        return kept if len(kept) == len(raw) else None
    if isinstance(raw, list):
        values = [value for value in map(plain, raw) if value is not None]
        return values if len(values) == len(raw) else None
    return None


def _value(element: Element, raw: object, form: Form) -> Value | None:
    if element.type in NUMBERS:
        return _number(element, raw)
    if element.type is ElementType.CODES:
        return _codes(element, raw, form)
    value = plain(raw)
    if not isinstance(value, Mapping):
        return None
    return _file(value) if element.type is ElementType.FILE else _geometry(element.type, value)


def _number(element: Element, raw: object) -> Value | None:
    if isinstance(raw, bool) or not isinstance(raw, int | float) or not abs(raw) < MOST:
        return None
    return raw if element.type is ElementType.DECIMAL or isinstance(raw, int) else None


def _codes(element: Element, raw: object, form: Form) -> Value | None:
    if not isinstance(raw, list):
        return None
    codes = [code for code in raw if isinstance(code, str) and code.split() == [code] and not UNPRINTABLE.search(code)]
    return in_order(codes, element, form) if len(codes) == len(raw) else None


def _file(value: Mapping[str, Value]) -> Value | None:
    name = value.get("name")
    return value if isinstance(name, str) and is_file_name(name) and set(value) <= FILE_KEYS else None


def _geometry(kind: ElementType, value: Mapping[str, Value]) -> Value | None:
    name, depth = GEOJSON[kind]
    coordinates = value.get("coordinates")
    if value.get("type") != name or not _are_positions(coordinates, depth) or not set(value) <= GEOMETRY_KEYS:
        return None
    return _polygon(value, coordinates) if kind is ElementType.POLYGON else value


def _are_positions(raw: object, depth: int) -> bool:
    """Say whether it is a position in degrees (depth 0), or lists of them, none empty."""
    if not isinstance(raw, list) or not raw:
        return False
    if depth:
        return all(_are_positions(inner, depth - 1) for inner in raw)
    if len(raw) not in (2, 3) or any(isinstance(number, bool) or not isinstance(number, int | float) for number in raw):
        return False
    return bool(-180 <= raw[0] <= 180 and -90 <= raw[1] <= 90)


def _polygon(value: Mapping[str, Value], coordinates: object) -> Value | None:
    """Return a polygon whose rings close, with what is ``written`` made from its coordinates unless it says the same.

    What is written is what the ledger would take, and the coordinates are what people see: they may not part.
    """
    polygons: Sequence[Sequence[Sequence[Sequence[float]]]] = coordinates if isinstance(coordinates, list) else []
    rings = [ring for polygon in polygons for ring in polygon]
    if any(len(ring) < RING_POINTS or ring[0] != ring[-1] for ring in rings):
        return None
    written = value.get("written")
    numbers = [number for ring in rings for point in ring for number in point[:2]]
    if written is None:
        return {**value, "written": _wkt(polygons)}
    if not isinstance(written, str) or not written.startswith("wkt "):
        return None
    told = [float(number) for number in WRITTEN_NUMBER.findall(written)]
    is_same = len(told) == len(numbers) and all(
        abs(one - other) <= SAME_PLACE_DEG for one, other in zip(told, numbers, strict=True)
    )
    return value if is_same else None


def _wkt(polygons: Sequence[Sequence[Sequence[Sequence[float]]]]) -> str:
    parts = [
        "(" + ", ".join("(" + ", ".join(f"{lon} {lat}" for lon, lat, *_ in ring) + ")" for ring in polygon) + ")"
        for polygon in polygons
    ]
    return f"wkt POLYGON {parts[0]}" if len(parts) == 1 else f"wkt MULTIPOLYGON ({', '.join(parts)})"
