"""One point a line, with or without a number, name or role, in cells or not: every line read in all ways, none guessed.

A leading number may be a point's number or its degrees: «40 39.99 46.93» is point 40, or 40°39.99′ N. What decides is
the column: the way that reads most lines is the way of all; where two ways read them all, a person is asked.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple, TypeAlias

from torpaq.geo.coordinates.datum import OPERATIONS
from torpaq.geo.coordinates.formats import to_decimal
from torpaq.geo.coordinates.notation import Extent
from torpaq.geo.coordinates.reading import Reading, read_coordinates
from torpaq.geo.coordinates.scan import EPSG_CODE, SK42_WORDS, UTM_WORD, WGS84_WORDS, make_plain
from torpaq.geo.coordinates.words import LABELS
from torpaq.geo.files.pasted_parts import LineKind, Outcome, PastedLine, Row, Sheet
from torpaq.geo.files.pasted_words import COORDINATES, Column, role_of
from torpaq.standard.problems import Problem, Severity, has_errors, problem

OPERATION_NEEDED = "coordinates_operation_needed"
OPEN_QUESTIONS = ("coordinates_ambiguous", OPERATION_NEEDED)
"""A place that is one of several is a place; every other error says that it is none."""

SAMPLE = 20
MOST_LABEL_WORDS, MOST_TAIL_WORDS = 4, 3
MOST_NAME_CELLS, MOST_PLACE_CELLS = 3, 8
SAME_DEG = 1e-7

LABEL = re.compile(r"(?:№|#|no\.?|nr\.?)?\s*\d{1,4}|.*[^\W\d_].*", re.IGNORECASE)
COMMA_NUMBER = re.compile(r"[+-]?\d+,\d+")
ANY_NUMBER = re.compile(r"\d")
PLAIN_NUMBER = re.compile(r"[+-]?\d+(?:[.,]\d+)?")
METRES = re.compile(r"\d{6,}")
ZONE = re.compile(r"(?:\butm\b\D{0,12}|\b(?:zone|zona|зона)\b\W*)(\d{1,2})\s?([c-x])?\b", re.IGNORECASE)
FIRST_CORNER = re.compile(r"\s*[AaАа](?![^\W_])")


class Context(NamedTuple):
    """What the headings say of all lines, and the country."""

    extent: Extent | None
    operation: str
    sk42: bool
    epsg: str
    zone: str
    corners: bool


Key: TypeAlias = tuple[int, int] | str
"""Which cells of a row hold the place, from and to; or ``header``, and of a row of words ``whole`` or ``labelled``."""


class Way(NamedTuple):
    """One way to read a line: which cells or words, what is left before and behind them, and the place."""

    key: Key
    before: str
    behind: str
    reading: Reading


def context_of(sheet: Sheet, extent: Extent | None) -> Context:
    """Return what headings and ``#`` lines say: datum, EPSG code or zone, and whether the corners have letters."""
    words = make_plain(" " + " ".join(sheet.headings.split()))
    zone = ZONE.search(words)
    return Context(
        extent,
        sheet.remarks.get("operation", ""),
        SK42_WORDS.search(words) is not None,
        next((group for match in EPSG_CODE.finditer(words) if (group := match.group(1))), ""),
        f"{zone[1]}{(zone[2] or '').upper()}" if zone else "",
        any(FIRST_CORNER.match(row.typed) for row in sheet.open_rows),
    )


def ways_of(row: Row, sheet: Sheet, context: Context, keys: set[Key] | None = None) -> list[Way]:
    """Return every way in which a row is a place: by the header's columns, or by any run of its cells or words.

    With ``keys`` only these ways are tried.
    """
    columns = _coordinate_columns(row, sheet)
    if columns:
        return [way for way in [_by_columns(row, sheet, columns, context)] if _is_place(way.reading)]
    if len(row.cells) == 1:
        return list(_ways_of_words(row.cells[0], context))
    found = [way for way in _ways_of_cells(row.cells, sheet, context, keys) if _is_place(way.reading)]
    return found or list(_ways_of_words("; ".join(cell for cell in row.cells if cell), context))


def read_points(sheet: Sheet, rows: Sequence[Row], context: Context, subject: str) -> Outcome:
    """Read rows as points. Those that can be read in no way, or in several, have an error that names them."""
    outcome = Outcome()
    found: dict[int, list[Way]] = {}
    keys: dict[int, set[Key]] = {}
    for size in {len(row.cells) for row in rows}:
        alike = [row for row in rows if len(row.cells) == size]
        found |= {row.number: ways_of(row, sheet, context) for row in alike[:SAMPLE]}
        keys[size] = _best_keys([found[row.number] for row in alike[:SAMPLE]])
        found |= {row.number: ways_of(row, sheet, context, keys[size]) for row in alike[SAMPLE:]}
    left_over = []
    in_sk42: list[tuple[int, Problem]] = []
    for row in rows:
        chosen = _distinct([way for way in found[row.number] if way.key in keys[len(row.cells)]])
        if not chosen:
            outcome.problems += _unreadable(row, sheet, context, subject)
            outcome.lines[row.number] = PastedLine(row.number, row.typed, LineKind.UNREAD)
            continue
        line, problems = _line(row, chosen, sheet, subject)
        outcome.lines[row.number] = line
        outcome.problems += [one for one in problems if one.code != OPERATION_NEEDED]
        in_sk42 += [(row.number, one) for one in problems if one.code == OPERATION_NEEDED]
        if ANY_NUMBER.search(chosen[0].behind):
            left_over.append((row.number, chosen[0].behind))
    if left_over:
        lines = _numbers(left_over)
        outcome.problems.append(problem("pasted_cells_not_read", subject, lines=lines, text=left_over[0][1][:40]))
    if in_sk42:
        known = " ".join(OPERATIONS)
        asked = problem("pasted_operation_needed", subject, lines=_numbers(in_sk42), known=known)
        outcome.problems += [asked, in_sk42[0][1]]
    return outcome


def _numbers(rows: Sequence[tuple[int, object]]) -> str:
    return " ".join(str(number) for number, _ in rows[:20]) + (" …" if len(rows) > 20 else "")


def _is_place(reading: Reading) -> bool:
    errors = [one for one in reading.problems if one.severity is Severity.ERROR]
    return bool(reading.candidates) and all(one.code in OPEN_QUESTIONS for one in errors)


def _read(text: str, context: Context) -> Reading:
    """Read a place with what the headings say about all places: the datum always, the zone where one is missing."""
    words = make_plain(text)
    if context.sk42 and not WGS84_WORDS.search(words) and not SK42_WORDS.search(words):
        text = f"{text} SK-42"
    reading = read_coordinates(text, context.extent, context.operation)
    if _is_place(reading) or not METRES.search(words.replace(" ", "")):
        return reading
    grids = []
    if context.epsg:
        grids.append(f"EPSG:{context.epsg}")
    if context.zone:
        grids.append(context.zone if context.zone[-1].isalpha() else f"zone {context.zone}")
    in_grids = [read_coordinates(f"{grid} {text}", context.extent, context.operation) for grid in grids]
    return next((one for one in in_grids if _is_place(one)), reading)


# By the header


def _coordinate_columns(row: Row, sheet: Sheet) -> list[int]:
    """Return the columns that the header gives to coordinates, where the row has as many cells."""
    columns = [number for number, column in enumerate(sheet.columns) if column in COORDINATES]
    axes = [sheet.columns[number] for number in columns]
    enough = len(columns) > 1 or axes == [Column.PLACE]
    return columns if enough and len(row.cells) > columns[-1] and len(row.cells) <= len(sheet.columns) else []


def _by_columns(row: Row, sheet: Sheet, columns: list[int], context: Context) -> Way:
    pieces = sorted(columns, key=lambda number: sheet.columns[number] is not Column.ZONE)
    text = "; ".join(_labelled(_decimal(row.cells[at], sheet), sheet.columns[at]) for at in pieces)
    before = [
        cell for number, cell in enumerate(row.cells) if sheet.columns[number] in {Column.NAME, Column.FROM, Column.TO}
    ]
    others = [
        cell
        for number, cell in enumerate(row.cells)
        if number not in columns and sheet.columns[number] in {None, Column.OTHER}
    ]
    return Way("header", " ".join(before), " ".join(others), _read(text, context))


def _labelled(cell: str, column: Column | None) -> str:
    """Put the axis before a cell of degrees; metres and grid references say themselves what they are."""
    if column is Column.ZONE:
        return f"zone {cell}" if cell.isdecimal() else cell
    if column in {Column.LAT, Column.LON} and not METRES.search(cell.replace(" ", "")):
        return f"{column} {cell}"
    return cell


def _decimal(cell: str, sheet: Sheet) -> str:
    """Read a comma inside a cell as a decimal comma: cells are parted by something else."""
    return cell.replace(",", ".") if sheet.separator != "," and COMMA_NUMBER.fullmatch(cell) else cell


# By runs of cells or words


def _ways_of_cells(cells: Sequence[str], sheet: Sheet, context: Context, keys: set[Key] | None) -> Iterator[Way]:
    for start in range(min(len(cells), MOST_NAME_CELLS + 1)):
        before = cells[:start]
        if not all(not cell or _may_be_label(cell, context) for cell in before):
            return
        for end in range(start + 1, min(start + MOST_PLACE_CELLS, len(cells)) + 1):
            behind = cells[end:]
            if (keys is not None and (start, end) not in keys) or any(_is_axis(cell) for cell in behind):
                continue
            run = [_decimal(cell, sheet) for cell in cells[start:end] if cell]
            numbers = all(PLAIN_NUMBER.fullmatch(cell) for cell in run)
            text = ("; " if numbers or len(run) == 2 else " ").join(run)
            if ANY_NUMBER.search(text):
                yield Way((start, end), " ".join(before).strip(), " ".join(behind).strip(), _read(text, context))


def _ways_of_words(text: str, context: Context) -> Iterator[Way]:
    """Yield the line as a whole and without its label; without words behind it only where neither is a place."""
    words = text.split()
    for tail in range(min(MOST_TAIL_WORDS, len(words) - 1) + 1):
        behind = words[len(words) - tail :]
        if any(ANY_NUMBER.search(word) or _is_axis(word) for word in behind):
            return
        found = list(_ways_with_tail(words[: len(words) - tail], " ".join(behind), context))
        if found:
            yield from found
            if not any(way.key == "labelled" for way in found):
                yield from (way._replace(key="labelled") for way in found)
            return


def _ways_with_tail(words: Sequence[str], behind: str, context: Context) -> Iterator[Way]:
    for count in range(min(MOST_LABEL_WORDS, len(words) - 1) + 1):
        label = " ".join(words[:count])
        if count and not _may_be_label(label, context):
            continue
        way = Way("labelled" if count else "whole", label, behind, _read(" ".join(words[count:]), context))
        if _is_place(way.reading):
            yield way


def _may_be_label(text: str, context: Context) -> bool:
    """Say whether words may name a point: no decimals, no datum, no axis unless the corners are lettered from A."""
    words = make_plain(text)
    if any(pattern.search(words) for pattern in (SK42_WORDS, WGS84_WORDS, EPSG_CODE, UTM_WORD, ZONE)):
        return False
    if re.search(r"\d[.,]\d|[°'\"]", words) or not LABEL.fullmatch(words.strip(" .:)(-")):
        return False
    return context.corners or not _is_axis(text)


def _is_axis(text: str) -> bool:
    return make_plain(text).strip(" .:)(-") in LABELS


# Which way


def _best_keys(rows: Sequence[Sequence[Way]]) -> set[Key]:
    """Return the ways that read the most rows, without those that only leave numbers unread."""
    counts = Counter(key for ways in rows for key in {way.key for way in ways})
    most = max(counts.values(), default=0)
    keys = {key for key, count in counts.items() if count == most}
    wasteful = {way.key for ways in rows for way in ways if ANY_NUMBER.search(way.behind)}
    return keys - wasteful or keys


def _distinct(ways: Sequence[Way]) -> list[Way]:
    """Drop the ways that put the line where an earlier one does; the one that names it comes first."""
    kept: list[Way] = []
    for way in sorted(ways, key=lambda one: (not one.before, len(one.behind))):
        if not any(_is_same(way.reading, other.reading) for other in kept):
            kept.append(way)
    return kept


def _is_same(one: Reading, other: Reading) -> bool:
    here, there = ([(round(c.lon / SAME_DEG), round(c.lat / SAME_DEG)) for c in r.candidates] for r in (one, other))
    return set(here) == set(there)


def _line(row: Row, ways: Sequence[Way], sheet: Sheet, subject: str) -> tuple[PastedLine, list[Problem]]:
    """Return the point that a row is, or the question between several."""
    way = ways[0]
    where = f"{subject} L{row.number}"
    if len(ways) > 1 or way.reading.position is None:
        asked = PastedLine(row.number, row.typed, LineKind.ASKED)
        readings = "; ".join(_told(one) for one in ways)
        ambiguous = problem("pasted_line_ambiguous", subject, line=row.number, readings=readings[:300])
        told = [] if len(ways) > 1 else _told_problems(way.reading, where)
        only_datum = bool(told) and all(one.code == OPERATION_NEEDED for one in told if has_errors([one]))
        return asked, told if only_datum else [ambiguous, *told]
    (candidate,) = way.reading.candidates
    role = _role(row, way, sheet)
    name = way.before.strip(" .:)(-–—")
    line = PastedLine(
        row.number, row.typed, LineKind.POINT, name, role, (candidate.lon, candidate.lat), candidate.explanation
    )
    return line, _told_problems(way.reading, where)


def _role(row: Row, way: Way, sheet: Sheet) -> str:
    """Return the role that a column of roles, the name or the words behind the place say."""
    at = sheet.columns.index(Column.ROLE) if Column.ROLE in sheet.columns else -1
    if way.key == "header" and 0 <= at < len(row.cells):
        return role_of(row.cells[at])
    return role_of(way.before) or role_of(way.behind)


def _told(way: Way) -> str:
    places = [f"{c.explanation.normalised} = {to_decimal(c.lon, c.lat, 5)}" for c in way.reading.candidates]
    label = f"«{way.before}» " if way.before else ""
    return label + " | ".join(dict.fromkeys(places))


def _told_problems(reading: Reading, where: str) -> list[Problem]:
    return [problem(one.code, where, **one.parameters) for one in reading.problems]


def _unreadable(row: Row, sheet: Sheet, context: Context, subject: str) -> list[Problem]:
    """Say that a line is no point, and why the likeliest way to read it fails."""
    columns = _coordinate_columns(row, sheet)
    if columns:
        reading = _by_columns(row, sheet, columns, context).reading
    else:
        words = " ".join(row.cells).split()
        reading = _read(" ".join(words), context)
        if len(words) > 1 and _may_be_label(words[0], context):
            reading = _read(" ".join(words[1:]), context)
    unread = problem("pasted_line_unreadable", subject, line=row.number, text=row.typed.strip()[:60])
    return [unread, *_told_problems(reading, f"{subject} L{row.number}")]
