"""Atomic faces: the parts into which overlapping shapes divide the land, each with the list of shapes that cover it.

One face, one list, one status: what a face is worth follows from its cover alone, and the faces of a set of shapes add
up to its union in exact integers (design: a fold over faces instead of successive overlays, which lose area).
"""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

from torpaq.geo.partition.arrangement import Arrangement, arrange
from torpaq.geo.partition.box_index import BoxIndex, BoxTree, box_tree
from torpaq.geo.partition.components import DistinctShapes, components, distinct_shapes, take_rings
from torpaq.geo.partition.exact import Ints, Ints32, group, kernel
from torpaq.geo.partition.locate import face_boxes, inner_points, locate_points
from torpaq.geo.shape import Shape

__all__ = ["BoxIndex", "Faces", "atomic_faces", "components_of"]

UM_PER_M = 1_000_000
_UM2_PER_M2 = 10**12
_BATCH_POINTS = 32_768  # enough to keep a kernel busy, little enough to stay in the cache


@dataclass(frozen=True, slots=True, eq=False)
class Faces:
    """Atomic faces as flat arrays; coordinates are whole micrometres of the national equal-area CRS.

    Face f has the rings ``face_rings[f]:face_rings[f + 1]``, shell first (counter-clockwise), then holes (clockwise);
    ring r the vertices ``ring_vertices[ring_offsets[r]:ring_offsets[r + 1]]``, not closed. Its cover,
    ``cover[cover_offsets[f]:cover_offsets[f + 1]]``, names every given shape that covers it, ascending. Rounding to
    1 µm may leave a sliver face with no area, or with a few µm² less than none; sums are exact all the same.
    """

    vertices_um: NDArray[np.int64]  # (n_vertices, 2)
    ring_vertices: NDArray[np.int32]
    ring_offsets: NDArray[np.int64]  # (n_rings + 1,)
    face_rings: NDArray[np.int64]  # (n_faces + 1,)
    cover: NDArray[np.int32]
    cover_offsets: NDArray[np.int64]  # (n_faces + 1,)
    area2_hi: NDArray[np.int64]  # (n_faces,) doubled area = hi·10¹² + lo µm², so hi is whole doubled m²
    area2_lo: NDArray[np.int64]  # (n_faces,) 0 ≤ lo < 10¹²
    component: NDArray[np.int32]  # (n_faces,) ascending
    shape_component: NDArray[np.int32]  # (n_shapes,)
    edges: NDArray[np.int32]  # (n_edges, 4): vertex, vertex, face on the left, face on the right (−1 outside)
    _tree: list[tuple[Ints, BoxTree]] = field(default_factory=list, init=False, repr=False)  # filled when first needed

    @property
    def n_faces(self) -> int:
        """Number of covered faces."""
        return len(self.area2_hi)

    @property
    def area_m2(self) -> NDArray[np.float64]:
        """Area of each face in m² as the nearest float; sum with :meth:`area2_um2` where it must be exact."""
        return (self.area2_hi + self.area2_lo / _UM2_PER_M2) / 2

    @property
    def bounds_m(self) -> NDArray[np.float64]:
        """(n_faces, 4): x_min, y_min, x_max, y_max of each face in metres."""
        return self._index()[0] / UM_PER_M

    def area2_um2(self, chosen: ArrayLike | None = None) -> int:
        """Return twice the total area in µm², exact, of all faces or those chosen by mask or indices."""
        high, low = self.area2_hi, self.area2_lo
        if chosen is not None:
            at = np.asarray(chosen)
            at = at if at.size else at.astype(np.int64)  # an empty list would be taken for floats
            high, low = high[at], low[at]
        low_millions, low_rest = np.divmod(low, 10**6)  # apart, so that the sum of many cannot overflow
        return int(high.sum()) * _UM2_PER_M2 + int(low_millions.sum()) * 10**6 + int(low_rest.sum())

    def cover_of(self, face: int) -> NDArray[np.int32]:
        """Return the numbers of the shapes that cover the face, ascending."""
        return self.cover[self.cover_offsets[face] : self.cover_offsets[face + 1]]

    def rings_um(self, face: int) -> list[NDArray[np.int64]]:
        """Return the face's rings, shell first, each an (n, 2) int64 array of micrometres, not closed."""
        bounds = self.ring_offsets[self.face_rings[face] : self.face_rings[face + 1] + 1]
        return [self.vertices_um[self.ring_vertices[a:b]] for a, b in pairwise(bounds)]

    def rings_m(self, face: int) -> list[NDArray[np.float64]]:
        """Return the face's rings, shell first, each an (n + 1, 2) float array of metres, closed."""
        return [np.concatenate([ring, ring[:1]]) / UM_PER_M for ring in self.rings_um(face)]

    def inner_points_m(self, chosen: ArrayLike | None = None) -> NDArray[np.float64]:
        """Return (n, 2) metres: a point inside each face, of all faces or those with the chosen indices."""
        which = np.arange(self.n_faces) if chosen is None else np.asarray(chosen, np.int64).reshape(-1)
        points: NDArray[np.float64] = inner_points(
            which, self.vertices_um, self.ring_vertices, self.ring_offsets, self.face_rings
        )
        return points

    def locate(self, x_m: ArrayLike, y_m: ArrayLike) -> NDArray[np.int32]:
        """Return the face at each point (metres), −1 for none; on a border, the face with the smallest number.

        Points are taken to the nearest micrometre. The first call builds an index.
        """
        x_um = np.rint(np.atleast_1d(np.asarray(x_m, float)) * UM_PER_M).astype(np.int64)
        y_um = np.rint(np.atleast_1d(np.asarray(y_m, float)) * UM_PER_M).astype(np.int64)
        tree = self._index()[1]
        found: NDArray[np.int32] = locate_points(
            x_um, y_um, tree.boxes, tree.levels, tree.ids,
            self.vertices_um, self.ring_vertices, self.ring_offsets, self.face_rings,
        )  # fmt: skip
        return found

    def _index(self) -> tuple[Ints, BoxTree]:
        if not self._tree:
            boxes = face_boxes(self.vertices_um, self.ring_vertices, self.ring_offsets, self.face_rings)
            self._tree.append((boxes, box_tree(boxes)))
        return self._tree[0]


def components_of(shapes: Sequence[Shape], links: Sequence[tuple[int, int]] = ()) -> NDArray[np.int32]:
    """Return the component of each shape, numbered in order of first appearance; links join two shapes by number.

    Shapes that share a point are always in one component. Raises ``ValueError`` for shapes off the map.
    """
    distinct = distinct_shapes(shapes)
    return components(distinct, links)[distinct.of_shape].astype(np.int32)


def atomic_faces(shapes: Sequence[Shape], links: Sequence[tuple[int, int]] = (), threads: int | None = None) -> Faces:
    """Return the atomic faces of the shapes; ``links`` are pairs of shapes to be kept in one component.

    A shape's inside is where an odd number of its rings lie around a point. The faces do not depend on the order of the
    shapes (only the numbers in the covers do), nor on ``threads`` (all processors when None). Raises ``ValueError``
    for a shape without points or more than 5,000 km from the centre of the CRS.
    """
    distinct = distinct_shapes(shapes)
    component = components(distinct, links)
    order = np.argsort(component, kind="stable")
    members, member_shapes = group(distinct.of_shape, len(component))
    batches = _batches(distinct, component, order)
    work = partial(_batch_faces, distinct, component, members, member_shapes)
    workers = min(threads or os.cpu_count() or 1, len(batches))
    if workers > 1:
        with ThreadPoolExecutor(workers) as pool:
            parts = list(pool.map(work, batches))
    else:
        parts = [work(batch) for batch in batches]
    return _joined(parts, component[distinct.of_shape].astype(np.int32))


def _batches(distinct: DistinctShapes, component: Ints, order: Ints) -> list[Ints]:
    """Cut the distinct shapes, in order of component, into runs of whole components with about as many points each."""
    if len(order) == 0:
        return []
    filled = np.cumsum(distinct.sizes[order])
    last_of_component = np.flatnonzero(np.diff(component[order], append=-1))
    batch = (filled[last_of_component] - 1) // _BATCH_POINTS
    cuts = last_of_component[np.flatnonzero(np.diff(batch))] + 1
    return np.split(order, cuts)


def _batch_faces(
    distinct: DistinctShapes, component: Ints, members: Ints, member_shapes: Ints, chosen: Ints
) -> Arrangement:
    """Arrange the chosen distinct shapes and name the given shapes in their covers."""
    first = component[chosen[0]]
    part = arrange(take_rings(distinct, chosen, component[chosen] - first))
    cover_offsets, cover = _expand(part.cover_offsets, part.cover, chosen, members, member_shapes)
    return Arrangement(
        vertices_um=part.vertices_um, ring_vertices=part.ring_vertices, ring_offsets=part.ring_offsets,
        face_rings=part.face_rings, cover=cover, cover_offsets=cover_offsets,
        area2_hi=part.area2_hi, area2_lo=part.area2_lo,
        component=part.component + np.int32(first), borders=part.borders,
    )  # fmt: skip


@kernel
def _expand(offsets: Ints, cover: Ints32, chosen: Ints, members: Ints, member_shapes: Ints) -> tuple[Ints, Ints32]:
    """Replace each distinct shape in the covers by all given shapes that equal it; insertion keeps them ascending."""
    wide_offsets = np.zeros(len(offsets), np.int64)
    for face in range(len(offsets) - 1):
        size = 0
        for k in range(offsets[face], offsets[face + 1]):
            size += members[chosen[cover[k]] + 1] - members[chosen[cover[k]]]
        wide_offsets[face + 1] = wide_offsets[face] + size
    wide = np.empty(wide_offsets[-1], np.int32)
    for face in range(len(offsets) - 1):
        start = filled = wide_offsets[face]
        for k in range(offsets[face], offsets[face + 1]):
            for m in range(members[chosen[cover[k]]], members[chosen[cover[k]] + 1]):
                place = filled
                while place > start and wide[place - 1] > member_shapes[m]:
                    wide[place] = wide[place - 1]
                    place -= 1
                wide[place] = member_shapes[m]
                filled += 1
    return wide_offsets, wide


def _joined(parts: list[Arrangement], shape_component: NDArray[np.int32]) -> Faces:
    """Put the batches behind one another, their vertex and face numbers shifted."""
    if len(parts) == 1:
        return _faces(parts[0], shape_component)
    vertex_base = _bases([len(part.vertices_um) for part in parts])
    face_base = _bases([len(part.area2_hi) for part in parts])
    for part, vertex, face in zip(parts, vertex_base, face_base, strict=True):
        part.ring_vertices[:] += np.int32(vertex)
        part.borders[:, :2] += np.int32(vertex)
        part.borders[:, 2:] += np.where(part.borders[:, 2:] >= 0, np.int32(face), np.int32(0))
    empty = np.empty(0, np.int64)
    small = empty.astype(np.int32)
    joined = Arrangement(
        vertices_um=np.concatenate([empty.reshape(0, 2), *(part.vertices_um for part in parts)]),
        ring_vertices=np.concatenate([small, *(part.ring_vertices for part in parts)]),
        ring_offsets=_joined_offsets([part.ring_offsets for part in parts]),
        face_rings=_joined_offsets([part.face_rings for part in parts]),
        cover=np.concatenate([small, *(part.cover for part in parts)]),
        cover_offsets=_joined_offsets([part.cover_offsets for part in parts]),
        area2_hi=np.concatenate([empty, *(part.area2_hi for part in parts)]),
        area2_lo=np.concatenate([empty, *(part.area2_lo for part in parts)]),
        component=np.concatenate([small, *(part.component for part in parts)]),
        borders=np.concatenate([small.reshape(0, 4), *(part.borders for part in parts)]),
    )
    return _faces(joined, shape_component)


def _faces(part: Arrangement, shape_component: NDArray[np.int32]) -> Faces:
    return Faces(
        vertices_um=part.vertices_um, ring_vertices=part.ring_vertices, ring_offsets=part.ring_offsets,
        face_rings=part.face_rings, cover=part.cover, cover_offsets=part.cover_offsets,
        area2_hi=part.area2_hi, area2_lo=part.area2_lo,
        component=part.component, shape_component=shape_component, edges=part.borders,
    )  # fmt: skip


def _bases(sizes: list[int]) -> list[int]:
    return [int(base) for base in np.cumsum([0, *sizes])[:-1]]


def _joined_offsets(parts: list[Ints]) -> Ints:
    """Join offset arrays that each begin at 0."""
    sizes = [np.zeros(1, np.int64), *(np.diff(part) for part in parts)]
    offsets: Ints = np.cumsum(np.concatenate(sizes))
    return offsets
