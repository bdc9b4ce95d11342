"""The manual pages of the forms: every element with its type, list, condition, clause and labels, from its own row.

``python -m torpaq.intake.exports.manual docs/reference/forms`` writes them; a test holds the committed pages to the
tables.
"""

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from torpaq.intake.exports.describing import bounds_in_words, condition_in_words
from torpaq.standard.form import AREA, LISTED, Element, ElementType, Form, form_codes, load_form, versions_of

_COMMAND = "python -m torpaq.intake.exports.manual docs/reference/forms"
_GENERATED = f"<!-- Written by `{_COMMAND}`: do not edit by hand. -->"
_LANGUAGE = "en"
_HEADER = (
    "element",
    "type",
    "required",
    "asked when",
    "clause",
    "may be seen by",
    "English",
    "Azərbaycanca",
    "Русский",
)


def pages() -> dict[str, str]:
    """Return every page: its file name and its text."""
    forms = [load_form(code) for code in form_codes()]
    return {"README.md": _index(forms), **{f"{form.code}.md": form_page(form) for form in forms}}


def write_pages(folder: Path) -> list[Path]:
    """Write the pages into the folder, made where it is missing, and return their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, text in pages().items():
        path = folder / name
        path.write_text(text, encoding="utf-8")
        written.append(path)
    return written


def form_page(form: Form) -> str:
    """Return the page of a form in Markdown: what it is for, and a table of elements for each section and repeat."""
    names = " · ".join(form.labels[language] for language in ("en", "az", "ru"))
    facts = f"`{form.code}` · {form.clause} · versions {', '.join(versions_of(form.code, form.country))}"
    if form.proposes:
        facts += " · its acceptance proposes entries of the ledger"
    abouts = "\n".join(f"- {language}: {form.about[language]}" for language in ("en", "az", "ru"))
    sections = [_table(form, form.children(""))] if _plain(form, "") else []
    sections += [_section(form, element) for element in form.elements if _holds_others(element)]
    return "\n\n".join([f"# {names}", _GENERATED, facts, abouts, *(text for text in sections if text)]) + "\n"


def _index(forms: Iterable[Form]) -> str:
    lines = [
        "| form | clause | English | Azərbaycanca | Русский | elements |",
        "| --- | --- | --- | --- | --- | ---: |",
    ]
    for form in forms:
        labels = " | ".join(form.labels[language] for language in ("en", "az", "ru"))
        count = sum(not _holds_others(element) for element in form.elements)
        lines.append(f"| [`{form.code}`]({form.code}.md) | {form.clause} | {labels} | {count} |")
    about = (
        "What is asked, form by form, in the newest version of the standard; a country may ask more. The codes stand "
        "for ever: they are the names of questions on phones, of columns in templates, of keys in JSON. What may be "
        "chosen from: [code lists](../code-lists.md)."
    )
    return "\n\n".join(["# Forms", _GENERATED, about, "\n".join(lines)]) + "\n"


def _holds_others(element: Element) -> bool:
    return element.type in (ElementType.SECTION, ElementType.REPEAT)


def _plain(form: Form, parent: str) -> list[Element]:
    return [element for element in form.children(parent) if not _holds_others(element)]


def _section(form: Form, element: Element) -> str:
    """Return the part of the page that tells of a section or repeat; nothing for a section of sections alone."""
    within = f" (rows of `{element.parent}`)" if element.parent and element.type is ElementType.SECTION else ""
    told = [f"## {element.labels[_LANGUAGE]} `{element.code}`{within}"]
    if element.type is ElementType.REPEAT:
        told.append("As many rows as there are." if not element.required else "At least one row.")
    if element.condition.clauses:
        told.append(f"Asked when {condition_in_words(element, form, _LANGUAGE)}.")
    if element.hints[_LANGUAGE]:
        told.append(f"{element.hints[_LANGUAGE]}.")
    table = _table(form, form.children(element.code))
    return "\n\n".join([told[0], " ".join(told[1:]), table] if told[1:] else [told[0], table]) if table else ""


def _table(form: Form, elements: Sequence[Element]) -> str:
    rows = [_row(form, element) for element in elements if not _holds_others(element)]
    if not rows:
        return ""
    return "\n".join(_line(cells) for cells in [_HEADER, ["---"] * len(_HEADER), *rows])


def _row(form: Form, element: Element) -> list[str]:
    labels = [element.labels[language] for language in ("en", "az", "ru")]
    hint = element.hints[_LANGUAGE]
    return [
        f"`{element.code}`",
        _type(element),
        "yes" if element.required else "",
        condition_in_words(element, form, _LANGUAGE) if element.condition.clauses else "",
        element.clause,
        element.sensitive.value,
        f"{labels[0]}. {hint}" if hint else labels[0],
        *labels[1:],
    ]


def _type(element: Element) -> str:
    """Return a type with its list, as a link, or with its unit and bounds."""
    if element.type in LISTED:
        return f"{element.type.value} of [{element.list}](../code-lists.md#{element.list})"
    if element.type is ElementType.REFERENCE:
        return "id of a hazardous area" if element.list == AREA else f"id of [{element.list}]({element.list}.md)"
    parts = [element.type.value.replace("_", " "), element.unit, bounds_in_words(element, _LANGUAGE).lower()]
    return ", ".join(part for part in parts if part)


def _line(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def main(arguments: Sequence[str]) -> int:
    """Write the pages into the folder named by the only argument; return 2 where it is missing."""
    if len(arguments) != 1:
        print(f"usage: {_COMMAND}", file=sys.stderr)
        return 2
    for path in write_pages(Path(arguments[0])):
        print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
