"""Operator A's detectors, machines and dogs: what a certificate says of a day."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from torpaq.operations.assets.animals import Pair, next_test_by
from torpaq.operations.assets.certificates import Standing, Trial, certificate_of, check_test, counts, verdict
from torpaq.operations.assets.fitness import (
    AssetFacts,
    DailyCheck,
    Need,
    asset_problems,
    follow_up_problems,
    standing_of,
)
from torpaq.operations.assets.limits import Limits, limits_of
from torpaq.standard.problems import has_errors

LIMITS = limits_of("aze")
TODAY = date(2026, 6, 1)


def trial(on: str = "2026-01-10", kind: str = "calibration", passed: bool = True, **more: object) -> Trial:
    return Trial(kind, date.fromisoformat(on), passed, **more)


def blind(on: str = "2026-01-10", missed: int = 0, false: int = 0, **more: object) -> Trial:
    said = {"passed": True, "blind": True, "targets": 12, "missed": missed, "false_indications": false} | more
    return Trial("blind_accreditation", date.fromisoformat(on), **said)


def codes(problems: list) -> list[str]:
    return [each.code for each in problems]


def detector(*tests: Trial, **more: object) -> AssetFacts:
    return AssetFacts("DET-1", "detector", tests=tests, **more)


def test_the_limits_are_the_countrys_parameters() -> None:
    assert limits_of("aze") == Limits()


def test_a_calibrated_detector_works_and_an_unknown_one_does_not() -> None:
    assert asset_problems(detector(trial(depth_cm=25)), Need(TODAY, 20), LIMITS) == []
    assert codes(asset_problems(detector(), Need(TODAY, 20), LIMITS)) == ["asset_not_tested"]
    assert codes(asset_problems(detector(trial("2026-06-02")), Need(TODAY), LIMITS)) == ["asset_not_tested"]


def test_a_certificate_ends_when_it_says_or_after_the_countrys_time() -> None:
    said = trial(valid_to=date(2026, 5, 31))
    assert codes(asset_problems(detector(said), Need(TODAY), LIMITS)) == ["asset_test_expired"]
    assert asset_problems(detector(said), Need(date(2026, 5, 31)), LIMITS) == []
    old = trial("2025-06-01")
    assert certificate_of([old], "detector", TODAY, LIMITS).days_left == 0
    assert codes(asset_problems(detector(old), Need(date(2026, 6, 2)), LIMITS)) == ["asset_test_expired"]


def test_a_failed_test_outweighs_a_certificate_that_still_runs() -> None:
    tests = [trial("2026-01-10"), trial("2026-03-01", passed=False)]
    assert codes(asset_problems(detector(*tests), Need(TODAY), LIMITS)) == ["asset_test_failed"]
    another_kind = [*tests, trial("2026-03-05", kind="acceptance")]
    assert codes(asset_problems(detector(*another_kind), Need(TODAY), LIMITS)) == ["asset_test_failed"]
    assert asset_problems(detector(*tests, trial("2026-03-05")), Need(TODAY), LIMITS) == []


def test_a_machine_that_missed_a_target_failed_whatever_is_ticked() -> None:
    flail = AssetFacts("FL-1", "flail", tests=[trial(kind="performance", targets=50, missed=1, depth_cm=20)])
    assert codes(asset_problems(flail, Need(TODAY, 20), LIMITS)) == ["asset_test_targets_missed"]


def test_depth_is_proven_by_a_test_or_it_is_not_there() -> None:
    shallow, silent = detector(trial(depth_cm=13)), detector(trial())
    found = asset_problems(shallow, Need(TODAY, 20), LIMITS)
    assert [(each.code, each.parameters["tested"], each.parameters["required"]) for each in found] == [
        ("asset_depth_short", 13, 20)
    ]
    assert codes(asset_problems(silent, Need(TODAY, 20), LIMITS)) == ["asset_depth_unknown"]
    assert asset_problems(silent, Need(TODAY), LIMITS) == []


def test_a_machine_is_tested_with_the_tool_it_works_with() -> None:
    flail = AssetFacts("FL-1", "flail", tool="tiller", tests=[trial(kind="performance", tool="flail", depth_cm=20)])
    assert codes(asset_problems(flail, Need(TODAY, 20), LIMITS)) == ["asset_tool_differs"]


@pytest.mark.parametrize("state", ["under_repair", "retired", "resting"])
def test_what_is_not_in_use_does_not_work(state: str) -> None:
    assert codes(asset_problems(detector(trial(), state=state), Need(TODAY), LIMITS)) == [f"asset_{state}"]


def test_the_days_check_is_asked_for_on_a_day_of_work_alone() -> None:
    good, bad = DailyCheck(TODAY, True, True), DailyCheck(TODAY, True, False)
    asset = detector(trial())
    assert asset_problems(asset, Need(TODAY), LIMITS) == []
    assert codes(asset_problems(asset, Need(TODAY, works=True), LIMITS)) == ["daily_check_missing"]
    assert asset_problems(detector(trial(), checks=[good]), Need(TODAY, works=True), LIMITS) == []
    assert codes(asset_problems(detector(trial(), checks=[bad]), Need(TODAY), LIMITS)) == ["daily_check_failed"]


def test_a_drone_or_a_manual_team_is_proved_otherwise() -> None:
    assert asset_problems(AssetFacts("DR-1", "drone"), Need(TODAY, 20, works=True), LIMITS) == []


# -- animals ----------------------------------------------------------------------------------------------------------


def dog(*pairs: Pair, **more: object) -> AssetFacts:
    return AssetFacts("DOG-3", "dog", pairs=pairs, **more)


def pair(*tests: Trial, handler: str = "P-7", every: int = 7, **more: object) -> Pair:
    active = [date(2026, 1, 1) + timedelta(days=n * every) for n in range(365 // every)]
    return Pair(handler, date(2026, 1, 1), tests=tests, **({"active": active} | more))


def test_a_blind_test_without_a_miss_certifies_the_pair_not_the_dog() -> None:
    assert asset_problems(dog(pair(blind())), Need(TODAY), LIMITS) == []
    assert codes(asset_problems(dog(pair(blind())), Need(TODAY, handlers=["P-8"]), LIMITS)) == [
        "animal_without_handler"
    ]
    untested = pair(handler="P-8")
    assert asset_problems(dog(pair(blind()), untested), Need(TODAY), LIMITS) == []
    assert codes(asset_problems(dog(untested), Need(TODAY), LIMITS)) == ["animal_not_tested"]


@pytest.mark.parametrize(
    ("test", "code"),
    [
        (blind(missed=1), "asset_test_targets_missed"),
        (blind(false=3), "animal_test_false_indications"),
        (blind(blind=False), "animal_test_not_blind"),
        (blind(targets=None), "animal_test_no_targets"),
        (blind(missed=None), "animal_test_missed_unknown"),
        (blind(passed=False), "asset_test_failed"),
    ],
)
def test_a_dog_fails_by_its_numbers(test: Trial, code: str) -> None:
    assert not counts(test, "dog", LIMITS)
    assert codes(asset_problems(dog(pair(test)), Need(TODAY), LIMITS)) == [code]


def test_two_false_indications_are_allowed_and_so_is_no_more_than_a_year() -> None:
    assert counts(blind(false=2), "rat", LIMITS)
    long = blind(valid_to=date(2030, 1, 1))
    assert codes(check_test(long, "dog", LIMITS, "DOG-3")) == ["animal_test_too_long"]
    assert codes(asset_problems(dog(pair(long, every=1)), Need(date(2027, 1, 11)), LIMITS)) == ["asset_test_expired"]


def test_a_training_test_is_no_certificate() -> None:
    assert codes(asset_problems(dog(pair(trial(kind="performance"))), Need(TODAY), LIMITS)) == ["animal_not_tested"]


def test_a_pair_that_did_nothing_for_too_long_is_tested_again() -> None:
    lazy = pair(blind(), every=31)
    found = asset_problems(dog(lazy), Need(date(2026, 3, 20)), LIMITS)
    assert codes(found) == ["animal_absent"]
    assert found[0].parameters["days"] == 31
    tested_again = pair(blind(), blind("2026-03-15"), every=31)
    assert asset_problems(dog(tested_again), Need(date(2026, 3, 20)), LIMITS) == []


def test_another_district_than_the_tested_one_is_a_warning() -> None:
    found = asset_problems(dog(pair(blind(unit="AZ-FUZ"))), Need(TODAY, unit="AZ-AGM"), LIMITS)
    assert codes(found) == ["animal_other_unit"]
    assert not has_errors(found)


# -- machines alone ---------------------------------------------------------------------------------------------------


def test_a_machine_alone_releases_nothing() -> None:
    assert codes(follow_up_problems("FL-1", "mechanical", None)) == ["machine_without_search"]
    assert codes(follow_up_problems("FL-1", "", None)) == ["machine_without_search"]
    assert follow_up_problems("FL-1", "manual", {"manual"}) == []
    assert follow_up_problems("FL-1", "dog", {"animal"}) == []
    assert codes(follow_up_problems("FL-1", "dog", {"manual"})) == ["machine_search_not_accredited"]


# -- what may be written ----------------------------------------------------------------------------------------------


def test_a_test_that_cannot_be_is_refused_with_what_would_be_right() -> None:
    assert codes(check_test(trial(valid_to=date(2026, 1, 9)), "detector", LIMITS, "DET-1")) == ["asset_test_dates"]
    assert codes(check_test(trial(targets=3, missed=4), "flail", LIMITS, "FL-1")) == ["asset_test_counts"]
    assert codes(check_test(blind(), "flail", LIMITS, "FL-1")) == ["asset_test_of_animals"]


TRIALS = st.builds(
    Trial,
    kind=st.sampled_from(["calibration", "acceptance", "performance", "blind_accreditation"]),
    on=st.dates(date(2025, 1, 1), date(2026, 12, 31)),
    passed=st.booleans(),
    valid_to=st.none() | st.dates(date(2025, 1, 1), date(2027, 12, 31)),
    depth_cm=st.none() | st.integers(0, 50),
    blind=st.booleans(),
    targets=st.none() | st.integers(0, 9),
    missed=st.none() | st.integers(0, 2),
    false_indications=st.none() | st.integers(0, 4),
)


def twin_may_work(tests: list[Trial], kind: str, on: date) -> bool:
    """The rule read aloud, kind by kind: the newest of each must be sound and passed, and one of them still run."""
    newest = {}
    for place, each in enumerate(tests):
        relevant = each.on <= on and (kind != "dog" or each.kind == "blind_accreditation")
        if relevant and (each.kind not in newest or (each.on, place) >= newest[each.kind][0]):
            newest[each.kind] = ((each.on, place), each)
    running = False
    for _, each in newest.values():
        if not each.passed or each.missed or (each.valid_to and each.valid_to < each.on):
            return False
        if each.missed is not None and each.targets is not None and each.missed > each.targets:
            return False
        end = each.on + timedelta(days=365)
        if kind == "dog":
            if not each.blind or not each.targets or each.missed is None or (each.false_indications or 0) > 2:
                return False
            end = min(end, each.valid_to or end)
        else:
            if each.kind == "blind_accreditation":
                return False
            end = each.valid_to or end
        running = running or on <= end
    return running


@given(st.lists(TRIALS, max_size=5), st.sampled_from(["dog", "detector"]), st.dates(date(2025, 6, 1), date(2027, 6, 1)))
def test_the_certificate_agrees_with_the_rule_read_aloud(tests: list[Trial], kind: str, on: date) -> None:
    standing = certificate_of(tests, kind, on, LIMITS).standing
    assert (standing in (Standing.VALID, Standing.ENDS_SOON)) == twin_may_work(tests, kind, on)


@given(TRIALS, st.sampled_from(["dog", "detector", "flail"]))
def test_whatever_does_not_count_says_why(test: Trial, kind: str) -> None:
    assert counts(test, kind, LIMITS) == (verdict(test, kind, LIMITS) == [])
    facts = AssetFacts("X", kind, tests=[test], pairs=[Pair("P", date(2020, 1, 1), tests=[test], active=[test.on])])
    if not counts(test, kind, LIMITS):
        assert has_errors(asset_problems(facts, Need(test.on), LIMITS))


def test_the_standing_of_a_dog_is_that_of_the_pair_that_lacks_least() -> None:
    certified, untested = pair(blind()), pair(handler="P-8")
    assert standing_of(dog(certified, untested), TODAY, LIMITS).standing is Standing.VALID
    assert standing_of(dog(untested), TODAY, LIMITS).standing is Standing.MISSING
    assert standing_of(dog(), TODAY, LIMITS).standing is Standing.MISSING
    assert standing_of(dog(pair(blind(), every=31)), date(2026, 3, 20), LIMITS).standing is Standing.LAPSED
    assert standing_of(AssetFacts("DR-1", "drone"), TODAY, LIMITS).standing is Standing.NOT_NEEDED
    assert standing_of(detector(trial("2025-07-01")), TODAY, LIMITS).standing is Standing.ENDS_SOON


def test_a_pair_is_told_by_when_it_has_to_work_or_train() -> None:
    lazy = pair(blind("2026-05-20"), active=[date(2026, 5, 25)])
    assert next_test_by(lazy, "dog", TODAY, LIMITS) == date(2026, 6, 24)
    assert asset_problems(dog(lazy), Need(date(2026, 6, 24)), LIMITS) == []
    assert codes(asset_problems(dog(lazy), Need(date(2026, 6, 25)), LIMITS)) == ["animal_absent"]
    assert next_test_by(lazy, "dog", date(2026, 7, 1), LIMITS) is None


DOGS = st.builds(
    Pair,
    handler=st.just("P-7"),
    since=st.just(date(2025, 1, 1)),
    tests=st.lists(TRIALS, max_size=3),
    active=st.lists(st.dates(date(2025, 1, 1), date(2026, 12, 31)), max_size=30),
)


@given(DOGS, st.dates(date(2025, 6, 1), date(2026, 12, 31)))
def test_what_the_list_shows_as_valid_may_work_and_nothing_else(one: Pair, on: date) -> None:
    shown = standing_of(dog(one), on, LIMITS).standing in (Standing.VALID, Standing.ENDS_SOON)
    assert shown == (not has_errors(asset_problems(dog(one), Need(on), LIMITS)))


@given(DOGS, st.dates(date(2025, 6, 1), date(2026, 12, 31)))
def test_a_pair_is_certified_until_the_day_it_is_told_and_not_the_day_after(one: Pair, on: date) -> None:
    until = next_test_by(one, "dog", on, LIMITS)
    quiet = Pair(one.handler, one.since, tests=[t for t in one.tests if t.on <= on],
                 active=[day for day in one.active if day <= on])  # fmt: skip
    if until is not None and standing_of(dog(quiet), on, LIMITS).standing in (Standing.VALID, Standing.ENDS_SOON):
        assert not has_errors(asset_problems(dog(quiet), Need(until), LIMITS))
        assert has_errors(asset_problems(dog(quiet), Need(until + timedelta(days=1)), LIMITS))
