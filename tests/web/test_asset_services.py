"""Assets in the programme: who keeps them, what certifies them, and what reports say of them."""

import pytest

from torpaq.operations.assets.certificates import Trial
from torpaq.operations.assets.moves import REQUIREMENTS
from torpaq.operations.assets.training import Session
from torpaq.standard.codes import code_list
from torpaq.standard.move import moves_of
from torpaq.standard.problems import has_errors
from torpaq.web import records
from torpaq.web.models import AssetTest, Audit, StateMove
from torpaq.web.operations import assets
from torpaq.web.operations.asset_facts import facts_of_all, with_history
from torpaq.web.operations.asset_rights import assets_seen_by
from torpaq.web.record_effects import register_all
from web.asset_stories import (
    asset_of,
    blind,
    certified_dog,
    days_ago,
    found_in,
    handler_of,
    inspection,
    progress,
    team_of,
)
from web.stories import Cast

pytestmark = pytest.mark.both_engines


def codes(problems: list) -> list[str]:
    return [each.code for each in problems]


def test_the_table_of_moves_and_its_requirements_agree() -> None:
    moves = moves_of("asset").values()
    assert {need for move in moves for need in move.needs} == set(REQUIREMENTS)
    states = set(code_list("asset_status"))
    assert {state for move in moves for state in (*move.sources, move.target)} <= states


def test_an_operator_keeps_its_own_the_officer_all_and_the_donor_sees_none(cast: Cast) -> None:
    asset_of(cast.operator_a, "DET-1", "detector")
    asset_of(cast.operator_b, "DET-2", "detector")
    seen = {
        name: [asset.code for asset in assets_seen_by(getattr(cast, name))]
        for name in ("operator_a", "operator_b", "officer", "inspector", "authority", "donor")
    }
    assert seen == {
        "operator_a": ["DET-1"],
        "operator_b": ["DET-2"],
        "officer": ["DET-1", "DET-2"],
        "inspector": ["DET-1", "DET-2"],
        "authority": ["DET-1", "DET-2"],
        "donor": [],
    }
    foreign, problems = assets.add_asset(cast.operator_a, cast.operator_b.organisation, "DET-3", "detector")
    assert (foreign, codes(problems)) == (None, ["right_missing"])
    assert codes(assets.add_asset(cast.inspector, cast.operator_a.organisation, "DET-4", "detector")[1]) == [
        "right_missing"
    ]


def test_what_cannot_be_entered_is_said_and_nothing_is_kept(cast: Cast) -> None:
    asset_of(cast.operator_a, "DET-1", "detector")
    own = cast.operator_a.organisation

    def said(code: str, kind: str, **more: object) -> list[str]:
        return codes(assets.add_asset(cast.operator_a, own, code, kind, **more)[1])

    assert said("DET-1", "detector") == ["asset_code_taken"]
    assert said("", "spaceship") == ["field_missing", "asset_value_wrong"]
    assert said("DET 9", "detector", working_depth_cm=2000) == ["word_has_blank", "asset_number_wrong"]
    assert said("FL-1", "flail", tool="hammer") == ["asset_value_wrong"]
    assert said("FL-1", "flail", team=team_of(cast.operator_b.organisation)) == ["asset_value_wrong"]
    assert assets_seen_by(cast.operator_a).count() == 1


def test_an_inspector_tests_and_a_rival_does_not(cast: Cast) -> None:
    detector = asset_of(cast.operator_a, "DET-1", "detector")
    test = Trial("calibration", days_ago(3), True, depth_cm=20)
    assert codes(assets.add_test(cast.operator_b, detector, test)[1]) == ["right_missing"]
    assert codes(assets.asset_problems(detector, days_ago(0))) == ["asset_not_tested"]
    row, problems = assets.add_test(cast.inspector, detector, test)
    assert row is not None and problems == []
    assert assets.asset_problems(detector, days_ago(0), 20) == []
    assert codes(assets.asset_problems(detector, days_ago(0), 25)) == ["asset_depth_short"]
    assert Audit.objects.filter(action="asset_tested", account=cast.inspector).count() == 1


def test_a_test_that_cannot_be_is_not_filed(cast: Cast) -> None:
    detector = asset_of(cast.operator_a, "DET-1", "detector")

    def said(test: Trial, paper: assets.Paper | None = None) -> list[str]:
        return codes(assets.add_test(cast.operator_a, detector, test, paper)[1])

    assert said(Trial("horoscope", days_ago(3), True)) == ["asset_value_wrong"]
    assert said(Trial("calibration", days_ago(-3), True)) == ["asset_test_ahead"]
    assert said(Trial("calibration", days_ago(3), True, depth_cm=-4)) == ["asset_number_wrong"]
    _, pair = certified_dog(cast.operator_a)
    assert said(Trial("calibration", days_ago(3), True), assets.Paper(pair=pair)) == ["asset_value_wrong"]
    assert AssetTest.objects.filter(asset=detector).count() == 0


def test_an_asset_moves_as_its_table_says_and_history_is_kept(cast: Cast) -> None:
    detector = asset_of(cast.operator_a, "DET-1", "detector")
    assets.add_test(cast.operator_a, detector, Trial("calibration", days_ago(30), True))
    move = assets.move_asset_state
    assert codes(move(cast.operator_a, detector, "repair", days_ago(5))) == ["reason_missing"]
    assert codes(move(cast.operator_b, detector, "repair", days_ago(5), "coil")) == ["asset_of_other_organisation"]
    assert codes(move(cast.donor, detector, "repair", days_ago(5), "coil")) == ["move_not_by_role"]
    assert move(cast.operator_a, detector, "repair", days_ago(5), "the coil is broken") == []
    assert codes(move(cast.operator_a, detector, "rest", days_ago(4))) == ["move_not_allowed"]
    assert codes(move(cast.operator_a, detector, "return", days_ago(6))) == ["asset_move_before"]
    assert codes(move(cast.operator_a, detector, "return", days_ago(-1))) == ["asset_test_ahead"]
    assert codes(assets.asset_problems(detector, days_ago(0))) == ["asset_under_repair"]
    assert move(cast.operator_a, detector, "return", days_ago(2)) == []
    assert [codes(assets.asset_problems(detector, days_ago(day))) for day in (6, 4, 0)] == [
        [],
        ["asset_under_repair"],
        [],
    ]
    assert StateMove.objects.filter(subject="asset", name="DET-1").count() == 2


def test_a_failed_check_of_the_day_is_not_undone(cast: Cast) -> None:
    detector = asset_of(cast.operator_a, "DET-1", "detector")
    assets.add_test(cast.operator_a, detector, Trial("calibration", days_ago(30), True))
    assert codes(assets.work_problems(detector, days_ago(1))) == ["daily_check_missing"]
    row, problems = assets.add_daily_check(cast.operator_a, detector, days_ago(1), True, False)
    assert row is not None and problems == []
    assert codes(assets.add_daily_check(cast.operator_a, detector, days_ago(1), True, True)[1]) == ["daily_check_twice"]
    assert codes(assets.asset_problems(detector, days_ago(1))) == ["daily_check_failed"]
    assert assets.asset_problems(detector, days_ago(0)) == []


def test_weather_is_told_with_a_dogs_check(cast: Cast) -> None:
    dog, _ = certified_dog(cast.operator_a)
    row, problems = assets.add_daily_check(cast.operator_a, dog, days_ago(1), True, True, wind_mps=12, temperature_c=38)
    assert row is not None
    assert codes(problems) == ["animal_wind", "animal_heat"]
    assert codes(assets.add_daily_check(cast.operator_a, dog, days_ago(2), True, True, wind_mps=-1)[1]) == [
        "asset_number_wrong"
    ]


# -- animals ----------------------------------------------------------------------------------------------------------


def test_a_dog_is_certified_with_its_handler_and_not_when_they_part(cast: Cast) -> None:
    dog, pair = certified_dog(cast.operator_a)
    assert assets.asset_problems(dog, days_ago(0)) == []
    assert codes(assets.end_pair(cast.operator_b, pair, days_ago(1))) == ["right_missing"]
    assert codes(assets.end_pair(cast.operator_a, pair, days_ago(200))) == ["pair_dates"]
    assert assets.end_pair(cast.operator_a, pair, days_ago(1)) == []
    assert codes(assets.asset_problems(dog, days_ago(0))) == ["animal_without_handler"]


def test_pairs_that_cannot_be_are_refused(cast: Cast) -> None:
    dog, pair = certified_dog(cast.operator_a)
    detector = asset_of(cast.operator_a, "DET-1", "detector")
    stranger = handler_of(cast.operator_b.organisation)

    def said(animal: object, handler: object, targets: list[str]) -> list[str]:
        return codes(assets.pair_animal(cast.operator_a, animal, handler, targets, days_ago(3))[1])

    assert said(dog, stranger, []) == ["pair_other_organisation"]
    assert said(dog, pair.handler, ["ap_mine"]) == ["pair_runs_already"]
    assert said(detector, pair.handler, ["gold"]) == ["pair_not_animal", "asset_value_wrong"]
    assert codes(assets.add_test(cast.operator_a, dog, blind())[1]) == ["pair_missing"]


def test_training_keeps_a_pair_and_idleness_ends_it(cast: Cast) -> None:
    dog, pair = certified_dog(cast.operator_a)
    assets.add_test(cast.operator_a, dog, blind(90), assets.Paper(pair=pair))
    AssetTest.objects.filter(on=days_ago(10)).delete()
    assert codes(assets.asset_problems(dog, days_ago(0))) == ["animal_absent"]
    for day in (20, 45, 70):
        row, problems = assets.add_training(cast.operator_a, pair, Session(days_ago(day), 1, 5, 5), "Lane")
        assert row is not None, problems
    assert assets.asset_problems(dog, days_ago(0)) == []
    refused = assets.add_training(cast.operator_a, pair, Session(days_ago(300), 1, 5, 6), "")[1]
    assert codes(refused) == ["training_counts", "field_missing", "pair_not_running"]
    assert codes(assets.add_training(cast.operator_b, pair, Session(days_ago(1), 1, 5, 5), "x")[1]) == ["right_missing"]


def test_many_assets_take_as_few_questions_as_one(cast: Cast, django_assert_max_num_queries: object) -> None:
    for number in range(6):
        asset_of(cast.operator_a, f"DET-{number}", "detector")
    certified_dog(cast.operator_a)
    with django_assert_max_num_queries(11):
        facts = facts_of_all(list(with_history(assets_seen_by(cast.operator_a), days_ago(0))), days_ago(0))
    assert len(facts) == 7


# -- records ----------------------------------------------------------------------------------------------------------


def test_a_days_work_of_a_certified_dog_stands(cast: Cast) -> None:
    register_all()
    certified_dog(cast.operator_a)
    assert found_in(progress(cast.operator_a), "animal_id", "wind_mps", "animal_fit", "daily_test_passed") == set()


def test_a_dog_that_may_not_search_covers_no_ground(cast: Cast) -> None:
    register_all()
    _, pair = certified_dog(cast.operator_a)
    windy = progress(cast.operator_a, wind_mps=11, temperature_c=40)
    assert found_in(windy, "wind_mps") == {"animal_wind", "animal_heat"}
    assert "animal_not_fit" in found_in(progress(cast.operator_a, "work-2", animal_fit="no"))
    failed = progress(cast.operator_a, "work-3", daily_test_passed="no")
    assert found_in(failed, "daily_test_passed") == {"animal_daily_test_failed"}
    assert has_errors(records.accept(failed, cast.officer))
    told = progress(cast.operator_a, "work-4", daily_test_passed="no", processed_area_m2=0)
    assert {each["severity"] for each in told.findings if each["element"] == "daily_test_passed"} == {"warning"}
    assets.end_pair(cast.operator_a, pair, days_ago(3))
    assert found_in(progress(cast.operator_a, "work-5"), "animal_id") == {"animal_without_handler"}


def test_an_animal_nobody_entered_is_a_warning_and_a_rivals_is_an_error(cast: Cast) -> None:
    register_all()
    unknown = progress(cast.operator_a, animal_id="DOG-9")
    assert [(each["code"], each["severity"]) for each in unknown.findings if each["element"] == "animal_id"] == [
        ("asset_not_registered", "warning")
    ]
    certified_dog(cast.operator_b, "DOG-B")
    assert found_in(progress(cast.operator_a, "work-2", animal_id="DOG-B"), "animal_id") == {
        "asset_of_other_organisation"
    }


def test_a_machine_is_named_with_its_model_and_releases_nothing_alone(cast: Cast) -> None:
    register_all()
    asset_of(cast.operator_a, "FL-1", "flail")
    machine = {
        "method": "mechanical",
        "machine_id": "FL-1 Bozena 5",
        "machine_hours": 5,
        "equipment_tested": "yes",
        **dict.fromkeys(("animal_id", "animal_hours", "animal_fit", "daily_test_passed")),
    }
    alone = progress(cast.operator_a, follow_up_method="mechanical", **machine)
    assert found_in(alone, "machine_id", "follow_up_method") == {"asset_not_tested", "machine_without_search"}
    followed = progress(cast.operator_a, "work-2", follow_up_method="manual", **machine)
    assert found_in(followed, "machine_id", "follow_up_method") == {"asset_not_tested"}
    assert all(each["severity"] == "warning" for each in followed.findings if each["element"] == "machine_id")


def test_an_accepted_inspection_certifies_and_one_withdrawn_does_not(cast: Cast) -> None:
    register_all()
    dog, pair = certified_dog(cast.operator_a)
    AssetTest.objects.all().delete()
    report = inspection(cast.inspector)
    assert AssetTest.objects.count() == 0
    assert not has_errors(records.accept(report, cast.officer))
    row = AssetTest.objects.get()
    assert (row.asset, row.pair, row.blind, row.passed, row.missed, row.unit) == (dog, pair, True, True, 0, "AZ-AGM")
    assert assets.asset_problems(dog, days_ago(0)) == []


def test_a_test_of_an_inspection_that_nobody_calls_blind_certifies_nothing(cast: Cast) -> None:
    register_all()
    dog, _ = certified_dog(cast.operator_a)
    assert not has_errors(records.accept(inspection(cast.inspector, test_blind=None), cast.officer))
    assert codes(assets.asset_problems(dog, days_ago(0))) == ["animal_test_not_blind"]


def test_where_two_handlers_may_be_meant_somebody_says_which(cast: Cast) -> None:
    register_all()
    dog, pair = certified_dog(cast.operator_a)
    other, problems = assets.pair_animal(
        cast.operator_a, dog, handler_of(cast.operator_a.organisation, "P-8"), [], days_ago(50)
    )
    assert other is not None, problems
    records.accept(inspection(cast.inspector), cast.officer)
    row = AssetTest.objects.get(record__isnull=False)
    assert row.pair is None
    assert codes(assets.name_handler(cast.operator_b, row, other)) == ["right_missing"]
    assert assets.name_handler(cast.inspector, row, other) == []
    assert codes(assets.name_handler(cast.inspector, row, pair)) == ["asset_value_wrong"]


def test_an_inspection_of_an_asset_that_is_not_there_or_not_theirs_says_so(cast: Cast) -> None:
    register_all()
    assert found_in(inspection(cast.inspector, asset_id="DOG-99"), "asset_id") == {"asset_not_registered"}
    certified_dog(cast.operator_b, "DOG-B")
    assert found_in(inspection(cast.inspector, "test-2", asset_id="DOG-B"), "asset_id") == {
        "asset_of_other_organisation"
    }
