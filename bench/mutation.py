"""Change the ledger's rules in every small way mutmut knows and count the changes that no test notices.

Runs mutmut 3 in a copy of the sources (settings: [tool.mutmut] in pyproject.toml), the kernels as plain Python. Takes
some minutes. ``--all`` also lists every survivor with its difference on standard error.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from telling import tell

ROOT = Path(__file__).resolve().parents[1]
COPIED = ("src/torpaq/__init__.py", "src/torpaq/standard", "src/torpaq/geo", "src/torpaq/land", "tests/land")
LEAST_SHARE = 0.95
KILLED = {"killed", "timeout", "segfault", "suspicious"}  # each is a run that did not pass
# Survivors that behave as the original does, by mutmut's name, each with the reason why no test can tell.
EQUIVALENT: dict[str, str] = {}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--all", action="store_true", help="show each survivor's difference on standard error")
    show = parser.parse_args().all
    with tempfile.TemporaryDirectory() as folder:
        results = mutants_in(Path(folder))
        survivors = sorted(name for name, verdict in results.items() if verdict not in KILLED)
        if show:
            for name in survivors:
                print(results[name], run(Path(folder), "show", name), file=sys.stderr)
    killed = len(results) - len(survivors)
    measured = {"killed": killed, "survived": len(survivors), "total": len(results)}
    measured["share"] = killed / max(1, len(results))
    unexplained = [name for name in survivors if name not in EQUIVALENT]
    measured["unexplained"] = len(unexplained)
    notes = {name: EQUIVALENT.get(name, "not explained: a test is missing") for name in survivors}
    tell("mutation", measured, {}, {"share": LEAST_SHARE}, survivors=notes)


def mutants_in(folder: Path) -> dict[str, str]:
    """Copy what is needed into a folder, run mutmut there and return each mutant's verdict."""
    for name in COPIED:
        source, target = ROOT / name, folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, target)
    shutil.copy(ROOT / "pyproject.toml", folder)
    run(folder, "run", "--max-children", "2")
    lines = run(folder, "results", "--all", "true").splitlines()
    pairs = [line.strip().rsplit(": ", 1) for line in lines if "__mutmut_" in line]
    return dict(pairs)


def run(folder: Path, *words: str) -> str:
    environment = os.environ | {"TORPAQ_PLAIN_LAND": "1", "PYTHONPATH": ""}
    done = subprocess.run(
        [sys.executable, "-m", "mutmut", *words],
        cwd=folder, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(
            f"mutmut {' '.join(words)} ended with {done.returncode}:\n{(done.stdout + done.stderr)[-4000:]}"
        )
    return done.stdout


if __name__ == "__main__":
    main()
