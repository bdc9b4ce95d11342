"""One question, one answer: the list, the map and the figures are always of the same areas."""

import json
import re
from collections.abc import Iterator
from datetime import date

import pytest
from django.test import Client, override_settings

from torpaq.web.desk.context import Question, read_question
from web.desk_stories import open_desk
from web.stories import Cast

QUESTIONS = (
    "",
    "unit=AZ-AGM",
    "status=cha",
    "status=released",
    "contamination=erw",
    "contamination=mine&status=cha",
    "operator=OP-B",
    "method=manual",
    "since=2023-10-01",
    "until=2021-03-31",
    "text=AĞDAM",
    "text=агдам",
    "text=fizuli",
    "on=2021-03-31",
    "on=2023-09-30&known=2023-12-01",
    "status=released&on=2021-12-31",
)


@pytest.fixture(autouse=True)
def quick_passwords() -> Iterator[None]:
    """Hash the cast's passwords quickly: how well they are hashed is another story."""
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield


@pytest.fixture
def desk(cast: Cast, client: Client) -> Client:
    open_desk()
    client.force_login(cast.donor)
    return client


def listed(desk: Client, query: str) -> list[str]:
    return re.findall(r'data-area="([^"]+)"', desk.get(f"/?{query}").content.decode())


def mapped(desk: Client, query: str) -> list[str]:
    return [row[0] for row in json.loads(desk.get(f"/areas.json?{query}").content)["areas"]]


@pytest.mark.django_db
@pytest.mark.parametrize("query", QUESTIONS)
def test_list_map_and_count_agree(desk: Client, query: str) -> None:
    page = desk.get(f"/?{query}").content.decode()
    in_list = listed(desk, query)
    assert mapped(desk, query) == [area for area in in_list if area != "LEGACY-1"]  # a total has no place on the map
    assert f"<dd>{len(in_list)}</dd>" in page


@pytest.mark.django_db
def test_filters_find_what_they_should(desk: Client) -> None:
    everything = ["HA-17", "HA/18", "LEGACY-1"]
    assert listed(desk, "") == everything
    assert listed(desk, "unit=AZ-FUZ") == ["HA/18"]
    assert listed(desk, "status=unlocated") == ["LEGACY-1"]
    assert listed(desk, "contamination=erw") == ["HA/18"]
    assert listed(desk, "method=mechanical") == listed(desk, "operator=OP-B") == ["HA/18"]
    assert listed(desk, "since=2023-10-01") == ["HA-17"]
    assert listed(desk, "text=ağdam") == listed(desk, "text=Agdam") == listed(desk, "text=Агдам")
    assert listed(desk, "sort=open")[0] == "HA/18"
    assert listed(desk, "on=2021-03-31") == ["HA-17"]
    assert listed(desk, "text=nobody") == []


@pytest.mark.django_db
def test_the_two_days_change_list_figures_and_map(desk: Client) -> None:
    def open_ha(query: str) -> str:
        found = re.search(r'<dd title="([\d,]+)', desk.get(f"/?{query}").content.decode())
        return found.group(1) if found else ""

    assert open_ha("on=2021-03-31") == "10,000"
    assert open_ha("on=2021-12-31") == "30,000"
    assert open_ha("on=2022-05-31") == "26,000"
    assert open_ha("on=2022-05-31&known=2022-05-31") == "30,000"  # the cancellation was recorded in June
    tiles = json.loads(desk.get("/areas.json?on=2022-05-31&known=2022-05-31").content)["tiles"]
    assert tiles.endswith("?on=2022-05-31&known=2022-05-31")
    assert open_ha("on=2023-09-30&known=2023-09-30") == "23,100" and open_ha("on=2023-09-30") == "23,000"


@pytest.mark.django_db
def test_htmx_gets_the_list_alone_and_a_clean_address(desk: Client) -> None:
    headers = {"HX-Request": "true"}
    response = desk.get("/?unit=AZ-AGM&status=&text=&on=2023-01-01", headers=headers)
    assert response["HX-Push-Url"] == "/?unit=AZ-AGM&on=2023-01-01"
    page = response.content.decode()
    assert "<html" not in page and 'data-query="unit=AZ-AGM&amp;on=2023-01-01"' in page
    restored = desk.get("/?unit=AZ-AGM", headers=headers | {"HX-History-Restore-Request": "true"})
    assert "<html" in restored.content.decode()


def test_a_question_is_its_address_and_back() -> None:
    question = Question(unit="AZ-AGM", status="cha", text="Ağ dam", on=date(2023, 1, 2), sort="open")
    from django.http import QueryDict

    again, problems = read_question(QueryDict(question.query()))
    assert (again, problems) == (question, [])
    assert Question().query() == "" and not Question(on=date(2023, 1, 1)).is_filtered
