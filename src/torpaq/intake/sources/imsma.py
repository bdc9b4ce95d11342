"""What the readers of IMSMA's files share: items become records; what has no place in a form stays beside its record.

None of these readers has met a real export yet. They are built from what is published about the system, so each import
says so (``source_not_tried_on_real``), nothing that is not understood is dropped, and no answer is invented:

* A column or element that nobody has described is kept in the record's original, and named once for the file.
* A value that no code of the form means is kept there too, with a warning that says which.
* A record that lacks what its form requires is taken as it is; its findings say what is missing.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from torpaq.intake.record.context import Context, context_in
from torpaq.intake.record.reading import read_answer
from torpaq.intake.record.record import Value
from torpaq.intake.source_reading import SourceReading, SourceRecord
from torpaq.intake.tables.cells import as_text
from torpaq.intake.tables.model import Cell
from torpaq.standard.condition import is_filled
from torpaq.standard.country import Country
from torpaq.standard.form import load_form
from torpaq.standard.problems import Problem, problem

CAUTION = "source_not_tried_on_real"

BASE_TERMS: Mapping[str, Mapping[str, str]] = {
    "area_status": {"active": "open", "worked on": "in_progress"},
    "accident_class": {"demining accident": "demining"},
    "confirmed": {"not specified": "not_specified"},
}
"""What IMSMA stores and our lists call otherwise, by the list: its base term *Active* is shown as *Open* there."""

Cells = Mapping[str, Cell]


@dataclass(slots=True)
class Item:
    """One of IMSMA's items on its way to a record: where it stands, its cells by their names, the answers so far.

    ``used`` are the names of the cells that some answer was made of, ``original`` all that stood in the source.
    """

    row: int
    form: str
    id: str
    cells: Cells
    values: dict[str, Value] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)
    original: object = None
    sheet: str = ""

    @property
    def subject(self) -> str:
        """What problems of the item speak of."""
        return place_of(self.sheet, self.row)

    def text(self, name: str) -> str:
        """Return a cell as one line of text, and remember that it was used."""
        self.used.add(name)
        return as_text(self.cells.get(name))[0]


@dataclass(slots=True)
class Gathering:
    """What a file has given so far. Interpretations and values left aside are told once each, with their number."""

    country: Country
    today: date
    records: list[SourceRecord] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    refused: int = 0
    _contexts: dict[str, Context] = field(default_factory=dict)
    _read_as: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    _left: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    _first: dict[tuple[str, str, str], str] = field(default_factory=dict)
    _beside: dict[str, set[str]] = field(default_factory=dict)

    def context(self, form: str) -> Context:
        """Return what reading a form's answers needs, made once."""
        if form not in self._contexts:
            loaded = load_form(form, self.country.iso3)
            self._contexts[form] = context_in(self.country, loaded, "en", self.today)
        return self._contexts[form]

    def wrong(self, code: str, subject: str, **parameters: str | int) -> None:
        """Note a problem."""
        self.problems.append(problem(code, subject, **parameters))

    def once(self, code: str, subject: str, **parameters: str | int) -> None:
        """Note a problem of the whole file, however often it is met."""
        found = problem(code, subject, **parameters)
        if found not in self.problems:
            self.problems.append(found)

    def refuse(self, code: str, subject: str, **parameters: str | int) -> None:
        """Note that a row or report gives no record, and why."""
        self.refused += 1
        self.wrong(code, subject, **parameters)

    def answer(self, item: Item, element_code: str, name: str) -> None:
        """Read a cell as the answer to an element; what cannot be read as one is left beside the record."""
        raw = item.cells.get(name)
        if not is_filled(raw) or not as_text(raw)[0]:
            item.used.add(name)
            return
        context = self.context(item.form)
        element = context.form.by_code[element_code]
        word = as_text(raw)[0]
        meant = BASE_TERMS.get(element.list, {}).get(word.casefold())
        found = read_answer(element, meant or raw, context)
        if found.value is None:
            self._tell(self._left, (name, word[:60], element_code), item)
            return
        item.used.add(name)
        item.values[element_code] = found.value
        if meant or found.hows:
            self._tell(self._read_as, (name, word[:60], str(found.value)[:60]), item)

    def _tell(self, counts: Counter[tuple[str, str, str]], what: tuple[str, str, str], item: Item) -> None:
        counts[what] += 1
        self._first.setdefault(what, item.subject)

    def keep(self, item: Item, table: str) -> None:
        """Turn an item into a record, with all that stood in the source beside it."""
        unread = {name for name, cell in item.cells.items() if is_filled(cell) and name not in item.used}
        self._beside.setdefault(table, set()).update(unread)
        whole = item.original
        original = whole if isinstance(whole, str) else json.dumps(whole, ensure_ascii=False, default=str, indent=1)
        self.records.append(SourceRecord(item.row, item.form, item.id, item.values, original, item.sheet))

    def reading(self, source: str, sha256: str, rows: int) -> SourceReading:
        """Return what was gathered, with the caution and one line for each thing that was left or interpreted."""
        told = [problem(CAUTION, "file", source=source)]
        for (name, value, element), count in self._left.items():
            first = self._first[name, value, element]
            told.append(problem("value_left_aside", first, column=name, value=value, element=element, count=count))
        for (name, value, read), count in self._read_as.items():
            first = self._first[name, value, read]
            told.append(problem("value_read_as", first, column=name, value=value, read=read, count=count))
        for table, names in self._beside.items():
            if names:
                told.append(problem("columns_left_aside", table or "file", columns=", ".join(sorted(names))[:1000]))
        return SourceReading(
            source=source,
            sha256=sha256,
            rows=rows,
            problems=(*told, *self.problems),
            records=tuple(sorted(self.records, key=_order)),
        )


def place_of(sheet: str, row: int) -> str:
    """Return how problems name a row: with its sheet in a file of several."""
    return f"{sheet} row {row}".lstrip()


def _order(record: SourceRecord) -> tuple[int, int]:
    """Records stand after those that they refer to: accidents before victims, victims before what was done for them."""
    later = ("victim", "assistance")
    return (later.index(record.form) + 1 if record.form in later else 0), record.row


def number_apart(ids: Sequence[tuple[str, str]], gathering: Gathering) -> dict[str, str]:
    """Return a local id for each guid, so that no two items share one; ``ids`` are (guid, local id).

    Blanks at the ends are taken away first: they made hidden duplicates. Every one of several equal ids then gets
    ``-DUP01``, ``-DUP02`` … in the order of their guids, which is the same in every export (GICHD's own repair).
    """
    held: dict[str, list[tuple[str, str]]] = {}
    for guid, local_id in ids:
        trimmed = " ".join(local_id.split())
        held.setdefault(trimmed.casefold(), []).append((guid, trimmed))
    names: dict[str, str] = {}
    for same in held.values():
        if len(same) == 1 or not same[0][1]:
            names.update(same)
            continue
        gathering.wrong("local_id_twice", same[0][1], count=len(same), first=f"{same[0][1]}-DUP01")
        names |= {guid: f"{local_id}-DUP{number:02}" for number, (guid, local_id) in enumerate(sorted(same), 1)}
    return names
