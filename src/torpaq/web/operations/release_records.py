"""What a release makes of records: reports of completion checked against task and ledger, and visits that follow."""

from django.db.models import Q
from django.db.models.signals import post_save
from django.dispatch import receiver

from torpaq.intake.record.record import Finding
from torpaq.operations.release.arithmetic import product_problems
from torpaq.operations.release.facts import NOT_SETTLED
from torpaq.operations.release.follow_up import Visit
from torpaq.standard.parameters import parameters_of
from torpaq.standard.problems import Problem, problem
from torpaq.web.models import Account, FieldRecord, Handover, NonConformity, OrdnanceItem, RecordState, Task
from torpaq.web.operations.release import bring_handover
from torpaq.web.operations.release_dossier import (
    codes_of,
    day_of,
    land_of,
    number_of,
    products_of,
    rows_of,
    text_of,
)
from torpaq.web.operations.release_follow_ups import follow_record
from torpaq.web.record_effects import checks, effect
from torpaq.web.tile_store import country_code

AT_WORK = ("under_way", "completed")
SHOWN = 10


@checks("completion")
def check_completion(record: FieldRecord) -> list[Finding]:
    """Hold a report of completion against its task, the ledger, the finds and the non-conformities.

    A report of a task that this programme does not keep is warned of and goes no further here: older tasks were kept
    elsewhere, and without a task there is no proof and no handover.
    """
    if record.state == RecordState.ACCEPTED:
        return []
    code = text_of(record.values, "task")
    task = Task.objects.select_related("organisation").filter(code=code).first() if code else None
    if task is None:
        return [_told("task", code, problem("release_task_unknown", "task", value=code))] if code else []
    return [
        *_of_task(record, task),
        *_of_finds(task),
        *_of_failings(task),
        *_of_land(record, task),
    ]


def _told(element: str, value: str, found: Problem) -> Finding:
    return Finding(0, "", element, value, found)


def _of_task(record: FieldRecord, task: Task) -> list[Finding]:
    found = []
    if task.state not in AT_WORK:
        told = problem("release_task_not_under_way", "task", value=task.code, state=task.state)
        found.append(_told("task", task.code, told))
    if record.organisation_id and record.organisation_id != task.organisation_id:
        owner = {"value": task.code, "organisation": task.organisation.code}
        found.append(_told("task", task.code, problem("release_task_of_other", "task", **owner)))
    area = text_of(record.values, "area")
    if area and task.areas and area not in task.areas:
        found.append(_told("area", area, problem("release_area_not_of_task", "area", value=area, task=task.code)))
    return found


def _of_finds(task: Task) -> list[Finding]:
    lying = OrdnanceItem.objects.filter(task=task, status__in=NOT_SETTLED).order_by("found_on", "uid")[:SHOWN]
    return [
        _told("finds", row.uid, problem("release_find_not_settled", "finds", item=row.uid, status=row.status))
        for row in lying
    ]


def _of_failings(task: Task) -> list[Finding]:
    rows = NonConformity.objects.filter(task=task, severity="critical").exclude(state="closed").order_by("code")
    return [_told("task", task.code, problem("release_critical_open", "task", number=row.code)) for row in rows[:SHOWN]]


def _of_land(record: FieldRecord, task: Task) -> list[Finding]:
    """The parts lie inside the task, apart from one another, on open land, and are as large as they say."""
    products, paths, _ = products_of(record.values)
    account = land_of(task, products) if products else None
    if account is None:
        return []
    path_of = dict(zip((one.name for one in products), paths, strict=True))
    return [
        _told(path_of[found.subject], found.subject, found)
        for found in product_problems(account, task.code, parameters_of(country_code()))
    ]


@effect("completion")
def follow_completion(record: FieldRecord, person: Account | None) -> None:
    """Open the handover where an accepted report was the last thing it waited for."""
    task = Task.objects.filter(code=text_of(record.values, "task")).first()
    _follow_cost(record, task)
    if task is None or record.state != RecordState.ACCEPTED:
        return
    handover = bring_handover(task)
    if handover is not None and handover.completion_id != record.pk:
        Handover.objects.filter(pk=handover.pk).update(completion=record)


def _follow_cost(record: FieldRecord, task: Task | None) -> None:
    """Keep on the task what its accepted report of completion says that it cost; a report undone says nothing."""
    cost, currency = number_of(record.values, "cost"), text_of(record.values, "currency")
    tells = task is not None and record.state == RecordState.ACCEPTED and bool(cost) and bool(currency)
    stale = Task.objects.filter(cost_record=record)
    if task is not None and tells:
        Task.objects.filter(pk=task.pk).update(cost=cost, currency=currency, cost_record=record)
        stale = stale.exclude(pk=task.pk)
    stale.update(cost=None, currency="", cost_record=None)


@receiver(post_save, sender=Task, dispatch_uid="torpaq.release.task_accepted")
def follow_task(sender: type[Task], instance: Task, **_: object) -> None:
    """Open the handover once a task is accepted."""
    if instance.state == "accepted" and not Handover.objects.filter(task=instance).exists():
        bring_handover(instance)


@effect("quality_inspection")
def follow_visit(record: FieldRecord, person: Account | None) -> None:
    """Let an accepted inspection of land use be the visit that was due."""
    values = record.values
    if record.state != RecordState.ACCEPTED or text_of(values, "inspection_kind") != "land_use_follow_up":
        return
    handover = _handover_of(record)
    on = day_of(values, "inspected_on") or record.date_of_information
    if handover is None or on is None or handover.signed_on is None or on < handover.signed_on:
        return
    finds = sum(int(number_of(row, "quantity") or 1) for row in rows_of(values, "finds"))
    told = Visit(
        text_of(values, "land_used"), tuple(codes_of(values, "use_conflict")), text_of(values, "accidents_since"), finds
    )
    follow_record(record, handover, on, told, codes_of(values, "land_use"))


def _handover_of(record: FieldRecord) -> Handover | None:
    """Return the handover that an inspection speaks of: by its report of completion, its task, or its only area."""
    values = record.values
    named = text_of(values, "completion")
    rows = Handover.objects.exclude(signed_on=None)
    if named:
        reports = FieldRecord.objects.filter(Q(uid=named) | Q(local_id=named), form="completion")
        found = rows.filter(task__code__in=[text_of(one.values, "task") for one in reports]).first()
        if found:
            return found
    if task := text_of(values, "task"):
        return rows.filter(task__code=task).first()
    area = text_of(values, "area")
    of_area = [row for row in rows.select_related("task") if area and area in row.task.areas]
    return of_area[0] if len(of_area) == 1 else None
