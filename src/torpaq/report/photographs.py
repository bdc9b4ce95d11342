"""Photographs for print: made smaller and stripped of everything but the picture."""

import io
from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image, ImageOps

LARGEST = (1400, 1400)
MOST_PIXELS = 60_000_000


@dataclass(frozen=True, slots=True)
class Photograph:
    """A picture's bytes as they came, the name it has among a document's files (``photo-1.jpg``), what it shows."""

    file: str
    content: bytes
    caption: str


def photograph_files(photographs: Sequence[Photograph]) -> dict[str, bytes]:
    """Return what can be printed, as JPEG without the camera's data; what is no picture is left out."""
    return {one.file: made for one in photographs if (made := _jpeg(one.content))}


def _jpeg(content: bytes) -> bytes | None:
    try:
        with Image.open(io.BytesIO(content)) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                return None
            upright = ImageOps.exif_transpose(picture).convert("RGB")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None
    upright.thumbnail(LARGEST)
    written = io.BytesIO()
    upright.save(written, "JPEG", quality=82)
    return written.getvalue()
