"""GPX 1.0 and 1.1: waypoints, routes and tracks as three layers. A route or track is a line, never yet an area."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from xml.etree.ElementTree import Element

from torpaq.geo.files.layer_parts import (
    Budget,
    Excess,
    GeometryKind,
    RawFeature,
    RawGeometry,
    RawLayer,
    Refusal,
    columns_of,
    positions,
    put,
)
from torpaq.geo.files.layer_xml import child_text, children, local

NUMBERS = ("ele", "magvar", "geoidheight", "hdop", "vdop", "pdop", "ageofdgpsdata", "speed", "course")
WHOLE = ("sat", "number", "dgpsid")
INSIDE = ("rtept", "trkseg", "extensions", "link", "metadata")


def read_gpx(root: Element, budget: Budget) -> list[RawLayer]:
    """Read the layers waypoints, routes and tracks, those that hold anything; a track keeps a part a segment."""
    waypoints = [_feature(point, [[point]], budget) for point in children(root, "wpt")]
    routes = [_feature(route, [list(children(route, "rtept"))], budget) for route in children(root, "rte")]
    tracks = [_feature(track, _segments(track), budget) for track in children(root, "trk")]
    named = {"waypoints": waypoints, "routes": routes, "tracks": tracks}
    layers = [RawLayer(name, [], features) for name, features in named.items()]
    for layer in layers:
        layer.columns = columns_of(layer.features)
    return [layer for layer in layers if layer.features]


def _segments(track: Element) -> list[list[Element]]:
    return [points for segment in children(track, "trkseg") if (points := list(children(segment, "trkpt")))]


def _feature(element: Element, parts: Sequence[Sequence[Element]], budget: Budget) -> RawFeature:
    budget.features(1)
    feature = RawFeature({})
    is_point = local(element) == "wpt"
    for child in element:
        if local(child) not in INSIDE:
            _put_text(feature, local(child), (child.text or "").strip())
    for name, text in _extensions(element):
        _put_text(feature, name, text)
    if not is_point:
        _put_times(feature, [point for part in parts for point in part])
    try:
        feature.geometry = _geometry(GeometryKind.POINT if is_point else GeometryKind.LINE, parts, budget)
    except Excess:
        raise
    except Refusal as refusal:
        feature.refusals.append(refusal)
    return feature


def _put_text(feature: RawFeature, name: str, text: str) -> None:
    try:
        if name in NUMBERS:
            put(feature, name, float(text))
        elif name in WHOLE:
            put(feature, name, int(text))
        elif name == "time":
            put(feature, name, datetime.fromisoformat(text))
        else:
            put(feature, name, text)
    except ValueError:
        put(feature, name, text)
        feature.refusals.append(Refusal("layer_attribute_unreadable", column=name, text=text[:40]))


def _extensions(element: Element) -> Iterator[tuple[str, str]]:
    """Yield the texts that a device or program adds, by the names it gives them."""
    for extensions in children(element, "extensions"):
        for inner in extensions.iter():
            if not len(inner) and inner is not extensions and inner.text and inner.text.strip():
                yield local(inner), inner.text.strip()


def _put_times(feature: RawFeature, points: Sequence[Element]) -> None:
    """Keep when the first and the last point were taken: the rest of the times is dropped with the heights."""
    times = [time for point in points if (time := child_text(point, "time"))]
    for name, text in zip(("time_first", "time_last"), (times[0], times[-1]) if times else (), strict=False):
        try:
            put(feature, name, datetime.fromisoformat(text))
        except ValueError:
            put(feature, name, text)


def _geometry(kind: GeometryKind, parts: Sequence[Sequence[Element]], budget: Budget) -> RawGeometry:
    budget.points(sum(map(len, parts)))
    heights = any(child_text(point, "ele") for part in parts for point in part)
    rings = [[positions([_position(point, number) for number, point in enumerate(part, 1)])] for part in parts]
    return RawGeometry(kind, rings, multi=len(rings) > 1, heights=heights and kind is GeometryKind.LINE)


def _position(point: Element, number: int) -> tuple[float, float]:
    lon, lat = point.get("lon", ""), point.get("lat", "")
    try:
        if "_" not in lon + lat:
            return float(lon), float(lat)
    except ValueError:
        pass
    raise Refusal("gpx_point_unreadable", number=number, text=f"lat={lat[:20]} lon={lon[:20]}")
