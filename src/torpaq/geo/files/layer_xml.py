"""XML from strangers: no document type, no entities, no more tags than a map needs; names without their namespaces."""

import re
from collections.abc import Iterator
from xml.etree import ElementTree

import defusedxml.ElementTree
from defusedxml.common import DefusedXmlException

from torpaq.geo.crs import Floats
from torpaq.geo.files.layer_parts import Budget, Refusal, positions

DOCTYPE = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)
NUMBERS = re.compile(r"[-+.,eE\d\s]*", re.ASCII)


def read_xml(data: bytes, budget: Budget) -> ElementTree.Element:
    """Return the root element. Raises :class:`Refusal` for a DTD or entities, damage, and too many tags."""
    budget.tags(data.count(b"<"))
    try:
        root: ElementTree.Element = defusedxml.ElementTree.fromstring(data, forbid_dtd=True)
    except DefusedXmlException as error:
        raise Refusal("layers_xml_with_dtd") from error
    except (ElementTree.ParseError, ValueError, LookupError) as error:
        if DOCTYPE.search(data):
            raise Refusal("layers_xml_with_dtd") from error
        line = error.position[0] if isinstance(error, ElementTree.ParseError) else 1
        raise Refusal("layers_xml_damaged", line=line, reason=str(error)[:60]) from error
    return root


def local(element: ElementTree.Element) -> str:
    """Return an element's name without its namespace."""
    return str(element.tag).rpartition("}")[2]


def children(element: ElementTree.Element, *names: str) -> Iterator[ElementTree.Element]:
    """Yield the children of these names."""
    return (child for child in element if local(child) in names)


def child_text(element: ElementTree.Element, name: str) -> str | None:
    """Return the text of the first child of that name, stripped; None where there is none."""
    for child in children(element, name):
        return (child.text or "").strip()
    return None


def read_numbers(text: str, budget: Budget, per_point: tuple[int, ...], code: str) -> tuple[Floats, bool]:
    """Read points parted by blanks, their numbers by commas: (n, 2), and whether there was a third number.

    Raises :class:`Refusal` with ``code`` and the ``text`` that is no point.
    """
    budget.points(text.count(","))
    words = text.split()
    tuples = [word.split(",") for word in words]
    for word, numbers in zip(words, tuples, strict=True):
        if len(numbers) not in per_point or not NUMBERS.fullmatch(word):
            raise Refusal(code, text=word[:40])
    try:
        values = [(float(numbers[0]), float(numbers[1])) for numbers in tuples]
    except ValueError as error:
        raise Refusal(code, text=str(error)[-40:]) from error
    return positions(values), any(len(numbers) > 2 for numbers in tuples)
