"""Visits to land that was given back: planned with the handover, recorded by hand or by an accepted inspection."""

from datetime import date

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from torpaq.operations.release.follow_up import Visit, planned_visits, visit_state, what_follows
from torpaq.standard.parameters import parameters_of
from torpaq.standard.problems import Problem, has_errors, problem
from torpaq.web.accounts import Right, may, note
from torpaq.web.models import Account, FieldRecord, FollowUp, Handover
from torpaq.web.tile_store import country_code

VISITORS = (Right.WORK_ANY, Right.INSPECT)
LONGEST_NOTE = 2000


def plan_follow_ups(handover: Handover) -> list[FollowUp]:
    """Plan the visits that follow a signed handover; planned twice it adds nothing."""
    if handover.signed_on is None:
        return []
    months = [int(value) for value in parameters_of(country_code())["follow_up_months"].values]
    return [
        FollowUp.objects.get_or_create(handover=handover, months=after, defaults={"due_on": due_on})[0]
        for after, due_on in planned_visits(handover.signed_on, months)
    ]


def follow_ups_of(handovers: QuerySet[Handover]) -> QuerySet[FollowUp]:
    """Return the visits to these handovers' land, the next due first."""
    rows = FollowUp.objects.filter(handover__in=handovers)
    return rows.select_related("handover", "handover__task", "account").order_by("due_on", "pk")


def state_of(visit: FollowUp, today: date | None = None) -> str:
    """Return ``done``, ``overdue``, ``due`` or ``planned``; a visit to land opened anew is no longer due."""
    if visit.done_on is None and visit.handover.state == "reopened":
        return "reopened"
    return visit_state(visit.due_on, visit.done_on, today or timezone.localdate())


def record_follow_up(
    person: Account, visit: FollowUp, on: date, told: Visit, land_use: list[str], note_text: str = ""
) -> list[Problem]:
    """Record what a visit found. What it calls for comes back as problems of their own; they keep nothing from saving.

    The Authority's officers and inspectors may, once a visit.
    """
    if not any(may(person, right) for right in VISITORS):
        return [problem("right_missing", person.get_username(), right=Right.INSPECT.value)]
    with transaction.atomic():
        row = FollowUp.objects.select_for_update().get(pk=visit.pk)
        problems = _cannot_record(row, on)
        if has_errors(problems):
            return problems
        _fill(row, on, told, land_use, note_text)
        row.account = person
        row.save()
        note(person, "follow_up_recorded", row.handover.code, months=row.months)
    visit.refresh_from_db()
    return what_follows(row.handover.code, told)


def _cannot_record(row: FollowUp, on: date) -> list[Problem]:
    found = []
    if row.done_on is not None:
        found.append(problem("follow_up_done_already", row.handover.code, day=row.done_on.isoformat()))
    signed = row.handover.signed_on
    if signed is None or on < signed or on > timezone.localdate():
        found.append(problem("follow_up_too_early", row.handover.code, day=on.isoformat(), signed=str(signed or "–")))
    return found


def _fill(row: FollowUp, on: date, told: Visit, land_use: list[str], note_text: str) -> None:
    row.done_on, row.land_used, row.land_use = on, told.land_used, land_use
    row.conflict = " ".join(code for code in told.conflicts if code not in ("none", "unknown"))
    row.finds, row.note = told.finds, note_text.strip()[:LONGEST_NOTE]


def follow_record(record: FieldRecord, handover: Handover, on: date, told: Visit, land_use: list[str]) -> None:
    """Bring the visits in step with an accepted inspection of land use; told twice it changes nothing.

    It answers the visit that was due nearest to its day; where none is left, it is a visit of its own.
    """
    row = FollowUp.objects.filter(record=record).first()
    if row is None:
        waiting = FollowUp.objects.filter(handover=handover, done_on=None)
        row = min(waiting, key=lambda one: abs((one.due_on - on).days), default=None)
    if row is None:
        row = FollowUp(handover=handover, months=0, due_on=on)
    _fill(row, on, told, land_use, str(record.values.get("not_used_reason", "")))
    row.record = record
    row.save()
