"""Importing a file of records: taken once, counted, recorded today; a file the ledger refuses leaves nothing behind."""

from dataclasses import replace
from datetime import date

import pytest
from django.test import Client

from torpaq.intake.source_reading import OrdnanceCategory, OrdnanceCount, SourceReading
from torpaq.web.imports import import_reading
from torpaq.web.models import ImportBatch, LedgerEntry, Programme
from torpaq.web.models import OrdnanceCount as CountRow
from torpaq.web.store import load
from web.stories import ledger

TODAY = date(2026, 11, 1)
ENTRIES = tuple(
    ledger(
        """
2019-05-31 clear CO/ANT/SAN-LUIS mine ?cm unlocated 1200.50 CO/ANT/SAN-LUIS id CO-1 operator HALO
2019-06-30 clear CO/ANT/SAN-LUIS mine ?cm unlocated 0.5 CO/ANT/SAN-LUIS id CO-2 operator HALO
"""
    )
)
COUNTS = (
    OrdnanceCount("CO/ANT/SAN-LUIS", date(2019, 5, 1), "HALO", OrdnanceCategory.AP_MINE, 3, 2, "CO-1"),
    OrdnanceCount("CO/ANT/SAN-LUIS", date(2019, 6, 1), "HALO", OrdnanceCategory.UXO, 1, 3, "CO-2"),
)
READING = SourceReading("a_source", "ab" * 32, 3, ENTRIES, (2, 3), COUNTS)


@pytest.mark.django_db
def test_the_same_file_twice_adds_nothing_and_says_so() -> None:
    load([])
    done = import_reading(READING, "summary.xlsx", today=TODAY)
    assert (done.entries, done.counts, [p.code for p in done.problems]) == (2, 2, [])
    assert set(LedgerEntry.objects.values_list("effective", "recorded")) == {
        (date(2019, 5, 31), TODAY),
        (date(2019, 6, 30), TODAY),
    }
    batch = ImportBatch.objects.get()
    assert (batch.rows, batch.accepted, batch.refused) == (3, 2, 1)
    assert sum(CountRow.objects.values_list("items", flat=True)) == 4

    again = import_reading(READING, "summary-copy.xlsx", today=TODAY)
    assert (again.entries, again.counts, [p.code for p in again.problems]) == (0, 0, ["file_already_imported"])
    assert (LedgerEntry.objects.count(), CountRow.objects.count()) == (2, 2)


@pytest.mark.django_db
def test_another_file_with_a_row_in_common_brings_only_the_new_row() -> None:
    import_reading(replace(READING, entries=ENTRIES[:1], counts=COUNTS[:1]), "first.csv", today=TODAY)
    done = import_reading(replace(READING, sha256="cd" * 32), "second.csv", today=TODAY)
    assert (done.entries, done.counts) == (1, 1)
    assert LedgerEntry.objects.count() == 2


@pytest.mark.django_db
def test_a_file_the_ledger_refuses_leaves_nothing_half_saved() -> None:
    beyond = replace(ENTRIES[1], id="x" * 300)
    done = import_reading(replace(READING, entries=(ENTRIES[0], beyond)), "broken.csv", today=TODAY)
    assert (done.entries, done.counts, [p.code for p in done.problems]) == (0, 0, ["code_too_long"])
    assert not (LedgerEntry.objects.exists() or ImportBatch.objects.exists() or CountRow.objects.exists())


@pytest.mark.django_db
def test_a_country_without_terrain_or_boundaries_still_has_a_map(client: Client) -> None:
    Programme.objects.create(name="Colombia", country="col", standard_version="0.1.0")
    assert client.get("/tiles/context/6/18/31.pbf").status_code == 200
    assert client.get("/basemap/relief.png").status_code == 404
    assert client.get("/basemap/relief.json").status_code == 404
