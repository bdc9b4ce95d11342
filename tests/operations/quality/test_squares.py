"""Drawing squares: repeatable from the seed by anybody, each team's land in its share, nobody's choice."""

import hashlib
import itertools
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from torpaq.geo.shape import box_shape
from torpaq.operations.quality.squares import Stratum, draw_squares, drawn_numbers, lot_of, shares_of

SEED = "4d0c2a"


def drawn_by_the_book(total, count, seed):
    """The plain twin: a whole list, exchanged place by place, as the module's description says."""
    counter = itertools.count()
    cards = list(range(total))
    for place in range(count):
        size = total - place
        while True:
            head = int.from_bytes(hashlib.sha256(f"{seed}:{next(counter)}".encode()).digest()[:8], "big")
            if head < 2**64 // size * size:
                break
        other = place + head % size
        cards[place], cards[other] = cards[other], cards[place]
    return cards[:count]


@settings(deadline=None)
@given(st.integers(1, 200), st.text(max_size=8), st.data())
def test_a_draw_is_the_one_described(total, seed, data):
    count = data.draw(st.integers(0, total))
    numbers = drawn_numbers(total, count, seed)
    assert numbers == drawn_by_the_book(total, count, seed)
    assert len(set(numbers)) == count


def test_a_draw_written_down():
    """Whoever repeats the draw in another programme has these figures to compare with."""
    assert drawn_numbers(10_000, 5, SEED) == drawn_by_the_book(10_000, 5, SEED)
    assert drawn_numbers(10_000, 5, SEED) != drawn_numbers(10_000, 5, SEED + "0")


def test_every_square_is_as_likely():
    counts = Counter(n for seed in range(3_000) for n in drawn_numbers(10, 3, str(seed)))
    assert all(abs(count - 900) < 120 for count in counts.values())
    assert len(counts) == 10


def test_the_authority_draws_from_each_team_its_share():
    lot, problems = lot_of(
        box_shape(0, 0, 100, 100),
        1,
        [
            Stratum("T1", "manual", box_shape(0, 0, 60, 100)),
            Stratum("T2", "dog", box_shape(50, 0, 80, 100)),
            Stratum("T9", "manual", box_shape(500, 0, 600, 100)),
        ],
    )
    assert problems == []
    assert {key: len(part) for key, part in lot.parts.items()} == {
        ("", ""): 2_000, ("T1", "manual"): 6_000, ("T2", "dog"): 2_000,
    }  # fmt: skip
    drawn, problems = draw_squares(lot, 100, SEED)
    assert problems == []
    assert Counter(one.team for one in drawn) == {"T1": 60, "T2": 20, "": 20}
    assert all(one.square[0] < 60 for one in drawn if one.team == "T1")
    assert drawn == draw_squares(lot, 100, SEED)[0]
    assert len({one.square for one in drawn}) == 100


@settings(deadline=None)
@given(st.lists(st.integers(1, 50), min_size=1, max_size=6), st.data())
def test_shares_add_up_and_never_exceed_a_part(sizes, data):
    parts = {(str(n), ""): size for n, size in enumerate(sizes)}
    count = data.draw(st.integers(1, sum(sizes)))
    shares = shares_of(parts, count)
    assert sum(shares.values()) == count
    assert all(0 <= shares[key] <= parts[key] for key in parts)
    if count >= len(parts):
        assert min(shares.values()) >= 1
    total = sum(sizes)
    if all(count * size >= total for size in sizes):
        assert all(abs(shares[key] - count * parts[key] / total) < 1 for key in parts)


@pytest.mark.parametrize(("count", "code"), [(0, "sample_out_of_range"), (101, "sample_out_of_range")])
def test_a_sample_outside_the_lot_is_told(count, code):
    lot, _ = lot_of(box_shape(0, 0, 10, 10), 1)
    assert [found.code for found in draw_squares(lot, count, SEED)[1]] == [code]


def test_lots_that_cannot_be_sampled_are_told():
    assert [found.code for found in lot_of(box_shape(0, 0, 10, 10), 0)[1]] == ["square_too_small"]
    assert [found.code for found in lot_of(box_shape(0, 0, 1, 300_000), 1)[1]] == ["lot_too_large"]
    assert [found.code for found in lot_of(box_shape(1, 1, 3, 3), 50)[1]] == ["lot_has_no_square"]
    lot, _ = lot_of(box_shape(0, 0, 100, 100), 1)
    assert [found.code for found in draw_squares(lot, 5_001, SEED)[1]] == ["sample_too_large"]
