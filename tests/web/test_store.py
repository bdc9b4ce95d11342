"""Appending to the ledger: all or nothing, tried on the land as it stands, and the same land in every process."""

from datetime import date

import pytest

from torpaq.land.live import LiveLand
from torpaq.web.areas import rebuild_areas
from torpaq.web.live import KEEPER, live_land
from torpaq.web.models import HazardousArea, LedgerEntry
from torpaq.web.rows import insert_rows, ledger_head, read_entries, rows_of, verify_chain
from torpaq.web.store import append, load, stamped
from web.stories import ledger

TODAY = date(2024, 6, 1)
HA_17 = """
2021-03-04 establish HA-17 sha mine      box 0 0 100 100     unit AZ-AGM ; NTS-88
2022-05-01 cancel    HA-17 mine          box 0 0 40 100   by Director    ; NTS-131
"""
CLEARED = "2023-06-10 clear HA-17 mine 13cm box 40 0 100 50 operator OP-A id C1 recorded 2024-06-01 ; CR-9"


def rows(*columns: str) -> list[tuple[object, ...]]:
    return list(HazardousArea.objects.order_by("area").values_list("area", *columns))


@pytest.mark.django_db
def test_an_entry_is_appended_and_the_areas_row_says_what_it_did() -> None:
    head, problems = load(ledger(HA_17))
    assert problems == [] and head is not None and head.position == 2
    assert rows("status", "sha_m2", "cancelled_m2", "cleared_m2") == [("HA-17", "sha", 6000.0, 4000.0, 0.0)]

    head, problems = append(ledger(CLEARED), today=TODAY)
    assert problems == [] and head == ledger_head() and head.position == 3
    assert rows("status", "sha_m2", "cancelled_m2", "cleared_m2") == [("HA-17", "sha", 3000.0, 4000.0, 3000.0)]
    assert rows("open_m2", "released_m2", "entry_count", "unit", "mine_status", "erw_status") == [
        ("HA-17", 3000.0, 7000.0, 3, "AZ-AGM", "sha", "")
    ]
    assert verify_chain() == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("2023-06-10 clear HA-17 mine 13cm box 0 0 50 50 id X recorded 2024-06-01", "release_of_released"),
        ("2023-06-10 clear HA-99 mine 13cm box 900 900 950 950 id X recorded 2024-06-01", "land_not_recorded"),
        ("2023-06-10 cancel HA-17 mine box 50 50 60 60 id L1 recorded 2024-06-01", "id_twice"),
        ("2023-06-10 void NOBODY id X recorded 2024-06-01", "void_of_unknown"),
        ("2023-06-10 cancel HA-17 mine box 50 50 60 60 id X recorded 2022-04-30", "recorded_before_effective"),
        ("2021-06-10 cancel HA-17 mine box 50 50 60 60 id X recorded 2022-04-30", "recorded_at_wrong_time"),
        ("2023-06-10 cancel HA-17 mine box 50 50 60 60 id X recorded 2024-06-02", "recorded_at_wrong_time"),
    ],
)
def test_an_entry_the_fold_refuses_leaves_nothing_half_saved(line: str, code: str) -> None:
    load(ledger(HA_17))
    before = (ledger_head(), rows("held", "last_recorded"))
    good = ledger("2023-01-10 cancel HA-17 mine box 40 90 50 100 id G recorded 2024-06-01")
    head, problems = append([*good, *ledger(line)], today=TODAY)
    assert head is None and code in [p.code for p in problems]
    assert (ledger_head(), rows("held", "last_recorded")) == before
    with live_land() as (land, _):
        assert [entry.id for entry in land.entries] == ["L1", "L2"]


@pytest.mark.django_db
def test_a_whole_book_with_errors_is_not_loaded_and_a_filled_ledger_not_loaded_again() -> None:
    head, problems = load(ledger("2023-06-10 clear HA-17 mine 13cm box 40 0 100 50"))
    assert head is None and "land_not_recorded" in [p.code for p in problems]
    assert not LedgerEntry.objects.exists() and not HazardousArea.objects.exists()
    load(ledger(HA_17))
    with pytest.raises(ValueError, match="only an empty ledger"):
        load(ledger(HA_17))


@pytest.mark.django_db
def test_what_another_process_appended_is_picked_up_by_position() -> None:
    load(ledger(HA_17))
    with live_land() as (land, _):
        assert land.at(50, 20).status[0] == "sha"
    insert_rows(rows_of(ledger(CLEARED), ledger_head()))  # as another process would: behind this one's back
    with live_land() as (again, head):
        assert again is land and head.position == 3
        assert again.at(50, 20).status[0] == "cleared"


@pytest.mark.django_db
def test_land_whose_entries_are_no_longer_the_tables_is_built_anew() -> None:
    insert_rows(rows_of(ledger(CLEARED), ledger_head()))
    KEEPER.land, KEEPER.head = LiveLand(ledger(HA_17)), ledger_head().__class__(1, "f" * 64)
    with live_land() as (land, _):
        assert [entry.id for entry in land.entries] == ["C1"]


@pytest.mark.django_db
def test_rows_kept_entry_by_entry_equal_rows_rebuilt() -> None:
    load(ledger(HA_17))
    for line in (
        "2022-01-01 establish HA-18 cha mine+erw box 150 0 250 80 id A1 unit AZ-FUZ",
        "2022-02-01 extend HA-17 sha erw box 100 0 150 100 id A2",
        "2022-03-01 clear HA-18 mine 20cm box 150 0 200.5 80 id A3 operator OP-B",
        "2022-04-01 void L2 id A4",
        "2022-05-01 reopen HA-17 cha mine box 150 0 160 10 id A5",
        "2022-06-01 establish HA-19 cha mine unlocated 1200.5 AZ-FUZ id A6",
        "2022-07-01 clear HA-19 mine ?cm unlocated 200 AZ-FUZ id A7",
        "2022-08-01 redraw HA-18 mine+erw box 150 0 260 90 id A8",
    ):
        _, problems = append(stamped(ledger(line), TODAY), today=TODAY)
        assert [p for p in problems if p.severity == "error"] == []
    columns = [f.name for f in HazardousArea._meta.fields if f.name != "id"]
    kept = list(HazardousArea.objects.order_by("area").values(*columns))
    with live_land() as (land, _):
        assert rebuild_areas(land) == 3
    assert kept == list(HazardousArea.objects.order_by("area").values(*columns))
    assert [(row["area"], row["status"], row["mine_status"], row["unlocated_m2"]) for row in kept] == [
        ("HA-17", "sha", "cha", 0.0),  # the reopened land stays in HA-18's books, where its other class is still open
        ("HA-18", "cha", "cha", 0.0),
        ("HA-19", "unlocated", "", 1000.5),
    ]
    assert read_entries()[:2] == ledger(HA_17)


def test_stamping_says_that_old_records_are_known_from_today() -> None:
    (learned,) = stamped(ledger(CLEARED), TODAY)
    assert (learned.effective, learned.recorded) == (date(2023, 6, 10), TODAY)
