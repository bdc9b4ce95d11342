"""Where a marking scheme stands on a day, from its dated visits; what is due; how much of a programme is marked.

``marked`` is never a yes without a date: signs are stolen and fall, so a scheme that nobody looked at lately is
overdue. A visit's counts are what is still wrong when the visitors leave; putting up starts at nothing wrong.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from torpaq.standard.problems import Problem, problem


class Action(StrEnum):
    """What a visit did: the list ``marking_action``."""

    INSTALLED = "installed"
    INSPECTED = "inspected"
    REPAIRED = "repaired"
    REMOVED = "removed"


class State(StrEnum):
    """Where a scheme stands on a day."""

    PLANNED = "planned"
    STANDING = "standing"
    DAMAGED = "damaged"
    OVERDUE = "overdue"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Visit:
    """What was done or seen on a day, and what was still wrong afterwards; ``number`` orders visits of one day."""

    on: date
    action: Action
    signs_missing: int = 0
    signs_damaged: int = 0
    gaps_m: float = 0.0
    number: int = 0


@dataclass(frozen=True, slots=True)
class Scheme:
    """A marking scheme: its name, the areas that it marks, its planned length and all its visits."""

    name: str
    areas: tuple[str, ...]
    length_m: float
    visits: tuple[Visit, ...] = ()


@dataclass(frozen=True, slots=True)
class SchemeState:
    """A scheme on a day. ``since`` it stands or is away; ``seen_on`` it was last looked at, ``age_days`` ago.

    Damage counts more than age: it stays ``damaged`` however old the visit that saw it; ``is_overdue`` says the rest.
    """

    state: State
    since: date | None = None
    seen_on: date | None = None
    age_days: int | None = None
    signs_missing: int = 0
    signs_damaged: int = 0
    gaps_m: float = 0.0
    is_overdue: bool = False

    @property
    def stands(self) -> bool:
        """Say whether something stands on the ground, good or bad."""
        return self.state in (State.STANDING, State.DAMAGED, State.OVERDUE)


def state_on(scheme: Scheme, on: date, inspection_days: int) -> SchemeState:
    """Return where a scheme stands at the end of a day; later visits are not known yet."""
    past = sorted((one for one in scheme.visits if one.on <= on), key=lambda one: (one.on, one.number))
    since, last = None, None
    for one in past:
        if one.action is Action.INSTALLED:
            since = one.on
        elif one.action is Action.REMOVED:
            since = None
        elif since is None:
            continue  # a visit to what does not stand makes no marking
        last = one
    if last is None:
        return SchemeState(State.PLANNED)
    age_days = (on - last.on).days
    if last.action is Action.REMOVED:
        return SchemeState(State.REMOVED, last.on, last.on, age_days)
    left = (0, 0, 0.0) if last.action is Action.INSTALLED else (last.signs_missing, last.signs_damaged, last.gaps_m)
    is_overdue = age_days > inspection_days
    state = State.DAMAGED if any(left) else State.OVERDUE if is_overdue else State.STANDING
    return SchemeState(state, since, last.on, age_days, *left, is_overdue)


def marking_stands(name: str, schemes: Iterable[Scheme], on: date, inspection_days: int) -> list[Problem]:
    """Say what stands in the way of work that needs marking: one scheme that stands, was seen lately and is whole.

    Where several schemes stand, all have to be whole: people walk in where one is not (IMAS 08.40).
    """
    states = [state_on(scheme, on, inspection_days) for scheme in schemes]
    standing = [one for one in states if one.stands]
    if not standing:
        return [problem("marking_missing", name)]
    return [found for one in standing for found in faults_of_state(name, one, inspection_days)]


def faults_of_state(name: str, one: SchemeState, inspection_days: int) -> list[Problem]:
    """Say what is wrong with a scheme that stands: damage that was seen, and that nobody looked at it lately."""
    found = []
    if one.state is State.DAMAGED:
        counts = {"missing": one.signs_missing, "damaged": one.signs_damaged, "gaps_m": round(one.gaps_m)}
        found.append(problem("marking_damaged", name, **counts))
    if one.is_overdue:
        found.append(problem("marking_overdue", name, seen=str(one.seen_on), days=inspection_days))
    return found


@dataclass(frozen=True, slots=True)
class AreaMarking:
    """A hazardous area and its schemes. ``open_m`` is the perimeter of land in it that is still open, ``cha_m`` of
    that which is confirmed (metres); ``is_released`` once something was open and nothing is any more."""

    area: str
    open_m: float
    cha_m: float
    is_released: bool
    schemes: tuple[Scheme, ...]


def marking_problems(areas: Iterable[AreaMarking], on: date, inspection_days: int) -> list[Problem]:
    """Say what is due on a day: marking that is missing, overdue, damaged or too short; that was taken away too early;
    and, once land is released, marking that still stands and has to be taken away before handover."""
    found: list[Problem] = []
    for area in areas:
        states = [(scheme, state_on(scheme, on, inspection_days)) for scheme in area.schemes]
        standing = [(scheme, one) for scheme, one in states if one.stands]
        if area.is_released:
            found += [_still_stands(area.area, one) for _, one in standing]
        elif standing:
            found += [fault for _, one in standing for fault in faults_of_state(area.area, one, inspection_days)]
            length_m = sum(scheme.length_m for scheme, _ in standing)
            if length_m < area.cha_m * 0.99:
                told = {"length_m": round(length_m), "perimeter_m": round(area.cha_m)}
                found.append(problem("marking_short", area.area, **told))
        elif area.cha_m > 0:
            gone = [one.since for _, one in states if one.state is State.REMOVED and one.since]
            early = problem("marking_removed_early", area.area, on=str(max(gone))) if gone else None
            found.append(early or problem("marking_missing", area.area))
    return found


def marking_removed(areas: Iterable[AreaMarking], on: date, inspection_days: int) -> list[Problem]:
    """Say which schemes of these areas still stand on a day: none may, when the land is handed over."""
    states = [(area.area, state_on(scheme, on, inspection_days)) for area in areas for scheme in area.schemes]
    return [_still_stands(name, one) for name, one in states if one.stands]


def _still_stands(area: str, one: SchemeState) -> Problem:
    return problem("marking_still_stands", area, area=area, since=str(one.since))


@dataclass(frozen=True, slots=True)
class MarkedRow:
    """One area of the figure: perimeter of its open confirmed land, how much of it counts, and why not the rest."""

    area: str
    perimeter_m: float
    counted_m: float
    state: State | None
    seen_on: date | None


def marked_share(areas: Sequence[AreaMarking], on: date, inspection_days: int) -> tuple[float | None, list[MarkedRow]]:
    """Return the share (0 to 1) of the perimeter of open CHA that is marked and was inspected lately, with its rows.

    A scheme counts with its length less its gaps, at most the area's perimeter; none that is overdue counts. None where
    there is no open CHA. Least marked first.
    """
    rows = []
    for area in areas:
        if area.cha_m <= 0:
            continue
        states = [(scheme, state_on(scheme, on, inspection_days)) for scheme in area.schemes]
        good = [(scheme, one) for scheme, one in states if one.stands and not one.is_overdue]
        counted_m = min(area.cha_m, sum(max(scheme.length_m - one.gaps_m, 0.0) for scheme, one in good))
        told = min((one for _, one in states), key=_worth, default=None)
        state, seen_on = (told.state, told.seen_on) if told else (None, None)
        rows.append(MarkedRow(area.area, area.cha_m, counted_m, state, seen_on))
    total_m = sum(row.perimeter_m for row in rows)
    rows.sort(key=lambda row: (row.counted_m - row.perimeter_m, row.area))
    return (sum(row.counted_m for row in rows) / total_m if total_m else None), rows


_WORTH = (State.STANDING, State.DAMAGED, State.OVERDUE, State.PLANNED, State.REMOVED)


def _worth(one: SchemeState) -> int:
    return _WORTH.index(one.state)
