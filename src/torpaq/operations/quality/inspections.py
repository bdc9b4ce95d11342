"""Which inspections fall due: by rule and by risk, each with its reason (IMAS 07.40)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from types import MappingProxyType

from torpaq.standard.problems import Parameter

ASSURANCE = ("external_qa_announced", "external_qa_unannounced", "follow_up", "after_accident")
"""Kinds that count as a visit from outside to a team at work."""

CONTROL = "external_qc"
EXTERNAL = (*ASSURANCE, CONTROL, "accreditation", "asset_test", "data_audit", "desk_review")
"""Kinds that nobody of the inspected organisation may carry out."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The national authority's numbers, from ``parameters.csv``."""

    first_days: int
    every_days: int
    every_m2: float
    share_percent: float
    without_find_days: int
    majors: int


@dataclass(frozen=True, slots=True)
class Visit:
    """An inspection that took place: of which team (empty: the task as a whole), and the ground searched again."""

    kind: str
    on: date
    team: str = ""
    checked_m2: float = 0.0


@dataclass(frozen=True, slots=True)
class TaskFacts:
    """A task as the rules see it. ``teams`` gives each team's first day of work on it."""

    task: str
    organisation: str
    state: str
    started_on: date | None
    completed_on: date | None
    resumed_on: date | None
    processed_m2: float
    processed_since: Mapping[date, float]
    last_work_on: date | None
    days_without_find: int
    teams: Mapping[str, date]
    majors: Mapping[str, int] = field(default_factory=dict)
    visits: tuple[Visit, ...] = ()


@dataclass(frozen=True, slots=True)
class Due:
    """An inspection that a rule asks for, and what the rule saw."""

    rule: str
    kind: str
    task: str
    organisation: str
    team: str
    due_on: date
    reason: Mapping[str, Parameter]


def due_inspections(facts: TaskFacts, limits: Limits, on: date) -> list[Due]:
    """Return the inspections that a task calls for on a day, the most urgent first."""
    found: Iterable[Due] = ()
    if facts.state == "under_way":
        found = [
            *_new_teams(facts, limits),
            *_after_suspension(facts, limits),
            *_in_time(facts, limits),
            *_by_area(facts, limits, on),
            *_without_find(facts, limits, on),
            *_troubled_teams(facts, limits, on),
        ]
    elif facts.state == "completed":
        found = _before_acceptance(facts, limits)
    return sorted(found, key=lambda due: (due.due_on, due.rule, due.team))


def _due(facts: TaskFacts, rule: str, kind: str, on: date, reason: Mapping[str, Parameter], team: str = "") -> Due:
    return Due(rule, kind, facts.task, facts.organisation, team, on, MappingProxyType(dict(reason)))


def _seen(facts: TaskFacts, team: str = "", since: date = date.min) -> list[date]:
    """Return the days of visits from outside to this team, or to the task as a whole, since a day."""
    return [v.on for v in facts.visits if v.kind in ASSURANCE and v.on >= since and (not team or v.team in (team, ""))]


def _new_teams(facts: TaskFacts, limits: Limits) -> list[Due]:
    """A team is seen soon after it begins on a task."""
    return [
        _due(
            facts,
            "new_team",
            "external_qa_announced",
            first + timedelta(days=limits.first_days),
            {"team": team, "since": first.isoformat()},
            team,
        )
        for team, first in sorted(facts.teams.items())
        if not _seen(facts, team, first)
    ]


def _after_suspension(facts: TaskFacts, limits: Limits) -> list[Due]:
    if facts.resumed_on is None or _seen(facts, since=facts.resumed_on):
        return []
    day = facts.resumed_on + timedelta(days=limits.first_days)
    return [_due(facts, "after_suspension", "external_qa_unannounced", day, {"since": facts.resumed_on.isoformat()})]


def _in_time(facts: TaskFacts, limits: Limits) -> list[Due]:
    """A task at work is seen every so many days."""
    last = max(_seen(facts), default=facts.started_on)
    if last is None:
        return []
    day = last + timedelta(days=limits.every_days)
    return [
        _due(facts, "each_days", "external_qa_unannounced", day, {"days": limits.every_days, "since": last.isoformat()})
    ]


def _by_area(facts: TaskFacts, limits: Limits, on: date) -> list[Due]:
    """A task is seen each time so much more ground was processed."""
    last = max(_seen(facts), default=date.min)
    done = sum(area for day, area in facts.processed_since.items() if day > last)
    if done < limits.every_m2:
        return []
    return [
        _due(
            facts,
            "each_area",
            "external_qa_unannounced",
            on,
            {"area_m2": round(done), "limit_m2": round(limits.every_m2)},
        )
    ]


def _without_find(facts: TaskFacts, limits: Limits, on: date) -> list[Due]:
    """Many days of clearance without a find raise the question whether the area is right."""
    days = facts.days_without_find
    if days <= limits.without_find_days:
        return []
    began = (facts.last_work_on or on) - timedelta(days=days)
    if _seen(facts, since=began):
        return []
    return [_due(facts, "without_find", "external_qa_announced", on, {"days": days, "limit": limits.without_find_days})]


def _troubled_teams(facts: TaskFacts, limits: Limits, on: date) -> list[Due]:
    """A team with open major non-conformities is looked at again; with so many at once, at once and unannounced."""
    found = []
    for team, count in sorted(facts.majors.items()):
        special = count >= limits.majors
        kind = "external_qa_unannounced" if special else "follow_up"
        day = on if special else on + timedelta(days=limits.first_days)
        found.append(_due(facts, "non_conformities", kind, day, {"count": count}, team))
    return found


def _before_acceptance(facts: TaskFacts, limits: Limits) -> list[Due]:
    """Before work is accepted a share of the cleared land is searched again from outside."""
    checked = sum(visit.checked_m2 for visit in facts.visits if visit.kind == CONTROL)
    asked = facts.processed_m2 * limits.share_percent / 100
    if checked >= asked and any(visit.kind == CONTROL for visit in facts.visits):
        return []
    day = facts.completed_on or date.min
    reason: dict[str, Parameter] = {
        "percent": limits.share_percent,
        "asked_m2": round(asked),
        "checked_m2": round(checked),
    }
    return [_due(facts, "before_acceptance", CONTROL, day + timedelta(days=limits.first_days), reason)]
