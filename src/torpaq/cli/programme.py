"""``torpaq demo``, ``torpaq import`` and ``torpaq serve``: a programme in a folder."""

import argparse
import os
import subprocess
import sys
import webbrowser
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from torpaq.cli import intake
from torpaq.cli.importing import import_source
from torpaq.cli.output import CLEAN, PROGRAMMES, UnusableError, add_common, place_of, write_json
from torpaq.intake.demonstration import generate
from torpaq.intake.sources import SOURCES
from torpaq.standard.problems import has_errors, problem

PORT = 8420
LABEL = "SYNTHETIC DEMONSTRATION DATA: no real hazard, no real clearance"
STEPS = {
    "packages": "Front-end packages and translations",
    "entries": "Inventing hazardous areas and their lives",
    "database": "Creating the database",
    "fold": "Folding the ledger into land (compiled the first time: half a minute)",
    "ledger": "Writing the ledger, entry by entry in its chain",
    "records": "Filing invented reports",
    "tiles": "Drawing the map's low zooms",
}


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add ``demo``, ``serve`` and ``import``."""
    demo = commands.add_parser("demo", help="build the demonstration programme and open its desk")
    demo.add_argument("--dir", type=Path, metavar="D", help="the programme's folder (programmes/demo)")
    demo.add_argument("--small", action="store_true", help="a small programme, in two or three districts")
    demo.add_argument("--no-serve", action="store_true", help="build only, do not open the desk")
    demo.set_defaults(run=_demo)
    serve = commands.add_parser("serve", help="open the desk of a programme that is there already")
    serve.add_argument("dir", type=Path, metavar="DIR", help="the programme's folder")
    serve.set_defaults(run=_serve)
    for parser in (demo, serve):
        parser.add_argument("--port", type=int, default=PORT, metavar="P", help=f"port on localhost ({PORT})")
    take = commands.add_parser("import", help="take the rows of a file, or a known source, into a programme")
    take.add_argument("file", type=Path, metavar="FILE", help="CSV, XLSX, XML or GeoPackage")
    take.add_argument(
        "--source", choices=sorted(SOURCES), default="", help="which kind of file (the file itself tells)"
    )
    take.add_argument("--programme", type=Path, metavar="DIR", help="its folder (programmes/intake or /<source>)")
    take.add_argument("--take-good", action="store_true", help="take the good rows where others are refused")
    intake.add_options(take)
    take.set_defaults(run=_import)
    for parser in (demo, serve, take):
        add_common(parser)


def _demo(chosen: argparse.Namespace) -> int:
    from torpaq.web.assets import install_assets
    from torpaq.web.programme import build_programme, is_built

    folder: Path = chosen.dir or PROGRAMMES / ("demo-small" if chosen.small else "demo")
    install_assets(lambda words: print(words, file=sys.stderr))
    if is_built(folder):
        print(f"The demonstration programme is there already: {folder}")
        return CLEAN if chosen.no_serve else _serve_folder(chosen, folder)
    place = place_of(chosen.country)
    with _Steps() as step, _tile_kernels() as compiled:
        step("entries", 0.0)
        entries = generate(place.country, small=chosen.small, crs=place.crs)
        step("entries", 1.0)

        def told(name: str, share: float) -> None:
            step(name, share)
            if name == "tiles" and share == 0:
                compiled.wait()

        built = build_programme(folder, entries, chosen.country, "Torpaq demonstration", LABEL, told)
    if has_errors(built.problems):
        raise UnusableError(built.problems)
    if chosen.json:
        write_json({"dir": str(folder), "entries": built.entries, "problems": [p.as_json() for p in built.problems]})
    else:
        print(f"{built.entries} entries in {folder} — {LABEL}")
        for name, password, role in built.accounts:
            print(f"  sign in as {name:14} password {password}   ({role})")
    return CLEAN if chosen.no_serve else _serve_folder(chosen, folder)


@contextmanager
def _tile_kernels() -> Iterator[subprocess.Popen[bytes]]:
    """Compile the tile encoder in a process of its own meanwhile: the first time it takes half a minute."""
    command = [sys.executable, "-c", "from torpaq.geo.tiles.encoder import compile_kernels; compile_kernels()"]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(command, env=environment) as process:
        yield process


class _Steps:
    """Long work shows its progress: one bar a step, on standard error, plain lines where that is no terminal."""

    def __enter__(self) -> Callable[[str, float], None]:
        console = Console(stderr=True)
        columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
        self.progress = Progress(*columns, console=console)
        self.tasks: dict[str, TaskID] = {}
        self.progress.start()
        return self._step

    def _step(self, name: str, share: float) -> None:
        if name not in self.tasks:
            self.tasks[name] = self.progress.add_task(STEPS.get(name, name), total=1.0)
        self.progress.update(self.tasks[name], completed=share)

    def __exit__(self, *_: object) -> None:
        self.progress.stop()


def _serve(chosen: argparse.Namespace) -> int:
    from torpaq.web.assets import install_assets
    from torpaq.web.programme import is_built

    if not is_built(chosen.dir):
        raise UnusableError([problem("programme_missing", str(chosen.dir))])
    install_assets(lambda words: print(words, file=sys.stderr))
    return _serve_folder(chosen, chosen.dir)


def _serve_folder(chosen: argparse.Namespace, folder: Path) -> int:
    from torpaq.web.serve import serve, stop

    process, problems = serve(folder, chosen.port)
    if process is None:
        raise UnusableError(problems)
    address = f"http://127.0.0.1:{chosen.port}/"
    print(f"The desk is open at {address} (stop it with Ctrl-C)", flush=True)
    if os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY") or sys.platform == "darwin":
        webbrowser.open(address)
    try:
        process.wait()
    except KeyboardInterrupt:
        stop(process)
    return CLEAN


def _import(chosen: argparse.Namespace) -> int:
    if chosen.form:
        return intake.import_form(chosen, PROGRAMMES)
    option = intake.form_options_without_form(chosen)
    if option:
        raise UnusableError([problem("option_needs_form", option)])
    return import_source(chosen, PROGRAMMES)
