"""XML parts changed at a few places and otherwise left byte for byte as they are."""

import codecs
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from xml.sax.saxutils import escape

from torpaq.intake.tables.markup import defended_parser, steps

PIECE = 1 << 20
_TAG = re.compile(rb"<[^<>\"']*(?:\"[^\"]*\"[^<>\"']*|'[^']*'[^<>\"']*)*>")
_NAME = re.compile(rb"</?([^\s/>]+)")
_DECLARATION = re.compile(rb"^<\?xml[^>]*?\?>\s*")
_DECLARED_ENCODING = re.compile(rb"encoding\s*=\s*[\"']([A-Za-z0-9._-]+)[\"']")
_LOOKS_ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_SPECIAL = re.compile("[<>&\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]|_x")
_NOT_IN_XML = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True, slots=True, order=True)
class Edit:
    """Bytes that take the place of others; an insertion where start and end are the same."""

    start: int
    end: int
    new: bytes


@dataclass(slots=True)
class Element:
    """An element of a part: where its tags begin and where it ends, and how deep it stands below the root (0)."""

    name: str
    namespace: str
    depth: int
    start: int
    attributes: dict[str, str]
    inner_end: int = 0
    end: int = 0
    is_empty: bool = False  # written as one tag, ``<a/>``
    children: list["Element"] = field(default_factory=list)

    def child(self, name: str) -> "Element | None":
        """Return the first child of a name."""
        return next((child for child in self.children if child.name == name), None)


def elements(data: bytes, part: str, deepest: int, unheard: tuple[int, int] = (0, 0)) -> Element:
    """Return a part's root with its descendants to a depth; raises :class:`Refused` where it is no XML.

    What stands between the two places ``unheard`` is whole elements, which are checked and not returned.
    """
    parser = defended_parser(part)
    above: list[Element] = []
    depth = 0
    roots: list[Element] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        if depth <= deepest:
            namespace, _, local = name.rpartition(" ")
            element = Element(local, namespace, depth, parser.CurrentByteIndex, attributes)
            (above[-1].children if above else roots).append(element)
            above.append(element)
        depth += 1

    def end(_name: str) -> None:
        nonlocal depth
        depth -= 1
        if depth <= deepest:
            element = above.pop()
            element.inner_end = parser.CurrentByteIndex
            element.is_empty = is_one_tag(data, element.start, element.inner_end)
            element.end = element.inner_end if element.is_empty else tag_end(data, element.inner_end)

    def told() -> Iterator[bytes]:
        first, last = unheard
        for piece, is_heard in ((data[:first], True), (data[first:last], False), (data[last:], True)):
            parser.StartElementHandler = start if is_heard else None
            parser.EndElementHandler = end if is_heard else None
            yield from pieces(piece)

    for _ in steps(parser, told(), part):
        pass
    return roots[0]


def pieces(data: bytes) -> Iterator[bytes]:
    """Yield bytes in pieces that the parser likes."""
    for place in range(0, len(data), PIECE):
        yield data[place : place + PIECE]


def spliced(data: bytes, edits: Iterable[Edit]) -> Iterator[bytes]:
    """Yield the bytes with the edits made; two edits at one place stand in the order in which they are given."""
    place = 0
    for edit in sorted(edits, key=lambda edit: edit.start):
        yield data[place : edit.start]
        yield edit.new
        place = edit.end
    yield data[place:]


def append_inside(data: bytes, element: Element, new: bytes) -> Edit:
    """Return the edit that makes XML the last content of an element, also where that is ``<a/>``."""
    if not element.is_empty:
        return Edit(element.inner_end, element.inner_end, new)
    end = tag_end(data, element.start)
    return Edit(end - 2, end, b">" + new + b"</" + qualified_name(data, element.start) + b">")


def with_attribute(data: bytes, start: int, name: str, value: str) -> list[Edit]:
    """Return the edit that gives an attribute of the tag at ``start`` another value, none where it is not there."""
    tag = data[start : tag_end(data, start)]
    match = re.search(rb"\s" + name.encode() + rb"\s*=\s*(\"[^\"]*\"|'[^']*')", tag)
    if match is None:
        return []
    return [Edit(start + match.start(1), start + match.end(1), b'"' + value.encode() + b'"')]


def without_attribute(data: bytes, start: int, name: str) -> list[Edit]:
    """Return the edit that takes an attribute out of the tag at ``start``, none where it is not there."""
    tag = data[start : tag_end(data, start)]
    match = re.search(rb"\s" + name.encode() + rb"\s*=\s*(\"[^\"]*\"|'[^']*')", tag)
    return [] if match is None else [Edit(start + match.start(), start + match.end(), b"")]


def tag_end(data: bytes, start: int) -> int:
    """Return the place behind the tag that begins at ``start``."""
    match = _TAG.match(data, start)
    return match.end() if match else start


def is_one_tag(data: bytes, start: int, end: int) -> bool:
    """Say whether an element that the parser tells to begin and to end at these places is written ``<a/>``."""
    return data[end - 2 : end] == b"/>" and tag_end(data, start) == end


def qualified_name(data: bytes, start: int) -> bytes:
    """Return the name of the tag that begins at ``start``, with its prefix."""
    match = _NAME.match(data, start)
    return match[1] if match else b""


def prefix_of(data: bytes, element: Element) -> str:
    """Return the prefix of an element's name with its colon, empty where it has none."""
    prefix, colon, _ = qualified_name(data, element.start).decode().rpartition(":")
    return prefix + colon


def as_utf8(data: bytes) -> bytes:
    """Return a part in UTF-8 whatever its encoding, which the parser has already read once."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        text = data.decode("utf-16")
    elif data[:2] in {b"<\x00", b"\x00<"}:
        text = data.decode("utf-16-le" if data[1] == 0 else "utf-16-be")
    else:
        declaration = _DECLARATION.match(data.removeprefix(codecs.BOM_UTF8))
        declared = _DECLARED_ENCODING.search(declaration[0]) if declaration else None
        encoding = declared[1].decode() if declared else "utf-8"
        if codecs.lookup(encoding).name in {"utf-8", "ascii"}:
            return data
        text = data.decode(encoding)
    declaration_text = b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    return declaration_text + _DECLARATION.sub(b"", text.encode())


def xml_text(text: str) -> bytes:
    """Return text as it stands between tags; what XML cannot hold is escaped as workbooks do, ``_x0007_``.

    >>> xml_text("a<b\\x07 _x0041_")
    b'a&lt;b_x0007_ _x005F_x0041_'
    """
    if not _SPECIAL.search(text):
        return text.encode()
    literal = _LOOKS_ESCAPED.sub("_x005F_", text)
    return escape(_NOT_IN_XML.sub(lambda match: f"_x{ord(match[0]):04X}_", literal)).encode()


def insertion_point(root: Element, followers: Sequence[str]) -> int:
    """Return where a child of the root belongs that stands before all children with the given names."""
    found = (child.start for child in root.children if child.name in followers)
    return min(found, default=root.inner_end)
