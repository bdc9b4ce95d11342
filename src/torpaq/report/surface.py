"""A surface of risk in print: its map with scale and legend, what it proposes, its score card, all that it rests on.

The words of the tables come from whoever prints, in the document's language; a surface never says that land is safe.
"""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from torpaq.report.blocks import Block, heading, notice, pairs, paragraph, plate, table, title
from torpaq.report.maps.svg import INK, box, document, element, line, path_of, polygon, text
from torpaq.report.pdf import Printed, Section, print_pdf
from torpaq.report.typeface import wrap
from torpaq.report.wording import Words

WIDE_MM, HIGH_MM = 174.0, 150.0
KEY_MM, KEYS_A_ROW = 5.0, 3
MAP_FILE = "surface.svg"
Ring = Sequence[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Key:
    """A colour of the legend: ``#rrggbb`` and what it stands for; without a colour the key is hatched."""

    colour: str
    words: str


@dataclass(frozen=True, slots=True)
class SurfaceMap:
    """The picture of a surface, a PNG over ``bounds_m`` (west, south, east, north, metres of the national CRS).

    ``outlines`` are rings of hazardous areas in the same metres, each with its id.
    """

    picture: bytes
    bounds_m: tuple[float, float, float, float]
    outlines: Sequence[tuple[str, Sequence[Ring]]]
    keys: Sequence[Key]
    caption: str


@dataclass(frozen=True, slots=True)
class SurfacePages:
    """What is printed: ``caution`` stands in a box on top; each table has its heading, head, rows, number columns."""

    name: str
    beneath: str
    caution: str
    author: str
    made_at: datetime
    code: str
    map: SurfaceMap
    facts: Sequence[tuple[str, str]]
    told: Sequence[str]
    tables: Sequence[tuple[str, Sequence[str], Sequence[Sequence[str]], Sequence[int]]]
    parameters: tuple[str, Sequence[tuple[str, str]]]
    headings: tuple[str, str]
    synthetic: str = ""


def surface_pdf(pages: SurfacePages, language: str) -> bytes:
    """Return a surface as PDF in one language."""
    words = Words(language)
    blocks: list[Block] = [
        title(pages.name, pages.beneath),
        notice(pages.caution),
        plate(MAP_FILE, pages.map.caption),
        heading(pages.headings[0]),
        *(paragraph(one) for one in pages.told),
    ]
    for caption, head, rows, numbers in pages.tables:
        if rows:
            widths = [2.4, *(1.0 for _ in head[1:])]
            blocks += [heading(caption, 2), table(head, rows, widths, tuple(numbers), 8)]
    blocks += [heading(pages.headings[1]), pairs(list(pages.facts)), heading(pages.parameters[0], 2)]
    blocks.append(pairs(list(pages.parameters[1])))
    section = Section(
        language=language,
        head=pages.name,
        code=pages.code,
        classification=words.say("class_internal"),
        foot=words.moment(pages.made_at),
        page_word=words.say("page"),
        blocks=blocks,
        synthetic=pages.synthetic,
        synthetic_mark=words.say("synthetic_mark") if pages.synthetic else "",
    )
    drawn = draw_surface(pages.map, words).encode()
    return print_pdf(Printed(pages.name, pages.author, pages.made_at, [section], {MAP_FILE: drawn}))


def draw_surface(shown: SurfaceMap, words: Words) -> str:
    """Draw the map, grid north up, with its outlines, a bar of metres, an arrow to the north and the legend."""
    west, south, east, north = shown.bounds_m
    rows = -(-len(shown.keys) // KEYS_A_ROW)
    room = HIGH_MM - 12 - rows * (KEY_MM + 1.5)
    scale = min(WIDE_MM / (east - west), room / (north - south))
    wide, high = (east - west) * scale, (north - south) * scale
    left = (WIDE_MM - wide) / 2

    def place(point: tuple[float, float]) -> tuple[float, float]:
        return left + (point[0] - west) * scale, (north - point[1]) * scale

    data = base64.b64encode(shown.picture).decode()
    drawn = box(left, 0, wide, high, 0, "#ece9e2")
    drawn += (
        f'<image x="{left:.3f}" y="0" width="{wide:.3f}" height="{high:.3f}" preserveAspectRatio="none" '
        f'image-rendering="pixelated" href="data:image/png;base64,{data}"/>'
    )
    for _name, rings in shown.outlines:
        outline = path_of([[place(point) for point in ring] for ring in rings])
        drawn += element("path", d=outline, fill="none", stroke=INK, stroke_width=0.35)
    drawn += box(left, 0, wide, high, 0.3) + _bar(left, high, wide, scale, words) + _north(left + wide - 7, high + 1.5)
    drawn += _keys(shown.keys, high + 12)
    return document(WIDE_MM, high + 13 + rows * (KEY_MM + 1.5), drawn, shown.caption)


def _bar(left: float, top: float, wide: float, scale: float, words: Words) -> str:
    """Draw a bar of round metres below the map."""
    most_m = 0.45 * wide / scale
    length_m = max(f * 10**p for p in range(7) for f in (1, 2, 4, 8) if f * 10**p <= most_m or (p == 0 and f == 1))
    length, y, drawn = length_m * scale, top + 3.0, ""
    for number in range(4):
        fill = INK if number % 2 == 0 else "#ffffff"
        drawn += box(left + number * length / 4, y, length / 4, 1.3, 0.2, fill)
    for number in (0, 2, 4):
        unit = f"\u00a0{words.say('unit_m')}" if number == 4 else ""
        metres = f"{words.number(length_m * number / 4)}{unit}"
        drawn += text(left + number * length / 4, y + 4.4, metres, 2.6, "middle" if number else "start")
    return drawn


def _north(x: float, y: float) -> str:
    return line((x, y + 8), (x, y + 3)) + polygon([(x, y), (x - 1.3, y + 3.4), (x + 1.3, y + 3.4)])


def _keys(keys: Sequence[Key], top: float) -> str:
    """Draw the legend in rows of three."""
    drawn, room = "", WIDE_MM / KEYS_A_ROW
    for number, key in enumerate(keys):
        x, y = (number % KEYS_A_ROW) * room, top + (number // KEYS_A_ROW) * (KEY_MM + 1.5)
        drawn += box(x, y, 8, KEY_MM, 0.2, key.colour or "#d0d0d0")
        if not key.colour:
            drawn += "".join(line((x + at, y + KEY_MM), (x + at + KEY_MM - 2, y), 0.4, "#5a5a5a") for at in (0, 2, 4))
        said = wrap(key.words, 2.7, room - 11, 1)
        drawn += text(x + 9.5, y + 3.6, said[0] if said else "", 2.7)
    return drawn
