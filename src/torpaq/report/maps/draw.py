"""A whole sheet as SVG."""

from collections.abc import Iterable

import numpy as np
import shapely

from torpaq.report.maps.frame import Frame, Rect, frame_of
from torpaq.report.maps.furniture import legend, locator, projection_note, scale_bar, signature_boxes, title_block
from torpaq.report.maps.grid import grid_labels, grid_lines
from torpaq.report.maps.layout import Layout, layout_of
from torpaq.report.maps.north import north_arrows, norths_at
from torpaq.report.maps.sheet import Polygons, Sheet
from torpaq.report.maps.svg import Spot, box, document, element, path_of, text
from torpaq.report.maps.symbols import AREAS, LINES, POINTS, area_path, hatches
from torpaq.report.typeface import width_mm, wrap
from torpaq.report.wording import Words

LABEL_SIZE = 2.1
Taken = list[tuple[float, float, float, float]]


def draw_sheet(sheet: Sheet) -> str:
    """Draw a sheet to scale, as large as its paper. Raises ``ValueError`` where there is no place to draw."""
    words = Words(sheet.language)
    layout = layout_of(sheet.paper, sheet.landscape)
    frame = frame_of(sheet, layout.map)
    norths = norths_at(frame.centre, frame.zone, sheet.data_on)
    drawn = [
        element("defs", hatches() + _clip(layout.map)),
        element("g", _ground(sheet, frame), clip_path="url(#map)"),
        box(layout.map.x, layout.map.y, layout.map.width, layout.map.height, 0.4),
        grid_labels(frame),
        title_block(sheet, layout.title, words),
        scale_bar(frame, layout.scale, words),
        box(layout.north.x, layout.north.y, layout.north.width, layout.north.height),
        north_arrows(norths, sheet.data_on, layout.north.inner(2.0), words),
        locator(sheet, frame.centre, layout.locator, words),
        projection_note(frame, sheet, layout.projection, words),
        legend(sheet, frame, layout.legend, words),
        signature_boxes(sheet, layout.signatures, words),
        box(layout.border.x, layout.border.y, layout.border.width, layout.border.height, 0.5),
        _edges(sheet, layout, words),
    ]
    return document(layout.width, layout.height, "".join(drawn), f"{sheet.number} {sheet.title}")


def _clip(rect: Rect) -> str:
    return element("clipPath", box(rect.x, rect.y, rect.width, rect.height, 0, "#000"), id="map")


def _edges(sheet: Sheet, layout: Layout, words: Words) -> str:
    """Write the classification at head and foot, and over all of it that the data are made up."""
    middle = layout.width / 2
    drawn = text(middle, BORDER_TEXT, sheet.classification, 2.6, "middle", bold=True)
    drawn += text(middle, layout.height - 3, sheet.classification, 2.6, "middle", bold=True)
    if not sheet.synthetic:
        return drawn
    rect = layout.map
    size = rect.height / 9
    turned = -30.0
    across = text(
        rect.x + rect.width / 2, rect.y + rect.height / 2, words.say("synthetic_mark"), size, "middle", True, turned,
        ink="#b00000",
    )  # fmt: skip
    said = wrap(sheet.synthetic, 2.6, rect.width * 0.8, 1, bold=True)[0]
    wide = width_mm(said, 2.6, bold=True) + 5
    band = box(rect.x + (rect.width - wide) / 2, rect.y + 1.5, wide, 4.6, 0.4, "#ffffff")
    band += text(rect.x + rect.width / 2, rect.y + 4.7, said, 2.6, "middle", bold=True, ink="#b00000")
    return drawn + element("g", across, opacity=0.13) + band


BORDER_TEXT = 5.2


def _ground(sheet: Sheet, frame: Frame) -> str:
    """Draw areas, grid, lines, points and last the labels, which keep out of each other's way."""
    drawn: list[str] = []
    taken: Taken = []
    labels: list[str] = []
    order = list(AREAS)
    for area in sorted(sheet.areas, key=lambda one: order.index(one.kind)):
        rings = _on_paper(area.polygons, frame)
        if area.kind == "task_boundary":
            drawn.append(grid_lines(frame))
            taken += _along(rings)
        drawn.append(element("g", area_path(AREAS[area.kind], path_of(rings)), class_=f"area {area.kind}"))
    if not any(area.kind == "task_boundary" for area in sheet.areas):
        drawn.append(grid_lines(frame))
    for one in sheet.lines:
        ink, width, dash = LINES[one.kind]
        data = path_of([[frame.spot(place) for place in one.points]], closed=False)
        drawn.append(element("path", d=data, fill="none", stroke="#ffffff", stroke_width=width + 0.8, opacity=0.7))
        drawn.append(element("path", d=data, fill="none", stroke=ink, stroke_width=width, stroke_dasharray=dash))
    ranks = list(POINTS)
    points = sorted(sheet.points, key=lambda one: ranks.index(one.kind))
    spots = [(point, frame.spot((point.lon, point.lat))) for point in points]
    drawn += [POINTS[point.kind](*spot) for point, spot in spots]
    taken += [(x - 0.9, y - 0.9, x + 0.9, y + 0.9) for _, (x, y) in spots]
    middle = _mean([spot for _, spot in spots]) if spots else (0.0, 0.0)
    for point, spot in reversed(spots):
        if point.label and frame.holds(spot):
            labels.append(_beside(point.label, spot, middle, taken, frame.rect))
    labels += [_within(area.kind, area.label, area.polygons, frame, taken) for area in sheet.areas]
    return "".join(drawn + labels)


def _on_paper(polygons: Polygons, frame: Frame) -> list[list[Spot]]:
    return [[frame.spot(place) for place in ring] for polygon in polygons for ring in polygon]


def _along(rings: list[list[Spot]]) -> Taken:
    """Return little boxes along a boundary, so that no label is written over it."""
    edges = shapely.multilinestrings([shapely.linestrings([*ring, ring[0]]) for ring in rings])
    steps = shapely.line_interpolate_point(edges, np.arange(0.0, min(shapely.length(edges), 4000.0), 1.2))
    return [(x - 0.5, y - 0.5, x + 0.5, y + 0.5) for x, y in shapely.get_coordinates(steps).tolist()]


def _mean(spots: list[Spot]) -> Spot:
    return sum(x for x, _ in spots) / len(spots), sum(y for _, y in spots) / len(spots)


def _beside(label: str, spot: Spot, middle: Spot, taken: Taken, rect: Rect) -> str:
    """Write a point's label where there is room round it, away from the points' middle if it can be.

    Where there is no room, the table says which point it is.
    """
    wide, (x, y) = width_mm(label, LABEL_SIZE), spot
    places = [(x + 1.9, y + 0.7), (x - 1.9 - wide, y + 0.7), (x - wide / 2, y - 2.0), (x - wide / 2, y + 3.4),
              (x + 1.5, y - 1.3), (x - 1.5 - wide, y - 1.3), (x + 1.5, y + 2.8), (x - 1.5 - wide, y + 2.8)]  # fmt: skip
    away = (x - middle[0], y - middle[1])
    places.sort(key=lambda at: -((at[0] + wide / 2 - x) * away[0] + (at[1] - 0.7 - y) * away[1]))
    for left, base in places:
        own = (left - 0.2, base - LABEL_SIZE * 0.8, left + wide + 0.2, base + 0.4)
        if own[0] > rect.x and own[2] < rect.right and own[1] > rect.y and own[3] < rect.bottom and _free(own, taken):
            taken.append(own)
            return text(left, base, label, LABEL_SIZE, halo=True)
    return ""


def _within(kind: str, label: str, polygons: Polygons, frame: Frame, taken: Taken) -> str:
    """Write an area's letters and label inside the part of it that shows; a line leaves out what is too small."""
    letters = AREAS[kind].letters
    shown = [letters if letters not in label.split("-") else "", label]
    size = 2.2 if kind in ("lane", "lane_done", "sample_square", "sample_failed") else 2.7
    words = " ".join(word for word in shown if word)
    if not words:
        return ""
    window = shapely.box(frame.rect.x, frame.rect.y, frame.rect.right, frame.rect.bottom)
    parts = [_polygon(polygon, frame).intersection(window) for polygon in polygons]
    largest = max(parts, key=lambda part: float(part.area), default=None)
    if largest is None or largest.is_empty:
        return ""
    for spot in _middles(largest):
        wide = width_mm(words, size, bold=True)
        own = (spot[0] - wide / 2, spot[1] - size * 0.5, spot[0] + wide / 2, spot[1] + size * 0.5)
        if _free(own, taken) and shapely.box(*own).intersection(largest).area > 0.6 * wide * size:
            taken.append(own)
            return text(spot[0], spot[1] + size * 0.35, words, size, "middle", bold=True, halo=True)
    return ""


def _polygon(rings: Iterable[Iterable[tuple[float, float]]], frame: Frame) -> shapely.Geometry:
    shell, *holes = ([frame.spot(place) for place in ring] for ring in rings)
    return shapely.make_valid(shapely.Polygon(shell, holes))


def _middles(shape: shapely.Geometry) -> list[Spot]:
    """Return a few spots inside a shape, the roomiest first."""
    x0, y0, x1, y1 = shape.bounds
    grid = [(x0 + (x1 - x0) * a / 6, y0 + (y1 - y0) * b / 6) for a in range(1, 6) for b in range(1, 6)]
    inside = [spot for spot in grid if shape.contains(shapely.Point(spot))]
    edge = shape.boundary
    inside.sort(key=lambda spot: -float(edge.distance(shapely.Point(spot))))
    fallback = shape.representative_point()
    return [*inside[:12], (float(fallback.x), float(fallback.y))]


def _free(own: tuple[float, float, float, float], taken: Taken) -> bool:
    return not any(
        own[0] < other[2] and other[0] < own[2] and own[1] < other[3] and other[1] < own[3] for other in taken
    )
