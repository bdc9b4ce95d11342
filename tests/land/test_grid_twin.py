"""The fold against its slow plain twin, in exact integers: boxes, donuts and parts, voids, redraws, late records."""

from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from land.grid_books import CLASSES, DAYS_AND_MORE, UM2, Twin, grid_books
from torpaq.land.balance import FLOWS, Balance, Figures, GroupBy, balance
from torpaq.land.entry import Entry
from torpaq.land.fold import fold
from torpaq.land.live import LiveLand

ACCOUNTS = (*CLASSES, "land")


def assert_equal(told: Balance, twin: Twin) -> None:
    assert_figures(told.located, twin)
    for name, (drawn, _) in told.groups.items():
        for c in (0, 1):
            expected = twin.classes_of(CLASSES[c], "area", name)
            assert [area // UM2 for area in drawn.classes[c][1:]] == expected


def assert_figures(figures: Figures, twin: Twin) -> None:
    for c in (0, 1):
        assert [divmod(area, UM2) for area in figures.classes[c][1:]] == [(n, 0) for n in twin.classes(CLASSES[c])]
        assert figures.classes[c][0] == -sum(figures.classes[c][1:]), "what has a record came from land without one"
    for number, account in enumerate(ACCOUNTS):
        expected = {name: twin.flows[account][name] * UM2 for name in FLOWS}
        assert figures.flows[number] == expected


@given(grid_books(), DAYS_AND_MORE, DAYS_AND_MORE, st.one_of(st.none(), DAYS_AND_MORE))
@settings(max_examples=120, deadline=None)
def test_a_fold_is_its_plain_twin_to_the_last_integer(
    entries: list[Entry], on: date, known: date, since: date | None
) -> None:
    twin = Twin(entries, on, known, since)
    land, _ = fold(entries, known)
    assert_equal(balance(land, on, known, since, GroupBy.AREA), twin)


@given(grid_books(), DAYS_AND_MORE, DAYS_AND_MORE)
@settings(max_examples=60, deadline=None)
def test_a_land_grown_entry_by_entry_is_the_plain_twin_for_every_known_date(
    entries: list[Entry], on: date, known: date
) -> None:
    grown = LiveLand()
    for entry in entries:
        grown.append(entry)
    assert_equal(balance(grown, on, known, None, GroupBy.AREA), Twin(entries, on, known, None))
    late = date(2030, 1, 1)
    assert_equal(balance(grown, on, None, None, GroupBy.AREA), Twin(entries, on, late, None))


@given(grid_books(), DAYS_AND_MORE)
@settings(max_examples=40, deadline=None)
def test_every_spot_of_a_grown_land_is_what_its_plain_twin_says(entries: list[Entry], on: date) -> None:
    grown = LiveLand()
    for entry in entries:
        grown.append(entry)
    twin = Twin(entries, on, date(2030, 1, 1), None)
    for (x, y), cell in list(twin.cells.items())[::5]:
        spot = grown.at(x + 0.5, y + 0.5, on)
        assert [status.value if status else "none" for status in spot.status] == [cell.status[c] for c in CLASSES]
