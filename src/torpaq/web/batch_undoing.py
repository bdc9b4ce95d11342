"""Everything a batch brought is taken back: its records, and the versions that it gave records of others."""

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from torpaq.intake.record.record import without_identities
from torpaq.standard.problems import Problem, problem
from torpaq.web.accounts import Right, lacks_right
from torpaq.web.batch_checking import BESIDE
from torpaq.web.batches import remove_records, undo
from torpaq.web.models import (
    Account,
    Batch,
    BatchRow,
    BatchState,
    FieldRecord,
    Identity,
    Proposal,
    ProposalState,
    RecordState,
    RecordVersion,
)
from torpaq.web.record_effects import tell
from torpaq.web.record_row import fill_row
from torpaq.web.records import context_of, settled_of

KEPT_OF_RECORD = (
    *("state", "version", "heads", "conflicts", "findings", "submitted", "decided", "reviewer_id", "reason"),
    *("accepted_values", "accepted_position"),
)
"""What of a record's row a new version changes and its values do not give again."""
MOMENTS = ("submitted", "decided")


def undo_batch(batch: Batch, person: Account, reason: str) -> list[Problem]:
    """Take back everything that a batch brought, records and versions of other records, with a reason.

    Refused where anybody has gone on from there: a record was edited, decided on, or became land in the ledger.
    """
    refused = lacks_right(person, Right.IMPORT)
    if refused is None and batch.organisation_id != person.organisation_id:
        refused = lacks_right(person, Right.RECORD_ANY)
    if refused or not reason.strip():
        return [refused or problem("reason_missing", batch.uid)]
    return undo_whole(batch, person, reason.strip())


def undo_whole(batch: Batch, person: Account | None = None, reason: str = "") -> list[Problem]:
    """Take back everything that a batch brought, whoever asks: the command line has no person."""
    with transaction.atomic():
        problems = _went_on(batch) if batch.state == BatchState.TAKEN else []
        if not problems:
            _restore(batch)
            problems = undo(batch.uid, person, reason)
        if problems:
            transaction.set_rollback(True)
    return problems


def take_back(batch: Batch) -> None:
    """Take back what an unfinished batch has brought so far."""
    _restore(batch)
    remove_records(batch)


def _versions_of_others(batch: Batch) -> QuerySet[RecordVersion]:
    """Return the versions that the batch gave records of others, the last first."""
    ours = RecordVersion.objects.filter(version_id__startswith=version_id_of(batch, ""), record__isnull=False)
    return ours.exclude(record__batch=batch).order_by("-pk")


def _went_on(batch: Batch) -> list[Problem]:
    """Return the problem that records of others have been worked on since the batch gave them a version."""
    ours = set(_versions_of_others(batch).values_list("version_id", flat=True))
    changed = FieldRecord.objects.filter(versions__version_id__in=ours).distinct()
    signed = Proposal.objects.filter(field_record__in=changed, state=ProposalState.SIGNED, submitted__gt=batch.taken)
    in_ledger = signed.values("field_record").distinct().count()
    if in_ledger:
        return [problem("batch_in_ledger", batch.uid, records=in_ledger)]
    count = sum(not ours.issuperset(one.heads) or one.state != RecordState.SUBMITTED for one in changed)
    return [problem("batch_went_on", batch.uid, records=count)] if count else []


def before_of(record: FieldRecord) -> dict[str, object]:
    """Return what has to be kept of a record so that it can be made what it was."""
    kept = {name: getattr(record, name) for name in KEPT_OF_RECORD}
    kept |= {name: moment.isoformat() for name in MOMENTS if (moment := kept[name])}
    return {**kept, "identified": Identity.objects.filter(record=record).exists()}


def _restore(batch: Batch) -> None:
    """Make records of others what they were before the batch gave them a version."""
    for version in _versions_of_others(batch).iterator():
        number = int(version.version_id.rpartition(":")[2])
        before = BatchRow.objects.get(batch=batch, number=number).values[BESIDE]["before"]
        record = FieldRecord.objects.get(versions=version)
        version.delete()
        context = context_of(record.form)
        plain, identities = without_identities(context.form, settled_of(record).values)
        fill_row(record, plain, context)
        for name in KEPT_OF_RECORD:
            value = before[name]
            setattr(record, name, datetime.fromisoformat(value) if value and name in MOMENTS else value)
        record.save()
        if before["identified"]:
            Identity.objects.filter(record=record).update(values=identities)
        else:
            Identity.objects.filter(record=record).delete()
        tell(record, None)


def filed_numbers(batch: Batch) -> set[int]:
    """Return the numbers of the rows that have been filed."""
    ours = RecordVersion.objects.filter(version_id__startswith=version_id_of(batch, ""))
    return {int(version_id.rpartition(":")[2]) for version_id in ours.values_list("version_id", flat=True)}


def version_id_of(batch: Batch, number: int | str) -> str:
    """Return the id of the version that a row of the batch becomes."""
    return f"batch:{batch.uid}:{number}"
