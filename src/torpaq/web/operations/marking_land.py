"""What marking has to go round: the open land of hazardous areas as the ledger has it, and how long its edge is."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from torpaq.geo.joined import joined_shape
from torpaq.geo.shape import Shape
from torpaq.land.live import LiveLand
from torpaq.land.parts import Part
from torpaq.land.rules import CHA, SHA
from torpaq.web.live import live_land

UM_PER_M = 1_000_000
NOBODY = -1


@dataclass(frozen=True, slots=True)
class Perimeters:
    """Horizontal length in metres of the edge of each area's open land, and of its confirmed land alone."""

    open_m: Mapping[str, float]
    cha_m: Mapping[str, float]


_KEPT: dict[str, Perimeters] = {}


def perimeters() -> Perimeters:
    """Return the perimeters of all areas as the ledger stands now; worked out once a ledger's head."""
    with live_land() as (land, head):
        if head.hash not in _KEPT:
            _KEPT.clear()
            found = Perimeters(_lengths(land, (SHA, CHA)), _lengths(land, (CHA,)))
            _KEPT[head.hash] = found
        return _KEPT[head.hash]


def open_shape(area: str) -> Shape | None:
    """Return the outline of all land that an entry of this area keeps open, SHA and CHA; None where there is none."""
    with live_land() as (land, _):
        active = land.book.active()
        faces = []
        for number, part in enumerate(land.parts):
            if not any(land.entries[n].area == area for n in part.entries.tolist()):
                continue
            owners = _owners(land, number, active, (SHA, CHA))
            wanted = land.book.area_of.get(area, NOBODY)
            chosen = np.flatnonzero(((owners == wanted) & (owners != NOBODY)).any(axis=1)).tolist()
            faces += [part.faces.rings_m(face) for face in chosen]
    return joined_shape(faces) if faces else None


def _owners(land: LiveLand, number: int, active: NDArray[np.bool_], statuses: tuple[int, ...]) -> NDArray[np.int64]:
    """Return, for each face of a part and each class, the number of the area that keeps it in one of the statuses."""
    part = land.parts[number]
    owners = np.full((part.faces.n_faces, 2), NOBODY, np.int64)
    living = np.flatnonzero(land.living(number)).astype(np.int64)
    if len(living):
        states = land.states(number, living, active)
        areas = land.book.columns[3]
        counts = np.isin(states.status, statuses) & (states.since >= 0)
        owners[living] = np.where(counts, areas[np.maximum(states.since, 0)], NOBODY)
    return owners


def _lengths(land: LiveLand, statuses: tuple[int, ...]) -> Mapping[str, float]:
    """Add up, for each area, the edges that have its land on one side only."""
    active = land.book.active()
    names = {number: name for name, number in land.book.area_of.items()}
    total = np.zeros(max(names, default=-1) + 1)
    for number, part in enumerate(land.parts):
        owners = _owners(land, number, active, statuses)
        _add_edges(part, owners, total)
    return MappingProxyType({names[n]: float(total[n]) for n in np.flatnonzero(total).tolist() if n in names})


def _add_edges(part: Part, owners: NDArray[np.int64], total: NDArray[np.float64]) -> None:
    edges = part.faces.edges
    if not len(edges):
        return
    ends = part.faces.vertices_um[edges[:, :2]] / UM_PER_M
    length_m = np.hypot(*(ends[:, 1] - ends[:, 0]).T)
    outside = np.array([[NOBODY, NOBODY]])
    padded = np.concatenate((owners, outside))  # a face of -1 is outside: the last row
    left, right = padded[edges[:, 2]], padded[edges[:, 3]]
    for mine, theirs in ((left, right), (right, left)):
        for column in (0, 1):
            area = mine[:, column]
            is_edge = (area != NOBODY) & (area != theirs[:, 0]) & (area != theirs[:, 1])
            if column:
                is_edge &= area != mine[:, 0]  # an area that has both classes is counted once
            np.add.at(total, area[is_edge], length_m[is_edge])
