"""From a feature in unit Mercator to what a tile shows of it, and on to bytes.

What is too small or too thin to be seen is drawn larger than it is, never left out: somebody who looks at the whole
country must see that there is a hazard.

* A polygon under one screen pixel (8 tile units on a 512-pixel tile) whose sides are both under two pixels becomes a
  diamond two pixels wide, placed on the grid of pixels. Diamonds with the same attributes in the same pixel are drawn
  once.
* A polygon whose mean width (2 area / perimeter) would vanish in rounding is thickened to about one pixel along its
  whole length; its holes are left out.
* Any other polygon that rounding makes vanish becomes a diamond as well, where it lies wholly in the tile.

Below :data:`DETAIL_ZOOM` coordinates are rounded to half a screen pixel. Unlike Douglas–Peucker this moves a point
the same way whichever feature it belongs to, so neighbours' common borders stay common and tiles meet at their seams.
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from torpaq.geo.tiles.clip import clip_lines, clip_rings, thickened
from torpaq.geo.tiles.rings import clean_ring, valid_rings
from torpaq.geo.tiles.wire import EXTENT, LINE, POINT, POLYGON, commands, write_feature

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

BUFFER = 64
DETAIL_ZOOM = 12
PIXEL = 8  # tile units
_COARSE_GRID = 4
_CELLS = (EXTENT + 2 * BUFFER) // PIXEL + 1


@njit(nogil=True, cache=True)
def measures(coords: Floats, ring_offsets: Ints, feature_rings: Ints) -> tuple[Floats, Floats]:
    """Return per feature its bounds (n, 4) and its area and perimeter (n, 2), in unit Mercator; NaN where empty.

    The area is the sum of signed ring areas: holes must be wound against shells.
    """
    count = len(feature_rings) - 1
    bounds, sizes = np.full((count, 4), np.nan), np.zeros((count, 2))
    for feature in range(count):
        for ring in range(feature_rings[feature], feature_rings[feature + 1]):
            first, end = ring_offsets[ring], ring_offsets[ring + 1]
            previous = end - 1
            for i in range(first, end):
                dx, dy = coords[i, 0] - coords[previous, 0], coords[i, 1] - coords[previous, 1]
                sizes[feature, 0] += (coords[previous, 0] - coords[first, 0]) * dy
                sizes[feature, 0] -= (coords[previous, 1] - coords[first, 1]) * dx
                sizes[feature, 1] += np.hypot(dx, dy)
                previous = i
                for axis in range(2):
                    bounds[feature, axis] = np.fmin(bounds[feature, axis], coords[i, axis])
                    bounds[feature, axis + 2] = np.fmax(bounds[feature, axis + 2], coords[i, axis])
        sizes[feature, 0] = abs(sizes[feature, 0]) / 2
    return bounds, sizes


@njit(nogil=True, cache=True)
def encode_features(
    coords: Floats,
    ring_offsets: Ints,
    feature_rings: Ints,
    bounds: Floats,
    sizes: Floats,
    selection: Ints,
    ids: NDArray[np.uint64],
    tags: Ints,
    kind: int,
    tile: tuple[int, int, int],
) -> NDArray[np.uint8]:
    """Return the selected features of a layer as ``Tile.Layer.features`` fields, in the order of the selection.

    ``tags`` (selected, columns) holds the local value index of each attribute, -1 where absent.
    """
    out = np.empty(4096, np.uint8)
    at = int(np.int64(0))  # not a literal, for which numba would compile every callee once more
    diamonds = np.zeros((2 * len(selection) + 1, 2), np.int64)
    scale = EXTENT * 2.0 ** tile[0]
    box = np.empty(4, np.float64)
    for k in range(len(selection)):
        feature = selection[k]
        first_ring, end_ring = feature_rings[feature], feature_rings[feature + 1]
        if first_ring == end_ring:
            continue
        for axis in range(4):
            box[axis] = bounds[feature, axis] * scale - tile[1 + axis % 2] * float(EXTENT)
        if kind == POLYGON and _is_dot(box, sizes[feature, 0] * scale**2):
            points, ends = _diamond(box, diamonds, tags, k)
        else:
            offsets = ring_offsets[first_ring : end_ring + 1]
            area, perimeter = sizes[feature, 0] * scale**2, sizes[feature, 1] * scale
            whole = _is_within(box)
            placed = _in_tile(coords, offsets, tile)
            points, ends = _on_grid(placed, _ends(offsets), kind, tile[0], area, perimeter, whole)
            if kind == POLYGON and len(ends) == 0 and whole:
                points, ends = _diamond(box, diamonds, tags, k)
        if len(ends):
            geometry = commands(points, ends, kind)
            out, at = write_feature(out, at, ids[feature], _tag_pairs(tags[k]), kind, geometry)
    return out[:at]


@njit(nogil=True, cache=True)
def _in_tile(coords: Floats, offsets: Ints, tile: tuple[int, int, int]) -> Floats:
    """Return the feature's points in tile units."""
    side = 2.0 ** tile[0]
    points = np.empty((offsets[-1] - offsets[0], 2), np.float64)
    for i in range(len(points)):
        points[i, 0] = (coords[offsets[0] + i, 0] * side - tile[1]) * EXTENT
        points[i, 1] = (coords[offsets[0] + i, 1] * side - tile[2]) * EXTENT
    return points


@njit(nogil=True, cache=True)
def _ends(offsets: Ints) -> Ints:
    ends = np.empty(len(offsets) - 1, np.int64)
    for i in range(len(ends)):
        ends[i] = offsets[i + 1] - offsets[0]
    return ends


@njit(nogil=True, cache=True)
def _is_within(box: Floats) -> bool:
    return bool(min(box[0], box[1]) >= -BUFFER and max(box[2], box[3]) <= EXTENT + BUFFER)


@njit(nogil=True, cache=True)
def _is_dot(box: Floats, area: float) -> bool:
    return bool(area < PIXEL**2 and box[2] - box[0] < 2 * PIXEL and box[3] - box[1] < 2 * PIXEL)


@njit(nogil=True, cache=True)
def _diamond(box: Floats, diamonds: Ints, tags: Ints, k: int) -> tuple[Ints, Ints]:
    """Return the diamond for a dot, or nothing where one of the same attributes is drawn there or it is outside.

    ``diamonds`` is a table hashed by pixel: the pixel's number, and the last selected feature drawn there plus one.
    """
    column = int(np.floor((box[0] + box[2]) / 2 + BUFFER)) // PIXEL
    row = int(np.floor((box[1] + box[3]) / 2 + BUFFER)) // PIXEL
    points, ends = np.empty((4, 2), np.int64), np.full(1, 4)
    pixel = row * _CELLS + column
    slot = pixel % len(diamonds)
    while diamonds[slot, 1] and diamonds[slot, 0] != pixel:
        slot = (slot + 1) % len(diamonds)
    is_outside = min(row, column) < 0 or max(row, column) >= _CELLS
    if is_outside or _is_same(tags, diamonds[slot, 1] - 1, k):
        return points[:0], ends[:0]
    diamonds[slot, 0], diamonds[slot, 1] = pixel, k + 1
    for i in range(4):  # above, right, below, left
        points[i, 0] = column * PIXEL - BUFFER + PIXEL // 2 + PIXEL * (i % 2) * (2 - i)
        points[i, 1] = row * PIXEL - BUFFER + PIXEL // 2 + PIXEL * ((i + 1) % 2) * (i - 1)
    return points, ends


@njit(nogil=True, cache=True)
def _is_same(tags: Ints, last: int, k: int) -> bool:
    """Say whether there is a last feature and it has the attributes of feature k."""
    if last < 0:
        return False
    is_same = True
    for column in range(tags.shape[1]):
        is_same = is_same and tags[last, column] == tags[k, column]
    return is_same


@njit(nogil=True, cache=True)
def _on_grid(
    points: Floats, ends: Ints, kind: int, zoom: int, area: float, perimeter: float, whole: bool
) -> tuple[Ints, Ints]:
    """Clip to the buffered tile and round, so that polygons are valid.

    ``area`` and ``perimeter`` are the feature's; ``whole`` says that it lies in the buffered tile.
    """
    grid = 1 if zoom >= DETAIL_ZOOM else _COARSE_GRID
    low, high = -float(BUFFER), float(EXTENT + BUFFER)
    if kind == POINT:
        return _points_on_grid(points, low, high)
    if kind == LINE:
        points, ends = clip_lines(points, ends, low, high)
        rounded, rounded_ends = _rounded(points, ends, grid, kind)
    else:
        width = 2 * area / perimeter if perimeter > 0.0 else 0.0
        if width < grid:
            points, ends = thickened(points, ends, (PIXEL - width) / 2)
        if not whole or width < grid:
            points, ends = clip_rings(points, ends, low, high)
        rounded, rounded_ends = _rounded(points, ends, grid, kind)
        if len(rounded_ends):
            rounded, rounded_ends = valid_rings(rounded, rounded_ends)
    for i in range(len(rounded)):
        rounded[i, 0] *= grid
        rounded[i, 1] *= grid
    return rounded, rounded_ends


@njit(nogil=True, cache=True)
def _points_on_grid(points: Floats, low: float, high: float) -> tuple[Ints, Ints]:
    kept = np.empty((len(points), 2), np.int64)
    size = 0
    for x, y in points:
        if low <= x < high and low <= y < high:
            kept[size, 0], kept[size, 1] = int(np.floor(x + 0.5)), int(np.floor(y + 0.5))
            size += 1
    return kept[:size], np.full(min(size, 1), size)


@njit(nogil=True, cache=True)
def _rounded(points: Floats, ends: Ints, grid: int, kind: int) -> tuple[Ints, Ints]:
    """Round to the grid (halves upwards, alike in every tile), clean, and drop parts of which too little is left.

    Rings lose repeated points, points in line and spikes; lines lose repeated points.
    """
    out, out_ends = np.empty((len(points), 2), np.int64), np.empty(len(ends), np.int64)
    size = parts = first = 0
    for end in ends:
        for i in range(first, end):
            for axis in range(2):
                out[size + i - first, axis] = int(np.floor(points[i, axis] / grid + 0.5))
        part = out[size : size + end - first]
        first = end
        length = clean_ring(part) if kind == POLYGON else _drop_repeats(part)
        if length > 1:
            size += length
            out_ends[parts] = size
            parts += 1
    return out[:size], out_ends[:parts]


@njit(nogil=True, cache=True)
def _drop_repeats(line: Ints) -> int:
    """Drop repeated points of a line in place and return how many points are left."""
    size = 0
    for x, y in line:
        if size == 0 or line[size - 1, 0] != x or line[size - 1, 1] != y:
            line[size, 0], line[size, 1] = x, y
            size += 1
    return size


@njit(nogil=True, cache=True)
def _tag_pairs(tags: Ints) -> Ints:
    """Return key index, value index, and so on, of the attributes that are present."""
    pairs = np.empty(2 * len(tags), np.int64)
    size = 0
    for key in range(len(tags)):
        if tags[key] >= 0:
            pairs[size], pairs[size + 1] = key, tags[key]
            size += 2
    return pairs[:size]
