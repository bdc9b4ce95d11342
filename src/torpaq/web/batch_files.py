"""What a person sees of an uploaded file before its columns are matched: its sheets or layers, headings, some values.

It is described once in plain JSON, so that no page opens a large file again.
"""

import hashlib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from torpaq.geo.files.layers import GeometryKind, Layer, read_layers
from torpaq.intake.batches.cells import cell_told
from torpaq.intake.batches.layers import TYPE_OF, main_place, table_of_layer
from torpaq.intake.batches.opening import is_map_file
from torpaq.intake.batches.tracks import tracks_of
from torpaq.intake.record.context import Context
from torpaq.intake.sources import SYSTEMS, recognise
from torpaq.intake.sources.opened import Opened
from torpaq.intake.tables.model import Column, Table, is_blank
from torpaq.intake.tables.reading import read_workbook
from torpaq.standard.form import Form
from torpaq.standard.problems import Problem

SAMPLES = 3
LONGEST_SAMPLE = 60
MOST_TRACKS = 100

Progress = Callable[[float], None]
Stop = Callable[[], bool]
Described = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Inside:
    """What a file holds. ``form`` is the one that a template of ours names."""

    tables: list[Described] = field(default_factory=list)
    form: str = ""


def look_inside(
    data: bytes, name: str, context: Context, progress: Progress, stop: Stop
) -> tuple[Inside, list[Problem]]:
    """Say what a file holds; nothing, and the problem that says why, where it cannot be read safely.

    ``context`` is that of any form: what a layer's geometry is in a form is asked later.
    """
    if is_map_file(data):
        layers, problems = read_layers(data, name, context.crs, context.extent)
        drawn = [_described_layer(layer, context) for layer in layers if layer.features]
        return Inside(drawn), problems
    book, problems = read_workbook(data, name, progress=progress, stop=stop)
    if book is None:
        return Inside(), problems
    return Inside([_described(table) for table in book.sheets], book.marked_form), problems


def source_of(data: bytes, name: str, inside: Inside, country: str) -> str:
    """Return the known source that a file is of, for a programme of a country; an empty text for none."""
    headings = [column["heading"].casefold() for column in inside.tables[0]["columns"]] if inside.tables else []
    published = recognise(headings)
    if published and published.country == country:
        return published.name
    opened = Opened(data, hashlib.sha256(data).hexdigest(), name)
    return next((system.name for system in SYSTEMS.values() if system.knows(opened)), "")


def described_table(told: Mapping[str, Any], form: Form) -> Table:
    """Return a table of its description: its columns without any row, which is as much as matching looks at."""
    columns = tuple(
        Column(one["letter"], one["index"], one["heading"], tuple(one["headings"]), one["unit"])
        for one in told["columns"]
    )
    codes = {one["index"]: one["code"] for one in told["columns"] if one["code"]}
    kind = told.get("geometry")
    if kind and (place := main_place(form, TYPE_OF[GeometryKind(kind)])):
        codes[columns[-1].index] = place.path
    header = () if "geometry" in told else (1,)
    return Table(told["name"], header, columns, [], [], 0, codes, set(), len(columns))


def without_samples(tables: list[Described], name: str, kept: Collection[int] = ()) -> list[Described]:
    """Return descriptions without values of cells; in the table of that name the columns of ``kept`` keep theirs."""
    return [
        told | {"columns": [_without(one, told["name"] == name and one["index"] in kept) for one in told["columns"]]}
        for told in tables
    ]


def _without(column: Described, is_kept: bool) -> Described:
    return column if is_kept else column | {"samples": []}


def _described_layer(layer: Layer, context: Context) -> Described:
    table = table_of_layer(layer, context.form)
    told = _described(table)
    told["columns"][-1] |= {"code": "", "samples": []}
    kinds = {feature.geometry.kind for feature in layer.features if feature.geometry}
    tracks = tracks_of(table, context.crs)
    return told | {
        "geometry": kinds.pop().value if len(kinds) == 1 else "",
        "tracks": [
            {"number": track.number, "length_m": track.length_m, "gap_m": track.gap_m, "is_far": track.is_far}
            for track in tracks[:MOST_TRACKS]
        ],
        "tracks_in_all": len(tracks),
    }


def _described(table: Table) -> Described:
    return {
        "name": table.name,
        "rows": len(table.rows),
        "is_hidden": table.hidden,
        "columns": [_column(table, column) for column in table.columns],
    }


def _column(table: Table, column: Column) -> Described:
    return {
        "index": column.index,
        "letter": column.letter,
        "headings": list(column.headings),
        "heading": column.heading,
        "unit": column.shown_unit,
        "code": table.code_row.get(column.index, ""),
        "samples": _samples(table, column),
    }


def _samples(table: Table, column: Column) -> list[str]:
    found: dict[str, None] = {}
    for row in table.rows:
        cell = row.cells[column.index]
        if not is_blank(cell):
            found[_cut(cell_told(cell))] = None
            if len(found) == SAMPLES:
                break
    return list(found)


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_SAMPLE else f"{text[: LONGEST_SAMPLE - 1]}…"
