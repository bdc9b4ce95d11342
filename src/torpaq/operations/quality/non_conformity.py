"""Non-conformities: how serious, by when, what each move needs, and when a single one is no longer the matter.

Critical is a direct threat to life or to confidence in released land; major a breach that can lead to a critical one;
minor has no effect on the product (IMAS 07.40). Observations and good practice stay in the inspection's record.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType

from torpaq.operations.moving import Requirement
from torpaq.standard.problems import Problem, problem

SEVERITIES = ("critical", "major", "minor")
SERIOUS = ("critical", "major")
CRITICAL_KINDS = ("item_in_released_land", "wrong_boundary", "not_accredited", "medical")
"""Kinds that are critical whatever an inspector wrote: a threat to life or to confidence in released land."""

SETTLED = ("closed",)
NOT_YET_LOOKED_AT = "to_check"


@dataclass(frozen=True, slots=True)
class Facts:
    """What a move of a non-conformity is judged by: the thing as it would stand, and who asks.

    People are known by their account's number; ``person_names`` are the names by which the owner may be called.
    """

    name: str
    severity: str
    organisation: str
    person: int
    person_organisation: str
    role: str
    person_names: frozenset[str] = frozenset()
    is_authority: bool = False
    containment: str = ""
    cause: str = ""
    action: str = ""
    owner: str = ""
    due_on: date | None = None
    correction: str = ""
    corrected_by: int | None = None
    verification: str = ""
    verified_by: int | None = None
    look_back_open: int = 0
    reason: str = ""


def own_organisation(facts: Facts) -> list[Problem]:
    """An operator answers for its own organisation alone; the Authority's people for any."""
    if facts.is_authority or facts.person_organisation == facts.organisation:
        return []
    return [problem("nc_other_organisation", facts.name, organisation=facts.organisation)]


def containment_given(facts: Facts) -> list[Problem]:
    """What was done at once."""
    return _said(facts, "containment", facts.containment)


def owner_and_date(facts: Facts) -> list[Problem]:
    """Who corrects it, and by when."""
    missing = _said(facts, "owner", facts.owner)
    return missing if facts.due_on else [*missing, problem("nc_text_missing", facts.name, what="due_on")]


def cause_given(facts: Facts) -> list[Problem]:
    """Why it happened."""
    return _said(facts, "cause", facts.cause)


def action_given(facts: Facts) -> list[Problem]:
    """What keeps it from happening again."""
    return _said(facts, "action", facts.action)


def correction_described(facts: Facts) -> list[Problem]:
    """What was corrected."""
    return _said(facts, "correction", facts.correction)


def verification_described(facts: Facts) -> list[Problem]:
    """How the correction was verified."""
    return _said(facts, "verification", facts.verification)


def reason_given(facts: Facts) -> list[Problem]:
    """Why."""
    return _said(facts, "reason", facts.reason)


def decided_by_another(facts: Facts) -> list[Problem]:
    """Whoever said that it is corrected does not verify it."""
    if facts.corrected_by is None or facts.corrected_by != facts.person:
        return []
    return [problem("nc_own_correction", facts.name)]


def not_the_owner(facts: Facts) -> list[Problem]:
    """Whoever had to correct it does not judge the correction, nor does anybody of the organisation concerned."""
    if facts.person_organisation == facts.organisation or _plain(facts.owner) in {
        _plain(name) for name in facts.person_names
    }:
        return [problem("nc_judged_by_owner", facts.name)]
    return []


def not_the_inspector(facts: Facts) -> list[Problem]:
    """Whoever verified it does not close it."""
    return [problem("nc_closed_by_inspector", facts.name)] if facts.verified_by == facts.person else []


def look_back_settled(facts: Facts) -> list[Problem]:
    """A critical one is never closed over land that nobody has looked at again."""
    if not facts.look_back_open:
        return []
    return [problem("nc_look_back_open", facts.name, count=facts.look_back_open)]


def _said(facts: Facts, what: str, text: str) -> list[Problem]:
    return [] if text.strip() else [problem("nc_text_missing", facts.name, what=what)]


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()


REQUIREMENTS: Mapping[str, Requirement[Facts]] = MappingProxyType(
    {
        "own_organisation": own_organisation,
        "containment_given": containment_given,
        "owner_and_date": owner_and_date,
        "cause_given": cause_given,
        "action_given": action_given,
        "correction_described": correction_described,
        "verification_described": verification_described,
        "decided_by_another": decided_by_another,
        "not_the_owner": not_the_owner,
        "not_the_inspector": not_the_inspector,
        "look_back_settled": look_back_settled,
        "reason_given": reason_given,
    }
)


def severity_of(severity: str, kind: str) -> str:
    """Return how serious a non-conformity is: what was found may make it critical, nothing makes it lighter."""
    return "critical" if severity in SEVERITIES and kind in CRITICAL_KINDS else severity


def due_on(severity: str, found_on: date, usual_days: int, critical_days: int) -> date:
    """Return the day by which a non-conformity without a date of its own has to be corrected."""
    return found_on + timedelta(days=critical_days if severity == "critical" else usual_days)


def is_overdue(state: str, due: date | None, on: date) -> bool:
    """Say whether a non-conformity is late on a day: its date has passed and it is not yet said to be corrected."""
    return due is not None and due < on and state not in ("corrected", "verified", *SETTLED)


@dataclass(frozen=True, slots=True)
class Standing:
    """One open non-conformity as the escalation sees it."""

    organisation: str
    severity: str
    state: str
    due_on: date | None


def escalation(rows: Iterable[Standing], organisation: str, on: date, majors: int) -> tuple[str, list[Problem]]:
    """Say what an organisation's open non-conformities call for: ``suspension``, ``special_monitoring``, ``warning``.

    A critical one suspends; so many majors at once call for special monitoring, and with one of them overdue for
    suspension; anything overdue for a warning. An empty text: nothing.
    """
    own = [row for row in rows if row.organisation == organisation and row.state not in SETTLED]
    critical = sum(row.severity == "critical" for row in own)
    serious = [row for row in own if row.severity == "major"]
    late = sum(is_overdue(row.state, row.due_on, on) for row in own)
    late_majors = sum(is_overdue(row.state, row.due_on, on) for row in serious)
    if critical:
        return "suspension", [problem("escalation_critical", organisation, count=critical)]
    if len(serious) >= majors:
        found = problem("escalation_majors", organisation, count=len(serious), limit=majors, late=late_majors)
        return ("suspension" if late_majors else "special_monitoring"), [found]
    return ("warning", [problem("escalation_late", organisation, count=late)]) if late else ("", [])
