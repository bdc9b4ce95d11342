"""After handover: visits so many months later, what they found, and what a find in released land sets going.

A find reopens the land by an entry of its own: the release stays in the ledger as it was signed (IMAS 07.11, 08.30).
"""

import calendar
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from torpaq.land.entry import Contamination, Entry, Kind, Located, Status
from torpaq.standard.problems import Problem, problem


@dataclass(frozen=True, slots=True)
class Visit:
    """What a visit to land that was given back found: is it used, is its use disputed, did anything turn up."""

    land_used: str = ""
    conflicts: tuple[str, ...] = ()
    accidents: str = ""
    finds: int = 0


def months_later(day: date, months: int) -> date:
    """Return the same day so many months later, or that month's last day.

    >>> months_later(date(2023, 8, 31), 6)
    datetime.date(2024, 2, 29)
    """
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def planned_visits(signed_on: date, months: Sequence[int]) -> list[tuple[int, date]]:
    """Return the visits that follow a handover: after how many months, and when that is."""
    return [(after, months_later(signed_on, after)) for after in sorted(set(months))]


def visit_state(due_on: date, done_on: date | None, today: date, soon_days: int = 30) -> str:
    """Return ``done``, ``overdue``, ``due`` (within so many days) or ``planned``."""
    if done_on is not None:
        return "done"
    if due_on < today:
        return "overdue"
    return "due" if (due_on - today).days <= soon_days else "planned"


def what_follows(name: str, visit: Visit) -> list[Problem]:
    """Return what a visit calls for: reopening after a find or an accident, a word where use is disputed."""
    found = []
    if visit.finds:
        found.append(problem("follow_up_find", name, count=visit.finds))
    if visit.accidents == "yes":
        found.append(problem("follow_up_accident", name))
    if any(code not in ("none", "unknown") for code in visit.conflicts):
        found.append(problem("follow_up_conflict", name, conflicts=", ".join(visit.conflicts)))
    if visit.land_used == "no":
        found.append(problem("follow_up_not_used", name))
    return found


def reopening(
    release: Entry, classes: Contamination, on: date, why: str, place: Located | None = None
) -> tuple[Entry | None, list[Problem]]:
    """Return the entry that opens a release's land anew, confirmed hazardous: what was found there is direct evidence.

    ``place`` is the part of that land to be opened; without it all that the release speaks of.

    Only the classes that the release speaks of can be reopened; another class was never released there and is recorded
    as new land.
    """
    if release.kind not in (Kind.CANCEL, Kind.REDUCE, Kind.CLEAR):
        return None, [problem("reopen_no_release", release.id, kind=release.kind.value)]
    shared = classes & release.contamination
    if not shared:
        told = {"released": release.contamination.code, "found": classes.code or "–"}
        return None, [problem("reopen_other_class", release.id, **told)]
    if not isinstance(release.place, Located):
        return None, [problem("reopen_not_located", release.id)]
    words = " ".join(why.split())
    if not words:
        return None, [problem("handover_reason_missing", release.id)]
    entry = Entry(
        id=f"reopen-{release.id}",
        kind=Kind.REOPEN,
        effective=on,
        recorded=on,
        area=release.area,
        contamination=shared,
        status=Status.CHA,
        place=place or release.place,
        record=f"{words} (released by {release.id})",
        unit=release.unit,
    )
    return entry, []
