"""Colombia's monthly summaries of humanitarian demining, 2005–2014 (Presidencia de la República, open data).

One row a municipality, month and kind of demining: land cleared (``areadespejada``, m²) and devices destroyed, in all
(``totalartefactosdestruidos``) and by class: ``map`` anti-personnel mines, ``muse`` unexploded ordnance, ``aei``
improvised devices. Published as XLSX and as CSV with the same content; both give the same entries.

Each row becomes one unlocated ``clear`` entry on the last day of its month. What the rows do not say stays unsaid:
the depth is unknown, there is no polygon, and no hazardous area was recorded before. ``tipodesminado`` says for whom
demining was done (communities, military bases), the nearest the source has to an operator.

Readings, each with its reason:

* Contamination is ``mine+erw``: the teams searched for all three classes at once.
* ``aei`` counts as improvised devices apart from mines, as the source does, though most were victim-operated.
* Rows that repeat another row in every cell are kept: four rows of Dagua say that nothing was found and nothing
  cleared, one a visit, and the published totals count every row. Each repeat is a warning.
* Rows of 0 m² are kept: devices were destroyed there, or a visit took place, without land being released.
"""

import calendar
import hashlib
import re
import unicodedata
from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import lru_cache

from torpaq.intake.numbers import Row
from torpaq.intake.sheets import Sheet
from torpaq.intake.source_reading import OrdnanceCategory, OrdnanceCount, SourceReading
from torpaq.land.entry import BOTH, Entry, Kind, Unlocated
from torpaq.standard.problems import Problem, problem

NAME = "colombia_desminado"
COUNTRY = "col"
COLUMNS = (
    *("departamento", "municipio", "totalartefactosdestruidos", "areadespejada", "ano", "mes"),
    *("tipodesminado", "map", "muse", "aei"),
)
CATEGORIES = {"map": OrdnanceCategory.AP_MINE, "muse": OrdnanceCategory.UXO, "aei": OrdnanceCategory.IED}
YEARS = (1990, 2100)  # humanitarian demining in Colombia began in 2004; a year outside these is a slip of the pen
TOTAL_WORDS = ("total", "totales", "suma")


@dataclass(frozen=True, slots=True)
class Summary:
    """One good row, typed. ``area_m2`` as the source states it, to whatever precision."""

    row: int
    department: str
    municipality: str
    kind: str
    month: date
    area_m2: Decimal
    items: tuple[tuple[OrdnanceCategory, int], ...]

    @property
    def content(self) -> str:
        """The row's content in one spelling whatever file it came from: what its id is made of."""
        counts = (str(count) for _, count in self.items)
        area_m2 = format(self.area_m2.normalize(), "f")
        return "|".join((self.department, self.municipality, self.kind, f"{self.month:%Y-%m}", area_m2, *counts))


@dataclass(slots=True)
class _Gathered:
    entries: list[Entry] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)
    counts: list[OrdnanceCount] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    labels: dict[str, str] = field(default_factory=dict)
    parents: dict[str, str] = field(default_factory=dict)


def read(sheet: Sheet, sha256: str, recorded: date | None = None) -> SourceReading:
    """Read the summaries of a table whose header this source knows.

    ``recorded`` is the day the programme learned of them; without it each entry was recorded on its own date of
    effect. A row with any error gives no entry, and each error names the row, the column and what would be right.
    """
    gathered = _Gathered(problems=list(sheet.problems))
    seen: Counter[str] = Counter()
    first_rows: dict[str, int] = {}
    for number, cells in sheet.rows:
        row = Row(number, dict(zip(sheet.header, cells, strict=True)))
        summary = _summary(row)
        gathered.problems.extend(row.problems)
        if summary is None:
            continue
        seen[summary.content] += 1
        if seen[summary.content] > 1:
            first = first_rows[summary.content]
            gathered.problems.append(problem("row_repeated", f"row {number}", first=first))
        first_rows.setdefault(summary.content, number)
        _gather(gathered, summary, seen[summary.content], recorded)
    return SourceReading(
        source=NAME,
        sha256=sha256,
        rows=len(sheet.rows) + sheet.refused,
        entries=tuple(gathered.entries),
        entry_rows=tuple(gathered.rows),
        counts=tuple(gathered.counts),
        problems=tuple(gathered.problems),
        labels=gathered.labels,
        parents=gathered.parents,
    )


def _summary(row: Row) -> Summary | None:
    """Type one row; ``None`` where it has problems, which the row keeps."""
    if _is_total(row):
        row.problems.append(problem("row_is_total", f"row {row.number}"))
        return None
    names = [row.text(column) for column in ("departamento", "municipio", "tipodesminado")]
    area_m2 = row.decimal("areadespejada")
    total = row.count("totalartefactosdestruidos")
    items = tuple((category, row.count(column)) for column, category in CATEGORIES.items())
    year, month = row.within("ano", *YEARS), row.within("mes", 1, 12)
    if not row.problems and total != sum(count for _, count in items):
        parts = sum(count for _, count in items)
        row.problems.append(problem("counts_do_not_add", f"row {row.number}", total=total, parts=parts))
    if row.problems:
        return None
    return Summary(row.number, names[0], names[1], names[2], date(year, month, 1), area_m2, items)


def _is_total(row: Row) -> bool:
    """A row of totals names no municipality, or says so where a name should stand."""
    names = [row.written(column).casefold().rstrip(":") for column in ("departamento", "municipio")]
    says_so = any(name.split()[:1] == [word] for name in names for word in TOTAL_WORDS)
    return says_so or (not any(names) and bool(row.written("areadespejada")))


def _gather(gathered: _Gathered, summary: Summary, occurrence: int, recorded: date | None) -> None:
    digest = hashlib.sha256(f"{summary.content}|{occurrence}".encode()).hexdigest()[:12]
    department, unit = f"CO/{slug(summary.department)}", unit_code(summary.department, summary.municipality)
    operator = slug(summary.kind)
    last_day = calendar.monthrange(summary.month.year, summary.month.month)[1]
    effective = summary.month.replace(day=last_day)
    entry = Entry(
        id=f"CO-{digest}",
        kind=Kind.CLEAR,
        effective=effective,
        recorded=recorded or effective,
        area=f"{unit}/{digest}",
        contamination=BOTH,
        place=Unlocated(summary.area_m2, unit),
        record="Presidencia de Colombia, situación de desminado humanitario",
        operator=operator,
        unit=unit,
    )
    gathered.entries.append(entry)
    gathered.rows.append(summary.row)
    gathered.labels |= {department: summary.department, unit: summary.municipality, operator: summary.kind}
    gathered.parents[unit] = department
    gathered.counts += [
        OrdnanceCount(unit, summary.month, operator, category, count, summary.row, entry.id)
        for category, count in summary.items
        if count
    ]


def unit_code(department: str, municipality: str) -> str:
    """Return the code of a municipality: ``CO/ANTIOQUIA/SAN-FRANCISCO``. The source has names only, no DANE codes."""
    return f"CO/{slug(department)}/{slug(municipality)}"


@lru_cache(maxsize=8192)
def slug(name: str) -> str:
    """Return a name as a code without blanks: ASCII capitals, ``Ñ`` as ``N``, what is no letter or digit a hyphen."""
    plain = "".join(mark for mark in unicodedata.normalize("NFKD", name) if not unicodedata.combining(mark))
    return re.sub(r"[^A-Z0-9]+", "-", plain.upper()).strip("-")
