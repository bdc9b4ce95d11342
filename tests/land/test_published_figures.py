"""The Authority's published figures, set down as entries that change nothing and are checked for ever."""

from datetime import date
from decimal import Decimal

from torpaq.land.entry import BOTH, Kind, Measure
from torpaq.land.figures import assert_entries
from torpaq.land.text import format_figure, format_ledger, parse_ledger
from torpaq.standard.country import load_country
from torpaq.standard.figures import Figure


def figure(id_: str, value: str | None, **changes: object) -> Figure:
    fields: dict[str, object] = {
        "id": id_,
        "since": date(2023, 1, 1),
        "on": date(2023, 12, 31),
        "measure": "cleared",
        "value": None if value is None else Decimal(value),
        "unit": "ha",
        "part_of": "",
        "dimension": "",
        "key": "",
        "rounding": "exact",
        "scope": "programme",
        "source": "The Authority's year book",
        "url": "",
        "note": "",
    }
    return Figure(**{**fields, **changes})


def part(id_: str, value: str | None, dimension: str, key: str, **changes: object) -> Figure:
    return figure(id_, value, part_of="2023", dimension=dimension, key=key, **changes)


def test_a_total_becomes_an_assertion_in_square_metres_with_its_period_and_its_source():
    (entry,) = assert_entries([figure("2023", "53081.8")])
    assert (entry.id, entry.kind, entry.contamination) == ("2023", Kind.ASSERT, BOTH)
    assert (entry.effective, entry.recorded) == (date(2023, 12, 31), date(2023, 12, 31))
    assert entry.record == "The Authority's year book"
    assert entry.assertion is not None
    assert entry.assertion.measure is Measure.CLEARED
    assert format_figure(entry.assertion.figure_m2) == "530818e3", "printed to 0.1 ha, compared to 1,000 m²"
    assert entry.assertion.since == date(2023, 1, 1)


def test_parts_carry_the_operator_the_unit_or_the_sector_they_speak_of():
    entries = assert_entries(
        [
            figure("2023", "10"),
            part("a", "10", "operator", "anama"),
            part("b", "10", "district", "AZ-AGM"),
            part("c", "10", "sector", "energy"),
        ]
    )
    assert [(e.operator, e.unit, e.sector) for e in entries] == [
        ("", "", ""),
        ("anama", "", ""),
        ("", "AZ-AGM", ""),
        ("", "", "energy"),
    ]
    assert [e.assertion and e.assertion.part_of for e in entries] == ["", "2023", "2023", "2023"]


def test_a_figure_of_one_operator_alone_names_it():
    (entry,) = assert_entries([figure("a", "3", scope="anama")])
    assert entry.operator == "anama"


def test_the_programme_may_set_them_all_down_on_one_day():
    (entry,) = assert_entries([figure("2023", "10")], recorded=date(2026, 1, 15))
    assert (entry.effective, entry.recorded) == (date(2023, 12, 31), date(2026, 1, 15))


def test_what_equality_cannot_check_is_left_out():
    assert assert_entries([figure("a", "95000", rounding="rounded")]) == []
    assert assert_entries([figure("a", "8372.9", since=None)]) == []  # its first day was not printed
    assert assert_entries([figure("a", "305", measure="casualties", unit="people")]) == []
    assert assert_entries([figure("a", "1166702", measure="contaminated", since=None)]) == []
    assert len(assert_entries([figure("a", "100", measure="open", since=None)])) == 1


def test_a_cut_with_one_part_that_is_not_sized_is_left_out_whole_and_its_total_stays():
    figures = [
        figure("2023", "10"),
        part("a", "7", "sector", "energy"),
        part("b", None, "sector", "other"),
        part("c", "10", "operator", "anama"),
    ]
    assert [entry.id for entry in assert_entries(figures)] == ["2023", "c"]


def test_azerbaijan_s_figures_are_a_ledger_that_reads_back_and_2023_is_in_it_three_ways():
    entries = assert_entries(load_country("aze").figures)
    again, problems = parse_ledger(format_ledger(entries))
    assert problems == []
    assert again == entries
    for name, parts in (("operator", 5), ("unit", 12), ("sector", 5)):
        cut = [e.assertion for e in entries if e.assertion and e.assertion.part_of == "2023-ha" and getattr(e, name)]
        assert len(cut) == parts
        assert sum(assertion.figure_m2 for assertion in cut) == 530_818_000
