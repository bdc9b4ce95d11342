"""A table of legs as pasted: bearings and distances between named points, solved by the traverse that records are.

What the table does not say is asked: which north, which mils, where it starts. A ``#`` line answers, as in the files
of :func:`torpaq.geo.traverse.legs.read_legs_csv`: ``# reference magnetic``, ``# bearing_unit mil6000``.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise, takewhile
from typing import NamedTuple

from torpaq.geo.coordinates.reading import read_coordinates
from torpaq.geo.crs import NationalCrs
from torpaq.geo.files.pasted_parts import (
    LineKind,
    PastedLine,
    Place,
    Row,
    Sheet,
    extent_of,
)
from torpaq.geo.files.pasted_words import (
    MILS,
    Column,
    bearing_unit_of,
    distance_unit_of,
    plain,
    reference_of,
    role_of,
)
from torpaq.geo.geocheck import Extent
from torpaq.geo.shape import Shape
from torpaq.geo.traverse.legs import BearingReference, BearingUnit, Closing, DistanceUnit, Leg, Survey, read_legs_csv
from torpaq.geo.traverse.solution import TRAVERSE_LIMITS, Traverse, solve_traverse, traverse_as_shape
from torpaq.standard.problems import Problem, has_errors, problem

NUMBER = r"\d+(?:[.,]\d+)?"
DEGREES = rf"{NUMBER}\s*[°º˚](?:\s*{NUMBER}\s*['′’](?:\s*{NUMBER}\s*(?:[\"″”]|''))?)?"
MARKED_LEG = re.compile(
    rf"(?P<names>.*?)[\s:;,|]*(?<![\d.,])(?P<bearing>{DEGREES}|\d{{1,2}}-\d{{2}})[\s;,|/]+(?P<distance>{NUMBER})"
    r"\s*(?P<unit>m|м|met(?:re|er|r)\w*|метр\w*|paces?|addım\w*|шаг\w*)?\.?",
    re.IGNORECASE,
)
BEARING = re.compile(
    rf"(?P<degrees>{NUMBER})\s*(?P<mark>[°º˚])?\s*(?:(?P<minutes>{NUMBER})\s*['′’]\s*"
    rf"(?:(?P<seconds>{NUMBER})\s*(?:[\"″”]|''))?)?\s*(?:mils?|gon|grads?|dərəcə|градус\w*|deg\w*)?\.?",
    re.IGNORECASE,
)
HYPHENED = re.compile(r"\d{1,2}-\d{2}")
DISTANCE = re.compile(rf"(?P<value>{NUMBER})\s*(?P<unit>[^\W\d_]+)?\.?")
ARROW = re.compile(r"\s*(?:→|➔|[-—–=]>)\s*|\s+[-–—]\s+")
ORDINAL = re.compile(r"^\d+[.)]\s+")
TIGHT = re.compile(r"(\d+|[^\W\d_]+\d*)[-–—](\d+|[^\W\d_]+\d*)")
TWO_WORDS = re.compile(r"([^\W\d_]{1,3}\d*) ([^\W\d_]{1,3}\d*)")
REFERENCE_ROLES = ("reference", "benchmark")
SURVEY_REMARKS = (
    "date",
    "pace_m",
    "declination",
    "grid",
    "sigma_bearing_deg",
    "sigma_distance_m",
    "sigma_distance_percent",
)
FEWEST_LEGS = 3
COLUMNS = "bearing;bearing_unit;reference;distance;distance_unit;slope_deg"


@dataclass(frozen=True, slots=True)
class PastedLeg:
    """One leg as pasted: where from and to (empty where not said), bearing in its unit, distance, slope."""

    row: Row
    start: str
    end: str
    bearing: float
    bearing_unit: BearingUnit | None
    hyphened: bool
    distance: float
    distance_unit: DistanceUnit | None
    slope: str = ""


@dataclass(frozen=True, slots=True)
class SolvedLegs:
    """What legs give: their lines by number, the boundary if they could be solved, the traverse with its misclosure."""

    lines: dict[int, PastedLine]
    ring: tuple[Place, ...] = ()
    shape: Shape | None = None
    traverse: Traverse | None = None


class Chain(NamedTuple):
    """How many legs lead to the boundary, and whether the rest returns to its start; None where nothing says so."""

    approach: int
    closing: Closing | None


def leg_of(row: Row, sheet: Sheet) -> PastedLeg | str:
    """Return the leg that a row is, by the header's columns or by its degree mark; else what would be right."""
    if Column.BEARING in sheet.columns and Column.DISTANCE in sheet.columns:
        return _leg_by_columns(row, sheet)
    match = MARKED_LEG.fullmatch(" ; ".join(row.cells) if len(row.cells) > 1 else row.typed.strip())
    if not match:
        return "A → B 45.5° 120 m"
    return _leg(row, _ends(match["names"]), match["bearing"], f"{match['distance']} {match['unit'] or ''}", "")


def read_legs(
    sheet: Sheet,
    legs: Sequence[PastedLeg],
    stations: Sequence[PastedLine],
    crs: NationalCrs,
    extent: Extent | None,
    on: date,
    subject: str,
) -> tuple[SolvedLegs, list[Problem]]:
    """Solve legs from the station where they begin; ``on`` is the date whose declination counts if none is stated.

    Every question that the table leaves open is asked at once; only a table without any is solved.
    """
    chain, problems = _chain(legs, sheet, subject)
    start, found = _start(sheet, legs, stations, extent, subject)
    problems += found
    survey, found = _survey(sheet, legs, start, on, subject)
    problems += found
    if survey is None or start is None or has_errors(problems):
        return SolvedLegs(_lines(legs, survey)), problems
    solved, found = _solved(survey, chain, subject)
    problems += found
    if solved is None or has_errors(found):
        return SolvedLegs(_lines(legs, survey), traverse=solved), problems
    shape, found = traverse_as_shape(solved, crs, extent, subject)
    points = solved.adjusted[:-1] if solved.adjusted else solved.raw
    places = [solved.survey.start, *(point.lonlat for point in points)]
    ring = tuple(place for place in places if place)
    return SolvedLegs(_lines(legs, survey), ring, shape, solved), problems + found


# One row


def _leg_by_columns(row: Row, sheet: Sheet) -> PastedLeg | str:
    cells = dict(zip(sheet.columns, row.cells, strict=False))
    ends = cells.get(Column.FROM, ""), cells.get(Column.TO, "")
    if not any(ends):
        ends = _ends(cells.get(Column.NAME, ""))
    elif Column.TO not in cells:
        ends = _ends(ends[0])
    slope = cells.get(Column.SLOPE, "")
    return _leg(row, ends, cells.get(Column.BEARING, ""), cells.get(Column.DISTANCE, ""), slope)


def _ends(names: str) -> tuple[str, str]:
    """Return from and to out of names in cells, around an arrow or a dash; one name alone is where from."""
    parts = [part.strip() for part in names.split(";") if part.strip(" ,:|")] or [""]
    if len(parts) > 1 and not (parts[0].isdecimal() and ARROW.search(parts[-1])):
        return parts[-2], parts[-1]
    text = ORDINAL.sub("", parts[-1].strip(" ,:|"))
    arrow = ARROW.split(text)
    pair = TIGHT.fullmatch(text) or TWO_WORDS.fullmatch(text)
    if len(arrow) == 2:
        return arrow[0], arrow[1]
    if pair and pair[1].isdecimal() == pair[2].isdecimal():  # TP-1 is one name, 1-2 and SP-TP1 are two
        return pair[1], pair[2]
    return text, ""


def _leg(row: Row, ends: tuple[str, str], bearing: str, distance: str, slope: str) -> PastedLeg | str:
    angle, length = _angle(bearing.strip()), DISTANCE.fullmatch(distance.strip())
    if angle is None:
        return "45.5° | 45°30′ | 15-00"
    unit = distance_unit_of(length["unit"] or "") if length else None
    if not length or (length["unit"] and not unit):
        return "120.5 m"
    value, bearing_unit, hyphened = angle
    slope = slope.replace(",", ".").strip(" °")
    metres = _number(length["value"])
    return PastedLeg(row, *ends, value, bearing_unit, hyphened, metres, unit, slope)


def _angle(text: str) -> tuple[float, BearingUnit | None, bool] | None:
    """Read a bearing: a number, degrees with minutes and seconds, or mils written 15-00."""
    if HYPHENED.fullmatch(text):
        return float(text.replace("-", "")), None, True
    match = BEARING.fullmatch(text)
    if not match:
        return None
    minutes, seconds = _number(match["minutes"] or "0"), _number(match["seconds"] or "0")
    if minutes >= 60 or seconds >= 60:
        return None
    unit = bearing_unit_of(text) or (BearingUnit.DEG360 if match["mark"] or match["minutes"] else None)
    return _number(match["degrees"]) + minutes / 60 + seconds / 3600, unit, False


def _number(text: str) -> float:
    return float(text.replace(",", "."))


# The survey


def _survey(
    sheet: Sheet, legs: Sequence[PastedLeg], start: Place | None, on: date, subject: str
) -> tuple[Survey | None, list[Problem]]:
    """Return the legs as the traverse takes them; what the table leaves open is asked, what is assumed is told."""
    problems = []
    stated = sheet.remarks.get("reference", "")
    reference = BearingReference(stated) if stated in list(BearingReference) else reference_of(sheet.headings)
    if reference is None:
        problems.append(problem("pasted_bearing_reference_missing", subject))
    units, found = _bearing_units(sheet, legs, subject)
    distances, told = _distance_units(sheet, legs, subject)
    problems += found + told
    if reference is None or units is None:
        return None, problems
    place = [f"# start {start[1]:.9f} {start[0]:.9f}"] if start else []
    said = {"date": on.isoformat()} | {name: sheet.remarks[name] for name in SURVEY_REMARKS if name in sheet.remarks}
    rows = [
        f"{leg.bearing!r};{unit};{reference};{leg.distance!r};{distance};{leg.slope}"
        for leg, unit, distance in zip(legs, units, distances, strict=True)
    ]
    table = [COLUMNS, *rows, *(f"# {name} {value}" for name, value in said.items()), *place]
    numbers = [0, *(leg.row.number for leg in legs), *(sheet.remark_lines.get(name, 0) for name in said), 0]
    survey, found = read_legs_csv("\n".join(table), subject)
    if start is None:  # asked already
        found = [one for one in found if one.code not in {"traverse_declination_missing", "traverse_grid_missing"}]
    return survey, problems + [_at_line(one, numbers, subject) for one in found]


def _at_line(found: Problem, numbers: Sequence[int], subject: str) -> Problem:
    """Name the pasted line instead of the line of the table made from it."""
    row = found.parameters.get("row")
    if not isinstance(row, int):
        return found
    return problem(found.code, subject, **{**found.parameters, "row": numbers[row - 1]})


def _bearing_units(
    sheet: Sheet, legs: Sequence[PastedLeg], subject: str
) -> tuple[list[BearingUnit] | None, list[Problem]]:
    """Return the unit of each bearing: what its cell says, or the headings; degrees where all can be, which is told."""
    stated = sheet.remarks.get("bearing_unit", "")
    said = BearingUnit(stated) if stated in list(BearingUnit) else bearing_unit_of(sheet.headings)
    mils = said in {BearingUnit.MIL6000, BearingUnit.MIL6400}
    units = [leg.bearing_unit or said for leg in legs]
    odd = [
        leg
        for leg, unit in zip(legs, units, strict=True)
        if (leg.hyphened and not mils) or (said and unit is not said) or (unit is None and leg.bearing > 360)
    ]
    if not odd and None not in units:
        return [unit for unit in units if unit], []
    if odd or MILS.search(plain(sheet.headings)):
        leg = odd[0] if odd else legs[0]
        text = leg.row.typed.strip()[:60]
        return None, [problem("pasted_bearing_unit_missing", subject, line=leg.row.number, text=text)]
    return [unit or BearingUnit.DEG360 for unit in units], [problem("pasted_degrees_assumed", subject)]


def _distance_units(sheet: Sheet, legs: Sequence[PastedLeg], subject: str) -> tuple[list[DistanceUnit], list[Problem]]:
    """Return the unit of each distance: what its cell says, or the column's header; else metres, which is told."""
    stated = sheet.remarks.get("distance_unit", "")
    at = sheet.columns.index(Column.DISTANCE) if Column.DISTANCE in sheet.columns else -1
    header = sheet.header[at] if at >= 0 else ""
    said = DistanceUnit(stated) if stated in list(DistanceUnit) else distance_unit_of(header)
    open_ones = said is None and any(leg.distance_unit is None for leg in legs)
    told = [problem("pasted_metres_assumed", subject)] if open_ones else []
    return [leg.distance_unit or said or DistanceUnit.METRE for leg in legs], told


def _lines(legs: Sequence[PastedLeg], survey: Survey | None) -> dict[int, PastedLine]:
    """Return each leg's line, with the leg as solved where the whole table could be read."""
    solved: Sequence[Leg | None] = survey.legs if survey else [None] * len(legs)
    return {
        leg.row.number: PastedLine(
            leg.row.number,
            leg.row.typed,
            LineKind.LEG,
            " → ".join(name for name in (leg.start, leg.end) if name),
            role_of(leg.end or leg.start),
            leg=read,
        )
        for leg, read in zip(legs, solved, strict=True)
    }


# Where they lead


def _chain(legs: Sequence[PastedLeg], sheet: Sheet, subject: str) -> tuple[Chain, list[Problem]]:
    """Check that each leg begins where the last one ended, and find where the boundary begins and whether it closes."""
    problems = []
    for before, leg in pairwise(legs):
        if before.end and leg.start and plain(before.end) != plain(leg.start):
            if len({plain(one.start) for one in legs}) == 1:
                return Chain(0, None), [problem("pasted_legs_radial", subject, name=leg.start[:40])]
            names = {"expected": before.end[:40], "found": leg.start[:40]}
            problems.append(problem("pasted_legs_broken", subject, line=leg.row.number, **names))
    starts, last = [plain(leg.start) for leg in legs], plain(legs[-1].end)
    if last and last in starts:
        return Chain(starts.index(last), Closing.MEASURED), problems
    leading = takewhile(lambda leg: role_of(leg.start) in REFERENCE_ROLES, legs)
    stated = sheet.remarks.get("closing", "")
    closing = Closing(stated) if stated in list(Closing) else Closing.NONE if last else None
    return Chain(len(list(leading)), closing), problems


def _start(
    sheet: Sheet, legs: Sequence[PastedLeg], stations: Sequence[PastedLine], extent: Extent | None, subject: str
) -> tuple[Place | None, list[Problem]]:
    """Return the place where the first leg begins: a ``# start`` line, or the station of its name or role."""
    if "start" in sheet.remarks:
        reading = read_coordinates(sheet.remarks["start"], extent_of(extent))
        if reading.position:
            return reading.position, list(reading.problems)
        line, text = sheet.remark_lines["start"], sheet.remarks["start"][:60]
        return None, [problem("pasted_line_unreadable", subject, line=line, text=text), *reading.problems]
    name = legs[0].start
    named = [one for one in stations if name and plain(one.name) == plain(name)]
    of_role = [one for one in stations if name and role_of(name) and one.role == role_of(name)]
    starts = [one for one in stations if one.role == "start" and role_of(name) not in REFERENCE_ROLES]
    fitting = named or of_role or starts or ([] if name else list(stations))
    if len(fitting) == 1:
        return fitting[0].lonlat, []
    return None, [problem("pasted_start_missing", subject, name=name[:40] or "1")]


def _solved(survey: Survey, chain: Chain, subject: str) -> tuple[Traverse | None, list[Problem]]:
    """Walk to the boundary and round it; the misclosure is that of the boundary's legs."""
    start = survey.start
    problems: list[Problem] = []
    if chain.approach:
        lead, problems = solve_traverse(
            replace(survey, legs=survey.legs[: chain.approach], closing=Closing.NONE), subject
        )
        problems = [one for one in problems if one.code != "traverse_not_closed"]
        if lead is None:
            return None, problems
        start = lead.raw[-1].lonlat
    legs = survey.legs[chain.approach :]
    if len(legs) < FEWEST_LEGS:
        return None, [*problems, problem("traverse_too_few_legs", subject, legs=len(legs))]
    closing = chain.closing or Closing.MEASURED
    solved, found = solve_traverse(replace(survey, legs=legs, start=start, closing=closing), subject)
    misclosure = solved.misclosure if solved else None
    if chain.closing is None and misclosure and misclosure.ratio < TRAVERSE_LIMITS.refuse_ratio:
        found = [problem("pasted_closing_unclear", subject, gap_m=round(misclosure.distance_m, 1))]
    return solved, problems + found
