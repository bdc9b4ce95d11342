"""How long people wait for the operations board and the figures at 10,000 tasks and 1,000,000 days of work, warm.

The requests go through the whole of Django, without a network, on the engine of ``TORPAQ_DATABASE_URL`` (SQLite without
it). ``python bench/operations_board.py [tasks [days a task]]``. ``first_ms`` is the first board of a process, which
also asks what every operator's accreditation lacks.
"""

import json
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path
from random import Random

import numpy as np

from torpaq.geo.shape import box_shape
from torpaq.operations.tasks.board import STATES
from torpaq.operations.tasks.order import TaskOrder
from torpaq.standard.country import load_country
from torpaq.web.programme import open_programme, prepare_folder

TASKS, DAYS_A_TASK, ORGANISATIONS, ASKED, WARM_UP, SEED = 10_000, 100, 20, 40, 3, 5
LIMIT_MS = 300.0
METHODS = ("manual", "mechanical", "dog", "visual")
TERRAINS = ("flat", "hills", "mountain")
SHARES = (5, 10, 30, 5, 10, 35, 5)  # of the states, in their order
HOST = {"SERVER_NAME": "localhost"}
BATCH = 10_000


def main() -> None:
    tasks = int(sys.argv[1]) if len(sys.argv) > 1 else TASKS
    days = int(sys.argv[2]) if len(sys.argv) > 2 else DAYS_A_TASK
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        begin(Path(folder))
        work_days = fill(tasks, days, Random(SEED))
        fill_s = time.perf_counter() - start
        first_ms, pages, failed = asked(tasks, Random(SEED))
    slowest = max(page["p95_ms"] for page in pages.values())
    report = {
        "case": "operations_board",
        "measured": {
            "tasks": tasks,
            "work_days": work_days,
            "fill_s": round(fill_s, 1),
            "asked_each": ASKED,
            "failed": failed,
            "first_ms": first_ms,
            "most_queries": max(page["queries"] for page in pages.values()),
            "slowest_p95_ms": slowest,
            "pages": pages,
        },
        "limit": {"p95_ms": LIMIT_MS, "failed": 0},
        "ratios": {name: round(page["p95_ms"] / LIMIT_MS, 3) for name, page in pages.items()},
        "passed": slowest <= LIMIT_MS and failed == 0,
    }
    print(json.dumps(report))


def begin(folder: Path) -> None:
    """Make an empty programme with the cast: the board reads no ledger."""
    prepare_folder(folder)
    open_programme(folder)
    from django.core.management import call_command

    from torpaq.web.accounts import create_demonstration_accounts
    from torpaq.web.models import Programme

    call_command("migrate", verbosity=0, interactive=False)
    label = "Synthetic: a bench"
    Programme.objects.create(
        name="Bench", country="aze", is_synthetic=True, synthetic_label=label, standard_version="0"
    )
    create_demonstration_accounts()


def fill(tasks: int, days: int, random: Random) -> int:
    """Make operators with their papers, tasks with their sums, and days of work; return how many days."""
    from torpaq.web.models import Accreditation, Organisation, Task, WorkDay
    from torpaq.web.operations.task_rows import fill_task
    from torpaq.web.operations.work_sums import sum_work

    today = date.today()
    units = sorted(load_country("aze").units)
    organisations = [
        Organisation.objects.create(
            kind="operator", code=f"OP-{n}", name_az=f"Op {n}", name_en=f"Op {n}", name_ru=f"Op {n}"
        )
        for n in range(ORGANISATIONS)
    ]
    dates = {"state": "granted", "valid_from": today - timedelta(days=300), "valid_to": today + timedelta(days=60)}
    for one in organisations:
        Accreditation.objects.create(code=f"A-{one.code}", organisation=one, kind="organisational", **dates)
        Accreditation.objects.create(
            code=f"B-{one.code}", organisation=one, kind="operational", activity="clearance", **dates
        )
    rows = []
    for number in range(tasks):
        x, y = 100.0 * (number % 100), 100.0 * (number // 100)
        organisation, begun = random.choice(organisations), today - timedelta(days=random.randrange(30, 400))
        order = TaskOrder(
            code=f"T-2026-{number:05d}",
            organisation=organisation.code,
            activity="clearance",
            areas=(f"HA-{number}",),
            unit=random.choice(units),
            methods=tuple(random.sample(METHODS, random.randrange(1, 3))),
            required_depth_cm=13,
            terrain=(random.choice(TERRAINS),),
            contamination=(random.choice(("ap", "ap_av", "cmr")),),
            planned_start=begun,
            planned_end=begun + timedelta(days=random.randrange(30, 300)),
            shape=box_shape(x, y, x + 90, y + 90),
        )
        task = Task(state=random.choices(STATES, SHARES)[0])
        fill_task(task, order, organisation)
        task.processed_m2, task.work_days, task.last_work_on = 40.0 * days, days, today
        task.critical_open = int(random.random() < 0.02)
        task.serious_open = task.critical_open + int(random.random() < 0.05)
        task.days_without_find = random.randrange(20)
        rows.append(task)
    Task.objects.bulk_create(rows, batch_size=500)
    waiting: list[WorkDay] = []
    for task in Task.objects.defer("shape").select_related("organisation").iterator(chunk_size=500):
        for number in range(days):
            on = today - timedelta(days=number)
            method = task.methods[0]
            waiting.append(
                WorkDay(
                    task=task, organisation=task.organisation, team="T1", on=on, activity="clearance", method=method,
                    unit=task.unit, processed_m2=40.0, persons=8, hours=5.0, accepted=True,
                )
            )  # fmt: skip
        if len(waiting) >= BATCH:
            WorkDay.objects.bulk_create(waiting)
            waiting = []
    WorkDay.objects.bulk_create(waiting)
    sum_work()  # as each day does for its own task when it is filed
    return WorkDay.objects.count()


def asked(tasks: int, random: Random) -> tuple[float, dict[str, dict[str, float]], int]:
    """Ask the board; return the first answer's time, p50 and p95 in milliseconds by question, and failures."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from torpaq.web.models import Account, Organisation

    client = Client(**HOST)
    officer = Account.objects.get(username="officer")
    operator = Account.objects.get(username="operator-a")
    operator.organisation = Organisation.objects.get(code="OP-1")
    operator.save()
    client.force_login(officer)
    start = time.perf_counter()
    client.get("/operations")
    first_ms = round((time.perf_counter() - start) * 1000, 1)
    pages, failed = {}, 0
    for name, addresses in questions(tasks, random).items():
        client.force_login(operator if name == "of_an_operator" else officer)
        took_ms, cpu_ms, queries = [], [], 0
        for address in addresses:
            with CaptureQueriesContext(connection) as captured:
                start, cpu_start = time.perf_counter(), time.process_time()
                response = client.get(address)
                took_ms.append((time.perf_counter() - start) * 1000)
                cpu_ms.append((time.process_time() - cpu_start) * 1000)
            queries = max(queries, len(captured))
            failed += response.status_code != 200
        p50, p95 = (round(float(np.percentile(took_ms[WARM_UP:], q)), 1) for q in (50, 95))
        cpu = round(float(np.percentile(cpu_ms[WARM_UP:], 95)), 1)  # of one processor: what a busy machine hides
        pages[name] = {"p50_ms": p50, "p95_ms": p95, "p95_cpu_ms": cpu, "queries": queries}
        print(name, pages[name], file=sys.stderr)
    return first_ms, pages, failed


def questions(tasks: int, random: Random) -> dict[str, list[str]]:
    """Return the addresses to ask, by question."""
    units = sorted(load_country("aze").units)
    return {
        "all": ["/operations"] * ASKED,
        "of_an_operator": ["/operations"] * ASKED,
        "of_an_organisation": [f"/operations?organisation=OP-{random.randrange(ORGANISATIONS)}" for _ in range(ASKED)],
        "of_a_unit": [f"/operations?unit={random.choice(units)}" for _ in range(ASKED)],
        "of_a_method": [f"/operations?method={random.choice(METHODS)}" for _ in range(ASKED)],
        "search": [f"/operations?text=T-2026-{random.randrange(tasks):05d}" for _ in range(ASKED)],
        "in_a_state": [
            f"/operations?state={random.choice(STATES)}&page={random.randrange(1, 9)}" for _ in range(ASKED)
        ],
        "overdue": [f"/operations?show=overdue&page={random.randrange(1, 9)}" for _ in range(ASKED)],
        "critical": ["/operations?show=critical"] * ASKED,
        "figures": ["/figures"] * ASKED,
        "figures_of_a_method": [f"/figures?method={random.choice(METHODS)}" for _ in range(ASKED)],
        "figures_on_a_ground": ["/figures?terrain=hills"] * ASKED,
    }


if __name__ == "__main__":
    main()
