"""Accreditations, certificates and teams as values, as they stand on a day."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction


class Kind(StrEnum):
    """What an accreditation says: the organisation is fit at all, or it may do one activity (IMAS 07.30)."""

    ORGANISATIONAL = "organisational"
    OPERATIONAL = "operational"


class State(StrEnum):
    """The list ``accreditation_status``; ``expired`` is never kept, it follows from the dates."""

    APPLIED = "applied"
    DESK_ASSESSMENT = "desk_assessment"
    PROVISIONAL = "provisional"
    GRANTED = "granted"
    SUSPENDED = "suspended"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


STANDING = frozenset({State.PROVISIONAL, State.GRANTED})
"""The states in which an accreditation, within its dates, lets an organisation work."""


@dataclass(frozen=True, slots=True)
class Accreditation:
    """What an organisation may do. Empty ``method`` or ``units``: all; an operational one names its activity.

    ``suspended_on`` and ``reason`` tell of the suspension it is under; ``last_work_on`` is the last day of work
    within its scope, where there was any.
    """

    code: str
    organisation: str
    kind: str
    activity: str = ""
    method: str = ""
    units: tuple[str, ...] = ()
    state: str = State.APPLIED
    valid_from: date | None = None
    valid_to: date | None = None
    conditions: str = ""
    suspended_on: date | None = None
    reason: str = ""
    last_work_on: date | None = None

    def state_on(self, day: date) -> str:
        """Return the state on a day: ``expired`` after the last valid day, whatever else was decided, but withdrawn.

        A suspension holds at once and for every day asked about, because a state is kept for today only.
        """
        live = self.state in STANDING or self.state == State.SUSPENDED
        if live and self.valid_to is not None and day > self.valid_to:
            return State.EXPIRED
        return self.state

    def stands_on(self, day: date) -> bool:
        """Say whether work may rest on it on a day; never without both dates."""
        if self.valid_from is None or self.valid_to is None or day < self.valid_from:
            return False
        return self.state_on(day) in STANDING


@dataclass(frozen=True, slots=True)
class Certificate:
    """What a person was examined in: the list ``certificate_kind``; without ``valid_to`` it has no end."""

    kind: str
    issued_on: date
    valid_to: date | None = None
    withdrawn_on: date | None = None

    def is_valid(self, day: date) -> bool:
        """Say whether it counts on a day; the day of a withdrawal no longer does."""
        if day < self.issued_on or (self.withdrawn_on is not None and day >= self.withdrawn_on):
            return False
        return self.valid_to is None or day <= self.valid_to


@dataclass(frozen=True, slots=True)
class Member:
    """A person in a team, as what (the list ``demining_function``), and when; ``sex`` is of the list ``sex``."""

    person: str
    function: str
    sex: str
    since: date
    until: date | None = None
    certificates: tuple[Certificate, ...] = ()

    def is_there(self, day: date) -> bool:
        """Say whether the person is in the team on a day, first and last day included."""
        return self.since <= day and (self.until is None or day <= self.until)


@dataclass(frozen=True, slots=True)
class Team:
    """People who work together."""

    code: str
    members: tuple[Member, ...] = ()

    def on(self, day: date) -> tuple[Member, ...]:
        """Return who is in the team on a day."""
        return tuple(member for member in self.members if member.is_there(day))


@dataclass(frozen=True, slots=True)
class Mix:
    """How many women and men: a person counts once, whatever their functions. ``other`` and ``unknown`` count too."""

    women: int = 0
    men: int = 0
    other: int = 0
    unknown: int = 0

    @property
    def people(self) -> int:
        """Return how many people."""
        return self.women + self.men + self.other + self.unknown

    @property
    def women_share(self) -> Fraction | None:
        """Return the share of women among those whose sex is known; None where it is known of nobody."""
        known = self.people - self.unknown
        return Fraction(self.women, known) if known else None

    @property
    def is_all_women(self) -> bool:
        """Say whether everybody is a woman; a team in which one is unknown is not said to be."""
        return 0 < self.women == self.people


def mix_of(members: Iterable[tuple[str, str]]) -> Mix:
    """Count people given as ``(person, sex)``."""
    sexes = list(dict(members).values())
    women, men, other = (sexes.count(code) for code in ("female", "male", "other"))
    return Mix(women, men, other, len(sexes) - women - men - other)
