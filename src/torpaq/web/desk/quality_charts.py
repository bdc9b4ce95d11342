"""Pictures of quality as numbers for SVG: open non-conformities by age, curves of a search that found nothing."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from torpaq.operations.quality.non_conformity import SEVERITIES
from torpaq.web.desk.templatetags.quality import plain
from torpaq.web.models import NonConformity

AGES = (7, 30, 90)
"""Days: up to a week, a month, three months, and longer."""

WIDTH, HEIGHT, LEFT, BASE, TOP = 720.0, 210.0, 60.0, 174.0, 12.0
CURVE_STEPS = 40


@dataclass(frozen=True, slots=True)
class Block:
    """A part of a bar: how many of a severity, and where it is drawn."""

    severity: str
    count: int
    x: float
    y: float
    width: float
    height: float

    @property
    def middle(self) -> float:
        """Where its number is written."""
        return self.x + self.width / 2


@dataclass(frozen=True, slots=True)
class AgeBar:
    """The open non-conformities of one age: ``least`` to ``most`` days (None: without end)."""

    least: int
    most: int | None
    blocks: tuple[Block, ...]
    y: float
    total: int


def ages_of(rows: Sequence[NonConformity], on: date) -> tuple[AgeBar, ...]:
    """Return the open non-conformities by age and severity, one bar an age."""
    bounds = [0, *(days + 1 for days in AGES)]
    counts = [dict.fromkeys(SEVERITIES, 0) for _ in bounds]
    for row in rows:
        age = max(0, (on - row.found_on).days)
        place = max(number for number, least in enumerate(bounds) if age >= least)
        counts[place][row.severity] = counts[place].get(row.severity, 0) + 1
    most = max((sum(count.values()) for count in counts), default=0)
    scale = (WIDTH - 2 * LEFT - 90) / max(most, 1)
    bars = []
    for number, count in enumerate(counts):
        x, y = LEFT + 80, 8 + number * 34.0
        blocks = []
        for severity in SEVERITIES:
            if count[severity]:
                width = count[severity] * scale
                blocks.append(Block(severity, count[severity], x, y, width, 24))
                x += width
        upper = AGES[number] if number < len(AGES) else None
        bars.append(AgeBar(bounds[number], upper, tuple(blocks), y, sum(count.values())))
    return tuple(bars)


@dataclass(frozen=True, slots=True)
class Curve:
    """One line of a chart as an SVG path, and its name."""

    name: str
    path: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A mark on an axis and what is written at it."""

    place: float
    text: str


@dataclass(frozen=True, slots=True)
class Curves:
    """Lines over a span, with marks on both axes; ``target`` is the height of a dashed line, ``uprights`` places."""

    curves: tuple[Curve, ...]
    across: tuple[Mark, ...]
    up: tuple[Mark, ...]
    target: float | None
    uprights: tuple[float, ...] = ()
    points: tuple[tuple[float, float], ...] = ()
    width: float = WIDTH
    height: float = HEIGHT
    left: float = LEFT
    base: float = BASE


@dataclass(frozen=True, slots=True)
class Axis:
    """From where to where a chart's bottom runs, and whether each axis is a share (in percent) or a number."""

    low: float = 0.0
    high: float = 1.0
    across_is_share: bool = True
    up_is_share: bool = True


SHARES = Axis()
Line = tuple[str, Callable[[float], float | None]]


def curves_of(
    lines: Sequence[Line],
    target: float | None = None,
    axis: Axis = SHARES,
    uprights: Sequence[float] = (),
    points: Sequence[tuple[float, float]] = (),
) -> Curves:
    """Draw functions over a span; where one gives None its line is broken off.

    ``uprights`` are places on the bottom that a person asked about, ``points`` (across, up) what was measured.
    """
    span = axis.high - axis.low
    places = [axis.low + span * step / CURVE_STEPS for step in range(CURVE_STEPS + 1)]
    values = [[line(place) for place in places] for _, line in lines]
    heights = [value for row in values for value in row if value is not None] + [up for _, up in points]
    top = _top_of(max(heights, default=0.0), axis.up_is_share)

    def x_of(place: float) -> float:
        return LEFT + (min(max(place, axis.low), axis.high) - axis.low) / span * (WIDTH - LEFT - 40)

    def y_of(value: float) -> float:
        return BASE - min(max(value, 0.0), top) / top * (BASE - TOP)

    curves = []
    for (name, _line), row in zip(lines, values, strict=True):
        drawn = [(x_of(place), y_of(value)) for place, value in zip(places, row, strict=True) if value is not None]
        if drawn:
            curves.append(Curve(name, "M" + " L".join(f"{along:.1f} {height:.1f}" for along, height in drawn)))
    quarters = [axis.low + span * part for part in (0.0, 0.25, 0.5, 0.75, 1.0)]
    return Curves(
        tuple(curves),
        tuple(Mark(x_of(place), _words(place, axis.across_is_share)) for place in quarters),
        tuple(Mark(y_of(top * part), _words(top * part, axis.up_is_share)) for part in (0.0, 0.5, 1.0)),
        y_of(target) if target is not None and target <= top else None,
        tuple(x_of(place) for place in uprights),
        tuple((x_of(place), y_of(value)) for place, value in points),
    )


def _top_of(highest: float, is_share: bool) -> float:
    """Return a round number that is not below the highest value."""
    if is_share:
        return next((step for step in (0.01, 0.02, 0.05, 0.1, 0.2, 0.5) if step >= highest), 1.0)
    power = 10.0 ** math.floor(math.log10(highest)) if highest > 0 else 1.0
    return next((step * power for step in (1, 2, 5) if step * power >= highest), 10 * power)


def _words(value: float, is_share: bool) -> str:
    return f"{plain(round(100 * value, 3))}\u00a0%" if is_share else plain(value)
