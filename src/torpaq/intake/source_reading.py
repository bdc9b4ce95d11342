"""What a source file becomes: entries, ordnance counts or records, and problems, each pointing back to its row."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from torpaq.intake.record.record import Value
from torpaq.land.entry import Entry, Unlocated
from torpaq.standard.problems import Problem

CM2_PLACES = 2  # areas are said to 0.01 m²
NOT_SAID = "not_said"
VICTIM = "victim"
COUNTED = {
    "by_condition": "civil_status",
    "by_sex": "sex",
    "by_age_group": "age_group",
    "by_outcome": "outcome",
    "by_activity": "activity",
    "by_unit": "unit",
    "by_municipality": "municipality_dane",
}
"""By which elements the victims of a file are counted, so that the counts can be held against the file's own."""


class OrdnanceCategory(StrEnum):
    """The kinds of explosive ordnance that summary records count (IMAS 04.10)."""

    AP_MINE = "ap_mine"
    UXO = "uxo"
    IED = "ied"


@dataclass(frozen=True, slots=True)
class OrdnanceCount:
    """Items of one category destroyed in a month by one operator in a unit; ``row`` is the source's row.

    ``month`` is the first day of the month, ``entry`` the id of the entry that the same row gave.
    """

    unit: str
    month: date
    operator: str
    category: OrdnanceCategory
    count: int
    row: int
    entry: str


@dataclass(frozen=True, slots=True)
class SourceRecord:
    """A record that a source's rows gave: an answered form, with an id that the same content always has.

    ``row`` is the (first) row it was made of, ``sheet`` where that stands in a file of several. ``original`` is the
    part of the source it was made of, as it stood, where the form cannot hold all of that; empty where it does.
    """

    row: int
    form: str
    id: str
    values: Mapping[str, Value]
    original: str = ""
    sheet: str = ""


@dataclass(frozen=True, slots=True)
class SourceReading:
    """What was read of one file of a source.

    ``rows`` counts the rows that hold anything, the header apart; ``accepted`` those that gave an entry or a record,
    and ``entry_rows`` is the row of each entry, in order. ``records`` stand after those that they refer to. ``labels``
    gives the names, as the source writes them, of the unit and operator codes made here; ``parents`` the unit above a
    unit (a municipality's department).
    """

    source: str
    sha256: str
    rows: int
    entries: tuple[Entry, ...] = ()
    entry_rows: tuple[int, ...] = ()
    counts: tuple[OrdnanceCount, ...] = ()
    problems: tuple[Problem, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    parents: Mapping[str, str] = field(default_factory=dict)
    records: tuple[SourceRecord, ...] = ()

    @property
    def accepted(self) -> int:
        """The number of rows that gave an entry or a record."""
        return len(self.entries) + len({(record.sheet, record.row) for record in self.records})

    @property
    def is_empty(self) -> bool:
        """Say whether the file gave nothing at all."""
        return not self.entries and not self.records


def new_entries(reading: SourceReading, existing_ids: Collection[str]) -> list[Entry]:
    """Return the entries whose ids the ledger does not hold yet: none where the same file was imported before."""
    return [entry for entry in reading.entries if entry.id not in existing_ids]


def new_counts(reading: SourceReading, existing_ids: Collection[str]) -> list[OrdnanceCount]:
    """Return the ordnance counts of the rows whose entries the ledger does not hold yet."""
    return [count for count in reading.counts if count.entry not in existing_ids]


def import_summary(reading: SourceReading) -> dict[str, object]:
    """Return what the command line says of an import, ready for JSON; areas in m² to 0.01.

    Always: ``source``, ``sha256``, ``rows``, ``accepted``, ``refused``, ``problems``. Of a source of entries also
    ``area_m2``, ``items``, ``items_by_category``, ``by_year`` and ``by_department`` (each ``{key: {"entries",
    "area_m2", "items"}}``); of a source of records ``records`` (a number for each form), and where there are victims
    the numbers of them by what :data:`COUNTED` names and ``by_year``.
    """
    what = _records_summary(reading) if reading.records else _entries_summary(reading)
    return {
        "source": reading.source,
        "sha256": reading.sha256,
        "rows": reading.rows,
        "accepted": reading.accepted,
        "refused": reading.rows - reading.accepted,
        **what,
        "problems": [problem.as_json() for problem in reading.problems],
    }


def _entries_summary(reading: SourceReading) -> dict[str, object]:
    return {
        "area_m2": _as_number(sum((unlocated_m2(entry) for entry in reading.entries), Decimal(0))),
        "items": sum(count.count for count in reading.counts),
        "items_by_category": _items_by_category(reading),
        "by_year": _totals(reading, {entry.id: str(entry.effective.year) for entry in reading.entries}),
        "by_department": _totals(reading, {entry.id: _department(reading, entry) for entry in reading.entries}),
    }


def _records_summary(reading: SourceReading) -> dict[str, object]:
    forms = Counter(record.form for record in reading.records)
    told: dict[str, object] = {"records": dict(sorted(forms.items()))}
    victims = [record.values for record in reading.records if record.form == VICTIM]
    if victims:
        told |= {name: _tally(str(victim.get(code, NOT_SAID)) for victim in victims) for name, code in COUNTED.items()}
        told["by_year"] = _tally(str(victim.get("date_of_information", NOT_SAID))[:4] for victim in victims)
    return told


def _tally(keys: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(keys).items()))


def unlocated_m2(entry: Entry) -> Decimal:
    """Return the area of an entry without a polygon, m²; 0 for any other."""
    return entry.place.area_m2 if isinstance(entry.place, Unlocated) else Decimal(0)


def _department(reading: SourceReading, entry: Entry) -> str:
    department = reading.parents.get(entry.unit, entry.unit)
    return reading.labels.get(department, department)


def _items_by_category(reading: SourceReading) -> dict[str, int]:
    items = {category.value: 0 for category in OrdnanceCategory}
    for count in reading.counts:
        items[count.category.value] += count.count
    return items


def _totals(reading: SourceReading, group_of: Mapping[str, str]) -> dict[str, dict[str, float]]:
    entries: dict[str, int] = defaultdict(int)
    area_m2: dict[str, Decimal] = defaultdict(Decimal)
    items: dict[str, int] = defaultdict(int)
    for entry in reading.entries:
        entries[group_of[entry.id]] += 1
        area_m2[group_of[entry.id]] += unlocated_m2(entry)
    for count in reading.counts:
        items[group_of[count.entry]] += count.count
    return {
        group: {"entries": entries[group], "area_m2": _as_number(area_m2[group]), "items": items[group]}
        for group in sorted(entries)
    }


def _as_number(area_m2: Decimal) -> float:
    return float(round(area_m2, CM2_PLACES))
