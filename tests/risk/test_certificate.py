"""The Authority is promised a share of missed contamination in the next area, or is told that it cannot be."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from torpaq.operations.quality.sampling import upper_bound
from torpaq.risk.decide.certificate import areas_needed, certify, certify_all, certify_found, pooled_threshold
from torpaq.risk.score.areas import found_by_area
from torpaq.standard.problems import LANGUAGES

Rows = tuple[np.ndarray, np.ndarray, np.ndarray]


def rows(areas: dict[str, str]) -> Rows:
    """Areas with the chances that a model gave to their contaminated cells, in percent."""
    labels, chances, names = [], [], []
    for name, told in areas.items():
        for word in told.split():
            labels.append(0 if word.startswith("-") else 1)
            chances.append(abs(float(word)) / 100)
            names.append(name)
    return np.array(labels), np.array(chances), np.array(names)


drawn_areas = st.lists(
    st.lists(st.integers(0, 40), min_size=1, max_size=12).map(lambda told: " ".join(map(str, told))),
    min_size=1,
    max_size=25,
).map(lambda told: {f"A{number:02}": words for number, words in enumerate(told)})
shares = st.sampled_from(["0.05", "0.1", "0.2", "0.5"])


def broken(told: Rows, threshold: float, miss: str) -> list[str]:
    """The slow twin: which areas miss more than was promised below a threshold, in fractions."""
    labels, chances, names = told
    out = []
    for name in sorted(set(names.tolist())):
        cells = [c for c, label, n in zip(chances, labels, names, strict=True) if n == name and label == 1]
        if cells and Fraction(sum(c < threshold for c in cells), len(cells)) > Fraction(miss):
            out.append(name)
    return out


@given(areas=drawn_areas, miss=shares, violating=shares)
def test_the_threshold_is_the_highest_that_stands(areas: dict[str, str], miss: str, violating: str):
    told = rows(areas)
    found = certify(*told, miss, violating)
    n = len(areas)
    stands = [
        t
        for t in sorted(set(told[1].tolist()))
        if Fraction(len(broken(told, t, miss)) + 1, n + 1) <= Fraction(violating)
    ]
    assert found.is_certified == bool(stands)
    if found.threshold is not None:
        assert found.threshold == stands[-1]
        assert found.broken == len(broken(told, found.threshold, miss))
        assert found.bound <= found.violating + 1e-12


@given(areas=drawn_areas, miss=shares, violating=shares)
def test_left_out_in_turn_no_more_areas_break_the_promise_than_was_said(
    areas: dict[str, str], miss: str, violating: str
):
    """Whatever the chances: with each area judged by all others, at most the share δ misses more than α."""
    labels, chances, names = rows(areas)
    fails = 0
    for name in areas:
        others, here = names != name, (labels == 1) & (names == name)
        threshold = certify(labels[others], chances[others], names[others], miss, violating).threshold
        if threshold is not None:
            fails += Fraction(int((chances[here] < threshold).sum()), int(here.sum())) > Fraction(miss)
    assert Fraction(fails, len(areas)) <= Fraction(violating)


@given(areas=drawn_areas, violating=shares)
def test_who_accepts_more_misses_gets_no_lower_threshold(areas: dict[str, str], violating: str):
    found = certify_all(*rows(areas), ["0.01", "0.05", "0.1", "0.3"], violating)
    thresholds = [each.threshold for each in found if each.threshold is not None]
    assert thresholds == sorted(thresholds)


@pytest.mark.parametrize(("violating", "needed"), [("0.2", 4), ("0.05", 19), ("0.1", 9), ("0.01", 99), ("1", 0)])
def test_a_surer_promise_needs_more_calibrated_areas(violating: str, needed: int):
    assert areas_needed(violating) == needed


def test_with_too_few_areas_nothing_is_certifiable_and_it_says_so_in_each_language():
    found = certify(*rows({f"A{n:02}": "30 40 50" for n in range(12)}), "0.05", "0.05")
    assert not found.is_certified
    assert found.threshold is None
    stated = found.stated()
    assert stated.code == "not_certifiable"
    assert all("12" in stated.sentence(language) and "19" in stated.sentence(language) for language in LANGUAGES)


def test_with_enough_areas_the_promise_is_said_with_its_figures():
    found = certify(*rows({f"A{n:02}": f"{20 + n} 60 70 -1" for n in range(19)}), "0.05", "0.05")
    assert found.threshold == pytest.approx(0.20)
    assert found.broken == 0
    assert found.bound == pytest.approx(0.05)
    assert "19 areas" in found.stated().sentence("en")
    assert found.as_json()["threshold"] == found.threshold


def test_an_area_without_contamination_calibrates_nothing():
    told = rows({f"A{n}": "30 -10" for n in range(4)} | {f"B{n}": "-20 -30" for n in range(9)})
    assert certify(*told, "0.05", "0.2").areas == 4


def test_a_cell_that_the_model_says_nothing_of_is_never_missed():
    labels, chances, names = rows({f"A{n}": "10 90" for n in range(4)})
    chances[chances == 0.1] = np.nan
    assert certify(labels, chances, names, "0.05", "0.2").threshold == pytest.approx(0.9)


def test_shares_outside_nought_to_one_are_a_mistake_of_ours():
    with pytest.raises(ValueError, match="between 0 and 1"):
        certify(*rows({"A": "10"}), "1.5", "0.2")


@given(told=st.lists(st.integers(0, 100), min_size=1, max_size=120), miss=shares)
def test_the_pooled_rule_misses_as_many_cells_as_clopper_and_pearson_allow(told: list[int], miss: str):
    labels, chances = np.ones(len(told), dtype=np.int64), np.sort(np.array(told) / 100)
    threshold = pooled_threshold(labels, chances, miss)
    allowed = [k for k in range(len(told)) if upper_bound(k, len(told), "0.95") <= float(miss)]
    assert threshold == (chances[allowed[-1]] if allowed else -np.inf)


@given(areas=drawn_areas, miss=shares, violating=shares)
def test_what_a_score_card_keeps_of_each_area_certifies_the_same(areas: dict[str, str], miss: str, violating: str):
    told = rows(areas)
    assert certify_found(found_by_area(*told), [miss], violating) == certify_all(*told, [miss], violating)


def test_a_card_without_any_contamination_certifies_nothing():
    assert not certify_found({}, ["0.05"], "0.2")[0].is_certified
