"""How templates write layers, chances, steps of a job and classes of risk."""

import json
import math
from collections.abc import Mapping
from datetime import date
from typing import Any

from django import template
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from torpaq.evidence.card import LayerCard
from torpaq.evidence.grid import Grid
from torpaq.geo.coordinates.formats import to_decimal
from torpaq.risk.shades import CLASSES, PATTERNS
from torpaq.risk.surface.model import AreaShift
from torpaq.standard.codes import code_list
from torpaq.web.desk.templatetags.desk import day, label
from torpaq.web.models import RiskSurface
from torpaq.web.risk.making import Followed
from torpaq.web.risk.score import figure_of

register = template.Library()
OWN_NAMES = ("raster_value", "raster_class", "vector_distance", "vector_density")


@register.filter
def layer_name(card: LayerCard) -> str:
    """Write a layer's name: a kind there is once by the standard's words, one of many by what its source is called."""
    return card.name if card.kind in OWN_NAMES else label(card.kind, "layer_kind")


@register.filter
def has_own_name(card: LayerCard) -> bool:
    """Say whether a layer is one of many of its kind, called by its source."""
    return card.kind in OWN_NAMES


@register.filter
def iso_day(text: str) -> str:
    """Write a date that a card holds as text; the text itself where it is none."""
    try:
        return day(date.fromisoformat(text[:10]))
    except ValueError:
        return text or "–"


@register.filter
def doing(made: Followed) -> str:
    """Write what the job of something asked for is doing."""
    steps = {
        "snapshot": _("The programme is being written down"),
        "layers": _("The layers are being made"),
        "surface": _("The surface is being made"),
        "score": _("The surface is being judged"),
        "decide": _("Areas are being assessed"),
    }
    layers = code_list("layer_kind")
    kind = next((code for code in layers if made.step == code or made.step.startswith(f"{code}-")), "")
    if kind:
        return f"{steps['layers']}: {label(kind, 'layer_kind')}"
    return steps.get(made.step, steps["layers"] if made.step else _("Waits for its turn"))


@register.filter
def chance(value: float | None) -> str:
    """Write a chance in percent with two figures that say something; never nought and never all."""
    if value is None:
        return "–"
    percent = 100 * value
    if percent < 0.01:
        return f"<\u00a0{number_format(0.01, 2, use_l10n=True)}\u00a0%"
    if percent >= 99.95:
        return f">\u00a0{number_format(99.9, 1, use_l10n=True)}\u00a0%"
    decimals = 2 if percent < 1 else 1 if percent < 10 or percent > 99 else 0
    return f"{number_format(round(percent, decimals), decimals, use_l10n=True)}\u00a0%"


@register.simple_tag
def class_swatch(name: str) -> SafeString:
    """Draw a class of risk as on the map: its colour and its pattern."""
    colour = "#{:02x}{:02x}{:02x}".format(*CLASSES[name]) if name in CLASSES else "#ffffff"
    ink = "#145c42" if name == "cancel_proposed" else "#ffffff"
    return format_html(
        '<svg viewBox="0 0 28 18" aria-hidden="true"><rect width="28" height="18" fill="{}"/>'
        '<path d="{}" stroke="{}" stroke-width="2" fill="none"/>'
        '<rect class="scale-edge" x=".5" y=".5" width="27" height="17"/></svg>',
        colour,
        _MARKS.get(PATTERNS.get(name, ""), ""),
        ink,
    )


_MARKS = {
    "dots": "M4 4h2M12 4h2M20 4h2M4 12h2M12 12h2M20 12h2",
    "hatch": "M0 8L8 0M0 16L16 0M6 18L24 0M14 18L28 4M22 18L28 12",
    "cross": "M0 8L8 0M0 16L16 0M6 18L24 0M14 18L28 4M28 8L20 0M28 16L12 0M22 18L4 0M14 18L0 4",
}


@register.filter
def class_name(code: str) -> str:
    """Write a class of risk in words."""
    return label(code, "risk_class")


@register.filter
def stage_name(code: str) -> str:
    """Write where something asked for stands."""
    names = {"running": _("Under way"), "done": _("Done"), "stopped": _("Stopped"), "failed": _("Failed")}
    return names.get(code, code)


@register.filter
def origin_name(code: str) -> str:
    """Write whose weights a surface was made with."""
    names = {"fitted": _("Learned from examined land"), "expert": _("Experts' tables")}
    return names.get(code, code or "–")


@register.filter
def origin_about(code: str) -> str:
    """Write what choosing these weights means."""
    names = {
        "fitted": _("Experts' tables are where it begins; examined land corrects them, with intervals. Needs both "
                    "contaminated and clean examined land in several areas."),
        "expert": _("Nothing is learned: what experts say of each kind of evidence. Can be used before any survey."),
    }  # fmt: skip
    return names.get(code, "")


@register.filter
def score_figure(row: RiskSurface, name: str) -> str:
    """Write one figure of a surface's score card; a dash where it has none."""
    value = figure_of(row.told.get("card", {}), name)
    if value is None:
        return "–"
    return chance(value) if name.startswith("s9") else str(number_format(round(value, 2), 2, use_l10n=True))


@register.filter
def parameter_name(name: str) -> str:
    """Write a parameter of a surface in words; its name where there are none."""
    names = {
        "country": _("Country"),
        "prior_low": _("Share of contaminated land assumed, at least"),
        "prior_high": _("Share of contaminated land assumed, at most"),
        "patch_m": _("Side of a square that is contaminated as one, m"),
        "local_bandwidth_m": _("Bandwidth of what was found near by, m"),
        "local_strength": _("Weight of what was found near by"),
        "local_spread": _("Spread of what was found near by"),
        "search_doubt": _("Doubt about what a search is said to find"),
        "search_least": _("Least chance of a miss that is believed"),
        "novel_spread": _("Spread added where the model cannot say"),
        "block_m": _("Side of a block drawn again, m"),
        "area_block_m": _("Side of an area where there are no districts, m"),
        "buffer_m": _("Buffer between blocks, m"),
        "technical": _("Technical survey from a chance of"),
        "clear": _("Clearance from a chance of"),
    }
    return names.get(name, name.replace("_", " "))


def quantity(value: float) -> str:
    """Write a number with as many decimals as say something."""
    size = abs(value)
    decimals = 0 if value == round(value) or size >= 100 else 1 if size >= 10 else 2 if size >= 0.1 else 4
    return str(number_format(round(value, decimals), decimals, use_l10n=True, force_grouping=True))


@register.filter
def plain_value(value: object) -> str:
    """Write a number with as many decimals as say something; anything else as it is."""
    return quantity(float(value)) if isinstance(value, (int, float)) and not isinstance(value, bool) else str(value)


@register.filter
def lat_lon(place: tuple[float, float]) -> str:
    """Write a place as latitude and longitude."""
    return to_decimal(*place, 5)


@register.filter
def bounds_of(told: Mapping[str, Any]) -> str:
    """Return a surface's box of degrees as JSON: west, south, east, north."""
    return grid_bounds(Grid(**told["grid"]))


@register.filter
def grid_bounds(grid: Grid) -> str:
    """Return a grid's box of degrees as JSON: west, south, east, north."""
    west, south, east, north = grid.bounds_m
    corners = [grid.crs.inverse(x, y) for x in (west, east) for y in (south, north)]
    lons, lats = [lon for lon, _lat in corners], [lat for _lon, lat in corners]
    return json.dumps([min(lons), min(lats), max(lons), max(lats)])


@register.filter
def odds(log_odds: float) -> str:
    """Write log-odds as a factor."""
    factor = math.exp(log_odds)
    decimals = 2 if factor < 10 else 0
    return f"×{number_format(round(factor, decimals), decimals, use_l10n=True)}"


@register.filter
def odds_range(area: AreaShift) -> str:
    """Write the 90 % limits of an area's factor."""
    half = 1.645 * area.spread
    return f"({odds(area.shift - half)} – {odds(area.shift + half)})"


@register.filter
def use_name(code: str) -> str:
    """Write what land is wanted for."""
    names = {"housing": _("Housing"), "crops": _("Crops"), "pasture": _("Pasture")}
    return names.get(code, code)


@register.filter
def cell_size(side_m: float | None) -> str:
    """Write the size of a cell by its side."""
    return "–" if side_m is None else f"{quantity(side_m)} × {quantity(side_m)}\u00a0m"


@register.filter
def plain_or_dash(value: float | None) -> str:
    """Write a number, a dash where nothing is said: nought would say that nothing is there."""
    return "–" if value is None else quantity(value)
