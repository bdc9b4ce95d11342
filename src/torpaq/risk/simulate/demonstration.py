"""Made-up evidence for the demonstration programme: what a war would have left round the areas of its own ledger.

Everything here is invented and says so. Front lines follow the demonstration's setting; trenches, positions, minefield
records, finds, accidents, sensor detections and fields are drawn by a seeded generator about the areas of the ledger;
villages are real places and heights are real. No row says where a mine lies.
"""

import json
import math
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
import shapely
from numpy.typing import NDArray
from rasterio.transform import from_origin

from torpaq.evidence.adding import NewSource
from torpaq.evidence.build import Area
from torpaq.evidence.folder import EvidenceFolder
from torpaq.evidence.kinds import SourceKind
from torpaq.evidence.snapshot import Snapshot
from torpaq.geo.crs import AZE
from torpaq.geo.shape import CM_PER_M
from torpaq.intake.demonstration import generate
from torpaq.intake.demonstration_setting import Setting, read_setting
from torpaq.land.entry import Contamination, Entry, Kind, Located
from torpaq.risk.simulate.demonstration_truth import Truth, truth_of
from torpaq.risk.simulate.ground import dense, offset, road_between
from torpaq.standard.country import Country, load_country
from torpaq.standard.problems import Problem, has_errors

Floats = NDArray[np.float64]
Random = np.random.Generator
Feature = tuple[shapely.Geometry, Mapping[str, Any]]

WIDE_DEG, HIGH_DEG = 0.40, 0.45
STEP_DEG = 0.1
CELL_M = 50.0
MARGIN_M = 3_000.0
SEED = 7
DAY, LICENCE, SOURCE = "2026-10-31", "CC0-1.0", "Torpaq demonstration (synthetic)"
RECORDS, WRONG_RECORDS = 6, 2


@dataclass(frozen=True)
class _Place:
    """Where evidence is drawn: the window in metres, the setting, what the ledger's land holds, and lots."""

    country: Country
    setting: Setting
    window: shapely.Geometry
    truth: Truth
    random: Random

    @property
    def towns(self) -> Floats:
        """The middles of settlements in the window, metres."""
        inside = [centre for centre, _ in self.setting.towns if self.window.contains(shapely.Point(centre))]
        return np.array(inside).reshape(-1, 2)


def demonstration_area(snapshot: Snapshot | None = None) -> Area:
    """Return what to build of it: the window, about 34 by 50 km, with most areas of the ledger, in cells of 50 m."""
    return Area(box_deg=_window_deg(_entries(snapshot)), cell_m=CELL_M)


def _entries(snapshot: Snapshot | None) -> Sequence[Entry]:
    return snapshot.entries if snapshot is not None else generate(load_country("aze"), small=True)


def _window_deg(entries: Iterable[Entry]) -> tuple[float, float, float, float]:
    """Return west, south, east and north of the window that holds most areas that mines are suspected in."""
    found = [
        entry.place.shape.points_cm.mean(axis=0) / CM_PER_M
        for entry in entries
        if entry.kind is Kind.ESTABLISH
        and isinstance(entry.place, Located)
        and entry.contamination & Contamination.MINE
    ]
    if not found:
        return 46.8, 39.5, 46.8 + WIDE_DEG, 39.5 + HIGH_DEG
    lonlat = np.column_stack(AZE.inverse(*np.array(found).T.copy()))
    best, most = lonlat.min(axis=0), -1
    for west in np.arange(lonlat[:, 0].min() - STEP_DEG, lonlat[:, 0].max(), STEP_DEG):
        for south in np.arange(lonlat[:, 1].min() - STEP_DEG, lonlat[:, 1].max(), STEP_DEG):
            inside = ((lonlat > (west, south)) & (lonlat < (west + WIDE_DEG, south + HIGH_DEG))).all(axis=1).sum()
            if inside > most:
                best, most = np.array([west, south]), int(inside)
    west, south = (round(float(edge), 2) for edge in best)
    return west, south, round(west + WIDE_DEG, 2), round(south + HIGH_DEG, 2)


def create_demonstration_evidence(path: Path, snapshot: Snapshot | None = None) -> list[Problem]:
    """Create the demonstration's evidence folder and add its sources; the layers are made by the next build.

    The sources are drawn about the areas of the snapshot's ledger, or of the small demonstration without one. The same
    ledger gives the same files. A folder that has sources already is left as it is.
    """
    folder, problems = EvidenceFolder.create(path, "aze")
    if folder is None or folder.manifest.sources:
        return problems
    place = _place(load_country("aze"), _entries(snapshot))
    with tempfile.TemporaryDirectory() as scratch:
        for file, new in _files(place, Path(scratch)):
            _, found = folder.add_source(file, new)
            problems += found
            if has_errors(found):
                break
    return problems


def _place(country: Country, entries: Sequence[Entry]) -> _Place:
    west, south, east, north = _window_deg(entries)
    corners = np.array([AZE.forward(x, y) for x in (west, east) for y in (south, north)])
    window = shapely.box(*(corners.min(axis=0) - MARGIN_M), *(corners.max(axis=0) + MARGIN_M))
    truth = truth_of(entries, window, SEED)
    return _Place(country, read_setting(country, AZE), window, truth, np.random.default_rng(SEED))


def _files(place: _Place, scratch: Path) -> Iterable[tuple[Path, NewSource]]:
    """Yield each source's file and what is said of it; a kind of which the window holds nothing is left out."""
    fronts = _fronts(place)
    trenches = _trenches(place, fronts)
    drawn: list[tuple[SourceKind, str, float, float, list[Feature], dict[str, str]]] = [
        (SourceKind.FRONT_LINE, "Front line", 150, 0.95, [(line, {}) for line in fronts], {}),
        (SourceKind.TRENCH, "Trenches seen from the air", 20, 0.9, [(line, {}) for line in trenches], {}),
        (SourceKind.POSITION, "Positions", 30, 0.85, _positions(place, trenches), {}),
        (SourceKind.ROAD, "Roads", 20, 0.95, _roads(place), {}),
        (SourceKind.SETTLEMENT, "Settlements", 300, 1.0, _settlements(place), {}),
        (SourceKind.YEARS_USED, "Fields by years of use", 30, 0.8, _fields(place), {"attribute": "years"}),
        (SourceKind.DENIAL, "Land that villagers say is clean", 100, 0.7, _denials(place), {}),
        (SourceKind.FINDS, "Finds of clearance", 5, 1.0, _points(place.truth.finds), {}),
        (SourceKind.ACCIDENTS, "Accidents of the past", 150, 0.9, _points(place.truth.accidents), {}),
        (SourceKind.DETECTION, "Drone detections", 3, 0.8, _detections(place), {"confidence": "confidence"}),
    ]
    for kind, name, error_m, reliability, features, options in drawn:
        if features:
            file = scratch / f"{kind.value}.geojson"
            file.write_text(_geojson(features), encoding="utf-8")
            yield file, _new(kind, name, error_m, reliability, options)
    terrain = scratch / "terrain.tif"
    _write_terrain(place, terrain)
    yield terrain, _new(SourceKind.TERRAIN, "Heights", 500, 1.0, {}, is_synthetic=False)
    for number, record in enumerate(_minefield_records(place), 1):
        file = scratch / f"record_{number}.json"
        file.write_text(json.dumps(record, ensure_ascii=False), encoding="utf-8")
        yield file, _new(SourceKind.MINEFIELD_RECORD, f"Minefield record SYN-MF-{number:02}", 60, 0.5, {})


def _new(
    kind: SourceKind,
    name: str,
    error_m: float,
    reliability: float,
    options: Mapping[str, str],
    is_synthetic: bool = True,
) -> NewSource:
    named = f"{name} (synthetic)" if is_synthetic else name
    origin = SOURCE if is_synthetic else "GLOBE, NOAA (public domain)"
    return NewSource(
        kind.value, named, DAY, origin, LICENCE, error_m, reliability, dict(options), is_synthetic=is_synthetic
    )


def _geojson(features: Sequence[Feature]) -> str:
    def degrees(places: Floats) -> Floats:
        return np.column_stack(AZE.inverse(places[:, 0].copy(), places[:, 1].copy())).round(7)

    return json.dumps(
        {
            "type": "FeatureCollection",
            "features": [
                {
                    "type": "Feature",
                    "properties": dict(properties) | {"note": "synthetic"},
                    "geometry": shapely.geometry.mapping(shapely.transform(geometry, degrees)),
                }
                for geometry, properties in features
            ],
        }
    )


def _points(places: Floats) -> list[Feature]:
    return [(shapely.Point(place), {}) for place in places]


def _fronts(place: _Place) -> list[shapely.LineString]:
    """Return the setting's lines within the window, wound a little."""
    lines = []
    for line in place.setting.lines:
        points = dense(np.array(line, dtype=np.float64), 250.0)
        along = np.arange(len(points)) * 250.0
        wound = 90 * np.sin(along / 700 + place.random.random()) + 60 * np.sin(along / 260 + place.random.random())
        moved = points + np.column_stack([np.zeros(len(points)), wound])
        part = shapely.intersection(shapely.LineString(moved), place.window)
        lines += [one for one in shapely.get_parts(part) if one.geom_type == "LineString" and one.length > 1_000]
    return lines


def _trenches(place: _Place, fronts: Sequence[shapely.LineString]) -> list[shapely.LineString]:
    """Return trenches on both sides of the front, with gaps, and beside most of the belts that hold mines."""
    found = []
    for front in fronts:
        points = shapely.get_coordinates(front)
        for side in (-1.0, 1.0):
            behind = offset(points, side * place.random.uniform(220, 380))
            start = int(place.random.integers(0, 8))
            while start < len(behind) - 4:
                length = int(place.random.integers(4, 12))
                found.append(shapely.LineString(behind[start : start + length] + place.random.normal(0, 20, 2)))
                start += length + int(place.random.integers(2, 9))
    for polygon in place.truth.mined:
        if place.random.random() < 0.6:
            found.append(shapely.LineString(_axis(polygon, place.random.choice((-1.0, 1.0)) * 130.0)))
    return [one for one in found if one.length > 50 and one.intersects(place.window)]


def _axis(polygon: shapely.Geometry, aside_m: float) -> Floats:
    """Return the long middle line of a polygon's smallest rectangle, moved aside."""
    corners = shapely.get_coordinates(shapely.minimum_rotated_rectangle(polygon))[:4]
    sides = np.hypot(*(np.roll(corners, -1, axis=0) - corners).T)
    first = int(np.argmax(sides[:2]))
    start = (corners[first] + corners[first - 1]) / 2
    end = (corners[(first + 1) % 4] + corners[(first + 2) % 4]) / 2
    return offset(dense(np.array([start, end]), 60.0), aside_m)


def _positions(place: _Place, trenches: Sequence[shapely.LineString]) -> list[Feature]:
    found: list[Feature] = []
    for trench in trenches:
        for along in np.arange(place.random.uniform(100, 900), trench.length, 2_500.0):
            at = shapely.get_coordinates(trench.interpolate(along))[0] + place.random.normal(0, 25, 2)
            found.append((shapely.Point(at), {"kind": "position"}))
    return found


def _roads(place: _Place) -> list[Feature]:
    """Join each settlement to the two nearest to it."""
    towns, joined = place.towns, set()
    found: list[Feature] = []
    for number, town in enumerate(towns):
        apart = np.hypot(*(towns - town).T)
        for other in np.argsort(apart)[1:3].tolist():
            pair = (min(number, other), max(number, other))
            if pair not in joined:
                joined.add(pair)
                found.append((shapely.LineString(road_between(place.random, [towns[pair[0]], towns[pair[1]]])), {}))
    return found


def _settlements(place: _Place) -> list[Feature]:
    found: list[Feature] = []
    for one in place.country.places:
        at = shapely.Point(AZE.forward(one.lon, one.lat))
        if place.window.contains(at):
            found.append((at, {"name": one.name}))
    return found


def _fields(place: _Place) -> list[Feature]:
    """Return ploughed fields about settlements; nearly none of them where mines lie."""
    found: list[Feature] = []
    tree = shapely.STRtree(place.truth.mined)
    for town in place.towns:
        for _ in range(14):
            middle = town + place.random.normal(0, 2_600, 2)
            half = place.random.uniform(150, 450, 2)
            turned = shapely.affinity.rotate(
                shapely.box(*(middle - half), *(middle + half)), place.random.uniform(0, 90)
            )
            mined = len(tree.query(turned, predicate="intersects")) > 0
            if not mined or place.random.random() < 0.1:
                found.append((turned, {"years": int(place.random.integers(1, 11))}))
    return found


def _denials(place: _Place) -> list[Feature]:
    """Return land that people speak free: about half of the suspected areas that hold nothing, and one that does."""
    clean = [one for one in place.truth.clean if place.random.random() < 0.5]
    return [(one.buffer(60), {}) for one in [*clean, *place.truth.mined[:1]]]


def _detections(place: _Place) -> list[Feature]:
    """Return signals over some of the open land: most items give one, and so does other metal, less surely."""
    found: list[Feature] = []
    for at in place.truth.open_items[place.random.random(len(place.truth.open_items)) < 0.15]:
        seen = at + place.random.normal(0, 2, 2)
        found.append((shapely.Point(seen), {"confidence": round(float(place.random.uniform(0.55, 0.95)), 2)}))
    for polygon in place.truth.clean:
        for at in place.truth.scattered(polygon, 2, place.random):
            found.append((shapely.Point(at), {"confidence": round(float(place.random.uniform(0.1, 0.5)), 2)}))
    return found


def _write_terrain(place: _Place, path: Path) -> None:
    ground = place.setting.ground
    heights = np.array(ground.heights_m, dtype=np.float32)[::-1]
    heights = np.where(np.isfinite(heights), heights, -9999).astype(np.float32)
    north = ground.south_m + len(heights) * 1_000.0
    with rasterio.open(
        path, "w", driver="GTiff", height=heights.shape[0], width=heights.shape[1], count=1, dtype="float32",
        crs=AZE.proj, transform=from_origin(ground.west_m, north, 1_000.0, 1_000.0), nodata=-9999,
    ) as file:  # fmt: skip
        file.write(heights, 1)


def _minefield_records(place: _Place) -> Iterable[dict[str, Any]]:
    """Yield records of belts as sketches with four control points; the last ones are tied down in the wrong place."""
    longest = sorted(place.truth.mined, key=lambda one: -one.length)[:RECORDS]
    for number, polygon in enumerate(longest, 1):
        line = _axis(polygon, float(place.random.normal(0, 15)))
        wrong = number > RECORDS - WRONG_RECORDS
        heading = place.random.uniform(0, 2 * math.pi)
        moved = 1_500.0 * np.array([math.cos(heading), math.sin(heading)]) if wrong else place.random.normal(0, 30, 2)
        origin = line.min(axis=0) - 200
        corners = np.array([[0, 0], [1, 0], [1, 1], [0, 1]]) * (line.max(axis=0) - origin + 200) + origin
        lonlat = np.column_stack(AZE.inverse(*(corners + moved).T.copy()))
        control = [
            {"x": float(x), "y": float(y), "lon": round(float(lon), 7), "lat": round(float(lat), 7)}
            for (x, y), (lon, lat) in zip(((corners - origin) / 10).round(1), lonlat, strict=True)
        ]
        yield {
            "record": f"SYN-MF-{number:02}",
            "issuer": f"invented unit {1 + number % 2} (synthetic)",
            "issued": "1994-05-01",
            "rows": [{"name": "A", "points": ((line - origin) / 10).round(1).tolist()}],
            "attempts": [{"name": "by four corners", "datum_operation": "wgs84", "control": control}],
        }
