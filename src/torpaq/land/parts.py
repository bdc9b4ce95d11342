"""Parts of the land: atomic faces of some entries, each face with its list of entries in the order of the fold."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from torpaq.geo.faces import Faces, atomic_faces
from torpaq.land.book import Book
from torpaq.land.entry import Located

Numbers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Part:
    """Faces and, in CSR form, the entry numbers that fold on each; ``~e`` is a redraw whose perimeter leaves it out.

    ``entries`` are the located entries arranged here; ``component`` tells which of the part's components each belongs
    to. A face belongs to the entry ``first`` names: where that entry has moved to a newer part, the face is stale.
    """

    faces: Faces
    cover: NDArray[np.int32]
    offsets: NDArray[np.int64]
    first: NDArray[np.int32]
    entries: Numbers
    component: NDArray[np.int32]


def arrange(book: Book, numbers: Numbers) -> Part:
    """Partition the polygons of these located entries into atomic faces."""
    ordered = book.order(numbers)
    shapes = [place.shape for n in ordered.tolist() if isinstance(place := book.entries[n].place, Located)]
    faces = atomic_faces(shapes, _links(book, ordered))
    cover = ordered.astype(np.int32)[faces.cover]
    first = cover[faces.cover_offsets[:-1]] if len(cover) else cover
    part = Part(faces, cover, faces.cover_offsets, first, ordered, faces.shape_component)
    return _with_redraws(book, part)


def _links(book: Book, ordered: Numbers) -> list[tuple[int, int]]:
    """A redraw concerns all land of its area, also where its new perimeter does not touch: one component."""
    links: list[tuple[int, int]] = []
    if not book.redraws:
        return links
    areas = book.columns[3][ordered]
    for area, redraws in book.redraws.items():
        places = np.flatnonzero(areas == area)
        if redraws and len(places) > 1:
            links += [(int(places[0]), int(place)) for place in places[1:]]
    return links


def _with_redraws(book: Book, part: Part) -> Part:
    """Add each redraw, as ``~e``, to the faces of its area that its new perimeter leaves outside."""
    columns = book.columns
    present = set(part.entries.tolist())  # an unlocated redraw is not among them
    redraws = [(a, e) for a, numbers in book.redraws.items() for e in numbers if e in present]
    if not redraws:
        return part
    lists = np.split(part.cover, part.offsets[1:-1])
    components = {int(part.component[i]) for i, e in enumerate(part.entries.tolist()) if columns[3][e] in dict(redraws)}
    for face in np.flatnonzero(np.isin(part.faces.component, list(components))).tolist():
        on_face = lists[face].tolist()
        areas = {int(columns[3][e]) for e in on_face}
        added = [e for area, e in redraws if area in areas and e not in on_face]
        if added:
            key = {e: place for place, e in enumerate(book.order(np.array(on_face + added, np.int64)).tolist())}
            steps = sorted(on_face + added, key=key.__getitem__)
            lists[face] = np.array([~e if e in added else e for e in steps], np.int32)
    offsets = np.concatenate([[0], np.cumsum([len(steps) for steps in lists])]).astype(np.int64)
    return Part(part.faces, np.concatenate(lists), offsets, part.first, part.entries, part.component)


def fresh_part(part: Part, living: NDArray[np.bool_], at_home: NDArray[np.bool_]) -> Part:
    """Return a part whose stale faces have no entries left and belong to nobody (``first`` is -1)."""
    sizes = np.diff(part.offsets) * living
    return Part(
        part.faces,
        part.cover[np.repeat(living, np.diff(part.offsets))],
        np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64),
        np.where(living, part.first, -1).astype(np.int32),
        part.entries[at_home],
        part.component[at_home],
    )


def join_parts(parts: Sequence[Part]) -> Part:
    """Join several parts into one without arranging anything anew; stale faces come along and stay stale."""
    shift = np.cumsum([0] + [int(part.component.max(initial=-1)) + 1 for part in parts])
    return Part(
        join_faces([part.faces for part in parts]),
        np.concatenate([part.cover for part in parts]),
        join_offsets([part.offsets for part in parts]),
        np.concatenate([part.first for part in parts]),
        np.concatenate([part.entries for part in parts]),
        np.concatenate([part.component + s for part, s in zip(parts, shift, strict=False)]).astype(np.int32),
    )


def join_offsets(offsets: Sequence[NDArray[np.int64]]) -> NDArray[np.int64]:
    """Return the CSR offsets of lists put one after another."""
    shift = np.cumsum([0] + [int(each[-1]) for each in offsets])
    return np.concatenate([np.zeros(1, np.int64)] + [each[1:] + s for each, s in zip(offsets, shift, strict=False)])


def join_faces(faces: Sequence[Faces]) -> Faces:
    """Return the faces of several partitions as one; covers are left as they are (the part keeps its own)."""
    vertices = np.cumsum([0] + [len(f.vertices_um) for f in faces])
    rings = np.cumsum([0] + [len(f.ring_offsets) - 1 for f in faces])
    numbers = np.cumsum([0] + [f.n_faces for f in faces])
    components = np.cumsum([0] + [int(f.component.max(initial=-1)) + 1 for f in faces])
    return Faces(
        vertices_um=np.concatenate([f.vertices_um for f in faces]),
        ring_vertices=np.concatenate([f.ring_vertices + v for f, v in zip(faces, vertices, strict=False)]).astype(
            np.int32
        ),
        ring_offsets=join_offsets([f.ring_offsets for f in faces]),
        face_rings=join_offsets([f.face_rings for f in faces]) if len(rings) else rings,
        cover=np.concatenate([f.cover for f in faces]),
        cover_offsets=join_offsets([f.cover_offsets for f in faces]),
        area2_hi=np.concatenate([f.area2_hi for f in faces]),
        area2_lo=np.concatenate([f.area2_lo for f in faces]),
        component=np.concatenate([f.component + c for f, c in zip(faces, components, strict=False)]).astype(np.int32),
        shape_component=np.concatenate([f.shape_component + c for f, c in zip(faces, components, strict=False)]).astype(
            np.int32
        ),
        edges=np.concatenate([_shifted(f, v, n) for f, v, n in zip(faces, vertices, numbers, strict=False)]),
    )


def _shifted(faces: Faces, vertices: int, numbers: int) -> NDArray[np.int32]:
    edges = faces.edges.copy()
    edges[:, :2] += vertices
    edges[:, 2:][edges[:, 2:] >= 0] += numbers
    return edges
