"""Parts of the land: atomic faces of some entries, each face with its list of entries in the order of the fold."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from torpaq.geo.partition.faces import Faces, atomic_faces
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
    redrawn = book.redrawn(ordered)
    if not redrawn:
        return []
    areas = book.columns[3][ordered]
    places = np.flatnonzero(np.isin(areas, redrawn))
    places = places[np.argsort(areas[places], kind="stable")]
    same = areas[places[:-1]] == areas[places[1:]]
    return list(zip(places[:-1][same].tolist(), places[1:][same].tolist(), strict=True))


def _with_redraws(book: Book, part: Part) -> Part:
    """Add each redraw, as ``~e``, to the faces of its area that its new perimeter leaves outside."""
    redraws = _redraws_of(book, part.entries)
    if not redraws:
        return part
    areas = book.columns[3]
    concerned = np.unique(part.component[np.isin(areas[part.entries], list(redraws))])
    rank = {e: place for place, e in enumerate(part.entries.tolist())}
    longer: dict[int, list[int]] = {}
    for face in np.flatnonzero(np.isin(part.faces.component, concerned)).tolist():
        on_face = part.cover[part.offsets[face] : part.offsets[face + 1]].tolist()
        added = {e for area in set(areas[on_face].tolist()) for e in redraws.get(area, ())} - set(on_face)
        if added:
            longer[face] = [~e if e in added else e for e in sorted([*on_face, *added], key=rank.__getitem__)]
    return _with_lists(part, longer)


def _redraws_of(book: Book, numbers: Numbers) -> dict[int, list[int]]:
    """Return the redraws among these entries, by area; an unlocated redraw is not among them."""
    redrawn = book.redrawn(numbers)
    present = set(numbers.tolist()) if redrawn else set()
    redraws = {area: [e for e in book.redraws[area] if e in present] for area in redrawn}
    return {area: numbers for area, numbers in redraws.items() if numbers}


def _with_lists(part: Part, lists: dict[int, list[int]]) -> Part:
    """Replace the lists of some faces (given in ascending order) and leave the others as they are."""
    if not lists:
        return part
    faces, old_sizes = np.array(list(lists), np.int64), np.diff(part.offsets)
    replaced, sizes = np.zeros(len(old_sizes), np.bool_), old_sizes.copy()
    replaced[faces] = True
    sizes[faces] = [len(steps) for steps in lists.values()]
    cover = np.empty(int(sizes.sum()), np.int32)
    cover[np.repeat(~replaced, sizes)] = part.cover[np.repeat(~replaced, old_sizes)]
    cover[np.repeat(replaced, sizes)] = np.concatenate([np.array(steps, np.int32) for steps in lists.values()])
    return replace(part, cover=cover, offsets=offsets_of(sizes))


def living_part(part: Part, living: NDArray[np.bool_], at_home: NDArray[np.bool_]) -> Part:
    """Return the part without its stale faces and without the entries that have moved on."""
    sizes = np.diff(part.offsets)
    return Part(
        living_faces(part.faces, living),
        part.cover[np.repeat(living, sizes)],
        offsets_of(sizes[living]),
        part.first[living],
        part.entries[at_home],
        part.component[at_home],
    )


def join_parts(parts: Sequence[Part]) -> Part:
    """Join several parts into one without arranging anything anew."""
    shift = np.cumsum([0] + [int(part.component.max(initial=-1)) + 1 for part in parts])
    return Part(
        join_faces([part.faces for part in parts]),
        np.concatenate([part.cover for part in parts]),
        join_offsets([part.offsets for part in parts]),
        np.concatenate([part.first for part in parts]),
        np.concatenate([part.entries for part in parts]),
        np.concatenate([part.component + s for part, s in zip(parts, shift, strict=False)]).astype(np.int32),
    )


def offsets_of(sizes: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the CSR offsets of lists of these sizes."""
    return np.concatenate([np.zeros(1, np.int64), np.cumsum(sizes)])


def ranges(starts: NDArray[np.int64], ends: NDArray[np.int64]) -> Numbers:
    """Return the whole numbers of every half-open range, one range after another."""
    sizes = ends - starts
    before = np.cumsum(sizes) - sizes
    places: Numbers = np.repeat(starts - before, sizes) + np.arange(int(sizes.sum()))
    return places


def join_offsets(offsets: Sequence[NDArray[np.int64]]) -> NDArray[np.int64]:
    """Return the CSR offsets of lists put one after another."""
    return offsets_of(np.concatenate([np.diff(each) for each in offsets]))


def living_faces(faces: Faces, living: NDArray[np.bool_]) -> Faces:
    """Return some of the faces, whole components of them, with no vertex, ring or edge of the others left."""
    if living.all():
        return faces
    rings = ranges(faces.face_rings[:-1][living], faces.face_rings[1:][living])
    corners = faces.ring_vertices[ranges(faces.ring_offsets[rings], faces.ring_offsets[rings + 1])]
    bordering = np.append(living, False)  # one more, so that the outside (-1) is found not living
    edges = faces.edges[bordering[faces.edges[:, 2]] | bordering[faces.edges[:, 3]]]
    used = np.zeros(len(faces.vertices_um), np.bool_)
    used[corners] = True
    used[edges[:, :2]] = True
    vertex_of = (np.cumsum(used) - 1).astype(np.int32)
    face_of = np.append(np.cumsum(living) - 1, -1).astype(np.int32)
    cover_sizes = np.diff(faces.cover_offsets)
    return Faces(
        vertices_um=faces.vertices_um[used],
        ring_vertices=vertex_of[corners],
        ring_offsets=offsets_of(faces.ring_offsets[rings + 1] - faces.ring_offsets[rings]),
        face_rings=offsets_of(np.diff(faces.face_rings)[living]),
        cover=faces.cover[np.repeat(living, cover_sizes)],
        cover_offsets=offsets_of(cover_sizes[living]),
        area2_hi=faces.area2_hi[living],
        area2_lo=faces.area2_lo[living],
        component=faces.component[living],
        shape_component=faces.shape_component,
        edges=np.concatenate([vertex_of[edges[:, :2]], face_of[edges[:, 2:]]], axis=1),
    )


def join_faces(faces: Sequence[Faces]) -> Faces:
    """Return the faces of several partitions as one, the numbers of vertices, shapes and faces shifted."""
    vertices = np.cumsum([0] + [len(f.vertices_um) for f in faces])
    shapes = np.cumsum([0] + [len(f.shape_component) for f in faces])
    numbers = np.cumsum([0] + [f.n_faces for f in faces])
    components = np.cumsum([0] + [int(f.shape_component.max(initial=-1)) + 1 for f in faces])
    return Faces(
        vertices_um=np.concatenate([f.vertices_um for f in faces]),
        ring_vertices=_shifted([f.ring_vertices for f in faces], vertices),
        ring_offsets=join_offsets([f.ring_offsets for f in faces]),
        face_rings=join_offsets([f.face_rings for f in faces]),
        cover=_shifted([f.cover for f in faces], shapes),
        cover_offsets=join_offsets([f.cover_offsets for f in faces]),
        area2_hi=np.concatenate([f.area2_hi for f in faces]),
        area2_lo=np.concatenate([f.area2_lo for f in faces]),
        component=_shifted([f.component for f in faces], components),
        shape_component=_shifted([f.shape_component for f in faces], components),
        edges=np.concatenate([_shifted_edges(f, v, n) for f, v, n in zip(faces, vertices, numbers, strict=False)]),
    )


def _shifted(columns: Sequence[NDArray[np.int32]], shifts: NDArray[np.int64]) -> NDArray[np.int32]:
    return np.concatenate([column + np.int32(s) for column, s in zip(columns, shifts, strict=False)])


def _shifted_edges(faces: Faces, vertices: int, numbers: int) -> NDArray[np.int32]:
    edges = faces.edges.copy()
    edges[:, :2] += vertices
    edges[:, 2:] += np.where(edges[:, 2:] >= 0, np.int32(numbers), np.int32(0))
    return edges
