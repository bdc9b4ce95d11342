"""The land and its country as layers of vector tiles: what is drawn, and with which attributes.

``faces``: every face of recorded land with ``status`` (the land as such: ``cha`` or ``sha`` while a class is open, else
how it was last released), ``mine``, ``erw``, ``area`` (hazardous area), ``since`` (ISO date), ``handed_over``.
``borders``: the lines between land of different status, with the worse of the two. Land without a record is in no
layer: it is unknown, and the map's ground says so. Edges are straight in the national equal-area CRS.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from torpaq.geo.crs import NationalCrs
from torpaq.geo.tiles.encoder import Geometry, TileLayer, encode_tile, mercator_unit
from torpaq.land.live import LiveLand
from torpaq.land.parts import Part
from torpaq.land.rules import NONE, STATUSES, is_open
from torpaq.standard.country import Country

UM_PER_M = 1_000_000
STATUS_NAMES = tuple(status.value if status else "" for status in STATUSES)
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Number = TypeVar("Number", bound=np.generic)
NO_NUMBERS: Ints = np.empty(0, np.int64)
NO_PAIRS: Ints = np.empty((0, 2), np.int64)
NO_POINTS: Floats = np.empty((0, 2), np.float64)


@dataclass(frozen=True, slots=True)
class Ground:
    """The geometry of a land's faces and of the edges between them, whatever their status: made once a ledger.

    ``chosen`` lists, by part, the part's living faces, which are the features of ``faces`` in the same order. Edge e
    runs from ``points[edges[e, 0]]`` to ``points[edges[e, 1]]`` (unit Mercator) and has the features ``sides[e]`` left
    and right of it, -1 for land without a record; ``edges_of[edge_offsets[f]:edge_offsets[f + 1]]`` are feature f's.
    """

    faces: TileLayer
    chosen: tuple[Ints, ...]
    points: Floats
    edges: Ints
    sides: Ints
    edges_of: Ints
    edge_offsets: Ints


@dataclass(frozen=True, slots=True)
class Scene:
    """What a map shows at one moment: the ground, its faces with attributes, and each face's status as land."""

    ground: Ground
    faces: TileLayer
    status: Ints


def ground_of(land: LiveLand, crs: NationalCrs) -> Ground:
    """Gather the living faces of every part and their edges in unit Mercator."""
    pieces, points, edges, sides, chosen = [], [], [], [], []
    first_feature = first_point = 0
    for place, part in enumerate(land.parts):
        living = np.flatnonzero(land.living(place)).astype(np.int64)
        coords = unit_coords(part, crs)
        pieces.append(_polygons(part, living, coords))
        feature_of = np.full(part.faces.n_faces + 1, -1, np.int64)  # one more, so that the outside (-1) finds -1
        feature_of[living] = np.arange(first_feature, first_feature + len(living))
        between = feature_of[part.faces.edges[:, 2:]]
        kept = (between >= 0).any(axis=1)
        points.append(coords)
        edges.append(part.faces.edges[kept, :2].astype(np.int64) + first_point)
        sides.append(between[kept])
        chosen.append(living)
        first_feature, first_point = first_feature + len(living), first_point + len(coords)
    both = _joined(sides, NO_PAIRS)
    feature, edge = both.T.ravel(), np.tile(np.arange(len(both), dtype=np.int64), 2)
    order = np.argsort(feature, kind="stable")[np.count_nonzero(feature < 0) :]
    counts = np.bincount(feature[order], minlength=first_feature)
    layer = _layer("faces", Geometry.POLYGON, pieces)
    vertices, ends = _joined(points, NO_POINTS), _joined(edges, NO_PAIRS)
    return Ground(layer, tuple(chosen), vertices, ends, both, edge[order], _offsets(counts))


def scene_of(land: LiveLand, ground: Ground, on: date | None, known_on: date | None) -> Scene:
    """Fold the land on a date as known on a date and dress its faces with what they are."""
    status, since, handed = _states(land, ground, on, known_on)
    combined, deciding = _land_status(land, status, since)
    faces = replace(ground.faces, columns=_face_columns(land, status, combined, deciding, handed))
    faces.__dict__["measures"] = ground.faces.measures  # the same geometry: no need to measure it for every date
    return Scene(ground, faces, combined)


def tile_of(scene: Scene, z: int, x: int, y: int, with_borders: bool) -> bytes:
    """Encode one tile: the faces that have a status and, if asked, the lines between those of different status."""
    found = scene.ground.faces.index.tile(z, x, y)
    drawn = found[scene.status[found] > NONE]
    if not with_borders or not len(found):
        return encode_tile([scene.faces], z, x, y, [drawn])
    borders = _borders(scene, found)
    return encode_tile([scene.faces, borders], z, x, y, [drawn, np.arange(len(borders.ids), dtype=np.int64)])


def _borders(scene: Scene, found: Ints) -> TileLayer:
    """Return the lines around and between these faces where the status changes, with the worse of the two."""
    ground = scene.ground
    edge = np.unique(ground.edges_of[_ranges(ground.edge_offsets[found], ground.edge_offsets[found + 1])])
    left, right = (np.where(side >= 0, scene.status[side], NONE) for side in ground.sides[edge].T)
    edge, left, right = (values[left != right] for values in (edge, left, right))
    worse = np.where(_rank(left) >= _rank(right), left, right)
    lines = ground.points[ground.edges[edge]].reshape(-1, 2)
    starts = np.arange(len(edge) + 1, dtype=np.int64)
    columns = {"status": (worse, STATUS_NAMES)}
    return TileLayer("borders", Geometry.LINE, lines, 2 * starts, starts, edge.astype(np.uint64), columns)


def context_layers(country: Country) -> tuple[TileLayer, TileLayer, TileLayer]:
    """Return the country's own layers: ``units`` (polygons), ``unit_labels`` and ``places`` (points).

    Attributes: ``code``, ``kind``, ``az``, ``en``, ``ru``; places have ``name`` and ``population``.
    """
    codes = list(country.boundaries)
    rings = [
        [np.array(ring, np.float64)[:-1] for polygon in country.boundaries[code] for ring in polygon] for code in codes
    ]
    columns: dict[str, Sequence[str | int]] = {
        "code": codes,
        "kind": [country.unit(code).kind for code in codes],
        **{name: [country.unit(code).names[name] for code in codes] for name in ("az", "en", "ru")},
    }
    labels = np.array([_label_point(of_unit) for of_unit in rings]).reshape(-1, 2)
    units = _lonlat_layer("units", Geometry.POLYGON, rings, columns)
    unit_labels = _lonlat_layer("unit_labels", Geometry.POINT, [[point[None]] for point in labels], columns)
    towns = sorted(country.places, key=lambda place: -place.population)
    place_columns: dict[str, Sequence[str | int]] = {
        "name": [place.name for place in towns],
        "population": [place.population for place in towns],
    }
    points = [[np.array([[place.lon, place.lat]])] for place in towns]
    return units, unit_labels, _lonlat_layer("places", Geometry.POINT, points, place_columns)


def unit_coords(part: Part, crs: NationalCrs) -> Floats:
    """Return a part's vertices in unit Mercator."""
    x_m, y_m = (part.faces.vertices_um / UM_PER_M).T
    lon, lat = crs.inverse(np.ascontiguousarray(x_m), np.ascontiguousarray(y_m))
    return np.column_stack(mercator_unit(lon, lat))


def _polygons(part: Part, faces: Ints, coords: Floats) -> tuple[Floats, Ints, Ints]:
    """Return points, points a ring and rings a face of some faces of a part, in their order."""
    rings = _ranges(part.faces.face_rings[faces], part.faces.face_rings[faces + 1])
    points = _ranges(part.faces.ring_offsets[rings], part.faces.ring_offsets[rings + 1])
    ring_sizes = np.diff(part.faces.ring_offsets)[rings]
    return coords[part.faces.ring_vertices[points]], ring_sizes, np.diff(part.faces.face_rings)[faces]


def _ranges(starts: Ints, ends: Ints) -> Ints:
    """Return start, start + 1 … end - 1 of every pair, one after another."""
    sizes = ends - starts
    before = np.cumsum(sizes) - sizes
    return np.repeat(starts - before, sizes) + np.arange(int(sizes.sum()), dtype=np.int64)


def _layer(name: str, geometry: Geometry, pieces: list[tuple[Floats, Ints, Ints]]) -> TileLayer:
    """Join pieces (points, points a ring, rings a feature) into one layer without attributes."""
    coords = _joined([piece[0] for piece in pieces], NO_POINTS)
    ring_offsets = _offsets(_joined([piece[1] for piece in pieces], NO_NUMBERS))
    feature_rings = _offsets(_joined([piece[2] for piece in pieces], NO_NUMBERS))
    ids = np.arange(len(feature_rings) - 1, dtype=np.uint64)
    return TileLayer(name, geometry, coords, ring_offsets, feature_rings, ids)


def _lonlat_layer(
    name: str, geometry: Geometry, features: Sequence[Sequence[Floats]], columns: Mapping[str, Sequence[str | int]]
) -> TileLayer:
    """Return a layer of features given as rings of (lon, lat), with one value a feature and column."""
    pieces = [
        (
            np.column_stack(mercator_unit(*np.concatenate(rings).T)),
            np.array([len(r) for r in rings]),
            np.array([len(rings)]),
        )
        for rings in features
    ]
    layer = _layer(name, geometry, pieces)
    return replace(layer, columns={key: _column(values) for key, values in columns.items()})


def _column(values: Sequence[str | int]) -> tuple[Ints, list[str | int]]:
    """Return the code of each value, and the distinct values in the order they first occur."""
    distinct: dict[str | int, int] = {}
    codes = [distinct.setdefault(value, len(distinct)) for value in values]
    return np.array(codes, np.int64), list(distinct)


def _label_point(rings: list[Floats]) -> Floats:
    """Return the centroid of the largest ring, degrees (shoelace): good enough to hang a name on."""
    ring = max(rings, key=lambda r: abs(_area2(r)))
    x, y = ring.T
    cross = x * np.roll(y, -1) - np.roll(x, -1) * y
    total = 3 * cross.sum()
    return np.array([((x + np.roll(x, -1)) * cross).sum() / total, ((y + np.roll(y, -1)) * cross).sum() / total])


def _area2(ring: Floats) -> float:
    x, y = ring.T
    return float((x * np.roll(y, -1) - np.roll(x, -1) * y).sum())


def _states(
    land: LiveLand, ground: Ground, on: date | None, known_on: date | None
) -> tuple[NDArray[np.int8], Ints, Ints]:
    """Fold every feature: status and deciding entry by class, and the entry that handed it over."""
    active = land.book.active(on, known_on)
    states = [land.states(place, faces, active) for place, faces in enumerate(ground.chosen)]
    return (
        _joined([state.status for state in states], NO_PAIRS.astype(np.int8)),
        _joined([state.since for state in states], NO_PAIRS),
        _joined([state.handed_over for state in states], NO_NUMBERS),
    )


def _land_status(land: LiveLand, status: NDArray[np.int8], since: Ints) -> tuple[Ints, Ints]:
    """Return each feature's status as land and the entry that made it so.

    CHA or SHA while a class is open; otherwise the later of the two releases.
    """
    order = land.book.order(np.arange(len(land.book), dtype=np.int64))
    turn = np.empty(len(order) + 1, np.int64)
    turn[order], turn[-1] = np.arange(len(order)), -1  # entry -1 (none) comes before every other
    rank = _rank(status.astype(np.int64))
    first = (rank[:, 0] > rank[:, 1]) | ((rank[:, 0] == rank[:, 1]) & (turn[since[:, 0]] >= turn[since[:, 1]]))
    return np.where(first, status[:, 0], status[:, 1]).astype(np.int64), np.where(first, since[:, 0], since[:, 1])


def _rank(status: Ints) -> Ints:
    """Order statuses by weight: CHA, SHA, any release, none."""
    weight = np.array([0 if s == NONE else (s + 1 if is_open(s) else 1) for s in range(len(STATUSES))], np.int64)
    return weight[status]


def _face_columns(
    land: LiveLand, status: NDArray[np.int8], combined: Ints, deciding: Ints, handed: Ints
) -> dict[str, tuple[Ints, list[str] | tuple[str, ...] | tuple[bool, bool]]]:
    """Return the attributes of the faces; a class without a record is absent, never "safe"."""
    mine, erw = (np.where(status[:, c] == NONE, -1, status[:, c]).astype(np.int64) for c in (0, 1))
    days, day_of = np.unique(land.book.effective[deciding] if len(land.book) else deciding, return_inverse=True)
    area = land.book.columns[3][deciding].astype(np.int64) if len(land.book) else deciding
    recorded = deciding >= 0
    return {
        "status": (combined, STATUS_NAMES),
        "mine": (mine, STATUS_NAMES),
        "erw": (erw, STATUS_NAMES),
        "area": (np.where(recorded, area, -1), land.book.areas),
        "since": (np.where(recorded, day_of, -1), [date.fromordinal(max(1, int(day))).isoformat() for day in days]),
        "handed_over": (np.where(handed >= 0, 1, -1), (False, True)),
    }


def _offsets(sizes: Ints) -> Ints:
    return np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)


def _joined(arrays: Sequence[NDArray[Number]], nothing: NDArray[Number]) -> NDArray[Number]:
    """Concatenate, also where there are none: ``nothing`` has the right shape and kind."""
    return np.concatenate([nothing, *arrays])
