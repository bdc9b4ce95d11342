"""Run the house's checks and the whole suite on SQLite, then on PostgreSQL + PostGIS all that can reach a database.

``./torpaq test [pytest arguments]``. Where this is root with apt, what is missing (PostgreSQL, PostGIS, Chromium) is
installed; where a half cannot run it says so loudly and the other half still counts.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "src"))

from torpaq.web.assets import install_assets  # noqa: E402  # the path above comes first
from torpaq.web.cluster import postgresql_bin, private_cluster  # noqa: E402

SCRIPTS = Path(sys.executable).parent
REACH_A_DATABASE = ("tests/web", "tests/cli")
"""The other rooms cannot know the engine (the import contracts hold them to that), so one run of theirs tells all."""

NOT_FOR_THE_SUITE = ("TORPAQ_DATABASE_URL", "PYTHONDONTWRITEBYTECODE")
"""Where no compiled files may be written, every worker and every program that a test starts compiles all anew."""

CHECKS = (
    ("format", ("ruff", "format", "--check", "--quiet", "src", "tests", "bench")),
    ("lint", ("ruff", "check", "--quiet", "src", "tests", "bench")),
    ("imports", ("lint-imports", "--no-cache")),
    ("types", ("mypy",)),
)


def main(arguments: Sequence[str]) -> int:
    """Run everything (or, with pytest arguments, only those tests, on both engines); return the exit status."""
    install_what_is_missing()
    install_assets(print)
    failed = [] if arguments else [name for name, command in CHECKS if not checked(name, command)]
    if suite("SQLite", arguments, {}) != 0:
        failed.append("tests on SQLite")
    if postgresql_bin() is None:
        loudly("SKIPPED: the tests on PostgreSQL + PostGIS. Install postgresql-15-postgis-3 and run this again.")
    else:
        with private_cluster(is_durable=False) as url:
            if suite("PostgreSQL + PostGIS", arguments or REACH_A_DATABASE, {"TORPAQ_DATABASE_URL": url}) != 0:
                failed.append("tests on PostgreSQL + PostGIS")
    loudly("FAILED: " + ", ".join(failed) if failed else "Everything passed.")
    return 1 if failed else 0


def install_what_is_missing() -> None:
    """Install PostgreSQL with PostGIS, and Chromium, where this is root on Debian."""
    missing = []
    if postgresql_bin() is None:
        missing.append("postgresql-15-postgis-3")
    if not (shutil.which("chromium") or shutil.which("google-chrome")):
        missing.append("chromium")
    if not missing or os.geteuid() != 0 or shutil.which("apt-get") is None:
        return
    print(f"Installing {', '.join(missing)} (Debian packages)…", flush=True)
    wait = ("-o", "DPkg::Lock::Timeout=600")
    quiet = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", "-qq", *wait, "update"], env=quiet, stdout=subprocess.DEVNULL, check=False)
    command = ["apt-get", "-qq", *wait, "install", "-y", "--no-install-recommends", *missing]
    done = subprocess.run(command, env=quiet, stdout=subprocess.DEVNULL, check=False)
    if done.returncode:
        loudly(f"{', '.join(missing)} could not be installed; what needs them will be skipped.")


def checked(name: str, command: Sequence[str]) -> bool:
    """Run one check of the house; print what it says only where it fails."""
    print(f"— {name}", flush=True)
    done = subprocess.run([SCRIPTS / command[0], *command[1:]], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        print(done.stdout + done.stderr, flush=True)
    return done.returncode == 0


def suite(engine: str, arguments: Sequence[str], environment: dict[str, str]) -> int:
    """Run pytest on one engine, on all cores; the longest stories, of programmes and browsers, do not come last."""
    loudly(f"Tests on {engine}")
    spread = ["--dist", "loadscope", "--no-loadscope-reorder"]
    workers = ["-n", str(os.cpu_count() or 1), *spread] if "-n" not in arguments else []
    command = [sys.executable, "-m", "pytest", *workers, *arguments]
    variables = {k: v for k, v in os.environ.items() if k not in NOT_FOR_THE_SUITE} | environment
    return subprocess.run(command, cwd=ROOT, env=variables, check=False).returncode


def loudly(text: str) -> None:
    """Print a line nobody overlooks."""
    print(f"\n{'=' * len(text)}\n{text}\n{'=' * len(text)}", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
