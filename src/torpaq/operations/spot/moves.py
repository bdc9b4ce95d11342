"""What each move of a spot task needs: facts in, problems out. The moves are ``standard/moves/spot_task.csv``."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from types import MappingProxyType

from torpaq.operations.moving import Requirement
from torpaq.operations.spot.competence import level_for, rank
from torpaq.operations.spot.triage import URGENCIES
from torpaq.standard.codes import code_list
from torpaq.standard.problems import Problem, problem

NO_FIND = ("no_ordnance", "not_found")
SETTLED = ("destroyed", "handed_over", "left_marked")


@dataclass(frozen=True, slots=True)
class SpotItem:
    """What was found: a category (list ``ordnance_category``), how many, and their fate (list ``item_status``)."""

    category: str
    quantity: int = 1
    status: str = ""


@dataclass(frozen=True, slots=True)
class Demolition:
    """An explosive or accessory of a demolition; ``issued`` None where nobody wrote it."""

    explosive: str
    used: Decimal
    issued: Decimal | None = None
    returned: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class SpotFacts:
    """What is known of a spot task at a move. Organisations and teams by code; ``on`` the day of the move."""

    name: str
    on: date
    reported_on: date
    iso3: str
    urgency: str = ""
    has_place: bool = False
    organisation: str = ""
    team: str = ""
    team_organisation: str = ""
    is_accredited: bool = False
    mover_organisation: str = ""
    mover_is_authority: bool = False
    level: str = ""
    items: tuple[SpotItem, ...] = ()
    action: str = ""
    demolitions: tuple[Demolition, ...] = ()
    is_report_filed: bool = False
    feedback: str = ""
    feedback_on: date | None = None
    reason: str = ""


def _urgency_given(facts: SpotFacts) -> list[Problem]:
    wrong = facts.urgency not in URGENCIES
    return [problem("spot_urgency_missing", facts.name, allowed=" ".join(URGENCIES))] if wrong else []


def _place_given(facts: SpotFacts) -> list[Problem]:
    return [] if facts.has_place else [problem("spot_place_missing", facts.name)]


def _team_given(facts: SpotFacts) -> list[Problem]:
    if not facts.team or not facts.organisation:
        return [problem("spot_team_missing", facts.name, organisation=facts.organisation or "–")]
    if facts.team_organisation != facts.organisation:
        told = {"team": facts.team, "organisation": facts.organisation}
        return [problem("spot_team_of_another", facts.name, **told)]
    return []


def _operator_accredited(facts: SpotFacts) -> list[Problem]:
    if facts.is_accredited:
        return []
    return [problem("spot_not_accredited", facts.name, organisation=facts.organisation or "–", on=str(facts.on))]


def _reason_given(facts: SpotFacts) -> list[Problem]:
    return [] if facts.reason.strip() else [problem("reason_missing", facts.name)]


def _feedback_given(facts: SpotFacts) -> list[Problem]:
    if not facts.feedback.strip() or facts.feedback_on is None:
        return [problem("spot_feedback_missing", facts.name)]
    if not facts.reported_on <= facts.feedback_on <= facts.on:
        told = {"on": str(facts.feedback_on), "reported": str(facts.reported_on)}
        return [problem("spot_feedback_early", facts.name, **told)]
    return []


def _own_organisation(facts: SpotFacts) -> list[Problem]:
    if facts.mover_is_authority or (facts.organisation and facts.mover_organisation == facts.organisation):
        return []
    return [problem("spot_not_own", facts.name, organisation=facts.organisation or "–")]


def _competence_present(facts: SpotFacts) -> list[Problem]:
    if rank(facts.level):
        return []
    return [problem("spot_competence_missing", facts.name, team=facts.team or "–", on=str(facts.on))]


def _items_named(facts: SpotFacts) -> list[Problem]:
    if not facts.items:
        return [problem("spot_items_missing", facts.name)]
    known = code_list("ordnance_category")
    return [
        problem("spot_item_wrong", facts.name, number=number, value=item.category)
        for number, item in enumerate(facts.items, 1)
        if item.category not in known or item.quantity < 1
    ]


def _competence_suffices(facts: SpotFacts) -> list[Problem]:
    """Hold every item and the action to the best certificate in the team (IMAS 09.30)."""
    needed = {item.category: level_for("category", item.category, facts.iso3) for item in facts.items}
    if facts.action:
        needed[facts.action] = level_for("action", facts.action, facts.iso3)
    if not rank(facts.level):
        return _competence_present(facts)
    return [
        problem("spot_competence_low", facts.name, what=what, level=facts.level, needed=level)
        for what, level in needed.items()
        if rank(level) > rank(facts.level)
    ]


def _action_given(facts: SpotFacts) -> list[Problem]:
    known = code_list("spot_task_action")
    if facts.action not in known:
        return [problem("spot_action_missing", facts.name, allowed=" ".join(known))]
    live = [item for item in facts.items if item.category != "scrap"]
    if facts.action in NO_FIND and live:
        return [problem("spot_action_contradicts", facts.name, action=facts.action)]
    if facts.action not in NO_FIND:
        return _items_named(facts)
    return []


def _items_settled(facts: SpotFacts) -> list[Problem]:
    open_items = [item for item in facts.items if item.category != "scrap" and item.status not in SETTLED]
    return [problem("spot_items_unsettled", facts.name, count=len(open_items))] if open_items else []


def _explosives_balanced(facts: SpotFacts) -> list[Problem]:
    found = []
    for one in facts.demolitions:
        issued = one.used + one.returned if one.issued is None else one.issued
        if issued != one.used + one.returned or min(one.used, one.returned, issued) < 0:
            told = {"issued": f"{issued:f}", "used": f"{one.used:f}", "returned": f"{one.returned:f}"}
            found.append(problem("spot_explosives_unbalanced", facts.name, explosive=one.explosive, **told))
    return found


def _report_filed(facts: SpotFacts) -> list[Problem]:
    return [] if facts.is_report_filed else [problem("spot_report_missing", facts.name)]


REQUIREMENTS: Mapping[str, Requirement[SpotFacts]] = MappingProxyType(
    {
        "urgency_given": _urgency_given,
        "place_given": _place_given,
        "team_given": _team_given,
        "operator_accredited": _operator_accredited,
        "reason_given": _reason_given,
        "feedback_given": _feedback_given,
        "own_organisation": _own_organisation,
        "competence_present": _competence_present,
        "items_named": _items_named,
        "competence_suffices": _competence_suffices,
        "action_given": _action_given,
        "items_settled": _items_settled,
        "explosives_balanced": _explosives_balanced,
        "report_filed": _report_filed,
    }
)
