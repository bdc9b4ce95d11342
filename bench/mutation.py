"""Change the ledger's rules in every small way mutmut knows and count the changes that no test notices.

Runs mutmut 3 in a copy of the sources (settings: [tool.mutmut] in pyproject.toml), the kernels as plain Python. Takes
some minutes. ``--all`` also lists every survivor with its difference on standard error.
"""

import argparse
import os
import resource
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from telling import tell

ROOT = Path(__file__).resolve().parents[1]
COPIED = ("src/torpaq/__init__.py", "src/torpaq/standard", "src/torpaq/geo", "src/torpaq/land", "tests/land")
LEAST_SHARE = 0.95
MOST_BYTES = 4 * 2**30
KILLED = {"killed", "timeout", "segfault", "suspicious"}  # each is a run that did not pass
WIDER = "a wider array of numbers that all fit the narrow one"
ROOM = "only how much room the first table has: it grows as it must"
# Survivors that behave as the original does, by the changed line, each with the reason why no test can tell.
EQUIVALENT = {
    "status, changed = np.empty(CLASSES, np.int8), np.empty(CLASSES, None)": WIDER,
    "status, changed = np.empty(CLASSES, np.int8), np.empty(CLASSES, )": WIDER,
    "owner, setter = np.empty(CLASSES, np.int64), np.empty(CLASSES, None)": WIDER,
    "owner, setter = np.empty(CLASSES, np.int64), np.empty(CLASSES, )": WIDER,
    "for slot in range(old[1].shape[0]):": "all four columns of a table are of one length",
    "limit = table[1].shape[0] >> 1": "all four columns of a table are of one length",
    "size = 2 << max(8, len(cover).bit_length() - 2)": ROOM,
    "size = 1 << max(9, len(cover).bit_length() - 2)": ROOM,
    "size = 1 << max(8, len(cover).bit_length() + 2)": ROOM,
    "size = 1 << max(8, len(cover).bit_length() - 3)": ROOM,
    "table, face, used = new_table(size), 0, 1": "one posting less of room before the table grows",
    "slot = ((key * SCATTER) >> 21) & (size - 1)": "another bit of the same product scatters as well",
    "slot = ((key * SCATTER) >> 20) & (size - 2)": "looking begins at the slot before: every slot is still tried",
    "slot = (slot - 1) & (size - 1)": "the next slot in the other direction: every slot is still tried",
    "land, land_owner, last, used = NONE, NO_ENTRY, 1, 0": "land is none before anything happened, whichever was last",
    "legal = None": "no more true than False",
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--all", action="store_true", help="show each survivor's difference on standard error")
    show = parser.parse_args().all
    with tempfile.TemporaryDirectory() as folder:
        results = mutants_in(Path(folder))
        survivors = sorted(name for name, verdict in results.items() if verdict not in KILLED)
        shown = {name: run(Path(folder), "show", name) for name in survivors}
    if show:
        print(*(results[name] + "\n" + shown[name] for name in survivors), file=sys.stderr)
    killed = len(results) - len(survivors)
    measured = {"killed": killed, "survived": len(survivors), "total": len(results)}
    measured["share"] = killed / max(1, len(results))
    notes = {name: explained(shown[name]) for name in survivors}
    measured["unexplained"] = sum("not explained" in note for note in notes.values())
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


def explained(difference: str) -> str:
    """Return the changed line and why no test can tell it from the original."""
    lines = [line[1:].strip() for line in difference.splitlines() if line.startswith("+") and line[1:2] != "+"]
    changed = " ".join(lines)
    return f"{changed}: {EQUIVALENT.get(changed, 'not explained: a test is missing')}"


def limit_memory() -> None:
    """Stop a mutant that asks for memory without end, as one does whose table grows for ever."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_BYTES, MOST_BYTES))


def run(folder: Path, *words: str) -> str:
    environment = os.environ | {"TORPAQ_PLAIN_LAND": "1", "PYTHONPATH": ""}
    done = subprocess.run(
        [sys.executable, "-m", "mutmut", *words],
        cwd=folder, env=environment, capture_output=True, text=True, check=False, preexec_fn=limit_memory,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(
            f"mutmut {' '.join(words)} ended with {done.returncode}:\n{(done.stdout + done.stderr)[-4000:]}"
        )
    return done.stdout


if __name__ == "__main__":
    main()
