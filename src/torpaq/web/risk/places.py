"""Where a programme keeps its evidence and its surfaces: folders below its own."""

from pathlib import Path

from django.conf import settings

EVIDENCE, SNAPSHOT, SURFACES = "evidence", "snapshot", "surfaces"


def evidence_path() -> Path:
    """Return the folder of sources and layers."""
    return Path(settings.PROGRAMME) / EVIDENCE


def snapshot_path() -> Path:
    """Return the folder of the snapshot that the layers were last built of."""
    return Path(settings.PROGRAMME) / SNAPSHOT


def surface_path(folder: str) -> Path:
    """Return a surface's folder by its name."""
    return Path(settings.PROGRAMME) / SURFACES / folder
