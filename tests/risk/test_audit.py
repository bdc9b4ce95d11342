"""An audit by lot: Operator A surveys places that nobody chose, and the Authority reads what that says of the rest."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from torpaq.operations.quality.sampling import upper_bound
from torpaq.risk.decide.audit import (
    draw_audit,
    lots_of,
    missed_share_bound,
    sample_size,
    share_bound,
    verified_bound,
)

FIVE, ONE, SURE = Fraction(5, 100), Fraction(1, 100), Fraction(1)


def land(cells: int) -> np.ndarray:
    return np.column_stack([12.5 + 25.0 * (np.arange(cells) % 50), 4_000_012.5 + 25.0 * (np.arange(cells) // 50)])


def outcome(cells: int, code: int = 255) -> np.ndarray:
    return np.full(cells, code, dtype=np.uint8)


def test_59_places_bound_the_share_to_five_percent_and_299_to_one():
    assert sample_size(FIVE, SURE) == 59
    assert sample_size(ONE, SURE) == 299
    assert verified_bound(0, 59) == pytest.approx(0.0495, abs=1e-4)
    assert verified_bound(0, 299) == pytest.approx(0.00996915, abs=1e-8)
    assert verified_bound(0, 58) > 0.05
    assert verified_bound(0, 0) == 1.0


@pytest.mark.parametrize("found", [0, 1, 3])
@pytest.mark.parametrize("detection", [Fraction(1), Fraction(9, 10)])
def test_the_sample_is_the_smallest_whose_outcome_bounds_the_share(found: int, detection: Fraction):
    size = sample_size(FIVE, detection, found)
    assert share_bound(found, size, detection) <= 0.05 + 1e-12
    assert share_bound(found, size - 1, detection) > 0.05


def test_an_audit_that_overlooks_items_needs_more_places():
    assert sample_size(FIVE, Fraction(1, 2)) > sample_size(FIVE, SURE)
    assert share_bound(0, 59, Fraction(1, 2)) == pytest.approx(2 * upper_bound(0, 59, "0.95"))
    assert share_bound(0, 0, SURE) == 1.0


def test_before_anything_was_surveyed_nothing_is_known():
    audit = draw_audit(land(2_000), 25.0, outcome(2_000), FIVE, SURE, seed=7)
    assert (audit.wanted, audit.surveyed, audit.bound, audit.missing) == (59, 0, 1.0, 59)
    assert not audit.is_met
    assert len({tuple(place) for place in audit.places_m}) == 59


def test_all_places_surveyed_and_nothing_found_meets_the_authoritys_share():
    audit = draw_audit(land(2_000), 25.0, outcome(2_000, 0), FIVE, SURE, seed=7)
    assert audit.is_met
    assert audit.bound == pytest.approx(1 - 0.05 ** (1 / 59))


def test_one_place_left_out_leaves_the_audit_open():
    surveyed = outcome(2_000, 0)
    lots = np.argsort(lots_of(land(2_000), 25.0, 7))
    surveyed[lots[10]] = 255
    audit = draw_audit(land(2_000), 25.0, surveyed, FIVE, SURE, seed=7)
    assert (audit.surveyed, audit.missing, audit.is_met) == (58, 1, False)


def test_an_item_found_makes_the_sample_larger_and_counts_on_when_its_land_has_left():
    surveyed = outcome(2_000, 0)
    lots = np.argsort(lots_of(land(2_000), 25.0, 7))
    surveyed[lots[10]] = 1
    audit = draw_audit(land(2_000), 25.0, surveyed, FIVE, SURE, seed=7)
    assert audit.found == 1
    assert audit.wanted == sample_size(FIVE, SURE, 1) > 59
    assert audit.is_met
    left = draw_audit(land(2_000), 25.0, outcome(2_000, 0), FIVE, SURE, seed=7, past_found=1)
    assert (left.found, left.wanted) == (1, audit.wanted)


def test_a_pool_smaller_than_the_sample_is_surveyed_whole():
    audit = draw_audit(land(20), 25.0, outcome(20, 0), FIVE, SURE, seed=7)
    assert audit.is_met
    assert not draw_audit(land(20), 25.0, outcome(20), FIVE, SURE, seed=7).is_met
    assert not draw_audit(land(0), 25.0, outcome(0), FIVE, SURE, seed=7).is_met


@given(st.integers(0, 2**32), st.integers(60, 300), st.integers(0, 200))
def test_a_cell_keeps_its_lot_whatever_land_joins_or_leaves(seed: int, cells: int, gone: int):
    places = land(cells)
    kept = places[: max(1, cells - gone)]
    assert np.array_equal(lots_of(places, 25.0, seed)[: len(kept)], lots_of(kept, 25.0, seed))
    one, other = (draw_audit(places, 25.0, outcome(cells), FIVE, SURE, s) for s in (seed, seed))
    assert np.array_equal(one.places_m, other.places_m)


def test_every_cell_is_drawn_about_as_often_as_any_other():
    drawn = np.zeros(500)
    for seed in range(400):
        drawn[np.argsort(lots_of(land(500), 25.0, seed))[:50]] += 1
    assert abs(drawn.mean() - 40) < 1e-9
    assert drawn.std() == pytest.approx(np.sqrt(400 * 0.1 * 0.9), rel=0.15)


def test_an_item_in_the_ground_is_found_by_the_audit_as_often_as_its_plan_says():
    """By lot: with just over 5 % of the land contaminated an audit of 59 places passes about one time in twenty."""
    random, passed = np.random.default_rng(3), 0
    for seed in range(300):
        surveyed = (random.random(3_000) < 0.05).astype(np.uint8)
        passed += draw_audit(land(3_000), 25.0, surveyed, FIVE, SURE, seed).found == 0
    assert passed / 300 < 0.09


def test_a_bound_on_the_pool_is_a_bound_on_what_is_missed_of_all():
    assert missed_share_bound(0.05, 200, 90) == pytest.approx(0.1)
    assert missed_share_bound(0.0, 200, 0) == 0.0
