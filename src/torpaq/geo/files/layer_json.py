"""GeoJSON (RFC 7946, or the older form with ``crs``) as a layer: every geometry kind, every property."""

import json
import re
from collections.abc import Callable, Mapping
from pathlib import PurePosixPath

from torpaq.geo.crs import WGS84, Floats
from torpaq.geo.files.layer_parts import (
    Budget,
    GeometryKind,
    RawFeature,
    RawGeometry,
    RawLayer,
    Refusal,
    columns_of,
    positions,
    put,
)

KINDS = {
    "Point": (GeometryKind.POINT, False),
    "MultiPoint": (GeometryKind.POINT, True),
    "LineString": (GeometryKind.LINE, False),
    "MultiLineString": (GeometryKind.LINE, True),
    "Polygon": (GeometryKind.POLYGON, False),
    "MultiPolygon": (GeometryKind.POLYGON, True),
}
COLLECTION = "GeometryCollection"
LONLAT_NAMES = {"URN:OGC:DEF:CRS:OGC:1.3:CRS84", "CRS84", "OGC:CRS84", "EPSG:4326", "URN:OGC:DEF:CRS:EPSG:4326"}
AUTHORITY = re.compile(r"(?:urn:(?:x-)?ogc:def:crs:)?(EPSG|ESRI|IAU_2015|IGNF):(?:[\d.]*:)?([A-Za-z0-9_.]{1,20})", re.I)


class _RepeatedKeyError(ValueError):
    """An object that says one thing twice: one program would read the first, the next the last."""


def read_geojson_layer(text: str, name: str, budget: Budget) -> RawLayer:
    """Read a collection, a feature or a geometry; whole numbers as ``id`` are row numbers and are left out."""
    budget.points(text.count("["))
    budget.values(text.count(",") + text.count("{"))
    tree = _tree(text)
    crs = _crs(tree)
    kind = tree.get("type")
    members = tree.get("features") if kind == "FeatureCollection" else [tree]
    if not isinstance(members, list) or str(kind) not in {"FeatureCollection", "Feature", COLLECTION, *KINDS}:
        raise Refusal("geojson_not_a_collection", kind=str(kind)[:40])
    budget.features(len(members))
    features = [_feature(member) for member in members]
    title = tree.get("name")
    layer_name = title.strip() if isinstance(title, str) and title.strip() else PurePosixPath(name).stem
    return RawLayer(layer_name, columns_of(features), features, crs)


def _tree(text: str) -> Mapping[str, object]:
    try:
        tree = json.loads(text, object_pairs_hook=_object)
    except json.JSONDecodeError as error:
        cut = error.pos >= len(text.rstrip()) - 1
        raise Refusal("polygon_file_truncated" if cut else "json_unreadable", line=error.lineno) from error
    except _RepeatedKeyError as error:
        raise Refusal("layers_json_key_repeated", key=str(error)[:40]) from error
    except (RecursionError, ValueError) as error:  # nested without end; a number of thousands of digits
        raise Refusal("json_unreadable", line=1) from error
    if not isinstance(tree, dict):
        raise Refusal("geojson_not_a_collection", kind=type(tree).__name__)
    return tree


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        raise _RepeatedKeyError(next(name for name in names if names.count(name) > 1))
    return found


def _crs(tree: Mapping[str, object]) -> str:
    """Return the CRS of the older ``crs`` member: only an authority's code, for other texts may name files."""
    member = tree.get("crs")
    if member is None:
        return WGS84
    properties = member.get("properties") if isinstance(member, dict) else None
    name = properties.get("name") if isinstance(properties, dict) else None
    if isinstance(name, str) and name.upper().replace("::", ":") in LONLAT_NAMES:
        return WGS84
    match = AUTHORITY.fullmatch(name) if isinstance(name, str) else None
    if not match:
        raise Refusal("crs_unknown", crs=str(member)[:60])
    return f"{match[1].upper()}:{match[2]}"


def _feature(member: object) -> RawFeature:
    feature = RawFeature({})
    if not isinstance(member, dict):
        feature.refusals.append(Refusal("geojson_coordinates", text=str(member)[:40]))
        return feature
    is_feature = member.get("type") == "Feature"
    if is_feature:
        _put_properties(feature, member)
    geometry = member.get("geometry") if is_feature else member
    if geometry is None:
        return feature
    try:
        feature.geometry = _geometry(geometry)
    except Refusal as refusal:
        feature.refusals.append(refusal)
    return feature


def _put_properties(feature: RawFeature, member: Mapping[str, object]) -> None:
    identifier, properties = member.get("id"), member.get("properties")
    if isinstance(identifier, str) and identifier.strip() and not identifier.isdecimal():
        put(feature, "id", identifier)
    for name, value in properties.items() if isinstance(properties, dict) else ():
        if isinstance(value, dict | list):
            put(feature, name, json.dumps(value, ensure_ascii=False))
        elif name != "id" or feature.attributes.get("id") != value:
            put(feature, name, value)


def _geometry(geometry: object) -> RawGeometry:
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    if kind == COLLECTION:
        raise Refusal("layer_geometry_collection")
    if not isinstance(geometry, dict) or str(kind) not in KINDS:
        raise Refusal("layer_geometry_unknown", kind=str(kind)[:40])
    drawn, multi = KINDS[str(kind)]
    coordinates = geometry.get("coordinates")
    raw = RawGeometry(drawn, [], multi)
    try:
        for part in _list(coordinates) if multi else [coordinates]:
            rings, heights = RING_READERS[drawn](part)
            raw.parts.append(rings)
            raw.heights = raw.heights or heights
    except (TypeError, ValueError, OverflowError, RecursionError) as error:
        raise Refusal("geojson_coordinates", text=str(error)[:60]) from error
    return raw


def _point(part: object) -> tuple[list[Floats], bool]:
    if part == []:
        return [], False
    numbers, heights = _positions([part])
    return [numbers], heights


def _line(part: object) -> tuple[list[Floats], bool]:
    numbers, heights = _positions(_list(part))
    return [numbers], heights


def _polygon(part: object) -> tuple[list[Floats], bool]:
    rings = [_positions(_list(ring)) for ring in _list(part)]
    return [ring for ring, _ in rings], any(heights for _, heights in rings)


RING_READERS: Mapping[GeometryKind, Callable[[object], tuple[list[Floats], bool]]] = {
    GeometryKind.POINT: _point,
    GeometryKind.LINE: _line,
    GeometryKind.POLYGON: _polygon,
}


def _positions(pairs: list[object]) -> tuple[Floats, bool]:
    """Return positions as (n, 2), and whether any has more than two numbers."""
    heights = False
    values = []
    for pair in pairs:
        numbers = _list(pair)
        if not 2 <= len(numbers) <= 4 or not all(type(number) in {int, float} for number in numbers):
            raise ValueError(str(pair))
        heights = heights or len(numbers) > 2
        values.append([float(str(number)) for number in numbers[:2]])  # by text: a whole number may be too large
    return positions(values), heights


def _list(value: object) -> list[object]:
    if not isinstance(value, list):
        raise TypeError(str(value))
    return value
