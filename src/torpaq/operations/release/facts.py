"""What is known of a task when its land is to be given back: plain values, put together by whoever has the rows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from torpaq.standard.codes import code_list

NOT_SETTLED = ("found", "left_marked")
"""States of an item that is still there: the list ``item_status``."""

EXTERNAL_CONTROL = "external_qc"
CONFORMING = ("conforms", "conforms_with_remarks")
SERIOUS = ("critical", "major")
SETTLED_STATE = "closed"
"""The one state in which a non-conformity no longer stands in the way."""

PERMIT_KINDS = ("organisational", "operational")
"""Both kinds of accreditation are needed for a day of work: the list ``accreditation_kind``."""


@dataclass(frozen=True, slots=True)
class Permit:
    """An accreditation: what for, and the periods in which it stood, both days included.

    Empty ``method`` or ``units``: all. An organisational one without an activity speaks of the organisation as such.
    """

    code: str
    kind: str = "operational"
    activity: str = ""
    method: str = ""
    units: tuple[str, ...] = ()
    periods: tuple[tuple[date, date], ...] = ()

    def covers(self, day: "Day") -> bool:
        """Say whether it allows a day's work there and then; a parent covers its children (IMAS 07.30)."""
        whole = not self.activity and self.kind == "organisational"
        allowed = whole or (bool(self.activity) and is_under("activity", day.activity, self.activity))
        return (
            allowed
            and (not self.method or is_under("operational_method", day.method, self.method))
            and (not self.units or bool({day.unit, *day.unit_parents} & set(self.units)))
            and any(first <= day.on <= last for first, last in self.periods)
        )


def is_under(name: str, code: str, above: str) -> bool:
    """Say whether a code of the list ``name`` is another or stands below it; an unknown code is itself alone."""
    codes = code_list(name)
    while code:
        if code == above:
            return True
        code = codes[code].parent if code in codes else ""
    return False


@dataclass(frozen=True, slots=True)
class Day:
    """One team's day with one method, from one record of progress. Hours of persons, machines and animals apart."""

    record: str
    on: date
    team: str
    activity: str
    method: str
    unit: str = ""
    unit_parents: tuple[str, ...] = ()
    processed_m2: float = 0.0
    quality_search_m2: float = 0.0
    depth_cm: float | None = None
    persons: int = 0
    hours: float = 0.0
    machine_hours: float = 0.0
    animal_hours: float = 0.0
    stoppages: tuple[tuple[str, float], ...] = ()
    accepted: bool = True
    team_problems: tuple[str, ...] = ()
    authors: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Item:
    """An explosive ordnance item or lot, and what became of it."""

    uid: str
    category: str
    quantity: int
    found_on: date
    status: str
    disposed_on: date | None = None
    record: str = ""


@dataclass(frozen=True, slots=True)
class Inspection:
    """An accepted inspection of the task: kind, day, result, who inspected and which people wrote it."""

    record: str
    kind: str
    on: date
    result: str
    organisation: str = ""
    checked_m2: float = 0.0
    finds: int = 0
    people: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Failing:
    """A non-conformity of the task: how serious, and where it stands."""

    code: str
    severity: str
    state: str

    @property
    def in_the_way(self) -> bool:
        """Say whether it is serious and not closed."""
        return self.severity in SERIOUS and self.state != SETTLED_STATE


@dataclass(frozen=True, slots=True)
class ReleaseEntry:
    """A signed entry of the ledger that released land of the task, or the proposal of one (``signer`` empty)."""

    id: str
    kind: str
    area: str
    effective: date
    contamination: str
    depth_cm: float | None = None
    record: str = ""
    signer: str = ""
    author: str = ""


@dataclass(frozen=True, slots=True)
class Task:
    """A task as its order and its moves say."""

    code: str
    organisation: str
    state: str
    areas: tuple[str, ...]
    activity: str
    methods: tuple[str, ...]
    contamination: tuple[str, ...]
    unit: str = ""
    required_depth_cm: int | None = None
    issued_on: date | None = None
    started_on: date | None = None
    completed_on: date | None = None
    accepted_on: date | None = None


@dataclass(frozen=True, slots=True)
class Completion:
    """A completion record: its state, the task it names, and the people who wrote a version of it."""

    record: str
    state: str
    task: str
    accepted_by: str = ""
    people: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Dossier:
    """Everything of a task that its release rests on."""

    task: Task
    permits: tuple[Permit, ...] = ()
    days: tuple[Day, ...] = ()
    items: tuple[Item, ...] = ()
    inspections: tuple[Inspection, ...] = ()
    failings: tuple[Failing, ...] = ()
    completions: tuple[Completion, ...] = ()
    entries: tuple[ReleaseEntry, ...] = ()
    look_back_open: tuple[str, ...] = ()
    environment: Mapping[str, object] = field(default_factory=dict)
    accidents: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()

    @property
    def writers(self) -> frozenset[str]:
        """Return everybody who wrote of the work: the daily reports and the reports of completion."""
        told = [day.authors for day in self.days] + [one.people for one in self.completions]
        return frozenset[str]().union(*told)

    @property
    def inspectors(self) -> frozenset[str]:
        """Return everybody who inspected the finished land from outside."""
        return frozenset[str]().union(*(one.people for one in self.inspections if one.kind == EXTERNAL_CONTROL))
