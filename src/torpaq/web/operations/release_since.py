"""A certificate speaks of its own day: the land as it stood when it was given back, as known when it was signed.

What entered the ledger afterwards and touches that land is told beside it; the certificate itself never changes.
"""

from dataclasses import dataclass
from datetime import date

from django.db.models import Max, Q, QuerySet
from django.utils import timezone

from torpaq.geo.overlay import common_m2, united
from torpaq.geo.shape import Shape
from torpaq.operations.marking.giving_back import SLIVER_M2
from torpaq.operations.release.arithmetic import NOW, Seen, TaskLand, task_land
from torpaq.report.coordinates import Point
from torpaq.web.live import live_land
from torpaq.web.models import Handover, LedgerEntry
from torpaq.web.operations.answers import Row, day
from torpaq.web.operations.documents_ground import controls_of
from torpaq.web.rows import ledger_head

MOVES_NO_LAND = ("assert", "hand_over")


@dataclass(frozen=True, slots=True)
class Since:
    """An entry that came after a certificate, and how much of the certificate's land it touches, m²."""

    entry: LedgerEntry
    area_m2: float


def kept_with_signature(row: Handover) -> dict[str, object]:
    """Return what is kept when a certificate is signed, so that it can be printed as it was: the day, the place in the
    ledger, and the surveyed points of its report."""
    points = controls_of(row.task, row.completion)
    return {
        "known_on": timezone.localdate().isoformat(),
        "position": ledger_head().position,
        "points": [[one.name, one.kind, one.lon, one.lat, one.note] for one in points],
    }


def seen_at_signature(row: Handover) -> Seen:
    """Return the day whose land a certificate shows, and when that was known; today while nobody has signed it."""
    if row.signed_on is None:
        return NOW
    last = _parts(row).aggregate(last=Max("effective"))["last"]
    return Seen(max(row.signed_on, last or row.signed_on), day(_kept(row), "known_on"))


def points_at_signature(row: Handover) -> list[Point] | None:
    """Return the surveyed points as they were when a certificate was signed; None where nothing is kept."""
    rows = _kept(row).get("points")
    if not isinstance(rows, list):
        return None
    return [Point(str(name), str(kind), float(lon), float(lat), str(note)) for name, kind, lon, lat, note in rows]


def land_at_signature(row: Handover) -> TaskLand | None:
    """Return the account of a task's land as its certificate shows it; None while the task has no boundary."""
    if row.task.shape is None:
        return None
    with live_land() as (land, _):
        return task_land(land, row.task.shape, row.task.issued_on, seen=seen_at_signature(row))


def changed_since(row: Handover) -> list[Since]:
    """Return the entries that came after a certificate was signed and touch its land, in the ledger's order.

    A void counts with the land of the entry that it takes back.
    """
    given = united(part.shape for part in _parts(row) if part.shape is not None)
    if row.signed_on is None or given is None:
        return []
    found = []
    for entry in _later(row):
        target = LedgerEntry.objects.filter(entry_id=entry.target).first() if entry.kind == "void" else entry
        shape = target.shape if target else None
        area_m2 = common_m2(shape, given) if isinstance(shape, Shape) else 0.0
        if area_m2 > SLIVER_M2:
            found.append(Since(entry, area_m2))
    return found


def _later(row: Handover) -> QuerySet[LedgerEntry]:
    """Return the entries after a certificate: by their place in the ledger, else by what took effect later."""
    entries = LedgerEntry.objects.exclude(kind__in=MOVES_NO_LAND).order_by("position")
    position = _kept(row).get("position")
    if isinstance(position, int):
        return entries.filter(position__gt=position)
    seen = seen_at_signature(row)
    return entries.filter(Q(effective__gt=seen.on or date.max))


def _parts(row: Handover) -> QuerySet[LedgerEntry]:
    parts = row.contents.get("parts")
    names = [str(one.get("entry", "")) for one in parts if isinstance(one, dict)] if isinstance(parts, list) else []
    return LedgerEntry.objects.filter(entry_id__in=names)


def _kept(row: Handover) -> Row:
    kept = row.contents.get("signature")
    return kept if isinstance(kept, dict) else {}
