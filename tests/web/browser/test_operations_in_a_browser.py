"""Operations as people meet them: lanes drawn, days reported, samples told, certificates signed; every screen whole."""

import re

import pytest
from playwright.sync_api import Page, expect

from torpaq.web.desk import urls_documents, urls_quality, urls_release, urls_standing, urls_tasks, urls_work
from web.browser.conftest import Opener
from web.browser.screens import click_beside_the_middle, map_is_idle, walk

pytestmark = pytest.mark.browser
BRANCHES = (urls_documents, urls_quality, urls_release, urls_standing, urls_tasks, urls_work)
NAMES = {str(one.name) for branch in BRANCHES for one in branch.urlpatterns}
STARTS = (
    "/operations", "/organisations", "/quality", "/progress", "/progress/without-find", "/handovers", "/documents",
    "/assets", "/teams", "/release-certificate/SYN-T-0042",
)  # fmt: skip
FILES = {"task_dossier", "task_map", "completion_pdf", "handover_pdf", "sample_gpx", "marking_file"}
"""Addresses that send a file; others are sent to, and lead back to a page."""

SENT_TO = {
    "accreditation_move", "accreditation_evaluate", "task_move", "marking_act", "spot_move", "look_back_decide",
    "release_assemble", "pair_act", "asset_act", "person_change", "team_members_change",
}  # fmt: skip
NOT_THE_OFFICERS = {"handover_sign"}


def under_way(page: Page) -> str:
    """Return the address of the signed-in operator's first task that is under way."""
    page.goto("/operations?state=under_way")
    address = page.locator('main a[href^="/operations/tasks/"]:not([href$="/new"])').first.get_attribute("href")
    assert address
    return address


def test_operator_a_draws_a_lane_and_one_over_it_is_refused(open_page: Opener) -> None:
    page = open_page("operator-a", height=1100)
    address = under_way(page)
    for name, is_kept in (("Drawn 1", True), ("Drawn 2", False)):
        page.goto(f"{address}/lanes")
        map_is_idle(page)
        page.fill("#name", name)
        page.click('[data-draw="start"]')
        for dx, dy in ((-30, -75), (-10, -75), (-10, -60), (-30, -60)):
            click_beside_the_middle(page, dx, dy)
        page.click('[data-draw="finish"]')
        page.click('[value="add"]')
        expect(page.locator("tbody th", has_text=name)).to_have_count(1 if is_kept else 0)
        expect(page.locator(".problem.error")).to_have_count(0 if is_kept else 1)
    assert page.locator("tbody tr", has_text="Drawn 1").locator("td.number").inner_text() != "0"


def test_operator_a_reports_a_day_and_reads_it_in_the_tasks_days(open_page: Opener) -> None:
    page = open_page("operator-a")
    page.goto(under_way(page))
    page.get_by_role("link", name="Progress", exact=True).last.click()
    page.get_by_role("link", name="Report a day").click()
    page.fill('[name="processed_area_m2"]', "180")
    page.fill('[name="hours"]', "5.5")
    page.check('[name="accidents_happened"][value="no"]')
    page.click("main form .main-action")
    page.wait_for_url(re.compile(r"/progress/of/"))
    expect(page.get_by_role("cell", name="180", exact=True)).to_have_count(1)


def test_the_inspector_tells_what_a_sample_found_and_what_that_means(open_page: Opener) -> None:
    page = open_page("inspector")
    page.goto("/quality/samples")
    page.get_by_role("link", name=re.compile("№")).last.click()
    page.wait_for_url(re.compile(r"/quality/samples/\d+$"))
    map_is_idle(page)
    squares = page.locator("tbody tr", has=page.locator("td")).count()
    drawn = page.evaluate("() => window.torpaqMap.queryRenderedFeatures().filter(f => f.properties.label).length")
    assert drawn > 0 and squares > 0
    page.fill("#failed", "0")
    page.get_by_role("button", name="Write the result").click()
    expect(page.locator("dt", has_text="Squares that failed")).to_be_visible()
    expect(page.get_by_role("button", name="Write the result")).to_have_count(0)


def test_the_officer_prepares_a_certificate_and_the_authority_signs_it(open_page: Opener) -> None:
    officer = open_page("officer")
    officer.goto("/handovers")
    waiting = officer.locator("tr", has_text="Work accepted").locator('a[href^="/handovers/"]').first
    waiting.click()
    address = officer.url
    officer.get_by_role("link", name=re.compile("Prepare")).click()
    for name in ("not_cleared", "restrictions", "residual_risk"):
        for language, words in (("az", "Heç nə (süni)"), ("en", "Nothing (synthetic)")):
            officer.fill(f"#{name}-{language}", words)
    officer.select_option('[name="group-0-sex"]', "female")
    officer.select_option('[name="group-0-age"]', "adult")
    officer.fill('[name="group-0-count"]', "12")  # the other rows stay empty
    officer.check('[name="use"] >> nth=0')
    officer.fill("#hotline", "115")
    officer.click('[value="prepare"]')
    officer.wait_for_url(address)

    authority = open_page("authority")
    authority.goto(address)
    authority.get_by_role("link", name=re.compile("Sign and hand over")).click()
    for one in authority.locator('input[name^="name-"][required]').all():
        one.fill("Aynur Rəhimova (synthetic)")
    authority.get_by_role("button", name="Sign and hand over").click()
    authority.wait_for_url(address)
    expect(authority.locator(".paper", has_text="Aynur Rəhimova").first).to_be_visible()
    expect(authority.get_by_text("Visits after handover").first).to_be_visible()


def test_every_screen_of_operations_is_whole_in_its_turn_of_three_languages(open_page: Opener) -> None:
    """Follow the links from one page of each kind to the next: none too wide for a phone, none with a barrier."""
    seen, faults = walk(open_page("officer"), STARTS, NAMES - FILES, {})
    assert faults == []
    assert NAMES - FILES - SENT_TO - NOT_THE_OFFICERS - seen == set()
