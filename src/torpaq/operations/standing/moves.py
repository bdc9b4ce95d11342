"""What a move of an accreditation needs: the requirements named in ``standard/moves/accreditation.csv``."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from torpaq.operations.moving import Requirement
from torpaq.operations.standing.scope import is_under
from torpaq.operations.standing.values import Accreditation, Kind, State
from torpaq.standard.codes import code_list
from torpaq.standard.problems import Problem, problem


@dataclass(frozen=True, slots=True)
class MoveFacts:
    """What is known when an accreditation is to be moved on a day.

    ``accreditation`` already has the dates and conditions that the move gives it. ``evaluation`` is one that no
    earlier grant rests on. ``mover_organisation`` is whose person moves it; ``held`` is all that the organisation
    holds; ``critical_open`` counts its critical non-conformities; ``state_before`` is the one before a suspension.
    """

    accreditation: Accreditation
    on: date
    mover_organisation: str
    reason: str = ""
    evaluation: str = ""
    critical_open: int = 0
    state_before: str = ""
    held: tuple[Accreditation, ...] = ()


def scope_given(facts: MoveFacts) -> list[Problem]:
    """An operational accreditation names its activity; every code is one of its list."""
    one, found = facts.accreditation, []
    if one.kind not in code_list("accreditation_kind"):
        found.append(problem("accreditation_code_unknown", one.code, field="kind", value=one.kind or "–"))
    if one.kind == Kind.OPERATIONAL and not one.activity:
        found.append(problem("accreditation_scope_missing", one.code))
    for field, name, value in (
        ("activity", "activity", one.activity),
        ("method", "operational_method", one.method),
    ):
        if value and value not in code_list(name):
            found.append(problem("accreditation_code_unknown", one.code, field=field, value=value))
    return found


def dates_given(facts: MoveFacts) -> list[Problem]:
    """Both dates are given, in their order, and the last is not past."""
    one = facts.accreditation
    if one.valid_from is None or one.valid_to is None:
        return [problem("accreditation_without_dates", one.code)]
    if one.valid_to < one.valid_from or one.valid_to < facts.on:
        dates = {"begins": one.valid_from.isoformat(), "ends": one.valid_to.isoformat()}
        return [problem("accreditation_dates_wrong", one.code, on=facts.on.isoformat(), **dates)]
    return []


def evaluated(facts: MoveFacts) -> list[Problem]:
    """An evaluation is written down, and no earlier grant used it up."""
    return [] if facts.evaluation.strip() else [problem("accreditation_not_evaluated", facts.accreditation.code)]


def not_own_organisation(facts: MoveFacts) -> list[Problem]:
    """Nobody accredits their own organisation."""
    own = facts.mover_organisation == facts.accreditation.organisation
    return [problem("accreditation_own_organisation", facts.accreditation.code)] if own else []


def reason_given(facts: MoveFacts) -> list[Problem]:
    """A reason is written down."""
    return [] if facts.reason.strip() else [problem("accreditation_reason_missing", facts.accreditation.code)]


def no_critical_open(facts: MoveFacts) -> list[Problem]:
    """No critical non-conformity of the organisation is open (IMAS 07.40)."""
    if not facts.critical_open:
        return []
    return [problem("accreditation_critical_open", facts.accreditation.code, count=facts.critical_open)]


def was_granted(facts: MoveFacts) -> list[Problem]:
    """Lifting gives back what was suspended, never more: a provisional one is not granted by a suspension's end."""
    if facts.state_before == State.GRANTED:
        return []
    return [problem("accreditation_was_provisional", facts.accreditation.code)]


def organisational_stands(facts: MoveFacts) -> list[Problem]:
    """An operational accreditation rests on an organisational one that stands on the day and covers the activity."""
    one = facts.accreditation
    if one.kind != Kind.OPERATIONAL:
        return []
    for other in facts.held:
        is_wide_enough = not other.activity or is_under("activity", one.activity, other.activity)
        if other.kind == Kind.ORGANISATIONAL and is_wide_enough and other.stands_on(facts.on):
            return []
    return [problem("accreditation_without_organisational", one.code, organisation=one.organisation)]


REQUIREMENTS: Mapping[str, Requirement[MoveFacts]] = MappingProxyType(
    {
        "scope_given": scope_given,
        "dates_given": dates_given,
        "evaluated": evaluated,
        "not_own_organisation": not_own_organisation,
        "reason_given": reason_given,
        "no_critical_open": no_critical_open,
        "was_granted": was_granted,
        "organisational_stands": organisational_stands,
    }
)
