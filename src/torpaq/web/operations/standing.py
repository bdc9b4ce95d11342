"""Who may work where: what other services ask before work begins, and the life of an accreditation."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from django.db import transaction
from django.utils import timezone

from torpaq.operations.moving import check_move, moves_from, target_of
from torpaq.operations.standing.allowed import work_problems
from torpaq.operations.standing.cascade import TaskUnderWay, tasks_stopped
from torpaq.operations.standing.moves import REQUIREMENTS, MoveFacts, scope_given
from torpaq.operations.standing.scope import Work, covers
from torpaq.operations.standing.team import needs_of
from torpaq.operations.standing.team import team_problems as problems_of_team
from torpaq.operations.standing.values import Accreditation as Paper
from torpaq.standard.country import load_country
from torpaq.standard.problems import Problem, has_errors, problem
from torpaq.web.accounts import note
from torpaq.web.models import Account, Accreditation, NonConformity, Organisation, StateMove, Task, Team
from torpaq.web.operations.standing_people import (
    add_certificate,
    add_person,
    alerts_for,
    join_team,
    leave_organisation,
    leave_team,
    withdraw_certificate,
)
from torpaq.web.operations.standing_seen import accreditations_seen_by, keeper_problems, oversees
from torpaq.web.operations.standing_values import SUBJECT, idle_days, papers, papers_of, people_of, works
from torpaq.web.operations.task_rows import write_move
from torpaq.web.tile_store import country_code

__all__ = [
    "accreditation_problems",
    "add_certificate",
    "add_person",
    "alerts_for",
    "apply_for_accreditation",
    "evaluate_accreditation",
    "join_team",
    "leave_organisation",
    "leave_team",
    "move_accreditation",
    "moves_offered",
    "tasks_resting_on",
    "team_problems",
    "withdraw_certificate",
]

GRANTS = frozenset({"grant_provisionally", "grant", "renew"})
"""The moves that set dates, conditions and the evaluation they rest on."""
CHANGED_BY_GRANTS = ("valid_from", "valid_to", "conditions", "evaluation")


def accreditation_problems(
    organisation: Organisation, activity: str, methods: Sequence[str], unit: str, on: date
) -> list[Problem]:
    """Say what stands in the way of an organisation's work on a day; without an error among them it is allowed.

    ``activity``, ``methods`` and ``unit`` are codes of the lists ``activity``, ``operational_method`` and of the
    country's gazetteer. No methods: only an accreditation for every method covers the work.
    """
    return work_problems(organisation.code, papers_of(organisation), works(activity, methods, unit), on, idle_days())


def team_problems(team: Team, activity: str, on: date) -> list[Problem]:
    """Say what a team lacks for an activity on a day; people are named by their codes alone."""
    return problems_of_team(people_of(team), activity, on, needs_of(country_code()))


def apply_for_accreditation(
    person: Account,
    organisation: Organisation,
    kind: str,
    activity: str = "",
    method: str = "",
    units: Sequence[str] = (),
    on: date | None = None,
) -> tuple[Accreditation | None, list[Problem]]:
    """Apply in an organisation's name for an accreditation of a scope; empty ``method`` or ``units``: all."""
    problems = keeper_problems(person, organisation)
    known = load_country(country_code()).units
    problems += [
        problem("accreditation_code_unknown", "units", field="units", value=one) for one in units if one not in known
    ]
    asked = Paper("–", organisation.code, kind, activity, method, tuple(units))
    problems += scope_given(MoveFacts(asked, on or timezone.localdate(), ""))
    if problems:
        return None, problems
    with transaction.atomic():
        Organisation.objects.select_for_update().get(pk=organisation.pk)  # two applications at once get two codes
        number = 1 + Accreditation.objects.filter(organisation=organisation).count()
        row = Accreditation.objects.create(
            code=f"ACC-{organisation.code}-{number}",
            organisation=organisation,
            kind=kind,
            activity=activity,
            method=method,
            units=list(dict.fromkeys(units)),
        )
        day = on or timezone.localdate()
        StateMove.objects.create(subject=SUBJECT, name=row.code, move="apply", target=row.state, account=person, on=day)
        note(person, "accreditation_applied_for", row.code, organisation=organisation.code)
    return row, []


def evaluate_accreditation(person: Account, accreditation: Accreditation, evaluation: str) -> list[Problem]:
    """Write down what an evaluation found; an officer, inspector or approver of another organisation does."""
    if not oversees(person):
        return [problem("standing_not_yours", accreditation.code, right="inspect")]
    if person.organisation_id == accreditation.organisation_id:
        return [problem("accreditation_own_organisation", accreditation.code)]
    if not evaluation.strip():
        return [problem("accreditation_not_evaluated", accreditation.code)]
    with transaction.atomic():
        row = Accreditation.objects.select_for_update().get(pk=accreditation.pk)
        row.evaluation, row.evaluator = evaluation.strip(), person
        row.save(update_fields=["evaluation", "evaluator"])
        note(person, "accreditation_evaluated", row.code)
    accreditation.refresh_from_db()
    return []


def moves_offered(person: Account, accreditation: Accreditation) -> list[str]:
    """Return the moves that the table offers this person, in its order."""
    if not accreditations_seen_by(person).filter(pk=accreditation.pk).exists():
        return []
    return moves_from(SUBJECT, accreditation.state, person.role)


def move_accreditation(
    person: Account,
    accreditation: Accreditation,
    move: str,
    reason: str,
    on: date,
    changes: Mapping[str, object] | None = None,
) -> list[Problem]:
    """Move an accreditation on a day; what stands in the way is returned as errors, and then nothing is changed.

    ``changes``, for a grant or a renewal, are ``valid_from``, ``valid_to`` (dates), ``conditions`` and
    ``evaluation`` (texts). A suspension or withdrawal also suspends, in the same step, the tasks under way that rest
    on it; each is told as a warning. Lifting resumes none of them.
    """
    if not accreditations_seen_by(person).filter(pk=accreditation.pk).exists():
        return [problem("standing_not_yours", accreditation.code, right="sign")]
    given = dict(changes or {})
    with transaction.atomic():
        Organisation.objects.select_for_update().get(pk=accreditation.organisation_id)
        row = Accreditation.objects.select_for_update().select_related("organisation").get(pk=accreditation.pk)
        if move in GRANTS:
            _set(row, person, given)
        elif given:
            return [problem("accreditation_change_not_allowed", row.code, move=move, fields=", ".join(sorted(given)))]
        facts = _facts(person, row, reason, on)
        found = check_move(SUBJECT, row.code, move, row.state, person.role, REQUIREMENTS, facts)
        if has_errors(found):
            return found
        source, row.state = row.state, target_of(SUBJECT, move)
        row.save()
        detail = {name: _plain(getattr(row, name)) for name in CHANGED_BY_GRANTS} if move in GRANTS else {}
        StateMove.objects.create(
            subject=SUBJECT, name=row.code, move=move, source=source, target=row.state, account=person, on=on,
            reason=reason.strip(), detail=detail,
        )  # fmt: skip
        note(person, f"accreditation_{move}", row.code, reason=reason.strip())
        stopped = _stop_tasks(person, row, reason, on) if move in {"suspend", "withdraw"} else []
    accreditation.refresh_from_db()
    return [*found, *(problem("task_stopped", code, accreditation=row.code) for code in stopped)]


def _set(row: Accreditation, person: Account, given: Mapping[str, object]) -> None:
    """Give a row what a grant changes; anything that is no date where one belongs counts as none given."""
    for name in ("valid_from", "valid_to"):
        if name in given:
            day = given[name]
            setattr(row, name, day if isinstance(day, date) else None)
    if "conditions" in given:
        row.conditions = str(given["conditions"] or "").strip()
    if str(given.get("evaluation") or "").strip():
        row.evaluation, row.evaluator = str(given["evaluation"]).strip(), person


def _facts(person: Account, row: Accreditation, reason: str, on: date) -> MoveFacts:
    history = StateMove.objects.filter(subject=SUBJECT, name=row.code)
    suspension = history.filter(target="suspended").last()
    grant = history.filter(move__in=GRANTS).last()
    used = str(grant.detail.get("evaluation", "")) if grant else ""
    critical = NonConformity.objects.filter(organisation=row.organisation, severity="critical").exclude(state="closed")
    return MoveFacts(
        accreditation=papers([row])[0],
        on=on,
        mover_organisation=person.organisation.code if person.organisation else "",
        reason=reason,
        evaluation="" if row.evaluation == used else row.evaluation,
        critical_open=critical.count(),
        state_before=suspension.source if suspension else "",
        held=tuple(papers_of(row.organisation)),
    )


def _stop_tasks(person: Account, row: Accreditation, reason: str, on: date) -> list[str]:
    """Suspend the organisation's tasks under way that rest on an accreditation; return their codes."""
    rows = Task.objects.select_for_update().filter(organisation=row.organisation, state="under_way")
    under_way = {task.code: task for task in rows}
    values = [
        TaskUnderWay(task.code, tuple(works(task.activity, task.methods, task.unit))) for task in under_way.values()
    ]
    changed = replace(papers([row])[0], state=row.state)
    codes = tasks_stopped(changed, papers_of(row.organisation), values, on, idle_days())
    for code in codes:
        write_move(under_way[code], "suspend", person, on, reason, {"accreditation": row.code})
    return codes


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value


def _works_of(task: Task) -> tuple[Work, ...]:
    return tuple(works(task.activity, task.methods, task.unit))


def tasks_resting_on(accreditation: Accreditation) -> list[Task]:
    """Return the organisation's tasks issued, under way or suspended whose work lies in an accreditation's scope."""
    paper = papers([accreditation])[0]
    rows = Task.objects.filter(organisation=accreditation.organisation, state__in=["issued", "under_way", "suspended"])
    return [task for task in rows if any(covers(paper, work) for work in _works_of(task))]
