"""Pictures drawn on the server as SVG: land over time, released land by year, the faces of an area.

Every fill is a hatch as well as a colour (``static/desk/patterns.svg`` in the page's head), so that a picture reads in
black and white; each picture stands beside a table that says the same.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from torpaq.land.rules import CANCELLED, CHA, CLEARED, REDUCED, SHA, STATUSES
from torpaq.web.desk.area_story import Face, Step

BANDS = (CHA, SHA, CANCELLED, REDUCED, CLEARED)
WIDTH, HEIGHT, LEFT, BOTTOM, TOP = 720.0, 230.0, 96.0, 32.0, 14.0
M2_PER_HA = 10_000
LABELLED_FACES = 60
CORNERS_A_LABEL = 14.0


@dataclass(frozen=True, slots=True)
class Bar:
    """A rectangle: place and size in the picture's units, the status that fills it, and what it says."""

    x: float
    y: float
    width: float
    height: float
    status: str
    day: date | None
    name: str
    area_m2: float


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark on an axis: its place and its text; on the upright axis the figure in hectares."""

    place: float
    text: str
    hectares: float = 0.0


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars on two axes, ready for the template."""

    bars: tuple[Bar, ...]
    across: tuple[Tick, ...]
    up: tuple[Tick, ...]
    line: str = ""
    width: float = WIDTH
    height: float = HEIGHT
    left: float = LEFT
    base: float = HEIGHT - BOTTOM
    top: float = TOP


@dataclass(frozen=True, slots=True)
class Outline:
    """A face as an SVG path, with its number and where to write it."""

    path: str
    status: str
    number: int
    x: float
    y: float
    is_labelled: bool


@dataclass(frozen=True, slots=True)
class Plan:
    """Faces drawn to scale: the view box, the outlines, and a scale bar of ``bar_m`` metres that is ``bar`` wide."""

    view_box: str
    outlines: tuple[Outline, ...]
    unit: float
    bar_m: int
    bar: float
    bar_x: float
    bar_y: float
    north_x: float
    north_y: float


def nice_steps(top: float, count: int = 4) -> list[float]:
    """Return round values from nought to at least ``top``: steps of 1, 2 or 5 times a power of ten."""
    if top <= 0:
        return [0.0]
    rough = top / count
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough * 0.999)
    return [number * step for number in range(math.ceil(top / step - 1e-9) + 1)]


def ribbon(steps: Sequence[Step], until: date) -> Chart | None:
    """Draw an area's land over time, stacked by status, up to a day; None where it never had any."""
    if not steps:
        return None
    first = steps[0].day
    days = max(1, (until - first).days)
    ups = nice_steps(max(sum(step.held_m2) for step in steps))
    right = (WIDTH - LEFT) / days
    rise = (HEIGHT - BOTTOM - TOP) / (ups[-1] or 1)
    bars = []
    for step, after in zip(steps, [*(s.day for s in steps[1:]), until], strict=True):
        x, width = LEFT + (step.day - first).days * right, max((after - step.day).days, 1) * right
        y = HEIGHT - BOTTOM
        for status in BANDS:
            height = step.held_m2[status] * rise
            if height > 0.01:
                y -= height
                name = STATUSES[status]
                code = name.value if name else ""
                bars.append(Bar(x, y, width, height, code, step.day, code, step.held_m2[status]))
    return Chart(tuple(bars), tuple(_year_ticks(first, until, right)), _up_ticks(ups, rise))


def _year_ticks(first: date, until: date, right: float) -> list[Tick]:
    """Mark the first day and every new year, as many as have room."""
    years = range(first.year + 1, until.year + 1)
    every = max(1, math.ceil(len(years) / 10))
    ticks = [Tick(LEFT + (date(year, 1, 1) - first).days * right, str(year)) for year in years[::every]]
    return ticks if ticks and ticks[0].place - LEFT < 60 else [Tick(LEFT, str(first.year)), *ticks]


def _up_ticks(ups: Sequence[float], rise: float) -> tuple[Tick, ...]:
    return tuple(Tick(HEIGHT - BOTTOM - value * rise, "", value / M2_PER_HA) for value in ups)


def released_by_year(years: Sequence[tuple[str, dict[str, float]]]) -> Chart | None:
    """Draw released land by year, stacked cancelled, reduced, cleared; None where nothing was released."""
    top = max((sum(flows.values()) for _, flows in years), default=0.0)
    if top <= 0:
        return None
    ups = nice_steps(top)
    rise = (HEIGHT - BOTTOM - TOP) / ups[-1]
    pitch = (WIDTH - LEFT) / len(years)
    bars, across = [], []
    for number, (year, flows) in enumerate(years):
        x, y = LEFT + (number + 0.18) * pitch, HEIGHT - BOTTOM
        across.append(Tick(LEFT + (number + 0.5) * pitch, year))
        for name, area_m2 in flows.items():
            height = max(0.0, area_m2) * rise
            y -= height
            bars.append(Bar(x, y, 0.64 * pitch, height, name, None, year, area_m2))
    return Chart(tuple(bars), tuple(across), _up_ticks(ups, rise))


def open_over_time(years: Sequence[tuple[str, float]]) -> Chart | None:
    """Draw the land open at the end of each year as a line with a mark a year; None where there never was any."""
    top = max((area_m2 for _, area_m2 in years), default=0.0)
    if top <= 0:
        return None
    ups = nice_steps(top)
    rise = (HEIGHT - BOTTOM - TOP) / ups[-1]
    pitch = (WIDTH - LEFT) / len(years)
    places = [(LEFT + (n + 0.5) * pitch, HEIGHT - BOTTOM - area_m2 * rise) for n, (_, area_m2) in enumerate(years)]
    marks = [
        Bar(x - 5, y - 5, 10, 10, "open", None, year, area_m2)
        for (x, y), (year, area_m2) in zip(places, years, strict=True)
    ]
    across = [Tick(x, year) for (x, _), (year, _) in zip(places, years, strict=True)]
    line = "M" + " L".join(f"{x:.1f} {y:.1f}" for x, y in places)
    return Chart(tuple(marks), tuple(across), _up_ticks(ups, rise), line)


def plan_of(faces: Sequence[Face]) -> Plan | None:
    """Draw faces to scale, north up; None where there are none."""
    if not faces:
        return None
    points = [point for face in faces for ring in face.rings_m for point in ring.tolist()]
    xs, ys = [point[0] for point in points], [point[1] for point in points]
    left, low, width, height = min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys)
    size = max(width, height, 1.0)
    margin = 0.06 * size
    outlines = tuple(
        Outline(
            " ".join(_path(ring.tolist(), left, low, height) for ring in face.rings_m),
            face.land_status,
            face.number,
            face.inner_m[0] - left,
            height - (face.inner_m[1] - low),
            len(faces) <= LABELLED_FACES and math.sqrt(face.area_m2) > size / CORNERS_A_LABEL,
        )
        for face in faces
    )
    view = f"{-margin:.1f} {-margin:.1f} {width + 2 * margin:.1f} {height + 3.2 * margin:.1f}"
    bar_m = max(1, int(nice_steps(size / 3, 1)[-1] / 2))
    places = (0.0, height + 1.4 * margin, width - 0.3 * margin, height + 0.7 * margin)
    return Plan(view, outlines, size / 100, bar_m, float(bar_m), *places)


def _path(ring: list[list[float]], left: float, low: float, height: float) -> str:
    return "M" + " L".join(f"{x - left:.2f} {height - (y - low):.2f}" for x, y in ring[:-1]) + " Z"
