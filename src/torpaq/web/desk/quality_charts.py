"""Pictures of quality as numbers for SVG: open non-conformities by age, curves of a search that found nothing."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from torpaq.operations.quality.non_conformity import SEVERITIES
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
    """One line of a chart as an SVG path, its name, and where the name is written."""

    code: str
    path: str
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Mark:
    """A mark on an axis."""

    place: float
    percent: float


@dataclass(frozen=True, slots=True)
class Curves:
    """Lines over a share from 0 to 1, with marks on both axes in percent, and the height of a target."""

    curves: tuple[Curve, ...]
    across: tuple[Mark, ...]
    up: tuple[Mark, ...]
    target: float | None
    width: float = WIDTH
    height: float = HEIGHT
    left: float = LEFT
    base: float = BASE


def curves_of(lines: Sequence[tuple[str, Callable[[float], float]]], target: float | None = None) -> Curves:
    """Draw functions of a share from 0 to 1 whose values are shares."""
    places = [step / CURVE_STEPS for step in range(CURVE_STEPS + 1)]
    values = {code: [line(place) for place in places] for code, line in lines}
    highest = max((max(row) for row in values.values()), default=0.0)
    top = next((step for step in (0.01, 0.02, 0.05, 0.1, 0.2, 0.5) if step >= highest), 1.0)
    rise, run = (BASE - TOP) / top, WIDTH - LEFT - 40

    def height(value: float) -> float:
        return BASE - min(value, top) * rise

    curves = []
    for number, (code, row) in enumerate(values.items()):
        points = [f"{LEFT + place * run:.1f} {height(value):.1f}" for place, value in zip(places, row, strict=True)]
        named = CURVE_STEPS // 8 * (number + 1)
        curves.append(Curve(code, "M" + " L".join(points), LEFT + places[named] * run, height(row[named]) - 5))
    across = tuple(Mark(LEFT + share * run, share * 100) for share in (0.0, 0.25, 0.5, 0.75, 1.0))
    up = tuple(Mark(height(top * part), top * part * 100) for part in (0.0, 0.5, 1.0))
    line = height(target) if target is not None and target <= top else None
    return Curves(tuple(curves), across, up, line)
