"""A programme's folder: created, filled, opened and read from outside a running desk.

Nothing here imports Django before a folder is opened, because the settings read the folder's name when they load::

    <folder>/programme.sqlite3   the database (unless TORPAQ_DATABASE_URL names a PostgreSQL database)
    <folder>/secret_key          the desk's key, readable for its owner alone
    <folder>/derived/            tiles and other things that can be made again
"""

import os
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from torpaq import __version__
from torpaq.land.entry import Entry
from torpaq.standard.problems import Problem, problem

Progress = Callable[[str, float], None]
"""Told the step (``database``, ``fold``, ``ledger``, ``records``, ``evidence``, ``tiles``) and its share, 0 to 1."""


@dataclass(frozen=True, slots=True)
class Built:
    """A built programme: demonstration accounts as (user name, password, role), number of entries, problems."""

    accounts: list[tuple[str, str, str]]
    entries: int
    problems: list[Problem]


def open_programme(directory: Path) -> None:
    """Let Django use this folder's programme from now on. Raises ``ValueError`` where it already uses another."""
    from django.apps import apps
    from django.conf import settings

    directory = directory.absolute()
    if settings.configured and directory != settings.PROGRAMME:
        raise ValueError(f"this process already works on {settings.PROGRAMME}")
    os.environ["TORPAQ_PROGRAMME"] = str(directory)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "torpaq.web.settings")
    if not apps.ready:
        import django

        django.setup()


def is_built(directory: Path) -> bool:
    """Say whether the folder holds a programme that was built to the end; any folder of ours has its key."""
    if not (directory / "secret_key").exists():
        return False
    if not os.environ.get("TORPAQ_DATABASE_URL") and not (directory / "programme.sqlite3").exists():
        return False
    open_programme(directory)
    from django.db import DatabaseError, connection

    from torpaq.web.programme_row import programme_row

    try:
        return programme_row() is not None
    except DatabaseError:
        return False
    finally:
        connection.close()


def build_programme(
    directory: Path,
    entries: Sequence[Entry],
    country: str,
    name: str,
    synthetic_label: str = "",
    progress: Progress = lambda step, share: None,
) -> Built:
    """Create a programme in a folder and fill its ledger; what a build that was cut short left there is removed first.

    With a ``synthetic_label`` the programme is synthetic: the label stands on every page, and the demonstration
    accounts are created. Where the book has errors nothing is kept and the problems are returned. Raises
    ``ValueError`` where the folder already holds a programme.
    """
    if is_built(directory):
        raise ValueError(f"{directory} already holds a programme")
    prepare_folder(directory)
    progress("database", 0.0)
    open_programme(directory)
    from django.core.management import call_command

    call_command("migrate", verbosity=0, interactive=False)
    progress("database", 1.0)
    return _fill(entries, country, name, synthetic_label, progress)


def prepare_folder(directory: Path) -> None:
    """Make the folder with a key of its own; remove the database of a build that was cut short."""
    directory.mkdir(parents=True, exist_ok=True)
    for leftover in directory.glob("programme.sqlite3*"):
        leftover.unlink()
    key = directory / "secret_key"
    if not key.exists():
        with os.fdopen(os.open(key, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(48))


def read_programme(directory: Path) -> list[Entry]:
    """Return the entries of a folder's programme, in the ledger's order."""
    open_programme(directory)
    from torpaq.web.rows import read_entries

    return read_entries()


def verify_programme(directory: Path) -> list[Problem]:
    """Check a folder's ledger row by row against its hash chain; name every row that was changed by hand."""
    if not is_built(directory):
        return [problem("programme_missing", str(directory))]
    from torpaq.web.rows import verify_chain

    return verify_chain()


def _fill(entries: Sequence[Entry], country: str, name: str, synthetic_label: str, progress: Progress) -> Built:
    """Fill a migrated, empty database in one transaction: the programme's row and its ledger are there both or not."""
    from django.db import transaction

    from torpaq.land.live import LiveLand
    from torpaq.web.accounts import create_demonstration_accounts
    from torpaq.web.demonstration_evidence import ask_for_evidence
    from torpaq.web.demonstration_records import create_demonstration_records
    from torpaq.web.demonstration_tasks import create_demonstration_operations
    from torpaq.web.models import Programme
    from torpaq.web.store import load
    from torpaq.web.tile_store import prebuild

    progress("fold", 0.0)
    land = LiveLand(entries)
    progress("fold", 1.0)
    with transaction.atomic():
        programme = Programme.objects.create(
            name=name,
            country=country,
            is_synthetic=bool(synthetic_label),
            synthetic_label=synthetic_label,
            standard_version=__version__,
        )
        head, problems = load(entries, land, lambda share: progress("ledger", share))
        if head is None:
            programme.delete()
            return Built([], 0, problems)
        accounts = create_demonstration_accounts() if synthetic_label else []
    if synthetic_label:
        progress("records", 0.0)
        create_demonstration_operations()
        progress("records", 0.7)
        create_demonstration_records()
        progress("records", 1.0)
        ask_for_evidence()
    progress("tiles", 0.0)
    prebuild(lambda done, total: progress("tiles", done / total))
    progress("tiles", 1.0)
    return Built(accounts, head.position, problems)
