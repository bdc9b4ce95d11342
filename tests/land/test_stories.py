"""What the Authority and its operators do to land, line by line. Clauses: IMAS 07.11, 08.20, 09.10."""

import pytest

from land.book import codes, entries_of, figures, mine, problems, spot
from torpaq.land.balance import balance
from torpaq.land.entry import Status
from torpaq.land.fold import fold
from torpaq.land.live import LiveLand

HA_17 = """
    2021-03-04 establish HA-17 sha mine      box 0 0 100 100                    ; NTS-88
    2022-05-01 cancel    HA-17 mine          box 0 0 40 100   by Director       ; NTS-131
    2023-06-10 clear     HA-17 mine 13cm     box 40 0 100 50  operator OP-A     ; CR-9
    2023-09-02 reopen    HA-17 cha mine      box 60 0 70 10   id R1 recorded 2023-09-05 ; accident 12
    2023-12-31 assert    open mine 3100 m2                                      ; return for 2023
    2024-01-15 void      R1                                                     ; entered in error
"""


def test_the_authority_follows_one_area_through_its_years() -> None:
    assert mine(HA_17, on="2021-12-31") == {"sha": 10000}
    assert mine(HA_17, on="2022-12-31") == {"sha": 6000, "cancelled": 4000}
    assert mine(HA_17, on="2023-06-10") == {"sha": 3000, "cancelled": 4000, "cleared": 3000}


def test_what_was_and_what_was_known_are_both_answers() -> None:
    before_the_news = mine(HA_17, on="2023-09-03", known="2023-09-04")
    after_the_news = mine(HA_17, on="2023-09-03", known="2023-09-05")
    after_the_void = mine(HA_17, on="2023-09-03", known="2024-01-15")
    assert before_the_news == {"sha": 3000, "cancelled": 4000, "cleared": 3000}
    assert after_the_news == {"sha": 3000, "cha": 100, "cancelled": 4000, "cleared": 2900}
    assert after_the_void == before_the_news


def test_a_published_figure_is_right_as_known_then_and_restated_when_an_entry_is_taken_back() -> None:
    assert codes(HA_17, known="2023-12-31") == []
    (restated,) = problems(HA_17)
    assert (restated.code, restated.subject) == ("assertion_restated", "L6")
    assert restated.parameters["difference_m2"] == 100


def test_a_figure_that_was_never_right_is_an_error_with_a_name_and_a_date() -> None:
    (wrong,) = problems(
        """
        2021-03-04 establish HA-17 sha mine box 0 0 100 100
        2023-12-31 assert open mine 9000 m2 id RETURN-2023
        """
    )
    assert (wrong.code, wrong.severity, wrong.subject) == ("assertion_differs", "error", "RETURN-2023")
    assert wrong.sentence("en").startswith("RETURN-2023: the official figure open mine is 9000")


@pytest.mark.parametrize(
    ("lines", "code", "unchanged"),
    [
        ("2022-01-01 clear HA-1 mine 13cm box 0 0 10 10", "land_not_recorded", {}),
        ("2022-01-01 cancel HA-1 mine box 0 0 10 10", "land_not_recorded", {}),
        ("2022-01-01 hand_over HA-1 box 0 0 10 10", "land_not_recorded", {}),
        ("2022-01-01 reopen HA-1 sha mine box 0 0 10 10", "reopen_of_unreleased", {}),
    ],
)
def test_nothing_happens_to_land_that_was_never_recorded(lines: str, code: str, unchanged: dict[str, float]) -> None:
    assert codes(lines) == ["area_unknown", code]
    assert mine(lines) == unchanged


@pytest.mark.parametrize(
    ("then", "code"),
    [
        ("2022-01-01 cancel HA-1 mine box 0 0 10 10", "needs_suspected"),
        ("2022-01-01 confirm HA-1 mine box 0 0 10 10", "needs_suspected"),
        ("2022-01-01 reopen HA-1 sha mine box 0 0 10 10", "reopen_of_unreleased"),
        ("2022-01-01 hand_over HA-1 box 0 0 10 10", "hand_over_of_open"),
        ("2022-01-01 extend HA-1 sha mine box 0 0 10 10", "land_already_open"),
        ("2022-01-01 establish HA-2 sha mine box 0 0 10 10", "land_already_open"),
    ],
)
def test_confirmed_land_stays_as_it_was_where_a_step_is_not_legal(then: str, code: str) -> None:
    text = "2021-01-01 establish HA-1 cha mine box 0 0 10 10\n" + then
    (found,) = problems(text)
    assert (found.code, found.severity, found.subject) == (code, "error", "L2")
    assert found.parameters["other"] == "L1"
    assert found.parameters["area_m2"] == 100
    assert "IMAS" in str(found.parameters["clause"])
    assert mine(text) == {"cha": 100}


def test_land_is_never_released_twice() -> None:
    text = """
        2021-01-01 establish HA-1 sha mine box 0 0 10 10
        2022-01-01 clear  HA-1 mine 13cm box 0 0 6 10 operator OP-A
        2022-02-01 reduce HA-1 mine      box 4 0 10 10 operator OP-B
    """
    assert mine(text) == {"cleared": 60, "reduced": 40}
    (found,) = problems(text)
    assert (found.code, found.subject, found.parameters["other"]) == ("release_of_released", "L4", "L3")
    assert found.parameters["area_m2"] == 20


def test_two_areas_that_overlap_count_the_common_land_once() -> None:
    text = """
        2021-01-01 establish HA-1 sha mine box 0 0 10 10
        2021-02-01 establish HA-2 sha mine box 8 0 18 10
    """
    assert mine(text) == {"sha": 180}
    assert codes(text) == ["land_already_open"]


def test_a_sliver_under_a_square_metre_is_a_warning() -> None:
    text = """
        2021-01-01 establish HA-1 sha mine box 0 0 10 10
        2021-02-01 establish HA-2 sha mine box 9.95 0 20 10
    """
    (found,) = problems(text)
    assert (found.code, found.severity, found.parameters["area_m2"]) == ("sliver_skipped", "warning", 0.5)


def test_work_on_another_areas_land_counts_and_is_said() -> None:
    text = """
        2021-01-01 establish HA-1 sha mine box 0 0 10 10
        2021-01-01 establish HA-2 sha mine box 20 0 30 10
        2022-01-01 clear HA-2 mine 13cm box 0 0 10 10
    """
    assert mine(text) == {"sha": 100, "cleared": 100}
    assert codes(text) == ["land_of_other_area"]


def test_land_cleared_of_mines_stays_open_for_other_ordnance() -> None:
    text = """
        2021-01-01 establish HA-1 cha mine+erw box 0 0 10 10
        2022-01-01 clear HA-1 mine 13cm box 0 0 10 10 operator OP-A
    """
    told = figures(text)
    assert told["classes"]["mine"]["cleared_m2"] == 100
    assert told["classes"]["erw"]["cha_m2"] == 100
    assert told["flows"]["cleared_m2"] == 0
    assert told["flows"]["closing_m2"] == 100
    assert told["flows_by_class"]["mine"]["cleared_m2"] == 100
    cleared = text + "    2022-06-01 clear HA-1 erw 50cm box 0 0 10 10 operator OP-A\n"
    assert figures(cleared)["flows"]["cleared_m2"] == 100
    assert figures(cleared)["flows"]["closing_m2"] == 0


def test_a_class_that_was_never_recorded_is_a_warning_beside_one_that_was() -> None:
    text = """
        2021-01-01 establish HA-1 cha mine box 0 0 10 10
        2022-01-01 clear HA-1 mine+erw 13cm box 0 0 10 10
    """
    assert codes(text) == ["class_not_recorded"]
    assert figures(text)["classes"]["erw"]["cleared_m2"] == 0


def test_confirming_a_part_moves_it_inside_open_land() -> None:
    told = figures(
        """
        2021-01-01 establish HA-1 sha mine box 0 0 10 10
        2021-06-01 confirm HA-1 mine box 0 0 3 10
        """
    )
    assert told["classes"]["mine"]["cha_m2"] == 30
    assert told["flows"]["reclassified_m2"] == 30
    assert told["flows"]["closing_m2"] == 100


def test_a_redrawn_perimeter_corrects_what_is_open_and_leaves_what_was_released() -> None:
    text = """
        2021-01-01 establish HA-1 cha mine box 0 0 10 10
        2021-03-01 clear HA-1 mine 13cm box 0 0 2 10
        2021-06-01 redraw HA-1 mine box 5 0 14 10
    """
    assert mine(text) == {"cha": 90, "cleared": 20}
    told = figures(text)["flows"]
    assert (told["established_m2"], told["cleared_m2"], told["corrected_m2"], told["closing_m2"]) == (100, 20, 10, 90)
    assert codes(text) == []
    assert spot(text, 3, 5).status == (None, None)


def test_a_redraw_leaves_other_areas_alone() -> None:
    text = """
        2021-01-01 establish HA-1 sha mine box 0 0 10 10
        2021-01-01 establish HA-2 sha mine box 10 0 20 10
        2021-06-01 redraw HA-1 mine box 0 0 5 10
    """
    told = figures(text, by="area")
    assert {group["key"]: group["flows"]["closing_m2"] for group in told["groups"]} == {"HA-1": 50, "HA-2": 100}


def test_reopening_books_a_return_and_keeps_the_old_release_in_its_year() -> None:
    text = """
        2021-01-01 establish HA-1 cha mine box 0 0 10 10 unit AZ-AGM
        2022-01-01 clear HA-1 mine 13cm box 0 0 10 10 operator OP-A unit AZ-AGM
        2023-05-01 reopen HA-1 cha mine box 0 0 1 10 unit AZ-AGM ; accident 7
    """
    years = {group["key"]: group["flows"] for group in figures(text, by="year")["groups"]}
    assert years["2022"]["cleared_m2"] == 100
    assert years["2023"]["opening_m2"] == 0
    assert years["2023"]["reopened_m2"] == years["2023"]["closing_m2"] == 10
    assert mine(text) == {"cha": 10, "cleared": 90}


def test_flows_close_by_operator_with_what_each_had_moved_before() -> None:
    text = """
        2021-01-01 establish HA-1 cha mine box 0 0 10 10 operator ANAMA
        2022-01-01 clear HA-1 mine 13cm box 0 0 5 10 operator OP-A
        2023-01-01 clear HA-1 mine 13cm box 5 0 8 10 operator OP-B
    """
    told = figures(text, since="2022-06-01", by="operator")
    groups = {group["key"]: group["flows"] for group in told["groups"]}
    assert groups["OP-A"]["opening_m2"] == groups["OP-A"]["closing_m2"] == -50
    assert groups["OP-B"]["cleared_m2"] == 30
    assert sum(group["closing_m2"] for group in groups.values()) == told["flows"]["closing_m2"] == 20


def test_handed_over_land_says_by_which_entry_until_it_is_reopened() -> None:
    text = """
        2021-01-01 establish HA-1 cha mine box 0 0 10 10
        2022-01-01 clear HA-1 mine 13cm box 0 0 10 10
        2022-03-01 hand_over HA-1 box 0 0 10 10 id HO-1 ; certificate 4
        2023-01-01 reopen HA-1 cha mine box 0 0 5 10
    """
    returned = spot(text, 8, 5)
    assert returned.handed_over is not None
    assert returned.handed_over.id == "HO-1"
    assert spot(text, 2, 5).handed_over is None
    assert codes(text) == []


def test_a_spot_tells_what_it_is_since_when_and_by_which_entries() -> None:
    here = spot(HA_17, 65, 5, on="2023-12-31", known="2023-12-31")
    assert here.status == (Status.CHA, None)
    assert here.since[0] is not None
    assert here.since[0].record == "accident 12"
    assert [entry.kind.value for entry in here.entries] == ["establish", "clear", "reopen"]
    assert here.area_m2 == 100


def test_no_record_is_not_safe_but_nothing_at_all() -> None:
    nowhere = spot(HA_17, 500, 500)
    assert nowhere.status == (None, None)
    assert nowhere.entries == ()


def test_entries_fold_in_the_order_of_effect_not_of_the_file() -> None:
    text = """
        2022-01-01 clear HA-1 mine 13cm box 0 0 10 10
        2021-01-01 establish HA-1 cha mine box 0 0 10 10
    """
    assert codes(text) == []
    assert mine(text) == {"cleared": 100}


def test_a_void_may_be_taken_back_by_another_void() -> None:
    text = """
        2021-01-01 establish HA-1 cha mine box 0 0 10 10 id A
        2021-02-01 void A id B
        2021-03-01 void B id C
    """
    assert mine(text, known="2021-02-01") == {}
    assert mine(text) == {"cha": 100}


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        ("2021-02-01 void NOTHING", "void_of_unknown"),
        (
            "2021-01-01 establish HA-1 cha mine box 0 0 9 9 id A recorded 2021-05-01\n2021-02-01 void A",
            "void_before_target",
        ),
        ("2021-01-01 establish HA-1 cha mine box 0 0 9 9 id A\n2021-02-01 void A\n2021-02-02 void A", "void_twice"),
        ("2021-01-01 establish HA-1 cha mine box 0 0 9 9 recorded 2020-12-31", "recorded_before_effective"),
        (
            "2021-01-01 establish HA-1 cha mine box 0 0 9 9\n2021-01-02 establish HA-1 cha mine box 20 0 29 9",
            "area_established_twice",
        ),
        ("2021-01-01 establish HA-1 cha mine box 0 0 9 9\n2021-02-02 clear HA-1 mine ?cm box 0 0 9 9", "depth_missing"),
    ],
)
def test_entries_that_contradict_the_book_are_named(lines: str, code: str) -> None:
    assert codes(lines) == [code]


def test_many_single_entries_join_their_parts_and_stay_the_same_land() -> None:
    lines = [f"2021-01-01 establish HA-{n} sha mine box {30 * n} 0 {30 * n + 20} 20 id E{n}" for n in range(90)]
    lines += [f"2022-01-01 clear HA-{n} mine 13cm box {30 * n} 0 {30 * n + 7} 20 id C{n}" for n in range(90)]
    lines += [f"2022-06-01 extend HA-{n} sha mine box {30 * n} 20 {30 * n + 31} 30 id X{n}" for n in range(0, 90, 3)]
    entries = entries_of("\n".join(lines))
    grown = LiveLand()
    for entry in entries:
        grown.append(entry)
    assert len(grown.parts) <= 64
    assert balance(grown).located == balance(LiveLand(entries)).located == balance(fold(entries)[0]).located
    assert grown.at(3.0, 3.0).status == (Status.CLEARED, None)
    assert grown.at(2_500.0, 25.0).status == LiveLand(entries).at(2_500.0, 25.0).status
