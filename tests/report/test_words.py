"""Printed pages speak three languages: no word is missing, and numbers and days are written as on the desk."""

import re
from datetime import UTC, date, datetime

import pytest

from support import ROOT
from torpaq.report.maps.symbols import AREAS, LINES, POINTS
from torpaq.report.wording import Words
from torpaq.standard.print_words import print_words
from torpaq.standard.problems import LANGUAGES

SOURCES = sorted((ROOT / "src" / "torpaq" / "report").rglob("*.py"))


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.name)
def test_every_key_that_is_said_has_its_words(source):
    said = re.findall(r'\bsay\(\s*"([a-z0-9_]+)"', source.read_text(encoding="utf-8"))
    assert [key for key in said if key not in print_words()] == []


def test_every_kind_on_a_map_has_a_word_for_the_legend():
    assert [kind for kind in [*AREAS, *LINES, *POINTS] if f"map_{kind}" not in print_words()] == []


def test_the_values_in_a_sentence_are_the_same_in_every_language():
    for key, said in print_words().items():
        values = {language: sorted(re.findall(r"{(\w+)}", said[language])) for language in LANGUAGES}
        assert values["az"] == values["en"] == values["ru"], key


def test_every_word_is_used_somewhere():
    text = "".join(path.read_text(encoding="utf-8") for path in SOURCES)
    text += "".join(path.read_text(encoding="utf-8") for path in (ROOT / "src/torpaq/web").rglob("documents*.py"))
    families = ("map_", "class_", "unit_", "points_", "text_", "hours_", "present_", "chain_", "ledger_")
    unused = [key for key in print_words() if not key.startswith(families) and not re.search(rf"[\"']{key}[\"']", text)]
    assert unused == []


@pytest.mark.parametrize(
    ("language", "number", "area"),
    [("az", "1\u00a0234\u00a0567,9", "83\u00a0214\u00a0m²"), ("en", "1,234,567.9", "83,214\u00a0m²"),
     ("ru", "1\u00a0234\u00a0567,9", "83\u00a0214\u00a0м²")],
)  # fmt: skip
def test_numbers_are_grouped_as_on_the_desk(language, number, area):
    words = Words(language)
    assert words.number(1234567.89, 1) == number
    assert words.quantity(83214.2, "m2") == area
    assert words.number(None) == words.quantity(None, "m2") == words.day(None) == "–"


def test_a_day_and_a_moment_are_written_without_doubt():
    words = Words("az")
    assert words.day(date(2026, 11, 23)) == "23.11.2026"
    assert words.moment(datetime(2026, 11, 23, 14, 5, tzinfo=UTC)) == "23.11.2026 14:05 UTC+00:00"


def test_a_code_that_the_list_does_not_have_prints_as_it_is():
    assert Words("ru").code("operational_method", "telepathy") == "telepathy"
    assert Words("az").codes("operational_method", []) == "–"
