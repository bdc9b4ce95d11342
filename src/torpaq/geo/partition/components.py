"""Which shapes must be looked at together: the distinct shapes as flat arrays, and their components."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np

from torpaq.geo.partition.box_index import box_tree, search_tree
from torpaq.geo.partition.exact import LIMIT_CM, Ints, find_root, kernel, orientation, unite
from torpaq.geo.partition.noding import Rings
from torpaq.geo.shape import Shape

_LARGE_SHAPE = 20_000  # points; a larger shape is taken to touch whatever its box touches


@dataclass(frozen=True, slots=True)
class DistinctShapes:
    """The different shapes among the given ones, in order of first appearance, as int64 arrays."""

    of_shape: Ints  # (n_shapes,) the distinct shape that each given one equals
    points_cm: Ints  # (n_points, 2)
    ring_offsets: Ints  # (n_rings + 1,) into the points
    shape_rings: Ints  # (n_distinct + 1,) into the rings

    @property
    def sizes(self) -> Ints:
        """Number of points of each distinct shape."""
        sizes: Ints = np.diff(self.ring_offsets[self.shape_rings])
        return sizes


def distinct_shapes(shapes: Sequence[Shape]) -> DistinctShapes:
    """Lay the distinct shapes out as arrays; raises ``ValueError`` for a shape without points or off the map."""
    seen: dict[tuple[bytes, tuple[int, ...]], int] = {}
    of_shape = np.fromiter(
        (seen.setdefault((shape.xy_cm, shape.ring_sizes), len(seen)) for shape in shapes), np.int64, len(shapes)
    )
    points = np.frombuffer(b"".join([xy for xy, _ in seen]), dtype="<i8").astype(np.int64).reshape(-1, 2)
    ring_sizes = np.fromiter(chain.from_iterable(sizes for _, sizes in seen), np.int64)
    shape_rings = np.cumsum(np.fromiter(chain((0,), (len(sizes) for _, sizes in seen)), np.int64, len(seen) + 1))
    distinct = DistinctShapes(of_shape, points, np.concatenate([[0], np.cumsum(ring_sizes)]), shape_rings)
    if seen and (distinct.sizes.min() == 0 or ring_sizes.min() == 0):
        raise ValueError("a shape or ring without points has no place")
    if len(points) and max(-int(points.min()), int(points.max())) > LIMIT_CM:
        raise ValueError(f"a point lies more than {LIMIT_CM // 100_000} km from the centre of the national CRS")
    return distinct


def components(distinct: DistinctShapes, links: Sequence[tuple[int, int]]) -> Ints:
    """Return the component of each distinct shape, numbered in order of first appearance.

    Two shapes are in one component when each reaches into (or touches) the other's box, or when a link of two given
    shapes says so, or through others. That may join a few shapes that do not touch, and never parts two that do.
    """
    n_distinct = len(distinct.shape_rings) - 1
    if n_distinct == 0:
        return np.empty(0, np.int64)
    starts = distinct.ring_offsets[distinct.shape_rings[:-1]]
    low, high = np.minimum.reduceat(distinct.points_cm, starts), np.maximum.reduceat(distinct.points_cm, starts)
    boxes = np.concatenate([low, high], axis=1)
    parent = np.arange(n_distinct)
    if n_distinct > 1:
        tree = box_tree(boxes)
        _join(
            tree.boxes, tree.levels, tree.ids,
            boxes, distinct.points_cm, distinct.ring_offsets, distinct.shape_rings, parent,
        )  # fmt: skip
    if len(links):
        _join_links(distinct.of_shape[np.asarray(links, np.int64).reshape(-1, 2)], parent)
    return _number(parent)


@kernel
def _join(
    tree_boxes: Ints, levels: Ints, ids: Ints,
    boxes: Ints, points: Ints, ring_offsets: Ints, shape_rings: Ints, parent: Ints,
) -> None:  # fmt: skip
    hits = np.empty(256, np.int64)
    for i in range(len(boxes)):
        hits, count = search_tree(tree_boxes, levels, ids, boxes[i, 0], boxes[i, 1], boxes[i, 2], boxes[i, 3], hits)
        for k in range(count):
            j = hits[k]
            if j <= i or find_root(parent, i) == find_root(parent, j):
                continue
            if _reaches(i, boxes[j], points, ring_offsets, shape_rings) and _reaches(
                j, boxes[i], points, ring_offsets, shape_rings
            ):
                unite(parent, i, j)


@kernel
def _reaches(shape: int, box: Ints, points: Ints, ring_offsets: Ints, shape_rings: Ints) -> bool:
    """Whether the closed shape has a point in the closed box, exactly (taken as so for a very large shape)."""
    if ring_offsets[shape_rings[shape + 1]] - ring_offsets[shape_rings[shape]] > _LARGE_SHAPE:
        return True
    inside = False
    for ring in range(shape_rings[shape], shape_rings[shape + 1]):
        ax, ay = points[ring_offsets[ring + 1] - 1, 0], points[ring_offsets[ring + 1] - 1, 1]
        for k in range(ring_offsets[ring], ring_offsets[ring + 1]):
            bx, by = points[k, 0], points[k, 1]
            if _edge_reaches(ax, ay, bx, by, box):
                return True
            if (ay > box[1]) != (by > box[1]):
                left = orientation(ax, ay, bx, by, box[0], box[1]) > 0
                if left == (by > ay):
                    inside = not inside
            ax, ay = bx, by
    return inside


@kernel
def _edge_reaches(ax: int, ay: int, bx: int, by: int, box: Ints) -> bool:
    if max(ax, bx) < box[0] or min(ax, bx) > box[2] or max(ay, by) < box[1] or min(ay, by) > box[3]:
        return False
    one = orientation(ax, ay, bx, by, box[0], box[1])
    two = orientation(ax, ay, bx, by, box[2], box[1])
    three = orientation(ax, ay, bx, by, box[2], box[3])
    four = orientation(ax, ay, bx, by, box[0], box[3])
    all_left = one > 0 and two > 0 and three > 0 and four > 0
    all_right = one < 0 and two < 0 and three < 0 and four < 0
    return not (all_left or all_right)


@kernel
def _join_links(pairs: Ints, parent: Ints) -> None:
    for k in range(len(pairs)):
        unite(parent, pairs[k, 0], pairs[k, 1])


@kernel
def _number(parent: Ints) -> Ints:
    """Number the sets 0, 1, 2 … in order of their representative, which is their smallest member."""
    numbers = np.empty_like(parent)
    count = 0
    for k in range(len(parent)):
        root = find_root(parent, k)
        if root == k:
            numbers[k] = count
            count += 1
        else:
            numbers[k] = numbers[root]
    return numbers


def take_rings(distinct: DistinctShapes, chosen: Ints, component: Ints) -> Rings:
    """Return the rings of the chosen distinct shapes, whose components (0 …, ascending) are given."""
    x, y, ring_offsets, ring_shape = _take(chosen, distinct.points_cm, distinct.ring_offsets, distinct.shape_rings)
    return Rings(x, y, ring_offsets, ring_shape, component)


@kernel
def _take(chosen: Ints, points: Ints, ring_offsets: Ints, shape_rings: Ints) -> tuple[Ints, Ints, Ints, Ints]:
    n_points = n_rings = 0
    for shape in chosen:
        n_rings += shape_rings[shape + 1] - shape_rings[shape]
        n_points += ring_offsets[shape_rings[shape + 1]] - ring_offsets[shape_rings[shape]]
    x, y = np.empty(n_points, np.int64), np.empty(n_points, np.int64)
    offsets, ring_shape = np.zeros(n_rings + 1, np.int64), np.empty(n_rings, np.int64)
    point = taken = 0
    for k in range(len(chosen)):
        for ring in range(shape_rings[chosen[k]], shape_rings[chosen[k] + 1]):
            for i in range(ring_offsets[ring], ring_offsets[ring + 1]):
                x[point], y[point] = points[i, 0], points[i, 1]
                point += 1
            ring_shape[taken] = k
            taken += 1
            offsets[taken] = point
    return x, y, offsets, ring_shape
