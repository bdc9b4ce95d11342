"""Many new records at once: the same rows that one after the other would give, written in bulk."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import TypeVar

from django.db.models import Model, QuerySet
from django.utils import timezone

from torpaq.intake.record.checking import check_record
from torpaq.intake.record.context import Context
from torpaq.intake.record.record import Record, Value, without_identities
from torpaq.web.models import FieldRecord, Identity, RecordState, RecordVersion
from torpaq.web.record_effects import EFFECTS, tell
from torpaq.web.record_row import fill_row
from torpaq.web.records import NewVersion, context_of, findings_of_sender
from torpaq.web.submissions import lock_submissions

Row = TypeVar("Row", bound=Model)

ROWS_AT_ONCE = 500


def add_records(new: Sequence[NewVersion]) -> list[FieldRecord]:
    """File first versions of new records, whose ids nothing has yet; call it within a transaction.

    Each row is what :func:`torpaq.web.records.add_version` would have written.
    """
    lock_submissions()
    contexts = cache(context_of)
    records, versions, identities = [], [], []
    for one in new:
        context = contexts(one.form)
        plain, names = without_identities(context.form, one.values)
        record = _record(one, plain, context)
        records.append(record)
        versions.append(_version(one, record, plain, names))
        if names:
            identities.append(Identity(record=record, values=names))
    FieldRecord.objects.bulk_create(records, batch_size=ROWS_AT_ONCE)
    for version in versions:
        version.record_id = version.record.pk if version.record else None
    for identity in identities:
        identity.record_id = identity.record.pk
    RecordVersion.objects.bulk_create(versions, batch_size=ROWS_AT_ONCE)
    Identity.objects.bulk_create(identities, batch_size=ROWS_AT_ONCE)
    for record in records:
        if record.form in EFFECTS:
            tell(record, record.author)
    return records


def _record(one: NewVersion, plain: Mapping[str, Value], context: Context) -> FieldRecord:
    organisation = one.organisation or (one.account.organisation if one.account else None)
    record = FieldRecord(
        uid=one.version_id,
        form=one.form,
        version=context.form.version,
        state=RecordState.DRAFTED if one.draft else RecordState.SUBMITTED,
        organisation=organisation,
        author=one.account,
        device=one.device,
        batch=one.batch,
        batch_row=one.batch_row,
        heads=[one.version_id],
        submitted=None if one.draft else timezone.now(),
    )
    fill_row(record, plain, context)
    findings = check_record(Record(one.form, record.version, one.values), context.form, context)
    record.findings = [found.as_json() for found in [*findings, *findings_of_sender(record)]]
    return record


def _version(
    one: NewVersion, record: FieldRecord, plain: Mapping[str, Value], names: Mapping[str, Value]
) -> RecordVersion:
    return RecordVersion(
        version_id=one.version_id,
        record=record,
        bases=list(one.bases),
        form=one.form,
        form_version=one.form_version,
        values=dict(plain),
        identities=dict(names),
        submission=one.submission,
        account=one.account,
        device=one.device,
        reason=one.reason,
    )


def in_pieces(rows: QuerySet[Row], field: str, values: Iterable[str]) -> Iterable[Row]:
    """Yield the rows whose field has one of many values, asking for some at a time: engines bound their questions."""
    listed = list(values)
    for start in range(0, len(listed), ROWS_AT_ONCE):
        yield from rows.filter(**{f"{field}__in": listed[start : start + ROWS_AT_ONCE]})
