"""The current view of a subject that several reports speak of: the newest information counts, not the newest paper.

A report's *date of information* says how old its knowledge is. An older report that comes in late adds what nobody
has said yet and overwrites nothing; the older statements stay readable, so that it can be said what was known when.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from torpaq.intake.record.record import Value


@dataclass(frozen=True, slots=True)
class Report:
    """An accepted record: the date of its information, and its place in the order of acceptance."""

    id: str
    date_of_information: date
    accepted_position: int
    values: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Statement:
    """What one report says of one element."""

    report: str
    date_of_information: date
    accepted_position: int
    value: Value


@dataclass(frozen=True, slots=True)
class View:
    """What is known now: by element its value, the statement that gives it, and the older statements, newest first."""

    values: Mapping[str, Value]
    sources: Mapping[str, Statement]
    older: Mapping[str, tuple[Statement, ...]]


def current_view(reports: Iterable[Report]) -> View:
    """Return for each element what the report with the latest information that states it says.

    Among reports of one date the one accepted last counts. A report that leaves an element out says nothing about it
    and erases nothing. Only the reports matter, not their order; a report that is given twice counts once. Raises
    ``ValueError`` where two reports have one id or one position.
    """
    told: dict[str, list[Statement]] = {}
    for report in sorted(_each_once(reports), key=_newness, reverse=True):
        for element, value in report.values.items():
            statement = Statement(report.id, report.date_of_information, report.accepted_position, value)
            told.setdefault(element, []).append(statement)
    return View(
        values={element: statements[0].value for element, statements in told.items()},
        sources={element: statements[0] for element, statements in told.items()},
        older={element: tuple(statements[1:]) for element, statements in told.items() if len(statements) > 1},
    )


def _newness(report: Report) -> tuple[date, int]:
    return report.date_of_information, report.accepted_position


def _each_once(reports: Iterable[Report]) -> list[Report]:
    by_id: dict[str, Report] = {}
    for report in reports:
        if by_id.setdefault(report.id, report) != report:
            raise ValueError(f"two different reports have the id {report.id}")
    if len({report.accepted_position for report in by_id.values()}) < len(by_id):
        raise ValueError("two reports were accepted at one position")
    return list(by_id.values())
