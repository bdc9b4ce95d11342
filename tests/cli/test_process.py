"""The command line as a process: pipes, terminals that lack letters, standard input."""

import os
import subprocess
import sys
from pathlib import Path

from cli.house import torpaq_process
from support import ROOT

LINES = b"".join(
    b"2021-01-01 establish HA-%d sha mine box %d 0 %d 9 ; NTS-%d \xc4\x9e\n" % (n, 20 * n, 20 * n + 9, n)
    for n in range(3000)
)


def test_a_ledger_comes_through_a_pipe() -> None:
    told = torpaq_process("ledger", "check", "-", input=LINES)
    assert told.status == 0
    assert told.out.startswith("3000 entries, 3000 hazardous areas, 3000 faces")


def test_the_reader_of_a_pipe_may_leave(tmp_path: Path) -> None:
    book = tmp_path / "book.ledger"
    book.write_bytes(LINES)
    command = f"'{sys.executable}' -m torpaq ledger text '{book}' | head -n 1"
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command],
        env=os.environ | {"PYTHONPATH": str(ROOT / "src")},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0
    assert done.stderr == b""
    assert done.stdout.startswith(b"2021-01-01 establish HA-0 ")


def test_a_terminal_that_lacks_a_letter_shows_a_question_mark() -> None:
    told = torpaq_process("ledger", "text", "-", input=LINES.split(b"\n")[0], environment={"PYTHONIOENCODING": "ascii"})
    assert told.status == 0
    assert "NTS-0 ?" in told.out
    assert told.err == ""
