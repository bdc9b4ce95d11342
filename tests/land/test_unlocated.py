"""Legacy totals: areas in a unit without a polygon, counted apart and never drawn."""

import pytest

from land.book import codes, figures, problems


def apart(text: str, **dates: str) -> dict[str, float]:
    """The unlocated mine account, m², without zeros."""
    return {k.removesuffix("_m2"): v for k, v in figures(text, **dates)["unlocated"]["mine"].items() if v}


LEGACY = """
    2019-01-01 establish OLD-1 sha mine unlocated 1000 AZ-AGM
    2020-01-01 confirm   OLD-1 mine      unlocated 300 AZ-AGM
    2021-01-01 cancel    OLD-1 mine      unlocated 200 AZ-AGM
    2022-01-01 clear     OLD-1 mine 13cm unlocated 400 AZ-AGM operator OP-A
"""


def test_amounts_move_between_statuses_and_the_flows_close() -> None:
    assert apart(LEGACY, on="2020-12-31") == {"sha": 700, "cha": 300}
    assert apart(LEGACY) == {"sha": 400, "cancelled": 200, "cleared": 400}
    flows = figures(LEGACY, since="2021-01-01")["unlocated"]["flows"]
    assert (flows["opening_m2"], flows["cancelled_m2"], flows["cleared_m2"], flows["closing_m2"]) == (
        1000,
        200,
        400,
        400,
    )
    assert figures(LEGACY)["flows"]["closing_m2"] == 0, "unlocated land is counted apart"


def test_clearance_of_what_was_never_recorded_is_released_and_said_apart() -> None:
    told = figures("2010-05-31 clear SAN-1 mine ?cm unlocated 1521.82 CO-SAN operator COMUNIDADES", by="year")
    assert told["unlocated"]["mine"]["cleared_m2"] == 1521.82
    flows = told["groups"][0]["unlocated"]["flows"]
    assert told["groups"][0]["key"] == "2010"
    assert (flows["cleared_m2"], flows["not_previously_recorded_m2"], flows["closing_m2"]) == (1521.82, 1521.82, 0)


def test_more_than_the_balance_is_released_as_not_previously_recorded() -> None:
    told = figures(LEGACY + "    2023-01-01 clear OLD-1 mine 13cm unlocated 500 AZ-AGM\n")["unlocated"]
    assert told["mine"]["sha_m2"] == 0
    assert told["mine"]["cleared_m2"] == 900
    assert told["flows"]["not_previously_recorded_m2"] == 100
    assert told["flows"]["closing_m2"] == 0


@pytest.mark.parametrize(
    ("line", "missing_m2"),
    [
        ("2023-01-01 reopen OLD-1 cha mine unlocated 700 AZ-AGM", 100),
        ("2023-01-01 confirm OLD-1 mine unlocated 500 AZ-AGM", 100),
    ],
)
def test_what_is_not_in_the_account_cannot_be_confirmed_or_reopened(line: str, missing_m2: float) -> None:
    (found,) = problems(LEGACY + "    " + line)
    assert (found.code, found.parameters["missing_m2"]) == ("unlocated_exceeds", missing_m2)


def test_reopening_takes_cleared_land_first_and_opens_it_as_stated() -> None:
    assert apart(LEGACY + "    2023-01-01 reopen OLD-1 cha mine unlocated 500 AZ-AGM\n") == {
        "sha": 400,
        "cha": 500,
        "cancelled": 100,
    }


def test_a_redraw_states_the_whole_amount_anew() -> None:
    assert apart(LEGACY + "    2023-01-01 redraw OLD-1 mine unlocated 1200 AZ-AGM\n")["sha"] == 600
    assert "sha" not in apart(LEGACY + "    2023-01-01 redraw OLD-1 mine unlocated 600 AZ-AGM\n")
    shrunk = figures(LEGACY + "    2023-01-01 redraw OLD-1 mine unlocated 700 AZ-AGM\n")["unlocated"]["flows"]
    assert (shrunk["corrected_m2"], shrunk["closing_m2"]) == (-300, 100)


def test_land_of_two_classes_is_one_land() -> None:
    text = """
        2019-01-01 establish OLD-2 sha mine+erw unlocated 1000 AZ-FUZ
        2020-01-01 clear OLD-2 mine 13cm unlocated 400 AZ-FUZ
    """
    flows = figures(text)["unlocated"]["flows"]
    assert (flows["established_m2"], flows["cleared_m2"], flows["closing_m2"]) == (1000, 0, 1000)
    flows = figures(text + "        2021-01-01 clear OLD-2 erw 50cm unlocated 700 AZ-FUZ\n")["unlocated"]["flows"]
    assert (flows["cleared_m2"], flows["closing_m2"]) == (400, 600)


def test_units_are_the_stated_ones_and_voids_leave_no_trace() -> None:
    groups = figures(LEGACY, by="unit")["groups"]
    assert [group["key"] for group in groups] == ["AZ-AGM"]
    assert apart(LEGACY + "    2023-01-01 void L5\n") == {"sha": 500, "cha": 300, "cancelled": 200}


def test_official_figures_count_drawn_and_unlocated_land_together() -> None:
    text = (
        LEGACY
        + """
    2022-01-01 establish HA-1 sha mine box 0 0 10 10 unit AZ-AGM
    2022-12-31 assert open mine 500 m2 unit AZ-AGM
    2022-12-31 assert cleared mine 400 m2 operator OP-A from 2022-01-01
    2022-12-31 assert released mine+erw 600 m2 id T
    2022-12-31 assert released mine+erw 400 m2 operator OP-A part_of T
    2022-12-31 assert released mine+erw 100 m2 operator OP-B part_of T
    """
    )
    assert codes(text) == ["assertion_differs", "assertion_parts_differ"]
