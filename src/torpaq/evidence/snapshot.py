"""A snapshot: a programme as it stood, in a folder. Evidence and all that follows from it read this, never the desk.

::

    <folder>/snapshot.json   the card: programme, country, ledger's head, standard's version, SHA-256 of the files below
    <folder>/ledger.txt      the ledger's text form, sealed
    <folder>/records.jsonl   accepted field records, one a line, with nobody's data in them
    <folder>/tasks.jsonl     what operations know: tasks, lanes, days of work, ordnance found, one a line

The card is written last, so a folder whose card is there is whole.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from torpaq.geo.crs import NationalCrs
from torpaq.land.entry import Entry
from torpaq.land.text import LedgerReader
from torpaq.standard.country import load_country
from torpaq.standard.form import ElementType, Form, Sensitivity
from torpaq.standard.problems import Problem, problem

CARD, LEDGER, RECORDS, TASKS = "snapshot.json", "ledger.txt", "records.jsonl", "tasks.jsonl"
PEOPLES_FORMS = frozenset({"victim", "assistance", "eore_session"})
PEOPLES_PARTS = frozenset({"informants", "beneficiaries"})
PLAIN_TEXTS = frozenset({"area", "task", "local_id", "minefield_record", "part_name", "product_name"})
"""Texts that are numbers and names of things. Any other text may name somebody and stays at the desk."""

FREE = (ElementType.TEXT, ElementType.LONG_TEXT, ElementType.FILE)
TASK, LANE, DAY, FIND = "task", "lane", "day", "find"

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class SnapshotCard:
    """What a snapshot is of: ``head`` is the hash of the last of ``entries`` ledger entries, ``taken`` an ISO time."""

    programme: str
    country: str
    head: str
    entries: int
    standard_version: str
    taken: str
    synthetic_label: str = ""
    files: Mapping[str, str] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Return the card as JSON holds it."""
        return asdict(self)


@dataclass(frozen=True)
class Snapshot:
    """A snapshot as read: the ledger's entries, records and operations' rows as plain values.

    A record has ``uid``, ``form``, ``date``, ``organisation``, ``unit``, ``lon``, ``lat`` and ``values``. A row of
    operations has ``row`` (task, lane, day or find); boundaries are WKT in WGS 84 longitude and latitude.
    """

    card: SnapshotCard
    entries: tuple[Entry, ...]
    records: tuple[Row, ...]
    operations: tuple[Row, ...]

    @property
    def crs(self) -> NationalCrs:
        """The national equal-area CRS of the programme's country."""
        return NationalCrs(load_country(self.card.country).crs_proj)

    @cached_property
    def finds(self) -> tuple[Row, ...]:
        """Ordnance found: uid, category, lon, lat, on, method, accepted."""
        return tuple(row for row in self.operations if row["row"] == FIND)

    @cached_property
    def searched(self) -> tuple[Row, ...]:
        """Lanes done and days of work that have a boundary: on, activity, method, task, boundary."""
        return tuple(row for row in self.operations if row["row"] in (LANE, DAY) and row.get("boundary"))

    def records_of(self, *forms: str) -> Iterator[Row]:
        """Yield the accepted records of some forms."""
        return (record for record in self.records if record["form"] in forms)


def without_people(form: Form, values: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return a record's values with nothing that may name a person; None for forms that are about people.

    Codes, numbers, dates and geometry stay, and texts that name things. Free text, files, informants and
    beneficiaries do not, and neither does what the form does not know.
    """
    if form.code in PEOPLES_FORMS:
        return None
    return _open_values(form, "", values)


def _open_values(form: Form, repeat: str, values: Mapping[str, Any]) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    for element in form.asked(repeat):
        code = element.code
        if code not in values or element.sensitive is Sensitivity.VAULT or code in PEOPLES_PARTS:
            continue
        if element.type is ElementType.REPEAT:
            kept[code] = [_open_values(form, code, row) for row in values[code] if isinstance(row, Mapping)]
        elif isinstance(values[code], Mapping):
            kept[code] = {name: part for name, part in values[code].items() if name in ("type", "coordinates")}
        elif element.type not in FREE or code in PLAIN_TEXTS:
            kept[code] = values[code]
    return kept


def write_snapshot(
    directory: Path, card: SnapshotCard, ledger: str, records: Iterable[Row], operations: Iterable[Row]
) -> SnapshotCard:
    """Write a snapshot's folder and return its card with the files' SHA-256; an earlier one there is replaced.

    ``ledger`` is the text form (``format_ledger``). A write that is cut short leaves a folder without a card.
    """
    directory.mkdir(parents=True, exist_ok=True)
    (directory / CARD).unlink(missing_ok=True)
    files = {
        LEDGER: _write(directory / LEDGER, [ledger]),
        RECORDS: _write(directory / RECORDS, map(_line, records)),
        TASKS: _write(directory / TASKS, map(_line, operations)),
    }
    written = SnapshotCard(**{**asdict(card), "files": files})
    _write(directory / CARD, [json.dumps(written.as_json(), ensure_ascii=False, indent=2) + "\n"])
    return written


def _line(row: Row) -> str:
    return json.dumps(row, ensure_ascii=False, default=str) + "\n"


def _write(path: Path, texts: Iterable[str]) -> str:
    """Write a file under a temporary name, then rename it; return its SHA-256."""
    digest = hashlib.sha256()
    waiting = path.with_name(path.name + ".part")
    with waiting.open("wb") as file:
        for text in texts:
            data = text.encode()
            digest.update(data)
            file.write(data)
    waiting.replace(path)
    return digest.hexdigest()


def read_snapshot(directory: Path) -> tuple[Snapshot | None, list[Problem]]:
    """Read a snapshot's folder. What was changed after it was taken, or cannot be read, is refused whole."""
    subject = str(directory)
    try:
        card = SnapshotCard(**json.loads((directory / CARD).read_text(encoding="utf-8")))
        load_country(card.country)
    except FileNotFoundError:
        return None, [problem("snapshot_missing", subject)]
    except (ValueError, TypeError, OSError) as error:
        return None, [problem("snapshot_unreadable", subject, file=CARD, reason=str(error)[:120])]
    data, problems = _checked_files(directory, card)
    if problems:
        return None, problems
    reader = LedgerReader(NationalCrs(load_country(card.country).crs_proj))
    for number, line in enumerate(data[LEDGER].decode().splitlines(), 1):
        reader.read(number, line)
    if reader.head != card.head or len(reader.entries) != card.entries:
        return None, [problem("snapshot_other_ledger", subject, entries=len(reader.entries), stated=card.entries)]
    try:
        rows = {name: tuple(json.loads(line) for line in data[name].splitlines()) for name in (RECORDS, TASKS)}
    except ValueError as error:
        return None, [problem("snapshot_unreadable", subject, file=RECORDS, reason=str(error)[:120])]
    return Snapshot(card, tuple(reader.entries), rows[RECORDS], rows[TASKS]), []


def _checked_files(directory: Path, card: SnapshotCard) -> tuple[dict[str, bytes], list[Problem]]:
    """Return the files' bytes, and a problem for each that is missing or not the one the card names."""
    data: dict[str, bytes] = {}
    problems = []
    for name in (LEDGER, RECORDS, TASKS):
        try:
            data[name] = (directory / name).read_bytes()
        except OSError as error:
            reason = error.strerror or ""
            problems.append(problem("snapshot_unreadable", str(directory), file=name, reason=reason))
            continue
        if hashlib.sha256(data[name]).hexdigest() != card.files.get(name):
            problems.append(problem("snapshot_changed", str(directory), file=name))
    return data, problems
