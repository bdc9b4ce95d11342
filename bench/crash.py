"""Kill -9 of the web process under 16 writers: every acknowledged submission is there, once, byte for byte.

``python bench/crash.py`` kills 50 times on SQLite and, where PostgreSQL is installed, 200 times there; every tenth time
the whole desk, with gunicorn and the process of the jobs, and starts it anew. Writers send the same bytes again until
they are answered 201 or 202; what they were answered is all they believe. What is not as they believe is counted.
"""

import hashlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from random import Random

from field_programme import built_with_phone, progress_report
from torpaq.web.cluster import postgresql_bin
from torpaq.web.serve import HOST, answers, free_port, server_command

WRITERS, SEED = 16, 11
KILLS = {"sqlite": 50, "postgresql": 200}
ALIVE_S = (0.3, 1.6)
PATIENCE_S = 60


@dataclass
class Fleet:
    """What the writers sent and were told; ``stop`` ends them after their present report."""

    port: int
    key: str
    acknowledged: dict[str, str] = field(default_factory=dict)
    sent: int = 0
    stop: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)


def main() -> None:
    if len(sys.argv) > 1:
        print(json.dumps(killed(Path(sys.argv[1]), int(sys.argv[2]))))
        return
    told = {"sqlite": in_process_of_its_own({}, KILLS["sqlite"])}
    if postgresql_bin():
        command = [sys.executable, "-m", "torpaq.web.cluster", *own_command(KILLS["postgresql"])]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        told["postgresql"] = json.loads(done.stdout.splitlines()[-1])
    sums = {name: sum(one[name] for one in told.values()) for name in ("kills", "lost", "duplicated", "other_bytes")}
    kills = {f"{engine}_kills": one["kills"] for engine, one in told.items()}
    report = {
        "case": "crash",
        "measured": {**sums, **kills, "acknowledged": sum(o["acknowledged"] for o in told.values()), "engines": told},
        "limit": {"lost": 0, "duplicated": 0, "other_bytes": 0},
        "ratios": {},
        "passed": sums["lost"] == sums["duplicated"] == sums["other_bytes"] == 0,
    }
    print(json.dumps(report))


def own_command(kills: int) -> list[str]:
    return [sys.executable, __file__, tempfile.mkdtemp(prefix="torpaq-crash-"), str(kills)]


def in_process_of_its_own(environment: dict[str, str], kills: int) -> dict[str, int]:
    """Run one engine apart: a process works on one programme."""
    done = subprocess.run(own_command(kills), env=os.environ | environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr[-2000:])
    return dict(json.loads(done.stdout.splitlines()[-1]))


def killed(folder: Path, kills: int) -> dict[str, int]:
    """Serve, write and kill; then compare the database with what the writers were told."""
    fleet = Fleet(free_port(), built_with_phone(folder / "programme"))
    random = Random(SEED)
    server = served(folder / "programme", fleet.port)
    writers = [threading.Thread(target=write, args=(fleet, seed)) for seed in range(WRITERS)]
    for writer in writers:
        writer.start()
    for number in range(kills):
        time.sleep(random.uniform(*ALIVE_S))
        if number % 10:
            kill_web_process(server.pid)
        else:  # and now and then everything: gunicorn, the process of the jobs, the web process
            os.killpg(server.pid, signal.SIGKILL)
            server.wait()
            server = served(folder / "programme", fleet.port)
        if number % 10 == 9:
            print(f"{number + 1} kills, {len(fleet.acknowledged)} acknowledged", file=sys.stderr, flush=True)
    fleet.stop.set()
    for writer in writers:
        writer.join()
    os.killpg(server.pid, signal.SIGKILL)
    return compared(fleet, kills)


def kill_web_process(gunicorn: int) -> None:
    """Kill the process that serves; gunicorn makes another."""
    children = Path(f"/proc/{gunicorn}/task/{gunicorn}/children").read_text(encoding="ascii").split()
    web = [int(pid) for pid in children if "torpaq.web.worker" not in command_of(pid)]
    for pid in web:
        os.kill(pid, signal.SIGKILL)


def command_of(pid: str) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def served(folder: Path, port: int) -> "subprocess.Popen[bytes]":
    """Start the desk's server as a group of processes of its own, and wait until it answers."""
    role = "torpaq_app" if os.environ.get("TORPAQ_DATABASE_URL") else ""
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "torpaq.web.settings",
        "TORPAQ_PROGRAMME": str(folder),
        "TORPAQ_DATABASE_ROLE": role,
        "PYTHONPATH": os.pathsep.join(sys.path),
    }
    process = subprocess.Popen(server_command(port), env=environment, start_new_session=True)
    until = time.monotonic() + PATIENCE_S
    while not answers(port):
        if time.monotonic() > until or process.poll() is not None:
            raise SystemExit("the server did not come back")
        time.sleep(0.05)
    return process


def write(fleet: Fleet, seed: int) -> None:
    """Make reports and send each until it is acknowledged."""
    random = Random(f"{SEED}/{seed}")
    while not fleet.stop.is_set():
        body = progress_report(random)
        instance_id = json.loads(body)["instance_id"]
        with fleet.lock:
            fleet.sent += 1
        while not sent(fleet, body, instance_id):
            time.sleep(0.05)
        with fleet.lock:
            fleet.acknowledged[instance_id] = hashlib.sha256(body).hexdigest()


def sent(fleet: Fleet, body: bytes, instance_id: str) -> bool:
    """Send once; say whether the server answered that it has this very report."""
    connection = HTTPConnection(HOST, fleet.port, timeout=20)
    headers = {"Authorization": f"Bearer {fleet.key}", "Content-Type": "application/json"}
    try:
        connection.request("POST", "/field/api/submissions", body, headers)
        response = connection.getresponse()
        told = json.loads(response.read())
        return response.status in (201, 202) and told["instance_id"] == instance_id
    except (OSError, HTTPException, ValueError):
        return False
    finally:
        connection.close()


def compared(fleet: Fleet, kills: int) -> dict[str, int]:
    """Count what was acknowledged and is not there once with the same bytes, as submission and as record."""
    from django.db.models import Count

    from torpaq.web.models import FieldRecord, RecordVersion, Submission

    kept = {one.instance_id: bytes(one.content) for one in Submission.objects.all()}
    twice = Submission.objects.values("instance_id").annotate(n=Count("pk")).filter(n__gt=1).count()
    records = set(FieldRecord.objects.values_list("uid", flat=True))
    wrong = sum(
        hashlib.sha256(kept[instance_id]).hexdigest() != sha256
        for instance_id, sha256 in fleet.acknowledged.items()
        if instance_id in kept
    )
    return {
        "kills": kills,
        "sent": fleet.sent,
        "acknowledged": len(fleet.acknowledged),
        "kept": len(kept),
        "lost": len([one for one in fleet.acknowledged if one not in kept or one not in records]),
        "duplicated": twice + (RecordVersion.objects.count() - len(records)),
        "other_bytes": wrong,
    }


if __name__ == "__main__":
    main()
