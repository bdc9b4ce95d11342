"""A day of work, the task it belongs to, and the lanes of other days: plain values that the checks compare."""

from dataclasses import dataclass
from datetime import date

from torpaq.geo.shape import Shape


@dataclass(frozen=True, slots=True)
class Day:
    """One team's day with one method on a task (IMAS 09.10). Processed is never released.

    ``hours`` are net hours of all persons together; ``shape`` is what was drawn, in the national equal-area CRS.
    """

    name: str
    task: str
    organisation: str
    team: str
    on: date
    activity: str
    method: str
    processed_m2: float
    persons: int
    hours: float
    machine_hours: float = 0.0
    animal_hours: float = 0.0
    stoppage_hours: float = 0.0
    items_found: int = 0
    shape: Shape | None = None

    @property
    def rate_m2_per_hour(self) -> float | None:
        """m² processed in a net hour of one person; None where no hour or nothing processed was reported."""
        return self.processed_m2 / self.hours if self.hours > 0 and self.processed_m2 > 0 else None


@dataclass(frozen=True, slots=True)
class Period:
    """Days from ``since`` to ``until``, both included; None is open."""

    since: date
    until: date | None = None

    def holds(self, on: date) -> bool:
        """Say whether a day lies within."""
        return self.since <= on and (self.until is None or on <= self.until)


@dataclass(frozen=True, slots=True)
class TaskFacts:
    """What a day is compared with: the task's order, its life so far, the teams it was given to.

    ``teams`` names each team with the days it is on the task; a task without teams or methods binds nobody to any.
    """

    code: str
    organisation: str
    state: str
    methods: tuple[str, ...] = ()
    teams: tuple[tuple[str, Period], ...] = ()
    boundary: Shape | None = None
    started_on: date | None = None
    completed_on: date | None = None
    suspensions: tuple[Period, ...] = ()


@dataclass(frozen=True, slots=True)
class Searched:
    """A lane that another day searched: whose day, when, with which method."""

    name: str
    on: date
    method: str
    shape: Shape


@dataclass(frozen=True, slots=True)
class Limits:
    """The national numbers that the checks use: rows of ``standard/parameters.csv``."""

    area_tolerance_percent: float
    area_tolerance_m2: float
    rate_history_days: int
    rate_least_days: int
    rate_deviations: float
    days_without_find: int
