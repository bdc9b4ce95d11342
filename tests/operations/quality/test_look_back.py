"""The look-back: nothing released since the last good inspection stays out of doubt."""

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from torpaq.operations.quality.look_back import Conforming, Doubt, Release, look_back

A = "OP-A"


def day(number):
    return date(2026, 1, 1) + timedelta(days=number)


def release(entry, on, organisation=A, teams=(), methods=(), assets=()):
    return Release(
        entry, "HA-1", organisation, day(on), 1_000.0, frozenset(teams), frozenset(methods), frozenset(assets)
    )


def test_a_find_in_land_of_team_1_doubts_its_land_since_its_last_good_inspection():
    releases = [
        release("E1", 10, teams=["T1"], methods=["manual"]),
        release("E2", 40, teams=["T1"], methods=["manual"]),
        release("E3", 50, teams=["T2"], methods=["manual"]),
        release("E4", 60, teams=["T1"], methods=["dog"]),
        release("E5", 61, organisation="OP-B", teams=["T1"], methods=["dog"]),
    ]
    good = [Conforming(A, day(30), "T1"), Conforming("OP-B", day(100), "T1"), Conforming(A, day(100), "T2")]
    rows = look_back(Doubt(A, team="T1"), releases, good)
    assert [(row.entry_id, row.why) for row in rows] == [("E4", "team"), ("E2", "team")]


def test_the_same_method_and_the_same_detector_are_doubted_too():
    releases = [
        release("E1", 5, teams=["T1"], methods=["dog"], assets=["D-7"]),
        release("E2", 6, teams=["T2"], methods=["dog"], assets=["D-8"]),
        release("E3", 7, teams=["T2"], methods=["manual"], assets=["D-7"]),
    ]
    rows = look_back(Doubt(A, team="T1", method="dog", asset="D-7"), releases, [])
    assert [(row.entry_id, row.why) for row in rows] == [("E3", "asset"), ("E2", "method"), ("E1", "team method asset")]


def test_land_whose_team_nobody_wrote_down_is_not_taken_for_good():
    rows = look_back(Doubt(A, team="T1"), [release("E1", 5)], [])
    assert [row.why for row in rows] == ["team_unknown"]


def test_a_doubt_that_names_nothing_is_of_the_whole_organisation():
    releases = [release("E1", 5, teams=["T1"]), release("E2", 20, teams=["T2"])]
    rows = look_back(Doubt(A), releases, [Conforming(A, day(10), "T1")])
    assert [(row.entry_id, row.why) for row in rows] == [("E2", "organisation")]


def test_land_of_the_day_of_the_good_inspection_is_in_doubt():
    assert look_back(Doubt(A, team="T1"), [release("E1", 5, teams=["T1"])], [Conforming(A, day(5), "T1")])


WORDS = st.sampled_from(["", "x", "y"])
NAMES = st.sampled_from([frozenset(), frozenset("x"), frozenset("y"), frozenset("xy")])
FACTS = st.lists(st.tuples(st.sampled_from([A, "OP-B"]), st.integers(0, 40), NAMES, NAMES, NAMES), max_size=10)
RELEASES = FACTS.map(
    lambda rows: [Release(f"E{n}", "HA-1", who, day(on), 1.0, *names) for n, (who, on, *names) in enumerate(rows)]
)
GOOD = st.lists(st.tuples(st.sampled_from([A, "OP-B"]), st.integers(0, 40), WORDS, WORDS, WORDS), max_size=5).map(
    lambda rows: [Conforming(who, day(on), *names) for who, on, *names in rows]
)
DOUBTS = st.builds(Doubt, st.just(A), WORDS, WORDS, WORDS)
LAWS = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])


def plain_look_back(doubt, releases, inspections):
    """The slow twin: ask of every release, for every name, whether any good inspection came after it."""
    doubted = set()
    for one in releases:
        if one.organisation != doubt.organisation:
            continue
        names = [name for name in ("team", "method", "asset") if getattr(doubt, name)]
        for name in names:
            value, known = getattr(doubt, name), getattr(one, name + "s")
            cleared = [
                i for i in inspections
                if i.organisation == A and getattr(i, name) == value and i.on > one.released_on
            ]  # fmt: skip
            if not cleared and (value in known or (name == "team" and not known)):
                doubted.add(one.entry_id)
        if not names and not [i for i in inspections if i.organisation == A and i.on > one.released_on]:
            doubted.add(one.entry_id)
    return doubted


@given(DOUBTS, RELEASES, GOOD)
@LAWS
def test_it_is_what_asking_one_by_one_gives_newest_first(doubt, releases, good):
    rows = look_back(doubt, releases, good)
    assert {row.entry_id for row in rows} == plain_look_back(doubt, releases, good)
    days = [row.released_on for row in rows]
    assert days == sorted(days, reverse=True)


@given(DOUBTS, RELEASES, GOOD, GOOD)
@LAWS
def test_more_good_inspections_only_take_land_out(doubt, releases, good, more):
    ids = lambda rows: {row.entry_id for row in rows}  # noqa: E731  (two sets to compare)
    assert ids(look_back(doubt, releases, [*good, *more])) <= ids(look_back(doubt, releases, good))


@given(DOUBTS, RELEASES, RELEASES, GOOD)
@LAWS
def test_more_releases_only_add_land(doubt, releases, more, good):
    assert {*look_back(doubt, releases, good)} <= {*look_back(doubt, [*releases, *more], good)}


@given(DOUBTS, RELEASES, GOOD, st.sampled_from(["team", "method", "asset"]), st.sampled_from(["x", "y"]))
@LAWS
def test_naming_more_only_adds_land(doubt, releases, good, name, value):
    if any(getattr(doubt, each) for each in ("team", "method", "asset")) and not getattr(doubt, name):
        wider = {row.entry_id for row in look_back(replace(doubt, **{name: value}), releases, good)}
        assert {row.entry_id for row in look_back(doubt, releases, good)} <= wider
