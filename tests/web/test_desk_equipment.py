"""Assets at the desk: the list, one asset's page, a pair's page, and who may do what there."""

import pytest
from django.test import Client

from torpaq.operations.assets.certificates import Trial
from torpaq.web.models import AnimalPair, Asset, AssetTest, DailyCheck, TrainingSession
from torpaq.web.operations import assets
from torpaq.web.operations.animal_ground import grounds_of
from torpaq.web.record_effects import register_all
from web.asset_stories import asset_of, certified_dog, days_ago, handler_of, inspection, progress, team_of
from web.desk_stories import open_desk
from web.record_stories import SQUARE, polygon
from web.stories import Cast


@pytest.fixture
def desk(cast: Cast, client: Client) -> Client:
    open_desk()
    client.force_login(cast.operator_a)
    return client


def page(desk: Client, address: str) -> str:
    response = desk.get(address)
    assert response.status_code == 200, address
    return response.content.decode()


def act(desk: Client, asset: Asset, action: str, **values: object) -> tuple[int, str]:
    response = desk.post(f"/assets/{asset.pk}/{action}", values)
    return response.status_code, response.content.decode()


def test_the_list_shows_at_once_how_certificates_stand(desk: Client, cast: Cast) -> None:
    for number, (days, passed) in enumerate([(10, True), (340, True), (500, True), (5, False)]):
        asset = asset_of(cast.operator_a, f"DET-{number}", "detector", model="F3")
        assets.add_test(cast.operator_a, asset, Trial("calibration", days_ago(days), passed))
    asset_of(cast.operator_a, "FL-1", "flail")
    text = page(desk, "/assets")
    for words in ("Valid: 1", "Ends soon: 1", "Expired: 1", "Failed its test: 1", "Not tested: 1", "days left: 25"):
        assert words in text, words
    assert page(desk, "/assets?standing=expired").count('href="/assets/') == 1
    assert "FL-1" not in page(desk, "/assets?kind=detector")
    assert "DET-3" in page(desk, "/assets?text=det-3")


@pytest.mark.parametrize("language", ["az", "en", "ru"])
def test_every_page_is_said_in_three_languages(desk: Client, cast: Cast, language: str) -> None:
    dog, pair = certified_dog(cast.operator_a)
    assets.add_daily_check(cast.operator_a, dog, days_ago(1), True, True, wind_mps=2.5, temperature_c=21)
    desk.cookies["django_language"] = language
    words = {"az": "Vasitələr", "en": "Assets", "ru": "Средства"}[language]
    for address in ("/assets", f"/assets/{dog.pk}", f"/assets/{dog.pk}/pairs/{pair.pk}", "/explosives"):
        assert words in page(desk, address)


def test_an_asset_is_entered_and_faults_leave_what_was_typed(desk: Client) -> None:
    typed = {"organisation": "OP-A", "code": "FL 1", "kind": "flail", "model": "Bozena 5", "working_depth_cm": "20"}
    answer = desk.post("/assets", typed)
    assert "word_has_blank" in answer.content.decode() and "Bozena 5" in answer.content.decode()
    assert desk.post("/assets", typed | {"code": "FL-1", "working_depth_cm": "deep"}).status_code == 200
    assert desk.post("/assets", typed | {"code": "FL-1"}).status_code == 302
    assert Asset.objects.get().working_depth_cm == 20
    assert desk.post("/assets", typed | {"organisation": "OP-B"}).status_code == 404


def test_a_test_is_filed_and_the_asset_may_work(desk: Client, cast: Cast) -> None:
    detector = asset_of(cast.operator_a, "DET-1", "detector")
    assert "was never tested" in page(desk, f"/assets/{detector.pk}")
    said = {"kind": "calibration", "passed": "yes", "depth_cm": "20", "tester": "Workshop"}
    status, text = act(desk, detector, "test", on="yesterday", **said)
    assert status == 200 and "date_wrong" in text and "Workshop" in text
    status, text = act(desk, detector, "test", on=days_ago(-2).isoformat(), **said)
    assert "asset_test_ahead" in text
    assert act(desk, detector, "test", on=days_ago(2).isoformat(), **said)[0] == 302
    assert "Nothing speaks against it" in page(desk, f"/assets/{detector.pk}")
    assert AssetTest.objects.get().tester == "Workshop"


def test_a_check_a_move_and_a_team(desk: Client, cast: Cast) -> None:
    detector = asset_of(cast.operator_a, "DET-1", "detector")
    today = days_ago(0).isoformat()
    assert act(desk, detector, "check", on=today, fit="yes")[0] == 302
    assert not DailyCheck.objects.get().test_passed
    assert "daily_check_twice" in act(desk, detector, "check", on=today, fit="yes", test_passed="yes")[1]
    assert "reason_missing" in act(desk, detector, "move", move="repair", on=today, reason="")[1]
    assert act(desk, detector, "move", move="repair", on=today, reason="coil")[0] == 302
    assert act(desk, detector, "team", team=str(team_of(cast.operator_a.organisation).pk))[0] == 302
    detector.refresh_from_db()
    assert (detector.state, detector.team.code) == ("under_repair", "T1")
    assert "coil" in page(desk, f"/assets/{detector.pk}")
    assert act(desk, detector, "explode")[0] == 404


def test_a_dog_is_paired_tested_trained_and_parted(desk: Client, cast: Cast) -> None:
    dog = asset_of(cast.operator_a, "DOG-3", "dog", name="Alabaş")
    handler = handler_of(cast.operator_a.organisation)
    assert (
        act(desk, dog, "pair", handler=handler.pk, targets=["ap_mine", "av_mine"], since=days_ago(60).isoformat())[0]
        == 302
    )
    pair = AnimalPair.objects.get()
    said = {"kind": "blind_accreditation", "on": days_ago(20).isoformat(), "pair": pair.pk, "passed": "yes"}
    said |= {"blind": "yes", "targets": "12", "missed": "0", "false_indications": "1", "unit": "AZ-AGM"}
    assert act(desk, dog, "test", **said)[0] == 302
    address = f"/assets/{dog.pk}/pairs/{pair.pk}"
    for days, found in ((50, 6), (15, 9), (3, 10)):
        training = {"on": days_ago(days).isoformat(), "hours": "1,5", "subject": "Boxes", "targets": 10, "found": found}
        assert desk.post(f"{address}/training", training).status_code == 302
    assert TrainingSession.objects.count() == 3
    text = page(desk, address)
    assert "whisker" in text and "25 / 30" in text and "Kamran" in text
    wrong = desk.post(f"{address}/training", training | {"found": 11}).content.decode()
    assert "training_counts" in wrong
    assert desk.post(f"{address}/end", {"until": days_ago(0).isoformat()}).status_code == 302
    assert desk.post(f"{address}/dance").status_code == 404


def test_a_report_and_an_inspection_are_on_the_page(desk: Client, cast: Cast) -> None:
    dog, _ = certified_dog(cast.operator_a)
    progress(cast.operator_a)
    from torpaq.web import records

    records.accept(inspection(cast.inspector), cast.officer)
    text = page(desk, f"/assets/{dog.pk}")
    assert "work-1" in text
    assert "AUTHORITY" in text


def test_ground_counts_where_two_dogs_searched_it(desk: Client, cast: Cast) -> None:
    register_all()
    dog, _ = certified_dog(cast.operator_a)
    certified_dog(cast.operator_a, "DOG-4", "P-8")
    whole, half = SQUARE, SQUARE.replace("46.931", "46.9305")
    progress(cast.operator_a, boundary=polygon(whole))
    progress(cast.operator_a, "work-2", animal_id="DOG-4", boundary=polygon(half))
    progress(cast.operator_a, "work-3", boundary=polygon(half))
    progress(cast.operator_a, "work-4", animal_id="DOG-4", boundary=polygon(whole), wind_mps=15)
    progress(cast.operator_a, "work-5", animal_id="DOG-4")
    (ground,) = grounds_of(dog)
    total = ground.credit.credited_m2 + ground.credit.processed_m2
    assert ground.credited_percent == pytest.approx(50, abs=0.5)
    assert total == pytest.approx(9480, rel=0.01)
    assert (ground.not_drawn, ground.refused) == (1, 1)
    assert "Ground searched by animals" in page(desk, f"/assets/{dog.pk}")


def test_who_may_see_and_do_what(desk: Client, cast: Cast, client: Client) -> None:
    detector = asset_of(cast.operator_a, "DET-1", "detector")
    said = {"kind": "calibration", "on": days_ago(2).isoformat(), "passed": "yes"}

    def as_(person: object) -> Client:
        client.force_login(person)
        return client

    assert as_(cast.donor).get("/assets").status_code == 403
    assert "/explosives" not in client.get("/").content.decode()
    assert as_(cast.operator_b).get(f"/assets/{detector.pk}").status_code == 404
    assert client.post(f"/assets/{detector.pk}/test", said).status_code == 404
    assert "DET-1" not in client.get("/assets").content.decode()
    text = as_(cast.inspector).get(f"/assets/{detector.pk}").content.decode()
    assert "File a test" in text and "File a check" not in text
    assert client.post(f"/assets/{detector.pk}/test", said).status_code == 302
    text = as_(cast.authority).get(f"/assets/{detector.pk}").content.decode()
    assert "File a test" not in text and "Enter an asset" not in client.get("/assets").content.decode()
    assert "right_missing" in client.post(f"/assets/{detector.pk}/test", said).content.decode()
    assert as_(cast.officer).get("/assets").status_code == 200
    client.logout()
    assert client.get("/assets").status_code == 302
