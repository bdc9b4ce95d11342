"""Every figure of a balance opens the entries it is made of, and they add up to it exactly."""

import re
from collections.abc import Iterator
from datetime import date
from html import unescape

import pytest
from django.test import Client, override_settings

from torpaq.intake.demonstration import generate
from torpaq.land.balance import FLOWS, GroupBy, balance, square_metres
from torpaq.land.entry import Status
from torpaq.land.live import LiveLand
from torpaq.land.rules import NUMBER_OF_STATUS
from torpaq.standard.country import load_country
from torpaq.web.desk.movements import ACCOUNTS, Cell, shares_of
from web.desk_stories import STORY, open_desk
from web.stories import Cast, ledger

PERIODS = ((None, None), (date(2022, 1, 1), date(2023, 6, 30)))


def lands() -> list[LiveLand]:
    return [LiveLand(ledger(STORY)), LiveLand(generate(load_country("aze"), small=True))]


@pytest.mark.parametrize("since, on", PERIODS)
def test_the_shares_of_every_cell_add_up_to_the_balances_own_figure(since: date | None, on: date | None) -> None:
    for land in lands():
        whole = balance(land, on, None, since)
        splits = {by: balance(land, on, None, since, by).groups for by in GroupBy if by is not GroupBy.YEAR}
        cells = [("", "", whole.located, False), ("", "", whole.unlocated, True)]
        for by, groups in splits.items():
            for key, pair in list(groups.items())[:6]:
                cells += [(by.value, key, pair[0], False), (by.value, key, pair[1], True)]
        for by_name, key, figures, apart in cells:
            for number, account in enumerate(ACCOUNTS):
                for flow in FLOWS:
                    cell = Cell(flow, account, on, None, since, by_name, key, apart)
                    assert total(land, cell) == figures.flows[number][flow], cell
                for status in Status if account != "land" else ():
                    cell = Cell(f"stock_{status.value}", account, on, None, since, by_name, key, apart)
                    assert total(land, cell) == figures.classes[number][NUMBER_OF_STATUS[status]], cell


def total(land: LiveLand, cell: Cell) -> int:
    return sum(share.area2_um2 for share in shares_of(land, cell))


def test_a_figure_as_known_on_a_day_is_made_of_what_was_recorded_by_then() -> None:
    land = LiveLand(ledger(STORY))
    known = Cell("cancelled", "land", known=date(2022, 5, 31))
    assert shares_of(land, known) == []
    assert square_metres(total(land, Cell("cancelled", "land"))) == 4000.0
    assert [s.entry.id for s in shares_of(land, Cell("reopened", "mine", known=date(2023, 12, 1)))] == ["R1"]
    assert shares_of(land, Cell("reopened", "mine")) == []


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


@pytest.mark.django_db
@pytest.mark.parametrize(
    "address",
    ["/balance", "/balance?by=operator&contamination=mine", "/balance?by=year&since=2022-01-01&on=2023-07-01",
     "/balance?unit=AZ-AGM", "/balance?known=2022-05-31&by=method", "/area/HA-17", "/area/LEGACY-1"],
)  # fmt: skip
def test_every_figures_link_opens_entries_whose_sum_is_that_figure(desk: Client, address: str) -> None:
    page = desk.get(address).content.decode()
    links = re.findall(r'href="(/balance/entries\?[^"]+)">([\d,\-−]+)</a>', page)
    assert len(links) > 4
    for link, figure in links:
        behind = desk.get(unescape(link))
        assert behind.status_code == 200, link
        context = behind.context
        assert round(context["total_m2"]) == int(figure.replace(",", "")), link
        assert round(sum(area_m2 for _, area_m2 in context["listed"]), 2) == context["total_m2"], link
        assert len(context["listed"]) > 0, link


@pytest.mark.django_db
def test_official_figures_are_checked_and_what_differs_is_named(desk: Client) -> None:
    page = desk.get("/balance").content.decode()
    rows = dict(re.findall(r"/entry/(A\d)\">.*?</th>(.*?)</tr>", page, re.S))
    assert "agrees" in rows["A1"] and "assertion_" not in rows["A1"]
    assert "assertion_differs" in rows["A2"]


@pytest.mark.django_db
def test_published_figures_keep_their_contradictions_with_their_names(desk: Client) -> None:
    page = desk.get("/balance").content.decode()
    assert "Figures published by others" in page and "figures_do_not_add_up" in page


@pytest.mark.django_db
def test_unlocated_land_stands_apart(desk: Client) -> None:
    page = desk.get("/balance?unit=AZ-AGM").content.decode()
    assert "Known only as a total, without a place" in page
    assert re.search(r"apart=1[^>]*>200,000</a>", page)
    assert "Known only as a total, without a place" not in desk.get("/balance?unit=AZ-FUZ").content.decode()
