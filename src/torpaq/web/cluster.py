"""A private PostgreSQL + PostGIS server in a folder of its own: for the tests, and to try the scale deployment.

``python -m torpaq.web.cluster COMMAND…`` starts one, runs the command with ``TORPAQ_DATABASE_URL`` set, and takes the
server down again. It listens on a Unix socket alone. PostgreSQL refuses to run as root, so root hands it to the user
``postgres``, whom Debian's package creates.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

OWNER = "app"
UNUSABLE = 2
WAITS_FOR_THE_DISK = ("fsync", "synchronous_commit", "full_page_writes")


def postgresql_bin() -> Path | None:
    """Return the folder of the newest PostgreSQL server programs that have PostGIS beside them; None where none is."""
    versions = [path for path in Path("/usr/lib/postgresql").glob("*/bin") if (path / "initdb").exists()]
    with_postgis = [
        path
        for path in versions
        if Path(f"/usr/share/postgresql/{path.parent.name}/extension/postgis.control").exists()
    ]
    return max(with_postgis, key=lambda path: int(path.parent.name), default=None)


@contextmanager
def private_cluster(database: str = "torpaq", is_durable: bool = True) -> Iterator[str]:
    """Start a server in a new folder, yield the URL of an empty database with PostGIS, stop and remove all after.

    Where it need not be durable, a commit does not wait for the disk: quicker, for rows that nobody will want back.
    Raises ``FileNotFoundError`` where PostgreSQL with PostGIS is not installed.
    """
    programs = postgresql_bin()
    if programs is None:
        raise FileNotFoundError("PostgreSQL with PostGIS is not installed: apt install postgresql-15-postgis-3")
    folder = Path(tempfile.mkdtemp(prefix="torpaq-pg-"))
    try:
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres", "postgres")
        start(programs, folder, is_durable)
        try:
            as_owner([str(programs / "createdb"), "-h", str(folder), "-U", OWNER, database])
            yield f"postgresql://{OWNER}@/{database}?host={folder}"
        finally:
            as_owner([str(programs / "pg_ctl"), "-D", str(folder / "data"), "-m", "immediate", "-w", "stop"])
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def start(programs: Path, folder: Path, is_durable: bool) -> None:
    """Create the cluster and wait until it answers on a socket in ``folder``."""
    data = str(folder / "data")
    flags = ["-U", OWNER, "-A", "trust", "--locale=C.UTF-8", "-E", "UTF8"]
    as_owner([str(programs / "initdb"), "-D", data, *flags])
    waits = " ".join(f"-c {setting}={'on' if is_durable else 'off'}" for setting in WAITS_FOR_THE_DISK)
    options = f"-c listen_addresses='' -k {folder} -c shared_buffers=256MB {waits}"
    as_owner([str(programs / "pg_ctl"), "-D", data, "-o", options, "-l", str(folder / "log"), "-w", "start"])


def as_owner(command: Sequence[str]) -> None:
    """Run a program as a user PostgreSQL accepts; ``RuntimeError`` with what it said where it fails."""
    prefix = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    done = subprocess.run([*prefix, *command], capture_output=True, text=True, check=False, cwd="/")
    if done.returncode:
        raise RuntimeError(f"{Path(command[0]).name} failed: {done.stderr.strip()}")


def main(arguments: Sequence[str]) -> int:
    """Run a command with ``TORPAQ_DATABASE_URL`` naming a private server; give back its exit status."""
    if not arguments:
        print("usage: python -m torpaq.web.cluster COMMAND…", file=sys.stderr)
        return UNUSABLE
    try:
        with private_cluster() as url:
            return subprocess.run(
                list(arguments), env=os.environ | {"TORPAQ_DATABASE_URL": url}, check=False
            ).returncode
    except (FileNotFoundError, RuntimeError) as error:
        print(f"no private PostgreSQL: {error}", file=sys.stderr)
        return UNUSABLE


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
