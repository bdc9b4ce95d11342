"""KML and KMZ (OGC 07-147r2): a layer a folder, a feature a Placemark, its data and description as attributes."""

from collections import Counter
from collections.abc import Iterator
from pathlib import PurePosixPath
from xml.etree.ElementTree import Element

from torpaq.geo.crs import Floats
from torpaq.geo.files.layer_parts import (
    Budget,
    Excess,
    GeometryKind,
    RawFeature,
    RawGeometry,
    RawLayer,
    Refusal,
    Value,
    columns_of,
    put,
)
from torpaq.geo.files.layer_xml import child_text, children, local, read_numbers

PLAIN = ("name", "address", "phoneNumber", "description")
GEOMETRIES = {
    "Point": GeometryKind.POINT,
    "LineString": GeometryKind.LINE,
    "LinearRing": GeometryKind.LINE,
    "Track": GeometryKind.LINE,
    "Polygon": GeometryKind.POLYGON,
}
SEVERAL = ("MultiGeometry", "MultiTrack")
OTHER_GEOMETRIES = ("Model",)
NOT_READ = ("NetworkLink", "GroundOverlay", "ScreenOverlay", "PhotoOverlay", "Tour")
WHOLE, DECIMAL = ("int", "uint", "short", "ushort"), ("float", "double")

Schemas = dict[str, dict[str, str]]
"""The types of the fields of each schema, by the schema's id and the field's name."""


def read_kml(root: Element, name: str, budget: Budget) -> list[RawLayer]:
    """Read the Placemarks of a KML document, those of one path of folders as one layer; ``name`` is the file's."""
    schemas = _schemas(root)
    document = next((child_text(found, "name") for found in children(root, "Document")), None)
    layers: dict[str, RawLayer] = {}
    for path, placemark in _placemarks(root):
        budget.features(1)
        title = " / ".join(path) or document or PurePosixPath(name).stem
        layer = layers.setdefault(title, RawLayer(title, [], []))
        layer.features.append(_feature(placemark, schemas, budget))
    for layer in layers.values():
        layer.columns = columns_of(layer.features)
    unread = Counter(local(element) for element in root.iter() if local(element) in NOT_READ)
    found = list(layers.values()) or [RawLayer(document or PurePosixPath(name).stem, [], [])]
    found[0].refusals += [Refusal("kml_part_not_read", kind=kind, count=count) for kind, count in unread.items()]
    return found


def _placemarks(root: Element) -> Iterator[tuple[tuple[str, ...], Element]]:
    """Yield each Placemark with the names of the folders around it; no recursion, for files may nest without end."""
    waiting: list[tuple[tuple[str, ...], Element]] = [((), root)]
    while waiting:
        path, element = waiting.pop()
        kind = local(element)
        if kind == "Placemark":
            yield path, element
        elif kind in {"kml", "Document", "Folder"}:
            inner = (*path, (child_text(element, "name") or "Folder")[:100]) if kind == "Folder" else path
            waiting += [(inner[-20:], child) for child in reversed(element)]


def _schemas(root: Element) -> Schemas:
    return {
        schema.get("id", ""): {
            field.get("name", ""): field.get("type", "").lower() for field in children(schema, "SimpleField")
        }
        for schema in root.iter()
        if local(schema) == "Schema"
    }


def _feature(placemark: Element, schemas: Schemas, budget: Budget) -> RawFeature:
    feature = RawFeature({})
    identifier = placemark.get("id", "")
    if identifier and not identifier.isdecimal():
        put(feature, "id", identifier)
    for name in PLAIN:
        text = child_text(placemark, name)
        if text is not None:
            put(feature, name, text)
    for time in children(placemark, "TimeStamp", "TimeSpan"):
        for part in children(time, "when", "begin", "end"):
            put(feature, local(part), (part.text or "").strip())
    for extended in children(placemark, "ExtendedData"):
        _extended(extended, schemas, feature)
    try:
        feature.geometry = _geometry(placemark, budget)
    except Excess:
        raise
    except Refusal as refusal:
        feature.refusals.append(refusal)
    return feature


def _extended(extended: Element, schemas: Schemas, feature: RawFeature) -> None:
    for data in children(extended, "Data"):
        put(feature, data.get("name", ""), child_text(data, "value"))
    for table in children(extended, "SchemaData"):
        types = schemas.get(table.get("schemaUrl", "").removeprefix("#"), {})
        for cell in children(table, "SimpleData"):
            name, text = cell.get("name", ""), (cell.text or "").strip()
            try:
                put(feature, name, _typed(text, types.get(name, "")))
            except ValueError:
                put(feature, name, text)
                feature.refusals.append(Refusal("layer_attribute_unreadable", column=name, text=text[:40]))


def _typed(text: str, kind: str) -> Value:
    if not text:
        return None
    if kind in WHOLE:
        return int(text)
    if kind in DECIMAL:
        return float(text)
    if kind == "bool":
        return {"1": True, "true": True, "0": False, "false": False}.get(text.lower(), text)
    return text


def _geometry(placemark: Element, budget: Budget) -> RawGeometry | None:
    """Read the geometries of a Placemark, which must be of one kind; None where it has none."""
    found: list[Element] = []
    waiting = list(reversed(placemark))
    while waiting:
        element = waiting.pop()
        if local(element) in SEVERAL:
            waiting += reversed(element)
        elif local(element) in OTHER_GEOMETRIES:
            raise Refusal("layer_geometry_unknown", kind=local(element))
        elif local(element) in GEOMETRIES:
            found.append(element)
    kinds = {GEOMETRIES[local(element)] for element in found}
    if len(kinds) > 1:
        raise Refusal("layer_geometry_collection")
    if not kinds:
        return None
    geometry = RawGeometry(kinds.pop(), [], multi=len(found) > 1)
    for element in found:
        part = []
        for text in _ring_texts(element):
            ring, heights = read_numbers(text, budget, (2, 3), "kml_coordinates")
            part.append(ring)
            geometry.heights = geometry.heights or heights
        _add_part(geometry, part)
    return geometry


def _add_part(geometry: RawGeometry, part: list[Floats]) -> None:
    if geometry.kind is GeometryKind.POINT and part and len(part[0]) > 1:
        raise Refusal("kml_coordinates", text=" ".join(map(str, part[0][1])))
    geometry.parts.append(part)


def _ring_texts(element: Element) -> Iterator[str]:
    """Yield the coordinates of each ring as text: a polygon's shell first, a track's points joined."""
    if local(element) == "Track":
        yield " ".join(",".join((point.text or "").split()) for point in children(element, "coord"))
        return
    if local(element) != "Polygon":
        yield child_text(element, "coordinates") or ""
        return
    for side in ("outerBoundaryIs", "innerBoundaryIs"):
        for boundary in children(element, side):
            for ring in children(boundary, "LinearRing"):
                yield child_text(ring, "coordinates") or ""
