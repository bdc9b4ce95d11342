"""Land that shapes share, what is left of one without others, and circles: against plain counting of squares."""

import math

from hypothesis import given
from hypothesis import strategies as st

from torpaq.geo.overlay import circle_shape, common_m2, common_shape, outside_m2, rest_of, united
from torpaq.geo.shape import Shape, box_shape

edge = st.integers(0, 12)
boxes = st.tuples(edge, edge, edge, edge).filter(lambda b: b[0] != b[2] and b[1] != b[3])


def squares(box: tuple[int, int, int, int]) -> set[tuple[int, int]]:
    """The square metres of a box, one by one."""
    (left, right), (low, high) = sorted((box[0], box[2])), sorted((box[1], box[3]))
    return {(x, y) for x in range(left, right) for y in range(low, high)}


def area(shape: Shape | None) -> float:
    return shape.area_m2 if shape else 0.0


@given(boxes, boxes, boxes)
def test_boxes_are_counted_square_by_square(a, b, c) -> None:
    one, two, three = (box_shape(*box) for box in (a, b, c))
    assert area(common_shape(one, two)) == common_m2(one, two) == len(squares(a) & squares(b))
    assert (
        area(rest_of(one, [two, three])) == outside_m2(one, [two, three]) == len(squares(a) - squares(b) - squares(c))
    )
    assert area(united([one, two, three])) == len(squares(a) | squares(b) | squares(c))


def test_nothing_is_united_to_nothing() -> None:
    assert united([]) is None
    assert common_shape(box_shape(0, 0, 1, 1), box_shape(1, 0, 2, 1)) is None
    assert rest_of(box_shape(0, 0, 1, 1), [box_shape(0, 0, 2, 2)]) is None


@given(st.integers(-1000, 1000), st.integers(-1000, 1000), st.floats(1, 500))
def test_a_circle_leaves_nothing_out_and_adds_little(x: int, y: int, radius_m: float) -> None:
    found = circle_shape(x, y, radius_m)
    ring = found.rings_cm[0] / 100 - (x, y)
    plain = sum((x0 * y1 - x1 * y0) / 2 for (x0, y0), (x1, y1) in zip(ring, [*ring[1:], ring[0]], strict=True))
    assert math.isclose(found.area_m2, plain, rel_tol=1e-9)
    assert found.area_m2 > 0
    for number, (x0, y0) in enumerate(ring):  # each side keeps its distance from the middle
        x1, y1 = ring[(number + 1) % len(ring)]
        away_m = abs(x0 * y1 - x1 * y0) / math.hypot(x1 - x0, y1 - y0)
        assert radius_m - 0.02 < away_m < radius_m + 0.02
