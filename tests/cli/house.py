"""A command as the cast gives it: a ledger written into a file, the answer read back."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from support import ROOT
from torpaq.cli import main


@dataclass(frozen=True)
class Answer:
    """What a command printed, and its exit status."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        return json.loads(self.out)

    @property
    def codes(self) -> list[str]:
        return [found["code"] for found in self.json["problems"]]


@dataclass(frozen=True)
class Desk:
    """A folder to work in and the command line, in this process."""

    folder: Path
    capsys: pytest.CaptureFixture[str]

    def file(self, name: str, text: str | bytes) -> str:
        path = self.folder / name
        path.write_bytes(text if isinstance(text, bytes) else dedent(text).lstrip("\n").encode())
        return str(path)

    def torpaq(self, *words: str) -> Answer:
        status = main(list(words))
        printed = self.capsys.readouterr()
        return Answer(status, printed.out, printed.err)

    def ledger(self, verb: str, text: str | bytes, *options: str) -> Answer:
        return self.torpaq("ledger", verb, self.file("book.ledger", text), *options)


def torpaq_process(*words: str, environment: dict[str, str] | None = None, **options: Any) -> Answer:
    """Run a command as a process of its own, on SQLite: a programme's settings are read once a process."""
    return python_process("-m", "torpaq", *words, environment=environment, **options)


def python_process(*words: str, environment: dict[str, str] | None = None, **options: Any) -> Answer:
    """Run Python with none of this process's settings of ours."""
    variables = {k: v for k, v in os.environ.items() if not k.startswith(("TORPAQ_", "DJANGO_"))}
    variables |= {"PYTHONPATH": str(ROOT / "src"), **(environment or {})}
    done = subprocess.run([sys.executable, *words], env=variables, capture_output=True, check=False, **options)
    return Answer(done.returncode, done.stdout.decode(), done.stderr.decode())
