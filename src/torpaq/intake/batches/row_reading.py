"""One row of a table is read: what its cells say, what is wrong with them, and where in the record it goes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from torpaq.intake.batches.cells import Read, Source, cell_told, sources_of
from torpaq.intake.batches.columns import Matching
from torpaq.intake.batches.results import Notes
from torpaq.intake.batches.targets import How, Target, read_target
from torpaq.intake.record.context import Context
from torpaq.intake.record.reading import read_answer
from torpaq.intake.record.record import Finding, Value
from torpaq.intake.record.telling import shown
from torpaq.intake.tables.model import Table, TableFinding, TableRow
from torpaq.standard.problems import Problem, Severity

LONGEST_SHOWN = 80


@dataclass(slots=True)
class RowRead:
    """What a row says. ``unread`` are the places of answers that nobody can read.

    ``moved`` tells where rows of repeats stand in the table whose neighbours before them are blank: by the beginning
    of a place in the record (``finds[1].``) the beginning in the table (``finds[3].``).
    """

    values: dict[str, Value] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    unread: set[str] = field(default_factory=set)
    moved: dict[str, str] = field(default_factory=dict)
    guessed: int = 0

    def place_in_table(self, place: str) -> str:
        """Return where an answer of the record stands in the table."""
        return _moved(place, self.moved) if self.moved else place


class RowReader:
    """Everything that is found once for a table, and the reading of one row."""

    def __init__(self, table: Table, matching: Matching, context: Context, notes: Notes, is_1904: bool) -> None:
        self.table, self.context, self.notes, self.matching = table, context, notes, matching
        self.sources = sources_of(table, matching.columns, matching.map, context, is_1904)
        self.by_place = {source.target.place: source for source in self.sources}
        self.headings = {column.index: column.heading or column.letter for column in table.columns}
        self.findings = [self._of_matching(found) for found in matching.problems]
        self.of_cells: dict[int, list[Finding]] = {}
        self.spoilt: set[tuple[int, int]] = set()
        self.unreadable: set[int] = set()
        self._sort_findings()
        self.defaults = list(self._read_defaults())

    def read(self, row: TableRow) -> RowRead:
        """Read a row's cells."""
        read = RowRead(findings=list(self.of_cells.get(row.number, ())))
        if row.number in self.unreadable:
            return read
        repeats: dict[str, dict[int, dict[str, Value]]] = {}
        for source in self.sources:
            target = source.target
            if self.spoilt and any((row.number, index) in self.spoilt for index in source.indexes.values()):
                read.unread.add(target.place)
                continue
            answer = source.read(row.cells)
            if answer.troubles or answer.notes or answer.is_guess:
                self._take_note(row, source, answer, read)
            if answer.value is None:
                continue
            if target.repeat:
                repeats.setdefault(target.repeat, {}).setdefault(target.row, {})[target.element] = answer.value
            else:
                read.values[target.element] = answer.value
        for target, value in self.defaults:
            if not target.repeat:
                read.values.setdefault(target.element, value)
            elif target.row in repeats.get(target.repeat, {}):
                repeats[target.repeat][target.row].setdefault(target.element, value)
        if repeats:
            _put_repeats(read, repeats)
        return read

    def finding_of(self, row: TableRow, place: str, found: Problem, value: str = "") -> Finding:
        """Return a problem at a place of the table as a finding, with the cell that is there."""
        source = self.by_place.get(place)
        if source is None:
            return Finding(row.number, "", place, value, found)
        written = cell_told([row.cells[index] for index in source.indexes.values()])
        return Finding(row.number, source.column, place, shown(source.element, written), found)

    def _take_note(self, row: TableRow, source: Source, answer: Read, read: RowRead) -> None:
        place = source.target.place
        if answer.troubles:
            read.findings += [self.finding_of(row, place, found) for found in answer.troubles]
            if answer.value is None:
                read.unread.add(place)
        for found in answer.notes:
            self.notes.add(self.finding_of(row, place, found))
        read.guessed += answer.is_guess

    def _sort_findings(self) -> None:
        """Part what the table itself found: of cells and rows of data, and of everything else."""
        numbers = {row.number for row in self.table.rows}
        for found in self.table.findings:
            finding = self._of_table(found)
            if found.row is None or found.row not in numbers:
                self.findings.append(finding)
            elif finding.problem.severity is Severity.NOTE:
                self.notes.add(finding)
            else:
                self.of_cells.setdefault(found.row, []).append(finding)
                if finding.is_error and found.column is None:
                    self.unreadable.add(found.row)
                elif finding.is_error and found.column is not None:
                    self.spoilt.add((found.row, found.column))

    def _of_table(self, found: TableFinding) -> Finding:
        column = self.headings.get(found.column, "") if found.column is not None else ""
        target = self.matching.columns.get(found.column) if found.column is not None else None
        value = str(dict(found.parameters).get("value", ""))[:LONGEST_SHOWN]
        if target is not None:
            value = shown(target.element_of(self.context.form), value)
        place = target.place if target else ""
        return Finding(found.row or 0, column, place, value, found.problem(self.table.name))

    def _of_matching(self, found: Problem) -> Finding:
        """Return a problem of matching as a finding; its subject is a column's letter, or an element."""
        headings = {column.letter: column.heading for column in self.table.columns}
        if found.subject in headings:
            return Finding(0, headings[found.subject] or found.subject, "", "", found)
        return Finding(0, "", found.subject, "", found)

    def _read_defaults(self) -> Iterator[tuple[Target, Value]]:
        """Read the values that stand where the table says nothing; one that cannot be read is a finding of the file."""
        for path, text in self.matching.defaults.items():
            target = read_target(path, self.context.form, How.MAP)
            if target is None:
                continue
            element = target.element_of(self.context.form)
            answer = read_answer(element, text, self.context, target.place)
            self.findings += [Finding(0, "", target.place, shown(element, text), found) for found in answer.problems]
            if answer.value is not None:
                yield target, answer.value


def _put_repeats(read: RowRead, repeats: Mapping[str, Mapping[int, dict[str, Value]]]) -> None:
    """Put the rows of repeats into the values, one after the other, blank ones left out."""
    for repeat, rows in repeats.items():
        numbers: Sequence[int] = sorted(rows)
        read.values[repeat] = [rows[number] for number in numbers]
        for place, number in enumerate(numbers, 1):
            if place != number:
                read.moved[f"{repeat}[{place}]."] = f"{repeat}[{number}]."
    if read.moved and read.unread:
        back = {there: here for here, there in read.moved.items()}
        read.unread = {_moved(place, back) for place in read.unread}


def _moved(place: str, beginnings: Mapping[str, str]) -> str:
    beginning = place[: place.find(".") + 1]
    return beginnings[beginning] + place[len(beginning) :] if beginning in beginnings else place
