"""Operator A's team without a network: what is written stays on the phone, says so, and arrives once."""

import re
import uuid

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from web.browser.conftest import Opener
from web.browser.screens import axe_source, barriers_on


@pytest.fixture
def enrolled(open_page: Opener) -> str:
    """Enrol a phone at the desk and return the address of the phone's page, its key in it."""
    page = open_page("operator-a")
    page.goto("/teams")
    page.click("main table a >> nth=0")
    page.fill('[name="phone"]', f"Phone {uuid.uuid4().hex[:8]}")  # a name is one phone's in its team
    page.click('button:has-text("Enrol a phone")')
    address = page.locator("details code", has_text="/field/page#")  # folded away: there, not seen
    address.wait_for(state="attached")
    found = re.search(r"/field/page#([\w-]{43})", address.inner_html())
    assert found
    return found.group()


@pytest.fixture
def phone(browser: Browser, desk_address: str, enrolled: str):
    context = browser.new_context(
        viewport={"width": 390, "height": 844},
        base_url=desk_address,
        permissions=["geolocation"],
        geolocation={"latitude": 39.99, "longitude": 46.93, "accuracy": 4},
    )
    page = context.new_page()
    page.goto("/field/page?language=en")
    page.goto(f"/field/page?language=en{enrolled.removeprefix('/field/page')}")
    page.reload()
    page.wait_for_selector(".form-button")
    yield context, page
    context.close()


def write_incident(page: Page) -> None:
    page.click('.form-button:has-text("Accident or incident")')
    choose = {
        "event_kind": "incident",
        "at_workplace": "no",
        "place_precision": "exact",
        "outside_recorded_area": "unknown",
    }
    for element, code in choose.items():
        page.check(f'[data-element="{element}"] input[value="{code}"]')
    page.select_option('[data-element="unit"] select', "AZ-AGM")
    page.select_option('[data-element="device_category"] select', "unknown")
    page.fill('[data-element="occurred_on"] input', "2026-10-01")
    page.click('[data-element="place"] button >> nth=0')
    page.wait_for_selector('[data-element="place"] li')


def states(page: Page) -> list[str | None]:
    return [item.get_attribute("data-state") for item in page.query_selector_all(".item")]


def test_a_report_written_without_a_network_waits_and_arrives_once(phone: tuple[BrowserContext, Page]) -> None:
    context, page = phone
    page.evaluate("() => navigator.serviceWorker.ready")
    context.set_offline(True)
    page.reload()  # the shell comes from the phone itself
    page.wait_for_selector(".form-button")
    assert "No network" in page.inner_text("#line")
    write_incident(page)
    page.click('button:has-text("Finish and send")')
    page.wait_for_selector(".item.on_phone")
    assert page.inner_text("#waiting") == "1"
    page.reload()  # and survives the page's end
    page.wait_for_selector(".item.on_phone")
    context.set_offline(False)
    page.click('button:has-text("Send now")')
    page.wait_for_selector(".item.on_server")
    assert states(page) == ["on_server"]
    assert page.inner_text("#waiting") == "0"


def test_a_team_chooses_its_task_without_a_network_and_walks_what_it_searched(
    phone: tuple[BrowserContext, Page],
) -> None:
    context, page = phone
    page.evaluate("() => navigator.serviceWorker.ready")
    context.set_offline(True)
    page.reload()
    page.click('.form-button:has-text("Clearance progress")')
    task = page.locator('[data-element="task"] select')
    codes = [code for code in task.locator("option").evaluate_all("all => all.map((one) => one.value)") if code]
    assert codes[-1] == "*" and len(codes) > 1, "the team's own tasks, and a way to write another"
    assert "as of" in page.inner_text('[data-element="task"]')
    task.select_option(codes[0])
    assert page.input_value('[data-element="activity"] select')
    assert page.input_value('[data-element="team"] input')
    page.fill('[data-element="team"] input', "another")
    task.select_option("*")
    page.fill('[data-element="task"] input', "T-typed")
    page.keyboard.press("Tab")
    assert page.input_value('[data-element="team"] input') == "another", "what a person wrote stays"
    assert page.input_value('[data-element="task"] input') == "T-typed"
    page.click('[data-element="boundary"] button:has-text("Walk it: start")')
    for latitude, longitude in ((39.99, 46.93), (39.9902, 46.93), (39.9902, 46.9302)):
        context.set_geolocation({"latitude": latitude, "longitude": longitude, "accuracy": 4})
        page.wait_for_selector(f'[data-element="boundary"] li:has-text("{latitude:.6f}, {longitude:.6f}")')
    page.click('[data-element="boundary"] button:has-text("Walk it: stop")')
    assert "m²" in page.inner_text('[data-element="boundary"] output')


def test_what_lacks_is_named_and_the_draft_is_kept(phone: tuple[BrowserContext, Page]) -> None:
    _, page = phone
    page.click('.form-button:has-text("Accident or incident")')
    page.check('[data-element="event_kind"] input[value="accident"]')
    page.click('button:has-text("Finish and send")')
    assert "Still to be answered" in page.inner_text("[role=alert]")
    page.click('button:has-text("Go on later")')
    page.click(".card >> nth=0")
    assert page.is_checked('[data-element="event_kind"] input[value="accident"]')


def test_a_phone_without_a_key_is_told_what_to_do(browser: Browser, desk_address: str) -> None:
    context = browser.new_context(base_url=desk_address)
    page = context.new_page()
    page.goto("/field/page?language=ru")
    page.wait_for_selector("h1")
    assert "не зарегистрирован" in page.inner_text("h1")
    context.close()


@pytest.mark.parametrize("language", ["az", "en", "ru"])
def test_axe_finds_no_barrier_on_the_phones_page(phone: tuple[BrowserContext, Page], language: str) -> None:
    axe = axe_source()
    _, page = phone
    page.goto(f"/field/page?language={language}")
    page.wait_for_selector(".form-button")
    for screen in ("home", "form"):
        if screen == "form":
            page.click(".form-button >> nth=0")
        assert barriers_on(page, axe, 390) == [], screen
