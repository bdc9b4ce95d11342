"""A team on a day: Operator A's people, what each was examined in, and who they are."""

from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from torpaq.operations.standing.team import EOD_LEVELS, TeamNeeds, answers, needs_of, team_mix, team_problems
from torpaq.operations.standing.values import Certificate, Member, Team
from torpaq.standard.codes import code_list

TODAY = date(2026, 6, 1)
NEEDS = needs_of("aze")
COMPLETE = """
P1 team_leader female  2026-01-01..            team_leader:2025-01-01..2027-01-01 deminer:2020-01-01..
P2 medic       male    2026-01-01..            medic:2025-01-01..2027-01-01
P3 deminer     female  2026-01-01..2026-08-31  deminer:2025-01-01..2027-01-01
"""


def team(text: str) -> Team:
    """Read ``person function sex since..until certificate:from..to[!withdrawn] …`` a line."""
    return Team("T1", tuple(_member(line) for line in text.strip().splitlines()))


def _member(line: str) -> Member:
    person, function, sex, period, *certificates = line.split()
    since, until = _period(period)
    assert since
    return Member(person, function, sex, since, until, tuple(_certificate(word) for word in certificates))


def _certificate(word: str) -> Certificate:
    kind, _, rest = word.partition(":")
    period, _, withdrawn = rest.partition("!")
    issued, ends = _period(period)
    assert issued
    return Certificate(kind, issued, ends, date.fromisoformat(withdrawn) if withdrawn else None)


def _period(text: str) -> tuple[date | None, date | None]:
    first, _, last = text.partition("..")
    return (date.fromisoformat(first) if first else None, date.fromisoformat(last) if last else None)


def lacks(text: str, activity: str = "clearance", on: date = TODAY) -> list[tuple[str, str]]:
    return [(one.subject, one.code) for one in team_problems(team(text), activity, on, NEEDS)]


def test_a_complete_team_lacks_nothing():
    assert lacks(COMPLETE) == []


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        ("medic:2025-01-01..2027-01-01", "first_aid:2025-01-01..2027-01-01", "certificate_missing"),
        ("medic:2025-01-01..2027-01-01", "medic:2025-01-01..2026-05-31", "certificate_ended"),
        ("medic:2025-01-01..2027-01-01", "medic:2026-06-02..2027-01-01", "certificate_missing"),
        ("medic:2025-01-01..2027-01-01", "medic:2025-01-01..2027-01-01!2026-06-01", "certificate_withdrawn"),
    ],
)
def test_a_medic_counts_with_a_certificate_valid_that_day(before, after, found):
    assert lacks(COMPLETE.replace(before, after)) == [("P2", found), ("T1", "team_function_missing")]


def test_a_newer_certificate_makes_up_for_one_that_ended_or_was_withdrawn():
    text = COMPLETE.replace("medic:2025-01-01..2027-01-01", "medic:2020-01-01..2021-01-01 medic:2026-01-01..")
    assert lacks(text) == []


def test_a_team_without_leader_or_medic_says_so():
    assert lacks("P3 deminer male 2026-01-01.. deminer:2025-01-01..") == [
        ("T1", "team_function_missing"),
        ("T1", "team_function_missing"),
    ]
    assert lacks(COMPLETE, on=date(2025, 12, 31)) == [("T1", "team_empty")]


def test_who_left_is_not_asked_for_papers():
    text = COMPLETE + "P4 deminer male 2026-01-01..2026-05-31"
    assert lacks(text) == []
    assert lacks(text, on=date(2026, 5, 31)) == [("P4", "certificate_missing")]


@pytest.mark.parametrize(
    ("activity", "line", "complete"),
    [
        ("bac_surface", "P4 deminer male 2026-01-01.. searcher_bac:2025-01-01..", True),
        ("clearance", "P4 deminer male 2026-01-01.. searcher_bac:2025-01-01..", False),
        ("road_clearance", "P4 handler male 2026-01-01.. animal_handler:2025-01-01..", True),
        ("clearance", "P4 handler male 2026-01-01.. deminer:2025-01-01..", False),
        ("clearance", "P4 machine_operator male 2026-01-01.. machine_operator:2025-01-01..", True),
        ("clearance", "P4 driver male 2026-01-01..", True),
        ("eod_spot", "P4 eod_operator male 2026-01-01.. eod1:2025-01-01..", False),
        ("eod_spot", "P4 eod_operator male 2026-01-01.. eod3:2025-01-01..", True),
        ("stockpile_destruction", "P4 eod_operator male 2026-01-01.. eod2:2025-01-01..", False),
        ("stockpile_destruction", "P4 eod_operator male 2026-01-01.. eod3_plus:2025-01-01..", True),
        ("nts", "P4 surveyor male 2026-01-01.. surveyor:2025-01-01..", True),
        ("nts", "P4 surveyor male 2026-01-01.. deminer:2025-01-01..", False),
        ("eore", "P4 other male 2026-01-01..", False),
        ("eore", "P4 other male 2026-01-01.. risk_educator:2025-01-01..", True),
    ],
)
def test_each_function_needs_its_certificate_in_each_activity(activity, line, complete):
    assert (lacks(COMPLETE + line, activity) == []) is complete


def test_a_survey_team_needs_a_surveyor_and_an_eod_team_its_operator():
    assert ("T1", "team_function_missing") in lacks(COMPLETE, "nts")
    assert ("T1", "team_function_missing") in lacks(COMPLETE, "eod_spot")


def test_levels_of_eod_rise_and_a_higher_one_answers_for_the_lower():
    assert tuple(code_list("eod_level")) == EOD_LEVELS
    for held, kind in enumerate(EOD_LEVELS):
        assert [answers(kind, needed) for needed in EOD_LEVELS] == [number <= held for number in range(4)]
        assert not answers(kind, "deminer")
        assert not answers("deminer", kind)


def test_what_the_tables_name_is_in_the_lists():
    for one in NEEDS.competences:
        assert one.activity in {"", *code_list("activity")}
        assert one.function in code_list("demining_function")
        assert set(one.any_of) <= set(code_list("certificate_kind"))
    for row in NEEDS.complements:
        assert row.activity in {"", *code_list("activity")}
        assert row.function in code_list("demining_function")
        assert row.least >= 1


# -- women and men ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sexes", "share", "all_women"),
    [
        ("female female female", Fraction(1), True),
        ("female male", Fraction(1, 2), False),
        ("female unknown", Fraction(1), False),  # nobody knows, so nobody says so
        ("unknown", None, False),
        ("female other male", Fraction(1, 3), False),
    ],
)
def test_the_share_of_women_is_of_those_whose_sex_is_known(sexes, share, all_women):
    lines = [f"P{number} deminer {sex} 2026-01-01.." for number, sex in enumerate(sexes.split())]
    mix = team_mix(team("\n".join(lines)), TODAY)
    assert (mix.women_share, mix.is_all_women, mix.people) == (share, all_women, len(lines))


def test_a_person_with_two_functions_counts_once():
    mix = team_mix(
        team("P1 deminer female 2026-01-01..\nP1 medic female 2026-01-01..\nP2 deminer male 2026-01-01.."), TODAY
    )
    assert (mix.women, mix.men) == (1, 1)


# -- a plain twin -----------------------------------------------------------------------------------------------------

functions = st.sampled_from(["team_leader", "medic", "deminer", "eod_operator", "driver"])
near = st.integers(-3, 3).map(lambda number: TODAY + timedelta(days=number))
certificates = st.builds(
    Certificate,
    kind=st.sampled_from(["team_leader", "medic", "deminer", "eod1", "eod2", "eod3", "searcher_bac"]),
    issued_on=near,
    valid_to=st.one_of(st.none(), near),
    withdrawn_on=st.one_of(st.none(), near),
)
members = st.builds(
    Member,
    person=st.sampled_from(["P1", "P2", "P3"]),
    function=functions,
    sex=st.sampled_from(["female", "male"]),
    since=near,
    until=st.one_of(st.none(), near),
    certificates=st.lists(certificates, max_size=3).map(tuple),
)


def plainly_fit(member: Member) -> bool:
    """Day by day and kind by kind, for an EOD spot task."""
    needed = {
        "team_leader": {"team_leader"},
        "medic": {"medic"},
        "deminer": {"deminer"},
        "eod_operator": {"eod2", "eod3", "eod3_plus"},
        "driver": None,
    }[member.function]
    if needed is None:
        return True
    for one in member.certificates:
        begun = one.issued_on <= TODAY
        over = one.valid_to is not None and one.valid_to < TODAY
        gone = one.withdrawn_on is not None and one.withdrawn_on <= TODAY
        if one.kind in needed and begun and not over and not gone:
            return True
    return False


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # a slow machine is no failure
@given(st.lists(members, max_size=6))
def test_a_team_is_complete_exactly_when_its_plain_twin_says_so(people):
    there = [one for one in people if one.since <= TODAY and (one.until is None or one.until >= TODAY)]
    certified = {function: [one for one in there if one.function == function and plainly_fit(one)]
                 for function in ("team_leader", "medic", "eod_operator")}  # fmt: skip
    complete = bool(there) and all(plainly_fit(one) for one in there) and all(certified.values())
    assert (team_problems(Team("T1", tuple(people)), "eod_spot", TODAY, NEEDS) == []) is complete


def test_an_activity_s_own_need_replaces_the_usual_one():
    assert isinstance(NEEDS, TeamNeeds)
    assert NEEDS.of_member("bac", "deminer") == [("deminer", "searcher_bac")]
    assert NEEDS.of_member("clearance", "deminer") == [("deminer",)]
    assert NEEDS.of_member("clearance", "visitor") == []
