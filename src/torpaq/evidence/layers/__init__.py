"""How each kind of layer is made of a snapshot and of sources: the plans of all of them, in the order of the list."""

from torpaq.evidence.layers import densities, distances, ledger, rasters, records, terrain, units
from torpaq.evidence.plans import Plan, Setting

ROOMS = (ledger, densities, records, distances, terrain, rasters, units)


def plans_of(setting: Setting) -> list[Plan]:
    """Return a plan for every layer that the snapshot and the sources at hand can make."""
    return [plan for room in ROOMS for plan in room.plans(setting)]
