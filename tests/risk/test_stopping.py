"""Operator A surveyed and found nothing. May it stop? The Authority sees three hypotheses and no single confidence."""

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from torpaq.operations.quality.search import is_worth_more, posterior_single
from torpaq.risk.decide.rules import LandUse, rules_of
from torpaq.risk.decide.stopping import (
    Survey,
    averted_per_usd,
    hypotheses_of,
    spread_effort,
    stopping,
)
from torpaq.standard.problems import LANGUAGES

RULES = rules_of("aze")
WHOLE = Survey("1", "0.996", LandUse.PASTURE, signatory="Authority's director (synthetic)")


def test_the_surfaces_chance_is_shared_among_three_hypotheses():
    belt, scatter, lone = hypotheses_of(0.3, RULES)
    assert [one.code for one in (belt, scatter, lone)] == ["pattern_belt", "nuisance_scatter", "lone_item"]
    assert float(belt.prior + scatter.prior + lone.prior) == pytest.approx(0.3)
    assert lone.items is None


def test_each_hypothesis_has_a_posterior_of_its_own_and_they_add_up_to_what_is_left():
    effort, problems = stopping("SYN-1", 0.3, 12.0, Survey("0.3", "0.9", LandUse.PASTURE), 0.0, RULES)
    assert not problems
    assert effort is not None
    assert len({round(belief.posterior, 6) for belief in effort.beliefs}) == 3
    assert effort.left == pytest.approx(sum(belief.posterior for belief in effort.beliefs))
    twin = [float(one.prior) for one in hypotheses_of(0.3, RULES)]
    cd = 0.27
    missed = [(math.exp(n * (1 - cd)) - 1) / (math.exp(n) - 1) for n in RULES.items] + [1 - cd]
    left = [p * q for p, q in zip(twin, missed, strict=True)]
    assert effort.left == pytest.approx(sum(left) / (0.7 + sum(left)))


@given(coverage=st.integers(0, 99), chance=st.floats(0.11, 0.95))
def test_a_partial_survey_never_releases_where_a_lone_item_is_to_be_reckoned_with(coverage: int, chance: float):
    """A tenth of the chance is a lone item's: above the residual allowed, whatever else the survey says."""
    survey = Survey(f"{coverage / 100:.2f}", "1", LandUse.PASTURE, "Authority (synthetic)")
    effort, _ = stopping("SYN-1", chance, 12.0, survey, 1e9, RULES)
    assert effort is not None
    assert effort.lone_refuses
    assert not effort.is_reasonable
    assert any(reason.code == "effort_lone_item" for reason in effort.reasons)


def test_all_reasonable_effort_is_three_things_at_once():
    made, _ = stopping("SYN-1", 0.3, 12.0, WHOLE, 1e9, RULES)
    assert made is not None
    assert made.is_reasonable
    assert [reason.code for reason in made.reasons] == ["effort_within", "effort_margin_met", "effort_signed"]
    for survey, elsewhere in (
        (replace(WHOLE, signatory=""), 1e9),
        (WHOLE, 0.0),
        (replace(WHOLE, detection="0.5"), 1e9),
    ):
        lacking, _ = stopping("SYN-1", 0.3, 12.0, survey, elsewhere, RULES)
        assert lacking is not None
        assert not lacking.is_reasonable
        assert all(reason.sentence(language) for reason in lacking.reasons for language in LANGUAGES)


def test_what_may_be_left_depends_on_the_use_of_the_land():
    allowed = [stopping("S", 0.02, 5.0, replace(WHOLE, land_use=use), 1e9, RULES)[0] for use in LandUse]
    assert [effort.allowed for effort in allowed if effort] == [0.001, 0.005, 0.01]


def test_a_survey_with_impossible_figures_is_a_problem():
    effort, problems = stopping("S", 0.3, 5.0, Survey("1.2", "0.9", LandUse.CROPS), 0.0, RULES)
    assert effort is None
    assert [found.code for found in problems] == ["share_out_of_range"]


def test_what_a_further_dollar_averts_is_koopmans_margin():
    survey = Survey("0.5", "0.9", LandUse.CROPS)
    averted = averted_per_usd(0.2, 10.0, survey, RULES)
    step = 1e-3  # dollars: the twin is a difference of the chance to find
    rate = 0.9 / (100_000 * RULES.survey_cost)
    value = RULES.patch_m**2 * RULES.clearance_cost * RULES.missed_to_clearance
    assert averted == pytest.approx(0.2 * (1 - math.exp(-rate * step)) / step * value, rel=1e-5)
    assert is_worth_more(0.2, rate, 0.0, value, averted * 0.99)
    assert not is_worth_more(0.2, rate, 0.0, value, averted * 1.01)
    assert averted_per_usd(0.2, 0.0, survey, RULES) == 0.0


def test_effort_goes_where_the_next_item_most_likely_lies_for_its_price():
    """The note's third row, by polygons: chances .4 .4 .2, rates 2 1 1, effort 2."""
    hectares = [1 / (20_000 * RULES.survey_cost), 1 / (10_000 * RULES.survey_cost), 1 / (10_000 * RULES.survey_cost)]
    spread, problems = spread_effort([0.4, 0.4, 0.2], hectares, "1", 2.0, RULES)
    assert not problems
    assert spread is not None
    assert spread.efforts == pytest.approx((0.81588831, 0.93862944, 0.24548226), abs=1e-8)
    assert spread.found == pytest.approx(0.60883642, abs=1e-8)
    assert spread.evenly == pytest.approx(0.58651087, abs=1e-8)


def test_without_land_or_chance_there_is_no_place_to_search():
    assert [found.code for found in spread_effort([], [], "0.9", 10.0, RULES)[1]] == ["no_place_to_search"]
    assert spread_effort([0.0], [3.0], "0.9", 10.0, RULES)[0] is None


def test_the_vectors_of_a_survey_that_found_nothing():
    assert float(posterior_single("0.3", "1", "0.996")) == pytest.approx(0.0017113520, abs=1e-10)
