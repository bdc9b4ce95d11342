"""The text form, both ways, and what it says of a line that cannot be read."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from land.book import entries_of
from land.test_fold_laws import books
from torpaq.land.chain import GENESIS, chain_head, digest_of, entry_hash
from torpaq.land.entry import BOTH, Assertion, Entry, Kind, Measure, Unlocated
from torpaq.land.text import format_entry, format_ledger, parse_bytes, parse_ledger

WKT = "wkt POLYGON ((46 39, 46.01 39, 46 39.01, 46 39))"
EVERY_KIND = f"""\
2020-01-01 establish HA-1 sha mine+erw {WKT} id A1 recorded 2020-02-01 by Rauf Aliyev unit AZ-AGM ; NTS-1; 2
2020-03-01 extend HA-1 cha erw box 0 0 10 10.5 id A2
2020-04-01 confirm HA-1 mine box 0 0 5 5 id A3
2020-05-01 redraw HA-1 mine box 0 0 5 6 id A4
2020-06-01 cancel HA-1 mine box 0 0 1 1 id A5
2020-07-01 reduce HA-1 erw box 0 0 1 1 id A6 method mechanical
2020-08-01 clear HA-1 mine 13cm box 1 1 2 2 id A7 operator OP-A method manual
2020-08-02 clear HA-9 mine ?cm unlocated 12000.50 AZ-FUZ id A8
2020-09-01 reopen HA-1 cha mine box 1 1 2 2 id A9
2020-10-01 hand_over HA-1 box 0 0 1 1 id B1
2020-11-01 void A9 id B2 by "Name by id" ; entered in error
2020-12-31 assert cleared mine+erw 530818000 m2 id B3 operator ANAMA sector agriculture from 2020-01-01 part_of B4
"""


def test_every_kind_is_written_as_it_was_read() -> None:
    entries, problems = parse_ledger(EVERY_KIND)
    assert problems == []
    assert {entry.kind for entry in entries} == set(Kind)
    assert format_ledger(entries) == EVERY_KIND


def test_the_words_mean_what_they_say() -> None:
    entries = entries_of(EVERY_KIND)
    first, unlocated, void, asserted = entries[0], entries[7], entries[10], entries[11]
    assert first.approver == "Rauf Aliyev"
    assert first.record == "NTS-1; 2"
    assert (first.effective, first.recorded) == (date(2020, 1, 1), date(2020, 2, 1))
    assert first.contamination == BOTH
    assert unlocated.place == Unlocated(Decimal("12000.50"), "AZ-FUZ")
    assert unlocated.depth_cm is None
    assert (void.target, void.approver) == ("A9", "Name by id")
    assert asserted.assertion == Assertion(Measure.CLEARED, Decimal(530818000), date(2020, 1, 1), "B4")
    assert (asserted.operator, asserted.sector) == ("ANAMA", "agriculture")


def test_an_id_not_given_is_the_lines_number() -> None:
    entries = entries_of("\n# a remark\n2020-01-01 establish HA-1 sha mine box 0 0 1 1\n")
    assert [entry.id for entry in entries] == ["L3"]


@given(books())
@settings(max_examples=50, deadline=None)
def test_any_book_survives_the_way_to_text_and_back(entries: list[Entry]) -> None:
    boxed = [entry_with_box(entry) for entry in entries]
    again, problems = parse_ledger(format_ledger(boxed, sealed=True))
    assert problems == []
    assert again == boxed


def entry_with_box(entry: Entry) -> Entry:
    line = format_entry(entry)
    if entry.place is None:
        return entry
    x0, y0, x1, y1 = (side / 100 for side in entry.place.shape.bounds_cm)  # type: ignore[union-attr]  # books have boxes
    (boxed,) = entries_of(line.replace(" box", f" box {x0} {y0} {x1} {y1}"))
    return boxed


@pytest.mark.parametrize(
    ("line", "code", "told"),
    [
        ("2023-02-30 clear HA-1 mine 13cm box 0 0 1 1", "date_wrong", "2023-02-30"),
        ("12.05.2023 clear HA-1 mine 13cm box 0 0 1 1", "date_wrong", "12.05.2023"),
        ("2023-02-03 cleared HA-1 mine 13cm box 0 0 1 1", "kind_unknown", "cleared"),
        ("2023-02-03 establish HA-1 mine box 0 0 1 1", "status_unknown", "mine"),
        ("2023-02-03 establish HA-1 sha mines box 0 0 1 1", "contamination_unknown", "mines"),
        ("2023-02-03 establish HA-1 sha none box 0 0 1 1", "contamination_unknown", "none"),
        ("2023-02-03 clear HA-1 mine 13 box 0 0 1 1", "depth_wrong", "13"),
        ("2023-02-03 clear HA-1 mine -5cm box 0 0 1 1", "depth_wrong", "-5cm"),
        ("2023-02-03 clear HA-1 mine nancm box 0 0 1 1", "depth_wrong", "nancm"),
        ("2023-02-03 clear HA-1 mine 13cm circle 0 0 1", "geometry_unknown", "circle"),
        ("2023-02-03 clear HA-1 mine 13cm box 0 0 1", "line_ends_early", "four numbers"),
        ("2023-02-03 clear HA-1 mine 13cm wkt POLYGON ((1 2, 3 4", "wkt_unfinished", "POLYGON"),
        ("2023-02-03 clear HA-1 mine 13cm unlocated -4 AZ-AGM", "area_wrong", "-4"),
        ("2023-02-03 clear HA-1 mine 13cm unlocated NaN AZ-AGM", "area_wrong", "NaN"),
        ("2023-02-03 clear HA-1 mine 13cm box 0 0 1 1 colour red", "option_unknown", "colour"),
        ("2023-02-03 clear HA-1 mine 13cm box 0 0 1 1 recorded soon", "date_wrong", "soon"),
        ("2023-02-03 clear HA-1 mine 13cm box 0 0 1 1 from 2020-01-01", "option_unknown", "from"),
        ("2023-02-03 clear HA-1 mine 13cm box 0 0 1 1 operator", "line_ends_early", "operator"),
        ("2023-02-03 assert dirty mine 3 m2", "measure_unknown", "dirty"),
        ("2023-02-03 assert open mine 3 ha", "unit_of_area_wrong", "ha"),
        ("2023-02-03 assert open mine x m2", "area_wrong", "x"),
        ("2023-02-03 assert cleared mine 3 m2 from 2024-01-01", "dates_reversed", "2024-01-01"),
        ("2023-02-03 void", "line_ends_early", "taken back"),
        ("2023-02-03", "line_ends_early", "a kind"),
    ],
)
def test_a_line_that_cannot_be_read_says_where_what_and_what_would_be_right(line: str, code: str, told: str) -> None:
    entries, (found,) = parse_ledger("# the Authority's ledger\n" + line)
    assert entries == []
    assert (found.code, found.severity, found.subject) == (code, "error", "line 2")
    assert told in found.sentence("en")
    assert found.sentence("az") != found.sentence("ru") != found.sentence("en")


def test_good_lines_are_read_beside_bad_ones() -> None:
    entries, problems = parse_ledger(
        "2023-02-03 clear\n2020-01-01 establish HA-1 sha mine box 0 0 1 1 id A\n2020-01-01 void A id A\n"
    )
    assert [entry.id for entry in entries] == ["A"]
    assert [(found.code, found.subject) for found in problems] == [
        ("line_ends_early", "line 1"),
        ("id_twice", "line 3"),
    ]


@given(st.text(max_size=80))
@settings(max_examples=150, deadline=None)
def test_no_text_makes_the_reader_stumble(text: str) -> None:
    parse_ledger(text)
    parse_ledger("2020-01-01 establish HA-1 sha mine " + text)
    parse_bytes(text.encode("utf-16"))


def test_another_encoding_is_named_with_its_line() -> None:
    text = "2020-01-01 establish HA-1 sha mine box 0 0 1 1 ; Ağdam\n"
    _, (found,) = parse_bytes(("# remark\n" + text).encode("cp1254"))
    assert (found.code, found.subject) == ("ledger_not_utf8", "line 2")
    assert parse_bytes(b"\xef\xbb\xbf" + text.encode())[1] == []


def test_a_sealed_ledger_edited_by_hand_in_the_middle_is_found() -> None:
    lines = [f"2020-01-01 establish HA-{n} sha mine box {n} 0 {n + 1} 1 id E{n}" for n in range(250)]
    sealed = format_ledger(entries_of("\n".join(lines)), sealed=True)
    assert parse_ledger(sealed)[1] == []
    edited = sealed.replace("box 120 0 121 1", "box 120 0 122 1")
    broken = [found for found in parse_ledger(edited)[1] if found.code == "seal_broken"]
    assert [found.subject for found in broken] == ["line 202", "line 253"]
    without_a_line = "".join(line for line in sealed.splitlines(keepends=True) if " id E30" not in line)
    assert "seal_broken" in [found.code for found in parse_ledger(without_a_line)[1]]


def test_the_chain_changes_with_any_line_and_with_their_order() -> None:
    one, two = "2020-01-01 void A id B", "2020-01-01 void C id D"
    assert chain_head([]) == GENESIS
    assert chain_head([one, two]) == entry_hash(entry_hash(GENESIS, one), two)
    assert len({chain_head([one, two]), chain_head([two, one]), chain_head([one]), chain_head([one + " ", two])}) == 4
    assert digest_of({"b": 1, "a": 2.5}) == digest_of({"a": 2.5, "b": 1}) != digest_of({"a": 2.5, "b": 2})
