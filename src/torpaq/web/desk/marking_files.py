"""Positions of a marking plan to take to the field: a table, waypoints for a navigator; synthetic ones say so."""

import csv
import io
from dataclasses import dataclass
from xml.etree import ElementTree

from django.http import HttpResponse

from torpaq.web.models import MarkingScheme
from torpaq.web.programme_row import programme_row

GPX = "http://www.topografix.com/GPX/1/1"
LETTERS = {"signs": "S", "posts": "P"}


@dataclass(frozen=True, slots=True)
class Thing:
    """A sign or post of a plan: its name such as ``S001``, ``signs`` or ``posts``, place, why, bearing outward."""

    name: str
    kind: str
    lon: float
    lat: float
    bearing_deg: int
    where: str
    along_m: float


def things_of(scheme: MarkingScheme, kinds: tuple[str, ...] = ("signs", "posts")) -> list[Thing]:
    """Return the signs and posts of a scheme's plan, numbered along the perimeter; none where it has no plan."""
    return [
        Thing(f"{LETTERS[kind]}{number:03d}", kind, lon, lat, bearing, where, along_m)
        for kind in kinds
        for number, (lon, lat, bearing, where, _, along_m) in enumerate(scheme.plan.get(kind, []), 1)
    ]


def positions_csv(scheme: MarkingScheme) -> HttpResponse:
    """Send the positions as CSV: WGS 84 degrees, true bearing outward, metres along the perimeter."""
    stream = io.StringIO()
    label = _label()
    if label:
        stream.write(f"# {label}\n")
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(["name", "thing", "where", "lon", "lat", "bearing_deg", "along_m"])
    for one in things_of(scheme):
        place = (f"{one.lon:.7f}", f"{one.lat:.7f}", one.bearing_deg, f"{one.along_m:.1f}")
        writer.writerow([one.name, one.kind.removesuffix("s"), one.where, *place])
    return _sent(stream.getvalue(), scheme, "csv", "text/csv; charset=utf-8")


def positions_gpx(scheme: MarkingScheme) -> HttpResponse:
    """Send the positions as GPX 1.1 waypoints."""
    ElementTree.register_namespace("", GPX)
    root = ElementTree.Element(f"{{{GPX}}}gpx", {"version": "1.1", "creator": "Torpaq"})
    metadata = ElementTree.SubElement(root, f"{{{GPX}}}metadata")
    ElementTree.SubElement(metadata, f"{{{GPX}}}name").text = " ".join(filter(None, (_label(), scheme.area)))
    for one in things_of(scheme):
        point = ElementTree.SubElement(root, f"{{{GPX}}}wpt", {"lat": f"{one.lat:.7f}", "lon": f"{one.lon:.7f}"})
        ElementTree.SubElement(point, f"{{{GPX}}}name").text = one.name
        ElementTree.SubElement(point, f"{{{GPX}}}desc").text = f"{one.where} {one.bearing_deg}°"
    content = ElementTree.tostring(root, encoding="unicode", xml_declaration=True)
    return _sent(content, scheme, "gpx", "application/gpx+xml; charset=utf-8")


def _label() -> str:
    programme = programme_row()
    return programme.synthetic_label if programme and programme.is_synthetic else ""


def _sent(content: str, scheme: MarkingScheme, ending: str, media_type: str) -> HttpResponse:
    response = HttpResponse(content, content_type=media_type)
    prefix = "synthetic-" if _label() else ""
    response["Content-Disposition"] = f'attachment; filename="{prefix}marking-{scheme.pk}.{ending}"'
    return response
