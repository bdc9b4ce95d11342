"""The open land of hazardous areas as the ledger has it now: what cancelling takes off, and where a task may work."""

from collections.abc import Collection
from datetime import date

import numpy as np

from torpaq.geo.joined import joined_shape
from torpaq.geo.shape import Shape
from torpaq.land.entry import Contamination
from torpaq.land.live import LiveLand
from torpaq.land.rules import CANCELLED, CHA, CLEARED, REDUCED, SHA


def released_land(land: LiveLand, entry_id: str, classes: Contamination) -> Shape | None:
    """Return what of an entry's land stands released now, in each of some classes; None where nothing does."""
    number = land.book.number_of[entry_id]
    columns = [c for c, member in enumerate((Contamination.MINE, Contamination.ERW)) if member in classes]
    active = land.book.active()
    faces = []
    for place, part in enumerate(land.parts):
        if not columns or not (part.entries == number).any():
            continue
        steps = np.where(part.cover < 0, ~part.cover, part.cover)
        covered = np.unique(np.repeat(np.arange(len(part.offsets) - 1), np.diff(part.offsets))[steps == number])
        living = covered[land.living(place)[covered]].astype(np.int64)
        states = land.states(place, living, active)
        released = np.isin(states.status[:, columns], (CANCELLED, REDUCED, CLEARED)).all(axis=1)
        faces += [part.faces.rings_m(face) for face in living[released].tolist()]
    return joined_shape(faces) if faces else None


def suspected_land(land: LiveLand, area: str) -> Shape | None:
    """Return the outline of all faces that stand suspected by an entry of this area; None where there are none."""
    active = land.book.active()
    faces = []
    for number, part in enumerate(land.parts):
        mine = [n for n in part.entries.tolist() if land.entries[n].area == area]
        if not mine:
            continue
        living = np.flatnonzero(land.living(number)).astype(np.int64)
        states = land.states(number, living, active)
        suspected = (states.status == SHA) & np.isin(states.since, mine)
        faces += [part.faces.rings_m(face) for face in living[suspected.any(axis=1)].tolist()]
    return joined_shape(faces) if faces else None


def open_land_of(land: LiveLand, areas: Collection[str], on: date | None = None) -> Shape | None:
    """Return the outline of all faces that stand suspected or confirmed by entries of these areas; None for none.

    ``on`` asks for the land of a day, as it is known now; None for all that is recorded.
    """
    numbers = [land.book.area_of[area] for area in areas if area in land.book.area_of]
    own = np.isin(land.book.columns[3], numbers)
    if not own.any():
        return None
    active = land.book.active(on)
    faces = []
    for number, part in enumerate(land.parts):
        if not own[part.entries].any():
            continue
        living = np.flatnonzero(land.living(number)).astype(np.int64)
        states = land.states(number, living, active)
        is_open = np.isin(states.status, (SHA, CHA)) & (states.since >= 0) & own[states.since]
        faces += [part.faces.rings_m(face) for face in living[is_open.any(axis=1)].tolist()]
    return joined_shape(faces) if faces else None
