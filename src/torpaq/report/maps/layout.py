"""Where everything stands on a sheet: the map, and beside or beneath it a panel of boxes."""

from dataclasses import dataclass

from torpaq.report.maps.frame import Rect
from torpaq.report.maps.sheet import PAPERS

BORDER = 8.0
LABELS = 4.6
"""Room round the map for the numbers of the grid."""
GAP = 2.0
NORTH_SHARE = 0.58


@dataclass(frozen=True, slots=True)
class Layout:
    """The sheet's size and its rectangles, millimetres."""

    width: float
    height: float
    border: Rect
    map: Rect
    title: Rect
    scale: Rect
    north: Rect
    locator: Rect
    projection: Rect
    legend: Rect
    signatures: Rect


def layout_of(paper: str, landscape: bool) -> Layout:
    """Return the layout of a paper, lying or standing. Raises ``KeyError`` for a paper that is not known."""
    short, long = PAPERS[paper]
    large = paper == "A3"
    return _lying(long, short, 88.0 if large else 70.0, large) if landscape else _standing(short, long, large)


def _lying(width: float, height: float, panel: float, large: bool) -> Layout:
    """A panel to the right of the map, one box above another; the legend takes what is left."""
    border = Rect(BORDER, BORDER, width - 2 * BORDER, height - 2 * BORDER)
    x = border.right - panel
    ground = Rect(border.x + LABELS, border.y + LABELS, x - border.x - 2 * LABELS - GAP, border.height - 2 * LABELS)
    heights = {"title": 50 if large else 43, "scale": 13, "north": 45, "projection": 27, "signatures": 24}
    boxes, y = {}, border.y
    for name in ("title", "scale", "north", "projection"):
        boxes[name] = Rect(x, y, panel, heights[name])
        y += heights[name]
    foot = border.bottom - heights["signatures"]
    half = panel * NORTH_SHARE
    return Layout(
        width, height, border, ground, boxes["title"], boxes["scale"],
        Rect(x, boxes["north"].y, half, 45), Rect(x + half, boxes["north"].y, panel - half, 45),
        boxes["projection"], Rect(x, y, panel, foot - y), Rect(x, foot, panel, heights["signatures"]),
    )  # fmt: skip


def _standing(width: float, height: float, large: bool) -> Layout:
    """A panel beneath the map, in three columns."""
    border = Rect(BORDER, BORDER, width - 2 * BORDER, height - 2 * BORDER)
    deep = 98.0 if large else 84.0
    y = border.bottom - deep
    ground = Rect(border.x + LABELS, border.y + LABELS, border.width - 2 * LABELS, y - border.y - 2 * LABELS - GAP)
    left, middle = border.width * 0.36, border.width * 0.28
    right = border.width - left - middle
    last = border.x + left + middle
    title, scale = (50.0, 14.0) if large else (44.0, 13.0)
    return Layout(
        width, height, border, ground,
        Rect(border.x, y, left, title), Rect(border.x, y + title, left, scale),
        Rect(last, y, right * NORTH_SHARE, 47), Rect(last + right * NORTH_SHARE, y, right * (1 - NORTH_SHARE), 47),
        Rect(last, y + 47, right, deep - 47),
        Rect(border.x + left, y, middle, deep),
        Rect(border.x, y + title + scale, left, deep - title - scale),
    )  # fmt: skip
