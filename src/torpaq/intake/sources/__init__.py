"""One small file a messy source of records: known by its header, read strictly, corrected only with a written reason.

There are two kinds. A published table is one file of one country, known by its columns. A system is what other
programmes keep their records in: its files are of any country, and known by what they hold.

The pattern for a published table, one module in this folder:

1. ``NAME`` (the module's own), ``COUNTRY``, ``COLUMNS`` (its header, as published) and ``read(sheet, sha256,
   recorded)`` that turns the rows of a :class:`~torpaq.intake.sheets.Sheet` into a
   :class:`~torpaq.intake.source_reading.SourceReading`.
2. The module's docstring says who published the file, what a row is, what a row does not say, and every reading of a
   doubtful cell **with its reason**. Where a published row is plainly wrong, a table in the module gives the row's
   content, the right value and the reason; the row's problem still says that it was corrected. Nothing else changes
   what was published.
3. Ids are made of the row's typed content, never of its place in the file or the file's format, so that the same
   content imported again adds nothing.
4. A row with any error gives no entry; each problem names row, column, value, and what would be right.
5. A line here in ``TABLES``, and a test with an excerpt of the awkward rows.

A system's module has ``NAME``, ``knows(opened)`` and ``read(opened, country, today)``, and a line in ``SYSTEMS``.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from torpaq.intake.sheets import Sheet, read_sheet
from torpaq.intake.source_reading import SourceReading
from torpaq.intake.sources import colombia_desminado, colombia_victims, imsma_core, imsma_ng, maxml
from torpaq.intake.sources.opened import Opened
from torpaq.standard.country import Country, load_country
from torpaq.standard.problems import problem

SHARE_OF_COLUMNS = 0.6  # so many of a source's columns make a header its own; what lacks is then named


@dataclass(frozen=True, slots=True)
class Source:
    """A published table that can be imported: the country it speaks of (ISO 3166-1), its columns and its reader."""

    name: str
    country: str
    columns: tuple[str, ...]
    read: Callable[[Sheet, str, date | None], SourceReading]


@dataclass(frozen=True, slots=True)
class System:
    """A system whose files can be imported, of whatever country."""

    name: str
    knows: Callable[[Opened], bool]
    read: Callable[[Opened, Country, date], SourceReading]
    country: str = ""


TABLES = {
    module.NAME: Source(module.NAME, module.COUNTRY, module.COLUMNS, module.read)
    for module in (colombia_desminado, colombia_victims)
}
SYSTEMS = {module.NAME: System(module.NAME, module.knows, module.read) for module in (maxml, imsma_core, imsma_ng)}
SOURCES: Mapping[str, Source | System] = {**TABLES, **SYSTEMS}


def read_source(
    file: bytes | Path, name: str = "", recorded: date | None = None, country: str = "", file_name: str = ""
) -> SourceReading:
    """Read a file of a known source, by ``name`` or recognised by its header or by what it holds.

    ``recorded`` is the day the programme learned of the content, ``country`` the programme's, which a system's files
    are read for. Everything wrong with the file is a problem of the reading: ``source_unknown`` where no source has
    such a file, ``column_missing`` and ``column_twice`` where the header is not the source's own (then no row is
    read). Raises ``OSError`` for a path that cannot be read and ``KeyError`` for a name that no source has.
    """
    data = file.read_bytes() if isinstance(file, Path) else file
    sha256 = hashlib.sha256(data).hexdigest()
    opened = Opened(data, sha256, file_name or (file.name if isinstance(file, Path) else ""))
    if name in SYSTEMS:
        return _read_system(SYSTEMS[name], opened, country, recorded)
    sheet = read_sheet(data)
    sheet.header = [column.casefold() for column in sheet.header]
    source = TABLES[name] if name else recognise(sheet.header)
    if source is None:
        for system in SYSTEMS.values():
            if system.knows(opened):
                return _read_system(system, opened, country, recorded)
    if source is None or not sheet.header:
        return _unread(sheet, "", sha256)
    if not _check_header(sheet, source):
        return _unread(sheet, source.name, sha256)
    return source.read(sheet, sha256, recorded)


def _read_system(system: System, opened: Opened, country: str, recorded: date | None) -> SourceReading:
    if not system.knows(opened):
        told = (*opened.problems, problem("system_not_recognised", "file", system=system.name))
        return SourceReading(system.name, opened.sha256, 0, problems=told)
    return system.read(opened, load_country(country or "aze"), recorded or date.max)


def recognise(header: list[str]) -> Source | None:
    """Return the table that shares the most columns with a header, at least 60 % of its own; ``None`` if none."""
    shares = {source.name: len(set(source.columns) & set(header)) / len(source.columns) for source in TABLES.values()}
    best = max(shares, key=lambda name: shares[name])
    return TABLES[best] if shares[best] >= SHARE_OF_COLUMNS else None


def _check_header(sheet: Sheet, source: Source) -> bool:
    missing = [column for column in source.columns if column not in sheet.header]
    twice = [column for column in source.columns if sheet.header.count(column) > 1]
    unknown = [column for column in sheet.header if column not in source.columns]
    sheet.problems += [problem("column_missing", "row 1", column=column) for column in missing]
    sheet.problems += [problem("column_twice", "row 1", column=column) for column in twice]
    sheet.problems += [problem("column_unknown", "row 1", column=column) for column in unknown]
    return not missing and not twice


def _unread(sheet: Sheet, name: str, sha256: str) -> SourceReading:
    if not name and sheet.header:
        tables = [f"{source.name}: {' '.join(source.columns)}" for source in TABLES.values()]
        found, columns = " ".join(sheet.header)[:200], "; ".join([*tables, *SYSTEMS])
        sheet.problems.append(problem("source_unknown", "row 1", header=found, columns=columns))
    return SourceReading(name, sha256, len(sheet.rows) + sheet.refused, problems=tuple(sheet.problems))
