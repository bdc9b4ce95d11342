"""The evidence folder: sources as they were given, layers made of them on one grid, and a card for each.

::

    <folder>/manifest.json    what is here
    <folder>/sources/<id>/    bytes as given
    <folder>/layers/<id>.tif  a byte a cell, 255 unknown; <id>.png its picture
    <folder>/snapshot/        the programme's snapshot that the last build read

The manifest is replaced whole, never edited, and whoever changes the folder holds its lock.
"""

import fcntl
import hashlib
import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from torpaq.evidence.adding import NewSource, check_new_source, free_id
from torpaq.evidence.card import LayerCard, SourceCard, layer_card, source_card
from torpaq.evidence.grid import Grid
from torpaq.evidence.kinds import SourceKind
from torpaq.evidence.sources import inspect_source
from torpaq.geo.crs import NationalCrs
from torpaq.land.chain import digest_of
from torpaq.standard.country import Country, load_country
from torpaq.standard.problems import Problem, has_errors, problem

MANIFEST = "manifest.json"
CHUNK_BYTES = 1 << 20


@dataclass(frozen=True)
class Manifest:
    """What an evidence folder holds. ``snapshot`` is the card of the snapshot the layers were made of, empty for none.

    ``area`` says what was asked for (units, box_m); ``digest`` is the SHA-256 over grid and cards, so that a surface
    can name the evidence it was made of.
    """

    country: str
    grid: Grid | None = None
    snapshot: Mapping[str, Any] = field(default_factory=dict)
    area: Mapping[str, Any] = field(default_factory=dict)
    sources: tuple[SourceCard, ...] = ()
    layers: tuple[LayerCard, ...] = ()
    built: str = ""
    synthetic_label: str = ""

    @property
    def digest(self) -> str:
        """SHA-256 over the grid and every card, whenever the folder was built."""
        told = self._plain()
        del told["built"]
        told["snapshot"] = {name: value for name, value in self.snapshot.items() if name != "taken"}
        return digest_of(told)

    def _plain(self) -> dict[str, Any]:
        return {
            "country": self.country,
            "grid": asdict(self.grid) if self.grid else None,
            "snapshot": dict(self.snapshot),
            "area": dict(self.area),
            "sources": [card.as_json() for card in self.sources],
            "layers": [card.as_json() for card in self.layers],
            "built": self.built,
            "synthetic_label": self.synthetic_label,
        }

    def as_json(self) -> dict[str, Any]:
        """Return the manifest as JSON holds it."""
        return {**self._plain(), "digest": self.digest}

    def source(self, source_id: str) -> SourceCard | None:
        """Return a source's card by its id."""
        return next((card for card in self.sources if card.id == source_id), None)

    def sources_of(self, *kinds: SourceKind) -> tuple[SourceCard, ...]:
        """Return the sources of some kinds, in the order in which they were added."""
        return tuple(card for card in self.sources if card.kind in kinds)

    def layer(self, layer_id: str) -> LayerCard | None:
        """Return a layer's card by its id."""
        return next((card for card in self.layers if card.id == layer_id), None)


def manifest_of(value: Mapping[str, Any]) -> Manifest:
    """Return a manifest from its JSON. Raises ``KeyError``, ``TypeError`` or ``ValueError`` for anything else."""
    return Manifest(
        country=value["country"],
        grid=Grid(**value["grid"]) if value["grid"] else None,
        snapshot=value["snapshot"],
        area=value["area"],
        sources=tuple(map(source_card, value["sources"])),
        layers=tuple(map(layer_card, value["layers"])),
        built=value["built"],
        synthetic_label=value["synthetic_label"],
    )


@dataclass(slots=True)
class EvidenceFolder:
    """An evidence folder that is open; ``manifest`` is as it was read or last saved.

    ``kept`` are the layers that the last build of this process left as they were.
    """

    path: Path
    manifest: Manifest
    kept: tuple[str, ...] = ()

    @classmethod
    def open(cls, path: Path) -> tuple["EvidenceFolder | None", list[Problem]]:
        """Open a folder that is there; a folder without a readable manifest is a problem."""
        try:
            value = json.loads((path / MANIFEST).read_text(encoding="utf-8"))
            manifest = manifest_of(value)
            load_country(manifest.country)
        except FileNotFoundError:
            return None, [problem("evidence_folder_missing", str(path))]
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            return None, [problem("evidence_manifest_unreadable", str(path), reason=str(error)[:120])]
        return cls(path, manifest), []

    @classmethod
    def create(cls, path: Path, country: str) -> tuple["EvidenceFolder | None", list[Problem]]:
        """Open the folder, made anew and empty where there is none; ``country`` is its three-letter code."""
        if (path / MANIFEST).exists():
            return cls.open(path)
        path.mkdir(parents=True, exist_ok=True)
        folder = cls(path, Manifest(country.strip().lower()))
        folder.save(folder.manifest)
        return folder, []

    @property
    def country(self) -> Country:
        """The country whose grid this is."""
        return load_country(self.manifest.country)

    @property
    def crs(self) -> NationalCrs:
        """The national equal-area CRS."""
        return NationalCrs(self.country.crs_proj)

    @property
    def digest(self) -> str:
        """The manifest's digest."""
        return self.manifest.digest

    def layer_path(self, layer_id: str) -> Path:
        """Return where a layer's cells are."""
        return self.path / "layers" / f"{layer_id}.tif"

    def picture_path(self, layer_id: str) -> Path:
        """Return where a layer's picture is."""
        return self.path / "layers" / f"{layer_id}.png"

    @property
    def snapshot_path(self) -> Path:
        """Where the folder keeps the snapshot that its last build read."""
        return self.path / "snapshot"

    def keep_snapshot(self, directory: Path) -> None:
        """Copy a snapshot into the folder, so that the folder is all there is to its layers."""
        if directory.resolve() != self.snapshot_path.resolve():
            waiting = self.path / "snapshot.part"
            shutil.rmtree(waiting, ignore_errors=True)
            shutil.copytree(directory, waiting)
            shutil.rmtree(self.snapshot_path, ignore_errors=True)
            waiting.rename(self.snapshot_path)

    def source_paths(self, card: SourceCard) -> list[Path]:
        """Return a source's files; the first is the one that is read."""
        return [self.path / "sources" / card.id / name for name in card.files]

    def save(self, manifest: Manifest) -> None:
        """Replace the manifest, whole."""
        waiting = self.path / f"{MANIFEST}.part"
        waiting.write_text(json.dumps(manifest.as_json(), ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
        waiting.replace(self.path / MANIFEST)
        self.manifest = manifest

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the folder's lock: nobody else changes it meanwhile. The manifest is read anew first."""
        with (self.path / ".lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            if (found := EvidenceFolder.open(self.path)[0]) is not None:
                self.manifest = found.manifest
            yield

    def add_source(
        self, file: Path, new: NewSource, today: date | None = None, scan: Path | None = None
    ) -> tuple[SourceCard | None, list[Problem]]:
        """Add a source: check what is said of it and what is in it, keep its bytes as given, write its card.

        ``today`` is the day before which its date lies (the machine's without one); ``scan`` a picture or PDF of the
        paper that it was transcribed from, kept beside it. Nothing is kept where there is an error. Layers are made by
        the next build.
        """
        with self.held():
            asked, problems = check_new_source(new, self.manifest.sources, self.country, today)
            if asked is None:
                return None, problems
            found, more = inspect_source(file, asked, self.crs, self.country, scan)
            problems += more
            if found is None or has_errors(problems):
                return None, problems
            room, needed = shutil.disk_usage(self.path).free, sum(path.stat().st_size for path in found.files.values())
            if needed > room:
                return None, [*problems, problem("evidence_no_room", asked.name, bytes=needed, free=room)]
            source_id = free_id(asked.name, {card.id for card in self.manifest.sources})
            files = {name: self._kept(source_id, name, path) for name, path in found.files.items()}
            card = SourceCard(
                id=source_id,
                kind=asked.kind,
                name=asked.name,
                date=asked.date,
                source=asked.source,
                licence=asked.licence,
                added=datetime.now(UTC).isoformat(timespec="seconds"),
                error_m=asked.error_m or 0.0,
                reliability=1.0 if asked.reliability is None else asked.reliability,
                reliability_known=False,
                files=files,
                options={**asked.options, **found.facts},
                is_synthetic=asked.is_synthetic,
            )
            self.save(replace(self.manifest, sources=(*self.manifest.sources, card)))
            return card, problems

    def _kept(self, source_id: str, name: str, path: Path) -> str:
        """Copy a file below ``sources/<id>/`` as it is; return its SHA-256."""
        target = self.path / "sources" / source_id / name
        target.parent.mkdir(parents=True, exist_ok=True)
        digest = hashlib.sha256()
        with path.open("rb") as given, target.open("wb") as kept:
            while chunk := given.read(CHUNK_BYTES):
                digest.update(chunk)
                kept.write(chunk)
        return digest.hexdigest()

    def remove_source(self, source_id: str) -> list[Problem]:
        """Take a source and its bytes away, and the layers made of it: until a build, no layer tells of it."""
        with self.held():
            if self.manifest.source(source_id) is None:
                return [problem("evidence_source_missing", source_id)]
            gone = [card for card in self.manifest.layers if source_id in card.sources]
            self.save(
                replace(
                    self.manifest,
                    sources=tuple(card for card in self.manifest.sources if card.id != source_id),
                    layers=tuple(card for card in self.manifest.layers if card not in gone),
                )
            )
            shutil.rmtree(self.path / "sources" / source_id, ignore_errors=True)
            for card in gone:
                self.layer_path(card.id).unlink(missing_ok=True)
                self.picture_path(card.id).unlink(missing_ok=True)
        return []
