"""The index of boxes finds exactly what a look at every box finds."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from torpaq.geo.partition.box_index import BoxIndex

Box = tuple[int, int, int, int]


def box(corner: tuple[int, int], size: tuple[int, int]) -> Box:
    return corner[0], corner[1], corner[0] + size[0], corner[1] + size[1]


numbers, sizes = st.integers(-50, 50), st.integers(0, 20)
boxes = st.builds(box, st.tuples(numbers, numbers), st.tuples(sizes, sizes))


def looked_up(known: list[Box], wanted: Box) -> list[int]:
    x0, y0, x1, y1 = wanted
    return [k for k, b in enumerate(known) if b[0] <= x1 and b[2] >= x0 and b[1] <= y1 and b[3] >= y0]


@settings(deadline=None)
@given(st.lists(boxes, max_size=60), st.lists(boxes, max_size=20), boxes)
def test_a_query_finds_every_box_that_touches(first: list[Box], later: list[Box], wanted: Box) -> None:
    index = BoxIndex(first)
    ids = [index.add(one) for one in later]
    assert ids == list(range(len(first), len(first) + len(later)))
    assert len(index) == len(first) + len(later)
    assert index.query(wanted).tolist() == looked_up(first + later, wanted)


def test_an_index_grows_past_its_buffer() -> None:
    rng = np.random.default_rng(3)
    corners, reach = rng.integers(0, 100_000, (3_000, 2)), rng.integers(0, 4_000, (3_000, 2))
    known = [box((x, y), (w, h)) for (x, y), (w, h) in zip(corners.tolist(), reach.tolist(), strict=True)]
    index = BoxIndex()
    for one in known:
        index.add(one)
    for wanted in known[::97]:
        assert index.query(wanted).tolist() == looked_up(known, wanted)
    assert BoxIndex(known).query((0, 0, 10**6, 10**6)).tolist() == list(range(3_000))


def test_an_empty_index_finds_nothing() -> None:
    assert BoxIndex().query((0, 0, 1, 1)).tolist() == []
    assert len(BoxIndex()) == 0
