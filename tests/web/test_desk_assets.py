"""The files from npm: a lock that names no registry, and nothing served but what is listed."""

import json
import re
from pathlib import Path

import pytest

from torpaq.web import assets

ROOT = assets.ROOT


def test_the_lock_holds_hashes_and_no_registrys_name() -> None:
    lock = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))
    packages = {name: package for name, package in lock["packages"].items() if name}
    assert all(package["integrity"].startswith("sha512-") for package in packages.values())
    assert not any("resolved" in package for package in packages.values())
    node = (ROOT / "requirements" / "node.txt").read_text(encoding="utf-8")
    for text in (json.dumps({name: {**p, "funding": ""} for name, p in packages.items()}), node):
        assert not re.search(r"https?://|registry\.|pypi\.org", text)
    assert "--hash=sha256:" in node


def test_package_json_pins_versions_that_the_lock_has() -> None:
    package = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))
    lock = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    for name, version in {**package["dependencies"], **package["devDependencies"]}.items():
        assert lock[f"node_modules/{name}"]["version"] == version


def test_a_set_up_fetches_once_and_again_where_a_file_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    modules = tmp_path / "node_modules"
    for place in assets.FILES.values():
        (modules / place).parent.mkdir(parents=True, exist_ok=True)
        (modules / place).write_text(place)
    fetched: list[Path] = []
    monkeypatch.setattr(assets, "VENDOR", tmp_path / "vendor")
    monkeypatch.setattr(assets, "_fetch", lambda folder, progress: fetched.append(folder) or modules)
    assert assets.install_assets() is True and assets.install_assets() is False
    assert {path.name for path in (tmp_path / "vendor").iterdir()} == {*assets.FILES, assets.STAMP}
    (tmp_path / "vendor" / "htmx.min.js").unlink()
    assert assets.install_assets() is True and len(fetched) == 2


def test_where_npm_fails_its_words_are_carried(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    npm = tmp_path / "npm"
    npm.write_text("#!/bin/sh\necho 'no network here' >&2\nexit 7\n")
    npm.chmod(0o755)
    monkeypatch.setenv("TORPAQ_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(assets, "VENDOR", tmp_path / "vendor")
    monkeypatch.setattr(assets, "npm_command", lambda progress: [str(npm)])
    with pytest.raises(assets.AssetsMissingError, match="no network here"):
        assets.install_assets()
    assert not (tmp_path / "vendor").exists()


def test_pages_name_only_what_is_served_from_here() -> None:
    """No script, style, picture or form of ours names another host."""
    web = ROOT / "src" / "torpaq" / "web"
    for path in [*(web / "templates").rglob("*.html"), *(web / "static" / "desk").iterdir()]:
        text = path.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
        assert not re.search(r"https?://|//[a-z0-9-]+\.[a-z]", text), path.name
