"""The look-back: a critical non-conformity throws doubt on land released before it (IMAS 07.40).

In doubt is all land released by the same team, with the same method or the same equipment since the last inspection
of that team, method or equipment that found it conforming. Where a non-conformity names none of them, it is the whole
organisation's land. What cannot be told apart stays in: a release whose team nobody wrote down is doubted with the
team's.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

DIMENSIONS = ("team", "method", "asset")


@dataclass(frozen=True, slots=True)
class Doubt:
    """What a critical non-conformity names; an empty text where it names none."""

    organisation: str
    team: str = ""
    method: str = ""
    asset: str = ""


@dataclass(frozen=True, slots=True)
class Release:
    """One standing entry of the ledger that cleared or reduced land, with what its record says of who and how."""

    entry_id: str
    area: str
    organisation: str
    released_on: date
    area_m2: float
    teams: frozenset[str] = frozenset()
    methods: frozenset[str] = frozenset()
    assets: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Conforming:
    """An external inspection that found all in order, and what it was of."""

    organisation: str
    on: date
    team: str = ""
    method: str = ""
    asset: str = ""


@dataclass(frozen=True, slots=True)
class LookBackRow:
    """Land in doubt and why: ``team``, ``method``, ``asset``, ``team_unknown`` … in one text, or ``organisation``."""

    entry_id: str
    area: str
    released_on: date
    area_m2: float
    why: str


def look_back(doubt: Doubt, releases: Iterable[Release], inspections: Iterable[Conforming]) -> list[LookBackRow]:
    """Return the land in doubt, newest first. Land released on the day of the last good inspection is in doubt too."""
    own = [one for one in inspections if one.organisation == doubt.organisation]
    named = [name for name in DIMENSIONS if getattr(doubt, name)]
    since = {name: _last_good(own, name, getattr(doubt, name)) for name in named}
    whole = max((one.on for one in own), default=date.min)
    rows = []
    for release in releases:
        if release.organisation != doubt.organisation:
            continue
        why = [found for name in named if (found := _reason(release, doubt, name, since[name]))]
        if not named and release.released_on >= whole:
            why = ["organisation"]
        if why:
            rows.append(
                LookBackRow(release.entry_id, release.area, release.released_on, release.area_m2, " ".join(why))
            )
    return sorted(rows, key=lambda row: (-row.released_on.toordinal(), row.entry_id))


def _last_good(inspections: Iterable[Conforming], name: str, value: str) -> date:
    """Return the day of the last conforming inspection of this team, method or asset; none long ago is forever ago."""
    return max((one.on for one in inspections if getattr(one, name) == value), default=date.min)


def _reason(release: Release, doubt: Doubt, name: str, since: date) -> str:
    if release.released_on < since:
        return ""
    known = getattr(release, f"{name}s")
    if getattr(doubt, name) in known:
        return name
    return "" if known or name != "team" else "team_unknown"
