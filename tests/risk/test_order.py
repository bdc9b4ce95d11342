"""Where does a survey tell most for its price? The Authority has the list; the twin goes through every outcome."""

import math
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from torpaq.risk.decide.order import entropy_bits, missed_by, survey_order, worth_of
from torpaq.risk.decide.rules import Rules, rules_of

RULES = rules_of("aze")
chances = st.floats(0.0001, 0.9999)


def outcomes(chance: float, missed: float) -> list[tuple[float, float]]:
    """The twin: each outcome of a survey with its chance and what is then known, by Bayes over four cells."""
    both = {
        (True, True): chance * (1 - missed),
        (True, False): chance * missed,
        (False, False): 1 - chance,
    }  # (contaminated, found)
    told = []
    for found in (True, False):
        whole = sum(p for (_, seen), p in both.items() if seen == found)
        held = sum(p for (is_held, seen), p in both.items() if seen == found and is_held)
        told.append((whole, held / whole if whole else 0.0))
    return told


@given(chance=chances, hectares=st.floats(0.01, 5), area=st.floats(0.5, 300))
def test_the_worth_of_a_survey_is_the_mean_over_its_outcomes(chance: float, hectares: float, area: float):
    worth = worth_of(chance, hectares, area, RULES)
    told = outcomes(chance, missed_by(RULES))
    assert worth.finds == pytest.approx(told[0][0])
    assert worth.after == pytest.approx(told[1][1])
    bits = entropy_bits(chance) - sum(p * entropy_bits(r) for p, r in told)
    assert worth.bits == pytest.approx(bits, abs=1e-12)

    def loss(known: float) -> float:
        weighs = hectares / chance * 10_000 * RULES.clearance_cost * RULES.missed_to_clearance
        return min(area * 10_000 * RULES.clearance_cost, known * weighs)

    averted = loss(chance) - sum(p * loss(r) for p, r in told)
    assert worth.loss_usd == pytest.approx(averted, rel=1e-6, abs=1e-4)
    assert worth.bits >= 0
    assert worth.loss_usd >= 0


def test_the_usual_survey_misses_a_lone_item_far_more_often_than_a_belt():
    belts, lone = (
        replace(RULES, shares=shares)
        for shares in ((Fraction(1), Fraction(0), Fraction(0)), (Fraction(0), Fraction(0), Fraction(1)))
    )
    assert missed_by(lone) == pytest.approx(1 - 0.3 * 0.9)
    assert missed_by(belts) == pytest.approx((math.exp(10 * 0.73) - 1) / (math.exp(10) - 1))


def test_land_that_surely_holds_something_or_surely_nothing_has_nothing_to_tell():
    assert worth_of(0.0, 0.0, 10, RULES).bits == 0
    assert worth_of(1.0, 2.0, 10, RULES).bits == pytest.approx(0)
    assert worth_of(0.5, 1.0, 10, RULES).bits > 0.3


def test_the_order_puts_doubtful_small_land_first_and_keeps_ties_as_given():
    told = [worth_of(c, h, a, RULES) for c, h, a in [(0.5, 1, 100), (0.5, 1, 10), (0.001, 0.001, 10), (0.5, 1, 10)]]
    assert survey_order(told) == [1, 3, 0, 2]


def test_a_survey_that_costs_nothing_is_not_divided_by_its_price():
    free: Rules = replace(RULES, survey_cost=0.0)
    assert worth_of(0.5, 1.0, 10, free).bits_per_kusd == 0
