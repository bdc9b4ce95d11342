"""The suspected land of one hazardous area as the ledger has it now: what cancelling the whole of it takes off."""

import numpy as np

from torpaq.geo.joined import joined_shape
from torpaq.geo.shape import Shape
from torpaq.land.live import LiveLand
from torpaq.land.rules import SHA


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
