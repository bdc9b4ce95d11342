"""The house keeps its own bars: size, types, words, imports, examples that run."""

import ast
import doctest
import importlib
import os
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from support import ROOT

SOURCE = ROOT / "src" / "torpaq"
ROOMS = {
    "standard",
    "geo",
    "land",
    "intake",
    "operations",
    "evidence",
    "risk",
    "priority",
    "plan",
    "report",
    "web",
    "cli",
}
PURE = ROOMS - {"web", "cli"}
FILES = sorted(path for path in SOURCE.rglob("*.py") if "migrations" not in path.parts)
LONG_FUNCTION, LONGEST_FUNCTION, LONGEST_FILE = 50, 80, 600
# Written apart, so that this file does not hold them itself.
REGISTRIES = [
    ".".join(words)
    for words in (["pypi", "org"], ["pythonhosted", "org"], ["registry", "npmjs", "org"], ["crates", "io"])
]
HOME_FOLDERS = "|".join(["wo" + "rk", "ro" + "ot", "home/[a-z]+", "Users"])
MACHINE_PATH = re.compile(rf"(?<![\w.}}/])/(?:{HOME_FOLDERS})/[\w.]")

Function = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def functions(path):
    """Every function of a file with its size in lines, the docstring not counted; inner ones belong to the outer."""
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, Function):
            first = node.body[0]
            has_docstring = ast.get_docstring(node) is not None
            docstring = (first.end_lineno or 0) - first.lineno + 1 if has_docstring else 0
            found.append((node, (node.end_lineno or 0) - node.lineno + 1 - docstring))
    return found


def is_public(name):
    return not name.startswith("_")


def is_overload(node):
    """An overload only gives a type; the function it belongs to has the docstring."""
    return any(getattr(decorator, "id", "") == "overload" for decorator in node.decorator_list)


def where(path, node):
    return f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"


def committed_texts():
    """Every committed file that is text, with its words."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if listed.returncode:
        pytest.skip("this is no git checkout, so nobody can say which files are committed")
    for name in listed.stdout.decode().split("\0"):
        path = ROOT / name
        if name and path.is_file():
            content = path.read_bytes()
            if b"\0" not in content:
                yield name, content.decode("utf-8")


def room_of(path):
    return path.relative_to(SOURCE).parts[0].removesuffix(".py")


class TestRooms:
    def test_the_rooms_are_those_of_the_architecture(self):
        here = {path.name for path in SOURCE.iterdir() if (path / "__init__.py").exists()}
        assert here | {path.stem for path in SOURCE.glob("*.py") if is_public(path.stem)} == ROOMS

    def test_every_room_says_in_one_line_what_it_is_for(self):
        for room in ROOMS:
            path = SOURCE / room / "__init__.py"
            text = (path if path.exists() else SOURCE / f"{room}.py").read_text(encoding="utf-8")
            assert ast.get_docstring(ast.parse(text)), room

    def test_every_import_contract_is_kept(self):
        tool = Path(sys.executable).parent / "lint-imports"
        environment = os.environ | {"PYTHONPATH": str(ROOT / "src")}
        done = subprocess.run(
            [tool, "--no-cache"], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]
        assert "0 broken" in done.stdout


class TestSize:
    def test_at_most_a_tenth_of_the_code_stands_in_long_functions(self):
        sizes = [size for path in FILES for _, size in functions(path)]
        assert sum(size for size in sizes if size > LONG_FUNCTION) <= 0.1 * sum(sizes)

    def test_no_function_is_too_long_to_be_seen_at_once(self):
        assert [where(path, node) for path in FILES for node, size in functions(path) if size > LONGEST_FUNCTION] == []

    def test_no_file_is_too_long(self):
        lengths = {path.relative_to(ROOT): len(path.read_text(encoding="utf-8").splitlines()) for path in FILES}
        assert {path: length for path, length in lengths.items() if length > LONGEST_FILE} == {}


class TestWords:
    def test_every_function_says_what_it_returns(self):
        assert [where(path, node) for path in FILES for node, _ in functions(path) if node.returns is None] == []

    def test_everything_public_in_the_pure_rooms_says_what_it_is(self):
        silent = []
        for path in (path for path in FILES if room_of(path) in PURE):
            module = ast.parse(path.read_text(encoding="utf-8"))
            if not ast.get_docstring(module):
                silent.append(str(path.relative_to(ROOT)))
            classes = [node for node in module.body if isinstance(node, ast.ClassDef) and is_public(node.name)]
            members = [node for owner in [module, *classes] for node in owner.body]
            named = [node for node in members if isinstance(node, Function | ast.ClassDef) and is_public(node.name)]
            silent += [where(path, node) for node in named if not ast.get_docstring(node) and not is_overload(node)]
        assert silent == []

    def test_no_committed_file_names_a_package_registry(self):
        assert [(name, host) for name, text in committed_texts() for host in REGISTRIES if host in text] == []

    def test_no_committed_file_names_a_path_of_somebodys_machine(self):
        found = [(name, match.group()) for name, text in committed_texts() for match in MACHINE_PATH.finditer(text)]
        assert found == []


@pytest.mark.parametrize(
    "path", [path for path in FILES if room_of(path) in PURE and ">>> " in path.read_text("utf-8")]
)
def test_examples_in_docstrings_hold(path):
    """Each module's examples run, with numpy at hand."""
    import numpy as np

    name = ".".join(path.relative_to(ROOT / "src").with_suffix("").parts)
    module = importlib.import_module(name.removesuffix(".__init__"))
    assert doctest.testmod(module, extraglobs={"np": np}).failed == 0


class TestTheBarsThemselvesCanFail:
    def test_a_long_function_is_measured_without_its_docstring(self, tmp_path):
        path = tmp_path / "long.py"
        path.write_text('def f() -> None:\n    """One.\n\n    Two.\n    """\n' + "    a = 1\n" * 90)
        assert [size for _, size in functions(path)] == [91]

    @pytest.mark.parametrize("text", ["see /wo" + "rk/main/x", '"/ro' + 'ot/.cache"', "in /home/" + "anna/data"])
    def test_a_path_of_a_machine_is_found(self, text):
        assert MACHINE_PATH.search(text)

    @pytest.mark.parametrize("text", ["frame/wo" + "rk/x", "https://a.example/wo" + "rk/1", "the ro" + "ot/branch"])
    def test_other_slashes_are_not_taken_for_one(self, text):
        assert not MACHINE_PATH.search(text)
