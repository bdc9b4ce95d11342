"""The few words of SVG that a map sheet needs. Lengths are millimetres of paper; y runs down."""

from collections.abc import Iterable, Sequence

from torpaq.report.plain import plain
from torpaq.report.typeface import FAMILY, wrap

Spot = tuple[float, float]
INK = "#111111"


def escaped(text: str) -> str:
    """Return a text as XML may carry it: signs of markup written out, what cannot be seen left out."""
    return plain(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")


def element(name: str, body: str = "", **attributes: object) -> str:
    """Write an element; ``stroke_width`` becomes ``stroke-width``, and attributes that are None are left out."""
    words = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escaped(_value(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    return f"<{name}{words}>{body}</{name}>" if body else f"<{name}{words}/>"


def _value(value: object) -> str:
    return f"{value:.3f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)


def text(
    x: float,
    y: float,
    words: str,
    size: float = 2.6,
    anchor: str = "start",
    bold: bool = False,
    turned: float = 0.0,
    halo: bool = False,
    ink: str = INK,
) -> str:
    """Write one line of text; ``turned`` degrees clockwise about its own place, with a white ``halo`` over lines."""
    return element(
        "text",
        escaped(words),
        x=float(x),
        y=float(y),
        font_size=float(size),
        text_anchor=None if anchor == "start" else anchor,
        font_weight=700 if bold else None,
        transform=f"rotate({turned:g} {x:.3f} {y:.3f})" if turned else None,
        fill=ink,
        paint_order="stroke" if halo else None,
        stroke="#ffffff" if halo else None,
        stroke_width=size * 0.22 if halo else None,
    )


def lines_of_text(
    x: float, y: float, words: str, size: float, room: float, most_lines: int, bold: bool = False
) -> tuple[str, float]:
    """Write a text in lines that fit into ``room``; return it and the y below it."""
    step = size * 1.25
    lines = wrap(words, size, room, most_lines, bold)
    drawn = "".join(text(x, y + number * step, line, size, bold=bold) for number, line in enumerate(lines))
    return drawn, y + len(lines) * step


def line(a: Spot, b: Spot, width: float = 0.2, ink: str = INK, dash: str | None = None) -> str:
    """Draw a straight line."""
    x1, y1, x2, y2 = (float(value) for value in (*a, *b))
    return element("line", x1=x1, y1=y1, x2=x2, y2=y2, stroke=ink, stroke_width=width, stroke_dasharray=dash)


def box(x: float, y: float, width: float, height: float, stroke: float = 0.25, fill: str = "none") -> str:
    """Draw a rectangle."""
    edge = INK if stroke else None
    return element(
        "rect", x=float(x), y=float(y), width=float(width), height=float(height), fill=fill, stroke=edge,
        stroke_width=stroke or None,
    )  # fmt: skip


def path_of(rings: Iterable[Sequence[Spot]], closed: bool = True) -> str:
    """Return the path data of rings or lines."""
    end = "Z" if closed else ""
    return " ".join("M" + "L".join(f"{x:.3f} {y:.3f}" for x, y in ring) + end for ring in rings)


def polygon(points: Sequence[Spot], fill: str = INK, stroke: float = 0.0) -> str:
    """Draw a small filled polygon, such as the head of an arrow."""
    edge = INK if stroke else None
    return element("path", d=path_of([points]), fill=fill, stroke=edge, stroke_width=stroke or None)


def circle(x: float, y: float, radius: float, fill: str = "none", stroke: float = 0.3) -> str:
    """Draw a circle."""
    edge = INK if stroke else None
    return element(
        "circle", cx=float(x), cy=float(y), r=float(radius), fill=fill, stroke=edge, stroke_width=stroke or None
    )


def document(width: float, height: float, body: str, title: str) -> str:
    """Return a whole SVG of so many millimetres."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:g}mm" height="{height:g}mm" '
        f'viewBox="0 0 {width:g} {height:g}" font-family="{FAMILY}, DejaVu Sans, Arial, sans-serif">'
        f"<title>{escaped(title)}</title>{box(0, 0, width, height, 0, '#ffffff')}{body}</svg>"
    )
