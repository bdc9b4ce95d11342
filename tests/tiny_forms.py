"""Forms of a few rows, written in the test that needs them.

One element a line: its path from the section or repeat it stands in, its type (with its list behind a colon), then
``required``, ``person``, a sensitivity, ``unit=cm``, ``least=0``, ``most=9``, ``since=2``, ``retired=3``, ``hint``, and
``if`` with the condition to the end of the line::

    work section
    work/outcome code:land_release_outcome required
    finds repeat
    finds/depth_cm decimal unit=cm least=0 if outcome = cleared
"""

import csv
import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from textwrap import dedent
from unittest.mock import patch

from torpaq.standard import form as forms
from torpaq.standard.form import Sensitivity

COLUMNS, INDEX = (
    (forms.FORMS / name).read_text(encoding="utf-8").splitlines()[0].split(",") for name in ("header.csv", "forms.csv")
)


@contextmanager
def tiny_forms(
    folder: Path, header: str = "", country: Mapping[str, str] | None = None, **tables: str
) -> Iterator[None]:
    """Put tables of these forms in the place of the standard's; ``country`` gives the additions of every country."""
    (folder / "national" / "forms").mkdir(parents=True)
    index = [dict.fromkeys(INDEX, "") | {"code": code, "az": code, "en": code.title(), "ru": code} for code in tables]
    _write(folder / "forms.csv", INDEX, index)
    for code, text in {"header": header, **tables}.items():
        _write(folder / f"{code}.csv", COLUMNS, rows(text))
    for code, text in (country or {}).items():
        _write(folder / "national" / "forms" / f"{code}.csv", COLUMNS, rows(text))
    with patch.object(forms, "FORMS", folder), patch.object(forms, "_country_folder", lambda _: folder / "national"):
        _forget()
        try:
            yield
        finally:
            _forget()


def rows(text: str) -> list[dict[str, str]]:
    """The rows of a table in the notation above."""
    return [_row(line) for line in dedent(text).splitlines() if line.strip()]


def _row(line: str) -> dict[str, str]:
    told, _, condition = line.partition(" if ")
    path, kind, *words = told.split()
    parent, _, code = path.rpartition("/")
    type_, _, list_ = kind.partition(":")
    row = dict.fromkeys(COLUMNS, "") | {
        "code": code,
        "parent": parent,
        "type": type_,
        "list": list_,
        "condition": condition.strip(),
        "clause": "IMAS 05.10",
        "sensitive": "internal",
        "since": "1",
        "az": f"{code} sözü",
        "en": f"{code} word",
        "ru": f"{code} слово",
    }
    for word in words:
        name, _, value = word.partition("=")
        if word == "required":
            row["required"] = "yes"
        elif word == "person":
            row["merge"] = "person"
        elif word in tuple(Sensitivity):
            row["sensitive"] = word
        elif word == "hint":
            row |= {f"hint_{language}": f"{code} {language}" for language in ("az", "en", "ru")}
        else:
            row[name] = value
    return row


def _write(path: Path, columns: list[str], told: list[dict[str, str]]) -> None:
    written = io.StringIO()
    writer = csv.DictWriter(written, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(told)
    path.write_text(written.getvalue(), encoding="utf-8")


def _forget() -> None:
    for cached in (forms._load, forms._index, forms._rows, forms._codes):
        cached.cache_clear()
