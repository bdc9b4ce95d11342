"""Where a spot lies: in recorded open land of a hazardous area or outside all of it (which is unknown, not safe)."""

from torpaq.land.entry import Status
from torpaq.web.live import live_land
from torpaq.web.models import SpotTask
from torpaq.web.programme_row import programme_crs

STILL_OPEN = (Status.SHA, Status.CHA)


def area_at(spot: SpotTask) -> str:
    """Return the hazardous area whose open land holds the spot; empty where none is recorded there."""
    if spot.lon is None or spot.lat is None:
        return ""
    with live_land() as (land, _):
        found = land.at(*programme_crs().forward(spot.lon, spot.lat))
    entries = [entry for status, entry in zip(found.status, found.since, strict=True) if status in STILL_OPEN and entry]
    return entries[0].area if entries else ""
