"""What the stories of a browser do with a page: wait for its map, click on the map, measure it, ask axe."""

from collections.abc import Mapping, Sequence, Set
from typing import cast
from urllib.parse import urlsplit

from django.urls import resolve
from playwright.sync_api import Page

from torpaq.web.assets import AssetsMissingError, fetch_development_modules
from web.browser.conftest import skip_loudly

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


def map_is_idle(page: Page) -> None:
    page.wait_for_selector("#map[data-idle]", timeout=30_000)
    page.wait_for_function("() => window.torpaqMap?.loaded() && window.torpaqMap.areTilesLoaded()", timeout=30_000)


def look_at(page: Page, lon: float, lat: float, zoom: float = 17) -> None:
    page.evaluate("([lon, lat, zoom]) => window.torpaqMap.jumpTo({center: [lon, lat], zoom})", [lon, lat, zoom])
    page.wait_for_function("() => window.torpaqMap.areTilesLoaded()")


def click_beside_the_middle(page: Page, dx: int, dy: int) -> None:
    box = page.locator("#map").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] / 2 + dx, box["y"] + box["height"] / 2 + dy)


def too_wide_px(page: Page) -> int:
    """Return by how much the page is wider than its window."""
    wider = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    return cast(int, page.evaluate(wider))


def axe_source() -> str:
    """Return axe-core's program; skips loudly where it cannot be fetched."""
    try:
        return (fetch_development_modules() / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
    except AssetsMissingError as error:
        skip_loudly(f"axe-core could not be fetched: {error}")
        raise


def barriers_on(page: Page, axe: str, width: int = 1440) -> list[tuple[str, str]]:
    """Return what axe finds wrong with the page whole: the rule and the element. Where one has scrolled to is none."""
    whole = page.evaluate("document.documentElement.scrollHeight")
    page.set_viewport_size({"width": width, "height": max(900, whole)})
    page.evaluate(axe)
    found = page.evaluate("rules => axe.run(document, {runOnly: rules})", RULES)
    return [(one["id"], node["html"][:120]) for one in found["violations"] for node in one["nodes"]]


def walk(page: Page, starts: Sequence[str], names: Set[str], more: Mapping[str, str]) -> tuple[set[str], list[object]]:
    """Follow links from one page of each name to the next on a phone, in three languages in turn.

    ``more`` gives an address to go on with after a page of a name. Returns the names seen, and what was wrong.
    """
    axe, seen, waiting, faults = axe_source(), set[str](), list(starts), list[object]()
    page.set_viewport_size({"width": 390, "height": 844})
    while waiting:
        address = waiting.pop(0)
        name = str(resolve(urlsplit(address).path).url_name)
        if name in seen or name not in names:
            continue
        language = ("az", "en", "ru")[len(seen) % 3]
        page.context.add_cookies([{"name": "django_language", "value": language, "url": page.url}])
        page.goto(address)
        seen.add(name)
        faults += [(address, language, "too wide")] if too_wide_px(page) > 0 else []
        faults += [(address, language, *barrier) for barrier in barriers_on(page, axe)]
        links = page.eval_on_selector_all("a[href^='/']", "all => all.map(one => one.getAttribute('href'))")
        waiting += [link for link in links if not link.startswith("//")]
        waiting += [more[name]] if name in more else []
    return seen, faults
