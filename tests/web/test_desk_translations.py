"""Nothing at the desk stays untranslated, and no translation is left behind."""

import ast
import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from torpaq.web.assets import LOCALE, compile_translations

WEB = LOCALE.parent
LANGUAGES = ("az", "ru")  # the English text is the key itself
TAG = re.compile(r"{%\s*translate\s+(?:\"([^\"]*)\"|'([^']*)')\s*(?:as \w+\s*)?%}")


def texts_of_templates() -> set[str]:
    found = set()
    for path in (WEB / "templates").rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        assert "blocktranslate" not in text and "{% trans " not in text, path  # one way of saying it
        tags = TAG.findall(text)
        assert len(tags) == len(re.findall(r"{%\s*translate\b", text)), path
        found |= {double or single for double, single in tags}
    return found


def texts_of_code() -> set[str]:
    found = set()
    for path in (WEB / "desk").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"_", "later"}:
                assert isinstance(node.args[0], ast.Constant), path
                found.add(node.args[0].value)
    return found


def catalogue_of(language: str) -> dict[str, str]:
    path = LOCALE / language / "LC_MESSAGES" / "django.po"
    with path.open("rb") as file:
        return {message.id: message.string for message in read_po(file) if message.id and not message.fuzzy}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_has_its_translation_and_no_other_is_there(language: str) -> None:
    used, translated = texts_of_templates() | texts_of_code(), catalogue_of(language)
    assert used - set(translated) == set()
    assert set(translated) - used == set()
    assert [text for text, words in translated.items() if not words.strip()] == []


def test_translations_are_in_their_own_letters() -> None:
    same_in_russian = {text for text, words in catalogue_of("ru").items() if not re.search("[а-яё]", words.lower())}
    assert same_in_russian == set()
    azerbaijani = " ".join(catalogue_of("az").values())
    assert not re.search("[а-яё]", azerbaijani.lower())
    assert all(letter in azerbaijani for letter in "əğışçöüƏİ")


def test_templates_show_no_text_of_their_own() -> None:
    """Whatever a template writes itself is a sign, a code of the standard or the programme's name."""
    allowed = {"Torpaq", "№", "m²", "ha", "cm", "m", "N", "Enter", "Backspace", "Esc", "χ²", "?", "ru", "az", "en"}
    for path in (WEB / "templates" / "desk").glob("*.html"):
        text = re.sub(r"{% block body_class %}[\w ]*{% endblock %}", "", path.read_text(encoding="utf-8"))
        bare = re.sub(r"<script.*?</script>|<svg.*?</svg>|{%.*?%}|{{.*?}}|{#.*?#}", " ", text, flags=re.S)
        bare = re.sub(r"<[^>]*>", " ", bare)
        left = {word.strip("·–→←↑↓+−()/:.,;✓≈±°01") for word in bare.split()} - {""}
        assert left <= allowed | {"&lt;", "&amp;", "·"}, (path.name, left - allowed)


def test_compiled_catalogues_are_made_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = tmp_path / "az" / "LC_MESSAGES" / "django.po"
    source.parent.mkdir(parents=True)
    source.write_bytes((LOCALE / "az" / "LC_MESSAGES" / "django.po").read_bytes())
    monkeypatch.setattr("torpaq.web.assets.LOCALE", tmp_path)
    assert compile_translations() == 1
    assert source.with_suffix(".mo").exists()
