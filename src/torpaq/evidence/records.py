"""Minefield records: transcribed rows, by bearings and distances or off a sketch, and how each was laid on the ground.

A record is JSON (or, for bearings alone, CSV whose ``#`` lines say the rest)::

    {"record": "MF-17", "issuer": "brigade 5", "issued": "1993-05-01",
     "rows": [{"name": "A", "to_start": [LEG…], "legs": [LEG…]}],
     "attempts": [{"name": "from the sheet", "datum_operation": "15865", "lon": 46.75, "lat": 39.8265,
                   "map_scale": 50000, "declination_deg": 5.5, "pace_m": 0.75}]}

    LEG = {"bearing": 30, "bearing_unit": "deg360", "reference": "magnetic", "distance": 120, "distance_unit": "m"}

A sketch gives ``"rows": [{"name": "A", "points": [[x, y], …]}]`` and, in each attempt, ``"control": [{"x", "y", "lon",
"lat"}, …]``. Every attempt to lay the record on the ground names its datum operation (``wgs84`` for none) and has its
own error budget; what a budget leaves out is the programme's usual value.
"""

import csv
import io
import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

from torpaq.evidence.adding import NewSource
from torpaq.geo.coordinates.datum import OPERATIONS, find_operation, gauss_kruger_to_sk42, sk42_to_wgs84
from torpaq.geo.coordinates.declination import declination_deg
from torpaq.geo.crs import convergence_deg
from torpaq.geo.sketch import ControlPoint
from torpaq.geo.traverse.legs import (
    MIL_WITH_HYPHEN,
    BearingReference,
    BearingUnit,
    DistanceUnit,
    Leg,
    SolvedLeg,
    Survey,
    solved_legs,
)
from torpaq.standard.country import Country
from torpaq.standard.parameters import parameters_of
from torpaq.standard.problems import Problem, has_errors, problem

CodeT = TypeVar("CodeT", bound=StrEnum)

MOST_BYTES = 20_000_000
MOST_LEGS = 2_000
WGS84_DATUM = "wgs84"
UNSTATED_ACCURACY_M = 100.0
METRES_OF_REMARKS = ("lon", "lat", "easting_m", "northing_m", "zone", "map_scale", "declination_deg", "pace_m")
WORDS_OF_REMARKS = ("record", "issuer", "issued", "datum_operation", "grid")


@dataclass(frozen=True, slots=True)
class Budget:
    """Where the error of a row's place comes from; standard deviations an axis, metres, unless named otherwise.

    ``blunder_share`` of the attempts are out by ``blunder_m`` more, whatever else was done well.
    """

    datum_m: float
    plot_m: float
    bearing_deg: float
    distance_percent: float
    blunder_share: float
    blunder_m: float

    def sigma_m(self, walked_m: float) -> float:
        """Return the root of the sum of squares at the end of so long a walk, blunders apart."""
        turned = walked_m * math.radians(self.bearing_deg)
        return math.sqrt(self.datum_m**2 + self.plot_m**2 + turned**2 + (walked_m * self.distance_percent / 100) ** 2)


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a record: legs from the reference point to its start and along it, or points of the sketch."""

    name: str
    to_start: tuple[Leg, ...] = ()
    legs: tuple[Leg, ...] = ()
    points: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Attempt:
    """One way in which a record was laid on the ground. Places are WGS 84 degrees, moved there by ``operation``.

    ``turn`` are degrees to add to bearings from magnetic and from grid north; ``control`` ties a sketch down.
    """

    name: str
    weight: float
    operation: str
    start: tuple[float, float] | None
    magnetic_deg: float
    grid_deg: float
    pace_m: float | None
    control: tuple[tuple[float, float, float, float], ...]
    budget: Budget

    def walk(self, legs: Sequence[Leg]) -> tuple[SolvedLeg, ...]:
        """Return legs as true bearings and horizontal metres."""
        return solved_legs(Survey(tuple(legs), pace_m=self.pace_m), self.magnetic_deg, self.grid_deg)


@dataclass(frozen=True, slots=True)
class MinefieldRecord:
    """A minefield record as transcribed: ``number`` is its own, ``issuer`` whoever drew it up."""

    number: str
    issuer: str
    issued: date | None
    rows: tuple[Row, ...]
    attempts: tuple[Attempt, ...]


class _WrongError(ValueError):
    """A part of a record that cannot be read: where it is, and what would be right."""

    def __init__(self, where: str, value: object, wanted: str) -> None:
        super().__init__(where)
        self.where, self.value, self.wanted = where, str(value)[:60], wanted


def inspect_record(path: Path, new: NewSource, country: Country) -> tuple[dict[str, Any] | None, list[Problem]]:
    """Look into a minefield record's file; return the facts for its card."""
    record, problems = read_record(path, new.name, country)
    if record is None:
        return None, problems
    sigma_m = max(attempt.budget.sigma_m(_walked_m(record, attempt)) for attempt in record.attempts)
    facts = {
        "record": record.number,
        "issuer": record.issuer,
        "rows": len(record.rows),
        "attempts": len(record.attempts),
        "operations": sorted({attempt.operation for attempt in record.attempts}),
        "sigma_m": round(sigma_m, 1),
    }
    return facts, problems


def _walked_m(record: MinefieldRecord, attempt: Attempt) -> float:
    """Return the farthest walk from the reference point to the end of a row."""
    return max(
        (sum(leg.horizontal_m for leg in attempt.walk((*row.to_start, *row.legs))) for row in record.rows), default=0.0
    )


def read_record(path: Path, subject: str, country: Country) -> tuple[MinefieldRecord | None, list[Problem]]:
    """Read a minefield record from JSON or CSV; each part missing or wrong is named with what would be right."""
    try:
        data = path.read_bytes()
        if len(data) > MOST_BYTES:
            return None, [problem("evidence_file_too_large", subject, bytes=len(data), limit=MOST_BYTES)]
        text = data.decode("utf-8-sig")
        value = json.loads(text) if text.lstrip().startswith("{") else _of_csv(text)
        return _record(value, subject, country)
    except UnicodeDecodeError:
        return None, [problem("evidence_file_unreadable", subject, reason="UTF-8")]
    except json.JSONDecodeError as error:
        return None, [problem("evidence_file_unreadable", subject, reason=f"JSON, line {error.lineno}: {error.msg}")]
    except _WrongError as wrong:
        parameters = {"where": wrong.where, "value": wrong.value, "wanted": wrong.wanted}
        return None, [problem("minefield_record_wrong", subject, **parameters)]
    except OSError as error:
        return None, [problem("evidence_file_unreadable", subject, reason=error.strerror or str(error))]


def _of_csv(text: str) -> dict[str, Any]:
    """Return a CSV record as the JSON would have it: columns row, bearing, …, mined; the rest in lines with ``#``."""
    value: dict[str, Any] = {"attempts": [{}], "rows": []}
    lines = []
    for line in text.splitlines():
        name, _, said = line.lstrip("# \t").partition(" ")
        if not line.startswith("#"):
            lines += [line] if line.strip() else []
        elif name in ("record", "issuer", "issued"):
            value[name] = said.strip()
        elif name in WORDS_OF_REMARKS:
            value["attempts"][0][name] = said.strip()
        elif name in METRES_OF_REMARKS:
            value["attempts"][0][name] = _number_in(said.strip())
    rows: dict[str, dict[str, Any]] = {}
    for cells in csv.DictReader(io.StringIO("\n".join(lines))):
        name = (cells.get("row") or "1").strip()
        row = rows.setdefault(name, {"name": name, "to_start": [], "legs": []})
        leg = {key: (cells.get(key) or "").strip() for key in ("bearing", "bearing_unit", "reference", "distance_unit")}
        leg |= {
            "distance": _number_in(cells.get("distance") or ""),
            "slope_deg": _number_in(cells.get("slope_deg") or ""),
        }
        row["to_start" if (cells.get("mined") or "yes").strip() == "no" else "legs"].append(leg)
    value["rows"] = list(rows.values())
    return value


def _number_in(text: str) -> float | str | None:
    try:
        return float(text) if text.strip() else None
    except ValueError:
        return text


def _record(value: Mapping[str, Any], subject: str, country: Country) -> tuple[MinefieldRecord | None, list[Problem]]:
    if not isinstance(value, Mapping):
        raise _WrongError("record", type(value).__name__, "{…}")
    number, issuer = str(value.get("record") or "").strip(), str(value.get("issuer") or "").strip()
    for name, said in (("record", number), ("issuer", issuer)):
        if not said:
            raise _WrongError(name, "-", "MF-17" if name == "record" else "brigade 5")
    rows = tuple(_row(row, index) for index, row in enumerate(_listed(value, "rows"), 1))
    if sum(len(row.to_start) + len(row.legs) + len(row.points) for row in rows) > MOST_LEGS:
        raise _WrongError("rows", len(rows), f"≤ {MOST_LEGS}")
    issued = _day(value.get("issued"), "issued")
    attempts, problems = [], []
    for index, told in enumerate(_listed(value, "attempts"), 1):
        attempt, found = _attempt(told, f"attempts[{index}]", rows, issued, country, subject)
        problems += found
        attempts += [attempt] if attempt else []
    if has_errors(problems) or not attempts:
        return None, problems
    return MinefieldRecord(number, issuer, issued, rows, tuple(attempts)), problems


def _listed(value: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    listed = value.get(name)
    if not isinstance(listed, list) or not listed or not all(isinstance(one, Mapping) for one in listed):
        raise _WrongError(name, type(listed).__name__, "[{…}]")
    return listed


def _row(value: Mapping[str, Any], index: int) -> Row:
    where = f"rows[{index}]"
    name = str(value.get("name") or index)
    if points := value.get("points"):
        found = tuple((_number(x, f"{where}.points"), _number(y, f"{where}.points")) for x, y in _pairs(points, where))
        if len(found) < 2:
            raise _WrongError(f"{where}.points", len(found), "≥ 2")
        return Row(name, points=found)
    to_start = tuple(_leg(leg, f"{where}.to_start[{n}]") for n, leg in enumerate(value.get("to_start") or [], 1))
    legs = tuple(_leg(leg, f"{where}.legs[{n}]") for n, leg in enumerate(value.get("legs") or [], 1))
    if not legs:
        raise _WrongError(f"{where}.legs", "-", "[{bearing, bearing_unit, reference, distance, distance_unit}]")
    return Row(name, to_start, legs)


def _pairs(points: object, where: str) -> list[tuple[object, object]]:
    if not isinstance(points, list) or not all(isinstance(pair, list) and len(pair) == 2 for pair in points):
        raise _WrongError(f"{where}.points", type(points).__name__, "[[x, y], …]")
    return [(pair[0], pair[1]) for pair in points]


def _leg(value: Mapping[str, Any], where: str) -> Leg:
    if not isinstance(value, Mapping):
        raise _WrongError(where, value, "{bearing, bearing_unit, reference, distance, distance_unit}")
    unit = _code(BearingUnit, value.get("bearing_unit"), f"{where}.bearing_unit")
    bearing = value.get("bearing")
    if isinstance(bearing, str):
        hyphened = MIL_WITH_HYPHEN.fullmatch(bearing)
        is_mil = unit in (BearingUnit.MIL6000, BearingUnit.MIL6400)
        bearing = _number_in(hyphened[1] + hyphened[2] if hyphened and is_mil else bearing)
    slope = value.get("slope_deg")
    return Leg(
        bearing=_number(bearing, f"{where}.bearing", 0, unit.circle),
        bearing_unit=unit,
        reference=_code(BearingReference, value.get("reference"), f"{where}.reference"),
        distance=_number(value.get("distance"), f"{where}.distance", 0.001, 100_000),
        distance_unit=_code(DistanceUnit, value.get("distance_unit") or "m", f"{where}.distance_unit"),
        slope_deg=None if slope is None else _number(slope, f"{where}.slope_deg", -60, 60),
    )


def _code(codes: type[CodeT], value: object, where: str) -> CodeT:
    if value not in list(codes):
        raise _WrongError(where, value if value else "-", " | ".join(codes))
    return codes(str(value))


def _number(value: object, where: str, low: float = -1e9, high: float = 1e9) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not low <= value <= high:
        raise _WrongError(where, "-" if value is None else value, f"{low:g} … {high:g}")
    return float(value)


def _day(value: object, where: str) -> date | None:
    if value in (None, ""):
        return None
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", str(value)):
        raise _WrongError(where, value, "1993-05-01")
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        raise _WrongError(where, value, "1993-05-01") from None


def _attempt(
    value: Mapping[str, Any], where: str, rows: Sequence[Row], issued: date | None, country: Country, subject: str
) -> tuple[Attempt | None, list[Problem]]:
    problems: list[Problem] = []
    operation = str(value.get("datum_operation") or "").strip()
    known = find_operation(operation)
    if known is None and operation != WGS84_DATUM:
        raise _WrongError(f"{where}.datum_operation", operation or "-", " | ".join((WGS84_DATUM, *OPERATIONS)))
    is_sketch = any(row.points for row in rows)
    control = tuple(
        (*_sketch_xy(one, f"{where}.control[{n}]"), *_lonlat(one, f"{where}.control[{n}]", operation))
        for n, one in enumerate(value.get("control") or [], 1)
    )
    if is_sketch and len(control) < 3:
        raise _WrongError(f"{where}.control", len(control), "≥ 3")
    needs_start = any(row.legs for row in rows)
    start = _lonlat(value, where, operation) if needs_start else None
    if known and start and not known.covers(*start):
        problems.append(problem("minefield_record_operation_elsewhere", subject, operation=known.code))
    magnetic_deg, grid_deg, found = _norths(value, where, rows, start, issued, subject)
    problems += found
    pace_m = value.get("pace_m")
    paced = any(leg.distance_unit is DistanceUnit.PACE for row in rows for leg in (*row.to_start, *row.legs))
    if paced and pace_m is None:
        problems.append(problem("traverse_pace_missing", subject))
    if has_errors(problems):
        return None, problems
    usual = {key: float(one.value) for key, one in parameters_of(country.iso3).items() if key.startswith("record_")}
    return Attempt(
        name=str(value.get("name") or where),
        weight=_number(value.get("weight", 1), f"{where}.weight", 1e-6, 1e6),
        operation=operation,
        start=start,
        magnetic_deg=magnetic_deg,
        grid_deg=grid_deg,
        pace_m=None if pace_m is None else _number(pace_m, f"{where}.pace_m", 0.3, 1.5),
        control=control,
        budget=_budget(value, where, usual, operation, paced),
    ), problems


def _sketch_xy(value: Mapping[str, Any], where: str) -> tuple[float, float]:
    return _number(value.get("x"), f"{where}.x"), _number(value.get("y"), f"{where}.y")


def _lonlat(value: Mapping[str, Any], where: str, operation: str) -> tuple[float, float]:
    """Return a place in WGS 84 degrees; degrees and Gauss–Krüger metres are SK-42 where an operation is named."""
    known = find_operation(operation)
    if value.get("easting_m") is not None and known:
        zone = int(_number(value.get("zone"), f"{where}.zone", 1, 60))
        easting_m = _number(value.get("easting_m"), f"{where}.easting_m", 100_000, 900_000)
        northing_m = _number(value.get("northing_m"), f"{where}.northing_m", 0, 10_000_000)
        return sk42_to_wgs84(*gauss_kruger_to_sk42(easting_m, northing_m, zone), known)
    lon, lat = _number(value.get("lon"), f"{where}.lon", -180, 180), _number(value.get("lat"), f"{where}.lat", -90, 90)
    return sk42_to_wgs84(lon, lat, known) if known else (lon, lat)


def _norths(
    value: Mapping[str, Any],
    where: str,
    rows: Sequence[Row],
    start: tuple[float, float] | None,
    issued: date | None,
    subject: str,
) -> tuple[float, float, list[Problem]]:
    """Return what magnetic and grid bearings gain to be true ones, degrees."""
    references = {leg.reference for row in rows for leg in (*row.to_start, *row.legs)}
    magnetic_deg, grid_deg, problems = 0.0, 0.0, list[Problem]()
    if BearingReference.MAGNETIC in references:
        if (stated := value.get("declination_deg")) is not None:
            magnetic_deg = _number(stated, f"{where}.declination_deg", -180, 180)
        elif start is None or issued is None:
            problems.append(problem("traverse_declination_missing", subject))
        else:
            found, problems = declination_deg(*start, 0.0, issued)
            magnetic_deg = found or 0.0
    if BearingReference.GRID in references and start is not None:
        grid = str(value.get("grid") or "").strip()
        turned = convergence_deg(grid, *start) if re.fullmatch(r"EPSG:\d{4,6}", grid) else None
        if turned is None:
            problems = [*problems, problem("traverse_grid_unknown", subject, grid=grid or "-")]
        grid_deg = turned or 0.0
    return magnetic_deg, grid_deg, problems


def _budget(value: Mapping[str, Any], where: str, usual: Mapping[str, float], operation: str, paced: bool) -> Budget:
    """Return an attempt's error budget: as stated, else the operation's accuracy, the map's scale, usual values."""
    known = find_operation(operation)
    accuracy_m = known.accuracy_m if known else 0.0
    if accuracy_m >= UNSTATED_ACCURACY_M:
        accuracy_m = usual["record_datum_unstated_m"]
    scale = _number(value.get("map_scale") or usual["record_map_scale"], f"{where}.map_scale", 100, 1_000_000)
    values = {
        "datum_m": accuracy_m,
        "plot_m": usual["record_plot_mm"] * scale / 1000,
        "bearing_deg": usual["record_bearing_deg"],
        "distance_percent": usual["record_pace_percent" if paced else "record_tape_percent"],
        "blunder_share": usual["record_blunder_percent"] / 100,
        "blunder_m": usual["record_blunder_m"],
    }
    stated = value.get("budget") or {}
    if not isinstance(stated, Mapping) or not set(stated) <= set(values):
        raise _WrongError(f"{where}.budget", stated, " ".join(values))
    for name, number in stated.items():
        values[name] = _number(number, f"{where}.budget.{name}", 0, 1 if name == "blunder_share" else 100_000)
    return Budget(**values)


def control_points(attempt: Attempt, places_m: Sequence[tuple[float, float]]) -> list[ControlPoint]:
    """Return an attempt's control points with their places in metres of the national grid."""
    return [ControlPoint(x, y, *place) for (x, y, _, _), place in zip(attempt.control, places_m, strict=True)]
