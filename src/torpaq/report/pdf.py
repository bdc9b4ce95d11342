"""From blocks to PDF by Typst, with our own typeface; the same pages as pictures, to look at."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import typst

from torpaq.report.blocks import Block, printable
from torpaq.report.typeface import font_folder

if TYPE_CHECKING:
    from typst import PDFStandard

TEMPLATE = Path(__file__).parent / "document.typ"


@dataclass(frozen=True, slots=True)
class Section:
    """Pages in one language, with what stands at their head and foot."""

    language: str
    head: str
    code: str
    classification: str
    foot: str
    page_word: str
    blocks: Sequence[Block]
    synthetic: str = ""
    synthetic_mark: str = ""


@dataclass(frozen=True, slots=True)
class Printed:
    """A document to print: its sections, and by name the drawings and pictures that its blocks speak of."""

    title: str
    author: str
    made_at: datetime
    sections: Sequence[Section]
    files: Mapping[str, bytes] = field(default_factory=dict)


def print_pdf(printed: Printed) -> bytes:
    """Return the document as PDF/A-2b, or as plain PDF where a text holds letters that no archive may have.

    An archive's PDF may hold no letter that the typeface lacks; a name in such letters prints as boxes, but prints.
    """
    try:
        return _pages(printed, "pdf", ["a-2b"])[0]
    except typst.TypstError:
        return _pages(printed, "pdf", [])[0]


def print_png(printed: Printed, dots_an_inch: float = 100) -> list[bytes]:
    """Return a picture a page."""
    return _pages(printed, "png", [], dots_an_inch)


def _pages(
    printed: Printed, form: Literal["pdf", "png"], standards: list[PDFStandard], ppi: float | None = None
) -> list[bytes]:
    """Set the document in a folder of its own, which holds all that it may read."""
    with tempfile.TemporaryDirectory(prefix="torpaq-print-") as name:
        folder = Path(name)
        for file, content in printed.files.items():
            (folder / file).write_bytes(content)
        (folder / "data.json").write_text(json.dumps(_values(printed), ensure_ascii=False), encoding="utf-8")
        main = folder / "document.typ"
        main.write_text(TEMPLATE.read_text(encoding="utf-8"), encoding="utf-8")
        compiler = typst.Compiler(main, root=folder, font_paths=_fonts(), ignore_system_fonts=True)
        made = int(printed.made_at.timestamp())
        pages = compiler.compile(format=form, ppi=ppi, pdf_standards=standards, timestamp=made)
    if pages is None:  # only where an output file is named
        raise TypeError("the typesetter wrote nothing")
    return pages if isinstance(pages, list) else [pages]


def _values(printed: Printed) -> dict[str, object]:
    return {
        "title": printable(printed.title),
        "author": printable(printed.author),
        "sections": [
            {
                "language": section.language,
                "head": printable(section.head),
                "code": printable(section.code),
                "classification": printable(section.classification),
                "foot": printable(section.foot),
                "page": section.page_word,
                "synthetic": printable(section.synthetic),
                "mark": section.synthetic_mark,
                "blocks": list(section.blocks),
            }
            for section in printed.sections
        ],
    }


@cache
def _fonts() -> typst.Fonts:
    """Return our own typeface, and Typst's own for signs that it lacks; never the machine's, which differ."""
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=[str(font_folder())])
