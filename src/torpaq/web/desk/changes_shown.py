"""What changed between two surfaces, in words: which cause moved the chances, how far, on how much land."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from torpaq.risk.surface.changes import AREA, EVIDENCE, GONE, LEVEL, LOCAL, NEW, SEARCHED, TABLE, Changes
from torpaq.risk.surface.surface import Surface
from torpaq.web.desk.templatetags.desk import label
from torpaq.web.desk.templatetags.risk import layer_name

WIDE = 120.0


@dataclass(frozen=True, slots=True)
class PartRow:
    """A cause in words, what it moved the log-odds by on average, the share of cells, and its bar."""

    words: str
    mean: float
    mean_size: float
    share: float
    x: float
    width: float

    @property
    def is_up(self) -> bool:
        """Say whether it made contamination likelier."""
        return self.mean > 0


def part_rows(changes: Changes, after: Surface) -> list[PartRow]:
    """Return the causes, the strongest first."""
    largest = max((abs(part.mean) for part in changes.parts), default=0.0) or 1.0
    return list(_rows(changes, after, largest))


def _rows(changes: Changes, after: Surface, largest: float) -> Iterator[PartRow]:
    for part in changes.parts:
        width = WIDE * abs(part.mean) / largest
        left = WIDE if part.mean > 0 else WIDE - width
        words = _words(part.kind, _layer(part.layer, after))
        yield PartRow(words, part.mean, part.mean_size, part.share, left, max(width, 0.8))


def _words(kind: str, layer: str) -> str:
    names = {
        LEVEL: _("the level of the whole"),
        AREA: _("districts against the whole"),
        LOCAL: _("what was found or examined near by"),
        SEARCHED: _("searches"),
        EVIDENCE: _("%(layer)s: other evidence") % {"layer": layer},
        TABLE: _("%(layer)s: other weights") % {"layer": layer},
        NEW: _("%(layer)s: a new layer") % {"layer": layer},
        GONE: _("%(layer)s: the layer is gone") % {"layer": layer},
    }
    return names.get(kind, kind)


def _layer(layer: str, after: Surface) -> str:
    card = after.evidence.layers.get(layer) if after.evidence else None
    return layer_name(card) if card else label(layer, "layer_kind")
