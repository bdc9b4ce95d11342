"""Dogs on the ground: weather, ground searched by two, and training."""

import math
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from torpaq.geo.shape import box_shape
from torpaq.operations.assets.animals import Search, clearance_credit, weather_problems
from torpaq.operations.assets.limits import Limits
from torpaq.operations.assets.training import Session, check_session, hit_interval, hit_rate, monthly

DAY = date(2026, 5, 4)


def search(animal: str, *corners_m: float) -> Search:
    return Search(animal, DAY, box_shape(*corners_m))


def test_ground_searched_by_two_dogs_counts_and_by_one_twice_does_not() -> None:
    searches = [search("DOG-1", 0, 0, 20, 20), search("DOG-2", 10, 0, 30, 20), search("DOG-1", 0, 0, 20, 20)]
    credit = clearance_credit(searches, Limits())
    assert (credit.credited_m2, credit.processed_m2, credit.by_animals_m2) == (200.0, 400.0, (400.0, 200.0))
    assert clearance_credit([], Limits()).credited_m2 == 0


BOXES = st.tuples(st.integers(0, 8), st.integers(0, 8), st.integers(1, 4), st.integers(1, 4))
SEARCHES = st.lists(st.tuples(st.sampled_from(["DOG-1", "DOG-2", "RAT-1"]), BOXES), max_size=6)


@settings(deadline=None, max_examples=40)
@given(SEARCHES, st.integers(1, 3))
def test_the_credit_is_that_of_square_metres_ticked_one_by_one(made: list, needed: int) -> None:
    searched: dict[tuple[int, int], set[str]] = {}
    for animal, (x, y, width, height) in made:
        for cell in [(a, b) for a in range(x, x + width) for b in range(y, y + height)]:
            searched.setdefault(cell, set()).add(animal)
    searches = [search(animal, x, y, x + width, y + height) for animal, (x, y, width, height) in made]
    credit = clearance_credit(searches, Limits(animals_needed=needed))
    assert credit.credited_m2 == pytest.approx(sum(len(animals) >= needed for animals in searched.values()))
    assert credit.processed_m2 == pytest.approx(sum(len(animals) < needed for animals in searched.values()))


def test_weather_outside_the_limits_is_said_and_so_is_weather_nobody_measured() -> None:
    def codes(*said: object) -> list[str]:
        return [each.code for each in weather_problems("DOG-1", Limits(), *said)]

    assert codes(8.0, 35.0) == []
    assert codes(8.1, 35.1) == ["animal_wind", "animal_heat"]
    assert codes(0.0, -0.5, ["rain"]) == ["animal_cold", "animal_rain"]
    assert codes(None, 20.0) == ["animal_weather_not_measured"]


# -- training ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("found", "targets", "least", "most"),
    [
        (10, 10, 0.691503, 1.0),
        (0, 10, 0.0, 0.308497),
        (9, 10, 0.554984, 0.997471),
        (18, 20, 0.683017, 0.987651),
        (0, 0, 0.0, 1.0),
    ],
)
def test_the_interval_is_that_of_the_tables(found: int, targets: int, least: float, most: float) -> None:
    assert hit_interval(found, targets) == pytest.approx((least, most), abs=1e-6)


def tail(found: int, targets: int, p: Fraction) -> Fraction:
    return sum(
        (math.comb(targets, k) * p**k * (1 - p) ** (targets - k) for k in range(found, targets + 1)), Fraction(0)
    )


@given(st.integers(1, 40).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_at_its_ends_the_interval_leaves_just_the_tails(counts: tuple[int, int]) -> None:
    found, targets = counts
    least, most = hit_interval(found, targets)
    assert least <= found / targets <= most
    if found:
        assert float(tail(found, targets, Fraction(least))) == pytest.approx(0.025, rel=1e-6)
    if found < targets:
        assert float(1 - tail(found + 1, targets, Fraction(most))) == pytest.approx(0.025, rel=1e-6)


def test_months_of_training_are_kept_apart() -> None:
    sessions = [
        Session(date(2026, 4, 2), 1.5, 10, 9),
        Session(date(2026, 5, 2), 2.0, 10, 10),
        Session(date(2026, 4, 20), 1, 5, 5),
    ]
    april, may = monthly(sessions, 0.95)
    assert (april.month, april.targets, april.found, april.hours) == (date(2026, 4, 1), 15, 14, 2.5)
    assert (may.rate, may.sessions) == (1.0, 1)
    assert hit_rate([], 0.95).rate is None


def test_a_session_that_cannot_be_is_refused() -> None:
    assert [each.code for each in check_session(Session(DAY, 0, 3, 4), "DOG-1")] == [
        "training_hours",
        "training_counts",
    ]
    with pytest.raises(ValueError, match="cannot be found"):
        hit_interval(3, 2)
