"""The typeface of everything printed, and how wide words come out in it.

Noto Sans (OFL 1.1) comes as a package, so that ə ğ ş ı İ and Cyrillic print on a machine that has no fonts at all.
"""

from functools import cache
from importlib.resources import files
from pathlib import Path

from PIL import ImageFont

from torpaq.report.plain import plain

FAMILY = "Noto Sans"
FILE = "NotoSans[wdth,wght].ttf"
MEASURED_AT = 100
BOLD_IS_WIDER = 1.08
"""Bold words are measured in the regular weight and taken for so much wider, a little more than they are."""


def font_folder() -> Path:
    """Return the folder that holds the typeface's files."""
    return Path(str(files("fontpkg_noto_sans"))) / "files"


@cache
def _font() -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(font_folder() / FILE), MEASURED_AT, layout_engine=ImageFont.Layout.BASIC)


def width_mm(text: str, size_mm: float, bold: bool = False) -> float:
    """Return how wide a line of text is, millimetres, at a font size in millimetres."""
    return (
        float(_font().getlength(plain(text).replace("\n", " ")))
        * size_mm
        / MEASURED_AT
        * (BOLD_IS_WIDER if bold else 1)
    )


def wrap(text: str, size_mm: float, room_mm: float, most_lines: int, bold: bool = False) -> list[str]:
    """Cut a text into lines that fit; a word longer than a line is cut, and a text that is too long ends in ``…``."""
    lines: list[str] = []
    line = ""
    for word in plain(text).split():
        for piece in _pieces(word, size_mm, room_mm, bold):
            longer = f"{line} {piece}" if line else piece
            if line and width_mm(longer, size_mm, bold) > room_mm:
                lines.append(line)
                line = piece
            else:
                line = longer
    lines += [line] if line else []
    if len(lines) <= most_lines:
        return lines
    return [*lines[: most_lines - 1], _shortened(lines[most_lines - 1] + "…", size_mm, room_mm, bold)]


def _pieces(word: str, size_mm: float, room_mm: float, bold: bool) -> list[str]:
    pieces = []
    while word:
        count = len(word)
        while count > 1 and width_mm(word[:count], size_mm, bold) > room_mm:
            count = min(count - 1, int(count * room_mm / width_mm(word[:count], size_mm, bold)) or 1)
        pieces.append(word[:count])
        word = word[count:]
    return pieces


def _shortened(text: str, size_mm: float, room_mm: float, bold: bool) -> str:
    while len(text) > 1 and width_mm(text, size_mm, bold) > room_mm:
        text = text[:-2] + "…"
    return text
