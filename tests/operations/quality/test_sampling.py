"""Samples of cleared land: every printed figure, slow twins by counting, laws."""

import itertools
import math
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from torpaq.operations.quality import sampling
from torpaq.operations.quality.residual import chapman, expected_missed, found_by_all, none_left, value_of_pass
from torpaq.operations.quality.sampling import (
    accepted,
    beta_upper,
    design_effect,
    detection_proof,
    large_lot,
    pass_by_share,
    pass_exactly,
    pass_means,
    pass_probability,
    share_needed,
    upper_bound,
    with_design_effect,
    zero_acceptance,
)
from torpaq.operations.quality.sequential import Verdict, sequential_plan
from torpaq.operations.quality.tables import load_sampling, read_sampling, row_for

PLANS = """
100    1   .95 1  95  .0500000000
100    5   .95 1  45  .0462063434
1000   10  .95 1  258 .0497958033
1000   10  .99 1  368 .0099014144
1000   5   .95 1  450 .0499166045
1000   4   .95 1  527 .0497199538
10000  100 .95 1  294 .0498279227
10000  40  .95 1  721 .0498204449
10000  40  .90 1  559 .0997031132
1000   10  .95 .9 287 .0497000626
"""


@pytest.mark.parametrize("line", PLANS.strip().splitlines())
def test_the_smallest_sample_that_may_pass_on_nothing_is_as_printed(line):
    """The design note's last line has two digits exchanged (.0497006226); counting by hand gives the figure here."""
    lot, missed, confidence, detection, sample, passes = line.split()
    plan, problems = zero_acceptance(int(lot), int(missed), confidence, detection)
    assert problems == []
    assert plan.sample == int(sample)
    assert f"{plan.passes:.10f}" == "0" + passes
    if plan.sample > 1:
        assert pass_exactly(int(lot), int(missed), plan.sample - 1, detection) > 1 - Fraction(confidence)


SHARES_OF_A_LOT = """
1  90.0 95.0 99.0
2  68.4 77.6 90.0
3  53.6 63.2 78.4
5  36.9 45.1 60.2
10 20.6 25.9 36.9
"""


@pytest.mark.parametrize("line", SHARES_OF_A_LOT.strip().splitlines())
def test_model_a_the_share_of_a_lot_to_inspect_barely_depends_on_the_lot(line):
    missed, *printed = line.split()
    for confidence, share in zip((".9", ".95", ".99"), printed, strict=True):
        plan, _ = zero_acceptance(10_000, int(missed), confidence)
        assert plan.sample / 100 == pytest.approx(float(share), abs=0.0501)


def test_model_a_examples():
    assert zero_acceptance(10_000, 5, ".95")[0].sample == 4_507
    assert zero_acceptance(2_500, 10, ".9")[0].sample == 514


LARGE = """
.001  2302 2995 4603
.002  1151 1497 2301
.0035 657  855  1314
.005  460  598  919
.01   230  299  459
.02   114  149  228
"""


@pytest.mark.parametrize("line", LARGE.strip().splitlines())
def test_model_b_large_lots_as_printed(line):
    share, *printed = line.split()
    assert [large_lot(share, confidence) for confidence in (".9", ".95", ".99")] == [int(n) for n in printed]


def test_more_large_lots_and_proofs_of_detection():
    assert large_lot(".004", ".95") == 748
    assert large_lot(".004", ".99") == 1_149
    assert large_lot(".05", ".9") == 45
    assert detection_proof(".996", ".95") == 748
    assert detection_proof(".95", ".95") == 59


@pytest.mark.parametrize(
    ("inspected", "printed"),
    [(".1", "0.910 0.754 0.624 0.389"), (".08", "0.928 0.799 0.688 0.474"), (".41", "0.631 0.251 0.100 0.010")],
)
def test_model_c_what_a_pass_means_as_printed(inspected, printed):
    """The note prints .250 for 41 % and 3 items, cut off; 0.25126 it is."""
    found = [f"{float(pass_by_share(inspected, missed, '.9')):.3f}" for missed in (1, 3, 5, 10)]
    assert " ".join(found) == printed
    assert share_needed(5, 0.1, 0.9) == pytest.approx(0.41, abs=0.001)


def test_model_d_a_pass_says_little_about_the_land_and_more_about_the_process():
    value = value_of_pass(20, ".99", ".1", ".9", 0.1, ".8")
    assert f"{value.before:.3f}" == "0.181"
    assert f"{value.after:.3f}" == "0.166"
    assert f"{value.process_bad * 100:.1f}" == "7.3"


def test_a_pass_is_told_for_1_3_5_and_10_items():
    told = dict(pass_means(10_000, 1_000, ".9"))
    assert (
        f"{told[5] * 100:.0f}" == "62"
    )  # “a field with 5 missed items would have passed this sample 62 % of the time”
    assert list(told) == [1, 3, 5, 10]
    assert [missed for missed, _ in pass_means(4, 2, 1)] == [1, 3]


# -- twins and laws ---------------------------------------------------------------------------------------------------


@settings(deadline=None)
@given(st.integers(1, 9), st.data())
def test_a_pass_is_what_counting_every_sample_gives(lot, data):
    missed, sample = data.draw(st.integers(0, lot)), data.draw(st.integers(0, lot))
    unseen = data.draw(st.fractions(0, 1, max_denominator=10))
    samples = list(itertools.combinations(range(lot), sample))
    plain = sum((unseen ** sum(square < missed for square in one) for one in samples), Fraction(0)) / len(samples)
    assert pass_exactly(lot, missed, sample, 1 - unseen) == plain


@settings(deadline=None)
@given(st.integers(1, 60), st.integers(1, 60), st.sampled_from([".9", ".95", ".5"]), st.sampled_from(["1", ".9"]))
def test_the_smallest_sample_is_what_trying_each_gives(lot, missed, confidence, detection):
    missed = min(missed, lot)
    alpha = 1 - Fraction(confidence)
    tried = [n for n in range(lot + 1) if pass_exactly(lot, missed, n, detection) <= alpha]
    plan, problems = zero_acceptance(lot, missed, confidence, detection)
    if tried:
        assert plan.sample == tried[0]
    else:
        assert plan is None
        assert [found.code for found in problems] == ["sample_impossible"]


@pytest.mark.parametrize(("lot", "missed", "sample"), [(50_000, 900, 700), (3_000, 500, 450), (1_000, 600, 550)])
@pytest.mark.parametrize("detection", ["1", ".9", ".004"])
def test_logarithms_agree_with_fractions(lot, missed, sample, detection):
    exactly = float(pass_exactly(lot, missed, sample, detection))
    assert sampling._pass_in_logarithms(lot, missed, sample, float(detection)) == pytest.approx(exactly, rel=1e-8)


@settings(deadline=None)
@given(st.integers(2, 300), st.data())
def test_a_larger_sample_passes_less_and_so_does_a_worse_lot(lot, data):
    missed, sample = data.draw(st.integers(1, lot - 1)), data.draw(st.integers(1, lot - 1))
    here = pass_exactly(lot, missed, sample, ".9")
    assert pass_exactly(lot, missed, sample + 1, ".9") <= here
    assert pass_exactly(lot, missed + 1, sample, ".9") <= here
    assert pass_exactly(lot, sample, missed, ".9") == here


def test_a_lot_that_nobody_could_sample_is_a_problem():
    assert [found.code for found in zero_acceptance(0, 1, ".95")[1]] == ["lot_empty"]
    assert [found.code for found in zero_acceptance(10, 11, ".95")[1]] == ["missed_out_of_range"]
    assert [found.code for found in zero_acceptance(10, 1, "1")[1]] == ["share_out_of_range"]
    (found,) = zero_acceptance(10, 1, ".95", ".5")[1]
    assert found.sentence() == (
        "sample: even the whole lot inspected gives only 50.0 % where 95.0 % is asked; "
        "a surer inspection or a lower demand is needed"
    )


def test_a_million_squares_are_planned_exactly():
    plan, _ = zero_acceptance(1_000_000, 5, ".95", ".9")
    assert plan.sample == pytest.approx(1_000_000 * (1 - 0.05 ** (1 / 5)) / 0.9, rel=1e-3)


BOUNDS = "0 100 .02951305, 0 299 .00996915, 1 500 .00945228, 2 1000 .00628228, 0 748 .00399698"


@pytest.mark.parametrize("line", BOUNDS.split(", "))
def test_upper_bounds_of_clopper_and_pearson_as_printed(line):
    failed, sample, printed = line.split()
    assert f"{upper_bound(int(failed), int(sample), '.95'):.8f}" == "0" + printed


def test_a_beta_posterior_and_its_closed_form():
    assert f"{beta_upper(0, 300, '.95'):.8f}" == "0.00990324"
    assert beta_upper(0, 300, ".95") == pytest.approx(1 - 0.05 ** (1 / 301))
    assert upper_bound(3, 3, ".95") == 1.0


def test_a_beta_bound_is_what_adding_up_the_density_gives():
    a, b, steps = 3, 40, 200_000
    bound = beta_upper(2, 39, ".9", 1, 3)
    density = [x ** (a - 1) * (1 - x) ** (b - 1) for x in (k / steps for k in range(steps))]
    assert sum(density[: round(bound * steps)]) / sum(density) == pytest.approx(0.9, abs=1e-3)


def test_operating_characteristic_as_printed():
    found = [f"{accepted(80, 1, share):.8f}" for share in (0.005, 0.01, 0.05)]
    assert found == ["0.93885297", "0.80915813", "0.08605379"]
    assert [accepted(10, 1, 0), accepted(10, 1, 1), accepted(1, 1, 1)] == [1.0, 0.0, 1.0]


@settings(deadline=None)
@given(st.integers(1, 12), st.integers(0, 12), st.floats(0.01, 0.99))
def test_acceptance_is_what_going_through_every_outcome_gives(sample, most, share):
    plain = 0.0
    for outcome in itertools.product((0, 1), repeat=sample) if sample <= 8 else ():
        if sum(outcome) <= most:
            plain += math.prod(share if bad else 1 - share for bad in outcome)
    if sample <= 8:
        assert accepted(sample, most, share) == pytest.approx(plain)


def test_alike_squares_of_a_lane_need_a_larger_sample():
    assert design_effect(10, 0.2) == pytest.approx(2.8)
    assert with_design_effect(100, 10_000, 10, 0.2) == 280
    assert with_design_effect(100, 200, 10, 0.2) == 200


class TestSequential:
    def test_the_plan_as_printed(self):
        plan, problems = sequential_plan(0.001, 0.01, 0.05, 0.10)
        assert problems == []
        assert [f"{plan.low:.6f}", f"{plan.high:.6f}", f"{plan.slope:.8f}"] == ["0.973896", "1.250358", "0.00391491"]
        assert plan.clean_to_accept == 249

    def test_square_by_square(self):
        plan, _ = sequential_plan(0.001, 0.01, 0.05, 0.10)
        assert plan.verdict(248, 0) is Verdict.GO_ON
        assert plan.verdict(249, 0) is Verdict.ACCEPT
        assert plan.verdict(100, 1) is Verdict.GO_ON
        assert plan.verdict(100, 2) is Verdict.REJECT

    def test_a_good_share_worse_than_the_bad_one_is_told(self):
        assert [found.code for found in sequential_plan(0.02, 0.01, 0.05, 0.1)[1]] == ["sequence_contradicts"]

    @settings(deadline=None)
    @given(st.integers(1, 400), st.integers(0, 6))
    def test_the_lines_are_the_ratio_of_likelihoods(self, inspected, failed):
        failed = min(failed, inspected)
        plan, _ = sequential_plan(0.001, 0.01, 0.05, 0.10)
        ratio = failed * math.log(0.01 / 0.001) + (inspected - failed) * math.log(0.99 / 0.999)
        high, low = math.log(0.9 / 0.05), math.log(0.1 / 0.95)
        expected = Verdict.REJECT if ratio >= high else Verdict.ACCEPT if ratio <= low else Verdict.GO_ON
        assert plan.verdict(inspected, failed) is expected


class TestResidual:
    def test_expected_missed_as_printed(self):
        found = [expected_missed(100, ".996"), expected_missed(250, ".996"), expected_missed(30, ".95")]
        assert [f"{float(one):.6f}" for one in found] == ["0.401606", "1.004016", "1.578947"]

    def test_none_left_as_printed(self):
        found = [none_left(100, ".996"), none_left(10, ".996"), none_left(10, ".95")]
        assert [f"{one:.8f}" for one in found] == ["0.67032005", "0.96078944", "0.60653066"]

    def test_none_left_is_the_sum_over_how_many_there_were(self):
        plain = sum(math.exp(-10 + n * math.log(10) - math.lgamma(n + 1)) * 0.95**n for n in range(200))
        assert none_left(10, ".95") == pytest.approx(plain)

    def test_chapman_as_printed(self):
        first, second = chapman(45, 40, 38)[0], chapman(200, 190, 185)[0]
        assert [f"{float(x):.6f}" for x in (first.items, first.variance, first.missed)] == [
            "47.358974", "0.433991", "0.358974",
        ]  # fmt: skip
        assert [f"{float(x):.6f}" for x in (second.items, second.variance, second.missed)] == [
            "205.403226", "0.445065", "0.403226",
        ]  # fmt: skip

    def test_two_passes_cannot_share_more_than_either_found(self):
        assert [found.code for found in chapman(5, 4, 5)[1]] == ["recapture_contradicts"]

    def test_independent_passes(self):
        assert [found_by_all([".9"] * n) for n in (1, 2, 3)] == [
            Fraction(9, 10),
            Fraction(99, 100),
            Fraction(999, 1000),
        ]


class TestNationalTable:
    TABLE = """
# the Authority's own table, first edition
lot_from,lot_to,sample,accept,clause,edition
100,999,50,0,5.2,2025
1000,9999,120,0,5.2,2025
"""

    def test_a_table_is_read_as_data_and_asked_for_a_lot(self):
        rows, problems = read_sampling(self.TABLE.strip())
        assert problems == []
        assert row_for(rows, 999)[0].sample == 50
        assert [found.code for found in row_for(rows, 10_000)[1]] == ["sampling_no_row"]

    @pytest.mark.parametrize(
        ("text", "code"),
        [
            ("lot,sample\n1,2", "sampling_header_wrong"),
            ("", "sampling_header_wrong"),
            (TABLE.strip() + "\n5000,20000,200,0,5.2,2025", "sampling_rows_overlap"),
            (TABLE.strip() + "\n20000,30000,many,0,5.2,2025", "sampling_row_wrong"),
            (TABLE.strip() + "\n20000,10000,5,0,5.2,2025", "sampling_row_wrong"),
            (TABLE.strip() + "\n20000,30000,5,5,5.2,2025", "sampling_row_wrong"),
            (TABLE.strip() + "\n20000,30000,5,0,5.2,", "sampling_row_wrong"),
        ],
    )
    def test_a_table_with_a_fault_is_refused_whole(self, text, code):
        rows, problems = read_sampling(text)
        assert rows == ()
        assert [found.code for found in problems] == [code]

    def test_no_country_ships_a_table_that_nobody_read(self):
        assert load_sampling("aze") == ((), [])

    def test_a_pass_of_a_table_s_sample_is_told_like_any_other(self):
        row = row_for(read_sampling(self.TABLE.strip())[0], 5_000)[0]
        assert pass_probability(5_000, 5, row.sample) > 0.88
