"""The XML of a workbook's parts, read in a stream by a parser that knows no document types and so no entities."""

from collections.abc import Callable, Iterable, Iterator
from xml.parsers import expat

from torpaq.intake.tables.model import Refused

MAIN = (
    "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
    "http://purl.oclc.org/ooxml/spreadsheetml/main",
)
DOCUMENT_RELATIONS = (
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    "http://purl.oclc.org/ooxml/officeDocument/relationships",
)
LONGEST_TOKEN = 1_000_000  # bytes; the parser would read a longer tag again with every piece of it

Start = Callable[[str, dict[str, str]], None]
End = Callable[[str], None]
Text = Callable[[str], None]


def names(*local: str) -> dict[str, str]:
    """Return the local name of each element by the name under which the parser tells it, for both namespaces."""
    return {f"{namespace} {name}": name for namespace in MAIN for name in local}


def defended_parser(part: str) -> expat.XMLParserType:
    """Return a parser that tells names as ``namespace local`` and refuses any document type declaration.

    Without one there are no entities to expand and none to fetch.
    """
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True

    def refuse(*_: object) -> int:
        raise Refused("workbook_unsafe", detail=f"DOCTYPE in {part}")

    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    parser.ExternalEntityRefHandler = refuse
    return parser


def steps(parser: expat.XMLParserType, chunks: Iterable[bytes], part: str) -> Iterator[bytes]:
    """Parse a part piece by piece and yield each piece after it is parsed.

    Raises :class:`Refused` where the part is not well-formed or in an encoding that nobody knows.
    """
    fed = 0
    try:
        for chunk in chunks:
            parser.Parse(chunk, False)
            fed += len(chunk)
            if fed - parser.CurrentByteIndex > LONGEST_TOKEN:
                raise Refused("workbook_unsafe", detail=f"endless tag in {part}"[:80])
            yield chunk
        parser.Parse(b"", True)
    except (expat.ExpatError, LookupError, ValueError) as error:
        raise Refused("workbook_damaged", detail=f"{part}: {error}"[:80]) from None


def parse(chunks: Iterable[bytes], part: str, start: Start, end: End | None = None, text: Text | None = None) -> None:
    """Tell a part's elements and text to the given functions; raises :class:`Refused` as :func:`steps` does."""
    parser = defended_parser(part)
    parser.StartElementHandler = start
    if end is not None:
        parser.EndElementHandler = end
    if text is not None:
        parser.CharacterDataHandler = text
    for _ in steps(parser, chunks, part):
        pass
