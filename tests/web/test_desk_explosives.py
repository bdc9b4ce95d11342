"""The explosives book at the desk: booking, counting, printing, and reports against it."""

import pytest
from django.test import Client

from torpaq.web.models import ExplosiveMovement
from web.asset_stories import book, days_ago, progress, team_of
from web.desk_stories import open_desk
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


def line(**changes: object) -> dict[str, object]:
    usual = {"organisation": "OP-A", "kind": "received", "on": days_ago(1).isoformat(), "explosive": "TNT"}
    return usual | {"quantity": "12,5", "unit": "kg", "store": "Main", "note": "delivery 7"} | changes


def test_a_line_is_booked_and_shown(desk: Client) -> None:
    assert "Nothing is booked yet" in page(desk, "/explosives")
    assert desk.post("/explosives", line()).status_code == 302
    text = page(desk, "/explosives")
    assert "12.5" in text and "delivery 7" in text
    assert ExplosiveMovement.objects.get().account.username == "operator-a"


def test_what_cannot_be_booked_is_said_with_what_is_there(desk: Client, cast: Cast) -> None:
    desk.post("/explosives", line())
    team = team_of(cast.operator_a.organisation)
    text = desk.post("/explosives", line(kind="issued", team=team.pk, quantity="13")).content.decode()
    assert "explosive_short" in text and "Only 12.5 kg are there" in text and 'value="13"' in text
    wrongs = [
        ({"quantity": "much"}, "asset_number_wrong"),
        ({"on": "soon"}, "date_wrong"),
        ({"quantity": ""}, "field_missing"),
        ({"kind": "eaten"}, "explosive_kind_unknown"),
    ]
    for wrong, code in wrongs:
        assert code in desk.post("/explosives", line(**wrong)).content.decode()
    assert ExplosiveMovement.objects.count() == 1


def test_a_count_that_differs_stays_in_sight(desk: Client) -> None:
    desk.post("/explosives", line())
    assert (
        "explosive_count_differs"
        in desk.post("/explosives", line(kind="counted", quantity="12", note="")).content.decode()
    )
    booked = desk.post("/explosives", line(kind="counted", quantity="12", note="spoilt", witness="A"), follow=True)
    assert "Counts that differed" in booked.content.decode()
    sheet = page(desk, "/explosives/sheet?organisation=OP-A")
    assert "spoilt" in sheet and "Counted by" in sheet


def test_the_book_of_an_earlier_day_is_shown_as_it_was(desk: Client) -> None:
    desk.post("/explosives", line())
    assert "The stores hold nothing" in page(desk, f"/explosives?on={days_ago(2).isoformat()}")
    assert "date_wrong" in page(desk, "/explosives?on=yesterday")


def test_a_report_is_set_beside_the_book_and_booked_with_one_press(desk: Client, cast: Cast) -> None:
    team_of(cast.operator_a.organisation)
    desk.post("/explosives", line())
    row = {"explosive": "TNT", "explosive_unit": "kg", "explosive_used": 0.3, "explosive_issued": 0.4}
    record = progress(cast.operator_a, demolitions=[row | {"explosive_returned": 0.1}])
    assert "the report has 0.3 kg used, the book 0 kg" in page(desk, "/explosives")
    assert desk.post(f"/explosives/{record.pk}/book", {"store": "Main"}).status_code == 302
    assert "the book 0 kg" not in page(desk, "/explosives")
    assert ExplosiveMovement.objects.filter(record=record).count() == 3
    again = desk.post(f"/explosives/{record.pk}/book", {"store": "Main"}, follow=True).content.decode()
    assert "already" in again
    assert ExplosiveMovement.objects.count() == 4


def test_a_report_that_takes_more_than_is_there_books_nothing(desk: Client, cast: Cast) -> None:
    team_of(cast.operator_a.organisation)
    desk.post("/explosives", line())
    rows = [
        {"explosive": "TNT", "explosive_unit": "kg", "explosive_used": 1, "explosive_issued": 1},
        {"explosive": "TNT", "explosive_unit": "kg", "explosive_used": 20, "explosive_issued": 20},
    ]
    record = progress(cast.operator_a, demolitions=rows)
    text = desk.post(f"/explosives/{record.pk}/book", {"store": "Main"}, follow=True).content.decode()
    assert "cannot be taken" in text
    assert ExplosiveMovement.objects.count() == 1


def test_who_may_read_and_book(desk: Client, cast: Cast, client: Client) -> None:
    book(cast.operator_a, "received 5 kg TNT Main")
    client.force_login(cast.donor)
    assert client.get("/explosives").status_code == 403
    assert client.get("/explosives/sheet").status_code == 403
    client.force_login(cast.operator_b)
    assert client.get("/explosives?organisation=OP-A").status_code == 404
    assert "TNT" not in client.get("/explosives").content.decode()
    assert client.post("/explosives", line()).status_code == 404
    client.force_login(cast.inspector)
    text = client.get("/explosives?organisation=OP-A").content.decode()
    assert "TNT" in text and "Book a line" not in text
    client.force_login(cast.officer)
    assert "Book a line" in client.get("/explosives?organisation=OP-A").content.decode()
