"""A marking plan as features for the map: its outline, ways in, and every sign, post and gate as a dot."""

from torpaq.geo.polygons import to_lonlat
from torpaq.web.models import MarkingScheme
from torpaq.web.programme_row import programme_crs


def places_of_plan(scheme: MarkingScheme) -> list[dict[str, object]]:
    """Return GeoJSON features; ``kind`` says what each is: ``outline``, ``route``, ``post``, ``sign`` or ``gate``."""
    found: list[dict[str, object]] = []
    if scheme.shape:
        polygons = to_lonlat(scheme.shape, programme_crs())
        outline = [[[list(point) for point in ring] for ring in polygon] for polygon in polygons]
        found.append(_feature("outline", scheme.area, "MultiPolygon", outline))
    found += [_feature("route", "", "LineString", route) for route in scheme.plan.get("routes", [])]
    for kind, letter in (("posts", "P"), ("signs", "S")):
        for number, (lon, lat, bearing, where, *_) in enumerate(scheme.plan.get(kind, []), 1):
            label = f"{letter}{number:03d} · {bearing}°"
            name = "gate" if where == "gate" and kind == "signs" else kind.removesuffix("s")
            found.append(_feature(name, label, "Point", [lon, lat]))
    return found


def _feature(kind: str, label: str, type_: str, coordinates: object) -> dict[str, object]:
    geometry = {"type": type_, "coordinates": coordinates}
    return {"type": "Feature", "properties": {"kind": kind, "label": label}, "geometry": geometry}
