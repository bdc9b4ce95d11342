"""Double entry on lists and areas written by hand: who posts what, from which status to which, and how it is summed."""

import numpy as np
import pytest

from land.test_steps import columns_of
from torpaq.land.postings import (
    EMPTY,
    ENTRY_BITS,
    ERW_ACCOUNT,
    HIGH,
    LAND_ACCOUNT,
    MINE_ACCOUNT,
    NO_POSTINGS,
    NOBODY,
    POSTINGS_A_STEP,
    UNRECORDED,
    Postings,
    add,
    exact_sum,
    join_postings,
    key_of,
    new_table,
    post_change,
    post_face,
    post_faces,
    post_hand_over,
    postings_of_faces,
    rehash,
)
from torpaq.land.rules import CANCELLED, CHA, CLEARED, ILLEGAL, NONE, REDUCED, SHA, transition_table

TABLE = transition_table()
MINE, ERW, LAND = MINE_ACCOUNT, ERW_ACCOUNT, LAND_ACCOUNT


def rows(table: tuple[np.ndarray, ...]) -> list[tuple[int, ...]]:
    """What stands in a table: (entry, other, account, was, to, area, faces), by key."""
    found = []
    for key, high, low, count in zip(*(column.tolist() for column in table), strict=True):
        if key != EMPTY:
            other = (key >> 8) & NOBODY
            named = -1 if other == NOBODY else other
            parts = (key >> 32, named, (key >> 6) & 3, (key >> 3) & 7, key & 7)
            found.append((*parts, high * HIGH + low, count))
    return sorted(found)


def status(mine: int, erw: int) -> np.ndarray:
    return np.array([mine, erw], np.int8)


def who(mine: int, erw: int) -> np.ndarray:
    return np.array([mine, erw], np.int64)


def test_the_accounts_and_the_marks_are_the_numbers_that_are_stored() -> None:
    assert (MINE, ERW, LAND, UNRECORDED, ENTRY_BITS, NOBODY, HIGH) == (0, 1, 2, 6, 24, 2**24 - 1, 10**12)
    assert POSTINGS_A_STEP >= 5, "an entry posts at most two classes twice and the land once"


@pytest.mark.parametrize(
    ("parts", "key"),
    [
        ((0, 0, 0, 0, 0), 0),
        ((0, 0, 0, 0, 5), 5),
        ((0, 0, 0, 5, 0), 5 << 3),
        ((0, 0, 2, 0, 0), 2 << 6),
        ((0, 3, 0, 0, 0), 3 << 8),
        ((7, 0, 0, 0, 0), 7 << 32),
        ((7, -1, 2, 3, 4), 7 << 32 | (2**24 - 1) << 8 | 2 << 6 | 3 << 3 | 4),
        ((2**24 - 1, 2**24 - 2, 2, 7, 7), (2**24 - 1) << 32 | (2**24 - 2) << 8 | 2 << 6 | 7 << 3 | 7),
    ],
)
def test_a_key_keeps_its_parts_apart(parts: tuple[int, ...], key: int) -> None:
    assert key_of(*parts) == key
    assert key_of(np.int32(parts[0]), *parts[1:]) == key, "a narrow entry number is widened before it is shifted"


def test_a_new_table_is_empty() -> None:
    table = new_table(8)
    assert [column.tolist() for column in table] == [[-1] * 8, [0] * 8, [0] * 8, [0] * 8]
    assert {column.dtype for column in table} == {np.dtype(np.int64)}


def test_adding_says_what_is_new_and_carries_into_the_high_part() -> None:
    table = new_table(8)
    key = key_of(3, 1, MINE, SHA, CLEARED)
    assert add(table, key, 2, HIGH - 1, 1) == 1
    assert add(table, key, 5, 3, 4) == 0
    assert rows(table) == [(3, 1, MINE, SHA, CLEARED, 8 * HIGH + 2, 5)]
    (slot,) = np.flatnonzero(table[0] == key)
    assert (table[1][slot], table[2][slot]) == (8, 2), "the low part stays below 10¹²"


def test_a_sliver_with_less_than_no_area_borrows_from_the_high_part() -> None:
    table = new_table(8)
    key = key_of(3, 1, MINE, SHA, CLEARED)
    add(table, key, 2, 5, 1)
    add(table, key, -1, HIGH - 7, 1)  # -7 doubled µm²
    assert rows(table) == [(3, 1, MINE, SHA, CLEARED, 2 * HIGH - 2, 2)]


def test_a_table_filled_to_the_last_slot_finds_every_posting_again() -> None:
    table = new_table(8)
    keys = [key_of(n, n, MINE, SHA, CLEARED) for n in range(8)]
    assert [add(table, key, 0, n, 1) for n, key in enumerate(keys)] == [1] * 8
    assert [add(table, key, 1, 0, 1) for key in keys] == [0] * 8
    assert rows(table) == [(n, n, MINE, SHA, CLEARED, HIGH + n, 2) for n in range(8)]


def test_areas_larger_than_any_country_are_added_exactly() -> None:
    table = new_table(8)
    key = key_of(3, 1, MINE, SHA, CLEARED)
    add(table, key, 2**60 + 1, HIGH - 1, 1)
    add(table, key, 2, HIGH - 1, 1)
    assert rows(table) == [(3, 1, MINE, SHA, CLEARED, (2**60 + 4) * HIGH + HIGH - 2, 2)]


def test_neighbouring_keys_are_scattered_so_that_looking_up_stays_short() -> None:
    table, size = new_table(1024), 1024
    keys = [key_of(entry, entry - 1, c, SHA, CLEARED) for entry in range(1, 171) for c in range(3)]
    for key in keys:
        add(table, key, 0, 1, 1)
    run = longest = 0
    for filled in [*(table[0] != EMPTY).tolist() * 2]:
        run = run + 1 if filled else 0
        longest = max(longest, run)
    assert (np.count_nonzero(table[0] != EMPTY), size) == (510, 1024)
    assert longest < 40


def test_a_larger_table_takes_over_areas_and_counts() -> None:
    small, large = new_table(4), new_table(16)
    for n in range(4):
        add(small, key_of(n, -1, LAND, NONE, SHA), n - 1, 10 + n, 1 + n)
    rehash(small, large)
    assert rows(large) == rows(small) == [(n, -1, LAND, NONE, SHA, (n - 1) * HIGH + 10 + n, 1 + n) for n in range(4)]
    assert np.count_nonzero(large[0] != EMPTY) == 4


@pytest.mark.parametrize(
    ("mine", "erw", "posted"),
    [
        (CLEARED, NONE, []),
        (REDUCED, CANCELLED, []),
        (SHA, CLEARED, [(9, 4, MINE, SHA, ILLEGAL, 70, 1)]),
        (NONE, CHA, [(9, 5, ERW, CHA, ILLEGAL, 70, 1)]),
        (CHA, SHA, [(9, 4, MINE, CHA, ILLEGAL, 70, 1), (9, 5, ERW, SHA, ILLEGAL, 70, 1)]),
        (NONE, NONE, [(9, -1, MINE, NONE, ILLEGAL, 70, 1)]),
    ],
)
def test_a_handover_posts_only_what_may_not_be_handed_over(mine: int, erw: int, posted: list[tuple[int, ...]]) -> None:
    table = new_table(8)
    assert post_hand_over(table, 9, status(mine, erw), who(4, 5), 0, 70) == len(posted)
    assert rows(table) == posted
    assert post_hand_over(table, 9, status(mine, erw), who(4, 5), 3, 1) == 0
    assert rows(table) == [(*row[:5], 3 * HIGH + 71, 2) for row in posted]


@pytest.mark.parametrize(
    ("before", "changed", "posted"),
    [
        ((NONE, NONE), (SHA, -1), [(9, 4, MINE, NONE, SHA, 70, 1)]),
        ((NONE, NONE), (-1, SHA), [(9, 5, ERW, NONE, SHA, 70, 1)]),
        ((SHA, CHA), (CLEARED, CLEARED), [(9, 4, MINE, SHA, CLEARED, 70, 1), (9, 5, ERW, CHA, CLEARED, 70, 1)]),
        ((SHA, SHA), (SHA, -1), []),
        ((SHA, SHA), (-1, -1), []),
        ((NONE, NONE), (NONE, -1), []),
        ((SHA, NONE), (NONE, -1), [(9, 4, MINE, SHA, NONE, 70, 1)]),
        ((CHA, NONE), (ILLEGAL, -1), [(9, 6, MINE, CHA, ILLEGAL, 70, 1)]),
        ((CHA, NONE), (ILLEGAL, ILLEGAL), [(9, 6, MINE, CHA, ILLEGAL, 70, 1), (9, 7, ERW, NONE, ILLEGAL, 70, 1)]),
        ((CHA, NONE), (CLEARED, ILLEGAL), [(9, 4, MINE, CHA, CLEARED, 70, 1), (9, 7, ERW, NONE, UNRECORDED, 70, 1)]),
        ((NONE, SHA), (ILLEGAL, CLEARED), [(9, 5, ERW, SHA, CLEARED, 70, 1), (9, 6, MINE, NONE, UNRECORDED, 70, 1)]),
        ((CHA, CLEARED), (CLEARED, ILLEGAL), [(9, 4, MINE, CHA, CLEARED, 70, 1), (9, 7, ERW, CLEARED, ILLEGAL, 70, 1)]),
        ((NONE, NONE), (NONE, ILLEGAL), [(9, 7, ERW, NONE, UNRECORDED, 70, 1)]),
    ],
)
def test_a_change_names_who_opened_the_land_and_an_illegal_one_who_set_it(
    before: tuple[int, int], changed: tuple[int, int], posted: list[tuple[int, ...]]
) -> None:
    table = new_table(8)
    args = (table, 9, status(*before), status(*changed), who(4, 5), who(6, 7))
    assert post_change(*args, 0, 70) == len(posted)
    assert rows(table) == sorted(posted)
    assert post_change(*args, 2, 1) == 0
    assert rows(table) == [(*row[:5], 2 * HIGH + 71, 2) for row in sorted(posted)]


def posted(entries: list[str], steps: list[int], off: tuple[int, ...] = ()) -> list[tuple[int, ...]]:
    """The movements of one face of area 70, without area and count, which are asserted here."""
    table = new_table(64)
    active = np.array([n not in off for n in range(len(entries))])
    used = post_face(table, TABLE, columns_of(*entries), np.array(steps, np.int32), active, 0, 70)
    found = rows(table)
    assert used == len(found)
    return [row[:5] for row in found if row[5:] == (70, 1)] + [row for row in found if row[5:] != (70, 1)]


LIFE = [
    "establish sha both 0",
    "confirm mine 0",
    "clear mine 0",
    "reduce erw 0",
    "hand_over no 0",
    "reopen cha erw 0",
    "clear both 0",
    "redraw both 0",
]


def test_a_life_is_posted_by_class_and_once_as_land() -> None:
    assert posted(LIFE, [0, 1, 2, 3, 4, 5]) == sorted(
        [
            (0, -1, MINE, NONE, SHA),
            (0, -1, ERW, NONE, SHA),
            (0, -1, LAND, NONE, SHA),
            (1, 0, MINE, SHA, CHA),
            (1, 0, LAND, SHA, CHA),
            (2, 0, MINE, CHA, CLEARED),
            (2, 0, LAND, CHA, SHA),
            (3, 0, ERW, SHA, REDUCED),
            (3, 0, LAND, SHA, REDUCED),
            (5, 0, ERW, REDUCED, CHA),
            (5, 0, LAND, REDUCED, CHA),
        ]
    )


def test_land_reopened_belongs_to_who_reopened_it() -> None:
    again = posted(LIFE, [0, 2, 3, 5, 6])
    assert [row for row in again if row[0] == 6] == [
        (6, 2, MINE, CLEARED, ILLEGAL),
        (6, 5, ERW, CHA, CLEARED),
        (6, 5, LAND, CHA, CLEARED),
    ]


def test_land_stays_with_who_opened_it_while_another_class_opens() -> None:
    entries = ["establish sha mine 0", "establish cha erw 1", "clear mine 0", "clear erw 1"]
    assert [row for row in posted(entries, [0, 1, 2, 3]) if row[2] == LAND] == [
        (0, -1, LAND, NONE, SHA),
        (1, 0, LAND, SHA, CHA),
        (3, 0, LAND, CHA, CLEARED),
    ]


def test_released_land_is_what_its_last_class_became() -> None:
    entries = ["establish sha both 0", "cancel mine 0", "clear erw 0", "clear erw 0", "cancel mine 0"]
    assert (2, 0, LAND, SHA, CLEARED) in posted(entries, [0, 1, 2])
    assert (4, 0, LAND, SHA, CANCELLED) in posted(entries, [0, 3, 4])


def test_every_meeting_that_is_not_legal_is_posted_and_the_rest_goes_on() -> None:
    entries = ["clear mine 0", "establish cha mine 0", "cancel mine 0", "hand_over no 0", "clear mine 0"]
    assert posted(entries, [0, 1, 2, 3, 4]) == sorted(
        [
            (0, -1, MINE, NONE, ILLEGAL),
            (1, -1, MINE, NONE, CHA),
            (1, -1, LAND, NONE, CHA),
            (2, 1, MINE, CHA, ILLEGAL),
            (3, 1, MINE, CHA, ILLEGAL),
            (4, 1, MINE, CHA, CLEARED),
            (4, 1, LAND, CHA, CLEARED),
        ]
    )


def test_entries_that_are_not_active_post_nothing_and_the_rest_do() -> None:
    assert posted(LIFE, [0, 2, 3], off=(2,)) == sorted(
        [
            (0, -1, MINE, NONE, SHA),
            (0, -1, ERW, NONE, SHA),
            (0, -1, LAND, NONE, SHA),
            (3, 0, ERW, SHA, REDUCED),
        ]
    )


def test_a_redraw_outside_takes_the_land_back() -> None:
    assert [row for row in posted(LIFE, [0, ~7]) if row[0] == 7] == [
        (7, 0, MINE, SHA, NONE),
        (7, 0, ERW, SHA, NONE),
        (7, 0, LAND, SHA, NONE),
    ]
    assert [row for row in posted(["redraw mine 0", "establish sha mine 0"], [1, ~0]) if row[0] == 0] == [
        (0, 1, MINE, SHA, NONE),
        (0, 1, LAND, SHA, NONE),
    ]


def test_entry_nought_may_be_a_redraw_too() -> None:
    assert posted(["redraw sha mine 0"], [0]) == [(0, -1, MINE, NONE, SHA), (0, -1, LAND, NONE, SHA)]


def many(n: int) -> tuple[tuple[np.ndarray, ...], np.ndarray, np.ndarray]:
    """N entries of their own areas, each establishing one face of its own."""
    columns = columns_of(*[f"establish sha mine {k}" for k in range(n)])
    return columns, np.arange(n, dtype=np.int32), np.arange(n + 1, dtype=np.int64)


def test_posting_stops_before_the_table_could_fill_and_goes_on_where_it_stopped() -> None:
    columns, cover, offsets = many(6)
    highs, lows = np.arange(6), np.full(6, 5)
    active, table = np.ones(6, bool), new_table(16)  # half of 16 is 8, and a face of one entry may post 6
    args = (TABLE, columns, cover, offsets, active, highs, lows)
    assert post_faces(table, *args, 0, 0) == (2, 4)
    assert [row[0] for row in rows(table)] == [0, 0, 1, 1]
    assert post_faces(table, *args, 2, 0) == (4, 4), "what is already used is given by the caller"
    assert post_faces(new_table(16), *args, 5, 2) == (6, 4), "six and two are eight: just room"
    assert post_faces(new_table(16), *args, 5, 3) == (5, 3)
    assert post_faces(new_table(16), *args, 6, 7) == (6, 7)


def test_every_face_is_posted_however_often_the_table_grows() -> None:
    n = 700  # two postings a face: more than half of the first table of 1,024
    columns, cover, offsets = many(n)
    told = postings_of_faces(TABLE, columns, cover, offsets, np.ones(n, bool), np.arange(n), np.full(n, 7))
    assert len(told) == 2 * n
    assert told.entry.tolist() == [k // 2 for k in range(2 * n)]
    assert told.other.tolist() == [-1] * (2 * n)
    assert told.account.tolist() == [MINE, LAND] * n
    assert (set(told.was.tolist()), set(told.to.tolist())) == ({NONE}, {SHA})
    assert told.high.tolist() == [k // 2 for k in range(2 * n)]
    assert (set(told.low.tolist()), set(told.faces.tolist())) == ({7}, {1})
    assert told.area2_um2() == n * (n - 1) * HIGH + 14 * n
    assert told.key().tolist() == sorted(told.key().tolist()), "ordered by key, so by entry"


def test_one_face_with_a_long_list_of_entries_grows_the_table_until_it_fits() -> None:
    steps = np.array([0, 1] * 400, np.int32)
    columns = columns_of("establish sha mine 0", "clear mine 0")
    told = postings_of_faces(
        TABLE, columns, steps, np.array([0, 800]), np.ones(2, bool), np.zeros(1, int), np.ones(1, int)
    )
    assert (told.entry.tolist(), told.other.tolist()) == ([0, 0, 0, 0, 1, 1], [0, 0, -1, -1, 0, 0])
    assert told.faces.tolist() == [399, 399, 1, 1, 400, 400]
    assert told.low.tolist() == told.faces.tolist()


def test_nothing_posts_nothing() -> None:
    columns = columns_of("establish sha mine 0")
    none = np.empty(0, np.int64)
    told = postings_of_faces(TABLE, columns, none.astype(np.int32), np.zeros(1, np.int64), np.ones(1, bool), none, none)
    assert len(told) == 0
    assert told.area2_um2() == 0
    offsets, areas = np.zeros(3, np.int64), np.ones(2, np.int64)
    told = postings_of_faces(TABLE, columns, none.astype(np.int32), offsets, np.ones(1, bool), areas, areas)
    assert len(told) == 0, "faces without entries"
    assert len(NO_POSTINGS) == 0


def hand_made() -> Postings:
    columns = ([1, 1, 2], [-1, 0, NOBODY - 1], [0, 1, 2], [0, 1, 2], [1, 3, 7], [10, 0, 3], [5, HIGH - 1, 0], [1, 2, 3])
    return Postings(*(np.array(column, np.int64) for column in columns))


def test_rows_are_chosen_by_mask_by_number_and_by_slice() -> None:
    told = hand_made()
    for chosen in (np.array([False, True, True]), np.array([1, 2]), slice(1, 3)):
        part = told.where(chosen)
        assert [getattr(part, name).tolist() for name in Postings.__slots__] == [
            [1, 2], [0, NOBODY - 1], [1, 2], [1, 2], [3, 7], [0, 3], [HIGH - 1, 0], [2, 3],
        ]  # fmt: skip


def test_a_row_tells_its_key_and_its_area() -> None:
    told = hand_made()
    assert told.key().tolist() == [key_of(1, -1, 0, 0, 1), key_of(1, 0, 1, 1, 3), key_of(2, NOBODY - 1, 2, 2, 7)]
    assert told.area_m2().tolist() == pytest.approx([5.0 + 2.5e-12, 0.5, 1.5], rel=1e-15)
    assert told.area2_um2() == 13 * HIGH + 5 + HIGH - 1
    assert told.area2_um2(np.array([False, True, True])) == 3 * HIGH + HIGH - 1


def test_joined_rows_stand_one_after_another() -> None:
    told = hand_made()
    both = join_postings([told, NO_POSTINGS, told.where(slice(0, 1))])
    assert [getattr(both, name).tolist() for name in Postings.__slots__] == [
        [*getattr(told, name).tolist(), getattr(told, name).tolist()[0]] for name in Postings.__slots__
    ]


def test_a_sum_is_exact_beyond_sixty_four_bits() -> None:
    high = np.full(5, 2**62 // 10, np.int64)
    low = np.full(5, HIGH - 1, np.int64)
    assert exact_sum(high, low) == 5 * (2**62 // 10) * HIGH + 5 * (HIGH - 1) > 2**64
    assert exact_sum(high, low, np.array([True, False, True, False, False])) == 2 * (2**62 // 10) * HIGH + 2 * (
        HIGH - 1
    )
    assert exact_sum(high[:0], low[:0]) == 0


def test_ten_million_rows_are_summed_in_pieces_that_cannot_overflow() -> None:
    low = np.broadcast_to(np.int64(HIGH - 1), 10_000_001)
    high = np.broadcast_to(np.int64(1), 10_000_001)
    assert 10_000_001 * (HIGH - 1) > 2**63
    assert exact_sum(high, low) == 10_000_001 * HIGH + 10_000_001 * (HIGH - 1)
