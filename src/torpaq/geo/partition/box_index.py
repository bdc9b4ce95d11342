"""A packed tree over boxes, and an index of boxes that grows: which boxes touch this one."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from torpaq.geo.partition.exact import Ints, grown, kernel

_NODE = 16  # children of a tree node
_DEEPEST = 16  # levels a stack is made for: 16¹⁶ boxes
_BUFFER = 256  # boxes looked at one by one


@dataclass(frozen=True, slots=True)
class BoxTree:
    """Boxes (x_min, y_min, x_max, y_max) sorted into tiles, level over level; build it with :func:`box_tree`."""

    boxes: Ints  # (n_nodes, 4) the n boxes in tile order, then each level above them
    levels: Ints  # (n_levels + 1,) where each level begins in ``boxes``
    ids: Ints  # (n,) the number of each of the first n boxes


def box_tree(boxes: Ints) -> BoxTree:
    """Return the packed tree (sort-tile-recursive, Leutenegger et al. 1997) of an (n, 4) int64 array of boxes."""
    n = len(boxes)
    ids = np.arange(n)
    if n > _NODE:
        centre_x, centre_y = boxes[:, 0] + boxes[:, 2], boxes[:, 1] + boxes[:, 3]
        by_x = np.argsort(centre_x, kind="stable")
        strip = np.empty(n, np.int64)
        strip[by_x] = ids // (_NODE * max(1, round(np.sqrt(n / _NODE))))
        ids = np.lexsort((centre_y, strip))
    sizes = [n]
    while sizes[-1] > 1:
        sizes.append(-(-sizes[-1] // _NODE))
    levels = np.cumsum([0, *sizes])
    nodes = np.empty((int(levels[-1]), 4), np.int64)
    nodes[:n] = boxes[ids]
    _pack(nodes, levels)
    return BoxTree(nodes, levels, ids)


@kernel
def _pack(nodes: Ints, levels: Ints) -> None:
    for level in range(1, len(levels) - 1):
        for k in range(levels[level + 1] - levels[level]):
            first = levels[level - 1] + k * _NODE
            last = min(first + _NODE, levels[level])
            node = levels[level] + k
            for side in range(4):
                nodes[node, side] = nodes[first, side]
            for child in range(first + 1, last):
                for side in range(2):
                    nodes[node, side] = min(nodes[node, side], nodes[child, side])
                    nodes[node, side + 2] = max(nodes[node, side + 2], nodes[child, side + 2])


@kernel
def search_tree(
    boxes: Ints, levels: Ints, ids: Ints, x0: int, y0: int, x1: int, y1: int, hits: Ints
) -> tuple[Ints, int]:
    """Write the numbers of all boxes that touch the closed box into ``hits``, in no particular order.

    Return ``hits``, grown if need be, and how many there are.
    """
    count, depth = 0, 0
    stack = np.empty((_DEEPEST * _NODE, 2), np.int64)
    if len(levels) > 1 and levels[1] > 0:
        stack[0, 0], stack[0, 1] = len(levels) - 2, levels[len(levels) - 2]
        depth = 1
    while depth > 0:
        depth -= 1
        level, node = stack[depth, 0], stack[depth, 1]
        if boxes[node, 0] > x1 or boxes[node, 2] < x0 or boxes[node, 1] > y1 or boxes[node, 3] < y0:
            continue
        if level == 0:
            hits = grown(hits, count + 1)
            hits[count] = ids[node]
            count += 1
            continue
        first = levels[level - 1] + (node - levels[level]) * _NODE
        for child in range(first, min(first + _NODE, levels[level])):
            if boxes[child, 0] <= x1 and boxes[child, 2] >= x0 and boxes[child, 1] <= y1 and boxes[child, 3] >= y0:
                stack[depth, 0], stack[depth, 1] = level - 1, child
                depth += 1
    return hits, count


@kernel
def _search_rows(boxes: Ints, start: int, end: int, x0: int, y0: int, x1: int, y1: int, hits: Ints) -> tuple[Ints, int]:
    count = 0
    for k in range(start, end):
        if boxes[k, 0] <= x1 and boxes[k, 2] >= x0 and boxes[k, 1] <= y1 and boxes[k, 3] >= y0:
            hits = grown(hits, count + 1)
            hits[count] = k
            count += 1
    return hits, count


class BoxIndex:
    """An index of closed boxes (x_min, y_min, x_max, y_max), whole numbers in one unit, that can grow.

    Most boxes are in a few packed trees, the newest in a buffer. When the buffer is full it becomes a tree, together
    with any trees that are not much larger, so that a large tree is seldom built anew (Bentley and Saxe 1980). Ids are
    0, 1, 2 … in the order of adding. Not safe for writers in two threads.
    """

    def __init__(self, boxes: Sequence[tuple[int, int, int, int]] | Ints = ()) -> None:
        self._boxes = np.empty((64, 4), np.int64)
        self._count = 0
        self._packed = 0  # boxes before this one are in trees
        self._trees: list[tuple[int, BoxTree]] = []  # (first box, tree), over neighbouring runs of boxes
        self.extend(boxes)

    def __len__(self) -> int:
        return self._count

    def add(self, box: tuple[int, int, int, int]) -> int:
        """Add one box and return its id."""
        self.extend([box])
        return self._count - 1

    def extend(self, boxes: Sequence[tuple[int, int, int, int]] | Ints) -> None:
        """Add boxes in their order, an (n, 4) array or a list of tuples; much faster than one by one."""
        rows = np.asarray(boxes, dtype=np.int64).reshape(-1, 4)
        total = self._count + len(rows)
        if total > len(self._boxes):
            larger = np.empty((max(total, 2 * len(self._boxes)), 4), np.int64)
            larger[: self._count] = self._boxes[: self._count]
            self._boxes = larger
        self._boxes[self._count : total] = rows
        self._count = total
        if total - self._packed > _BUFFER:
            self._pack()

    def _pack(self) -> None:
        first = self._packed
        while self._trees and first - self._trees[-1][0] < 2 * (self._count - first):
            first = self._trees.pop()[0]
        self._trees.append((first, box_tree(self._boxes[first : self._count])))
        self._packed = self._count

    def query(self, box: tuple[int, int, int, int]) -> Ints:
        """Return the ids of all boxes that overlap or touch this one, ascending, as an int64 array."""
        x0, y0, x1, y1 = (int(side) for side in box)
        found = []
        for first, tree in self._trees:
            hits, count = search_tree(tree.boxes, tree.levels, tree.ids, x0, y0, x1, y1, np.empty(32, np.int64))
            found.append(np.sort(hits[:count]) + first)
        hits, count = _search_rows(self._boxes, self._packed, self._count, x0, y0, x1, y1, np.empty(32, np.int64))
        found.append(hits[:count])
        ids: Ints = np.concatenate(found)
        return ids
