"""Text pasted from a page, a letter or a workbook: points one a line, or a table of legs. Nothing in it is guessed."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from torpaq.geo.crs import NationalCrs
from torpaq.geo.files.pasted_legs import PastedLeg, leg_of, read_legs
from torpaq.geo.files.pasted_parts import (
    LONGEST_LINE,
    MOST_CELLS,
    MOST_LINES,
    LineKind,
    PastedKind,
    PastedLine,
    PastedShape,
    Row,
    Sheet,
    cut,
    extent_of,
)
from torpaq.geo.files.pasted_points import Context, context_of, read_points, ways_of
from torpaq.geo.files.pasted_words import RING_ROLES, Column
from torpaq.geo.geocheck import Extent
from torpaq.geo.polygons import shape_from_lonlat
from torpaq.standard.problems import Problem, has_errors, problem

__all__ = ["LineKind", "PastedKind", "PastedLine", "PastedShape", "read_pasted"]

REMARKS = (
    "operation",
    "start",
    "date",
    "reference",
    "bearing_unit",
    "distance_unit",
    "pace_m",
    "declination",
    "grid",
    "closing",
    "sigma_bearing_deg",
    "sigma_distance_m",
    "sigma_distance_percent",
)
"""What a line ``# name value`` may say; those of the files of ``torpaq traverse``, and ``operation`` for SK-42."""

FEWEST_CORNERS = 3
MOST_ASKED = 20


def read_pasted(
    text: str, crs: NationalCrs, extent: Extent | None, on: date, subject: str = "pasted"
) -> tuple[PastedShape, list[Problem]]:
    """Read pasted text as points or legs and say of every line how it was read.

    Points stand one a line in any notation, perhaps with a number, a name, a role (reference point, benchmark, start,
    turning, intermediate and end point), in cells or not. Legs stand under a header that names bearing and distance,
    or carry degree marks; ``on`` is the day whose magnetic declination counts where the text gives no ``# date``.
    Lines of words are skipped and told. A line that can be read in several ways is an error that names them, and so
    is one that can be read in none: with an error there is no shape. Reference points, benchmarks and evidence points
    are no corners. Never raises.
    """
    refused = _refused(text, subject)
    if refused:
        return PastedShape(text, PastedKind.UNCLEAR, ()), [refused]
    sheet = cut(text)
    problems = _told_lines(sheet, subject)
    context = context_of(sheet, extent_of(extent))
    rows = sheet.open_rows
    legs, others, asked = _sort(rows, sheet, context, subject)
    problems += asked
    if legs and not asked:
        return _legs(text, sheet, legs, others, context, (crs, extent, on, subject), problems)
    if asked:
        for leg in legs:
            leg.row.read_as = LineKind.ASKED
        return PastedShape(text, PastedKind.UNCLEAR, _all_lines(sheet, {})), problems
    outcome = read_points(sheet, rows, context, subject)
    problems += outcome.problems
    lines = _all_lines(sheet, outcome.lines)
    return _points(PastedShape(text, PastedKind.POINTS, lines), crs, extent, subject, problems)


def _refused(text: str, subject: str) -> Problem | None:
    lines = text.splitlines()
    if not text.strip("\ufeff\x00 \t\r\n"):
        return problem("pasted_empty", subject)
    longest = max(map(len, lines))
    if len(lines) > MOST_LINES or longest > LONGEST_LINE:
        limits = {"limit": MOST_LINES, "longest": longest, "length": LONGEST_LINE}
        return problem("pasted_too_long", subject, lines=len(lines), **limits)
    return None


def _told_lines(sheet: Sheet, subject: str) -> list[Problem]:
    """Tell which lines were skipped as headings, and name remarks that say nothing known."""
    skipped = [row for row in sheet.rows if row.read_as in {LineKind.HEADING, LineKind.HEADER}]
    problems = []
    if skipped:
        numbers = " ".join(str(row.number) for row in skipped[:20])
        told = " / ".join(" ".join(row.typed.split()) for row in skipped)[:120]
        problems.append(problem("pasted_lines_skipped", subject, lines=numbers, text=told))
    for name, line in sheet.remark_lines.items():
        if name not in REMARKS:
            known = " ".join(REMARKS)
            problems.append(problem("pasted_remark_unknown", subject, line=line, name=name[:40], known=known))
    wide = next((row for row in sheet.open_rows if len(row.cells) > MOST_CELLS), None)
    if wide:
        problems.append(
            problem("pasted_cells_too_many", subject, line=wide.number, cells=len(wide.cells), limit=MOST_CELLS)
        )
        for row in sheet.open_rows:
            row.read_as = LineKind.UNREAD
    return problems


def _sort(
    rows: Sequence[Row], sheet: Sheet, context: Context, subject: str
) -> tuple[list[PastedLeg], list[Row], list[Problem]]:
    """Tell legs from the other rows. Below a header that names a bearing every row that can be is a leg.

    Without one a leg needs its degree mark, and a row that is a point as well is asked.
    """
    has_header = Column.BEARING in sheet.columns and Column.DISTANCE in sheet.columns
    if not has_header and any(column in {Column.LAT, Column.LON, Column.PLACE} for column in sheet.columns):
        return [], list(rows), []
    header_at = next((row.number for row in sheet.rows if row.read_as is LineKind.HEADER), 0) if has_header else 0
    legs: list[PastedLeg] = []
    others: list[Row] = []
    asked: list[Problem] = []
    for row in rows:
        leg = leg_of(row, sheet) if row.number > header_at else ""
        if isinstance(leg, str):
            others.append(row)
            continue
        legs.append(leg)
        ways = [] if has_header or len(asked) >= MOST_ASKED else ways_of(row, sheet, context)
        if ways:
            place = ways[0].reading.candidates[0].explanation.normalised
            readings = f"{place} | {leg.bearing:g}°, {leg.distance:g} m"
            asked.append(problem("pasted_kind_unclear", subject, line=row.number, readings=readings))
    return legs, others, asked


def _all_lines(sheet: Sheet, read: dict[int, PastedLine]) -> tuple[PastedLine, ...]:
    return tuple(
        read.get(row.number) or PastedLine(row.number, row.typed, row.read_as or LineKind.UNREAD) for row in sheet.rows
    )


def _points(
    pasted: PastedShape, crs: NationalCrs, extent: Extent | None, subject: str, problems: list[Problem]
) -> tuple[PastedShape, list[Problem]]:
    """Make a ring of the points that are corners, or the one place of a text with one point."""
    if not pasted.points and not has_errors(problems):
        problems.append(problem("pasted_empty", subject))
    if has_errors(problems):
        return pasted, problems
    corners = [line for line in pasted.points if line.role in RING_ROLES]
    aside = [line.name or str(line.number) for line in pasted.points if line.role not in RING_ROLES]
    if corners and aside:
        names = ", ".join(aside)[:80]
        problems.append(problem("pasted_points_beside", subject, count=len(aside), names=names))
    places = [line.lonlat for line in corners or pasted.points if line.lonlat]
    if len(places) == 1:
        return replace(pasted, point=places[0]), problems
    if len(corners) < FEWEST_CORNERS:
        return pasted, [*problems, problem("pasted_too_few_corners", subject, count=len(corners))]
    closed = places[0] == places[-1]
    shape, found = shape_from_lonlat([[places]], crs, extent, subject, closed=closed)
    return replace(pasted, ring=tuple(places[:-1] if closed else places), shape=shape), problems + found


def _legs(
    text: str,
    sheet: Sheet,
    legs: Sequence[PastedLeg],
    others: Sequence[Row],
    context: Context,
    where: tuple[NationalCrs, Extent | None, date, str],
    problems: list[Problem],
) -> tuple[PastedShape, list[Problem]]:
    """Solve the legs from the stations that the other rows are; a row that is neither is named."""
    crs, extent, on, subject = where
    stations = [row for row in others if ways_of(row, replace(sheet, columns=[]), context)]
    for row in others:
        if row not in stations:
            wanted = leg_of(row, sheet)
            said = wanted if isinstance(wanted, str) else "lat lon"
            text_of_row = row.typed.strip()[:60]
            problems.append(problem("pasted_leg_unreadable", subject, line=row.number, text=text_of_row, wanted=said))
    outcome = read_points(replace(sheet, columns=[]), stations, context, subject)
    solved, found = read_legs(
        sheet, legs, [one for one in outcome.lines.values() if one.lonlat], crs, extent, on, subject
    )
    problems += outcome.problems + found
    shape = None if has_errors(problems) else solved.shape
    lines = _all_lines(sheet, outcome.lines | solved.lines)
    ring = solved.ring if shape else ()
    return PastedShape(text, PastedKind.LEGS, lines, ring, None, shape, solved.traverse), problems
