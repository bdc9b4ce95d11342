"""Ground that animals searched on a task: what counts as cleared by them, and what is processed and no more."""

from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from torpaq.operations.assets.animals import Credit, Search, clearance_credit
from torpaq.standard.problems import Severity
from torpaq.web.models import Asset, FieldRecord, Organisation
from torpaq.web.operations.asset_facts import COUNTED, limits

MOST_TASKS = 20


@dataclass(frozen=True, slots=True)
class TaskGround:
    """A task's ground searched by animals; ``not_drawn`` reports have no boundary, ``refused`` ones have errors."""

    task: str
    credit: Credit
    not_drawn: int
    refused: int

    @property
    def credited_percent(self) -> float:
        """Return the credited share of all ground searched, in percent."""
        total = self.credit.credited_m2 + self.credit.processed_m2
        return 100 * self.credit.credited_m2 / total if total else 0.0


def grounds_of(animal: Asset) -> list[TaskGround]:
    """Return the ground of the tasks on which an animal searched, with that of the other animals on them."""
    own = _told(animal.organisation).filter(values__animal_id=animal.code)
    tasks = sorted({str(task) for task in own.values_list("values__task", flat=True) if task}, reverse=True)
    return [ground_of(animal.organisation, task) for task in tasks[:MOST_TASKS]]


def ground_of(organisation: Organisation, task: str) -> TaskGround:
    """Return what animals searched on a task (IMAS 09.41): the union of ground by how many animals searched it.

    A report with an error (a dog without certificate, wind above the limit …) credits nothing, and one without a
    boundary cannot be laid over another.
    """
    searches, not_drawn, refused = [], 0, 0
    for record in _told(organisation).filter(values__task=task, values__animal_id__isnull=False):
        if any(found["severity"] == Severity.ERROR for found in record.findings):
            refused += 1
        elif record.shape is None:
            not_drawn += 1
        else:
            day = date.fromisoformat(str(record.values.get("work_date") or record.date_of_information))
            searches.append(Search(str(record.values["animal_id"]), day, record.shape))
    return TaskGround(task, clearance_credit(searches, limits()), not_drawn, refused)


def _told(organisation: Organisation) -> QuerySet[FieldRecord]:
    return FieldRecord.objects.filter(form="clearance_progress", organisation=organisation, state__in=COUNTED)
