"""What is asked of a source of each kind, and how the answers are read: blanks stay unsaid, faults are problems."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from django.http import QueryDict

from torpaq.evidence.adding import NewSource
from torpaq.evidence.kinds import EITHER, RASTERS, SourceKind
from torpaq.standard.country import load_country
from torpaq.standard.problems import Problem, problem
from torpaq.web.desk.evidence_shown import CELLS_M
from torpaq.web.desk.typed import Typed
from torpaq.web.tile_store import country_code

VECTORS = ".geojson,.json,.gpkg,.kml,.kmz,.gpx,.csv,.zip"
PICTURES = ".tif,.tiff"
RECORDS = ".json,.csv"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a kind of source asks for besides its name, date, origin and licence."""

    accept: str
    error: bool = True
    attribute: bool = False
    confidence: bool = False
    detection: bool = False
    observer: bool = False


def _asked(kind: SourceKind) -> Asked:
    is_raster = kind in RASTERS
    accept = PICTURES if is_raster else f"{VECTORS},{PICTURES}" if kind in EITHER else VECTORS
    if kind is SourceKind.MINEFIELD_RECORD:
        accept = RECORDS
    return Asked(
        accept,
        error=not is_raster,
        attribute=kind in (SourceKind.YEARS_USED, SourceKind.VECTOR_DENSITY),
        confidence=kind is SourceKind.DETECTION,
        detection=kind is SourceKind.DETECTION,
        observer=kind is SourceKind.POSITION,
    )


ASKED: Mapping[SourceKind, Asked] = MappingProxyType({kind: _asked(kind) for kind in SourceKind})


def read_source(values: QueryDict, kind: str) -> tuple[NewSource | None, list[Problem]]:
    """Read the form of a new source; what is said is checked by the evidence folder, which alone knows its rules."""
    typed, asked = Typed(values), ASKED[SourceKind(kind)]
    percent = typed.number("reliability")
    options: dict[str, Any] = {}
    if asked.attribute:
        options["attribute"] = typed.line("attribute")
    if asked.confidence:
        options["confidence"] = typed.line("confidence")
    if asked.detection and (detection := typed.number("detection")) is not None:
        options["detection"] = detection / 100
    if asked.observer and (observer_m := typed.number("observer_m")) is not None:
        options["observer_m"] = observer_m
    new = NewSource(
        kind=kind,
        name=typed.line("name"),
        date=typed.line("date", 20),
        source=typed.line("source", 500),
        licence=typed.line("licence"),
        error_m=typed.number("error_m") if asked.error else None,
        reliability=None if percent is None else percent / 100,
        options={name: value for name, value in options.items() if value not in (None, "")},
        is_synthetic=typed.is_ticked("is_synthetic"),
    )
    return (None, typed.problems) if typed.problems else (new, [])


def read_build(values: QueryDict) -> tuple[dict[str, object], list[Problem]]:
    """Read what is to be built: the side of a cell, and the districts, all where none is chosen."""
    typed = Typed(values)
    cell_m = typed.number("cell_m")
    units = typed.lines("units")
    known = load_country(country_code()).units
    problems = list(typed.problems)
    if not problems and (cell_m is None or cell_m not in CELLS_M):
        allowed = ", ".join(f"{one:g}" for one in CELLS_M)
        problems.append(problem("filter_unknown", "cell_m", value=typed.line("cell_m", 40) or "–", allowed=allowed))
    problems += [
        problem("filter_unknown", "units", value=unit[:40], allowed=" ".join(known))
        for unit in units
        if unit not in known
    ]
    return {"cell_m": cell_m, "units": units}, problems
