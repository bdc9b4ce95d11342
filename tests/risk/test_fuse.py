"""Layers summed through their tables: exactly the plain sum, whatever the tables, by whichever way it is computed."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from torpaq.risk.surface import fuse
from torpaq.risk.surface.fuse import log_odds, plan_of
from torpaq.risk.surface.lanes import has_lanes


def binned(random, bins):
    """A table as evidence has it: some bins, and a number of its own where nothing is known."""
    edges = np.sort(random.choice(np.arange(1, 255), bins - 1, replace=False))
    table = random.integers(-400, 400, bins)[np.searchsorted(edges, np.arange(256), side="right")]
    table[255] = 0
    return table


def classes(random):
    """Land cover: a number of its own for each of eleven classes."""
    table = np.zeros(256, dtype=int)
    table[:11] = random.integers(-300, 300, 11)
    return table


def plain(tables, level, codes, addends=()):
    total = np.full(codes[0].shape, level, dtype=np.int64)
    for table, layer in zip(tables, codes, strict=True):
        total = total + table[layer]
    for addend in addends:
        total = np.clip(total + addend, -32_767, 32_767)
    return total


kinds = st.sampled_from(["distance", "classes", "each its own", "one number"])


@settings(deadline=None, max_examples=25)
@given(st.lists(kinds, min_size=1, max_size=9), st.integers(0, 10_000), st.integers(1, 400), st.integers(1, 3))
def test_the_sum_is_the_plain_sum(layers, seed: int, cells: int, threads: int) -> None:
    random = np.random.default_rng(seed)
    makers = {
        "distance": lambda: binned(random, int(random.integers(2, 30))),
        "classes": lambda: classes(random),
        "each its own": lambda: random.integers(-400, 400, 256),
        "one number": lambda: np.full(256, 37),
    }
    tables = np.array([makers[kind]() for kind in layers])
    codes = [random.integers(0, 256, (cells, 3), dtype=np.uint8) for _ in layers]
    found = log_odds(plan_of(tables, -310), codes, threads=threads)
    assert found.dtype == np.int16 and (found == plain(tables, -310, codes)).all()


def test_every_code_has_its_number_with_and_without_lanes(monkeypatch) -> None:
    random = np.random.default_rng(1)
    every = np.repeat(np.arange(256, dtype=np.uint8), 5)
    tables = np.array([binned(random, 12), classes(random), random.integers(-900, 900, 256)])
    plan = plan_of(tables, 12)
    codes = [every, random.permutation(every), random.permutation(every)]
    by_lanes = log_odds(plan, codes)
    monkeypatch.setattr(fuse, "_LANES", False)
    assert (by_lanes == plain(tables, 12, codes)).all() and (log_odds(plan, codes) == by_lanes).all()
    if has_lanes():
        assert len(plan.parts) > len(tables)  # the last table was written as a sum


def test_what_is_added_for_a_cell_alone_is_added_last_and_cut_off() -> None:
    """Searched ground: the odds fall, as far as two bytes go and never to "not assessed"."""
    random = np.random.default_rng(2)
    tables = np.array([binned(random, 6), binned(random, 6)])
    codes = [random.integers(0, 256, 100_001, dtype=np.uint8) for _ in tables]
    local = random.integers(-300, 300, 100_001).astype(np.int16)
    searched = np.where(np.arange(100_001) % 7, -32_768, 0).astype(np.int16)
    found = log_odds(plan_of(tables, -500), codes, (local, searched), threads=2)
    assert (found == plain(tables, -500, codes, (local, searched))).all() and found.min() == -32_767


def test_a_part_of_a_larger_array_and_an_array_given_to_write_to() -> None:
    random = np.random.default_rng(3)
    tables = np.array([binned(random, 9)])
    whole = random.integers(0, 256, (90, 70), dtype=np.uint8)
    out = np.zeros((40, 33), dtype=np.int16)
    assert log_odds(plan_of(tables, 0), [whole[10:50, 5:38]], out=out) is out
    assert (out == tables[0][whole[10:50, 5:38]]).all()


def test_tables_that_cannot_be_summed_in_two_bytes_are_refused() -> None:
    for tables in (np.full((8, 256), 5_000), np.full((1, 255), 1), np.full((1, 256), 0.5)):
        with pytest.raises(ValueError, match="tables"):
            plan_of(tables, 0)
    layer = np.zeros(9, dtype=np.uint8)
    for codes in ([layer], [layer, layer[:4]]):
        with pytest.raises(ValueError, match="layer"):
            log_odds(plan_of(np.zeros((2, 256)), 0), codes)
