"""Lists, catalogue, terms and the pages written from them: what the standard says, it says whole and once."""

import re
import string
import subprocess
import sys
from pathlib import Path

import pytest

from support import ROOT
from torpaq.land.entry import Contamination, Kind, Measure, Status
from torpaq.risk.decide.rules import RiskClass
from torpaq.standard.codes import code_list, list_names, read_codes
from torpaq.standard.documents import main, pages, write_pages
from torpaq.standard.problems import LANGUAGES, Severity, catalogue, has_errors, problem
from torpaq.standard.tables import read_table
from torpaq.standard.terms import terms

# Parameters that a programme reads in the problem's JSON and no sentence needs.
NOT_SAID = {"land_not_recorded": {"other"}, "latitude_too_large": {"lon"}}
LOWER_SNAKE = re.compile(r"[a-z0-9]+(_[a-z0-9]+)*")


@pytest.mark.parametrize(
    ("name", "codes"),
    [
        ("entry_kind", {kind.value for kind in Kind}),
        ("land_status", {status.value for status in Status}),
        ("contamination", {str(member.name).lower() for member in Contamination}),
        ("measure", {measure.value for measure in Measure}),
        ("severity", {severity.value for severity in Severity}),
        ("risk_class", {code.value for code in RiskClass}),
    ],
)
def test_where_code_branches_the_enum_equals_the_list(name: str, codes: set[str]):
    assert set(code_list(name)) == codes


@pytest.mark.parametrize("name", list_names())
def test_every_code_of_every_list_is_labelled_in_every_language(name: str):
    for code in code_list(name).values():
        assert all(code.labels[language] for language in LANGUAGES), code.code
        assert not (code.retired and code.since) or code.since <= code.retired


@pytest.mark.parametrize("name", list_names())
def test_parents_of_every_list_make_a_tree(name: str):
    codes = code_list(name)
    for name_of_code in codes:
        seen, above = {name_of_code}, codes[name_of_code].parent
        while above:
            assert above not in seen
            seen.add(above)
            above = codes[above].parent


def test_measures_of_land_are_measures_of_figures():
    assert set(code_list("measure")) <= set(code_list("figure_measure"))
    assert set(code_list("land_release_outcome")) <= {status.value for status in Status}


@pytest.mark.parametrize(
    ("rows", "says"), [(["a,,,,,1,1,1", "a,,,,,1,1,1"], "stands twice"), (["a,b,,,,1,1,1"], "parent")]
)
def test_a_broken_list_is_refused(tmp_path: Path, rows: list[str], says: str):
    path = tmp_path / "list.csv"
    path.write_text("\n".join(["code,parent,clause,since,retired,az,en,ru", *rows]), encoding="utf-8")
    with pytest.raises(ValueError, match=says):
        read_codes(path)


def test_a_row_of_another_width_is_refused_and_comments_are_not_rows(tmp_path: Path):
    path = tmp_path / "table.csv"
    path.write_text("# a comment\na,b\n1, 2 \n\n", encoding="utf-8")
    assert read_table(path) == [{"a": "1", "b": "2"}]
    path.write_text("a,b\n1,2,3\n", encoding="utf-8")
    with pytest.raises(ValueError, match="has 3 cells, the header has 2"):
        read_table(path)


# -- catalogue --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", sorted(catalogue()))
def test_every_problem_is_said_in_three_languages_with_the_parameters_it_declares(code: str):
    kind = catalogue()[code]
    assert LOWER_SNAKE.fullmatch(code)
    assert kind.since
    for language in LANGUAGES:
        sentence = kind.sentences[language]
        assert sentence, language
        used = {field for _, field, _, _ in string.Formatter().parse(sentence) if field is not None}
        assert used <= set(kind.parameters), language
        assert used | NOT_SAID.get(code, set()) == set(kind.parameters), language
    assert len(set(kind.sentences.values())) == 3


def test_no_code_stands_in_two_files_of_the_catalogue():
    files = sorted((ROOT / "src/torpaq/standard/catalogue").glob("*.csv"))
    codes = [row["code"] for path in files for row in read_table(path)]
    assert len(codes) == len(set(codes)) == len(catalogue())


def test_a_problem_takes_exactly_its_parameters_and_becomes_stable_json():
    found = problem("unit_unknown", "line 1", text="Atlantida")
    assert found.as_json() == {
        "code": "unit_unknown",
        "severity": "error",
        "subject": "line 1",
        "parameters": {"text": "Atlantida"},
    }
    assert has_errors([found])
    with pytest.raises(ValueError, match="takes"):
        problem("unit_unknown", "line 1")
    with pytest.raises(KeyError):
        problem("no_such_problem", "line 1")


# -- terms and pages --------------------------------------------------------------------------------------------------


def test_every_term_has_a_name_in_each_language_a_meaning_and_a_clause():
    for term in terms().values():
        assert all(term.names[language] for language in LANGUAGES), term.code
        assert term.meaning.endswith("."), term.code
        assert term.clause.startswith("IMAS "), term.code
        assert term.names["en"] not in term.do_not_say


@pytest.mark.parametrize("name", sorted(pages()))
def test_the_committed_page_is_the_one_the_tables_give(name: str):
    """Where this fails: python -m torpaq.standard.documents docs/reference."""
    assert (ROOT / "docs/reference" / name).read_text(encoding="utf-8") == pages()[name]


def test_the_pages_hold_every_term_problem_and_code():
    written = pages()
    assert all(f"`{term}`" in written["glossary.md"] for term in terms())
    assert all(f"## `{code}`" in written["problems.md"] for code in catalogue())
    assert all(f"## `{name}`" in written["code-lists.md"] for name in list_names())


def test_pages_are_written_where_they_are_asked_for(tmp_path: Path):
    assert sorted(path.name for path in write_pages(tmp_path / "new")) == sorted(pages())
    assert main([str(tmp_path)]) == 0
    assert main([]) == 2


def test_the_pages_can_be_written_from_the_command_line(tmp_path: Path):
    command = [sys.executable, "-m", "torpaq.standard.documents", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env={"PYTHONPATH": str(ROOT / "src")})
    assert len(done.stdout.splitlines()) == 3
