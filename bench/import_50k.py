"""A workbook of 50,000 rows and 20 columns, some of them faulty, at the desk: opened, matched, checked; and stopped.

``seconds`` is the whole job that checks it, the file's reading and the database included, in a process that has read
such a file before; ``rss_mb`` is the largest memory of that process. ``cancelled`` is 1 where a job that is stopped in
the middle ends at once and leaves no row.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path
from random import Random

from openpyxl import Workbook

ROWS, SEED, FAULTY_EVERY = 50_000, 7, 50
HEADINGS = (
    *("local_id", "date_of_information", "reporting_organisation", "unit", "area", "task", "team", "activity_status"),
    *("work_date", "activity", "method", "Latitude", "Longitude", "processed_area_m2", "achieved_depth_cm", "persons"),
    *("hours", "accidents_happened", "weather", "remarks"),
)
FAULTS = ({"method": "with a spoon"}, {"work_date": "31.02.2024"}, {"processed_area_m2": "a lot"}, {"unit": "Atlantis"})
STOPPED_AT = 0.6


def main() -> None:
    if len(sys.argv) > 1:
        print(json.dumps(checked(Path(sys.argv[1]))))
        return
    with tempfile.TemporaryDirectory(prefix="torpaq-import-") as folder:
        command = [sys.executable, __file__, folder]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr[-3000:])
    measured = json.loads(done.stdout.splitlines()[-1])
    passed = measured["seconds"] <= 20 and measured["rss_mb"] <= 500 and measured["cancelled"] == 1
    limit = {"seconds": 20, "rss_mb": 500, "cancelled": 1}
    print(json.dumps({"case": "import_50k", "measured": measured, "limit": limit, "ratios": {}, "passed": passed}))


def workbook(rows: int) -> bytes:
    """Progress reports of many teams, every fiftieth row with a fault of one of four kinds."""
    random = Random(SEED)
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Data")
    sheet.append(HEADINGS)
    for number in range(rows):
        day = date(2024, 1, 1) + timedelta(days=number // 100)
        values: dict[str, object] = {
            "local_id": f"P-{number:06d}",
            "date_of_information": day,
            "reporting_organisation": "OP-A",
            "unit": "Ağdam",
            "area": f"HA-{number % 700}",
            "task": f"T-{number % 300}",
            "team": f"A{number % 100}",
            "activity_status": random.choice(["ongoing", "completed"]),
            "work_date": day,
            "activity": "clearance",
            "method": random.choice(["manual", "Əl ilə", "Manual"]),
            "Latitude": round(39.95 + random.random() * 0.06, 6),
            "Longitude": round(46.90 + random.random() * 0.08, 6),
            "processed_area_m2": round(1 + random.random() * 900, 2),
            "achieved_depth_cm": 13,
            "persons": random.randint(4, 12),
            "hours": round(5 + random.random() * 3, 2),
            "accidents_happened": "no",
            "weather": random.choice(["dry", "rain", None]),
            "remarks": random.choice([None, f"Row {number} of the work, nothing to say"]),
        }
        if number % FAULTY_EVERY == 0:
            values |= FAULTS[number // FAULTY_EVERY % len(FAULTS)]
        sheet.append([values[heading] for heading in HEADINGS])
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


def checked(folder: Path) -> dict[str, object]:
    """Check the workbook as the desk's jobs do, in a programme of its own; then check it again and stop half-way."""
    from torpaq.web.programme import build_programme

    build_programme(folder / "programme", [], "aze", "A bench")
    from torpaq.web.accounts import create_demonstration_accounts
    from torpaq.web.batch_steps import begin_check, cancel, match, upload
    from torpaq.web.job_kinds import register_all
    from torpaq.web.jobs import Telling, run_next
    from torpaq.web.models import Account, Batch

    create_demonstration_accounts()
    register_all()
    person = Account.objects.get(username="operator-a")
    warm_up, _ = upload(person, workbook(200), "warm-up.xlsx", "clearance_progress")
    batches = [warm_up, *(upload(person, workbook(ROWS), f"{n}.xlsx", "clearance_progress")[0] for n in (1, 2))]
    while run_next():
        pass
    seconds = {}
    for batch in batches[:2]:
        batch.refresh_from_db()
        problems = match(batch, person, {}, {}, None) + begin_check(batch, person)
        assert problems == [], problems
        begin, begin_cpu = time.perf_counter(), time.process_time()
        run_next()
        seconds[batch.pk] = time.perf_counter() - begin
        cpu_s = time.process_time() - begin_cpu
    counts = Batch.objects.get(pk=batches[1].pk).counts
    stopped, said = batches[2], Telling.progress

    def stop_half_way(telling: Telling, share: float, step: str = "") -> None:
        if share > STOPPED_AT and not stopped_at:
            stopped_at.append(time.perf_counter())
            cancel(stopped, person)
        said(telling, share, step)

    stopped_at: list[float] = []
    Telling.progress = stop_half_way  # type: ignore[method-assign]  # somebody presses the button at that moment
    stopped.refresh_from_db()
    match(stopped, person, {}, {}, None)
    begin_check(stopped, person)
    run_next()
    ended_in_s = time.perf_counter() - stopped_at[0]
    stopped.refresh_from_db()
    left = stopped.rows.count()
    return {
        "seconds": round(seconds[batches[1].pk], 2),
        "cpu_s": round(cpu_s, 2),
        "rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "cancelled": int(stopped.state == "cancelled" and left == 0),
        "cancelled_in_s": round(ended_in_s, 2),
        "rows": counts["rows"],
        "refused": counts["refused"],
        "good": counts["good"],
        "cores": os.cpu_count(),
    }


if __name__ == "__main__":
    main()
