"""Pictures of a surface's score as numbers for SVG: searching in its order, calibration, areas, a threshold's price."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from torpaq.web.desk.quality_charts import Mark
from torpaq.web.desk.templatetags.risk import quantity

WIDTH, HEIGHT, LEFT, BASE, TOP, RIGHT = 720.0, 300.0, 60.0, 262.0, 12.0, 690.0
Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a chart as an SVG path with its name; ``style`` is how it is drawn."""

    name: str
    path: str
    style: str


@dataclass(frozen=True, slots=True)
class Whisker:
    """A point with its interval, in the picture's units, and what is read at it."""

    x: float
    y: float
    low: float
    high: float
    words: str
    radius: float = 4.5


@dataclass(frozen=True, slots=True)
class Chart:
    """Lines, points with intervals and marks on both axes; ``diagonal`` and ``band`` are paths, empty for none."""

    lines: tuple[Line, ...] = ()
    whiskers: tuple[Whisker, ...] = ()
    across: tuple[Mark, ...] = ()
    up: tuple[Mark, ...] = ()
    diagonal: str = ""
    band: str = ""
    upright: float | None = None
    width: float = WIDTH
    height: float = HEIGHT
    left: float = LEFT
    base: float = BASE
    top: float = TOP
    right: float = RIGHT


def _x(share: float) -> float:
    return LEFT + min(max(share, 0.0), 1.0) * (RIGHT - LEFT)


def _y(share: float) -> float:
    return BASE - min(max(share, 0.0), 1.0) * (BASE - TOP)


def _path(points: Sequence[Point]) -> str:
    return "M" + " L".join(f"{x:.1f} {y:.1f}" for x, y in points)


def _shares() -> tuple[tuple[Mark, ...], tuple[Mark, ...]]:
    steps = (0.0, 0.25, 0.5, 0.75, 1.0)
    words = [f"{round(100 * step)}\u00a0%" for step in steps]
    across = tuple(Mark(_x(step), said) for step, said in zip(steps, words, strict=True))
    return across, tuple(Mark(_y(step), said) for step, said in zip(steps, words, strict=True))


def search_chart(curves: Sequence[tuple[str, Sequence[Point]]]) -> Chart | None:
    """Draw the share of contaminated land found (up) by the share of land searched (across), the model's own first."""
    known = [(name, sorted(points)) for name, points in curves if len(points) > 2]
    if not known:
        return None
    lines = [
        Line(
            name, _path([(_x(a), _y(b)) for a, b in points]), "line-own" if number == 0 else f"line-peer line-{number}"
        )
        for number, (name, points) in enumerate(known)
    ]
    across, up = _shares()
    return Chart(tuple(lines), across=across, up=up, diagonal=_path([(_x(0), _y(0)), (_x(1), _y(1))]))


@dataclass(frozen=True, slots=True)
class Bin:
    """A bin of a calibration plot: the chance stated, the share that was contaminated with its interval, cells."""

    stated: float
    realised: float
    low: float
    high: float
    cells: float


def calibration_chart(bins: Sequence[Bin]) -> Chart | None:
    """Draw what was stated (across) and what came true (up), with intervals, on axes that fit the largest."""
    known = [one for one in bins if math.isfinite(one.stated) and math.isfinite(one.realised)]
    if not known:
        return None
    largest = max(max(one.stated, min(one.high, 1.0)) for one in known)
    top = next((step for step in (0.02, 0.05, 0.1, 0.2, 0.5) if step >= largest), 1.0)
    most = max(one.cells for one in known) or 1.0
    whiskers = [
        Whisker(
            _x(one.stated / top), _y(one.realised / top), _y(one.low / top), _y(one.high / top),
            f"{quantity(100 * one.stated)} % → {quantity(100 * one.realised)} %",
            3 + 4 * math.sqrt(one.cells / most),
        )
        for one in known
    ]  # fmt: skip
    steps = (0.0, 0.25, 0.5, 0.75, 1.0)
    words = [f"{quantity(100 * top * step)}\u00a0%" for step in steps]
    across = tuple(Mark(_x(step), said) for step, said in zip(steps, words, strict=True))
    up = tuple(Mark(_y(step), said) for step, said in zip(steps, words, strict=True))
    return Chart(whiskers=tuple(whiskers), across=across, up=up, diagonal=_path([(_x(0), _y(0)), (_x(1), _y(1))]))


@dataclass(frozen=True, slots=True)
class Price:
    """A point of a threshold's curve: hectares below, hectares missed to be expected among them with their interval."""

    threshold: float
    below_ha: float
    missed_ha: float
    low_ha: float
    high_ha: float


def price_chart(prices: Sequence[Price]) -> tuple[Chart | None, list[float]]:
    """Draw the hectares missed (up, with their band) by the hectares below the threshold (across); and each one's x."""
    if not prices or not prices[-1].below_ha:
        return None, [LEFT for _ in prices]
    wide, high = max(one.below_ha for one in prices), max(one.high_ha for one in prices) or 1.0
    top = nice(high)
    xs = [_x(one.below_ha / wide) for one in prices]
    line = _path([(x, _y(one.missed_ha / top)) for x, one in zip(xs, prices, strict=True)])
    upper = [(x, _y(one.high_ha / top)) for x, one in zip(xs, prices, strict=True)]
    lower = [(x, _y(one.low_ha / top)) for x, one in zip(xs, prices, strict=True)]
    across = tuple(Mark(_x(part), quantity(_rounded(wide * part))) for part in (0.0, 0.25, 0.5, 0.75, 1.0))
    up = tuple(Mark(_y(part), quantity(_rounded(top * part))) for part in (0.0, 0.5, 1.0))
    band = _path([*upper, *reversed(lower)]) + " Z"
    return Chart((Line("", line, "line-own"),), across=across, up=up, band=band), xs


def nice(value: float) -> float:
    """Return a round number that is not below a positive value."""
    power = 10.0 ** math.floor(math.log10(value)) if value > 0 else 1.0
    return next((step * power for step in (1, 2, 5) if step * power >= value), 10 * power)


def _rounded(value: float) -> float:
    return float(f"{value:.2g}")
