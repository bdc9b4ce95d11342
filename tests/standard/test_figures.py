"""Published figures: the Authority prints totals and parts, the press copies them, the Public adds them up."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from torpaq.standard.codes import code_list, read_codes
from torpaq.standard.country import load_country
from torpaq.standard.figures import Figure, check_figures, load_figures

HEADER = "id,since,on,measure,value,unit,part_of,dimension,key,rounding,scope,source,url,note"
AMOUNTS = st.decimals(min_value=0, max_value=99_999, places=1)


def figures_of(text: str) -> tuple[Figure, ...]:
    """Read ``id measure value unit since on [part_of dimension key] [rounded] [scope=…]``, a line a figure."""
    return tuple(figure_of(line.split()) for line in text.strip().splitlines())


def figure_of(words: list[str]) -> Figure:
    rounding = "rounded" if "rounded" in words else "exact"
    scope = next((word.removeprefix("scope=") for word in words if word.startswith("scope=")), "programme")
    rest = [word for word in words if word != "rounded" and not word.startswith("scope=")]
    id_, measure, value, unit, since, on, *part = rest
    part_of, dimension, key = part or ("", "", "")
    return Figure(
        id=id_,
        since=None if since == "-" else date.fromisoformat(since),
        on=date.fromisoformat(on),
        measure=measure,
        value=None if value == "?" else Decimal(value),
        unit=unit,
        part_of="" if part_of == "-" else part_of,
        dimension=dimension,
        key=key,
        rounding=rounding,
        scope=scope,
        source="",
        url="",
        note="",
    )


def problems_of(text: str) -> list[tuple[str, str]]:
    return [(p.code, p.subject) for p in check_figures(figures_of(text))]


# -- sums -------------------------------------------------------------------------------------------------------------


def test_parts_that_make_their_total_are_silent():
    assert (
        problems_of("""
        total  cleared 53.0 ha 2023-01-01 2023-12-31
        a      cleared 40.5 ha 2023-01-01 2023-12-31 total operator anama
        b      cleared 12.5 ha 2023-01-01 2023-12-31 total operator mod
    """)
        == []
    )


def test_the_press_printed_345_casualties_of_65_killed_and_278_injured():
    (found,) = check_figures(
        figures_of("""
        all   casualties 345 people 2020-11-10 2024-02-12
        dead  killed      65 people 2020-11-10 2024-02-12 all outcome killed
        hurt  injured    278 people 2020-11-10 2024-02-12 all outcome injured
        """)
    )
    assert (found.code, found.subject, found.severity.value) == ("figures_do_not_add_up", "all", "error")
    assert found.parameters == {"dimension": "outcome", "sum": "343", "stated": "345", "difference": "-2"}
    assert found.sentence("en") == (
        "all: the parts by outcome add up to 343, but 345 is stated (difference -2); the parts have to make the total."
    )


def test_five_districts_of_cluster_munitions_made_665_under_a_stated_662():
    districts = ["Ağdam 45", "Ağdərə 6", "Füzuli 182", "Cəbrayıl 429", "Xocavənd 3"]
    lines = ["all cluster_munitions 662 items 2025-01-01 2025-07-31"]
    lines += [
        "{0} cluster_munitions {1} items 2025-01-01 2025-07-31 all district {0}".format(*line.split())
        for line in districts
    ]
    (found,) = check_figures(figures_of("\n".join(lines)))
    assert (found.code, found.parameters["sum"], found.parameters["difference"]) == (
        "figures_do_not_add_up",
        "665",
        "3",
    )


def test_a_headline_of_36_killed_over_a_text_of_4_killed_and_32_injured():
    assert problems_of("""
        all       casualties 36 people 2024-01-01 2024-08-15
        dead      killed      4 people 2024-01-01 2024-08-15 all outcome killed
        hurt      injured    32 people 2024-01-01 2024-08-15 all outcome injured
        headline  killed     36 people 2024-01-01 2024-08-15
    """) == [("figure_published_twice", "headline")]


def test_two_cuts_of_one_total_that_disagree_are_named_with_both_sums():
    found = check_figures(
        figures_of("""
        total  cleared 100 ha 2023-01-01 2023-12-31
        a      cleared  60 ha 2023-01-01 2023-12-31 total operator anama
        b      cleared  40 ha 2023-01-01 2023-12-31 total operator mod
        c      cleared  70 ha 2023-01-01 2023-12-31 total sector agriculture
        d      cleared  29 ha 2023-01-01 2023-12-31 total sector energy
        """)
    )
    assert [p.code for p in found] == ["figures_do_not_add_up", "figure_cuts_disagree"]
    assert found[1].parameters == {"first": "operator", "first_sum": "100", "second": "sector", "second_sum": "99"}


def test_a_part_that_was_not_sized_leaves_room_but_not_for_more_than_the_total():
    text = """
        total  cleared 100 ha 2025-01-01 2025-06-17
        a      cleared  {} ha 2025-01-01 2025-06-17 total sector residential
        b      cleared   ? ha 2025-01-01 2025-06-17 total sector other
    """
    assert problems_of(text.format("80")) == []
    assert problems_of(text.format("101")) == [("figures_do_not_add_up", "total")]


def test_a_total_that_was_not_sized_is_held_only_to_its_cuts():
    text = """
        total  cleared  ? ha 2023-01-01 2023-12-31
        a      cleared 60 ha 2023-01-01 2023-12-31 total operator anama
        b      cleared {} ha 2023-01-01 2023-12-31 total sector energy
    """
    assert problems_of(text.format("60")) == []
    assert problems_of(text.format("61")) == [("figure_cuts_disagree", "total")]


def test_rounded_parts_agree_within_what_rounds_to_them_and_no_further():
    text = """
        total  items 31600 items 2023-01-01 2023-12-31 rounded
        a      items 22600 items 2023-01-01 2023-12-31 total operator anama rounded
        b      items {} items 2023-01-01 2023-12-31 total operator mod
    """
    assert problems_of(text.format("8947")) == []
    assert problems_of(text.format("8899")) == [("figures_do_not_add_up", "total")]


@pytest.mark.parametrize(
    ("value", "tolerance"), [("95000", "500"), ("30000", "5000"), ("22600", "50"), ("3421", "0.5"), ("0.5", "0.05")]
)
def test_a_rounded_figure_stands_for_half_of_its_last_printed_place(value: str, tolerance: str):
    (figure,) = figures_of(f"a cleared {value} ha - 2025-01-01 rounded")
    assert figure.tolerance == Decimal(tolerance)


@given(st.lists(AMOUNTS, min_size=1, max_size=8), AMOUNTS)
def test_a_cut_is_clean_exactly_where_decimals_add_up(parts: list[Decimal], off: Decimal):
    total = sum(parts, Decimal(0)) + off
    lines = [f"total cleared {total} ha 2023-01-01 2023-12-31"]
    lines += [f"p{n} cleared {part} ha 2023-01-01 2023-12-31 total sector s{n}" for n, part in enumerate(parts)]
    sums = [p for p in check_figures(figures_of("\n".join(lines))) if p.code == "figures_do_not_add_up"]
    assert bool(sums) == (off != 0)


# -- periods ----------------------------------------------------------------------------------------------------------


def test_a_sum_since_one_day_may_not_fall_from_415_to_412():
    (found,) = check_figures(
        figures_of("""
        june      casualties 415 people 2020-11-10 2025-06-02
        december  casualties 412 people 2020-11-10 2025-12-04
        """)
    )
    assert (found.code, found.subject, found.parameters["other"]) == ("cumulative_figure_falls", "june", "december")


def test_a_week_may_not_hold_more_than_its_month():
    text = """
        week   cleared {} ha 2025-04-07 2025-04-13
        month  cleared 6365.7 ha 2025-04-01 2025-04-30
    """
    assert problems_of(text.format("1245.5")) == []
    assert problems_of(text.format("6365.8")) == [("figure_exceeds_enclosing_period", "week")]


def test_a_week_that_reaches_into_the_next_month_is_not_inside_it():
    assert (
        problems_of("""
        week   cleared 9000 ha 2025-04-28 2025-05-04
        month  cleared 6365.7 ha 2025-04-01 2025-04-30
    """)
        == []
    )


def test_a_rounded_sum_below_an_exact_one_is_no_contradiction_where_it_rounds_up_to_it():
    assert (
        problems_of("""
        may        uxo 44698 items 2020-11-10 2023-05-25
        september  uxo 40000 items 2020-11-10 2023-09-04 rounded
    """)
        == []
    )


def test_one_operator_s_figure_and_the_programme_s_are_never_compared():
    assert (
        problems_of("""
        anama  cleared 900 ha 2022-01-01 2022-12-31 scope=anama
        year   cleared 800 ha 2022-01-01 2022-12-31
        month  cleared 850 ha 2022-03-01 2022-03-31 scope=anama
    """)
        == []
    )


def test_one_error_is_told_once_and_against_the_nearest_period():
    assert problems_of("""
        wrong   killed 345 people 2020-11-10 2024-02-12
        first   killed  65 people 2020-11-10 2024-02-14
        second  killed  69 people 2020-11-10 2024-08-31
    """) == [("cumulative_figure_falls", "wrong")]


@given(st.lists(st.tuples(st.integers(1, 400), st.integers(0, 50)), min_size=1, max_size=12))
def test_sums_that_grow_are_silent_and_agree_with_a_plain_comparison(points: list[tuple[int, int]]):
    ordered = sorted(dict(points).items())
    lines = [
        f"f{day} casualties {value} people 2020-11-10 {date.fromordinal(737739 + day).isoformat()}"
        for day, value in ordered
    ]
    falls = {f"f{day}" for day, value in ordered if any(later < value for d, later in ordered if d > day)}
    assert {p.subject for p in check_figures(figures_of("\n".join(lines)))} == falls


# -- Azerbaijan's own -------------------------------------------------------------------------------------------------


def test_2023_adds_up_to_53_081_8_hectares_by_operator_sector_and_district():
    figures = load_country("aze").figures
    for dimension, parts in (("operator", 5), ("sector", 5), ("district", 12)):
        cut = [f.value for f in figures if f.part_of == "2023-ha" and f.dimension == dimension]
        assert len(cut) == parts
        assert sum(cut, Decimal(0)) == Decimal("53081.8")


def test_the_published_figures_contradict_each_other_in_exactly_these_places():
    found = {(p.code, p.subject) for p in check_figures(load_country("aze").figures)}
    assert found == {
        ("figures_do_not_add_up", "to-2024-02-12-casualties"),  # 65 + 278 printed for 345
        ("figures_do_not_add_up", "to-2024-04-12-casualties"),  # 65 + 288 printed for 351
        ("figures_do_not_add_up", "2025-to-07-cluster"),  # five districts make 665 under 662
        ("figure_published_twice", "to-2024-02-12-killed-printed"),  # 345 died, for 345 casualties
        ("figure_published_twice", "2024-to-08-15-killed-headline"),  # 36 killed, for 4 killed and 32 injured
        ("cumulative_figure_falls", "to-2024-02-12-killed-printed"),
        ("cumulative_figure_falls", "2024-to-08-15-killed-headline"),
        ("cumulative_figure_falls", "to-2025-06-02-casualties"),  # 415, and half a year later 412
    }


def test_every_published_figure_says_who_printed_it_and_uses_words_of_the_lists():
    country = load_country("aze")
    operators = read_codes(country.folder / "operators.csv")
    codes_of = {"operator": set(operators), "sector": set(code_list("sector")), "district": {*country.units, "other"}}
    for figure in country.figures:
        assert figure.source and figure.url.startswith("http"), figure.id
        assert figure.measure in code_list("figure_measure"), figure.id
        assert figure.scope in operators, figure.id
        assert not figure.key or figure.dimension in code_list("figure_dimension"), figure.id
        assert figure.key in codes_of.get(figure.dimension, {figure.key}), figure.id
        assert figure.since is None or figure.since <= figure.on, figure.id


def test_the_transcribed_rows_of_the_public_figures_are_all_there():
    """The arithmetic that their source gives with them."""
    values = {figure.id: figure.value for figure in load_country("aze").figures}
    assert 4286 + 2372 + 59163 == values["2024-items"] == 65821
    assert 31175 + 18790 + 62228 == values["to-2024-02-14-items"] == 112193
    assert 65 + 280 == values["to-2024-02-14-casualties"] == 345
    assert 69 + 308 == values["to-2024-08-31-casualties"] == 377
    assert values["contaminated"] == values["contaminated-high"] + values["contaminated-other"] == 1166702


# -- reading ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        (["a,,2025-01-01,cleared,1,ha,,,,exact,programme,,,"] * 2, "an id stands twice"),
        (["a,,2025-01-01,cleared,1,ha,b,sector,energy,exact,programme,,,"], "without its total"),
        (["a,,2025-01-01,cleared,1,ha,,,,about,programme,,,"], "rounding is one of"),
    ],
)
def test_a_broken_table_is_refused(tmp_path: Path, rows: list[str], says: str):
    path = tmp_path / "figures.csv"
    path.write_text("\n".join([HEADER, *rows]) + "\n", encoding="utf-8")
    with pytest.raises(ValueError, match=says):
        load_figures(path)
