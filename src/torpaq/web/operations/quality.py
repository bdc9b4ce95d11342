"""Non-conformities at work: raised by people and by inspections, moved by the table, never closed over doubt."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from django.db import transaction
from django.db.models import Max, Q, QuerySet
from django.utils import timezone

from torpaq.operations.moving import check_move, target_of
from torpaq.operations.quality.non_conformity import (
    REQUIREMENTS,
    SERIOUS,
    SETTLED,
    SEVERITIES,
    Facts,
    Standing,
    due_on,
    escalation,
    severity_of,
)
from torpaq.standard.codes import code_list
from torpaq.standard.parameters import parameters_of
from torpaq.standard.problems import Problem, problem
from torpaq.web.accounts import Right, may, note
from torpaq.web.models import (
    Account,
    FieldRecord,
    NonConformity,
    Organisation,
    OrganisationKind,
    StateMove,
    Task,
    Team,
)
from torpaq.web.operations.quality_look_back import raise_look_back
from torpaq.web.operations.tasks import suspend_task_for
from torpaq.web.tile_store import country_code

SUBJECT = "non_conformity"
AUTHORITY_RIGHTS = (Right.SIGN, Right.WORK_ANY, Right.INSPECT)
TEXTS = ("containment", "cause", "action", "owner", "correction", "verification")
CHANGED_BY = {
    "contain": ("containment",),
    "plan": ("cause", "action", "owner", "due_on"),
    "correct": ("correction",),
    "verify": ("verification",),
}
"""What each move writes; every other move changes nothing but the state."""


def number_of(key: str) -> float:
    """Return a parameter of this programme's country."""
    return float(parameters_of(country_code())[key].value)


def non_conformities_seen_by(person: Account) -> QuerySet[NonConformity]:
    """Return the non-conformities a person may see: the Authority's people all, an operator its own, others none."""
    seen = NonConformity.objects.select_related("organisation", "task", "team")
    if any(may(person, right) for right in AUTHORITY_RIGHTS):
        return seen
    return seen.filter(Q(organisation_id=person.organisation_id)) if may(person, Right.WORK_OWN) else seen.none()


def raise_non_conformity(
    person: Account | None,
    *,
    severity: str,
    kind: str,
    organisation: Organisation,
    found_on: date,
    description: str,
    task: Task | None = None,
    team: Team | None = None,
    method: str = "",
    asset: str = "",
    area: str = "",
    due: date | None = None,
    record: FieldRecord | None = None,
    record_row: int | None = None,
    **texts: str,
) -> tuple[NonConformity | None, list[Problem]]:
    """Raise a non-conformity; ``person`` is None where an inspection's record does. A record's row raises it once.

    ``texts`` may give requirement, containment, cause, action and owner. A critical one suspends its task and writes
    the look-back list at once. An operator raises its own; the Authority's people anybody's.
    """
    problems = _cannot_raise(person, organisation, severity, kind, found_on, description)
    if problems:
        return None, problems
    with transaction.atomic():
        organisation = Organisation.objects.select_for_update().get(pk=organisation.pk)
        if record is not None:
            before = NonConformity.objects.filter(record=record, record_row=record_row).first()
            if before:
                return before, []
        weight = severity_of(severity, kind)
        usual = due_on(weight, found_on, int(number_of("non_conformity_due_days")), int(number_of("critical_due_days")))
        found = NonConformity.objects.create(
            code=_next_code(found_on), severity=weight, kind=kind, organisation=organisation, task=task, team=team,
            method=method, asset=asset, area=area or (str(task.areas[0]) if task and task.areas else ""),
            found_on=found_on, description=description.strip(), due_on=due or usual, raised_by=person, record=record,
            record_row=record_row, **{name: text.strip() for name, text in texts.items()},
        )  # fmt: skip
        _moved(found, person, "raise", "", found_on, "")
        note(person, "non_conformity_raised", found.code, severity=weight, organisation=organisation.code)
        if weight == "critical":
            raise_look_back(found)
            if task:
                suspend_task_for(task, f"{found.code}: {found.description}", person)
        if task:
            recount_task(task)
    return found, []


def _cannot_raise(
    person: Account | None, organisation: Organisation, severity: str, kind: str, found_on: date, description: str
) -> list[Problem]:
    if person is not None and not any(may(person, right) for right in AUTHORITY_RIGHTS):
        if not may(person, Right.WORK_OWN):
            return [problem("right_missing", person.get_username(), right=Right.INSPECT.value)]
        if person.organisation_id != organisation.pk:
            return [problem("nc_other_organisation", organisation.code, organisation=organisation.code)]
    problems = []
    if severity not in SEVERITIES:
        problems.append(problem("nc_unknown_word", "severity", what="severity", value=severity[:40]))
    if kind not in code_list("non_conformity_kind"):
        problems.append(problem("nc_unknown_word", "kind", what="kind", value=kind[:40]))
    if found_on > timezone.localdate():
        problems.append(problem("nc_date_ahead", "found_on", date=found_on.isoformat()))
    if not description.strip():
        problems.append(problem("nc_text_missing", "description", what="description"))
    return problems


def _next_code(on: date) -> str:
    """Return the next number of the year; the organisation's row is locked, and the column is unique in any case."""
    begin = f"NC-{on.year}-"
    last = NonConformity.objects.filter(code__startswith=begin).aggregate(last=Max("code"))["last"]
    return f"{begin}{int(last.removeprefix(begin)) + 1 if last else 1:05d}"


def recount_task(task: Task) -> None:
    """Write into a task how many critical and serious non-conformities are open on it."""
    still_open = NonConformity.objects.filter(task=task).exclude(state__in=SETTLED)
    Task.objects.filter(pk=task.pk).update(
        critical_open=still_open.filter(severity="critical").count(),
        serious_open=still_open.filter(severity__in=SERIOUS).count(),
    )


def open_serious(task: Task) -> list[NonConformity]:
    """Return the critical and major non-conformities open on a task, or open without a task on one of its areas.

    While there is any, none of its land is released.
    """
    still_open = NonConformity.objects.filter(severity__in=SERIOUS).exclude(state__in=SETTLED)
    on_task = still_open.filter(task=task)
    on_areas = still_open.filter(task=None, area__in=[str(area) for area in task.areas if area])
    return [*on_task, *on_areas]


def look_back_open_of(task: Task) -> int:
    """Return how many rows of any look-back on this task's areas nobody has decided yet."""
    from torpaq.web.models import LookBack

    return LookBack.objects.filter(area__in=[str(area) for area in task.areas if area], state="to_check").count()


# -- moves ------------------------------------------------------------------------------------------------------------


def facts_of(found: NonConformity, person: Account, changes: Mapping[str, str | date | None], reason: str) -> Facts:
    """Return what a move would be judged by: the non-conformity as it would stand, and who asks."""
    corrected = StateMove.objects.filter(subject=SUBJECT, name=found.code, move="correct").last()
    texts = {name: str(changes.get(name, getattr(found, name)) or "").strip() for name in TEXTS}
    due = changes.get("due_on", found.due_on)
    organisation = person.organisation
    return Facts(
        found.code,
        found.severity,
        found.organisation.code,
        person.pk,
        organisation.code if organisation else "",
        person.role,
        frozenset({person.get_full_name(), person.get_username()} - {""}),
        bool(organisation and organisation.kind == OrganisationKind.AUTHORITY),
        due_on=due if isinstance(due, date) else None,
        corrected_by=corrected.account_id if corrected else None,
        verified_by=found.verified_by_id,
        look_back_open=found.look_back.filter(state="to_check").count(),
        reason=reason,
        **texts,
    )


def move_non_conformity(
    person: Account,
    found: NonConformity,
    move: str,
    changes: Mapping[str, str | date | None],
    reason: str = "",
    on: date | None = None,
) -> list[Problem]:
    """Move a non-conformity by the table; ``changes`` are the texts that this move writes. Refused, nothing changes."""
    on = on or timezone.localdate()
    with transaction.atomic():
        found_now = non_conformities_seen_by(person).filter(pk=found.pk).first()
        if found_now is None:
            return [problem("nc_other_organisation", found.code, organisation=found.organisation.code)]
        NonConformity.objects.select_for_update().get(pk=found.pk)
        found.refresh_from_db()
        changes = {name: value for name, value in changes.items() if name in CHANGED_BY.get(move, ())}
        facts = replace(facts_of(found, person, changes, reason))
        problems = check_move(SUBJECT, found.code, move, found.state, person.role, REQUIREMENTS, facts)
        if problems:
            return problems
        source = found.state
        for name, value in changes.items():
            setattr(found, name, value.strip() if isinstance(value, str) else value)
        if move == "verify":
            found.verified_by, found.verified_on = person, on
        found.state = target_of(SUBJECT, move)
        found.save()
        _moved(found, person, move, source, on, reason)
        note(person, "non_conformity_moved", found.code, move=move, state=found.state)
        if found.task:
            recount_task(found.task)
    return []


def _moved(found: NonConformity, person: Account | None, move: str, source: str, on: date, reason: str) -> None:
    StateMove.objects.create(
        subject=SUBJECT, name=found.code, move=move, source=source, target=found.state, account=person, on=on,
        reason=reason.strip(),
    )  # fmt: skip


def escalation_of(organisation: Organisation, on: date | None = None) -> tuple[str, list[Problem]]:
    """Say what an organisation's open non-conformities call for today."""
    rows = NonConformity.objects.filter(organisation=organisation).exclude(state__in=SETTLED)
    standing = [Standing(organisation.code, row.severity, row.state, row.due_on) for row in rows]
    return escalation(
        standing, organisation.code, on or timezone.localdate(), int(number_of("special_monitoring_majors"))
    )
