"""Figures with what they are made from; where there is nothing there is no figure, and never a nought."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from torpaq.operations.figures.kpis import KINDS, MEDIANS, Row, causes, figure_of, median_of, ratio, share_figures

DAYS = [
    Row("d1", {"processed_m2": 400, "persons": 8, "hours": 40, "stoppage_hours": 8, "all_hours": 48}),
    Row("d2", {"processed_m2": 600, "persons": 12, "hours": 60, "stoppage_hours": 0, "all_hours": 60}),
    Row(
        "d3", {"processed_m2": 5000, "persons": 0, "hours": 0, "machine_hours": 5, "stoppage_hours": 2, "all_hours": 2}
    ),
]


def test_a_figure_tells_its_numerator_its_denominator_and_its_rows():
    found = figure_of(KINDS["m2_a_net_hour"], DAYS)
    assert (found.value, found.numerator, found.denominator, found.rows) == (10.0, 1000.0, 100.0, ("d1", "d2"))


def test_a_machines_day_is_no_deminers_day():
    assert figure_of(KINDS["m2_a_machine_hour"], DAYS).value == 1000.0
    assert figure_of(KINDS["m2_a_deminer_day"], DAYS).value == 50.0
    assert figure_of(KINDS["processed_m2"], DAYS).value == 6000.0


def test_downtime_is_the_share_of_all_hours():
    found = figure_of(KINDS["downtime_percent"], DAYS)
    assert (found.numerator, found.denominator) == (10.0, 110.0)
    assert found.value == pytest.approx(100 * 10 / 110)


@pytest.mark.parametrize("code", KINDS)
def test_without_rows_there_is_no_figure(code: str):
    found = figure_of(KINDS[code], [])
    assert (found.value, found.numerator, found.denominator, found.count) == (None, None, None, 0)


def test_what_is_not_known_is_left_out_and_is_no_nought():
    rows = [Row("t1", {"is_without_find": 1, "is_worked": 1}), Row("t2", {"is_worked": 1}), Row("t3", {})]
    found = figure_of(KINDS["tasks_without_find_percent"], rows)
    assert (found.value, found.rows) == (100.0, ("t1",))


def test_nought_finds_over_cleared_land_is_nought_and_m2_an_item_is_nothing():
    land = [Row("2026", {"items": 0, "cleared_m2": 20_000})]
    assert figure_of(KINDS["items_a_ha"], land).value == 0.0
    assert figure_of(KINDS["m2_an_item"], land).value is None


def test_shares_of_release_keep_the_three_apart_and_add_up_to_the_whole():
    found = {one.code: one for one in share_figures({"cancelled": 600, "reduced": 300, "cleared": 100}, 4)}
    assert found["cancelled_m2"].value == 600
    assert [found[f"{name}_percent"].value for name in ("cancelled", "reduced", "cleared")] == [60.0, 30.0, 10.0]
    assert all(one.value is None for one in share_figures({}, 0))


def test_a_median_is_of_those_that_have_the_measure():
    rows = [Row("a", {"days_to_start": 3}), Row("b", {"days_to_start": 9}), Row("c", {})]
    found = median_of("days_to_start", rows)
    assert (found.value, found.rows) == (6.0, ("a", "b"))
    assert [median_of(code, []).value for code in MEDIANS] == [None] * len(MEDIANS)


def test_causes_of_lost_hours_are_summed_and_shared():
    assert causes([("weather", 3), ("breakdown", 6), ("weather", 1), ("holiday", 0)]) == [
        ("breakdown", 6.0, 60.0),
        ("weather", 4.0, 40.0),
    ]
    assert causes([]) == []


measures = st.dictionaries(st.sampled_from(["processed_m2", "hours"]), st.integers(0, 10_000))


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # the first draw loads its tables
@given(st.lists(measures))
def test_a_figure_of_rows_is_the_figure_of_their_sums(given_rows: list[dict[str, int]]):
    rows = [Row(str(n), one) for n, one in enumerate(given_rows)]
    whole = [one for one in given_rows if "processed_m2" in one and one.get("hours", 0) > 0]
    numerator, denominator = sum(one["processed_m2"] for one in whole), sum(one["hours"] for one in whole)
    found = figure_of(KINDS["m2_a_net_hour"], rows)
    assert found.value == ratio(KINDS["m2_a_net_hour"], numerator, denominator, len(whole)).value
    assert found.value == (None if not whole else pytest.approx(numerator / denominator))
