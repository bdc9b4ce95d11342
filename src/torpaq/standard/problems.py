"""Problems: bad data as values.

A problem has a stable code, a severity, a subject, named parameters and a clause, never a sentence.
Sentences are translations and live beside the code in ``catalogue/*.csv``.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from types import MappingProxyType

from torpaq.standard.tables import STANDARD, read_table

LANGUAGES = ("az", "en", "ru")

Parameter = str | int | float


class Severity(StrEnum):
    """How much a problem weighs: an error stands in the way, a warning is shown, a note informs."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class ProblemKind:
    """One row of the problem catalogue."""

    code: str
    severity: Severity
    clause: str
    parameters: tuple[str, ...]
    since: str
    retired: str
    sentences: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong with a piece of data, as a value. Build it with :func:`problem`."""

    code: str
    severity: Severity
    subject: str
    parameters: Mapping[str, Parameter] = field(default_factory=dict)

    def sentence(self, language: str = "en") -> str:
        """Say what is wrong and what would be right, in ``az``, ``en`` or ``ru``."""
        template = catalogue()[self.code].sentences[language]
        return f"{self.subject}: {template.format_map(dict(self.parameters))}"

    def as_json(self) -> dict[str, object]:
        """Return the stable keys ``code``, ``severity``, ``subject``, ``parameters``."""
        return {
            "code": self.code,
            "severity": self.severity.value,
            "subject": self.subject,
            "parameters": dict(self.parameters),
        }


def problem(code: str, subject: str, **parameters: Parameter) -> Problem:
    """Build a problem of a catalogued kind; its severity comes from the catalogue.

    Raises ``KeyError`` for a code the catalogue lacks and ``ValueError`` where the named parameters are not
    exactly the kind's: both are mistakes of ours, found by the first test that meets them.
    """
    kind = catalogue()[code]
    if set(parameters) != set(kind.parameters):
        raise ValueError(f"{code} takes {kind.parameters}, was given {tuple(parameters)}")
    return Problem(code, kind.severity, subject, MappingProxyType(parameters))


def has_errors(problems: Iterable[Problem]) -> bool:
    """Say whether any of the problems is of severity error."""
    return any(p.severity is Severity.ERROR for p in problems)


@cache
def catalogue() -> Mapping[str, ProblemKind]:
    """Return every problem kind by its code, read from ``standard/catalogue/*.csv`` (one file a room)."""
    kinds: dict[str, ProblemKind] = {}
    for path in sorted((STANDARD / "catalogue").glob("*.csv")):
        for row in read_table(path):
            if row["code"] in kinds:
                raise ValueError(f"{path.name}: the code {row['code']} stands twice in the catalogue")
            kinds[row["code"]] = ProblemKind(
                code=row["code"],
                severity=Severity(row["severity"]),
                clause=row["clause"],
                parameters=tuple(row["parameters"].split()),
                since=row["since"],
                retired=row["retired"],
                sentences=MappingProxyType({language: row[language] for language in LANGUAGES}),
            )
    return MappingProxyType(kinds)
