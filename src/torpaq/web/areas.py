"""The hazardous areas' derived rows: for lists, search and the map. Dropped and rebuilt at will; nothing is lost."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import numpy as np
from django.db.models import Count, Max, Min
from numpy.typing import NDArray

from torpaq.geo.crs import AZE, NationalCrs
from torpaq.geo.shape import CM_PER_M, box_shape
from torpaq.land.entry import Status
from torpaq.land.live import LiveLand
from torpaq.land.postings import ERW_ACCOUNT, LAND_ACCOUNT, MINE_ACCOUNT
from torpaq.land.rules import CANCELLED, CHA, CLEARED, REDUCED, SHA
from torpaq.standard.country import Country
from torpaq.standard.text import fold_name
from torpaq.web.holdings import UM2, Holding, holdings_by_area, unlocated_open_m2
from torpaq.web.models import AreaStatus, HazardousArea, LedgerEntry
from torpaq.web.programme_row import programme_country

BATCH = 2000
FLOOR_UM2 = UM2 // 200  # doubled µm²: less than half a hundredth of a square metre is rounding of the fold, not land
RELEASED = (CANCELLED, REDUCED, CLEARED)


@dataclass(frozen=True, slots=True)
class Facts:
    """What the ledger's rows say of one area: unit and operator, number of entries, dates, bounds in cm."""

    unit: str
    operator: str
    entry_count: int
    first_effective: date
    last_effective: date
    last_recorded: date
    bounds_cm: tuple[int, int, int, int] | None


def rebuild_areas(land: LiveLand) -> int:
    """Derive every hazardous area's row anew from the land and the ledger table; return how many there are."""
    held = holdings_by_area(land.book, land.postings())
    facts = facts_of_areas(None)
    apart = unlocated_open_m2(land.book, facts)
    country = programme_country()
    rows = [
        area_row(country, name, held.get(name, Holding()), apart.get(name, 0.0), facts[name]) for name in sorted(facts)
    ]
    HazardousArea.objects.all().delete()
    HazardousArea.objects.bulk_create(rows, batch_size=BATCH)
    return len(rows)


def refresh_areas(land: LiveLand, names: Iterable[str], moved: dict[str, Holding]) -> None:
    """Bring the rows of some areas up to the ledger table, inside the caller's transaction.

    ``moved`` is what the new entries changed, by area; what an area held before stands in its row, exact.
    """
    touched = sorted({name for name in (*names, *moved) if name})
    before = HazardousArea.objects.in_bulk(touched, field_name="area")
    facts = facts_of_areas(touched)
    apart = unlocated_open_m2(land.book, touched)
    country = programme_country()
    for name in facts:
        old = before.get(name)
        held = (Holding(tuple(old.held)) if old else Holding()).plus(moved.get(name, Holding()))
        row = area_row(country, name, held, apart.get(name, 0.0), facts[name])
        row.pk = old.pk if old else None
        row.save()


def facts_of_areas(names: list[str] | None) -> dict[str, Facts]:
    """Read the facts of the named areas, or of all, from the ledger table."""
    entries = LedgerEntry.objects.exclude(area="")
    if names is not None:
        entries = entries.filter(area__in=names)
    last: dict[str, dict[str, str]] = {"unit": {}, "operator": {}}
    for column, latest in last.items():
        stated = entries.exclude(**{column: ""}).order_by("position").values_list("area", column)
        latest.update(stated)  # the last entry that states one wins
    sums = entries.order_by().values("area").annotate(
        n=Count("pk"), first=Min("effective"), latest=Max("effective"), recorded=Max("recorded"),
        x0=Min("x_min_cm"), y0=Min("y_min_cm"), x1=Max("x_max_cm"), y1=Max("y_max_cm"),
    )  # fmt: skip
    return {
        row["area"]: Facts(
            last["unit"].get(row["area"], ""),
            last["operator"].get(row["area"], ""),
            row["n"],
            row["first"],
            row["latest"],
            row["recorded"],
            None if row["x0"] is None else (row["x0"], row["y0"], row["x1"], row["y1"]),
        )
        for row in sums
    }


def area_row(country: Country | None, name: str, held: Holding, unlocated_m2: float, facts: Facts) -> HazardousArea:
    """Return the unsaved row of one hazardous area."""
    row = HazardousArea(
        area=name,
        unit=facts.unit,
        operator=facts.operator,
        held=held.amounts,
        mine_status=status_of(held, MINE_ACCOUNT),
        erw_status=status_of(held, ERW_ACCOUNT),
        sha_m2=held.m2(LAND_ACCOUNT, SHA),
        cha_m2=held.m2(LAND_ACCOUNT, CHA),
        cancelled_m2=held.m2(LAND_ACCOUNT, CANCELLED),
        reduced_m2=held.m2(LAND_ACCOUNT, REDUCED),
        cleared_m2=held.m2(LAND_ACCOUNT, CLEARED),
        open_m2=held.m2(LAND_ACCOUNT, SHA, CHA),
        released_m2=held.m2(LAND_ACCOUNT, *RELEASED),
        unlocated_m2=unlocated_m2,
        entry_count=facts.entry_count,
        first_effective=facts.first_effective,
        last_effective=facts.last_effective,
        last_recorded=facts.last_recorded,
        search_key=search_key(name, facts, country),
    )
    row.status = status_of(held, LAND_ACCOUNT) or (AreaStatus.UNLOCATED if row.unlocated_m2 else AreaStatus.NONE)
    if facts.bounds_cm:
        x0, y0, x1, y1 = (bound / CM_PER_M for bound in facts.bounds_cm)
        row.shape = box_shape(x0, y0, x1, y1)
        crs = NationalCrs(country.crs_proj) if country else AZE
        lon, lat = crs.inverse((x0 + x1) / 2, (y0 + y1) / 2)
        row.lon, row.lat = float(lon), float(lat)
    return row


def status_of(held: Holding, account: int) -> str:
    """Return the worst status of an account: ``cha``, ``sha``, else ``released``, else an empty text."""
    _, sha, cha, cancelled, reduced, cleared = held.of_account(account)
    if cha > FLOOR_UM2:
        return Status.CHA.value
    if sha > FLOOR_UM2:
        return Status.SHA.value
    return AreaStatus.RELEASED.value if cancelled + reduced + cleared > FLOOR_UM2 else ""


def statuses_of(m2: NDArray[np.float64], account: int) -> list[str]:
    """Return :func:`status_of` for every row of an (areas, accounts, statuses) array of square metres."""
    held = m2[:, account] > FLOOR_UM2 / UM2
    released = m2[:, account, CANCELLED:].sum(axis=1) > FLOOR_UM2 / UM2
    names = [Status.CHA.value, Status.SHA.value, AreaStatus.RELEASED.value]
    return [str(name) for name in np.select([held[:, CHA], held[:, SHA], released], names, "").tolist()]


def search_key(name: str, facts: Facts, country: Country | None) -> str:
    """Return what an area is found by: its id, its operator and its unit in every language, folded."""
    unit = country.units.get(facts.unit) if country else None
    words = [name, facts.operator, facts.unit, *(unit.names.values() if unit else ())]
    return fold_name(" ".join(words))[:400]
