"""Photograph the desk for the README: ``python docs/pictures/make.py PROGRAMME`` (needs Chromium, the dev packages)."""

import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

from torpaq.web.serve import served

HERE = Path(__file__).parent
ARGUMENTS = ["--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-sync"]
MIDDLE, ZOOM = "[47.12, 39.47]", 11.2


def main(programme: Path) -> None:
    """Sign in to the demonstration programme, choose an area and take the picture once the map is still."""
    with served(programme) as address, sync_playwright() as play:
        browser = play.chromium.launch(executable_path="/usr/bin/chromium", args=ARGUMENTS)
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.goto(address)
        page.fill("input[name=username]", "authority")
        page.fill("input[name=password]", "torpaq-demo-2026")
        page.press("input[name=password]", "Enter")
        page.wait_for_selector("#map[data-idle]", timeout=60_000)
        page.evaluate(f"window.torpaqMap.jumpTo({{ center: {MIDDLE}, zoom: {ZOOM} }})")
        page.wait_for_timeout(4_000)
        page.mouse.click(664, 524)
        page.wait_for_selector("#record h2", timeout=30_000)
        page.wait_for_timeout(2_000)
        page.screenshot(path=HERE / "desk.png")
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
