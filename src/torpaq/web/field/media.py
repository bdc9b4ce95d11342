"""What an attached file really is, told by its content and never by its name or by what the phone says it is.

Nothing here opens a file further than its own headers. Only what is wholly an image of a kind that cameras make is ever
shown as one; everything else is kept as bytes to be downloaded. What could act in a reader's browser or machine
(markup, programs, images that hide either, images of absurd size) is refused.
"""

import io
import re
import zipfile
from dataclasses import dataclass

from PIL import Image

from torpaq.standard.problems import Problem, problem

UNKNOWN = "application/octet-stream"
MEDIA_TYPES = {"JPEG": "image/jpeg", "MPO": "image/jpeg", "PNG": "image/png"}
MOST_PIXELS = 180_000_000
LONGEST_NAME = 120

_GPS = 0x8825  # the tag of EXIF's directory of positions
_LOOKED_AT = 65_536
_IMAGE_NAME = re.compile(r"\.(jpe?g|png|webp|gif|heic|tiff?|bmp)$", re.IGNORECASE)
_MARKUP = re.compile(rb"<(!doctype\s+(html|svg)|html|svg|script|body)\b", re.IGNORECASE)
_PROGRAM = re.compile(rb"MZ|\x7fELF|#!|\xca\xfe\xba\xbe|[\xcf\xce]\xfa\xed\xfe")
_HIDDEN = re.compile(rb"<script|<html|<!doctype|<iframe|<\?php|%PDF-1\.|<svg\s+xmlns", re.IGNORECASE)
_UNWANTED = re.compile(r'[\x00-\x1f\x7f:*?"<>|\u200b-\u200f\u202a-\u202e\u2066-\u2069]')


@dataclass(frozen=True, slots=True)
class Seen:
    """What a file is (an empty type: it is refused) and what was found about it."""

    media_type: str
    problems: tuple[Problem, ...] = ()


def look_at(name: str, data: bytes) -> Seen:
    """Say what a file is by its content."""
    start = _opening(data)
    if start.startswith(b"<") and _MARKUP.search(start):
        return Seen("", (problem("media_is_markup", name),))
    if _PROGRAM.match(start):
        return Seen("", (problem("media_is_program", name),))
    if start.startswith(b"%PDF-"):
        return Seen("application/pdf")
    try:
        with Image.open(io.BytesIO(data), formats=("JPEG", "PNG")) as image:
            return _image(name, data, image)
    except Image.DecompressionBombError:
        return Seen("", (problem("media_too_many_pixels", name, limit=MOST_PIXELS),))
    except Exception:  # Pillow does not say which: whatever it raises means that this is no whole image
        found = (problem("media_not_an_image", name),) if _IMAGE_NAME.search(name) else ()
        return Seen(UNKNOWN, found)


def _opening(data: bytes) -> bytes:
    """Return how a file begins, as a browser that guesses types would read it."""
    start = data[:_LOOKED_AT]
    if start[:2] in (b"\xff\xfe", b"\xfe\xff"):
        start = start.decode("utf-16", "ignore").encode()
    return start.removeprefix(b"\xef\xbb\xbf").lstrip()


def _image(name: str, data: bytes, image: Image.Image) -> Seen:
    media_type = MEDIA_TYPES[image.format or ""]
    if image.width * image.height > MOST_PIXELS:
        return Seen("", (problem("media_too_many_pixels", name, limit=MOST_PIXELS),))
    if _HIDDEN.search(data) or _is_archive(data):
        return Seen("", (problem("media_hides_something", name),))
    found = (problem("media_has_position", name),) if _has_position(image) else ()
    image.verify()
    return Seen(media_type, found)


def _has_position(image: Image.Image) -> bool:
    if image.format == "PNG":
        return False  # no camera writes one, and asking would unfold the image
    try:
        return bool(image.getexif().get_ifd(_GPS))
    except Exception:  # Pillow does not say which: EXIF that cannot be read says nothing
        return False


def _is_archive(data: bytes) -> bool:
    """Say whether the bytes are also a ZIP: its directory stands at the end, so that any file may carry one."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return bool(archive.namelist())
    except Exception:  # whatever is raised, no other program would open it either
        return False


def safe_name(name: str) -> str:
    r"""Return a file's name without folders, signs that mean something to a system, or surprising length.

    >>> safe_name("../../etc/passwd"), safe_name("C:\\fotos\\Mina 7.jpg"), safe_name(" .. ")
    ('passwd', 'Mina 7.jpg', 'file')
    """
    clean = _UNWANTED.sub("_", re.split(r"[/\\]", name)[-1]).strip(" .")
    if len(clean) > LONGEST_NAME:
        stem, dot, ending = clean.rpartition(".")
        clean = f"{stem[: LONGEST_NAME - 16]}.{ending[:15]}" if dot else clean[:LONGEST_NAME]
    return clean or "file"
