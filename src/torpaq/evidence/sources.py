"""What an added file holds, before it is kept: every kind of source has its look, and what it lacks is told."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from torpaq.evidence.adding import NewSource
from torpaq.evidence.kinds import EITHER, RASTERS, SourceKind
from torpaq.evidence.rasters import inspect_raster
from torpaq.evidence.records import inspect_record
from torpaq.evidence.vectors import Vectors, numbers_of, read_vectors
from torpaq.geo.crs import NationalCrs
from torpaq.standard.country import Country
from torpaq.standard.problems import Problem, has_errors, problem

TIFF_STARTS = (b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+")
DRAWN_AS: Mapping[SourceKind, frozenset[str]] = MappingProxyType(
    {
        SourceKind.FRONT_LINE: frozenset({"line"}),
        SourceKind.ACCIDENTS: frozenset({"point"}),
        SourceKind.FINDS: frozenset({"point"}),
        SourceKind.DETECTION: frozenset({"point"}),
        SourceKind.YEARS_USED: frozenset({"polygon"}),
    }
)
"""What features of a kind have to be drawn as; any other kind takes points, lines and polygons."""

MOST_YEARS = 200
SCAN_STARTS = (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", *TIFF_STARTS)


@dataclass(frozen=True, slots=True)
class Found:
    """What a file holds: the files to keep by name (the first is read), and facts for its card."""

    files: Mapping[str, Path]
    facts: Mapping[str, Any]


def inspect_source(
    path: Path, new: NewSource, crs: NationalCrs, country: Country, scan: Path | None = None
) -> tuple[Found | None, list[Problem]]:
    """Look into a file that is to be added as a source of a kind, and at its scan; None where it cannot be used."""
    kind, subject = SourceKind(new.kind), new.name
    try:
        with path.open("rb") as file:
            start = file.read(16)
    except OSError as error:
        return None, [problem("evidence_file_unreadable", subject, reason=error.strerror or str(error))]
    if not start.strip(b"\x00 \t\r\n"):
        return None, [problem("evidence_source_empty", subject)]
    if kind is SourceKind.MINEFIELD_RECORD:
        facts, problems = inspect_record(path, new, country)
    elif kind in RASTERS or (kind in EITHER and start.startswith(TIFF_STARTS)):
        facts, problems = _raster_facts(path, new, start, country)
    elif start.startswith(TIFF_STARTS):
        return None, [problem("evidence_raster_for_vector", subject, kind=kind.value)]
    else:
        facts, problems = _vector_facts(path, new, crs, country)
    if scan is not None and not _is_scan(scan):
        problems = [*problems, problem("evidence_scan_wrong", subject, file=scan.name)]
    if facts is None or has_errors(problems):
        return None, problems
    files = {_kept_name(path): path} | ({f"scan-{_kept_name(scan)}": scan} if scan else {})
    return Found(files, facts), problems


def _is_scan(path: Path) -> bool:
    """Say whether a file begins like a picture or a PDF."""
    try:
        with path.open("rb") as file:
            return file.read(16).startswith(SCAN_STARTS)
    except OSError:
        return False


def _kept_name(path: Path) -> str:
    """Return the file's name without anything that a file's system may trip over."""
    return (
        "".join(letter if letter.isalnum() or letter in "._-" else "_" for letter in path.name)[-80:].lstrip(".")
        or "file"
    )


def _raster_facts(
    path: Path, new: NewSource, start: bytes, country: Country
) -> tuple[dict[str, Any] | None, list[Problem]]:
    if not start.startswith(TIFF_STARTS):
        return None, [problem("evidence_vector_for_raster", new.name)]
    facts, problems = inspect_raster(path, new.name, country)
    if facts is None:
        return None, problems
    band = str(new.options.get("attribute") or "1")
    if not band.isdigit() or not 1 <= int(band) <= facts.bands:
        return None, [*problems, problem("evidence_band_wrong", new.name, value=band, bands=facts.bands)]
    return {
        "raster": True,
        "rows": facts.rows,
        "columns": facts.columns,
        "band": int(band),
        "type": facts.type,
        "crs": facts.crs,
    }, problems


def _vector_facts(
    path: Path, new: NewSource, crs: NationalCrs, country: Country
) -> tuple[dict[str, Any] | None, list[Problem]]:
    vectors, problems = vectors_of(path, new.kind, new.name, new.options, crs, country)
    if vectors is None:
        return None, problems
    return {"raster": False, "features": len(vectors), "drawn_as": sorted(vectors.kinds)}, problems


def vectors_of(
    path: Path, kind: str, subject: str, options: Mapping[str, Any], crs: NationalCrs, country: Country
) -> tuple[Vectors | None, list[Problem]]:
    """Read a source's features as its kind needs them: drawn rightly, its columns there and within their bounds.

    The numbers of the kind's column, where it has one, stand in ``columns["value"]``; confidences of detections are
    shares from 0 to 1, years of use whole lives at most, weights not negative.
    """
    source = SourceKind(kind)
    column = str(options.get("attribute") or "")
    if source is SourceKind.DETECTION:
        column = str(options.get("confidence") or column)
    if source is SourceKind.YEARS_USED and not column:
        return None, [problem("evidence_attribute_missing", subject, kind=kind)]
    vectors, problems = read_vectors(path, subject, crs, country, [column] if column else [])
    if vectors is None:
        return None, problems
    wanted = DRAWN_AS.get(source)
    if wanted:
        fitting = _drawn_as(vectors, wanted)
        if not len(fitting):
            parameters = {"kind": kind, "wanted": " ".join(sorted(wanted)), "found": " ".join(sorted(vectors.kinds))}
            return None, [*problems, problem("evidence_geometry_other_kind", subject, **parameters)]
        if len(fitting) < len(vectors):
            left = len(vectors) - len(fitting)
            problems.append(problem("evidence_features_left_out", subject, count=left, reason="geometry_other_kind"))
        vectors = fitting
    if not column:
        return vectors, problems
    high = {SourceKind.DETECTION: 1.0, SourceKind.YEARS_USED: float(MOST_YEARS)}.get(source, 1e12)
    values, more = numbers_of(vectors.columns[column], column, subject, 0.0, high)
    if values is None:
        return None, problems + more
    return Vectors(vectors.geometries, {"value": values}), problems


def _drawn_as(vectors: Vectors, wanted: frozenset[str]) -> Vectors:
    import shapely

    numbers = [number for number, name in enumerate(("point", "line", "polygon")) if name in wanted]
    dimension = shapely.get_dimensions(vectors.geometries)
    return vectors.only(sum((dimension == number for number in numbers), start=dimension < -1).astype(bool))
