"""One face, one fold: the steps by themselves, on lists written by hand."""

import numpy as np
import pytest

from torpaq.land.entry import Kind, Status
from torpaq.land.rules import (
    CANCELLED,
    CHA,
    CLEAR,
    CLEARED,
    HAND_OVER,
    ILLEGAL,
    NONE,
    NUMBER_OF_KIND,
    NUMBER_OF_STATUS,
    OPERATIONS,
    OUTSIDE,
    REDRAW,
    REDUCED,
    SHA,
    transition_table,
)
from torpaq.land.steps import apply, face_states, hand_over_is_legal, land_status, operation, outcome

TABLE = transition_table()
MINE, ERW, BOTH = 1, 2, 3
NOBODY = -1


def columns_of(*entries: str) -> tuple[np.ndarray, ...]:
    """Columns of entries written ``kind classes area`` with ``sha`` or ``cha`` where the kind states it."""
    rows = []
    for text in entries:
        kind, *words = text.split()
        stated = NUMBER_OF_STATUS[Status(words.pop(0))] if words[0] in ("sha", "cha") else 0
        classes, area = {"mine": MINE, "erw": ERW, "both": BOTH, "no": 0}[words[0]], int(words[1])
        number = OUTSIDE if kind == "outside" else NUMBER_OF_KIND[Kind(kind)]
        rows.append((number, stated, classes, area))
    operations, stated_, classes_, areas = zip(*rows, strict=True)
    return (
        np.array(operations, np.int8),
        np.array(stated_, np.int8),
        np.array(classes_, np.int8),
        np.array(areas, np.int32),
    )


class Face:
    """One face's state, as the fold carries it."""

    def __init__(self, status: tuple[int, int] = (NONE, NONE), owner: tuple[int, int] = (-1, -1)) -> None:
        self.status = np.array(status, np.int8)
        self.owner = np.array(owner, np.int64)
        self.setter = np.array([-1, -1], np.int64)
        self.changed = np.array([9, 9], np.int8)

    def take(self, columns: tuple[np.ndarray, ...], entry: int, op: int | None = None) -> "Face":
        chosen = int(columns[0][entry]) if op is None else op
        apply(TABLE, columns, chosen, entry, self.status, self.owner, self.setter, self.changed)
        return self

    def told(self) -> tuple[list[int], list[int], list[int], list[int]]:
        return self.status.tolist(), self.owner.tolist(), self.setter.tolist(), self.changed.tolist()


@pytest.mark.parametrize("op", range(len(OPERATIONS)))
@pytest.mark.parametrize("status", range(6))
@pytest.mark.parametrize("stated", [SHA, CHA])
def test_an_outcome_is_the_tables_unless_the_entry_states_it(op: int, status: int, stated: int) -> None:
    expected = int(TABLE[op, status])
    assert outcome(TABLE, op, stated, status) == (stated if expected == 6 else expected)


def test_an_establishing_entry_opens_owns_and_sets_the_classes_it_names_and_no_other() -> None:
    columns = columns_of("establish cha erw 0")
    assert Face().take(columns, 0).told() == ([NONE, CHA], [-1, 0], [-1, 0], [-1, CHA])
    columns = columns_of("establish sha mine 0")
    assert Face().take(columns, 0).told() == ([SHA, NONE], [0, -1], [0, -1], [SHA, -1])
    columns = columns_of("establish sha both 0")
    assert Face().take(columns, 0).told() == ([SHA, SHA], [0, 0], [0, 0], [SHA, SHA])


def test_confirming_sets_but_does_not_take_the_land_from_who_opened_it() -> None:
    columns = columns_of("establish sha both 0", "confirm mine 0", "clear mine 0", "reopen sha mine 0")
    face = Face().take(columns, 0).take(columns, 1)
    assert face.told() == ([CHA, SHA], [0, 0], [1, 0], [CHA, -1])
    assert face.take(columns, 2).told() == ([CLEARED, SHA], [0, 0], [2, 0], [CLEARED, -1])
    assert face.take(columns, 3).told() == ([SHA, SHA], [3, 0], [3, 0], [SHA, -1]), "who reopens land owns it"


def test_an_illegal_step_says_so_and_changes_nothing() -> None:
    columns = columns_of("establish cha mine 0", "cancel both 0")
    face = Face().take(columns, 0).take(columns, 1)
    assert face.told() == ([CHA, NONE], [0, -1], [0, -1], [ILLEGAL, ILLEGAL])


def test_a_step_that_leaves_the_status_as_it_is_sets_nothing() -> None:
    columns = columns_of("establish sha mine 0", "redraw mine 0")
    face = Face().take(columns, 0).take(columns, 1)
    assert face.told() == ([SHA, NONE], [0, -1], [0, -1], [SHA, -1])


def test_a_redraw_closes_outside_only_what_its_own_area_owns() -> None:
    columns = columns_of("establish sha mine 0", "establish cha erw 1", "redraw both 0", "redraw both 1")
    face = Face().take(columns, 0).take(columns, 1).take(columns, 2, OUTSIDE)
    assert face.told() == ([NONE, CHA], [0, 1], [2, 1], [NONE, -1])
    face = Face().take(columns, 0).take(columns, 1).take(columns, 3, OUTSIDE)
    assert face.told() == ([SHA, NONE], [0, 1], [0, 3], [-1, NONE])


def test_a_redraw_does_nothing_outside_where_nobody_owns() -> None:
    columns = columns_of("redraw both 0")
    assert Face().take(columns, 0, OUTSIDE).told() == ([NONE, NONE], [-1, -1], [-1, -1], [-1, -1])
    face = Face((NONE, NONE), (0, 0)).take(columns, 0, OUTSIDE)  # owned once by its own area: met, and as it was
    assert face.told() == ([NONE, NONE], [0, 0], [-1, -1], [NONE, NONE])


@pytest.mark.parametrize("mine", range(6))
@pytest.mark.parametrize("erw", range(6))
def test_land_is_handed_over_when_nothing_is_open_and_something_is_released(mine: int, erw: int) -> None:
    one_is_open = mine in (SHA, CHA) or erw in (SHA, CHA)
    one_is_recorded = mine != NONE or erw != NONE
    assert hand_over_is_legal(np.array([mine, erw], np.int8)) is (one_is_recorded and not one_is_open)


def test_the_land_is_what_is_worst_open_else_what_was_last_released_else_any_release() -> None:
    def land(mine: int, erw: int, last: int) -> int:
        return land_status(np.array([mine, erw], np.int8), last)

    for last in (0, 1):
        assert land(CHA, SHA, last) == land(SHA, CHA, last) == CHA
        assert land(SHA, CLEARED, last) == land(CLEARED, SHA, last) == SHA
        assert land(CHA, NONE, last) == land(NONE, CHA, last) == CHA
        assert land(SHA, NONE, last) == land(NONE, SHA, last) == SHA
        assert land(NONE, CLEARED, last) == land(CLEARED, NONE, last) == CLEARED
        assert land(NONE, NONE, last) == NONE
    assert (land(REDUCED, CANCELLED, 0), land(REDUCED, CANCELLED, 1)) == (REDUCED, CANCELLED)


def test_only_a_redraw_has_an_outside() -> None:
    assert [operation(op, False) for op in range(9)] == list(range(9))
    assert [operation(op, True) for op in range(9)] == [0, 1, 2, 3, 4, 5, 6, 7, OUTSIDE]
    assert (REDRAW, OUTSIDE) == (8, 9)


def folded(entries: list[str], faces: list[list[int]], off: tuple[int, ...] = (), only: list[int] | None = None):
    columns = columns_of(*entries)
    chosen = np.array(range(len(faces)) if only is None else only, np.int64)
    cover = np.array([step for steps in faces for step in steps], np.int32)
    offsets = np.cumsum([0] + [len(steps) for steps in faces]).astype(np.int64)
    active = np.array([n not in off for n in range(len(entries))])
    status, since = np.full((len(chosen), 2), 9, np.int8), np.full((len(chosen), 2), 9, np.int64)
    handed = np.full(len(chosen), 9, np.int64)
    face_states(cover, offsets, chosen, active, TABLE, columns, status, since, handed)
    return list(zip(status.tolist(), since.tolist(), handed.tolist(), strict=True))


LIFE = ["establish sha both 0", "clear mine 0", "clear erw 0", "hand_over no 0", "reopen cha erw 0", "redraw both 0"]


def test_each_face_folds_its_own_list_from_nothing() -> None:
    assert folded(LIFE, [[0, 1], [], [0], [1]]) == [
        ([CLEARED, SHA], [1, 0], -1),
        ([NONE, NONE], [-1, -1], -1),
        ([SHA, SHA], [0, 0], -1),
        ([NONE, NONE], [-1, -1], -1),
    ]


def test_only_the_chosen_faces_are_folded_in_the_order_asked() -> None:
    assert folded(LIFE, [[0, 1], [0], [0, 1, 2]], only=[2, 0]) == [
        ([CLEARED, CLEARED], [1, 2], -1),
        ([CLEARED, SHA], [1, 0], -1),
    ]


def test_entries_that_are_not_active_do_nothing_and_the_rest_go_on() -> None:
    assert folded(LIFE, [[0, 1, 2]], off=(1,)) == [([SHA, CLEARED], [0, 2], -1)]
    assert folded(LIFE, [[0, 1, 2]], off=(0,)) == [([NONE, NONE], [-1, -1], -1)]


def test_a_handover_is_noted_where_it_is_legal_and_forgotten_when_land_opens() -> None:
    assert folded(LIFE, [[0, 1, 2, 3]]) == [([CLEARED, CLEARED], [1, 2], 3)]
    assert folded(LIFE, [[0, 1, 3, 2]]) == [([CLEARED, CLEARED], [1, 2], -1)], "ordnance was still there"
    assert folded(LIFE, [[0, 1, 2, 3, 4]]) == [([CLEARED, CHA], [1, 4], -1)]
    assert folded(LIFE, [[0, 1, 2, 3, 1]]) == [([CLEARED, CLEARED], [1, 2], 3)], "an illegal step opens nothing"
    mine = ["establish sha mine 0", "clear mine 0", "hand_over no 0", "reopen sha mine 0", "reopen cha mine 0"]
    for reopening in (3, 4):
        assert folded(mine, [[0, 1, 2, reopening]])[0][2] == -1
        assert (
            folded(["establish sha erw 0", *[w.replace("mine", "erw") for w in mine[1:]]], [[0, 1, 2, reopening]])[0][2]
            == -1
        )


def test_a_negative_number_is_a_redraw_seen_from_outside() -> None:
    assert folded(LIFE, [[0, ~5], [0, 5], [0, 1, ~5]]) == [
        ([NONE, NONE], [5, 5], -1),
        ([SHA, SHA], [0, 0], -1),
        ([CLEARED, NONE], [1, 5], -1),
    ]
    assert folded(LIFE, [[0, ~5]], off=(5,)) == [([SHA, SHA], [0, 0], -1)]


def test_entry_nought_counts_like_any_other() -> None:
    redraw_first = ["redraw mine 0", "establish sha mine 0"]
    assert folded(redraw_first, [[1, ~0]]) == [([NONE, NONE], [0, -1], -1)]
    assert folded(["redraw sha mine 0"], [[0]]) == [([SHA, NONE], [0, -1], -1)], "inside its new perimeter"
    assert folded(["hand_over no 0", "establish sha mine 0", "clear mine 0"], [[1, 2, 0]])[0][2] == 0


def test_the_numbers_that_the_kernels_name() -> None:
    assert (CLEAR, HAND_OVER, NOBODY) == (6, 7, -1)
