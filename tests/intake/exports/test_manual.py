"""The manual pages of the forms: committed as the tables give them, with every element of every form."""

from pathlib import Path

import pytest

from support import ROOT
from tiny_forms import tiny_forms
from torpaq.intake.exports.manual import form_page, main, pages
from torpaq.standard.codes import list_names
from torpaq.standard.form import ElementType, form_codes, load_form

COMMITTED = ROOT / "docs" / "reference" / "forms"


def test_the_committed_pages_are_those_that_the_tables_give() -> None:
    given = pages()
    assert {path.name for path in COMMITTED.iterdir()} == set(given)
    for name, text in given.items():
        assert (COMMITTED / name).read_text(encoding="utf-8") == text, f"write {name} anew: it says how at its top"


@pytest.mark.parametrize("code", form_codes())
def test_a_page_tells_of_every_element_and_links_lists_that_there_are(code: str) -> None:
    page = form_page(load_form(code))
    for element in load_form(code).elements:
        if element.type is not ElementType.SECTION:  # a section of repeats alone needs no heading
            assert f"`{element.code}`" in page
        if element.type not in (ElementType.SECTION, ElementType.REPEAT):
            assert f"{element.labels['az']} | {element.labels['ru']} |" in page
        if element.list in list_names():
            assert f"(../code-lists.md#{element.list})" in page


def test_a_page_says_in_words_what_its_rows_say(tmp_path: Path) -> None:
    table = """
        team text required
        outcome code:land_release_outcome
        work section if outcome = cleared|reduced
        work/depth_cm decimal unit=cm least=0 most=1000 person hint
        finds repeat
        finds/model text vault
        finds/area reference:area
        finds/visit reference:visit
    """
    with tiny_forms(tmp_path, visit=table):
        page = form_page(load_form("visit"))
    assert "| `team` | text | yes |  | IMAS 05.10 | internal | team word | team sözü | team слово |" in page
    assert "| `outcome` | code of [land_release_outcome](../code-lists.md#land_release_outcome) |" in page
    assert "Asked when “outcome word” is Cleared or Reduced." in page
    assert "| decimal, cm, between 0 and 1000 |" in page
    assert "depth_cm word. depth_cm en |" in page
    assert "As many rows as there are." in page
    assert "| vault |" in page
    assert "| id of a hazardous area |" in page
    assert "| id of [visit](visit.md) |" in page


def test_a_bar_in_a_label_does_not_break_the_table(tmp_path: Path) -> None:
    with tiny_forms(tmp_path, visit="team text en=a|b\n"):
        assert "| a\\|b |" in form_page(load_form("visit"))


def test_the_command_writes_the_pages_where_it_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path / "forms")]) == 0
    assert {path.name for path in (tmp_path / "forms").iterdir()} == set(pages())
    assert "completion.md" in capsys.readouterr().out
    assert main([]) == 2
    assert "usage" in capsys.readouterr().err
