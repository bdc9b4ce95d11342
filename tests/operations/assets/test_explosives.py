"""Operator A's explosives book: two stores, two teams, and nothing that is not there."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from torpaq.operations.assets.demolitions import Demolition, compare, reconcile
from torpaq.operations.assets.explosives import (
    Holder,
    Key,
    Movement,
    book_of,
    check_movement,
    held,
    known_name,
)
from torpaq.standard.problems import has_errors

TODAY = date(2026, 6, 1)
BOOK = """
2026-05-01 received    50 kg TNT       Main
2026-05-02 received    20 items detonator Main
2026-05-03 issued      10 kg TNT       Main T1
2026-05-03 used         4 kg TNT       -    T1
2026-05-03 returned     5 kg TNT       Main T1
2026-05-04 transferred 12 kg TNT       Main Field
2026-05-05 destroyed    2 kg TNT       Field
"""


def lines(text: str) -> list[Movement]:
    """Read a book: day, kind, quantity, unit, explosive, store, then the team or the other store."""
    return [line(row, number) for number, row in enumerate(text.strip().splitlines())]


def line(row: str, number: int = 999) -> Movement:
    words, _, note = row.partition(";")
    on, kind, quantity, unit, explosive, store, *rest = words.split()
    other = rest[0] if rest else ""
    return Movement(
        number, date.fromisoformat(on), kind, explosive, unit, Decimal(quantity), "" if store == "-" else store,
        to_store=other if kind == "transferred" else "", team="" if kind == "transferred" else other,
        witness="Anar", note=note.strip(),
    )  # fmt: skip


def codes(row: str, book: str = BOOK) -> list[str]:
    return [each.code for each in check_movement(lines(book), line(row), TODAY)]


def test_the_balance_of_a_team_is_issued_less_used_less_returned() -> None:
    book = book_of(lines(BOOK))
    assert [(key.holder.name, key.explosive, quantity) for key, quantity in held(book, "store")] == [
        ("Field", "TNT", Decimal(10)),
        ("Main", "TNT", Decimal(33)),
        ("Main", "detonator", Decimal(20)),
    ]
    assert held(book, "team") == [(Key(Holder("team", "T1"), "TNT", "kg"), Decimal(1))]
    earlier = book_of(lines(BOOK), date(2026, 5, 3))
    assert earlier.balances[Key(Holder("store", "Main"), "TNT", "kg")] == 45


def test_nobody_takes_what_is_not_there() -> None:
    (found,) = check_movement(lines(BOOK), line("2026-05-06 issued 40 kg TNT Main T2"), TODAY)
    assert (found.code, found.parameters["available"], found.parameters["wanted"]) == (
        "explosive_short",
        "33 kg",
        "40 kg",
    )
    assert codes("2026-05-06 used 2 kg TNT - T1") == ["explosive_short"]
    assert codes("2026-05-06 used 1 kg TNT - T1") == []
    assert codes("2026-05-06 transferred 11 kg TNT Field Main") == ["explosive_short"]


def test_a_line_of_an_earlier_day_does_not_leave_a_later_one_short() -> None:
    assert codes("2026-05-03 issued 40 kg TNT Main T2") == ["explosive_short_later"]
    assert codes("2026-04-30 issued 1 kg TNT Main T2") == ["explosive_short"]
    assert codes("2026-05-03 issued 33 kg TNT Main T2") == []


def test_a_count_that_differs_is_explained_or_refused_and_stays_in_sight() -> None:
    assert codes("2026-05-06 counted 33 kg TNT Main") == []
    (found,) = check_movement(lines(BOOK), line("2026-05-06 counted 31 kg TNT Main"), TODAY)
    assert (found.code, found.parameters["difference"]) == ("explosive_count_differs", "-2")
    assert has_errors([found])
    explained = "2026-05-06 counted 31 kg TNT Main ; two kilograms spoilt by damp, report 14"
    assert codes(explained) == ["explosive_count_explained"]
    after = [*lines(BOOK), line(explained)]
    assert [each.quantity for each in book_of(after).differences] == [-2]
    assert book_of(after).balances[Key(Holder("store", "Main"), "TNT", "kg")] == 31


def test_a_line_before_a_count_may_not_upset_it() -> None:
    counted = BOOK + "2026-05-06 counted 33 kg TNT Main\n"
    assert codes("2026-05-05 issued 3 kg TNT Main T1", counted) == ["explosive_count_upset"]
    assert codes("2026-05-07 issued 3 kg TNT Main T1", counted) == []
    short = BOOK + "2026-05-06 counted 30 kg TNT Main ; an issue was not booked\n"
    assert codes("2026-05-05 issued 3 kg TNT Main T1", short) == []
    late = [*lines(short), line("2026-05-05 issued 3 kg TNT Main T1")]
    assert book_of(late).differences == ()


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("2026-05-06 stolen 1 kg TNT Main", "explosive_kind_unknown"),
        ("2026-05-06 received 1 pood TNT Main", "explosive_unit_unknown"),
        ("2026-05-06 received 1 m TNT Main", "explosive_unit_differs"),
        ("2026-05-06 received 0 kg TNT Main", "explosive_quantity_wrong"),
        ("2026-05-06 received -3 kg TNT Main", "explosive_quantity_wrong"),
        ("2026-05-06 received NaN kg TNT Main", "explosive_quantity_wrong"),
        ("2026-05-06 received 1e30 kg TNT Main", "explosive_quantity_wrong"),
        ("2026-05-06 received 0.0001 kg TNT Main", "explosive_quantity_fine"),
        ("2026-05-06 received 1.5 items detonator Main", "explosive_items_whole"),
        ("2026-06-02 received 1 kg TNT Main", "explosive_day_ahead"),
        ("2026-05-06 received 1 kg TNT -", "explosive_store_missing"),
        ("2026-05-06 issued 1 kg TNT Main", "explosive_team_missing"),
        ("2026-05-06 transferred 1 kg TNT Main", "explosive_other_store_missing"),
        ("2026-05-06 transferred 1 kg TNT Main Main", "explosive_other_store_missing"),
    ],
)
def test_a_line_that_cannot_be_is_refused(row: str, code: str) -> None:
    assert codes(row) == [code]


def test_a_count_may_find_nothing_and_wants_a_witness() -> None:
    empty = line("2026-05-06 counted 0 kg RDX Main")
    assert check_movement(lines(BOOK), empty, TODAY) == []
    alone = Movement(999, date(2026, 5, 6), "counted", "RDX", "kg", Decimal(0), "Main")
    assert [each.code for each in check_movement(lines(BOOK), alone, TODAY)] == ["explosive_witness_missing"]


def test_one_explosive_has_one_name_however_it_is_typed() -> None:
    assert known_name(lines(BOOK), "tnt") == "TNT"
    assert known_name(lines(BOOK), "Detonator ") == "detonator"
    assert known_name(lines(BOOK), "Hexogen") == "Hexogen"


# -- laws -------------------------------------------------------------------------------------------------------------

ROWS = st.lists(
    st.builds(
        lambda day, kind, quantity, explosive, store, other, team, note: Movement(
            0, date(2026, 5, 1) + timedelta(days=day), kind, explosive, "kg", Decimal(quantity) / 8, store,
            to_store=other, team=team, witness="Anar", note=note,
        ),
        st.integers(0, 6),
        st.sampled_from(["received", "received", "issued", "used", "returned", "destroyed", "transferred", "counted"]),
        st.integers(1, 40),
        st.sampled_from(["TNT", "RDX"]),
        st.sampled_from(["Main", "Field"]),
        st.sampled_from(["Main", "Field"]),
        st.sampled_from(["T1", "T2"]),
        st.sampled_from(["", "counted again with the Authority"]),
    ),
    max_size=25,
)  # fmt: skip


def kept(rows: list[Movement]) -> list[Movement]:
    """Book what may be booked, one line after another."""
    book: list[Movement] = []
    for number, row in enumerate(rows):
        new = Movement(number, row.on, row.kind, row.explosive, row.unit, row.quantity, row.store, row.to_store,
                       row.team, row.witness, row.note)  # fmt: skip
        if not has_errors(check_movement(book, new, TODAY)):
            book.append(new)
    return book


def twin_balance(book: list[Movement], kind: str, name: str, explosive: str, until: date) -> Decimal:
    """One holder of one explosive, line by line, as somebody with a pencil would do it."""
    total = Decimal(0)
    for row in sorted(book, key=lambda each: (each.on, each.number)):
        if row.on > until or row.explosive != explosive:
            continue
        here = row.store == name if kind == "store" else row.team == name
        if kind == "store" and here and row.kind in ("received", "returned"):
            total += row.quantity
        if kind == "store" and here and row.kind in ("issued", "destroyed", "transferred"):
            total -= row.quantity
        if kind == "store" and row.kind == "transferred" and row.to_store == name:
            total += row.quantity
        if kind == "store" and here and row.kind == "counted":
            total = row.quantity
        if kind == "team" and here and row.kind == "issued":
            total += row.quantity
        if kind == "team" and here and row.kind in ("used", "returned"):
            total -= row.quantity
    return total


@given(ROWS)
def test_the_book_agrees_with_a_pencil_and_nothing_is_ever_below_nought(rows: list[Movement]) -> None:
    book = kept(rows)
    for day in [date(2026, 5, 1) + timedelta(days=n) for n in range(7)]:
        found = book_of(book, day)
        assert found.shortages == ()
        for kind, names in (("store", ["Main", "Field"]), ("team", ["T1", "T2"])):
            for name in names:
                for explosive in ("TNT", "RDX"):
                    held_now = found.balances.get(Key(Holder(kind, name), explosive, "kg"), Decimal(0))
                    assert held_now == twin_balance(book, kind, name, explosive, day)
                    assert held_now >= 0


@given(ROWS)
def test_nothing_is_lost_what_came_in_is_held_used_destroyed_or_a_difference_of_a_count(rows: list[Movement]) -> None:
    book = kept(rows)
    found = book_of(book)

    def total(*kinds: str) -> Decimal:
        return sum((row.quantity for row in book if row.kind in kinds), Decimal(0))

    held_now = sum(found.balances.values(), Decimal(0))
    differences = sum((each.quantity for each in found.differences), Decimal(0))
    assert total("received") + differences == held_now + total("used", "destroyed")
    assert all(each.is_explained for each in found.differences)


@given(ROWS, st.randoms())
def test_the_order_in_which_lines_are_read_does_not_matter(rows: list[Movement], random: object) -> None:
    book = kept(rows)
    shuffled = list(book)
    random.shuffle(shuffled)
    assert book_of(shuffled) == book_of(book)


# -- reports against the book -----------------------------------------------------------------------------------------


def demolition(explosive: str, used: str, issued: str | None = None, returned: str | None = None) -> Demolition:
    given_out, back = (Decimal(text) if text else None for text in (issued, returned))
    return Demolition(explosive, "kg", Decimal(used), given_out, back)


def test_a_report_agrees_with_the_book_or_says_where_not() -> None:
    booked = [row for row in lines(BOOK) if row.team == "T1"]
    assert reconcile([demolition("tnt", "4", "9", "5")], booked) != []
    found = reconcile([demolition("TNT", "5", "10", "5")], booked)
    assert [(each.code, each.parameters["reported"], each.parameters["booked"]) for each in found] == [
        ("demolition_used_differs", "5 kg", "4 kg")
    ]
    assert reconcile([demolition("TNT", "4")], booked) == []
    assert [each.agrees for each in compare([demolition("TNT", "4", "10", "5")], booked)] == [True]


def test_what_was_issued_and_neither_used_nor_returned_is_missed() -> None:
    found = reconcile([demolition("TNT", "4", "10", "5")], [row for row in lines(BOOK) if row.team == "T1"])
    assert [(each.code, each.parameters["left"]) for each in found] == [("demolition_not_balanced", "+1")]


def test_what_the_book_has_and_the_report_leaves_out_is_said() -> None:
    found = reconcile([], lines("2026-05-03 used 4 kg TNT - T1"))
    assert [each.code for each in found] == ["demolition_used_differs"]


def test_a_report_that_names_an_explosive_twice_is_added_up() -> None:
    rows = [demolition("TNT", "1", "2", "1"), demolition("TNT", "3", "8", "5")]
    booked = lines(
        "2026-05-03 issued 10 kg TNT Main T1\n2026-05-03 used 4 kg TNT - T1\n2026-05-03 returned 6 kg TNT Main T1"
    )
    assert reconcile(rows, booked) == []
