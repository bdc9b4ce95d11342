"""Zipped Shapefiles (ESRI, July 1998): geometry read strictly, rings put together by the way they run, nothing closed.

One zip may hold several, in folders; each needs its ``.shp``, ``.dbf`` and ``.prj``; no index (``.shx``).
"""

import struct
from collections.abc import Iterator
from pathlib import PurePosixPath

import numpy as np
import shapely
from numpy.typing import NDArray

from torpaq.geo.area import shoelace_m2
from torpaq.geo.crs import Floats
from torpaq.geo.files.archive import Archive
from torpaq.geo.files.dbf import Table, code_page
from torpaq.geo.files.layer_parts import MOST_RINGS, Budget, GeometryKind, RawFeature, RawGeometry, RawLayer, Refusal

FILE_CODE = 9994
HEADER_BYTES = 100
NULL, POINT, POLYLINE, POLYGON, MULTIPOINT, MULTIPATCH = 0, 1, 3, 5, 8, 31
PLAIN_KINDS = {
    **{kind: kind for kind in (NULL, POINT, POLYLINE, POLYGON, MULTIPOINT)},
    **{kind + 10: kind for kind in (POINT, POLYLINE, POLYGON, MULTIPOINT)},  # with heights
    **{kind + 20: kind for kind in (POINT, POLYLINE, POLYGON, MULTIPOINT)},  # with measures
}
NEEDED = (".shp", ".dbf")
LONGEST_PRJ = 20_000


def shapefile_names(archive: Archive) -> list[dict[str, str]]:
    """Return, for each Shapefile of a zip, the entry of each of its endings; the base names decide what is together."""
    found: dict[str, dict[str, str]] = {}
    for name in archive.names:
        path = PurePosixPath(name)
        found.setdefault(str(path.with_suffix("")).casefold(), {})[path.suffix.lower()] = name
    return [endings for endings in found.values() if ".shp" in endings or ".dbf" in endings]


def read_shapefile(archive: Archive, names: dict[str, str], title: str, budget: Budget) -> RawLayer:
    """Read one Shapefile as a layer. Raises :class:`Refusal` where a file is missing, damaged or does not fit."""
    for ending in NEEDED:
        if ending not in names:
            raise Refusal("shapefile_part_missing", ending=ending)
    if ".prj" not in names:
        raise Refusal("shapefile_without_prj")
    encoding = code_page(archive.read(names[".cpg"])) if ".cpg" in names else ""
    table = Table(archive.read(names[".dbf"]), encoding, budget)
    crs = archive.read(names[".prj"])[:LONGEST_PRJ].decode("utf-8", "replace").strip()
    layer = RawLayer(title, table.columns, [], crs, table.refusals)
    records = list(_records(archive.read(names[".shp"])))
    if len(records) != table.rows:
        raise Refusal("shapefile_counts_differ", shapes=len(records), rows=table.rows)
    deleted = 0
    for content, feature in zip(records, table.features(), strict=True):
        if feature is None:
            deleted += 1
            continue
        _put_geometry(feature, content, budget)
        layer.features.append(feature)
    layer.columns = list(layer.features[0].attributes) if layer.features else layer.columns
    if deleted:
        layer.refusals.append(Refusal("shapefile_rows_deleted", count=deleted))
    return layer


def _records(data: bytes) -> Iterator[bytes]:
    """Yield the content of each record. Raises :class:`Refusal` where lengths and bytes do not agree."""
    if len(data) < HEADER_BYTES or struct.unpack_from(">I", data)[0] != FILE_CODE:
        raise Refusal("shapefile_shapes_damaged", reason=str(FILE_CODE))
    length = 2 * int(struct.unpack_from(">I", data, 24)[0])
    if length > len(data):
        raise Refusal("layers_file_truncated", bytes=len(data), expected=length)
    at = HEADER_BYTES
    while at + 8 <= length:
        size = 2 * int(struct.unpack_from(">I", data, at + 4)[0])
        if at + 8 + size > length or size < 4:
            raise Refusal("shapefile_shapes_damaged", reason=f"{at}: {size}")
        yield data[at + 8 : at + 8 + size]
        at += 8 + size


def _put_geometry(feature: RawFeature, content: bytes, budget: Budget) -> None:
    try:
        feature.geometry = _geometry(content, feature)
    except Refusal as refusal:
        feature.refusals.append(refusal)
    if feature.geometry:
        budget.points(sum(map(len, feature.geometry.rings)))


def _geometry(content: bytes, feature: RawFeature) -> RawGeometry | None:
    (code,) = struct.unpack_from("<I", content)
    kind = PLAIN_KINDS.get(code)
    heights = code > 10
    if code == MULTIPATCH:
        raise Refusal("layer_geometry_unknown", kind="MultiPatch")
    if kind is None:
        raise Refusal("geometry_unreadable")
    if kind == NULL:
        return None
    if kind == POINT:
        return RawGeometry(GeometryKind.POINT, [[_points(content, 4, 1)]], heights=heights)
    if kind == MULTIPOINT:
        (count,) = _integers(content, 36, 1)
        points = _points(content, 40, int(count))
        return RawGeometry(GeometryKind.POINT, [[point.reshape(1, 2)] for point in points], multi=True, heights=heights)
    rings = _rings(content)
    if kind == POLYLINE:
        return RawGeometry(GeometryKind.LINE, [[ring] for ring in rings], multi=len(rings) > 1, heights=heights)
    parts = _polygons(rings, feature)
    return RawGeometry(GeometryKind.POLYGON, parts, multi=len(parts) > 1, heights=heights)


def _integers(content: bytes, at: int, count: int) -> NDArray[np.int32]:
    if count < 0 or at + 4 * count > len(content):
        raise Refusal("geometry_unreadable")
    return np.frombuffer(content, dtype="<i4", count=count, offset=at)


def _points(content: bytes, at: int, count: int) -> Floats:
    if count < 0 or at + 16 * count > len(content):
        raise Refusal("geometry_unreadable")
    return np.frombuffer(content, dtype="<f8", count=2 * count, offset=at).reshape(count, 2).astype(np.float64)


def _rings(content: bytes) -> list[Floats]:
    """Return the parts of a polyline or polygon record, each as many points as the record says."""
    part_count, point_count = (int(number) for number in _integers(content, 36, 2))
    starts = _integers(content, 44, part_count).tolist()
    points = _points(content, 44 + 4 * part_count, point_count)
    ends = [*starts, point_count][1:]
    begins_late = bool(starts) and starts[0] != 0
    if begins_late or any(not 0 <= start < end <= point_count for start, end in zip(starts, ends, strict=True)):
        raise Refusal("geometry_unreadable")
    return [points[start:end] for start, end in zip(starts, ends, strict=True)]


def _polygons(rings: list[Floats], feature: RawFeature) -> list[list[Floats]]:
    """Put rings together: a clockwise ring is a shell, another a hole of the smallest shell around it.

    A counter-clockwise ring that lies in no shell is read as a shell itself, and said so: only the way it runs is odd.
    """
    if len(rings) > MOST_RINGS:
        raise Refusal("layer_too_many_rings", rings=len(rings), limit=MOST_RINGS)
    if len(rings) < 2:
        return [rings] if rings else []
    areas = [shoelace_m2(ring) if np.isfinite(ring).all() else 0.0 for ring in rings]
    shells = [number for number, area in enumerate(areas) if area <= 0]
    parts = {number: [rings[number]] for number in shells}
    shapes = {number: _closed_polygon(rings[number]) for number in shells}
    for number in (number for number, area in enumerate(areas) if area > 0):
        around = [
            shell
            for shell in shells
            if shapes[shell] is not None and shapely.intersects_xy(shapes[shell], *rings[number].T).any()
        ]
        if around:
            parts[min(around, key=lambda shell: abs(areas[shell]))].append(rings[number])
        else:
            parts[number] = [rings[number]]
            feature.refusals.append(Refusal("shapefile_ring_runs_wrong", ring=number + 1))
    return [parts[number] for number in sorted(parts)]


def _closed_polygon(ring: Floats) -> shapely.Geometry | None:
    """Return a shell to test against; None where it is no ring, which the checks of the polygon will say."""
    if len(ring) < 4 or not np.isfinite(ring).all() or (ring[0] != ring[-1]).any():
        return None
    return shapely.polygons(ring)
