"""The README's first command at its full size: other tests build the small demonstration, which has less in it."""

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def test_the_whole_demonstration_is_built(tmp_path: Path) -> None:
    folder = tmp_path / "programme"
    environment = {name: text for name, text in os.environ.items() if name != "TORPAQ_DATABASE_URL"}
    words = [sys.executable, "-m", "torpaq", "demo", "--no-serve", "--dir", str(folder)]
    done = subprocess.run(
        words, env=environment | {"PYTHONPATH": str(ROOT / "src")}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    with sqlite3.connect(folder / "programme.sqlite3") as database:
        tables = (
            "hazardousarea",
            "task",
            "markingscheme",
            "sampleplan",
            "lane",
            "plannedinspection",
            "handover",
            "evidencebuild",
            "risksurface",
            "job",
        )
        counts = {name: database.execute(f"SELECT count(*) FROM torpaq_web_{name}").fetchone()[0] for name in tables}
    assert counts["hazardousarea"] > 2_000
    assert min(counts.values()) > 0, counts
