"""Which hazardous areas answer a question: one function behind the list, the map and the figures."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import reduce
from math import fsum
from operator import and_
from typing import Any

import numpy as np
from django.db.models import Q, QuerySet
from numpy.typing import NDArray

from torpaq.land.live import LiveLand
from torpaq.land.postings import ERW_ACCOUNT, LAND_ACCOUNT, MINE_ACCOUNT
from torpaq.land.rules import CHA, SHA
from torpaq.land.unlocated import unlocated_postings
from torpaq.web.areas import statuses_of
from torpaq.web.desk.context import Question
from torpaq.web.desk.memory import remembered
from torpaq.web.holdings import m2_by_area
from torpaq.web.live import live_land
from torpaq.web.models import AreaStatus, HazardousArea, LedgerEntry

COLUMNS = (
    "area", "unit", "operator", "lon", "lat", "status", "mine_status", "erw_status",
    "sha_m2", "cha_m2", "cancelled_m2", "reduced_m2", "cleared_m2", "unlocated_m2", "entry_count", "last_effective",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class AreaLine:
    """One hazardous area on the days asked for; square metres of land, each counted once. The columns in order."""

    area: str
    unit: str
    operator: str
    lon: float | None
    lat: float | None
    status: str
    mine: str
    erw: str
    sha_m2: float
    cha_m2: float
    cancelled_m2: float
    reduced_m2: float
    cleared_m2: float
    unlocated_m2: float
    entry_count: int
    last_effective: date

    @property
    def open_m2(self) -> float:
        """Suspected and confirmed land together."""
        return self.sha_m2 + self.cha_m2

    @property
    def released_m2(self) -> float:
        """Cancelled, reduced and cleared land together."""
        return self.cancelled_m2 + self.reduced_m2 + self.cleared_m2

    @property
    def released_share(self) -> int:
        """How much of all its land is released, whole per cent rounded down: 100 only where nothing is left."""
        total = self.open_m2 + self.released_m2
        if not self.open_m2:
            return 100 if total else 0
        return int(100 * self.released_m2 / total)


@dataclass(frozen=True, slots=True)
class Totals:
    """The figures of found areas, m²."""

    count: int
    sha_m2: float
    cha_m2: float
    cancelled_m2: float
    reduced_m2: float
    cleared_m2: float
    unlocated_m2: float

    @property
    def open_m2(self) -> float:
        """Suspected and confirmed land together."""
        return self.sha_m2 + self.cha_m2

    @property
    def released_m2(self) -> float:
        """Cancelled, reduced and cleared land together."""
        return self.cancelled_m2 + self.reduced_m2 + self.cleared_m2


def found_areas(question: Question) -> list[AreaLine]:
    """Return the areas that answer a question, in the order it asks for."""
    with live_land() as (land, head):
        return remembered(head.hash, ("areas", question), lambda: _find(question, land, head.hash))


def totals_of(lines: Iterable[AreaLine]) -> Totals:
    """Add up the figures of areas."""
    kept = list(lines)
    names = ("sha_m2", "cha_m2", "cancelled_m2", "reduced_m2", "cleared_m2", "unlocated_m2")
    return Totals(len(kept), *(fsum(getattr(line, name) for line in kept) for name in names))


def bounds_of(lines: Iterable[AreaLine]) -> list[float] | None:
    """Return west, south, east, north of the areas' middles, or None where none is on the map."""
    places = [(line.lon, line.lat) for line in lines if line.lon is not None and line.lat is not None]
    if not places:
        return None
    lons, lats = zip(*places, strict=True)
    return [min(lons), min(lats), max(lons), max(lats)]


def _find(question: Question, land: LiveLand, head: str) -> list[AreaLine]:
    any_day = replace(question, on=None, known=None, status="", contamination="", sort="", area="")
    rows = remembered(head, ("rows", any_day), lambda: list(_rows(question).values_list(*COLUMNS)))
    if question.is_now:
        lines = [AreaLine(*row) for row in rows]
    else:
        lines = _lines_then(rows, land.book.area_of, _held_then(land, head, question.on, question.known))
    return _sorted([line for line in lines if _has_status(line, question)], question.sort)


def _rows(question: Question) -> QuerySet[HazardousArea]:
    """Return the areas that the question's filters leave, its status and class apart: those depend on the day."""
    rows = HazardousArea.objects.order_by("area")
    if question.unit:
        rows = rows.filter(unit=question.unit)
    if question.operator:
        rows = rows.filter(area__in=_areas_with_entries(Q(operator=question.operator)))
    if question.method:
        rows = rows.filter(area__in=_areas_with_entries(Q(method=question.method)))
    if question.since or question.until:
        since = Q(effective__gte=question.since) if question.since else Q()
        until = Q(effective__lte=question.until) if question.until else Q()
        rows = rows.filter(area__in=_areas_with_entries(since & until))
    words = [Q(search_key__contains=word) for word in question.words]
    return rows.filter(reduce(and_, words)) if words else rows


def _areas_with_entries(chosen: Q) -> QuerySet[LedgerEntry, str]:
    return LedgerEntry.objects.filter(chosen).exclude(area="").order_by().values_list("area", flat=True).distinct()


def _held_then(
    land: LiveLand, head: str, on: date | None, known: date | None
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return what each area held on a day as known on a day, m²: drawn land, and land known only as a total."""

    def fold() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        postings = land.postings(known)
        if on is not None:
            postings = postings.where(land.book.effective[postings.entry] <= on.toordinal())
        apart, _ = unlocated_postings(land.book, land.book.active(on, known))
        return m2_by_area(land.book, postings), m2_by_area(land.book, apart)

    return remembered(head, ("held", on, known), fold)


def _lines_then(
    rows: Iterable[tuple[Any, ...]],
    number_of: Mapping[str, int],
    held: tuple[NDArray[np.float64], NDArray[np.float64]],
) -> list[AreaLine]:
    """Build lines from today's rows with another day's statuses and areas, without the areas that then held nothing."""
    drawn, apart = held
    land, mine, erw = (statuses_of(drawn, account) for account in (LAND_ACCOUNT, MINE_ACCOUNT, ERW_ACCOUNT))
    areas_m2 = drawn[:, LAND_ACCOUNT, SHA:].tolist()
    unlocated_m2 = apart[:, LAND_ACCOUNT, [SHA, CHA]].sum(axis=1).tolist()
    there = set(np.nonzero(np.concatenate([drawn, apart], axis=2).any(axis=(1, 2)))[0].tolist())
    lines = []
    for row in rows:
        n = number_of[row[0]]
        if n in there:
            status = land[n] or str(AreaStatus.UNLOCATED if unlocated_m2[n] else AreaStatus.NONE)
            columns: list[Any] = [*row[:5], status, mine[n], erw[n], *areas_m2[n], unlocated_m2[n], *row[-2:]]
            lines.append(AreaLine(*columns))
    return lines


def _has_status(line: AreaLine, question: Question) -> bool:
    """Say whether the area has the class and the status asked for: with a class, the status of that class."""
    if not question.contamination:
        return question.status in {"", line.status}
    of_class = line.mine if question.contamination == "mine" else line.erw
    return bool(of_class) and question.status in {"", of_class}


def _sorted(lines: list[AreaLine], sort: str) -> list[AreaLine]:
    if sort == "open":
        return sorted(lines, key=lambda line: (-line.open_m2, line.area))
    if sort == "changed":
        return sorted(lines, key=lambda line: (-line.last_effective.toordinal(), line.area))
    return lines


def first_and_last_day() -> tuple[date, date]:
    """Return the first day of effect and the last day of effect or recording of the programme; today without any."""
    with live_land() as (land, _):
        book = land.book
        if not len(book):
            return date.today(), date.today()
        last = max(int(np.max(book.effective)), int(np.max(book.recorded)))
        return date.fromordinal(int(np.min(book.effective))), date.fromordinal(last)
