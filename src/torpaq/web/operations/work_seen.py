"""Who may see work and finds: an operator its own, the Authority's people all of it, the donor sums alone."""

from django.db.models import Q, QuerySet

from torpaq.web.accounts import Right, may
from torpaq.web.models import Account, OrdnanceItem, Task, WorkDay

OVERSEEING = (Right.WORK_ANY, Right.INSPECT, Right.SIGN)
WORK_READERS = (*OVERSEEING, Right.WORK_OWN)
"""The rights that open days of work and items at all."""


def sees_all_work(person: Account) -> bool:
    """Say whether a person sees every organisation's work."""
    return any(may(person, right) for right in OVERSEEING)


def _own(person: Account) -> int | None:
    return person.organisation_id if may(person, Right.WORK_OWN) else None


def days_seen_by(person: Account) -> QuerySet[WorkDay]:
    """Return the days of work a person may see one by one."""
    if sees_all_work(person):
        return WorkDay.objects.all()
    own = _own(person)
    return WorkDay.objects.filter(organisation=own) if own else WorkDay.objects.none()


def work_tasks_seen_by(person: Account) -> QuerySet[Task]:
    """Return the tasks whose work a person may see."""
    if sees_all_work(person):
        return Task.objects.all()
    own = _own(person)
    return Task.objects.filter(organisation=own) if own else Task.objects.none()


def items_seen_by(person: Account) -> QuerySet[OrdnanceItem]:
    """Return the items a person may see: their organisation's own, and whatever was found on its tasks."""
    if sees_all_work(person):
        return OrdnanceItem.objects.all()
    own = _own(person)
    if not own:
        return OrdnanceItem.objects.none()
    return OrdnanceItem.objects.filter(Q(organisation=own) | Q(task__organisation=own))
