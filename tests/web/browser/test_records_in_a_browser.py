"""Reports as people meet them: a survey typed and drawn, accepted, signed; a conflict resolved with keys alone."""

import re

import pytest
from playwright.sync_api import Page, expect

from web.browser.conftest import Opener
from web.browser.screens import axe_source, barriers_on, click_beside_the_middle, look_at, map_is_idle, too_wide_px

pytestmark = pytest.mark.browser
SCREENS = (
    "/records", "/records/new", "/records/new/hazardous_area", "/records/new/victim", "/records/conflicts",
    "/records/quarantine", "{record}", "{record}/change", "{conflict}/conflict",
)  # fmt: skip
PLACE = "40.2 N 46.8 E"


def answer(page: Page, number: str, area: str) -> None:
    """Answer what a survey has to answer, but for its places."""
    page.fill('[name="date_of_information"]', "2026-05-31")
    page.fill('[name="local_id"]', number)
    page.fill('[name="area"]', area)
    page.select_option('[name="unit"]', index=1)
    page.select_option('[name="survey_result"]', "established")
    page.check('[name="visited"][value="yes"]')
    page.locator('[name="classification"][value="sha"]').check()
    page.locator('[name="area_status"]').select_option("open")
    page.check('[name="contamination_type"][value="ap"]')
    page.check('[name="device_categories"][value="ap_mine"]')
    page.check('[name="evidence_indirect"][value="verbal_report"]')


def submitted(page: Page, number: str, area: str, boundary: str) -> str:
    """Submit a survey with typed places; return its address."""
    page.goto("/records/new/hazardous_area")
    answer(page, number, area)
    page.fill('[name="benchmark"]', PLACE)
    page.check('[name="boundary.source"][value="typed"]')
    page.fill('[name="boundary.typed"]', boundary)
    page.fill('[name="reported_area_m2"]', "5000")
    page.select_option('[name="unit"]', label="Goranboy")
    page.click('.actions [value="submit"]')
    page.wait_for_url(re.compile(r"/records/\d+(/change.*)?$"))
    assert "/change" not in page.url, page.locator(".problem.error").all_inner_texts()
    return page.url


def changed(page: Page, address: str, name: str) -> None:
    """Change the area's name from the state that the page was opened with."""
    page.fill('[name="area_name"]', name)
    page.fill("#reason", f"they call it {name}")
    page.click('.actions [value="change"]')
    page.wait_for_url(address)


def test_a_survey_is_typed_drawn_accepted_and_its_proposal_waits_for_a_signature(open_page: Opener) -> None:
    page = open_page("operator-a", height=1100)
    page.goto("/records/new/hazardous_area")
    map_is_idle(page)
    expect(page.locator('[name="cancellation_criteria"]').first).to_be_hidden()
    answer(page, "NTS-BROWSER", "HA-BROWSER")
    page.select_option('[name="unit"]', label="Goranboy")
    page.select_option('[name="survey_result"]', "cancelled_whole")  # what is asked follows what is answered
    expect(page.locator('[name="cancellation_criteria"]').first).to_be_visible()
    page.select_option('[name="survey_result"]', "established")

    look_at(page, 46.8, 40.2)
    page.click('[data-asked="boundary"] [data-hold]')
    for dx, dy in ((-60, -60), (60, -60), (60, 60), (-60, 60)):
        click_beside_the_middle(page, dx, dy)
    page.click('[data-draw="finish"]')
    page.click('[data-pick="f-benchmark"]')
    click_beside_the_middle(page, -100, 0)
    expect(page.locator('[name="benchmark"]')).to_have_value(re.compile(r"^40\.\d+ N 46\.\d+ E$"))
    page.fill('[name="reported_area_m2"]', "a lot")
    page.click('.actions [value="check"]')
    expect(page.locator("#f-reported_area_m2-problems .problem")).to_be_visible()
    told = page.locator("#f-boundary-problems .note").inner_text()
    page.fill('[name="reported_area_m2"]', re.sub(r"[^\d.]", "", told.split("m²")[0]))

    page.click('[data-repeat="evidence_points"] > .add-row')
    expect(page.locator('[data-repeat="evidence_points"] > [data-row]')).to_have_count(1)
    page.click('[data-repeat="evidence_points"] .remove-row')
    expect(page.locator('[data-repeat="evidence_points"] > [data-row]')).to_have_count(0)
    page.click('.actions [value="submit"]')
    page.wait_for_url(re.compile(r"/records/\d+$"))
    address = page.url

    officer = open_page("officer")
    officer.goto(address)
    map_is_idle(officer)
    expect(officer.get_by_role("heading", name="What it would bring")).to_be_visible()
    officer.click('[value="accept"]')
    expect(officer.get_by_text("Waiting for signature")).to_be_visible()
    authority = open_page("authority")
    authority.goto(address)
    authority.locator(".card-line a").click()
    map_is_idle(authority)
    authority.click('[value="sign"]')
    expect(authority.get_by_text("Its entry in the ledger")).to_be_visible()


@pytest.fixture
def conflict(open_page: Opener) -> str:
    """The address of a survey that Operator A and the officer changed at once, each from what both had seen."""
    page, officer = open_page("operator-a"), open_page("officer")
    address = submitted(page, "NTS-CONFLICT", "HA-CONFLICT", "box -20000 22000 -19950 22100")
    for one in (page, officer):
        one.goto(f"{address}/change")
    changed(page, address, "The orchard")
    changed(officer, address, "The vineyard")
    return address


def test_a_conflict_is_resolved_with_keys_alone(open_page: Opener, conflict: str) -> None:
    page = open_page("operator-a")
    page.goto(f"{conflict}/conflict")
    expect(page.get_by_text("The vineyard", exact=True)).to_be_visible()
    page.focus('[name="choice.0"] >> nth=0')
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    chosen = page.locator('[name="choice.0"]:checked + b').inner_text()
    assert chosen == "B"
    page.focus("#reason")
    page.keyboard.type("seen on the sign")
    page.keyboard.press("Enter")
    page.wait_for_url(conflict)
    expect(page.locator(".versions li").first).to_contain_text("seen on the sign")
    expect(page.get_by_text("Written differently in several places:")).to_have_count(0)


def test_no_screen_of_records_is_wider_than_a_phone(open_page: Opener, conflict: str) -> None:
    for language in ("az", "en", "ru"):
        page = open_page("officer", language, 360, 800)
        for screen in SCREENS:
            page.goto(screen.format(record=conflict, conflict=conflict))
            assert too_wide_px(page) <= 0, (screen, language)


def test_axe_finds_no_barrier_on_any_screen_of_records(open_page: Opener, conflict: str) -> None:
    axe = axe_source()
    barriers = []
    for language in ("az", "en"):
        page = open_page("officer", language)
        for screen in SCREENS:
            page.set_viewport_size({"width": 1440, "height": 900})
            page.goto(screen.format(record=conflict, conflict=conflict))
            barriers += [(screen, *barrier) for barrier in barriers_on(page, axe)]
    assert barriers == []
