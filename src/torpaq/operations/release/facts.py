"""What is known of a task when its land is to be given back: plain values, put together by whoever has the rows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

NOT_SETTLED = ("found", "left_marked")
"""States of an item that is still there: the list ``item_status``."""

CONFORMING = ("conforms", "conforms_with_remarks")
SERIOUS = ("critical", "major")
OPEN_STATES = ("raised", "acknowledged", "contained", "action_planned", "corrected")
"""States in which a non-conformity stands in the way; once verified by an inspector it does not."""


@dataclass(frozen=True, slots=True)
class Permit:
    """An accreditation: what for, and the periods in which it stood, both days included. Empty: every one."""

    code: str
    activity: str = ""
    method: str = ""
    units: tuple[str, ...] = ()
    periods: tuple[tuple[date, date], ...] = ()

    def covers(self, activity: str, method: str, unit: str, on: date) -> bool:
        """Say whether it allows this work in this unit on this day (IMAS 07.30)."""
        return (
            self.activity in ("", activity)
            and self.method in ("", method)
            and (not self.units or not unit or unit in self.units)
            and any(first <= on <= last for first, last in self.periods)
        )


@dataclass(frozen=True, slots=True)
class Day:
    """One team's day with one method, from one record of progress. Hours of persons, machines and animals apart."""

    record: str
    on: date
    team: str
    activity: str
    method: str
    unit: str = ""
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
        """Say whether it is serious and not yet verified as corrected."""
        return self.severity in SERIOUS and self.state in OPEN_STATES


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
    """The completion record: its state, what it says, and the people who wrote a version of it."""

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
    completion: Completion | None = None
    entries: tuple[ReleaseEntry, ...] = ()
    look_back_open: tuple[str, ...] = ()
    marking_standing: tuple[str, ...] = ()
    environment: Mapping[str, object] = field(default_factory=dict)
    accidents: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()
