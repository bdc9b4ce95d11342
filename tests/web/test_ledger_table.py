"""The ledger table on both engines: what goes in comes out, nothing is changed, everything is found by its index."""

import pytest
from django.db import DatabaseError, connection, transaction

from torpaq.geo.shape import box_shape, shape_of_rings
from torpaq.land.entry import Entry
from torpaq.land.text import format_entry, parse_ledger
from torpaq.web.models import LedgerEntry
from torpaq.web.rows import insert_rows, ledger_head, read_entries, rows_of, verify_chain
from torpaq.web.wkb import shape_from_wkb, shape_to_wkb

STORY = """
2021-03-04 establish HA-17 sha mine      box 0 0 100 100                    unit AZ-AGM ; NTS-88
2022-05-01 cancel    HA-17 mine          box 0 0 40 100   by the Director   ; NTS-131
2023-06-10 clear     HA-17 mine 13cm     box 40 0 100 50  operator OP-A method manual ; CR-9
2023-06-11 clear     HA-17 mine ?cm      wkt POLYGON ((47 40, 47.001 40, 47.001 40.001, 47 40.001, 47 40)) ; CR-10
2023-09-02 reopen    HA-17 cha mine+erw  box 60 0 70 10   id R1 recorded 2023-09-05 ; accident 12
2023-10-02 establish HA-18 cha erw       unlocated 12000.50 AZ-AGM          ; a legacy total
2023-11-02 hand_over HA-17               box 0 0 40 100                     ; HO-1
2023-12-31 assert    released mine 3100.0 m2 from 2023-01-01 unit AZ-AGM part_of L1 ; return for 2023
2024-01-15 void      R1                                                     ; entered in error
"""


def story() -> list[Entry]:
    entries, problems = parse_ledger(STORY)
    assert [p.code for p in problems] == []
    return entries


def fill(entries: list[Entry]) -> None:
    with transaction.atomic():
        insert_rows(rows_of(entries, ledger_head()))


@pytest.mark.django_db
def test_every_kind_of_entry_comes_back_as_it_was_signed() -> None:
    fill(story())
    assert read_entries() == story()
    assert [format_entry(entry) for entry in read_entries()] == list(
        LedgerEntry.objects.order_by("position").values_list("line", flat=True)
    )
    assert read_entries(after=7) == story()[7:]
    assert read_entries(after=2, until=4) == story()[2:4]
    assert verify_chain() == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    "change", ["UPDATE {} SET line = 'other'", "DELETE FROM {}", "DELETE FROM {} WHERE position=9"]
)
def test_the_database_itself_refuses_to_change_the_ledger(change: str) -> None:
    fill(story())
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change.format("torpaq_web_ledgerentry"))
    assert read_entries() == story()


@pytest.mark.django_db
def test_postgresql_refuses_truncate_and_sqlite_refuses_a_replace() -> None:
    fill(story())
    statement = (
        "SET CONSTRAINTS ALL IMMEDIATE; TRUNCATE torpaq_web_ledgerentry"
        if connection.vendor == "postgresql"
        else "REPLACE INTO torpaq_web_ledgerentry SELECT * FROM torpaq_web_ledgerentry WHERE position = 3"
    )
    refusal = "append-only|follows the last one"
    with pytest.raises(DatabaseError, match=refusal), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert read_entries() == story()


@pytest.mark.django_db
def test_a_row_that_does_not_follow_the_last_one_is_refused() -> None:
    entries = story()
    fill(entries[:3])
    stale = list(rows_of(entries[3:4], ledger_head()))
    fill(entries[4:5])
    with pytest.raises(DatabaseError, match="follows the last one"), transaction.atomic():
        insert_rows(stale)


@pytest.mark.django_db
def test_the_applications_role_on_postgresql_may_add_but_not_change() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no roles: its triggers are what guards the ledger there")
    fill(story())
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_tables WHERE tableowner = 'torpaq_app'")
        assert cursor.fetchone() == (0,)
        cursor.execute("SET LOCAL ROLE torpaq_app")
        for change in ("UPDATE torpaq_web_ledgerentry SET line = ''", "TRUNCATE torpaq_web_ledgerentry"):
            with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
                cursor.execute(change)
        with pytest.raises(DatabaseError, match="owner"), transaction.atomic():
            cursor.execute("ALTER TABLE torpaq_web_ledgerentry DISABLE TRIGGER ALL")
    fill(parse_ledger("2024-02-01 establish HA-19 sha mine box 500 0 600 100 id N1")[0])
    assert ledger_head().position == len(story()) + 1


def tamper(statement: str) -> None:
    """Somebody with the database's own rights works around the triggers."""
    table = "torpaq_web_ledgerentry"
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            cursor.execute(statement.format(table))
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        else:
            cursor.execute(f"DROP TRIGGER {table}_no_update")
            cursor.execute(f"DROP TRIGGER {table}_no_delete")
            cursor.execute(statement.format(table))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("UPDATE {} SET line = replace(line, '13cm', '20cm') WHERE position = 3", [("ledger_row_changed", "L4")]),
        ("UPDATE {} SET depth_cm = '20' WHERE position = 3", [("ledger_columns_changed", "L4")]),
        (
            "UPDATE {} SET shape = (SELECT shape FROM torpaq_web_ledgerentry WHERE position = 2) WHERE position = 3",
            [("ledger_columns_changed", "L4")],
        ),
        (
            "UPDATE {} SET previous_hash = hash WHERE position = 4",
            [("ledger_chain_broken", "L5"), ("ledger_row_changed", "L5")],
        ),
        ("DELETE FROM {} WHERE position = 5", [("ledger_row_missing", "position 5")]),
    ],
)
def test_a_ledger_changed_by_hand_in_the_middle_is_found_and_named(
    statement: str, expected: list[tuple[str, str]]
) -> None:
    fill(story())
    tamper(statement)
    assert [(p.code, p.subject) for p in verify_chain()] == expected


def test_shapes_survive_well_known_binary_to_the_centimetre() -> None:
    island = shape_of_rings(
        [
            [(0, 0), (10_000_001, 0), (10_000_001, 9_999_999), (0, 9_999_999)],
            [(1000, 1000), (1000, 2000), (2000, 2000), (2000, 1000)],
            [(-20_000_003, -7), (-19_000_001, -7), (-19_000_001, 33)],
        ]
    )
    for shape in (island, box_shape(0.01, 0.02, 100.03, 50.07)):
        assert shape_from_wkb(shape_to_wkb(shape)) == shape
    with pytest.raises(ValueError, match="not WKB type 1"):
        shape_from_wkb(b"\x01\x01\x00\x00\x00" + b"\x00" * 16)
    with pytest.raises(ValueError, match="little-endian"):
        shape_from_wkb(b"\x00" + b"\x00" * 20)


@pytest.mark.django_db
def test_a_box_finds_the_same_rows_on_both_engines_edges_included() -> None:
    grid = "\n".join(
        f"2021-01-01 establish HA-{x}-{y} sha mine box {x * 100} {y * 100} {x * 100 + 50} {y * 100 + 50.01}"
        for x in range(10)
        for y in range(10)
    )
    fill(parse_ledger(grid)[0])

    def areas(*box_cm: int) -> set[str]:
        return set(LedgerEntry.objects.filter(shape__bbox=box_cm).values_list("area", flat=True))

    assert areas(0, 0, 99_99, 99_99) == {"HA-0-0"}
    assert areas(50_00, 50_01, 99_99, 99_99) == {"HA-0-0"}  # touches the corner
    assert areas(50_01, 50_02, 99_99, 99_99) == set()  # one centimetre beyond
    assert areas(0, 0, 100_00, 100_00) == {"HA-0-0", "HA-0-1", "HA-1-0", "HA-1-1"}
    assert len(areas(-(10**9), -(10**9), 10**9, 10**9)) == 100


@pytest.mark.django_db
def test_a_box_is_answered_from_the_spatial_index() -> None:
    grid = "\n".join(f"2021-01-01 establish HA-{n} sha mine box {n * 100} 0 {n * 100 + 50} 50" for n in range(3000))
    fill(parse_ledger(grid)[0])
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE torpaq_web_ledgerentry")
    plan = LedgerEntry.objects.filter(shape__bbox=(0, 0, 500, 500)).explain().lower()
    if connection.vendor == "postgresql":
        assert "index scan" in plan and "torpaq_web_ledgerentry_shape" in plan
    else:
        assert "virtual table index" in plan and "search torpaq_web_ledgerentry" in plan
    assert "seq scan" not in plan and "scan torpaq_web_ledgerentry\n" not in plan
