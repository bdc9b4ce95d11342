"""What a search that found nothing says, and where to search next: printed figures, slow twins, laws."""

import itertools
import math
import random
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from torpaq.operations.quality.search import (
    Hypothesis,
    allocate,
    coverage_needed_poisson,
    coverage_needed_single,
    is_worth_more,
    nothing_found,
    poisson_miss,
    posterior_poisson,
    posterior_single,
    row_crossed,
    row_hit,
    survey_first,
)

SHARES = st.fractions(min_value=Fraction(1, 100), max_value=Fraction(99, 100), max_denominator=100)

SEARCHED = """
.5  single .5 .9   0.3548387097
.2  single .3 .95  0.1516436903
.05 single .2 .9   0.0413723512
.3  single 1  .996 0.0017113520
.3  5      .3 .9   0.0982455783
.3  10     .3 .9   0.0279788628
.5  2      .5 .9   0.2387838657
"""


@pytest.mark.parametrize("line", SEARCHED.strip().splitlines())
def test_the_chance_of_contamination_after_nothing_was_found_is_as_printed(line):
    prior, items, coverage, detection, printed = line.split()
    if items == "single":
        found = float(posterior_single(prior, coverage, detection))
    else:
        found = posterior_poisson(prior, float(items), coverage, detection)
    assert f"{found:.10f}" == printed


def test_two_posteriors_are_exact_fractions():
    assert posterior_single(".5", ".5", ".9") == Fraction(11, 31)
    assert posterior_single(".2", ".3", ".95") == Fraction(143, 943)


def test_a_lone_item_can_be_beyond_any_search():
    assert f"{float(coverage_needed_single('.2', '.01', '.95')):.4f}" == "1.0101"
    assert f"{float(coverage_needed_single('.2', '.05', '.95')):.6f}" == "0.831025"


@pytest.mark.parametrize(
    ("prior", "detection", "printed"), [(".2", ".95", "0.337771"), (".05", ".9", "0.183409"), (".5", ".9", "0.510569")]
)
def test_coverage_needed_where_ten_items_lie_independently(prior, detection, printed):
    assert f"{coverage_needed_poisson(prior, 10, '.01', detection):.6f}" == printed


@settings(deadline=None)
@given(SHARES, SHARES, SHARES, SHARES)
def test_the_coverage_needed_brings_the_posterior_to_the_target(prior, detection, target, _unused):
    needed = coverage_needed_single(prior, target, detection)
    if needed > 0:
        left = prior * (1 - needed * detection)
        assert left / (1 - prior + left) == target
    else:
        assert prior <= target


@settings(deadline=None)
@given(SHARES, SHARES, st.floats(0.05, 60))
def test_missing_every_item_is_the_sum_over_how_many_there_are(coverage, detection, items):
    miss = 1 - float(coverage * detection)
    weights = [math.exp(-items + n * math.log(items) - math.lgamma(n + 1)) for n in range(1, 400)]
    plain = math.fsum(w * miss**n for n, w in enumerate(weights, 1)) / math.fsum(weights)
    assert poisson_miss(items, coverage, detection) == pytest.approx(plain, rel=1e-9, abs=1e-300)


def test_a_thousand_items_overflow_nothing():
    assert poisson_miss(1e5, 1, ".9") == 0.0
    assert 0 < poisson_miss(900, ".01", ".9") < 1


class TestMixture:
    MIXTURE = (
        Hypothesis("pattern_belt", Fraction(1, 10), 10),
        Hypothesis("nuisance_scatter", Fraction(1, 10), 3),
        Hypothesis("lone_item", Fraction(1, 20)),
    )

    def test_each_hypothesis_has_its_own_posterior_and_its_own_need(self):
        beliefs, problems = nothing_found(self.MIXTURE, ".3", ".9", ".01")
        assert problems == []
        left = [0.1 * poisson_miss(10, ".3", ".9"), 0.1 * poisson_miss(3, ".3", ".9"), 0.05 * 0.73]
        whole = 0.75 + sum(left)
        assert [one.posterior for one in beliefs] == pytest.approx([part / whole for part in left])
        assert beliefs[0].missed < beliefs[1].missed < beliefs[2].missed
        assert beliefs[0].is_possible

    def test_a_lone_item_that_no_search_settles_says_so(self):
        beliefs, _ = nothing_found(
            (Hypothesis("pattern_belt", Fraction(1, 10), 10), Hypothesis("lone_item", Fraction(1, 5))), 1, ".95", ".01"
        )
        assert not beliefs[1].is_possible
        assert beliefs[1].needed == pytest.approx(1.0101, abs=1e-4)

    @pytest.mark.parametrize("kept", [0, 1])
    def test_a_single_confidence_is_refused(self, kept):
        only = (self.MIXTURE[0], self.MIXTURE[1]) if kept == 0 else (self.MIXTURE[2],)
        beliefs, problems = nothing_found(only, ".3", ".9", ".01")
        assert beliefs == ()
        assert [found.code for found in problems] == ["one_confidence_refused"]

    @pytest.mark.parametrize(
        ("coverage", "detection", "target", "code"),
        [
            ("1.1", ".9", ".01", "share_out_of_range"),
            (".5", "0", ".01", "share_out_of_range"),
            (".5", ".9", "1", "share_out_of_range"),
        ],
    )
    def test_shares_that_are_none_are_told(self, coverage, detection, target, code):
        assert [found.code for found in nothing_found(self.MIXTURE, coverage, detection, target)[1]] == [code]

    def test_priors_that_leave_no_clean_land_are_told(self):
        many = (Hypothesis("pattern_belt", Fraction(1, 2), -1), Hypothesis("lone_item", Fraction(1, 2)))
        codes = {found.code for found in nothing_found(many, ".5", ".9", ".01")[1]}
        assert codes == {"priors_exceed_one", "items_not_positive"}

    @settings(deadline=None)
    @given(SHARES, SHARES)
    def test_the_posteriors_never_rise_with_more_search(self, coverage, detection):
        less = nothing_found(self.MIXTURE, coverage / 2, detection, ".01")[0]
        more = nothing_found(self.MIXTURE, coverage, detection, ".01")[0]
        assert sum(one.posterior for one in more) <= sum(one.posterior for one in less) + 1e-12


class TestRows:
    @pytest.mark.parametrize(
        ("length", "printed"), [(10, "0.25464791"), (25, "0.63661977"), (50, "0.83724842"), (100, "0.92000007")]
    )
    def test_lanes_25_m_apart_cross_a_row_as_printed(self, length, printed):
        assert f"{row_crossed(length, 25):.8f}" == printed

    @pytest.mark.parametrize("length", [7.0, 40.0])
    def test_rows_thrown_anyhow_are_crossed_as_often(self, length):
        chance = random.Random(4)
        thrown = 40_000
        crossed = 0
        for _ in range(thrown):
            start, reach = chance.uniform(0, 25), length * math.sin(chance.uniform(0, math.pi))
            crossed += math.floor((start + reach) / 25) > 0
        assert crossed / thrown == pytest.approx(row_crossed(length, 25), abs=0.012)

    def test_a_lane_meets_an_item_of_the_row_by_its_width(self):
        assert [row_hit(1, 4), row_hit(2, 4), row_hit(9, 4)] == [0.25, 0.5, 1.0]
        assert row_hit(2, 4, ".9") == pytest.approx(0.45)


ALLOCATED = """
.5,.3,.2 1,1,1 1 .75541281,.24458719,.00000000 .23490831 .33018337 .28346869
.5,.3,.2 1,1,1 3 1.47570545,.96487983,.55941472 .11430870 .65707391 .63212056
.4,.4,.2 2,1,1 2 .81588831,.93862944,.24548226 .15646543 .60883642 .58651087
"""


class TestAllocation:
    @pytest.mark.parametrize("line", ALLOCATED.strip().splitlines())
    def test_effort_goes_where_it_finds_most_as_printed(self, line):
        priors, rates, effort, efforts, margin, found, evenly = line.split()
        plan, problems = allocate(
            [float(p) for p in priors.split(",")], [float(a) for a in rates.split(",")], float(effort)
        )
        assert problems == []
        eight = lambda number: f"{number:.8f}".removeprefix("0")  # noqa: E731  (the note prints figures so)
        assert ",".join(map(eight, plan.efforts)) == efforts
        assert [eight(plan.margin), eight(plan.found), eight(plan.evenly)] == [margin, found, evenly]

    def test_the_second_row_by_hand(self):
        assert math.log(allocate([0.5, 0.3, 0.2], [1, 1, 1], 3)[0].margin) == pytest.approx((math.log(0.03) - 3) / 3)

    @settings(deadline=None)
    @given(
        st.lists(st.tuples(st.floats(0.01, 1), st.floats(0.1, 3)), min_size=1, max_size=3), st.sampled_from([1.0, 2.5])
    )
    def test_no_other_way_to_spread_the_effort_finds_more(self, cells, effort):
        whole = max(1.0, sum(p for p, _ in cells))
        priors, rates = [p / whole for p, _ in cells], [a for _, a in cells]
        plan, _ = allocate(priors, rates, effort)
        assert sum(plan.efforts) == pytest.approx(effort)
        steps = 12
        for parts in itertools.product(range(steps + 1), repeat=len(cells)):
            if sum(parts) == steps:
                other = sum(
                    p * (1 - math.exp(-a * effort * part / steps))
                    for p, a, part in zip(priors, rates, parts, strict=True)
                )
                assert other <= plan.found + 1e-9

    @settings(deadline=None)
    @given(st.lists(st.tuples(st.floats(0.01, 0.3), st.floats(0.1, 3)), min_size=1, max_size=3), st.floats(0, 5))
    def test_a_survey_may_stop_any_day_without_regret(self, cells, effort):
        """Uniformly optimal: a longer plan never takes effort back from a place."""
        priors, rates = [p for p, _ in cells], [a for _, a in cells]
        short, long = allocate(priors, rates, effort)[0], allocate(priors, rates, effort + 1)[0]
        assert all(less <= more + 1e-9 for less, more in zip(short.efforts, long.efforts, strict=True))

    @pytest.mark.parametrize(
        ("priors", "rates", "effort", "code"),
        [
            ([], [], 1, "no_place_to_search"),
            ([0.5, 0], [1, 1], 1, "no_place_to_search"),
            ([0.5], [0], 1, "no_place_to_search"),
            ([0.5], [1], -1, "no_place_to_search"),
            ([0.6, 0.5], [1, 1], 1, "chances_exceed_whole"),
        ],
    )
    def test_effort_that_cannot_be_spread_is_told(self, priors, rates, effort, code):
        assert [found.code for found in allocate(priors, rates, effort)[1]] == [code]

    def test_a_cell_is_left_when_a_unit_costs_more_than_it_averts(self):
        assert is_worth_more(0.5, 1, 0, value=100, cost=40)
        assert not is_worth_more(0.5, 1, 1, value=100, cost=40)


def test_survey_before_clearance_shows_its_saving_with_what_stays_unknown():
    plan, problems = survey_first(100_000, 0.35, 1.5, 0.3, 10, 0.3, 0.9)
    assert problems == []
    assert f"{plan.found:.8f}" == "0.27983835"
    assert f"{plan.cost:.2f}" == "52475.75"
    assert plan.clearing_all == 150_000
    assert f"{plan.saving * 100:.4f}" == "65.0162"
    assert f"{plan.residual:.8f}" == "0.02799601"
    assert plan.residual > 0.01  # not small enough to release on


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"area_m2": 0}, "survey_needs_amounts"),
        ({"clearance_price": 0}, "survey_needs_amounts"),
        ({"items": 0}, "survey_needs_amounts"),
        ({"prior": 1.2}, "share_out_of_range"),
        ({"coverage": -0.1}, "share_out_of_range"),
    ],
)
def test_a_survey_that_cannot_be_is_told(change, code):
    whole = {"area_m2": 1, "survey_price": 1, "clearance_price": 1, "prior": 0.3, "items": 1, "coverage": 1}
    assert [found.code for found in survey_first(**(whole | {"detection": 0.9} | change))[1]] == [code]


def test_land_that_was_certainly_clean_stays_so():
    assert survey_first(1, 1, 1, 0, 5, 1, 1)[0].residual == 0.0
