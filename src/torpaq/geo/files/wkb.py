"""Well-known binary as GeoPackage stores it, read strictly: libraries close open rings without a word.

Clauses: OGC 06-103r4 §8.2 (WKB), ISO 13249-3 (Z, M, curves), OGC 12-128r19 §2.1.3 (GeoPackage's header before it).
"""

import struct

import numpy as np

from torpaq.geo.crs import Floats
from torpaq.geo.files.layer_parts import GeometryKind, RawGeometry, Refusal

EWKB_Z, EWKB_M, EWKB_SRID = 0x80000000, 0x40000000, 0x20000000
POINT, LINE, POLYGON, MULTIPOINT, MULTILINE, MULTIPOLYGON, COLLECTION = range(1, 8)
KINDS = {POINT: GeometryKind.POINT, LINE: GeometryKind.LINE, POLYGON: GeometryKind.POLYGON}
MULTI = {MULTIPOINT: POINT, MULTILINE: LINE, MULTIPOLYGON: POLYGON}
CURVES = {
    8: "CircularString",
    9: "CompoundCurve",
    10: "CurvePolygon",
    11: "MultiCurve",
    12: "MultiSurface",
    13: "Curve",
    14: "Surface",
    15: "PolyhedralSurface",
    16: "TIN",
    17: "Triangle",
}
ENVELOPES = (0, 32, 48, 48, 64)


def read_geopackage_blob(blob: bytes) -> RawGeometry | None:
    """Read a GeoPackage geometry: header, envelope (skipped) and WKB; None where it is marked empty.

    Raises :class:`Refusal` for damage, curves and collections.
    """
    if len(blob) < 8 or blob[:2] != b"GP":
        raise Refusal("geometry_unreadable")
    flags = blob[3]
    envelope = flags >> 1 & 7
    if flags & 0x20 or envelope >= len(ENVELOPES):
        raise Refusal("geometry_unreadable")
    return None if flags & 0x10 else read_wkb(blob[8 + ENVELOPES[envelope] :])


def read_wkb(data: bytes) -> RawGeometry:
    """Read a point, line or polygon, or several of one kind, from WKB, ISO or extended. Raises :class:`Refusal`."""
    reader = _Reader(data)
    code, dimensions = reader.header()
    if code in MULTI:
        parts = []
        for _ in range(reader.count(5)):
            part_code, part_dimensions = reader.header()
            if part_code != MULTI[code]:
                raise Refusal("geometry_unreadable")
            parts.append(reader.part(part_code, part_dimensions))
        return RawGeometry(KINDS[MULTI[code]], parts, multi=True, heights=dimensions > 2)
    return RawGeometry(KINDS[code], [reader.part(code, dimensions)], heights=dimensions > 2)


class _Reader:
    """Bytes read from front to back, in the byte order that each header names."""

    def __init__(self, data: bytes) -> None:
        self._data, self._at, self._order = data, 0, "<"

    def header(self) -> tuple[int, int]:
        """Return the kind (1 to 6) and the number of dimensions."""
        order = self._take(1)[0]
        if order > 1:
            raise Refusal("geometry_unreadable")
        self._order = "<" if order else ">"
        code = self._integer()
        dimensions = 2 + bool(code & EWKB_Z) + bool(code & EWKB_M)
        if code & EWKB_SRID:
            self._take(4)
        thousands, code = divmod(code & 0x1FFFFFFF, 1000)
        dimensions += (0, 1, 1, 2)[thousands] if thousands < 4 else 9
        if code == COLLECTION:
            raise Refusal("layer_geometry_collection")
        if code in CURVES:
            raise Refusal("layer_geometry_unknown", kind=CURVES[code])
        if (code not in KINDS and code not in MULTI) or dimensions > 4:
            raise Refusal("geometry_unreadable")
        return code, dimensions

    def part(self, code: int, dimensions: int) -> list[Floats]:
        """Return the rings of one part; a point and a line are one."""
        if code == POINT:
            return [self._points(1, dimensions)]
        if code == LINE:
            return [self._points(self.count(8 * dimensions), dimensions)]
        return [self._points(self.count(8 * dimensions), dimensions) for _ in range(self.count(4))]

    def count(self, least_bytes: int) -> int:
        """Return a number of things, each at least so long, that what is left can hold."""
        number = self._integer()
        if number * least_bytes > len(self._data) - self._at:
            raise Refusal("geometry_unreadable")
        return number

    def _points(self, count: int, dimensions: int) -> Floats:
        raw = np.frombuffer(self._take(8 * dimensions * count), dtype=f"{self._order}f8")
        return raw.reshape(count, dimensions)[:, :2].astype(np.float64)

    def _integer(self) -> int:
        return int(struct.unpack(f"{self._order}I", self._take(4))[0])

    def _take(self, length: int) -> bytes:
        taken = self._data[self._at : self._at + length]
        if len(taken) < length:
            raise Refusal("geometry_unreadable")
        self._at += length
        return taken
