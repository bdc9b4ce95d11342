"""What checking says of a file: a verdict on each row, counts, findings, and what was interpreted."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from enum import StrEnum

from torpaq.intake.record.record import Finding, Value


class Verdict(StrEnum):
    """What checking says of a row."""

    GOOD = "good"
    WARNED = "warned"
    DUPLICATE = "duplicate"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class RowResult:
    """One row: its number in the file, its values unless it is refused, and the errors and warnings about it.

    ``is_unlocated``: the form asks for a place and the row gives none. ``duplicate_of`` is the uid of the record that
    it may repeat, empty where it repeats none or another row of the file.
    """

    number: int
    verdict: Verdict
    values: dict[str, Value] | None
    findings: tuple[Finding, ...]
    is_unlocated: bool = False
    duplicate_of: str = ""


@dataclass(slots=True)
class Counts:
    """How many rows there are, by verdict, and what else was counted. ``guessed`` counts cells, ``blank`` rows."""

    rows: int = 0
    good: int = 0
    warned: int = 0
    duplicates: int = 0
    refused: int = 0
    unlocated: int = 0
    guessed: int = 0
    blank: int = 0

    def add(self, verdict: Verdict, is_unlocated: bool) -> None:
        """Count a row."""
        self.rows += 1
        self.unlocated += is_unlocated
        self.good += verdict is Verdict.GOOD
        self.warned += verdict is Verdict.WARNED
        self.duplicates += verdict is Verdict.DUPLICATE
        self.refused += verdict is Verdict.REFUSED

    def as_json(self) -> dict[str, int]:
        """Return the counts by name."""
        return asdict(self)


@dataclass(slots=True)
class Noted:
    """A note about cells of one column, the first of them in the finding, and how many there are."""

    finding: Finding
    cells: int = 1

    def as_json(self) -> dict[str, object]:
        """Return the finding's keys and ``cells``."""
        return {**self.finding.as_json(), "cells": self.cells}


@dataclass(slots=True)
class Notes:
    """The notes of a file: each once for a column, a word that was taken for a code once for itself."""

    by_key: dict[tuple[str, str, str], Noted] = field(default_factory=dict)

    def add(self, finding: Finding) -> None:
        """Take in one note."""
        key = (finding.element or finding.column, finding.problem.code, _word(finding))
        known = self.by_key.get(key)
        if known:
            known.cells += 1
        else:
            self.by_key[key] = Noted(finding)

    def __iter__(self) -> Iterator[Noted]:
        return iter(self.by_key.values())


def _word(finding: Finding) -> str:
    return str(finding.problem.parameters["value"]) if finding.problem.code == "answer_read_as" else ""


@dataclass(slots=True)
class Checked:
    """The rows of a table, checked as they are asked for; once all have come, the counts and findings are whole.

    ``findings`` speak of the file, of a column, or of a row that is none of data (a total, a repeated header);
    ``notes`` of what was interpreted. ``is_stopped`` says that somebody stopped the checking.
    """

    results: Iterator[RowResult]
    counts: Counts
    findings: list[Finding]
    notes: Notes
    is_stopped: bool = False

    def __iter__(self) -> Iterator[RowResult]:
        return self.results
