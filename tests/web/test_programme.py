"""A programme's folder from outside: built, read, written by two processes at once, served, found tampered with.

Each step is a process of its own, as it is in life: settings read the folder once.
"""

import json
import os
import sqlite3
import stat
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest

from torpaq.land.text import format_ledger, parse_ledger
from torpaq.web.serve import served
from web.stories import ledger

pytestmark = pytest.mark.both_engines
BOOK = """
2021-03-04 establish HA-17 sha mine box 0 0 100 100 unit AZ-AGM ; NTS-88 (synthetic)
2022-05-01 cancel    HA-17 mine     box 0 0 40 100  by Director ; NTS-131 (synthetic)
""".strip()
BUILD = """
import json, sys
from pathlib import Path
from torpaq.land.text import parse_ledger
from torpaq.web.programme import build_programme
steps = []
built = build_programme(Path(sys.argv[1]), parse_ledger(sys.argv[2])[0], "aze", "Story", "Synthetic",
                        lambda step, share: steps.append((step, share)))
print(json.dumps([built.accounts, built.entries, [p.code for p in built.problems], steps]))
"""
APPEND = """
import sys
from pathlib import Path
from torpaq.web.programme import open_programme
open_programme(Path(sys.argv[1]))
from torpaq.land.text import parse_ledger
from torpaq.web.store import append, stamped
for number in range(12):
    x = number * 100 + int(sys.argv[3])
    line = f"2024-01-01 establish {sys.argv[2]}-{number} sha mine box {x} 900 {x + 90} 990 id {sys.argv[2]}-{number}"
    head, problems = append(stamped(parse_ledger(line)[0]))
    assert head is not None, problems
"""
READ = """
import json, sys
from pathlib import Path
from torpaq.land.text import format_ledger
from torpaq.web.programme import read_programme, verify_programme
folder = Path(sys.argv[1])
found = verify_programme(folder)
text = format_ledger(read_programme(folder)) if not found or found[0].code != "programme_missing" else ""
print(json.dumps([text, [[p.code, p.subject] for p in found]]))
"""


@dataclass(frozen=True)
class Folder:
    """A programme's folder and the database it uses."""

    path: Path
    environment: dict[str, str]

    def run(self, code: str, *arguments: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-c", code, str(self.path), *arguments]
        pipe = subprocess.PIPE
        return subprocess.Popen(command, env=self.environment, text=True, stdout=pipe, stderr=pipe)

    def answer(self, code: str, *arguments: str) -> list[object]:
        process = self.run(code, *arguments)
        out, error = process.communicate(timeout=120)
        assert process.returncode == 0, error
        return json.loads(out)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Folder]:
    """An empty folder; on PostgreSQL also an empty database beside the test's own."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    environment.pop("TORPAQ_PROGRAMME", None)
    path = tmp_path_factory.mktemp("programme") / "story"
    url = os.environ.get("TORPAQ_DATABASE_URL", "")
    if not url:
        yield Folder(path, environment)
        return
    import psycopg

    name = f"torpaq_story_{os.getpid()}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        environment["TORPAQ_DATABASE_URL"] = urlunsplit(urlsplit(url)._replace(path=f"/{name}"))
        yield Folder(path, environment)
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="module")
def built(folder: Folder) -> list[object]:
    assert folder.answer(READ)[1] == [["programme_missing", str(folder.path)]]
    return folder.answer(BUILD, BOOK)


def test_a_programme_is_built_step_by_step_with_accounts_to_show(folder: Folder, built: list[object]) -> None:
    accounts, entries, problems, steps = built
    assert [(name, role) for name, _, role in accounts] == [
        ("authority", "approver"),
        ("officer", "im_officer"),
        ("inspector", "inspector"),
        ("operator-a", "operator"),
        ("operator-b", "operator"),
        ("donor", "viewer"),
    ]
    assert (entries, problems) == (2, [])
    assert list(dict.fromkeys(step for step, _ in steps)) == ["database", "fold", "ledger", "records", "tiles"]
    assert all(0 <= share <= 1 for _, share in steps) and steps[-1] == ["tiles", 1.0]
    assert stat.S_IMODE((folder.path / "secret_key").stat().st_mode) == 0o600
    assert list(folder.path.glob("derived/tiles/*/*.pbf.gz"))


def test_a_built_folder_is_not_built_over(folder: Folder, built: list[object]) -> None:
    process = folder.run(BUILD, BOOK)
    _, error = process.communicate(timeout=120)
    assert process.returncode == 1 and "already holds a programme" in error


def test_two_processes_append_at_once_and_the_chain_stays_whole(folder: Folder, built: list[object]) -> None:
    writers = [folder.run(APPEND, "A", "0"), folder.run(APPEND, "B", "50000")]
    assert [(writer.communicate(timeout=120)[1], writer.returncode) for writer in writers] == [("", 0)] * 2
    text, found = folder.answer(READ)
    assert found == []
    entries = parse_ledger(text)[0]
    assert entries[:2] == ledger(BOOK)
    assert {entry.id for entry in entries[2:]} == {f"{who}-{number}" for who in "AB" for number in range(12)}
    assert format_ledger(entries) == text


def fetch(address: str, language: str = "az") -> tuple[int, str, dict[str, str]]:
    request = urllib.request.Request(address, headers={"Accept-Language": language})
    try:
        with urllib.request.urlopen(request, timeout=60) as response:
            return response.status, response.read().decode(errors="replace"), dict(response.headers)
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode(), dict(error.headers)


def test_a_served_desk_speaks_to_people_and_shows_the_public_nothing(
    folder: Folder, built: list[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in folder.environment.items():
        monkeypatch.setenv(name, value)
    with served(folder.path) as address:
        status, page, headers = fetch(f"{address}no-such-page")
        assert (status, "Belə səhifə yoxdur" in page) == (404, True)
        assert "default-src 'self'" in headers["Content-Security-Policy"] and headers["X-Frame-Options"] == "DENY"
        status, page, _ = fetch(f"{address}tiles/land/6/40/24.pbf", "ru")
        assert (status, "У вас нет права" in page) == (403, True)
        assert fetch(f"{address}alive")[:2] == (200, "alive")
        assert fetch(f"{address}static/torpaq_web/error.css")[0] == 200


def test_a_ledger_edited_by_hand_in_the_middle_is_found(folder: Folder, built: list[object]) -> None:
    change = "UPDATE torpaq_web_ledgerentry SET line = replace(line, 'cancel', 'reduce') WHERE position = 2"
    url = folder.environment.get("TORPAQ_DATABASE_URL")
    if url:
        import psycopg

        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("ALTER TABLE torpaq_web_ledgerentry DISABLE TRIGGER USER")
            connection.execute(change)
    else:
        with sqlite3.connect(folder.path / "programme.sqlite3") as connection:
            connection.execute("DROP TRIGGER torpaq_web_ledgerentry_no_update")
            connection.execute(change)
    assert folder.answer(READ)[1] == [["ledger_row_changed", "L2"]]
