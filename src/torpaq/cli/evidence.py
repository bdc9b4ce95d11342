"""``torpaq evidence``: add sources to a folder, see what is in it, build its layers on the national grid."""

import argparse
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from torpaq.cli.output import (
    CLEAN,
    UnusableError,
    add_common,
    place_of,
    status_of,
    thousands,
    write_json,
    write_problems,
    write_table,
)
from torpaq.standard.codes import code_list
from torpaq.standard.problems import problem

if TYPE_CHECKING:
    from torpaq.evidence.build import Area
    from torpaq.evidence.card import LayerCard, SourceCard
    from torpaq.evidence.folder import EvidenceFolder
    from torpaq.evidence.snapshot import Snapshot


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add ``evidence add``, ``evidence list``, ``evidence remove`` and ``evidence build``."""
    parser = commands.add_parser("evidence", help="layers of all that is known, on the national grid")
    verbs = parser.add_subparsers(title="verbs", metavar="VERB", required=True)
    _add_add(verbs)
    listed = verbs.add_parser("list", help="the sources and layers of a folder, with their cards")
    listed.set_defaults(run=_list)
    removed = verbs.add_parser("remove", help="take a source, its bytes and its layers away")
    removed.set_defaults(run=_remove)
    build = verbs.add_parser("build", help="make the layers, those alone that something changed for")
    build.set_defaults(run=_build)
    for verb in (listed, removed, build):
        verb.add_argument("folder", type=Path, metavar="EVIDENCE_DIR", help="the evidence folder")
    removed.add_argument("id", metavar="ID", help="the source's id, as list shows it")
    stand = build.add_mutually_exclusive_group()
    stand.add_argument("--programme", type=Path, metavar="DIR", help="a programme, whose snapshot is taken first")
    stand.add_argument("--snapshot", type=Path, metavar="DIR", help="a snapshot's folder")
    where = build.add_mutually_exclusive_group()
    where.add_argument("--units", default="", metavar="CODES", help="districts, their codes parted by commas")
    where.add_argument("--box", type=float, nargs=4, metavar=("W", "S", "E", "N"), help="degrees, east and north")
    build.add_argument("--cell", type=float, metavar="M", help="side of a cell, metres (as last time, else 10)")
    build.add_argument("--cluster", metavar="tcp://…", help="a Dask scheduler whose workers make the tiles")
    for verb in (listed, removed, build):
        add_common(verb)


def _add_add(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    add = verbs.add_parser("add", help="add a source; its bytes are kept as they are")
    add.add_argument("folder", type=Path, metavar="EVIDENCE_DIR", help="the evidence folder (made where it is missing)")
    add.add_argument("file", type=Path, metavar="FILE", help="features, a GeoTIFF or a minefield record")
    add.add_argument("--kind", default="", metavar="KIND", help=" ".join(code_list("evidence_source")))
    add.add_argument("--name", default="", metavar="NAME", help="what it is called, once in the folder")
    add.add_argument("--date", default="", metavar="DATE", help="the day of which it is true, year-month-day")
    add.add_argument("--source", default="", metavar="WHO", help="whose it is, where it came from")
    add.add_argument("--licence", default="", metavar="TERMS", help="the terms under which it may be used")
    add.add_argument("--error-m", type=float, metavar="M", help="standard deviation of its places, metres")
    add.add_argument("--reliability", type=float, metavar="P", help="chance that a statement of it is right, 0 to 1")
    add.add_argument("--attribute", default="", metavar="COL", help="column of years or weights; band of a raster")
    add.add_argument("--confidence", default="", metavar="COL", help="column of a detection's confidence, 0 to 1")
    add.add_argument("--detection", type=float, metavar="P", help="chance that the sensor finds an item that is there")
    add.add_argument("--observer-m", type=float, metavar="M", help="height of eyes at a position, metres (2)")
    add.add_argument("--scan", type=Path, metavar="FILE", help="picture or PDF of the paper it was transcribed from")
    add.add_argument("--synthetic", action="store_true", help="say that it is invented")
    add.set_defaults(run=_add)
    add_common(add)


def _add(chosen: argparse.Namespace) -> int:
    from torpaq.evidence.adding import NewSource
    from torpaq.evidence.folder import EvidenceFolder

    place_of(chosen.country)
    folder, problems = EvidenceFolder.create(chosen.folder, chosen.country)
    if folder is None:
        raise UnusableError(problems)
    options = {name: getattr(chosen, name) for name in ("attribute", "confidence", "detection", "observer_m")}
    asked = (chosen.kind, chosen.name, chosen.date, chosen.source, chosen.licence)
    new = NewSource(*asked, chosen.error_m, chosen.reliability, options, chosen.synthetic)
    card, problems = folder.add_source(chosen.file, new, scan=chosen.scan)
    if card is None:
        raise UnusableError(problems)
    if chosen.json:
        write_json({"source": card.as_json(), "problems": [each.as_json() for each in problems]})
    else:
        print(f"added {card.id}: {card.kind}, {card.name}")
        print(_assumed(card))
        write_problems(problems, chosen.language)
    return status_of(problems)


def _assumed(card: "SourceCard") -> str:
    told = {"error_m": f"places to {card.error_m:g} m", "reliability": f"reliability {card.reliability:g}"}
    assumed = card.options.get("assumed", ())
    return ", ".join(f"{words} (assumed)" if name in assumed else words for name, words in told.items())


def _list(chosen: argparse.Namespace) -> int:
    folder = _opened(chosen.folder)
    manifest = folder.manifest
    if chosen.json:
        write_json({**manifest.as_json(), "problems": []})
        return CLEAN
    if manifest.synthetic_label:
        print(manifest.synthetic_label)
    print(f"{chosen.folder}: {len(manifest.sources)} sources, {len(manifest.layers)} layers")
    if manifest.sources:
        write_table(
            [["source", "kind", "date", "error m", "reliability", "licence"], *map(_source_row, manifest.sources)]
        )
    if manifest.grid:
        grid = manifest.grid
        print(f"built {manifest.built} on {grid.rows} × {grid.columns} cells of {grid.cell_m:g} m")
    if manifest.layers:
        write_table([["layer", "date", "known", "of"], *map(_layer_row, manifest.layers)])
    return CLEAN


def _source_row(card: "SourceCard") -> list[str]:
    learned = "learned" if card.reliability_known else "stated"
    return [card.id, card.kind, card.date, f"{card.error_m:g}", f"{card.reliability:.2f} {learned}", card.licence]


def _layer_row(card: "LayerCard") -> list[str]:
    return [card.id, card.date, f"{card.cells_known / max(card.cells, 1):.1%}", ", ".join(card.sources) or "ledger"]


def _remove(chosen: argparse.Namespace) -> int:
    folder = _opened(chosen.folder)
    problems = folder.remove_source(chosen.id)
    if problems:
        raise UnusableError(problems)
    if chosen.json:
        write_json({"removed": chosen.id, "digest": folder.digest, "problems": []})
    else:
        print(f"removed {chosen.id}; build again to make the layers without it")
    return CLEAN


def _opened(path: Path) -> "EvidenceFolder":
    from torpaq.evidence.folder import EvidenceFolder

    folder, problems = EvidenceFolder.open(path)
    if folder is None:
        raise UnusableError(problems)
    return folder


def _build(chosen: argparse.Namespace) -> int:
    from torpaq.evidence.build import build
    from torpaq.evidence.folder import EvidenceFolder

    began = time.monotonic()
    place_of(chosen.country)
    snapshot = _snapshot(chosen)
    if snapshot is None:
        folder, problems = EvidenceFolder.open(chosen.folder)
    else:
        folder, problems = EvidenceFolder.create(chosen.folder, snapshot.card.country)
    if folder is None:
        raise UnusableError(problems)
    with _bars(chosen.json) as told:
        if chosen.snapshot is not None:
            folder.keep_snapshot(chosen.snapshot)
        manifest, problems = build(folder, snapshot, _area(chosen), cluster=chosen.cluster, progress=told)
    if manifest is None:
        raise UnusableError(problems)
    made = [card for card in manifest.layers if card.id not in folder.kept]
    if chosen.json:
        write_json(
            {
                "built": manifest.built,
                "digest": manifest.digest,
                "grid": manifest.as_json()["grid"],
                "made": [card.id for card in made],
                "kept": list(folder.kept),
                "layers": [card.as_json() for card in manifest.layers],
                "seconds": round(time.monotonic() - began, 1),
                "problems": [each.as_json() for each in problems],
            }
        )
    else:
        _tell(folder, made)
        write_problems(problems, chosen.language)
    return status_of(problems)


def _tell(folder: "EvidenceFolder", made: list["LayerCard"]) -> None:
    manifest, grid = folder.manifest, folder.manifest.grid
    if manifest.synthetic_label:
        print(manifest.synthetic_label)
    if grid:
        hectares = thousands(grid.cells * grid.cell_m2 / 10_000).split(".")[0]
        print(f"{grid.rows} × {grid.columns} cells of {grid.cell_m:g} m, {hectares} ha")
    if made:
        print(f"made {len(made)}:")
        write_table([[card.id, f"{card.cells_known / card.cells:.1%} known"] for card in made])
    if folder.kept:
        print(f"unchanged, kept {len(folder.kept)}: {', '.join(folder.kept)}")


def _area(chosen: argparse.Namespace) -> "Area":
    from torpaq.evidence.build import Area

    units = tuple(code.strip() for code in chosen.units.split(",") if code.strip())
    return Area(tuple(chosen.box) if chosen.box else None, units, chosen.cell)


def _snapshot(chosen: argparse.Namespace) -> "Snapshot | None":
    """Read the snapshot that was named, else take the programme's into the folder, else read the last build's."""
    from torpaq.evidence.snapshot import read_snapshot

    directory = chosen.snapshot or chosen.folder / "snapshot"
    if chosen.programme is not None:
        _take(chosen.programme, directory)
    elif chosen.snapshot is None and not directory.exists():
        return None
    snapshot, problems = read_snapshot(directory)
    if snapshot is None:
        raise UnusableError(problems)
    return snapshot


def _take(programme: Path, directory: Path) -> None:
    from torpaq.web.programme import is_built

    if not is_built(programme):
        raise UnusableError([problem("programme_missing", str(programme))])
    from torpaq.web.snapshot import take_snapshot

    take_snapshot(directory)


@contextmanager
def _bars(quiet: bool) -> Iterator[Callable[[str, float], None]]:
    """Show one bar a layer on standard error where that is a terminal."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, disable=quiet or not sys.stderr.isatty()) as progress:
        tasks: dict[str, TaskID] = {}

        def told(layer: str, share: float) -> None:
            if layer not in tasks:
                tasks[layer] = progress.add_task(layer, total=1.0)
            progress.update(tasks[layer], completed=share)

        yield told
