"""How long people wait for the desk's main pages at 100,000 entries on SQLite: each page asked many ways, warm.

The requests go through the whole of Django (sessions, rights, templates), without a network. ``python
bench/desk_pages.py [copies]``: the demonstration ledger is laid side by side that many times (7: about 100,000).
"""

import json
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from random import Random

import numpy as np

from torpaq.geo.tiles.encoder import mercator_unit
from torpaq.web.programme import build_programme
from web_books import demonstration_book

COPIES, ASKED, SEED = 7, 40, 3
LIMIT_MS = 300.0
FIRST_DAY, DAYS = date(2021, 3, 1), 2000
WARM_UP = 3
HOST = {"SERVER_NAME": "localhost"}


def main() -> None:
    copies = int(sys.argv[1]) if len(sys.argv) > 1 else COPIES
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        built = build_programme(Path(folder), demonstration_book(copies), "aze", "Bench", "Synthetic: a bench")
        build_s = time.perf_counter() - start
        if not built.entries:
            raise SystemExit(f"the ledger was refused: {built.problems[:3]}")
        pages, failed = asked()
    slowest = max(page["p95_ms"] for page in pages.values())
    report = {
        "case": "desk_pages",
        "measured": {
            "entries": built.entries,
            "build_s": round(build_s, 1),
            "asked_each": ASKED,
            "failed": failed,
            "slowest_p95_ms": slowest,
            "pages": pages,
        },
        "limit": {"p95_ms": LIMIT_MS, "failed": 0},
        "ratios": {name: round(page["p95_ms"] / LIMIT_MS, 3) for name, page in pages.items()},
        "passed": slowest <= LIMIT_MS and failed == 0,
    }
    print(json.dumps(report))


def asked() -> tuple[dict[str, dict[str, float]], int]:
    """Ask every page; return p50 and p95 in milliseconds and KiB by page, and how many answers were not 200."""
    from django.test import Client

    from torpaq.web.models import Account

    client = Client(**HOST)
    client.force_login(Account.objects.get(username="officer"))
    pages, failed = {}, 0
    for name, addresses in main_pages().items():
        took_ms, cpu_ms, sizes = [], [], []
        for address in addresses:
            start, cpu_start = time.perf_counter(), time.process_time()
            response = client.get(address)
            took_ms.append((time.perf_counter() - start) * 1000)
            cpu_ms.append((time.process_time() - cpu_start) * 1000)
            sizes.append(len(response.content))
            failed += response.status_code != 200
            if response.status_code != 200:
                print(f"{response.status_code} {address}", file=sys.stderr)
        p50, p95 = (round(float(np.percentile(took_ms[WARM_UP:], q)), 1) for q in (50, 95))
        cpu = round(float(np.percentile(cpu_ms[WARM_UP:], 95)), 1)  # of one processor: what a busy machine hides
        pages[name] = {"p50_ms": p50, "p95_ms": p95, "p95_cpu_ms": cpu, "kib": round(float(np.mean(sizes)) / 1024, 1)}
        print(name, pages[name], file=sys.stderr)
    return pages, failed


def main_pages() -> dict[str, list[str]]:
    """Return the addresses to ask, by page: different areas, districts, entries, places and dates."""
    from torpaq.web.models import HazardousArea, LedgerEntry

    random = Random(SEED)
    areas = random.sample(list(HazardousArea.objects.exclude(lon=None).values_list("area", "lon", "lat")), ASKED)
    units = sorted(set(HazardousArea.objects.exclude(unit="").values_list("unit", flat=True)))
    entries = random.sample(list(LedgerEntry.objects.values_list("entry_id", flat=True)), ASKED)
    days = [FIRST_DAY + timedelta(days=random.randrange(DAYS)) for _ in range(ASKED)]
    unit = [random.choice(units) for _ in range(ASKED)]
    return {
        "map_and_list": ["/"] * ASKED,
        "map_and_list_of_a_unit": [f"/?unit={name}&sort=open" for name in unit],
        "map_and_list_on_a_day": [f"/?on={day}" for day in days],
        "search": [f"/?text={area[-4:]}" for area, _, _ in areas],
        "areas_json": [f"/areas.json?unit={name}" for name in unit],
        "area": [f"/area/{area}" for area, _, _ in areas],
        "area_on_a_day": [f"/area/{area}?on={day}" for (area, _, _), day in zip(areas, days, strict=True)],
        "balance": ["/balance"] * ASKED,
        "balance_of_a_unit": [f"/balance?unit={name}" for name in unit],
        "balance_on_a_day": [f"/balance?on={day}" for day in days],
        "spot": [f"/spot?place={lat:.5f},{lon:.5f}" for _, lon, lat in areas],
        "ledger": [f"/ledger?unit={name}" for name in unit],
        "entry": [f"/entry/{entry}" for entry in entries],
        "proposals": ["/proposals"] * ASKED,
        "tile_z12": [f"/tiles/land/{address}.pbf" for address in tile_addresses(areas, 12)],
        "tile_z8": [f"/tiles/land/{address}.pbf" for address in tile_addresses(areas, 8)],
    }


def tile_addresses(areas: list[tuple[str, float, float]], z: int) -> Iterator[str]:
    """Yield the tiles in which the areas lie."""
    for _, lon, lat in areas:
        x, y = mercator_unit(np.array([lon]), np.array([lat]))
        yield f"{z}/{int(x[0] * 2**z)}/{int(y[0] * 2**z)}"


if __name__ == "__main__":
    main()
