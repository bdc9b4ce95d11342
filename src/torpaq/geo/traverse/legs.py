"""The legs of a traverse as a record gives them: bearings and distances in the units and references of their day.

Read from CSV by :func:`read_legs_csv`, turned into true bearings and horizontal metres by :func:`solved_legs`.
"""

import csv
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import Any, TypeVar

from torpaq.geo.coordinates.notation import Extent
from torpaq.geo.coordinates.reading import read_coordinates
from torpaq.standard.problems import Problem, problem

CodeT = TypeVar("CodeT", bound=StrEnum)


class BearingUnit(StrEnum):
    """How the circle is divided (list ``bearing_unit``): a Soviet 15-00 is 90°, a NATO one 84.375°."""

    DEG360 = "deg360"
    MIL6400 = "mil6400"
    MIL6000 = "mil6000"
    GRAD400 = "grad400"

    @property
    def circle(self) -> int:
        """The number of units in a full circle."""
        return int(self.value[-4:] if self.value.startswith("mil") else self.value[-3:])


class BearingReference(StrEnum):
    """What north a bearing is counted from (list ``bearing_reference``)."""

    TRUE = "true"
    GRID = "grid"
    MAGNETIC = "magnetic"


class DistanceUnit(StrEnum):
    """What distances are counted in (list ``distance_unit``)."""

    METRE = "m"
    PACE = "pace"


class Closing(StrEnum):
    """Whether the last leg, back to the start, was measured: only then is there a misclosure to test."""

    MEASURED = "measured"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Leg:
    """One leg as recorded, clockwise from its north; ``slope_deg`` None means that the distance is horizontal."""

    bearing: float
    bearing_unit: BearingUnit
    reference: BearingReference
    distance: float
    distance_unit: DistanceUnit = DistanceUnit.METRE
    slope_deg: float | None = None

    @property
    def bearing_deg(self) -> float:
        """The bearing in degrees from its own north."""
        return self.bearing * 360 / self.bearing_unit.circle


@dataclass(frozen=True, slots=True)
class Survey:
    """A record's legs and what is said about them once: the start (WGS 84 degrees), the date, the units' sizes.

    ``declination_deg`` (east positive) overrides the magnetic model; ``grid`` is the CRS whose grid north the grid
    bearings mean; the sigmas are the a-priori standard deviations of one bearing and one distance.
    """

    legs: tuple[Leg, ...]
    start: tuple[float, float] | None = None
    on: date | None = None
    pace_m: float | None = None
    declination_deg: float | None = None
    grid: str = ""
    closing: Closing = Closing.MEASURED
    sigma_bearing_deg: float = 1.0
    sigma_distance_m: float = 0.3
    sigma_distance_percent: float = 1.0


@dataclass(frozen=True, slots=True)
class SolvedLeg:
    """One leg with its bearing from true north (0 to 360), its horizontal length and its components in metres."""

    true_bearing_deg: float
    horizontal_m: float
    east_m: float = field(init=False)
    north_m: float = field(init=False)

    def __post_init__(self) -> None:
        angle = math.radians(self.true_bearing_deg)
        object.__setattr__(self, "east_m", self.horizontal_m * math.sin(angle))
        object.__setattr__(self, "north_m", self.horizontal_m * math.cos(angle))


def solved_legs(survey: Survey, declination_deg: float = 0.0, convergence_deg: float = 0.0) -> tuple[SolvedLeg, ...]:
    """Return true bearings and horizontal distances.

    Magnetic bearings gain the declination (east positive), grid bearings the convergence (grid north east of true
    positive), paces become metres by ``survey.pace_m``, sloping distances are multiplied by the slope's cosine.
    Raises ``ValueError`` for paces without a length: :func:`read_legs_csv` has refused them.
    """
    turn = {
        BearingReference.TRUE: 0.0,
        BearingReference.MAGNETIC: declination_deg,
        BearingReference.GRID: convergence_deg,
    }
    solved = []
    for leg in survey.legs:
        distance_m = leg.distance
        if leg.distance_unit is DistanceUnit.PACE:
            if survey.pace_m is None:
                raise ValueError("paces without the length of a pace")
            distance_m *= survey.pace_m
        horizontal_m = distance_m * math.cos(math.radians(leg.slope_deg or 0.0))
        solved.append(SolvedLeg((leg.bearing_deg + turn[leg.reference]) % 360, horizontal_m))
    return tuple(solved)


REQUIRED = ("bearing", "bearing_unit", "reference", "distance", "distance_unit")
OPTIONAL = ("slope_deg",)
MIL_WITH_HYPHEN = re.compile(r"(\d{1,2})-(\d{2})", re.ASCII)
PLAIN = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)", re.ASCII)


def read_legs_csv(
    text: str, subject: str = "", extent: tuple[float, float, float, float] | None = None
) -> tuple[Survey | None, list[Problem]]:
    """Read a survey from CSV: columns bearing, bearing_unit, reference, distance, distance_unit and, if any, slope_deg.

    The delimiter is a comma, or a semicolon (then decimal commas are read as well). Mils may be written 15-00. Lines
    that begin with ``#`` say a thing once: ``# start PLACE`` (any notation; ``extent``, the country's west, south, east
    and north in degrees, tells longitude from latitude; without it plain numbers are LAT LON), ``# date 2021-05-03``,
    ``# pace_m 0.75``, ``# declination 6.35``, ``# grid EPSG:32638``, ``# closing measured|none``,
    ``# sigma_bearing_deg 1``, ``# sigma_distance_m 0.3``, ``# sigma_distance_percent 1``; other comments are left
    alone. Every wrong cell is a problem that names line, column and value; with any there is no survey.
    """
    lines = [(number, line.strip()) for number, line in enumerate(text.removeprefix("\ufeff").splitlines(), 1)]
    survey, problems = _read_remarks(lines, subject, Extent(*extent) if extent else None)
    rows = [(number, line) for number, line in lines if line and not line.startswith("#")]
    if not rows:
        return None, [*problems, problem("traverse_empty", subject)]
    delimiter = ";" if ";" in rows[0][1] else ","
    table = list(csv.reader((line for _, line in rows), delimiter=delimiter))
    header = [name.strip().lower() for name in table[0]]
    missing = [name for name in REQUIRED if name not in header]
    problems += [problem("traverse_column_missing", subject, column=name) for name in missing]
    if missing:
        return None, problems
    legs = []
    for (number, _), cells in zip(rows[1:], table[1:], strict=False):
        leg, wrong = _read_leg(header, [cell.strip() for cell in cells], number, delimiter, subject)
        problems += wrong
        if leg:
            legs.append(leg)
    survey = replace(survey, legs=tuple(legs))
    problems += _check_survey(survey, subject) if not problems else []
    return (None, problems) if problems else (survey, [])


def _read_remarks(lines: list[tuple[int, str]], subject: str, extent: Extent | None) -> tuple[Survey, list[Problem]]:
    """Read what the ``#`` lines say once."""
    survey, problems = Survey(()), []
    for number, line in lines:
        name, _, value = line.lstrip("#").strip().partition(" ")
        if not line.startswith("#") or name not in REMARKS:
            continue
        element, read, wanted = REMARKS[name]
        try:
            if name == "start":
                survey = replace(survey, start=_start(value.strip(), extent))
            else:
                survey = replace(survey, **{element: read(value.strip())})
        except ValueError:
            problems.append(
                problem("traverse_cell_unreadable", subject, row=number, column=name, text=value, wanted=wanted)
            )
    return survey, problems


class _WrongCellError(ValueError):
    """A cell that cannot be read: its column, its text and what would be right."""

    def __init__(self, column: str, text: str, wanted: str) -> None:
        super().__init__(column)
        self.column, self.text, self.wanted = column, text, wanted


def _read_leg(
    header: list[str], cells: list[str], row: int, delimiter: str, subject: str
) -> tuple[Leg | None, list[Problem]]:
    """Read one row; its first wrong cell is a problem with the row, the column, the value and what would be right."""
    if len(cells) != len(header):
        return None, [problem("traverse_row_length", subject, row=row, cells=len(cells), columns=len(header))]
    by_name = dict(zip(header, cells, strict=True))
    if delimiter == ";":
        by_name = {name: cell.replace(",", ".") for name, cell in by_name.items()}
    try:
        return _leg_of(by_name), []
    except _WrongCellError as wrong:
        where: dict[str, str | int] = {"row": row, "column": wrong.column, "text": wrong.text, "wanted": wrong.wanted}
        return None, [problem("traverse_cell_unreadable", subject, **where)]


def _leg_of(cells: Mapping[str, str]) -> Leg:
    unit = _code(BearingUnit, cells, "bearing_unit")
    bearing_text = cells["bearing"]
    hyphened = MIL_WITH_HYPHEN.fullmatch(bearing_text)
    if hyphened and unit in {BearingUnit.MIL6000, BearingUnit.MIL6400}:
        bearing_text = hyphened[1] + hyphened[2]
    return Leg(
        bearing=_number({"bearing": bearing_text}, "bearing", 0, unit.circle, f"0…{unit.circle} ({unit})"),
        bearing_unit=unit,
        reference=_code(BearingReference, cells, "reference"),
        distance=_number(cells, "distance", 0.001, 100_000, "0.001…100000"),
        distance_unit=_code(DistanceUnit, cells, "distance_unit"),
        slope_deg=_number(cells, "slope_deg", -60, 60, "-60…60") if cells.get("slope_deg") else None,
    )


def _number(cells: Mapping[str, str], column: str, low: float, high: float, wanted: str) -> float:
    text = cells[column]
    if not PLAIN.fullmatch(text) or not low <= float(text) <= high:
        raise _WrongCellError(column, text, wanted)
    return float(text)


def _code(codes: type[CodeT], cells: Mapping[str, str], column: str) -> CodeT:
    if cells[column] not in list(codes):
        raise _WrongCellError(column, cells[column], " | ".join(codes))
    return codes(cells[column])


def _remark_number(low: float, high: float) -> Callable[[str], float]:
    """Return a reader of a number between two others, both included."""
    return lambda text: _number({"": text}, "", low, high, "")


def _start(text: str, extent: Extent | None = None) -> tuple[float, float]:
    """Read a place in any notation; returns (lon, lat). Without ``extent`` two plain numbers are ``LAT LON``."""
    words = text.split()
    if extent is None and len(words) == 2 and all(PLAIN.fullmatch(word) for word in words):
        return _remark_number(-180, 180)(words[1]), _remark_number(-90, 90)(words[0])
    position = read_coordinates(text, extent).position
    if position is None:
        raise ValueError(text)
    return position


REMARKS: Mapping[str, tuple[str, Callable[[str], Any], str]] = {
    "start": ("start", _start, "LAT LON, 39.8265 46.75"),
    "date": ("on", date.fromisoformat, "2021-05-03"),
    "pace_m": ("pace_m", _remark_number(0.3, 1.5), "0.3…1.5"),
    "declination": ("declination_deg", _remark_number(-180, 180), "-180…180"),
    "grid": ("grid", str, "EPSG:32638"),
    "closing": ("closing", Closing, "measured | none"),
    "sigma_bearing_deg": ("sigma_bearing_deg", _remark_number(1e-6, 45), "0.000001…45"),
    "sigma_distance_m": ("sigma_distance_m", _remark_number(0, 100), "0…100"),
    "sigma_distance_percent": ("sigma_distance_percent", _remark_number(0, 50), "0…50"),
}
"""What a ``#`` line may say: the element of :class:`Survey` it fills, its reader, and what would be right."""


def _check_survey(survey: Survey, subject: str) -> list[Problem]:
    """Check what the legs need said once: how long a pace is, where and when north was magnetic, which grid."""
    problems = []
    references = {leg.reference for leg in survey.legs}
    if len(survey.legs) < 3:
        problems.append(problem("traverse_too_few_legs", subject, legs=len(survey.legs)))
    if survey.pace_m is None and any(leg.distance_unit is DistanceUnit.PACE for leg in survey.legs):
        problems.append(problem("traverse_pace_missing", subject))
    has_place_and_date = survey.start is not None and survey.on is not None
    if BearingReference.MAGNETIC in references and survey.declination_deg is None and not has_place_and_date:
        problems.append(problem("traverse_declination_missing", subject))
    if BearingReference.GRID in references and (survey.start is None or not survey.grid):
        problems.append(problem("traverse_grid_missing", subject))
    return problems
