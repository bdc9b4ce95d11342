"""How each kind of ground, line and point is drawn: colour, and a hatch and a shape that survive a black copy.

Colours after Technical Note 07.11/01 (2016): confirmed red, suspected orange, released green; drawings are our own.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from torpaq.report.maps.svg import INK, circle, element, line, polygon, text


@dataclass(frozen=True, slots=True)
class AreaStyle:
    """Fill and its opacity, outline with its width (mm) and dashes, hatch (see :data:`HATCHES`) and letters."""

    fill: str = "none"
    opacity: float = 0.0
    stroke: str = INK
    width: float = 0.3
    dash: str | None = None
    hatch: str = ""
    letters: str = ""


AREAS: Mapping[str, AreaStyle] = MappingProxyType(
    {
        "sha": AreaStyle("#f4a718", 0.35, "#9a5b00", 0.6, "3 1", "slash_wide", "SHA"),
        "cha": AreaStyle("#ff0000", 0.28, "#b00000", 0.6, None, "slash", "CHA"),
        "cancelled": AreaStyle("#bdbdbd", 0.35, "#555555", 0.35, "1 1", "dots", "CXL"),
        "reduced": AreaStyle("#a6d96a", 0.30, "#4d7a1f", 0.35, "2 1", "upright", "RED"),
        "cleared": AreaStyle("#4caf50", 0.35, "#1b5e20", 0.45, None, "level", "CLR"),
        "remaining": AreaStyle("#ff0000", 0.15, "#b00000", 0.6, "1.5 0.8", "cross", "REM"),
        "lane": AreaStyle("#ffffff", 0.15, "#333333", 0.25),
        "lane_done": AreaStyle("#777777", 0.22, "#333333", 0.25, None, "backslash"),
        "access_lane": AreaStyle("#1f78b4", 0.15, "#1f5c99", 0.4, "2 0.8"),
        "control_point": AreaStyle("#ffffff", 0.6, "#111111", 0.4),
        "sample_square": AreaStyle("#ffffff", 0.35, "#111111", 0.3),
        "sample_failed": AreaStyle("#111111", 0.55, "#111111", 0.3),
        "task_boundary": AreaStyle(width=0.9, dash="6 1.4 1.4 1.4"),
    }
)
"""In the order they are drawn; the keys are the ``map_…`` words of printed pages."""

LINES: Mapping[str, tuple[str, float, str | None]] = MappingProxyType(
    {"access_route": ("#1f5c99", 0.9, "3.5 1.2"), "fence": (INK, 0.35, "2 0.6 0.4 0.6")}
)
"""Ink, width and dashes."""


def hatches() -> str:
    """Return the definitions of all hatches."""
    return "".join(_hatch(name, *parts) for name, parts in HATCHES.items())


HATCHES: Mapping[str, tuple[float, float, str]] = MappingProxyType(
    {
        "slash": (1.7, 45, "line"),
        "slash_wide": (3.4, 45, "line"),
        "backslash": (1.5, -45, "line"),
        "level": (1.9, 90, "line"),
        "upright": (2.4, 0, "line"),
        "cross": (2.2, 45, "cross"),
        "dots": (1.8, 45, "dots"),
    }
)
"""Distance of lines (mm), how they are turned (degrees from upright), and what is repeated."""


def _hatch(name: str, step: float, turned: float, kind: str) -> str:
    if kind == "dots":
        body = circle(step / 2, step / 2, 0.22, "#222222", 0)
    else:
        body = line((0, 0), (0, step), 0.32, "#222222")
        body += line((0, 0), (step, 0), 0.32, "#222222") if kind == "cross" else ""
    return element(
        "pattern", body, id=f"hatch-{name}", width=step, height=step, patternUnits="userSpaceOnUse",
        patternTransform=f"rotate({turned:g})",
    )  # fmt: skip


def area_path(style: AreaStyle, data: str) -> str:
    """Draw ground in its style from path data."""
    drawn = ""
    if style.fill != "none":
        drawn += element("path", d=data, fill=style.fill, fill_opacity=style.opacity, fill_rule="evenodd")
    if style.hatch:
        drawn += element("path", d=data, fill=f"url(#hatch-{style.hatch})", fill_opacity=0.55, fill_rule="evenodd")
    return drawn + element(
        "path", d=data, fill="none", stroke=style.stroke, stroke_width=style.width, stroke_dasharray=style.dash,
        stroke_linejoin="round",
    )  # fmt: skip


def _reference(x: float, y: float) -> str:
    return polygon([(x, y - 1.7), (x + 1.5, y + 0.9), (x - 1.5, y + 0.9)], "#ffffff", 0.35) + circle(x, y, 0.3, INK, 0)


def _benchmark(x: float, y: float) -> str:
    square = [(x - 1.2, y - 1.2), (x + 1.2, y - 1.2), (x + 1.2, y + 1.2), (x - 1.2, y + 1.2)]
    return polygon(square, "#ffffff", 0.4) + line((x - 1.2, y), (x + 1.2, y)) + line((x, y - 1.2), (x, y + 1.2))


def _start(x: float, y: float) -> str:
    return circle(x, y, 1.4, "#ffffff", 0.35) + circle(x, y, 0.7, INK, 0)


def _turning(x: float, y: float) -> str:
    return circle(x, y, 0.8, "#ffffff", 0.35) + circle(x, y, 0.2, INK, 0)


def _intermediate(x: float, y: float) -> str:
    return circle(x, y, 0.5, "#ffffff", 0.3)


def _end(x: float, y: float) -> str:
    return polygon([(x - 1, y - 1), (x + 1, y - 1), (x + 1, y + 1), (x - 1, y + 1)], INK)


def _evidence(x: float, y: float) -> str:
    return polygon([(x, y - 1.3), (x + 1.3, y), (x, y + 1.3), (x - 1.3, y)], "#ffd54f", 0.35)


def _find(x: float, y: float) -> str:
    return polygon([(x - 1.1, y - 0.8), (x + 1.1, y - 0.8), (x, y + 1.2)], "#d50000", 0.3)


def _accident(x: float, y: float) -> str:
    return line((x - 1.2, y - 1.2), (x + 1.2, y + 1.2), 0.6) + line((x - 1.2, y + 1.2), (x + 1.2, y - 1.2), 0.6)


def _hospital(x: float, y: float) -> str:
    frame = [(x - 1.5, y - 1.5), (x + 1.5, y - 1.5), (x + 1.5, y + 1.5), (x - 1.5, y + 1.5)]
    return polygon(frame, "#ffffff", 0.35) + text(x, y + 1.05, "H", 2.9, "middle", bold=True)


POINTS: Mapping[str, Callable[[float, float], str]] = MappingProxyType(
    {
        "find": _find,
        "evidence": _evidence,
        "intermediate": _intermediate,
        "turning": _turning,
        "end": _end,
        "start": _start,
        "benchmark": _benchmark,
        "reference": _reference,
        "accident": _accident,
        "hospital": _hospital,
    }
)
"""In the order they are drawn: what a surveyor looks for lies above finds."""
