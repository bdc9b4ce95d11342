"""Comments at cells: a part with their texts and a drawing with their boxes, made or added to."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from torpaq.intake.tables.markup import MAIN
from torpaq.intake.tables.model import VERDICT_MARK, cell_name, column_index
from torpaq.intake.tables.splice import Edit, Element, append_inside, as_utf8, elements, prefix_of, spliced, xml_text

AUTHOR = "Torpaq"
MARK = f"\n— {VERDICT_MARK}"  # begins what is added to somebody's own comment
LONGEST_COMMENT = 2_000  # characters, as much as anybody reads in a yellow box
_THREADED = "tc="  # the author of a comment that only repeats a conversation, which is kept elsewhere
_SHAPE = re.compile(rb"<((?:\w+:)?shape)\b.*?</\1>", re.DOTALL)
_ROW = re.compile(rb"<(?:\w+:)?Row>\s*(\d+)\s*<")
_COLUMN = re.compile(rb"<(?:\w+:)?Column>\s*(\d+)\s*<")
_REFERENCE = re.compile(r"([A-Z]{1,3})(\d{1,7})")
_NAMESPACES = (
    b' xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office"'
    b' xmlns:x="urn:schemas-microsoft-com:office:excel"'
)
_DRAWING_START = (
    b"<xml" + _NAMESPACES + b'><o:shapelayout v:ext="edit"><o:idmap v:ext="edit" data="1"/>'
    b'</o:shapelayout><v:shapetype id="_x0000_t202" coordsize="21600,21600" o:spt="202"'
    b' path="m,l,21600r21600,l21600,xe"><v:stroke joinstyle="miter"/><v:path gradientshapeok="t"'
    b' o:connecttype="rect"/></v:shapetype>'
)
_DRAWING_END = b"</xml>"

Places = Mapping[tuple[int, int], str]  # the text of each comment by row (from 1) and column (from 0)


@dataclass(frozen=True, slots=True)
class CommentParts:
    """The two parts that hold a sheet's comments, changed."""

    comments: bytes
    drawing: bytes


def new_comments(places: Places, drawing: bytes | None) -> CommentParts:
    """Return the parts of a sheet that has had no comments; it may have a drawing with other things in it."""
    start = (
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<comments xmlns="{MAIN[0]}">'
        f"<authors><author>{AUTHOR}</author></authors><commentList>"
    )
    listed = b"".join(_comment(place, text, 0, "") for place, text in sorted(places.items()))
    texts = start.encode() + listed + b"</commentList></comments>"
    return CommentParts(texts, with_boxes(drawing, set(places), set()))


def added_comments(comments: bytes, part: str, drawing: bytes | None, places: Places) -> CommentParts:
    """Return the parts of a sheet that has comments: an earlier verdict's give way, everybody else's stay.

    What is to be said at a cell where somebody else's comment stands is added to it, below a line that tells so.
    """
    data = as_utf8(comments)
    root = elements(data, part, 5)
    prefix = prefix_of(data, root)
    authors, listed = root.child("authors"), root.child("commentList")
    if authors is None or listed is None:
        raise ValueError(f"{part} has no list of comments")
    names = [_inner_text(data, author) for author in authors.children]
    edits: list[Edit] = []
    gone: set[tuple[int, int]] = set()
    taken: set[tuple[int, int]] = set()
    for comment in listed.children:
        place = _place(comment.attributes.get("ref", ""))
        author = names[_index(comment.attributes.get("authorId", ""), len(names))] if names else ""
        written = "".join(_inner_text(data, element) for element in _texts(comment))
        if author == AUTHOR or written.startswith(VERDICT_MARK.strip()):  # some programmes forget the authors
            edits.append(Edit(comment.start, comment.end, b""))
            gone.add(place)
            continue
        taken.add(place)
        if not author.startswith(_THREADED):
            edits += _merged(data, comment, places.get(place, ""), prefix)
    new = {place: text for place, text in places.items() if place not in taken}
    if AUTHOR not in names:
        edits.append(append_inside(data, authors, f"<{prefix}author>{AUTHOR}</{prefix}author>".encode()))
        names.append(AUTHOR)
    number = names.index(AUTHOR)
    made = b"".join(_comment(place, text, number, prefix) for place, text in sorted(new.items()))
    edits.append(append_inside(data, listed, made))
    return CommentParts(b"".join(spliced(data, edits)), with_boxes(drawing, set(new), gone))


def with_boxes(drawing: bytes | None, new: set[tuple[int, int]], gone: set[tuple[int, int]]) -> bytes:
    """Return the drawing with boxes at new places and without those at the places that are gone.

    Such drawings are not always well-formed XML, so that nothing else in them is looked at.
    """
    data = drawing if drawing is not None else _DRAWING_START + _DRAWING_END

    def kept(match: re.Match[bytes]) -> bytes:
        row, column = _ROW.search(match[0]), _COLUMN.search(match[0])
        is_gone = row and column and (int(row[1]) + 1, int(column[1])) in gone
        return b"" if is_gone else match[0]

    if gone:
        data = _SHAPE.sub(kept, data)
    before, end, after = data.rpartition(_DRAWING_END)
    namespaces = b"" if all(space in data for space in _NAMESPACES.split()) else _NAMESPACES
    boxes = b"".join(_box(row, column, namespaces) for row, column in sorted(new))
    return before + boxes + end + after if end else data


def _merged(data: bytes, comment: Element, text: str, prefix: str) -> list[Edit]:
    """Return the edits that add to somebody's comment, and take out what an earlier verdict added."""
    body = comment.child("text")
    if body is None:
        return []
    edits = []
    mark = xml_text(MARK.strip())
    for element in _texts(comment):
        place = data.find(mark, element.start, element.inner_end)
        if place >= 0:
            edits.append(Edit(place - (data[place - 1 : place] == b"\n"), element.inner_end, b""))
    plain = body.child("t")
    if text and plain is not None:
        edits.append(Edit(plain.start, plain.start, f"<{prefix}r>".encode()))
        edits.append(Edit(plain.end, plain.end, f"</{prefix}r>".encode()))
    if text:
        edits.append(append_inside(data, body, _run(MARK + text, prefix)))
    return edits


def _texts(comment: Element) -> list[Element]:
    """Return the elements that hold a comment's text, in order; its runs have one each."""
    body = comment.child("text")
    runs = body.children if body is not None else []
    found = [run if run.name == "t" else run.child("t") for run in runs]
    return [element for element in found if element is not None]


def _comment(place: tuple[int, int], text: str, author: int, prefix: str) -> bytes:
    return (
        f'<{prefix}comment ref="{cell_name(*place)}" authorId="{author}"><{prefix}text>'.encode()
        + _run(VERDICT_MARK + text, prefix)
        + f"</{prefix}text></{prefix}comment>".encode()
    )


def _run(text: str, prefix: str) -> bytes:
    shown = text if len(text) <= LONGEST_COMMENT else text[: LONGEST_COMMENT - 1] + "…"
    return (
        f'<{prefix}r><{prefix}t xml:space="preserve">'.encode() + xml_text(shown) + f"</{prefix}t></{prefix}r>".encode()
    )


def _box(row: int, column: int, namespaces: bytes) -> bytes:
    """Return the box of a comment, beside its cell and four columns wide, shown when the pointer is on the cell."""
    top = max(row - 2, 0)
    anchor = f"{column + 1}, 15, {top}, 10, {column + 5}, 15, {top + 6}, 4"
    start = b"<v:shape" + namespaces
    return (
        start
        + (
            f' id="torpaq_{row}_{column}" type="#_x0000_t202" style="position:absolute;visibility:hidden"'
            ' fillcolor="#ffffe1" o:insetmode="auto"><v:fill color2="#ffffe1"/>'
            '<v:shadow on="t" color="black" obscured="t"/>'
            '<v:path o:connecttype="none"/><v:textbox style="mso-direction-alt:auto"/><x:ClientData ObjectType="Note">'
            f"<x:MoveWithCells/><x:SizeWithCells/><x:Anchor>{anchor}</x:Anchor><x:AutoFill>False</x:AutoFill>"
            f"<x:Row>{row - 1}</x:Row><x:Column>{column}</x:Column></x:ClientData></v:shape>"
        ).encode()
    )


def _inner_text(data: bytes, element: Element) -> str:
    if element.is_empty:
        return ""
    start = data.index(b">", element.start) + 1
    return data[start : element.inner_end].decode().strip()


def _place(reference: str) -> tuple[int, int]:
    match = _REFERENCE.fullmatch(reference)
    return (int(match[2]), column_index(match[1])) if match else (0, -1)


def _index(text: str, count: int) -> int:
    return min(int(text), count - 1) if text.isascii() and text.isdigit() and len(text) < 9 else 0
