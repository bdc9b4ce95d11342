"""The two engines as Django settings: one SQLite file a programme, or PostgreSQL with PostGIS named by a URL."""

from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

SQLITE_PRAGMAS = (
    "PRAGMA journal_mode=WAL; "
    "PRAGMA synchronous=FULL; "  # an append is acknowledged only when it would survive a power cut
    "PRAGMA busy_timeout=20000; "
    "PRAGMA cache_size=-65536; "
    "PRAGMA temp_store=MEMORY;"
)
SCHEMES = ("postgresql", "postgres", "postgis")


def database_settings(url: str, programme: Path, role: str = "") -> dict[str, object]:
    """Return Django's settings of the default database: PostgreSQL where ``url`` names one, else the folder's file.

    ``url`` is ``postgresql://USER:PASSWORD@HOST:PORT/NAME``; ``?host=/folder`` names a Unix socket's folder. ``role``
    is the PostgreSQL role to act as after connecting. Raises ``ValueError`` for any other kind of URL.
    """
    return postgresql_settings(url, role) if url else sqlite_settings(programme)


def sqlite_settings(programme: Path) -> dict[str, object]:
    """Settings of ``<programme>/programme.sqlite3``: WAL, every write transaction takes its lock at once."""
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": programme / "programme.sqlite3",
        "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 20, "init_command": SQLITE_PRAGMAS},
    }


def postgresql_settings(url: str, role: str) -> dict[str, object]:
    """Settings of the PostgreSQL database that a URL names."""
    parts = urlsplit(url)
    if parts.scheme not in SCHEMES or not parts.path.strip("/"):
        raise ValueError("TORPAQ_DATABASE_URL must read postgresql://USER:PASSWORD@HOST:PORT/NAME")
    query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    options: dict[str, object] = {"assume_role": role} if role else {}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.strip("/")),
        "USER": query.get("user") or unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.get("host") or parts.hostname or "",
        "PORT": query.get("port") or str(parts.port or ""),
        "CONN_MAX_AGE": 600,
        "OPTIONS": options,
    }
