"""The transition table, written a second time in words: what each kind of entry does to land of each status."""

import numpy as np
import pytest

from torpaq.land.entry import Kind, Status
from torpaq.land.rules import (
    CANCEL,
    CANCELLED,
    CHA,
    CLEAR,
    CLEARED,
    CONFIRM,
    ESTABLISH,
    EXTEND,
    HAND_OVER,
    ILLEGAL,
    NONE,
    NUMBER_OF_KIND,
    NUMBER_OF_STATUS,
    OPENS,
    OPERATIONS,
    OUTSIDE,
    REDRAW,
    REDUCE,
    REDUCED,
    REOPEN,
    RULES,
    SHA,
    STATED,
    STATUSES,
    is_open,
    is_released,
    problem_code,
    transition_table,
)

# kind: none, sha, cha, cancelled, reduced, cleared -> what becomes of it; "-" is not legal
TABLE = """
establish  stated -         -       stated    stated  stated
extend     stated -         -       stated    stated  stated
reopen     -      -         -       stated    stated  stated
confirm    -      cha       -       -         -       -
cancel     -      cancelled -       -         -       -
reduce     -      reduced   reduced -         -       -
clear      -      cleared   cleared -         -       -
hand_over  none   -         -       cancelled reduced cleared
redraw     stated sha       cha     cancelled reduced cleared
outside    none   none      none    cancelled reduced cleared
"""
NUMBERS = {"none": 0, "sha": 1, "cha": 2, "cancelled": 3, "reduced": 4, "cleared": 5, "stated": 6, "-": 7}
CLAUSES = {
    "establish": "IMAS 07.11: recording a hazardous area",
    "extend": "IMAS 07.11, 09.10: boundaries may grow",
    "reopen": "IMAS 07.11: new evidence on released land",
    "confirm": "IMAS 07.11: direct evidence confirms",
    "cancel": "IMAS 07.11, 08.10: cancelled by NTS",
    "reduce": "IMAS 07.11, 08.20: reduced by TS",
    "clear": "IMAS 07.11, 09.10: cleared to a depth",
    "hand_over": "IMAS 07.11: handover of released land",
    "redraw": "IMAS 05.10: correction of a perimeter",
    "outside": "IMAS 05.10: correction of a perimeter",
}
ROWS = [line.split() for line in TABLE.strip().splitlines()]


def test_the_numbers_of_statuses_are_the_order_of_a_life() -> None:
    assert (NONE, SHA, CHA, CANCELLED, REDUCED, CLEARED, STATED, ILLEGAL) == (0, 1, 2, 3, 4, 5, 6, 7)
    assert STATUSES == (None, Status.SHA, Status.CHA, Status.CANCELLED, Status.REDUCED, Status.CLEARED)
    assert dict(NUMBER_OF_STATUS) == {None: 0, **{status: number for number, status in enumerate(Status, 1)}}


def test_every_kind_that_meets_land_has_a_row_and_void_and_assert_have_none() -> None:
    assert [str(name) for name in OPERATIONS] == [row[0] for row in ROWS]
    assert set(Kind) - set(NUMBER_OF_KIND) == {Kind.VOID, Kind.ASSERT}
    assert {kind.value: number for kind, number in NUMBER_OF_KIND.items()} == {
        row[0]: number for number, row in enumerate(ROWS[:-1])
    }
    assert OPENS == (ESTABLISH, EXTEND, REOPEN, REDRAW) == (0, 1, 2, 8)


@pytest.mark.parametrize("row", ROWS, ids=[row[0] for row in ROWS])
def test_each_meeting_ends_as_the_standard_says_and_names_its_clause(row: list[str]) -> None:
    operation = [str(name) for name in OPERATIONS].index(row[0])
    expected = [NUMBERS[word] for word in row[1:]]
    assert transition_table()[operation].tolist() == expected
    assert RULES[operation].becomes == tuple(expected)
    assert RULES[operation].clause == CLAUSES[row[0]]


def test_the_table_is_small_numbers_a_row_an_operation() -> None:
    table = transition_table()
    assert (table.dtype, table.shape) == (np.int8, (10, 6))


def test_open_and_released_are_all_there_is_besides_no_record() -> None:
    assert [is_open(status) for status in range(6)] == [False, True, True, False, False, False]
    assert [is_released(status) for status in range(6)] == [False, False, False, True, True, True]


CODES = {
    (ESTABLISH, "sha cha"): "land_already_open",
    (EXTEND, "sha cha"): "land_already_open",
    (REOPEN, "none sha cha"): "reopen_of_unreleased",
    (HAND_OVER, "sha cha"): "hand_over_of_open",
    (CONFIRM, "none"): "land_not_recorded",
    (CANCEL, "none"): "land_not_recorded",
    (REDUCE, "none"): "land_not_recorded",
    (CLEAR, "none"): "land_not_recorded",
    (CONFIRM, "cancelled reduced cleared"): "release_of_released",
    (CANCEL, "cancelled reduced cleared"): "release_of_released",
    (REDUCE, "cancelled reduced cleared"): "release_of_released",
    (CLEAR, "cancelled reduced cleared"): "release_of_released",
    (CONFIRM, "cha"): "needs_suspected",
    (CANCEL, "cha"): "needs_suspected",
}


def test_each_illegal_meeting_has_a_code_and_each_legal_one_is_refused_a_code() -> None:
    named = {(op, NUMBERS[word]): code for (op, words), code in CODES.items() for word in words.split()}
    for operation in range(len(OPERATIONS)):
        for status in range(6):
            if transition_table()[operation, status] == ILLEGAL:
                assert problem_code(operation, status) == named.pop((operation, status))
            else:
                with pytest.raises(ValueError, match=f"^{OPERATIONS[operation]} of .* land is legal$"):
                    problem_code(operation, status)
    assert named == {}


def test_a_refused_code_names_the_land() -> None:
    with pytest.raises(ValueError, match=r"^cancel of sha land is legal$"):
        problem_code(CANCEL, SHA)
    with pytest.raises(ValueError, match=r"^outside of None land is legal$"):
        problem_code(OUTSIDE, NONE)
