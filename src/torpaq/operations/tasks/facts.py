"""What is known of a task when somebody wants to move it: plain values, gathered by whoever holds the rows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType

from torpaq.operations.tasks.order import TaskOrder
from torpaq.standard.problems import Problem

NONE_OPEN: Mapping[str, int] = MappingProxyType({})
NO_PROBLEMS: Mapping[str, tuple[Problem, ...]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class AreaFacts:
    """One hazardous area of the order as the ledger has it; ``is_located``: some of its open land is drawn."""

    area: str
    is_known: bool
    open_m2: float = 0.0
    is_located: bool = False


@dataclass(frozen=True, slots=True)
class Overlap:
    """Another open task on the same land, m² in common."""

    task: str
    common_m2: float


@dataclass(frozen=True, slots=True)
class Inspection:
    """One inspection of the task that was filed: its kind and result by the lists, and who inspected."""

    kind: str
    result: str
    on: date
    inspectors: frozenset[str]
    is_accepted: bool


@dataclass(frozen=True, slots=True)
class Completion:
    """The newest completion report of the task: its state, who wrote it, and what it says.

    ``reported_m2`` is the sum of its products and ``explanation`` the reason it gives where that differs.
    """

    name: str
    state: str
    authors: frozenset[str]
    internal_quality: str = ""
    reported_m2: float | None = None
    explanation: str = ""


@dataclass(frozen=True, slots=True)
class TaskFacts:
    """All that the needs of ``moves/task.csv`` ask. People are named by their user names.

    ``teams`` and ``assets`` hold, by code, what is missing of each one that is assigned on the day; ``standing`` what
    the organisation's accreditation lacks. ``outside_m2`` is how much of the boundary lies outside the areas' open
    land, ``None`` where there is no boundary. ``released_m2`` is what the ledger took from the completion report, and
    ``marking`` what is wrong with the marking of the task's areas on the day.
    """

    order: TaskOrder
    state: str
    on: date
    mover: str = ""
    mover_organisation: str = ""
    mover_is_authority: bool = False
    reason: str = ""
    author: str = ""
    issuer: str = ""
    standing: tuple[Problem, ...] = ()
    teams: Mapping[str, tuple[Problem, ...]] = field(default_factory=lambda: NO_PROBLEMS)
    assets: Mapping[str, tuple[Problem, ...]] = field(default_factory=lambda: NO_PROBLEMS)
    asset_kinds: frozenset[str] = frozenset()
    areas: tuple[AreaFacts, ...] = ()
    outside_m2: float | None = None
    overlaps: tuple[Overlap, ...] = ()
    open_by_severity: Mapping[str, int] = field(default_factory=lambda: NONE_OPEN)
    look_back_open: int = 0
    screened_on: date | None = None
    restored_on: date | None = None
    work_days: int = 0
    reports: int = 0
    completion: Completion | None = None
    inspections: tuple[Inspection, ...] = ()
    release_written: int = 0
    release_waiting: int = 0
    released_m2: float | None = None
    unsettled_items: int = 0
    marking: tuple[Problem, ...] = ()
    tolerance_percent: float = 1.0
    tolerance_m2: float = 50.0
