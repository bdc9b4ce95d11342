"""Places as phones write them (``lat lon altitude accuracy``) and as records keep them, in both directions.

Coordinates stay as the phone gave them, in WGS 84 degrees: whether a boundary can be one is for checking to say, so
that a phone's bad boundary is seen and not lost. Source: ODK XForms specification, data types geopoint, geotrace,
geoshape.
"""

import re
from collections.abc import Mapping, Sequence

from torpaq.intake.record.record import Value

NUMBER = re.compile(r"-?\d{1,15}(?:\.\d{1,20})?(?:[eE]-?\d{1,3})?", re.ASCII)
POINT, TRACE, SHAPE = "geopoint", "geotrace", "geoshape"
LEAST_POINTS = {TRACE: 2, SHAPE: 4}  # a shape's first point stands again at its end
FACTS = ("altitude_m", "accuracy_m")

Numbers = tuple[str, ...]
"""One point as a phone wrote it: latitude, longitude, and mostly altitude and accuracy in metres."""


def read_geopoint(text: str) -> Value | None:
    """Return a ``geopoint`` as a record's point, its altitude and accuracy (m) beside it; None where it is none."""
    numbers = _numbers(text)
    if numbers is None:
        return None
    facts = {name: float(number) for name, number in zip(FACTS, numbers[2:], strict=False)}
    original: dict[str, Value] = {**_original(POINT, text), **facts}
    return {"type": "Point", "coordinates": _lonlat(numbers), "original": original}


def read_geotrace(text: str) -> Value | None:
    """Return a ``geotrace`` as a record's line; None where it is none."""
    points = _points(text, TRACE)
    if points is None:
        return None
    coordinates = [_lonlat(numbers) for numbers in points]
    return {"type": "LineString", "coordinates": coordinates, "original": _original(TRACE, text)}


def read_geoshape(text: str) -> Value | None:
    """Return a ``geoshape`` as a record's polygon, ``written`` digit by digit as the phone wrote it; None for none."""
    points = _points(text, SHAPE)
    if points is None or points[0][:2] != points[-1][:2]:
        return None
    return {
        "type": "MultiPolygon",
        "coordinates": [[[_lonlat(numbers) for numbers in points]]],
        "written": f"wkt POLYGON (({', '.join(f'{lon} {lat}' for lat, lon, *_ in points)}))",
        "original": _original(SHAPE, text),
    }


def write_place(value: Mapping[str, Value]) -> str:
    """Return a place of a record as a phone writes it: in the phone's own digits where it came from one.

    Raises ``ValueError`` for a polygon of several parts or with holes: phones have one ring.
    """
    original = value.get("original")
    if isinstance(original, Mapping) and original.get("source") in (POINT, TRACE, SHAPE):
        return str(original["typed"])
    coordinates = value["coordinates"]
    if value["type"] == "Point":
        return _written(coordinates)
    points = coordinates if value["type"] == "LineString" else only_ring(coordinates)
    return ";".join(_written(point) for point in points) if isinstance(points, Sequence) else ""


def only_ring(polygons: object) -> Sequence[Value]:
    """Return the only ring of a multipolygon's coordinates; ``ValueError`` where there are several."""
    if not isinstance(polygons, Sequence) or len(polygons) != 1 or len(polygons[0]) != 1:
        raise ValueError("a geoshape is one ring; this polygon has several parts or holes")
    ring: Sequence[Value] = polygons[0][0]
    return ring


def _original(source: str, text: str) -> dict[str, Value]:
    return {"typed": text, "source": source, "notation": "decimal", "datum": "datum_wgs84"}


def _points(text: str, kind: str) -> list[Numbers] | None:
    parts = [part for part in text.split(";") if part.strip()]
    points = [numbers for part in parts if (numbers := _numbers(part)) is not None]
    return points if len(points) == len(parts) and len(points) >= LEAST_POINTS[kind] else None


def _numbers(text: str) -> Numbers | None:
    words = text.split()
    if not 2 <= len(words) <= 4 or not all(NUMBER.fullmatch(word) for word in words):
        return None
    lat, lon = float(words[0]), float(words[1])
    return tuple(words) if -90 <= lat <= 90 and -180 <= lon <= 180 else None


def _lonlat(numbers: Numbers) -> list[Value]:
    return [float(numbers[1]), float(numbers[0])]


def _written(point: object) -> str:
    lon, lat = (point[0], point[1]) if isinstance(point, Sequence) else ("", "")
    return f"{lat} {lon} 0 0"
