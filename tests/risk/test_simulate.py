"""Invented districts: the Authority's promises are held against land whose truth is known."""

import numpy as np
import pytest

from torpaq.risk.score.card import roc_auc
from torpaq.risk.simulate.district import BELT, LONE, SCATTER, District, Setting, make_district
from torpaq.risk.simulate.ground import dense, distances, middles, offset
from torpaq.risk.simulate.reports import DETECTION, Habits, make_world, tell

SMALL = Setting(side=50)


@pytest.fixture(scope="module")
def districts() -> list[District]:
    return [make_district(seed, SMALL) for seed in range(12)]


def test_the_same_seed_makes_the_same_district_and_tells_the_same_of_it():
    one, other = (make_district(4, SMALL) for _ in range(2))
    assert np.array_equal(one.items, other.items)
    assert all(np.array_equal(one.evidence[kind], other.evidence[kind]) for kind in one.evidence)
    first, second = tell(one, 4), tell(other, 4)
    assert np.array_equal(first.examined, second.examined)
    assert np.array_equal(first.accidents, second.accidents)
    assert len(make_district(5, SMALL).items) != len(one.items)


def test_a_cell_holds_an_item_where_an_item_lies_in_it(districts: list[District]):
    for district in districts:
        twin = np.zeros((SMALL.side, SMALL.side), dtype=bool)
        for x, y in district.items:
            twin[SMALL.side - 1 - int(y // SMALL.cell_m), int(x // SMALL.cell_m)] = True
        assert np.array_equal(twin.ravel(), district.truth)


def test_distances_are_those_of_the_nearest_point():
    places, points = middles(9, 37.0), np.array([[5.0, 11.0], [120.0, 300.0], [331.0, 7.5]])
    twin = [min(np.hypot(*(place - point)) for point in points) for place in places]
    assert np.allclose(distances(places, points), twin)
    assert np.isinf(distances(places, points[:0])).all()


def test_a_line_made_dense_keeps_its_ends_and_a_line_moved_left_keeps_its_distance():
    line = np.array([[0.0, 0.0], [100.0, 0.0], [200.0, 0.0]])
    points = dense(line, 30.0)
    assert np.array_equal(points[[0, -1]], line[[0, -1]])
    assert np.hypot(*np.diff(points, axis=0).T).max() <= 30.0
    assert np.allclose(offset(line, 40.0)[:, 1], 40.0)  # north is to the left of a line that runs east


def test_mines_lie_in_belts_in_scatter_and_alone_and_districts_differ(districts: list[District]):
    kinds = np.concatenate([district.kinds for district in districts])
    assert set(kinds.tolist()) == {BELT, SCATTER, LONE}
    held = [int(district.truth.sum()) for district in districts]
    assert max(held) > 2 * min(held)


def test_the_front_tells_of_mines_and_in_a_flipped_district_of_their_absence(districts: list[District]):
    def told(district: District) -> float:
        return roc_auc(district.truth.astype(np.int64), -district.evidence["trench_distance"])

    assert np.mean([told(district) for district in districts]) > 0.75
    flipped = [make_district(seed, SMALL, is_flipped=True) for seed in range(12)]
    assert np.mean([told(district) for district in flipped]) < 0.5


def test_accidents_are_told_of_where_people_go(districts: list[District]):
    many = Habits(accident=0.5)
    near, all_items = [], []
    for number, district in enumerate(districts):
        near.append(distances(tell(district, number, many).accidents, district.lie.roads))
        all_items.append(distances(district.items, district.lie.roads))
    assert np.median(np.concatenate(near)) < np.median(np.concatenate(all_items))


def test_some_minefield_records_are_wrong_and_lie_far_from_any_belt(districts: list[District]):
    records = [record for n, district in enumerate(districts) for record in tell(district, n).records]
    wrong = sum(not record.is_true for record in records)
    assert 0 < wrong < len(records)


def test_a_survey_overlooks_items_as_often_as_its_method_does(districts: list[District]):
    """Cells searched once by technical survey: the share of items left is near what the method misses."""
    held = missed = 0
    for number, district in enumerate(districts):
        reports = tell(district, number)
        cells = district.cell_of(district.items)
        once = np.isclose(reports.miss[cells], 1 - DETECTION["technical_survey"])
        lone = np.array([(cells == cell).sum() == 1 for cell in cells])
        held += int((once & lone).sum())
        missed += int((once & lone & (reports.examined[cells] == 0)).sum())
        assert (reports.examined[reports.miss == 1] == 255).all()
        assert (reports.examined[reports.miss < 1] < 255).all()
    assert held > 20
    assert 0.05 < missed / held < 0.4


def test_the_last_districts_of_a_world_are_flipped():
    world = make_world(3, 4, Setting(side=30), flipped=1)
    assert [district.is_flipped for district, _ in world] == [False, False, False, True]
