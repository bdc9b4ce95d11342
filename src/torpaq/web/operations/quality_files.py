"""Squares of a sample as places: for the map, for a printed list and, as GPX, for a receiver in the field."""

from collections.abc import Iterator
from dataclasses import dataclass
from xml.sax.saxutils import escape

from torpaq.geo.polygons import to_lonlat
from torpaq.geo.shape import CM_PER_M
from torpaq.geo.squares import shape_of_squares
from torpaq.web.models import SamplePlan
from torpaq.web.programme_row import programme_crs


@dataclass(frozen=True, slots=True)
class SquarePlace:
    """A drawn square: its number, corners and middle in degrees of WGS 84, and whose land it lies in."""

    number: int
    ring: list[list[float]]
    lon: float
    lat: float
    x_m: float
    y_m: float
    team: str
    method: str


def places_of(plan: SamplePlan) -> Iterator[SquarePlace]:
    """Return a sample's squares in the order drawn."""
    side_cm = int(plan.parameters["side_m"]) * CM_PER_M
    squares = [(int(column), int(row)) for column, row in plan.squares]
    shape = shape_of_squares(squares, side_cm)
    polygons = to_lonlat(shape, programme_crs()) if shape else []
    for number, (polygon, of, square) in enumerate(zip(polygons, plan.parameters["of"], squares, strict=True), 1):
        ring = [[round(lon, 7), round(lat, 7)] for lon, lat in polygon[0]]
        lon, lat = (sum(point[axis] for point in ring[:4]) / 4 for axis in (0, 1))
        x_m, y_m = ((place + 0.5) * side_cm / CM_PER_M for place in square)
        yield SquarePlace(number, ring, lon, lat, x_m, y_m, str(of[0]), str(of[1]))


def features_of(plan: SamplePlan) -> list[dict[str, object]]:
    """Return the lot and the squares drawn in it as GeoJSON features, each square with its number."""
    features: list[dict[str, object]] = [
        {
            "type": "Feature",
            "properties": {"kind": "square", "number": place.number, "label": f"№ {place.number}"},
            "geometry": {"type": "Polygon", "coordinates": [place.ring]},
        }
        for place in places_of(plan)
    ]
    if plan.shape:
        lot = {"type": "MultiPolygon", "coordinates": to_lonlat(plan.shape, programme_crs())}
        features.insert(0, {"type": "Feature", "properties": {"kind": "lot"}, "geometry": lot})
    return features


def gpx_of(plan: SamplePlan, label: str) -> str:
    """Return the middles of the squares as GPX 1.1 waypoints; ``label`` says what the file is, synthetic data too."""
    points = "".join(
        f'<wpt lat="{place.lat:.7f}" lon="{place.lon:.7f}"><name>{place.number:03d}</name>'
        f"<desc>{escape(' '.join(text for text in (place.team, place.method) if text))}</desc></wpt>\n"
        for place in places_of(plan)
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<gpx version="1.1" creator="Torpaq" xmlns="http://www.topografix.com/GPX/1/1">\n'
        f"<metadata><name>{escape(label)}</name></metadata>\n{points}</gpx>\n"
    )
