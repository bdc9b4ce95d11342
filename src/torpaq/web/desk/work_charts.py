"""Pictures of work: stacked bars by month or week. Each series has a hatch of its own beside its colour."""

from dataclasses import dataclass
from datetime import date

from torpaq.web.desk.charts import BOTTOM, HEIGHT, LEFT, TOP, WIDTH, Tick, nice_steps
from torpaq.web.operations.production import MONTH, Production

M2_PER_HA = 10_000
MOST_LABELS = 7


@dataclass(frozen=True, slots=True)
class WorkBar:
    """A part of a bar: its place, its series by number, and what it says."""

    x: float
    y: float
    width: float
    height: float
    series: int
    key: str
    start: date
    m2: float


@dataclass(frozen=True, slots=True)
class WorkChart:
    """Stacked bars on two axes."""

    bars: tuple[WorkBar, ...]
    across: tuple[Tick, ...]
    up: tuple[Tick, ...]
    width: float = WIDTH
    height: float = HEIGHT
    left: float = LEFT
    base: float = HEIGHT - BOTTOM


def stacked(found: Production, step: str) -> WorkChart | None:
    """Draw a production; None where nothing was processed."""
    top = max(found.sums_m2, default=0.0)
    if top <= 0:
        return None
    ups = nice_steps(top)
    rise = (HEIGHT - BOTTOM - TOP) / ups[-1]
    pitch = (WIDTH - LEFT) / len(found.periods)
    bars = []
    for number, start in enumerate(found.periods):
        y = HEIGHT - BOTTOM
        for place, series in enumerate(found.series):
            height = series.m2[number] * rise
            if height > 0:
                y -= height
                x = LEFT + (number + 0.15) * pitch
                bars.append(WorkBar(x, y, 0.7 * pitch, height, place, series.key, start, series.m2[number]))
    return WorkChart(tuple(bars), _across(found, step, pitch), tuple(_up(value, rise) for value in ups))


def _up(value: float, rise: float) -> Tick:
    return Tick(HEIGHT - BOTTOM - value * rise, "", value / M2_PER_HA)


def _across(found: Production, step: str, pitch: float) -> tuple[Tick, ...]:
    every = max(1, -(-len(found.periods) // MOST_LABELS))
    form = "%m.%Y" if step == MONTH else "%d.%m"
    return tuple(
        Tick(LEFT + (number + 0.5) * pitch, start.strftime(form))
        for number, start in enumerate(found.periods)
        if number % every == 0
    )
