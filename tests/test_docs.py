"""The documentation is true: its examples run, its links lead somewhere, and nothing that exists is left out."""

import argparse
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.house import Desk
from support import ROOT
from torpaq.cli import build_parser

GUIDE, DECISIONS = ROOT / "docs" / "guide", ROOT / "docs" / "decisions"
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "national").rglob("*.md")])
COMMON = {"--help", "--json", "--country", "--language"}
SOURCES = [path for path in (ROOT / "src").rglob("*") if path.suffix in {".py", ".csv"}]


@pytest.fixture
def desk(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Desk:
    return Desk(tmp_path, capsys)


def block(page: str, kind: str) -> str:
    """The fenced block of a kind on a page of the guide."""
    (found,) = re.findall(rf"```{kind}\n(.*?)```", (GUIDE / page).read_text(encoding="utf-8"), re.DOTALL)
    return found


# -- examples ---------------------------------------------------------------------------------------------------------


def test_the_ledgers_example_gives_the_balance_on_its_page(desk: Desk) -> None:
    told = desk.ledger("balance", block("ledger.md", "ledger"))
    assert told.status == 0
    assert told.out.startswith(block("ledger.md", "balance"))
    assert told.err == block("ledger.md", "problems")


def test_the_ledgers_example_gives_the_answers_on_its_page(desk: Desk) -> None:
    answers = block("ledger.md", "answers").splitlines()
    assert answers
    for answer in answers:
        options, _, figures = answer.partition(": ")
        mine = desk.ledger("balance", block("ledger.md", "ledger"), *options.split(), "--json").json["classes"]["mine"]
        for figure in figures.split(", "):
            status, m2 = figure.split()
            assert mine[f"{status}_m2"] == float(m2), answer


def test_the_words_of_the_ledgers_page_are_those_of_the_text_form() -> None:
    from torpaq.land.entry import Kind, Measure
    from torpaq.land.text import OPTIONS

    page = (GUIDE / "ledger.md").read_text(encoding="utf-8")
    for word in (*Kind, *Measure, *OPTIONS):
        assert re.search(rf"`{word}[ `]", page), word


def test_the_traverse_on_its_page_is_solved_as_it_says(desk: Desk) -> None:
    told = desk.torpaq("traverse", desk.file("walk.csv", block("traverse.md", "traverse")))
    assert told.status == 0
    assert told.out.endswith(block("traverse.md", "solved"))


def test_the_coordinates_on_their_page_are_read_as_it_says(desk: Desk) -> None:
    page = (GUIDE / "coordinates.md").read_text(encoding="utf-8")
    (example,) = re.findall(r'`torpaq coordinates "(.*?)"`', page)
    assert desk.torpaq("coordinates", example).out.startswith(block("coordinates.md", "coordinates").strip())
    rows = re.findall(r"^\| (?!notation|-)[^|]+ \| (.+) \|$", page, re.MULTILINE)
    examples = [text for row in rows for text in re.findall(r"`(.*?)`", row)]
    assert len(examples) >= 10
    for text in examples:
        told = desk.torpaq("coordinates", text, "--operation", "15865", "--json")
        assert told.status == 0, text
        assert told.json["position"] == pytest.approx([46.75, 39.8265], abs=0.02), text


# -- nothing is left out ----------------------------------------------------------------------------------------------


def parsers(parser: argparse.ArgumentParser, name: str = "torpaq") -> Iterator[tuple[str, argparse.ArgumentParser]]:
    subparsers = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    if not subparsers:
        yield name, parser
    for action in subparsers:
        for word, child in action.choices.items():
            yield from parsers(child, f"{name} {word}")


COMMANDS = dict(parsers(build_parser()))


def test_every_command_has_its_section_with_its_options_and_no_other_is_described() -> None:
    page = (GUIDE / "command-line.md").read_text(encoding="utf-8")
    sections = dict(re.findall(r"^### `(torpaq [a-z ]+?)(?: [A-Z][^`]*)?`\n(.*?)(?=^##|\Z)", page, re.M | re.S))
    assert set(sections) == set(COMMANDS)
    shared = COMMON | {"--on", "--known"}
    for name, command in COMMANDS.items():
        options = {option for action in command._actions for option in action.option_strings if option[:2] == "--"}
        described = set(re.findall(r"`(--[a-z-]+)", sections[name]))
        assert options - shared <= described, name
        assert described <= options, name
    for option in shared | {"--version"}:
        assert option in page


def test_every_key_that_commands_write_is_described(desk: Desk) -> None:
    page = (GUIDE / "command-line.md").read_text(encoding="utf-8")
    book = block("ledger.md", "ledger")
    walk = desk.file("walk.csv", block("traverse.md", "traverse"))
    ring = desk.file("ring.csv", "x_m,y_m\n0,0\n900,0\n0,900\n")
    box = desk.file("box.wkt", "POLYGON ((46.70 39.80, 46.71 39.80, 46.71 39.81, 46.70 39.80))")
    answers = [
        desk.ledger("check", book, "--json").json,
        desk.ledger("balance", book, "--by", "year", "--json").json,
        desk.ledger("balance", book, "--json").json["classes"]["mine"],
        desk.ledger("balance", book, "--json").json["flows"],
        desk.ledger("at", book, "--point", "40.0001 47.0001", "--json").json,
        desk.ledger("text", book, "--json").json,
        desk.torpaq("traverse", walk, "--json").json,
        desk.torpaq("area", box, "--json").json,
        desk.torpaq("coordinates", "39.8 46.7", "--json").json,
        desk.torpaq("risk", "zone", ring, "--window", ring, "--json").json,
        desk.torpaq("forms", "list", "--json").json,
        desk.torpaq("forms", "list", "--json").json["forms"][0],
        desk.torpaq("forms", "show", "completion", "--json").json["elements"][0],
        desk.torpaq("forms", "show", "completion", "--json").json,
        desk.torpaq("forms", "diff", "hazardous_area", "1", "2", "--json").json,
        desk.torpaq("forms", "diff", "hazardous_area", "1", "2", "--json").json["changes"][0],
        desk.torpaq("forms", "export", "marking", "--jsonschema", str(desk.folder / "x.json"), "--json").json,
    ]
    for answer in answers:
        for key in answer:
            assert f"`{key}`" in page, key


def test_every_environment_variable_is_described() -> None:
    launcher = (ROOT / "torpaq").read_text(encoding="utf-8")
    texts = [path.read_text(encoding="utf-8") for path in SOURCES] + [launcher]
    used = {name for text in texts for name in re.findall(r"TORPAQ_[A-Z]+(?:_[A-Z]+)*", text)}
    page = (GUIDE / "running.md").read_text(encoding="utf-8")
    described = set(re.findall(r"^\| `(TORPAQ_[A-Z_]+)`", page, re.MULTILINE))
    assert used - described == set()
    assert described - used <= {"TORPAQ_SHARED_DATA"}


# -- links and shape --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_within_the_repository_lead_somewhere(page: Path) -> None:
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", text):
        path = (page.parent / target).resolve()
        if "://" not in target:
            assert path.exists(), f"{page.name}: {target}"


def test_every_page_of_the_guide_and_every_decision_is_listed() -> None:
    for folder in (GUIDE, DECISIONS):
        index = (folder / "README.md").read_text(encoding="utf-8")
        for page in folder.glob("*.md"):
            assert page.name == "README.md" or f"({page.name})" in index, page.name


def test_the_readme_has_its_picture_exactly_two_commands_and_all_its_rooms() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "\n![The desk](docs/pictures/desk.png)\n" in text
    commands = re.findall(r"^\./torpaq (\w+)", text, re.MULTILINE)
    assert commands == ["demo", "test"]
    rooms = {path.name for path in (ROOT / "src" / "torpaq").iterdir() if (path / "__init__.py").exists()}
    plan = re.findall(r"```\n(cli .*?)```", text, re.DOTALL)[0]
    assert len(rooms) == 12  # eleven rooms and the command line above them
    assert all(re.search(rf"\b{room}\b", plan) for room in rooms)


@pytest.mark.parametrize("page", sorted(DECISIONS.glob("0*.md")), ids=lambda page: page.stem)
def test_a_decision_says_why_what_and_what_follows(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    number = int(page.name[:4])
    assert text.startswith(f"# {number}. ")
    assert "\nStatus: " in text
    assert re.findall(r"^## (\w+)$", text, re.MULTILINE) == ["Context", "Decision", "Consequences"]
    assert len(text.splitlines()) <= 60


def test_decisions_are_numbered_without_a_gap() -> None:
    numbers = [int(page.name[:4]) for page in sorted(DECISIONS.glob("0*.md"))]
    assert numbers == list(range(1, len(numbers) + 1))


def test_the_licence_is_the_one_that_is_named() -> None:
    assert "Apache License" in (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert 'license = "Apache-2.0"' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")
