"""The parts that printed pages are made of, as plain values: ``document.typ`` lays them out.

Texts go to the typesetter as data, never as its markup, so that whatever a person wrote prints as itself.
"""

from collections.abc import Mapping, Sequence

from torpaq.report.plain import plain

Block = Mapping[str, object]
LONGEST_WORD = 26
BREAK_HERE = "\u200b"


def printable(text: object) -> str:
    """Return a text that can be set: no control characters, and a place to break in words too long for a column."""
    return " ".join(_breakable(word) for word in plain(text).split(" "))


def _breakable(word: str) -> str:
    if len(word) <= LONGEST_WORD:
        return word
    return BREAK_HERE.join(word[at : at + LONGEST_WORD] for at in range(0, len(word), LONGEST_WORD))


def title(text: str, beneath: str = "") -> Block:
    """Return the document's title with a line beneath."""
    return {"kind": "title", "text": printable(text), "beneath": printable(beneath)}


def heading(text: str, level: int = 1) -> Block:
    """Return a heading."""
    return {"kind": "heading", "text": printable(text), "level": level}


def paragraph(text: str) -> Block:
    """Return a text of one or more paragraphs."""
    return {"kind": "text", "text": [printable(part) for part in text.splitlines() if part.strip()]}


def notice(text: str) -> Block:
    """Return a text in a box that nobody overlooks."""
    return {"kind": "notice", "text": printable(text)}


def pairs(rows: Sequence[tuple[str, str]]) -> Block:
    """Return labels with their values."""
    return {"kind": "pairs", "rows": [[printable(label), printable(value)] for label, value in rows]}


def table(
    head: Sequence[str],
    rows: Sequence[Sequence[str]],
    widths: Sequence[float],
    numbers: Sequence[int] = (),
    size: float = 8.5,
    last_is_sum: bool = False,
) -> Block:
    """Return a table whose head is repeated on every page; ``numbers`` are the columns set to the right."""
    return {
        "kind": "table",
        "head": [printable(cell) for cell in head],
        "rows": [[printable(cell) for cell in row] for row in rows],
        "widths": list(widths),
        "numbers": list(numbers),
        "size": size,
        "sum": last_is_sum,
    }


def signatures(boxes: Sequence[tuple[str, str, str]], labels: tuple[str, str, str]) -> Block:
    """Return boxes to sign: who, name, day; ``labels`` are the words for name, signature and date."""
    return {"kind": "signatures", "boxes": [[printable(part) for part in one] for one in boxes], "labels": list(labels)}


def photograph(file: str, caption: str) -> Block:
    """Return a picture with what it shows."""
    return {"kind": "photo", "file": file, "caption": printable(caption)}


def code(file: str, address: str) -> Block:
    """Return the record's address as a code beside the address itself."""
    return {"kind": "code", "file": file, "text": printable(address)}


def plate(file: str, caption: str) -> Block:
    """Return a drawing as wide as the page's text, with what it shows."""
    return {"kind": "plate", "file": file, "caption": printable(caption)}
