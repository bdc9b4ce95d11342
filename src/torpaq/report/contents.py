"""What every printed document has in common: its head, its ground, its points, who signs."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from torpaq.report.blocks import Block, heading, paragraph, printable, table
from torpaq.report.coordinates import Point, PointRow, point_rows
from torpaq.report.maps.draw import draw_sheet
from torpaq.report.maps.series import sheets_of
from torpaq.report.maps.sheet import Locator, MapArea, MapLine, MapPoint, Polygons, Sheet
from torpaq.report.wording import NONE, Words

Name = Mapping[str, str]
"""A name by language; where a language is missing, the English one."""


@dataclass(frozen=True, slots=True)
class Head:
    """What a document is about and where it comes from.

    ``classification`` is the ending of a word ``class_…``; ``address`` the record's web address; ``synthetic`` the
    programme's label where its data are made up; ``paper`` A4 or A3, for the maps (words are always on A4).
    """

    code: str
    title: Name
    organisation: Name
    authority: Name
    classification: str
    address: str
    author: str
    made_at: datetime
    data_on: date
    synthetic: str = ""
    paper: str = "A4"


@dataclass(frozen=True, slots=True)
class Ground:
    """What the maps show: ground, lines and points of their kinds, and the country's units with the one it lies in."""

    areas: tuple[MapArea, ...] = ()
    lines: tuple[MapLine, ...] = ()
    points: tuple[MapPoint, ...] = ()
    units: Mapping[str, Polygons] = field(default_factory=dict)
    here: str = ""
    place: Name = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Chain:
    """Points in their order; ``closed`` where the last leg leads back to the first. ``name`` says of what."""

    name: Name
    points: tuple[Point, ...]
    closed: bool


@dataclass(frozen=True, slots=True)
class Signature:
    """Who signs: a code of the list ``signatory_kind``; name and day where it is already signed."""

    kind: str
    name: str = ""
    on: date | None = None


def named(name: Name, language: str) -> str:
    """Return a name in a language."""
    return name.get(language) or name.get("en") or next(iter(name.values()), "") or NONE


def sheet_of(head: Head, ground: Ground, signatures: Iterable[Signature], words: Words) -> Sheet:
    """Return the map sheet of a document in a language, not yet cut into overview and details."""
    language = words.language
    locator = Locator(ground.units, ground.here, named(ground.place, language)) if ground.units else None
    return Sheet(
        title=named(head.title, language),
        number=head.code,
        task=head.code,
        author=head.author,
        made_at=head.made_at,
        data_on=head.data_on,
        classification=words.say(f"class_{head.classification}"),
        address=head.address,
        language=language,
        synthetic=head.synthetic,
        paper=head.paper,
        areas=ground.areas,
        lines=ground.lines,
        points=ground.points,
        locator=locator,
        signatures=tuple(words.code("signatory_kind", one.kind) for one in list(signatures)[:3]),
    )


def map_blocks(sheets: Iterable[Sheet]) -> tuple[list[Block], dict[str, bytes]]:
    """Return one page a sheet, and the drawings as files; nothing where a sheet has no place to show."""
    blocks: list[Block] = []
    files: dict[str, bytes] = {}
    for sheet in sheets:
        name = f"map-{sheet.language}-{sheet.number.rpartition('-')[2]}-{len(files)}.svg"
        files[name] = draw_sheet(sheet).encode()
        blocks.append({"kind": "map", "file": name, "paper": sheet.paper.lower(), "flipped": sheet.landscape,
                       "alt": printable(sheet.title)})  # fmt: skip
    return blocks, files


def maps_of(
    head: Head, ground: Ground, signatures: Iterable[Signature], words: Words
) -> tuple[list[Block], dict[str, bytes]]:
    """Return overview and details of a document's ground; nothing where nothing is drawn."""
    sheet = sheet_of(head, ground, signatures, words)
    return map_blocks(sheets_of(sheet)) if sheet.places() else ([], {})


def points_blocks(chains: Iterable[Chain], on: date, words: Words) -> list[Block]:
    """Return the part of a document that lists points: what the tables hold, and the tables (bearings of ``on``)."""
    explained = paragraph(words.say("points_explained", day=words.day(on)))
    return [heading(words.say("points")), explained, *chain_blocks(chains, on, words)]


def chain_blocks(chains: Iterable[Chain], on: date, words: Words) -> list[Block]:
    """Return the tables of points: three notations and the leg to the next, with its bearings of that day."""
    blocks: list[Block] = []
    for chain in chains:
        rows = point_rows(chain.points, on, chain.closed)
        if not rows:
            continue
        blocks.append(heading(named(chain.name, words.language), 2))
        head = [words.say(f"points_{key}") for key in POINT_COLUMNS]
        cells = [_point_cells(row, words) for row in rows]
        blocks.append(table(head, cells, [1.1, 1.6, 1.7, 1.8, 1.8, 0.9, 1, 1.1, 1.1], (6, 7, 8), 7.5))
    return blocks


def _point_cells(row: PointRow, words: Words) -> list[str]:
    kind = words.code("point_kind", row.point.kind)
    note = f"{kind}: {row.point.note}" if row.point.note else kind
    place = f"{row.point.lat:.6f} N {row.point.lon:.6f} E"
    cells = [row.point.name, note, place, row.utm, row.mgrs]
    if row.leg is None:
        return [*cells, NONE, NONE, NONE, NONE]
    bearings = words.angle(row.leg.grid_deg), words.angle(row.leg.magnetic_deg)
    return [*cells, row.leg.to, *bearings, words.number(row.leg.distance_m, 1)]


POINT_COLUMNS = ("name", "kind", "lonlat", "utm", "mgrs", "to", "grid", "magnetic", "metres")
