"""The reference pages that are written by the standard itself: glossary, problems, code lists.

``python -m torpaq.standard.documents docs/reference`` writes them; a test holds the committed pages to the tables.
"""

import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from torpaq.standard.codes import Code, code_list, list_names
from torpaq.standard.problems import ProblemKind, catalogue
from torpaq.standard.terms import terms

_GENERATED = "<!-- Written by `python -m torpaq.standard.documents docs/reference`: do not edit by hand. -->"
_ORDER = ("en", "az", "ru")


def pages() -> dict[str, str]:
    """Return every reference page: its file name and its text."""
    return {"glossary.md": _glossary(), "problems.md": _problems(), "code-lists.md": _code_lists()}


def write_pages(folder: Path) -> list[Path]:
    """Write the pages into the folder, made where it is missing, and return their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, text in pages().items():
        path = folder / name
        path.write_text(text, encoding="utf-8")
        written.append(path)
    return written


def _glossary() -> str:
    """Return the terms as one table."""
    header = ("in code", "English", "Azərbaycanca", "Русский", "meaning", "do not say", "clause")
    rows = [
        (f"`{term.code}`", *_in_languages(term.names), term.meaning, ", ".join(term.do_not_say), term.clause)
        for term in terms().values()
    ]
    about = "One name for each thing. IMAS wording is the law for names; the meanings are ours and short."
    return _page("Glossary", about, [_table(header, rows)])


def _problems() -> str:
    """Return the problem catalogue: one section a problem, in the order of codes."""
    about = (
        "Bad data is a value: every problem has a lasting code, a severity and named parameters, which `--json` "
        "gives as they are. The sentences are translations of it and may be reworded."
    )
    sections = [_problem_section(kind) for _, kind in sorted(catalogue().items())]
    return _page("Problems", about, sections)


def _problem_section(kind: ProblemKind) -> str:
    parameters = ", ".join(f"`{name}`" for name in kind.parameters) or "none"
    facts = f"{kind.severity.value} · {kind.clause or 'no clause'} · parameters: {parameters} · since {kind.since}"
    if kind.retired:
        facts += f" · retired {kind.retired}"
    sentences = "\n".join(f"- {language}: {kind.sentences[language]}" for language in _ORDER)
    return f"## `{kind.code}`\n\n{facts}\n\n{sentences}"


def _code_lists() -> str:
    """Return every list as a table."""
    about = (
        "What may be said, as data. A code lasts for ever: one that is no longer used is retired, never taken again."
    )
    return _page("Code lists", about, [_list_section(name) for name in list_names()])


def _list_section(name: str) -> str:
    header = ("code", "under", "English", "Azərbaycanca", "Русский", "clause", "valid")
    rows = [
        (f"`{code.code}`", code.parent, *_in_languages(code.labels), code.clause, _validity(code))
        for code in code_list(name).values()
    ]
    return f"## `{name}`\n\n{_table(header, rows)}"


def _in_languages(words: Mapping[str, str]) -> list[str]:
    return [words[language] for language in _ORDER]


def _validity(code: Code) -> str:
    return f"{code.since} – {code.retired}" if code.since or code.retired else ""


def _page(title: str, about: str, sections: Iterable[str]) -> str:
    return "\n\n".join([f"# {title}", _GENERATED, about, *sections]) + "\n"


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table; bars inside cells are escaped."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def main(arguments: Sequence[str]) -> int:
    """Write the pages into the folder named by the only argument; return 2 where it is missing."""
    if len(arguments) != 1:
        print("usage: python -m torpaq.standard.documents FOLDER", file=sys.stderr)
        return 2
    for path in write_pages(Path(arguments[0])):
        print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
