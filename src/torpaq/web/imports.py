"""Imported files: their entries enter the ledger and their ordnance counts a table, once for the same bytes."""

from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils import timezone

from torpaq.intake.source_reading import SourceReading, new_counts, new_entries
from torpaq.standard.problems import Problem, problem
from torpaq.web.accounts import note
from torpaq.web.live import live_land
from torpaq.web.models import Account, ImportBatch, LedgerEntry, OrdnanceCount
from torpaq.web.store import append, stamped


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did: entries and ordnance counts added, and the problems of the file and of the ledger."""

    entries: int
    counts: int
    problems: list[Problem]


def import_reading(
    reading: SourceReading, file_name: str, account: Account | None = None, today: date | None = None
) -> Imported:
    """Append what a file brings and the ledger lacks, in one transaction, recorded today.

    The same bytes a second time add nothing and are the note ``file_already_imported``. Rows that the source refused
    are counted and not taken; where the ledger refuses an entry, nothing is taken at all.
    """
    with live_land(), transaction.atomic():
        earlier = ImportBatch.objects.filter(sha256=reading.sha256).first()
        if earlier:
            when = timezone.localtime(earlier.created).date().isoformat()
            return Imported(0, 0, [problem("file_already_imported", file_name, on=when, rows=earlier.rows)])
        ids = set(
            LedgerEntry.objects.filter(entry_id__in=[e.id for e in reading.entries]).values_list("entry_id", flat=True)
        )
        entries, counts = new_entries(reading, ids), new_counts(reading, ids)
        head, problems = append(stamped(entries, today), account, today=today)
        if head is None:
            return Imported(0, 0, [*reading.problems, *problems])
        batch = ImportBatch.objects.create(
            source=reading.source,
            file_name=file_name[:300],
            sha256=reading.sha256,
            rows=reading.rows,
            accepted=reading.accepted,
            refused=reading.rows - reading.accepted,
            account=account,
        )
        OrdnanceCount.objects.bulk_create(
            OrdnanceCount(
                unit=c.unit, month=c.month, operator=c.operator, category=c.category.value, items=c.count, batch=batch
            )
            for c in counts
        )
        note(account, "file_imported", file_name, sha256=reading.sha256, entries=len(entries))
    return Imported(len(entries), len(counts), [*reading.problems, *problems])
