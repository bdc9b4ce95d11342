"""Records of a known source enter the programme: once for the same content, a whole file in one transaction.

Every record waits for review like any other: nobody wrote it here, so any reviewer may accept it. A file that says
something else of a record that is here already (an accident with one more victim) adds a version of it, edited from
what the source said before, so that nothing a person changed meanwhile is lost.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.db import transaction
from django.utils import timezone

from torpaq.intake.record.record import Value
from torpaq.intake.source_reading import SourceReading, SourceRecord
from torpaq.standard.problems import Problem, Severity, problem
from torpaq.web.accounts import note
from torpaq.web.models import Account, Batch, BatchState, FieldRecord, RecordVersion, Submission
from torpaq.web.record_bulk import add_records, in_pieces
from torpaq.web.records import NewVersion, add_version, context_of

CHANNEL = "batch"


@dataclass(frozen=True, slots=True)
class Taken:
    """What a file of records brought: its batch's uid, new records by form, records that it changed, and problems.

    ``incomplete`` is the number of new records that have errors and cannot be accepted as they are.
    """

    batch: str = ""
    added: Mapping[str, int] = field(default_factory=dict)
    changed: int = 0
    incomplete: int = 0
    problems: Sequence[Problem] = ()


def take_records(
    reading: SourceReading,
    file_name: str,
    content: bytes,
    account: Account | None = None,
    batch: Batch | None = None,
) -> Taken:
    """File the records that a file brings and the programme lacks, as one batch that can be undone whole.

    The same bytes a second time add nothing and are the note ``file_already_imported``, unless that batch was undone.
    Rows that the source refused are counted and not taken. ``batch`` is the file's own where it was uploaded before.
    """
    with transaction.atomic():
        earlier = Batch.objects.filter(sha256=reading.sha256, source=reading.source, state=BatchState.TAKEN).first()
        if earlier:
            when = timezone.localtime(earlier.created).date().isoformat()
            return Taken(problems=[problem("file_already_imported", file_name, on=when, rows=reading.rows)])
        new, changed = _what_is_new(reading.records)
        if not new and not changed:
            return Taken(problems=reading.problems)
        batch = batch or _batch(reading, file_name, content, account)
        versions = {form: context_of(form).form.version for form in {one.form for one in reading.records}}
        records = add_records([_first_version(one, versions[one.form], batch) for one in new])
        for record, one in changed:
            add_version(_next_version(record, one, versions[one.form], batch))
        note(account, "file_imported", file_name, sha256=reading.sha256, records=len(new), changed=len(changed))
    added = Counter(record.form for record in records)
    incomplete = sum(any(found["severity"] == Severity.ERROR for found in record.findings) for record in records)
    return Taken(batch.uid, dict(sorted(added.items())), len(changed), incomplete, reading.problems)


def _what_is_new(
    records: Sequence[SourceRecord],
) -> tuple[list[SourceRecord], list[tuple[FieldRecord, SourceRecord]]]:
    """Part records into those that are not here yet and those of which no version says the same."""
    rows = FieldRecord.objects.prefetch_related("versions")
    here = {row.uid: row for row in in_pieces(rows, "uid", [one.id for one in records])}
    new = [one for one in records if one.id not in here]
    known = [(here[one.id], one) for one in records if one.id in here]
    return new, [(row, one) for row, one in known if not _says_the_same(row, one.values)]


def _says_the_same(record: FieldRecord, values: Mapping[str, Value]) -> bool:
    plain = json.loads(json.dumps(values))
    return any({**version.values, **version.identities} == plain for version in record.versions.all())


def _first_version(one: SourceRecord, form_version: str, batch: Batch) -> NewVersion:
    return NewVersion(
        one.id,
        one.form,
        form_version,
        one.values,
        account=batch.account,
        submission=_as_it_stood(one, one.id, form_version, batch.account),
        batch=batch,
        batch_row=one.row,
    )


def _next_version(record: FieldRecord, one: SourceRecord, form_version: str, batch: Batch) -> NewVersion:
    """Return what a source says anew, edited from what a source said last."""
    said_before = RecordVersion.objects.filter(record=record, version_id__startswith=one.id).order_by("-pk").first()
    version_id = f"{one.id}~{_digest(one.values)}"
    return NewVersion(
        version_id,
        one.form,
        form_version,
        one.values,
        (said_before.version_id if said_before else record.uid,),
        account=batch.account,
        submission=_as_it_stood(one, version_id, form_version, batch.account),
        batch=batch,
        reason=batch.file_name,
    )


def _as_it_stood(one: SourceRecord, version_id: str, form_version: str, account: Account | None) -> Submission | None:
    """Keep the part of the source that a record was made of, where the form cannot hold all of it."""
    if not one.original:
        return None
    content = one.original.encode()
    kept, _ = Submission.objects.get_or_create(
        instance_id=version_id,
        sha256=hashlib.sha256(content).hexdigest(),
        defaults={
            "channel": CHANNEL,
            "form": one.form,
            "form_version": form_version,
            "content": content,
            "account": account,
        },
    )
    return kept


def _batch(reading: SourceReading, file_name: str, content: bytes, account: Account | None) -> Batch:
    now = timezone.now()
    return Batch.objects.create(
        uid=f"{now:%Y%m%d}-{reading.sha256[:12]}-{Batch.objects.filter(sha256=reading.sha256).count() + 1}",
        source=reading.source,
        file_name=file_name[:300],
        sha256=reading.sha256,
        content=content,
        state=BatchState.TAKEN,
        counts={
            "rows": reading.rows,
            "good": reading.accepted,
            "refused": reading.rows - reading.accepted,
            "records": len(reading.records),
        },
        findings=[found.as_json() for found in reading.problems],
        account=account,
        organisation=account.organisation if account else None,
        checked=now,
        taken=now,
    )


def _digest(values: Mapping[str, Value]) -> str:
    return hashlib.sha256(json.dumps(values, ensure_ascii=False, sort_keys=True).encode()).hexdigest()[:12]
