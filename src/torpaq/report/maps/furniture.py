"""What stands beside the map: title, scale, legend, locator, grid and datum, code of the record, signatures."""

import math
from collections.abc import Callable, Sequence

import segno
import shapely

from torpaq.report.maps.frame import MM_PER_M, Frame, Rect, grid_of
from torpaq.report.maps.grid import grid_in, squares_in, zone_name
from torpaq.report.maps.sheet import LonLat, Sheet
from torpaq.report.maps.svg import INK, Spot, box, circle, element, line, lines_of_text, path_of, text
from torpaq.report.maps.symbols import AREAS, LINES, POINTS, area_path
from torpaq.report.typeface import wrap
from torpaq.report.wording import Words

PAD = 2.2


def title_block(sheet: Sheet, rect: Rect, words: Words) -> str:
    """Draw what the sheet is, of which task, who made it and when, and of which day its data are."""
    inner = rect.inner(PAD)
    drawn = box(rect.x, rect.y, rect.width, rect.height)
    title, y = lines_of_text(inner.x, inner.y + 3.4, sheet.title, 4.0, inner.width, 2, bold=True)
    rows = [
        ("map_number", sheet.number),
        ("task", sheet.task),
        ("author", sheet.author),
        ("made_at", words.moment(sheet.made_at)),
        ("data_on", words.day(sheet.data_on)),
    ]
    drawn += title
    y += 1.2
    for key, value in rows:
        label = words.say(key)
        drawn += text(inner.x, y, label, 2.1, ink="#444444")
        lines = wrap(value, 2.4, inner.width * 0.58, 1)
        drawn += text(inner.x + inner.width * 0.42, y, lines[0] if lines else "–", 2.4, bold=key == "task")
        y += 3.5
    said, _ = lines_of_text(inner.x, min(y + 0.8, inner.bottom - 2.6), sheet.classification, 2.3, inner.width, 2, True)
    return drawn + said


def scale_bar(frame: Frame, rect: Rect, words: Words) -> str:
    """Draw the ratio and a bar of round metres, black and white in turn."""
    inner = rect.inner(PAD)
    length_m = _round_length_m((inner.width - 12) * frame.scale / MM_PER_M)
    length, parts = length_m * MM_PER_M / frame.scale, 4
    drawn = box(rect.x, rect.y, rect.width, rect.height)
    drawn += text(inner.x, inner.y + 2.2, f"{words.say('scale')} 1:{words.number(frame.scale)}", 2.9, bold=True)
    y = rect.bottom - 5.6
    for number in range(parts):
        fill = INK if number % 2 == 0 else "#ffffff"
        drawn += box(inner.x + 1 + number * length / parts, y, length / parts, 1.3, 0.2, fill)
    for number in range(0, parts + 1, 2):
        unit = f"\u00a0{words.say('unit_m')}" if number == parts else ""
        metres = words.number(length_m * number / parts)
        drawn += text(
            inner.x + 1 + number * length / parts, y + 3.7, metres + unit, 2.1, "middle" if number else "start"
        )
    return f'<g class="scale-bar">{drawn}</g>'


def _round_length_m(most_m: float) -> int:
    """Return the largest of 1, 2, 4 or 8 times a power of ten, in metres, that is not longer."""
    steps: list[int] = [factor * 10**power for power in range(7) for factor in (1, 2, 4, 8)]
    return max(step for step in steps if step <= most_m or step == 1)


def legend(sheet: Sheet, frame: Frame, rect: Rect, words: Words) -> str:
    """Explain what is shown and nothing else; the points' coordinates where there is room."""
    inner = rect.inner(PAD)
    drawn = box(rect.x, rect.y, rect.width, rect.height)
    drawn += text(inner.x, inner.y + 2, words.say("legend"), 2.5, bold=True)
    kinds = [kind for kind in AREAS if any(area.kind == kind for area in sheet.areas)]
    entries = [("area", kind) for kind in kinds]
    entries += [("line", kind) for kind in LINES if any(one.kind == kind for one in sheet.lines)]
    entries += [("point", kind) for kind in reversed(list(POINTS)) if any(one.kind == kind for one in sheet.points)]
    columns = 1 if len(entries) * ROW <= inner.height - 5 else 2
    rows = -(-len(entries) // columns)
    step = min(ROW, (inner.height - 5) / max(rows, 1))
    wide = inner.width / columns
    for number, (sort, kind) in enumerate(entries):
        x, y = inner.x + number // rows * wide, inner.y + 5.6 + number % rows * step
        drawn += _key(sort, kind, x, y)
        size = min(2.3 if columns == 1 else 1.9, step * 0.46)
        lines = wrap(words.say(f"map_{kind}"), size, wide - 10, 2)
        top = y + size * 0.36 - (len(lines) - 1) * size * 0.58
        drawn += "".join(text(x + 9, top + at * size * 1.16, one, size) for at, one in enumerate(lines))
    used = inner.y + 5.6 + rows * step
    return drawn + point_table(sheet, frame, Rect(inner.x, used, inner.width, inner.bottom - used), words)


TABLE_POINTS = ("reference", "benchmark", "start", "turning", "intermediate", "end")


def point_table(sheet: Sheet, frame: Frame, rect: Rect, words: Words) -> str:
    """Write the points' eastings and northings where the box has room for all of them, else where they are found."""
    shown = [point for point in sheet.points if point.kind in TABLE_POINTS and point.label]
    if not shown:
        return ""
    columns = 2 if rect.width > 75 else 1
    rows = -(-len(shown) // columns)
    if 3 + rows * TABLE_ROW > rect.height:
        if rect.height < 3:
            return ""
        note, _ = lines_of_text(rect.x, rect.bottom - 0.6, words.say("points_elsewhere", count=len(shown)), 2.0,
                                rect.width, 1)  # fmt: skip
        return note
    drawn = text(rect.x, rect.y + 2, words.say("points_in_grid", zone=zone_name(frame)), 2.1, bold=True)
    for number, point in enumerate(shown):
        x = rect.x + number // rows * rect.width / columns
        y = rect.y + 4.6 + number % rows * TABLE_ROW
        easting, northing = grid_of((point.lon, point.lat), frame.zone)
        drawn += text(x, y, wrap(point.label, 1.9, 17, 1)[0], 1.9)
        drawn += text(x + 18, y, f"{easting:.1f}  {northing:.1f}", 1.9)
    return drawn


ROW = 4.1
TABLE_ROW = 2.7


def _key(sort: str, kind: str, x: float, y: float) -> str:
    if sort == "area":
        style = AREAS[kind]
        corners = [(x, y - 1.5), (x + 7, y - 1.5), (x + 7, y + 1.5), (x, y + 1.5)]
        letters = text(x + 3.5, y + 0.75, style.letters, 2.0, "middle", bold=True, halo=True) if style.letters else ""
        return area_path(style, path_of([corners])) + letters
    if sort == "line":
        ink, width, dash = LINES[kind]
        return line((x, y), (x + 7, y), width, ink, dash)
    return POINTS[kind](x + 3.5, y)


def locator(sheet: Sheet, middle: LonLat, rect: Rect, words: Words) -> str:
    """Draw the country's units in small and where in it the sheet lies."""
    if sheet.locator is None:
        return box(rect.x, rect.y, rect.width, rect.height)
    inner = rect.inner(PAD)
    drawn = box(rect.x, rect.y, rect.width, rect.height)
    drawn += text(inner.x, inner.y + 2, words.say("locator"), 2.3, bold=True)
    ground = Rect(inner.x, inner.y + 4, inner.width, inner.height - 9)
    shown = {code: _simple(polygons) for code, polygons in sheet.locator.units.items()}
    place = _small_map([shape for shape in shown.values() if not shape.is_empty], middle, ground)
    for code, shape in shown.items():
        rings = [[place(*at[:2]) for at in part.exterior.coords] for part in _parts(shape)]
        here = code == sheet.locator.here
        if rings:
            drawn += element("path", d=path_of(rings), fill="#c9c9c9" if here else "#f5f5f5", stroke="#666666",
                             stroke_width=0.1)  # fmt: skip
    x, y = place(*middle)
    drawn += line((x - 2, y), (x + 2, y), 0.3) + line((x, y - 2), (x, y + 2), 0.3) + circle(x, y, 1.2, "none", 0.35)
    name, _ = lines_of_text(inner.x, inner.bottom - 2.4, sheet.locator.name, 2.1, inner.width, 2)
    return drawn + name


def _simple(polygons: Sequence[Sequence[Sequence[LonLat]]]) -> shapely.Geometry:
    shapes = [shapely.Polygon(rings[0]) for rings in polygons if len(rings[0]) > 3]
    return shapely.simplify(shapely.multipolygons(shapes), 0.012)


def _parts(shape: shapely.Geometry) -> list[shapely.Polygon]:
    return [part for part in shapely.get_parts(shape).tolist() if not part.is_empty]


def _small_map(shapes: Sequence[shapely.Geometry], middle: LonLat, ground: Rect) -> Callable[[float, float], Spot]:
    """Return how (lon, lat) fall into a little map of all shapes: degrees, squeezed at the middle's latitude."""
    west, south, east, north = shapely.total_bounds(shapes) if shapes else (*middle, *middle)
    squeeze = math.cos(math.radians(middle[1]))
    step = min(ground.width / max((east - west) * squeeze, 0.01), ground.height / max(north - south, 0.01))
    left = ground.x + (ground.width - (east - west) * squeeze * step) / 2

    def place(lon: float, lat: float) -> Spot:
        return left + (lon - west) * squeeze * step, ground.y + (north - lat) * step

    return place


def projection_note(frame: Frame, sheet: Sheet, rect: Rect, words: Words) -> str:
    """Say grid, datum and unit of the numbers round the map, and print the record's address as a code."""
    inner = rect.inner(PAD)
    side = min(inner.height, 22.0) if sheet.address else 0.0
    drawn = box(rect.x, rect.y, rect.width, rect.height)
    grid = grid_in(frame)
    said = [
        words.say("projection_is", zone=zone_name(frame)),
        words.say("datum_is"),
        words.say("squares_are", squares=squares_in(frame)),
        words.say("grid_every", step=words.quantity(grid.step_m, "m")),
    ]
    y = inner.y + 2
    for sentence in said:
        more, y = lines_of_text(inner.x, y, sentence, 2.1, inner.width - side - 2, 3)
        drawn += more
        y += 0.5
    return drawn + (record_code(sheet.address, inner.right - side, inner.y, side) if sheet.address else "")


def record_code(address: str, x: float, y: float, side: float) -> str:
    """Draw an address as a QR code (ISO/IEC 18004, level M) with its quiet zone, in a square of ``side``."""
    code = segno.make(address, error="m", micro=False)
    rows = [list(row) for row in code.matrix_iter(border=4)]
    step = side / len(rows)
    dark = [
        f"M{x + column * step:.3f} {y + row * step:.3f}h{step:.3f}v{step:.3f}h-{step:.3f}Z"
        for row, cells in enumerate(rows)
        for column, cell in enumerate(cells)
        if cell
    ]
    path = element("path", d="".join(dark), fill="#000000", shape_rendering="crispEdges")
    return f'<g class="record-code">{box(x, y, side, side, 0, "#ffffff")}{path}</g>'


def signature_boxes(sheet: Sheet, rect: Rect, words: Words) -> str:
    """Draw a box for each who signs: name, signature, date."""
    drawn = box(rect.x, rect.y, rect.width, rect.height)
    names = sheet.signatures
    if not names:
        return drawn
    wide = rect.width / len(names)
    for number, name in enumerate(names):
        x = rect.x + number * wide
        drawn += box(x, rect.y, wide, rect.height) if number else ""
        said, _ = lines_of_text(x + 1.5, rect.y + 3.2, name, 2.1, wide - 3, 2, bold=True)
        drawn += said
        for at, key in ((rect.height - 8.2, "signature"), (rect.height - 2.2, "date")):
            drawn += text(x + 1.5, rect.y + at, words.say(key), 1.9, ink="#444444")
            drawn += line((x + 11, rect.y + at + 0.3), (x + wide - 2, rect.y + at + 0.3), 0.12)
    return drawn
