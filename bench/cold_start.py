"""From the first command to a usable map, after downloads: a fresh clone, nothing compiled, nothing built.

The clone gets this checkout's Python packages (TORPAQ_VENV) and front-end packages, which are downloads; it compiles
its kernels and translations, builds the full demonstration programme, serves it, signs in and reads a land tile.
"""

import http.cookiejar
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SECONDS = 60
PATIENCE_S = 300
TILE = "tiles/land/9/322/195.pbf"
VENDOR = "src/torpaq/web/static/vendor"


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="torpaq-cold-") as folder:
        clone = Path(folder) / "torpaq"
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
        if (ROOT / VENDOR).exists():
            shutil.copytree(ROOT / VENDOR, clone / VENDOR, dirs_exist_ok=True)
        port = free_port()
        environment = os.environ | {"TORPAQ_VENV": str(Path(sys.prefix)), "HOME": folder}
        environment.pop("PYTHONPATH", None)
        command = ["./torpaq", "demo", "--dir", f"{folder}/demo", "--port", str(port)]
        start = time.perf_counter()
        process = subprocess.Popen(
            command,
            cwd=clone,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            tile_bytes = wait_for_a_tile(f"http://127.0.0.1:{port}/", process)
            seconds = time.perf_counter() - start
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(30)
    measured = {"seconds": round(seconds, 1), "tile_bytes": tile_bytes}
    limit = {"seconds": SECONDS}
    passed = seconds <= SECONDS and tile_bytes > 0
    print(json.dumps({"case": "cold_start", "measured": measured, "limit": limit, "ratios": {}, "passed": passed}))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for_a_tile(address: str, process: subprocess.Popen[bytes]) -> int:
    """Sign in as the Authority and read a tile of land; how many bytes it has."""
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))
    end = time.perf_counter() + PATIENCE_S
    while time.perf_counter() < end and process.poll() is None:
        try:
            page = browser.open(address, timeout=60)
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.1)
            continue
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.read().decode())
        if token:
            form = {"csrfmiddlewaretoken": token.group(1), "username": "authority", "password": "torpaq-demo-2026"}
            request = urllib.request.Request(page.url, urllib.parse.urlencode(form).encode(), {"Referer": page.url})
            browser.open(request, timeout=60).read()
        return len(browser.open(address + TILE, timeout=60).read())
    raise RuntimeError("the desk did not open")


if __name__ == "__main__":
    main()
