"""The words of a PDF, read as quickly as they can be: a map is hundreds of thousands of strokes, and none is a word."""

import io
import re

from pypdf import PageObject, PdfReader
from pypdf.generic import DecodedStreamObject, NameObject

STROKES = re.compile(rb"(?<!\S)(?:-?[\d.]+ )+[mlcvy](?=\s)")
"""Points and curves of what is only drawn. Of text this could take away, never add: a test then fails, not passes."""


def read(pdf: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(pdf))


def words_of(page: PageObject) -> str:
    contents = page.get_contents()
    if contents is not None:
        words = DecodedStreamObject()
        words.set_data(STROKES.sub(b"", contents.get_data()))
        page[NameObject("/Contents")] = words
    return page.extract_text()
