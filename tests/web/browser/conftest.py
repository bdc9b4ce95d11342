"""A real browser before a served desk with the small demonstration programme; skipped loudly where there is none."""

import os
import shutil
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest
from playwright.sync_api import Browser, Page, Response, expect, sync_playwright

from torpaq.web.assets import AssetsMissingError, install_assets
from torpaq.web.serve import served

ROOT = Path(__file__).resolve().parents[3]
PASSWORD = "torpaq-demo-2026"
FLAGS = [
    "--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
Opener = Callable[..., Page]

expect.set_options(timeout=30_000)  # a busy machine is no fault of the desk's


def skip_loudly(reason: str) -> None:
    warnings.warn(f"SKIPPED: the browser tests. {reason}", stacklevel=2)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def desk_address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Build the small demonstration programme in a folder of its own and serve it."""
    try:
        install_assets()
    except AssetsMissingError as error:
        skip_loudly(f"The map's files could not be fetched: {error}")
    folder = tmp_path_factory.mktemp("desk") / "programme"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(ROOT / "src"))
        if url := os.environ.get("TORPAQ_DATABASE_URL"):
            patch.setenv("TORPAQ_DATABASE_URL", own_database(url))
        words = [sys.executable, "-m", "torpaq", "demo", "--small", "--no-serve", "--dir", str(folder)]
        subprocess.run(words, check=True, capture_output=True, cwd=folder.parent)
        with served(folder) as address:
            yield address.rstrip("/")


def own_database(url: str) -> str:
    """Create a database beside the named one: the desk's programme must not meet the other tests' rows."""
    import psycopg

    name = f"torpaq_browser_{os.getpid()}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


@pytest.fixture(scope="module")  # no longer: its event loop would stand in the way of other modules' database tests
def browser() -> Iterator[Browser]:
    program = shutil.which("chromium") or shutil.which("google-chrome")
    if program is None:
        skip_loudly("Install chromium.")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield opened
        opened.close()


@pytest.fixture
def open_page(browser: Browser, desk_address: str) -> Iterator[Opener]:
    """Open a signed-in page; at the end nothing may have gone wrong in it, and no other host been asked."""
    faults: list[str] = []
    contexts = []

    def opener(user: str = "", language: str = "en", width: int = 1440, height: int = 900) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": height}, base_url=desk_address, reduced_motion="reduce"
        )
        context.add_cookies([{"name": "django_language", "value": language, "url": desk_address}])
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(f"error in a script: {error}"))
        page.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
        page.on("request", lambda request: faults.append(request.url) if is_foreign(request.url) else None)
        page.on(
            "response", lambda answer: faults.append(f"{answer.status} {answer.url}") if answer.status > 399 else None
        )
        if user:
            sign_in(page, user)
        return page

    def not_good(answer: Response) -> bool:
        return answer.status >= 400

    def is_foreign(url: str) -> bool:
        return not url.startswith((desk_address, "data:", "blob:", "about:"))

    yield opener
    for context in contexts:
        for page in context.pages:
            page.wait_for_load_state("networkidle")  # a request cut by the page's end would be told as a fault of ours
        context.close()
    assert faults == []


def sign_in(page: Page, user: str) -> None:
    page.goto("/sign-in")
    page.fill("#id_username", user)
    page.fill("#id_password", PASSWORD)
    page.click("form .main-action")
    page.wait_for_url("**/")
