"""Cards of evidence in words: what a source or a layer is, how reliable, how it was made, and what its colours mean."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as later

from torpaq.evidence.card import LayerCard, SourceCard
from torpaq.evidence.folder import Manifest
from torpaq.evidence.kinds import LayerKind, SourceKind
from torpaq.evidence.picture import code_legend, code_ramp
from torpaq.standard.codes import code_list
from torpaq.web.desk.templatetags.desk import label, language
from torpaq.web.desk.templatetags.risk import quantity

CELLS_M = (10.0, 25.0, 50.0, 100.0, 250.0)
FIRST_CELL_M = 100.0
MOST_CLASSES = 16
NOT_TOLD = ("assumed", "inputs", "class", "classes", "raster")

GROUPS = (
    (later("What happened and what was written down"), ("accidents", "finds", "minefield_record", "detection")),
    (later("The war on the ground"), ("front_line", "trench", "position")),
    (later("The land and its use"), ("road", "settlement", "water", "land_cover", "terrain", "years_used", "denial")),
    (later("Anything else"), ("raster_value", "raster_class", "vector_distance", "vector_density")),
)


@dataclass(frozen=True, slots=True)
class Band:
    """A colour of a legend and what it stands for."""

    colour: str
    words: str


@dataclass(frozen=True, slots=True)
class LayerRow:
    """A layer in the list: its card and the names of what it was made of."""

    card: LayerCard
    sources: tuple[SourceCard, ...]

    @property
    def known_share(self) -> float | None:
        """The share of cells that carry a value."""
        return self.card.cells_known / self.card.cells if self.card.cells else None


def usual_cell_m(held: Manifest) -> float:
    """Return the side of a cell that a build is asked with unless somebody chooses: the last one's, or one near it."""
    last = held.grid.cell_m if held.grid else FIRST_CELL_M
    return next((one for one in CELLS_M if one >= last), CELLS_M[-1])


def source_kinds() -> list[tuple[str, list[str]]]:
    """Return the kinds of sources in groups; whatever no group names stands in the last."""
    named = {code for _words, codes in GROUPS for code in codes}
    left = [kind.value for kind in SourceKind if kind.value not in named]
    groups = [(words, list(codes)) for words, codes in GROUPS]
    groups[-1][1].extend(left)
    return groups


def layer_rows(held: Manifest) -> list[LayerRow]:
    """Return the layers with the sources they were made of."""
    by_id = {card.id: card for card in held.sources}
    return [LayerRow(card, tuple(by_id[one] for one in card.sources if one in by_id)) for card in held.layers]


def card_facts(card: SourceCard | LayerCard) -> list[tuple[str, str]]:
    """Return what a card says of how its thing came about, in words and figures."""
    facts: Mapping[str, Any] = card.options if isinstance(card, SourceCard) else card.made
    assumed = facts.get("assumed") or ()
    rows = [(_fact_name(name), _fact(name, value)) for name, value in facts.items() if name not in NOT_TOLD]
    if isinstance(assumed, Sequence) and assumed:
        rows.append((_("Assumed, because nobody said"), ", ".join(_fact_name(str(name)) for name in assumed)))
    return [(name, said) for name, said in rows if said]


def _fact_name(name: str) -> str:
    """Write the name of a figure on a card; the name itself where there are no words for it."""
    names = {
        "attribute": _("Column"),
        "confidence": _("Column of confidence"),
        "detection": _("Chance that the sensor finds an item"),
        "observer_m": _("Height of eyes, m"),
        "error_m": _("Error of places, m"),
        "reliability": _("Reliability"),
        "features": _("Features"),
        "points": _("Points"),
        "lines": _("Lines"),
        "polygons": _("Polygons"),
        "rows": _("Rows"),
        "columns": _("Columns"),
        "crs": _("Coordinate system"),
        "method": _("Method"),
        "bandwidth_m": _("Bandwidth, m"),
        "cap_m": _("Farthest distance told, m"),
        "cell_m": _("Side of a cell, m"),
        "minimum": _("Smallest value"),
        "maximum": _("Largest value"),
        "radius_m": _("Farthest view, m"),
        "classes": _("Classes"),
        "duplicates": _("The same place again"),
        "outside": _("Outside the country"),
        "parameters": _("Numbers used"),
        "drawn_as": _("Drawn as"),
    }
    return names.get(name, name.replace("_", " "))


def _fact(name: str, value: object) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, (int, float)):
        return quantity(float(value))
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {_fact(str(key), one)}" for key, one in list(value.items())[:20])
    if isinstance(value, (list, tuple)):
        return ", ".join(_fact(name, one) for one in value[:20])
    return str(value)[:300]


def layer_legend(card: LayerCard) -> list[Band]:
    """Return what a layer's colours mean: its classes, or a few steps from its lowest value to its highest."""
    is_class = is_class_layer(card)
    rows = code_legend(card.coding, code_ramp(card.coding, is_class))
    if is_class:
        return [Band(row["colour"], class_words(card, code)) for code, row in enumerate(rows[:MOST_CLASSES])]
    unit = unit_words(card.coding.unit)
    tail = f"\u00a0{unit}" if unit else ""
    return [Band(row["colour"], f"≥ {quantity(row['low'])}{tail}") for row in rows]


def unit_words(unit: str) -> str:
    """Write a layer's unit; the word for a share is none."""
    return {"share": "", "deg": "°", "years": _("years"), "chance": "", "class": ""}.get(unit, unit)


def is_class_layer(card: LayerCard) -> bool:
    """Say whether a layer's codes are classes, which have no order."""
    return bool(card.made.get("class"))


def class_words(card: LayerCard, code: int) -> str:
    """Write a class of a layer: by the layer's own names, by the standard's, or its number."""
    if card.kind == LayerKind.EXAMINED:
        return [_("examined, nothing found"), _("an item was found")][code] if code < 2 else str(code)
    names = card.made.get("classes")
    found = None
    if isinstance(names, Mapping):
        found = names.get(str(code))
    elif isinstance(names, (list, tuple)) and code < len(names):
        found = names[code]
    if isinstance(found, Mapping):
        return str(found.get(language()) or code)
    if found is None:
        return quantity(card.coding.edges[code])
    for listed in ("land_status", "land_use"):
        if str(found) in code_list(listed):
            return label(str(found), listed)
    return str(found)
