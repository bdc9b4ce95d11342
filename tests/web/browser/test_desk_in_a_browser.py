"""The desk as people meet it: the map, a spot, the two days, a polygon drawn, and a second person who signs it."""

import json
import re
from functools import cache

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from torpaq.geo.crs import AZE
from torpaq.land.live import LiveLand
from torpaq.land.rules import CHA
from torpaq.land.text import parse_ledger
from web.browser.conftest import Opener
from web.browser.screens import axe_source, barriers_on, look_at, map_is_idle, too_wide_px

pytestmark = pytest.mark.browser
SCREENS = (
    "/", "/?area={area}", "/area/{area}", "/balance", "/balance?unit=AZ-AGM", "/balance/entries?figure=cleared",
    "/spot?place=40.0+47.0", "/ledger", "/ledger/chain?check=1", "/entry/SYN-00010", "/proposals",
    "/proposals/new?area={area}", "/teams", "/guide", "/sign-in",
)  # fmt: skip


@cache
def confirmed_spot(ledger: str) -> tuple[str, float, float]:
    """Return a hazardous area's id, and longitude and latitude of a spot inside its largest confirmed face."""
    entries, _ = parse_ledger(ledger)
    land = LiveLand(entries)
    faces = land.parts[0].faces
    states = land.states(0, np.arange(faces.n_faces), land.book.active())
    is_confirmed = (states.status == CHA).any(axis=1)
    face = int(np.argmax(np.where(is_confirmed, faces.area_m2, 0)))
    lon, lat = AZE.inverse(*faces.inner_points_m([face])[0].tolist())
    return land.entries[int(land.parts[0].first[face])].area, float(lon), float(lat)


def spot_of(page: Page) -> tuple[str, float, float]:
    return confirmed_spot(page.request.get("/ledger.txt").text())


def pixel(page: Page, lon: float, lat: float) -> tuple[float, float]:
    box = page.locator("#map").bounding_box()
    assert box is not None
    place = page.evaluate(
        "([lon, lat]) => { const p = window.torpaqMap.project([lon, lat]); return [p.x, p.y]; }", [lon, lat]
    )
    return box["x"] + place[0], box["y"] + place[1]


def statuses_at(page: Page, lon: float, lat: float) -> list[str]:
    """Return the status of each face that the map draws at a place."""
    script = """(place) => window.torpaqMap
        .queryRenderedFeatures(window.torpaqMap.project(place), {layers: ["faces"]})
        .map((face) => face.properties.status)"""
    found: list[str] = page.evaluate(script, [lon, lat])
    return found


def test_the_map_shows_land_districts_and_a_legend_beside_the_list(open_page: Opener) -> None:
    page = open_page("donor")
    map_is_idle(page)
    expect(page.get_by_text("SYNTHETIC DEMONSTRATION DATA")).to_be_visible()
    expect(page.locator("#found li")).to_have_count(40)
    assert page.get_attribute("#map", "data-areas-shown") == "40"
    expect(page.locator(".legend")).to_contain_text("No record: unknown, not safe")
    _, lon, lat = spot_of(page)
    look_at(page, lon, lat, 14)
    drawn = page.evaluate("() => [...new Set(window.torpaqMap.queryRenderedFeatures().map((f) => f.layer.id))]")
    assert {"faces", "border-cha", "unknown"} <= set(drawn)
    statuses = page.evaluate(
        "() => window.torpaqMap.queryRenderedFeatures({layers: ['faces']}).map((f) => f.properties.status)"
    )
    assert "cha" in statuses


def test_a_click_says_what_the_spot_is_and_the_list_opens_the_record(open_page: Opener) -> None:
    page = open_page("operator-a")
    map_is_idle(page)
    area, lon, lat = spot_of(page)
    look_at(page, lon, lat)
    page.mouse.click(*pixel(page, lon, lat))
    expect(page.locator("#record .verdict")).to_contain_text("Confirmed hazardous area")
    page.locator(f'#found a[data-area="{area}"]').click()
    expect(page.locator("#record h2").first).to_have_text(area)
    assert f"area={area}" in page.url
    look_at(page, lon, lat)
    page.locator("#notation").select_option("mgrs")
    page.mouse.move(*pixel(page, lon, lat))
    expect(page.locator("#cursor")).to_have_text(re.compile(r"^38[ST][A-Z]{2}\d{10}$"))


def test_the_slider_of_days_changes_list_figures_and_map(open_page: Opener) -> None:
    page = open_page("donor")
    map_is_idle(page)
    before = page.locator("#found .totals").inner_text()
    slider = page.locator('[data-slides="on"]')
    slider.focus()
    page.keyboard.press("Home")
    with page.expect_request(lambda request: "/tiles/land/" in request.url and "on=" in request.url):
        for _ in range(8):
            page.keyboard.press("PageUp")
    expect(page.locator("#found .as-of")).to_be_visible()
    expect(page.locator("#found .totals")).not_to_have_text(before)
    map_is_idle(page)
    assert re.search(r"[?&]on=\d{4}-\d\d-\d\d", page.url)


def test_filters_narrow_list_and_map_together(open_page: Opener) -> None:
    page = open_page("donor")
    map_is_idle(page)
    page.select_option("#status", "cha")
    expect(page.locator("#found li")).not_to_have_count(40)
    count = page.locator("#found li").count()
    expect(page.locator("#map")).to_have_attribute("data-areas-shown", str(count))
    page.reload()
    map_is_idle(page)
    expect(page.locator("#found li")).to_have_count(count)


def test_a_drawn_polygon_is_submitted_signed_by_another_and_changes_the_map(open_page: Opener) -> None:
    page = open_page("operator-a", height=1200)
    area, lon, lat = spot_of(page)
    page.goto(f"/proposals/new?area={area}&kind=clear")
    map_is_idle(page)
    look_at(page, lon, lat, 18.5)
    page.click('[data-draw="start"]')
    step = 0.00003
    for dx, dy in ((-step, -step), (step, -step), (0, step)):
        page.mouse.click(*pixel(page, lon + dx, lat + dy))
    page.click('[data-draw="finish"]')
    page.fill("#effective", "2026-11-01")
    page.fill("#depth_cm", "13")
    page.fill("#record", "CR-BROWSER")
    page.check('[name="classes"][value="mine"]')
    page.click('[name="action"][value="try"]')
    expect(page.locator(".trial h2")).to_be_visible()
    if page.locator(".problem-code", has_text="class_not_recorded").count():
        page.uncheck('[name="classes"][value="mine"]')
        page.check('[name="classes"][value="erw"]')
        page.click('[name="action"][value="try"]')
    expect(page.locator(".difference")).to_contain_text("−")
    page.click('[name="action"][value="submit"]')
    page.wait_for_url("**/proposals/*")
    address = page.url
    expect(page.get_by_text("Somebody else has to sign it.")).to_be_visible()

    authority = open_page("authority")
    authority.goto(address)
    map_is_idle(authority)
    authority.click('[name="action"][value="sign"]')
    expect(authority.get_by_text("Its entry in the ledger")).to_be_visible()
    authority.goto("/")
    map_is_idle(authority)
    look_at(authority, lon, lat, 18.5)
    assert statuses_at(authority, lon, lat) == ["cleared"]


def test_a_polygon_is_drawn_with_keys_alone(open_page: Opener) -> None:
    page = open_page("officer", height=1200)
    area, lon, lat = spot_of(page)
    page.goto(f"/proposals/new?area={area}&kind=reduce")
    map_is_idle(page)
    look_at(page, lon, lat, 18)
    page.focus('[data-draw="start"]')
    page.keyboard.press("Enter")
    for key in ("ArrowRight", "ArrowDown", "ArrowLeft"):
        page.keyboard.press("Enter")
        page.keyboard.press(key)
        page.wait_for_function("() => !window.torpaqMap.isMoving()")
    expect(page.locator("#drawn-count")).to_contain_text("3")
    page.keyboard.press("Backspace")
    expect(page.locator("#drawn-count")).to_contain_text("2")
    page.keyboard.press("Escape")
    assert len(json.loads(page.input_value("#drawn"))) == 2


@pytest.mark.parametrize("language", ["az", "en", "ru"])
@pytest.mark.parametrize("width", [1440, 390])
def test_no_screen_is_wider_than_its_window(open_page: Opener, language: str, width: int) -> None:
    page = open_page("officer", language, width, 844)
    area = spot_of(page)[0]
    for screen in SCREENS[:-1]:
        page.goto(screen.format(area=area))
        assert too_wide_px(page) <= 0, screen


@pytest.mark.parametrize("language", ["az", "en"])
def test_axe_finds_no_barrier_on_any_screen(open_page: Opener, language: str) -> None:
    axe = axe_source()
    page = open_page("officer", language)
    area = spot_of(page)[0]
    barriers = []
    for screen in SCREENS:
        if screen == "/sign-in":
            page.context.clear_cookies()
        page.goto(screen.format(area=area))
        barriers += [(screen, *barrier) for barrier in barriers_on(page, axe)]
    assert barriers == []
