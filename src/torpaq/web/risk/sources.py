"""Sources of evidence at the desk: added with their files by whoever may, removed with a reason, both noted."""

import tempfile
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import UploadedFile

from torpaq.evidence.adding import NewSource
from torpaq.evidence.card import SourceCard
from torpaq.evidence.folder import EvidenceFolder, Manifest
from torpaq.standard.problems import Problem, problem
from torpaq.web.accounts import Right, lacks_right, note
from torpaq.web.models import Account
from torpaq.web.risk.making import Stage, last_build
from torpaq.web.risk.places import evidence_path
from torpaq.web.tile_store import country_code

MOST_BYTES = 2_000_000_000


def open_evidence() -> tuple[EvidenceFolder | None, list[Problem]]:
    """Open the programme's evidence, an empty folder where there was none."""
    return EvidenceFolder.create(evidence_path(), country_code())


def manifest() -> tuple[Manifest | None, list[Problem]]:
    """Return what the programme's evidence holds, without making a folder for it."""
    folder, problems = EvidenceFolder.open(evidence_path())
    if folder is None:
        missing = not (evidence_path() / "manifest.json").exists()
        return (Manifest(country_code()), []) if missing else (None, problems)
    return folder.manifest, problems


def add_source(
    person: Account, file: "UploadedFile[Any] | None", new: NewSource
) -> tuple[SourceCard | None, list[Problem]]:
    """Keep an uploaded file as a source; nothing is kept where anything is wrong with it."""
    refused = lacks_right(person, Right.EVIDENCE) or _while_building()
    if refused:
        return None, [refused]
    if file is None:
        return None, [problem("field_missing", "file")]
    if (file.size or 0) > MOST_BYTES:
        return None, [problem("upload_too_large", "file", bytes=file.size or 0, limit=MOST_BYTES)]
    folder, problems = open_evidence()
    if folder is None:
        return None, problems
    with tempfile.TemporaryDirectory(prefix="torpaq-source-") as name:
        card, more = folder.add_source(_written(Path(name), file), new)
    if card:
        note(person, "evidence_source_added", card.id, kind=card.kind, files=dict(card.files))
    return card, [*problems, *more]


def _written(place: Path, file: "UploadedFile[Any]") -> Path:
    """Write an uploaded file under its own name, which says what kind of file it is."""
    path = place / (Path(file.name or "").name.replace("\x00", "") or "file")
    with path.open("wb") as target:
        for chunk in file.chunks():
            target.write(chunk)
    return path


def remove_source(person: Account, source_id: str, reason: str) -> list[Problem]:
    """Take a source away for a stated reason; the layers made of it go with it."""
    refused = lacks_right(person, Right.EVIDENCE) or _while_building()
    if not refused and not reason.strip():
        refused = problem("field_missing", "reason")
    if refused:
        return [refused]
    folder, problems = open_evidence()
    if folder is None:
        return problems
    problems = folder.remove_source(source_id)
    if not problems:
        note(person, "evidence_source_removed", source_id, reason=reason.strip()[:2000])
    return problems


def _while_building() -> Problem | None:
    """Return why sources have to wait: the layers are being built of them."""
    running = last_build()
    if running and running.stage is Stage.RUNNING:
        return problem("evidence_build_runs", "evidence", percent=running.percent)
    return None
