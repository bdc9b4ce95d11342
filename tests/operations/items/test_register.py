"""Each item once: progress tells it, completion tells it again, and nobody destroys a mine twice."""

import math
from datetime import date
from itertools import permutations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from torpaq.operations.items.mention import Mention
from torpaq.operations.items.register import check_items, items_of

QUIETLY = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # first draws and calls compile
SAME_M, ASKED_M = 1.0, 25.0


def read(text: str) -> list[Mention]:
    """Read mentions: ``record/row model day x_m y_m``, then options; ``d…`` is a day's record, ``c…`` a completion."""
    found = []
    for line in text.strip().splitlines():
        words = line.split()
        record, row = words[0].split("/")
        form = "completion" if record.startswith("c") else "clearance_progress"
        options = dict(word.split("=") for word in words[5:])
        found.append(
            Mention(
                record,
                int(row),
                form,
                options.get("category", "ap_mine"),
                words[1],
                date(2026, 5, int(words[2])),
                int(options.get("pieces", 1)),
                round(float(words[3]) * 100),
                round(float(words[4]) * 100),
                options.get("status", "found"),
                "",
                date(2026, 5, int(options["gone"])) if "gone" in options else None,
                date(2026, 5, int(options.get("told", words[2]))),
                "T-1",
            )
        )
    return found


def names(mentions: list[Mention]) -> list[list[str]]:
    return [[f"{one.record}/{one.row}" for one in item.mentions] for item in items_of(mentions, SAME_M)]


def asked(mentions: list[Mention]) -> list[tuple[str, str]]:
    return [(f"{one.record}/{one.row}", told.code) for one, told in check_items(mentions, SAME_M, ASKED_M)]


def test_completion_that_repeats_progress_adds_no_item():
    story = read("""
        d1/1 pmn_2 3 10 10
        d1/2 pmn_2 3 40 10
        d2/1 tm_57 4 60 20
        c1/1 pmn_2 3 10.3 10.2
        c1/2 pmn_2 3 40 10.4
        c1/3 tm_57 4 60 20
    """)
    assert names(story) == [["d1/1", "c1/1"], ["d1/2", "c1/2"], ["d2/1", "c1/3"]]
    assert asked(story) == []


def test_two_mines_half_a_metre_apart_stay_two_when_they_are_told_again():
    story = read("""
        d1/1 pmn_2 3 10   10
        d1/2 pmn_2 3 10.5 10
        c1/1 pmn_2 3 10.5 10
        c1/2 pmn_2 3 10   10
    """)
    assert names(story) == [["d1/1", "c1/2"], ["d1/2", "c1/1"]]
    assert asked(story) == [("d1/2", "item_twice_in_record"), ("c1/2", "item_twice_in_record")]


def test_a_row_of_near_places_never_chains_into_one_item():
    story = read("\n".join(f"d{number}/1 pmn_2 3 {10 + 0.9 * number} 10" for number in range(6)))
    for item in items_of(story, SAME_M):
        for one in item.mentions:
            assert all((one.distance_m(other) or 0) <= SAME_M for other in item.mentions)
    assert len(items_of(story, SAME_M)) == 3


def test_a_place_that_differs_is_asked_about_and_not_joined():
    story = read("""
        d1/1 pmn_2 3 10 10
        c1/1 pmn_2 3 14 10
    """)
    assert names(story) == [["c1/1"], ["d1/1"]]
    ((one, told),) = check_items(story, SAME_M, ASKED_M)
    assert (one.record, told.code, told.parameters["other"], told.parameters["distance_m"]) == (
        "c1", "item_perhaps_same", "d1:1", 4.0,
    )  # fmt: skip


def test_a_model_or_a_day_that_differs_in_one_place_is_asked_about():
    assert asked(read("d1/1 pmn 3 10 10\nc1/1 pmn_2 3 10 10")) == [("c1/1", "item_perhaps_same")]
    assert asked(read("d1/1 pmn_2 3 10 10\nd2/1 pmn_2 4 10 10")) == [("d2/1", "item_perhaps_same")]
    assert asked(read("d1/1 pmn 3 10 10\nd2/1 pmn_2 4 10 10")) == []  # another model on another day is another item


def test_finds_of_two_teams_on_a_day_are_not_taken_for_each_other():
    assert asked(read("d1/1 pmn_2 3 10 10\nd2/1 pmn_2 3 20 10")) == []


def test_an_item_without_a_place_is_never_joined_but_asked_about():
    first, again = read("d1/1 pmn_2 3 10 10\nc1/1 pmn_2 3 10 10")
    nowhere = Mention("c1", 1, "completion", "ap_mine", "pmn_2", again.found_on, task="T-1")
    assert names([first, nowhere]) == [["c1/1"], ["d1/1"]]
    assert asked([first, nowhere]) == [("c1/1", "item_perhaps_same")]


def test_the_number_of_pieces_is_the_finds_own_and_another_number_is_named():
    story = read(
        "d1/1 cartridge 3 10 10 pieces=200 category=small_arms\nc1/1 cartridge 3 10 10 pieces=20 category=small_arms"
    )
    assert [item.quantity for item in items_of(story, SAME_M)] == [200]
    assert asked(story) == [("c1/1", "item_quantity_differs")]


@pytest.mark.parametrize(
    ("story", "fate", "told"),
    [
        ("d1/1 pmn_2 3 10 10 status=left_marked\nd2/1 pmn_2 3 10 10 status=destroyed gone=4 told=4", "destroyed", []),
        ("d1/1 pmn_2 3 10 10 status=destroyed gone=3\nd2/1 pmn_2 3 10 10 status=found", "destroyed", []),
        (
            "d1/1 pmn_2 3 10 10 status=destroyed gone=3\nd2/1 pmn_2 3 10 10 status=left_marked told=9",
            "destroyed",
            [("d2/1", "item_fate_back")],
        ),
        (
            "d1/1 pmn_2 3 10 10 status=destroyed gone=3\nc1/1 pmn_2 3 10 10 status=handed_over gone=5",
            "destroyed",
            [("c1/1", "item_fate_two")],
        ),
    ],
)
def test_a_fate_moves_on_and_never_back(story: str, fate: str, told: list[tuple[str, str]]):
    (item,) = items_of(read(story), SAME_M)
    assert item.fate.status == fate
    assert asked(read(story)) == told


def plain_twin(mentions: list[Mention]) -> set[frozenset[tuple[str, int]]]:
    """Join the two nearest groups that may be joined, again and again, comparing everything with everything."""
    groups = [[one] for one in mentions]
    pairs = sorted(
        (math.dist((a.x_cm, a.y_cm), (b.x_cm, b.y_cm)), *sorted((a.rank, b.rank)))
        for n, a in enumerate(mentions)
        for b in mentions[:n]
        if a.key == b.key and a.record != b.record and math.dist((a.x_cm, a.y_cm), (b.x_cm, b.y_cm)) <= SAME_M * 100
    )
    for _, first, second in pairs:
        one = next(group for group in groups if first in [member.rank for member in group])
        other = next(group for group in groups if second in [member.rank for member in group])
        records = [member.record for member in one + other]
        wide = max(math.dist((a.x_cm, a.y_cm), (b.x_cm, b.y_cm)) for a in one + other for b in one + other)
        if one is not other and len(set(records)) == len(records) and wide <= SAME_M * 100:
            groups.remove(other)
            one += other
    return {frozenset((member.record, member.row) for member in group) for group in groups}


rows = st.tuples(st.sampled_from("ABCc"), st.sampled_from(["pmn", "pmn_2"]), st.integers(3, 4), st.integers(0, 30))


@st.composite
def stories(draw: st.DrawFn) -> list[Mention]:
    found: list[Mention] = []
    for record, model, day, place in draw(st.lists(rows, max_size=12)):
        row = 1 + sum(one.record == record for one in found)
        form = "completion" if record == "c" else "clearance_progress"
        where = (place * 10, (place * 7) % 50)
        found.append(Mention(record, row, form, "ap_mine", model, date(2026, 5, day), 1, *where))
    return found


@QUIETLY
@given(stories())
def test_items_are_those_of_the_plain_twin(mentions: list[Mention]):
    found = {frozenset((one.record, one.row) for one in item.mentions) for item in items_of(mentions, SAME_M)}
    assert found == plain_twin(mentions)


@QUIETLY
@given(stories(), st.randoms(use_true_random=False))
def test_items_do_not_depend_on_the_order_of_arrival(mentions: list[Mention], random):
    shuffled = list(mentions)
    random.shuffle(shuffled)
    assert items_of(shuffled, SAME_M) == items_of(mentions, SAME_M)
    told = [(one, found.code) for one, found in check_items(mentions, SAME_M, ASKED_M)]
    assert [(one, found.code) for one, found in check_items(shuffled, SAME_M, ASKED_M)] == told


@QUIETLY
@given(stories())
def test_every_row_of_finds_is_in_exactly_one_item(mentions: list[Mention]):
    told = [one for item in items_of(mentions, SAME_M) for one in item.mentions]
    assert sorted(told, key=lambda one: one.rank) == sorted(mentions, key=lambda one: one.rank)


def test_all_orders_of_a_story_give_the_same_items():
    story = read("""
        d1/1 pmn_2 3 10 10 status=left_marked
        d2/1 pmn_2 3 10.2 10 status=destroyed gone=4 told=4
        c1/1 pmn_2 3 10.4 10 status=destroyed gone=4 told=9
        d1/2 pmn 3 10.2 10
        c1/2 pmn_2 3 50 50
    """)
    wanted = items_of(story, SAME_M)
    assert len(wanted) == 3
    for order in permutations(story):
        assert items_of(order, SAME_M) == wanted
