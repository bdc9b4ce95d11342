"""What one more million buys the Donor: both sides where they differ, and never more the further it goes."""

from itertools import pairwise

import pytest

from plan.plan_stories import programme, read, task, tiny_exact
from torpaq.plan.strategic.money import margins, worth
from torpaq.plan.strategic.peers import METHODS, comparison, peers
from torpaq.plan.strategic.solve import solve


def test_a_tie_shows_both_sides() -> None:
    assert worth(tiny_exact()) == pytest.approx(19, abs=1e-6)
    rows, problems = margins(read(tiny_exact()))
    state = next(row for row in rows if row["kind"] == "funder")
    assert state["more"] == pytest.approx(10 / 6, abs=1e-6)
    assert state["less"] == pytest.approx(1.9, abs=1e-6)
    assert 10 / 6 - 1e-6 <= state["dual"] <= 1.9 + 1e-6
    assert problems == []


def test_a_new_million_for_the_only_district_is_worth_what_the_state_s_is() -> None:
    rows, _ = margins(read(tiny_exact()))
    by_kind = {row["kind"]: row for row in rows}
    assert by_kind["district"]["more"] == pytest.approx(by_kind["funder"]["more"], abs=1e-6)
    assert by_kind["sector"]["less"] is None
    assert by_kind["capability"]["more"] == pytest.approx(0, abs=1e-6)


def test_more_money_never_buys_more_than_the_million_before_it() -> None:
    values = []
    for million in range(0, 20, 2):
        raw = tiny_exact()
        raw["funders"][0]["budget"] = [million * 1e6]
        values.append(worth(raw))
    steps = [after - before for before, after in pairwise(values)]
    assert all(later <= earlier + 1e-6 for earlier, later in pairwise(steps))
    assert steps[-1] == pytest.approx(0, abs=1e-6)


def test_teams_that_are_short_are_worth_their_days() -> None:
    raw = programme([task("a", 1000, 1, 100_000)], 1)
    rows, _ = margins(read(raw))
    teams = next(row for row in rows if row["kind"] == "capability")
    assert teams["more"] == pytest.approx(10, rel=1e-5)  # a thousand days are a hundredth of the task
    assert teams["dual"] == pytest.approx(10, rel=1e-5)


def test_the_plan_stands_beside_what_ranking_would_have_done() -> None:
    instance = read(tiny_exact())
    made = peers(instance)
    assert [round(made[name].objective) for name in METHODS] == [10, 10, 19]
    rows = comparison(instance, solve(instance, 40)[0])
    assert [row["method"] for row in rows] == [*METHODS, "torpaq"]
    assert rows[-1]["objective"] == pytest.approx(19)
