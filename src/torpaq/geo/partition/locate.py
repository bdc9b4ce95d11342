"""Where a point lies among faces: exact point-in-polygon on micrometres, and a point inside each face."""

import numpy as np
from numpy.typing import NDArray

from torpaq.geo.partition.box_index import search_tree
from torpaq.geo.partition.exact import Ints, Ints32, compare_products, kernel


@kernel
def face_boxes(vertices: Ints, ring_vertices: Ints32, ring_offsets: Ints, face_rings: Ints) -> Ints:
    """Return (n_faces, 4) int64: x_min, y_min, x_max, y_max of each face's shell, µm."""
    boxes = np.empty((len(face_rings) - 1, 4), np.int64)
    for face in range(len(boxes)):
        shell = face_rings[face]
        first = ring_vertices[ring_offsets[shell]]
        boxes[face, 0] = boxes[face, 2] = vertices[first, 0]
        boxes[face, 1] = boxes[face, 3] = vertices[first, 1]
        for k in range(ring_offsets[shell], ring_offsets[shell + 1]):
            x, y = vertices[ring_vertices[k], 0], vertices[ring_vertices[k], 1]
            boxes[face, 0], boxes[face, 2] = min(boxes[face, 0], x), max(boxes[face, 2], x)
            boxes[face, 1], boxes[face, 3] = min(boxes[face, 1], y), max(boxes[face, 3], y)
    return boxes


@kernel
def locate_points(
    x_um: Ints, y_um: Ints, tree_boxes: Ints, levels: Ints, ids: Ints,
    vertices: Ints, ring_vertices: Ints32, ring_offsets: Ints, face_rings: Ints,
) -> Ints32:  # fmt: skip
    """Return the smallest face whose closed area has each point, −1 for none."""
    found = np.full(len(x_um), -1, np.int32)
    hits = np.empty(256, np.int64)
    for i in range(len(x_um)):
        x, y = x_um[i], y_um[i]
        hits, count = search_tree(tree_boxes, levels, ids, x, y, x, y, hits)
        best = -1
        for k in range(count):
            face = hits[k]
            if (best < 0 or face < best) and _has(face, x, y, vertices, ring_vertices, ring_offsets, face_rings):
                best = face
        found[i] = best
    return found


@kernel
def _has(
    face: int, x: int, y: int, vertices: Ints, ring_vertices: Ints32, ring_offsets: Ints, face_rings: Ints
) -> bool:
    inside = False
    for ring in range(face_rings[face], face_rings[face + 1]):
        last = ring_vertices[ring_offsets[ring + 1] - 1]
        ax, ay = vertices[last, 0], vertices[last, 1]
        for k in range(ring_offsets[ring], ring_offsets[ring + 1]):
            bx, by = vertices[ring_vertices[k], 0], vertices[ring_vertices[k], 1]
            if min(ay, by) <= y <= max(ay, by) and x <= max(ax, bx):
                side = compare_products(bx - ax, y - ay, by - ay, x - ax)
                if side == 0 and x >= min(ax, bx):
                    return True
                if (ay > y) != (by > y) and (side > 0) == (by > ay):
                    inside = not inside
            ax, ay = bx, by
    return inside


@kernel
def inner_points(
    faces: Ints, vertices: Ints, ring_vertices: Ints32, ring_offsets: Ints, face_rings: Ints
) -> NDArray[np.float64]:
    """Return (n, 2) metres: the middle of each face's widest stretch on a line across it from west to east.

    The line runs midway between two neighbouring heights of vertices near the middle of the shell, so it meets none.
    Inside every face wider than a micrometre there.
    """
    points = np.empty((len(faces), 2))
    for i in range(len(faces)):
        y = _height_between(faces[i], vertices, ring_vertices, ring_offsets, face_rings)
        size = ring_offsets[face_rings[faces[i] + 1]] - ring_offsets[face_rings[faces[i]]]
        crossings, count = np.empty(size), 0
        for ring in range(face_rings[faces[i]], face_rings[faces[i] + 1]):
            a = ring_vertices[ring_offsets[ring + 1] - 1]
            for k in range(ring_offsets[ring], ring_offsets[ring + 1]):
                b = ring_vertices[k]
                ay, by = float(vertices[a, 1]), float(vertices[b, 1])
                if (ay > y) != (by > y):
                    ax, bx = float(vertices[a, 0]), float(vertices[b, 0])
                    crossings[count] = ax + (y - ay) / (by - ay) * (bx - ax)
                    count += 1
                a = b
        _sort(crossings, count)
        x, widest = float(vertices[ring_vertices[ring_offsets[face_rings[faces[i]]]], 0]), -1.0
        for k in range(0, count - 1, 2):
            if crossings[k + 1] - crossings[k] > widest:
                widest = crossings[k + 1] - crossings[k]
                x = (crossings[k] + crossings[k + 1]) / 2
        points[i, 0], points[i, 1] = x / 1e6, y / 1e6
    return points


@kernel
def _height_between(face: int, vertices: Ints, ring_vertices: Ints32, ring_offsets: Ints, face_rings: Ints) -> float:
    """Return the middle of the tallest gap between neighbouring vertex heights, µm."""
    start, end = ring_offsets[face_rings[face]], ring_offsets[face_rings[face + 1]]
    heights = np.empty(end - start)
    for k in range(start, end):
        heights[k - start] = float(vertices[ring_vertices[k], 1])
    _sort(heights, len(heights))
    y, tallest = heights[0], -1.0
    for k in range(len(heights) - 1):
        if heights[k + 1] - heights[k] > tallest:
            tallest = heights[k + 1] - heights[k]
            y = (heights[k] + heights[k + 1]) / 2
    middle: float = y
    return middle


@kernel
def _sort(values: NDArray[np.float64], count: int) -> None:
    """Sort the first ``count`` values in place (Shell's sort)."""
    gap = 1
    while gap < count // 3:
        gap = 3 * gap + 1
    while gap > 0:
        for k in range(gap, count):
            value, place = values[k], k
            while place >= gap and value < values[place - gap]:
                values[place] = values[place - gap]
                place -= gap
            values[place] = value
        gap //= 3
