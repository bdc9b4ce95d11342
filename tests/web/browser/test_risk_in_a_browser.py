"""Evidence and risk as people meet them: sources added, layers built, surfaces made, clicked, compared; a slider."""

import json
import re

import pytest
from playwright.sync_api import Page, expect

from torpaq.web.desk import urls_risk
from web.browser.conftest import Opener
from web.browser.screens import click_beside_the_middle, map_is_idle, walk

pytestmark = pytest.mark.browser
NAMES = {str(one.name) for one in urls_risk.urlpatterns}
FILES = {"layer_picture", "surface_pdf", "evidence_tile", "risk_tile"}
SENT_TO = {"risk_area", "evidence_build", "evidence_stop", "surface_stop", "evidence_progress", "surface_progress"}
PATIENCE_MS = 240_000


def line(*places: tuple[float, float]) -> bytes:
    feature = {"type": "Feature", "properties": {}, "geometry": {"type": "LineString", "coordinates": places}}
    return json.dumps({"type": "FeatureCollection", "features": [feature]}).encode()


SOURCES = (
    ("Roads", "road", line((46.6, 39.9), (47.2, 40.1))),
    ("Trenches", "trench", line((46.9, 39.5), (47.0, 40.3))),
)


def add_source(page: Page, kind: str, name: str, content: bytes) -> None:
    page.goto("/evidence")
    page.get_by_role("link", name="Add a source").click()
    page.locator(f'a[href$="kind={kind}"]').click()
    page.set_input_files("#file", {"name": f"{kind}.geojson", "mimeType": "application/json", "buffer": content})
    page.fill("#name", name)
    page.fill("#date", "2024-05-01")
    page.fill("#source", "The Authority (synthetic)")
    page.fill("#licence", "CC0")
    page.get_by_role("button", name="Add the source").click()
    page.wait_for_url(re.compile("/evidence/sources/"))


@pytest.fixture
def surface(open_page: Opener) -> Page:
    """The officer on the map of a surface; the first who asks adds sources, builds the layers and makes two."""
    page = open_page("officer", height=1000)
    page.goto("/risk")
    if not page.locator('tbody a[href^="/risk/"]').count():
        for name, kind, content in SOURCES:
            add_source(page, kind, name, content)
        page.goto("/evidence")
        page.select_option("#cell_m", "250.00")
        page.get_by_role("button", name="Build the layers").click()
        expect(page.get_by_text("The layers were built")).to_be_visible(timeout=PATIENCE_MS)
        for name in ("First", "Second"):
            page.goto("/risk/new")
            page.fill("#name", name)
            page.check('[name="origin"][value="expert"]')
            page.get_by_role("button", name="Make the surface").click()
            expect(page.get_by_role("heading", name="Land by what is proposed")).to_be_visible(timeout=PATIENCE_MS)
    page.goto("/risk/map")
    map_is_idle(page)
    return page


def test_a_click_says_why_a_cell_is_as_it_is_and_so_do_typed_coordinates(surface: Page) -> None:
    shown = surface.evaluate("() => window.torpaqMap.isSourceLoaded('surface')")
    assert shown and surface.locator("#map").get_attribute("data-drawn") == "chance"
    click_beside_the_middle(surface, 5, 5)
    expect(surface.locator("#explanation .terms li").first).to_be_visible()
    expect(surface.locator("#explanation")).to_contain_text("trench")
    surface.fill("#place", "39°54' N 46°56' E")
    surface.get_by_role("button", name="Why is this cell").click()
    expect(surface.locator("#explanation .kicker")).to_contain_text("39.9")
    surface.check('[name="layer"][value="class"]')
    expect(surface.locator("#map")).to_have_attribute("data-drawn", "class")
    expect(surface.locator('[data-legend="class"]')).to_be_visible()
    map_is_idle(surface)


def test_the_slider_changes_hectares_and_the_map_at_once(surface: Page) -> None:
    surface.get_by_role("link", name="Threshold", exact=True).click()
    map_is_idle(surface)
    slider = surface.locator("#threshold")
    before = surface.locator('[data-told="below"]').inner_text()
    slider.press("End")
    expect(surface.locator('[data-told="below"]')).not_to_have_text(before)
    expect(surface.locator('[data-certified="no"]')).to_be_visible()
    map_is_idle(surface)
    count = "() => [...document.querySelectorAll('#map canvas')].length"
    assert surface.evaluate(count) == 1


def test_two_maps_move_together(surface: Page) -> None:
    surface.goto("/risk/compare")
    map_is_idle(surface)
    surface.evaluate("() => window.torpaqMap.jumpTo({center: [46.95, 39.95], zoom: 12})")
    map_is_idle(surface)
    expect(surface.get_by_text("Nothing changed.").or_(surface.locator(".share-bar").first)).to_be_visible()


def test_every_screen_of_risk_is_whole_in_its_turn_of_three_languages(surface: Page) -> None:
    """Follow the links from one page of each kind to the next: none too wide for a phone, none with a barrier."""
    starts = ["/risk", "/evidence", "/risk/proposals", "/risk/compare"]
    seen, faults = walk(surface, starts, NAMES - FILES, {"surface_map": "/risk/1/explain"})
    assert faults == []
    assert NAMES - FILES - SENT_TO - seen == set()
