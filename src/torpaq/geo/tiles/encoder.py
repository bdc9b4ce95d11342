"""Vector tiles (Mapbox Vector Tile 2.1) from flat arrays: Web Mercator z/x/y, extent 4096, buffer 64.

Every polygon of a tile is valid (:mod:`torpaq.geo.tiles.rings` says why) and no hazard is too small to be seen
(:mod:`torpaq.geo.tiles.draw` says how). Unit Mercator is Web Mercator (EPSG:3857) with the world as the square
[0, 1)², x east from the date line, y south from 85.0511°N; tile z/x/y covers [x, x + 1) / 2^z by [y, y + 1) / 2^z.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from functools import cached_property

import numpy as np
from numba import njit
from numpy.typing import NDArray

from torpaq.geo.tiles.draw import encode_features, measures
from torpaq.geo.tiles.index import TileIndex
from torpaq.geo.tiles.wire import Value, layer_message, value_field

__all__ = ["Geometry", "TileIndex", "TileLayer", "encode_tile", "mercator_unit"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Geometry(IntEnum):
    """What the features of a layer are (``Tile.GeomType``)."""

    POINT = 1
    LINE = 2
    POLYGON = 3


@dataclass(frozen=True)
class TileLayer:
    """The features of one layer of a data set, ready for any tile.

    ``coords`` (points, 2) float64, unit Mercator. Ring r (or line, or group of points) is
    ``coords[ring_offsets[r] : ring_offsets[r + 1]]``, not closed; feature f has the rings from ``feature_rings[f]``
    to ``feature_rings[f + 1]``. A polygon is the area inside its rings by the even-odd rule; its first ring is a
    shell, and holes are wound against shells, as in :class:`torpaq.geo.shape.Shape`. ``ids`` uint64. ``columns``: for
    each attribute one code a feature and the values they stand for; code -1 is "absent".
    """

    name: str
    geometry: Geometry
    coords: Floats
    ring_offsets: Ints
    feature_rings: Ints
    ids: NDArray[np.uint64]
    columns: Mapping[str, tuple[Ints, Sequence[Value]]] = field(default_factory=dict)

    @cached_property
    def measures(self) -> tuple[Floats, Floats]:
        """Bounds (features, 4), and area with perimeter (features, 2), in unit Mercator."""
        return measures(self.coords, self.ring_offsets, self.feature_rings)

    @cached_property
    def index(self) -> TileIndex:
        """The index of the features' bounds; its ``tile(z, x, y)`` gives the selection for :func:`encode_tile`."""
        return TileIndex(self.measures[0])

    @cached_property
    def value_fields(self) -> list[list[bytes]]:
        """The values of each column as fields of the layer."""
        return [[value_field(value) for value in values] for _, values in self.columns.values()]


def encode_tile(layers: Sequence[TileLayer], z: int, x: int, y: int, selections: Sequence[Ints] | None = None) -> bytes:
    """Return the tile z/x/y of the layers' selected features, in the order of each selection; nothing gives ``b""``.

    ``selections``: for each layer the features to draw, such as its index finds for the tile; by default just
    those. Features outside the tile cost a little and show nothing. Raises ``ValueError`` for a tile that does not
    exist.
    """
    if not (0 <= z <= 30 and 0 <= x < 2**z and 0 <= y < 2**z):
        raise ValueError(f"there is no tile {z}/{x}/{y}")
    if selections is None:
        selections = [layer.index.tile(z, x, y) for layer in layers]
    parts = [_encode_layer(layer, (z, x, y), chosen) for layer, chosen in zip(layers, selections, strict=True)]
    return b"".join(parts)


def compile_kernels() -> None:
    """Compile and cache what encoding needs (about half a minute, once after a change): one small tile of each kind."""
    ring = np.array([[0.2, 0.2], [0.7, 0.2], [0.7, 0.7], [0.2, 0.7]])
    for geometry, points in ((Geometry.POLYGON, 4), (Geometry.LINE, 4), (Geometry.POINT, 1)):
        offsets = np.array([0, points], np.int64)
        whole, column = np.array([0, 1], np.int64), {"kind": (np.zeros(1, np.int64), ("any",))}
        encode_tile([TileLayer("any", geometry, ring[:points], offsets, whole, np.ones(1, np.uint64), column)], 1, 0, 0)


def _encode_layer(layer: TileLayer, tile: tuple[int, int, int], selection: Ints) -> bytes:
    if len(selection) == 0:
        return b""
    selection = np.asarray(selection, np.int64)
    tags, values = _local_tags(layer, selection)
    bounds, sizes = layer.measures
    parts = (layer.coords, layer.ring_offsets, layer.feature_rings)
    features = encode_features(*parts, bounds, sizes, selection, layer.ids, tags, int(layer.geometry), tile)
    return layer_message(layer.name, features.tobytes(), list(layer.columns), values) if len(features) else b""


def _local_tags(layer: TileLayer, selection: Ints) -> tuple[Ints, list[bytes]]:
    """Return the tile's value index of each selected feature and column, and the values that occur, in wire form."""
    tags = np.empty((len(selection), len(layer.columns)), np.int64)
    values: list[bytes] = []
    for column, ((codes, _), messages) in enumerate(zip(layer.columns.values(), layer.value_fields, strict=True)):
        used = _local_codes(codes, selection, tags[:, column], len(messages), len(values))
        values += [messages[code] for code in used]
    return tags, values


@njit(nogil=True, cache=True)
def _local_codes(codes: Ints, selection: Ints, tags: Ints, value_count: int, base: int) -> Ints:
    """Fill one column of local tags, counted from ``base``, and return the codes in the order they first occur."""
    local = np.full(value_count, -1, np.int64)
    used = np.empty(min(value_count, len(selection)), np.int64)
    count = 0
    for k in range(len(selection)):
        code = codes[selection[k]]
        if code < 0:
            tags[k] = -1
            continue
        if local[code] < 0:
            local[code] = base + count
            used[count] = code
            count += 1
        tags[k] = local[code]
    return used[:count]


def mercator_unit(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """Return longitudes and latitudes in degrees (WGS 84) as x and y of unit Mercator (spherical, as EPSG:3857).

    Latitudes beyond ±85.06° lie outside the unit square.

    >>> mercator_unit(np.array([0.0]), np.array([0.0]))
    (array([0.5]), array([0.5]))
    """
    phi = np.radians(np.asarray(lat, np.float64))
    return np.asarray(lon, np.float64) / 360 + 0.5, 0.5 - np.arctanh(np.sin(phi)) / (2 * np.pi)
